use std::time::Duration;

use awsvpc_auditor_engine::probe::{Probe, Standing, Target, Vantage};

use crate::Limits;
use crate::sockets::ask;

/// Asks all targets, and after a pause once more those that failed: what works then works, so that a lost
/// packet or a restart of a moment is no alarm. Each of both rounds ends within the limits.
pub async fn ask_twice(
    vantage: &Vantage,
    targets: &[Target],
    limits: &Limits,
    pause: Duration,
) -> Probe {
    let mut probe = ask(vantage.clone(), targets, limits).await;
    let failed = |standing| matches!(standing, Standing::Fails(_));
    let first = probe.targets.iter();
    let failing: Vec<Target> = first
        .filter(|probed| failed(probed.standing()))
        .map(|probed| probed.target.clone())
        .collect();
    if failing.is_empty() {
        return probe;
    }
    tokio::time::sleep(pause).await;
    let again = ask(vantage.clone(), &failing, limits).await;
    for second in again.targets {
        // What can't be asked again has still failed.
        if matches!(second.standing(), Standing::Unknown(_)) {
            continue;
        }
        let mut own = probe.targets.iter_mut();
        if let Some(first) = own.find(|first| first.target == second.target) {
            *first = second;
        }
    }
    probe.cut_short = probe.cut_short.or(again.cut_short);
    probe
}
