//! Which action a request calls, and how its service words errors.

use axum::http::HeaderMap;
use axum::http::request::Parts;

/// How a service words what it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// EC2's XML.
    Ec2,
    /// The XML of the older services, SNS among them.
    Query,
    /// JSON, with a target header (ECS, SQS, EventBridge) or without (EFS, MSK, OpenSearch, Security Hub).
    Json,
    /// CBOR, which is JSON in binary (CloudWatch).
    Cbor,
}

impl Kind {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let service = service(headers);
        if headers.contains_key("smithy-protocol") {
            Self::Cbor
        } else if headers.contains_key("x-amz-target")
            || PATHS.iter().any(|path| path.service == service)
        {
            Self::Json
        } else if service == "ec2" {
            Self::Ec2
        } else {
            Self::Query
        }
    }
}

/// A path of a service that names no action in a call.
struct Path {
    service: &'static str,
    begins: &'static str,
    ends: &'static str,
    action: &'static str,
}

const PATHS: &[Path] = &[
    Path {
        service: "elasticfilesystem",
        begins: "/2015-02-01/mount-targets",
        ends: "",
        action: "DescribeMountTargets",
    },
    Path {
        service: "kafka",
        begins: "/api/v2/clusters",
        ends: "",
        action: "ListClustersV2",
    },
    Path {
        service: "kafka",
        begins: "/v1/clusters/",
        ends: "/nodes",
        action: "ListNodes",
    },
    Path {
        service: "es",
        begins: "/2021-01-01/opensearch/domain-info",
        ends: "",
        action: "DescribeDomains",
    },
    Path {
        service: "securityhub",
        begins: "/findings/import",
        ends: "",
        action: "BatchImportFindings",
    },
];

/// The action that a path ends with, where CBOR comes: `/service/NAME/operation/ACTION`.
fn operation(head: &Parts) -> Option<String> {
    let (_, action) = head.uri.path().split_once("/operation/")?;
    Some(action.to_owned())
}

/// The action that a path stands for.
fn by_path(head: &Parts) -> Option<String> {
    let service = service(&head.headers);
    let path = head.uri.path();
    let known = PATHS.iter().find(|known| {
        known.service == service && path.starts_with(known.begins) && path.ends_with(known.ends)
    })?;
    Some(known.action.to_owned())
}

/// The action as IAM names it. What names no action (S3's paths) is named by method and path.
pub(super) fn action(head: &Parts, body: &[u8]) -> String {
    let target = head
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .and_then(|target| Some(target.rsplit_once('.')?.1.to_owned()));
    let body = String::from_utf8_lossy(body);
    let action = target
        .or_else(|| operation(head))
        .or_else(|| named_in(&body))
        .or_else(|| named_in(head.uri.query().unwrap_or_default()))
        .or_else(|| by_path(head))
        .unwrap_or_else(|| format!("{} {}", head.method, head.uri.path()));
    let service = match service(&head.headers) {
        // CloudWatch signs with the name of its endpoint.
        "monitoring" => "cloudwatch",
        service => service,
    };
    format!("{service}:{action}")
}

/// The value of `Action` in a form. Its values are plain words, which need no decoding.
fn named_in(form: &str) -> Option<String> {
    form.split('&')
        .find_map(|field| field.strip_prefix("Action="))
        .map(str::to_owned)
}

/// The service that the signature is for:
/// `AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/ec2/aws4_request, …`.
fn service(headers: &HeaderMap) -> &str {
    headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once("Credential=")?.1.split('/').nth(3))
        .unwrap_or("unsigned")
}
