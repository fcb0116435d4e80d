//! The deployed rule, asked through EventBridge's own test of patterns.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::root;
use awsvpc_auditor_tests::stack::Stack;
use serde_json::Value;
use tokio::runtime::Runtime;

const CLUSTERS: &str = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop,\
    arn:aws:ecs:eu-central-1:123456789012:cluster/bank";

/// One account with the stack in it twice: as it comes, and with every choice made.
struct Account {
    ministack: Server,
    plain: Stack,
    chosen: Stack,
}

static ACCOUNT: LazyLock<Account> = LazyLock::new(|| {
    // The rule asks nobody about EC2.
    let ministack = Server::ministack("http://127.0.0.1:9");
    let plain = Stack::deploy(&ministack, "awsvpc-auditor", &BTreeMap::new());
    let chosen = Stack::deploy(
        &ministack,
        "second",
        &BTreeMap::from([
            ("AlertEmail", "platform@example.com"),
            ("ClusterArns", CLUSTERS),
            ("TopicArn", plain.output("AlertTopicArn")),
        ]),
    );
    Account {
        ministack,
        plain,
        chosen,
    }
});

/// The rules, and the outputs of the stack that name them.
const RULES: [(&str, &str); 3] = [
    ("tasks", "RuleName"),
    ("services", "ServiceRuleName"),
    ("changes", "ChangeRuleName"),
];

/// Whether a stack's rule for tasks matches an event.
fn matches(stack: &Stack, event: &Value) -> bool {
    is_matched(stack, "RuleName", event)
}

fn is_matched(stack: &Stack, rule: &str, event: &Value) -> bool {
    let client = aws_sdk_eventbridge::Client::new(&client_config(&ACCOUNT.ministack.url()));
    Runtime::new().unwrap().block_on(async {
        let rule = client
            .describe_rule()
            .name(stack.output(rule))
            .send()
            .await
            .unwrap();
        client
            .test_event_pattern()
            .event_pattern(rule.event_pattern().unwrap())
            .event(event.to_string())
            .send()
            .await
            .unwrap()
            .result()
    })
}

fn event(name: &str) -> Value {
    let path = root().join("events").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn matches_the_events_that_the_readme_says() {
    let readme = fs::read_to_string(root().join("events/README.md")).unwrap();
    let mut seen = BTreeSet::new();
    for line in readme.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let event = event(cells[1].trim_matches('`'));
        let matching = RULES.iter();
        let matching = matching.filter(|(_, rule)| is_matched(&ACCOUNT.plain, rule, &event));
        let names: Vec<_> = matching.map(|(name, _)| *name).collect();
        let expected = if cells[2] == "none" {
            vec![]
        } else {
            vec![cells[2]]
        };
        assert_eq!(names, expected, "{line}");
        seen.insert(cells[2].to_owned());
    }
    assert_eq!(
        seen.len(),
        RULES.len() + 1,
        "events of all kinds are worth having: {seen:?}"
    );
}

/// Deployments are told of without their cluster, and other clusters' services stay out.
#[test]
fn takes_the_failures_of_the_chosen_clusters() {
    let mut impaired = event("ecs-service-start-impaired.json");
    for (cluster, expected) in [("shop", true), ("other", false)] {
        let arn = format!("arn:aws:ecs:eu-central-1:123456789012:cluster/{cluster}");
        impaired["detail"]["clusterArn"] = arn.into();
        let is_matched = is_matched(&ACCOUNT.chosen, "ServiceRuleName", &impaired);
        assert_eq!(is_matched, expected, "{cluster}");
    }
    let failed = event("ecs-service-deployment-failed.json");
    assert!(is_matched(&ACCOUNT.chosen, "ServiceRuleName", &failed));
}

#[test]
fn takes_what_make_smoke_puts_but_nothing_of_anybody_else() {
    let mut event = event("ecs-task-running-fargate.json");
    event["source"] = "awsvpc-auditor".into();
    assert!(matches(&ACCOUNT.plain, &event));
    event["source"] = "somebody".into();
    assert!(!matches(&ACCOUNT.plain, &event));
}

#[test]
fn leaves_tasks_without_an_interface_and_tasks_on_their_way_down() {
    let running = event("ecs-task-running-fargate.json");
    let mut bridge = running.clone();
    bridge["detail"]["attachments"] = serde_json::json!([]);
    assert!(!matches(&ACCOUNT.plain, &bridge));
    let mut stopping = running;
    stopping["detail"]["desiredStatus"] = "STOPPED".into();
    assert!(!matches(&ACCOUNT.plain, &stopping));
}

#[test]
fn takes_only_the_chosen_clusters() {
    let mut event = event("ecs-task-running-fargate.json");
    for cluster in CLUSTERS.split(',') {
        event["detail"]["clusterArn"] = cluster.into();
        assert!(matches(&ACCOUNT.chosen, &event), "{cluster}");
    }
    event["detail"]["clusterArn"] = "arn:aws:ecs:eu-central-1:123456789012:cluster/other".into();
    assert!(!matches(&ACCOUNT.chosen, &event));
    assert!(matches(&ACCOUNT.plain, &event));
}

#[test]
fn a_topic_of_ones_own_takes_the_place_of_the_stacks() {
    let topic = ACCOUNT.plain.output("AlertTopicArn");
    assert_eq!(ACCOUNT.chosen.output("AlertTopicArn"), topic);
    let client = aws_sdk_sns::Client::new(&client_config(&ACCOUNT.ministack.url()));
    let (topics, subscriptions) = Runtime::new().unwrap().block_on(async {
        (
            client.list_topics().send().await.unwrap(),
            client
                .list_subscriptions_by_topic()
                .topic_arn(topic)
                .send()
                .await
                .unwrap(),
        )
    });
    let for_text = topics.topics().iter().filter_map(|topic| topic.topic_arn());
    let for_text: Vec<_> = for_text
        .filter(|arn| !arn.contains("-ChatTopic-") && !arn.contains("-FindingsTopic-"))
        .collect();
    assert_eq!(for_text.len(), 1, "{topics:?}");
    let told: Vec<_> = subscriptions
        .subscriptions()
        .iter()
        .map(|each| (each.protocol(), each.endpoint()))
        .collect();
    assert_eq!(told, [(Some("email"), Some("platform@example.com"))]);
}

#[test]
fn deleting_the_stack_leaves_nothing() {
    let ministack = Server::ministack("http://127.0.0.1:9");
    let stack = Stack::deploy(&ministack, "awsvpc-auditor", &BTreeMap::new());
    let config = client_config(&ministack.url());
    let left = || {
        Runtime::new().unwrap().block_on(async {
            let sns = aws_sdk_sns::Client::new(&config);
            let sqs = aws_sdk_sqs::Client::new(&config);
            let events = aws_sdk_eventbridge::Client::new(&config);
            (
                sns.list_topics().send().await.unwrap().topics().len(),
                sqs.list_queues().send().await.unwrap().queue_urls().len(),
                events.list_rules().send().await.unwrap().rules().len(),
            )
        })
    };
    assert_eq!(left(), (3, 6, 6));
    stack.delete();
    assert_eq!(left(), (0, 0, 0));
}
