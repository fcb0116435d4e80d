use awsvpc_auditor_engine::alert::{Policy, State, Unclear};

use crate::service::Dns::{Off, On};
use crate::service::{Life, minute, seen};

/// The most bytes of an item are 400 KB, its other attributes included.
const ITEM: usize = 400_000;

fn kept(state: &State) -> State {
    let text = state.to_json().unwrap();
    assert!(text.len() <= ITEM - 10_000, "{}", text.len());
    serde_json::from_str(&text).unwrap()
}

/// With a crowd in each alert, and in each message about it.
#[test]
fn a_crowd_in_every_alert_fits_into_an_item() {
    let mut life = Life::default();
    let mut broken = seen(Off, minute(0));
    life.state.observe(&broken, &life.policy, minute(0));
    let (_, alert) = life.state.alerts.first_key_value().unwrap();
    let mut alert = alert.clone();
    "no-internet-route".clone_into(&mut alert.finding.check);
    for task in 0..2_000 {
        alert.finding.affected.add(&format!("arn:task/{task}"));
    }
    for number in 0..200 {
        let fingerprint = format!("fingerprint-{number}");
        life.state.alerts.insert(fingerprint, alert.clone());
    }
    // Every change is told, and no topic takes anything.
    for change in 1..40 {
        broken = seen(if change % 2 == 0 { Off } else { On }, minute(change * 60));
        life.state
            .observe(&broken, &life.policy, minute(change * 60));
    }
    let waiting = life.state.outbox.len();
    assert!(waiting > 30, "{waiting}");
    let kept = kept(&life.state);
    assert_eq!(kept.outbox.len(), waiting, "no message is lost");
    assert_eq!(kept.alerts.len(), life.state.alerts.len());
    let words = kept.alerts["fingerprint-7"].finding.affected.words();
    assert_eq!(words.as_deref(), Some("more than 1,000 tasks"));
}

#[test]
fn messages_that_nobody_takes_fit_into_an_item() {
    let mut life = Life::default();
    let broken = seen(Off, minute(0));
    life.state.observe(&broken, &life.policy, minute(0));
    let first = life.state.outbox[0].clone();
    for number in 0..200 {
        let mut notice = first.clone();
        notice.id = format!("notice-{number}");
        notice.unclear = (0..20)
            .map(|check| Unclear {
                check: format!("check-{check}"),
                message: "can't tell without something that is far away".repeat(9),
            })
            .collect();
        let finding = notice.opened[0].clone();
        notice.opened = vec![finding; 50];
        life.state.outbox.push(notice);
    }
    let kept = kept(&life.state);
    assert_eq!(kept.outbox.len(), 201);
    let told =
        |notice: &awsvpc_auditor_engine::alert::Notice| notice.findings().count() + notice.left_out;
    assert_eq!(kept.outbox.iter().map(told).sum::<usize>(), 1 + 200 * 50);
}

/// What is broken is remembered, however long a topic is gone.
#[test]
fn messages_go_before_alerts() {
    let mut life = Life::default();
    life.state
        .observe(&seen(Off, minute(0)), &life.policy, minute(0));
    let first = life.state.outbox[0].clone();
    life.state.outbox.extend(vec![first; 2_000]);
    let before = life.state.alerts.len();
    let kept = kept(&life.state);
    assert_eq!((kept.alerts.len(), kept.outbox.len()), (before, 50));
}

/// As versions before wrote it.
#[test]
fn an_older_state_is_read() {
    let old = include_str!("old_state.json");
    let state: State = serde_json::from_str(old).unwrap();
    assert_eq!(state.alerts.len(), 1);
    let mut life = Life {
        state,
        ..Life::default()
    };
    let elsewhere = seen(Off, minute(1));
    assert!(life.sees(&elsewhere, minute(1)).is_empty(), "it is known");
    assert_eq!(life.sees(&seen(On, minute(2)), minute(2)).len(), 1);
}

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
    let kept = kept(&state);
    assert!(kept.alerts.len() > 200, "{}", kept.alerts.len());
    assert_eq!(kept.outbox.len(), 1);
}
