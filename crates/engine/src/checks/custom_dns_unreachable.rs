use std::net::IpAddr;

use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::facts::{DhcpOptions, FactKind, Missing, Reason, Snapshot, VpcId};
use crate::fix::Proposals;
use crate::net::{PortRange, Protocol, Traffic};
use crate::reach::{Answer, Destination, Station, Target, analyze_from};

/// A name server that the VPC's DHCP options name can't be reached from the task.
pub(super) static CHECK: Check = Check {
    id: "custom-dns-unreachable",
    title: "a custom name server can't be reached from the task",
    severity: Severity::High,
    step: Step::Dns,
    since: "0.1.0",
    needs: &[
        FactKind::Vpcs,
        FactKind::DhcpOptions,
        FactKind::NetworkInterfaces,
        FactKind::SecurityGroups,
        FactKind::NetworkAcls,
        FactKind::RouteTables,
        FactKind::Subnets,
        FactKind::VpcAttributes,
        FactKind::PrefixLists,
        FactKind::NatGateways,
        FactKind::InternetGateways,
        FactKind::VpcPeeringConnections,
        FactKind::TransitGateways,
        FactKind::TransitGatewayVpcAttachments,
        FactKind::TransitGatewayAttachments,
        FactKind::TransitGatewayRoutes,
    ],
    page: include_str!("custom_dns_unreachable.md"),
    run: Run::Task(run),
};

/// The DHCP option set of a VPC; `None` when the VPC has none.
pub(super) fn dhcp_options<'a>(
    snapshot: &'a Snapshot,
    vpc: &VpcId,
) -> Result<Option<&'a DhcpOptions>, Missing> {
    let facts = snapshot.vpcs.get(vpc)?;
    let id = facts.dhcp_options_id.as_ref().ok_or_else(|| {
        Missing::new(
            FactKind::Vpcs,
            Reason::NotInFacts(format!("the DHCP option set of {vpc}")),
        )
    })?;
    if id.as_str() == "default" {
        return Ok(None);
    }
    snapshot.dhcp_options.get(id).map(Some)
}

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let vpc = subject.vpc(snapshot)?;
    let servers: Vec<_> = dhcp_options(snapshot, &vpc)?
        .into_iter()
        .flat_map(DhcpOptions::custom_name_servers)
        .collect();
    if servers.is_empty() {
        return Ok(vec![Judgement::skipped(format!(
            "tasks in {vpc} use the VPC's own resolver"
        ))]);
    }
    let stations = subject.stations(snapshot)?;
    Ok(servers
        .into_iter()
        .map(|server| judge(snapshot, &stations, server))
        .collect())
}

/// Asks for UDP and TCP: answers that don't fit into one UDP packet come over TCP.
fn judge(snapshot: &Snapshot, stations: &[Station<'_>], server: &str) -> Judgement {
    let Ok(address) = server.parse::<IpAddr>() else {
        let reason = Reason::Invisible(format!("what address {server} is"));
        return Judgement::unknown(server, Missing::new(FactKind::NameResolution, reason));
    };
    let port = PortRange::single(53);
    let dns = Traffic::ports(Protocol::UDP, port).union(&Traffic::ports(Protocol::TCP, port));
    let to = Destination {
        target: Target::Address(address),
        traffic: dns,
    };
    let mut missing = Vec::new();
    for station in stations {
        let answer = analyze_from(snapshot, station, &to);
        if answer.is_complete() {
            continue;
        }
        let possible = answer.reachable.union(&answer.unknown);
        if !answer.asked.is_subset(&possible) {
            return Judgement::Fail(fault(snapshot, station, server, address, answer));
        }
        missing.extend(answer.missing);
    }
    if missing.is_empty() {
        Judgement::pass(
            server,
            format!("the task reaches {server} on udp and tcp 53"),
        )
    } else {
        Judgement::unknown(server, missing)
    }
}

fn fault(
    snapshot: &Snapshot,
    station: &Station<'_>,
    server: &str,
    address: IpAddr,
    answer: Answer,
) -> Fault {
    let possible = answer.reachable.union(&answer.unknown);
    let stopped = Destination {
        target: Target::Address(address),
        traffic: answer.asked.difference(&possible),
    };
    let mut proposals = Proposals::default();
    proposals.add_all(snapshot, station, &stopped, &answer);
    let components = answer.explanations.iter().map(|e| e.component.clone());
    let place = station
        .subnet
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    Fault {
        resource: server.to_owned(),
        message: format!(
            "the VPC's DHCP options name {server}, which the task in {place} can't reach on {}: \
             names don't resolve, or only after a time-out",
            stopped.traffic
        ),
        components: components.chain([server.to_owned()]).collect(),
        fixes: proposals.fixes(snapshot),
        explanations: answer.explanations,
    }
}
