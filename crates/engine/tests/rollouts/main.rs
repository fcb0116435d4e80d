//! The simulator of deployments: by examples that can be followed by hand, and against a scheduler
//! that tries everything.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic and print"
)]

mod brute_force;
mod example;
mod generate;
mod state;
mod who_comes_first;
mod worked_examples;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use awsvpc_auditor_engine::headroom::{Course, Rollout, World, simulate};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use proptest::{prop_assert, prop_assert_eq};

use brute_force::{Outcome, outcomes};
use generate::{PIECE, Size, cluster};

const CLUSTERS: u32 = 2000;
const PAIRS: u32 = 500;

const ONE_SERVICE: Size = Size {
    sites: 4,
    tasks: 5,
    services: 1,
};

const TWO_SERVICES: Size = Size {
    sites: 2,
    tasks: 3,
    services: 2,
};

/// Beyond so many states a cluster isn't explored any further.
const MOST_STATES: usize = 20_000;
const TOO_LARGE: &str = "too large";
/// More than one verdict is possible.
const OPEN: &str = "open";

/// How often what happened.
#[derive(Debug, Default)]
struct Tally(RefCell<BTreeMap<String, u32>>);

impl Tally {
    fn add(&self, what: impl Into<String>) {
        *self.0.borrow_mut().entry(what.into()).or_default() += 1;
    }

    fn of(&self, what: &str) -> u32 {
        self.0.borrow().get(what).copied().unwrap_or_default()
    }

    fn is_at_least(&self, percent: u32, all: u32, what: &[&str]) {
        println!("of {all}: {:?}", self.0.borrow());
        for what in what {
            let count = self.of(what);
            assert!(
                count * 100 >= all * percent,
                "the clusters are too much alike: {what} only {count} of {all} times",
            );
        }
    }

    fn is_rare(&self, percent: u32, all: u32, what: &str) {
        let count = self.of(what);
        assert!(
            count * 100 <= all * percent,
            "{what} {count} of {all} times"
        );
    }
}

/// Clusters of one size, always the same ones.
fn for_each(
    count: u32,
    size: Size,
    test: impl Fn(&World, &[Rollout]) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases: count,
        failure_persistence: None,
        max_shrink_iters: 5000,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&vec(any::<u32>(), 120), |numbers| {
        let (world, rollouts) = cluster(&numbers, size);
        test(&world, &rollouts)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("{why}"),
        Err(TestError::Abort(why)) => panic!("gave up: {why}"),
    }
}

fn is_same(course: &Course, outcome: &Outcome) -> bool {
    let Outcome {
        finishes,
        placed,
        peak,
        waited,
        no_step,
        short,
    } = outcome;
    course.finishes == *finishes
        && usize::try_from(course.placed) == Ok(*placed)
        && usize::try_from(course.peak) == Ok(*peak)
        && waited.is_none_or(|waited| course.waited == waited)
        && course.no_step == *no_step
        && course.short == *short
}

/// Whether the courses are among the possible ones. How many verdicts are possible; nothing where
/// there is too much to explore.
fn check(
    world: &World,
    rollouts: &[Rollout],
    courses: &[Course],
) -> Result<Option<usize>, TestCaseError> {
    let Some(possible) = outcomes(world, rollouts, MOST_STATES) else {
        return Ok(None);
    };
    let is_possible = possible.iter().any(|outcomes| {
        let mut pairs = courses.iter().zip(outcomes);
        pairs.all(|(course, outcome)| is_same(course, outcome))
    });
    if !is_possible {
        return Err(TestCaseError::fail(format!(
            "the simulator says {courses:#?}\npossible are {possible:#?}\n\
             {world:#?}\n{rollouts:#?}"
        )));
    }
    let verdict = |outcome: &Outcome| (outcome.finishes, outcome.placed);
    let verdicts: BTreeSet<Vec<_>> = possible
        .iter()
        .map(|outcomes| outcomes.iter().map(verdict).collect())
        .collect();
    Ok(Some(verdicts.len()))
}

fn note(tally: &Tally, verdicts: Option<usize>) {
    match verdicts {
        None => tally.add(TOO_LARGE),
        Some(1) => {}
        Some(_) => tally.add(OPEN),
    }
}

