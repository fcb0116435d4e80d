//! A service on Fargate in three zones that mounts an EFS file system with a mount target in each.

use super::shop::{Shop, shop};

pub(crate) fn the_shop() -> Shop {
    shop("shared-files", "media")
        .breaks("the mount targets' group admits nobody any more", |a| {
            a.remove_ingress("sg-files", 2049);
        })
        .fails(&["dependency-unreachable"])
        .breaks(
            "the mount target of zone a gets the VPC's default group",
            |a| {
                a.set_interface_groups("eni-files-a", &["sg-default-shop"]);
            },
        )
        .fails(&["dependency-unreachable"])
        .breaks(
            "the mount target of zone b gets the VPC's default group",
            |a| {
                a.set_interface_groups("eni-files-b", &["sg-default-shop"]);
            },
        )
        .fails(&[])
        .fails_for_the_service(&["dependency-unreachable"])
        .breaks("the mount target of zone c is deleted", |a| {
            a.delete_mount_target("fsmt-c", "eni-files-c");
        })
        .fails(&[])
        .fails_for_the_service(&["dependency-unreachable"])
        .has_no_proved_fix(
            "dependency-unreachable",
            "a mount target costs: to make one is for people to decide",
        )
        .breaks(
            "the tasks' group no longer lets them call the file system",
            |a| {
                a.remove_egress("sg-media", 2049);
            },
        )
        .fails(&["dependency-unreachable"])
        .breaks("the mount targets' network ACL denies NFS", |a| {
            a.deny("acl-data", false, "10.60.0.0/16", Some((2049, 2049)));
        })
        .fails(&["dependency-unreachable"])
        .breaks(
            "the tasks' network ACL denies the mount targets' replies",
            |a| {
                a.deny("acl-app", false, "10.60.20.0/22", Some((1024, 65535)));
            },
        )
        .fails(&["dependency-unreachable"])
        .breaks(
            "the mount targets' network ACL lets nothing in any more",
            |a| {
                a.delete_entry("acl-data", false, 100);
            },
        )
        .fails(&["dependency-unreachable"])
        .breaks("the NAT gateway of zone c is deleted", |a| {
            a.delete_nat_gateway("nat-c");
        })
        .fails(&["subnets-routed-differently"])
        .fails_for_the_service(&[
            "aws-endpoint-unreachable",
            "no-internet-route",
            "subnets-routed-differently",
        ])
}

#[test]
fn audits_tell_the_truth() {
    the_shop().holds();
}
