use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::facts::{FactKind, Missing, Reason};
use crate::fix::{Change, Fix, word};
use crate::subject::Subject;

/// ECS Exec was not enabled when the task started, so nobody can look inside when it is needed.
pub(super) static CHECK: Check = Check {
    id: "exec-not-enabled",
    title: "ECS Exec isn't enabled, and can't be for a task that runs already",
    severity: Severity::Low,
    step: Step::Exec,
    since: "0.1.0",
    needs: &[FactKind::Tasks, FactKind::Services],
    page: include_str!("exec_not_enabled.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let subject = &inquiry.subject;
    let enabled = subject.is_exec_on().ok_or_else(|| {
        let kind = match subject {
            Subject::Task(_) => FactKind::Tasks,
            Subject::Service(_) => FactKind::Services,
        };
        let what = format!("enableExecuteCommand of {}", subject.arn().name());
        Missing::new(kind, Reason::NotInFacts(what))
    })?;
    let owner = subject.owner();
    if enabled {
        return Ok(vec![Judgement::pass(owner, "ECS Exec is enabled")]);
    }
    let cluster = word(subject.cluster().name());
    let service = inquiry.subject.service(inquiry.snapshot).ok().flatten();
    let fix = match (service, owner.strip_prefix("service:")) {
        (Some(service), _) => Fix::of(vec![Change::EnableExec {
            service: service.service_arn.clone(),
            cluster: service.cluster_arn.clone(),
        }]),
        (None, Some(service)) => Fix::unverified(format!(
            "aws ecs update-service --cluster {cluster} --service {} --enable-execute-command \
             --force-new-deployment",
            word(service)
        )),
        (None, None) => Fix::unverified(format!(
            "aws ecs run-task --cluster {cluster} --enable-execute-command <the arguments it was \
             started with>"
        )),
    };
    Ok(vec![Judgement::Fail(Fault {
        resource: owner,
        message: "ECS Exec is off: to look inside, the tasks have to be started anew".to_owned(),
        fixes: vec![fix],
        ..Fault::default()
    })])
}
