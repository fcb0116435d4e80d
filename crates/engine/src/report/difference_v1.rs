//! JSON of what differs between two snapshots, schema 1: fields are added, never renamed or removed.

use serde::Serialize;

use super::json_v1::{ResultV1, SCHEMA};
use crate::checks::{AuditResult, Compared};

/// What differs between two snapshots.
#[derive(Debug, Serialize)]
pub struct DifferenceV1 {
    schema: u32,
    services: Vec<ComparedV1>,
}

/// What differs of one service.
#[derive(Debug, Serialize)]
pub struct ComparedV1 {
    service: String,
    presence: &'static str,
    broken: Vec<ResultV1>,
    changed: Vec<ResultV1>,
    unknown: Vec<ResultV1>,
    mended: Vec<ResultV1>,
    still_there: usize,
}

impl From<&[Compared<'_>]> for DifferenceV1 {
    fn from(all: &[Compared<'_>]) -> Self {
        Self {
            schema: SCHEMA,
            services: all.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Compared<'_>> for ComparedV1 {
    fn from(compared: &Compared<'_>) -> Self {
        let effect = compared.effect();
        let results =
            |all: &[&AuditResult]| all.iter().map(|result| ResultV1::from(*result)).collect();
        Self {
            service: compared.name.clone(),
            presence: compared.presence.as_str(),
            broken: results(&effect.broken),
            changed: results(&effect.changed),
            unknown: results(&effect.unclear),
            mended: results(&effect.mended),
            still_there: effect.still_there,
        }
    }
}
