//! Somebody changes a rule: the services on whose ways it lies are audited, and no others.

use std::time::Duration;

use awsvpc_auditor_tests::lambda_api::Outcome;
use awsvpc_auditor_tests::recorder::Fault;
use awsvpc_auditor_tests::world::{World, wait};
use serde_json::{Value, json};

use crate::support::{Account, batch, given_back};

const REVOKE: &str = "RevokeSecurityGroupIngress";
const AUTHORIZE: &str = "AuthorizeSecurityGroupIngress";

/// How many audits the function counts so far.
fn audits(account: &Account) -> u64 {
    let output = account.function.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    lines
        .filter_map(|line: Value| line["Audits"].as_u64())
        .sum()
}

fn text(message: &Value) -> String {
    let text = message["Message"].as_str().unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn subject(message: &Value) -> &str {
    message["Subject"].as_str().unwrap()
}

/// Two services in one network, and one in another.
fn shops(account: &Account) -> [World; 2] {
    let worlds = [account.world(20), account.world(30)];
    worlds[0].make_service("checkout");
    worlds[0].make_service("orders");
    worlds[1].make_service("checkout");
    worlds
}

#[test]
fn who_revoked_a_rule_is_told_and_that_it_is_there_again() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    worlds[0].break_endpoint_group();
    let revoked = worlds[0].change_of_endpoint_group(REVOKE).to_string();
    assert!(account.deliver(&[revoked]).is_empty());
    let told = account.messages();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!(audits(&account), 2, "the services of one network alone");
    let group = &worlds[0].endpoint_group;
    for message in &told {
        let text = text(message);
        let change = format!(
            "changed: {REVOKE} on {group} by arn:aws:sts::123456789012:assumed-role/admin/ann at \
             2026-11-27T17:58:03Z"
        );
        assert!(text.contains(&change), "{text}");
        assert!(subject(message).contains("interface-endpoint-blocks-task"));
    }
    assert!(
        told.iter()
            .any(|message| subject(message).contains("orders in shop-20"))
    );
    let machine = account.findings();
    assert_eq!(machine[0]["changes"][0]["name"], REVOKE);
    assert_eq!(machine[0]["changes"][0]["components"], json!([group]));

    worlds[0].mend_endpoint_group();
    let authorized = worlds[0].change_of_endpoint_group(AUTHORIZE).to_string();
    assert!(account.deliver(&[authorized]).is_empty());
    let mended = account.messages();
    assert_eq!(mended.len(), 2, "{mended:#?}");
    for message in &mended {
        assert!(subject(message).starts_with("Mended: "), "{message}");
        assert!(
            text(message).contains(&format!("changed: {AUTHORIZE}")),
            "{message}"
        );
    }
    assert_eq!(audits(&account), 4);
}

/// Terraform changes hundreds of rules in a minute.
#[test]
fn two_hundred_changes_are_one_audit_of_each_service() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    worlds[0].break_endpoint_group();
    let changes: Vec<String> = (0..200)
        .map(|number| {
            let mut change = worlds[0].change_of_endpoint_group(REVOKE);
            let time = format!("2026-11-27T17:{:02}:{:02}Z", number / 60, number % 60);
            change["detail"]["eventTime"] = time.into();
            change.to_string()
        })
        .collect();
    account.recorder.forget();
    assert!(account.deliver(&changes).is_empty());
    assert_eq!(audits(&account), 2);
    assert_eq!(account.messages().len(), 2);
    let described = account.recorder.counts()["ecs:DescribeServices"];
    assert_eq!(described, 2, "one for each cluster");
}

#[test]
fn what_changes_nobodys_ways_is_no_audit() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    let elsewhere = worlds[0].change(REVOKE, &json!({ "groupId": "sg-0e15e0000000e15e0" }));
    let mut refused = worlds[0].change_of_endpoint_group(REVOKE);
    refused["detail"]["errorCode"] = "Client.UnauthorizedOperation".into();
    let harmless = worlds[0].change("CreateTags", &json!({ "vpcId": worlds[0].vpc }));
    let all = [elsewhere, refused, harmless].map(|event| event.to_string());
    assert!(account.deliver(&all).is_empty());
    assert_eq!(audits(&account), 0);
    assert!(account.messages().is_empty());
}

/// What is gone tells nothing of whom it served.
#[test]
fn an_endpoint_that_is_gone_concerns_everybody() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    let deleted =
        json!({ "DeleteVpcEndpointsRequest": { "VpcEndpointId": { "content": "vpce-0" } } });
    let deleted = worlds[0].change("DeleteVpcEndpoints", &deleted).to_string();
    assert!(account.deliver(&[deleted]).is_empty());
    assert_eq!(audits(&account), 3);
    assert!(account.messages().is_empty());
}

#[test]
fn what_can_t_be_read_comes_back_and_costs_the_others_nothing() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    worlds[0].break_nat_route();
    let route =
        json!({ "routeTableId": worlds[0].route_table, "destinationCidrBlock": "0.0.0.0/0" });
    let bodies = [
        worlds[0].change("DeleteRoute", &route).to_string(),
        r#"{"detail-type": "AWS API Call via CloudTrail"}"#.to_owned(),
    ];
    assert_eq!(account.deliver(&bodies), ["message-1"]);
    assert_eq!(account.messages().len(), 2);
}

