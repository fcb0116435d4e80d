use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_ec2::error::ProvideErrorMetadata;
use axum::Router;
use tokio::net::TcpListener;

use super::{Fault, Recorder, all, nth, ratio};
use crate::emulators::client_config;

const NO_VPCS: &str = "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>";

/// A recorder before a server that answers everything with an empty list of VPCs.
async fn recorder() -> Recorder {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(async || NO_VPCS);
    tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::task::spawn_blocking(move || Recorder::start(&upstream))
        .await
        .unwrap()
}

fn config(recorder: &Recorder) -> aws_config::SdkConfig {
    client_config(recorder.url())
        .into_builder()
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(Duration::from_millis(500))
                .build(),
        )
        .build()
}

/// What the three clients make of one call each: nothing wrong, or the error's code.
async fn codes(recorder: &Recorder) -> [Option<String>; 3] {
    let config = config(recorder);
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let ecs = aws_sdk_ecs::Client::new(&config);
    let sns = aws_sdk_sns::Client::new(&config);
    let code = |error: Option<&str>| Some(error.unwrap_or("no code").to_owned());
    [
        ec2.describe_vpcs()
            .send()
            .await
            .map_or_else(|error| code(error.code()), |_| None),
        ecs.list_tasks()
            .send()
            .await
            .map_or_else(|error| code(error.code()), |_| None),
        sns.publish()
            .message("m")
            .send()
            .await
            .map_or_else(|error| code(error.code()), |_| None),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_counts_every_call() {
    let recorder = recorder().await;
    codes(&recorder).await;
    codes(&recorder).await;
    let expected: BTreeMap<_, _> = ["ec2:DescribeVpcs", "ecs:ListTasks", "sns:Publish"]
        .map(|action| (action.to_owned(), 2))
        .into();
    assert_eq!(recorder.counts(), expected);
    assert_eq!(recorder.peak(), 1);
    assert!(recorder.calls().iter().all(|call| call.ended.is_some()));
    recorder.forget();
    assert_eq!(recorder.calls(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_answers_on() {
    let recorder = recorder().await;
    let ec2 = aws_sdk_ec2::Client::new(&config(&recorder));
    assert_eq!(ec2.describe_vpcs().send().await.unwrap().vpcs(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_faults_as_each_service_does() {
    let recorder = recorder().await;
    for (fault, expected) in [
        (
            Fault::Throttled,
            ["RequestLimitExceeded", "ThrottlingException", "Throttling"],
        ),
        (
            Fault::AccessDenied,
            [
                "UnauthorizedOperation",
                "AccessDeniedException",
                "AuthorizationError",
            ],
        ),
        (
            Fault::ServerError,
            ["InternalError", "ServerException", "InternalError"],
        ),
    ] {
        recorder.set_rule(all(fault));
        let expected = expected.map(|code| Some(code.to_owned()));
        assert_eq!(codes(&recorder).await, expected, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_the_nth_call_only() {
    let recorder = recorder().await;
    recorder.set_rule(nth("ec2:DescribeVpcs", 2, Fault::Throttled));
    let ec2 = aws_sdk_ec2::Client::new(&config(&recorder));
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(ec2.describe_vpcs().send().await.is_ok());
    }
    assert_eq!(outcomes, [true, false, true]);
    let faults: Vec<_> = recorder.calls().iter().map(|call| call.fault).collect();
    assert_eq!(faults, [None, Some(Fault::Throttled), None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_its_share_and_the_same_calls_again() {
    let hits = async || -> Vec<bool> {
        let recorder = recorder().await;
        recorder.set_rule(ratio(7, 30, Fault::AccessDenied));
        let ec2 = aws_sdk_ec2::Client::new(&config(&recorder));
        for _ in 0..100 {
            drop(ec2.describe_vpcs().send().await);
        }
        recorder
            .calls()
            .iter()
            .map(|call| call.fault.is_some())
            .collect()
    };
    let first = hits().await;
    assert_eq!(hits().await, first);
    let share = first.iter().filter(|hit| **hit).count();
    assert!((20..40).contains(&share), "{share} of 100");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_lasts_and_ends_with_the_caller() {
    let recorder = recorder().await;
    recorder.set_rule(all(Fault::Silence));
    let ec2 = aws_sdk_ec2::Client::new(&config(&recorder));
    let error = ec2.describe_vpcs().send().await.unwrap_err();
    assert!(
        matches!(error, aws_sdk_ec2::error::SdkError::TimeoutError(_)),
        "{error:?}"
    );
    // The recorder notices that the caller hung up.
    for _ in 0..100 {
        if recorder.calls().iter().all(|call| call.ended.is_some()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("still running: {:?}", recorder.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn tells_rounds_and_the_peak() {
    let recorder = recorder().await;
    recorder.set_rule(all(Fault::Delay(Duration::from_millis(150))));
    let ec2 = aws_sdk_ec2::Client::new(&config(&recorder));
    for _ in 0..2 {
        let (first, second, third) = tokio::join!(
            ec2.describe_vpcs().send(),
            ec2.describe_vpcs().send(),
            ec2.describe_vpcs().send()
        );
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
    }
    assert_eq!((recorder.rounds(), recorder.peak()), (2, 3));
}
