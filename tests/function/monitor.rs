//! The monitor in two subnets, against targets that are there, are gone, and are back.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use aws_sdk_ecs::types::{
    AwsVpcConfiguration, ContainerDefinition, KeyValuePair, LaunchType, NetworkConfiguration,
    NetworkMode,
};
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::inbox::Inbox;
use awsvpc_auditor_tests::lambda_api::{Function, Outcome};
use awsvpc_auditor_tests::recorder::{Fault, Recorder};
use awsvpc_auditor_tests::world::{World, wait};
use awsvpc_auditor_tests::{monitor_binary, state_table};
use serde_json::{Value, json};

use crate::support::binary;
use crate::sweep::swept;

const TABLE: &str = "alerts";

/// The time of an invocation.
const TIMEOUT: Duration = Duration::from_mins(2);

/// An account with a topic, and the table.
struct Account {
    server: Server,
    topic: String,
    inbox: Inbox,
}

impl Account {
    fn new() -> Self {
        let server = Server::moto();
        state_table::make(&server, TABLE);
        let sns = aws_sdk_sns::Client::new(&client_config(&server.url()));
        let made = wait(sns.create_topic().name("faults").send()).unwrap();
        let topic = made.topic_arn.unwrap();
        Self {
            inbox: Inbox::subscribed(&server, &topic),
            server,
            topic,
        }
    }

    /// The function of a subnet.
    fn monitor(&self, subnet: &str, targets: &str) -> Function {
        start(&self.server.url(), &self.topic, subnet, targets)
    }

    /// The texts that people got since the last look, each with its subject first.
    fn told(&self) -> Vec<String> {
        let messages = self.inbox.receive().into_iter();
        let text = |message: &Value, key: &str| message[key].as_str().unwrap().to_owned();
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        messages
            .map(|one| text(&one, "Subject") + "\n" + &words(text(&one, "Message")))
            .collect()
    }
}

fn start(endpoint: &str, topic: &str, subnet: &str, targets: &str) -> Function {
    let environment = environment(endpoint, topic, subnet, targets);
    Function::start(monitor_binary(), &environment, TIMEOUT)
}

fn environment<'e>(
    endpoint: &'e str,
    topic: &'e str,
    subnet: &'e str,
    targets: &'e str,
) -> Vec<(&'e str, &'e str)> {
    vec![
        ("TOPIC_ARN", topic),
        ("STATE_TABLE", TABLE),
        ("AWS_ENDPOINT_URL", endpoint),
        ("MONITOR_NAME", "orders"),
        ("MONITOR_SUBNET_ID", subnet),
        ("MONITOR_SUBNET_IDS", "subnet-a,subnet-b"),
        ("MONITOR_TARGETS", targets),
    ]
}

