//! Tries the calls that ECS makes for a task, each from the interface that really makes it.

use std::collections::BTreeSet;

use super::check::Unknown;
use super::inquiry::Inquiry;
use super::reaching;
use super::touched;
use crate::dependencies::{Caller, ServiceCall, ServiceHost};
use crate::facts::{EcsArn, FactKind, Missing, Reason, Snapshot, SubnetId, VpcId};
use crate::fix::{Fix, Proposals};
use crate::net::{AddressFamily, PortRange, Protocol, Traffic};
use crate::reach::{
    Code, Destination, Direction, Explanation, Groups, Leg, NamedEnd, Station, Target, Verdict,
    analyze_from, named_ends,
};
use crate::subject::Subject;

/// What came of trying a call from everywhere that it can be made.
#[derive(Debug)]
pub(super) struct Called {
    /// The call.
    pub(super) call: ServiceCall,
    /// Who makes it: `tasks in subnet-1`, `container instance i-1`.
    pub(super) callers: Vec<String>,
    /// The blockers, where it fails somewhere.
    pub(super) explanations: Vec<Explanation>,
    /// What would settle it, where nothing is known to fail.
    pub(super) missing: Vec<Missing>,
    /// Whether the name leads to an interface endpoint.
    pub(super) is_by_endpoint: bool,
    /// Whether the caller's own outbound rules are all that stops it.
    pub(super) is_own_egress: bool,
    /// What its ways lead through, and what stops them.
    pub(super) met: BTreeSet<String>,
    proposals: Proposals,
    /// Where the callers are that it fails from.
    places: BTreeSet<(VpcId, SubnetId)>,
}

impl Called {
    /// Whether it surely fails somewhere.
    pub(super) fn fails(&self) -> bool {
        !self.explanations.is_empty()
    }

    /// Whether it fails for the same reasons as another one.
    pub(super) fn fails_like(&self, other: &Self) -> bool {
        self.fails() && are_same(&self.explanations, &other.explanations)
    }
}

/// Whether two ways have the same blockers.
pub(super) fn are_same(some: &[Explanation], others: &[Explanation]) -> bool {
    let is_other = |e: &Explanation| others.iter().any(|other| other.is_same_blocker(e));
    some.len() == others.len() && some.iter().all(is_other)
}

/// Adds the call of ECS Exec to failing ones if it is on and fails for the same reasons as one of them:
/// that is one fault, and one finding tells of it.
pub(super) fn with_exec<'c>(
    inquiry: &'c Inquiry<'_>,
    mut failing: Vec<&'c Called>,
) -> Vec<&'c Called> {
    if inquiry.subject.is_exec_on() != Some(true) {
        return failing;
    }
    let exec = inquiry.exec();
    let is_same = |called: &&Called| called.callers == exec.callers && exec.fails_like(called);
    if failing.iter().any(is_same) {
        failing.push(exec);
    }
    failing
}

/// Tries a call.
pub(super) fn call(inquiry: &Inquiry<'_>, call: &ServiceCall) -> Called {
    let mut called = Called {
        call: call.clone(),
        callers: Vec::new(),
        explanations: Vec::new(),
        missing: Vec::new(),
        is_by_endpoint: false,
        is_own_egress: true,
        met: BTreeSet::new(),
        proposals: Proposals::default(),
        places: BTreeSet::new(),
    };
    let instances;
    let stations = match call.caller {
        Caller::Task => inquiry.stations(),
        Caller::Instance => {
            instances = instance_stations(inquiry);
            instances.as_deref().map_err(Clone::clone)
        }
    };
    match stations {
        Ok(stations) => {
            for station in stations {
                called.call_from(inquiry.snapshot, station);
            }
        }
        Err(missing) => called.missing.push(missing),
    }
    called
}

impl Called {
    fn call_from(&mut self, snapshot: &Snapshot, station: &Station<'_>) {
        let targets = match &self.call.host {
            ServiceHost::Aws(host) => {
                let ends = named_ends(snapshot, &station.vpc, host);
                let is_interface = |end: &NamedEnd<'_>| matches!(end, NamedEnd::Interface(_));
                self.is_by_endpoint |= !ends.is_empty() && ends.iter().all(is_interface);
                reaching::targets_of(host, &ends)
            }
            ServiceHost::Public(host) => {
                let host = host.clone();
                return self.public(snapshot, station, &host);
            }
        };
        for target in targets {
            self.at(snapshot, station, target);
        }
    }

    /// A registry that isn't AWS's has IPv4 addresses, and perhaps IPv6 ones.
    fn public(&mut self, snapshot: &Snapshot, station: &Station<'_>, host: &str) {
        let target = Target::PublicAddress(AddressFamily::V4);
        let has = |family| station.address(family).is_some();
        if has(AddressFamily::V6) {
            let ways = [AddressFamily::V4, AddressFamily::V6].map(|family| {
                let to = https(Target::PublicAddress(family));
                analyze_from(snapshot, station, &to).verdict
            });
            if let [Verdict::Unreachable, Verdict::Reachable | Verdict::Unknown] = ways {
                let what =
                    format!("whether {host} has an IPv6 address: by IPv4 it can't be reached");
                let reason = Reason::Invisible(what);
                self.missing
                    .push(Missing::new(FactKind::NameResolution, reason));
                return;
            }
        }
        self.at(snapshot, station, target);
    }

