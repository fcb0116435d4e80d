//! What was learned and what wasn't, before it becomes facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use awsvpc_auditor_engine::facts::{FactKind, LoadError, Snapshot, SnapshotReader};
use serde::Serialize;
use serde_json::{Value, json};

use crate::document::Document;
use crate::trouble::{Refused, Trouble};

/// What AWS said, in the format of a saved snapshot, and what it didn't say and why.
///
/// Facts are made from the same text that is saved, so that an audit of a live account and an audit
/// of the snapshot it leaves can't differ.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    resources: BTreeMap<FactKind, BTreeMap<String, Arc<Value>>>,
    asked: BTreeMap<FactKind, BTreeSet<String>>,
    missing: BTreeMap<FactKind, BTreeSet<(String, &'static str)>>,
    refused: Option<Refused>,
    /// The calls that were answered in full.
    answered: BTreeSet<&'static str>,
    /// When the first question of those that were kept from earlier was asked.
    oldest: Option<SystemTime>,
}

/// The answer to one describe call, all pages together.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) action: &'static str,
    pub(crate) documents: Vec<Document>,
    pub(crate) trouble: Option<Trouble>,
}

impl Answer {
    pub(crate) fn new(action: &'static str) -> Self {
        Self {
            action,
            documents: Vec::new(),
            trouble: None,
        }
    }

    /// No answer.
    pub(crate) fn failed(action: &'static str, trouble: Trouble) -> Self {
        Self::listed(action, Vec::new(), Some(trouble))
    }

    /// What came, and why no more.
    pub(crate) fn listed(
        action: &'static str,
        documents: Vec<Document>,
        trouble: Option<Trouble>,
    ) -> Self {
        Self {
            action,
            documents,
            trouble,
        }
    }

    /// What isn't there isn't trouble.
    pub(crate) fn or_absent(mut self) -> Self {
        self.trouble = self.trouble.filter(|trouble| !trouble.is_absence());
        self
    }

    /// Only the documents in which a member has such a value.
    pub(crate) fn only(mut self, key: &str, wanted: impl Fn(&str) -> bool) -> Self {
        self.documents
            .retain(|document| document.text(key).is_some_and(&wanted));
        self
    }
}

impl Findings {
    /// Takes in an answer. `within` is what was asked about in full; it holds only when every page
    /// came.
    pub(crate) fn take(
        &mut self,
        kind: FactKind,
        answer: Answer,
        within: impl IntoIterator<Item = String>,
    ) {
        let asked = self.asked.entry(kind).or_default();
        if answer.trouble.is_none() {
            asked.extend(within);
            self.answered.insert(answer.action);
        }
        self.resources.entry(kind).or_default();
        for document in answer.documents {
            let value = Value::from(document);
            if let Some(id) = kind.id_of(&value) {
                self.put(kind, id, Arc::new(value));
            }
        }
        if let Some(trouble) = answer.trouble {
            tracing::warn!(
                action = answer.action,
                reason = trouble.reason(),
                "call gave no answer"
            );
            let entry = (trouble.reason().to_owned(), answer.action);
            self.missing.entry(kind).or_default().insert(entry);
            if let Trouble::Refused(refused) = trouble {
                self.refused = Some(refused);
            }
        }
    }

    /// Takes in resources that are remembered from long ago and never change.
    pub(crate) fn recalled(&mut self, kind: FactKind, resources: BTreeMap<String, Value>) {
        for (id, value) in resources {
            self.put(kind, id, Arc::new(value));
        }
    }

    /// Takes in the answers that tell together what there is `within`; that holds only when each of
    /// them came.
    pub(crate) fn take_all(
        &mut self,
        kind: FactKind,
        answers: Vec<Answer>,
        within: impl IntoIterator<Item = String>,
    ) {
        let is_whole = answers.iter().all(|answer| answer.trouble.is_none());
        for answer in answers {
            self.take(kind, answer, []);
        }
        let asked = self.asked.entry(kind).or_default();
        if is_whole {
            self.resources.entry(kind).or_default();
            asked.extend(within);
        }
    }

    /// Keeps a resource. A newer description replaces an older one, except where several calls tell
    /// a part each.
    fn put(&mut self, kind: FactKind, id: String, value: Arc<Value>) {
        let in_parts = matches!(kind, FactKind::VpcAttributes | FactKind::PrefixLists);
        let resources = self.resources.entry(kind).or_default();
        match resources.get_mut(&id) {
            Some(older) if in_parts => {
                if let (Value::Object(older), Value::Object(newer)) =
                    (Arc::make_mut(older), &*value)
                {
                    older.extend(newer.clone());
                }
            }
            _ => {
                resources.insert(id, value);
            }
        }
    }

