//! What headroom is measured of.

use std::collections::BTreeSet;

/// What headroom is measured of, in one region.
#[derive(Debug, Clone, Default)]
pub struct HeadroomRequest {
    /// The clusters, by name or ARN; none for every cluster.
    pub clusters: BTreeSet<String>,
    /// The ARN of the cluster to begin with, where an earlier run ended.
    pub start_at: Option<String>,
    /// The namespace of the auditor's metrics, where the history of what could run out is wanted.
    pub namespace: Option<String>,
}
