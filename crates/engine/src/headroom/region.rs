use std::collections::{BTreeMap, BTreeSet};

use super::eligibility::Launch;
use super::host::Host;
use super::options::Options;
use super::orphan::{self, Orphan};
use super::quota::{FargateUse, InterfaceUse};
use super::service::ServicePlan;
use super::stuck::{self, Stuck};
use super::subnet::SubnetRoom;
use super::terrain::Terrain;
use crate::facts::{
    ContainerInstance, EcsArn, Missing, ResourceName, Scope, Service, Snapshot, Subnet, SubnetId,
    Task, Timestamp,
};

/// Everything that bounds the tasks of one region of one account.
#[derive(Debug)]
pub struct Region<'a> {
    /// The facts.
    pub snapshot: &'a Snapshot,
    /// What is asked.
    pub options: &'a Options,
    /// The account.
    pub account: String,
    /// The region's name.
    pub name: String,
    /// Its zones, as far as anything is known in them; the order is the one of [`super::World`].
    pub zones: Vec<String>,
    /// Its clusters.
    pub clusters: Vec<Cluster<'a>>,
    /// The subnets that services of these clusters use, with their free addresses.
    pub subnets: Vec<SubnetRoom<'a>>,
    /// How many interfaces each zone has, and may have.
    pub interfaces: InterfaceUse,
    /// How much of Fargate's quotas is in use: On-Demand, then Spot.
    pub fargate: [FargateUse; 2],
    /// Interfaces that are attached to nothing.
    pub orphans: Result<Vec<Orphan<'a>>, Missing>,
}

/// A cluster.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// Its ARN.
    pub arn: EcsArn,
    /// Its container instances.
    pub hosts: Result<Vec<Host<'a>>, Missing>,
    /// Its services whose tasks have interfaces of their own, and others that take room.
    pub services: Result<Vec<ServicePlan<'a>>, Missing>,
    /// Tasks that have been starting for too long.
    pub stuck: Result<Vec<Stuck<'a>>, Missing>,
    /// Its places in numbers.
    pub(super) terrain: Terrain,
}

impl<'a> Cluster<'a> {
    /// Its container instances, as far as anybody could list them.
    pub fn known_hosts(&self) -> &[Host<'a>] {
        self.hosts.as_ref().map_or(&[][..], Vec::as_slice)
    }

    /// Whether anything on its instances may want an interface of its own; assumed where nobody knows.
    pub fn wants_interfaces(&self) -> bool {
        let mut tasks = self.known_hosts().iter().flat_map(|host| &host.tasks);
        let mut services = self.known_services().iter();
        self.services.is_err()
            || tasks.any(|task| task.network_interface().is_some())
            || services.any(|plan| plan.launch == Launch::Instances && plan.is_awsvpc())
    }

    /// Those that take tasks in awsvpc mode.
    pub fn open_hosts(&self) -> impl Iterator<Item = &Host<'a>> {
        let hosts = self.known_hosts().iter();
        hosts.filter(|host| host.takes_tasks() && host.takes_interfaces())
    }

    /// Its services, as far as anybody could list them.
    pub fn known_services(&self) -> &[ServicePlan<'a>] {
        self.services.as_ref().map_or(&[][..], Vec::as_slice)
    }
}

/// The account and region of an ECS ARN: `arn:aws:ecs:REGION:ACCOUNT:…`.
pub(super) fn place(arn: &EcsArn) -> Option<(&str, &str)> {
    let mut parts = arn.as_str().split(':').skip(3);
    match (parts.next(), parts.next()) {
        (Some(region), Some(account)) => Some((account, region)),
        _ => None,
    }
}

/// Measures every region in which the facts have ECS clusters.
pub fn measure<'a>(snapshot: &'a Snapshot, options: &'a Options) -> Vec<Region<'a>> {
    let mut regions: BTreeMap<(String, String), BTreeSet<EcsArn>> = BTreeMap::new();
    for cluster in clusters(snapshot) {
        if let Some((account, name)) = place(cluster)
            && is_wanted(cluster, &options.clusters)
        {
            let place = (account.to_owned(), name.to_owned());
            regions.entry(place).or_default().insert(cluster.clone());
        }
    }
    for name in &options.regions {
        if !regions.keys().any(|(_, known)| known == name) {
            let account = options.account.clone().unwrap_or_default();
            regions.insert((account, name.clone()), BTreeSet::new());
        }
    }
    let index = Index::new(snapshot);
    regions
        .into_iter()
        .map(|((account, name), clusters)| {
            Region::new(snapshot, options, &index, account, name, clusters)
        })
        .collect()
}

