//! JSON, schema 1. These types are the format: fields are added, never renamed or removed, and the
//! engine's own types can change without it.

use serde::Serialize;

use crate::facts::Missing;
use crate::reach::{Answer, Explanation, Note, Question};

/// The version of the format.
const SCHEMA: u32 = 1;

/// One blocker.
#[derive(Debug, Serialize)]
pub struct ExplanationV1 {
    code: &'static str,
    component: String,
    direction: String,
    leg: String,
    message: String,
}

impl From<&Explanation> for ExplanationV1 {
    fn from(explanation: &Explanation) -> Self {
        Self {
            code: explanation.code.as_str(),
            component: explanation.component.clone(),
            direction: explanation.direction.to_string(),
            leg: explanation.leg.to_string(),
            message: explanation.message.clone(),
        }
    }
}

/// One missing fact.
#[derive(Debug, Serialize)]
pub struct MissingV1 {
    fact: &'static str,
    reason: String,
    action: Option<&'static str>,
}

impl From<&Missing> for MissingV1 {
    fn from(missing: &Missing) -> Self {
        Self {
            fact: missing.fact.key(),
            reason: missing.reason.to_string(),
            action: missing.action(),
        }
    }
}

/// One command that mends something.
#[derive(Debug, Serialize)]
pub struct FixV1 {
    pub(super) command: String,
    pub(super) verified: bool,
}

/// Something worth knowing that doesn't change the verdict.
#[derive(Debug, Serialize)]
pub struct NoteV1 {
    component: String,
    message: String,
}

impl From<&Note> for NoteV1 {
    fn from(note: &Note) -> Self {
        Self {
            component: note.component.clone(),
            message: note.message.clone(),
        }
    }
}

/// Which part of the traffic that was asked about gets through.
#[derive(Debug, Serialize)]
pub struct TrafficV1 {
    asked: Vec<String>,
    reachable: Vec<String>,
    unknown: Vec<String>,
}

/// The answer to a reachability question.
#[derive(Debug, Serialize)]
pub struct ReachV1 {
    schema: u32,
    from: String,
    to: String,
    verdict: &'static str,
    traffic: TrafficV1,
    path: Vec<String>,
    return_path: Vec<String>,
    explanations: Vec<ExplanationV1>,
    missing: Vec<MissingV1>,
    notes: Vec<NoteV1>,
    fixes: Vec<FixV1>,
}

impl ReachV1 {
    /// The answer to this question.
    pub fn new(question: &Question, answer: &Answer) -> Self {
        Self {
            schema: SCHEMA,
            from: question.from.to_string(),
            to: question.to.to_string(),
            verdict: answer.verdict.as_str(),
            traffic: TrafficV1 {
                asked: answer.asked.describe(),
                reachable: answer.reachable.describe(),
                unknown: answer.unknown.describe(),
            },
            path: answer.path.clone(),
            return_path: answer.return_path.clone(),
            explanations: answer.explanations.iter().map(Into::into).collect(),
            missing: answer.missing.iter().map(Into::into).collect(),
            notes: answer.notes.iter().map(Into::into).collect(),
            fixes: Vec::new(),
        }
    }
}