/// What isn't known may be what was changed: nothing is let go.
#[test]
fn a_change_comes_back_while_aws_is_too_busy_to_show_the_ways() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    worlds[0].break_nat_route();
    let route = json!({ "routeTableId": worlds[0].route_table });
    let change = worlds[0].change("DeleteRoute", &route).to_string();
    account
        .recorder
        .set_rule(|call| (call.action == "ec2:DescribeRouteTables").then_some(Fault::Throttled));
    assert_eq!(
        account.deliver(std::slice::from_ref(&change)),
        ["message-0"]
    );
    assert!(account.messages().is_empty());
    account.recorder.clear_rule();
    assert!(account.deliver(&[change]).is_empty());
    assert_eq!(account.messages().len(), 2);
}

/// One that has waited often enough must not take along what has just come.
#[test]
fn what_came_often_is_let_go_and_what_is_new_comes_again() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    let change = worlds[0].change_of_endpoint_group(REVOKE).to_string();
    account
        .recorder
        .set_rule(|call| (call.action == "ec2:DescribeRouteTables").then_some(Fault::Throttled));
    let mut both = batch(&[change.clone(), change]);
    both["Records"][0]["attributes"] = json!({ "ApproximateReceiveCount": "3" });
    match account.function.invoke(&both) {
        Outcome::Response(answer) => assert_eq!(given_back(&answer), ["message-1"]),
        other => panic!("{other:?}"),
    }
}

/// The route is a hole by then, and names what is gone.
#[test]
fn a_nat_gateway_that_is_deleted_concerns_who_used_it() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    let request = worlds[0].ec2().delete_nat_gateway();
    wait(request.nat_gateway_id(&worlds[0].nat_gateway).send()).unwrap();
    let gone = json!({ "natGatewayId": worlds[0].nat_gateway });
    let gone = json!({ "DeleteNatGatewayRequest": gone });
    let change = worlds[0].change("DeleteNatGateway", &gone).to_string();
    assert!(account.deliver(&[change]).is_empty());
    assert_eq!(audits(&account), 2);
    let told = account.messages();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(text(&told[0]).contains("changed: DeleteNatGateway on nat-"));
}

/// Without knowing which services there are, nobody can say that none is concerned.
#[test]
fn a_listing_that_is_denied_is_an_error_with_its_name() {
    let mut account = Account::new(&[]);
    let worlds = shops(&account);
    account
        .recorder
        .set_rule(|call| (call.action == "ecs:ListClusters").then_some(Fault::AccessDenied));
    let change = worlds[0].change_of_endpoint_group(REVOKE).to_string();
    match account.function.invoke(&batch(&[change])) {
        Outcome::Error(error) => {
            let said = error["errorMessage"].as_str().unwrap();
            assert!(said.contains("ecs:ListClusters: denied"), "{said}");
        }
        other => panic!("{other:?}"),
    }
}

/// CloudTrail's own answer: moto plays none.
const HISTORY: &str = r#"{"Events": [
    {"EventName": "RevokeSecurityGroupIngress", "CloudTrailEvent":
     "{\"eventTime\":\"2026-11-27T16:00:00Z\",\"eventName\":\"RevokeSecurityGroupIngress\",\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::123456789012:user/bob\"},\"requestParameters\":{\"groupId\":\"GROUP\"}}"},
    {"EventName": "DescribeSecurityGroups", "CloudTrailEvent":
     "{\"eventTime\":\"2026-11-27T17:00:00Z\",\"eventName\":\"DescribeSecurityGroups\"}"}
]}"#;

#[test]
fn an_alert_of_a_starting_task_says_who_changed_what_stops_it() {
    let mut account = Account::new(&[("LOOK_UP_CHANGES", "on")]);
    let world = account.world(20);
    world.make_service("checkout");
    world.break_endpoint_group();
    let history = HISTORY.replace("GROUP", &world.endpoint_group);
    let history: &'static str = history.leak();
    account.recorder.set_rule(move |call| {
        (call.action == "cloudtrail:LookupEvents").then_some(Fault::Answer(history))
    });
    let events: Vec<String> = (0..20)
        .map(|task| {
            world
                .event("checkout", task, 5, &world.make_interface())
                .to_string()
        })
        .collect();
    for events in events.chunks(10) {
        assert!(account.deliver(events).is_empty());
    }
    let told = account.messages();
    assert_eq!(told.len(), 1, "{told:#?}");
    let text = text(&told[0]);
    let change = format!(
        "changed: {REVOKE} on {} by arn:aws:iam::123456789012:user/bob",
        world.endpoint_group
    );
    assert!(text.contains(&change), "{text}");
    let asked = account.recorder.counts()["cloudtrail:LookupEvents"];
    assert!(asked <= 3, "{asked} calls for one alert");
}

/// An alert is worth more than what explains it.
#[test]
fn an_alert_goes_out_without_its_changes_where_nobody_tells_them() {
    let mut account = Account::with_timeout(&[("LOOK_UP_CHANGES", "on")], Duration::from_mins(1));
    let world = account.world(20);
    world.make_service("checkout");
    world.break_endpoint_group();
    account
        .recorder
        .set_rule(|call| (call.action == "cloudtrail:LookupEvents").then_some(Fault::AccessDenied));
    let event = world.event("checkout", 1, 5, &world.make_interface());
    assert!(account.deliver(&[event.to_string()]).is_empty());
    let told = account.messages();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(!text(&told[0]).contains("changed:"), "{told:#?}");
    assert!(
        account
            .function
            .output()
            .contains("cloudtrail:LookupEvents: denied")
    );
}
