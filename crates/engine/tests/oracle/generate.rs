//! Makes a world of a list of numbers. Zero always stands for the plainest choice, so a failing
//! world shrinks towards one that lets everything through.

use crate::rules;
use crate::world::{
    Acl, Attachment, Cidr, Group, Interface, Nat, Peering, Route, RouteDestination, RouteTable,
    Subnet, Target, TransitGateway, TransitRoute, Vpc, World, address,
};

/// Random numbers, used up one by one.
#[derive(Debug)]
pub(crate) struct Choices<'a>(std::slice::Iter<'a, u32>);

impl<'a> Choices<'a> {
    pub(crate) fn new(numbers: &'a [u32]) -> Self {
        Self(numbers.iter())
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let number = self.0.next().copied().unwrap_or_default();
        let count = u64::try_from(count).unwrap();
        usize::try_from((u64::from(number) * count) >> 32).unwrap()
    }

    /// Whether something with this probability happens.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())].clone()
    }
}

pub(crate) fn world(choices: &mut Choices<'_>) -> World {
    let vpc_count = 1 + usize::from(choices.chance(75));
    let vpcs = (0..vpc_count).map(|vpc| Vpc {
        cidr: Cidr::new(address(10, byte(vpc), 0, 0), 16),
        is_gateway_attached: !choices.chance(10),
    });
    let mut world = World {
        vpcs: vpcs.collect(),
        subnets: Vec::new(),
        tables: Vec::new(),
        acls: Vec::new(),
        groups: Vec::new(),
        interfaces: Vec::new(),
        nats: Vec::new(),
        peering: None,
        transit_gateway: None,
        prefix_lists: [Vec::new(), Vec::new()],
    };
    for vpc in 0..vpc_count {
        add_subnets(choices, &mut world, vpc);
    }
    for vpc in 0..vpc_count {
        add_nat(choices, &mut world, vpc);
    }
    if vpc_count == 2 {
        connect(choices, &mut world);
    }
    add_interfaces(choices, &mut world);
    for _ in 0..=choices.below(4) {
        let entry = rules::some_cidr(choices);
        world.prefix_lists[0].push(entry);
    }
    for table in 0..world.tables.len() {
        add_routes(choices, &mut world, table);
    }
    for group in 0..world.groups.len() {
        rules::add_rules(choices, &mut world, group);
    }
    world
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).unwrap()
}

/// Subnets, and the route tables and network ACLs that they share.
fn add_subnets(choices: &mut Choices<'_>, world: &mut World, vpc: usize) {
    let first_table = world.tables.len();
    for table in 0..2 + choices.below(2) {
        world.tables.push(RouteTable {
            vpc,
            is_main: table == 0,
            routes: Vec::new(),
        });
    }
    let first_acl = world.acls.len();
    for acl in 0..=choices.below(3) {
        world.acls.push(Acl {
            vpc,
            is_default: acl == 0,
            entries: rules::acl_entries(choices),
        });
    }
    for subnet in 0..2 + choices.below(2) {
        world.subnets.push(Subnet {
            vpc,
            cidr: Cidr::new(address(10, byte(vpc), byte(subnet + 1), 0), 24),
            zone: choices.below(2),
            table: first_table + choices.below(world.tables.len() - first_table),
            acl: first_acl + choices.below(world.acls.len() - first_acl),
        });
    }
}

fn subnets_of(world: &World, vpc: usize) -> Vec<usize> {
    let all = 0..world.subnets.len();
    all.filter(|&subnet| world.subnets[subnet].vpc == vpc)
        .collect()
}

fn add_nat(choices: &mut Choices<'_>, world: &mut World, vpc: usize) {
    if !choices.chance(75) {
        return;
    }
    let subnets = subnets_of(world, vpc);
    // Mostly where the main table, which mostly leads to the internet gateway, holds.
    let main = subnets.iter().find(|&&subnet| {
        let table = world.subnets[subnet].table;
        world.tables[table].is_main
    });
    let subnet = match main {
        Some(&main) if choices.chance(75) => main,
        _ => choices.pick(&subnets),
    };
    let own = world.subnets[subnet].cidr.base + 250;
    world.nats.push(Nat {
        interface: world.interfaces.len(),
        is_available: !choices.chance(10),
    });
    world.interfaces.push(Interface {
        subnet,
        addresses: vec![(own, Some(address(3, 120, 1, byte(vpc))))],
        groups: Vec::new(),
        is_nat: true,
    });
}

/// A peering connection, a transit gateway, both or nothing between the VPCs.
fn connect(choices: &mut Choices<'_>, world: &mut World) {
    let kind = choices.below(8);
    if matches!(kind, 0..=2 | 7) {
        world.peering = Some(Peering {
            is_active: !choices.chance(10),
            is_same_region: !choices.chance(10),
        });
    }
    if matches!(kind, 3..=5 | 7) {
        let attachments = (0..2).map(|vpc| attachment(choices, world, vpc));
        let attachments = attachments.collect();
        world.transit_gateway = Some(TransitGateway {
            references_groups: !choices.chance(25),
            attachments,
            tables: vec![transit_routes(choices), transit_routes(choices)],
        });
    }
    world.prefix_lists[1] = [
        Cidr::new(address(10, 1, 0, 0), 16),
        Cidr::new(address(10, 1, 1, 0), 24),
        Cidr::new(address(10, 1, 2, 0), 24),
    ]
    .into_iter()
    .filter(|_| !choices.chance(40))
    .collect();
}

