use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::facts::{FactKind, LaunchType, Task};
use crate::fix::Fix;
use crate::subject::{Launch, Subject};

/// awsvpc tasks share their container instances' cluster with tasks of other network modes.
pub(super) static CHECK: Check = Check {
    id: "mixed-network-modes",
    title: "the cluster mixes awsvpc tasks with tasks of other network modes",
    severity: Severity::Low,
    step: Step::Hardening,
    since: "0.1.0",
    needs: &[FactKind::Tasks],
    page: include_str!("mixed_network_modes.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    match subject.launch() {
        Launch::Ec2 => {}
        Launch::Fargate(_) => {
            return Ok(vec![Judgement::skipped(
                "every task on Fargate is in awsvpc mode",
            )]);
        }
        Launch::Other => {
            return Ok(vec![Judgement::skipped(
                "the task doesn't run on container instances",
            )]);
        }
    }
    let cluster = subject.cluster();
    let in_cluster = |task: &&Task| {
        task.cluster_arn == *cluster
            && !task.last_status.is_ending()
            && task.effective_launch_type() == Some(LaunchType::Ec2)
    };
    let others: Vec<_> = snapshot
        .tasks
        .seen()
        .filter(in_cluster)
        .filter(|task| task.network_interface().is_none())
        .map(|task| Subject::Task(task).owner())
        .collect();
    if others.is_empty() {
        let count = snapshot
            .tasks
            .all_within(cluster)?
            .filter(in_cluster)
            .count();
        if count <= 1 {
            return Ok(vec![Judgement::skipped(
                "no other task of the cluster was observed: save `aws ecs describe-tasks` for all of them",
            )]);
        }
        let message =
            format!("all {count} observed tasks on the cluster's instances are in awsvpc mode");
        return Ok(vec![Judgement::pass(cluster.name(), message)]);
    }
    let mut names = others;
    names.sort();
    names.dedup();
    let share = if names.len() == 1 { "shares" } else { "share" };
    Ok(vec![Judgement::Fail(Fault {
        resource: cluster.name().to_owned(),
        message: format!(
            "{} {share} the cluster's instances without a network interface per task (bridge, host or \
             none): such tasks use the instance's address, groups and ports, so rules for them don't \
             hold for awsvpc tasks and the other way round",
            names.join(", ")
        ),
        fixes: vec![Fix::unverified(
            "aws ecs register-task-definition --network-mode awsvpc <the rest of the task definition>",
        )],
        components: vec![cluster.name().to_owned()],
        ..Fault::default()
    })])
}
