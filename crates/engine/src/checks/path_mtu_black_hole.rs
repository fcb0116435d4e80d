use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::no_internet_route::place;
use crate::facts::{
    FactKind, Missing, NetworkAcl, Reason, Route, RouteState, RouteTarget, RuleAction, Snapshot,
    VpcEndpointType, VpcPeeringConnectionId,
};
use crate::fix::Fix;
use crate::net::{Protocol, RangeSet, Traffic, icmp_message};
use crate::reach::{PublicAddress, Station};
use crate::subject::Launch;

/// Large packets vanish on the way, and the message that would say so is dropped.
pub(super) static CHECK: Check = Check {
    id: "path-mtu-black-hole",
    title: "large packets may vanish: a smaller MTU on the way, and no message about it comes back",
    severity: Severity::Medium,
    step: Step::Mtu,
    since: "0.1.0",
    needs: &[
        FactKind::RouteTables,
        FactKind::Subnets,
        FactKind::NetworkAcls,
        FactKind::NetworkInterfaces,
        FactKind::VpcPeeringConnections,
        FactKind::VpnConnections,
        FactKind::VpcEndpoints,
    ],
    page: include_str!("path_mtu_black_hole.md"),
    run: Run::Task(run),
};

/// What a task's interface sends by default: Fargate from platform 1.4 on, and (an assumption: the
/// driver's default, which nothing in the facts contradicts) tasks on EC2.
const TASK_MTU: u32 = 9001;

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    if let Launch::Fargate(Some(version)) = subject.launch()
        && ["1.1.", "1.2.", "1.3."]
            .iter()
            .any(|old| version.starts_with(old))
    {
        return Ok(vec![Judgement::skipped(format!(
            "Fargate platform {version} sends packets of at most 1500 bytes"
        ))]);
    }
    let stations = subject.stations(snapshot)?;
    let judge = |station| {
        judge(snapshot, station)
            .unwrap_or_else(|missing| Judgement::unknown(place(station), missing))
    };
    Ok(stations.iter().map(judge).collect())
}

/// A hop with a smaller MTU than the task's interface.
struct Narrow {
    destination: String,
    target: String,
    mtu: &'static str,
    /// Whether the hop tells the sender that a packet was too large.
    discovers: bool,
}

fn judge(snapshot: &Snapshot, station: &Station<'_>) -> Result<Judgement, Unknown> {
    let Some(subnet) = &station.subnet else {
        return Ok(Judgement::skipped("the task has no subnet"));
    };
    let table = snapshot.route_table_of(subnet, &station.vpc)?;
    let mut narrow = Vec::new();
    let mut unclear: Vec<Missing> = Vec::new();
    for route in table
        .routes
        .iter()
        .filter(|route| route.state == RouteState::Active)
    {
        match narrowing(snapshot, station, route) {
            Ok(hop) => narrow.extend(hop),
            Err(missing) => unclear.push(missing),
        }
    }
    if narrow.is_empty() && unclear.is_empty() {
        let message = format!(
            "{subnet} leads over no hop that drops packets of {TASK_MTU} bytes without a word"
        );
        return Ok(Judgement::pass(subnet, message));
    }
    let acl = snapshot.network_acl_of(subnet, &station.vpc);
    let drops = acl.clone().map(drops_too_big);
    let hole = narrow
        .iter()
        .find(|hop| !hop.discovers || drops == Ok(true));
    match (hole, drops.clone()) {
        (Some(hop), _) => {
            // A hop that sends no message has none that an ACL could drop.
            let acl = acl.ok().filter(|_| hop.discovers);
            Ok(Judgement::Fail(fault(station, hop, acl)))
        }
        (None, Ok(true | false)) if unclear.is_empty() => {
            let hops: Vec<_> = narrow
                .iter()
                .map(|hop| format!("{} ({} bytes)", hop.target, hop.mtu))
                .collect();
            Ok(Judgement::pass(
                subnet,
                format!(
                    "{} on the way, and the messages about it come through",
                    hops.join(", ")
                ),
            ))
        }
        (None, Err(missing)) => {
            unclear.push(missing.clone());
            Err(unclear.into())
        }
        (None, Ok(_)) => Err(unclear.into()),
    }
}

