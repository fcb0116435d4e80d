//! What people change by accident, each as one call to AWS makes it, with what AWS does by itself
//! then.

use serde_json::{Value, json};

use super::account::{Account, keep, list_of};

/// Security groups.
impl Account {
    /// Revokes a group's inbound rules for a port.
    pub(crate) fn remove_ingress(&mut self, group: &str, port: u16) {
        self.revoke(group, "IpPermissions", Some(port));
    }

    /// Revokes a group's outbound rules for a port.
    pub(crate) fn remove_egress(&mut self, group: &str, port: u16) {
        self.revoke(group, "IpPermissionsEgress", Some(port));
    }

    /// Revokes the outbound rule that every new group has.
    pub(crate) fn remove_all_egress(&mut self, group: &str) {
        self.revoke(group, "IpPermissionsEgress", None);
    }

    fn revoke(&mut self, group: &str, direction: &str, port: Option<u16>) {
        let group = self.resource("SecurityGroups", group);
        let is_other =
            |rule: &Value| rule.get("FromPort").and_then(Value::as_u64) != port.map(u64::from);
        keep(list_of(group, direction), is_other, direction);
    }

    /// Revokes one source, or destination, of a group's rules for a port: a group or a block.
    pub(crate) fn revoke_peer(&mut self, group: &str, port: u16, peer: &str) {
        let group = self.resource("SecurityGroups", group);
        let mut found = false;
        for direction in ["IpPermissions", "IpPermissionsEgress"] {
            for rule in list_of(group, direction) {
                if rule["FromPort"] != port {
                    continue;
                }
                for (peers, id) in [
                    ("UserIdGroupPairs", "GroupId"),
                    ("IpRanges", "CidrIp"),
                    ("Ipv6Ranges", "CidrIpv6"),
                    ("PrefixListIds", "PrefixListId"),
                ] {
                    let peers = list_of(rule, peers);
                    let before = peers.len();
                    peers.retain(|other| other[id] != peer);
                    found |= peers.len() < before;
                }
            }
        }
        assert!(found, "{peer} isn't there to be taken away");
    }

    /// A group's inbound rule for a port is about another group.
    pub(crate) fn admit_instead(&mut self, group: &str, port: u16, old: &str, new: &str) {
        let group = self.resource("SecurityGroups", group);
        let mut rules = list_of(group, "IpPermissions").iter_mut();
        let rule = rules.find(|rule| rule["FromPort"] == port).unwrap();
        let mut pairs = list_of(rule, "UserIdGroupPairs").iter_mut();
        let pair = pairs.find(|pair| pair["GroupId"] == old).unwrap();
        pair["GroupId"] = json!(new);
    }

    /// A rule moves to another port.
    pub(crate) fn move_ingress(&mut self, group: &str, from: u16, to: u16) {
        let group = self.resource("SecurityGroups", group);
        let mut rules = list_of(group, "IpPermissions").iter_mut();
        let rule = rules.find(|rule| rule["FromPort"] == from).unwrap();
        rule["FromPort"] = json!(to);
        rule["ToPort"] = json!(to);
    }

    /// An interface gets other groups, an endpoint's with the endpoint.
    pub(crate) fn set_interface_groups(&mut self, interface: &str, groups: &[&str]) {
        let groups: Vec<_> = groups
            .iter()
            .map(|id| json!({"GroupId": id, "GroupName": id}))
            .collect();
        self.resource("NetworkInterfaces", interface)["Groups"] = Value::from(groups);
    }

    /// An interface endpoint gets other groups.
    pub(crate) fn set_endpoint_groups(&mut self, endpoint: &str, groups: &[&str]) {
        let facts = self.resource("VpcEndpoints", endpoint);
        let named: Vec<_> = groups
            .iter()
            .map(|id| json!({"GroupId": id, "GroupName": id}))
            .collect();
        facts["Groups"] = Value::from(named);
        let interfaces = list_of(facts, "NetworkInterfaceIds").clone();
        for interface in interfaces {
            self.set_interface_groups(interface.as_str().unwrap(), groups);
        }
    }

