//! Who asks, where, and how long it waits for an answer.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No region is configured.
    #[error(
        "no AWS region: give --region, set AWS_REGION, or `aws configure set region …` for the profile"
    )]
    NoRegion,
}

/// A connection that takes longer won't come.
const CONNECT: Duration = Duration::from_secs(2);

/// Describe calls answer within a second or two; one that hangs is better asked again.
const ATTEMPT: Duration = Duration::from_secs(5);

/// One call with all of its retries. Rounds follow each other, so an audit of three rounds ends
/// within three times this.
const OPERATION: Duration = Duration::from_secs(12);

/// The first attempt and three more, slowed down together while AWS throttles.
const ATTEMPTS: u32 = 4;

/// The HTTP client of every AWS client: rustls with ring, which is small and builds without C tools
/// of its own.
pub fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

/// How AWS is asked: region and credentials from the surroundings, adaptive retries, bounded time.
pub async fn connect(
    region: Option<&str>,
    profile: Option<&str>,
) -> Result<SdkConfig, ConnectError> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts);
    if let Some(region) = region {
        loader = loader.region(aws_config::Region::new(region.to_owned()));
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    if config.region().is_none() {
        return Err(ConnectError::NoRegion);
    }
    Ok(config)
}
