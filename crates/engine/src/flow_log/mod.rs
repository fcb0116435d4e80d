//! What VPC flow logs recorded of refused packets: where a task's are recorded, how CloudWatch Logs
//! Insights is asked for them, and what it answered.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html>

mod query;
mod recorded;
mod refused;

pub use query::{MOST_ROWS, query};
pub use recorded::{Fields, Recorded};
pub use refused::{Flows, Refused};
