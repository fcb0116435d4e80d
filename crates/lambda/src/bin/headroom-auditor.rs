//! The Lambda function on a schedule, which looks at what ECS has left.

use std::sync::Arc;

use awsvpc_auditor_lambda::config::HeadroomConfig;
use awsvpc_auditor_lambda::headroom_auditor::HeadroomAuditor;
use awsvpc_auditor_lambda::logging;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = HeadroomConfig::read(|variable| std::env::var(variable).ok());
    let config = logging::configured(config, |config| config.common.log_level)?;
    let sdk = awsvpc_auditor_collector::connect(None, None).await?;
    let auditor = Arc::new(HeadroomAuditor::new(&sdk, config));
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
