//! What the ways of a subject touch: the components whose change may change an audit of it.

use std::collections::BTreeSet;

use super::attempt::Tried;
use super::inquiry::Inquiry;
use super::ways::Way;
use crate::facts::{
    IpPermission, Missing, NetworkInterfaceId, RouteDestination, Service, Snapshot, SubnetId,
    TransitGatewayId, VpcId,
};
use crate::reach::{Answer, Groups};
use crate::subject::Subject;

/// The ids of everything that a subject's ways lead through or are stopped by: interfaces, security
/// groups and the prefix lists of their rules, subnets with their route tables, network ACLs and the
/// associations of both, gateways, endpoints and VPCs. A change of anything else can't change what it
/// reaches, as far as its ways are known.
pub fn touched(snapshot: &Snapshot, subject: Subject<'_>) -> BTreeSet<String> {
    let inquiry = Inquiry::new(snapshot, subject);
    let mut touched = Touched::default();
    // Where something isn't known, what is known counts all the same.
    drop(touched.take_stations(&inquiry));
    drop(touched.take_ways(&inquiry));
    if let Ok(Some(service)) = subject.service(snapshot) {
        touched.take_balancers(snapshot, service);
        touched.take_deployments(service);
    }
    touched.around(snapshot);
    touched.0
}

#[derive(Debug, Default)]
struct Touched(BTreeSet<String>);

impl Touched {
    fn add(&mut self, id: &impl ToString) {
        self.0.insert(id.to_string());
    }

    fn take_stations(&mut self, inquiry: &Inquiry<'_>) -> Result<(), Missing> {
        for station in inquiry.stations()? {
            self.add(&station.vpc);
            self.0
                .extend(station.subnet.iter().map(ToString::to_string));
            self.0.extend(station.name.clone());
            if let Groups::Filtered(groups) = &station.groups {
                self.0.extend(groups.iter().map(ToString::to_string));
            }
        }
        Ok(())
    }

    fn take_ways(&mut self, inquiry: &Inquiry<'_>) -> Result<(), Missing> {
        for attempt in inquiry.attempts()? {
            if let Tried::Ways(ways) = &attempt.result {
                for way in ways {
                    self.take_way(way);
                }
            }
        }
        let exec = (inquiry.subject.is_exec_on() == Some(true)).then(|| inquiry.exec());
        for called in inquiry.calls()?.iter().chain(exec) {
            self.0.extend(called.met.iter().cloned());
        }
        Ok(())
    }

    fn take_way(&mut self, way: &Way) {
        self.0.extend(met(&way.answer));
        self.0
            .extend(way.far_groups.iter().map(ToString::to_string));
    }

    /// The load balancers that send to a service's tasks.
    fn take_balancers(&mut self, snapshot: &Snapshot, service: &Service) {
        let arns = service.load_balancers.iter();
        let arns = arns.filter_map(|registered| registered.target_group_arn.as_deref());
        let groups = arns.filter_map(|arn| {
            let mut known = snapshot.target_groups.seen();
            known.find(|group| group.target_group_arn.as_str() == arn)
        });
        let balancers: BTreeSet<&str> = groups
            .flat_map(|group| group.load_balancer_arns.iter().map(String::as_str))
            .collect();
        let known = snapshot.load_balancers.seen();
        for balancer in known.filter(|one| balancers.contains(one.load_balancer_arn.as_str())) {
            self.add(&balancer.load_balancer_arn);
            let groups = balancer.security_groups.iter();
            self.0.extend(groups.map(ToString::to_string));
            let subnets = balancer.availability_zones.iter();
            let subnets = subnets.filter_map(|zone| zone.subnet_id.as_ref());
            self.0.extend(subnets.map(ToString::to_string));
        }
    }

    /// Where tasks of earlier deployments still run.
    fn take_deployments(&mut self, service: &Service) {
        let networks = service.deployments.iter();
        let networks = networks.filter_map(|deployment| deployment.network_configuration.as_ref());
        for awsvpc in networks.filter_map(|network| network.awsvpc_configuration.as_ref()) {
            self.0
                .extend(awsvpc.subnets.iter().map(ToString::to_string));
            let groups = awsvpc.security_groups.iter();
            self.0.extend(groups.map(ToString::to_string));
        }
    }

