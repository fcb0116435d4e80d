use std::collections::BTreeMap;

use super::region::Region;
use crate::facts::{EcsArn, FactKind, Missing, Reason, ServiceQuota, Snapshot, TaskStatus};

/// Network interfaces, in each zone of a region.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
pub const INTERFACES: &str = "L-DF5E4CA3";

/// vCPUs of Fargate On-Demand and Fargate Spot, in a region.
/// <https://docs.aws.amazon.com/general/latest/gr/ecs-service.html>
pub const FARGATE: [&str; 2] = ["L-3032A538", "L-36FBB829"];

/// The value of a quota.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// The value.
    pub value: f64,
    /// Whether it is AWS's default, because the account has none of its own.
    pub is_default: bool,
}

/// The account's own value of a quota, else AWS's default.
fn quota(snapshot: &Snapshot, region: &str, code: &str) -> Result<Quota, Missing> {
    let of_region = |quota: &&ServiceQuota| {
        quota.quota_code == code && quota.region().is_none_or(|own| own == region)
    };
    let all = snapshot.service_quotas.seen().filter(of_region);
    let own = all.min_by_key(|quota| quota.is_default());
    own.map(|quota| Quota {
        value: quota.value,
        is_default: quota.is_default(),
    })
    .ok_or_else(|| {
        let what = || Reason::NotInFacts(format!("the quota {code} of {region}"));
        let missing = snapshot.service_quotas.complete().err();
        Missing::new(
            FactKind::ServiceQuotas,
            missing.map_or_else(what, |missing| missing.reason),
        )
    })
}

/// How many interfaces there are, and may be.
#[derive(Debug)]
pub struct InterfaceUse {
    /// By zone.
    pub in_use: Result<BTreeMap<String, u64>, Missing>,
    /// The quota, which holds for each zone.
    pub quota: Result<Quota, Missing>,
}

impl InterfaceUse {
    /// Branch interfaces are counted as any other; that they count is not documented.
    pub(super) fn of(snapshot: &Snapshot, account: &str, region: &str) -> Self {
        let all = snapshot
            .network_interfaces
            .all_within(Region::scope(region));
        let in_use = all.map(|all| {
            let own = all.filter(|interface| Region::is_of(account, interface.owner_id.as_deref()));
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            let zones = own.filter_map(|interface| interface.availability_zone.as_deref());
            for zone in zones.filter(|zone| zone.starts_with(region)) {
                *counts.entry(zone).or_default() += 1;
            }
            let counts = counts.into_iter();
            counts
                .map(|(zone, count)| (zone.to_owned(), count))
                .collect()
        });
        Self {
            in_use,
            quota: quota(snapshot, region, INTERFACES),
        }
    }

    /// How many more interfaces a zone may have; `None` when nobody knows.
    pub fn left(&self, zone: &str) -> Option<u64> {
        let (in_use, quota) = (self.in_use.as_ref().ok()?, self.quota.as_ref().ok()?);
        let used = in_use.get(zone).copied().unwrap_or_default();
        Some(whole(quota.value).saturating_sub(used))
    }
}

/// How much of a Fargate quota is in use.
#[derive(Debug)]
pub struct FargateUse {
    /// In 1024ths of a vCPU.
    pub in_use: Result<i64, Missing>,
    /// In vCPUs.
    pub quota: Result<Quota, Missing>,
}

impl FargateUse {
    /// On-Demand and Spot. The quotas are the region's: where only some clusters were asked for, nobody
    /// knows what the others use.
    pub(super) fn both<'a>(
        snapshot: &Snapshot,
        region: &str,
        clusters: impl Iterator<Item = &'a EcsArn>,
        only_some: bool,
    ) -> [Self; 2] {
        let complete = clusters.map(|cluster| snapshot.tasks.all_within(cluster).map(drop));
        let complete: Result<(), Missing> = complete.collect();
        let listed = snapshot
            .clusters
            .all_within(Region::scope(region))
            .map(drop);
        let complete = complete.and(if only_some { Ok(()) } else { listed });
        let complete = complete.and_then(|()| match snapshot.tasks.complete() {
            Err(_) if only_some => {
                let what = "the tasks of clusters that were not asked for".to_owned();
                Err(Missing::new(FactKind::Tasks, Reason::NotInFacts(what)))
            }
            _ => Ok(()),
        });
        let in_use = complete.map(|()| cpu(snapshot, region));
        let [on_demand, spot] = FARGATE;
        let with = |code, used: fn([i64; 2]) -> i64| Self {
            in_use: in_use.clone().map(used),
            quota: quota(snapshot, region, code),
        };
        [
            with(on_demand, |[used, _]| used),
            with(spot, |[_, used]| used),
        ]
    }

    /// Why nobody knows what is left, where nobody does.
    pub(super) fn missing(&self) -> Option<Missing> {
        let errors = [self.quota.as_ref().err(), self.in_use.as_ref().err()];
        errors.into_iter().flatten().next().cloned()
    }

    /// What is left, in 1024ths of a vCPU; `None` when nobody knows.
    pub fn left(&self) -> Option<i64> {
        let all = i64::try_from(whole(self.quota.as_ref().ok()?.value)).unwrap_or(i64::MAX);
        Some(
            all.saturating_mul(1024)
                .saturating_sub(*self.in_use.as_ref().ok()?),
        )
    }
}

/// What On-Demand and Spot have in use.
fn cpu(snapshot: &Snapshot, region: &str) -> [i64; 2] {
    let (mut on_demand, mut spot) = (0_i64, 0_i64);
    let there = snapshot.tasks.seen().filter(|task| {
        task.effective_launch_type() == Some(crate::facts::LaunchType::Fargate)
            && task.last_status < TaskStatus::Stopped
            && super::region::place(&task.cluster_arn).is_some_and(|(_, own)| own == region)
    });
    for task in there {
        let cpu = task.cpu.as_deref().and_then(|cpu| cpu.trim().parse().ok());
        let is_spot = task.capacity_provider_name.as_deref() == Some("FARGATE_SPOT");
        let sum = if is_spot { &mut spot } else { &mut on_demand };
        *sum = sum.saturating_add(cpu.unwrap_or(0));
    }
    [on_demand, spot]
}

/// A quota's value as a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "quotas are small whole numbers; the cast saturates"
)]
fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}
