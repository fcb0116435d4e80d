//! What AWS answers on a bad day, and when.

use std::time::Duration;

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::protocol::Kind;
use super::{Call, cbor};

/// What a call gets instead of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Too many calls.
    Throttled,
    /// The service is broken.
    ServerError,
    /// No policy allows the action.
    AccessDenied,
    /// No answer, ever.
    Silence,
    /// Interfaces that exist are not shown yet.
    NoInterfaces,
    /// The truth, but later.
    Delay(Duration),
    /// An error of the service's own, by its code.
    Refused(&'static str),
    /// The same, with its message.
    RefusedSaying(&'static str, &'static str),
    /// This answer: XML, or JSON where the service speaks that or CBOR. For what an emulator lacks.
    Answer(&'static str),
}

/// Every call.
pub fn all(fault: Fault) -> impl Fn(&Call) -> Option<Fault> + Send + Sync {
    move |_| Some(fault)
}

/// The n-th call of an action, counted from 1.
pub fn nth(
    action: &str,
    n: usize,
    fault: Fault,
) -> impl Fn(&Call) -> Option<Fault> + Send + Sync + use<> {
    let action = action.to_owned();
    move |call| (call.action == action && call.number == n).then_some(fault)
}

/// So many of a hundred calls, always the same ones for a seed: the n-th call of an action is hit
/// or not, in whichever order the actions come.
pub fn ratio(
    seed: u64,
    percent: u64,
    fault: Fault,
) -> impl Fn(&Call) -> Option<Fault> + Send + Sync {
    move |call| {
        let number = u64::try_from(call.number).expect("a call's number is small");
        let mixed = call
            .action
            .bytes()
            .map(u64::from)
            .chain([number])
            .fold(seed, |state, next| mix(state ^ next));
        (mixed % 100 < percent).then_some(fault)
    }
}

/// A step of `SplitMix64`.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

impl Fault {
    pub(super) fn response(self, kind: Kind, action: &str) -> Response {
        if self == Self::NoInterfaces {
            let body = "<DescribeNetworkInterfacesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
                        <requestId>recorder</requestId><networkInterfaceSet/>\
                        </DescribeNetworkInterfacesResponse>";
            return ([(header::CONTENT_TYPE, "text/xml;charset=UTF-8")], body).into_response();
        }
        if let Self::Answer(answer) = self {
            return kind.response(StatusCode::OK, answer);
        }
        let (status, code) = match (self, kind) {
            (Self::Refused(code) | Self::RefusedSaying(code, _), _) => {
                (StatusCode::BAD_REQUEST, code)
            }
            (Self::Throttled, Kind::Ec2) => {
                (StatusCode::SERVICE_UNAVAILABLE, "RequestLimitExceeded")
            }
            (Self::Throttled, Kind::Query) => (StatusCode::BAD_REQUEST, "Throttling"),
            (Self::Throttled, Kind::Json | Kind::Cbor) => {
                (StatusCode::BAD_REQUEST, "ThrottlingException")
            }
            (Self::AccessDenied, Kind::Ec2) => (StatusCode::FORBIDDEN, "UnauthorizedOperation"),
            (Self::AccessDenied, Kind::Query) if action.starts_with("sns:") => {
                (StatusCode::FORBIDDEN, "AuthorizationError")
            }
            (Self::AccessDenied, Kind::Query) => (StatusCode::FORBIDDEN, "AccessDenied"),
            (Self::AccessDenied, Kind::Json | Kind::Cbor) => {
                (StatusCode::BAD_REQUEST, "AccessDeniedException")
            }
            (Self::ServerError, Kind::Json | Kind::Cbor) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "ServerException")
            }
            (_, _) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
        };
        let message = match self {
            Self::Throttled => "Rate exceeded".to_owned(),
            Self::AccessDenied => {
                format!(
                    "User: arn:aws:sts::123456789012:assumed-role/auditor/tests is not authorized \
                     to perform: {action} because no identity-based policy allows it"
                )
            }
            Self::RefusedSaying(_, message) => message.to_owned(),
            _ => "An internal error has occurred".to_owned(),
        };
        let body = match kind {
            Kind::Ec2 => format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>\
                 </Error></Errors><RequestID>recorder</RequestID></Response>"
            ),
            Kind::Query => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>recorder</RequestId>\
                 </ErrorResponse>"
            ),
            Kind::Json | Kind::Cbor => {
                serde_json::json!({ "__type": code, "message": message }).to_string()
            }
        };
        kind.response(status, &body)
    }
}

impl Kind {
    /// A body as such a service sends it; for CBOR it is given as JSON.
    fn response(self, status: StatusCode, body: &str) -> Response {
        let content_type = match self {
            Self::Ec2 => "text/xml;charset=UTF-8",
            Self::Query => "text/xml",
            Self::Json => "application/x-amz-json-1.1",
            Self::Cbor => {
                let value = serde_json::from_str(body).expect("the answer is JSON");
                let headers = [
                    (header::CONTENT_TYPE, "application/cbor"),
                    (HeaderName::from_static("smithy-protocol"), "rpc-v2-cbor"),
                ];
                return (status, headers, cbor::encoded(&value)).into_response();
            }
        };
        (
            status,
            [(header::CONTENT_TYPE, content_type)],
            body.to_owned(),
        )
            .into_response()
    }
}
