use serde_json::Value;

use super::{Parsed, id, parsed};
use crate::facts::{VpcEndpointId, VpcId};
use crate::fix::{Attribute, Change};
use crate::proposal::ProposalError;
use crate::proposal::edit::Edit;
use crate::proposal::options::{Options, invalid};
use crate::proposal::shorthand::structure;

pub(super) fn attach(options: &mut Options<'_>) -> Parsed {
    Ok(vec![Edit::Make(Change::AttachInternetGateway {
        gateway: id(options, "--internet-gateway-id")?,
        vpc: id(options, "--vpc-id")?,
    })])
}

pub(super) fn vpc_attribute(options: &mut Options<'_>) -> Parsed {
    let vpc: VpcId = id(options, "--vpc-id")?;
    let attributes = [
        (Attribute::DnsSupport, "enable-dns-support"),
        (Attribute::DnsHostnames, "enable-dns-hostnames"),
    ];
    let mut edits = Vec::new();
    for (attribute, name) in attributes {
        let (on, off) = (format!("--{name}"), format!("--no-{name}"));
        let mut add = |is_on| {
            let vpc = vpc.clone();
            edits.push(if is_on {
                Edit::Make(Change::EnableVpcAttribute { vpc, attribute })
            } else {
                Edit::VpcAttributeOff { vpc, attribute }
            });
        };
        if options.has(&off)? {
            add(false);
        }
        if let Some(words) = options.words(&on) {
            let is_on = match words.as_slice() {
                [] => true,
                [one] => {
                    let value = structure(one).map_err(|why| invalid(&on, why))?;
                    let value = value.get("Value").and_then(Value::as_bool);
                    value.ok_or_else(|| invalid(&on, "expected Value=true or Value=false"))?
                }
                _ => return Err(invalid(&on, "has more than one value")),
            };
            add(is_on);
        }
    }
    if edits.is_empty() {
        let what = "--enable-dns-support or --enable-dns-hostnames";
        return Err(ProposalError::Missing(what.to_owned()));
    }
    Ok(edits)
}

pub(super) fn endpoint(options: &mut Options<'_>) -> Parsed {
    let endpoint: VpcEndpointId = id(options, "--vpc-endpoint-id")?;
    let mut edits = Vec::new();
    for (option, is_on) in [
        ("--private-dns-enabled", true),
        ("--no-private-dns-enabled", false),
    ] {
        if options.has(option)? {
            let endpoint = endpoint.clone();
            edits.push(if is_on {
                Edit::Make(Change::EnablePrivateDns { endpoint })
            } else {
                Edit::PrivateDnsOff { endpoint }
            });
        }
    }
    for (option, is_added) in [
        ("--add-route-table-ids", true),
        ("--remove-route-table-ids", false),
    ] {
        for table in options.words(option).unwrap_or_default() {
            let table = parsed(option, table)?;
            let endpoint = endpoint.clone();
            edits.push(if is_added {
                Edit::Make(Change::AddEndpointRoutes { endpoint, table })
            } else {
                Edit::TakeEndpointRoutes { endpoint, table }
            });
        }
    }
    if let Some(policy) = options.value("--policy-document")? {
        let policy: Value = serde_json::from_str(policy)
            .map_err(|error| invalid("--policy-document", error.to_string()))?;
        edits.push(Edit::SetPolicy {
            endpoint: endpoint.clone(),
            policy: policy.to_string(),
        });
    }
    if edits.is_empty() {
        return Err(ProposalError::Missing("what to change".to_owned()));
    }
    Ok(edits)
}
