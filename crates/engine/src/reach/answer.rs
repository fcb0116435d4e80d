//! From a question to an answer.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use super::name::{self, Meaning};
use super::station::{Client, Groups, PublicAddress, Station};
use super::trace::{Component, Trace};
use super::walk::{Goal, Packet, Walk, into};
use super::{
    Code, Destination, Direction, Explanation, Leg, Note, Origin, Question, Target, outside,
};
use crate::facts::{EcsArn, FactKind, InstanceId, Missing, NetworkInterface, Reason, Snapshot};
use crate::net::{AddressFamily, AddressScope, PortRange, Protocol, Traffic};

/// Whether the traffic gets there and its replies get back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// None of it does.
    Unreachable,
    /// The facts don't tell.
    Unknown,
    /// It does, or the part of it that the answer names.
    Reachable,
}

impl Verdict {
    /// The verdict as people and programs see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// The traffic that was asked about.
    pub asked: Traffic,
    /// What of it gets there and back.
    pub reachable: Traffic,
    /// What of it may, as far as the facts tell.
    pub unknown: Traffic,
    /// The components met on the way there, in order, as far as the way is known.
    pub path: Vec<String>,
    /// The components met on the way back.
    pub return_path: Vec<String>,
    /// What stops traffic, in the order met: the way there, then the way back.
    pub explanations: Vec<Explanation>,
    /// The facts that would settle what is unknown.
    pub missing: Vec<Missing>,
    /// What else is worth knowing.
    pub notes: Vec<Note>,
}

impl Answer {
    fn new(trace: Trace) -> Self {
        let mut explanations = trace.explanations;
        explanations.sort_by_key(|explanation| explanation.leg);
        let unknown = trace.possible.difference(&trace.certain);
        let verdict = match (trace.certain.is_empty(), trace.possible.is_empty()) {
            (false, _) => Verdict::Reachable,
            (true, true) => Verdict::Unreachable,
            (true, false) => Verdict::Unknown,
        };
        Self {
            verdict,
            asked: trace.asked,
            reachable: trace.certain,
            unknown,
            path: trace.path,
            return_path: trace.return_path,
            explanations,
            missing: trace.missing.into_iter().collect(),
            notes: trace.notes.into_iter().collect(),
        }
    }

    fn unknown(asked: &Traffic, missing: Missing) -> Self {
        let mut trace = Trace::new(asked.clone());
        trace.doubt(missing);
        Self::new(trace)
    }

    /// Whether everything that was asked about gets through.
    pub fn is_complete(&self) -> bool {
        self.asked.is_subset(&self.reachable)
    }

    /// Both must be reachable: a name that leads to several places.
    fn and(mut self, other: Self) -> Self {
        let possible = |answer: &Self| answer.reachable.union(&answer.unknown);
        let both = possible(&self).intersection(&possible(&other));
        if other.verdict < self.verdict {
            self.path = other.path;
            self.return_path = other.return_path;
        }
        self.reachable = self.reachable.intersection(&other.reachable);
        self.unknown = both.difference(&self.reachable);
        self.verdict = match (self.reachable.is_empty(), both.is_empty()) {
            (false, _) => Verdict::Reachable,
            (true, true) => Verdict::Unreachable,
            (true, false) => Verdict::Unknown,
        };
        let new = other
            .explanations
            .into_iter()
            .filter(|e| !self.explanations.contains(e));
        let new: Vec<_> = new.collect();
        self.explanations.extend(new);
        self.explanations.sort_by_key(|explanation| explanation.leg);
        let missing: BTreeSet<_> = self.missing.into_iter().chain(other.missing).collect();
        self.missing = missing.into_iter().collect();
        let notes: BTreeSet<_> = self.notes.into_iter().chain(other.notes).collect();
        self.notes = notes.into_iter().collect();
        self
    }
}

