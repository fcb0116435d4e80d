//! Which route a packet takes.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>

use ipnet::IpNet;

use crate::facts::{
    FactKind, Missing, Reason, Route, RouteDestination, RouteOrigin, RouteState, RouteTable,
    RouteTarget, Snapshot, Vpc, VpcId,
};
use crate::net::{AddressScope, Cover};

/// What a route table does with a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// This route takes it.
    Route(Chosen),
    /// No route takes it.
    NoRoute,
    /// The facts don't tell.
    Unknown(Missing),
}

/// The route that takes a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    /// As the table writes it: a prefix or a prefix list.
    pub(super) destination: RouteDestination,
    pub(super) target: RouteTarget,
    pub(super) is_blackhole: bool,
    is_unrecognized: bool,
    rank: (u8, Rank),
}

/// Which of two equally long routes wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Propagated,
    PrefixList,
    Static,
}

/// Finds the route for `scope`: the longest prefix, then static over prefix list over propagated.
/// A blackhole that wins still wins. The VPC's own blocks are local even if the table as observed
/// doesn't list them.
pub(super) fn choose(
    snapshot: &Snapshot,
    table: &RouteTable,
    vpc: &VpcId,
    scope: AddressScope,
) -> Choice {
    let choice = choose_for(snapshot, table, vpc, scope);
    // People spell the default route by its halves, to be more specific than another one.
    let (Choice::Unknown(_), AddressScope::Internet(family)) = (&choice, scope) else {
        return choice;
    };
    let Ok(halves) = family.default_route().subnets(1) else {
        return choice;
    };
    let mut chosen =
        halves.map(|half| choose_for(snapshot, table, vpc, AddressScope::InternetBlock(half)));
    match (chosen.next(), chosen.next()) {
        (Some(Choice::Route(one)), Some(Choice::Route(other)))
            if one.target == other.target && one.is_blackhole == other.is_blackhole =>
        {
            Choice::Route(one)
        }
        _ => choice,
    }
}

fn choose_for(snapshot: &Snapshot, table: &RouteTable, vpc: &VpcId, scope: AddressScope) -> Choice {
    let mut best: Vec<Chosen> = Vec::new();
    let mut in_part: Vec<RouteTarget> = Vec::new();
    let mut unread: Vec<(RouteTarget, Missing)> = Vec::new();
    for route in table
        .routes
        .iter()
        .filter(|route| route.state != RouteState::Filtered)
    {
        match prefixes(snapshot, route) {
            Ok(prefixes) => {
                for prefix in prefixes {
                    match scope.covered_by(&prefix) {
                        Cover::All => consider(&mut best, candidate(route, prefix)),
                        Cover::Part => in_part.push(route.target.clone()),
                        Cover::None => {}
                    }
                }
            }
            Err(missing) if could_cover(route, scope) => {
                unread.push((route.target.clone(), missing));
            }
            Err(_) => {}
        }
    }
    let local = snapshot
        .vpcs
        .get(vpc)
        .ok()
        .into_iter()
        .flat_map(Vpc::blocks);
    let mut implied = None;
    for block in local {
        let listed = table
            .routes
            .iter()
            .any(|route| route.destination == RouteDestination::Cidr(block));
        if !listed && scope.covered_by(&block) == Cover::All {
            consider(&mut best, implied_local(block));
            implied = Some(implied_local(block));
        }
    }
    // The VPC's own route comes before propagated ones, however specific they are.
    // https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
    if let Some(local) = local_route(table, scope, implied)
        && best.iter().all(|chosen| chosen.rank.1 == Rank::Propagated)
    {
        best = vec![local];
    }
    decide(best, &in_part, unread, scope)
}

/// The local route for a scope, if it lies in the VPC.
fn local_route(table: &RouteTable, scope: AddressScope, implied: Option<Chosen>) -> Option<Chosen> {
    let mut listed = table
        .routes
        .iter()
        .filter(|route| route.target == RouteTarget::Local);
    let found = listed.find_map(|route| match &route.destination {
        RouteDestination::Cidr(block) if scope.covered_by(block) == Cover::All => {
            Some(candidate(route, *block))
        }
        _ => None,
    });
    found.or(implied)
}

fn decide(
    best: Vec<Chosen>,
    in_part: &[RouteTarget],
    unread: Vec<(RouteTarget, Missing)>,
    scope: AddressScope,
) -> Choice {
    let winner = best.first();
    let differs = |target: &RouteTarget| winner.is_none_or(|winner| winner.target != *target);
    if let Some((_, missing)) = unread.into_iter().find(|(target, _)| differs(target)) {
        return Choice::Unknown(missing);
    }
    if in_part.iter().any(differs) {
        return Choice::Unknown(super::depends_on_address(scope));
    }
    if best.iter().skip(1).any(|other| differs(&other.target)) {
        // Overlapping prefix lists with different targets: AWS doesn't say which wins.
        return Choice::Unknown(Missing::new(
            FactKind::RouteTables,
            Reason::Invisible(format!(
                "several routes for {scope} are equally good and lead to different targets"
            )),
        ));
    }
    if let Some(unclear) = best.iter().find(|chosen| chosen.is_unrecognized) {
        return Choice::Unknown(super::outside(format!(
            "whether the route {} works: its state is new to this version",
            unclear.destination
        )));
    }
    match best.into_iter().next() {
        Some(chosen) => Choice::Route(chosen),
        None => Choice::NoRoute,
    }
}

/// Keeps the best routes seen so far; more than one when nothing tells them apart.
fn consider(best: &mut Vec<Chosen>, candidate: Chosen) {
    match best.first().map(|chosen| chosen.rank.cmp(&candidate.rank)) {
        Some(std::cmp::Ordering::Greater) => {}
        Some(std::cmp::Ordering::Equal) => best.push(candidate),
        Some(std::cmp::Ordering::Less) | None => *best = vec![candidate],
    }
}

fn candidate(route: &Route, prefix: IpNet) -> Chosen {
    let rank = match (&route.destination, route.origin) {
        (_, RouteOrigin::Propagated) => Rank::Propagated,
        (RouteDestination::PrefixList(_), RouteOrigin::Static) => Rank::PrefixList,
        (RouteDestination::Cidr(_), RouteOrigin::Static) => Rank::Static,
    };
    Chosen {
        destination: route.destination.clone(),
        target: route.target.clone(),
        is_blackhole: route.state == RouteState::Blackhole,
        is_unrecognized: route.state == RouteState::Unrecognized,
        rank: (prefix.prefix_len(), rank),
    }
}

fn implied_local(block: IpNet) -> Chosen {
    Chosen {
        destination: RouteDestination::Cidr(block),
        target: RouteTarget::Local,
        is_blackhole: false,
        is_unrecognized: false,
        rank: (block.prefix_len(), Rank::Static),
    }
}

fn prefixes(snapshot: &Snapshot, route: &Route) -> Result<Vec<IpNet>, Missing> {
    match &route.destination {
        RouteDestination::Cidr(prefix) => Ok(vec![*prefix]),
        RouteDestination::PrefixList(id) => snapshot.prefix_lists.get(id)?.prefixes(),
    }
}

/// Whether a prefix list that wasn't read could hold the scope. The lists of gateway endpoints are
/// AWS services' public prefixes; none holds a private address, and none is the whole internet.
fn could_cover(route: &Route, scope: AddressScope) -> bool {
    let is_service = matches!(route.target, RouteTarget::VpcEndpoint(_));
    match scope {
        AddressScope::Internet(_) | AddressScope::InternetBlock(_) => !is_service,
        _ => !(is_service && scope.is_private()),
    }
}