/// How it ends hardly ever depends on what ECS chooses: which of two old tasks stops can matter
/// where only one of the places has room for the new one.
#[test]
fn one_service_ends_as_it_can() {
    let tally = Tally::default();
    for_each(CLUSTERS, ONE_SERVICE, |world, rollouts| {
        let courses = simulate(world, rollouts);
        note(&tally, check(world, rollouts, &courses)?);
        for course in courses {
            let ends = [
                (course.finishes, "finishes"),
                (course.finishes && course.waited, "finishes after waiting"),
                (course.no_step, "no step"),
            ];
            let those = ends.into_iter().filter(|(is_so, _)| *is_so);
            those.for_each(|(_, what)| tally.add(what));
            for lack in course.short {
                tally.add(format!("{lack:?}"));
            }
        }
        Ok(())
    });
    let verdicts = [
        "finishes",
        "finishes after waiting",
        "no step",
        "Slot",
        "Cpu",
        "Memory",
        "Address",
    ];
    tally.is_at_least(3, CLUSTERS, &verdicts);
    tally.is_rare(5, CLUSTERS, OPEN);
    tally.is_rare(1, CLUSTERS, TOO_LARGE);
}

#[test]
fn two_services_end_as_they_can() {
    let tally = Tally::default();
    for_each(PAIRS, TWO_SERVICES, |world, rollouts| {
        let courses = simulate(world, rollouts);
        note(&tally, check(world, rollouts, &courses)?);
        tally.add(match (courses[0].finishes, courses[1].finishes) {
            (true, true) => "both",
            (true, false) => "the first",
            (false, true) => "the second",
            (false, false) => "neither",
        });
        Ok(())
    });
    tally.is_at_least(3, PAIRS, &["both", "the first", "the second", "neither"]);
    tally.is_rare(5, PAIRS, OPEN);
    tally.is_rare(1, PAIRS, TOO_LARGE);
}

/// The same cluster with more of one thing in one place.
fn with_more(world: &World) -> Vec<World> {
    let mut more = Vec::new();
    let mut add = |change: &dyn Fn(&mut World)| {
        let mut next = world.clone();
        change(&mut next);
        more.push(next);
    };
    for site in 0..world.sites.len() {
        add(&|world| world.sites[site].slots = world.sites[site].slots.saturating_add(1));
        add(&|world| world.sites[site].room.cpu += PIECE);
        add(&|world| world.sites[site].room.memory += PIECE);
        add(&|world| world.sites[site].room.gpus += 1);
    }
    for subnet in 0..world.subnets.len() {
        add(&|world| world.subnets[subnet].free += 1);
    }
    for zone in 0..world.interfaces.len() {
        add(&|world| world.interfaces[zone] += 1);
    }
    add(&|world| world.fargate[0] += PIECE);
    more
}

/// Something short could hide behind a lucky order of steps; more room must not undo it.
#[test]
fn more_room_never_makes_a_deployment_stall() {
    for_each(CLUSTERS, ONE_SERVICE, |world, rollouts| {
        let course = simulate(world, rollouts).remove(0);
        for more in with_more(world) {
            let now = simulate(&more, rollouts).remove(0);
            prop_assert!(
                now.finishes || !course.finishes,
                "{:#?}\n{:#?}\nwith more {:#?}\n{:#?}",
                now,
                world,
                more,
                rollouts
            );
        }
        Ok(())
    });
}

#[test]
fn courses_add_up() {
    for_each(CLUSTERS, TWO_SERVICES, |world, rollouts| {
        let courses = simulate(world, rollouts);
        prop_assert_eq!(&courses, &simulate(world, rollouts));
        prop_assert_eq!(courses.len(), rollouts.len());
        for (course, rollout) in courses.iter().zip(rollouts) {
            let held = rollout.running.len() + rollout.draining.len();
            let held = u32::try_from(held).unwrap();
            prop_assert!(course.placed <= course.desired, "{:#?}", course);
            prop_assert!(course.peak >= held.max(course.placed), "{:#?}", course);
            prop_assert!(course.peak <= held + course.placed, "{:#?}", course);
            prop_assert!(!course.finishes || course.placed == course.desired);
            let has_reason = course.no_step || !course.short.is_empty() || course.places == 0;
            prop_assert!(course.finishes || has_reason, "{:#?}", course);
            prop_assert!(!course.finishes || course.short.is_empty(), "{:#?}", course);
            prop_assert!(!course.finishes || !course.no_step, "{:#?}", course);
            prop_assert!(!course.no_step || course.short.is_empty(), "{:#?}", course);
        }
        Ok(())
    });
}