/// A port that answers for as long as it is kept.
fn listen(address: impl Into<SocketAddr>) -> (TcpListener, String) {
    let listener = TcpListener::bind(address.into()).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// Has it look once: what it answers.
fn look(function: &mut Function) -> Value {
    match function.invoke(&json!({})) {
        Outcome::Response(answer) => answer,
        other => panic!("{other:?}\n{}", function.output()),
    }
}

/// The metrics of a name that it wrote, with the dimensions `Subnet` and `Target`.
fn metrics(function: &Function, name: &str) -> Vec<(Value, Value, Value)> {
    let output = function.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let own = lines.filter(|line| line.get("_aws").is_some() && line.get(name).is_some());
    own.map(|line| {
        (
            line["Subnet"].clone(),
            line["Target"].clone(),
            line[name].clone(),
        )
    })
    .collect()
}

#[test]
fn a_target_that_goes_is_told_once_and_as_mended_when_it_is_back_in_every_subnet() {
    let account = Account::new();
    let (database, address) = listen(any_port());
    let (_cache, cache) = listen(any_port());
    let targets = format!("{address},{cache}");
    let mut a = account.monitor("subnet-a", &targets);
    let mut b = account.monitor("subnet-b", &targets);

    let answer = look(&mut a);
    assert_eq!(
        (&answer["targets"], &answer["failed"], &answer["messages"]),
        (&json!(2), &json!(0), &json!(0)),
        "{}",
        a.output()
    );
    assert!(account.told().is_empty());

    drop(database);
    assert_eq!(look(&mut a)["failed"], 1);
    let told = account.told();
    let [opened] = told.as_slice() else {
        panic!("{told:?}\n{}", a.output());
    };
    assert!(
        opened.starts_with("Network monitor: orders: monitored-target-unreachable\n"),
        "{opened}"
    );
    for words in [
        address.as_str(),
        "from subnet-a",
        "the connection is refused",
    ] {
        assert!(opened.contains(words), "{words}: {opened}");
    }
    // It was told, whoever sees it next.
    assert_eq!(look(&mut b)["messages"], 0);
    assert_eq!(look(&mut a)["messages"], 0);

    let port: SocketAddr = address.parse().unwrap();
    let (_database, _) = listen(port);
    assert_eq!(look(&mut a)["failed"], 0);
    assert!(account.told().is_empty(), "not from subnet-b yet");
    assert_eq!(look(&mut b)["messages"], 1);
    let told = account.told();
    assert!(
        told.len() == 1 && told[0].starts_with("Mended: network monitor: orders: "),
        "{told:?}"
    );

    let success = metrics(&a, "ProbeSuccess").into_iter();
    let success: Vec<_> = success
        .filter(|(_, target, _)| *target == address)
        .collect();
    let expected = [1, 0, 0, 1].map(|value| (json!("subnet-a"), json!(address), json!(value)));
    assert_eq!(success, expected);
    assert_eq!(metrics(&a, "ConnectMilliseconds").len(), 6);
    let failures = metrics(&a, "MonitorFailures").into_iter();
    let failures: Vec<_> = failures.map(|(_, _, value)| value).collect();
    assert_eq!(failures, [json!(0), json!(1), json!(1), json!(0)]);
}

/// Whoever sweeps the stack's services knows which monitor the stack has.
#[test]
fn alerts_of_a_monitor_that_the_stack_has_no_more_end() {
    let account = Account::new();
    let (target, address) = listen(any_port());
    drop(target);
    let mut monitor = account.monitor("subnet-a", &address);
    assert_eq!(look(&mut monitor)["messages"], 1, "{}", monitor.output());
    account.told();

    let endpoint = account.server.url();
    let environment = [
        ("TOPIC_ARN", account.topic.as_str()),
        ("STATE_TABLE", TABLE),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
    ];
    let having = environment.into_iter().chain([("MONITOR_NAME", "orders")]);
    let having: Vec<_> = having.collect();
    let mut auditor = Function::start(&binary(), &having, TIMEOUT);
    assert_eq!(swept(&mut auditor)["gone"], json!([]));
    assert!(account.told().is_empty());

    let mut auditor = Function::start(&binary(), &environment, TIMEOUT);
    let answer = swept(&mut auditor);
    let gone = answer["gone"][0].as_str().unwrap_or_default();
    assert!(gone.ends_with("/monitor/orders"), "{answer}");
    let told = account.told();
    let [mended] = told.as_slice() else {
        panic!("{told:?}\n{}", auditor.output());
    };
    assert!(
        mended.starts_with("Mended: network monitor: orders: "),
        "{mended}"
    );
    assert!(mended.contains("The monitor is no more"), "{mended}");
}

/// What its task definition says, together with what is listed; while that can't be read, nothing of it is
/// over.
#[test]
fn what_a_service_talks_to_is_asked_too() {
    let account = Account::new();
    let world = World::new(&account.server.url(), 20);
    let ecs = world.ecs();
    let address = KeyValuePair::builder()
        .name("DATABASE_URL")
        .value("postgres://app:secret@orders.invalid:5432/orders");
    let container = ContainerDefinition::builder()
        .name("web")
        .image("web:1")
        .memory(128)
        .environment(address.build());
    let definition = ecs.register_task_definition().family("checkout");
    let definition = definition.network_mode(NetworkMode::Awsvpc);
    wait(definition.container_definitions(container.build()).send()).unwrap();
    let network = AwsVpcConfiguration::builder().subnets(&world.subnet);
    let network = network.security_groups(&world.group).build();
    let network = NetworkConfiguration::builder().awsvpc_configuration(network.unwrap());
    let service = ecs.create_service().cluster(&world.cluster);
    let service = service.service_name("checkout");
    let service = service.task_definition("checkout").desired_count(0);
    // On an instance ECS makes its own calls from there.
    let service = service.launch_type(LaunchType::Ec2);
    wait(service.network_configuration(network.build()).send()).unwrap();

    let recorder = Recorder::start(&account.server.url());
    let (_cache, cache) = listen(any_port());
    let named = format!("{}/checkout", world.cluster);
    let discovering = |targets: &str| {
        let mut environment = environment(recorder.url(), &account.topic, "subnet-a", targets);
        environment.push(("MONITOR_SERVICE", named.as_str()));
        Function::start(monitor_binary(), &environment, TIMEOUT)
    };
    let mut monitor = discovering(&cache);
    let answer = look(&mut monitor);
    assert_eq!(answer["targets"], 2, "{}", monitor.output());
    let told = account.told();
    assert!(
        told.len() == 1 && told[0].contains("orders.invalid:5432 can't be reached from subnet-a"),
        "{told:?}"
    );
    // A process that knows nothing yet, and may not ask.
    recorder.set_rule(|call| {
        let asks = call.action == "ecs:DescribeServices";
        asks.then_some(Fault::AccessDenied)
    });
    let mut blind = discovering(&cache);
    let answer = look(&mut blind);
    assert_eq!(
        (&answer["targets"], &answer["messages"]),
        (&json!(1), &json!(0))
    );
    assert!(account.told().is_empty());
    assert!(
        blind
            .output()
            .contains(&format!("what service {named} talks to isn't known")),
        "{}",
        blind.output()
    );
    assert!(!blind.output().contains("secret") && !monitor.output().contains("secret"));
}

/// The network that is watched may be what keeps an alert from getting out.
#[test]
fn metrics_tell_what_can_t_be_told() {
    let (gone, address) = listen(any_port());
    drop(gone);
    let topic = "arn:aws:sns:eu-central-1:123456789012:faults";
    let mut function = start("http://127.0.0.1:9", topic, "subnet-a", &address);
    let outcome = function.invoke(&json!({}));
    let Outcome::Error(error) = outcome else {
        panic!("{outcome:?}\n{}", function.output());
    };
    assert!(error.to_string().contains("not told"), "{error}");
    let failures = metrics(&function, "MonitorFailures");
    assert_eq!(failures, [(Value::Null, Value::Null, json!(1))]);
    assert!(
        function
            .output()
            .contains(&format!("{address} can't be reached"))
    );
}

#[test]
fn a_wrong_variable_is_named_at_the_start() {
    let right = [
        ("TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:faults"),
        ("STATE_TABLE", TABLE),
        ("MONITOR_NAME", "orders"),
        ("MONITOR_SUBNET_ID", "subnet-a"),
        ("MONITOR_SUBNET_IDS", "subnet-a,subnet-b"),
        ("MONITOR_TARGETS", "db.internal:5432,api.internal:443/tls"),
        ("MONITOR_SERVICE", ""),
    ];
    let many: Vec<_> = (1..=41).map(|port| format!("db.internal:{port}")).collect();
    let many = many.join(",");
    for (variable, value, said) in [
        ("TOPIC_ARN", "", "TOPIC_ARN isn't set"),
        ("MONITOR_NAME", "", "MONITOR_NAME isn't set"),
        ("MONITOR_NAME", "a/b", "MONITOR_NAME is `a/b`: expected"),
        ("MONITOR_SUBNET_ID", "", "MONITOR_SUBNET_ID isn't set"),
        (
            "MONITOR_SUBNET_ID",
            "10.0.1.0/24",
            "MONITOR_SUBNET_ID has `10.0.1.0/24`, which is not a subnet's id",
        ),
        (
            "MONITOR_SUBNET_IDS",
            "subnet-a,vpc-1",
            "MONITOR_SUBNET_IDS has `vpc-1`",
        ),
        ("MONITOR_TARGETS", " ", "MONITOR_TARGETS isn't set"),
        (
            "MONITOR_TARGETS",
            "db.internal",
            "MONITOR_TARGETS can't be read: `db.internal` is no target",
        ),
        (
            "MONITOR_TARGETS",
            "db.internal:1,db.internal:1/tls",
            "MONITOR_TARGETS has `db.internal:1` twice",
        ),
        (
            "MONITOR_SERVICE",
            "checkout",
            "MONITOR_SERVICE is `checkout`: expected CLUSTER/SERVICE",
        ),
        ("MONITOR_TARGETS", &many, "MONITOR_TARGETS has 41 targets"),
    ] {
        let environment = right.map(|(name, usual)| {
            let is_wrong = name == variable;
            (name, if is_wrong { value } else { usual })
        });
        let mut function = Function::start(monitor_binary(), &environment, Duration::from_secs(20));
        let outcome = function.invoke(&json!({}));
        let output = function.output();
        assert!(
            matches!(outcome, Outcome::Exit(status) if status != 0),
            "{outcome:?}: {output}"
        );
        assert!(output.contains(said), "{said}: {output}");
    }
}
