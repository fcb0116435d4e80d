//! Which task, and which service, gets a place first, and what that leaves to the others.

use awsvpc_auditor_engine::headroom::Lack::{AnotherTask, Slot};
use awsvpc_auditor_engine::headroom::Order;

use crate::example::{daemon, instance, instance_in, on, service};

/// The first to come gets the slot; the second gets it too if the first leaves one behind.
#[test]
fn two_services_that_each_fit_alone_do_not_both_fit() {
    on(vec![instance(1)])
        .deploys(service(1))
        .finishes(1)
        .deploys(service(1))
        .stalls_at(0, &[Slot])
        .holds();
    on(vec![instance(1)])
        .deploys(service(1).runs_on(&[0]))
        .finishes(1)
        .deploys(service(1).runs_on(&[0]))
        .finishes_after_waiting(1)
        .holds();
}

#[test]
fn a_daemon_that_may_stop_first_needs_no_spare_slot() {
    on(vec![instance(0), instance(0)])
        .deploys(daemon().runs_on(&[0, 1]).percent(0, 100))
        .finishes_after_waiting(2)
        .with_at_most(2)
        .holds();
    on(vec![instance(1), instance(1)])
        .deploys(daemon().runs_on(&[0, 1]).percent(0, 100))
        .finishes(2)
        .with_at_most(4)
        .holds();
}

#[test]
fn a_daemon_that_starts_first_needs_a_spare_slot_on_each_instance() {
    on(vec![instance(1), instance(1)])
        .deploys(daemon().runs_on(&[0, 1]))
        .finishes(2)
        .with_at_most(4)
        .holds();
    on(vec![instance(2), instance(0)])
        .deploys(daemon().runs_on(&[0, 1]))
        .stalls_at(1, &[Slot])
        .after_looking_at(1)
        .holds();
}

/// What the first service leaves free tells where its tasks are.
#[test]
fn tasks_are_spread_over_zones_before_instances() {
    let places = || vec![instance(1), instance(1), instance_in(1, 1)];
    let zones = Order::SpreadOver(vec![0, 0, 1]);
    on(places())
        .deploys(service(2).placed_by(&[zones]))
        .finishes(2)
        .deploys(service(1).only_on(&[2]))
        .stalls_at(0, &[Slot])
        .holds();
    on(places())
        .deploys(service(2).placed_by(&[Order::SpreadOverSites]))
        .finishes(2)
        .deploys(service(1).only_on(&[2]))
        .finishes(1)
        .holds();
}

#[test]
fn spreading_leaves_a_slot_on_each_and_packing_fills_one() {
    let places = || vec![instance(2), instance(2)];
    let second = || service(2).distinct();
    on(places())
        .deploys(service(2).placed_by(&[Order::SpreadOverSites]))
        .finishes(2)
        .deploys(second())
        .finishes(2)
        .holds();
    for packing in [Order::PackCpu, Order::PackMemory] {
        on(places())
            .deploys(service(2).placed_by(&[packing]))
            .finishes(2)
            .deploys(second())
            .stalls_at(1, &[Slot, AnotherTask])
            .holds();
    }
}
