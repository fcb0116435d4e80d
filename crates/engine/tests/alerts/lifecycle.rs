use std::time::Duration;

use awsvpc_auditor_engine::alert::Kind::{self, Flapping, Opened, Reminder, Resolved};
use awsvpc_auditor_engine::alert::{Observed, Policy, State};
use awsvpc_auditor_engine::checks::Severity;

use crate::service::Dns::{self, Denied, Off, On};
use crate::service::{Life, facts, kinds, minute, observation, seen};

/// Minutes and what is seen then, and what is told then. `None` lets time pass.
type Story = &'static [(u64, Option<Dns>, &'static [Kind])];

#[test]
fn lives() {
    let stories: &[(&str, Story)] = &[
        (
            "what is fine is no news",
            &[(0, Some(On), &[]), (1, Some(On), &[])],
        ),
        (
            "told once, and once more when it is mended",
            &[
                (0, Some(Off), &[Opened]),
                (1, Some(Off), &[]),
                (2, Some(Off), &[]),
                (3, Some(On), &[Resolved]),
                (4, Some(On), &[]),
            ],
        ),
        (
            "what nobody can tell neither opens nor resolves",
            &[
                (0, Some(Denied), &[]),
                (1, Some(Off), &[Opened]),
                (2, Some(Denied), &[]),
                (3, Some(Off), &[]),
                (4, Some(On), &[Resolved]),
            ],
        ),
        (
            "told again after a day, by who sees it and not by the clock",
            &[
                (0, Some(Off), &[Opened]),
                (23 * 60, Some(Off), &[]),
                (25 * 60, None, &[]),
                (25 * 60, Some(Off), &[Reminder]),
                (26 * 60, Some(Off), &[]),
                (50 * 60, Some(Off), &[Reminder]),
            ],
        ),
        (
            "back after a while it is new",
            &[
                (0, Some(Off), &[Opened]),
                (1, Some(On), &[Resolved]),
                (40, Some(Off), &[Opened]),
            ],
        ),
        (
            "back at once it flaps, which is told once, and how it ends",
            &[
                (0, Some(Off), &[Opened]),
                (1, Some(On), &[Resolved]),
                (2, Some(Off), &[Flapping]),
                (3, Some(On), &[]),
                (4, Some(Off), &[]),
                (5, Some(On), &[]),
                (20, None, &[]),
                (36, None, &[Resolved]),
                (37, Some(On), &[]),
            ],
        ),
        (
            "what flapped and stays broken was told",
            &[
                (0, Some(Off), &[Opened]),
                (1, Some(On), &[Resolved]),
                (2, Some(Off), &[Flapping]),
                (40, None, &[]),
                (41, Some(Off), &[]),
                (42, Some(On), &[Resolved]),
            ],
        ),
    ];
    for (name, story) in stories {
        let mut life = Life::default();
        let scope = seen(On, minute(0)).scope;
        for (at, dns, expected) in *story {
            let told = match dns {
                Some(dns) => life.sees(&seen(*dns, minute(*at)), minute(*at)),
                None => life.passes(&scope, minute(*at)),
            };
            assert_eq!(kinds(&told), *expected, "{name}: minute {at}");
        }
    }
}

#[test]
fn a_thread_lasts_until_everything_is_mended() {
    let mut life = Life::default();
    let opened = life.sees(&seen(Off, minute(0)), minute(0));
    let resolved = life.sees(&seen(On, minute(5)), minute(5));
    assert_eq!(opened[0].thread, resolved[0].thread);
    assert_ne!(opened[0].id, resolved[0].id);
    let later = life.sees(&seen(Off, minute(90)), minute(90));
    assert_ne!(later[0].thread, opened[0].thread);
}

#[test]
fn five_hundred_tasks_are_one_message_that_counts_them() {
    let mut life = Life::default();
    let mut told = Vec::new();
    let names: Vec<String> = (0..500).map(|task| format!("task-{task}")).collect();
    for (batch, names) in names.chunks(100).enumerate() {
        let tasks: Vec<_> = names.iter().map(|name| (name.as_str(), "a")).collect();
        let seen = observation(&facts(Off, On, &tasks, &[]), minute(0));
        let now = minute(batch as u64);
        told.extend(life.sees(&seen, now));
        // The same events once more.
        told.extend(life.sees(&seen, now));
    }
    assert_eq!(kinds(&told), [Opened]);
    assert_eq!(told[0].opened[0].affected.count(), 100);
    let resolved = life.sees(&seen(On, minute(9)), minute(9));
    assert_eq!(kinds(&resolved), [Resolved]);
    assert_eq!(resolved[0].resolved[0].affected.count(), 500);
    assert_eq!(resolved[0].resolved[0].since, minute(0));
}

#[test]
fn lesser_faults_open_nothing() {
    let mut life = Life {
        policy: Policy {
            minimum_severity: Severity::Critical,
            ..Policy::default()
        },
        ..Life::default()
    };
    assert_eq!(
        kinds(&life.sees(&seen(Off, minute(0)), minute(0))),
        [Opened]
    );
    // The check is critical: nothing is above it, so a threshold that it doesn't reach is a tag.
    let tags = [("awsvpc-auditor:ignore-checks", "vpc-dns-support-disabled")];
    let ignored = observation(&facts(Off, On, &[("1", "a")], &tags), minute(1));
    let mut other = Life::default();
    assert!(other.sees(&ignored, minute(1)).is_empty());
    let fine = observation(&facts(On, On, &[("1", "a")], &tags), minute(2));
    assert!(
        other.sees(&fine, minute(2)).is_empty(),
        "nobody heard of it"
    );
}

#[test]
fn older_facts_don_t_contradict_newer_ones() {
    let policy = Policy::default();
    let mut state = State::default();
    assert_eq!(
        state.observe(&seen(On, minute(10)), &policy, minute(10)),
        Observed::Changed
    );
    let before = state.clone();
    assert_eq!(
        state.observe(&seen(Off, minute(9)), &policy, minute(11)),
        Observed::Stale
    );
    assert_eq!(state, before);
    assert_eq!(
        state.observe(&seen(On, minute(9)), &policy, minute(11)),
        Observed::Unchanged
    );

    assert_eq!(
        state.observe(&seen(Off, minute(12)), &policy, minute(12)),
        Observed::Changed
    );
    assert_eq!(
        state.observe(&seen(On, minute(11)), &policy, minute(13)),
        Observed::Stale
    );
    assert_eq!(
        state.observe(&seen(Off, minute(11)), &policy, minute(13)),
        Observed::Unchanged
    );
}

#[test]
fn a_policy_without_reminders_never_reminds() {
    let mut life = Life {
        policy: Policy {
            remind_after: None,
            flapping_within: Duration::ZERO,
            ..Policy::default()
        },
        ..Life::default()
    };
    assert_eq!(
        kinds(&life.sees(&seen(Off, minute(0)), minute(0))),
        [Opened]
    );
    assert!(
        life.sees(&seen(Off, minute(100_000)), minute(100_000))
            .is_empty()
    );
    assert_eq!(
        kinds(&life.sees(&seen(On, minute(100_001)), minute(100_001))),
        [Resolved]
    );
    // And without a time for flapping, what is back is new.
    assert_eq!(
        kinds(&life.sees(&seen(Off, minute(100_002)), minute(100_002))),
        [Opened]
    );
}
