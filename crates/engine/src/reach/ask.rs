//! From a question to an answer.

use std::net::IpAddr;

use super::amazon::to_amazon;
use super::by_name::to_host;
use super::from_outside::from_internet;
use super::station::{Groups, PublicAddress, Station};
use super::trace::Trace;
use super::walk::{Goal, Walk, into};
use super::{Answer, Code, Destination, Leg, Origin, Question, Target, outside};
use crate::facts::{
    EcsArn, FactKind, InstanceId, Missing, NetworkInterface, Reason, Snapshot, TaskAttachment,
};
use crate::net::{AddressFamily, AddressScope, PortRange, Protocol, Traffic};

/// Answers a question from the facts.
pub fn analyze(snapshot: &Snapshot, question: &Question) -> Answer {
    match sender(snapshot, &question.from) {
        Ok(Sender::Station(station)) => analyze_from(snapshot, &station, &question.to),
        Ok(Sender::Outside(address)) => from_internet(snapshot, address, &question.to),
        Err(missing) => Answer::unknown(&question.to.traffic, missing),
    }
}

/// Where in a VPC a connection starts, if it does there and the facts tell where.
pub(crate) fn sender_of<'a>(snapshot: &'a Snapshot, from: &Origin) -> Option<Station<'a>> {
    match sender(snapshot, from) {
        Ok(Sender::Station(station)) => Some(*station),
        Ok(Sender::Outside(_)) | Err(_) => None,
    }
}

enum Sender<'a> {
    Station(Box<Station<'a>>),
    /// Somebody on the internet, with this address.
    Outside(Option<IpAddr>),
}

fn sender<'a>(snapshot: &'a Snapshot, from: &Origin) -> Result<Sender<'a>, Missing> {
    let station = match from {
        Origin::Interface(id) => {
            let interface = snapshot.network_interfaces.get(id);
            interface.map(Station::of_interface)
        }
        Origin::Instance(id) => primary_interface(snapshot, id).map(Station::of_interface),
        Origin::Task(arn) => task_interface(snapshot, arn).map(Station::of_interface),
        Origin::Placement {
            subnet,
            groups,
            assign_public_ip,
        } => {
            let public = if *assign_public_ip {
                PublicAddress::Assigned
            } else {
                PublicAddress::Absent
            };
            let groups = if groups.is_empty() {
                let what = format!("the security groups of a task in {subnet}");
                Groups::Unknown(Missing::new(
                    FactKind::SecurityGroups,
                    Reason::NotInFacts(what),
                ))
            } else {
                Groups::Filtered(groups.clone())
            };
            Station::of_placement(snapshot, subnet, groups, public)
        }
        Origin::Internet => return Ok(Sender::Outside(None)),
        Origin::Address(address) if snapshot.interfaces_with(*address).count() > 1 => {
            let all = snapshot
                .interfaces_with(*address)
                .map(|i| i.network_interface_id.to_string());
            let all: Vec<_> = all.collect();
            Err(outside(format!(
                "which of {}, which all have {address}, is meant",
                all.join(", ")
            )))
        }
        Origin::Address(address) => match snapshot.interfaces_with(*address).next() {
            Some(interface) => Ok(Station::of_interface(interface)),
            None if AddressScope::Host(*address).is_private() => {
                let what = format!("an interface with the address {address}");
                let reason = Reason::NotInFacts(what);
                Err(Missing::new(FactKind::NetworkInterfaces, reason))
            }
            None => return Ok(Sender::Outside(Some(*address))),
        },
    };
    station.map(|station| Sender::Station(Box::new(station)))
}

/// Answers a question whose sender is known already.
pub fn analyze_from(snapshot: &Snapshot, sender: &Station<'_>, to: &Destination) -> Answer {
    match &to.target {
        Target::Interface(_) | Target::Instance(_) | Target::Task(_) => {
            match target_interface(snapshot, &to.target) {
                Ok(interface) => to_interface(snapshot, sender, interface, &to.traffic),
                Err(missing) => Answer::unknown(&to.traffic, missing),
            }
        }
        Target::Subnet(subnet) => match snapshot.subnets.get(subnet) {
            Ok(subnet) => {
                let scopes: Vec<_> = subnet.blocks().map(AddressScope::from_net).collect();
                let usable = |scope: &&AddressScope| sender.address(scope.family()).is_some();
                let scope = scopes.iter().find(usable).or(scopes.first());
                scope.map_or_else(
                    || Answer::unknown(&to.traffic, outside("the address range of the subnet")),
                    |scope| connect(snapshot, sender, Goal::anybody_at(*scope), &to.traffic),
                )
            }
            Err(missing) => Answer::unknown(&to.traffic, missing),
        },
        Target::Address(address) => to_address(snapshot, sender, *address, &to.traffic),
        Target::Internet(family) => {
            let goal = Goal::anybody_at(AddressScope::Internet(*family));
            connect(snapshot, sender, goal, &to.traffic)
        }
        Target::PublicAddress(family) => to_public(snapshot, sender, *family, &to.traffic),
        Target::Host(host) => to_host(snapshot, sender, host, &to.traffic),
        Target::Place(place) => match Station::of_place(snapshot, place) {
            Ok(receiver) => to_station(snapshot, sender, &receiver, &to.traffic),
            Err(missing) => Answer::unknown(&to.traffic, missing),
        },
    }
}

/// To one address on the internet, which nobody knows: rules that allow a part of the internet may
/// allow it.
pub(super) fn to_public(
    snapshot: &Snapshot,
    sender: &Station<'_>,
    family: AddressFamily,
    asked: &Traffic,
) -> Answer {
    let mut walk = Walk::new(snapshot, asked.clone());
    walk.far_is_one = true;
    follow(
        walk,
        sender,
        Goal::anybody_at(AddressScope::Internet(family)),
    )
}

