use super::attempt::{Attempt, Tried};
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::ways::{self, Way};
use crate::facts::{
    FactKind, InstanceId, Missing, NetworkInterface, Reason, SecurityGroupId, Snapshot,
};
use crate::net::{PortRange, Traffic};
use crate::reach::{Code, Direction, Groups, Verdict};
use crate::subject::{Launch, Subject};

/// A dependency admits the container instance's group, which the task's own interface doesn't have.
pub(super) static CHECK: Check = Check {
    id: "stale-instance-security-group",
    title: "a dependency admits the container instance's security group but not the task's",
    severity: Severity::High,
    step: Step::Downstream,
    since: "0.1.0",
    needs: &[
        FactKind::TaskDefinitions,
        FactKind::ContainerInstances,
        FactKind::NetworkInterfaces,
        FactKind::SecurityGroups,
        FactKind::Services,
        FactKind::Subnets,
    ],
    page: include_str!("stale_instance_security_group.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let mut judgements = Vec::new();
    let mut refused = 0;
    for attempt in inquiry.attempts()? {
        let failing = ways::of(attempt.ways(), Verdict::Unreachable);
        if !failing.iter().any(|way| is_refused(way)) {
            continue;
        }
        refused += 1;
        match stale(inquiry, attempt) {
            Ok(Some(stale)) => {
                judgements.push(Judgement::Fail(fault(inquiry, attempt, &failing, &stale)));
            }
            Ok(None) => {}
            Err(missing) => judgements.push(Judgement::unknown(attempt.address(), missing)),
        }
    }
    if judgements.is_empty() {
        inquiry.needs()?;
        let unseen = unseen(inquiry.attempts()?);
        if !unseen.is_empty() {
            return Err(unseen.into());
        }
        let message = match refused {
            0 => {
                "of what could be followed, nothing is stopped by the other side's security group alone"
            }
            _ => "what refuses the task admits no observed container instance's group either",
        };
        judgements.push(Judgement::pass(inquiry.subject.owner(), message));
    }
    Ok(judgements)
}

/// The facts without which some way couldn't be followed, as far as AWS can be asked for them: what
/// nobody can tell is `dependency-unreachable`'s to say.
fn unseen(attempts: &[Attempt]) -> Vec<Missing> {
    let ways = attempts.iter().flat_map(Attempt::ways);
    let unknown = ways.filter(|way| way.answer.verdict == Verdict::Unknown);
    let missing = unknown.flat_map(|way| way.answer.missing.iter());
    let unlocated = attempts.iter().filter_map(|attempt| match &attempt.result {
        Tried::Unlocated(missing) => Some(missing),
        Tried::NoDependency | Tried::ByProxy | Tried::Ways(_) => None,
    });
    let missing = missing.chain(unlocated);
    let missing = missing.filter(|missing| missing.action().is_some());
    missing.cloned().collect()
}

/// A group that admits container instances and not the task.
#[derive(Debug)]
pub(super) struct Stale {
    /// The dependency's group.
    admitting: SecurityGroupId,
    /// The instances' group that it admits.
    admitted: SecurityGroupId,
    /// An instance that has it.
    instance: InstanceId,
}

/// Whether the dependency's own groups are all that stops the way.
fn is_refused(way: &Way) -> bool {
    let mut explanations = way.answer.explanations.iter();
    explanations.all(|e| {
        e.code == Code::EniSgRulesMismatch
            && e.direction == Direction::Ingress
            && way
                .far_groups
                .iter()
                .any(|group| group.as_str() == e.component)
    })
}

/// Whether that is why a dependency refuses the task. An error means that the container instances
/// weren't observed.
pub(super) fn stale(inquiry: &Inquiry<'_>, attempt: &Attempt) -> Result<Option<Stale>, Missing> {
    let failing = ways::of(attempt.ways(), Verdict::Unreachable);
    if failing.is_empty() || !failing.iter().all(|way| is_refused(way)) {
        return Ok(None);
    }
    let Some(port) = attempt.port else {
        return Ok(None);
    };
    let wanted = Traffic::ports(
        attempt.dependency.endpoint.protocol,
        PortRange::single(port),
    );
    // Who listens at another port is refused for another reason.
    if attempt.listens_on.is_some() {
        return Ok(None);
    }
    let mut instances = None;
    for admitting in failing.iter().flat_map(|way| &way.far_groups) {
        let group = inquiry.snapshot.security_groups.get(admitting)?;
        let rules = group
            .ip_permissions
            .iter()
            .filter(|rule| wanted.is_subset(&rule.traffic));
        let admitted: Vec<_> = rules
            .flat_map(|rule| &rule.groups)
            .filter_map(|reference| reference.group_id.as_ref())
            .collect();
        if admitted.is_empty() {
            continue;
        }
        let known = match instances.take() {
            Some(known) => known,
            None => self::instances(inquiry.snapshot, &inquiry.subject)?,
        };
        for interface in instances.insert(known).iter() {
            let own = interface.group_ids().find(|id| admitted.contains(id));
            if let (Some(own), Some(instance)) = (own, interface.instance()) {
                return Ok(Some(Stale {
                    admitting: admitting.clone(),
                    admitted: own.clone(),
                    instance: instance.clone(),
                }));
            }
        }
    }
    Ok(None)
}

/// The primary interfaces of the instances that the tasks run on, or of all that the cluster has where
/// the subject doesn't tell: a service may have moved from them to Fargate. A task that runs on an
/// instance has one, so that none was observed is a gap; for one on Fargate the refusal is a finding of
/// its own all the same, and instances that nobody looked for add nothing.
fn instances<'a>(
    snapshot: &'a Snapshot,
    subject: &Subject<'_>,
) -> Result<Vec<&'a NetworkInterface>, Missing> {
    let own = match subject {
        Subject::Task(task) => task.container_instance_arn.as_ref(),
        Subject::Service(_) => None,
    };
    let ids: Vec<_> = match own {
        Some(arn) => {
            let instance = snapshot.container_instances.get(arn)?;
            instance.ec2_instance_id.iter().collect()
        }
        None => {
            let instances = &snapshot.container_instances;
            if subject.launch() == Launch::Ec2 {
                instances.complete_within(&[subject.cluster().into()])?;
            }
            let own = instances
                .seen()
                .filter(|own| own.container_instance_arn.may_be_in(subject.cluster()));
            own.filter_map(|instance| instance.ec2_instance_id.as_ref())
                .collect()
        }
    };
    let mut interfaces = Vec::new();
    for id in ids {
        match snapshot.interfaces_of(id).into_iter().next() {
            Some(primary) => interfaces.push(primary),
            None if own.is_some() => {
                let what = format!("an interface of {id}");
                let reason = Reason::NotInFacts(what);
                return Err(Missing::new(FactKind::NetworkInterfaces, reason));
            }
            // One in another VPC has nothing that the dependency's rules could refer to.
            None => {
                let within = [id.into(), (&subject.vpc(snapshot)?).into()];
                snapshot.network_interfaces.complete_within(&within)?;
            }
        }
    }
    Ok(interfaces)
}

fn fault(inquiry: &Inquiry<'_>, attempt: &Attempt, failing: &[&Way], stale: &Stale) -> Fault {
    let Stale {
        admitting,
        admitted,
        instance,
    } = stale;
    let explanations = ways::explanations(failing);
    let own = inquiry.stations().ok().and_then(|all| all.first());
    let own = match own.map(|station| &station.groups) {
        Some(Groups::Filtered(ids)) => {
            let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
            format!(" ({})", ids.join(", "))
        }
        _ => String::new(),
    };
    let message = format!(
        "{} needs {}. {admitting} there admits {admitted}, the group of container instance {instance}; \
         in awsvpc mode a task has an interface and groups of its own{own}, and no rule admits those",
        attempt.dependency.learned_from(),
        attempt.target(),
    );
    Fault {
        resource: attempt.address(),
        message,
        components: vec![admitting.to_string(), admitted.to_string()],
        fixes: ways::fixes(inquiry.snapshot, failing),
        explanations,
    }
}
