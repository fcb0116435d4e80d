//! The headroom auditor with real parts: the stack as `sam deploy` puts it into an account, the
//! clock, the function, the table, the topic, and a queue that listens. What is short is told by name
//! and number, once, and again when it was mended and comes back.
//!
//! Of the 17 checks, 16 fail in the first run; the account setting for trunks decides between
//! `trunking-not-enabled` and `instance-not-trunked`, so that one follows when it is switched on.
//! `capacity-runs-out-soon` needs a history, which the recorder answers: the emulator reads the SDK's
//! CBOR only with a library that it doesn't bring, and takes no metrics from the function's log.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod account;
mod faults;
mod figures;
mod lacking;
mod region;
mod time;

use std::collections::BTreeSet;
use std::sync::Arc;

use awsvpc_auditor_collector::HEADROOM_ACTIONS;
use awsvpc_auditor_engine::checks::{ALL, Run};
use awsvpc_auditor_tests::emulators::Server;
use awsvpc_auditor_tests::recorder::{Fault, Recorder};
use awsvpc_auditor_tests::tools::REGION;
use awsvpc_auditor_tests::world::PLANTED;
use serde_json::{Value, json};

use account::{A_ROUND, Account, SOON, Told};
use lacking::Lacking;
use region::{Region, ZONE};

/// What the function calls to tell and to remember.
const OWN_ACTIONS: [&str; 5] = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Scan",
    "dynamodb:TransactWriteItems",
    "sns:Publish",
];

/// Everything, for as long as the test goes on.
struct Scene {
    region: Region,
    lacking: Arc<Lacking>,
    account: Account,
    _moto: Server,
}

impl Scene {
    fn new() -> Self {
        let moto = Server::moto();
        let region = Region::new(&moto);
        let lacking = Arc::new(Lacking::new(&region));
        let recorder = Recorder::start(&moto.url());
        answer_without(&recorder, &lacking, None);
        Self {
            account: with_history(Account::deploy(recorder)),
            region,
            lacking,
            _moto: moto,
        }
    }

    /// Denies one action, or none.
    fn deny(&self, action: Option<&'static str>) {
        answer_without(&self.account.network, &self.lacking, action);
    }

    /// One run, and the message that it brings, which is about this check alone.
    fn news(&self, check: &str) -> (Value, Told) {
        let answer = self.account.run();
        assert_eq!(answer["messages"], 1, "{answer}");
        let told = self.account.told(SOON);
        assert_eq!(told.subject, format!("ECS headroom: {REGION}: {check}"));
        assert_eq!(told.checks, BTreeSet::from([check.to_owned()]));
        (answer, told)
    }

    /// One run that brings no message.
    fn no_news(&self) {
        let answer = self.account.run();
        assert_eq!(answer["messages"], 0, "{answer}");
        self.account.assert_silent();
    }

    fn the_clock_brings_every_fault(&self) {
        let told = self.account.told(A_ROUND);
        let start = format!("ECS headroom: {REGION}: ");
        assert!(told.subject.starts_with(&start), "{}", told.subject);
        assert!(told.subject.len() <= 100, "{}", told.subject);
        let faults = faults::all(&self.region, &self.lacking);
        let failed: BTreeSet<_> = faults.iter().map(|one| one.check.to_owned()).collect();
        let log = self.account.log().join("\n");
        assert_eq!(told.checks, failed, "{told:#?}\n{log}");
        for fault in &faults {
            let entry = told.entry(fault.check, &fault.resource);
            assert!(entry.contains(&fault.text), "{}\n{entry}", fault.text);
        }
        let of_headroom = ALL
            .iter()
            .filter(|check| matches!(check.run, Run::Headroom(_)));
        let others: BTreeSet<_> = of_headroom
            .map(|check| check.id)
            .filter(|id| !failed.contains(*id))
            .collect();
        assert_eq!(others, BTreeSet::from(["instance-not-trunked"]));
    }

    fn it_calls_what_it_may(&self) {
        // A run that has told still has to remember.
        self.account.runs(1, SOON);
        let called = |recorder: &Recorder| recorder.counts().into_keys();
        let all: BTreeSet<String> = called(&self.account.network)
            .chain(called(&self.account.own))
            .collect();
        let may = HEADROOM_ACTIONS.iter().chain(&OWN_ACTIONS);
        assert_eq!(all, may.map(|action| (*action).to_owned()).collect());
    }

    fn the_next_run_has_no_news_and_the_same_figures(&self) {
        let reported = figures::reported(&self.account);
        let runs = self.account.runs(2, A_ROUND);
        self.account.stop_clock();
        let [first, second, ..] = runs.as_slice() else {
            panic!("{runs:?}");
        };
        let messages = [first, second].map(|run| run.own["HeadroomMessages"]);
        assert_eq!(messages, [1, 0]);
        let faults = [first, second].map(|run| run.own["HeadroomFaults"]);
        assert!(faults[0] >= 16 && faults[0] == faults[1], "{faults:?}");
        assert_eq!(first.own["ClustersWithoutFreeEniSlot"], 1, "{first:?}");
        assert_eq!(first.own["UnreachedClusters"], 0, "{first:?}");
        self.account.assert_silent();
        let slots = first.figure("EniSlotsTotal", "Cluster", "shop");
        let stuck = first.figure("StuckTasks", "Cluster", "edge");
        assert_eq!((slots, stuck), (Some("4.0"), Some("1.0")), "{first:?}");
        assert_eq!(first.figures, reported);
    }

