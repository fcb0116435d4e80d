//! What a run leaves for the next one, in a table.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue;
use awsvpc_auditor_collector::Calls;
use awsvpc_auditor_engine::checks::{HeadroomReport, Outcome, Severity};
use serde::{Deserialize, Serialize};

/// The key of what the headroom auditor leaves.
const KEY: &str = "headroom";

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    client: Client,
    name: String,
}

/// What a run of the headroom auditor leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// The fingerprints of faults that were told and haven't been seen to be gone.
    pub(crate) told: BTreeSet<String>,
    /// By region: the cluster to begin with, where time ran out.
    pub(crate) next: BTreeMap<String, String>,
}

/// The table didn't answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    /// `DynamoDB` refused, or didn't answer.
    #[error("DynamoDB: {0}")]
    Refused(String),
    /// What is in the table isn't what a run leaves.
    #[error("the state in the table can't be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl Table {
    /// The table of this name. Its calls are counted in `calls`.
    pub(crate) fn new(config: &SdkConfig, name: String, calls: Calls) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(config).interceptor(calls);
        Self {
            client: Client::from_conf(config.build()),
            name,
        }
    }

    /// What the last run left; nothing before the first.
    pub(crate) async fn load(&self) -> Result<State, NotKept> {
        let get = self.client.get_item().table_name(&self.name);
        let got = get
            .key("Id", AttributeValue::S(KEY.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| NotKept::Refused(DisplayErrorContext(error).to_string()))?;
        let item = got.item();
        let state = item.and_then(|item| item.get("State")?.as_s().ok());
        state.map_or_else(
            || Ok(State::default()),
            |text| Ok(serde_json::from_str(text)?),
        )
    }

    /// Leaves a state for the next run.
    pub(crate) async fn save(&self, state: &State) -> Result<(), NotKept> {
        let put = self.client.put_item().table_name(&self.name);
        put.item("Id", AttributeValue::S(KEY.to_owned()))
            .item("State", AttributeValue::S(serde_json::to_string(state)?))
            .send()
            .await
            .map_err(|error| NotKept::Refused(DisplayErrorContext(error).to_string()))?;
        Ok(())
    }
}

impl State {
    /// The state after a report. What is gone may be told again when it comes back; what nobody knows
    /// now, or of a region that nobody could ask, stays as it was. `told` is the severity from which on
    /// faults were told, where any were.
    pub(crate) fn after(&self, report: &HeadroomReport<'_, '_>, told: Option<Severity>) -> Self {
        let with = |outcome: Outcome| {
            let results = report.results.iter();
            results.filter(move |result| result.outcome == outcome)
        };
        let failed: BTreeSet<&str> = with(Outcome::Fail)
            .map(|r| r.fingerprint.as_str())
            .collect();
        let unknown: BTreeSet<&str> = with(Outcome::Unknown)
            .map(|result| check(&result.fingerprint))
            .collect();
        let gone: BTreeSet<(&str, &str)> = with(Outcome::Pass)
            .chain(with(Outcome::Skipped))
            .map(|result| (check(&result.fingerprint), result.resource.as_str()))
            .collect();
        let asked = report
            .results
            .iter()
            .map(|result| check(&result.fingerprint));
        let asked: BTreeSet<&str> = asked.collect();
        let is_open = |print: &&String| {
            let is_gone = || {
                gone.iter()
                    .any(|(check, resource)| is_about(print, check, resource))
            };
            failed.contains(print.as_str())
                || !asked.contains(check(print))
                || (unknown.contains(check(print)) && !is_gone())
        };
        let mut after = self.clone();
        after.told = self.told.iter().filter(is_open).cloned().collect();
        if let Some(minimum) = told {
            let worse = with(Outcome::Fail).filter(|result| result.severity >= minimum);
            after
                .told
                .extend(worse.map(|result| result.fingerprint.clone()));
        }
        // An item holds 400 KB. What doesn't fit is told again.
        while after.told.len() > MOST_TOLD {
            after.told.pop_last();
        }
        after
    }
}

/// Fingerprints that are remembered; each takes about a hundred bytes.
const MOST_TOLD: usize = 3_000;

