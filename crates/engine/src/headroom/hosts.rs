use std::collections::BTreeMap;

use super::host::Host;
use super::region::place;
use super::stuck::is_there;
use crate::facts::{ContainerInstance, EcsArn, Missing, Scope, Snapshot, Task};

/// These container instances of a cluster with what they can still take; all of the cluster's, where none
/// is named. An error unless everything that they run was observed.
pub fn hosts<'a>(
    snapshot: &'a Snapshot,
    cluster: &EcsArn,
    named: &[EcsArn],
) -> Result<Vec<Host<'a>>, Missing> {
    let instances = if named.is_empty() {
        of_cluster(snapshot, cluster)?
    } else {
        let instances = &snapshot.container_instances;
        let named = named.iter().map(|arn| instances.get(arn));
        named.collect::<Result<Vec<_>, _>>()?
    };
    let mut running: BTreeMap<&EcsArn, Vec<&Task>> = BTreeMap::new();
    for task in snapshot.tasks.seen().filter(|task| is_there(task)) {
        if let Some(arn) = &task.container_instance_arn {
            running.entry(arn).or_default().push(task);
        }
    }
    let (account, _) = place(cluster).unwrap_or_default();
    let hosts = instances.into_iter().map(|facts| {
        let scopes = [
            Scope::from(cluster),
            Scope::from(&facts.container_instance_arn),
        ];
        snapshot.tasks.complete_within(&scopes)?;
        Ok(Host::new(snapshot, account, facts, &running))
    });
    hosts.collect()
}

fn of_cluster<'a>(
    snapshot: &'a Snapshot,
    cluster: &EcsArn,
) -> Result<Vec<&'a ContainerInstance>, Missing> {
    let all = snapshot.container_instances.all_within(cluster)?;
    let own = all.filter(|facts| {
        let arn = &facts.container_instance_arn;
        arn.may_be_in(cluster) && place(arn) == place(cluster)
    });
    Ok(own.collect())
}
