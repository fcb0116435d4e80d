//! Nothing of what environment variables hold gets out, except hosts and ports.

use awsvpc_auditor_engine::checks::{Report, Severity};
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
    let message = Message::about(report, Severity::Low);
    for text in [
        audit_text(report, Style::Plain),
        serde_json::to_string(&ReportV1::from(report)).unwrap(),
        format!("{message:?}"),
        format!("{report:?}"),
        format!("{:?}", scene.snapshot),
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
}
