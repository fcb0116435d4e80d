use awsvpc_auditor_engine::alert::{Channel, Policy, State};

use crate::service::Dns::{Off, On};
use crate::service::{minute, seen};

fn broken() -> State {
    let mut state = State::default();
    state.observe(&seen(Off, minute(0)), &Policy::default(), minute(0));
    state
}

#[test]
fn one_sends_and_the_others_wait_for_its_end() {
    let mut state = broken();
    let claimed = state.claim("a", minute(0), minute(1));
    assert_eq!(claimed.len(), 1);
    assert!(state.claim("b", minute(0), minute(1)).is_empty());
    // a crashed.
    let again = state.claim("b", minute(1), minute(2));
    assert_eq!(again, claimed);
    let everywhere = Channel::ALL.map(|channel| (claimed[0].id.clone(), channel));
    state.delivered(&everywhere);
    assert!(state.outbox.is_empty() && state.lease.is_none());
    assert!(state.claim("b", minute(1), minute(2)).is_empty());
}

#[test]
fn what_one_channel_took_is_not_sent_there_again() {
    let mut state = broken();
    let claimed = state.claim("a", minute(0), minute(1));
    state.delivered(&[(claimed[0].id.clone(), Channel::Mail)]);
    state.release("a");
    let again = state.claim("b", minute(0), minute(1));
    let left: Vec<_> = again[0].untold.iter().copied().collect();
    assert_eq!(left, [Channel::Chat, Channel::Machine]);
}

#[test]
fn what_comes_while_another_sends_stays_in_order() {
    let mut state = broken();
    let first = state.claim("a", minute(0), minute(1));
    state.observe(&seen(On, minute(1)), &Policy::default(), minute(1));
    let all = state.claim("a", minute(1), minute(2));
    assert_eq!((all[0].id.as_str(), all.len()), (first[0].id.as_str(), 2));
    assert_eq!(
        state.due(&Policy::default(), minute(1)),
        Some(minute(2)),
        "repaired after the lease"
    );
}

#[test]
fn a_state_survives_the_table() {
    let mut state = broken();
    state.claim("a", minute(0), minute(1));
    let text = state.to_json().unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    let empty: State = serde_json::from_str("{}").unwrap();
    assert_eq!(empty, State::default());
}
