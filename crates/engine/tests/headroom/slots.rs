//! How many slots an instance has, and who holds them.

use serde_json::{Value, json};

use crate::account::{Account, account, attachment, instance_type, task};
use crate::machine::{Machine, machine, put};

/// What of an `m5.large`'s two slots is taken.
struct Taken {
    used: u32,
    foreign: Option<u32>,
    free: u32,
}

fn taken(account: &Account) -> Taken {
    account.host(|host| {
        let slots = host.slots.as_ref().unwrap();
        Taken {
            used: slots.used,
            foreign: slots.foreign,
            free: slots.free(),
        }
    })
}

/// A task on the instance with these members.
fn that(members: &Value) -> Value {
    let mut task = task("t", "web", "x");
    put(&mut task, members);
    task
}

fn with_interface(status: &str) -> Value {
    that(&json!({ "attachments": [attachment("t", status)] }))
}

fn ending(status: &str, desired: &str) -> Value {
    that(&json!({"lastStatus": status, "desiredStatus": desired}))
}

#[test]
fn a_slot_is_used_from_the_first_word_of_an_interface_to_the_last() {
    let volume =
        json!([{"type": "AmazonElasticBlockStorage", "status": "ATTACHED", "details": []}]);
    let nameless =
        json!([{"type": "ElasticNetworkInterface", "status": "PRECREATED", "details": []}]);
    for (name, task, used) in [
        ("PRECREATED", with_interface("PRECREATED"), 1),
        ("ATTACHING", with_interface("ATTACHING"), 1),
        ("ATTACHED", with_interface("ATTACHED"), 1),
        ("DETACHING", with_interface("DETACHING"), 1),
        ("DETACHED", with_interface("DETACHED"), 0),
        ("DELETED", with_interface("DELETED"), 0),
        ("no id yet", that(&json!({ "attachments": nameless })), 1),
        ("bridge mode", that(&json!({"attachments": []})), 0),
        ("a volume", that(&json!({ "attachments": volume })), 0),
        ("starting", ending("PROVISIONING", "RUNNING"), 1),
        ("to stop", ending("RUNNING", "STOPPED"), 1),
        ("stopping", ending("STOPPING", "STOPPED"), 1),
        ("its interface goes", ending("DEPROVISIONING", "STOPPED"), 1),
        ("stopped", ending("STOPPED", "STOPPED"), 0),
        ("a status to come", ending("RESTING", "RUNNING"), 1),
        (
            "on another instance",
            that(
                &json!({"containerInstanceArn": "arn:aws:ecs:eu-west-1:123456789012:container-instance/c/y"}),
            ),
            0,
        ),
    ] {
        let account = account().machine(machine("x")).with("tasks", task);
        let Taken {
            used: own, free, ..
        } = taken(&account);
        assert_eq!((own, free), (used, 2 - used), "{name}");
    }
}

#[test]
fn interfaces_that_ec2_shows_are_a_tasks_or_left_over_or_somebody_elses() {
    let of_ecs =
        "arn:aws:ecs:eu-west-1:123456789012:attachment/5a1d8f0e-4b6c-4f1e-9c3d-2a4b6c8d0e1f";
    let with =
        |id: &str, kind: &str, description: &str| machine("x").attached(id, kind, description);
    for (name, machine, expected) in [
        ("its own only", machine("x"), (1, Some(0), 1)),
        (
            "the task's",
            with("eni-t", "interface", of_ecs),
            (1, Some(0), 1),
        ),
        (
            "left by ECS",
            with("eni-9", "interface", of_ecs),
            (2, Some(0), 0),
        ),
        (
            "somebody's",
            with("eni-9", "interface", "monitoring"),
            (1, Some(1), 0),
        ),
        (
            "without a description",
            with("eni-9", "interface", ""),
            (1, Some(1), 0),
        ),
        ("a trunk", with("eni-9", "trunk", ""), (1, Some(0), 1)),
        ("a branch", with("eni-9", "branch", of_ecs), (1, Some(0), 1)),
        ("EC2 not asked", machine("x").unseen(), (1, None, 1)),
        (
            "more than there is room for",
            with("eni-8", "interface", "a").attached("eni-9", "interface", "b"),
            (1, Some(2), 0),
        ),
    ] {
        let account = account()
            .machine(machine)
            .with("tasks", task("t", "web", "x"));
        let Taken {
            used,
            foreign,
            free,
        } = taken(&account);
        assert_eq!((used, foreign, free), expected, "{name}");
    }
}

/// Whether branch interfaces appear on an instance isn't documented: only its tasks tell.
#[test]
fn with_a_trunk_the_tasks_count() {
    let tasks = ["t", "u", "v"].map(|name| task(name, "web", "x"));
    let trunked = machine("x")
        .with_trunk()
        .attached("eni-9", "trunk", "")
        .attached("eni-t", "branch", "");
    let account = account().machine(trunked).only("tasks", json!(tasks));
    let Taken {
        used,
        foreign,
        free,
    } = taken(&account);
    assert_eq!((used, foreign, free), (3, Some(0), 7));
}