fn attachment(choices: &mut Choices<'_>, world: &World, vpc: usize) -> Attachment {
    let mut subnets: Vec<usize> = Vec::new();
    for subnet in subnets_of(world, vpc) {
        let zone = world.subnets[subnet].zone;
        let is_new = subnets.iter().all(|&own| world.subnets[own].zone != zone);
        if is_new && !choices.chance(25) {
            subnets.push(subnet);
        }
    }
    if subnets.is_empty() {
        subnets.extend(subnets_of(world, vpc).first());
    }
    Attachment {
        is_available: !choices.chance(8),
        references_groups: !choices.chance(20),
        subnets,
        table: (!choices.chance(8)).then(|| choices.below(2)),
    }
}

fn transit_routes(choices: &mut Choices<'_>) -> Vec<TransitRoute> {
    let mut routes = Vec::new();
    for vpc in 0..2 {
        let whole = Cidr::new(address(10, byte(vpc), 0, 0), 16);
        let part = Cidr::new(address(10, byte(vpc), 1, 0), 24);
        let mut add = |destination, attachment, is_propagated| {
            routes.push(TransitRoute {
                destination,
                attachment,
                is_propagated,
            });
        };
        if !choices.chance(15) {
            add(whole, Some(vpc), true);
        }
        if choices.chance(15) {
            let target = (!choices.chance(40)).then_some(vpc);
            add(whole, target, false);
        }
        if choices.chance(15) {
            let target = (!choices.chance(60)).then_some(vpc);
            add(part, target, false);
        }
    }
    routes
}

fn add_interfaces(choices: &mut Choices<'_>, world: &mut World) {
    for group in 0..5 {
        world.groups.push(Group {
            vpc: group % world.vpcs.len(),
            ingress: Vec::new(),
            egress: Vec::new(),
        });
    }
    for number in 0..2 + choices.below(5) {
        let subnet = choices.below(world.subnets.len());
        let Subnet { vpc, cidr, .. } = world.subnets[subnet];
        let mut addresses = Vec::new();
        let public = choices.chance(70);
        let own = byte(10 + number);
        addresses.push((
            cidr.base + u32::from(own),
            public.then_some(address(3, 120, 0, own)),
        ));
        if choices.chance(20) {
            let own = byte(110 + number);
            let public = choices.chance(40).then_some(address(3, 120, 0, own));
            addresses.push((cidr.base + u32::from(own), public));
        }
        let candidates: Vec<usize> = (0..5).filter(|&g| world.groups[g].vpc == vpc).collect();
        let mut groups = vec![choices.pick(&candidates)];
        let second = choices.pick(&candidates);
        if !groups.contains(&second) && choices.chance(40) {
            groups.push(second);
        }
        world.interfaces.push(Interface {
            subnet,
            addresses,
            groups,
            is_nat: false,
        });
    }
}

fn add_routes(choices: &mut Choices<'_>, world: &mut World, table: usize) {
    let RouteTable { vpc, is_main, .. } = world.tables[table];
    let to = |destination, target, is_blackhole| Route {
        destination: RouteDestination::Static(destination),
        target,
        is_blackhole,
    };
    let mut routes = vec![to(world.vpcs[vpc].cidr, Target::Local, false)];
    let nat = (0..world.nats.len()).find(|&n| world.vpc_of(world.nats[n].interface) == vpc);
    let nat = nat.map(Target::Nat);
    let gateway = Some(Target::InternetGateway);
    let mut defaults = vec![gateway, gateway, gateway, gateway, nat, None];
    if !is_main {
        defaults.extend([nat, nat, nat]);
    }
    defaults.extend(world.peering.as_ref().map(|_| Some(Target::Peering)));
    let transit = world.transit_gateway.as_ref();
    defaults.extend(transit.map(|_| Some(Target::TransitGateway)));
    if let Some(target) = choices.pick(&defaults) {
        routes.push(to(Cidr::ANY, target, choices.chance(8)));
    }
    if choices.chance(15) {
        let internet = Cidr::new(address(8, 8, 0, 0), 16);
        routes.push(to(internet, Target::InternetGateway, choices.chance(40)));
    }
    routes.extend(routes_to_peer(choices, world, vpc));
    if choices.chance(30) {
        routes.reverse();
    }
    world.tables[table].routes = routes;
}

fn routes_to_peer(choices: &mut Choices<'_>, world: &World, vpc: usize) -> Vec<Route> {
    let mut targets = Vec::new();
    targets.extend(world.peering.as_ref().map(|_| Target::Peering));
    let transit = world.transit_gateway.as_ref();
    targets.extend(transit.map(|_| Target::TransitGateway));
    let mut routes = Vec::new();
    if targets.is_empty() {
        return routes;
    }
    let third = |third| address(10, byte(1 - vpc), third, 0);
    let destinations = [
        (Cidr::new(third(0), 16), 95, 4),
        (Cidr::new(third(1), 24), 15, 50),
        (Cidr::new(third(2), 24), 10, 30),
        (Cidr::new(address(10, 0, 0, 0), 8), 10, 10),
    ];
    for (cidr, likely, blackhole) in destinations {
        if choices.chance(likely) {
            let target = choices.pick(&targets);
            let is_blackhole = choices.chance(blackhole);
            routes.push(Route {
                destination: RouteDestination::Static(cidr),
                target,
                is_blackhole,
            });
            if choices.chance(20) {
                // Never the best one: the static one wins.
                routes.push(Route {
                    destination: RouteDestination::Propagated(cidr),
                    target: Target::VpnGateway,
                    is_blackhole: false,
                });
            }
        }
    }
    if vpc == 0 && choices.chance(20) {
        routes.push(Route {
            destination: RouteDestination::PrefixList,
            target: choices.pick(&targets),
            is_blackhole: choices.chance(30),
        });
    }
    routes
}