    fn one_more_fault_comes_alone(&self) {
        self.region.set_trunking(true);
        let (_, told) = self.news("instance-not-trunked");
        let entry = told.entry("instance-not-trunked", "shop");
        let what = "2 instances of shop without a trunk could have one";
        assert!(entry.contains(what), "{entry}");
        let gone = BTreeSet::from(["trunking-not-enabled".to_owned()]);
        assert!(told.resolved.is_superset(&gone), "{told:#?}");
    }

    /// The setting for trunks was off before, then on. Gives how much is unknown.
    fn what_was_mended_and_comes_back_is_told_again(&self) -> u64 {
        self.region.set_trunking(false);
        let (answer, told) = self.news("trunking-not-enabled");
        let entry = told.entry("trunking-not-enabled", REGION);
        assert!(entry.contains("with trunks 4 of them become 20"), "{entry}");
        answer["unknown"].as_u64().unwrap()
    }

    /// What the tasks decide becomes unknown, beside so much that was unknown before.
    fn without_a_permission_it_tells_what_it_knows(&self, before: u64) {
        self.region.use_spare_subnet();
        self.deny(Some("ecs:ListTasks"));
        let (answer, told) = self.news("subnet-addresses-low");
        let spare = &self.region.spare;
        let entry = told.entry("subnet-addresses-low", spare);
        let what = format!("0 of 11 addresses of {spare} (10.40.2.0/28, {ZONE}) are free");
        assert!(entry.contains(&what), "{entry}");
        let unknown = answer["unknown"].as_u64().unwrap();
        assert!(unknown > before + 20, "{before} were unknown: {answer}");
        assert_eq!(
            told.resolved,
            BTreeSet::new(),
            "what nobody sees isn't mended"
        );
        let log = self.account.log();
        let mut warnings = log.iter().filter(|line| line.contains("facts are missing"));
        assert!(
            warnings.any(|line| line.contains("ecs:ListTasks")),
            "{log:#?}"
        );
        // What nobody could see was not mended by that. Only what is called otherwise than what is
        // unknown (an instance in a cluster, a figure that there was none of) may be told once more.
        self.deny(None);
        if self.account.run()["messages"] == 1 {
            let again = self.account.told(SOON).checks;
            let may = ["capacity-runs-out-soon", "instance-eni-attachments-failing"];
            let others: Vec<_> = again
                .iter()
                .filter(|one| !may.contains(&one.as_str()))
                .collect();
            assert!(others.is_empty(), "{others:?}");
        }
        self.no_news();
    }

    /// Here the test starts it as EventBridge would: the emulator's clock runs functions without what
    /// Lambda does about a failure.
    fn a_run_that_fails_twice_is_kept_and_its_news_are_not_lost(&self) {
        self.region.set_trunking(true);
        self.account.own.forget();
        answer_history(&self.account.own, Some("sns:Publish"));
        self.account.run_by_lambda();
        let kept = self.account.failed_run();
        assert_eq!(
            kept["requestContext"]["condition"],
            json!("RetriesExhausted"),
            "{kept}"
        );
        let error = kept["responsePayload"]["errorMessage"].as_str().unwrap();
        assert!(error.contains("not told"), "{kept}");
        // Each run tries each topic.
        assert!(self.account.own.counts()["sns:Publish"] >= 2);
        answer_history(&self.account.own, None);
        self.account.assert_silent();
        self.news("instance-not-trunked");
    }
}

/// Answers what moto lacks, and denies an action.
fn answer_without(recorder: &Recorder, lacking: &Arc<Lacking>, denied: Option<&'static str>) {
    let lacking = Arc::clone(lacking);
    recorder.set_rule(move |call| {
        if denied == Some(call.action.as_str()) {
            return Some(Fault::AccessDenied);
        }
        lacking.answer(call)
    });
}

fn with_history(account: Account) -> Account {
    answer_history(&account.own, None);
    account
}

/// Answers for CloudWatch, and denies an action of the account's own.
fn answer_history(own: &Recorder, denied: Option<&'static str>) {
    own.set_rule(move |call| match call.action.as_str() {
        action if denied == Some(action) => Some(Fault::AccessDenied),
        // Where nobody could list tasks, nobody asks how many slots were free.
        "cloudwatch:GetMetricData" if call.body.contains("EniSlotsFree") => {
            Some(Fault::Answer(time::history()))
        }
        "cloudwatch:GetMetricData" => Some(Fault::Answer(r#"{"MetricDataResults": []}"#)),
        _ => None,
    });
}

/// One stack and one story: a round of the clock takes a minute.
#[test]
fn what_is_short_is_told_by_name_and_number_and_once() {
    let scene = Scene::new();
    scene.the_clock_brings_every_fault();
    scene.it_calls_what_it_may();
    scene.the_next_run_has_no_news_and_the_same_figures();
    scene.one_more_fault_comes_alone();
    let unknown = scene.what_was_mended_and_comes_back_is_told_again();
    scene.without_a_permission_it_tells_what_it_knows(unknown);
    scene.a_run_that_fails_twice_is_kept_and_its_news_are_not_lost();
    assert!(
        !scene.account.has_logged(PLANTED),
        "the account's log holds a secret"
    );
}
