//! A fault of one subnet isn't mended by tasks in another.

use awsvpc_auditor_engine::alert::Kind::{Opened, Reminder, Resolved};

use crate::service::Dns::{Off, On};
use crate::service::{Life, facts, facts_of, kinds, minute, observation};

#[test]
fn tasks_elsewhere_say_nothing_about_a_fault() {
    let mut life = Life::default();
    let both = [("1", "a"), ("2", "b")];
    let opened = life.sees(
        &observation(&facts(Off, On, &both, &[]), minute(0)),
        minute(0),
    );
    assert_eq!(kinds(&opened), [Opened]);
    let elsewhere = observation(&facts(Off, On, &[("3", "b")], &[]), minute(1));
    assert!(life.sees(&elsewhere, minute(1)).is_empty());
    let here = observation(&facts(On, On, &[("4", "a")], &[]), minute(2));
    assert_eq!(kinds(&life.sees(&here, minute(2))), [Resolved]);
}

#[test]
fn faults_of_two_subnets_end_apart() {
    let mut life = Life::default();
    let both = [("1", "a"), ("2", "b")];
    let opened = life.sees(
        &observation(&facts(Off, Off, &both, &[]), minute(0)),
        minute(0),
    );
    assert_eq!(kinds(&opened), [Opened]);
    assert_eq!(opened[0].opened.len(), 2, "one message");
    let one = life.sees(
        &observation(&facts(On, Off, &both, &[]), minute(1)),
        minute(1),
    );
    assert_eq!(kinds(&one), [Resolved]);
    assert_eq!((one[0].resolved.len(), one[0].still_open), (1, 1));
    let other = life.sees(
        &observation(&facts(On, On, &both, &[]), minute(2)),
        minute(2),
    );
    assert_eq!(
        (kinds(&other).as_slice(), other[0].still_open),
        ([Resolved].as_slice(), 0)
    );
    assert_eq!(other[0].thread, opened[0].thread);
}

/// Nobody knows where tasks without a service will be started next.
#[test]
fn a_subnet_that_a_family_left_is_forgotten_after_two_weeks() {
    let mut life = Life::default();
    let day = |day: u64| minute(day * 24 * 60);
    let audit = |a, b, task: (&str, &str), at| {
        observation(&facts_of("family:report", (a, b), &[task], &[]), at)
    };
    let broken = audit(Off, On, ("1", "a"), day(0));
    assert_eq!(kinds(&life.sees(&broken, day(0))), [Opened]);
    // It runs weekly, and elsewhere in between.
    let again = audit(Off, On, ("2", "a"), day(7));
    assert_eq!(kinds(&life.sees(&again, day(7))), [Reminder]);
    let elsewhere = audit(Off, On, ("3", "b"), day(21));
    assert!(life.sees(&elsewhere, day(21)).is_empty());
    let later = audit(Off, On, ("4", "b"), day(23));
    assert_eq!(kinds(&life.sees(&later, day(23))), [Resolved]);
}

/// Where a service's tasks may be is only unknown for now.
#[test]
fn a_service_that_can_t_be_described_is_not_forgotten() {
    let mut life = Life::default();
    let audit = |dns, task: (&str, &str), day: u64| {
        let at = minute(day * 24 * 60);
        // Of another service than the one that is described.
        let facts = facts_of("service:other", (dns, On), &[task], &[]);
        (observation(&facts, at), at)
    };
    let (broken, at) = audit(Off, ("1", "a"), 0);
    assert_eq!(kinds(&life.sees(&broken, at)), [Opened]);
    let (elsewhere, at) = audit(Off, ("2", "b"), 40);
    assert!(life.sees(&elsewhere, at).is_empty());
}