    /// What belongs to what was met: the groups of interfaces, the tables of subnets, the lists that
    /// rules name.
    fn around(&mut self, snapshot: &Snapshot) {
        for id in self.0.clone() {
            if id.starts_with(NetworkInterfaceId::PREFIX) {
                self.take_interface(snapshot, &NetworkInterfaceId::new(id));
            }
        }
        for id in self.0.clone() {
            if id.starts_with(SubnetId::PREFIX) {
                self.take_subnet(snapshot, &SubnetId::new(id));
            }
        }
        self.take_regional(snapshot);
        for group in snapshot.security_groups.seen() {
            if self.0.contains(group.group_id.as_str()) {
                let rules = group.ip_permissions.iter();
                let rules = rules.chain(&group.ip_permissions_egress);
                let lists = rules.flat_map(|rule: &IpPermission| &rule.prefix_lists);
                self.0.extend(lists.map(ToString::to_string));
            }
        }
    }

    /// The endpoints of VPCs, which names lead to or no longer do, and the tables and attachments of
    /// transit gateways.
    fn take_regional(&mut self, snapshot: &Snapshot) {
        for endpoint in snapshot.vpc_endpoints.seen() {
            if self.0.contains(endpoint.vpc_id.as_str()) {
                self.add(&endpoint.vpc_endpoint_id);
            }
        }
        let leads_on = self
            .0
            .iter()
            .any(|id| id.starts_with(TransitGatewayId::PREFIX));
        let attachments = snapshot.transit_gateway_attachments.seen();
        for attachment in attachments.filter(|_| leads_on) {
            self.add(&attachment.transit_gateway_attachment_id);
            let table = attachment.association.as_ref();
            let table = table.and_then(|one| one.transit_gateway_route_table_id.as_ref());
            self.0.extend(table.map(ToString::to_string));
        }
    }

    fn take_interface(&mut self, snapshot: &Snapshot, id: &NetworkInterfaceId) {
        let Ok(interface) = snapshot.network_interfaces.get(id) else {
            return;
        };
        self.add(&interface.subnet_id);
        self.0
            .extend(interface.group_ids().map(ToString::to_string));
        self.0.extend(interface.instance().map(ToString::to_string));
        let mut endpoints = snapshot.vpc_endpoints.seen();
        let endpoint = endpoints.find(|endpoint| endpoint.network_interface_ids.contains(id));
        self.0
            .extend(endpoint.map(|endpoint| endpoint.vpc_endpoint_id.to_string()));
    }

    fn take_subnet(&mut self, snapshot: &Snapshot, subnet: &SubnetId) {
        let Ok(vpc): Result<&VpcId, _> = snapshot.vpc_of(subnet) else {
            return;
        };
        self.add(vpc);
        if let Ok(table) = snapshot.route_table_of(subnet, vpc) {
            self.add(&table.route_table_id);
            // A target that is gone leaves a hole that names it; another prefix may win or lose.
            for route in &table.routes {
                self.0.insert(route.target.id().to_owned());
                if let RouteDestination::PrefixList(list) = &route.destination {
                    self.add(list);
                }
            }
            let own = table.associations.iter();
            let own = own.filter(|one| one.main || one.subnet_id.as_ref() == Some(subnet));
            self.0
                .extend(own.filter_map(|one| one.route_table_association_id.clone()));
        }
        if let Ok(acl) = snapshot.network_acl_of(subnet, vpc) {
            self.add(&acl.network_acl_id);
            let own = acl
                .associations
                .iter()
                .filter(|one| one.subnet_id == *subnet);
            self.0
                .extend(own.filter_map(|one| one.network_acl_association_id.clone()));
        }
    }
}

/// What an answer's way leads through, and what stops it.
pub(super) fn met(answer: &Answer) -> impl Iterator<Item = String> + '_ {
    let path = answer.path.iter().chain(&answer.return_path);
    let blockers = answer.explanations.iter().map(|blocker| &blocker.component);
    path.chain(blockers).cloned()
}
