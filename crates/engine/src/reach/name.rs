//! What a host name means inside a VPC, as far as the facts tell: an endpoint, an interface, an AWS
//! service on the internet.
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html>

use ipnet::IpNet;

use super::Code;
use crate::facts::{
    FactKind, Missing, NetworkInterface, PrefixListId, Reason, Snapshot, VpcAttributes,
    VpcEndpoint, VpcEndpointType, VpcId,
};
use crate::net::AddressFamily;

/// What a host name means.
#[derive(Debug)]
pub(crate) enum Meaning<'a> {
    /// These interfaces, each of which a client may be given.
    Interfaces(Vec<&'a NetworkInterface>),
    /// An AWS service at these public prefixes, those of a prefix list.
    Prefixes(PrefixListId, Vec<IpNet>),
    /// Some public address, of one of these families.
    Public(&'static [AddressFamily]),
}

/// What a name means, and the reasons why it doesn't mean something better.
#[derive(Debug)]
pub(crate) struct Resolution<'a> {
    /// More than one when the facts don't tell which of them it is.
    pub(crate) meanings: Vec<Meaning<'a>>,
    /// What would tell.
    pub(super) unclear: Option<Missing>,
    /// Endpoints that the name would lead to if something weren't switched off.
    pub(super) passed_over: Vec<(Code, String, String)>,
}

impl<'a> Resolution<'a> {
    fn to(meaning: Meaning<'a>) -> Self {
        Self {
            meanings: vec![meaning],
            unclear: None,
            passed_over: Vec::new(),
        }
    }
}

/// Finds out what `host` means in a VPC.
pub(crate) fn resolve<'a>(
    snapshot: &'a Snapshot,
    vpc: &VpcId,
    host: &str,
) -> Result<Resolution<'a>, Missing> {
    if let Some(interface) = snapshot.interface_named(host) {
        return Ok(Resolution::to(Meaning::Interfaces(vec![interface])));
    }
    let mut passed_over = Vec::new();
    for endpoint in endpoints_of(snapshot, vpc) {
        let id = endpoint.vpc_endpoint_id.to_string();
        let mut pass_over = |code, component: String, what: String| {
            let message =
                format!("{id} serves {host}, but {what} is off, so the name leads past it");
            passed_over.push((code, component, message));
        };
        match standing(snapshot, endpoint, host) {
            Standing::Leads | Standing::Perhaps(_) if !endpoint.is_available() => {
                let state = endpoint.state.as_deref().unwrap_or("not available");
                let what = format!("what {host} leads to while {id} is {state}");
                return Err(Missing::new(
                    FactKind::NameResolution,
                    Reason::Invisible(what),
                ));
            }
            Standing::Leads => {
                let interfaces = Meaning::Interfaces(interfaces_of(snapshot, endpoint, host)?);
                return Ok(Resolution::to(interfaces));
            }
            Standing::Perhaps(missing) => {
                let mut resolution = Resolution::to(Meaning::Interfaces(interfaces_of(
                    snapshot, endpoint, host,
                )?));
                resolution
                    .meanings
                    .push(public_meaning(snapshot, vpc, host)?);
                resolution.unclear = Some(missing);
                return Ok(resolution);
            }
            Standing::PrivateDnsDisabled => {
                pass_over(
                    Code::EndpointPrivateDnsDisabled,
                    id.clone(),
                    "its private DNS".to_owned(),
                );
            }
            Standing::SupportDisabled => {
                let what = format!("enableDnsSupport of {vpc}");
                pass_over(Code::VpcDnsSupportDisabled, vpc.to_string(), what);
            }
            Standing::HostnamesDisabled => {
                let what = format!("enableDnsHostnames of {vpc}");
                pass_over(Code::VpcDnsHostnamesDisabled, vpc.to_string(), what);
            }
            Standing::Other => {}
        }
    }
    // An endpoint that wasn't observed could take the name.
    snapshot.vpc_endpoints.complete_within(&[vpc.into()])?;
    let mut resolution = Resolution::to(public_meaning(snapshot, vpc, host)?);
    resolution.passed_over = passed_over;
    Ok(resolution)
}

