use serde_json::{Map, Value, json};

use super::{Parsed, described, id};
use crate::facts::{IpPermission, SecurityGroupId};
use crate::proposal::ProposalError;
use crate::proposal::edit::{Edit, has_peers};
use crate::proposal::options::{Options, invalid};
use crate::proposal::shorthand::structure;
use crate::reach::Direction;

/// Rules by `--ip-permissions`, or by the options for a single one.
pub(super) fn rules(options: &mut Options<'_>, direction: Direction, is_added: bool) -> Parsed {
    let group: SecurityGroupId = id(options, "--group-id")?;
    let permissions = match options.words("--ip-permissions") {
        Some(words) => {
            let mut all = Vec::new();
            for word in words {
                match structure(word).map_err(|why| invalid("--ip-permissions", why))? {
                    Value::Array(several) => all.extend(several),
                    one => all.push(one),
                }
            }
            all
        }
        None => vec![permission(options)?],
    };
    if permissions.is_empty() {
        return Err(invalid("--ip-permissions", "has no value"));
    }
    let permissions = permissions.into_iter().map(|permission| {
        let permission: IpPermission = described("--ip-permissions", permission)?;
        if !has_peers(&permission) {
            return Err(invalid(
                "--ip-permissions",
                "names nobody whom the rule is about",
            ));
        }
        let group = group.clone();
        Ok(if is_added {
            Edit::AddRule {
                group,
                direction,
                permission,
            }
        } else {
            Edit::TakeRule {
                group,
                direction,
                permission,
            }
        })
    });
    permissions.collect()
}

fn permission(options: &mut Options<'_>) -> Result<Value, ProposalError> {
    let mut permission = Map::new();
    let protocol = options.needed("--protocol")?;
    permission.insert("IpProtocol".to_owned(), protocol.into());
    if let Some(port) = options.value("--port")? {
        let (from, to) = match port.trim_start_matches('-').split_once('-') {
            Some((from, to)) if !port.starts_with('-') => (from, to),
            _ if port == "all" => ("-1", "-1"),
            _ => (port, port),
        };
        let number = |text: &str| {
            let number = text.parse::<i64>();
            number.map_err(|_| invalid("--port", format!("`{port}` is no port or range")))
        };
        permission.insert("FromPort".to_owned(), number(from)?.into());
        permission.insert("ToPort".to_owned(), number(to)?.into());
    }
    let cidr = options.value("--cidr")?;
    let source = options.value("--source-group")?;
    match (cidr, source) {
        (Some(cidr), None) => {
            permission.insert("IpRanges".to_owned(), json!([{ "CidrIp": cidr }]));
        }
        (None, Some(group)) => {
            let pairs = json!([{ "GroupId": group }]);
            permission.insert("UserIdGroupPairs".to_owned(), pairs);
        }
        _ => {
            return Err(ProposalError::Missing(
                "--cidr or --source-group".to_owned(),
            ));
        }
    }
    Ok(Value::Object(permission))
}
