//! A web service on Fargate behind an internet-facing load balancer, with a database in two zones and
//! a NAT gateway in each.

use serde_json::json;

use super::shop::{Shop, shop};

pub(crate) fn the_shop() -> Shop {
    let healthy = shop("web-behind-a-load-balancer", "web");
    what_probes_find(names(the_load_balancer(ways_out(the_database(healthy)))))
}

fn the_database(shop: Shop) -> Shop {
    shop.breaks("the database group no longer admits the tasks", |a| {
        a.remove_ingress("sg-db", 5432);
    })
    .fails(&["dependency-unreachable"])
    .breaks("the database group admits another group instead", |a| {
        a.admit_instead("sg-db", 5432, "sg-web", "sg-batch");
    })
    .fails(&["dependency-unreachable"])
    .breaks("the database group's rule is for another port", |a| {
        a.move_ingress("sg-db", 5432, 3306);
    })
    .fails(&["dependency-unreachable"])
    .breaks(
        "the tasks' group no longer lets them call the database",
        |a| {
            a.remove_egress("sg-web", 5432);
        },
    )
    .fails(&["dependency-unreachable"])
    .breaks("the tasks' group no longer lets them call HTTPS", |a| {
        a.remove_egress("sg-web", 443);
    })
    .fails(&["egress-over-restricted"])
    .breaks("the database moves to a group that admits nobody", |a| {
        a.set_database_groups("orders", "eni-orders", &["sg-batch"]);
    })
    .fails(&["dependency-unreachable"])
    .breaks(
        "the database's network ACL denies the application's subnets",
        |a| {
            a.deny("acl-data", false, "10.10.10.0/23", Some((5432, 5432)));
        },
    )
    .fails(&["dependency-unreachable"])
    .breaks("the database's network ACL denies replies", |a| {
        a.deny("acl-data", true, "10.10.10.0/23", Some((1024, 65535)));
    })
    .fails(&["dependency-unreachable"])
    .breaks(
        "the application's network ACL denies calls to the database",
        |a| {
            a.deny("acl-app", true, "10.10.20.0/23", Some((5432, 5432)));
        },
    )
    .fails(&["dependency-unreachable"])
    .breaks(
        "the application's network ACL denies the database's replies",
        |a| {
            a.deny("acl-app", false, "10.10.20.0/23", Some((1024, 65535)));
        },
    )
    .fails(&["dependency-unreachable"])
    .breaks(
        "the application's network ACL lets nothing out any more",
        |a| {
            a.delete_entry("acl-app", true, 100);
        },
    )
    .fails(&[
        "aws-endpoint-unreachable",
        "dependency-unreachable",
        "load-balancer-cannot-reach-task",
    ])
}

fn ways_out(shop: Shop) -> Shop {
    shop.breaks("the NAT route of zone a is deleted", |a| {
        a.delete_route("rtb-app-a", "0.0.0.0/0");
    })
    .fails(&[
        "aws-endpoint-unreachable",
        "no-internet-route",
        "subnets-routed-differently",
    ])
    .breaks("the NAT routes of both zones are deleted", |a| {
        a.delete_route("rtb-app-a", "0.0.0.0/0");
        a.delete_route("rtb-app-b", "0.0.0.0/0");
    })
    .fails(&["aws-endpoint-unreachable", "no-internet-route"])
    .fails_for_the_service(&[
        "aws-endpoint-unreachable",
        "no-internet-route",
        "no-internet-route",
    ])
    .breaks("the NAT gateway of zone a is deleted", |a| {
        a.delete_nat_gateway("nat-a");
    })
    .fails(&[
        "aws-endpoint-unreachable",
        "no-internet-route",
        "subnets-routed-differently",
    ])
    .breaks("the NAT gateway of zone a fails", |a| {
        a.fail_nat_gateway("nat-a");
    })
    .fails(&[
        "aws-endpoint-unreachable",
        "no-internet-route",
        "subnets-routed-differently",
    ])
    .breaks(
        "the default route of zone a leads to the internet gateway",
        |a| {
            a.reroute("rtb-app-a", "0.0.0.0/0", "GatewayId", "igw-main");
        },
    )
    .fails(&[
        "aws-endpoint-unreachable",
        "no-internet-route",
        "subnets-routed-differently",
    ])
    .has_no_proved_fix(
        "aws-endpoint-unreachable",
        "where tasks are placed is what no-internet-route proposes",
    )
    .breaks("the internet gateway is detached", |a| {
        a.detach_internet_gateway("igw-main");
    })
    .fails(&["aws-endpoint-unreachable", "no-internet-route"])
    .breaks("the public subnets' default route is deleted", |a| {
        a.delete_route("rtb-public", "0.0.0.0/0");
    })
    .fails(&["aws-endpoint-unreachable", "no-internet-route"])
}

