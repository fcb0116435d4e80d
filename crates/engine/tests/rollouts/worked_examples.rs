//! Deployments that can be followed by hand.

use awsvpc_auditor_engine::headroom::Lack::{
    Address, AnotherTask, Cpu, FargateQuota, Gpu, InterfaceQuota, Memory, Port, Slot,
};
use awsvpc_auditor_engine::headroom::{Site, Transport};

use crate::example::{instance, instance_in, on, service};
use crate::generate::fargate;

/// The instance has two slots, and both tasks have one each.
#[test]
fn an_instance_at_its_limit_takes_no_replacement() {
    on(vec![instance(0)])
        .deploys(service(2).runs_on(&[0, 0]))
        .stalls_at(0, &[Slot])
        .with_at_most(2)
        .after_looking_at(1)
        .holds();
}

/// The replacement comes while the stopped task still holds its interface, and has to come again.
#[test]
fn an_instance_at_its_limit_takes_a_replacement_once_a_task_has_gone() {
    for (minimum, maximum) in [(50, 200), (0, 100), (50, 100), (0, 200)] {
        on(vec![instance(0)])
            .deploys(service(2).runs_on(&[0, 0]).percent(minimum, maximum))
            .finishes_after_waiting(2)
            .with_at_most(2)
            .holds();
    }
}

#[test]
fn with_a_slot_for_every_replacement_nothing_waits() {
    on(vec![instance(2)])
        .deploys(service(2).runs_on(&[0, 0]))
        .finishes(2)
        .with_at_most(4)
        .holds();
}

#[test]
fn one_free_slot_in_all_goes_from_task_to_task() {
    on(vec![instance(0), instance(1)])
        .deploys(service(4).runs_on(&[0, 0, 1, 1]))
        .finishes_after_waiting(4)
        .with_at_most(5)
        .holds();
}

#[test]
fn memory_is_short_though_slots_are_free() {
    let mut full = instance(8);
    full.room.memory = 511;
    on(vec![full])
        .deploys(service(2).runs_on(&[0, 0]))
        .stalls_at(0, &[Memory])
        .holds();
}

#[test]
fn cpu_is_short_though_slots_are_free() {
    let mut full = instance(8);
    full.room.cpu = 255;
    on(vec![full])
        .deploys(service(2).runs_on(&[0, 0]))
        .stalls_at(0, &[Cpu])
        .holds();
}

#[test]
fn what_exactly_fits_is_enough() {
    let mut tight = instance(1);
    (tight.room.cpu, tight.room.memory) = (256, 512);
    on(vec![tight])
        .addresses(&[1])
        .interfaces(1)
        .deploys(service(1).runs_on(&[0]))
        .finishes(1)
        .holds();
}

#[test]
fn a_place_that_lacks_one_thing_is_nearer_than_one_that_lacks_two() {
    let mut further = instance(0);
    further.room.memory = 0;
    let mut nearer = instance(1);
    nearer.room.cpu = 0;
    on(vec![further, nearer])
        .deploys(service(1).runs_on(&[0]))
        .stalls_at(0, &[Cpu])
        .after_looking_at(2)
        .holds();
}

/// Stopping one gives back 512 MiB; the new one wants 1024.
#[test]
fn a_stopped_task_gives_back_what_it_had_and_not_what_the_new_one_takes() {
    let mut full = instance(8);
    full.room.memory = 0;
    on(vec![full.clone()])
        .deploys(service(2).runs_on(&[0, 0]).percent(50, 100).grows_to(1024))
        .stalls_at(0, &[Memory])
        .holds();
    on(vec![full])
        .deploys(service(2).runs_on(&[0, 0]).percent(0, 100).grows_to(1024))
        .stalls_at(1, &[Memory])
        .holds();
}

#[test]
fn gpus_are_short_until_a_task_gives_one_back() {
    on(vec![instance(8)])
        .deploys(service(1).runs_on(&[0]).with_gpu())
        .stalls_at(0, &[Gpu])
        .holds();
    on(vec![instance(8)])
        .deploys(service(1).runs_on(&[0]).with_gpu().percent(0, 100))
        .finishes_after_waiting(1)
        .holds();
}

#[test]
fn a_host_port_is_free_only_after_its_task_has_gone() {
    let port = (80, Transport::Tcp);
    let taken = Site {
        ports: [port].into(),
        ..instance(0)
    };
    on(vec![taken.clone()])
        .deploys(service(1).runs_on(&[0]).in_host_mode(port))
        .stalls_at(0, &[Port])
        .holds();
    on(vec![taken.clone()])
        .deploys(service(1).runs_on(&[0]).in_host_mode(port).percent(0, 100))
        .finishes_after_waiting(1)
        .holds();
    on(vec![taken])
        .deploys(service(1).in_host_mode((80, Transport::Udp)))
        .finishes(1)
        .holds();
}

