//! JSON, schema 1. These types are the format: fields are added, never renamed or removed, and the
//! engine's own types can change without it.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::agreement_v1::AgreementV1;
use crate::checks::{AuditResult, Basis, Check, Effect, Launch, Report, Subject, Summary};
use crate::facts::{Missing, ServiceEvent, TaskAttachment};
use crate::fix::{Change, Fix};
use crate::proposal::Proposal;
use crate::reach::{Answer, Explanation, Note, Question};

/// The version of the format.
pub(super) const SCHEMA: u32 = 1;

/// One blocker.
#[derive(Debug, Serialize)]
pub struct ExplanationV1 {
    code: &'static str,
    component: String,
    direction: String,
    leg: String,
    message: String,
}

impl From<&Explanation> for ExplanationV1 {
    fn from(explanation: &Explanation) -> Self {
        Self {
            code: explanation.code.as_str(),
            component: explanation.component.clone(),
            direction: explanation.direction.to_string(),
            leg: explanation.leg.to_string(),
            message: explanation.message.clone(),
        }
    }
}

/// One missing fact.
#[derive(Debug, Serialize)]
pub struct MissingV1 {
    fact: &'static str,
    reason: String,
    action: Option<String>,
}

impl From<&Missing> for MissingV1 {
    fn from(missing: &Missing) -> Self {
        Self {
            fact: missing.fact.key(),
            reason: missing.reason.to_string(),
            action: missing.action().map(str::to_owned),
        }
    }
}

/// What mends something: all commands as one, and each change in other words too.
#[derive(Debug, Serialize)]
pub struct FixV1 {
    command: String,
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeV1>,
}

/// One change, in the words of three tools.
#[derive(Debug, Serialize)]
pub struct ChangeV1 {
    component: String,
    command: String,
    cloudformation: String,
    terraform: String,
}

impl From<&Fix> for FixV1 {
    fn from(fix: &Fix) -> Self {
        let change = |change: &Change| ChangeV1 {
            component: change.component().to_owned(),
            command: change.command(),
            cloudformation: change.cloudformation(),
            terraform: change.terraform(),
        };
        Self {
            command: fix.command(),
            verified: fix.verified,
            account: fix.account.clone(),
            changes: fix.changes().iter().map(change).collect(),
        }
    }
}

/// Something worth knowing that doesn't change the verdict.
#[derive(Debug, Serialize)]
pub struct NoteV1 {
    component: String,
    message: String,
}

impl From<&Note> for NoteV1 {
    fn from(note: &Note) -> Self {
        Self {
            component: note.component.clone(),
            message: note.message.clone(),
        }
    }
}

/// Which part of the traffic that was asked about gets through.
#[derive(Debug, Serialize)]
pub struct TrafficV1 {
    asked: Vec<String>,
    reachable: Vec<String>,
    unknown: Vec<String>,
}

/// The answer to a reachability question.
#[derive(Debug, Serialize)]
pub struct ReachV1 {
    schema: u32,
    from: String,
    to: String,
    verdict: &'static str,
    traffic: TrafficV1,
    path: Vec<String>,
    return_path: Vec<String>,
    explanations: Vec<ExplanationV1>,
    missing: Vec<MissingV1>,
    notes: Vec<NoteV1>,
    appears_as: Option<Ipv4Addr>,
    fixes: Vec<FixV1>,
}

impl ReachV1 {
    /// The answer to this question, and what mends it.
    pub fn new(question: &Question, answer: &Answer, fixes: &[Fix]) -> Self {
        Self {
            schema: SCHEMA,
            from: question.from.to_string(),
            to: question.to.to_string(),
            verdict: answer.verdict.as_str(),
            traffic: TrafficV1 {
                asked: answer.asked.describe(),
                reachable: answer.reachable.describe(),
                unknown: answer.unknown.describe(),
            },
            path: answer.path.clone(),
            return_path: answer.return_path.clone(),
            explanations: answer.explanations.iter().map(Into::into).collect(),
            missing: answer.missing.iter().map(Into::into).collect(),
            notes: answer.notes.iter().map(Into::into).collect(),
            appears_as: answer.appears_as,
            fixes: fixes.iter().map(Into::into).collect(),
        }
    }
}

/// What was audited.
#[derive(Debug, Serialize)]
pub struct SubjectV1 {
    kind: &'static str,
    arn: String,
    cluster: String,
    owner: String,
    account: String,
    region: String,
    launch_type: Option<&'static str>,
    status: Option<String>,
    network_interface: Option<String>,
    network_from: &'static str,
}

impl SubjectV1 {
    fn new(subject: &Subject<'_>, basis: Basis) -> Self {
        let (account, region) = subject.account_and_region();
        let (kind, status) = match subject {
            Subject::Task(task) => ("task", Some(task.last_status.as_str().to_owned())),
            Subject::Service(_) => ("service", None),
        };
        let interface = subject
            .attachment()
            .and_then(TaskAttachment::network_interface_id);
        Self {
            kind,
            arn: subject.arn().to_string(),
            cluster: subject.cluster().name().to_owned(),
            owner: subject.owner(),
            account: account.to_owned(),
            region: region.to_owned(),
            launch_type: match subject.launch() {
                Launch::Fargate(_) => Some("FARGATE"),
                Launch::Ec2 => Some("EC2"),
                Launch::Other => None,
            },
            status,
            network_interface: interface.map(|id| id.to_string()),
            network_from: match basis {
                Basis::Interface => "interface",
                Basis::Configuration => "service configuration",
                Basis::Nothing => "nothing observed",
            },
        }
    }
}

