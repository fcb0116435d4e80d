use super::check::{Check, Judgement, Outcome, Run, Severity, Unknown};
use super::inquiry::Inquiry;
use super::proof;
use crate::facts::{FactKind, Missing, Reason, ServiceEvent, Snapshot};
use crate::fix::Fix;
use crate::probe::{self, Agreement};
use crate::reach::Explanation;
use crate::subject::{Basis, Launch, ServiceNotFound, Subject};

/// Everything an audit found.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was audited.
    pub subject: Subject<'a>,
    /// Where its groups and public address come from.
    pub basis: Basis,
    /// When the facts were observed.
    pub observed_at: Option<String>,
    /// When the event happened that named the subject. The facts may be older or newer.
    pub event_time: Option<String>,
    /// What ECS told of the service, where that is why it was audited.
    pub service_event: Option<&'a ServiceEvent>,
    /// One result or more for each check, in the order of the catalogue.
    pub results: Vec<AuditResult>,
    /// What the configuration says beside what probes were answered; empty where nothing was probed.
    pub agreements: Vec<Agreement>,
}

/// What one check found about one resource.
#[derive(Debug)]
pub struct AuditResult {
    /// The check.
    pub check: &'static Check,
    /// The outcome.
    pub outcome: Outcome,
    /// How bad it is if the fault is there.
    pub severity: Severity,
    /// What was looked at.
    pub resource: String,
    /// What was found, in words.
    pub message: String,
    /// The blockers, where traffic is stopped.
    pub explanations: Vec<Explanation>,
    /// What mends it.
    pub fixes: Vec<Fix>,
    /// The facts that would settle an unknown outcome.
    pub missing: Vec<Missing>,
    /// The same for every task of a service with this fault.
    pub fingerprint: String,
}

/// How many results of each outcome there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Passed.
    pub pass: usize,
    /// Failed.
    pub fail: usize,
    /// Unknown.
    pub unknown: usize,
    /// Skipped.
    pub skipped: usize,
}

impl Report<'_> {
    /// How many results of each outcome there are.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.results)
    }
}

impl Summary {
    /// How many results of each outcome there are.
    pub fn of(results: &[AuditResult]) -> Self {
        let mut summary = Self::default();
        for result in results {
            *match result.outcome {
                Outcome::Pass => &mut summary.pass,
                Outcome::Fail => &mut summary.fail,
                Outcome::Unknown => &mut summary.unknown,
                Outcome::Skipped => &mut summary.skipped,
            } += 1;
        }
        summary
    }
}

/// Runs every check over a subject.
pub fn run<'a>(snapshot: &'a Snapshot, subject: Subject<'a>) -> Report<'a> {
    run_only(snapshot, subject, super::ALL)
}

/// Runs every check over the service that an event tells of. Checks of how tasks start look at what the
/// event says, and, where it gives no reason, at what the service's stopped tasks among the facts say.
pub fn run_service_event<'a>(
    snapshot: &'a Snapshot,
    event: &'a ServiceEvent,
) -> Result<Report<'a>, ServiceNotFound> {
    let cluster = event.cluster_arn.as_str();
    let subject = Subject::service_named(snapshot, cluster, event.service_name())?;
    let asked = Asked {
        subject,
        event: Some(event),
    };
    Ok(report(snapshot, asked, super::ALL))
}

/// Runs these checks over a subject.
pub fn run_only<'a>(
    snapshot: &'a Snapshot,
    subject: Subject<'a>,
    checks: &[&'static Check],
) -> Report<'a> {
    report(snapshot, Asked::about(subject), checks)
}

/// What is audited, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) event: Option<&'a ServiceEvent>,
}

impl<'a> Asked<'a> {
    /// Nothing but the subject.
    pub(super) fn about(subject: Subject<'a>) -> Self {
        Self {
            subject,
            event: None,
        }
    }
}

fn report<'a>(snapshot: &'a Snapshot, asked: Asked<'a>, checks: &[&'static Check]) -> Report<'a> {
    let mut results = results(snapshot, asked, checks);
    proof::prove(snapshot, asked, checks, &mut results);
    Report {
        subject: asked.subject,
        basis: asked.subject.basis(snapshot),
        observed_at: snapshot.observed_at.clone(),
        event_time: asked.event.map(|event| event.time.clone()),
        service_event: asked.event,
        results,
        agreements: probe::agreements(snapshot, asked.subject),
    }
}

