//! JUnit XML, as CI systems read it: a suite for everything that was audited, a test for each result.

use awsvpc_auditor_engine::checks::{AuditResult, Outcome};
use awsvpc_auditor_engine::report::pipeline::{Audited, Verdict, body, printable};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The report. It has no times and no random ids: the same facts give the same bytes.
pub(crate) fn report(all: &[Audited<'_>]) -> anyhow::Result<String> {
    let mut report = Report::new("awsvpc-auditor");
    for audited in all {
        let mut suite = TestSuite::new(printable(audited.name()));
        for (result, verdict) in audited.results() {
            let name = format!("{} {}", result.check.id, printable(&result.resource));
            let mut case = TestCase::new(name, status(result, verdict));
            case.set_classname(printable(audited.name()));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn status(result: &AuditResult, verdict: Verdict) -> TestCaseStatus {
    let mut status = match verdict {
        Verdict::Fails => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Doubtful => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::AsBefore | Verdict::Skipped => TestCaseStatus::skipped(),
        Verdict::Passes => return TestCaseStatus::success(),
    };
    match (verdict, result.outcome) {
        (Verdict::Skipped, _) => status.set_message(printable(&result.message)),
        (Verdict::AsBefore, Outcome::Fail) => status.set_message("fails as before"),
        (Verdict::AsBefore, _) => status.set_message("unknown as before"),
        _ => status.set_message(result.check.title),
    };
    if verdict != Verdict::Skipped {
        status.set_type(match result.outcome {
            Outcome::Unknown => "unknown".to_owned(),
            _ => result.severity.to_string(),
        });
        status.set_description(body(result));
    }
    status
}
