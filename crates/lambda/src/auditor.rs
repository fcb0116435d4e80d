//! The program behind two functions: it looks at what it is invoked with, and lets the task auditor or
//! the service auditor do the work. They share what they learn, where one process does both.

use std::sync::Arc;

use aws_config::SdkConfig;
use awsvpc_auditor_collector::{Calls, Collector};
use awsvpc_auditor_engine::facts::TaskStateChange;
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;

use crate::config::Config;
use crate::service_auditor::{self, ServiceAuditor};
use crate::task_auditor::{self, TaskAuditor};

/// Both auditors: one of each for a process.
#[derive(Debug)]
pub struct Auditor {
    tasks: TaskAuditor,
    services: ServiceAuditor,
}

/// What an invocation answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The task auditor's.
    Tasks(task_auditor::Answer),
    /// The service auditor's.
    Services(service_auditor::Answer),
}

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The task auditor's.
    #[error(transparent)]
    Tasks(#[from] task_auditor::AuditError),
    /// The service auditor's.
    #[error(transparent)]
    Services(#[from] service_auditor::AuditError),
}

impl Auditor {
    /// Auditors that ask and tell as configured.
    pub fn new(sdk: &SdkConfig, config: Config) -> Self {
        let collector = Arc::new(Collector::new(sdk, Calls::default()));
        Self {
            tasks: TaskAuditor::new(sdk, config.clone(), Arc::clone(&collector)),
            services: ServiceAuditor::new(sdk, config, collector),
        }
    }

    /// Handles one invocation.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, AuditError> {
        // On the heap: with all that they may await, they would be too deep a type for the compiler.
        if is_about_tasks(&event.payload) {
            Ok(Answer::Tasks(Box::pin(self.tasks.handle(event)).await?))
        } else {
            let handling = Box::pin(self.services.handle(event));
            Ok(Answer::Services(handling.await?))
        }
    }
}

/// Whether an invocation brings tasks' events. A queue brings one sort, or what nobody can read.
fn is_about_tasks(payload: &Value) -> bool {
    let detail_type = |event: &Value| {
        let kind = event.get("detail-type").and_then(Value::as_str);
        kind.map(str::to_owned)
    };
    let Some(records) = payload.get("Records").and_then(Value::as_array) else {
        let is_tick = payload.as_object().is_some_and(serde_json::Map::is_empty);
        let kind = detail_type(payload);
        return !is_tick && kind.is_none_or(|kind| kind == TaskStateChange::DETAIL_TYPE);
    };
    let mut kinds = records.iter().filter_map(|record| {
        let body = record.get("body")?.as_str()?;
        detail_type(&serde_json::from_str(body).ok()?)
    });
    kinds
        .next()
        .is_none_or(|kind| kind == TaskStateChange::DETAIL_TYPE)
}
