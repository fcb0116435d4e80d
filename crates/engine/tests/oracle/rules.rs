//! Rules of security groups and network ACLs, made of a list of numbers.

use crate::generate::Choices;
use crate::world::{AclEntry, Cidr, Permission, Selector, World, address};

const TCP: u8 = 6;
const UDP: u8 = 17;

const CIDRS: [Cidr; 14] = [
    Cidr::ANY,
    Cidr::ANY,
    Cidr::ANY,
    Cidr::ANY,
    Cidr::new(address(10, 0, 0, 0), 8),
    Cidr::new(address(10, 0, 0, 0), 16),
    Cidr::new(address(10, 1, 0, 0), 16),
    Cidr::new(address(10, 0, 1, 0), 24),
    Cidr::new(address(10, 1, 1, 0), 24),
    Cidr::new(address(10, 0, 2, 0), 24),
    Cidr::new(address(3, 120, 0, 0), 16),
    Cidr::new(address(8, 8, 0, 0), 16),
    Cidr::host(address(10, 0, 1, 10)),
    Cidr::host(address(10, 0, 2, 11)),
];

pub(crate) fn some_cidr(choices: &mut Choices<'_>) -> Cidr {
    choices.pick(&CIDRS)
}

const fn ports(protocol: u8, first: u16, last: u16) -> Selector {
    Selector::Ports {
        protocol,
        first,
        last,
    }
}

const fn messages(kind: Option<u8>, code: Option<u8>) -> Selector {
    Selector::Messages { kind, code }
}

const SELECTORS: [Selector; 18] = [
    Selector::All,
    Selector::All,
    Selector::All,
    ports(TCP, 0, 65535),
    ports(TCP, 443, 443),
    ports(TCP, 80, 443),
    ports(TCP, 22, 5432),
    ports(TCP, 1024, 65535),
    ports(TCP, 40000, 50000),
    ports(UDP, 0, 65535),
    ports(UDP, 53, 53),
    ports(UDP, 30000, 50000),
    messages(None, None),
    messages(Some(8), None),
    messages(Some(8), Some(0)),
    messages(Some(0), Some(0)),
    messages(Some(3), Some(4)),
    Selector::Whole(50),
];

fn permission(choices: &mut Choices<'_>, world: &World, vpc: usize) -> Permission {
    // With both ways between the VPCs it isn't said which one a reference would need.
    let crosses = !(world.peering.is_some() && world.transit_gateway.is_some());
    let groups: Vec<usize> = (0..5)
        .filter(|&group| crosses || world.groups[group].vpc == vpc)
        .collect();
    let mut permission = Permission {
        selector: choices.pick(&SELECTORS),
        cidrs: Vec::new(),
        groups: Vec::new(),
        has_prefix_list: false,
    };
    for _ in 0..=choices.below(3) {
        match choices.below(6) {
            0..=2 => permission.cidrs.push(some_cidr(choices)),
            3..=4 => permission.groups.push(choices.pick(&groups)),
            _ => permission.has_prefix_list = true,
        }
    }
    permission
}

pub(crate) fn add_rules(choices: &mut Choices<'_>, world: &mut World, group: usize) {
    let vpc = world.groups[group].vpc;
    let everything = || Permission {
        selector: Selector::All,
        cidrs: vec![Cidr::ANY],
        groups: Vec::new(),
        has_prefix_list: false,
    };
    for is_egress in [true, false] {
        let mut rules = Vec::new();
        if choices.chance(if is_egress { 20 } else { 40 }) {
            for _ in 0..=choices.below(3) {
                rules.push(permission(choices, world, vpc));
            }
        } else {
            rules.push(everything());
        }
        if is_egress {
            world.groups[group].egress = rules;
        } else {
            world.groups[group].ingress = rules;
        }
    }
}

pub(crate) fn acl_entries(choices: &mut Choices<'_>) -> Vec<AclEntry> {
    let mut entries = Vec::new();
    let style = choices.below(10);
    for is_egress in [true, false] {
        let mut rules = match style {
            0..=2 => vec![(true, Selector::All, Cidr::ANY)],
            3..=8 => usual_rules(choices),
            _ => Vec::new(),
        };
        if style == 9 || style > 1 && choices.chance(12) {
            for _ in 0..=choices.below(4) {
                let is_allow = !choices.chance(30);
                let selector = choices.pick(&SELECTORS);
                let at = choices.below(rules.len() + 1);
                rules.insert(at, (is_allow, selector, some_cidr(choices)));
            }
        }
        for (number, (is_allow, selector, cidr)) in (10..).step_by(10).zip(rules) {
            entries.push(AclEntry {
                number,
                is_egress,
                is_allow,
                selector,
                cidr,
            });
        }
    }
    if choices.chance(20) {
        entries.reverse();
    }
    entries
}

/// What people write: some services, ICMP, and a range for the replies.
fn usual_rules(choices: &mut Choices<'_>) -> Vec<(bool, Selector, Cidr)> {
    let mut rules = Vec::new();
    if choices.chance(15) {
        rules.push((false, choices.pick(&SELECTORS), some_cidr(choices)));
    }
    rules.push((true, ports(TCP, 0, 1023), Cidr::ANY));
    rules.push((true, ports(UDP, 0, 1023), Cidr::ANY));
    if choices.chance(70) {
        rules.push((true, messages(None, None), Cidr::ANY));
    }
    let replies = [
        Some((1024, 65535)),
        Some((32768, 65535)),
        Some((32768, 60999)),
        Some((40000, 50000)),
        Some((40000, 50000)),
        Some((45000, 65535)),
        Some((1024, 33000)),
        Some((33000, 60998)),
        Some((1024, 61000)),
        None,
    ];
    if let Some((first, last)) = choices.pick(&replies) {
        let cidr = if choices.chance(12) {
            some_cidr(choices)
        } else {
            Cidr::ANY
        };
        rules.push((true, ports(TCP, first, last), cidr));
        rules.push((true, ports(UDP, first, last), cidr));
    }
    if choices.chance(15) {
        rules.push((true, Selector::All, some_cidr(choices)));
    }
    rules
}
