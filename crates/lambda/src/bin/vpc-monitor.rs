//! The Lambda function on a schedule in a subnet, which asks whether what is needed there answers;
//! deployed only where somebody wants it.

use std::sync::Arc;

use awsvpc_auditor_lambda::config::MonitorConfig;
use awsvpc_auditor_lambda::logging;
use awsvpc_auditor_lambda::vpc_monitor::VpcMonitor;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = MonitorConfig::read(|variable| std::env::var(variable).ok());
    let config = logging::configured(config, |config| config.common.log_level)?;
    let sdk = awsvpc_auditor_collector::connect(None, None).await?;
    let monitor = Arc::new(VpcMonitor::new(&sdk, config));
    run(service_fn(|event: LambdaEvent<Value>| {
        let monitor = Arc::clone(&monitor);
        async move {
            monitor
                .handle(event)
                .await
                .map_err(lambda_runtime::Error::from)
        }
    }))
    .await
}
