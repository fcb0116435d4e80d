use awsvpc_auditor_engine::alert::Kind::{Opened, Resolved};

use crate::service::Dns::{Off, On};
use crate::service::{Life, facts, kinds, minute, observation};

fn tagged(
    dns: crate::service::Dns,
    tags: &[(&str, &str)],
    at: u64,
) -> awsvpc_auditor_engine::alert::Observation {
    observation(&facts(dns, On, &[("1", "a")], tags), minute(at))
}

#[test]
fn what_is_snoozed_is_told_when_the_snooze_ends() {
    let tags = [("awsvpc-auditor:snooze-until", "2026-11-25T01:00:00Z")];
    let mut life = Life::default();
    let seen = tagged(Off, &tags, 0);
    assert!(life.sees(&seen, minute(0)).is_empty());
    assert_eq!(life.state.due(&life.policy, minute(1)), Some(minute(60)));
    assert!(life.passes(&seen.scope, minute(59)).is_empty());
    assert_eq!(kinds(&life.passes(&seen.scope, minute(60))), [Opened]);
    assert_eq!(
        kinds(&life.sees(&tagged(On, &tags, 61), minute(61))),
        [Resolved]
    );
}

#[test]
fn what_was_mended_in_its_sleep_was_never_news() {
    let tags = [("awsvpc-auditor:snooze-until", "2026-11-25T01:00:00Z")];
    let mut life = Life::default();
    assert!(life.sees(&tagged(Off, &tags, 0), minute(0)).is_empty());
    assert!(life.sees(&tagged(On, &tags, 30), minute(30)).is_empty());
    assert!(
        life.passes(&tagged(On, &tags, 30).scope, minute(60))
            .is_empty()
    );
}

#[test]
fn critical_faults_don_t_wait_for_the_morning() {
    let tags = [("awsvpc-auditor:quiet-hours", "22:00-07:00")];
    let mut life = Life::default();
    assert_eq!(
        kinds(&life.sees(&tagged(Off, &tags, 0), minute(0))),
        [Opened]
    );
}

#[test]
fn a_tag_that_can_t_be_read_is_named_in_the_message() {
    let tags = [("awsvpc-auditor:snooze-until", "next week")];
    let mut life = Life::default();
    let told = life.sees(&tagged(Off, &tags, 0), minute(0));
    let unclear: Vec<_> = told[0].unclear.iter().map(|u| u.message.as_str()).collect();
    assert!(
        unclear.iter().any(|text| text.contains("`next week`")),
        "{unclear:?}"
    );
}

#[test]
fn a_service_that_nobody_could_describe_keeps_its_tags() {
    let tags = [("awsvpc-auditor:snooze-until", "2026-11-25T01:00:00Z")];
    let mut life = Life::default();
    assert!(life.sees(&tagged(Off, &tags, 0), minute(0)).is_empty());
    let mut unread = tagged(Off, &[], 1);
    unread.tags = None;
    assert!(life.sees(&unread, minute(1)).is_empty());
    let untagged = tagged(Off, &[], 2);
    assert_eq!(kinds(&life.sees(&untagged, minute(2))), [Opened]);
}
