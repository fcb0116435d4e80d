use serde_json::Value;

use super::{Parsed, described, id};
use crate::facts::{Route, RouteDestination};
use crate::proposal::ProposalError;
use crate::proposal::edit::Edit;
use crate::proposal::options::{Options, invalid};

const DESTINATIONS: [(&str, &str); 3] = [
    ("--destination-cidr-block", "DestinationCidrBlock"),
    ("--destination-ipv6-cidr-block", "DestinationIpv6CidrBlock"),
    ("--destination-prefix-list-id", "DestinationPrefixListId"),
];

const TARGETS: [(&str, &str); 8] = [
    ("--gateway-id", "GatewayId"),
    ("--nat-gateway-id", "NatGatewayId"),
    ("--transit-gateway-id", "TransitGatewayId"),
    ("--vpc-peering-connection-id", "VpcPeeringConnectionId"),
    ("--network-interface-id", "NetworkInterfaceId"),
    ("--instance-id", "InstanceId"),
    ("--vpc-endpoint-id", "GatewayId"),
    (
        "--egress-only-internet-gateway-id",
        "EgressOnlyInternetGatewayId",
    ),
];

fn one_of(
    options: &mut Options<'_>,
    names: &[(&str, &str)],
    what: &str,
) -> Result<(String, Value), ProposalError> {
    let mut found = None;
    for (option, key) in names {
        if let Some(value) = options.value(option)? {
            if found.is_some() {
                return Err(invalid(option, "is one too many"));
            }
            found = Some(((*key).to_owned(), Value::from(value)));
        }
    }
    found.ok_or_else(|| ProposalError::Missing(what.to_owned()))
}

pub(super) fn set_route(options: &mut Options<'_>, replaces: bool) -> Parsed {
    let table = id(options, "--route-table-id")?;
    let destination = one_of(options, &DESTINATIONS, "--destination-cidr-block")?;
    let target = one_of(options, &TARGETS, "the target, such as --nat-gateway-id,")?;
    let route = Value::from_iter([destination, target]);
    let route: Route = described("the route", route)?;
    Ok(vec![Edit::SetRoute {
        table,
        route,
        replaces,
    }])
}

pub(super) fn delete_route(options: &mut Options<'_>) -> Parsed {
    let table = id(options, "--route-table-id")?;
    let destination = one_of(options, &DESTINATIONS, "--destination-cidr-block")?;
    // Where it leads doesn't matter.
    let anywhere = ("GatewayId".to_owned(), Value::from("local"));
    let route: Route = described("the destination", Value::from_iter([destination, anywhere]))?;
    let destination: RouteDestination = route.destination;
    Ok(vec![Edit::DeleteRoute { table, destination }])
}
