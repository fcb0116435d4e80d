//! Notices to put into words.

use std::time::Duration;

use awsvpc_auditor_engine::alert::{
    About, Affected, Blocker, Finding, Mend, Moment, Notice, Scope, Unclear,
};
use awsvpc_auditor_engine::checks::{AuditResult, Outcome, Severity};
use awsvpc_auditor_engine::facts::Timestamp;

use crate::fixture::{Audit, Fixture};

pub(crate) const TASK: &str =
    "arn:aws:ecs:eu-west-1:123456789012:task/shop/0f9e8d7c6b5a49382716051423324150";

/// 2026-11-20T10:14:31Z.
pub(crate) fn observed_at() -> Moment {
    Timestamp::parse("2026-11-20T10:14:31Z").unwrap().into()
}

/// So many hours before.
pub(crate) fn hours_ago(hours: u32) -> Moment {
    Moment::from_millis(observed_at().millis() - i64::from(hours) * 3_600_000)
}

pub(crate) fn tasks(count: usize) -> Affected {
    let mut affected = Affected::default();
    for task in 0..count {
        affected.add(&format!("arn:task/{task}"));
    }
    affected
}

pub(crate) fn orders() -> About {
    About::Tasks {
        cluster: "shop".to_owned(),
        owner: "service:orders".to_owned(),
    }
}

/// A notice that tells nothing yet.
pub(crate) fn nothing(about: About) -> Notice {
    let scope = Scope {
        account: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
        about,
    };
    let is_about_tasks = scope.cluster().is_some();
    Notice {
        id: format!("{scope}/1"),
        thread: format!("{scope}/2026-11-20T07:14:31Z"),
        scope,
        at: observed_at().after(Duration::from_secs(5)),
        observed_at: observed_at(),
        example: is_about_tasks.then(|| TASK.to_owned()),
        stopped_reason: None,
        flow_logs: Vec::new(),
        refused: None,
        changes: Vec::new(),
        opened: Vec::new(),
        flapping: Vec::new(),
        reminded: Vec::new(),
        resolved: Vec::new(),
        left_out: 0,
        still_open: 0,
        lesser: [].into(),
        unclear: Vec::new(),
        caveat: None,
        untold: [].into(),
    }
}

/// A fault with two commands that are proved.
pub(crate) fn no_route(subnet: &str) -> Finding {
    let table = format!("rtb-{subnet}");
    Finding {
        fingerprint: format!("123456789012/eu-west-1/service:orders/no-internet-route/{subnet}"),
        check: "no-internet-route".to_owned(),
        title: "the task has no way to the internet".to_owned(),
        severity: Severity::Critical,
        resource: subnet.to_owned(),
        message: format!(
            "tasks in {subnet} have no public address and {table} has no route to a NAT gateway, \
             so images and secrets can't be fetched"
        ),
        blockers: vec![Blocker {
            code: "NO_ROUTE_TO_DESTINATION".to_owned(),
            component: table.clone(),
            direction: "egress".to_owned(),
            leg: "forward".to_owned(),
            message: format!("{table} has no route to 0.0.0.0/0"),
        }],
        mends: vec![Mend {
            commands: vec![
                format!(
                    "aws ec2 create-route --route-table-id {table} \
                     --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-1"
                ),
                format!(
                    "aws ec2 associate-route-table --route-table-id {table} --subnet-id {subnet}"
                ),
            ],
            verified: true,
            account: Some("210987654321".to_owned()),
            standing: Some(
                "verified: with it the audit finds the fault gone and nothing worse; to be run in \
                 account 210987654321"
                    .to_owned(),
            ),
        }],
        since: hours_ago(3),
        affected: tasks(12),
    }
}

/// A fault with one short command that nothing proves.
pub(crate) fn no_dns() -> Finding {
    Finding {
        fingerprint: "123456789012/eu-west-1/service:orders/vpc-dns-support-disabled/vpc-1"
            .to_owned(),
        check: "vpc-dns-support-disabled".to_owned(),
        title: "DNS resolution is off in the task's VPC".to_owned(),
        severity: Severity::High,
        resource: "vpc-1".to_owned(),
        message: "enableDnsSupport of vpc-1 is off, so no name is resolved".to_owned(),
        blockers: Vec::new(),
        mends: vec![Mend {
            commands: vec![
                "aws ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-support".to_owned(),
            ],
            verified: false,
            account: None,
            standing: None,
        }],
        since: hours_ago(50),
        affected: tasks(1),
    }
}

/// The notice about what a fixture's check finds.
pub(crate) fn notice_of(fixture: &Fixture) -> Notice {
    let Audit {
        account,
        region,
        subject,
        monitor,
        results,
    } = fixture.audit();
    let is_about_tasks = subject.is_some();
    let (about, example) = match subject {
        Some((cluster, owner, arn)) => {
            let task = arn.contains(":task/").then_some(arn);
            (About::Tasks { cluster, owner }, task)
        }
        None => (
            monitor.map_or(About::Headroom, |name| About::Monitor { name }),
            None,
        ),
    };
    let of = |outcome| {
        results
            .iter()
            .filter(move |r: &&AuditResult| r.outcome == outcome)
    };
    let dated = |result: &AuditResult| Finding {
        since: observed_at(),
        affected: tasks(usize::from(is_about_tasks)),
        ..Finding::from(result)
    };
    let unclear = |result: &AuditResult| Unclear {
        check: result.check.id.to_owned(),
        message: result.message.clone(),
    };
    let mut notice = nothing(about);
    notice.scope.account = account;
    notice.scope.region = region;
    notice.example = example;
    notice.opened = of(Outcome::Fail).map(dated).collect();
    notice.unclear = of(Outcome::Unknown).map(unclear).collect();
    notice.arrange();
    notice
}
