//! What a probe should ask.

use awsvpc_auditor_engine::checks::Subject;
use awsvpc_auditor_engine::probe::{Asking, MOST_TARGETS, targets};
use serde_json::{Value, json};

use crate::whose::{DATABASE, account, event, snapshot};

/// What should be asked for the fixture's task with these environment variables besides.
fn asking(variables: &[(&str, &str)]) -> Asking {
    let mut account = account("database-admits-task.pass");
    let environment = &mut account["taskDefinition"]["containerDefinitions"][0]["environment"];
    for (name, value) in variables {
        let list = environment.as_array_mut().unwrap();
        list.push(json!({"name": name, "value": value}));
    }
    of(&account)
}

fn of(account: &Value) -> Asking {
    let event = event(account);
    targets(&snapshot(account), Subject::Task(&event.detail))
}

fn written(asking: &Asking) -> Vec<String> {
    asking.targets.iter().map(ToString::to_string).collect()
}

#[test]
fn dependencies_and_calls_are_asked() {
    let asked = written(&asking(&[]));
    assert_eq!(asked[0], DATABASE);
    for host in ["api.ecr.eu-west-1.amazonaws.com", "dkr.ecr"] {
        let found = asked
            .iter()
            .any(|one| one.contains(host) && one.ends_with(":443/tls"));
        assert!(found, "{host} isn't among {asked:?}");
    }
}

#[test]
fn tls_is_expected_where_scheme_or_port_says_so() {
    for (name, value, expected) in [
        (
            "API_URL",
            "https://api.example.com:9443/v1",
            "api.example.com:9443/tls",
        ),
        (
            "API_URL",
            "http://api.example.com:9080/v1",
            "api.example.com:9080",
        ),
        (
            "API_URL",
            "https://api.example.com",
            "api.example.com:443/tls",
        ),
        (
            "CACHE_URL",
            "rediss://cache.example.com:6379",
            "cache.example.com:6379/tls",
        ),
        (
            "CACHE_URL",
            "redis://cache.example.com:6379",
            "cache.example.com:6379",
        ),
        (
            "QUEUE_URL",
            "amqps://queue.example.com",
            "queue.example.com:5671/tls",
        ),
        (
            "LDAP_URL",
            "ldap://ldap.example.com:636",
            "ldap.example.com:636/tls",
        ),
    ] {
        let asked = written(&asking(&[(name, value)]));
        assert!(asked.contains(&expected.to_owned()), "{value}: {asked:?}");
    }
}

#[test]
fn what_can_t_be_asked_is_left_out_with_a_reason() {
    let asking = asking(&[("STATSD_URL", "statsd://metrics.example.com:8125")]);
    let left_out = asking
        .left_out
        .iter()
        .find(|one| one.address == "metrics.example.com:8125")
        .unwrap();
    assert!(left_out.why.contains("isn't TCP"), "{}", left_out.why);
}

#[test]
fn targets_are_bounded_and_each_there_once() {
    let names: Vec<String> = (0..60).map(|i| format!("SERVICE_{i}_URL")).collect();
    let urls: Vec<String> = (0..60)
        .map(|i| format!("http://service-{i}.example.com:8080"))
        .collect();
    let variables: Vec<_> = names
        .iter()
        .zip(&urls)
        .map(|(name, url)| (name.as_str(), url.as_str()))
        .chain([("AGAIN", "http://service-1.example.com:8080/again")])
        .collect();
    let asking = asking(&variables);
    assert_eq!(asking.targets.len(), MOST_TARGETS);
    let mut distinct = written(&asking);
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), MOST_TARGETS);
    let too_many = "a probe asks 40 targets at most";
    let beyond = asking.left_out.iter().filter(|one| one.why == too_many);
    assert!(beyond.count() >= 20);
}

/// Without its interface and subnet the task's ways aren't known; what it needs is.
#[test]
fn what_is_needed_is_asked_however_little_is_known_of_the_way() {
    let mut account = account("database-admits-task.pass");
    for key in ["NetworkInterfaces", "Subnets", "RouteTables", "DBInstances"] {
        account.as_object_mut().unwrap().remove(key);
    }
    assert!(written(&of(&account)).contains(&DATABASE.to_owned()));
}