    /// A database moves to other groups, and its interface with it.
    pub(crate) fn set_database_groups(&mut self, database: &str, interface: &str, groups: &[&str]) {
        let ids = groups
            .iter()
            .map(|id| json!({"VpcSecurityGroupId": id, "Status": "active"}));
        self.resource("DBInstances", database)["VpcSecurityGroups"] = ids.collect();
        self.set_interface_groups(interface, groups);
    }

    /// A cache's nodes move to other groups, and their interfaces with them.
    pub(crate) fn set_cache_groups(&mut self, nodes: &[(&str, &str)], groups: &[&str]) {
        for (node, interface) in nodes {
            let ids = groups
                .iter()
                .map(|id| json!({"SecurityGroupId": id, "Status": "active"}));
            self.resource("CacheClusters", node)["SecurityGroups"] = ids.collect();
            self.set_interface_groups(interface, groups);
        }
    }
}

/// Network ACLs.
impl Account {
    /// Somebody puts a denying rule in front: `protocol` and ports as network ACLs say them.
    pub(crate) fn deny(&mut self, acl: &str, egress: bool, cidr: &str, ports: Option<(u16, u16)>) {
        let block = if cidr.contains(':') {
            "Ipv6CidrBlock"
        } else {
            "CidrBlock"
        };
        let mut entry = json!({
            "Egress": egress, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 50, block: cidr,
        });
        if let Some((first, last)) = ports {
            entry["Protocol"] = json!("6");
            entry["PortRange"] = json!({"From": first, "To": last});
        }
        let acl = self.resource("NetworkAcls", acl);
        list_of(acl, "Entries").insert(0, entry);
    }

    /// Somebody deletes a rule, so that only the one that denies the rest is left.
    pub(crate) fn delete_entry(&mut self, acl: &str, egress: bool, number: u32) {
        let acl = self.resource("NetworkAcls", acl);
        let is_other = |entry: &Value| entry["Egress"] != egress || entry["RuleNumber"] != number;
        keep(list_of(acl, "Entries"), is_other, "the entry");
    }
}

/// Routes and gateways.
impl Account {
    /// Somebody deletes a route.
    pub(crate) fn delete_route(&mut self, table: &str, destination: &str) {
        let table = self.resource("RouteTables", table);
        keep(
            list_of(table, "Routes"),
            |route| !leads_to(route, destination),
            destination,
        );
    }

    /// Somebody lets a route lead to something else.
    pub(crate) fn reroute(&mut self, table: &str, destination: &str, key: &str, target: &str) {
        let table = self.resource("RouteTables", table);
        let mut routes = list_of(table, "Routes").iter_mut();
        let route = routes.find(|route| leads_to(route, destination)).unwrap();
        let route = route.as_object_mut().unwrap();
        route.retain(|key, _| key.starts_with("Destination") || key == "Origin" || key == "State");
        route.insert(key.to_owned(), json!(target));
    }

    /// What AWS does with routes to something that is gone.
    fn blackhole(&mut self, target: &str) {
        let mut found = false;
        for table in self.list("RouteTables") {
            for route in list_of(table, "Routes") {
                if route
                    .as_object()
                    .unwrap()
                    .values()
                    .any(|value| value == target)
                {
                    route["State"] = json!("blackhole");
                    found = true;
                }
            }
        }
        assert!(found, "no route leads to {target}");
    }

    /// Somebody deletes a NAT gateway; it is listed for a while as deleted, and its interface is gone.
    pub(crate) fn delete_nat_gateway(&mut self, gateway: &str) {
        self.resource("NatGateways", gateway)["State"] = json!("deleted");
        self.remove("NetworkInterfaces", &format!("eni-{gateway}"));
        self.blackhole(gateway);
    }

    /// A NAT gateway fails.
    pub(crate) fn fail_nat_gateway(&mut self, gateway: &str) {
        let facts = self.resource("NatGateways", gateway);
        facts["State"] = json!("failed");
        facts["FailureCode"] = json!("InternalError");
        facts["FailureMessage"] = json!("Network interface could not be created");
    }

    /// Somebody detaches an internet gateway.
    pub(crate) fn detach_internet_gateway(&mut self, gateway: &str) {
        self.resource("InternetGateways", gateway)["Attachments"] = json!([]);
        self.blackhole(gateway);
    }

