use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::surging::{self, unseen};
use super::words::counted;
use crate::fix::Fix;
use crate::headroom::{Assessed, Assessment, Count, Surge};

/// The percentages of a service allow a deployment neither to start a task nor to stop one.
pub(super) static CHECK: Check = Check {
    id: "deployment-cannot-replace-tasks",
    title: "a service's percentages leave a deployment no task to start or to stop",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: surging::NEEDS,
    page: include_str!("deployment_cannot_replace_tasks.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let mut judgements: Vec<_> = assessment.services.iter().map(judge).collect();
    judgements.extend(unseen(assessment));
    if judgements.is_empty() {
        judgements.push(Judgement::skipped("no service has tasks in awsvpc mode"));
    }
    judgements
}

fn judge(service: &Assessed<'_, '_>) -> Judgement {
    let name = service.plan.name();
    let rollout = match &service.plan.rollout {
        Ok(rollout) => rollout,
        Err(missing) => return Judgement::unknown(name, missing.clone()),
    };
    if rollout.is_second_set() {
        let message = format!(
            "a deployment of {name} starts a second set of tasks, whatever its percentages"
        );
        return Judgement::pass(name, message);
    }
    let (maximum, minimum) = (rollout.maximum_percent, rollout.minimum_healthy_percent);
    let desired = match rollout.count {
        Count::Replicas(count) => u64::from(count),
        Count::OneOnEach => rollout.allowed.iter().filter(|allowed| **allowed).count() as u64,
    };
    let most = desired * u64::from(maximum) / 100;
    let fewest = (desired * u64::from(minimum)).div_ceil(100);
    let is_stuck = match &service.surge {
        Surge::Finishes(_) | Surge::FinishesByScaling { .. } => false,
        Surge::Stalls { course, .. } => course.no_step,
        // The percentages alone tell: no instance that nobody knows changes them.
        Surge::Unknown(_) => desired > 0 && most <= desired && fewest >= desired,
    };
    if !is_stuck {
        let message = format!(
            "maximumPercent {maximum} and minimumHealthyPercent {minimum} let a deployment of {name} begin"
        );
        return Judgement::pass(name, message);
    }
    let better = match rollout.count {
        Count::Replicas(_) => (maximum.max(200), minimum),
        // An instance has one task of a daemon service: the old one goes first.
        Count::OneOnEach => (maximum, 0),
    };
    Judgement::Fail(Fault {
        message: format!(
            "a deployment of {name} can neither start a task nor stop one: of {}, maximumPercent {maximum} \
             allows {most} at once (rounded down), and minimumHealthyPercent {minimum} keeps {fewest} \
             (rounded up)",
            counted(desired, "task")
        ),
        fixes: vec![Fix::unverified(format!(
            "aws ecs update-service --cluster {} --service {} --deployment-configuration \
             maximumPercent={},minimumHealthyPercent={}",
            service.cluster.arn.name(),
            service.plan.service.service_name,
            better.0,
            better.1
        ))],
        components: vec![name.clone()],
        resource: name,
        ..Fault::default()
    })
}
