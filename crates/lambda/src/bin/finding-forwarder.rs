//! The Lambda function behind the queue of what was told, deployed only where an event bus or Security
//! Hub is to have it.

use std::sync::Arc;

use awsvpc_auditor_lambda::config::ForwarderConfig;
use awsvpc_auditor_lambda::finding_forwarder::FindingForwarder;
use awsvpc_auditor_lambda::logging;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = ForwarderConfig::read(|variable| std::env::var(variable).ok());
    let config = logging::configured(config, |config| config.log_level)?;
    let sdk = awsvpc_auditor_collector::connect(None, None).await?;
    let forwarder = Arc::new(FindingForwarder::new(&sdk, config));
    run(service_fn(|event: LambdaEvent<Value>| {
        let forwarder = Arc::clone(&forwarder);
        async move {
            forwarder
                .handle(event)
                .await
                .map_err(lambda_runtime::Error::from)
        }
    }))
    .await
}