fn endpoints_of<'a>(snapshot: &'a Snapshot, vpc: &VpcId) -> impl Iterator<Item = &'a VpcEndpoint> {
    let vpc = vpc.clone();
    snapshot.vpc_endpoints.seen().filter(move |endpoint| {
        endpoint.vpc_id == vpc && endpoint.vpc_endpoint_type == VpcEndpointType::Interface
    })
}

/// The interfaces that a name of an endpoint leads to: those of one zone if the name ends in it
/// (`vpce-…-eu-west-1a.….vpce.amazonaws.com`), else all.
fn interfaces_of<'a>(
    snapshot: &'a Snapshot,
    endpoint: &VpcEndpoint,
    host: &str,
) -> Result<Vec<&'a NetworkInterface>, Missing> {
    let ids = &endpoint.network_interface_ids;
    if ids.is_empty() {
        let what = format!("the interfaces of {}", endpoint.vpc_endpoint_id);
        return Err(Missing::new(
            FactKind::VpcEndpoints,
            Reason::NotInFacts(what),
        ));
    }
    let all = ids.iter().map(|id| snapshot.network_interfaces.get(id));
    let all: Vec<_> = all.collect::<Result<_, _>>()?;
    let first = host.split('.').next().unwrap_or_default();
    let is_named = |interface: &&&NetworkInterface| {
        let zone = interface.availability_zone.as_deref();
        zone.is_some_and(|zone| first.starts_with("vpce-") && first.ends_with(&format!("-{zone}")))
    };
    let named: Vec<_> = all.iter().filter(is_named).copied().collect();
    Ok(if named.is_empty() { all } else { named })
}

enum Standing {
    Leads,
    Perhaps(Missing),
    PrivateDnsDisabled,
    SupportDisabled,
    HostnamesDisabled,
    Other,
}

/// Whether a name leads to an endpoint. The endpoint's own names always do; the service's name needs
/// private DNS, both DNS attributes of the VPC, and the VPC's own resolver.
fn standing(snapshot: &Snapshot, endpoint: &VpcEndpoint, host: &str) -> Standing {
    let own = endpoint
        .dns_entries
        .iter()
        .filter_map(|entry| entry.dns_name.as_deref());
    let own_name = own
        .filter(|name| name.contains("vpce-"))
        .any(|name| covers(name, host));
    if own_name {
        return Standing::Leads;
    }
    if !serves(endpoint, host) {
        return Standing::Other;
    }
    if !endpoint.takes_service_name() {
        return Standing::PrivateDnsDisabled;
    }
    let vpc = &endpoint.vpc_id;
    match snapshot.has_private_names(vpc) {
        Ok(true) => {}
        Ok(false) => {
            let attributes = snapshot.vpc_attributes.get(vpc);
            return match attributes.and_then(VpcAttributes::dns_support) {
                Ok(false) => Standing::SupportDisabled,
                _ => Standing::HostnamesDisabled,
            };
        }
        Err(missing) => return Standing::Perhaps(missing),
    }
    match own_name_servers(snapshot, vpc) {
        Err(missing) => Standing::Perhaps(missing),
        Ok(Some(servers)) => {
            let what =
                format!("whether the name servers {servers} of {vpc} ask the VPC's resolver");
            Standing::Perhaps(Missing::new(
                FactKind::NameResolution,
                Reason::Invisible(what),
            ))
        }
        Ok(None) => Standing::Leads,
    }
}

