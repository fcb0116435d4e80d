//! Who sends what waits in the outbox. A state is committed with its messages before they are sent, so
//! that what a crash keeps from being sent is sent by whoever looks next; a lease keeps two from sending
//! the same.

use serde::{Deserialize, Serialize};

use super::{Moment, Notice, State};

/// Where a message goes, each in its own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Text, for e-mail.
    Mail,
    /// Amazon Q Developer in chat applications, for Slack and Teams.
    Chat,
    /// JSON, for programs.
    Machine,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Chat, Self::Machine];
}

/// The right to send what waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Whose: one invocation.
    pub holder: String,
    /// Until when. The holder has ended by then, in whichever way.
    pub until: Moment,
}

impl State {
    /// Takes the right to send what waits, for as long as the holder may live. The messages, in their
    /// order; none when nothing waits or somebody else is sending.
    pub fn claim(&mut self, holder: &str, now: Moment, until: Moment) -> Vec<Notice> {
        let is_taken = |lease: &Lease| lease.holder != holder && lease.until > now;
        if self.outbox.is_empty() || self.lease.as_ref().is_some_and(is_taken) {
            return Vec::new();
        }
        self.lease = Some(Lease {
            holder: holder.to_owned(),
            until,
        });
        self.outbox.clone()
    }

    /// Takes note of what was taken where. What was told everywhere leaves the outbox.
    pub fn delivered(&mut self, taken: &[(String, Channel)]) {
        for notice in &mut self.outbox {
            let own = taken.iter().filter(|(id, _)| *id == notice.id);
            for (_, channel) in own {
                notice.untold.remove(channel);
            }
        }
        self.outbox.retain(|notice| !notice.untold.is_empty());
        if self.outbox.is_empty() {
            self.lease = None;
        }
    }

    /// Gives the right back, so that the next one need not wait.
    pub fn release(&mut self, holder: &str) {
        if self
            .lease
            .as_ref()
            .is_some_and(|lease| lease.holder == holder)
        {
            self.lease = None;
        }
    }
}