/// Answers a question from the facts.
pub fn analyze(snapshot: &Snapshot, question: &Question) -> Answer {
    let asked = &question.to.traffic;
    let station = match &question.from {
        Origin::Interface(id) => snapshot
            .network_interfaces
            .get(id)
            .map(Station::of_interface),
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
        Origin::Internet => return from_internet(snapshot, None, &question.to),
        Origin::Address(address) => match snapshot.interfaces_with(*address).next() {
            Some(interface) => Ok(Station::of_interface(interface)),
            None if AddressScope::Host(*address).is_private() => {
                let what = format!("an interface with the address {address}");
                let reason = Reason::NotInFacts(what);
                Err(Missing::new(FactKind::NetworkInterfaces, reason))
            }
            None => return from_internet(snapshot, Some(*address), &question.to),
        },
    };
    match station {
        Ok(station) => analyze_from(snapshot, &station, &question.to),
        Err(missing) => Answer::unknown(asked, missing),
    }
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
        Target::Address(address) => to_address(snapshot, sender, *address, &to.traffic),
        Target::Internet(family) => {
            let goal = Goal {
                scope: AddressScope::Internet(*family),
                expected: None,
            };
            connect(snapshot, sender, goal, &to.traffic)
        }
        Target::Host(host) => to_host(snapshot, sender, host, &to.traffic),
    }
}

/// Whether routes and gateways lead from a sender to the internet and back, whatever security
/// groups and network ACLs say.
pub fn internet_way(snapshot: &Snapshot, sender: &Station<'_>, family: AddressFamily) -> Answer {
    let mut walk = Walk::new(
        snapshot,
        Traffic::ports(Protocol::TCP, PortRange::single(443)),
    );
    walk.asks_filters = false;
    let scope = AddressScope::Internet(family);
    follow(
        walk,
        sender,
        Goal {
            scope,
            expected: None,
        },
    )
}

fn connect<'a>(
    snapshot: &'a Snapshot,
    sender: &Station<'_>,
    goal: Goal<'a>,
    asked: &Traffic,
) -> Answer {
    follow(Walk::new(snapshot, asked.clone()), sender, goal)
}

fn follow<'a>(mut walk: Walk<'a>, sender: &Station<'_>, goal: Goal<'a>) -> Answer {
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

fn target_interface<'a>(
    snapshot: &'a Snapshot,
    target: &Target,
) -> Result<&'a NetworkInterface, Missing> {
    match target {
        Target::Interface(id) => snapshot.network_interfaces.get(id),
        Target::Instance(id) => primary_interface(snapshot, id),
        Target::Task(arn) => task_interface(snapshot, arn),
        Target::Address(_) | Target::Internet(_) | Target::Host(_) => {
            Err(outside("which interface is meant"))
        }
    }
}

fn primary_interface<'a>(
    snapshot: &'a Snapshot,
    id: &InstanceId,
) -> Result<&'a NetworkInterface, Missing> {
    let interface = snapshot.interfaces_of(id).into_iter().next();
    interface.ok_or_else(|| match snapshot.network_interfaces.complete() {
        Err(missing) => missing,
        Ok(()) => Missing::new(
            FactKind::NetworkInterfaces,
            Reason::NotInFacts(format!("an interface of {id}")),
        ),
    })
}

