//! Prints security groups, network ACLs and prefix lists as the AWS CLI would.

use serde_json::{Value, json};

use crate::json::{ACCOUNT, block, id, list, status};
use crate::world::{AclEntry, Permission, Selector, World};

pub(crate) fn filters(world: &World) -> Value {
    let lists = list(&world.prefix_lists, |position, entries| {
        json!({
            "PrefixListId": id("pl", position), "PrefixListName": format!("list-{position}"),
            "Entries": list(entries, |_, entry| json!({"Cidr": block(*entry)})),
        })
    });
    json!({
        "PrefixLists": lists,
        "NetworkAcls": list(&world.acls, |acl, own| {
            let subnets = world.subnets.iter().enumerate();
            let subnets = subnets.filter(|(_, subnet)| subnet.acl == acl);
            let associations: Vec<Value> = subnets
                .map(|(subnet, _)| json!({"SubnetId": id("subnet", subnet)}))
                .collect();
            let mut entries: Vec<Value> = own.entries.iter().map(acl_entry).collect();
            for is_egress in [true, false] {
                entries.push(json!({
                    "RuleNumber": 32767, "Egress": is_egress, "Protocol": "-1",
                    "RuleAction": "deny", "CidrBlock": "0.0.0.0/0",
                }));
            }
            json!({
                "NetworkAclId": id("acl", acl), "VpcId": id("vpc", own.vpc),
                "IsDefault": own.is_default, "Associations": associations, "Entries": entries,
            })
        }),
        "SecurityGroups": list(&world.groups, |group, own| {
            let print = |rules: &[Permission]| list(rules, |_, rule| permission(world, own.vpc, rule));
            json!({
                "GroupId": id("sg", group), "GroupName": format!("group-{group}"),
                "VpcId": id("vpc", own.vpc), "OwnerId": ACCOUNT,
                "IpPermissions": print(&own.ingress), "IpPermissionsEgress": print(&own.egress),
            })
        }),
    })
}

fn acl_entry(entry: &AclEntry) -> Value {
    let mut printed = json!({
        "RuleNumber": entry.number, "Egress": entry.is_egress, "CidrBlock": block(entry.cidr),
        "RuleAction": if entry.is_allow { "allow" } else { "deny" },
    });
    let protocol = match entry.selector {
        Selector::All => "-1".to_owned(),
        Selector::Ports {
            protocol,
            first,
            last,
        } => {
            printed["PortRange"] = json!({"From": first, "To": last});
            protocol.to_string()
        }
        Selector::Messages { kind, code } => {
            let wildcard = |part: Option<u8>| part.map_or(-1, i32::from);
            printed["IcmpTypeCode"] = json!({"Type": wildcard(kind), "Code": wildcard(code)});
            "1".to_owned()
        }
        Selector::Whole(protocol) => protocol.to_string(),
    };
    printed["Protocol"] = Value::from(protocol);
    printed
}

fn permission(world: &World, vpc: usize, rule: &Permission) -> Value {
    let groups = list(&rule.groups, |_, &group| {
        let mut pair = json!({"GroupId": id("sg", group), "UserId": ACCOUNT});
        if let Some(peering) = &world.peering
            && world.groups[group].vpc != vpc
        {
            pair["VpcId"] = Value::from(id("vpc", 1 - vpc));
            pair["VpcPeeringConnectionId"] = Value::from(id("pcx", 0));
            pair["PeeringStatus"] = Value::from(status(peering.is_active));
        }
        pair
    });
    let lists = if rule.has_prefix_list {
        json!([{"PrefixListId": id("pl", 0)}])
    } else {
        json!([])
    };
    let mut printed = json!({
        "IpRanges": list(&rule.cidrs, |_, cidr| json!({"CidrIp": block(*cidr)})),
        "Ipv6Ranges": [], "PrefixListIds": lists, "UserIdGroupPairs": groups,
    });
    let protocol = match rule.selector {
        Selector::All => "-1".to_owned(),
        Selector::Ports {
            protocol,
            first,
            last,
        } => {
            printed["FromPort"] = Value::from(first);
            printed["ToPort"] = Value::from(last);
            if protocol == 6 { "tcp" } else { "udp" }.to_owned()
        }
        Selector::Messages { kind, code } => {
            printed["FromPort"] = Value::from(kind.map_or(-1, i32::from));
            printed["ToPort"] = Value::from(code.map_or(-1, i32::from));
            "icmp".to_owned()
        }
        Selector::Whole(protocol) => protocol.to_string(),
    };
    printed["IpProtocol"] = Value::from(protocol);
    printed
}
