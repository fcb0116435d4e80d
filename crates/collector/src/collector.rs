//! Plans the calls for a request: three rounds, in each of which everything runs together.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use awsvpc_auditor_engine::facts::{
    EcsArn, FactKind, LoadError, NetworkInterfaceId, Snapshot, Task,
};
use futures_util::future::join_all;
use moka::future::Cache;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::calls::Calls;
use crate::document::Document;
use crate::ec2::{Ec2, filter};
use crate::ecs::{self, Ecs};
use crate::findings::{Answer, Findings};
use crate::request::Request;
use crate::round::Round;
use crate::trouble::{Refused, Trouble};
use crate::vpc_facts::{self, chunks, group_ids, items, text, texts};

/// How long a VPC's facts are good for another audit. A deployment starts its tasks within it; a
/// mended rule is seen after it.
pub const FRESH: Duration = Duration::from_mins(1);

/// VPCs whose facts are kept; the largest take about a megabyte.
const MOST_VPCS: u64 = 16;

/// Prefix lists that rules name; each is at most 1,000 entries long.
const MOST_PREFIX_LISTS: u64 = 64;

/// Subnets never move to another VPC.
const MOST_SUBNETS: u64 = 10_000;

/// When a new interface is asked for again: EC2 shows what it has just made with a delay.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
const ASK_AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];

/// Asks AWS. One for a process: audits share what it learns about their VPCs.
#[derive(Debug)]
pub struct Collector {
    ec2: aws_sdk_ec2::Client,
    ecs: aws_sdk_ecs::Client,
    vpcs: Cache<String, Arc<Findings>>,
    prefix_lists: Cache<String, Arc<Findings>>,
    vpc_of_subnet: Cache<String, String>,
    calls: Calls,
}

/// What was collected, and when.
#[derive(Debug)]
pub struct Collected {
    findings: Findings,
    observed_at: String,
}

impl Collected {
    /// The facts.
    pub fn snapshot(&self) -> Result<Snapshot, LoadError> {
        self.findings.snapshot(&self.observed_at)
    }

    /// The files of a snapshot that gives the same facts: name and text.
    pub fn files(&self) -> Vec<(String, String)> {
        self.findings.files(&self.observed_at)
    }

    /// Which calls gave nothing, and why: IAM action and reason.
    pub fn missing(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.findings.missing()
    }
}

