use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::words::listed;
use crate::facts::{FactKind, Missing, Reason};
use crate::fix::Fix;
use crate::headroom::{Assessment, Cluster, ClusterSlots, Trunking, trunking_setting};

/// The account setting for trunks is off, and clusters could use them.
pub(super) static CHECK: Check = Check {
    id: "trunking-not-enabled",
    title: "trunking is off although interface slots are what clusters are short of",
    severity: Severity::Low,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[
        FactKind::ContainerInstances,
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
        FactKind::AccountSettings,
        FactKind::Subnets,
    ],
    page: include_str!("trunking_not_enabled.md"),
    run: Run::Headroom(run),
};

/// Of slots, the part in use from which on more of them are of use, in percent.
const SHORT: u32 = 50;

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    if assessment.region.clusters.is_empty() {
        return Vec::new();
    }
    vec![judge(assessment)]
}

fn judge(assessment: &Assessment<'_, '_>) -> Judgement {
    let region = assessment.region;
    let snapshot = region.snapshot;
    match trunking_setting(snapshot) {
        Some(true) => {
            return Judgement::pass(&region.name, "the account setting awsvpcTrunking is on");
        }
        Some(false) => {}
        None => {
            let what = || Reason::NotInFacts("the account setting awsvpcTrunking".to_owned());
            let missing = snapshot.account_settings.complete().err();
            let missing =
                missing.unwrap_or_else(|| Missing::new(FactKind::AccountSettings, what()));
            return Judgement::unknown(&region.name, missing);
        }
    }
    let gains: Vec<_> = region.clusters.iter().map(gain).collect();
    let short: Vec<_> = gains
        .iter()
        .filter_map(|g| g.as_ref().ok()?.as_ref())
        .collect();
    if short.is_empty() {
        let message = format!(
            "the account setting awsvpcTrunking is off, and no cluster that trunks would help has {SHORT} % of \
             its slots in use"
        );
        let unknown = gains.iter().find_map(|gain| gain.as_ref().err());
        return unknown.map_or_else(
            || Judgement::pass(&region.name, message),
            |missing| Judgement::unknown(&region.name, missing.clone()),
        );
    }
    Judgement::Fail(Fault {
        message: format!(
            "the account setting awsvpcTrunking is off in {}: {}. Once it is on, replace the \
             instances: those that run never get a trunk",
            region.name,
            listed(&short)
        ),
        fixes: vec![Fix::unverified(format!(
            "aws ecs put-account-setting-default --name awsvpcTrunking --value enabled --region {}",
            region.name
        ))],
        components: Vec::new(),
        resource: region.name.clone(),
        ..Fault::default()
    })
}

/// What trunks would give a cluster that is short of slots.
fn gain(cluster: &Cluster<'_>) -> Result<Option<String>, Missing> {
    let hosts = cluster.hosts.as_ref().map_err(Clone::clone)?.iter();
    let (mut now, mut then, mut unknown) = (0, 0, None);
    for host in hosts.filter(|host| host.takes_tasks() && host.takes_interfaces()) {
        match (&host.trunking, &host.slots) {
            (Trunking::Could { tasks, .. }, Ok(slots)) => {
                now += slots.total;
                then += tasks;
            }
            (Trunking::Unknown(missing), _) | (_, Err(missing)) => unknown = Some(missing.clone()),
            _ => {}
        }
    }
    let slots = ClusterSlots::of(cluster);
    // On what nobody knows nothing is free, or everything: it is told only where it may matter.
    let is_short = slots.percent_free().is_none_or(|free| 100 - free >= SHORT);
    match unknown {
        _ if is_short && then > now => Ok(Some(format!(
            "{} uses {} of its {} slots, and with trunks {now} of them become {then}",
            cluster.arn.name(),
            slots.total - slots.free,
            slots.total
        ))),
        Some(missing) if is_short || slots.unknown > 0 => Err(missing),
        _ => Ok(None),
    }
}
