//! What a notice tells, as Security Hub takes it: a finding for each fault, in the AWS Security Finding
//! Format. A fault that is mended archives its finding.
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html>

use std::collections::BTreeMap;

use serde::Serialize;

use super::machine_v1::{FindingV1, NoticeV1, SubjectKindV1, SubjectV1};
use super::security_resource::{SecurityResource, resources};
use super::words::cut;
use crate::alert::Kind;
use crate::checks::{self, Severity};

/// The most characters of an id, a generator, a resource and a recommendation.
pub(super) const NAME: usize = 512;
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const FIELD: usize = 2_048;

/// Blockers and fixes that have fields of their own. A finding has 50 fields at most.
const MOST: usize = 10;

/// One fault. The account and the product that it is imported as are the importer's to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityFinding {
    /// The same for a fault whenever it is told, so that what is told later updates the finding.
    pub id: String,
    /// `awsvpc-auditor/` and the check.
    pub generator_id: String,
    /// What it is, in Security Hub's taxonomy.
    pub r#type: &'static str,
    /// `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
    pub severity_label: &'static str,
    /// What is wrong, at most 256 characters.
    pub title: String,
    /// What was found, at most 1,024 characters.
    pub description: String,
    /// When the fault was first seen, in RFC 3339.
    pub first_observed_at: String,
    /// When the facts were observed that show it; none where they show it gone.
    pub last_observed_at: Option<String>,
    /// When it was told. Security Hub ignores what isn't newer than what it has.
    /// <https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html>
    pub updated_at: String,
    /// Whether the fault is gone: `PASSED` and `ARCHIVED`, otherwise `FAILED` and `ACTIVE`.
    pub is_mended: bool,
    /// What mends it, at most 512 characters.
    pub recommendation: String,
    /// What else a program may want, by name.
    pub product_fields: BTreeMap<String, String>,
    /// What it is about: whose tasks, and the components that stop them; at least one, at most 32.
    pub resources: Vec<SecurityResource>,
}

impl NoticeV1 {
    /// Its findings for Security Hub. They are as many as the notice has: what it left out, it left
    /// out.
    pub fn security_findings(&self) -> Vec<SecurityFinding> {
        let findings = self.findings.iter();
        findings
            .map(|finding| SecurityFinding::new(self, finding))
            .collect()
    }
}

impl SecurityFinding {
    fn new(notice: &NoticeV1, finding: &FindingV1) -> Self {
        // An alert opens a little later than the facts were observed. RFC 3339 sorts as text.
        let since = finding.since.as_ref().unwrap_or(&notice.observed_at);
        let since = since.min(&notice.observed_at);
        let is_mended = finding.state == Kind::Resolved;
        Self {
            id: id(&finding.fingerprint),
            generator_id: format!("awsvpc-auditor/{}", cut(&finding.check, 100)),
            r#type: match notice.subject.kind {
                SubjectKindV1::Tasks | SubjectKindV1::Monitor => {
                    "Software and Configuration Checks/AWS Security Best Practices/Network Reachability"
                }
                SubjectKindV1::Headroom | SubjectKindV1::Coverage => {
                    "Software and Configuration Checks/AWS Security Best Practices"
                }
            },
            severity_label: match finding.severity {
                Severity::Low => "LOW",
                Severity::Medium => "MEDIUM",
                Severity::High => "HIGH",
                Severity::Critical => "CRITICAL",
            },
            title: cut(&title(&notice.subject, finding), TITLE),
            description: cut(&description(finding), DESCRIPTION),
            first_observed_at: since.clone(),
            last_observed_at: (!is_mended).then(|| notice.observed_at.clone()),
            updated_at: notice.at.clone(),
            is_mended,
            recommendation: recommendation(finding),
            product_fields: product_fields(notice, finding),
            resources: resources(notice, finding),
        }
    }
}

/// An id that is too long is told apart by a hash of it.
fn id(fingerprint: &str) -> String {
    let id = format!("awsvpc-auditor/{fingerprint}");
    if id.chars().count() <= NAME {
        return id;
    }
    // FNV-1a: the same in every version.
    let hash = fingerprint
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("{}/{hash:016x}", cut(&id, NAME - 20))
}

fn title(subject: &SubjectV1, finding: &FindingV1) -> String {
    let title = &finding.title;
    match (&subject.cluster, &subject.owner) {
        (Some(cluster), Some(owner)) => format!("{owner} in {cluster}: {title}"),
        _ => format!("{title}: {}", finding.resource),
    }
}

fn description(finding: &FindingV1) -> String {
    // The words are those of the fault, also when it is gone.
    let mended = if finding.state == Kind::Resolved {
        "Mended: "
    } else {
        ""
    };
    let words = [&finding.message, &finding.title, &finding.check];
    let words = words.into_iter().find(|words| !words.is_empty());
    let text = format!("{mended}{}", words.map_or("no words", String::as_str));
    let more = if finding.tasks_more { "at least " } else { "" };
    match finding.tasks {
        0 => text,
        1 => format!("{text}. Seen in {more}1 task"),
        count => format!("{text}. Seen in {more}{count} tasks"),
    }
}

/// The first command, or how to read about the check.
fn recommendation(finding: &FindingV1) -> String {
    let fixes = finding.fixes.iter().filter(|fix| !fix.command.is_empty());
    let mut short = fixes.map(|fix| {
        let account = fix.account.as_ref();
        let place = account.map(|account| format!(" in account {account}"));
        format!("Run{}: {}", place.unwrap_or_default(), fix.command)
    });
    let short = short.find(|text| text.chars().count() <= NAME);
    short.unwrap_or_else(|| match checks::find(&finding.check) {
        Some(check) => format!("Run: awsvpc-auditor explain {}", check.id),
        // What the auditor can't see: the description says whether it was denied.
        None => format!(
            "Where {} is denied, allow it to the auditor's role; where it is throttled or fails, wait: \
             that it is answered again is told",
            cut(&finding.check, 100)
        ),
    })
}

fn product_fields(notice: &NoticeV1, finding: &FindingV1) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut add = |name: &str, value: &str| {
        let value = cut(value, FIELD);
        if !value.is_empty() {
            fields.insert(format!("awsvpc-auditor/{name}"), value);
        }
    };
    add("Check", &finding.check);
    add("State", finding.state.as_str());
    add("Resource", &finding.resource);
    add("Thread", &notice.thread);
    add("Message", &notice.id);
    add("Region", &notice.subject.region);
    let texts = [
        ("Cluster", &notice.subject.cluster),
        ("Owner", &notice.subject.owner),
        ("Monitor", &notice.subject.monitor),
        ("ExampleTask", &notice.example_task),
        ("StoppedReason", &notice.stopped_reason),
    ];
    for (name, text) in texts {
        add(name, text.as_deref().unwrap_or_default());
    }
    for (number, blocker) in (1..=MOST).zip(&finding.explanations) {
        let text = format!(
            "{} {} ({}, {}): {}",
            blocker.code, blocker.component, blocker.direction, blocker.leg, blocker.message
        );
        add(&format!("Blocker{number}"), &text);
    }
    // A command that is cut would do something else.
    let whole = |text: &str| text.chars().nth(FIELD).is_none();
    let fixes = finding.fixes.iter().filter(|fix| whole(&fix.command));
    for (number, fix) in (1..=MOST).zip(fixes) {
        add(&format!("Fix{number}"), &fix.command);
        let verified = if fix.verified { "true" } else { "false" };
        add(&format!("Fix{number}Verified"), verified);
    }
    fields
}