impl Collector {
    /// A collector that asks as configured. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let ec2 = aws_sdk_ec2::config::Builder::from(config).interceptor(calls.clone());
        let ecs = aws_sdk_ecs::config::Builder::from(config).interceptor(calls.clone());
        Self {
            ec2: aws_sdk_ec2::Client::from_conf(ec2.build()),
            ecs: aws_sdk_ecs::Client::from_conf(ecs.build()),
            vpcs: kept(MOST_VPCS),
            prefix_lists: kept(MOST_PREFIX_LISTS),
            vpc_of_subnet: Cache::new(MOST_SUBNETS),
            calls,
        }
    }

    /// The calls that were made.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Learns what a request wants, until the deadline. What did not come is in the facts' coverage;
    /// an error means that AWS doesn't know the caller at all.
    pub async fn collect(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Collected, Refused> {
        let ec2 = Ec2 {
            client: &self.ec2,
            deadline,
        };
        let ecs = Ecs {
            client: &self.ecs,
            deadline,
        };
        let mut request = request.clone();
        let mut subject = described(ecs, &mut request).await;
        let unknown_subnets = self.unknown_subnets(&request).await;
        let (first, listed) = tokio::join!(
            first_round(ec2, ecs, &request, unknown_subnets),
            listed(ecs, &request)
        );
        subject.absorb(&first);
        let vpcs = self.vpcs_of(ec2, &request, &mut subject).await;
        let (about_vpcs, second) = tokio::join!(
            self.about(ec2, &vpcs),
            second_round(ec2, ecs, &request, &subject, listed, &vpcs)
        );
        subject.absorb(&second);
        let mut findings = Findings::default();
        for vpc in about_vpcs {
            findings.absorb(&vpc);
        }
        // What was asked about the subject itself is the newest.
        findings.absorb(&subject);
        let lists = self.prefix_lists_of_groups(ec2, &findings).await;
        findings.absorb(&lists);
        if let Some(refused) = findings.refused() {
            return Err(refused.clone());
        }
        Ok(Collected {
            findings,
            observed_at: now(),
        })
    }

    async fn unknown_subnets(&self, request: &Request) -> Vec<String> {
        let mut unknown = Vec::new();
        for subnet in &request.subnets {
            if self.vpc_of_subnet.get(subnet.as_str()).await.is_none() {
                unknown.push(subnet.to_string());
            }
        }
        unknown
    }

    /// The VPCs that the request is about, and the subnets of services of which nothing else tells
    /// the VPC.
    async fn vpcs_of(
        &self,
        ec2: Ec2<'_>,
        request: &Request,
        findings: &mut Findings,
    ) -> BTreeSet<String> {
        let mut round = Round::default();
        for service in findings.of(FactKind::Services) {
            let subnets = awsvpc(service).map(|awsvpc| texts(awsvpc, "subnets"));
            let subnets = subnets.unwrap_or_default();
            let mut is_known = false;
            for subnet in &subnets {
                is_known |= self.vpc_of_subnet.contains_key(subnet)
                    || findings.get(FactKind::Subnets, subnet).is_some();
            }
            // All subnets of a service are in one VPC.
            // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
            if let (false, Some(first)) = (is_known, subnets.first().cloned()) {
                round.ask(FactKind::Subnets, Vec::new(), async move {
                    ec2.subnets(filter("subnet-id", [first])).await
                });
            }
        }
        let asked = round.run().await;
        findings.absorb(&asked);
        let mut vpcs = BTreeSet::new();
        for subnet in findings.of(FactKind::Subnets) {
            if let (Some(id), Some(vpc)) = (text(subnet, "SubnetId"), text(subnet, "VpcId")) {
                self.vpc_of_subnet.insert(id, vpc.clone()).await;
                vpcs.insert(vpc);
            }
        }
        let interfaces = findings.of(FactKind::NetworkInterfaces);
        vpcs.extend(interfaces.filter_map(|interface| text(interface, "VpcId")));
        for subnet in &request.subnets {
            vpcs.extend(self.vpc_of_subnet.get(subnet.as_str()).await);
        }
        for service in findings.of(FactKind::Services) {
            for subnet in awsvpc(service)
                .map(|a| texts(a, "subnets"))
                .unwrap_or_default()
            {
                vpcs.extend(self.vpc_of_subnet.get(&subnet).await);
            }
        }
        vpcs
    }

    /// The facts of each VPC: kept ones, or one flight for everybody who waits for them.
    async fn about(&self, ec2: Ec2<'_>, vpcs: &BTreeSet<String>) -> Vec<Arc<Findings>> {
        let all = vpcs.iter().map(|vpc| {
            shared(&self.vpcs, vpc, async move {
                vpc_facts::collect(ec2, vpc).await
            })
        });
        join_all(all).await
    }

    /// The entries of prefix lists that rules of security groups name.
    async fn prefix_lists_of_groups(&self, ec2: Ec2<'_>, known: &Findings) -> Findings {
        let groups = known.of(FactKind::SecurityGroups);
        let permissions = groups.flat_map(|group| {
            items(group, "IpPermissions").chain(items(group, "IpPermissionsEgress"))
        });
        let lists: BTreeSet<String> = permissions
            .flat_map(|permission| items(permission, "PrefixListIds"))
            .filter_map(|list| text(list, "PrefixListId"))
            .filter(|list| known.get(FactKind::PrefixLists, list).is_none())
            .collect();
        let all = lists.iter().map(|list| {
            shared(&self.prefix_lists, list, async move {
                let mut round = Round::default();
                round.ask(FactKind::PrefixLists, Vec::new(), async move {
                    ec2.prefix_list_entries(list).await
                });
                round.run().await
            })
        });
        let mut findings = Findings::default();
        for list in join_all(all).await {
            findings.absorb(&list);
        }
        findings
    }
}