fn sharing(disks: &Value) -> Value {
    let mut shared = instance_type("m5.large", 3);
    put(
        &mut shared,
        &json!({"EbsInfo": {"AttachmentLimitType": "shared", "MaximumEbsAttachments": 27},
                "InstanceStorageInfo": {"Disks": disks}}),
    );
    shared
}

#[test]
fn volumes_and_disks_take_attachments_where_they_share_them() {
    let mut dedicated = sharing(&json!([]));
    dedicated["EbsInfo"]["AttachmentLimitType"] = json!("dedicated");
    let shared = || sharing(&json!([]));
    let with_disks = || sharing(&json!([{"Count": 1, "SizeInGB": 75}]));
    let volumes = |count| machine("x").volumes(count);
    for (name, described, machine, budget, free) in [
        ("a volume", shared(), volumes(1), Some(26), 2),
        ("26 volumes", shared(), volumes(26), Some(1), 1),
        ("27 volumes", shared(), volumes(27), Some(0), 0),
        ("more than documented", shared(), volumes(40), Some(0), 0),
        (
            "25 volumes and a disk",
            with_disks(),
            volumes(25),
            Some(1),
            1,
        ),
        (
            "26 volumes and a disk",
            with_disks(),
            volumes(26),
            Some(0),
            0,
        ),
        ("a budget of their own", dedicated, volumes(27), None, 2),
        (
            "no word on it",
            instance_type("m5.large", 3),
            volumes(27),
            None,
            2,
        ),
        ("with a trunk", shared(), volumes(27).with_trunk(), None, 10),
        ("EC2 not asked", shared(), machine("x").unseen(), None, 2),
    ] {
        let account = account()
            .only("InstanceTypes", json!([described]))
            .machine(machine);
        let own = account.host(|host| {
            let slots = host.slots.as_ref().unwrap();
            (slots.budget, slots.free())
        });
        assert_eq!(own, (budget, free), "{name}");
    }
}

#[test]
fn of_several_network_cards_the_default_one_is_sure() {
    let cards = |all: &[u32]| -> Vec<Value> {
        let card =
            |(index, most)| json!({"NetworkCardIndex": index, "MaximumNetworkInterfaces": most});
        all.iter().enumerate().map(card).collect()
    };
    for (name, default, cards, expected) in [
        ("the first", 0, cards(&[2, 4, 4]), (1, 9)),
        ("another one", 2, cards(&[2, 4, 4]), (3, 9)),
        ("one card", 0, cards(&[10]), (9, 9)),
        ("no word on cards", 0, cards(&[]), (9, 9)),
    ] {
        let described = json!({"InstanceType": "m5.large", "NetworkInfo": {"MaximumNetworkInterfaces": 10,
                               "DefaultNetworkCardIndex": default, "NetworkCards": cards}});
        let account = account()
            .only("InstanceTypes", json!([described]))
            .machine(machine("x"));
        let totals = account.host(|host| {
            let slots = host.slots.as_ref().unwrap();
            (slots.total, slots.total_at_most, slots.free())
        });
        assert_eq!(totals, (expected.0, expected.1, expected.0), "{name}");
    }
}

#[test]
fn what_nobody_knows_is_said() {
    let unknown = || machine("x").of_type("x99.large");
    let silent = json!({"InstanceType": "m5.large"});
    let rows: [(Account, Machine, &str); 6] = [
        (
            account(),
            unknown(),
            "InstanceTypes: x99.large is not among the observed facts",
        ),
        (
            account().unobserved("InstanceTypes"),
            machine("x"),
            "InstanceTypes: not observed",
        ),
        (
            account().denied("InstanceTypes"),
            machine("x"),
            "InstanceTypes: access denied",
        ),
        (
            account().only("InstanceTypes", json!([silent])),
            machine("x"),
            "the number of network interfaces of m5.large",
        ),
        (
            account(),
            unknown().with_trunk(),
            "how many tasks a trunk of x99.large carries",
        ),
        (
            account(),
            machine("x").unseen().lacks("ecs.instance-type"),
            "the instance type of x",
        ),
    ];
    for (account, machine, expected) in rows {
        let slots = account.machine(machine).host(|host| host.slots.clone());
        let missing = slots.unwrap_err().to_string();
        assert!(missing.contains(expected), "{missing}");
    }
}

/// With a trunk only the documentation counts, not EC2's description of the type.
#[test]
fn a_trunk_needs_no_description_of_the_type() {
    let account = account()
        .denied("InstanceTypes")
        .machine(machine("x").with_trunk());
    assert_eq!(account.host(|host| host.slots.as_ref().unwrap().free()), 10);
}

#[test]
fn without_a_list_of_tasks_no_instance_is_measured() {
    for (account, expected) in [
        (
            account().denied("tasks"),
            "tasks: access denied (needs ecs:DescribeTasks)",
        ),
        (account().unobserved("tasks"), "tasks: not observed"),
        (
            account().denied("containerInstances"),
            "containerInstances: access denied",
        ),
    ] {
        let missing = account.region(&[], |region| {
            region.clusters[0].hosts.as_ref().unwrap_err().to_string()
        });
        assert!(missing.starts_with(expected), "{missing}");
    }
}
