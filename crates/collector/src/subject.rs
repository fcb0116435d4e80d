//! What is asked about the subjects of a request themselves: their interfaces, subnets, services and
//! groups. What is asked about the VPC around them is in `vpc_facts`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use awsvpc_auditor_engine::facts::{EcsArn, FactKind, NetworkInterfaceId, Task};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::ec2::{Ec2, filter};
use crate::ecs::{self, Ecs};
use crate::findings::{Answer, Findings};
use crate::request::Request;
use crate::round::Round;
use crate::trouble::Trouble;
use crate::vpc_facts::{chunks, group_ids, texts};

/// When a new interface is asked for again: EC2 shows what it has just made with a delay.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
const ASK_AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];

/// The tasks that are only known by name. What they need is added to the request.
pub(crate) async fn described(ecs: Ecs<'_>, request: &mut Request) -> Findings {
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

/// The last tasks of services whose tasks don't start: what stopped says why.
pub(crate) async fn stopped(ecs: Ecs<'_>, request: &Request) -> Findings {
    let mut round = Round::default();
    for (cluster, service) in &request.failing {
        round.ask(FactKind::Tasks, Vec::new(), async move {
            match ecs.stopped_tasks(cluster, service).await {
                Ok(tasks) if tasks.is_empty() => Answer::new("ecs:ListTasks"),
                Ok(tasks) => ecs.tasks(cluster, &tasks).await,
                Err(trouble) => Answer::failed("ecs:ListTasks", trouble),
            }
        });
    }
    round.run().await
}

/// Interfaces, subnets and services.
pub(crate) async fn first_round(
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
pub(crate) fn by_filter(addresses: &BTreeSet<IpAddr>) -> BTreeMap<&'static str, Vec<String>> {
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
            .filter_map(|interface| interface.text("NetworkInterfaceId"))
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
pub(crate) type Listed = Vec<(EcsArn, Vec<String>, Option<Trouble>)>;

pub(crate) async fn listed(ecs: Ecs<'_>, request: &Request) -> Listed {
    let all = request.clusters.iter().map(async |cluster| {
        let (tasks, trouble) = ecs.task_arns(cluster).await;
        (cluster.clone(), tasks, trouble)
    });
    join_all(all).await
}

/// Security groups, and the other tasks of clusters.
pub(crate) async fn second_round(
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
pub(crate) fn awsvpc(service: &Value) -> Option<&Value> {
    service
        .get("networkConfiguration")?
        .get("awsvpcConfiguration")
}