/// Whether a route leads over a hop with a smaller MTU. NAT gateways and transit gateways are none:
/// they shorten TCP segments by themselves.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html>
fn narrowing(
    snapshot: &Snapshot,
    station: &Station<'_>,
    route: &Route,
) -> Result<Option<Narrow>, Missing> {
    let hop = |mtu, discovers| {
        Some(Narrow {
            destination: route.destination.to_string(),
            target: route.target.id().to_owned(),
            mtu,
            discovers,
        })
    };
    match &route.target {
        RouteTarget::InternetGateway(_) => match &station.public {
            PublicAddress::Absent => Ok(None),
            PublicAddress::Unknown(missing) => Err(missing.clone()),
            PublicAddress::Known(_) | PublicAddress::Assigned => Ok(hop("1500", true)),
        },
        RouteTarget::VpcPeeringConnection(id) => Ok(crosses_regions(snapshot, id)?
            .then(|| hop("8500", true))
            .flatten()),
        RouteTarget::VpnGateway(id) => {
            let mut connections = snapshot.vpn_connections.seen();
            let has_vpn = connections.any(|connection| {
                connection.vpn_gateway_id.as_ref() == Some(id)
                    && !matches!(connection.state.as_deref(), Some("deleting" | "deleted"))
            });
            if has_vpn {
                return Ok(hop("1446", false));
            }
            snapshot.vpn_connections.complete_within(&[id.into()])?;
            Err(Missing::new(
                FactKind::OutsideNetwork,
                Reason::Invisible(format!(
                    "the MTU of what lies behind {id} (Direct Connect: 1500 or 9001)"
                )),
            ))
        }
        RouteTarget::VpcEndpoint(id) => match snapshot.vpc_endpoints.get(id)?.vpc_endpoint_type {
            VpcEndpointType::Gateway => Ok(None),
            _ => Err(unseen_mtu(id.as_str())),
        },
        RouteTarget::Other(id) => Err(unseen_mtu(id)),
        RouteTarget::Local
        | RouteTarget::EgressOnlyInternetGateway(_)
        | RouteTarget::NatGateway(_)
        | RouteTarget::TransitGateway(_)
        | RouteTarget::NetworkInterface(_)
        | RouteTarget::Instance(_) => Ok(None),
    }
}

/// Appliances, Cloud WAN, local gateways: what they take isn't among the facts.
fn unseen_mtu(id: &str) -> Missing {
    let what = format!("the MTU of what lies behind {id}");
    Missing::new(FactKind::OutsideNetwork, Reason::Invisible(what))
}

fn crosses_regions(snapshot: &Snapshot, id: &VpcPeeringConnectionId) -> Result<bool, Missing> {
    Ok(!snapshot.vpc_peering_connections.get(id)?.is_same_region())
}

/// Whether a network ACL drops the message that a packet was too large: ICMP type 3 code 4. Security
/// groups don't matter: they let messages about a tracked connection in.
fn drops_too_big(acl: &NetworkAcl) -> bool {
    let message = RangeSet::range(icmp_message(3, 4), icmp_message(3, 4));
    let wanted = Traffic::selected(Protocol::ICMP, message);
    // Any router on the way may send it: what counts is the first rule for all addresses.
    let first = acl
        .entries
        .iter()
        .filter(|entry| {
            !entry.egress && entry.cidr.prefix_len() == 0 && entry.cidr.addr().is_ipv4()
        })
        .find(|entry| wanted.is_subset(&entry.traffic));
    first.is_none_or(|entry| entry.action == RuleAction::Deny)
}

fn fault(station: &Station<'_>, hop: &Narrow, acl: Option<&NetworkAcl>) -> Fault {
    let place = place(station);
    let why = match acl {
        Some(acl) => format!(
            "{} drops the ICMP message (type 3 code 4) that would tell the task",
            acl.network_acl_id
        ),
        None => "the VPN behind it sends no message about it (clamp the TCP segment size to 1406 on the \
             customer gateway, or lower the task's MTU)".to_string(),
    };
    let fix = match acl {
        Some(acl) => format!(
            "aws ec2 create-network-acl-entry --network-acl-id {} --ingress --rule-number <free-number> \
             --protocol icmp --icmp-type-code Type=3,Code=4 --cidr-block 0.0.0.0/0 --rule-action allow",
            acl.network_acl_id
        ),
        None => format!(
            "aws ec2 describe-vpn-connections --filters Name=vpn-gateway-id,Values={}",
            hop.target
        ),
    };
    let acl_id = acl.map(|acl| acl.network_acl_id.to_string());
    Fault {
        message: format!(
            "the task sends packets of up to {TASK_MTU} bytes, {} towards {} takes {}, and {why}: small \
             requests work, large ones hang",
            hop.target, hop.destination, hop.mtu
        ),
        resource: place,
        fixes: vec![Fix::unverified(fix)],
        components: acl_id.into_iter().chain([hop.target.clone()]).collect(),
        ..Fault::default()
    }
}
