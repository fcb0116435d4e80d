//! The engine against a naive oracle: random small worlds, printed as AWS output and read back,
//! and random questions about them. The oracle follows one concrete packet and its reply at a
//! time, knows nothing of the engine, and is written from what AWS documents alone.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic and print"
)]

mod filters;
mod generate;
mod json;
mod json_rules;
mod naive;
mod question;
mod rules;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;

use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader};
use awsvpc_auditor_engine::net::{Protocol, Traffic, icmp_message};
use awsvpc_auditor_engine::reach::{Answer, Destination, Question, Verdict, analyze};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::Value;

use generate::Choices;
use question::{Asked, Probe};
use world::World;

const WORLDS: u32 = 2000;
const QUESTIONS: usize = 7;
const SAMPLES: usize = 12;

fn read(world: &Value) -> Snapshot {
    let mut reader = SnapshotReader::default();
    reader
        .add("world.json", world.to_string())
        .expect("the world is AWS output");
    reader.finish().expect("the world is AWS output")
}

fn ask(snapshot: &Snapshot, asked: &Asked, traffic: Traffic) -> Answer {
    let question = Question {
        from: asked.origin(),
        to: Destination {
            target: asked.target(),
            traffic,
        },
    };
    analyze(snapshot, &question)
}

fn differs(
    world: &Value,
    asked: &Asked,
    expected: Verdict,
    got: Verdict,
    answer: &Answer,
) -> String {
    format!(
        "the engine says {}, the oracle {}\nawsvpc-auditor reach --snapshot DIR --from {} --to {}\n\
         path {:?}\nreturn path {:?}\nexplanations {:#?}\nmissing {:?}\nnotes {:?}\n\
         DIR/world.json:\n{world:#}",
        got.as_str(),
        expected.as_str(),
        asked.origin(),
        asked.describe(),
        answer.path,
        answer.return_path,
        answer.explanations,
        answer.missing,
        answer.notes,
    )
}

/// One packet's traffic: the verdicts must be equal. Says what it was.
fn check_one(
    world: &World,
    printed: &Value,
    snapshot: &Snapshot,
    asked: &Asked,
) -> Result<&'static str, TestCaseError> {
    let Some(expected) = question::expect(world, asked) else {
        return Ok("undocumented");
    };
    let answer = ask(snapshot, asked, asked.probe.traffic());
    if answer.verdict == expected {
        return Ok(expected.as_str());
    }
    let message = differs(printed, asked, expected, answer.verdict, &answer);
    Err(TestCaseError::fail(message))
}

/// All traffic: each sampled packet must be in the set that the oracle puts it into.
fn check_all(
    world: &World,
    printed: &Value,
    snapshot: &Snapshot,
    asked: &Asked,
    choices: &mut Choices<'_>,
) -> Result<(), TestCaseError> {
    let answer = ask(snapshot, asked, Traffic::all());
    for _ in 0..SAMPLES {
        let asked = Asked {
            probe: question::probe(choices),
            ..*asked
        };
        let Some(expected) = question::expect(world, &asked) else {
            continue;
        };
        let (protocol, number) = match asked.probe {
            Probe::Ports { protocol, to } => (protocol, to),
            Probe::Message { kind, code } => (1, icmp_message(kind, code)),
            Probe::Whole(protocol) => (protocol, 0),
        };
        let is_in = |traffic: &Traffic| traffic.of(Protocol::new(protocol)).contains(number);
        let got = match (is_in(&answer.reachable), is_in(&answer.unknown)) {
            (true, false) => Verdict::Reachable,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Unreachable,
            (true, true) => panic!("reachable and unknown at once: {answer:#?}"),
        };
        if got != expected {
            let message = differs(printed, &asked, expected, got, &answer);
            return Err(TestCaseError::fail(format!(
                "asked for all traffic: {message}"
            )));
        }
    }
    Ok(())
}

#[test]
fn engine_agrees_with_the_oracle() {
    let config = Config {
        cases: WORLDS,
        failure_persistence: None,
        max_shrink_iters: 5000,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let counts = RefCell::new(BTreeMap::<&str, u32>::new());
    let numbers = (vec(any::<u32>(), 600), vec(any::<u32>(), 120));
    let result = runner.run(&numbers, |(of_world, of_questions)| {
        let world = generate::world(&mut Choices::new(&of_world));
        let printed = json::snapshot(&world);
        let snapshot = read(&printed);
        let mut choices = Choices::new(&of_questions);
        for _ in 0..QUESTIONS {
            let asked = question::question(&mut choices, &world);
            let what = check_one(&world, &printed, &snapshot, &asked)?;
            *counts.borrow_mut().entry(what).or_default() += 1;
        }
        let asked = question::question(&mut choices, &world);
        check_all(&world, &printed, &snapshot, &asked, &mut choices)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("{why}"),
        Err(TestError::Abort(why)) => panic!("gave up: {why}"),
    }
    let counts = counts.into_inner();
    let total: u32 = counts.values().sum();
    println!("{total} questions about {WORLDS} worlds: {counts:?}");
    for verdict in [Verdict::Reachable, Verdict::Unreachable, Verdict::Unknown] {
        let count = counts.get(verdict.as_str()).copied().unwrap_or_default();
        assert!(
            count * 100 >= total * 3,
            "the worlds are too much alike: {} only {count} of {total} times",
            verdict.as_str(),
        );
    }
}
