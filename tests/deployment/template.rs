//! What the template promises before anything is deployed.

use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_collector::{
    ACTIONS, ALONE_ACTIONS, CHANGE_ACTIONS, EXEC_ACTIONS, FLOW_LOG_ACTIONS, HEADROOM_ACTIONS,
    REGION_ACTIONS,
};
use awsvpc_auditor_engine::change;
use awsvpc_auditor_engine::facts::ServiceEventName;
use awsvpc_auditor_lambda::config::{
    AUDITOR_VARIABLES, FORWARDER_VARIABLES, HEADROOM_VARIABLES, MONITOR_VARIABLES,
    SERVICE_VARIABLES, VARIABLES,
};
use awsvpc_auditor_lambda::finding_forwarder;
use awsvpc_auditor_tests::{root, stack, tools};
use serde_json::{Map, Value, json};

fn resources() -> Map<String, Value> {
    stack::template()["Resources"].as_object().unwrap().clone()
}

/// The resources of a type, with their properties.
fn of_type(kind: &str) -> BTreeMap<String, Value> {
    resources()
        .into_iter()
        .filter(|(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name, resource["Properties"].clone()))
        .collect()
}

/// What a value is, whether it stands alone or in a list.
fn each(value: &Value) -> Vec<&Value> {
    value
        .as_array()
        .map_or_else(|| vec![value], |values| values.iter().collect())
}

/// The logical name in `{"Fn::GetAtt": [name, attribute]}` or `{"Ref": name}`.
fn referred(value: &Value) -> &str {
    value["Fn::GetAtt"][0]
        .as_str()
        .or_else(|| value["Ref"].as_str())
        .unwrap_or_else(|| panic!("{value} refers to no resource"))
}

/// Every statement of every role's policies, also those behind a condition.
fn statements() -> Vec<Value> {
    let mut statements = Vec::new();
    for role in of_type("AWS::IAM::Role").values() {
        for policy in each(&role["Policies"]) {
            let policy = policy.get("Fn::If").map_or(policy, |pair| &pair[1]);
            for statement in each(&policy["PolicyDocument"]["Statement"]) {
                let statement = statement.get("Fn::If").map_or(statement, |pair| &pair[1]);
                statements.push(statement.clone());
            }
        }
    }
    assert!(!statements.is_empty());
    statements
}

#[test]
fn sam_and_cfn_lint_find_nothing() {
    let template = root().join("template.yaml");
    tools::run(
        tools::program("sam")
            .args(["validate", "--lint", "--template-file"])
            .arg(&template)
            .current_dir(root()),
    );
    tools::run(tools::program("cfn-lint").arg(&template));
}

#[test]
fn the_functions_get_the_variables_that_the_code_reads() {
    let read: BTreeSet<_> = VARIABLES.iter().copied().collect();
    let template = stack::template();
    let set: BTreeSet<_> = template["Globals"]["Function"]["Environment"]["Variables"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(set, read);
    let functions = of_type("AWS::Serverless::Function");
    for (function, variables) in [
        ("TaskAuditor", AUDITOR_VARIABLES),
        ("ServiceAuditor", SERVICE_VARIABLES),
        ("HeadroomAuditor", HEADROOM_VARIABLES),
        ("FindingForwarder", FORWARDER_VARIABLES),
        ("VpcMonitor1", MONITOR_VARIABLES),
        ("VpcMonitor2", MONITOR_VARIABLES),
        ("VpcMonitor3", MONITOR_VARIABLES),
    ] {
        let own = functions[function]["Environment"]["Variables"].as_object();
        let own: BTreeSet<_> = own.unwrap().keys().map(String::as_str).collect();
        // Those that all functions have stand in one place.
        let needed: BTreeSet<_> = variables.iter().copied().collect();
        let needed = needed.difference(&set).copied().collect();
        assert_eq!(own, needed, "{function}");
    }
}

const ROLES: [&str; 5] = [
    "TaskAuditorRole",
    "HeadroomAuditorRole",
    "FindingForwarderRole",
    "ServiceAuditorRole",
    "VpcMonitorRole",
];

#[test]
fn no_action_is_a_wildcard_and_none_stands_twice() {
    assert_eq!(of_type("AWS::IAM::Role").len(), ROLES.len());
    for role in ROLES {
        let actions = stack::allowed_actions(role);
        let wild: Vec<_> = actions.iter().filter(|name| name.contains('*')).collect();
        assert!(wild.is_empty(), "{wild:?}");
        // Of tasks by their tags, and of the clusters that the call names too.
        let mut actions = actions;
        if let Some(second) = actions.iter().rposition(|name| name == EXEC_ACTIONS[0]) {
            actions.remove(second);
        }
        let distinct: BTreeSet<_> = actions.iter().collect();
        assert_eq!(distinct.len(), actions.len(), "{role}: {actions:?}");
    }
}

/// What Lambda does to put a function into a subnet.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html>
const INTERFACE_ACTIONS: [&str; 6] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];

