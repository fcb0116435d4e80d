//! A fault of one subnet isn't mended by tasks in another.

use awsvpc_auditor_engine::alert::Kind::{Opened, Resolved};

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
fn a_subnet_that_a_family_left_is_forgotten_after_a_week() {
    let mut life = Life::default();
    let day = |day: u64| minute(day * 24 * 60);
    let audit = |a, b, task: (&str, &str), at| {
        observation(&facts_of("family:report", (a, b), &[task], &[]), at)
    };
    let broken = audit(Off, On, ("1", "a"), day(0));
    assert_eq!(kinds(&life.sees(&broken, day(0))), [Opened]);
    let elsewhere = audit(Off, On, ("2", "b"), day(6));
    assert!(life.sees(&elsewhere, day(6)).is_empty());
    let later = audit(Off, On, ("3", "b"), day(8));
    assert_eq!(kinds(&life.sees(&later, day(8))), [Resolved]);
}
