use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::words::listed;
use crate::facts::{FactKind, Missing};
use crate::fix::Fix;
use crate::headroom::{Assessment, FARGATE, FargateUse, Lack, Launch, Surge};

/// A large part of a Fargate quota is used, or a deployment needs more than is left.
pub(super) static CHECK: Check = Check {
    id: "fargate-vcpu-quota-low",
    title: "the quota of Fargate vCPUs is nearly used up, or too small for a deployment",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[
        FactKind::ServiceQuotas,
        FactKind::Tasks,
        FactKind::Services,
        FactKind::TaskDefinitions,
        FactKind::Subnets,
    ],
    page: include_str!("fargate_vcpu_quota_low.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    if assessment.region.clusters.is_empty() {
        return Vec::new();
    }
    let launches = [Launch::Fargate, Launch::FargateSpot];
    let all = assessment.region.fargate.iter().zip(FARGATE).zip(launches);
    all.map(|((usage, code), launch)| judge(assessment, usage, code, launch))
        .collect()
}

fn judge(
    assessment: &Assessment<'_, '_>,
    usage: &FargateUse,
    code: &str,
    launch: Launch,
) -> Judgement {
    let name = if launch == Launch::Fargate {
        "Fargate"
    } else {
        "Fargate Spot"
    };
    let services: Vec<_> = assessment
        .services
        .iter()
        .filter(|s| s.plan.launch == launch)
        .collect();
    let runs = usage.in_use.as_ref().is_ok_and(|in_use| *in_use > 0);
    if services.is_empty() && !runs {
        let mut clusters = assessment.region.clusters.iter();
        let unseen = clusters.find_map(|cluster| cluster.services.as_ref().err());
        return match unseen {
            Some(missing) => Judgement::unknown(name, missing.clone()),
            None => Judgement::skipped(format!("no service or task runs on {name}")),
        };
    }
    let (in_use, quota) = match (&usage.in_use, &usage.quota) {
        (Ok(in_use), Ok(quota)) => (*in_use, *quota),
        (in_use, quota) => {
            let errors = [in_use.as_ref().err(), quota.as_ref().err()];
            let missing: Vec<Missing> = errors.into_iter().flatten().cloned().collect();
            return Judgement::unknown(name, missing);
        }
    };
    let stalled = services.iter().filter(|service| match &service.surge {
        Surge::Stalls { course, .. } => course.short.contains(&Lack::FargateQuota),
        _ => false,
    });
    let stalled: Vec<_> = stalled.map(|service| service.plan.name()).collect();
    let used = float(in_use) / 1024.0;
    let percent = if quota.value > 0.0 {
        used * 100.0 / quota.value
    } else {
        100.0
    };
    let state = format!(
        "tasks use {used} of the {} vCPUs of {name} ({percent:.0} %; quota {code})",
        quota.value
    );
    let limit = assessment.region.options.thresholds.quota_used_percent;
    let why = match (stalled.is_empty(), percent < f64::from(limit)) {
        (true, true) => {
            // What nobody could play through may need more than is left.
            let mut clusters = assessment.region.clusters.iter();
            let unseen = clusters.find_map(|cluster| cluster.services.as_ref().err());
            let unknown = services.iter().find_map(|service| match &service.surge {
                Surge::Unknown(missing) => Some(missing),
                _ => None,
            });
            return match unknown.or(unseen).cloned() {
                Some(missing) => Judgement::unknown(name, missing),
                None => Judgement::pass(name, state),
            };
        }
        (true, false) => format!(
            "{state}: {limit} % or more. When the quota is used up, no task starts on {name}"
        ),
        (false, _) => format!(
            "{state}, and {} of {} needs more than the {} vCPUs that are left",
            if let [_] = stalled[..] {
                "a deployment"
            } else {
                "each deployment"
            },
            listed(&stalled),
            (quota.value - used).max(0.0)
        ),
    };
    Judgement::Fail(Fault {
        message: why,
        fixes: vec![Fix::unverified(format!(
            "aws service-quotas request-service-quota-increase --service-code fargate --quota-code {code} \
             --desired-value {} --region {}",
            (quota.value * 2.0).max(16.0),
            assessment.region.name
        ))],
        components: vec![name.to_owned()],
        resource: name.to_owned(),
        ..Fault::default()
    })
}

fn float(cpu: i64) -> f64 {
    i32::try_from(cpu).unwrap_or(i32::MAX).into()
}
