use std::time::Duration;

use anyhow::Context;
use awsvpc_auditor_engine::probe::{Probe, Probed, Standing, Target, Vantage};
use awsvpc_auditor_engine::report::monitor_v1::{MonitorChangeV1, MonitorReportV1};
use awsvpc_auditor_engine::report::{monitor_change, monitor_text};
use awsvpc_auditor_probe::{Limits, ask_twice};
use clap::Args;
use tokio::time::{Instant, sleep_until};

use crate::output::{self, Format, Status, Usage};

/// Ask with real connections whether targets answer from here: DNS, port, TLS, large packets
///
/// Needs no AWS and no privileges: a sidecar, a bastion and a laptop can all ask. What fails is asked
/// once more before it counts.
#[derive(Debug, Args)]
pub(crate) struct Monitor {
    /// What to ask; /tls where TLS is expected from the first byte on
    #[arg(value_name = "HOST:PORT[/tls]", required = true)]
    targets: Vec<Target>,

    /// Ask again so often until Ctrl-C, and write a line about each target that fares otherwise
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: Option<u64>,

    /// How the answers are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Between a failure and the second look that decides.
const PAUSE: Duration = Duration::from_secs(1);

/// How long people wait without asking themselves what is going on.
const SILENCE: Duration = Duration::from_secs(2);

impl Monitor {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        self.refuse_repetition()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")?;
        runtime.block_on(self.watch())
    }

    /// A target that stands there twice is a slip.
    fn refuse_repetition(&self) -> Result<(), Usage> {
        for (place, target) in self.targets.iter().enumerate() {
            let address = target.address();
            let mut before = self.targets.iter().take(place);
            if before.any(|known| known.address() == address) {
                return Err(Usage(format!("{address} is given twice")));
            }
        }
        Ok(())
    }

    async fn watch(&self) -> anyhow::Result<Status> {
        let mut started = Instant::now();
        let mut last = self.ask().await;
        match self.format {
            Format::Text => output::print(&monitor_text(&last, output::style()))?,
            Format::Json if self.every.is_some() => {
                output::print_json_line(&MonitorReportV1::from(&last))?;
            }
            Format::Json => output::print_json(&MonitorReportV1::from(&last))?,
        }
        let Some(seconds) = self.every else {
            return Ok(status(&last));
        };
        loop {
            started += Duration::from_secs(seconds);
            sleep_until(started).await;
            // A look that took longer than that isn't made up for.
            started = started.max(Instant::now());
            let now = self.ask().await;
            for (before, after) in last.targets.iter().zip(&now.targets) {
                if !fares_alike(before, after) {
                    self.tell(after, &now)?;
                }
            }
            last = now;
        }
    }

    async fn ask(&self) -> Probe {
        let vantage = Vantage::Here {
            name: "here".to_owned(),
        };
        let limits = Limits::default();
        let mut asking = std::pin::pin!(ask_twice(&vantage, &self.targets, &limits, PAUSE));
        if let Ok(probe) = tokio::time::timeout(SILENCE, &mut asking).await {
            return probe;
        }
        if self.every.is_none() {
            output::progress("awsvpc-auditor: not everything has answered yet");
        }
        asking.await
    }

    fn tell(&self, probed: &Probed, probe: &Probe) -> anyhow::Result<()> {
        match self.format {
            Format::Text => output::print(&monitor_change(probed, probe.asked_at, output::style())),
            Format::Json => output::print_json_line(&MonitorChangeV1::new(probed, probe.asked_at)),
        }
    }
}

/// Whether there is nothing new to say: how long something took, or was waited for, isn't news.
fn fares_alike(before: &Probed, after: &Probed) -> bool {
    use std::mem::discriminant;
    discriminant(&before.standing()) == discriminant(&after.standing())
        && discriminant(&before.resolved) == discriminant(&after.resolved)
        && discriminant(&before.connected) == discriminant(&after.connected)
        && discriminant(&before.handshake) == discriminant(&after.handshake)
        && (discriminant(&before.path) == discriminant(&after.path)
            || matches!(after.standing(), Standing::Works))
}

/// How one look ends.
fn status(probe: &Probe) -> Status {
    let standings = || probe.targets.iter().map(Probed::standing);
    if standings().any(|standing| matches!(standing, Standing::Fails(_))) {
        Status::Fault
    } else if standings().any(|standing| matches!(standing, Standing::Unknown(_))) {
        Status::Unknown
    } else {
        Status::Passed
    }
}
