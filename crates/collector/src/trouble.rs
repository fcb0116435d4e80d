//! Why a call gave nothing.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use tokio::time::Instant;

/// Why a call gave nothing, or not everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The caller may not make it.
    Denied,
    /// It was throttled until there was no time left.
    Throttled,
    /// There is more than is worth asking for.
    Truncated,
    /// There was no time left to wait for it.
    Late,
    /// It failed otherwise.
    Failed(String),
    /// Nobody can be asked at all: the credentials are of no use.
    Refused(Refused),
}

/// AWS doesn't know who is asking, so no call can give anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There are no credentials to sign with.
    #[error(
        "no AWS credentials: give --profile, sign in (`aws sso login`), or set AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY ({0})"
    )]
    NoCredentials(String),
    /// AWS doesn't take them.
    #[error("AWS refuses the credentials ({code}): {message}")]
    Invalid {
        /// The error's code.
        code: String,
        /// What AWS says about it.
        message: String,
    },
}

/// Error codes that say the same about every call.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
const CREDENTIALS: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "ForbiddenException",
    "NotAuthorized",
    "UnauthorizedOperation",
];

/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
];

/// What services say about a name that leads to nothing. Asking for it is no fault.
const ABSENT: &[&str] = &[
    "CacheClusterNotFound",
    "CacheSubnetGroupNotFoundFault",
    "ClusterNotFoundException",
    "DBClusterNotFoundFault",
    "DBInstanceNotFound",
    "DBProxyNotFoundFault",
    "FileSystemNotFound",
    "LoadBalancerNotFound",
    "NamespaceNotFound",
    "NotFoundException",
    "ReplicationGroupNotFoundFault",
    "ServerlessCacheNotFoundFault",
    "ServiceNotFound",
    "TargetGroupNotFound",
];

impl Trouble {
    /// Whether it failed with such an error code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        matches!(self, Self::Failed(how) if how == code)
    }

    /// Whether what was asked for isn't there.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Self::Failed(code) if ABSENT.contains(&code.as_str()))
    }

    /// What an error of a call means.
    pub(crate) fn of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Self {
        match error {
            SdkError::ServiceError(service) => {
                let error = service.err();
                let code = error.code().unwrap_or("no error code");
                let message = error.message().unwrap_or("no message");
                Self::of_code(code, message)
            }
            SdkError::TimeoutError(_) => Self::Failed("no answer in time".to_owned()),
            SdkError::DispatchFailure(failure) => {
                let error = failure.as_connector_error();
                error.map_or_else(|| Self::Failed("not sent".to_owned()), |e| Self::unsent(e))
            }
            _ => Self::Failed("the answer could not be read".to_owned()),
        }
    }

    /// The request never left: the network, or nobody to sign it for.
    fn unsent(error: &(dyn Error + 'static)) -> Self {
        let mut cause = error;
        while let Some(inner) = cause.source() {
            cause = inner;
            if cause.is::<CredentialsError>() {
                return Self::Refused(Refused::NoCredentials(root_cause(cause)));
            }
        }
        Self::Failed(cause.to_string())
    }

    fn of_code(code: &str, message: &str) -> Self {
        if DENIED.contains(&code) {
            Self::Denied
        } else if THROTTLED.contains(&code) {
            Self::Throttled
        } else if CREDENTIALS.contains(&code) {
            Self::Refused(Refused::Invalid {
                code: code.to_owned(),
                message: message.to_owned(),
            })
        } else {
            Self::Failed(code.to_owned())
        }
    }

    /// As the snapshot's `Coverage` list says it.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Truncated => "truncated",
            Self::Late => "no answer before the audit had to end",
            Self::Failed(how) => how,
            Self::Refused(_) => "refused",
        }
    }
}

/// The innermost reason: the outer ones only say that something failed.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Waits for an answer until the deadline.
pub(crate) async fn in_time<T>(
    deadline: Instant,
    answer: impl Future<Output = T>,
) -> Result<T, Trouble> {
    tokio::time::timeout_at(deadline, answer)
        .await
        .map_err(|_| Trouble::Late)
}
