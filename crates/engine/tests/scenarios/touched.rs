//! What a service's ways touch: a change of it concerns the service.

use awsvpc_auditor_engine::checks;

use crate::shop::About;
use crate::shops;

#[test]
fn a_service_touches_its_subnets_and_what_rules_them() {
    for shop in shops() {
        let scene = shop.healthy();
        let (facts, subject) = (&scene.snapshot, scene.subject(About::Service));
        let touched = checks::touched(facts, subject);
        let service = subject.service(facts).unwrap().unwrap();
        let awsvpc = service.awsvpc().unwrap();
        for group in &awsvpc.security_groups {
            assert!(touched.contains(group.as_str()), "{}: {group}", shop.folder);
        }
        for subnet in &awsvpc.subnets {
            let vpc = facts.vpc_of(subnet).unwrap();
            let table = facts.route_table_of(subnet, vpc).unwrap();
            let acl = facts.network_acl_of(subnet, vpc).unwrap();
            for id in [
                subnet.as_str(),
                vpc.as_str(),
                table.route_table_id.as_str(),
                acl.network_acl_id.as_str(),
            ] {
                assert!(touched.contains(id), "{}: {id}", shop.folder);
            }
        }
    }
}

/// A load balancer's rules decide what comes in.
#[test]
fn a_service_touches_the_load_balancer_before_it() {
    let scene = crate::web_behind_a_load_balancer::the_shop().healthy();
    let touched = checks::touched(&scene.snapshot, scene.subject(About::Service));
    let balancer = scene.snapshot.load_balancers.seen().next().unwrap();
    for group in &balancer.security_groups {
        assert!(touched.contains(group.as_str()), "{group} of {touched:?}");
    }
}
