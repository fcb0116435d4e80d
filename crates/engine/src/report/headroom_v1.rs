//! JSON, schema 1: what is left. The same rules as for the other reports hold.

use std::collections::BTreeMap;

use serde::Serialize;

use super::json_v1::{MissingV1, ResultV1, SCHEMA, SummaryV1};
use crate::checks::HeadroomReport;
use crate::facts::Missing;
use crate::headroom::{
    Assessed, Assessment, Cluster, ClusterSlots, FargateUse, Figure, Fit, Host, Orphan, Quota,
    SubnetRoom, Surge, Trunking,
};

/// An audit of what is left.
#[derive(Debug, Serialize)]
pub struct HeadroomReportV1 {
    schema: u32,
    subject: HeadroomSubjectV1,
    observed_at: Option<String>,
    results: Vec<ResultV1>,
    summary: SummaryV1,
    regions: Vec<RegionV1>,
    figures: Vec<FigureV1>,
}

/// What was audited.
#[derive(Debug, Serialize)]
pub struct HeadroomSubjectV1 {
    kind: &'static str,
    accounts: Vec<String>,
    regions: Vec<String>,
}

/// A number that is also a metric.
#[derive(Debug, Serialize)]
pub struct FigureV1 {
    name: &'static str,
    dimensions: BTreeMap<&'static str, String>,
    value: f64,
}

impl From<&Figure> for FigureV1 {
    fn from(figure: &Figure) -> Self {
        Self {
            name: figure.name,
            dimensions: figure.dimensions.iter().cloned().collect(),
            value: figure.value,
        }
    }
}

/// What a region has left.
#[derive(Debug, Serialize)]
pub struct RegionV1 {
    account: String,
    region: String,
    clusters: Vec<ClusterV1>,
    subnets: Vec<SubnetV1>,
    interfaces: Vec<InterfacesV1>,
    fargate: Vec<FargateV1>,
    orphaned_interfaces: Option<Vec<OrphanV1>>,
    missing: Vec<MissingV1>,
}

/// What a cluster has left.
#[derive(Debug, Serialize)]
pub struct ClusterV1 {
    cluster: String,
    eni_slots: Option<ClusterSlotsV1>,
    instances: Vec<InstanceV1>,
    services: Vec<ServiceV1>,
    stuck_tasks: Option<Vec<String>>,
    missing: Vec<MissingV1>,
}

/// The slots of a cluster's instances together.
#[derive(Debug, Serialize)]
pub struct ClusterSlotsV1 {
    total: u32,
    used: u32,
    free: u32,
    instances: u32,
    full_instances: u32,
    unknown_instances: u32,
}

/// What a container instance has left.
#[derive(Debug, Serialize)]
pub struct InstanceV1 {
    instance: String,
    instance_type: Option<String>,
    zone: Option<String>,
    eni_slots: Option<SlotsV1>,
    cpu_left: i64,
    memory_left: i64,
    trunk: &'static str,
    trunk_steps: Vec<&'static str>,
    tasks_with_trunk: Option<u32>,
    missing: Vec<MissingV1>,
}

/// The slots of a container instance.
#[derive(Debug, Serialize)]
pub struct SlotsV1 {
    total: u32,
    total_at_most: u32,
    used: u32,
    unknown_to_ecs: Option<u32>,
    free: u32,
}

/// What a service would do.
#[derive(Debug, Serialize)]
pub struct ServiceV1 {
    service: String,
    more_tasks_that_fit: Option<FitV1>,
    deployment: DeploymentV1,
}

/// How many more tasks fit, by all bounds and by each alone. A bound that nobody reaches is null.
#[derive(Debug, Serialize)]
pub struct FitV1 {
    tasks: Option<u64>,
    by_eni_slots: Option<u64>,
    by_resources: Option<u64>,
    by_addresses: Option<u64>,
    by_quota: Option<u64>,
}

/// What a deployment would do.
#[derive(Debug, Serialize)]
pub struct DeploymentV1 {
    verdict: &'static str,
    desired: Option<u32>,
    placed: Option<u32>,
    waits_for_stopped_tasks: Option<bool>,
    peak_tasks: Option<u32>,
    instances_to_add: Option<u32>,
    short_of: Vec<&'static str>,
    missing: Option<MissingV1>,
}

