//! `make local`: the stack in a local AWS, for a person to play with until Ctrl-C.
#![expect(clippy::print_stdout, reason = "it tells a person what to do next")]

use std::collections::BTreeMap;
use std::thread;

use awsvpc_auditor_tests::emulators::Server;
use awsvpc_auditor_tests::stack::Stack;
use awsvpc_auditor_tests::tools::{self, REGION};

fn main() {
    println!("Building the function and starting a local AWS. The first build takes minutes.");
    let network = Server::moto();
    let account = Server::ministack(&network.url());
    let stack = Stack::deploy(
        &account,
        "awsvpc-auditor",
        &BTreeMap::from([("LogLevel", "debug")]),
    );
    let python = tools::directory().join("python");
    println!(
        r#"
The stack {stack_name} is deployed. In another terminal (AWS CLI 2), say once:

    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}
    export AWS_ENDPOINT_URL={account}
    export AWS_ENDPOINT_URL_EC2={network} AWS_ENDPOINT_URL_ECS={network}

Put a recorded event and see the alert:

    make smoke

Make a network to look at, as in your account:

    aws ec2 create-vpc --cidr-block 10.0.0.0/16

Put an event of your own (`awsvpc-auditor` stands in for `aws.ecs`, which only AWS may use):

    aws events put-events --entries "$(jq '[{{Source: "awsvpc-auditor", DetailType: ."detail-type",
        Resources: .resources, Detail: (.detail | tojson)}}]' events/ecs-task-running-fargate.json)"

Read every alert from a queue of your own:

    aws sqs create-queue --queue-name inbox
    aws sns subscribe --protocol sqs --topic-arn {topic} \
        --notification-endpoint arn:aws:sqs:{REGION}:{account_id}:inbox
    aws sqs receive-message --queue-url {account}/{account_id}/inbox --wait-time-seconds 10

Read the function's log, and the events that it could not process:

    aws logs tail {log}
    aws sqs receive-message --queue-url {unprocessed}

Without the AWS CLI, boto3 is in {python}.
Ctrl-C ends it all."#,
        stack_name = stack.name(),
        account = account.url(),
        network = network.url(),
        topic = stack.output("AlertTopicArn"),
        account_id = tools::ACCOUNT,
        log = stack.output("TaskAuditorLogGroup"),
        unprocessed = stack.output("UnprocessedEventsQueueUrl"),
        python = python.display(),
    );
    loop {
        thread::park();
    }
}
