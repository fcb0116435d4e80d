/// What is measured, and from when on a number is a fault.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Regions that were asked, and are told of also when nobody could list their clusters.
    pub regions: Vec<String>,
    /// The account that was asked, where that is known.
    pub account: Option<String>,
    /// Only these clusters, by name or ARN; none: all.
    pub clusters: Vec<String>,
    /// Services that deploy at the same time, as `SERVICE` or `CLUSTER/SERVICE`.
    pub together: Vec<String>,
    /// From when on a number is a fault.
    pub thresholds: Thresholds,
}

/// From when on a number is a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// A cluster with a smaller part of its slots free, in percent.
    pub cluster_slots_percent: u32,
    /// A subnet with a smaller part of its addresses free, in percent.
    pub subnet_addresses_percent: u32,
    /// A quota of which a larger part is used, in percent.
    pub quota_used_percent: u32,
    /// Tasks that start for longer, in minutes.
    pub stuck_minutes: u64,
    /// Interfaces that are attached to nothing, so many in a region.
    pub orphans: u32,
    /// Something that runs out within so many days, at the present growth.
    pub forecast_days: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cluster_slots_percent: 10,
            subnet_addresses_percent: 10,
            quota_used_percent: 80,
            stuck_minutes: 10,
            orphans: 1,
            forecast_days: 14,
        }
    }
}
