//! Keys that several AWS services print, and output that goes on elsewhere.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::facts::{Coverage, EcsArn, FactKind, Reason, ResourceName};
use serde_json::json;

use crate::{name, read};

#[test]
fn instances_of_other_services_are_not_ours() {
    let others =
        r#"{"Instances": [{"Id": "i-1", "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.1"}}]}"#;
    let snapshot = read(&[("vpcs.json", r#"{"Vpcs": []}"#), ("list.json", others)]).unwrap();
    assert!(snapshot.discovered_instances.complete().is_err());
    let none = r#"{"Instances": [], "InstancesRevision": 1}"#;
    let snapshot = read(&[("none.json", none)]).unwrap();
    snapshot.discovered_instances.complete().unwrap();
}

#[test]
fn domains_of_cloudsearch_are_not_ours() {
    let others = r#"{"DomainStatusList": [{"DomainName": "old", "DocService": {}}]}"#;
    let snapshot = read(&[("vpcs.json", r#"{"Vpcs": []}"#), ("cs.json", others)]).unwrap();
    assert_eq!(snapshot.opensearch_domains.seen().count(), 0);
    assert!(snapshot.opensearch_domains.complete().is_err());
}

#[test]
fn output_with_a_marker_goes_on_elsewhere() {
    for text in [
        r#"{"DBInstances": [], "Marker": "more"}"#,
        r#"{"LoadBalancers": [], "NextMarker": "more"}"#,
        r#"{"MountTargets": [], "Marker": "asked", "NextMarker": "more"}"#,
        r#"{"ServerlessCaches": [], "NextToken": "more"}"#,
    ] {
        let snapshot = read(&[("page.json", text)]).unwrap();
        let coverages = [
            snapshot.db_instances.coverage(),
            snapshot.load_balancers.coverage(),
            snapshot.mount_targets.coverage(),
            snapshot.serverless_caches.coverage(),
        ];
        let truncated = Coverage::Partial {
            asked: BTreeSet::new(),
            beyond: Reason::Truncated,
        };
        assert!(coverages.contains(&&truncated), "{text}");
        assert!(!coverages.contains(&&Coverage::Known), "{text}");
    }
}

#[test]
fn what_was_asked_by_name_is_known_and_no_more() {
    let coverage = r#"{"Coverage": [
        {"Fact": "DBInstances", "Within": ["gone"]},
        {"Fact": "containerInstances", "Within": ["arn:aws:ecs:r:1:container-instance/a/b"]},
        {"Fact": "DomainStatusList", "Reason": "denied", "Action": "es:DescribeDomains"}
    ]}"#;
    let snapshot = read(&[("Coverage.json", coverage)]).unwrap();
    assert_eq!(
        snapshot
            .db_instances
            .all_within(&name("gone"))
            .unwrap()
            .count(),
        0
    );
    assert!(snapshot.db_instances.all_within(&name("other")).is_err());
    let arn = EcsArn::new("arn:aws:ecs:r:1:container-instance/a/b");
    assert!(snapshot.container_instances.all_within(&arn).is_ok());
    let missing = snapshot
        .opensearch_domains
        .get(&name("search"))
        .unwrap_err();
    assert_eq!(
        missing.to_string(),
        "DomainStatusList: access denied (needs es:DescribeDomains)"
    );
}

#[test]
fn an_id_is_read_off_a_resource() {
    let instance = json!({"NamespaceName": "n", "ServiceName": "s", "InstanceId": "i"});
    let id = FactKind::DiscoveredInstances.id_of(&instance);
    assert_eq!(id.as_deref(), Some("n/s/i"));
    assert_eq!(FactKind::DbInstances.id_of(&instance), None);
    assert_eq!(FactKind::EphemeralPorts.id_of(&instance), None);
    assert!("".parse::<ResourceName>().is_err());
}
