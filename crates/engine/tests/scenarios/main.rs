//! Whole shops, and what breaks in them.
//!
//! Each folder of `shops/` is a healthy shop as the AWS CLI prints it, and the event of one of its
//! tasks. A test breaks one thing in it and holds the audits of the task and of its service against
//! what a colleague would call the fault: exactly these findings, and nothing that nobody can tell.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on has failed"
)]

mod account;
mod breaks;
mod comparisons;
mod configurations;
mod database_in_a_peer_vpc;
mod fixes;
mod ipv6;
mod migrated_from_bridge_mode;
mod pipelines;
mod private_subnets_with_endpoints_only;
mod proposals;
mod reports;
mod secrets;
mod services_that_cannot_start;
mod services_without_interface_slots;
mod shared_files;
mod shop;
mod tasks_that_could_not_start;
mod touched;
mod two_zones;
mod web_behind_a_load_balancer;
mod worker_with_a_cache_and_a_queue;
mod wrong;

use std::fs;
use std::path::Path;

use shop::Shop;

/// Every shop.
fn shops() -> Vec<Shop> {
    vec![
        web_behind_a_load_balancer::the_shop(),
        worker_with_a_cache_and_a_queue::the_shop(),
        private_subnets_with_endpoints_only::the_shop(),
        migrated_from_bridge_mode::the_shop(),
        two_zones::the_shop(),
        shared_files::the_shop(),
        database_in_a_peer_vpc::the_shop(),
        ipv6::the_shop(),
    ]
}

/// A shop of which nobody tells what can break in it would look like a covered one.
#[test]
fn every_shop_is_told_of() {
    let told = shops();
    let shops = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/shops");
    for entry in fs::read_dir(shops).unwrap() {
        let folder = entry.unwrap().file_name().into_string().unwrap();
        assert!(told.iter().any(|shop| shop.folder == folder), "{folder}");
    }
}