/// The addresses of a subnet.
#[derive(Debug, Serialize)]
pub struct SubnetV1 {
    subnet: String,
    zone: Option<String>,
    addresses: Option<u64>,
    free: Option<u64>,
}

/// The interfaces of a zone.
#[derive(Debug, Serialize)]
pub struct InterfacesV1 {
    zone: String,
    in_use: u64,
    quota: Option<f64>,
    quota_is_default: Option<bool>,
}

/// vCPUs of Fargate.
#[derive(Debug, Serialize)]
pub struct FargateV1 {
    capacity_provider: &'static str,
    vcpus_in_use: Option<f64>,
    quota: Option<f64>,
}

/// An interface that is attached to nothing.
#[derive(Debug, Serialize)]
pub struct OrphanV1 {
    network_interface: String,
    subnet: String,
    left_by_ecs: bool,
}

impl From<&HeadroomReport<'_, '_>> for HeadroomReportV1 {
    fn from(report: &HeadroomReport<'_, '_>) -> Self {
        let regions = report
            .assessments
            .iter()
            .map(|assessment| assessment.region);
        let mut accounts: Vec<_> = regions
            .clone()
            .map(|region| region.account.clone())
            .collect();
        accounts.dedup();
        Self {
            schema: SCHEMA,
            subject: HeadroomSubjectV1 {
                kind: "headroom",
                accounts,
                regions: regions.map(|region| region.name.clone()).collect(),
            },
            observed_at: report.observed_at.clone(),
            results: report.results.iter().map(Into::into).collect(),
            summary: report.summary().into(),
            regions: report.assessments.iter().map(Into::into).collect(),
            figures: report.figures().iter().map(Into::into).collect(),
        }
    }
}

impl From<&Assessment<'_, '_>> for RegionV1 {
    fn from(assessment: &Assessment<'_, '_>) -> Self {
        let region = assessment.region;
        let in_use = region.interfaces.in_use.as_ref();
        let quota = region.interfaces.quota.as_ref().ok();
        let interfaces = in_use.ok().into_iter().flatten();
        let fargate = region.fargate.iter().zip(["FARGATE", "FARGATE_SPOT"]);
        let orphans = region.orphans.as_ref();
        let errors = [
            in_use.err(),
            region.interfaces.quota.as_ref().err(),
            orphans.err(),
        ];
        Self {
            account: region.account.clone(),
            region: region.name.clone(),
            clusters: region
                .clusters
                .iter()
                .map(|c| cluster(assessment, c))
                .collect(),
            subnets: region.subnets.iter().map(Into::into).collect(),
            interfaces: interfaces
                .map(|(zone, count)| InterfacesV1 {
                    zone: zone.clone(),
                    in_use: *count,
                    quota: quota.map(|quota: &Quota| quota.value),
                    quota_is_default: quota.map(|quota| quota.is_default),
                })
                .collect(),
            fargate: fargate
                .map(|(usage, name)| fargate_use(usage, name))
                .collect(),
            orphaned_interfaces: orphans.ok().map(|all| all.iter().map(Into::into).collect()),
            missing: missing(errors),
        }
    }
}

fn missing<'m>(errors: impl IntoIterator<Item = Option<&'m Missing>>) -> Vec<MissingV1> {
    errors.into_iter().flatten().map(Into::into).collect()
}

fn cluster(assessment: &Assessment<'_, '_>, cluster: &Cluster<'_>) -> ClusterV1 {
    let slots = ClusterSlots::of(cluster);
    let services = assessment.services.iter();
    let own = services.filter(|service| service.cluster.arn == cluster.arn);
    let stuck = cluster.stuck.as_ref();
    ClusterV1 {
        cluster: cluster.arn.name().to_owned(),
        eni_slots: cluster.hosts.is_ok().then_some(ClusterSlotsV1 {
            total: slots.total,
            used: slots.used,
            free: slots.free,
            instances: slots.instances,
            full_instances: slots.full,
            unknown_instances: slots.unknown,
        }),
        instances: cluster.known_hosts().iter().map(Into::into).collect(),
        services: own.map(Into::into).collect(),
        stuck_tasks: stuck.ok().map(|stuck| {
            stuck
                .iter()
                .map(|one| one.task.task_arn.to_string())
                .collect()
        }),
        missing: missing([
            cluster.hosts.as_ref().err(),
            cluster.services.as_ref().err(),
            stuck.err(),
        ]),
    }
}

