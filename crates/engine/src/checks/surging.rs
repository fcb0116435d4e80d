//! What the checks of deployments have in common: which of them stall, for what, and what would help.

use std::collections::BTreeSet;

use super::check::{Fault, Judgement};
use super::cluster_slots::enable_trunks;
use super::words::{counted, listed};
use crate::facts::FactKind;
use crate::fix::Fix;
use crate::headroom::{
    Assessed, Assessment, Count, Course, Lack, Launch, Remedy, ServicePlan, Surge, TrunkStep,
};

/// What it takes to play a deployment through.
pub(super) const NEEDS: &[FactKind] = &[
    FactKind::Services,
    FactKind::TaskDefinitions,
    FactKind::Tasks,
    FactKind::ContainerInstances,
    FactKind::Instances,
    FactKind::InstanceTypes,
    FactKind::Subnets,
    FactKind::NetworkInterfaces,
    FactKind::ServiceQuotas,
    FactKind::CapacityProviders,
    FactKind::AutoScalingGroups,
    FactKind::AccountSettings,
];

/// Judges every service by whether its deployment stalls for one of these.
pub(super) fn judge(assessment: &Assessment<'_, '_>, lacks: &[Lack], what: &str) -> Vec<Judgement> {
    let mut judgements: Vec<_> = assessment
        .services
        .iter()
        .map(|service| single(service, lacks, what))
        .collect();
    judgements.extend(together(assessment, lacks, what));
    judgements.extend(unseen(assessment));
    if judgements.is_empty() {
        judgements.push(Judgement::skipped("no service has tasks in awsvpc mode"));
    }
    judgements
}

/// Clusters whose services nobody could list.
pub(super) fn unseen<'s>(
    assessment: &'s Assessment<'_, '_>,
) -> impl Iterator<Item = Judgement> + use<'s> {
    let clusters = assessment.region.clusters.iter();
    clusters.filter_map(|cluster| {
        let missing = cluster.services.as_ref().err()?;
        Some(Judgement::unknown(cluster.arn.name(), missing.clone()))
    })
}

fn single(service: &Assessed<'_, '_>, lacks: &[Lack], what: &str) -> Judgement {
    let name = service.plan.name();
    match &service.surge {
        Surge::Unknown(missing) => Judgement::unknown(name, missing.clone()),
        Surge::Finishes(course) => {
            let waits = if course.waited {
                ", though new ones wait until stopped ones have given back what they hold"
            } else {
                ""
            };
            let replaced = match course.desired {
                0 => "has no task to replace".to_owned(),
                1 => "replaces its 1 task".to_owned(),
                count => format!("replaces all {count} tasks"),
            };
            Judgement::pass(&name, format!("a deployment of {name} {replaced}{waits}"))
        }
        Surge::FinishesByScaling {
            provider,
            instances,
            ..
        } => Judgement::pass(
            &name,
            format!(
                "a deployment of {name} fits once {provider} has added {}, as it may",
                counted(*instances, "instance")
            ),
        ),
        Surge::Stalls { course, .. } if !stalls_for(course, lacks) => Judgement::pass(
            &name,
            format!("{what} are not what stops a deployment of {name}"),
        ),
        Surge::Stalls { course, remedies } => Judgement::Fail(Fault {
            message: format!("{}{}", stalled(service.plan, course), helps(remedies)),
            fixes: fixes(service, remedies),
            components: vec![name.clone()],
            resource: name,
            ..Fault::default()
        }),
    }
}

/// That no place is allowed at all counts as a lack of instances.
fn stalls_for(course: &Course, lacks: &[Lack]) -> bool {
    let has_no_place = course.places == 0 && !course.no_step;
    !course.finishes
        && (course.short.iter().any(|lack| lacks.contains(lack))
            || (has_no_place && lacks.contains(&Lack::AnotherTask)))
}

/// Services that were asked to deploy together and don't get through.
fn together(assessment: &Assessment<'_, '_>, lacks: &[Lack], what: &str) -> Option<Judgement> {
    let together = match assessment.together.as_ref()? {
        Ok(together) => together,
        Err(missing) => {
            return Some(Judgement::unknown("deployments together", missing.clone()));
        }
    };
    let names = together.courses.iter().map(|(plan, _)| plan.name());
    let names: Vec<_> = names.collect();
    let all = listed(&names);
    let order = if together.depends_on_order {
        "; which of them gets through depends on the order in which ECS places their tasks"
    } else {
        ""
    };
    let stalled_ones = together
        .courses
        .iter()
        .filter(|(_, course)| stalls_for(course, lacks));
    let stalled_ones: Vec<_> = stalled_ones
        .map(|(plan, course)| stalled(plan, course))
        .collect();
    if stalled_ones.is_empty() {
        let message = format!("{what} don't stop {all} from deploying together{order}");
        return Some(Judgement::pass(&all, message));
    }
    Some(Judgement::Fail(Fault {
        message: format!(
            "when {all} deploy together, {}{order}",
            stalled_ones.join("; and ")
        ),
        components: names,
        resource: all,
        ..Fault::default()
    }))
}