fn kept(most: u64) -> Cache<String, Arc<Findings>> {
    Cache::builder()
        .max_capacity(most)
        .time_to_live(FRESH)
        .build()
}

/// Findings about a key: kept ones, or new ones, asked for once however many wait for them. They
/// are kept only when asking again would give nothing more.
async fn shared(
    cache: &Cache<String, Arc<Findings>>,
    key: &str,
    ask: impl Future<Output = Findings>,
) -> Arc<Findings> {
    let kept = cache.try_get_with_by_ref(key, async {
        let findings = Arc::new(ask.await);
        if findings.is_settled() {
            Ok(findings)
        } else {
            Err(findings)
        }
    });
    match kept.await {
        Ok(findings) => findings,
        Err(unsettled) => Arc::clone(&unsettled),
    }
}

/// The tasks that are only known by name. What they need is added to the request.
async fn described(ecs: Ecs<'_>, request: &mut Request) -> Findings {
    let mut by_cluster: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (cluster, task) in &request.tasks {
        by_cluster.entry(cluster).or_default().push(task.clone());
    }
    let mut round = Round::default();
    for (cluster, tasks) in by_cluster {
        for tasks in tasks.chunks(ecs::TASKS).map(<[String]>::to_vec) {
            round.ask(FactKind::Tasks, Vec::new(), async move {
                ecs.tasks(cluster, &tasks).await
            });
        }
    }
    let findings = round.run().await;
    for task in findings.of(FactKind::Tasks) {
        if let Ok(task) = Task::deserialize(task) {
            request.audit(&task);
        }
    }
    findings
}

/// Interfaces, subnets and services.
async fn first_round(
    ec2: Ec2<'_>,
    ecs: Ecs<'_>,
    request: &Request,
    unknown_subnets: Vec<String>,
) -> Findings {
    let mut round = Round::default();
    let interfaces: Vec<String> = request.interfaces.iter().map(ToString::to_string).collect();
    for ids in chunks(&interfaces) {
        round.ask(FactKind::NetworkInterfaces, Vec::new(), async move {
            interfaces_by_id(ec2, ids, &request.fresh).await
        });
    }
    for (name, addresses) in by_filter(&request.addresses) {
        round.ask(FactKind::NetworkInterfaces, addresses.clone(), async move {
            ec2.network_interfaces(filter(name, addresses)).await
        });
    }
    let instances: Vec<String> = request.instances.iter().map(ToString::to_string).collect();
    for ids in chunks(&instances) {
        round.ask(FactKind::NetworkInterfaces, ids.clone(), async move {
            ec2.network_interfaces(filter("attachment.instance-id", ids))
                .await
        });
    }
    for ids in chunks(&unknown_subnets) {
        round.ask(FactKind::Subnets, Vec::new(), async move {
            ec2.subnets(filter("subnet-id", ids)).await
        });
    }
    let mut by_cluster: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (cluster, service) in &request.services {
        by_cluster.entry(cluster).or_default().push(service.clone());
    }
    for (cluster, services) in by_cluster {
        for services in services.chunks(ecs::SERVICES).map(<[String]>::to_vec) {
            round.ask(FactKind::Services, Vec::new(), async move {
                ecs.services(cluster, &services).await
            });
        }
    }
    round.run().await
}

/// The filter that finds the interface of an address.
fn by_filter(addresses: &BTreeSet<IpAddr>) -> BTreeMap<&'static str, Vec<String>> {
    let mut filters: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for address in addresses {
        let name = match address {
            IpAddr::V6(_) => "ipv6-addresses.ipv6-address",
            IpAddr::V4(address) if address.is_private() => "addresses.private-ip-address",
            IpAddr::V4(_) => "addresses.association.public-ip",
        };
        filters.entry(name).or_default().push(address.to_string());
    }
    filters
}

