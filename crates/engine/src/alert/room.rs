//! What is kept must fit into an item of the table.

use super::State;
use crate::checks::Severity;

impl State {
    /// An item holds 400 KB of UTF-8, names included.
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
    const MOST: usize = 360_000;

    /// The state as it is kept. Where there is no room for all of it, words go first, then what is least
    /// severe: that is told anew.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let whole = serde_json::to_string(self)?;
        if whole.len() <= Self::MOST {
            return Ok(whole);
        }
        let mut less = self.clone();
        less.strip(|alert| alert.told_at.is_some());
        let mut text = serde_json::to_string(&less)?;
        if text.len() > Self::MOST {
            less.strip(|_| true);
            text = serde_json::to_string(&less)?;
        }
        for severity in [Severity::Low, Severity::Medium, Severity::High] {
            if text.len() <= Self::MOST {
                break;
            }
            less.alerts
                .retain(|_, alert| alert.finding.severity > severity);
            text = serde_json::to_string(&less)?;
        }
        while text.len() > Self::MOST && less.alerts.pop_last().is_some() {
            let half = less.alerts.len() / 2;
            while less.alerts.len() > half {
                less.alerts.pop_last();
            }
            text = serde_json::to_string(&less)?;
        }
        Ok(text)
    }

    fn strip(&mut self, which: impl Fn(&super::Alert) -> bool) {
        for alert in self.alerts.values_mut().filter(|alert| which(alert)) {
            alert.finding.strip();
        }
    }
}
