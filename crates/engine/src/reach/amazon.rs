//! The addresses that the VPC itself answers.

use std::net::{IpAddr, Ipv4Addr};

use super::station::Station;
use super::trace::{Component, Passage, Trace};
use super::{Answer, Code, Direction, Leg, outside};
use crate::facts::{Snapshot, VpcAttributes};
use crate::net::{PortRange, Protocol, Traffic};

/// The addresses that the VPC itself answers, past security groups, network ACLs and routes: its
/// resolver, when enableDnsSupport is on, and the link-local services, of which nothing is known.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>
pub(super) fn to_amazon(
    snapshot: &Snapshot,
    sender: &Station<'_>,
    address: IpAddr,
    asked: &Traffic,
) -> Option<Answer> {
    const RESOLVER: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 253));
    const RESOLVER_V6: [u16; 8] = [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x253];
    let is_v6_resolver = matches!(address, IpAddr::V6(v6) if v6.segments() == RESOLVER_V6);
    let is_base_plus_two = snapshot
        .vpcs
        .get(&sender.vpc)
        .is_ok_and(|vpc| vpc.is_resolver(address));
    let is_resolver = address == RESOLVER || is_v6_resolver || is_base_plus_two;
    let is_link_local = matches!(address, IpAddr::V4(v4) if v4.is_link_local());
    if !is_resolver && !is_link_local {
        return None;
    }
    let mut trace = Trace::new(asked.clone());
    trace.meet(Leg::Forward, sender.label());
    trace.meet(Leg::Forward, address.to_string());
    trace.meet(Leg::Return, address.to_string());
    trace.meet(Leg::Return, sender.label());
    if !is_resolver {
        trace.doubt(
            Leg::Forward,
            outside(format!(
                "whether {address} answers: the host serves it, not the VPC"
            )),
        );
        return Some(Answer::new(trace));
    }
    let vpc = sender.vpc.to_string();
    let dns = PortRange::single(53);
    let carried = Traffic::ports(Protocol::UDP, dns).union(&Traffic::ports(Protocol::TCP, dns));
    let component = |code| Component {
        code,
        id: &vpc,
        direction: Direction::Ingress,
        leg: Leg::Forward,
    };
    trace.gate(
        component(Code::ProtocolRestriction),
        Passage::exactly(carried),
        |stopped| format!("the resolver of {vpc} answers on port 53 only, not {stopped}"),
    );
    match snapshot
        .vpc_attributes
        .get(&sender.vpc)
        .and_then(VpcAttributes::dns_support)
    {
        Ok(true) => {}
        Ok(false) => trace.block(
            component(Code::VpcDnsSupportDisabled),
            format!("enableDnsSupport of {vpc} is off, so its resolver doesn't answer"),
        ),
        Err(missing) => trace.doubt(Leg::Forward, missing),
    }
    Some(Answer::new(trace))
}
