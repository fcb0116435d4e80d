//! EFS: a file system's name leads to the mount target in the client's own zone.
//! <https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html>

use super::{AwsName, Located, Spot, Whereabouts};
use crate::facts::{FactKind, Missing, MountTarget, Reason, Snapshot};
use crate::reach::{Groups, Place};

pub(super) fn find(snapshot: &Snapshot, name: &str) -> Option<Whereabouts> {
    let Some(AwsName::FileSystem(id)) = AwsName::parse(name) else {
        return None;
    };
    let label = format!("file system {id}");
    let targets = snapshot.mount_targets.seen();
    let targets = targets.filter(|target| target.file_system_id.as_str() == id);
    let spots: Vec<_> = targets
        .map(|target| spot(snapshot, target, &label))
        .collect();
    if spots.is_empty() {
        return None;
    }
    Some(Whereabouts::Account(Located {
        label,
        port: Some(2049),
        spots,
        is_zonal: true,
    }))
}

fn spot(snapshot: &Snapshot, target: &MountTarget, label: &str) -> Spot {
    let interface = target.network_interface_id.as_ref();
    let interface = interface.map(|id| snapshot.network_interfaces.get(id));
    let groups = match interface {
        Some(Ok(interface)) => Groups::Filtered(interface.group_ids().cloned().collect()),
        Some(Err(missing)) => Groups::Unknown(missing),
        None => {
            let what = format!("the interface of {}", target.mount_target_id);
            Groups::Unknown(Missing::new(
                FactKind::MountTargets,
                Reason::NotInFacts(what),
            ))
        }
    };
    let subnet = snapshot.subnets.get(&target.subnet_id).ok();
    let zone = subnet.and_then(|subnet| subnet.availability_zone.clone());
    Spot {
        zone: target.availability_zone_name.clone().or(zone),
        places: vec![Place {
            label: label.to_owned(),
            subnet: target.subnet_id.clone(),
            address: target.ip_address.map(Into::into),
            groups,
        }],
    }
}