/// The name servers of a VPC that doesn't use Amazon's. Where nobody looked, the VPC is taken to use
/// Amazon's, as it does unless somebody changed it.
fn own_name_servers(snapshot: &Snapshot, vpc: &VpcId) -> Result<Option<String>, Missing> {
    let looked = |missing: Missing| {
        if missing.reason.is_failure() {
            Err(missing)
        } else {
            Ok(None)
        }
    };
    let vpc = match snapshot.vpcs.get(vpc) {
        Ok(vpc) => vpc,
        Err(missing) => return looked(missing),
    };
    let Some(id) = &vpc.dhcp_options_id else {
        return Ok(None);
    };
    let options = match snapshot.dhcp_options.get(id) {
        Ok(options) => options,
        // The word that stands for no option set.
        Err(_) if id.as_str() == "default" => return Ok(None),
        Err(missing) => return looked(missing),
    };
    let servers: Vec<_> = options.custom_name_servers().collect();
    let is_own = !servers.is_empty() && !options.uses_amazon_dns();
    Ok(is_own.then(|| servers.join(", ")))
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

/// Whether a host is one of the names of an endpoint's service.
pub(crate) fn serves(endpoint: &VpcEndpoint, host: &str) -> bool {
    let names = service_names(endpoint);
    names.iter().any(|name| covers(name, host))
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

/// Services whose public names have further labels in front: `api.ecr`, a bucket's or registry's
/// name.
const SERVICES_WITH_NAMES_IN_FRONT: [&str; 6] =
    ["dynamodb", "ecr", "iot", "lex", "s3", "sagemaker"];

/// What a name outside the VPC's own means. Only names of public AWS service endpoints are known to
/// be on the internet: those of databases, caches, file systems and load balancers end in
/// `amazonaws.com` too and mostly lead to private interfaces.
/// <https://docs.aws.amazon.com/general/latest/gr/rande.html>
fn public_meaning<'a>(
    snapshot: &'a Snapshot,
    vpc: &VpcId,
    host: &str,
) -> Result<Meaning<'a>, Missing> {
    let Some(service) = ServiceName::parse(host) else {
        let reason = Reason::Invisible(format!("what {host} resolves to"));
        return Err(Missing::new(FactKind::NameResolution, reason));
    };
    let families: &'static [AddressFamily] = if service.is_dual_stack {
        &[AddressFamily::V4, AddressFamily::V6]
    } else {
        &[AddressFamily::V4]
    };
    let (Some(region), "s3" | "dynamodb") = (service.region, service.service) else {
        return Ok(Meaning::Public(families));
    };
    // S3 and DynamoDB have prefix lists, and gateway endpoints route them.
    let name = format!("com.amazonaws.{region}.{}", service.service);
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
            list.prefix_list_id.clone(),
            list.prefixes()?,
        )),
        None if has_gateway => Err(Missing::new(
            FactKind::PrefixLists,
            match snapshot.prefix_lists.complete() {
                Err(missing) => missing.reason,
                Ok(()) => Reason::NotInFacts(format!("the prefix list {name}")),
            },
        )),
        None => Ok(Meaning::Public(families)),
    }
}

/// The name of a public AWS service endpoint, taken apart.
struct ServiceName<'a> {
    service: &'a str,
    region: Option<&'a str>,
    is_dual_stack: bool,
}

impl<'a> ServiceName<'a> {
    fn parse(host: &'a str) -> Option<Self> {
        let dual_stack = host.strip_suffix(".api.aws");
        let front = dual_stack
            .or_else(|| host.strip_suffix(".amazonaws.com"))
            .or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
        let mut labels: Vec<_> = front.split('.').collect();
        let region = labels.pop_if(|label| is_region(label));
        let says_dual_stack = labels.pop_if(|label| *label == "dualstack").is_some();
        let service = labels.pop()?;
        let is_known = labels.is_empty() || SERVICES_WITH_NAMES_IN_FRONT.contains(&service);
        (is_known && !matches!(service, "compute" | "rds" | "elb" | "cache")).then_some(Self {
            service,
            region,
            is_dual_stack: dual_stack.is_some() || says_dual_stack,
        })
    }
}

/// Whether a label is a region's name, such as `eu-west-1` or `us-gov-east-1`.
fn is_region(label: &str) -> bool {
    let mut parts = label.rsplit('-');
    let is_number = |part: &str| part.len() == 1 && part.chars().all(|c| c.is_ascii_digit());
    parts.next().is_some_and(is_number) && parts.count() >= 2
}