/// What the code can call, and what Lambda does in its name.
#[test]
fn the_roles_allow_what_the_code_calls_and_no_more() {
    // Only for a topic under a key of the customer's: SNS calls them in the function's name.
    let both = [
        "dynamodb:BatchGetItem",
        // TransactWriteItems is allowed by what it consists of.
        "dynamodb:PutItem",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sns:Publish",
    ];
    let takes_events = [
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ];
    let remembers = ["dynamodb:GetItem", "dynamodb:Scan", "sqs:SendMessage"];
    let of_tasks = [ACTIONS, CHANGE_ACTIONS, FLOW_LOG_ACTIONS, EXEC_ACTIONS].concat();
    let of_services = [ACTIONS, CHANGE_ACTIONS, REGION_ACTIONS].concat();
    let looks_at_all = [
        takes_events.as_slice(),
        &[
            "dynamodb:BatchWriteItem",
            "dynamodb:Scan",
            "sqs:SendMessage",
        ],
    ];
    let looks_at_all = looks_at_all.concat();
    for (role, called, own) in [
        (ROLES[0], of_tasks.as_slice(), takes_events.as_slice()),
        (ROLES[1], HEADROOM_ACTIONS, remembers.as_slice()),
        (ROLES[3], of_services.as_slice(), looks_at_all.as_slice()),
        // Lambda puts it into a subnet.
        (ROLES[4], ALONE_ACTIONS, INTERFACE_ACTIONS.as_slice()),
    ] {
        let expected = called.iter().chain(&both).chain(own);
        let expected: BTreeSet<String> = expected.map(|action| (*action).to_owned()).collect();
        assert_eq!(
            BTreeSet::from_iter(stack::allowed_actions(role)),
            expected,
            "{role}"
        );
    }
    let writes_log = ["logs:CreateLogStream", "logs:PutLogEvents"];
    let expected = takes_events.iter().chain(&writes_log);
    let expected = expected.chain(&finding_forwarder::ACTIONS);
    let expected: BTreeSet<String> = expected.map(|action| (*action).to_owned()).collect();
    assert_eq!(
        BTreeSet::from_iter(stack::allowed_actions(ROLES[2])),
        expected
    );
}

/// What isn't wanted isn't there: neither the function nor its permissions.
#[test]
fn what_forwards_is_there_only_when_it_is_wanted() {
    let resources = resources();
    let own = resources.iter().filter(|(name, _)| {
        name.contains("Forward") || name.contains("Unforwarded") || *name == "FindingsSubscription"
    });
    let own: Vec<_> = own.collect();
    assert_eq!(own.len(), 8, "{own:?}");
    for (name, resource) in own {
        assert_eq!(resource["Condition"], "Forwards", "{name}");
    }
    let policies = &resources["FindingForwarderRole"]["Properties"]["Policies"];
    let statements = &policies[0]["PolicyDocument"]["Statement"];
    let conditions: Vec<_> = each(statements)
        .iter()
        .map(|one| &one["Fn::If"][0])
        .collect();
    assert_eq!(conditions, ["PutsEvents", "ImportsFindings"]);
    let template = stack::template();
    let parameters = &template["Parameters"];
    assert_eq!(parameters["EventBusArn"]["Default"], "");
    assert_eq!(parameters["SecurityHub"]["Default"], "off");
}

/// The policy of the task auditor that allows this action, which stands behind this condition.
fn policy_behind(condition: &str, action: &str) -> Value {
    let roles = of_type("AWS::IAM::Role");
    let mut policies = Vec::new();
    for (name, role) in &roles {
        for policy in each(&role["Policies"]) {
            if policy.to_string().contains(action) {
                policies.push((name.as_str(), policy.clone()));
            }
        }
    }
    let [("TaskAuditorRole", policy)] = policies.as_slice() else {
        panic!("{action}: {policies:?}");
    };
    let [own, policy, otherwise] = policy["Fn::If"].as_array().unwrap().as_slice() else {
        panic!("{action}: {policy}");
    };
    assert_eq!(own, condition);
    assert_eq!(otherwise["Ref"], "AWS::NoValue");
    policy.clone()
}

