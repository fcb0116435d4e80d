use super::check::{Check, Fault, Fix, Judgement, Severity, Step, Unknown, word};
use super::subject::Subject;
use crate::facts::{FactKind, Missing, Reason, Snapshot};

/// ECS Exec was not enabled when the task started, so nobody can look inside when it is needed.
pub(super) static CHECK: Check = Check {
    id: "exec-not-enabled",
    title: "ECS Exec isn't enabled, and can't be for a task that runs already",
    severity: Severity::Low,
    step: Step::Exec,
    since: "0.1.0",
    needs: &[FactKind::Tasks, FactKind::Services],
    page: include_str!("exec_not_enabled.md"),
    run,
};

fn run(_: &Snapshot, subject: &Subject<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (enabled, kind) = match subject {
        Subject::Task(task) => (task.enable_execute_command, FactKind::Tasks),
        Subject::Service(service) => (service.enable_execute_command, FactKind::Services),
    };
    let enabled = enabled.ok_or_else(|| {
        let what = format!("enableExecuteCommand of {}", subject.arn().name());
        Missing::new(kind, Reason::NotInFacts(what))
    })?;
    let owner = subject.owner();
    if enabled {
        return Ok(vec![Judgement::pass(owner, "ECS Exec is enabled")]);
    }
    let cluster = word(subject.cluster().name());
    let command = match owner.strip_prefix("service:") {
        Some(service) => {
            let service = word(service);
            format!(
                "aws ecs update-service --cluster {cluster} --service {service} --enable-execute-command \
             --force-new-deployment"
            )
        }
        None => format!(
            "aws ecs run-task --cluster {cluster} --enable-execute-command <the arguments it was \
             started with>"
        ),
    };
    Ok(vec![Judgement::Fail(Fault {
        resource: owner,
        message: "ECS Exec is off: to look inside, the tasks have to be started anew".to_owned(),
        fixes: vec![Fix::unverified(command)],
        ..Fault::default()
    })])
}
