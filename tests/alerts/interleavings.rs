use std::collections::BTreeMap;
use std::time::Duration;

use awsvpc_auditor_engine::alert::{Channel, Policy};
use awsvpc_auditor_lambda::alerts::Keeper;
use proptest::prelude::*;

use crate::desk::{Audit, Desk, LIFE, audit, step};
use crate::word::says;

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Somebody breaks it, or mends it.
    Change,
    /// An event comes to a function that has nothing to do.
    Start(usize),
    /// A function takes a step.
    Step(usize),
    /// A function ends in the middle of what it does.
    Crash(usize),
}

const FUNCTIONS: usize = 4;

fn events(crashes: u32) -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        2 => Just(Event::Change),
        6 => (0..FUNCTIONS).prop_map(Event::Start),
        40 => (0..FUNCTIONS).prop_map(Event::Step),
        crashes => (0..FUNCTIONS).prop_map(Event::Crash),
    ];
    prop::collection::vec(event, 0..400)
}

/// What became of it all.
struct Story {
    desk: Desk,
    changes: usize,
}

/// Every event comes again until its audit is done with it, as a queue's do.
fn play(events: &[Event]) -> Story {
    let desk = Desk::default();
    let keepers: Vec<Keeper> = (0..FUNCTIONS).map(|_| Keeper::new(policy())).collect();
    let mut changes = 0;
    {
        let mut running: BTreeMap<usize, Audit<'_>> = BTreeMap::new();
        let (mut started, mut to_come) = (0, 0);
        let mut holder = || {
            started += 1;
            format!("invocation-{started}")
        };
        for event in events {
            match *event {
                Event::Change => {
                    desk.is_broken.set(!desk.is_broken.get());
                    changes += 1;
                }
                Event::Start(function) => {
                    running
                        .entry(function)
                        .or_insert_with(|| audit(&desk, &keepers[function], holder()));
                }
                Event::Step(function) => {
                    if let Some(done) = running.get_mut(&function).and_then(step) {
                        running.remove(&function);
                        to_come += usize::from(!done);
                    }
                }
                Event::Crash(function) => {
                    if running.remove(&function).is_some() {
                        to_come += 1;
                    }
                }
            }
        }
        while !running.is_empty() {
            running.retain(|_, audit| match step(audit) {
                Some(done) => {
                    to_come += usize::from(!done);
                    false
                }
                None => true,
            });
        }
        // One event more: the last change is seen by somebody.
        for _ in 0..=to_come {
            desk.advance(LIFE * 2);
            let mut audit = audit(&desk, &keepers[0], holder());
            let done = loop {
                if let Some(done) = step(&mut audit) {
                    break done;
                }
            };
            assert!(done, "alone, nothing is in its way");
        }
    }
    Story { desk, changes }
}

fn policy() -> Policy {
    Policy {
        flapping_within: Duration::ZERO,
        ..Policy::default()
    }
}

impl Story {
    /// Messages in the order in which a channel got them first.
    fn told(&self, channel: Channel) -> (Vec<String>, Vec<bool>, usize) {
        let sent = self.desk.sent.borrow();
        let (mut ids, mut words, mut doubled) = (Vec::new(), Vec::new(), 0);
        for (_, notice) in sent.iter().filter(|(to, _)| *to == channel) {
            if ids.contains(&notice.id) {
                doubled += 1;
            } else {
                ids.push(notice.id.clone());
                words.extend(says(notice));
            }
        }
        (ids, words, doubled)
    }

    fn check(&self, crashed: bool) -> Result<(), TestCaseError> {
        for channel in Channel::ALL {
            let (ids, words, doubled) = self.told(channel);
            prop_assert!(
                crashed || doubled == 0,
                "{ids:?} told {doubled} times too often"
            );
            let mut sorted = ids.clone();
            sorted.sort();
            let committed: Vec<String> = self.desk.committed.borrow().iter().cloned().collect();
            prop_assert_eq!(sorted, committed, "everything that was decided was told");
            // Open, mended, open: never twice the same.
            let expected: Vec<bool> = (0..words.len()).map(|place| place % 2 == 0).collect();
            prop_assert_eq!(&words, &expected, "{:?}", ids);
            prop_assert!(
                words.len() <= self.changes,
                "{words:?} of {} changes",
                self.changes
            );
            let last = words.last().copied().unwrap_or(false);
            prop_assert_eq!(last, self.desk.is_broken.get(), "the last word is true");
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn each_change_is_told_once(events in events(0)) {
        play(&events).check(false)?;
    }

    #[test]
    fn a_crash_costs_nothing_but_a_repetition(events in events(2)) {
        play(&events).check(true)?;
    }
}
