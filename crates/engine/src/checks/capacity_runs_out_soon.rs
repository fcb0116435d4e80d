use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::words::{counted, days as in_words, listed};
use crate::facts::{Coverage, FactKind, Missing, Reason, Snapshot};
use crate::headroom::{Assessment, Figure, Forecast, Growth, ending_figures};

/// By the history of its metrics, something runs out soon.
pub(super) static CHECK: Check = Check {
    id: "capacity-runs-out-soon",
    title: "slots, addresses or a quota run out soon at the present growth",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[
        FactKind::MetricData,
        FactKind::Clusters,
        FactKind::ContainerInstances,
        FactKind::Tasks,
        FactKind::Instances,
        FactKind::InstanceTypes,
        FactKind::Services,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
        FactKind::ServiceQuotas,
        FactKind::CapacityProviders,
        FactKind::AutoScalingGroups,
    ],
    page: include_str!("capacity_runs_out_soon.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let history = &assessment.region.snapshot.metric_data;
    if matches!(history.coverage(), Coverage::Missing(Reason::NotObserved)) {
        return vec![Judgement::skipped("the facts hold no history of metrics")];
    }
    let ending = ending_figures(assessment.region).into_iter();
    let judged = ending.map(|figure| judge(assessment, &figure));
    // A figure that nobody can count now isn't among them, and isn't mended by that.
    let unanswered = unanswered(assessment.region.snapshot);
    let region = &assessment.region.name;
    let unknown = (!unanswered.is_empty()).then(|| Judgement::unknown(region, unanswered));
    judged.chain(unknown).collect()
}

/// What was asked for the figures and not answered.
fn unanswered(snapshot: &Snapshot) -> Vec<Missing> {
    let asked = [
        snapshot.clusters.complete(),
        snapshot.container_instances.complete(),
        snapshot.instances.complete(),
        snapshot.instance_types.complete(),
        snapshot.tasks.complete(),
        snapshot.services.complete(),
        snapshot.subnets.complete(),
        snapshot.network_interfaces.complete(),
        snapshot.service_quotas.complete(),
    ];
    let missing = asked.into_iter().filter_map(Result::err);
    missing.filter(|m| m.reason.is_failure()).collect()
}

fn judge(assessment: &Assessment<'_, '_>, figure: &Figure) -> Judgement {
    let region = assessment.region;
    let label = figure.label();
    let limit = region.options.thresholds.forecast_days;
    let (days, earliest, latest) = match Forecast::of(region.snapshot, &label) {
        Err(missing) => return Judgement::unknown(label, missing),
        Ok(Forecast::Lasts) => {
            let what = what(figure);
            let message = format!(
                "{what} don't run out at the present growth: {} now",
                figure.value
            );
            return Judgement::pass(label, message);
        }
        Ok(Forecast::RunsOut {
            days,
            earliest,
            latest,
        }) => (days, earliest, latest),
    };
    let (earliest, latest) = (in_words(earliest), latest.map(in_words));
    let range = match latest {
        Some(latest) if latest == earliest => String::new(),
        Some(latest) => format!(" (between {earliest} and {latest})"),
        None => format!(" (in {earliest} or later)"),
    };
    let when = format!(
        "{} run out in {}{range} at the present growth: {} now",
        what(figure),
        in_words(days),
        figure.value
    );
    if days > f64::from(limit) {
        return Judgement::pass(label, when);
    }
    match scaled(assessment, figure) {
        Ok(None) => {}
        Ok(Some(growth)) => {
            let added = counted(growth.instances, "instance");
            let providers = listed(&growth.providers);
            let message = format!("{when}; before that, {providers} may add {added}");
            return Judgement::pass(label, message);
        }
        Err(missing) => return Judgement::unknown(label, missing),
    }
    Judgement::Fail(Fault {
        message: format!("{when}. That is within {limit} days"),
        components: vec![label.clone()],
        resource: label,
        ..Fault::default()
    })
}

/// What a figure counts, in words.
fn what(figure: &Figure) -> String {
    let whose = figure
        .dimensions
        .last()
        .map_or("", |(_, value)| value.as_str());
    match figure.name {
        "EniSlotsFree" => format!("the free interface slots of {whose}"),
        "AddressesFree" => format!("the free addresses of {whose}"),
        "EniQuotaLeft" => format!("the network interfaces that {whose} may still have"),
        _ => format!("the vCPUs that {whose} may still use"),
    }
}

/// Who adds slots to a cluster by itself, and how many instances at most.
fn scaled(assessment: &Assessment<'_, '_>, figure: &Figure) -> Result<Option<Growth>, Missing> {
    let region = assessment.region;
    let mut clusters = region.clusters.iter();
    let own = clusters.find(|cluster| {
        let own = Some(("Cluster", cluster.arn.name()));
        let last = figure.dimensions.last();
        last.map(|(name, value)| (*name, value.as_str())) == own
    });
    own.map_or(Ok(None), |cluster| Growth::of(region.snapshot, cluster))
}
