//! A table that can't be used is a reason to tell, not to be silent.

use std::sync::Mutex;
use std::time::Duration;

use awsvpc_auditor_engine::alert::{Channel, Moment, Notice, Policy, Scope};
use awsvpc_auditor_lambda::alerts::{Keeper, NotKept, NotSent, Stored, World};
use awsvpc_auditor_tests::world::wait;

use crate::word::{says, seen};

/// A world whose table gives these errors.
struct Broken {
    load: Option<NotKept>,
    save: Option<NotKept>,
    sent: Mutex<Vec<(Channel, Notice)>>,
    takes: bool,
    /// A topic that is gone.
    gone: Option<Channel>,
}

impl Broken {
    fn new(load: Option<NotKept>, save: Option<NotKept>) -> Self {
        Self {
            load,
            save,
            sent: Mutex::default(),
            takes: true,
            gone: None,
        }
    }

    fn mails(&self) -> Vec<Notice> {
        let sent = self.sent.lock().unwrap();
        let mails = sent.iter().filter(|(channel, _)| *channel == Channel::Mail);
        mails.map(|(_, notice)| notice.clone()).collect()
    }
}

impl World for Broken {
    async fn load(&self, scopes: &[Scope]) -> Result<Vec<Stored>, NotKept> {
        match &self.load {
            Some(error) => Err(error.clone()),
            None => Ok(scopes.iter().map(|_| Stored::default()).collect()),
        }
    }

    async fn save(&self, _: &[(Scope, Stored)]) -> Result<(), NotKept> {
        self.save.clone().map_or(Ok(()), Err)
    }

    async fn send(&self, channel: Channel, notice: &Notice, _: Moment) -> Result<(), NotSent> {
        if !self.takes || self.gone == Some(channel) {
            return Err(NotSent("throttled".to_owned()));
        }
        self.sent.lock().unwrap().push((channel, notice.clone()));
        Ok(())
    }

    fn now(&self) -> Moment {
        Moment::from_millis(1_000_000)
    }

    async fn pause(&self, _: u32) {}
}

const UNTIL: Moment = Moment::from_millis(2_000_000);

fn refused() -> NotKept {
    NotKept::Refused("AccessDeniedException".to_owned())
}

#[test]
fn missing_denied_or_throttled_it_is_told_with_a_notice_and_once_by_each_process() {
    for (load, save) in [
        (Some(refused()), Some(refused())),
        (None, Some(refused())),
        (Some(NotKept::Throttled), None),
        (None, Some(NotKept::Throttled)),
    ] {
        let world = Broken::new(load, save);
        let keeper = Keeper::new(Policy {
            flapping_within: Duration::ZERO,
            ..Policy::default()
        });
        let tell = |is_broken, at| {
            let seen = seen(is_broken, Moment::from_millis(at));
            wait(keeper.tell(&world, "holder", UNTIL, &seen))
        };
        let outcome = tell(true, 1);
        assert!(
            outcome.degraded.is_some() && outcome.failed.is_empty(),
            "{outcome:?}"
        );
        tell(true, 2);
        tell(true, 3);
        let mails = world.mails();
        assert_eq!(mails.len(), 1, "{mails:?}");
        let caveat = mails[0].caveat.as_deref().unwrap();
        assert!(caveat.contains("may have been told already"), "{caveat}");
        tell(false, 4);
        let words: Vec<_> = world.mails().iter().filter_map(says).collect();
        assert_eq!(words, [true, false]);
    }
}

#[test]
fn what_the_topic_doesn_t_take_comes_again() {
    for load in [None, Some(refused())] {
        let mut world = Broken::new(load, None);
        world.takes = false;
        let keeper = Keeper::new(Policy::default());
        let broken = seen(true, Moment::from_millis(1));
        let outcome = wait(keeper.tell(&world, "holder", UNTIL, &broken));
        assert_eq!(outcome.failed.len(), 1, "{outcome:?}");
        assert_eq!(outcome.messages, 0);
    }
}

/// The first message waits for it; the second still reaches the others.
#[test]
fn a_topic_that_is_gone_doesn_t_silence_the_others() {
    let mut world = Broken::new(Some(refused()), None);
    world.gone = Some(Channel::Chat);
    let keeper = Keeper::new(Policy {
        flapping_within: Duration::ZERO,
        ..Policy::default()
    });
    for (is_broken, at) in [(true, 1), (false, 2)] {
        let seen = seen(is_broken, Moment::from_millis(at));
        let outcome = wait(keeper.tell(&world, "holder", UNTIL, &seen));
        assert_eq!(outcome.failed.len(), 1, "{outcome:?}");
    }
    let words: Vec<_> = world.mails().iter().filter_map(says).collect();
    assert_eq!(words, [true, false]);
    let sent = world.sent.lock().unwrap();
    let to_programs = sent.iter().filter(|(to, _)| *to == Channel::Machine);
    assert_eq!(to_programs.count(), 2);
}
