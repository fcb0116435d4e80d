//! What a host name means inside a VPC, as far as the facts tell: an endpoint, an interface, an AWS
//! service on the internet.
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html>

use ipnet::IpNet;

use super::Code;
use crate::facts::{
    FactKind, Missing, NetworkInterface, Reason, Snapshot, VpcEndpoint, VpcEndpointType, VpcId,
};

/// What a host name means.
#[derive(Debug)]
pub(super) enum Meaning<'a> {
    /// These interfaces, each of which a client may be given.
    Interfaces(Vec<&'a NetworkInterface>),
    /// An AWS service at these public prefixes.
    Prefixes(Vec<IpNet>),
    /// Some public address.
    Public,
}

/// A meaning, and the reasons why it isn't a better one.
#[derive(Debug)]
pub(super) struct Resolution<'a> {
    pub(super) meaning: Meaning<'a>,
    /// Endpoints that the name would lead to if something weren't switched off.
    pub(super) passed_over: Vec<(Code, String, String)>,
}

/// Finds out what `host` means in a VPC.
pub(super) fn resolve<'a>(
    snapshot: &'a Snapshot,
    vpc: &VpcId,
    host: &str,
) -> Result<Resolution<'a>, Missing> {
    if let Some(interface) = interface_named(snapshot, host) {
        return Ok(Resolution {
            meaning: Meaning::Interfaces(vec![interface]),
            passed_over: Vec::new(),
        });
    }
    let mut passed_over = Vec::new();
    for endpoint in endpoints_of(snapshot, vpc) {
        let id = endpoint.vpc_endpoint_id.to_string();
        match standing(snapshot, endpoint, host)? {
            Standing::Leads => {
                return Ok(Resolution {
                    meaning: Meaning::Interfaces(interfaces_of(snapshot, endpoint)?),
                    passed_over: Vec::new(),
                });
            }
            Standing::PrivateDnsDisabled => passed_over.push((
                Code::EndpointPrivateDnsDisabled,
                id.clone(),
                format!(
                    "{id} serves {host}, but its private DNS is off, so the name leads past it"
                ),
            )),
            Standing::VpcDnsDisabled(attribute) => passed_over.push((
                Code::VpcDnsSupportDisabled,
                vpc.to_string(),
                format!(
                    "{id} serves {host}, but {attribute} of {vpc} is off, so the name leads past it"
                ),
            )),
            Standing::Other => {}
        }
    }
    // An endpoint that wasn't observed could take the name.
    snapshot.vpc_endpoints.complete()?;
    if !is_aws_name(host) {
        let reason = Reason::Invisible(format!("what {host} resolves to"));
        return Err(Missing::new(FactKind::NameResolution, reason));
    }
    let meaning = public_meaning(snapshot, vpc, host)?;
    Ok(Resolution {
        meaning,
        passed_over,
    })
}

fn interface_named<'a>(snapshot: &'a Snapshot, host: &str) -> Option<&'a NetworkInterface> {
    let is = |name: Option<&String>| name.is_some_and(|name| name.eq_ignore_ascii_case(host));
    snapshot.network_interfaces.seen().find(|interface| {
        let public = interface.association.as_ref();
        is(interface.private_dns_name.as_ref())
            || is(public.and_then(|association| association.public_dns_name.as_ref()))
    })
}

fn endpoints_of<'a>(snapshot: &'a Snapshot, vpc: &VpcId) -> impl Iterator<Item = &'a VpcEndpoint> {
    let vpc = vpc.clone();
    snapshot.vpc_endpoints.seen().filter(move |endpoint| {
        endpoint.vpc_id == vpc && endpoint.vpc_endpoint_type == VpcEndpointType::Interface
    })
}

fn interfaces_of<'a>(
    snapshot: &'a Snapshot,
    endpoint: &VpcEndpoint,
) -> Result<Vec<&'a NetworkInterface>, Missing> {
    let ids = &endpoint.network_interface_ids;
    if ids.is_empty() {
        let what = format!("the interfaces of {}", endpoint.vpc_endpoint_id);
        return Err(Missing::new(
            FactKind::VpcEndpoints,
            Reason::NotInFacts(what),
        ));
    }
    ids.iter()
        .map(|id| snapshot.network_interfaces.get(id))
        .collect()
}