/// What the checks find; nothing is proved yet.
pub(super) fn results(
    snapshot: &Snapshot,
    asked: Asked<'_>,
    checks: &[&'static Check],
) -> Vec<AuditResult> {
    let inquiry = Inquiry::new(snapshot, asked.subject).because_of(asked.event);
    let results = checks.iter().filter_map(|check| match check.run {
        Run::Task(look) => Some(judge(check, look, &inquiry)),
        Run::Headroom(_) | Run::Monitor(_) => None,
    });
    results.flatten().collect()
}

/// What a check of a task or service does.
type Look = fn(&Inquiry<'_>) -> Result<Vec<Judgement>, Unknown>;

fn judge(check: &'static Check, look: Look, inquiry: &Inquiry<'_>) -> Vec<AuditResult> {
    let subject = &inquiry.subject;
    let judgements = if subject.is_awsvpc() {
        look(inquiry).unwrap_or_else(|missing| {
            vec![Judgement::Unknown {
                resource: subject.owner(),
                missing,
            }]
        })
    } else if matches!(subject.launch(), Launch::Fargate(_)) {
        // Every task on Fargate has an interface: that none is named is a gap in the facts.
        let what = format!(
            "the network interface or configuration of {}",
            subject.arn().name()
        );
        let fact = match subject {
            Subject::Task(_) => FactKind::Tasks,
            Subject::Service(_) => FactKind::Services,
        };
        vec![Judgement::unknown(
            subject.owner(),
            Missing::new(fact, Reason::NotInFacts(what)),
        )]
    } else if let Subject::Service(service) = subject
        && !service.is_deployed_by_ecs()
    {
        let what = format!(
            "what the task sets of {} configure, which this version doesn't read",
            service.service_name
        );
        vec![Judgement::unknown(
            subject.owner(),
            Missing::new(FactKind::Services, Reason::Invisible(what)),
        )]
    } else {
        vec![Judgement::skipped(
            "not in awsvpc network mode: it has no network interface of its own",
        )]
    };
    let (account, region) = subject.account_and_region();
    let owner = subject.owner();
    let fixed = [account, region, subject.cluster().name(), &owner, check.id].join("/");
    told(check, judgements, &owner, &fixed)
}

/// What a check found, in a fixed order. `owner` is the resource where a judgement names none, `fixed`
/// the part of the fingerprint that doesn't depend on what is at fault.
pub(super) fn told(
    check: &'static Check,
    judgements: Vec<Judgement>,
    owner: &str,
    fixed: &str,
) -> Vec<AuditResult> {
    let judgements = judgements.into_iter();
    let results = judgements.map(|judgement| result(check, owner, fixed, judgement));
    let mut results: Vec<_> = results.collect();
    results.sort_by(|a, b| {
        (a.outcome, &a.resource, &a.message).cmp(&(b.outcome, &b.resource, &b.message))
    });
    results
}

fn result(check: &'static Check, owner: &str, fixed: &str, judgement: Judgement) -> AuditResult {
    let mut result = AuditResult {
        check,
        outcome: Outcome::Pass,
        severity: check.severity,
        resource: owner.to_owned(),
        message: String::new(),
        explanations: Vec::new(),
        fixes: Vec::new(),
        missing: Vec::new(),
        fingerprint: String::new(),
    };
    let mut components = Vec::new();
    match judgement {
        Judgement::Pass { resource, message } => {
            result.resource = resource;
            result.message = message;
        }
        Judgement::Skipped { reason } => {
            result.outcome = Outcome::Skipped;
            result.message = reason;
        }
        Judgement::Unknown {
            resource,
            missing: Unknown(missing),
        } => {
            result.outcome = Outcome::Unknown;
            result.resource = resource;
            let texts: Vec<_> = missing.iter().map(ToString::to_string).collect();
            result.message = format!("can't tell without {}", texts.join("; "));
            components.extend(missing.iter().map(|missing| missing.fact.key().to_owned()));
            result.missing = missing;
        }
        Judgement::Fail(fault) => {
            result.outcome = Outcome::Fail;
            result.resource = fault.resource;
            result.message = fault.message;
            result.explanations = fault.explanations;
            result.fixes = fault.fixes;
            components = fault.components;
        }
    }
    result.fingerprint = fingerprint(fixed, components);
    result
}

/// Account, region, service or family, check, and the components at fault: nothing that differs
/// from one task of a service to the next.
fn fingerprint(fixed: &str, mut components: Vec<String>) -> String {
    components.sort();
    components.dedup();
    if components.is_empty() {
        fixed.to_owned()
    } else {
        format!("{fixed}/{}", components.join("+"))
    }
}