/// How far a deployment gets, and what is short.
fn stalled(plan: &ServicePlan<'_>, course: &Course) -> String {
    let place = match plan.launch {
        Launch::Instances => "instance",
        _ => "zone",
    };
    let short = match course.places {
        0 => format!("its constraints, capacity providers and subnets allow no {place}"),
        1 => format!("the one {place} that it may use has {}", lacking(course)),
        count => format!(
            "each of the {count} {place}s that it may use has {}",
            lacking(course)
        ),
    };
    let name = plan.name();
    let progress = match (course.placed, course.desired) {
        (0, 1) => "can't start its new task".to_owned(),
        (0, desired) => format!("can't start any of its {desired} new tasks"),
        (placed, desired) => format!("stops after {placed} of its {desired} new tasks"),
    };
    format!("a deployment of {name} {progress}: {short}")
}

/// Where several things are short, they needn't be so in the same place.
fn lacking(course: &Course) -> String {
    let short: Vec<_> = course.short.iter().map(|lack| word(*lack)).collect();
    short.join(" or ")
}

fn word(lack: Lack) -> &'static str {
    match lack {
        Lack::Slot => "no free interface slot",
        Lack::Address => "no free address in its subnets",
        Lack::InterfaceQuota => "nothing left of the quota of network interfaces",
        Lack::FargateQuota => "nothing left of Fargate's quota of vCPUs",
        Lack::Cpu => "too little CPU left",
        Lack::Memory => "too little memory left",
        Lack::Gpu => "too few GPUs left",
        Lack::Port => "the port taken by another task",
        Lack::AnotherTask => "a task of the service already and may have only one",
    }
}

/// What would help, with numbers.
fn helps(remedies: &[Remedy]) -> String {
    let words: Vec<_> = remedies.iter().map(help).collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(". It would finish with {}", words.join(", or with "))
    }
}

fn help(remedy: &Remedy) -> String {
    match remedy {
        Remedy::Trunking {
            instances,
            steps,
            slots: (now, then),
        } => format!(
            "trunks on {}, with {then} interface slots in place of {now} (steps: {})",
            listed(instances),
            steps_text(steps)
        ),
        Remedy::LargerType {
            from,
            to,
            slots: (now, then),
        } => {
            format!("{to} in place of {from}, with {then} slots each in place of {now}")
        }
        Remedy::MoreInstances { count, like } => {
            format!("{} more", counted(*count, &format!("{like} instance")))
        }
        Remedy::MinimumHealthyPercent(0) => {
            "minimumHealthyPercent 0, which lets every old task stop first".to_owned()
        }
        Remedy::MinimumHealthyPercent(percent) => {
            format!("minimumHealthyPercent {percent}, which lets old tasks stop first")
        }
        Remedy::Addresses { zone, count } => {
            let prefix = prefix_for(*count);
            let more = if *count == 1 {
                "1 more address".to_owned()
            } else {
                format!("{count} more addresses")
            };
            format!("{more} in {zone} (a subnet of its own there: at least a /{prefix})")
        }
    }
}

fn steps_text(steps: &BTreeSet<TrunkStep>) -> String {
    steps
        .iter()
        .map(|step| step.text())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The smallest subnet that has so many addresses for tasks; not smaller than AWS allows.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
fn prefix_for(addresses: u32) -> u32 {
    let fits = |prefix: &u32| (1_u64 << (32 - prefix)) - 5 >= u64::from(addresses);
    (16..=28).rev().find(fits).unwrap_or(16)
}

fn fixes(service: &Assessed<'_, '_>, remedies: &[Remedy]) -> Vec<Fix> {
    remedies
        .iter()
        .filter_map(|remedy| fix(service, remedy))
        .collect()
}

fn fix(service: &Assessed<'_, '_>, remedy: &Remedy) -> Option<Fix> {
    match remedy {
        Remedy::Trunking { steps, .. } if steps.contains(&TrunkStep::EnableSetting) => {
            Some(enable_trunks(service.cluster))
        }
        Remedy::MinimumHealthyPercent(minimum) => {
            let rollout = service.plan.rollout.as_ref().ok()?;
            // An outage is for people to decide on.
            if *minimum == 0 && rollout.count != Count::OneOnEach {
                return None;
            }
            Some(Fix::played(format!(
                "aws ecs update-service --cluster {} --service {} --deployment-configuration \
                 maximumPercent={},minimumHealthyPercent={minimum}",
                service.cluster.arn.name(),
                service.plan.service.service_name,
                rollout.maximum_percent
            )))
        }
        _ => None,
    }
}
