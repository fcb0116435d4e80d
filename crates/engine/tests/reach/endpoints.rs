//! Gateway and interface endpoints, the names that lead to them, and the VPC's resolver.

use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::reach::Code::{
    EndpointPrivateDnsDisabled, EniSgRulesMismatch, NoRouteToDestination, VpcDnsHostnamesDisabled,
    VpcDnsSupportDisabled, VpceGatewayProtocolRestriction,
};
use awsvpc_auditor_engine::reach::Direction::{Egress, Ingress};
use awsvpc_auditor_engine::reach::Leg::Forward;

use crate::table::case;

const SECRETS: &str = "secretsmanager.eu-west-1.amazonaws.com";
const WAY_TO_ENDPOINT: [&str; 7] = [
    "eni-task",
    "subnet-app",
    "acl-main",
    "rtb-main",
    "acl-main",
    "subnet-endpoints",
    "eni-vpce-secrets",
];

/// A NAT gateway would carry all the rest: only the group stops it.
#[test]
fn a_group_that_allows_only_the_s3_prefix_list() {
    let way_to_s3 = ["eni-task", "subnet-app", "acl-main", "rtb-app", "vpce-s3"];
    case("c-s3-prefix-list-only")
        .asks("eni-task", "52.218.1.10:443")
        .reachable()
        .by(&way_to_s3)
        .returning_by(&["vpce-s3", "acl-main", "subnet-app", "eni-task"])
        .asks("eni-task", "s3.eu-west-1.amazonaws.com:443")
        .reachable()
        .by(&way_to_s3)
        .asks("eni-task", "layers.s3.eu-west-1.amazonaws.com")
        .reachable()
        .by(&way_to_s3)
        .asks("eni-task", "52.218.1.10:80")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .asks("eni-task", "52.218.1.10:443/udp")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .because(VpceGatewayProtocolRestriction, "vpce-s3", Egress, Forward)
        .asks("eni-task", "8.8.8.8:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .asks("eni-task", "internet:443")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .asks("eni-task", "sqs.eu-west-1.amazonaws.com")
        .unreachable()
        .because(EniSgRulesMismatch, "sg-task", Egress, Forward)
        .holds();
}

/// The dual-stack name's IPv4 addresses are those of the same prefix list.
#[test]
fn the_dual_stack_name_of_s3_leads_to_the_gateway_endpoint_too() {
    case("c-s3-prefix-list-only")
        .asks("eni-task", "layers.s3.dualstack.eu-west-1.amazonaws.com")
        .reachable()
        .by(&["eni-task", "subnet-app", "acl-main", "rtb-app", "vpce-s3"])
        .holds();
}

/// Without private DNS the public name leads to public addresses, and the subnet is isolated. The
/// endpoint's own name still works.
#[test]
fn an_endpoint_with_private_dns_off_is_passed_over() {
    case("f-endpoint-private-dns-off")
        .asks("eni-task", SECRETS)
        .unreachable()
        .because(EndpointPrivateDnsDisabled, "vpce-secrets", Ingress, Forward)
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .asks(
            "eni-task",
            "vpce-secrets-x1y2z3.secretsmanager.eu-west-1.vpce.amazonaws.com",
        )
        .reachable()
        .by(&WAY_TO_ENDPOINT)
        .holds();
}

#[test]
fn an_endpoint_with_private_dns_on_takes_the_name() {
    case("f-endpoint-private-dns-on")
        .asks("eni-task", SECRETS)
        .reachable()
        .by(&WAY_TO_ENDPOINT)
        .holds();
}

/// The registry's names have the account in front.
#[test]
fn the_endpoints_of_the_registry_take_its_names() {
    case("f-registry-endpoints")
        .asks("eni-task", "api.ecr.eu-west-1.amazonaws.com")
        .reachable()
        .asks("eni-task", "123456789012.dkr.ecr.eu-west-1.amazonaws.com")
        .reachable()
        .asks("eni-task", "123456789012.dkr.ecr.us-east-1.amazonaws.com")
        .unreachable()
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .holds();
}

/// Endpoint names resolve to the endpoint only by the Amazon resolver. Whether an own name server
/// forwards to it, no AWS API tells; past the endpoint there is no way.
#[test]
fn an_own_name_server_may_or_may_not_know_the_endpoint() {
    case("f-custom-name-server")
        .asks("eni-task", SECRETS)
        .unknown()
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .missing(FactKind::NameResolution, None)
        .holds();
}

/// Private DNS needs both attributes of the VPC.
#[test]
fn an_endpoint_is_passed_over_when_the_vpc_has_dns_hostnames_off() {
    case("f-vpc-dns-hostnames-off")
        .asks("eni-task", SECRETS)
        .unreachable()
        .because(VpcDnsHostnamesDisabled, "vpc-main", Ingress, Forward)
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .holds();
}

#[test]
fn an_endpoint_with_the_default_group_admits_only_that_group() {
    case("g-endpoint-default-group")
        .asks("eni-task", SECRETS)
        .unreachable()
        .because(EniSgRulesMismatch, "sg-default", Ingress, Forward)
        .by(&WAY_TO_ENDPOINT)
        .holds();
}

#[test]
fn an_isolated_subnet_without_endpoints_has_no_way_out() {
    case("j-isolated-subnet")
        .asks("eni-task", "internet:443")
        .unreachable()
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .by(&["eni-task", "subnet-app", "acl-main", "rtb-main"])
        .asks("eni-task", "api.ecr.eu-west-1.amazonaws.com")
        .unreachable()
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .asks("eni-task", "s3.eu-west-1.amazonaws.com")
        .unreachable()
        .because(NoRouteToDestination, "rtb-main", Egress, Forward)
        .holds();
}

/// Neither security groups nor network ACLs filter the Amazon resolver.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>
#[test]
fn nothing_filters_the_resolver_of_the_vpc() {
    case("z-vpc-resolver")
        .asks("eni-mute", "10.0.0.2:53/udp")
        .reachable()
        .asks("eni-mute", "169.254.169.253:53/udp")
        .reachable()
        .holds();
}

#[test]
fn the_resolver_is_silent_with_dns_support_off() {
    case("z-vpc-resolver-off")
        .asks("eni-mute", "10.0.0.2:53/udp")
        .unreachable()
        .because(VpcDnsSupportDisabled, "vpc-main", Ingress, Forward)
        .holds();
}
