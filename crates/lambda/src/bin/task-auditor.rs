//! The Lambda functions that audit tasks and services: which of both is decided by what they are
//! invoked with.

use std::sync::Arc;

use awsvpc_auditor_lambda::auditor::Auditor;
use awsvpc_auditor_lambda::config::Config;
use awsvpc_auditor_lambda::logging;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::read(|variable| std::env::var(variable).ok());
    let config = logging::configured(config, |config| config.log_level)?;
    let sdk = awsvpc_auditor_collector::connect(None, None).await?;
    let auditor = Arc::new(Auditor::new(&sdk, config));
    run(service_fn(|event: LambdaEvent<Value>| {
        let auditor = Arc::clone(&auditor);
        async move {
            auditor
                .handle(event)
                .await
                .map_err(lambda_runtime::Error::from)
        }
    }))
    .await
}