    /// Somebody deletes an egress-only internet gateway.
    pub(crate) fn delete_egress_only_gateway(&mut self, gateway: &str) {
        self.remove("EgressOnlyInternetGateways", gateway);
        self.blackhole(gateway);
    }

    /// Somebody deletes a peering connection; it is listed for a while as deleted.
    pub(crate) fn delete_peering(&mut self, peering: &str) {
        let facts = self.resource("VpcPeeringConnections", peering);
        facts["Status"] = json!({"Code": "deleted", "Message": "Deleted by 123456789012"});
        self.blackhole(peering);
    }

    /// Somebody takes a gateway endpoint off a route table.
    pub(crate) fn take_off_route_table(&mut self, endpoint: &str, table: &str) {
        let facts = self.resource("VpcEndpoints", endpoint);
        keep(list_of(facts, "RouteTableIds"), |id| id != table, table);
        let table = self.resource("RouteTables", table);
        keep(
            list_of(table, "Routes"),
            |route| route["GatewayId"] != endpoint,
            endpoint,
        );
    }
}

fn leads_to(route: &Value, destination: &str) -> bool {
    [
        "DestinationCidrBlock",
        "DestinationIpv6CidrBlock",
        "DestinationPrefixListId",
    ]
    .iter()
    .any(|key| route[key] == destination)
}

/// Names, endpoints, file systems.
impl Account {
    /// Somebody switches a DNS attribute of a VPC off.
    pub(crate) fn switch_off(&mut self, attribute: &str, vpc: &str) {
        let (file, key) = match attribute {
            "enableDnsSupport" => ("dns-support", "EnableDnsSupport"),
            _ => ("dns-hostnames", "EnableDnsHostnames"),
        };
        self.file(&format!("{file}.{vpc}"))[key] = json!({"Value": false});
    }

    /// Somebody switches an endpoint's private DNS off.
    pub(crate) fn private_dns_off(&mut self, endpoint: &str) {
        let facts = self.resource("VpcEndpoints", endpoint);
        facts["PrivateDnsEnabled"] = json!(false);
        keep(
            list_of(facts, "DnsEntries"),
            is_own_name,
            "the private name",
        );
    }

    /// Somebody replaces an endpoint's policy.
    pub(crate) fn set_policy(&mut self, endpoint: &str, policy: &Value) {
        self.resource("VpcEndpoints", endpoint)["PolicyDocument"] = json!(policy.to_string());
    }

    /// Somebody deletes an endpoint, and its interfaces or its routes with it.
    pub(crate) fn delete_endpoint(&mut self, endpoint: &str) {
        let interfaces = list_of(
            self.resource("VpcEndpoints", endpoint),
            "NetworkInterfaceIds",
        )
        .clone();
        for interface in interfaces {
            self.remove("NetworkInterfaces", interface.as_str().unwrap());
        }
        self.remove("VpcEndpoints", endpoint);
        for table in self.list("RouteTables") {
            list_of(table, "Routes").retain(|route| route["GatewayId"] != endpoint);
        }
    }

    /// Somebody deletes a mount target, and its interface with it.
    pub(crate) fn delete_mount_target(&mut self, target: &str, interface: &str) {
        self.remove("MountTargets", target);
        self.remove("NetworkInterfaces", interface);
    }
}

fn is_own_name(entry: &Value) -> bool {
    entry["DnsName"].as_str().unwrap().contains("vpce-")
}

/// What somebody finds out from inside.
impl Account {
    /// A container of a task asks a target, whose name leads to an address.
    pub(crate) fn probe(&mut self, task: &str, target: &str, address: &str, connected: &Value) {
        let probe = json!({
            "vantage": {"container": {"task": task, "container": "web"}},
            "nameServers": [],
            "interfaces": [],
            "targets": [{
                "target": target,
                "resolved": {"answer": "addresses", "addresses": [address], "tookMs": 4},
                "connected": connected,
                "handshake": {"answer": "notTried"},
                "path": {"answer": "notTried"},
            }],
            "cutShort": null,
        });
        self.add("probes", json!({"Probes": [probe]}));
    }
}