fn the_load_balancer(shop: Shop) -> Shop {
    shop.breaks("the tasks' group no longer admits requests", |a| {
        a.remove_ingress("sg-web", 8080);
    })
    .fails(&["load-balancer-cannot-reach-task"])
    .breaks("the tasks' group no longer admits health checks", |a| {
        a.remove_ingress("sg-web", 8081);
    })
    .fails(&["load-balancer-cannot-reach-task"])
    .breaks("the load balancer's group lets no health checks out", |a| {
        a.remove_egress("sg-alb", 8081);
    })
    .fails(&["load-balancer-cannot-reach-task"])
    .breaks(
        "the public subnets' network ACL denies the tasks' replies",
        |a| {
            a.deny("acl-public", false, "10.10.10.0/23", Some((1024, 65535)));
        },
    )
    .fails(&["load-balancer-cannot-reach-task"])
}

fn names(shop: Shop) -> Shop {
    shop.breaks("the VPC's resolver is switched off", |a| {
        a.switch_off("enableDnsSupport", "vpc-shop");
    })
    .fails(&["vpc-dns-support-disabled"])
    .breaks("the VPC's host names are switched off", |a| {
        a.switch_off("enableDnsHostnames", "vpc-shop");
    })
    .fails(&["vpc-dns-hostnames-disabled"])
}

#[test]
fn audits_tell_the_truth() {
    the_shop().holds();
}

const TASK: &str = "arn:aws:ecs:eu-west-1:123456789012:task/shop/f20731f7382ac46db41484185ff3c952";
const DATABASE: &str = "orders.c9kq2xv8w1mz.eu-west-1.rds.amazonaws.com:5432";

fn what_probes_find(shop: Shop) -> Shop {
    let open = || json!({"answer": "open", "address": "10.10.20.77", "tookMs": 2});
    let silent = || json!({"answer": "silent", "waitedMs": 3000});
    shop.breaks("nothing, and a probe reaches the database", move |a| {
        a.probe(TASK, DATABASE, "10.10.20.77", &open());
    })
    .harms_nothing()
    .breaks("the database is down", move |a| {
        a.probe(TASK, DATABASE, "10.10.20.77", &silent());
    })
    .fails(&["dependency-does-not-answer"])
    .has_no_proved_fix(
        "dependency-does-not-answer",
        "the cause isn't in the configuration",
    )
    .breaks(
        "the database group no longer admits the tasks, and a probe agrees",
        move |a| {
            a.remove_ingress("sg-db", 5432);
            a.probe(TASK, DATABASE, "10.10.20.77", &silent());
        },
    )
    .fails(&["dependency-unreachable"])
    .breaks(
        "the facts lack a rule by which a probe gets through",
        move |a| {
            a.remove_ingress("sg-db", 5432);
            a.probe(TASK, DATABASE, "10.10.20.77", &open());
        },
    )
    .fails(&["dependency-unreachable", "probe-contradicts-configuration"])
    .has_no_proved_fix(
        "probe-contradicts-configuration",
        "the audit or its facts are wrong, and no command mends these",
    )
}
