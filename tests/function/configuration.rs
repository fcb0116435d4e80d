//! A function that is configured wrong says so when it starts.

use std::time::Duration;

use awsvpc_auditor_tests::lambda_api::{Function, Outcome};
use serde_json::json;

use crate::support::binary;

const TOPIC: (&str, &str) = ("TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:faults");

const TABLE: (&str, &str) = ("STATE_TABLE", "alerts");

#[test]
fn a_wrong_variable_is_named_at_the_start() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "TOPIC_ARN isn't set"),
        (&[("TOPIC_ARN", " ")], "TOPIC_ARN isn't set"),
        (&[("TOPIC_ARN", "faults")], "TOPIC_ARN is `faults`"),
        (
            &[("TOPIC_ARN", "arn:aws:sqs:eu-central-1:123456789012:q")],
            "not an SNS topic's ARN",
        ),
        (
            &[("TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:f.fifo")],
            "a FIFO topic",
        ),
        (&[TOPIC], "STATE_TABLE isn't set"),
        (
            &[TOPIC, TABLE, ("CHAT_TOPIC_ARN", "#alerts")],
            "CHAT_TOPIC_ARN is `#alerts`",
        ),
        (
            &[TOPIC, TABLE, ("FLAPPING_MINUTES", "half an hour")],
            "FLAPPING_MINUTES is `half an hour`: expected a whole number from 0 to 1440",
        ),
        (
            &[TOPIC, TABLE, ("LOG_LEVEL", "trace")],
            "LOG_LEVEL is `trace`: expected error, warn, info or debug",
        ),
        (
            &[TOPIC, TABLE, ("MINIMUM_SEVERITY", "worst")],
            "MINIMUM_SEVERITY is `worst`",
        ),
        (
            &[TOPIC, TABLE, ("FLOW_LOG_GROUP_ARNS", "/vpc/flow-logs")],
            "FLOW_LOG_GROUP_ARNS has `/vpc/flow-logs`, which is not a log group's ARN",
        ),
        (
            &[TOPIC, TABLE, ("METRICS_NAMESPACE", "AWS/ECS")],
            "METRICS_NAMESPACE is `AWS/ECS`",
        ),
    ];
    for (environment, said) in cases {
        let mut function = Function::start(&binary(), environment, Duration::from_secs(10));
        let outcome = function.invoke(&json!({}));
        let output = function.output();
        assert!(
            matches!(outcome, Outcome::Exit(status) if status != 0),
            "{outcome:?}: {output}"
        );
        assert!(output.contains(said), "{said}: {output}");
    }
}