/// A function for each subnet, and none of it where no subnet is named.
#[test]
fn the_monitor_is_there_only_when_it_is_wanted() {
    let resources = resources();
    let own: BTreeMap<_, _> = resources
        .iter()
        .filter(|(name, _)| name.contains("Monitor"))
        .map(|(name, resource)| (name.as_str(), &resource["Condition"]))
        .collect();
    assert_eq!(own.len(), 15, "{own:?}");
    let functions = of_type("AWS::Serverless::Function");
    let conditions = ["Monitors", "MonitorsSecondSubnet", "MonitorsThirdSubnet"];
    for (place, condition) in conditions.iter().enumerate() {
        let name = format!("VpcMonitor{}", place + 1);
        for suffix in ["", "Permission", "Runs"] {
            assert_eq!(own[format!("{name}{suffix}").as_str()], condition);
        }
        let function = &functions[&name];
        let first = &function["VpcConfig"]["SubnetIds"][0];
        assert_eq!(first["Ref"], format!("MonitorSubnetId{}", place + 1));
        let over_ipv6 = &function["VpcConfig"]["Ipv6AllowedForDualStack"]["Fn::If"];
        assert_eq!(*over_ipv6, json!(["MonitorsOverIpv6", true, false]));
        let variables = &function["Environment"]["Variables"];
        assert_eq!(&variables["MONITOR_SUBNET_ID"], first, "{name}");
        let permission = &of_type("AWS::Lambda::Permission")[&format!("{name}Permission")];
        assert_eq!(referred(&permission["FunctionName"]), name);
        assert_eq!(referred(&permission["SourceArn"]), "MonitorClock");
        let target = &of_type("AWS::Events::Rule")["MonitorClock"]["Targets"][place];
        let target = target.get("Fn::If").map_or(target, |pair| {
            assert_eq!(pair[0], *condition);
            &pair[1]
        });
        assert_eq!(referred(&target["Arn"]), name);
    }
    for name in ["MonitorClock", "VpcMonitorRole", "VpcMonitorLog"] {
        assert_eq!(own[name], "Monitors");
    }
    for alarm in [
        "MonitorFailuresAlarm",
        "MonitorErrorsAlarm",
        "MonitorSilenceAlarm",
    ] {
        assert_eq!(own[alarm], "Monitors");
    }
    assert_eq!(
        stack::template()["Parameters"]["MonitorSubnetId1"]["Default"],
        ""
    );
}

/// Its code could be made to open interfaces otherwise.
#[test]
fn the_monitors_code_may_not_do_what_lambda_does_for_it() {
    let denied = statements();
    let mut denied = denied.iter().filter(|one| one["Effect"] == "Deny");
    let statement = denied.next().unwrap();
    let actions = each(&statement["Action"]).into_iter();
    let actions: Vec<_> = actions.filter_map(Value::as_str).collect();
    assert_eq!(actions, INTERFACE_ACTIONS);
    assert!(statement["Condition"]["ArnLike"]["lambda:SourceFunctionArn"].is_object());
    assert!(denied.next().is_none());
}

/// What costs, or tells more than configuration, is asked only where people say so.
#[test]
fn flow_logs_are_asked_only_where_their_log_groups_are_named() {
    let parameters = stack::template()["Parameters"].clone();
    assert_eq!(parameters["FlowLogGroupArns"]["Default"], "");
    let policy = policy_behind("ReadsFlowLogs", "logs:StartQuery");
    let statement = &policy["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Action"], "logs:StartQuery");
    assert_eq!(referred(&statement["Resource"]), "FlowLogGroupArns");
}

