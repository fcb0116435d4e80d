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

/// How calls are repeated: three more times, longer and longer apart. EC2 gives back twenty calls a
/// second, so a second is plenty.
///
/// Not the SDK's adaptive mode: once throttled it asks five tokens for a retry of a bucket that holds
/// as many as the client has sent calls a second. An auditor sends a few, so the bucket never fills
/// and the retry never leaves (`aws-smithy-runtime` 1.16, `client_rate_limiter.rs`). Throttling is
/// adapted to by asking less: what is shared is asked once, and what is known isn't asked again.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(4)
        .with_initial_backoff(Duration::from_millis(250))
        .with_max_backoff(Duration::from_secs(2))
}

/// The HTTP client of every AWS client: rustls with ring, which is small and builds without C tools
/// of its own.
pub fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

/// How AWS is asked: region and credentials from the surroundings, retries in bounded time.
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
        .retry_config(retries())
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
