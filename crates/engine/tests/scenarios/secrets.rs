//! Nothing of what environment variables hold gets out, except hosts and ports.

use awsvpc_auditor_engine::alert::{About, Moment, Notice, Scope, Unclear};
use awsvpc_auditor_engine::checks::{AuditResult, Outcome, Report};
use awsvpc_auditor_engine::report::json_v1::ReportV1;
use awsvpc_auditor_engine::report::{Message, Style, audit_text};

use super::account::Account;
use super::shop::Scene;

/// What stands in environment values of every shop.
const SECRET: &str = "hunter2-never-shown";

#[track_caller]
pub(crate) fn assert_planted(folder: &str) {
    let text = Account::read(folder).text();
    assert!(text.contains(SECRET), "{folder} has no secret to lose");
}

#[track_caller]
pub(crate) fn assert_silent(scene: &Scene, report: &Report<'_>) {
    let notice = notice(report);
    for text in [
        format!("{:?}", Message::mail(&notice)),
        format!("{:?}", Message::chat(&notice)),
        format!("{:?}", Message::machine(&notice)),
        audit_text(report, Style::Plain),
        serde_json::to_string(&ReportV1::from(report)).unwrap(),
        format!("{report:?}"),
        format!("{:?}", scene.snapshot),
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// A message about everything in a report.
fn notice(report: &Report<'_>) -> Notice {
    let (account, region) = report.subject.account_and_region();
    let about = About::Tasks {
        cluster: report.subject.cluster().name().to_owned(),
        owner: report.subject.owner(),
    };
    let of = |outcome| report.results.iter().filter(move |r| r.outcome == outcome);
    let unclear = |result: &AuditResult| Unclear {
        check: result.check.id.to_owned(),
        message: result.message.clone(),
    };
    Notice {
        id: "1".to_owned(),
        thread: "1".to_owned(),
        scope: Scope {
            account: account.to_owned(),
            region: region.to_owned(),
            about,
        },
        at: Moment::default(),
        observed_at: Moment::default(),
        example: Some(report.subject.arn().to_string()),
        stopped_reason: None,
        flow_logs: Vec::new(),
        refused: None,
        changes: Vec::new(),
        opened: of(Outcome::Fail).map(Into::into).collect(),
        flapping: Vec::new(),
        reminded: Vec::new(),
        resolved: of(Outcome::Pass).map(Into::into).collect(),
        left_out: 0,
        still_open: 0,
        lesser: [].into(),
        unclear: of(Outcome::Unknown).map(unclear).collect(),
        caveat: None,
        untold: [].into(),
    }
}
