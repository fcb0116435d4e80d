//! What a task is asked: one fixed, read-only script for its shell, and what its output says.
//!
//! ECS Exec runs a [`command`](Script::command) in a container. It is a short one: it turns the terminal's
//! echo off, says that it is [ready](Script::ready_marker), reads the [script](Script::input) from its
//! input and runs it in the same shell. So nothing is written to the container, and the script's length
//! meets no limit of the API. The script asks about all targets at once, ends what it started, says what
//! tools answered, and [ends](Script::end_marker). [`Script::read`] judges what they said.
//!
//! A shell that prints its input, as terminals do, can't be mistaken for one that answers: every line of an
//! answer starts with a random nonce, which the input never holds.

mod quote;
mod read;

pub use quote::quote;
pub use read::Unreadable;

use std::fmt::Write;
use std::time::Duration;

use awsvpc_auditor_engine::dependencies::text::Host;
use awsvpc_auditor_engine::probe::{Probe, Target, Vantage};

use crate::Limits;

/// One script: the first defines what the second calls.
const TEXT: [&str; 2] = [include_str!("path.sh"), include_str!("probe.sh")];

/// A script for the shell of one container, to be run once.
#[derive(Debug, Clone)]
pub struct Script {
    nonce: String,
    targets: Vec<Target>,
    limits: Limits,
}

impl Script {
    /// A script that asks about targets, each step within its limit.
    pub fn new(targets: &[Target], limits: &Limits) -> Self {
        Self {
            nonce: uuid::Uuid::new_v4().simple().to_string(),
            targets: targets.to_vec(),
            limits: *limits,
        }
    }

    /// What `ecs:ExecuteCommand` is to run. Its answer is [`ready_marker`](Self::ready_marker).
    ///
    /// The agent splits the command into words as a shell does (assumed of single quotes, which this one
    /// only has around its last word) and starts the first.
    pub fn command(&self) -> String {
        format!("/bin/sh -c '{}'", self.bootstrap())
    }

    /// What the shell runs: it reads the rest, and runs it only when all of it came. It makes `nl`, a line
    /// feed, by builtins alone.
    fn bootstrap(&self) -> String {
        let (first, second) = self.halves();
        format!(
            "stty -echo 2>/dev/null; nonce={first}\"\"{second}; nl=$(echo; echo .); nl=${{nl%.}}; s=; \
             echo \"~$nonce ready ~\"; \
             while IFS= read -r l; do case $l in \"# end {first}\") eval \"$s\"; exit;; esac; \
             s=$s$l$nl; done"
        )
    }

    /// A line with this comes when the shell waits for [`input`](Self::input).
    pub fn ready_marker(&self) -> String {
        format!("~{} ready ~", self.nonce)
    }

    /// What is typed once the shell is ready: lines of printable ASCII, each ended by a line feed.
    pub fn input(&self) -> String {
        let lines = TEXT.into_iter().flat_map(str::lines);
        let lines = lines.map(str::trim_start);
        let mut input = format!(
            "step={} whole={}\n",
            seconds(self.limits.step),
            seconds(self.limits.whole).max(2)
        );
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            input.push_str(line);
            input.push('\n');
        }
        for (number, target) in (1..).zip(&self.targets) {
            let form = match target.host {
                Host::Name(_) => "name",
                Host::Address(_) => "address",
            };
            let protocol = if target.tls { "tls" } else { "tcp" };
            let host = quote(&target.host.to_string());
            // Writing to a string can't fail.
            let _ = writeln!(
                input,
                "ask {number} {form} {host} {} {protocol}",
                target.port
            );
        }
        let (first, _) = self.halves();
        input.push_str("finish\n# end ");
        input.push_str(first);
        input.push('\n');
        input
    }

    /// When this is seen, nothing else comes.
    pub fn end_marker(&self) -> String {
        format!("~{} end ~", self.nonce)
    }

    /// What a transcript of all that the terminal showed says.
    ///
    /// # Errors
    ///
    /// If the script never said anything.
    pub fn read(&self, vantage: Vantage, transcript: &str) -> Result<Probe, Unreadable> {
        read::read(&self.nonce, &self.targets, vantage, transcript)
    }

    /// What is sent holds the nonce only in halves, so that an echo doesn't hold it.
    fn halves(&self) -> (&str, &str) {
        self.nonce
            .split_at_checked(self.nonce.len() / 2)
            .unwrap_or_default()
    }
}

/// Whole seconds, as tools take them.
fn seconds(duration: Duration) -> u64 {
    let whole = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    whole.clamp(1, 3600)
}
