//! The truth table of reachability: small accounts, and what AWS does with traffic in them.
//!
//! Each folder of `cases/` is an account as the AWS CLI prints it. The tests ask questions of it and
//! hold the whole answer against what AWS would do: the verdict, every blocker in order, every
//! missing fact, and the way. What gets through is as AWS documents it, not as the engine happens to
//! say; only how a blocker is named (code, component, direction) follows the engine's vocabulary.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod address_families;
mod edges;
mod endpoint_states;
mod endpoints;
mod groups;
mod groups_across_vpcs;
mod interface_types;
mod internet;
mod ipv6;
mod mending;
mod nat_gateways;
mod network_acls;
mod partial_facts;
mod peering;
mod places;
mod prefix_lists;
mod protocols;
mod ranges;
mod routes;
mod table;
mod transit_gateways;
mod unknowns;

use std::fs;
use std::path::Path;

/// An account of which nobody asks anything would look like a covered case.
#[test]
fn every_case_is_asked_about() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reach");
    let mut questions = String::new();
    for entry in fs::read_dir(&tests).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            questions += &fs::read_to_string(path).unwrap();
        }
    }
    let mut unasked = Vec::new();
    for entry in fs::read_dir(tests.join("cases")).unwrap() {
        let folder = entry.unwrap().file_name().into_string().unwrap();
        if !questions.contains(&format!("case(\"{folder}\")")) {
            unasked.push(folder);
        }
    }
    assert!(unasked.is_empty(), "cases without a question: {unasked:?}");
}
