//! What a service would be configured with, and what a gate says of it.

use awsvpc_auditor_engine::checks::{self, Effect, Subject};
use awsvpc_auditor_engine::facts::{LoadError, Snapshot, TaskDefinition};
use awsvpc_auditor_engine::proposal::{Proposal, ProposalError};
use serde_json::{Value, json};

use super::account::Account;

const SECRET: &str = "not-for-anybody-to-see";

fn web() -> Account {
    Account::read("web-behind-a-load-balancer")
}

/// The definition that the service runs, with another database.
fn definition(host: &str) -> Value {
    let mut file = web().file("task-definition").clone();
    let url = format!("postgres://shop:{SECRET}@{host}:5432/orders");
    file["taskDefinition"]["containerDefinitions"][0]["environment"][0]["value"] = url.into();
    file
}

/// What `register-task-definition` takes.
fn to_register(mut file: Value) -> Value {
    let definition = file["taskDefinition"].as_object_mut().unwrap();
    for printed in ["taskDefinitionArn", "revision", "status", "compatibilities"] {
        definition.remove(printed);
    }
    file["taskDefinition"].take()
}

fn read(file: &Value) -> Result<TaskDefinition, LoadError> {
    TaskDefinition::read("web.json", &file.to_string())
}

fn runs(file: &Value) -> Proposal {
    Proposal::task_definition("shop", "web", "web.json", read(file).unwrap())
}

fn subnets(ids: &[&str]) -> Proposal {
    let ids = ids.iter().map(|id| id.parse().unwrap());
    Proposal::subnets("shop", "web", ids.collect())
}

fn groups(ids: &[&str]) -> Proposal {
    let ids = ids.iter().map(|id| id.parse().unwrap());
    Proposal::security_groups("shop", "web", ids.collect())
}

/// The checks that break, and those that can't be told any more.
fn breaks(
    snapshot: &Snapshot,
    proposal: &Proposal,
) -> Result<[Vec<&'static str>; 2], ProposalError> {
    let after = proposal.apply(snapshot)?;
    let report = |facts| {
        let subject = Subject::service_named(facts, "shop", "web").unwrap();
        checks::run(facts, subject)
    };
    let (before, after) = (report(snapshot), report(&after));
    let effect = Effect::between(&before, &after);
    Ok([effect.broken, effect.unclear].map(|results| {
        let mut checks: Vec<_> = results.iter().map(|one| one.check.id).collect();
        checks.dedup();
        checks
    }))
}

#[test]
fn a_harmful_configuration_is_caught_and_a_harmless_one_passes() {
    let snapshot = web().snapshot();
    let orders = "orders.c9kq2xv8w1mz.eu-west-1.rds.amazonaws.com";
    let nothing: [Vec<&str>; 2] = [vec![], vec![]];
    for (what, proposal, expected) in [
        (
            "one of its subnets",
            subnets(&["subnet-app-a"]),
            nothing.clone(),
        ),
        ("its own groups", groups(&["sg-web"]), nothing.clone()),
        (
            "the same once more",
            runs(&definition(orders)),
            nothing.clone(),
        ),
        (
            "the same to register",
            runs(&to_register(definition(orders))),
            nothing,
        ),
        (
            "a group that nothing admits",
            groups(&["sg-alb"]),
            [
                vec![
                    "dependency-unreachable",
                    "egress-over-restricted",
                    "load-balancer-cannot-reach-task",
                ],
                vec![],
            ],
        ),
        (
            "a database where none listens",
            runs(&definition("10.10.20.78")),
            [vec!["dependency-unreachable"], vec![]],
        ),
        (
            "a database that nobody knows",
            runs(&definition(
                "elsewhere.c9kq2xv8w1mz.eu-west-1.rds.amazonaws.com",
            )),
            [vec![], vec!["dependency-unreachable"]],
        ),
    ] {
        assert_eq!(
            breaks(&snapshot, &proposal).as_ref(),
            Ok(&expected),
            "{what}"
        );
    }
}

/// Somebody proposes both at once, and neither is lost.
#[test]
fn changes_of_one_service_add_up() {
    let snapshot = web().snapshot();
    let after = subnets(&["subnet-app-b"]).apply(&snapshot).unwrap();
    let after = groups(&["sg-alb"]).apply(&after).unwrap();
    let after = runs(&definition("10.10.20.78")).apply(&after).unwrap();
    let Subject::Service(service) = Subject::service_named(&after, "shop", "web").unwrap() else {
        panic!("a service was asked for");
    };
    let awsvpc = service.awsvpc().unwrap();
    assert_eq!(awsvpc.subnets, ["subnet-app-b".parse().unwrap()]);
    assert_eq!(awsvpc.security_groups, ["sg-alb".parse().unwrap()]);
    let arn = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:proposed";
    assert_eq!(service.task_definition.as_ref().unwrap().as_str(), arn);
}

/// A file that was printed without tags says nothing about them.
#[test]
fn what_tags_forbid_stays_forbidden() {
    let mut account = web();
    let denied = json!([{ "key": "awsvpc-auditor:denies", "value": "10.10.20.77:5432" }]);
    account.file("task-definition")["tags"] = denied.clone();
    let snapshot = account.snapshot();
    let mut file = definition("10.10.20.77");
    let tags_of = |file: &Value| {
        let after = runs(file).apply(&snapshot).unwrap();
        let subject = Subject::service_named(&after, "shop", "web").unwrap();
        serde_json::to_value(&subject.task_definition(&after).unwrap().tags).unwrap()
    };
    file.as_object_mut().unwrap().remove("tags");
    assert_eq!(tags_of(&file), denied);
    let others = json!([{ "key": "team", "value": "shop" }]);
    file["tags"] = others.clone();
    assert_eq!(tags_of(&file), others);
}

