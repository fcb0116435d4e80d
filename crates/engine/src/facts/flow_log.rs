use serde::Deserialize;

use super::{FactKind, FlowLogId, Resource};

/// A VPC flow log, as `describe-flow-logs` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FlowLog {
    /// Its id.
    pub flow_log_id: FlowLogId,
    /// What is logged: an interface, a subnet, a VPC.
    pub resource_id: String,
    /// `ACTIVE` when it logs.
    pub flow_log_status: Option<String>,
    /// `FAILED` when what it logs can't be delivered.
    pub deliver_logs_status: Option<String>,
    /// Why it can't be delivered.
    pub deliver_logs_error_message: Option<String>,
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    pub log_destination_type: Option<String>,
    /// The log group, where it goes to CloudWatch Logs.
    pub log_group_name: Option<String>,
    /// The fields of a record, in their order: `${version} ${account-id} …`; none: the default ones.
    pub log_format: Option<String>,
    /// `ACCEPT`, `REJECT` or `ALL`.
    pub traffic_type: Option<String>,
}

impl FlowLog {
    /// Whether refused packets show up in it.
    pub fn records_rejects(&self) -> bool {
        let active = self
            .flow_log_status
            .as_deref()
            .is_none_or(|s| s == "ACTIVE");
        let delivered = self.deliver_logs_status.as_deref() != Some("FAILED");
        active && delivered && self.traffic_type.as_deref() != Some("ACCEPT")
    }
}

impl Resource for FlowLog {
    type Id = FlowLogId;
    const KIND: FactKind = FactKind::FlowLogs;
    fn id(&self) -> &FlowLogId {
        &self.flow_log_id
    }
}
