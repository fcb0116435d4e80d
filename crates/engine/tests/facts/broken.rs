//! What is wrong with broken output, and where.

use crate::read;

/// The error about a file of two lines before the broken one.
fn error(lines: &[&str]) -> String {
    let text = lines.join("\n");
    read(&[("saved.json", &text)]).unwrap_err().to_string()
}

#[test]
fn a_wrong_type_is_named_with_its_place() {
    let said = error(&[
        r#"{"DBInstances": [{"#,
        r#"    "DBInstanceIdentifier": "shop-db","#,
        r#"    "Endpoint": { "Address": "shop-db.example", "Port": 543200 }"#,
        r"}]}",
    ]);
    assert_eq!(
        said,
        "saved.json, line 3, column 62: DBInstances shop-db: `Endpoint.Port`: invalid value: \
         integer `543200`, expected u16"
    );
}

#[test]
fn an_address_that_is_none_is_named_with_its_place() {
    let said = error(&[
        r#"{"MountTargets": [{"#,
        r#"    "MountTargetId": "fsmt-1", "FileSystemId": "fs-1", "SubnetId": "subnet-1","#,
        r#"    "IpAddress": "10.0.0""#,
        r"}]}",
    ]);
    assert_eq!(
        said,
        "saved.json, line 3, column 25: MountTargets fsmt-1: `IpAddress`: invalid IPv4 address \
         syntax"
    );
}

#[test]
fn an_absent_id_is_named() {
    for (line, field) in [
        (
            r#"{"LoadBalancers": [{"LoadBalancerName": "shop"}]}"#,
            "LoadBalancerArn",
        ),
        (r#"{"NodeInfoList": [{"BrokerNodeInfo": {}}]}"#, "NodeARN"),
        (
            r#"{"Instances": [{"NamespaceName": "n", "InstanceId": "i"}]}"#,
            "ServiceName",
        ),
        (r#"{"ResolvedNames": [{"Addresses": []}]}"#, "Name"),
    ] {
        let said = error(&[line]);
        assert!(said.starts_with("saved.json, line 1, column "), "{said}");
        assert!(
            said.ends_with(&format!("missing field `{field}`")),
            "{said}"
        );
    }
}

#[test]
fn a_wrong_type_within_a_registered_instance_is_named() {
    let said = error(&[
        r#"{"Instances": [{"NamespaceName": "n", "ServiceName": "s", "InstanceId": "i","#,
        r#"    "Attributes": { "AWS_INSTANCE_PORT": 80 } }]}"#,
    ]);
    assert_eq!(
        said,
        "saved.json, line 2, column 43: Instances n/s/i: `Attributes.AWS_INSTANCE_PORT`: invalid \
         type: integer `80`, expected a string"
    );
}

#[test]
fn copies_that_differ_are_an_error() {
    let copies = [
        (
            "a.json",
            r#"{"DBProxies": [{"DBProxyName": "p", "Status": "available"}]}"#,
        ),
        (
            "b.json",
            r#"{"DBProxies": [{"DBProxyName": "p", "Status": "creating"}]}"#,
        ),
    ];
    let said = read(&copies).unwrap_err().to_string();
    assert!(
        said.contains("DBProxies p is in a.json and again in b.json"),
        "{said}"
    );
}
