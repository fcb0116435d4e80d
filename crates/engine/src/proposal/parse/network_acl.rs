use serde_json::{Map, Value};

use super::{Parsed, described, id};
use crate::facts::{NetworkAclEntry, NetworkAclId};
use crate::proposal::ProposalError;
use crate::proposal::edit::Edit;
use crate::proposal::options::{Options, invalid};
use crate::proposal::shorthand::structure;

fn is_egress(options: &mut Options<'_>) -> Result<bool, ProposalError> {
    match (options.has("--egress")?, options.has("--ingress")?) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        _ => Err(ProposalError::Missing("--ingress or --egress".to_owned())),
    }
}

fn number(options: &mut Options<'_>) -> Result<i32, ProposalError> {
    let text = options.needed("--rule-number")?;
    text.parse()
        .map_err(|_| invalid("--rule-number", format!("`{text}` is no number")))
}

pub(super) fn acl_entry(options: &mut Options<'_>, replaces: bool) -> Parsed {
    let acl: NetworkAclId = id(options, "--network-acl-id")?;
    let number = number(options)?;
    let mut entry = Map::new();
    let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    put("RuleNumber", number.into());
    put("Egress", is_egress(options)?.into());
    let protocol = match options.needed("--protocol")? {
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "all" => "-1",
        other => other,
    };
    put("Protocol", protocol.into());
    put("RuleAction", options.needed("--rule-action")?.into());
    for (option, key) in [
        ("--cidr-block", "CidrBlock"),
        ("--ipv6-cidr-block", "Ipv6CidrBlock"),
    ] {
        if let Some(block) = options.value(option)? {
            put(key, block.into());
        }
    }
    for (option, key) in [
        ("--port-range", "PortRange"),
        ("--icmp-type-code", "IcmpTypeCode"),
    ] {
        if let Some(text) = options.value(option)? {
            put(key, structure(text).map_err(|why| invalid(option, why))?);
        }
    }
    let entry: NetworkAclEntry = described("the entry", Value::Object(entry))?;
    let mut edits = Vec::new();
    if replaces {
        edits.push(Edit::DeleteAclEntry {
            acl: acl.clone(),
            number,
            egress: entry.egress,
        });
    }
    edits.push(Edit::AddAclEntry { acl, entry });
    Ok(edits)
}

pub(super) fn delete_acl_entry(options: &mut Options<'_>) -> Parsed {
    Ok(vec![Edit::DeleteAclEntry {
        acl: id(options, "--network-acl-id")?,
        number: number(options)?,
        egress: is_egress(options)?,
    }])
}
