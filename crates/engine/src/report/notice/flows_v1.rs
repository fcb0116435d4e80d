//! Refused flows in the JSON for programs.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::words::cut;
use crate::flow_log::{Flows, Refused};

/// What a VPC flow log has of a task's refused packets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FlowsV1 {
    /// The log group.
    pub(super) log_group: String,
    /// The task's interface.
    pub(super) interface: String,
    /// How far back was looked, in minutes.
    pub(super) minutes: u64,
    /// The flows; the most packets first, of what the task sent before the replies to it.
    pub(super) flows: Vec<FlowV1>,
}

/// Refused packets of one kind.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FlowV1 {
    /// The interface that refused them.
    pub(super) at: String,
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    /// 0 where the protocol has no ports.
    pub(super) port: u16,
    /// The IANA number.
    pub(super) protocol: u8,
    pub(super) packets: u64,
}

impl From<&Flows> for FlowsV1 {
    fn from(flows: &Flows) -> Self {
        Self {
            log_group: cut(&flows.log_group, 512),
            interface: cut(&flows.interface, 80),
            minutes: flows.minutes,
            flows: flows.refused.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Refused> for FlowV1 {
    fn from(one: &Refused) -> Self {
        Self {
            at: cut(&one.at, 80),
            from: one.from,
            to: one.to,
            port: one.port,
            protocol: one.protocol,
            packets: one.packets,
        }
    }
}
