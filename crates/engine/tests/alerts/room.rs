use awsvpc_auditor_engine::alert::{Policy, State};

use crate::service::Dns::Off;
use crate::service::{minute, seen};

#[test]
fn thousands_of_alerts_fit_into_an_item() {
    let mut state = State::default();
    state.observe(&seen(Off, minute(0)), &Policy::default(), minute(0));
    let (_, alert) = state.alerts.first_key_value().unwrap();
    let mut alert = alert.clone();
    alert.finding.message = "a long story ".repeat(100);
    for number in 0..4_000 {
        state
            .alerts
            .insert(format!("fingerprint-{number}"), alert.clone());
    }
    let text = state.to_json().unwrap();
    assert!(text.len() <= 400_000, "{}", text.len());
    let kept: State = serde_json::from_str(&text).unwrap();
    assert!(kept.alerts.len() > 200, "{}", kept.alerts.len());
    assert_eq!(kept.outbox.len(), 1);
}