enum Standing {
    Leads,
    PrivateDnsDisabled,
    VpcDnsDisabled(&'static str),
    Other,
}

fn standing(snapshot: &Snapshot, endpoint: &VpcEndpoint, host: &str) -> Result<Standing, Missing> {
    let own = endpoint
        .dns_entries
        .iter()
        .filter_map(|entry| entry.dns_name.as_deref());
    let own_name = own
        .filter(|name| name.contains("vpce-"))
        .any(|name| covers(name, host));
    if own_name {
        return Ok(Standing::Leads);
    }
    if !service_names(endpoint)
        .iter()
        .any(|name| covers(name, host))
    {
        return Ok(Standing::Other);
    }
    if !endpoint.private_dns_enabled {
        return Ok(Standing::PrivateDnsDisabled);
    }
    let attributes = snapshot.vpc_attributes.get(&endpoint.vpc_id)?;
    let absent = |name: &str| {
        let what = format!("{name} of {}", endpoint.vpc_id);
        Missing::new(FactKind::VpcAttributes, Reason::NotInFacts(what))
    };
    let support = attributes
        .enable_dns_support
        .ok_or_else(|| absent("enableDnsSupport"))?;
    if !support.value {
        return Ok(Standing::VpcDnsDisabled("enableDnsSupport"));
    }
    let hostnames = attributes
        .enable_dns_hostnames
        .ok_or_else(|| absent("enableDnsHostnames"))?;
    if !hostnames.value {
        return Ok(Standing::VpcDnsDisabled("enableDnsHostnames"));
    }
    Ok(Standing::Leads)
}

/// The public names of an endpoint's service; most are the service's short name in front of the
/// region.
pub(crate) fn service_names(endpoint: &VpcEndpoint) -> Vec<String> {
    let listed = endpoint
        .dns_entries
        .iter()
        .filter_map(|entry| entry.dns_name.clone());
    let mut names: Vec<_> = listed.filter(|name| !name.contains("vpce-")).collect();
    if let Some((region, service)) = endpoint.aws_region_and_service() {
        let domain = domain(region);
        let hosts: &[&str] = match service {
            "ecr.api" => &["api.ecr"],
            "ecr.dkr" => &["*.dkr.ecr"],
            "ecs-agent" => &["ecs-a", "ecs-a-1", "ecs-a-2", "ecs-a-3"],
            "ecs-telemetry" => &["ecs-t", "ecs-t-1", "ecs-t-2", "ecs-t-3"],
            "s3" => &["s3", "*.s3"],
            "execute-api" => &["*.execute-api"],
            _ => &[],
        };
        names.extend(hosts.iter().map(|host| format!("{host}.{region}.{domain}")));
        if hosts.is_empty() {
            names.push(format!("{service}.{region}.{domain}"));
        }
    }
    names
}

fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
}

/// Whether a name, which may start with `*.`, covers a host.
fn covers(name: &str, host: &str) -> bool {
    let name = name.to_ascii_lowercase();
    match name.strip_prefix("*.") {
        Some(parent) => host
            .strip_suffix(parent)
            .is_some_and(|front| front.ends_with('.')),
        None => name == host,
    }
}

fn is_aws_name(host: &str) -> bool {
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws"]
        .iter()
        .any(|suffix| host.ends_with(suffix))
}

/// S3 and DynamoDB have prefix lists, and gateway endpoints route them; every other service is
/// somewhere on the internet.
fn public_meaning<'a>(
    snapshot: &'a Snapshot,
    vpc: &VpcId,
    host: &str,
) -> Result<Meaning<'a>, Missing> {
    let labels: Vec<_> = host.split('.').collect();
    let service_and_region = labels.windows(2).find_map(|pair| match pair {
        [service @ ("s3" | "dynamodb"), region] => Some((*service, *region)),
        _ => None,
    });
    let Some((service, region)) = service_and_region else {
        return Ok(Meaning::Public);
    };
    let name = format!("com.amazonaws.{region}.{service}");
    let list = snapshot
        .prefix_lists
        .seen()
        .find(|list| list.prefix_list_name.as_deref() == Some(&name));
    let has_gateway = snapshot.vpc_endpoints.seen().any(|endpoint| {
        endpoint.vpc_id == *vpc
            && endpoint.vpc_endpoint_type == VpcEndpointType::Gateway
            && endpoint.service_name == name
    });
    match list {
        Some(list) => Ok(Meaning::Prefixes(
            list.prefixes()?
                .into_iter()
                .filter(|net| net.addr().is_ipv4())
                .collect(),
        )),
        None if has_gateway => Err(Missing::new(
            FactKind::PrefixLists,
            match snapshot.prefix_lists.complete() {
                Err(missing) => missing.reason,
                Ok(()) => Reason::NotInFacts(format!("the prefix list {name}")),
            },
        )),
        None => Ok(Meaning::Public),
    }
}
