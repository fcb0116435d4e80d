//! What is kept must fit into an item of the table.

use super::State;
use crate::checks::Severity;

impl State {
    /// An item holds 400 KB of UTF-8, names included.
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
    const MOST: usize = 360_000;

    /// The state as it is kept. Where there is no room for all of it, words go first, those that were
    /// told before those that wait; then what is least severe, which is told anew.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string(self)?;
        if text.len() <= Self::MOST {
            return Ok(text);
        }
        let mut less = self.clone();
        for shorten in SHORTENINGS {
            if !shorten(&mut less) {
                continue;
            }
            text = serde_json::to_string(&less)?;
            if text.len() <= Self::MOST {
                return Ok(text);
            }
        }
        while text.len() > Self::MOST && less.halve() {
            text = serde_json::to_string(&less)?;
        }
        Ok(text)
    }

    /// Leaves out half of what there is most of: alerts, from the end, or the oldest messages. Whether
    /// there was anything.
    fn halve(&mut self) -> bool {
        if self.alerts.is_empty() && self.outbox.is_empty() {
            return false;
        }
        if self.alerts.len() >= self.outbox.len() {
            let half = self.alerts.len() / 2;
            while self.alerts.len() > half {
                self.alerts.pop_last();
            }
        } else {
            self.outbox.drain(..self.outbox.len().div_ceil(2));
        }
        true
    }

    fn strip_alerts(&mut self, which: impl Fn(&super::Alert) -> bool) -> bool {
        for alert in self.alerts.values_mut().filter(|alert| which(alert)) {
            alert.finding.strip();
        }
        true
    }

    /// Keeps so many findings of each message, and counts the others.
    fn shorten_messages(&mut self, findings: usize) -> bool {
        for notice in &mut self.outbox {
            notice.strip();
            notice.keep(findings, findings);
        }
        !self.outbox.is_empty()
    }

    /// Keeps the newest messages. To forget alerts for the sake of messages would make more messages.
    fn forget_messages(&mut self) -> bool {
        const NEWEST: usize = 50;
        let oldest = self.outbox.len().saturating_sub(NEWEST);
        self.outbox.drain(..oldest);
        oldest > 0
    }

    fn forget_up_to(&mut self, severity: Severity) -> bool {
        let before = self.alerts.len();
        self.alerts
            .retain(|_, alert| alert.finding.severity > severity);
        self.alerts.len() < before
    }
}

/// What is done for room, one after the other. Each says whether it may have made any.
const SHORTENINGS: [fn(&mut State) -> bool; 9] = [
    |state| state.strip_alerts(|alert| alert.told_at.is_some()),
    |state| state.shorten_messages(usize::MAX),
    |state| state.strip_alerts(|_| true),
    |state| state.shorten_messages(10),
    |state| state.shorten_messages(1),
    State::forget_messages,
    |state| state.forget_up_to(Severity::Low),
    |state| state.forget_up_to(Severity::Medium),
    |state| state.forget_up_to(Severity::High),
];