    fn at(&mut self, snapshot: &Snapshot, station: &Station<'_>, target: Target) {
        let to = https(target);
        let answer = analyze_from(snapshot, station, &to);
        self.met.extend(touched::met(&answer));
        match answer.verdict {
            Verdict::Reachable => {}
            Verdict::Unknown => self.missing.extend(answer.missing),
            Verdict::Unreachable => {
                let caller = match self.call.caller {
                    Caller::Task => format!("tasks in {}", reaching::from(station)),
                    Caller::Instance => {
                        let instance = station.interface.and_then(|own| own.instance());
                        let instance = instance.map(ToString::to_string).unwrap_or_default();
                        format!("container instance {instance}")
                    }
                };
                if !self.callers.contains(&caller) {
                    self.callers.push(caller);
                }
                if let Some(subnet) = &station.subnet {
                    self.places.insert((station.vpc.clone(), subnet.clone()));
                }
                self.is_own_egress &= is_own_egress(station, &answer.explanations);
                self.proposals.add_all(snapshot, station, &to, &answer);
                add(&mut self.explanations, answer.explanations);
            }
        }
    }
}

fn https(target: Target) -> Destination {
    let traffic = Traffic::ports(Protocol::TCP, PortRange::single(443));
    Destination { target, traffic }
}

/// Whether all that stops traffic is an outbound rule that the sender's groups lack.
pub(super) fn is_own_egress(station: &Station<'_>, explanations: &[Explanation]) -> bool {
    let Groups::Filtered(own) = &station.groups else {
        return false;
    };
    explanations.iter().all(|e| {
        e.code == Code::EniSgRulesMismatch
            && (e.direction, e.leg) == (Direction::Egress, Leg::Forward)
            && own.iter().any(|group| group.as_str() == e.component)
    })
}

fn add(known: &mut Vec<Explanation>, more: Vec<Explanation>) {
    for explanation in more {
        if !known.iter().any(|e| e.is_same_blocker(&explanation)) {
            known.push(explanation);
        }
    }
}

/// The instances that the tasks run on. For a service these are those that run a task of it now, because the
/// others that it may get aren't known.
pub(super) fn instances<'a>(snapshot: &'a Snapshot, subject: &Subject<'a>) -> Vec<&'a EcsArn> {
    let mut arns: Vec<_> = match subject {
        Subject::Task(task) => task.container_instance_arn.iter().collect(),
        Subject::Service(service) => {
            let tasks = snapshot.tasks.seen().filter(|task| {
                task.service_name() == Some(&service.service_name)
                    && task.cluster_arn == service.cluster_arn
            });
            let arns = tasks.filter_map(|task| task.container_instance_arn.as_ref());
            arns.collect()
        }
    };
    arns.sort_unstable();
    arns.dedup();
    arns
}

/// The primary interfaces of these instances.
fn instance_stations<'a>(inquiry: &Inquiry<'a>) -> Result<Vec<Station<'a>>, Missing> {
    let arns = inquiry.instances();
    if arns.is_empty() {
        let what = format!("a container instance of {}", inquiry.subject.owner());
        return Err(Missing::new(
            FactKind::ContainerInstances,
            Reason::NotInFacts(what),
        ));
    }
    let stations = arns
        .iter()
        .map(|arn| instance_station(inquiry.snapshot, arn));
    stations.collect()
}

/// The primary interface of an instance.
pub(super) fn instance_station<'a>(
    snapshot: &'a Snapshot,
    arn: &EcsArn,
) -> Result<Station<'a>, Missing> {
    let instance = snapshot.container_instances.get(arn)?;
    let id = instance.ec2_instance_id.as_ref().ok_or_else(|| {
        let what = format!("the EC2 instance of {}", arn.name());
        Missing::new(FactKind::ContainerInstances, Reason::NotInFacts(what))
    })?;
    let primary = snapshot.interfaces_of(id).into_iter().next();
    let primary = primary.ok_or_else(|| {
        let what = format!("the primary interface of {id}");
        Missing::new(FactKind::NetworkInterfaces, Reason::NotInFacts(what))
    })?;
    Ok(Station::of_interface(primary))
}

/// Calls that fail for the same reasons, which one finding tells of.
#[derive(Debug)]
pub(super) struct Together<'c> {
    /// The calls.
    pub(super) calls: Vec<&'c ServiceCall>,
    /// Who makes them.
    pub(super) callers: Vec<String>,
    /// What stops them.
    pub(super) explanations: Vec<Explanation>,
    /// What mends them.
    pub(super) fixes: Vec<Fix>,
}