#[test]
fn addresses_are_short_in_the_only_zone() {
    on(vec![instance(8)])
        .addresses(&[1])
        .deploys(service(3).runs_on(&[0]))
        .stalls_at(1, &[Address])
        .with_at_most(2)
        .holds();
}

#[test]
fn addresses_are_short_in_one_of_two_zones() {
    on(vec![instance(8), instance_in(1, 8)])
        .addresses(&[0, 2])
        .deploys(service(2).runs_on(&[0, 0]))
        .finishes(2)
        .holds();
    on(vec![instance(8), instance_in(1, 8)])
        .addresses(&[0, 2])
        .deploys(service(2).runs_on(&[0, 0]).only_on(&[0]))
        .stalls_at(0, &[Address])
        .holds();
}

#[test]
fn the_quota_of_interfaces_is_used_up() {
    on(vec![instance(8)])
        .interfaces(0)
        .deploys(service(2).runs_on(&[0, 0]))
        .stalls_at(0, &[InterfaceQuota])
        .holds();
}

#[test]
fn the_quota_of_fargate_is_used_up() {
    on(vec![fargate(0), fargate(1)])
        .fargate_quota(1)
        .deploys(service(2).on_fargate())
        .stalls_at(1, &[FargateQuota])
        .holds();
    on(vec![fargate(0), fargate(1)])
        .fargate_quota(0)
        .deploys(service(2).on_fargate().runs_on(&[0, 1]).percent(50, 200))
        .finishes_after_waiting(2)
        .holds();
}

#[test]
fn as_many_distinct_instances_as_tasks_leave_no_place_for_another() {
    on(vec![instance(8), instance(8)])
        .deploys(service(2).distinct().runs_on(&[0, 1]))
        .stalls_at(0, &[AnotherTask])
        .holds();
    on(vec![instance(8), instance(8)])
        .deploys(service(2).distinct().runs_on(&[0, 1]).percent(50, 200))
        .finishes_without_telling(2)
        .holds();
}

#[test]
fn one_more_instance_than_distinct_tasks_is_enough() {
    on(vec![instance(8), instance(8), instance(8)])
        .deploys(service(2).distinct().runs_on(&[0, 1]))
        .finishes_without_telling(2)
        .with_at_most(4)
        .holds();
}

#[test]
fn draining_tasks_hold_their_slots_for_one_round_more() {
    on(vec![instance(0)])
        .deploys(service(2).drains_on(&[0, 0]))
        .finishes_after_waiting(2)
        .with_at_most(2)
        .holds();
}

/// The address of a task can be known though its instance isn't.
#[test]
fn a_task_on_an_instance_that_nobody_described_gives_its_address_back() {
    on(vec![instance(1)])
        .addresses(&[0])
        .deploys(service(1).runs_somewhere().percent(0, 100))
        .finishes_after_waiting(1)
        .holds();
    on(vec![instance(0)])
        .deploys(service(1).runs_somewhere().percent(0, 100))
        .stalls_at(0, &[Slot])
        .holds();
}

#[test]
fn percentages_can_allow_nothing_at_all() {
    on(vec![instance(8)])
        .deploys(service(2).runs_on(&[0, 0]).percent(100, 100))
        .has_no_step()
        .holds();
}

/// The maximum is rounded down, so one task at 150 percent stays one; the minimum is rounded up.
#[test]
fn percentages_of_few_tasks_are_rounded_to_nothing() {
    on(vec![instance(8)])
        .deploys(service(1).runs_on(&[0]).percent(100, 150))
        .has_no_step()
        .holds();
    on(vec![instance(8)])
        .deploys(service(1).runs_on(&[0]).percent(1, 150))
        .has_no_step()
        .holds();
    on(vec![instance(8)])
        .deploys(service(2).runs_on(&[0, 0]).percent(100, 150))
        .finishes(2)
        .with_at_most(4)
        .holds();
}

#[test]
fn a_service_without_tasks_stops_what_still_runs() {
    on(vec![instance(0)])
        .deploys(service(0).runs_on(&[0, 0]))
        .finishes(0)
        .with_at_most(2)
        .holds();
    on(vec![instance(0)])
        .deploys(service(0))
        .finishes(0)
        .with_at_most(0)
        .holds();
}

#[test]
fn a_free_instance_that_is_not_allowed_does_not_help() {
    on(vec![instance(0), instance(8)])
        .deploys(service(1).runs_on(&[0]).only_on(&[0]))
        .stalls_at(0, &[Slot])
        .after_looking_at(1)
        .holds();
    on(vec![instance(8)])
        .deploys(service(1).only_on(&[]))
        .stalls_at(0, &[])
        .after_looking_at(0)
        .holds();
}
