//! What is short in the region, as a message has to tell it.

use awsvpc_auditor_tests::tools::REGION;

use super::lacking::Lacking;
use super::region::{Region, ZONE};

/// A fault.
pub(super) struct Fault {
    pub(super) check: &'static str,
    pub(super) resource: String,
    /// What is said of it, or how that begins.
    pub(super) text: String,
}

fn fault(check: &'static str, resource: &str, text: impl Into<String>) -> Fault {
    Fault {
        check,
        resource: resource.to_owned(),
        text: text.into(),
    }
}

/// While the account setting for trunks is off.
pub(super) fn all(region: &Region, lacking: &Lacking) -> Vec<Fault> {
    let mut all = Vec::from(in_shop(region));
    all.extend(in_batch(region));
    all.extend(in_edge(region));
    all.extend(of_all(region, lacking));
    all
}

/// A deployment that starts no task, on the one place or the places that it may use.
fn stalls(service: &str, new: &str, place: &str, short: &str) -> String {
    format!("a deployment of {service} can't start {new}: {place} that it may use has {short}")
}

fn in_shop(region: &Region) -> [Fault; 4] {
    let [_, second] = &region.shop;
    let exhausted = "no interface slot is free on 2 instances of shop, which have 4 together: the next task in \
                     awsvpc mode stays PROVISIONING or is refused with RESOURCE:ENI; trunks would give 2 \
                     instances 20 slots in place of 4";
    let low =
        "2 of 2 instances of shop have no interface slot left, but CPU and memory for another task";
    let foreign =
        format!("1 instance of shop holds interfaces that ECS didn't attach: {second} (1)");
    let short = stalls(
        "shop/web",
        "any of its 3 new tasks",
        "each of the 2 instances",
        "no free interface slot",
    );
    [
        fault("eni-slots-exhausted", "shop", exhausted),
        fault("instance-eni-slots-low", "shop", low),
        fault("instance-enis-unknown-to-ecs", "shop", foreign),
        fault("deployment-surge-exceeds-eni-slots", "shop/web", short),
    ]
}

fn in_batch(region: &Region) -> [Fault; 4] {
    let batch = &region.batch;
    let low = "1 of 2 interface slots of batch is free (50 %), fewer than 60 %; trunks would give 1 instance 10 \
               slots in place of 2";
    let short = stalls(
        "batch/heavy",
        "its new task",
        "the one instance",
        "too little CPU left",
    );
    let failing = format!(
        "2 tasks stopped on {batch} of batch because their network interface was not attached, the last with \
         \"Timeout waiting for network interface provisioning to complete\"; 1 of 2 interface slots is free"
    );
    let forecast = "the free interface slots of batch run out in 4 days at the present growth: 1 now. That is \
                    within 14 days";
    let label = format!("EniSlotsFree/{REGION}/batch");
    [
        fault("cluster-eni-slots-low", "batch", low),
        fault("deployment-surge-exceeds-resources", "batch/heavy", short),
        fault("instance-eni-attachments-failing", batch, failing),
        fault("capacity-runs-out-soon", &label, forecast),
    ]
}

fn in_edge(region: &Region) -> [Fault; 5] {
    let full = &region.full;
    let short = stalls(
        "edge/narrow",
        "any of its 11 new tasks",
        "the one zone",
        "no free address in its subnets",
    );
    let low = format!(
        "0 of 11 addresses of {full} (10.40.1.0/28, {ZONE}) are free (0 %): fewer than 10 %"
    );
    let rigid = "a deployment of edge/rigid can neither start a task nor stop one: of 2 tasks, maximumPercent \
                 100 allows 2 at once (rounded down), and minimumHealthyPercent 100 keeps 2 (rounded up)";
    let vcpus = "tasks use 5.25 of the 6 vCPUs of Fargate (88 %; quota L-3032A538), and a deployment of edge/api \
                 needs more than the 0.75 vCPUs that are left";
    [
        fault("deployment-surge-exceeds-addresses", "edge/narrow", short),
        fault("subnet-addresses-low", full, low),
        // It may be a minute more or two.
        fault(
            "task-stuck-provisioning",
            "edge/api",
            "1 task of edge/api has been PROVISIONING for 2",
        ),
        fault("deployment-cannot-replace-tasks", "edge/rigid", rigid),
        fault("fargate-vcpu-quota-low", "Fargate", vcpus),
    ]
}

fn of_all(region: &Region, lacking: &Lacking) -> [Fault; 3] {
    let (interfaces, quota) = (region.interfaces, lacking.quota);
    let orphan = &region.orphan;
    let many =
        format!("{ZONE} has {interfaces} of the {quota} network interfaces that it may have");
    let left = format!(
        "1 network interface in {REGION} is attached to nothing: {orphan} (not made by ECS)"
    );
    let off = "shop uses 4 of its 4 slots, and with trunks 4 of them become 20";
    [
        fault("region-eni-quota-low", ZONE, many),
        fault("orphaned-enis", REGION, left),
        fault("trunking-not-enabled", REGION, off),
    ]
}