/// A shell as root is nothing to give away: off by default, and then only where the task's owner says so.
#[test]
fn tasks_are_asked_only_where_people_and_the_tasks_tags_say_so() {
    let parameters = stack::template()["Parameters"].clone();
    assert_eq!(parameters["ProbeTasks"]["Default"], "off");
    let policy = policy_behind("ProbesTasks", "ecs:ExecuteCommand");
    let mut on_tasks = 0;
    for statement in each(&policy["PolicyDocument"]["Statement"]) {
        assert_eq!(statement["Action"], "ecs:ExecuteCommand");
        if let Some(tasks) = statement["Resource"]["Fn::Sub"].as_str() {
            assert!(tasks.ends_with(":task/*"), "{tasks}");
            on_tasks += 1;
            let tags = &statement["Condition"]["StringEquals"];
            assert_eq!(tags["aws:ResourceTag/awsvpc-auditor:probe"], "on");
            continue;
        }
        let clusters = &statement["Resource"]["Fn::If"];
        assert_eq!(clusters[0], "EveryCluster");
        assert!(
            clusters[1]["Fn::Sub"]
                .as_str()
                .unwrap()
                .ends_with(":cluster/*"),
            "{clusters}"
        );
        assert_eq!(clusters[2]["Ref"], "ClusterArns");
    }
    assert_eq!(on_tasks, 1);
}

#[test]
fn what_is_allowed_on_every_resource_is_confined_by_a_condition() {
    for statement in statements() {
        let everywhere = each(&statement["Resource"])
            .iter()
            .any(|resource| *resource == "*");
        assert!(
            !everywhere || statement["Condition"].is_object(),
            "{statement}"
        );
    }
}

#[test]
fn no_managed_policy_widens_a_role() {
    for (name, role) in of_type("AWS::IAM::Role") {
        assert!(role.get("ManagedPolicyArns").is_none(), "{name}");
    }
    // SAM adds AWS's managed policies to a function that has no role of its own.
    for (name, function) in of_type("AWS::Serverless::Function") {
        assert!(function.get("Role").is_some(), "{name}");
        assert!(function.get("Policies").is_none(), "{name}");
    }
}

/// The rules that pick events, and what each sends them to.
fn picking() -> Vec<(String, Value)> {
    let rules = of_type("AWS::Events::Rule").into_iter();
    let picking = rules.filter(|(_, rule)| rule.get("EventPattern").is_some());
    picking
        .flat_map(|(name, rule)| {
            let targets: Vec<_> = each(&rule["Targets"]).into_iter().cloned().collect();
            targets
                .into_iter()
                .map(move |target| (name.clone(), target))
        })
        .collect()
}

#[test]
fn a_message_is_kept_on_both_ways_it_can_be_lost() {
    let queues = of_type("AWS::SQS::Queue");
    let retention = |name: &str| queues[name]["MessageRetentionPeriod"].as_u64().unwrap();
    for (rule, target) in picking() {
        let undelivered = referred(&target["DeadLetterConfig"]["Arn"]);
        assert!(
            rule_may_send_to(&rule, undelivered),
            "{rule}, {undelivered}"
        );
        let queue = referred(&target["Arn"]);
        if queue == "HeadroomAuditor" {
            // It is only told to look, as by its clock.
            assert_eq!(undelivered, "FailedHeadroomRuns");
            continue;
        }
        let redrive = &queues[queue]["RedrivePolicy"];
        let unprocessed = referred(&redrive["deadLetterTargetArn"]);
        assert_ne!(undelivered, unprocessed);
        assert!((3..=5).contains(&redrive["maxReceiveCount"].as_u64().unwrap()));
        // A message's age counts from when it was first sent.
        assert!(retention(unprocessed) > retention(queue));
        assert!(retention(undelivered) > retention(queue));
        assert!(rule_may_send_to(&rule, queue), "{rule}, {queue}");
    }
}