#[test]
fn what_aws_would_refuse_or_nobody_looked_at_doesn_t_pass() {
    let snapshot = web().snapshot();
    let mut bridge = definition("10.10.20.78");
    bridge["taskDefinition"]["networkMode"] = "bridge".into();
    let mut undecided = to_register(definition("10.10.20.78"));
    undecided.as_object_mut().unwrap().remove("networkMode");
    let mut renamed = definition("10.10.20.78");
    renamed["taskDefinition"]["containerDefinitions"][0]["name"] = "app".into();
    for (proposal, words) in [
        (
            subnets(&["subnet-app-a", "subnet-9"]),
            "subnet-9 is not among the facts: is the id right, and of this account and region? Facts about \
             it need ec2:DescribeSubnets",
        ),
        (groups(&["sg-9"]), "sg-9 is not among the facts"),
        (runs(&bridge), "web has the network mode `bridge`"),
        (runs(&undecided), "web has no `networkMode`"),
        (runs(&renamed), "web has no container `web` with port 8080"),
    ] {
        let error = breaks(&snapshot, &proposal).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// A service whose tasks are in another mode has no subnets, and gets none from its groups.
#[test]
fn a_service_moves_to_awsvpc_with_subnets() {
    let mut account = web();
    let service = account.resource("services", "web");
    service
        .as_object_mut()
        .unwrap()
        .remove("networkConfiguration");
    let snapshot = account.snapshot();
    let file = definition("10.10.20.77");
    for proposal in [groups(&["sg-web"]), runs(&file)] {
        let error = proposal.apply(&snapshot).unwrap_err();
        assert!(matches!(error, ProposalError::NoNetwork(_)), "{error}");
    }
    let placed = subnets(&["subnet-app-a"]).apply(&snapshot).unwrap();
    for proposal in [groups(&["sg-web"]), runs(&file)] {
        assert!(proposal.apply(&placed).is_ok());
    }
    let mut bridge = file;
    bridge["taskDefinition"]["networkMode"] = "bridge".into();
    assert!(runs(&bridge).apply(&snapshot).is_ok());
}

/// Subnets of two VPCs are no configuration.
#[test]
fn a_service_is_in_one_vpc() {
    let snapshot = Account::read("database-in-a-peer-vpc").snapshot();
    let mut one_of_each = std::collections::BTreeMap::new();
    for subnet in snapshot.subnets.seen() {
        one_of_each.insert(&subnet.vpc_id, subnet.subnet_id.clone());
    }
    assert_eq!(one_of_each.len(), 2, "{one_of_each:?}");
    let service = snapshot.services.seen().next().unwrap();
    let ids = one_of_each.into_values().collect();
    let proposal = Proposal::subnets("shop", &service.service_name, ids);
    let error = proposal.apply(&snapshot).unwrap_err();
    assert!(matches!(error, ProposalError::SeveralVpcs(_)), "{error}");
}

/// The command says the same as the options.
#[test]
fn update_service_is_held_to_the_same() {
    let command = "aws ecs update-service --cluster shop --service web --network-configuration \
        awsvpcConfiguration={subnets=[subnet-9],securityGroups=[sg-web]}";
    let proposal: Proposal = command.parse().unwrap();
    let error = proposal.apply(&web().snapshot()).unwrap_err();
    assert!(
        matches!(error, ProposalError::NoSuchPlace { .. }),
        "{error}"
    );
    let named: Vec<_> = proposal.named_subnets().map(ToString::to_string).collect();
    assert_eq!(named, ["subnet-9"]);
}

#[test]
fn no_value_of_a_proposed_definition_is_kept() {
    let file = definition("10.10.20.78");
    let kept = format!("{:?}", read(&file).unwrap());
    assert!(kept.contains("10.10.20.78"), "{kept}");
    assert!(!kept.contains(SECRET), "{kept}");
    let after = runs(&file).apply(&web().snapshot()).unwrap();
    assert!(!format!("{after:?}").contains(SECRET));
}

#[test]
fn a_file_that_is_no_definition_is_refused_without_quoting_it() {
    let of = |key: &str, value: Value| {
        let mut file = to_register(definition("10.10.20.78"));
        file[key] = value;
        file
    };
    let without = |key: &str| {
        let mut file = to_register(definition("10.10.20.78"));
        file.as_object_mut().unwrap().remove(key);
        file
    };
    for (file, words) in [
        (json!(SECRET), "an object"),
        (json!([]), "an object"),
        (
            json!({ "taskDefinition": SECRET }),
            "`taskDefinition` is no object",
        ),
        (
            without("containerDefinitions"),
            "`containerDefinitions` is missing",
        ),
        (without("family"), "`family` is missing"),
        (of("containerDefinitions", json!([])), "it has no container"),
        (
            of("containerDefinitions", json!(SECRET)),
            "`containerDefinitions`",
        ),
        (
            of("containerDefinitions", json!([SECRET])),
            "`containerDefinitions[0]`",
        ),
        (of("volumes", json!(SECRET)), "`volumes`"),
    ] {
        let error = read(&file).unwrap_err().to_string();
        assert!(error.starts_with("web.json"), "{error}");
        assert!(error.contains(words), "{words}: {error}");
        assert!(!error.contains(SECRET), "{error}");
    }
    let error = TaskDefinition::read("web.json", "{\n  \"family\": \"web\",\n}").unwrap_err();
    assert!(error.to_string().starts_with("web.json, line 3"), "{error}");
}
