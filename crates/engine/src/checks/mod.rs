//! The catalogue: one fault, one `<fault>.rs` and one `<fault>.md`, which is the user's page.
//!
//! A check can't mistake a missing fact for a pass: facts are reached only through look-ups that
//! fail with [`Missing`](crate::facts::Missing), and a check that returns that failure is unknown.

mod audit;
mod check;
mod custom_dns_unreachable;
mod endpoint_private_dns_disabled;
mod eni_not_attached;
mod exec_not_enabled;
mod flow_logs_disabled;
mod interface_endpoint_blocks_task;
mod mixed_network_modes;
mod no_internet_route;
mod path_mtu_black_hole;
mod subject;
mod subnet_addresses_exhausted;
mod subnets_routed_differently;
mod vpc_dns_hostnames_disabled;
mod vpc_dns_support_disabled;

pub use audit::{AuditResult, Report, Summary, run, run_only};
pub use check::{Check, Fault, Fix, Judgement, Outcome, Severity, Step, Unknown};
pub use subject::{Basis, Launch, ServiceNotFound, Subject};

/// Every check, in the order of the checklist.
pub static ALL: &[&Check] = &[
    &eni_not_attached::CHECK,
    &subnet_addresses_exhausted::CHECK,
    &interface_endpoint_blocks_task::CHECK,
    &no_internet_route::CHECK,
    &subnets_routed_differently::CHECK,
    &vpc_dns_support_disabled::CHECK,
    &vpc_dns_hostnames_disabled::CHECK,
    &custom_dns_unreachable::CHECK,
    &endpoint_private_dns_disabled::CHECK,
    &exec_not_enabled::CHECK,
    &path_mtu_black_hole::CHECK,
    &mixed_network_modes::CHECK,
    &flow_logs_disabled::CHECK,
];

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == id)
}

/// The AWS services, by their short names, that ECS or nearly every application calls from a task's
/// own interface. Endpoints for other services are not judged: nothing says that the task uses
/// them, and refusing most of a VPC may be what they are for.
const TASK_SERVICES: [&str; 9] = [
    "ecr.api",
    "ecr.dkr",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "ssm",
    "ssmmessages",
    "sts",
];
