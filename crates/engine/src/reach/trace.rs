//! What is learned while a packet is followed: which traffic still gets through, by which way, and
//! everything that stops some of it.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::network_acl::{OpenReplies, without_reply};
use super::{Code, Direction, Explanation, Leg, Note};
use crate::facts::Missing;
use crate::net::{AddressScope, Traffic};

/// What one component lets through: surely, and at most. Between the two lies what the facts don't
/// tell.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    pub(super) certain: Traffic,
    pub(super) possible: Traffic,
    pub(super) missing: Vec<Missing>,
}

impl Passage {
    pub(super) fn exactly(traffic: Traffic) -> Self {
        Self {
            certain: traffic.clone(),
            possible: traffic,
            missing: Vec::new(),
        }
    }

    /// What is let through to a part of the internet may be let through to the address in question.
    pub(super) fn widen(&mut self, to_parts: &Traffic, other: AddressScope) {
        if !to_parts.is_subset(&self.possible) {
            self.possible = self.possible.union(to_parts);
            self.missing.push(super::depends_on_address(other));
        }
    }

    pub(super) fn unknown(missing: Missing) -> Self {
        Self {
            certain: Traffic::none(),
            possible: Traffic::all(),
            missing: vec![missing],
        }
    }
}

/// A component on the way, as an explanation names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Component<'a> {
    pub(super) code: Code,
    pub(super) id: &'a str,
    pub(super) direction: Direction,
    pub(super) leg: Leg,
}

/// The state of a walk.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    pub(super) asked: Traffic,
    pub(super) certain: Traffic,
    pub(super) possible: Traffic,
    pub(super) path: Vec<String>,
    pub(super) return_path: Vec<String>,
    pub(super) explanations: Vec<Explanation>,
    pub(super) missing: BTreeSet<Missing>,
    pub(super) notes: BTreeSet<Note>,
    /// The public address that the sender has on the internet.
    pub(super) appears_as: Option<Ipv4Addr>,
    /// The replies that got through so far, for the client whose connection is being followed.
    pub(super) open_replies: OpenReplies,
    /// What of the traffic needs no reply, so that nothing on the way back can stop it.
    without_reply: Traffic,
    /// The way is no longer known: components are still judged, but no longer listed as met.
    lost: [bool; 2],
}

impl Trace {
    pub(super) fn new(asked: Traffic) -> Self {
        Self {
            certain: asked.clone(),
            possible: asked.clone(),
            without_reply: without_reply().intersection(&asked),
            open_replies: OpenReplies::all(),
            asked,
            path: Vec::new(),
            return_path: Vec::new(),
            explanations: Vec::new(),
            missing: BTreeSet::new(),
            notes: BTreeSet::new(),
            appears_as: None,
            lost: [false; 2],
        }
    }

    /// The packet met this component.
    pub(super) fn meet(&mut self, leg: Leg, id: impl Into<String>) {
        let [forward, back] = self.lost;
        let (path, lost) = match leg {
            Leg::Forward => (&mut self.path, forward),
            Leg::Return => (&mut self.return_path, back),
        };
        if lost {
            return;
        }
        let id = id.into();
        if path.last() != Some(&id) {
            path.push(id);
        }
    }

    /// From here on the way isn't known.
    pub(super) fn lose(&mut self, leg: Leg) {
        let [forward, back] = &mut self.lost;
        if leg == Leg::Forward {
            *forward = true;
        }
        *back = true;
    }

    /// Narrows the traffic to what a component lets through; what it surely stops is explained.
    pub(super) fn gate(
        &mut self,
        component: Component<'_>,
        passage: Passage,
        message: impl FnOnce(&Traffic) -> String,
    ) {
        let mut stopped = self.asked.difference(&passage.possible);
        if component.leg == Leg::Return {
            stopped = stopped.difference(&self.without_reply);
        }
        if !stopped.is_empty() {
            self.explain(component, message(&stopped));
        }
        let open = passage.possible.difference(&passage.certain);
        if open.intersects(&self.asked) {
            self.missing.extend(passage.missing);
        }
        self.narrow(component.leg, &passage.certain, &passage.possible);
    }

    /// Nothing gets past this component.
    pub(super) fn block(&mut self, component: Component<'_>, message: impl Into<String>) {
        let none = Traffic::none();
        if component.leg == Leg::Forward || !self.asked.is_subset(&self.without_reply) {
            self.explain(component, message.into());
        }
        self.narrow(component.leg, &none, &none);
    }

    /// Whether anything gets further isn't known.
    pub(super) fn doubt(&mut self, leg: Leg, missing: Missing) {
        self.missing.insert(missing);
        self.narrow(leg, &Traffic::none(), &self.asked.clone());
    }

    fn narrow(&mut self, leg: Leg, certain: &Traffic, possible: &Traffic) {
        let spared = |set: &Traffic, pass: &Traffic, without_reply: &Traffic| match leg {
            Leg::Forward => set.intersection(pass),
            Leg::Return => set.intersection(&pass.union(without_reply)),
        };
        self.certain = spared(&self.certain, certain, &self.without_reply);
        self.possible = spared(&self.possible, possible, &self.without_reply);
    }

    pub(super) fn note(&mut self, component: impl Into<String>, message: impl Into<String>) {
        self.notes.insert(Note {
            component: component.into(),
            message: message.into(),
        });
    }

    fn explain(&mut self, component: Component<'_>, message: String) {
        let explanation = Explanation {
            code: component.code,
            component: component.id.to_owned(),
            direction: component.direction,
            leg: component.leg,
            message,
        };
        if !self
            .explanations
            .iter()
            .any(|e| e.is_same_blocker(&explanation))
        {
            self.explanations.push(explanation);
        }
    }
}
