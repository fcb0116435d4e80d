//! Every instance type of the documentation, without a trunk and with one.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_engine::headroom::{Options, Slots, measure};
use serde_json::{Value, json};

use crate::account::{Account, account};
use crate::machine::machine;

const TABLE: &str = include_str!("documented.csv");

/// The documentation names them in its table, and in the list of what isn't supported.
const CONTRADICTORY: [&str; 3] = ["r5b.16xlarge", "r5dn.16xlarge", "u-6tb1.56xlarge"];

/// With a trunk they take fewer tasks than without.
const FEWER_WITH_TRUNK: [&str; 4] = [
    "u-18tb1.112xlarge",
    "u-18tb1.metal",
    "u-24tb1.112xlarge",
    "u-24tb1.metal",
];

/// They have several network cards, and the default one takes fewer interfaces than all together.
const SEVERAL_CARDS: &str = "
    c6in.32xlarge c6in.metal c8gb.48xlarge c8gb.metal-48xl c8gn.48xlarge c8gn.metal-48xl
    c8ib.96xlarge c8ib.metal-96xl c8in.96xlarge c8in.metal-96xl dl1.24xlarge g6e.24xlarge
    g6e.48xlarge g7.48xlarge g7e.24xlarge g7e.48xlarge hpc6id.32xlarge m6idn.32xlarge m6idn.metal
    m6in.32xlarge m6in.metal m8gb.48xlarge m8gb.metal-48xl m8gn.48xlarge m8gn.metal-48xl
    m8ib.96xlarge m8ib.metal-96xl m8idb.96xlarge m8idb.metal-96xl m8idn.96xlarge m8idn.metal-96xl
    m8in.96xlarge m8in.metal-96xl p4d.24xlarge p4de.24xlarge p5.48xlarge p5e.48xlarge
    p5en.48xlarge p6-b200.48xlarge p6-b300.48xlarge r6idn.32xlarge r6idn.metal r6in.32xlarge
    r6in.metal r8gb.48xlarge r8gb.metal-48xl r8gn.48xlarge r8gn.metal-48xl r8ib.96xlarge
    r8ib.metal-96xl r8idb.96xlarge r8idb.metal-96xl r8idn.96xlarge r8idn.metal-96xl r8in.96xlarge
    r8in.metal-96xl trn1.32xlarge trn1n.32xlarge trn2.48xlarge u7in-16tb.224xlarge
    u7in-24tb.224xlarge u7in-32tb.224xlarge
";

struct Row {
    name: &'static str,
    interfaces: u32,
    cards: Option<u32>,
    on_default_card: Option<u32>,
    without_trunk: u32,
    with_trunk: u32,
}

fn row(line: &'static str) -> Row {
    let fields: Vec<_> = line.split(',').collect();
    let [name, interfaces, cards, on_default_card, without, with] = fields[..] else {
        panic!("{line}");
    };
    let optional = |field: &str| (!field.is_empty()).then(|| field.parse().unwrap());
    Row {
        name,
        interfaces: interfaces.parse().unwrap(),
        cards: optional(cards),
        on_default_card: optional(on_default_card),
        without_trunk: without.parse().unwrap(),
        with_trunk: with.parse().unwrap(),
    }
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).map(row).collect()
}

/// As EC2 describes the type.
fn instance_type(row: &Row) -> Value {
    let cards = row.on_default_card.zip(row.cards).map(|(own, count)| {
        let others = (row.interfaces - own) / (count - 1).max(1);
        let of = |index| if index == 0 { own } else { others };
        let card =
            |index| json!({"NetworkCardIndex": index, "MaximumNetworkInterfaces": of(index)});
        (0..count).map(card).collect::<Vec<_>>()
    });
    json!({"InstanceType": row.name, "NetworkInfo": {"DefaultNetworkCardIndex": 0,
           "MaximumNetworkInterfaces": row.interfaces, "NetworkCards": cards.unwrap_or_default()}})
}

/// An instance of each type without a trunk, and one with. Their slots, by name and `trunk`.
fn slots(rows: &[Row]) -> BTreeMap<(String, bool), Option<Slots>> {
    let types: Vec<_> = rows.iter().map(instance_type).collect();
    let mut account: Account = account().only("InstanceTypes", json!(types));
    for row in rows {
        let plain = machine(&format!("{}-plain", row.name)).of_type(row.name);
        let trunked = machine(&format!("{}-trunk", row.name)).of_type(row.name);
        account = account.machines([plain, trunked.with_trunk()]);
    }
    let snapshot = account.snapshot();
    let options = Options::default();
    let regions = measure(&snapshot, &options);
    let hosts = regions[0].clusters[0].known_hosts().iter();
    hosts
        .map(|host| {
            let (name, which) = host
                .facts
                .container_instance_arn
                .name()
                .rsplit_once('-')
                .unwrap();
            (
                (name.to_owned(), which == "trunk"),
                host.slots.as_ref().ok().copied(),
            )
        })
        .collect()
}

#[test]
fn every_documented_type_takes_what_the_documentation_says() {
    let rows = rows();
    assert_eq!(rows.len(), 1201);
    let slots = slots(&rows);
    let several_cards: BTreeSet<_> = SEVERAL_CARDS.split_whitespace().collect();
    for row in &rows {
        let own = |trunk| slots[&(row.name.to_owned(), trunk)];
        let plain = own(false).unwrap();
        assert_eq!(plain.total_at_most, row.without_trunk, "{}", row.name);
        let is_range = several_cards.contains(row.name);
        assert_eq!(plain.total < plain.total_at_most, is_range, "{}", row.name);
        if is_range {
            assert_eq!(Some(plain.total + 1), row.on_default_card, "{}", row.name);
        }
        let is_contradictory = CONTRADICTORY.contains(&row.name);
        let with = own(true).map(|slots| (slots.total, slots.total_at_most));
        let documented = (!is_contradictory).then_some((row.with_trunk, row.with_trunk));
        assert_eq!(with, documented, "{} with a trunk", row.name);
        let is_fewer = FEWER_WITH_TRUNK.contains(&row.name);
        let gives_less = row.with_trunk <= row.without_trunk && !is_contradictory;
        assert_eq!(gives_less, is_fewer, "{} with a trunk", row.name);
    }
}

/// An exception that the table lacks is none.
#[test]
fn the_exceptions_are_types_of_the_table() {
    let known: BTreeSet<_> = rows().iter().map(|row| row.name).collect();
    let exceptions = CONTRADICTORY.into_iter().chain(FEWER_WITH_TRUNK);
    for name in exceptions.chain(SEVERAL_CARDS.split_whitespace()) {
        assert!(known.contains(name), "{name}");
    }
}