/// Whether routes and gateways lead from a sender to the internet and back, whatever security
/// groups and network ACLs say.
pub fn internet_way(snapshot: &Snapshot, sender: &Station<'_>, family: AddressFamily) -> Answer {
    let mut walk = Walk::new(
        snapshot,
        Traffic::ports(Protocol::TCP, PortRange::single(443)),
    );
    walk.asks_filters = false;
    let goal = Goal::anybody_at(AddressScope::Internet(family));
    follow(walk, sender, goal)
}

pub(super) fn connect<'a>(
    snapshot: &'a Snapshot,
    sender: &Station<'_>,
    goal: Goal<'_, 'a>,
    asked: &Traffic,
) -> Answer {
    follow(Walk::new(snapshot, asked.clone()), sender, goal)
}

fn follow<'a>(mut walk: Walk<'a>, sender: &Station<'_>, goal: Goal<'_, 'a>) -> Answer {
    // The station borrows the same snapshot; its interface is looked up so that the lifetimes meet.
    let own = sender.interface.map(|i| &i.network_interface_id);
    let interface = own.and_then(|id| walk.snapshot.network_interfaces.get(id).ok());
    let station = Station {
        interface,
        ..sender.clone()
    };
    walk.connect(&station, goal);
    Answer::new(walk.trace)
}

pub(crate) fn target_interface<'a>(
    snapshot: &'a Snapshot,
    target: &Target,
) -> Result<&'a NetworkInterface, Missing> {
    match target {
        Target::Interface(id) => snapshot.network_interfaces.get(id),
        Target::Instance(id) => primary_interface(snapshot, id),
        Target::Task(arn) => task_interface(snapshot, arn),
        Target::Subnet(_)
        | Target::Address(_)
        | Target::Internet(_)
        | Target::PublicAddress(_)
        | Target::Host(_)
        | Target::Place(_) => Err(outside("which interface is meant")),
    }
}

fn primary_interface<'a>(
    snapshot: &'a Snapshot,
    id: &InstanceId,
) -> Result<&'a NetworkInterface, Missing> {
    let interface = snapshot.interfaces_of(id).into_iter().next();
    interface.ok_or_else(
        || match snapshot.network_interfaces.complete_within(&[id.into()]) {
            Err(missing) => missing,
            Ok(()) => Missing::new(
                FactKind::NetworkInterfaces,
                Reason::NotInFacts(format!("an interface of {id}")),
            ),
        },
    )
}

fn task_interface<'a>(
    snapshot: &'a Snapshot,
    arn: &EcsArn,
) -> Result<&'a NetworkInterface, Missing> {
    let task = snapshot.tasks.get(arn)?;
    let attachment = task.network_interface();
    let id = attachment.and_then(TaskAttachment::network_interface_id);
    let id = id.ok_or_else(|| {
        Missing::new(
            FactKind::Tasks,
            Reason::NotInFacts(format!("the network interface of {arn}")),
        )
    })?;
    snapshot.network_interfaces.get(&id)
}

/// An interface may have addresses of both families: IPv4 is tried first, and IPv6 when that
/// doesn't work.
pub(super) fn to_interface<'a>(
    snapshot: &'a Snapshot,
    sender: &Station<'_>,
    interface: &'a NetworkInterface,
    asked: &Traffic,
) -> Answer {
    to_station(snapshot, sender, &Station::of_interface(interface), asked)
}

fn to_station<'a>(
    snapshot: &'a Snapshot,
    sender: &Station<'_>,
    receiver: &Station<'a>,
    asked: &Traffic,
) -> Answer {
    let mut best: Option<Answer> = None;
    for family in [AddressFamily::V4, AddressFamily::V6] {
        let (Some(_), Some(scope)) = (sender.address(family), receiver.address(family)) else {
            continue;
        };
        let goal = Goal {
            scope,
            expected: Some(receiver),
        };
        let answer = connect(snapshot, sender, goal, asked);
        if best
            .as_ref()
            .is_none_or(|best| answer.verdict > best.verdict)
        {
            best = Some(answer);
        }
    }
    best.unwrap_or_else(|| {
        let id = receiver.label();
        let mut trace = Trace::new(asked.clone());
        trace.meet(Leg::Forward, sender.label());
        let component = into(Code::NoCommonAddressFamily, &id, Leg::Forward);
        let message = format!(
            "{} and {id} have no address family in common",
            sender.label()
        );
        trace.block(component, message);
        Answer::new(trace)
    })
}

fn to_address(
    snapshot: &Snapshot,
    sender: &Station<'_>,
    address: IpAddr,
    asked: &Traffic,
) -> Answer {
    if let Some(answer) = to_amazon(snapshot, sender, address, asked) {
        return answer;
    }
    // The interface that is meant, if only one can be: so that what stops the traffic behind a
    // missing route is named too.
    let in_vpc = snapshot
        .interfaces_with(address)
        .find(|i| i.vpc_id == sender.vpc);
    let mut anywhere = snapshot.interfaces_with(address);
    let only = anywhere.next().filter(|_| anywhere.next().is_none());
    let public = snapshot.interface_at_public(address);
    let is_own_vpc = snapshot
        .vpcs
        .get(&sender.vpc)
        .is_ok_and(|vpc| vpc.blocks().any(|block| block.contains(&address)));
    let expected = match in_vpc {
        Some(interface) => Some(interface),
        None if is_own_vpc => None,
        None => only.or(public),
    };
    let expected = expected.map(Station::of_interface);
    let goal = Goal {
        scope: AddressScope::Host(address),
        expected: expected.as_ref(),
    };
    connect(snapshot, sender, goal, asked)
}
