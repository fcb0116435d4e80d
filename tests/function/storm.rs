//! A deployment of a thousand tasks: calls grow with services and VPCs, not with tasks.

use awsvpc_auditor_tests::world::World;
use serde_json::Value;

use crate::support::Account;

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

/// The audits that a line of metrics counts.
fn audits(line: &str) -> u64 {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    line["Audits"].as_u64().unwrap_or_default()
}