/// Interfaces by id. Fresh ones that EC2 doesn't show yet are asked for again.
async fn interfaces_by_id(
    ec2: Ec2<'_>,
    mut ids: Vec<String>,
    fresh: &BTreeSet<NetworkInterfaceId>,
) -> Answer {
    let ask = async |ids: &[String]| {
        ec2.network_interfaces(filter("network-interface-id", ids.to_vec()))
            .await
    };
    let mut answer = ask(&ids).await;
    for pause in ASK_AGAIN {
        let shown: BTreeSet<&str> = answer
            .documents
            .iter()
            .filter_map(Document::interface_id)
            .collect();
        ids.retain(|id| {
            !shown.contains(id.as_str()) && fresh.contains(&NetworkInterfaceId::new(id.as_str()))
        });
        if ids.is_empty() || answer.trouble.is_some() || Instant::now() + pause >= ec2.deadline {
            break;
        }
        sleep(pause).await;
        let more = ask(&ids).await;
        answer.documents.extend(more.documents);
        answer.trouble = more.trouble;
    }
    answer
}

/// The tasks of each cluster on whose instances tasks share.
type Listed = Vec<(EcsArn, Vec<String>, Option<Trouble>)>;

async fn listed(ecs: Ecs<'_>, request: &Request) -> Listed {
    let all = request.clusters.iter().map(async |cluster| {
        let (tasks, trouble) = ecs.task_arns(cluster).await;
        (cluster.clone(), tasks, trouble)
    });
    join_all(all).await
}

/// Security groups, and the other tasks of clusters.
async fn second_round(
    ec2: Ec2<'_>,
    ecs: Ecs<'_>,
    request: &Request,
    known: &Findings,
    listed: Listed,
    vpcs: &BTreeSet<String>,
) -> Findings {
    let mut round = Round::default();
    let mut groups: Vec<String> = request.groups.iter().map(ToString::to_string).collect();
    groups.extend(known.of(FactKind::NetworkInterfaces).flat_map(group_ids));
    let services = || known.of(FactKind::Services).filter_map(awsvpc);
    groups.extend(services().flat_map(|awsvpc| texts(awsvpc, "securityGroups")));
    for ids in chunks(&groups) {
        round.ask(FactKind::SecurityGroups, Vec::new(), async move {
            ec2.security_groups(vec![filter("group-id", ids)]).await
        });
    }
    if services().any(|awsvpc| texts(awsvpc, "securityGroups").is_empty()) && !vpcs.is_empty() {
        // A service that names no group has its VPC's default one.
        let filters = vec![
            filter("vpc-id", vpcs.clone()),
            filter("group-name", ["default"]),
        ];
        round.ask(FactKind::SecurityGroups, Vec::new(), async move {
            ec2.security_groups(filters).await
        });
    }
    for (cluster, tasks, trouble) in listed {
        let is_whole = trouble.is_none();
        if let Some(trouble) = trouble {
            round.ask(FactKind::Tasks, Vec::new(), async move {
                let mut answer = Answer::new("ecs:ListTasks");
                answer.trouble = Some(trouble);
                answer
            });
        }
        let within = is_whole.then(|| cluster.to_string()).into_iter().collect();
        round.ask(FactKind::Tasks, within, async move {
            if tasks.is_empty() {
                return Answer::new("ecs:DescribeTasks");
            }
            ecs.tasks(cluster.as_str(), &tasks).await
        });
    }
    round.run().await
}

/// The awsvpc configuration of a described service.
fn awsvpc(service: &Value) -> Option<&Value> {
    service
        .get("networkConfiguration")?
        .get("awsvpcConfiguration")
}

/// The time, to the second, in RFC 3339.
fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    });
    DateTime::from_secs(seconds)
        .fmt(Format::DateTime)
        .unwrap_or_default()
}
