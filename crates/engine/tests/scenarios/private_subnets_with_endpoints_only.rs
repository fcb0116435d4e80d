//! A service on Fargate in subnets without any way out: everything goes by VPC endpoints.

use serde_json::{Value, json};

use super::shop::{Shop, shop};

pub(crate) fn the_shop() -> Shop {
    policies(names(
        shop("private-subnets-with-endpoints-only", "api")
            .breaks("the endpoints' group admits nobody any more", |a| {
                a.remove_ingress("sg-endpoints", 443);
            })
            .fails(&["interface-endpoint-blocks-task"])
            .breaks("the logs' endpoint gets the VPC's default group", |a| {
                a.set_endpoint_groups("vpce-logs", &["sg-default-shop"]);
            })
            .fails(&["interface-endpoint-blocks-task"])
            .breaks(
                "the group of ECS Exec's endpoint admits nobody any more",
                |a| {
                    a.remove_ingress("sg-exec", 443);
                },
            )
            .fails(&["exec-channel-unreachable"])
            .breaks(
                "the tasks' group no longer lets them call the endpoints",
                |a| {
                    a.revoke_peer("sg-api", 443, "sg-endpoints");
                },
            )
            .fails(&["egress-over-restricted"])
            .breaks(
                "the tasks' group no longer lets them call ECS Exec's endpoint",
                |a| {
                    a.revoke_peer("sg-api", 443, "sg-exec");
                },
            )
            .fails(&["exec-channel-unreachable"])
            .breaks("the tasks' group no longer lets them call S3", |a| {
                a.revoke_peer("sg-api", 443, "pl-s3");
            })
            .fails(&["egress-over-restricted"])
            .breaks("the network ACL denies HTTPS between the zones", |a| {
                a.deny("acl-app", false, "10.30.0.0/16", Some((443, 443)));
            })
            .fails(&["interface-endpoint-blocks-task"]),
    ))
}

fn names(shop: Shop) -> Shop {
    const NO_ENDPOINT: &str = "an endpoint costs: to make one is for people to decide";
    shop.breaks("ECS Exec's endpoint loses its private DNS", |a| {
        a.private_dns_off("vpce-exec");
    })
    .fails(&["exec-channel-unreachable"])
    .breaks("ECS Exec's endpoint is deleted", |a| {
        a.delete_endpoint("vpce-exec");
    })
    .fails(&["exec-channel-unreachable"])
    .has_no_proved_fix("exec-channel-unreachable", NO_ENDPOINT)
    .breaks("the logs' endpoint loses its private DNS", |a| {
        a.private_dns_off("vpce-logs");
    })
    .fails(&["aws-endpoint-unreachable", "endpoint-private-dns-disabled"])
    .breaks("the logs' endpoint is deleted", |a| {
        a.delete_endpoint("vpce-logs");
    })
    .fails(&["aws-endpoint-unreachable"])
    .has_no_proved_fix("aws-endpoint-unreachable", NO_ENDPOINT)
    .breaks("the registry's endpoint is deleted", |a| {
        a.delete_endpoint("vpce-ecr-dkr");
    })
    .fails(&["aws-endpoint-unreachable", "no-internet-route"])
    .has_no_proved_fix("aws-endpoint-unreachable", NO_ENDPOINT)
    .has_no_proved_fix("no-internet-route", NO_ENDPOINT)
    .breaks("S3's endpoint is taken off the route table", |a| {
        a.take_off_route_table("vpce-s3", "rtb-app");
    })
    .fails(&["aws-endpoint-unreachable"])
    .breaks("the VPC's host names are switched off", |a| {
        a.switch_off("enableDnsHostnames", "vpc-shop");
    })
    .fails(&["aws-endpoint-unreachable", "vpc-dns-hostnames-disabled"])
    .breaks("the VPC's resolver is switched off", |a| {
        a.switch_off("enableDnsSupport", "vpc-shop");
    })
    .fails(&["aws-endpoint-unreachable", "vpc-dns-support-disabled"])
}

fn policies(shop: Shop) -> Shop {
    shop.breaks(
        "S3's endpoint's policy forgets the bucket of image layers",
        |a| {
            a.set_policy("vpce-s3", &allowing("s3:*", "arn:aws:s3:::shop-assets/*"));
        },
    )
    .fails(&["endpoint-policy-denies-task"])
    .breaks(
        "the registry's endpoint's policy forgets to allow pulling",
        |a| {
            a.set_policy("vpce-ecr-dkr", &allowing("ecr:DescribeImages", "*"));
        },
    )
    .fails(&["endpoint-policy-denies-task"])
    .breaks("the policy of ECS Exec's endpoint forgets a channel", |a| {
        a.set_policy("vpce-exec", &allowing("ssmmessages:Create*", "*"));
    })
    .fails(&["endpoint-policy-denies-task"])
    .breaks(
        "the logs' endpoint's policy allows what it must, and no more",
        |a| {
            a.set_policy(
                "vpce-logs",
                &allowing("logs:*", "arn:aws:logs:*:*:log-group:/ecs/*"),
            );
        },
    )
    .harms_nothing()
}

fn allowing(action: &str, resource: &str) -> Value {
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

#[test]
fn audits_tell_the_truth() {
    the_shop().holds();
}
