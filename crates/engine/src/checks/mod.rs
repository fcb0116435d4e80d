//! The catalogue: one fault, one `<fault>.rs` and one `<fault>.md`, which is the user's page.
//!
//! A check can't mistake a missing fact for a pass: facts are reached only through look-ups that
//! fail with [`Missing`](crate::facts::Missing), and a check that returns that failure is unknown.

mod attempt;
mod audit;
mod aws_endpoint_unreachable;
mod by_place;
mod calling;
mod capacity_runs_out_soon;
mod check;
mod claims;
mod cluster_eni_slots_low;
mod cluster_slots;
mod comparison;
mod custom_dns_unreachable;
mod denied_destination_reachable;
mod dependency_does_not_answer;
mod dependency_unreachable;
mod deployment_cannot_replace_tasks;
mod deployment_surge_exceeds_addresses;
mod deployment_surge_exceeds_eni_slots;
mod deployment_surge_exceeds_resources;
mod effect;
mod egress_over_restricted;
mod endpoint_policy_denies_task;
mod endpoint_private_dns_disabled;
mod eni_not_attached;
mod eni_slots_exhausted;
mod exec_channel_unreachable;
mod exec_not_enabled;
mod fargate_vcpu_quota_low;
mod flow_logs_disabled;
mod headroom_audit;
mod inquiry;
mod instance_eni_attachments_failing;
mod instance_eni_slots_low;
mod instance_enis_unknown_to_ecs;
mod instance_not_trunked;
mod interface_endpoint_blocks_task;
mod load_balancer_cannot_reach_task;
mod mixed_network_modes;
mod monitor_audit;
mod monitored_path_black_hole;
mod monitored_target_unreachable;
mod no_internet_route;
mod orphaned_enis;
mod path_mtu_black_hole;
mod probe_contradicts_configuration;
mod proof;
mod reaching;
mod region_eni_quota_low;
mod slot_shortage;
mod stale_instance_security_group;
mod start_cause;
mod starting;
mod subnet_addresses_exhausted;
mod subnet_addresses_low;
mod subnets_routed_differently;
mod surging;
mod task_start_failed;
mod task_stuck_provisioning;
mod touched;
mod trunking_not_enabled;
mod vpc_dns_hostnames_disabled;
mod vpc_dns_support_disabled;
mod ways;
mod words;

use crate::dependencies::Caller;

pub use audit::{AuditResult, Report, Summary, run, run_only, run_service_event};
pub use check::{Check, Fault, Judgement, Outcome, Run, Severity, Step, Unknown};
pub(crate) use claims::{claim_asked, claims, dns_faults};
pub use comparison::{Compared, Presence, compare};
pub use effect::{Effect, Standing};
pub use headroom_audit::{HeadroomReport, headroom, headroom_only};
pub use inquiry::Inquiry;
pub use monitor_audit::{MonitorReport, Watch, monitor, monitor_only};
pub use proof::prove_fix;
pub use touched::touched;

pub use crate::subject::{Basis, Launch, ServiceNotFound, Subject};

/// Every check, in the order of the checklist, then those of what is left, and those of monitors.
pub static ALL: &[&Check] = &[
    &task_start_failed::CHECK,
    &eni_not_attached::CHECK,
    &subnet_addresses_exhausted::CHECK,
    &dependency_unreachable::CHECK,
    &denied_destination_reachable::CHECK,
    &egress_over_restricted::CHECK,
    &load_balancer_cannot_reach_task::CHECK,
    &stale_instance_security_group::CHECK,
    &interface_endpoint_blocks_task::CHECK,
    &endpoint_policy_denies_task::CHECK,
    &no_internet_route::CHECK,
    &subnets_routed_differently::CHECK,
    &aws_endpoint_unreachable::CHECK,
    &vpc_dns_support_disabled::CHECK,
    &vpc_dns_hostnames_disabled::CHECK,
    &custom_dns_unreachable::CHECK,
    &endpoint_private_dns_disabled::CHECK,
    &exec_not_enabled::CHECK,
    &exec_channel_unreachable::CHECK,
    &path_mtu_black_hole::CHECK,
    &dependency_does_not_answer::CHECK,
    &probe_contradicts_configuration::CHECK,
    &mixed_network_modes::CHECK,
    &flow_logs_disabled::CHECK,
    &task_stuck_provisioning::CHECK,
    &eni_slots_exhausted::CHECK,
    &instance_eni_attachments_failing::CHECK,
    &deployment_surge_exceeds_eni_slots::CHECK,
    &deployment_surge_exceeds_addresses::CHECK,
    &region_eni_quota_low::CHECK,
    &deployment_surge_exceeds_resources::CHECK,
    &deployment_cannot_replace_tasks::CHECK,
    &cluster_eni_slots_low::CHECK,
    &subnet_addresses_low::CHECK,
    &fargate_vcpu_quota_low::CHECK,
    &instance_enis_unknown_to_ecs::CHECK,
    &instance_not_trunked::CHECK,
    &capacity_runs_out_soon::CHECK,
    &instance_eni_slots_low::CHECK,
    &trunking_not_enabled::CHECK,
    &orphaned_enis::CHECK,
    &monitored_target_unreachable::CHECK,
    &monitored_path_black_hole::CHECK,
];

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == id)
}

/// The AWS services, by their short names, that ECS or nearly every application calls from a task's
/// own interface: all that can be said of a task whose definition wasn't observed.
const COMMON_SERVICES: [&str; 8] = [
    "ecr.api",
    "ecr.dkr",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "ssm",
    "sts",
];

/// The services that ECS calls by the task's own interface. Endpoints for others are not judged by
/// name: refusing most of a VPC may be what they are for, and what the task says that it talks to is
/// judged as a dependency. ECS Exec's channels have a check of their own.
fn called_services(inquiry: &Inquiry<'_>) -> Vec<&'static str> {
    let Ok(needs) = inquiry.needs() else {
        return COMMON_SERVICES.to_vec();
    };
    let own = needs
        .calls
        .iter()
        .filter(|call| call.caller == Caller::Task);
    own.filter_map(|call| call.service).collect()
}
