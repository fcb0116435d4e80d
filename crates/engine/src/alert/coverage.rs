use std::collections::{BTreeMap, BTreeSet};

use super::observation::Fault;
use super::{About, Finding, Moment, Observation, Policy, Scope};
use crate::checks::{AuditResult, Outcome, Severity};
use crate::facts::{FactKind, Missing};

/// What audits could not see, by the call that gave nothing. The IAM action takes the place of a
/// check's id.
#[derive(Debug, Default)]
pub struct Coverage {
    blind: BTreeMap<String, Blind>,
}

#[derive(Debug)]
struct Blind {
    fact: FactKind,
    reason: String,
    checks: BTreeSet<&'static str>,
    audits: u32,
}

impl Coverage {
    /// Takes the results of one audit into account.
    pub fn add<'r>(&mut self, results: impl IntoIterator<Item = &'r AuditResult>) {
        let mut counted = BTreeSet::new();
        let unknown = results.into_iter();
        for result in unknown.filter(|result| result.outcome == Outcome::Unknown) {
            for missing in result.missing.iter().filter(|m| m.reason.is_failure()) {
                let Some(action) = missing.action() else {
                    continue;
                };
                let blind = self.blind.entry(action.to_owned());
                let blind = blind.or_insert_with(|| Blind::new(missing));
                blind.checks.insert(result.check.id);
                if counted.insert(action) {
                    blind.audits = blind.audits.saturating_add(1);
                }
            }
        }
    }

    /// What that says about an account and region. `answered` are the IAM actions whose calls AWS
    /// answered meanwhile: what is seen again. `looked` names who looked: one function's answers say
    /// nothing about what another one, with a role of its own, can see.
    pub fn observation(
        &self,
        (account, region): (&str, &str),
        looked: &str,
        answered: &BTreeSet<String>,
        policy: &Policy,
        now: Moment,
    ) -> Observation {
        let scope = Scope {
            account: account.to_owned(),
            region: region.to_owned(),
            about: About::Coverage,
        };
        let mut seen = Observation::new(scope, now);
        seen.opens_after = policy.unknown_audits;
        for action in answered {
            if !self.blind.contains_key(action) {
                seen.evidence_in(action, looked)
                    .passed
                    .insert(action.clone());
            }
        }
        for (action, blind) in &self.blind {
            let fingerprint = format!("{}/{action}", seen.scope);
            let evidence = seen.evidence_in(action, looked);
            evidence.failed.insert(fingerprint.clone());
            let mut fault = Fault::new(blind.finding(action, fingerprint.clone(), policy));
            fault.audits = blind.audits;
            fault.places.insert(looked.to_owned());
            seen.faults.insert(fingerprint, fault);
        }
        seen
    }
}

impl Blind {
    fn new(missing: &Missing) -> Self {
        Self {
            fact: missing.fact,
            reason: missing.reason.to_string(),
            checks: BTreeSet::new(),
            audits: 0,
        }
    }

    fn finding(&self, action: &str, fingerprint: String, policy: &Policy) -> Finding {
        let checks: Vec<_> = self.checks.iter().copied().collect();
        Finding {
            fingerprint,
            check: action.to_owned(),
            title: format!("The auditor can't see {}", self.fact),
            // Whoever wants to hear of the worst alone wants to hear that it can't be seen.
            severity: Severity::High.max(policy.minimum_severity),
            resource: action.to_owned(),
            message: format!(
                "{action}: {}. Until it is answered, these checks can't decide where they need it: {}",
                self.reason,
                checks.join(", ")
            ),
            blockers: Vec::new(),
            mends: Vec::new(),
            since: Moment::default(),
            affected: super::Affected::default(),
        }
    }
}
