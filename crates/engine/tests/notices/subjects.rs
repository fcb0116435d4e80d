//! A subject says who has what, and is one that SNS takes.

use awsvpc_auditor_engine::alert::{About, Finding, Notice};
use awsvpc_auditor_engine::report::Message;

use crate::notice::{no_dns, no_route, nothing, orders};

fn finding(check: &str) -> Finding {
    Finding {
        check: check.to_owned(),
        ..no_dns()
    }
}

fn subject(about: About, put: impl FnOnce(&mut Notice)) -> String {
    let mut notice = nothing(about);
    put(&mut notice);
    Message::mail(&notice).subject
}

fn tasks(cluster: &str, owner: &str) -> About {
    About::Tasks {
        cluster: cluster.to_owned(),
        owner: owner.to_owned(),
    }
}

fn monitor(name: &str) -> About {
    About::Monitor {
        name: name.to_owned(),
    }
}

#[test]
fn the_kind_of_news_is_said_first() {
    let found = || vec![no_route("subnet-1"), no_dns(), no_dns()];
    let both = "no-internet-route, vpc-dns-support-disabled";
    let cases = [
        (
            subject(orders(), |n| n.opened = found()),
            format!("ECS network fault: orders in shop: {both}"),
        ),
        (
            subject(orders(), |n| n.flapping = found()),
            format!("Back again (flapping): orders in shop: {both}"),
        ),
        (
            subject(orders(), |n| n.reminded = found()),
            format!("Still there: orders in shop: {both}"),
        ),
        (
            subject(orders(), |n| n.resolved = found()),
            format!("Mended: orders in shop: {both}"),
        ),
        (
            subject(About::Headroom, |n| n.opened = found()),
            format!("ECS headroom: eu-west-1: {both}"),
        ),
        (
            subject(About::Headroom, |n| n.resolved = found()),
            format!("Mended: ECS headroom: eu-west-1: {both}"),
        ),
        (
            subject(About::Coverage, |n| {
                n.opened = vec![finding("ec2:DescribeNetworkAcls")];
            }),
            "awsvpc-auditor can't see: ec2:DescribeNetworkAcls".to_owned(),
        ),
        (
            subject(About::Coverage, |n| {
                n.resolved = vec![finding("ec2:DescribeNetworkAcls")];
            }),
            "Mended: awsvpc-auditor sees again: ec2:DescribeNetworkAcls".to_owned(),
        ),
        (
            subject(monitor("orders"), |n| {
                n.opened = vec![finding("monitored-target-unreachable")];
            }),
            "Network monitor: orders: monitored-target-unreachable".to_owned(),
        ),
        (
            subject(monitor("orders"), |n| {
                n.resolved = vec![finding("monitored-target-unreachable")];
            }),
            "Mended: network monitor: orders: monitored-target-unreachable".to_owned(),
        ),
        (
            subject(orders(), |_| ()),
            "Mended: orders in shop".to_owned(),
        ),
    ];
    for (subject, expected) in cases {
        assert_eq!(subject, expected);
    }
}

#[test]
fn what_is_broken_comes_before_what_is_mended() {
    let subject = subject(orders(), |notice| {
        notice.opened = vec![no_dns()];
        notice.resolved = vec![no_route("subnet-1")];
    });
    assert_eq!(
        subject,
        "ECS network fault: orders in shop: vpc-dns-support-disabled"
    );
}

#[test]
fn long_and_foreign_names_leave_room_for_the_first_check() {
    let long = "o".repeat(255);
    for (about, checks, expected) in [
        (
            tasks("shop", "service:orders"),
            vec![
                "no-internet-route",
                "vpc-dns-support-disabled",
                "vpc-dns-hostnames-disabled",
            ],
            "ECS network fault: orders in shop: no-internet-route, vpc-dns-support-disabled +1"
                .to_owned(),
        ),
        (
            tasks(&long, &format!("service:{long}")),
            vec!["no-internet-route"],
            format!("ECS network fault: {}no-internet-route", "o".repeat(60)),
        ),
        (
            tasks("магазин", "service:заказы"),
            vec!["no-internet-route"],
            "ECS network fault: ?????? in ???????: no-internet-route".to_owned(),
        ),
        (
            tasks("a\nb", "family:c\u{7f}d"),
            vec!["no-internet-route"],
            "ECS network fault: c?d in a?b: no-internet-route".to_owned(),
        ),
    ] {
        let checks = checks.into_iter().map(finding);
        let subject = subject(about, |notice| notice.opened = checks.collect());
        assert_eq!(subject, expected);
        assert!(subject.len() < 100, "{subject}");
    }
}
