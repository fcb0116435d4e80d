//! The script in real shells: what it asks, what it is answered, and what it leaves behind.
//!
//! It needs root, `ip` of iproute2, `nsenter`, `setsid` and `script` of util-linux, `ping` of
//! iputils-ping, `dash`, `bash`, `busybox` (busybox-static), `getent`, `openssl`, `curl`, `wget`,
//! `python3` and `perl`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that can't go on stops"
)]

mod images;
mod leftovers;
mod network;
mod path;
mod pings;
mod quoting;
mod shell;
mod text;
mod tools;
mod transcripts;
mod words;

use awsvpc_auditor_engine::probe::{Probe, Target, Vantage};
use awsvpc_auditor_probe::Limits;
use awsvpc_auditor_probe::script::{Script, Unreadable};
use std::time::Duration;

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

fn targets(texts: &[&str]) -> Vec<Target> {
    texts.iter().map(|text| target(text)).collect()
}

fn limits(step: u64, whole: u64) -> Limits {
    Limits {
        step: Duration::from_secs(step),
        whole: Duration::from_secs(whole),
    }
}

fn read(script: &Script, transcript: &str) -> Result<Probe, Unreadable> {
    script.read(
        Vantage::Container {
            task: "arn:aws:ecs:eu-central-1:111122223333:task/shop/0123".to_owned(),
            container: "app".to_owned(),
        },
        transcript,
    )
}