/// Whether a cluster is among those that are asked for, by name or ARN.
fn is_wanted(cluster: &EcsArn, wanted: &[String]) -> bool {
    wanted.is_empty()
        || wanted
            .iter()
            .any(|wanted| wanted == cluster.as_str() || wanted == cluster.name())
}

/// Every cluster that the facts name. Saved output of some calls only still names them.
fn clusters(snapshot: &Snapshot) -> BTreeSet<&EcsArn> {
    let described = snapshot.clusters.seen();
    let active = described.filter(|cluster| cluster.status.as_deref() != Some("INACTIVE"));
    let mut all: BTreeSet<_> = active.map(|cluster| &cluster.cluster_arn).collect();
    let gone = |arn: &EcsArn| {
        let cluster = snapshot.clusters.get(arn);
        cluster.is_ok_and(|cluster| cluster.status.as_deref() == Some("INACTIVE"))
    };
    let services = snapshot.services.seen().map(|service| &service.cluster_arn);
    let tasks = snapshot.tasks.seen().map(|task| &task.cluster_arn);
    let mut last = None;
    for arn in services.chain(tasks) {
        // Tasks come cluster by cluster, as their ARNs begin with it.
        if last.replace(arn) != Some(arn) && !all.contains(arn) && !gone(arn) {
            all.insert(arn);
        }
    }
    all
}

/// What belongs together, found once.
struct Index<'a> {
    /// By container instance: the tasks that haven't stopped.
    on_instance: BTreeMap<&'a EcsArn, Vec<&'a Task>>,
    /// By cluster.
    tasks: BTreeMap<&'a EcsArn, Vec<&'a Task>>,
    services: BTreeMap<&'a EcsArn, Vec<&'a Service>>,
    /// By the name of its cluster, which old ARNs don't say.
    instances: BTreeMap<Option<&'a str>, Vec<&'a ContainerInstance>>,
}

impl<'a> Index<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        let mut index = Self {
            on_instance: BTreeMap::new(),
            tasks: BTreeMap::new(),
            services: BTreeMap::new(),
            instances: BTreeMap::new(),
        };
        for facts in snapshot.container_instances.seen() {
            let all = index.instances.entry(facts.cluster_name()).or_default();
            all.push(facts);
        }
        for task in snapshot.tasks.seen() {
            index.tasks.entry(&task.cluster_arn).or_default().push(task);
            if let Some(instance) = &task.container_instance_arn
                && stuck::is_there(task)
            {
                index.on_instance.entry(instance).or_default().push(task);
            }
        }
        for service in snapshot.services.seen() {
            let all = index.services.entry(&service.cluster_arn).or_default();
            all.push(service);
        }
        index
    }
}

impl<'a> Region<'a> {
    fn new(
        snapshot: &'a Snapshot,
        options: &'a Options,
        index: &Index<'a>,
        account: String,
        name: String,
        arns: BTreeSet<EcsArn>,
    ) -> Self {
        let mut clusters: Vec<_> = arns
            .into_iter()
            .map(|arn| Cluster {
                hosts: hosts(snapshot, index, &account, &arn),
                services: Ok(Vec::new()),
                stuck: stuck::find(snapshot, options, index.tasks.get(&arn), &arn),
                terrain: Terrain::default(),
                arn,
            })
            .collect();
        let mut region = Self {
            snapshot,
            options,
            zones: zones(snapshot, &name, &clusters),
            interfaces: InterfaceUse::of(snapshot, &account, &name),
            fargate: FargateUse::both(
                snapshot,
                &name,
                clusters.iter().map(|c| &c.arn),
                !options.clusters.is_empty(),
            ),
            orphans: orphan::find(snapshot, &account, &name, clusters.iter().map(|c| &c.arn)),
            subnets: Vec::new(),
            clusters: Vec::new(),
            account,
            name,
        };
        let services = |arn: &EcsArn| {
            let all = index.services.get(arn).into_iter().flatten().copied();
            all.filter(|service| service.status.as_deref() != Some("INACTIVE"))
        };
        let used = clusters.iter().flat_map(|cluster| services(&cluster.arn));
        region.subnets = region.subnets_of(used);
        for cluster in &mut clusters {
            cluster.terrain = Terrain::new(&region, cluster);
            let complete = snapshot.services.all_within(&cluster.arn).map(drop);
            let tasks = by_service(index.tasks.get(&cluster.arn));
            let own = |service: &Service| {
                let tasks = tasks.get(service.service_name.as_str());
                tasks.map_or(&[][..], Vec::as_slice)
            };
            let plans = services(&cluster.arn)
                .map(|service| ServicePlan::new(&region, cluster, service, own(service)))
                .collect();
            cluster.services = complete.map(|()| plans);
        }
        region.clusters = clusters;
        region
    }

