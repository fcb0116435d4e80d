use std::collections::BTreeSet;

use awsvpc_auditor_engine::alert::Kind::{Opened, Resolved};
use awsvpc_auditor_engine::alert::{Coverage, Observation, Policy};
use awsvpc_auditor_engine::checks::{self, Subject};

use crate::service::{Dns, Life, check, facts, kinds, minute};

const ACTION: &str = "ec2:DescribeVpcAttribute";

fn audits(count: usize, dns: Dns, answered: &[&str]) -> Observation {
    looks("tasks", count, dns, answered)
}

fn looks(who: &str, count: usize, dns: Dns, answered: &[&str]) -> Observation {
    let facts = facts(dns, dns, &[("1", "a")], &[]);
    let task = facts.tasks.seen().next().unwrap();
    let report = checks::run_only(&facts, Subject::Task(task), &[check()]);
    let mut coverage = Coverage::default();
    for _ in 0..count {
        coverage.add(&report.results);
    }
    let answered: BTreeSet<String> = answered.iter().map(|action| (*action).to_owned()).collect();
    let place = ("123456789012", "eu-west-1");
    coverage.observation(place, who, &answered, &Policy::default(), minute(0))
}

#[test]
fn blindness_is_told_after_some_audits_and_once() {
    let mut life = Life::default();
    assert!(
        life.sees(&audits(1, Dns::Denied, &[]), minute(0))
            .is_empty()
    );
    assert!(
        life.sees(&audits(1, Dns::Denied, &[]), minute(1))
            .is_empty()
    );
    let told = life.sees(&audits(1, Dns::Denied, &[]), minute(2));
    assert_eq!(kinds(&told), [Opened]);
    let finding = &told[0].opened[0];
    assert_eq!(finding.resource, ACTION);
    for word in ["access denied", "vpc-dns-support-disabled"] {
        assert!(finding.message.contains(word), "{}", finding.message);
    }
    assert!(
        life.sees(&audits(200, Dns::Denied, &[]), minute(3))
            .is_empty()
    );
    // That nobody asked meanwhile doesn't mean that it is answered.
    assert!(life.sees(&audits(1, Dns::On, &[]), minute(4)).is_empty());
    assert_eq!(
        kinds(&life.sees(&audits(1, Dns::On, &[ACTION]), minute(5))),
        [Resolved]
    );
}

#[test]
fn a_batch_of_blind_audits_is_enough() {
    let mut life = Life::default();
    assert_eq!(
        kinds(&life.sees(&audits(3, Dns::Denied, &[]), minute(0))),
        [Opened]
    );
}

#[test]
fn blindness_that_ends_in_time_is_no_news() {
    let mut life = Life::default();
    assert!(
        life.sees(&audits(2, Dns::Denied, &[]), minute(0))
            .is_empty()
    );
    assert!(
        life.sees(&audits(1, Dns::On, &[ACTION]), minute(1))
            .is_empty()
    );
    assert!(
        life.sees(&audits(2, Dns::Denied, &[]), minute(2))
            .is_empty()
    );
}

/// The functions have roles of their own.
#[test]
fn what_one_function_sees_another_may_not() {
    let mut life = Life::default();
    let blind = audits(3, Dns::Denied, &[]);
    assert_eq!(kinds(&life.sees(&blind, minute(0))), [Opened]);
    let other = looks("headroom", 0, Dns::On, &[ACTION]);
    assert!(life.sees(&other, minute(1)).is_empty());
    let own = audits(1, Dns::On, &[ACTION]);
    assert_eq!(kinds(&life.sees(&own, minute(2))), [Resolved]);
}
