//! A subnet that is short of addresses, or isn't: what the functions of these tests see.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use awsvpc_auditor_engine::alert::{Kind, Moment, Notice, Observation, Scope};
use awsvpc_auditor_engine::checks::headroom;
use awsvpc_auditor_engine::facts::SnapshotReader;
use awsvpc_auditor_engine::headroom::{Options, measure};
use serde_json::json;

const CHECK: &str = "subnet-addresses-low";

static BROKEN: LazyLock<Observation> = LazyLock::new(|| look(3));
static FINE: LazyLock<Observation> = LazyLock::new(|| look(200));

fn look(free: u64) -> Observation {
    let arn = |what: &str| format!("arn:aws:ecs:eu-west-1:123456789012:{what}");
    let facts = json!({
        "clusters": [{ "clusterArn": arn("cluster/shop") }],
        "services": [{
            "serviceArn": arn("service/shop/web"), "serviceName": "web", "clusterArn": arn("cluster/shop"),
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } },
        }],
        "Subnets": [{
            "SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24",
            "AvailableIpAddressCount": free, "AvailabilityZone": "eu-west-1a",
        }],
    });
    let mut reader = SnapshotReader::default();
    reader.add("facts.json", facts.to_string()).unwrap();
    let facts = reader.finish().unwrap();
    let options = Options::default();
    let regions = measure(&facts, &options);
    let seen = Observation::of_headroom(&headroom(&regions), Moment::default());
    seen.into_iter().next().unwrap()
}

/// What a look at the truth sees.
pub(crate) fn seen(is_broken: bool, at: Moment) -> BTreeMap<Scope, Observation> {
    let mut seen = if is_broken { &*BROKEN } else { &*FINE }.clone();
    seen.observed_at = at;
    BTreeMap::from([(seen.scope.clone(), seen)])
}

/// The one scope.
pub(crate) fn scope() -> Scope {
    BROKEN.scope.clone()
}

/// What a message says of the one fault that these tests are about: that it is there, or gone.
pub(crate) fn says(notice: &Notice) -> Option<bool> {
    notice.sections().into_iter().find_map(|(kind, findings)| {
        let mut about = findings.iter().filter(|finding| finding.check == CHECK);
        about.next().map(|_| kind != Kind::Resolved)
    })
}
