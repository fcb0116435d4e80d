use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use crate::facts::{FactKind, Missing};
use crate::fix::Fix;
use crate::headroom::{Assessment, INTERFACES, Quota};

/// A large part of the quota of network interfaces is used in a zone.
pub(super) static CHECK: Check = Check {
    id: "region-eni-quota-low",
    title: "the quota of network interfaces is nearly used up in a zone",
    severity: Severity::High,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[FactKind::NetworkInterfaces, FactKind::ServiceQuotas],
    page: include_str!("region_eni_quota_low.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let region = assessment.region;
    let (in_use, quota) = match (&region.interfaces.in_use, &region.interfaces.quota) {
        (Ok(in_use), Ok(quota)) => (in_use, quota),
        (in_use, quota) => {
            let errors = [in_use.as_ref().err(), quota.as_ref().err()];
            let missing: Vec<Missing> = errors.into_iter().flatten().cloned().collect();
            return vec![Judgement::unknown(&region.name, missing)];
        }
    };
    if in_use.is_empty() {
        let message = format!("{} has no network interface", region.name);
        return vec![Judgement::pass(&region.name, message)];
    }
    let limit = region.options.thresholds.quota_used_percent;
    let zones = in_use.iter();
    zones
        .map(|(zone, count)| judge(&region.name, zone, *count, *quota, limit))
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "interfaces are counted in thousands"
)]
fn judge(region: &str, zone: &str, count: u64, quota: Quota, limit: u32) -> Judgement {
    let percent = if quota.value > 0.0 {
        count as f64 * 100.0 / quota.value
    } else {
        100.0
    };
    let whose = if quota.is_default {
        "AWS's default"
    } else {
        "the account's"
    };
    let state = format!(
        "{zone} has {count} of the {} network interfaces that it may have ({percent:.0} %; {whose} quota \
         {INTERFACES}, which holds for each zone)",
        quota.value
    );
    if percent < f64::from(limit) {
        return Judgement::pass(zone, state);
    }
    Judgement::Fail(Fault {
        message: format!(
            "{state}: {limit} % or more. When the quota is used up, no task in awsvpc mode starts there"
        ),
        fixes: vec![Fix::unverified(format!(
            "aws service-quotas request-service-quota-increase --service-code vpc --quota-code {INTERFACES} \
             --desired-value {} --region {region}",
            quota.value * 2.0
        ))],
        components: vec![zone.to_owned()],
        resource: zone.to_owned(),
        ..Fault::default()
    })
}
