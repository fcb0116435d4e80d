use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use awsvpc_auditor_engine::probe::Took;
use tokio::time::{Instant, timeout_at};

use crate::Limits;

/// No limit is longer, so that no moment is too late for a clock.
const LONGEST: Duration = Duration::from_hours(24);

/// How long a probe still has.
#[derive(Debug)]
pub(super) struct Clock {
    limits: Limits,
    end: Instant,
    is_over: AtomicBool,
}

/// Why a step didn't come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nothing happened for as long as a step may take.
    Step(Took),
    /// The whole probe's time was over first, which says nothing about the network.
    Whole,
}

impl Clock {
    pub(super) fn start(limits: Limits) -> Self {
        let limits = Limits {
            step: limits.step.min(LONGEST),
            whole: limits.whole.min(LONGEST),
        };
        Self {
            limits,
            end: Instant::now() + limits.whole,
            is_over: AtomicBool::new(false),
        }
    }

    /// How long a step may take.
    pub(super) fn step(&self) -> Duration {
        self.limits.step
    }

    /// Waits for a step for as long as it may take.
    pub(super) async fn wait<T>(&self, step: impl Future<Output = T>) -> Result<T, Ended> {
        let began = Instant::now();
        let until = began + self.limits.step;
        let is_whole = until > self.end;
        if began < self.end
            && let Ok(done) = timeout_at(until.min(self.end), step).await
        {
            return Ok(done);
        }
        if is_whole {
            self.is_over.store(true, Ordering::Relaxed);
            return Err(Ended::Whole);
        }
        Err(Ended::Step(began.elapsed().into()))
    }

    /// Why something wasn't asked, or not for long enough to tell.
    pub(super) fn not_asked(&self) -> String {
        let whole = self.limits.whole.as_secs_f32();
        format!("the probe's {whole} s were over before this was answered")
    }

    /// Why the probe ended early, if it did.
    pub(super) fn cut_short(&self) -> Option<String> {
        let is_over = self.is_over.load(Ordering::Relaxed);
        is_over.then(|| {
            let whole = self.limits.whole.as_secs_f32();
            format!("its {whole} s were over before every target was asked everything")
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn clock(step_ms: u64, whole_ms: u64) -> Clock {
        Clock::start(Limits {
            step: Duration::from_millis(step_ms),
            whole: Duration::from_millis(whole_ms),
        })
    }

    #[tokio::test]
    async fn only_a_whole_step_of_silence_counts() {
        let enough = clock(20, 10_000);
        let waited = enough.wait(pending::<()>()).await;
        assert!(matches!(waited, Err(Ended::Step(took)) if took.0 >= 20));
        assert_eq!(enough.cut_short(), None);

        let short = clock(10_000, 20);
        assert_eq!(short.wait(pending::<()>()).await, Err(Ended::Whole));
        assert_eq!(
            short.wait(async {}).await,
            Err(Ended::Whole),
            "nothing starts any more"
        );
        assert!(short.cut_short().is_some());
    }

    #[tokio::test]
    async fn limits_have_no_largest_value() {
        let endless = Limits {
            step: Duration::MAX,
            whole: Duration::MAX,
        };
        assert_eq!(Clock::start(endless).wait(async { 1 }).await, Ok(1));
    }
}
