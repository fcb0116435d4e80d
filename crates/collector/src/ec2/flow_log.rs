use aws_sdk_ec2::types::FlowLog;

use super::{Ec2, PAGE, describe, filter};
use crate::document::Document;
use crate::findings::Answer;

impl Ec2<'_> {
    /// The flow logs of a VPC and its subnets. One of a single task's interface isn't looked for: it
    /// would have to be made anew for every task.
    pub(crate) async fn flow_logs(&self, resources: &[String]) -> Answer {
        let request = self
            .client
            .describe_flow_logs()
            .filter(filter("resource-id", resources.to_vec()));
        describe!(
            self,
            "ec2:DescribeFlowLogs",
            request,
            PAGE,
            flow_logs,
            document
        )
    }
}

fn document(log: &FlowLog) -> Document {
    Document::new()
        .with("FlowLogId", log.flow_log_id())
        .with("ResourceId", log.resource_id())
        .with("FlowLogStatus", log.flow_log_status())
        .with("DeliverLogsStatus", log.deliver_logs_status())
        .with("DeliverLogsErrorMessage", log.deliver_logs_error_message())
        .with(
            "LogDestinationType",
            log.log_destination_type().map(|value| value.as_str()),
        )
        .with("LogGroupName", log.log_group_name())
        .with("LogFormat", log.log_format())
        .with(
            "TrafficType",
            log.traffic_type().map(|value| value.as_str()),
        )
}