/// What one check found about one resource.
#[derive(Debug, Serialize)]
pub struct ResultV1 {
    check: &'static str,
    outcome: &'static str,
    severity: String,
    resource: String,
    title: &'static str,
    message: String,
    explanations: Vec<ExplanationV1>,
    fixes: Vec<FixV1>,
    missing: Vec<MissingV1>,
    fingerprint: String,
}

impl From<&AuditResult> for ResultV1 {
    fn from(result: &AuditResult) -> Self {
        Self {
            check: result.check.id,
            outcome: result.outcome.as_str(),
            severity: result.severity.to_string(),
            resource: result.resource.clone(),
            title: result.check.title,
            message: result.message.clone(),
            explanations: result.explanations.iter().map(Into::into).collect(),
            fixes: result.fixes.iter().map(Into::into).collect(),
            missing: result.missing.iter().map(Into::into).collect(),
            fingerprint: result.fingerprint.clone(),
        }
    }
}

/// How many results of each outcome there are.
#[derive(Debug, Serialize)]
pub struct SummaryV1 {
    pass: usize,
    fail: usize,
    unknown: usize,
    skipped: usize,
}

impl From<Summary> for SummaryV1 {
    fn from(summary: Summary) -> Self {
        Self {
            pass: summary.pass,
            fail: summary.fail,
            unknown: summary.unknown,
            skipped: summary.skipped,
        }
    }
}

/// What ECS told of a service.
#[derive(Debug, Serialize)]
pub struct ServiceEventV1 {
    name: Option<&'static str>,
    reason: Option<String>,
    deployment_id: Option<String>,
}

impl From<&ServiceEvent> for ServiceEventV1 {
    fn from(event: &ServiceEvent) -> Self {
        Self {
            name: event.name.is_failure().then(|| event.name.as_str()),
            reason: event.reason.clone(),
            deployment_id: event.deployment_id.clone(),
        }
    }
}

/// An audit's report.
#[derive(Debug, Serialize)]
pub struct ReportV1 {
    schema: u32,
    subject: SubjectV1,
    observed_at: Option<String>,
    event_time: Option<String>,
    /// What ECS told of the service, where that is why it was audited.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_event: Option<ServiceEventV1>,
    results: Vec<ResultV1>,
    summary: SummaryV1,
    /// What the configuration says beside what probes were answered, where something was probed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    probes: Vec<AgreementV1>,
    /// What proposed changes do; the results are those with the changes made.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<EffectV1>,
}

/// What proposed changes do, by the results' fingerprints.
#[derive(Debug, Serialize)]
pub struct EffectV1 {
    commands: Vec<String>,
    broken: Vec<String>,
    changed: Vec<String>,
    unknown: Vec<String>,
    mended: Vec<String>,
    still_there: usize,
}

impl ReportV1 {
    /// The report with what brought it about.
    #[must_use]
    pub fn with_effect(self, proposals: &[Proposal], effect: &Effect<'_>) -> Self {
        let fingerprints = |results: &[&AuditResult]| -> Vec<String> {
            results.iter().map(|one| one.fingerprint.clone()).collect()
        };
        let commands = proposals.iter().map(|one| one.command().to_owned());
        Self {
            proposed: Some(EffectV1 {
                commands: commands.collect(),
                broken: fingerprints(&effect.broken),
                changed: fingerprints(&effect.changed),
                unknown: fingerprints(&effect.unclear),
                mended: fingerprints(&effect.mended),
                still_there: effect.still_there,
            }),
            ..self
        }
    }
}

impl From<&Report<'_>> for ReportV1 {
    fn from(report: &Report<'_>) -> Self {
        Self {
            schema: SCHEMA,
            subject: SubjectV1::new(&report.subject, report.basis),
            observed_at: report.observed_at.clone(),
            event_time: report.event_time.clone(),
            service_event: report.service_event.map(Into::into),
            results: report.results.iter().map(Into::into).collect(),
            summary: report.summary().into(),
            probes: report.agreements.iter().map(Into::into).collect(),
            proposed: None,
        }
    }
}

/// One check of the catalogue.
#[derive(Debug, Serialize)]
pub struct CheckV1 {
    check: &'static str,
    severity: String,
    title: &'static str,
    step: &'static str,
    since: &'static str,
    actions: Vec<&'static str>,
}

impl From<&Check> for CheckV1 {
    fn from(check: &Check) -> Self {
        Self {
            check: check.id,
            severity: check.severity.to_string(),
            title: check.title,
            step: check.step.title(),
            since: check.since,
            actions: check
                .needs
                .iter()
                .filter_map(|fact| fact.action())
                .collect(),
        }
    }
}