    /// Forgets the resources of a kind whose id isn't wanted.
    pub(crate) fn keep_only(&mut self, kind: FactKind, wanted: impl Fn(&str) -> bool) {
        if let Some(resources) = self.resources.get_mut(&kind) {
            resources.retain(|id, _| wanted(id));
        }
    }

    /// Adds what somebody else found.
    pub(crate) fn absorb(&mut self, other: &Self) {
        for (kind, resources) in &other.resources {
            self.resources.entry(*kind).or_default();
            for (id, resource) in resources {
                self.put(*kind, id.clone(), Arc::clone(resource));
            }
        }
        for (kind, asked) in &other.asked {
            self.asked.entry(*kind).or_default().extend(asked.clone());
        }
        for (kind, missing) in &other.missing {
            let own = self.missing.entry(*kind).or_default();
            own.extend(missing.clone());
        }
        if self.refused.is_none() {
            self.refused.clone_from(&other.refused);
        }
        self.answered.extend(&other.answered);
        self.oldest = match (self.oldest, other.oldest) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
    }

    /// Notes when they were asked for, for those who get them later.
    pub(crate) fn asked_at(&mut self, began: SystemTime) {
        self.oldest = Some(self.oldest.map_or(began, |oldest| oldest.min(began)));
    }

    /// When the oldest of them were asked for, where they were kept from earlier.
    pub(crate) fn oldest(&self) -> Option<SystemTime> {
        self.oldest
    }

    /// Which calls were answered in full, as IAM actions.
    pub(crate) fn answered(&self) -> impl Iterator<Item = &'static str> {
        self.answered.iter().copied()
    }

    /// Whether asking again at once would give nothing more: a permission that lacks will lack then.
    pub(crate) fn is_settled(&self) -> bool {
        let mut missing = self.missing.values().flatten();
        missing.all(|(reason, _)| matches!(reason.as_str(), "denied" | "truncated"))
    }

    /// Why AWS refuses everything, if it does.
    pub(crate) fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }

    /// Which calls gave nothing, and why: `(IAM action, reason)`.
    pub(crate) fn missing(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = self.missing.values().flatten();
        all.map(|(reason, action)| (*action, reason.as_str()))
    }

    /// The resources of a kind, as the AWS CLI prints them.
    pub(crate) fn of(&self, kind: FactKind) -> impl Iterator<Item = &Value> {
        let resources = self.resources.get(&kind);
        resources
            .into_iter()
            .flat_map(|all| all.values().map(AsRef::as_ref))
    }

    /// One resource.
    pub(crate) fn get(&self, kind: FactKind, id: &str) -> Option<&Value> {
        self.resources.get(&kind)?.get(id).map(AsRef::as_ref)
    }

    /// The files of a snapshot: name and text. `observed_at` is in RFC 3339.
    pub(crate) fn files(&self, observed_at: &str) -> Vec<(String, String)> {
        let mut files: Vec<_> = self
            .resources
            .iter()
            .map(|(kind, resources)| {
                let list: Vec<&Value> = resources.values().map(AsRef::as_ref).collect();
                (
                    format!("{}.json", kind.key()),
                    text(&BTreeMap::from([(kind.key(), list)])),
                )
            })
            .collect();
        let coverage = json!({ "ObservedAt": observed_at, "Coverage": self.coverage() });
        files.push(("Coverage.json".to_owned(), text(&coverage)));
        files
    }

    /// What is known and what isn't, as a snapshot's `Coverage` list says it.
    fn coverage(&self) -> Vec<Value> {
        let within = self
            .asked
            .iter()
            .map(|(kind, asked)| json!({ "Fact": kind.key(), "Within": asked }));
        let missing = self.missing.iter().flat_map(|(kind, missing)| {
            missing.iter().map(|(reason, action)| {
                json!({ "Fact": kind.key(), "Reason": reason, "Action": action })
            })
        });
        within.chain(missing).collect()
    }

    /// The facts. An error is a defect: AWS answered something that the engine can't read.
    pub(crate) fn snapshot(&self, observed_at: &str) -> Result<Snapshot, LoadError> {
        let mut reader = SnapshotReader::default();
        for (name, text) in self.files(observed_at) {
            reader.add(name, text)?;
        }
        reader.finish()
    }
}

/// As the CLI prints it. What is written is never copied first: a region has tens of thousands of
/// interfaces.
fn text(output: &impl Serialize) -> String {
    // Texts and numbers in maps with texts as keys always have a text.
    let text = serde_json::to_string_pretty(output).unwrap_or_default();
    text + "\n"
}
