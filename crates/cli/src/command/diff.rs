use std::path::PathBuf;

use anyhow::{Context, bail};
use awsvpc_auditor_engine::checks::{Compared, Effect, Presence, compare};
use awsvpc_auditor_engine::report::pipeline::Audited;
use awsvpc_auditor_engine::report::{difference_text, difference_v1::DifferenceV1};
use clap::Args;

use super::status_of_change;
use crate::output::{self, ReportFormat, Status};
use crate::snapshot;

/// Tell which verdicts about services differ between two snapshots: before something and after it
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Directory of saved AWS CLI output from before
    #[arg(value_name = "BEFORE")]
    before: PathBuf,

    /// Directory of saved AWS CLI output from after it
    #[arg(value_name = "AFTER")]
    after: PathBuf,

    /// The cluster of --service, by name or ARN
    #[arg(long, requires = "service")]
    cluster: Option<String>,

    /// Only this service, by name or ARN; otherwise every service in awsvpc mode
    #[arg(long, requires = "cluster")]
    service: Option<String>,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

impl Diff {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        let before = snapshot::load(&self.before)?;
        let after = snapshot::load(&self.after)?;
        let only = self.cluster.as_deref().zip(self.service.as_deref());
        let compared = compare(&before, &after, only).with_context(|| self.places())?;
        if compared.is_empty() {
            bail!(
                "{}: no service in awsvpc mode: save `aws ecs describe-services` in both",
                self.places()
            );
        }
        let effects: Vec<Effect<'_>> = compared.iter().map(|own| own.effect()).collect();
        let audited = compared.iter().zip(&effects).filter_map(|(own, effect)| {
            let report = own.after()?;
            Some(Audited::new(report, Some(effect)))
        });
        let audited: Vec<_> = audited.collect();
        output::report(
            self.format,
            |style| difference_text(&compared, style),
            || DifferenceV1::from(compared.as_slice()),
            &audited,
            Some(&self.after),
        )?;
        let statuses: Vec<_> = effects.iter().map(status_of_change).collect();
        let is_unseen = |own: &Compared<'_>| own.presence == Presence::UnknownAfter;
        Ok(if statuses.contains(&Status::Fault) {
            Status::Fault
        } else if statuses.contains(&Status::Unknown) || compared.iter().any(is_unseen) {
            Status::Unknown
        } else {
            Status::Passed
        })
    }

    fn places(&self) -> String {
        format!("{} and {}", self.before.display(), self.after.display())
    }
}
