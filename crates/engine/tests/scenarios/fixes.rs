//! Every fix of every break is put to the test, and wrong ones are caught.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::checks::{AuditResult, Report, prove_fix, run};
use awsvpc_auditor_engine::fix::{Change, Fix, GroupRule, Peer, apply};
use awsvpc_auditor_engine::net::{PortRange, Protocol};
use awsvpc_auditor_engine::proposal::Proposal;
use awsvpc_auditor_engine::reach::Direction;

use super::shop::{About, Break, Scene, failing, shop};
use super::{two_zones, web_behind_a_load_balancer, wrong};

/// What is wrong with the fixes of a report: each finding has one that is proved, unless the break
/// says why not. It takes the finding away and brings no other, says what it changes in every
/// language, and holds nothing needless; what only looks like it isn't proved.
pub(crate) fn faults(one: &Break, scene: &Scene, about: About, report: &Report<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for result in failing(report) {
        let excuse = one.unmended.iter().find(|(id, _)| *id == result.check.id);
        let proved = result.fixes.iter().find(|fix| fix.verified);
        let found = match (proved, excuse) {
            (None, Some(_)) => Vec::new(),
            (None, None) => vec!["no proved fix".to_owned()],
            (Some(_), Some((_, why))) => vec![format!("a proved fix, although {why}")],
            (Some(fix), None) => {
                let mut found: Vec<_> = harm(scene, about, report, result, fix)
                    .into_iter()
                    .collect();
                found.extend(fix.changes().iter().flat_map(unsaid));
                found.extend(misread(scene, fix));
                let prove = |changes: &[Change]| {
                    prove_fix(&scene.snapshot, scene.subject(about), result, changes)
                };
                found.extend(wrong::passing(fix.changes(), scene, prove));
                found
            }
        };
        let fixes: Vec<_> = result.fixes.iter().map(Fix::command).collect();
        let of = format!("{} ({about:?}), {}", one.what, result.check.id);
        let found = found.into_iter();
        faults.extend(found.map(|fault| format!("  {of}: {fault}\n    {}", fixes.join("\n    "))));
    }
    faults
}

/// The commands of a fix, read as what somebody proposes, must do what the fix does.
fn misread(scene: &Scene, fix: &Fix) -> Option<String> {
    let wanted = apply(&scene.snapshot, fix.changes()).unwrap();
    let mut read = scene.snapshot.clone();
    for command in fix.commands() {
        let proposal = command.parse::<Proposal>();
        match proposal.and_then(|proposal| proposal.apply(&read)) {
            Ok(after) => read = after,
            Err(error) => return Some(format!("`{command}` can't be proposed: {error}")),
        }
    }
    let of = |facts| names(&run(facts, scene.subject_in(facts, About::Service)));
    (of(&read) != of(&wanted)).then(|| format!("{:?} is read otherwise", fix.commands()))
}

/// What is left of a finding with its fix applied, and what is new. What only new tasks have is looked
/// for where those would be.
fn harm(
    scene: &Scene,
    about: About,
    report: &Report<'_>,
    result: &AuditResult,
    fix: &Fix,
) -> Option<String> {
    let after = apply(&scene.snapshot, fix.changes()).unwrap();
    let takes_new_tasks = fix.changes().iter().any(Change::takes_new_tasks);
    let (about, before) = if takes_new_tasks {
        (About::Service, names(&scene.report(About::Service)))
    } else {
        (about, names(report))
    };
    let after = names(&run(&after, scene.subject_in(&after, about)));
    let own = (result.check.id, result.resource.clone());
    let is_left = |(id, _): &(&str, String)| takes_new_tasks && *id == result.check.id;
    if after.contains(&own) || after.iter().any(is_left) {
        return Some("mends nothing".to_owned());
    }
    // Mending one of several subnets makes them differ.
    let new: Vec<_> = after
        .difference(&before)
        .filter(|(id, _)| *id != "subnets-routed-differently")
        .collect();
    (!new.is_empty()).then(|| format!("brings {new:?}"))
}

fn names(report: &Report<'_>) -> BTreeSet<(&'static str, String)> {
    let failing = failing(report).into_iter();
    let names = failing.map(|result| (result.check.id, result.resource.clone()));
    names.collect()
}