impl From<&Host<'_>> for InstanceV1 {
    fn from(host: &Host<'_>) -> Self {
        let (trunk, steps, tasks) = match &host.trunking {
            Trunking::Has => ("has one", Vec::new(), None),
            Trunking::Could { steps, tasks } => ("could have one", steps.clone(), Some(*tasks)),
            Trunking::Cannot(_) => ("can't have one", Vec::new(), None),
            Trunking::Unknown(_) => ("unknown", Vec::new(), None),
        };
        let unknown = match &host.trunking {
            Trunking::Unknown(missing) => Some(missing),
            _ => None,
        };
        let room = host.room();
        Self {
            instance: host.name().to_owned(),
            instance_type: host.type_name().map(str::to_owned),
            zone: host.zone.clone(),
            eni_slots: host.slots.as_ref().ok().map(|slots| SlotsV1 {
                total: slots.total,
                total_at_most: slots.total_at_most,
                used: slots.used,
                unknown_to_ecs: slots.foreign,
                free: slots.free(),
            }),
            cpu_left: room.cpu,
            memory_left: room.memory,
            trunk,
            trunk_steps: steps.iter().map(|step| step.text()).collect(),
            tasks_with_trunk: tasks,
            missing: missing([host.slots.as_ref().err(), unknown]),
        }
    }
}

impl From<&Fit> for FitV1 {
    fn from(fit: &Fit) -> Self {
        let bound = |tasks: u64| (tasks < Fit::ENDLESS).then_some(tasks);
        Self {
            tasks: bound(fit.tasks),
            by_eni_slots: bound(fit.by_slots),
            by_resources: bound(fit.by_resources),
            by_addresses: bound(fit.by_addresses),
            by_quota: bound(fit.by_quota),
        }
    }
}

impl From<&Assessed<'_, '_>> for ServiceV1 {
    fn from(service: &Assessed<'_, '_>) -> Self {
        let course = service.surge.course();
        let (verdict, instances, unknown) = match &service.surge {
            Surge::Finishes(_) => ("finishes", None, None),
            Surge::FinishesByScaling { instances, .. } => {
                ("finishes by scaling", Some(*instances), None)
            }
            Surge::Stalls { .. } => ("stalls", None, None),
            Surge::Unknown(missing) => ("unknown", None, Some(missing)),
        };
        let short = course.into_iter().flat_map(|course| &course.short);
        Self {
            service: service.plan.service.service_name.clone(),
            more_tasks_that_fit: service.fit.as_ref().ok().map(Into::into),
            deployment: DeploymentV1 {
                verdict,
                desired: course.map(|course| course.desired),
                placed: course.map(|course| course.placed),
                waits_for_stopped_tasks: course.map(|course| course.waited),
                peak_tasks: course.map(|course| course.peak),
                instances_to_add: instances,
                short_of: short.map(|lack| lack.text()).collect(),
                missing: unknown.map(Into::into),
            },
        }
    }
}

impl From<&SubnetRoom<'_>> for SubnetV1 {
    fn from(room: &SubnetRoom<'_>) -> Self {
        Self {
            subnet: room.subnet.subnet_id.to_string(),
            zone: room.subnet.availability_zone.clone(),
            addresses: room.size,
            free: room.size.and(room.free.as_ref().ok().copied()),
        }
    }
}

fn fargate_use(usage: &FargateUse, name: &'static str) -> FargateV1 {
    let vcpus = |cpu: &i64| f64::from(i32::try_from(*cpu).unwrap_or(i32::MAX)) / 1024.0;
    FargateV1 {
        capacity_provider: name,
        vcpus_in_use: usage.in_use.as_ref().ok().map(vcpus),
        quota: usage.quota.as_ref().ok().map(|quota| quota.value),
    }
}

impl From<&Orphan<'_>> for OrphanV1 {
    fn from(orphan: &Orphan<'_>) -> Self {
        Self {
            network_interface: orphan.interface.network_interface_id.to_string(),
            subnet: orphan.interface.subnet_id.to_string(),
            left_by_ecs: orphan.is_of_ecs,
        }
    }
}