/// The rules pick what the code reads, and nothing else.
#[test]
fn the_rules_pick_what_the_code_reads() {
    let rules = of_type("AWS::Events::Rule");
    let names = |rule: &str| {
        let names = each(&rules[rule]["EventPattern"]["detail"]["eventName"]);
        let names = names.into_iter().filter_map(Value::as_str);
        names.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let known: BTreeSet<_> = change::names().map(str::to_owned).collect();
    assert_eq!(names("NetworkChanges"), known);
    let failures = ServiceEventName::FAILURES.map(|name| name.as_str().to_owned());
    assert_eq!(names("ServiceFailures"), failures.into());
}

/// A run holds no facts, but that one failed must not go unseen.
#[test]
fn a_run_that_could_not_start_or_failed_is_kept() {
    for (clock, function, runs, kept) in [
        (
            "HeadroomClock",
            "HeadroomAuditor",
            "HeadroomRuns",
            "FailedHeadroomRuns",
        ),
        ("SweepClock", "ServiceAuditor", "Sweeps", "FailedSweeps"),
    ] {
        let target = of_type("AWS::Events::Rule")[clock]["Targets"][0].clone();
        assert_eq!(referred(&target["Arn"]), function);
        assert_eq!(referred(&target["DeadLetterConfig"]["Arn"]), kept);
        assert!(rule_may_send_to(clock, kept));
        let runs = of_type("AWS::Lambda::EventInvokeConfig")[runs].clone();
        let failed = &runs["DestinationConfig"]["OnFailure"]["Destination"];
        assert_eq!(referred(failed), kept);
        let permission = of_type("AWS::Lambda::Permission")[&format!("{clock}Permission")].clone();
        assert_eq!(referred(&permission["SourceArn"]), clock);
        assert_eq!(permission["Principal"], "events.amazonaws.com");
    }
}

/// Whether a queue's policy lets a rule send to it, and nobody but rules.
fn rule_may_send_to(rule: &str, queue: &str) -> bool {
    of_type("AWS::SQS::QueuePolicy").values().any(|policy| {
        let statement = &policy["PolicyDocument"]["Statement"][0];
        let sources = each(&statement["Condition"]["ArnEquals"]["aws:SourceArn"]);
        referred(&policy["Queues"][0]) == queue
            && referred(&statement["Resource"]) == queue
            && statement["Action"] == "sqs:SendMessage"
            && statement["Principal"]["Service"] == "events.amazonaws.com"
            && sources.into_iter().any(|source| referred(source) == rule)
    })
}

#[test]
fn a_message_stays_hidden_while_it_is_worked_on() {
    let queues = of_type("AWS::SQS::Queue");
    let parameters = stack::template()["Parameters"].clone();
    for (name, function) in of_type("AWS::Serverless::Function") {
        let timeout = function["Timeout"].as_u64().unwrap();
        for event in function["Events"]
            .as_object()
            .into_iter()
            .flat_map(Map::values)
        {
            let event = &event["Properties"];
            let window = &event["MaximumBatchingWindowInSeconds"];
            // Where people choose it, the longest that they may.
            let longest = || parameters[referred(window)]["MaxValue"].as_u64();
            let window = window.as_u64().or_else(longest).unwrap();
            let hidden = queues[referred(&event["Queue"])]["VisibilityTimeout"]
                .as_u64()
                .unwrap();
            assert!(hidden >= 6 * timeout + window, "{name}: {hidden}");
            let responses = &event["FunctionResponseTypes"];
            assert!(each(responses).contains(&&Value::from("ReportBatchItemFailures")));
        }
    }
}

#[test]
fn alarms_watch_every_way_to_fail_and_go_to_the_topic() {
    let mut watched = BTreeSet::new();
    for (name, alarm) in of_type("AWS::CloudWatch::Alarm") {
        if alarm["Dimensions"].is_null() {
            continue;
        }
        let target = &alarm["AlarmActions"][0]["Fn::If"];
        assert_eq!(referred(&target[1]), "Topic", "{name}");
        assert_eq!(referred(&target[2]), "TopicArn", "{name}");
        watched.insert(format!(
            "{} of {}",
            alarm["MetricName"].as_str().unwrap(),
            referred(&alarm["Dimensions"][0]["Value"])
        ));
    }
    let expected = [
        "ApproximateAgeOfOldestMessage of ServiceEvents",
        "ApproximateAgeOfOldestMessage of TaskEvents",
        "ApproximateNumberOfMessagesVisible of UndeliveredEvents",
        "ApproximateNumberOfMessagesVisible of UnprocessedEvents",
        "ApproximateNumberOfMessagesVisible of FailedHeadroomRuns",
        "ApproximateNumberOfMessagesVisible of FailedSweeps",
        "ApproximateNumberOfMessagesVisible of UnforwardedFindings",
        "Errors of HeadroomAuditor",
        "Errors of ServiceAuditor",
        "Errors of TaskAuditor",
        "Throttles of TaskAuditor",
    ];
    assert_eq!(watched, expected.map(str::to_owned).into());
}

/// Alarms on the auditor's own metrics, and whom they tell: what messages tell already tells nobody
/// twice.
#[test]
fn alarms_on_figures_tell_only_what_no_message_does() {
    let alarms = of_type("AWS::CloudWatch::Alarm");
    let own = alarms
        .values()
        .filter(|alarm| alarm["Dimensions"].is_null() && alarm["Metrics"].is_null());
    let own: BTreeMap<_, _> = own
        .map(|alarm| {
            assert_eq!(referred(&alarm["Namespace"]), "MetricsNamespace");
            let metric = alarm["MetricName"].as_str().unwrap();
            (metric, alarm.get("AlarmActions").is_some())
        })
        .collect();
    let expected = [
        ("ClustersWithoutFreeEniSlot", false),
        // Where a message can't leave the subnet, this does.
        ("MonitorFailures", true),
        // And whether there are such metrics at all.
        ("MonitorRuns", true),
        ("StallingDeployments", false),
        ("ToldWithoutState", true),
        ("UnreachedClusters", true),
    ];
    assert_eq!(own, expected.into());
}

/// Nobody looks at the events of starting tasks: measured by the queue, not by the function that may be
/// gone.
#[test]
fn silence_while_tasks_start_is_an_alarm() {
    let silence = of_type("AWS::CloudWatch::Alarm")["SilenceAlarm"].clone();
    assert!(silence.get("AlarmActions").is_some());
    let metrics = silence["Metrics"].as_array().unwrap();
    let name = |id: &str| {
        let mut own = metrics.iter().filter(|metric| metric["Id"] == id);
        own.next().unwrap()["MetricStat"]["Metric"].clone()
    };
    assert_eq!(name("sent")["MetricName"], "NumberOfMessagesSent");
    assert_eq!(
        referred(&name("sent")["Dimensions"][0]["Value"]),
        "TaskEvents"
    );
    assert_eq!(name("handled")["MetricName"], "EventsHandled");
    let emf = std::fs::read_to_string(root().join("crates/lambda/src/emf.rs")).unwrap();
    assert!(emf.contains(r#"metric("EventsHandled", "Count")"#));
}

#[test]
fn the_dashboard_shows_what_the_function_records() {
    let source =
        std::fs::read_to_string(root().join("crates/engine/src/headroom/figures.rs")).unwrap();
    let emf = std::fs::read_to_string(root().join("crates/lambda/src/emf.rs")).unwrap();
    let body =
        of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"].clone();
    let body: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    let mut shown = Vec::new();
    for widget in body["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().unwrap() {
            let searched = metric[0]["expression"].as_str();
            let name =
                searched.and_then(|search| search.split("MetricName=\"").nth(1)?.split('"').next());
            shown.push(
                name.unwrap_or_else(|| metric[1].as_str().unwrap())
                    .to_owned(),
            );
        }
    }
    assert!(shown.len() >= 10, "{shown:?}");
    for name in shown {
        let quoted = format!("\"{name}\"");
        assert!(
            source.contains(&quoted) || emf.contains(&quoted),
            "nothing records {name}"
        );
    }
}

#[test]
fn no_resource_has_a_name_that_could_be_taken() {
    const NAMES: [&str; 9] = [
        "AlarmName",
        "DashboardName",
        "TableName",
        "FunctionName",
        "LogGroupName",
        "Name",
        "QueueName",
        "RoleName",
        "TopicName",
    ];
    // These say which function they belong to.
    let refers = ["AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Permission"];
    let named = resources().into_iter();
    let named = named.filter(|(_, content)| !refers.contains(&content["Type"].as_str().unwrap()));
    for (resource, content) in named {
        for name in NAMES {
            assert!(
                content["Properties"].get(name).is_none(),
                "{resource} has {name}"
            );
        }
    }
}

#[test]
fn every_parameter_has_a_default_a_label_and_a_group() {
    let template = stack::template();
    let parameters = template["Parameters"].as_object().unwrap();
    let interface = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let names: BTreeSet<_> = parameters.keys().map(String::as_str).collect();
    let labelled: BTreeSet<_> = interface["ParameterLabels"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let grouped: Vec<_> = each(&interface["ParameterGroups"])
        .into_iter()
        .flat_map(|group| each(&group["Parameters"]))
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(labelled, names);
    assert_eq!(grouped.len(), names.len(), "{grouped:?}");
    assert_eq!(grouped.into_iter().collect::<BTreeSet<_>>(), names);
    for (name, parameter) in parameters {
        assert!(parameter.get("Default").is_some(), "{name}");
        assert!(parameter.get("Description").is_some(), "{name}");
    }
}

#[test]
fn the_published_version_is_the_programs() {
    let template = stack::template();
    let application = &template["Metadata"]["AWS::ServerlessRepo::Application"];
    assert_eq!(application["SemanticVersion"], env!("CARGO_PKG_VERSION"));
}
