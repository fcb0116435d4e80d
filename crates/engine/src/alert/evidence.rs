use std::collections::BTreeSet;

use super::Finding;

/// What a check said in one place: of the tasks of one subnet, or of a region.
///
/// A fault of a subnet's routes or network ACL is there for the tasks in that subnet only, so that
/// tasks elsewhere that pass say nothing about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    /// The fingerprints of the faults that it found.
    pub(super) failed: BTreeSet<String>,
    /// The resources that it found without fault.
    pub(super) passed: BTreeSet<String>,
    /// It could not decide something.
    pub(super) is_unclear: bool,
    /// It doesn't apply to something that runs.
    pub(super) is_skipped: bool,
    /// It speaks for what it names only: a probe asks some targets and not others, and an audit without a
    /// probe asks none.
    pub(super) is_by_name: bool,
    /// All that it is to look at from there, where that is known: what isn't among it is wanted no more.
    pub(super) wanted: Option<BTreeSet<String>>,
}

impl Evidence {
    /// Whether a fault that was there is gone. What nobody can tell is not gone.
    pub(super) fn clears(&self, finding: &Finding) -> bool {
        if self.failed.contains(&finding.fingerprint) {
            return false;
        }
        if self
            .passed
            .iter()
            .any(|passed| covers(passed, &finding.resource))
        {
            return true;
        }
        if let Some(wanted) = &self.wanted
            && !wanted.contains(&finding.resource)
        {
            return true;
        }
        let was_asked = self.is_skipped || !self.passed.is_empty() || !self.failed.is_empty();
        was_asked && !self.is_unclear && !self.is_by_name
    }
}

/// Whether what was found without fault is the resource, or has it in it.
fn covers(passed: &str, resource: &str) -> bool {
    let inside = resource.strip_prefix(passed);
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '+']))
}
