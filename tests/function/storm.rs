//! A deployment of a thousand tasks: calls grow with services and VPCs, not with tasks.

use std::time::Duration;

use awsvpc_auditor_tests::lambda_api::Outcome;
use awsvpc_auditor_tests::world::World;
use serde_json::Value;

use crate::support::{Account, batch};

const TASKS: usize = 1_000;
const SERVICES: usize = 10;
/// As the template's event source delivers them.
const BATCH: usize = 500;

fn events(worlds: &[World; 2]) -> Vec<Value> {
    let per_service = TASKS / SERVICES;
    let mut events = Vec::with_capacity(TASKS);
    for service in 0..SERVICES {
        let world = &worlds[service % worlds.len()];
        let name = format!("service-{service}");
        world.make_service(&name);
        for task in 0..per_service {
            let interface = world.make_interface();
            events.push(world.event(&name, service * per_service + task, 5, &interface));
        }
    }
    events
}

#[test]
fn a_thousand_tasks_of_ten_services_in_two_vpcs() {
    let mut account = Account::new(&[]);
    let worlds = [account.world(20), account.world(30)];
    let events = events(&worlds);
    // Services start side by side, so a batch holds tasks of all of them.
    let mut bodies = Vec::with_capacity(TASKS);
    for task in 0..TASKS / SERVICES {
        for service in 0..SERVICES {
            bodies.push(events[service * (TASKS / SERVICES) + task].to_string());
        }
    }
    account.recorder.forget();
    for batch in bodies.chunks(BATCH) {
        let back = account.deliver(batch);
        assert!(back.is_empty(), "{back:?}: {}", account.function.output());
    }
    let counts = account.recorder.counts();
    let calls: usize = counts.values().sum();
    let memory = account.function.peak_memory();
    println!("{TASKS} events of {SERVICES} services in 2 VPCs: {calls} calls {counts:?}");
    println!(
        "peak memory of the function's process: {} kB",
        memory / 1024
    );
    assert!(calls <= 120, "{counts:?}");
    assert!(memory <= 40 << 20, "{memory} bytes");
    assert!(account.messages().is_empty());
    let audits: u64 = account.function.output().lines().map(audits).sum();
    assert_eq!(audits, TASKS as u64);
}

/// The storm that the alerts are held to: its events come in batches as Lambda gathers them, to the two
/// processes that the template allows.
#[test]
fn ten_thousand_tasks_of_twenty_services_of_which_three_are_broken() {
    const STARTED: usize = 10_000;
    const ALL: usize = 20;
    const BROKEN: usize = 3;
    let mut account = Account::new(&[]);
    let mut other = account.start_another(&[], Duration::from_mins(1));
    let worlds = [account.world(20), account.world(30), account.world(40)];
    worlds[0].break_nat_route();
    let services: Vec<_> = (0..ALL)
        .map(|service| {
            let world = if service < BROKEN {
                &worlds[0]
            } else {
                &worlds[1 + service % 2]
            };
            let name = format!("service-{service}");
            world.make_service(&name);
            let interfaces: Vec<_> = (0..20).map(|_| world.make_interface()).collect();
            (name, world, interfaces)
        })
        .collect();
    let body = |task: usize| {
        let (name, world, interfaces) = &services[task % ALL];
        let interface = &interfaces[task / ALL % interfaces.len()];
        world.event(name, task, 5, interface).to_string()
    };
    let bodies: Vec<String> = (0..STARTED).map(body).collect();
    account.recorder.forget();
    for (number, bodies) in bodies.chunks(BATCH).enumerate() {
        let back = if number % 2 == 0 {
            account.deliver(bodies).len()
        } else {
            match other.invoke(&batch(bodies)) {
                Outcome::Response(answer) => answer["batchItemFailures"].as_array().unwrap().len(),
                outcome => panic!("{outcome:?}\n{}", other.output()),
            }
        };
        assert_eq!(back, 0);
    }
    let counts = account.recorder.counts();
    let calls: usize = counts.values().sum();
    println!("{STARTED} events of {ALL} services, {BROKEN} broken: {calls} calls {counts:?}");
    println!("peak memory: {} kB", account.function.peak_memory() / 1024);
    assert!(calls <= 400, "{calls}: {counts:?}");
    let told = [
        account.messages().len(),
        account.chat().len(),
        account.findings().len(),
    ];
    assert_eq!(told, [BROKEN; 3]);
    let logs = account.function.output() + &other.output();
    assert_eq!(logs.lines().map(audits).sum::<u64>(), STARTED as u64);
}

/// The audits that a line of metrics counts.
fn audits(line: &str) -> u64 {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    line["Audits"].as_u64().unwrap_or_default()
}
