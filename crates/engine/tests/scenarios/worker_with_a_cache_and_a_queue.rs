//! A worker on Fargate with a Redis replication group, a queue and a secret behind interface endpoints,
//! and NAT gateways for the rest.

use serde_json::json;

use super::shop::{Shop, shop};

pub(crate) fn the_shop() -> Shop {
    networks(names(
        shop("worker-with-a-cache-and-a-queue", "worker")
            .breaks("the cache's group no longer admits the tasks", |a| {
                a.remove_ingress("sg-redis", 6379);
            })
            .fails(&["dependency-unreachable"])
            .breaks("the tasks' group no longer lets them call the cache", |a| {
                a.remove_egress("sg-worker", 6379);
            })
            .fails(&["dependency-unreachable"])
            .breaks("the cache moves to the VPC's default group", |a| {
                let nodes = [
                    ("sessions-001", "eni-redis-a"),
                    ("sessions-002", "eni-redis-b"),
                ];
                a.set_cache_groups(&nodes, &["sg-default-shop"]);
            })
            .fails(&["dependency-unreachable"])
            .breaks("the queue's endpoint admits nobody any more", |a| {
                a.remove_ingress("sg-sqs", 443);
            })
            .fails(&["dependency-unreachable"])
            .breaks("the queue's endpoint gets the VPC's default group", |a| {
                a.set_endpoint_groups("vpce-sqs", &["sg-default-shop"]);
            })
            .fails(&["dependency-unreachable"])
            .breaks(
                "the queue's endpoint refuses the tasks in zone b only",
                |a| {
                    a.set_interface_groups("eni-sqs-b", &["sg-default-shop"]);
                },
            )
            .fails(&["dependency-unreachable"])
            .breaks(
                "the secrets' endpoint refuses the tasks in zone b only",
                |a| {
                    a.set_interface_groups("eni-secrets-b", &["sg-default-shop"]);
                },
            )
            .fails(&["interface-endpoint-blocks-task"])
            .breaks("the secrets' endpoint admits nobody any more", |a| {
                a.remove_ingress("sg-secrets", 443);
            })
            .fails(&["interface-endpoint-blocks-task"])
            .breaks("the tasks' group no longer lets them call HTTPS", |a| {
                a.remove_egress("sg-worker", 443);
            })
            .fails(&["dependency-unreachable", "egress-over-restricted"]),
    ))
}

fn names(shop: Shop) -> Shop {
    shop.breaks("the queue's endpoint loses its private DNS", |a| {
        a.private_dns_off("vpce-sqs");
    })
    .fails(&["endpoint-private-dns-disabled"])
    .breaks("the secrets' endpoint loses its private DNS", |a| {
        a.private_dns_off("vpce-secrets");
    })
    .fails(&["endpoint-private-dns-disabled"])
    .breaks(
        "the queue's endpoint is deleted: its name leads to the internet then",
        |a| {
            a.delete_endpoint("vpce-sqs");
        },
    )
    .harms_nothing()
    .breaks(
        "the secrets' endpoint's policy forgets to allow reading",
        |a| {
            let statement = json!({"Effect": "Allow", "Principal": "*",
                "Action": "secretsmanager:DescribeSecret", "Resource": "*"});
            a.set_policy(
                "vpce-secrets",
                &json!({"Version": "2012-10-17", "Statement": [statement]}),
            );
        },
    )
    .fails(&["endpoint-policy-denies-task"])
    .breaks("the secrets' endpoint's policy denies reading", |a| {
        let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        let deny = json!({"Effect": "Deny", "Principal": "*",
                "Action": "secretsmanager:GetSecretValue", "Resource": "*"});
        a.set_policy(
            "vpce-secrets",
            &json!({"Version": "2012-10-17", "Statement": [allow, deny]}),
        );
    })
    .fails(&["endpoint-policy-denies-task"])
    .has_no_proved_fix(
        "endpoint-policy-denies-task",
        "nobody denies by accident: what to take away is for people to decide",
    )
    .breaks("the VPC's host names are switched off", |a| {
        a.switch_off("enableDnsHostnames", "vpc-shop");
    })
    .fails(&["vpc-dns-hostnames-disabled"])
    .breaks("the VPC's resolver is switched off", |a| {
        a.switch_off("enableDnsSupport", "vpc-shop");
    })
    .fails(&["vpc-dns-support-disabled"])
}

fn networks(shop: Shop) -> Shop {
    shop.breaks("the cache's network ACL denies the tasks of zone b", |a| {
        a.deny("acl-data", false, "10.20.11.0/24", Some((6379, 6379)));
    })
    .fails(&[])
    .fails_for_the_service(&["dependency-unreachable"])
    .breaks("the cache's network ACL lets no replies out", |a| {
        a.delete_entry("acl-data", true, 100);
    })
    .fails(&["dependency-unreachable"])
    .breaks("the NAT route of zone b is deleted", |a| {
        a.delete_route("rtb-app-b", "0.0.0.0/0");
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
