//! Every service of the region, on a schedule.

use awsvpc_auditor_tests::lambda_api::{Function, Outcome};
use awsvpc_auditor_tests::world::{PLANTED, World, wait};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::Account;

/// What a sweep answers.
pub(crate) fn swept(function: &mut Function) -> Value {
    let tick = json!({ "detail-type": "Scheduled Event", "source": "aws.events", "detail": {} });
    match function.invoke(&tick) {
        Outcome::Response(answer) => answer,
        other => panic!("{other:?}\n{}", function.output()),
    }
}

fn sweep(account: &mut Account) -> Value {
    swept(&mut account.function)
}

/// Makes a service with a group and a task definition of its own.
fn make_own(world: &World, name: &str) {
    let group = world.ec2().create_security_group().group_name(name);
    let group = wait(group.vpc_id(&world.vpc).description(name).send()).unwrap();
    let secret = aws_sdk_ecs::types::KeyValuePair::builder()
        .name("DATABASE_PASSWORD")
        .value(PLANTED)
        .build();
    let container = aws_sdk_ecs::types::ContainerDefinition::builder()
        .name("web")
        .image("web:1")
        .memory(128)
        .environment(secret)
        .build();
    let awsvpc = aws_sdk_ecs::types::NetworkMode::Awsvpc;
    let request = world.ecs().register_task_definition().family(name);
    let request = request
        .network_mode(awsvpc)
        .container_definitions(container);
    wait(request.send()).unwrap();
    world.make_service_of(name, name, group.group_id().unwrap());
}

/// Calls grow with the pages of services, and with VPCs: what a sweep costs for 50, 100, 200 and 400
/// services in four VPCs, a revision's first look apart.
#[test]
fn four_hundred_services_in_four_vpcs() {
    const STEPS: [usize; 4] = [50, 100, 200, 400];
    let mut account = Account::new(&[]);
    let worlds = [20, 30, 40, 50].map(|network| account.world(network));
    let mut made = 0;
    let mut costs = Vec::new();
    for services in STEPS {
        let new = services - made;
        while made < services {
            make_own(&worlds[made % worlds.len()], &format!("service-{made}"));
            made += 1;
        }
        account.recorder.forget();
        // A process that remembers nothing by itself.
        let mut function = account.start_another(&[], Duration::from_mins(5));
        let answer = swept(&mut function);
        assert_eq!(answer["services"].as_array().unwrap().len(), services);
        let counts = account.recorder.counts();
        let calls: usize = counts.values().sum();
        let definitions = counts.get("ecs:DescribeTaskDefinition").copied();
        assert_eq!(definitions, Some(new), "revisions that were never seen");
        println!(
            "{services} services: {} calls and {new} new revisions {counts:?}",
            calls - new
        );
        costs.push(calls - new);
        assert!(function.peak_memory() <= 256 << 20);
        assert!(!function.output().contains(PLANTED));
    }
    assert!(costs[3] <= 120, "{costs:?}");
    // Eight times the services are not three times the calls.
    assert!(costs[3] < 3 * costs[0], "{costs:?}");
    account.recorder.forget();
    sweep(&mut account);
    let again = account.recorder.counts();
    assert!(
        !again.contains_key("ecs:DescribeTaskDefinition"),
        "{again:?}"
    );
    assert!(again.values().sum::<usize>() <= 120, "{again:?}");
    assert!(account.messages().is_empty());
    let kept = account.kept();
    assert!(!kept.contains(PLANTED), "the table holds a secret");
}

#[test]
fn what_no_event_told_is_noticed_and_so_is_its_mending() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    sweep(&mut account);
    assert!(account.messages().is_empty());
    world.break_nat_route();
    let mut later = account.start_another(&[], Duration::from_mins(1));
    assert_eq!(swept(&mut later)["messages"], 1);
    let told = account.messages();
    assert_eq!(told.len(), 1, "{told:#?}");
    let words = told[0]["Subject"].as_str().unwrap();
    assert!(words.contains("no-internet-route"), "{words}");
    // The same once more is no news.
    assert_eq!(swept(&mut later)["messages"], 0);
    world.mend_nat_route();
    let mut later = account.start_another(&[], Duration::from_mins(1));
    swept(&mut later);
    let told = account.messages();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0]["Subject"].as_str().unwrap().starts_with("Mended: "));
}

/// A fault that a task's audit told is mended by a sweep, and the other way round.
#[test]
fn tasks_and_sweeps_tell_of_the_same_alerts() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_nat_route();
    let event = world.event("checkout", 1, 5, &world.make_interface());
    assert!(account.deliver(&[event.to_string()]).is_empty());
    assert_eq!(account.messages().len(), 1);
    assert_eq!(sweep(&mut account)["messages"], 0, "it was told");
    world.mend_nat_route();
    let mut later = account.start_another(&[], Duration::from_mins(1));
    assert_eq!(swept(&mut later)["messages"], 1);
    let told = account.messages();
    assert!(
        told[0]["Subject"].as_str().unwrap().starts_with("Mended: "),
        "{told:#?}"
    );
}

#[test]
fn alerts_of_a_service_that_is_no_more_end() {
    let mut account = Account::new(&[]);
    let world = account.world(20);
    world.make_service("checkout");
    world.make_service("orders");
    world.break_nat_route();
    sweep(&mut account);
    assert_eq!(account.messages().len(), 2);
    world.delete_service("checkout");
    let answer = sweep(&mut account);
    assert_eq!(answer["services"], json!(["shop-20/orders"]));
    let gone = answer["gone"][0].as_str().unwrap();
    assert!(gone.ends_with("shop-20/service:checkout"), "{answer}");
    let told = account.messages();
    assert_eq!(told.len(), 1, "{told:#?}");
    let subject = told[0]["Subject"].as_str().unwrap();
    assert!(
        subject.starts_with("Mended: checkout in shop-20"),
        "{subject}"
    );
    let text = told[0]["Message"].as_str().unwrap();
    assert!(text.contains("The service is no more"), "{text}");
    sweep(&mut account);
    assert!(account.messages().is_empty(), "once");
}

/// Where only some clusters are looked at, the others' services aren't gone.
#[test]
fn other_clusters_are_left_alone() {
    let mut account = Account::new(&[]);
    let worlds = [account.world(20), account.world(30)];
    for world in &worlds {
        world.make_service("checkout");
        world.break_nat_route();
    }
    sweep(&mut account);
    assert_eq!(account.messages().len(), 2);
    let mut narrow = account.start_another(&[("CLUSTERS", "shop-20")], Duration::from_mins(1));
    let answer = swept(&mut narrow);
    assert_eq!(answer["services"], json!(["shop-20/checkout"]));
    assert_eq!(answer["gone"], json!([]));
    assert!(account.messages().is_empty());
}