    /// The subnets that these services use, in the order of their ids.
    fn subnets_of(&self, services: impl Iterator<Item = &'a Service>) -> Vec<SubnetRoom<'a>> {
        let ids = services.filter_map(|service| service.awsvpc());
        let ids: BTreeSet<&SubnetId> = ids.flat_map(|awsvpc| &awsvpc.subnets).collect();
        let known = ids
            .into_iter()
            .filter_map(|id| self.snapshot.subnets.get(id).ok());
        known
            .map(|subnet| SubnetRoom::of(subnet, &self.zones))
            .collect()
    }

    /// A zone's place in [`Self::zones`].
    pub(super) fn zone(&self, name: &str) -> Option<usize> {
        self.zones.iter().position(|zone| zone == name)
    }

    /// A subnet's place in [`Self::subnets`].
    pub(super) fn subnet(&self, id: &SubnetId) -> Option<usize> {
        let by_id = |room: &SubnetRoom<'_>| room.subnet.subnet_id.cmp(id);
        self.subnets.binary_search_by(by_id).ok()
    }

    /// Whether something belongs to the account, as far as its owner and the account are known.
    pub(super) fn is_of(account: &str, owner: Option<&str>) -> bool {
        account.is_empty() || owner.is_none_or(|owner| owner == account)
    }

    /// When the facts were observed.
    pub fn observed_at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.snapshot.observed_at.as_deref()?)
    }

    /// What a kind of fact is complete within, when the whole region was asked.
    pub(super) fn scope(name: &str) -> Scope {
        Scope::from(&ResourceName::new(name))
    }
}

/// The tasks of services, by the service's name.
fn by_service<'t>(tasks: Option<&Vec<&'t Task>>) -> BTreeMap<&'t str, Vec<&'t Task>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for task in tasks.into_iter().flatten() {
        if let Some(service) = task.service_name() {
            all.entry(service).or_default().push(*task);
        }
    }
    all
}

fn hosts<'a>(
    snapshot: &'a Snapshot,
    index: &Index<'a>,
    account: &str,
    cluster: &EcsArn,
) -> Result<Vec<Host<'a>>, Missing> {
    let instances = &snapshot.container_instances;
    instances.all_within(cluster).map(drop)?;
    snapshot.tasks.all_within(cluster).map(drop)?;
    let named = [Some(cluster.name()), None];
    let all = named.iter().filter_map(|name| index.instances.get(name));
    let all = all.flatten().copied();
    let own_place = place(cluster);
    let own = all.filter(|facts| place(&facts.container_instance_arn) == own_place);
    let left = |status: Option<&str>| matches!(status, Some("INACTIVE" | "REGISTRATION_FAILED"));
    let own = own.filter(|facts| !left(facts.status.as_deref()));
    Ok(own
        .map(|facts| Host::new(snapshot, account, facts, &index.on_instance))
        .collect())
}

/// The zones of a region: their names begin with its name.
fn zones(snapshot: &Snapshot, region: &str, clusters: &[Cluster<'_>]) -> Vec<String> {
    let subnets = snapshot.subnets.seen();
    let subnets = subnets.filter_map(|subnet: &Subnet| subnet.availability_zone.as_deref());
    let interfaces = snapshot.network_interfaces.seen();
    let interfaces = interfaces.filter_map(|interface| interface.availability_zone.as_deref());
    let hosts = clusters
        .iter()
        .filter_map(|cluster| cluster.hosts.as_ref().ok());
    let hosts = hosts.flatten().filter_map(|host| host.zone.as_deref());
    // One by one: collected, each of very many interfaces' would be sorted.
    let mut all = BTreeSet::new();
    for zone in subnets.chain(interfaces).chain(hosts) {
        all.insert(zone);
    }
    let own = all.into_iter().filter(|zone| zone.starts_with(region));
    own.map(str::to_owned).collect()
}