impl Together<'_> {
    /// What can't be called: `ECR API, ECR registry (image of container web); CloudWatch Logs (…)`.
    pub(super) fn what(&self) -> String {
        let mut by_reasons: Vec<(&[String], Vec<String>)> = Vec::new();
        for call in &self.calls {
            let title = match &call.host {
                ServiceHost::Aws(_) => call.title.to_owned(),
                ServiceHost::Public(host) => format!("{} {host}", call.title),
            };
            match by_reasons
                .iter_mut()
                .find(|(reasons, _)| *reasons == call.reasons)
            {
                Some((_, titles)) => titles.push(title),
                None => by_reasons.push((&call.reasons, vec![title])),
            }
        }
        let all = by_reasons.into_iter();
        let all = all.map(|(why, titles)| format!("{} ({})", titles.join(", "), why.join(", ")));
        all.collect::<Vec<_>>().join("; ")
    }

    /// The services, as one resource.
    pub(super) fn resource(&self) -> String {
        let all = self.calls.iter();
        let names = all.map(|call| call.service.unwrap_or(call.host.name()));
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Puts failing calls with the same blockers together.
pub(super) fn grouped<'c>(snapshot: &Snapshot, failing: &[&'c Called]) -> Vec<Together<'c>> {
    let mut groups: Vec<(Together<'c>, Proposals, &Called)> = Vec::new();
    for called in failing {
        let same = groups.iter_mut().find(|(group, ..)| {
            group.callers == called.callers && are_same(&group.explanations, &called.explanations)
        });
        match same {
            Some((group, proposals, _)) => {
                group.calls.push(&called.call);
                proposals.extend(&called.proposals);
            }
            None => {
                let group = Together {
                    calls: vec![&called.call],
                    callers: called.callers.clone(),
                    explanations: called.explanations.clone(),
                    fixes: Vec::new(),
                };
                groups.push((group, called.proposals.clone(), called));
            }
        }
    }
    let with_fixes = groups.into_iter().map(|(mut group, proposals, first)| {
        group.fixes = proposals.fixes(snapshot);
        if group.fixes.is_empty() {
            group
                .fixes
                .extend(new_endpoints(snapshot, &group, &first.places));
        }
        group
    });
    with_fixes.collect()
}

/// Endpoints for the services that no route leads to, where nothing that is there can be changed.
/// What they cost, and which group they get, is for people to decide.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html>
fn new_endpoints(
    snapshot: &Snapshot,
    group: &Together<'_>,
    places: &BTreeSet<(VpcId, SubnetId)>,
) -> Option<Fix> {
    let is_unrouted = |e: &Explanation| e.code == Code::NoRouteToDestination;
    let mut vpcs: Vec<_> = places.iter().map(|(vpc, _)| vpc).collect();
    vpcs.dedup();
    let [vpc] = vpcs[..] else { return None };
    if !group.explanations.iter().all(is_unrouted) {
        return None;
    }
    let subnets: Vec<_> = places.iter().map(|(_, subnet)| subnet.as_str()).collect();
    let tables = places.iter().filter_map(|(vpc, subnet)| {
        let table = snapshot.route_table_of(subnet, vpc).ok()?;
        Some(table.route_table_id.as_str())
    });
    let tables: BTreeSet<_> = tables.collect();
    let tables: Vec<_> = tables.into_iter().collect();
    let mut commands = Vec::new();
    for call in &group.calls {
        let (service, region) = (call.service?, call.region()?);
        // Only some services have endpoints in other regions than their own.
        let is_own = |(_, subnet): &(VpcId, SubnetId)| {
            let zone = snapshot.subnets.get(subnet).ok();
            let zone = zone.and_then(|subnet| subnet.availability_zone.as_deref());
            zone.is_some_and(|zone| zone.starts_with(region))
        };
        if !places.iter().all(is_own) {
            return None;
        }
        let name = if region.starts_with("cn-") && service != "s3" {
            format!("cn.com.amazonaws.{region}.{service}")
        } else {
            format!("com.amazonaws.{region}.{service}")
        };
        let with = if service == "s3" {
            format!(
                "--vpc-endpoint-type Gateway --route-table-ids {}",
                tables.join(" ")
            )
        } else {
            format!(
                "--vpc-endpoint-type Interface --subnet-ids {} --security-group-ids <one that admits \
                 tcp 443 from the callers> --private-dns-enabled",
                subnets.join(" ")
            )
        };
        let command =
            format!("aws ec2 create-vpc-endpoint --vpc-id {vpc} --service-name {name} {with}");
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    Some(Fix::unverified(commands.join(" && ")))
}

/// What is missing to tell about several calls.
pub(super) fn missing(called: &[&Called]) -> Unknown {
    let all = called
        .iter()
        .flat_map(|called| called.missing.iter().cloned());
    all.collect::<Vec<_>>().into()
}
