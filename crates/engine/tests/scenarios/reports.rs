//! What a person reads about the most instructive breaks.

use awsvpc_auditor_engine::report::{Style, audit_text};

use super::shop::{About, Shop};
use super::two_zones::ONE_ZONE;
use super::{migrated_from_bridge_mode, two_zones, web_behind_a_load_balancer};

fn text(shop: &Shop, what: &str, about: About) -> String {
    let scene = shop.with(what);
    audit_text(&scene.report(about), Style::Plain)
}

fn assert_reads(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn a_database_that_does_not_admit_the_tasks() {
    let shop = web_behind_a_load_balancer::the_shop();
    let what = "the database group no longer admits the tasks";
    assert_reads(
        "database-does-not-admit-the-tasks",
        &text(&shop, what, About::Task),
    );
}

#[test]
fn a_database_that_still_admits_the_container_instances() {
    let shop = migrated_from_bridge_mode::the_shop();
    let what = "the database admits only the container instances, as in bridge mode";
    assert_reads(
        "database-admits-container-instances-only",
        &text(&shop, what, About::Task),
    );
}

#[test]
fn a_zone_without_a_way_out() {
    let shop = two_zones::the_shop();
    assert_reads(
        "one-zone-without-a-way-out.task",
        &text(&shop, ONE_ZONE, About::Task),
    );
    assert_reads(
        "one-zone-without-a-way-out.service",
        &text(&shop, ONE_ZONE, About::Service),
    );
}
