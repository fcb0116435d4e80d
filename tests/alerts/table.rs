//! Four functions at once over a real DynamoDB API.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use awsvpc_auditor_collector::Calls;
use awsvpc_auditor_engine::alert::{Channel, Moment, Notice, Policy, Scope};
use awsvpc_auditor_lambda::alerts::{Keeper, NotKept, NotSent, Stored, Table, World};
use awsvpc_auditor_tests::emulators::{Server, client_config};
use awsvpc_auditor_tests::state_table;
use awsvpc_auditor_tests::world::wait;
use tokio::runtime::Builder;

use crate::word::{says, scope, seen};

const TABLE: &str = "alerts";
const FUNCTIONS: u64 = 4;
const AUDITS: u64 = 15;

/// The table as it is, and topics that note what they get.
struct Account<'a> {
    table: Table,
    sent: &'a Mutex<Vec<(Channel, Notice)>>,
}

impl World for Account<'_> {
    async fn load(&self, scopes: &[Scope]) -> Result<Vec<Stored>, NotKept> {
        self.table.load(scopes).await
    }

    async fn save(&self, states: &[(Scope, Stored)]) -> Result<(), NotKept> {
        self.table.save(states, self.now()).await
    }

    async fn send(&self, channel: Channel, notice: &Notice, _: Moment) -> Result<(), NotSent> {
        tokio::time::sleep(Duration::from_millis(3)).await;
        self.sent.lock().unwrap().push((channel, notice.clone()));
        Ok(())
    }

    fn now(&self) -> Moment {
        now()
    }

    async fn pause(&self, attempt: u32) {
        let pause = Duration::from_millis(u64::from(5 + attempt.min(20) * 5));
        tokio::time::sleep(pause).await;
    }
}

fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    Moment::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn policy() -> Policy {
    Policy {
        flapping_within: Duration::ZERO,
        ..Policy::default()
    }
}

/// What one function does: audits, and audits again what others contradict.
fn function(server: &Server, sent: &Mutex<Vec<(Channel, Notice)>>, truth: &Truth, number: u64) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let config = client_config(&server.url());
    let table = Table::new(&config, TABLE.to_owned(), Calls::default(), policy());
    let account = Account { table, sent };
    let keeper = Keeper::new(policy());
    for audit in 0..AUDITS {
        let holder = format!("function-{number}-{audit}");
        let told = runtime.block_on(async {
            let until = now().after(Duration::from_mins(1));
            loop {
                let (is_broken, observed_at) = truth.look();
                let seen = seen(is_broken, observed_at);
                let outcome = keeper.tell(&account, &holder, until, &seen).await;
                if outcome.stale.is_empty() {
                    return outcome;
                }
            }
        });
        assert_eq!(told.degraded, None);
        assert!(told.failed.is_empty(), "{told:?}");
        if number == 0 && audit % 3 == 1 {
            truth.change();
        }
    }
}

/// The fault, and an order of looks at it: a clock's milliseconds don't tell changes apart.
#[derive(Default)]
struct Truth {
    is_broken: AtomicBool,
    looks: AtomicU64,
    lock: Mutex<()>,
}

impl Truth {
    fn look(&self) -> (bool, Moment) {
        let _order = self.lock.lock().unwrap();
        let look = self.looks.fetch_add(1, Ordering::SeqCst);
        let at = Moment::from_millis(i64::try_from(look).unwrap());
        (self.is_broken.load(Ordering::SeqCst), at)
    }

    fn change(&self) {
        let _order = self.lock.lock().unwrap();
        self.is_broken.fetch_xor(true, Ordering::SeqCst);
    }
}

#[test]
fn four_functions_at_once_tell_each_change_once() {
    let server = Server::ministack("http://127.0.0.1:1");
    state_table::make(&server, TABLE);
    let (sent, truth) = (Mutex::default(), Truth::default());
    truth.change();
    thread::scope(|threads| {
        for number in 0..FUNCTIONS {
            let (server, sent, truth) = (&server, &sent, &truth);
            threads.spawn(move || function(server, sent, truth, number));
        }
    });
    function(&server, &sent, &truth, FUNCTIONS);
    let sent = sent.into_inner().unwrap();
    for channel in Channel::ALL {
        let own = sent.iter().filter(|(to, _)| *to == channel);
        let notices: Vec<&Notice> = own.map(|(_, notice)| notice).collect();
        let words: Vec<bool> = notices.iter().filter_map(|notice| says(notice)).collect();
        let expected: Vec<bool> = (0..words.len()).map(|place| place % 2 == 0).collect();
        assert_eq!(words, expected, "{channel:?}");
        assert!(!words.is_empty());
        let last = words.last().copied().unwrap_or(false);
        assert_eq!(last, truth.is_broken.load(Ordering::SeqCst));
    }
    let config = client_config(&server.url());
    let table = Table::new(&config, TABLE.to_owned(), Calls::default(), policy());
    let stored = wait(table.load(&[scope()])).unwrap();
    assert!(stored[0].state.outbox.is_empty(), "nothing waits");
    assert_eq!(wait(table.due(now())).unwrap(), []);
}