/// Whether what a check says of a resource is about a fault that was told: the resource's own, or one of
/// something in it.
fn is_about(print: &str, check: &str, resource: &str) -> bool {
    let about = print.strip_prefix(check);
    about.is_some_and(|about| match about.strip_prefix('/') {
        Some(about) => {
            let inside = about.strip_prefix(resource);
            inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '+']))
        }
        // The fault is the region's.
        None => about.is_empty(),
    })
}

/// The part of a fingerprint that says which check of which region: `ACCOUNT/REGION/CHECK`.
fn check(print: &str) -> &str {
    let end = print.match_indices('/').nth(2).map(|(place, _)| place);
    end.and_then(|end| print.get(..end)).unwrap_or(print)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use awsvpc_auditor_engine::checks::{HeadroomReport, Severity, headroom};
    use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader};
    use awsvpc_auditor_engine::headroom::{Options, measure};

    use super::{State, is_about};

    const SUBNET: &str = "123456789012/eu-west-1/subnet-addresses-low/subnet-1";

    /// A service in a subnet of which so many addresses are free, or nobody knows.
    fn facts(free: Option<u64>) -> Snapshot {
        let arn = |what: &str| format!("arn:aws:ecs:eu-west-1:123456789012:{what}");
        let free = free.map_or_else(String::new, |free| {
            format!(r#""AvailableIpAddressCount": {free},"#)
        });
        let text = format!(
            r#"{{"clusters": [{{"clusterArn": "{}"}}],
                "services": [{{"serviceArn": "{}", "serviceName": "web", "clusterArn": "{}",
                    "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": ["subnet-1"]}}}}}}],
                "Subnets": [{{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", {free}
                    "AvailabilityZone": "eu-west-1a"}}]}}"#,
            arn("cluster/shop"),
            arn("service/shop/web"),
            arn("cluster/shop"),
        );
        let mut reader = SnapshotReader::default();
        reader.add("facts.json", text).unwrap();
        reader.finish().unwrap()
    }

    fn after(state: &State, facts: &Snapshot, told: bool) -> BTreeSet<String> {
        let options = Options::default();
        let regions = measure(facts, &options);
        let report: HeadroomReport<'_, '_> = headroom(&regions);
        state.after(&report, told.then_some(Severity::Medium)).told
    }

    #[test]
    fn what_is_told_is_remembered_until_it_is_seen_to_be_gone() {
        let low = facts(Some(3));
        assert!(!after(&State::default(), &low, false).contains(SUBNET));
        let state = State {
            told: after(&State::default(), &low, true),
            ..State::default()
        };
        assert!(state.told.contains(SUBNET), "{state:?}");
        assert!(after(&state, &low, false).contains(SUBNET));
        assert!(
            after(&state, &facts(None), false).contains(SUBNET),
            "unknown is not gone"
        );
        assert!(!after(&state, &facts(Some(200)), false).contains(SUBNET));
    }

    /// Otherwise one thing that nobody will ever know would keep every fault of its check.
    #[test]
    fn what_passes_ends_what_it_is_about_and_nothing_else() {
        let check = "123456789012/eu-west-1/task-stuck-provisioning";
        for (print, resource, ends) in [
            ("/shop/checkout", "shop/checkout", true),
            ("/shop/checkout", "shop", true),
            ("/shop/checkout", "shop/check", false),
            ("/shop/checkout", "batch", false),
            ("", "eu-west-1", true),
        ] {
            let print = format!("{check}{print}");
            assert_eq!(
                is_about(&print, check, resource),
                ends,
                "{print} {resource}"
            );
        }
        assert!(!is_about(SUBNET, check, "subnet-1"));
    }

    #[test]
    fn what_was_told_of_a_region_that_nobody_could_ask_stays() {
        let elsewhere = "123456789012/us-east-1/orphaned-enis".to_owned();
        let state = State {
            told: BTreeSet::from([elsewhere.clone()]),
            ..State::default()
        };
        assert!(after(&state, &facts(Some(3)), false).contains(&elsewhere));
    }
}
