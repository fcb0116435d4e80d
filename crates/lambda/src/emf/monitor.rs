use std::time::Duration;

use awsvpc_auditor_engine::probe::{
    Connected, Handshake, PathSize, Probe, Probed, Resolved, Standing, Took,
};
use serde_json::{Value, json};

use super::{line, now};

/// What one run of a monitor saw, and what came of telling it. The former is written before anything is
/// told: what is broken may keep the telling from getting out.
#[derive(Debug)]
pub(crate) struct MonitorRun<'r> {
    pub(crate) namespace: &'r str,
    pub(crate) subnet: &'r str,
}

impl MonitorRun<'_> {
    /// A line for all of it, and one for each target.
    pub(crate) fn seen(&self, probe: &Probe, took: Duration) -> Vec<Value> {
        let timestamp = now();
        let standings: Vec<_> = probe.targets.iter().map(Probed::standing).collect();
        let failures = standings
            .iter()
            .filter(|standing| matches!(standing, Standing::Fails(_)));
        let unknowns = standings
            .iter()
            .filter(|standing| matches!(standing, Standing::Unknown(_)));
        let lacking = usize::from(probe.cut_short.is_some());
        let values = [
            ("MonitorRuns", json!(1)),
            ("MonitorFailures", json!(failures.count())),
            ("MonitorUnknowns", json!(unknowns.count() + lacking)),
            ("MonitorMilliseconds", json!(Took::from(took))),
        ];
        let mut lines = vec![line(self.namespace, timestamp, &[], &values)];
        lines.extend(probe.targets.iter().zip(&standings).filter_map(|pair| {
            let values = figures(pair.0, pair.1);
            let dimensions = [
                ("Subnet", self.subnet.to_owned()),
                ("Target", pair.0.target.address()),
            ];
            let known = !values.is_empty();
            known.then(|| line(self.namespace, timestamp, &dimensions, &values))
        }));
        lines
    }

    /// What came of telling.
    pub(crate) fn told(&self, messages: u64, is_degraded: bool) -> Vec<Value> {
        let values = [
            ("MonitorMessages", json!(messages)),
            ("ToldWithoutState", json!(u64::from(is_degraded))),
        ];
        vec![line(self.namespace, now(), &[], &values)]
    }
}

/// What is known of a target; nothing where nobody could ask.
fn figures(probed: &Probed, standing: &Standing) -> Vec<(&'static str, Value)> {
    let mut values = Vec::new();
    match standing {
        Standing::Works => values.push(("ProbeSuccess", json!(1))),
        Standing::Fails(_) => values.push(("ProbeSuccess", json!(0))),
        Standing::Unknown(_) => {}
    }
    if let Resolved::Addresses { took_ms, .. } = &probed.resolved {
        values.push(("ResolveMilliseconds", json!(took_ms)));
    }
    if let Connected::Open { took_ms, .. } = &probed.connected {
        values.push(("ConnectMilliseconds", json!(took_ms)));
    }
    if let Handshake::Done { took_ms, .. } = &probed.handshake {
        values.push(("HandshakeMilliseconds", json!(took_ms)));
    }
    if let PathSize::Carries { bytes } | PathSize::Narrows { bytes } = &probed.path {
        values.push(("PathBytes", json!(bytes)));
    }
    values
}