/// The languages in which a change doesn't name what it changes.
fn unsaid(change: &Change) -> Vec<String> {
    // ECS knows by name what EC2 knows by id.
    let component = change.component().rsplit('/').next().unwrap();
    let texts = [
        change.command(),
        change.cloudformation(),
        change.terraform(),
    ];
    let unsaid = texts.iter().filter(|text| !text.contains(component));
    let unsaid = unsaid.map(|text| format!("{component} isn't in {text:?}"));
    unsaid.collect()
}

#[test]
fn exceptions_are_findings() {
    for shop in super::shops() {
        for one in shop.breaks.iter().filter(|one| !one.unmended.is_empty()) {
            let scene = shop.broken(one);
            let reports = [scene.report(About::Task), scene.report(About::Service)];
            let found: BTreeSet<_> = reports.iter().flat_map(names).map(|(id, _)| id).collect();
            for (check, why) in &one.unmended {
                assert!(
                    found.contains(check),
                    "{}: {}: no {check}, although {why}",
                    shop.folder,
                    one.what
                );
            }
        }
    }
}

/// A finding of the task's audit, with its fix.
fn the_finding<'r>(report: &'r Report<'_>) -> (&'r AuditResult, &'r [Change]) {
    let [result] = failing(report)[..] else {
        panic!("{:?}", failing(report));
    };
    let [fix] = &result.fixes[..] else {
        panic!("{:?}", result.fixes);
    };
    assert!(fix.verified);
    (result, fix.changes())
}

#[test]
fn a_rule_that_is_not_the_right_one_is_no_fix() {
    let rule = |group: &str, port: u16, source: &str| {
        Change::AuthorizeGroupRule(GroupRule {
            group: group.parse().unwrap(),
            direction: Direction::Ingress,
            protocol: Protocol::TCP,
            ports: Some(PortRange::single(port)),
            peer: Peer::Group {
                id: source.parse().unwrap(),
                account: None,
            },
        })
    };
    let shop = web_behind_a_load_balancer::the_shop();
    let scene = shop.with("the database group no longer admits the tasks");
    let report = scene.report(About::Task);
    let (result, right) = the_finding(&report);
    assert_eq!(right, [rule("sg-db", 5432, "sg-web")]);
    let proved = |changes: &[Change]| {
        prove_fix(&scene.snapshot, scene.subject(About::Task), result, changes)
    };
    assert!(proved(right));
    for (what, wrong) in [
        ("another port", rule("sg-db", 5433, "sg-web")),
        ("another group's rule", rule("sg-web", 5432, "sg-web")),
        ("another source", rule("sg-db", 5432, "sg-db")),
        ("a group that isn't there", rule("sg-gone", 5432, "sg-web")),
    ] {
        assert!(!proved(&[wrong]), "{what} passed for a fix");
    }
    assert!(!proved(&[]), "doing nothing passed for a fix");
}

#[test]
fn a_network_acl_rule_behind_the_one_that_denies_is_no_fix() {
    let shop = web_behind_a_load_balancer::the_shop();
    let scene = shop.with("the database's network ACL denies the application's subnets");
    let report = scene.report(About::Task);
    let (result, right) = the_finding(&report);
    let [entry] = right else { panic!("{right:?}") };
    let proved = |change: Change| {
        prove_fix(
            &scene.snapshot,
            scene.subject(About::Task),
            result,
            &[change],
        )
    };
    assert!(proved(entry.clone()));
    assert!(!proved(wrong::behind_what_denies(entry, &scene).unwrap()));
}

#[test]
fn a_route_to_a_nat_gateway_that_failed_is_no_fix() {
    let shop = shop("two-zones", "mailer").breaks(two_zones::ONE_ZONE, |a| {
        a.fail_nat_gateway("nat-b");
        a.delete_route("rtb-app-b", "0.0.0.0/0");
    });
    let scene = shop.with(two_zones::ONE_ZONE);
    let report = scene.report(About::Task);
    let (result, right) = the_finding(&report);
    let [route] = right else { panic!("{right:?}") };
    let proved = |change: Change| {
        prove_fix(
            &scene.snapshot,
            scene.subject(About::Task),
            result,
            &[change],
        )
    };
    // The other zone's gateway costs more and works.
    assert!(route.command().ends_with("--nat-gateway-id nat-a"));
    assert!(proved(route.clone()));
    assert!(!proved(
        wrong::to_a_dead_nat_gateway(route, &scene).unwrap()
    ));
}
