//! What the configuration says and what a probe was answered, in JSON schema 1.

use std::net::IpAddr;

use serde::Serialize;

use super::agreement_text::from;
use super::json_v1::ExplanationV1;
use crate::probe::{
    Agreement, Configured, Connected, Handshake, Need, PathSize, Probed, Resolved, Standing,
};

/// One target: what the configuration says, what was answered, what both come to.
#[derive(Debug, Serialize)]
pub struct AgreementV1 {
    /// From where it was asked; none where nobody asked.
    from: Option<String>,
    asked_at: Option<String>,
    target: String,
    /// `dependency`, `call` (ECS's own) or `asked` (whoever probed named it).
    need: &'static str,
    what: String,
    learned_from: Vec<String>,
    configuration: ConfigurationV1,
    probe: Option<ProbedV1>,
    /// `works`, `blocked`, `fails-elsewhere`, `contradiction`, `unknown` or `not-asked`.
    meaning: &'static str,
    message: String,
}

/// What the configuration says.
#[derive(Debug, Serialize)]
pub struct ConfigurationV1 {
    /// `reachable`, `unreachable` or `unknown`, as elsewhere.
    verdict: &'static str,
    explanations: Vec<ExplanationV1>,
    /// Why it is unknown.
    missing: Option<String>,
}

/// What was answered, step by step.
#[derive(Debug, Serialize)]
pub struct ProbedV1 {
    /// `works`, `fails` or `unknown`.
    standing: &'static str,
    /// How it fails, or why nobody could ask.
    why: Option<String>,
    name: StepV1,
    port: StepV1,
    tls: StepV1,
    path: StepV1,
}

/// The answer to one step. Only what applies is there.
#[derive(Debug, Default, Serialize)]
pub struct StepV1 {
    answer: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u32>,
    /// What was said, or why nobody could ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

impl From<&Agreement> for AgreementV1 {
    fn from(agreement: &Agreement) -> Self {
        let claim = &agreement.claim;
        Self {
            from: agreement.from.as_ref().map(from),
            asked_at: agreement.asked_at.map(|at| at.to_string()),
            target: claim.address(),
            need: match claim.need {
                Need::Dependency => "dependency",
                Need::Call => "call",
                Need::Asked => "asked",
            },
            what: claim.label.clone(),
            learned_from: claim.sources.clone(),
            configuration: ConfigurationV1::from(&agreement.configured),
            probe: agreement.probed.as_ref().map(Into::into),
            meaning: agreement.meaning.as_str(),
            message: agreement.meaning.to_string(),
        }
    }
}

impl From<&Configured> for ConfigurationV1 {
    fn from(configured: &Configured) -> Self {
        let (verdict, explanations, missing) = match configured {
            Configured::Open => ("reachable", Vec::new(), None),
            Configured::Closed(blockers) => {
                let blockers = blockers.iter().map(Into::into).collect();
                ("unreachable", blockers, None)
            }
            Configured::Unknown(why) => ("unknown", Vec::new(), Some(why.clone())),
        };
        Self {
            verdict,
            explanations,
            missing,
        }
    }
}

impl From<&Probed> for ProbedV1 {
    fn from(probed: &Probed) -> Self {
        let (standing, why) = match probed.standing() {
            Standing::Works => ("works", None),
            Standing::Fails(how) => ("fails", Some(how)),
            Standing::Unknown(why) => ("unknown", Some(why)),
        };
        Self {
            standing,
            why,
            name: name(&probed.resolved),
            port: port(&probed.connected),
            tls: tls(&probed.handshake),
            path: path(&probed.path),
        }
    }
}

impl StepV1 {
    fn of(answer: &'static str) -> Self {
        Self {
            answer,
            ..Self::default()
        }
    }

    fn taking(self, milliseconds: u64) -> Self {
        Self {
            milliseconds: Some(milliseconds),
            ..self
        }
    }

    fn saying(self, words: &str) -> Self {
        Self {
            words: Some(words.to_owned()),
            ..self
        }
    }

    fn up_to(self, bytes: u32) -> Self {
        Self {
            bytes: Some(bytes),
            ..self
        }
    }
}

fn name(answer: &Resolved) -> StepV1 {
    match answer {
        Resolved::NotNeeded => StepV1::of("not-needed"),
        Resolved::Addresses { addresses, took_ms } => StepV1 {
            addresses: addresses.clone(),
            ..StepV1::of("addresses").taking(took_ms.0)
        },
        Resolved::NoSuchName { took_ms } => StepV1::of("no-such-name").taking(took_ms.0),
        Resolved::ServerFails { how } => StepV1::of("server-fails").saying(how),
        Resolved::Silent { waited_ms } => StepV1::of("silent").taking(waited_ms.0),
        Resolved::Fails { how } => StepV1::of("fails").saying(how),
        Resolved::CantTell { why } => StepV1::of("unknown").saying(why),
    }
}

fn port(answer: &Connected) -> StepV1 {
    match answer {
        Connected::NotTried => StepV1::of("not-tried"),
        Connected::Open { address, took_ms } => StepV1 {
            addresses: address.iter().copied().collect(),
            ..StepV1::of("open").taking(took_ms.0)
        },
        Connected::Refused { took_ms } => StepV1::of("refused").taking(took_ms.0),
        Connected::Silent { waited_ms } => StepV1::of("silent").taking(waited_ms.0),
        Connected::NoWay { how } => StepV1::of("no-way").saying(how),
        Connected::Fails { how } => StepV1::of("fails").saying(how),
        Connected::CantTell { why } => StepV1::of("unknown").saying(why),
    }
}

fn tls(answer: &Handshake) -> StepV1 {
    match answer {
        Handshake::NotTried => StepV1::of("not-tried"),
        Handshake::Done {
            took_ms,
            distrusted,
        } => StepV1 {
            words: distrusted.clone(),
            ..StepV1::of("done").taking(took_ms.0)
        },
        Handshake::Fails { how } => StepV1::of("fails").saying(how),
        Handshake::Silent { waited_ms } => StepV1::of("silent").taking(waited_ms.0),
        Handshake::CantTell { why } => StepV1::of("unknown").saying(why),
    }
}

fn path(answer: &PathSize) -> StepV1 {
    match answer {
        PathSize::NotTried => StepV1::of("not-tried"),
        PathSize::Carries { bytes } => StepV1::of("carries").up_to(*bytes),
        PathSize::Narrows { bytes } => StepV1::of("narrows").up_to(*bytes),
        PathSize::BlackHole { swallows, .. } => StepV1::of("black-hole").up_to(*swallows),
        PathSize::CantTell { why } => StepV1::of("unknown").saying(why),
    }
}