fn task_interface<'a>(
    snapshot: &'a Snapshot,
    arn: &EcsArn,
) -> Result<&'a NetworkInterface, Missing> {
    let task = snapshot.tasks.get(arn)?;
    let attachment = task.network_interface();
    let id = attachment.and_then(|attachment| attachment.network_interface_id());
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
fn to_interface<'a>(
    snapshot: &'a Snapshot,
    sender: &Station<'_>,
    interface: &'a NetworkInterface,
    asked: &Traffic,
) -> Answer {
    let receiver = Station::of_interface(interface);
    let mut best: Option<Answer> = None;
    for family in [AddressFamily::V4, AddressFamily::V6] {
        let (Some(_), Some(scope)) = (sender.address(family), receiver.address(family)) else {
            continue;
        };
        let goal = Goal {
            scope,
            expected: Some(interface),
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
    let goal = Goal {
        scope: AddressScope::Host(address),
        expected,
    };
    connect(snapshot, sender, goal, asked)
}

/// The addresses that the VPC itself answers, past security groups, network ACLs and routes: its
/// resolver, when enableDnsSupport is on, and the link-local services, of which nothing is known.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>
fn to_amazon(
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
        trace.doubt(outside(format!(
            "whether {address} answers: the host serves it, not the VPC"
        )));
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
        super::trace::Passage::exactly(carried),
        |stopped| format!("the resolver of {vpc} answers on port 53 only, not {stopped}"),
    );
    match dns_support(snapshot, sender) {
        Ok(true) => {}
        Ok(false) => trace.block(
            component(Code::VpcDnsSupportDisabled),
            format!("enableDnsSupport of {vpc} is off, so its resolver doesn't answer"),
        ),
        Err(missing) => trace.doubt(missing),
    }
    Some(Answer::new(trace))
}

fn dns_support(snapshot: &Snapshot, sender: &Station<'_>) -> Result<bool, Missing> {
    let attributes = snapshot.vpc_attributes.get(&sender.vpc)?;
    let support = attributes.enable_dns_support.ok_or_else(|| {
        let what = format!("enableDnsSupport of {}", sender.vpc);
        Missing::new(FactKind::VpcAttributes, Reason::NotInFacts(what))
    })?;
    Ok(support.value)
}

fn to_host(snapshot: &Snapshot, sender: &Station<'_>, host: &str, asked: &Traffic) -> Answer {
    let resolution = match name::resolve(snapshot, &sender.vpc, host) {
        Ok(resolution) => resolution,
        Err(missing) => return Answer::unknown(asked, missing),
    };
    let public = || {
        let scope = AddressScope::Internet(AddressFamily::V4);
        connect(
            snapshot,
            sender,
            Goal {
                scope,
                expected: None,
            },
            asked,
        )
    };
    let answers: Vec<_> = match resolution.meaning {
        Meaning::Interfaces(interfaces) => interfaces
            .into_iter()
            .map(|interface| to_interface(snapshot, sender, interface, asked))
            .collect(),
        Meaning::Prefixes(prefixes) => prefixes
            .into_iter()
            .map(|prefix| {
                let scope = AddressScope::from_net(prefix);
                connect(
                    snapshot,
                    sender,
                    Goal {
                        scope,
                        expected: None,
                    },
                    asked,
                )
            })
            .collect(),
        Meaning::Public => vec![public()],
    };
    let mut answer = answers
        .into_iter()
        .reduce(Answer::and)
        .unwrap_or_else(public);
    for (code, component, message) in resolution.passed_over {
        if answer.is_complete() {
            answer.notes.push(Note { component, message });
        } else {
            let direction = Direction::Ingress;
            let leg = Leg::Forward;
            answer.explanations.insert(
                0,
                Explanation {
                    code,
                    component,
                    direction,
                    leg,
                    message,
                },
            );
        }
    }
    answer
}

/// A connection that comes from outside AWS.
fn from_internet(snapshot: &Snapshot, source: Option<IpAddr>, to: &Destination) -> Answer {
    let interface = match &to.target {
        Target::Address(address) => {
            let public = snapshot.interface_at_public(*address);
            let found = public.or_else(|| snapshot.interfaces_with(*address).next());
            found.ok_or_else(|| match snapshot.network_interfaces.complete() {
                Err(missing) => missing,
                Ok(()) => outside(format!("what {address} belongs to")),
            })
        }
        Target::Host(host) => snapshot
            .network_interfaces
            .seen()
            .find(|interface| {
                let public = interface.association.as_ref();
                public.and_then(|a| a.public_dns_name.as_deref()) == Some(host)
            })
            .ok_or_else(|| {
                let reason = Reason::Invisible(format!("what {host} resolves to"));
                Missing::new(FactKind::NameResolution, reason)
            }),
        target => target_interface(snapshot, target),
    };
    let interface = match interface {
        Ok(interface) => interface,
        Err(missing) => return Answer::unknown(&to.traffic, missing),
    };
    let receiver = Station::of_interface(interface);
    let family = match (source, &to.target) {
        (Some(source), _) => AddressFamily::of(source),
        (None, Target::Address(address)) => AddressFamily::of(*address),
        (None, _) if receiver.address(AddressFamily::V4).is_some() => AddressFamily::V4,
        (None, _) => AddressFamily::V6,
    };
    let mut walk = Walk::new(snapshot, to.traffic.clone());
    let packet = Packet {
        source: source.map_or(AddressScope::Internet(family), AddressScope::Host),
        destination: receiver
            .address(family)
            .unwrap_or(AddressScope::Internet(family)),
        leg: Leg::Forward,
        client: Client::Anyone,
    };
    walk.enter_from_internet(packet, interface);
    Answer::new(walk.trace)
}
