use serde::Deserialize;

use super::{FactKind, Resource, ResourceName, Timestamp};

/// The history of a metric, as `aws cloudwatch get-metric-data` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetricData {
    /// What it is about: the metric's name and the values of its dimensions, with slashes between, as
    /// the auditor labels what it asks for.
    pub label: ResourceName,
    /// When each value was recorded, in any order.
    #[serde(default)]
    pub timestamps: Vec<Timestamp>,
    /// The values.
    #[serde(default)]
    pub values: Vec<f64>,
}

impl MetricData {
    /// The values and their times, the oldest first.
    pub fn points(&self) -> Vec<(Timestamp, f64)> {
        let times = self.timestamps.iter().copied();
        let mut points: Vec<_> = times.zip(self.values.iter().copied()).collect();
        points.sort_by_key(|(time, _)| *time);
        points
    }
}

impl Resource for MetricData {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::MetricData;
    fn id(&self) -> &ResourceName {
        &self.label
    }
}
