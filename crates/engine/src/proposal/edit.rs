use super::ProposalError;
use super::service::ServiceChange;
use crate::facts::{
    AttributeBooleanValue, IpPermission, NetworkAclEntry, NetworkAclId, Observations, Route,
    RouteDestination, RouteTableId, RouteTarget, SecurityGroup, SecurityGroupId, Snapshot,
    VpcEndpointId, VpcId,
};
use crate::fix::{Attribute, Change, apply};
use crate::reach::Direction;

/// One thing that a command changes.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    AddRule {
        group: SecurityGroupId,
        direction: Direction,
        permission: IpPermission,
    },
    TakeRule {
        group: SecurityGroupId,
        direction: Direction,
        permission: IpPermission,
    },
    SetRoute {
        table: RouteTableId,
        route: Route,
        replaces: bool,
    },
    DeleteRoute {
        table: RouteTableId,
        destination: RouteDestination,
    },
    AddAclEntry {
        acl: NetworkAclId,
        entry: NetworkAclEntry,
    },
    DeleteAclEntry {
        acl: NetworkAclId,
        number: i32,
        egress: bool,
    },
    VpcAttributeOff {
        vpc: VpcId,
        attribute: Attribute,
    },
    PrivateDnsOff {
        endpoint: VpcEndpointId,
    },
    TakeEndpointRoutes {
        endpoint: VpcEndpointId,
        table: RouteTableId,
    },
    /// What a fix does too.
    Make(Change),
    SetPolicy {
        endpoint: VpcEndpointId,
        policy: String,
    },
    ChangeService(Box<ServiceChange>),
}

/// What came of an edit of one resource.
enum Done {
    Yes,
    NotThere(&'static str),
    AlreadyThere(&'static str),
}

impl Edit {
    /// The facts after it.
    pub(super) fn apply(&self, snapshot: &Snapshot) -> Result<Snapshot, ProposalError> {
        if let Self::Make(change) = self {
            let after = apply(snapshot, std::slice::from_ref(change));
            return after.ok_or_else(|| self.not_observed());
        }
        if let Self::ChangeService(change) = self {
            return change.apply(snapshot);
        }
        let mut done = Done::Yes;
        let mut is_there = false;
        let after = snapshot.changed(|facts| (is_there, done) = self.make(facts));
        match (is_there, done) {
            (false, _) => Err(self.not_observed()),
            (true, Done::Yes) => Ok(after),
            (true, Done::NotThere(what)) => Err(ProposalError::NotThere {
                component: self.component(),
                what,
            }),
            (true, Done::AlreadyThere(what)) => Err(ProposalError::AlreadyThere {
                component: self.component(),
                what,
            }),
        }
    }

    fn not_observed(&self) -> ProposalError {
        ProposalError::NotObserved(self.component())
    }

    fn component(&self) -> String {
        match self {
            Self::AddRule { group, .. } | Self::TakeRule { group, .. } => group.to_string(),
            Self::SetRoute { table, .. } | Self::DeleteRoute { table, .. } => table.to_string(),
            Self::AddAclEntry { acl, .. } | Self::DeleteAclEntry { acl, .. } => acl.to_string(),
            Self::VpcAttributeOff { vpc, .. } => vpc.to_string(),
            Self::PrivateDnsOff { endpoint } | Self::SetPolicy { endpoint, .. } => {
                endpoint.to_string()
            }
            Self::TakeEndpointRoutes { endpoint, table } => format!("{endpoint} or {table}"),
            Self::Make(change) => change.component().to_owned(),
            Self::ChangeService(change) => change.component(),
        }
    }

    /// Makes it: whether what it is about is there, and what came of it.
    fn make(&self, facts: &mut Observations) -> (bool, Done) {
        let mut done = Done::Yes;
        let is_there = match self {
            Self::AddRule {
                group,
                direction,
                permission,
            } => facts.security_groups.change(group, |group| {
                let rules = permissions(group, *direction);
                if has_some_of(rules, permission) {
                    done = Done::AlreadyThere("rule");
                } else {
                    rules.push(permission.clone());
                }
            }),
            Self::TakeRule {
                group,
                direction,
                permission,
            } => facts.security_groups.change(group, |group| {
                if !take(permissions(group, *direction), permission) {
                    done = Done::NotThere("rule");
                }
            }),
            Self::SetRoute {
                table,
                route,
                replaces,
            } => facts.route_tables.change(table, |table| {
                let before = table.routes.len();
                table
                    .routes
                    .retain(|own| own.destination != route.destination);
                match (table.routes.len() < before, *replaces) {
                    (true, false) => done = Done::AlreadyThere("route"),
                    (false, true) => done = Done::NotThere("route"),
                    _ => table.routes.push(route.clone()),
                }
            }),
            Self::DeleteRoute { table, destination } => facts.route_tables.change(table, |table| {
                let before = table.routes.len();
                table.routes.retain(|own| {
                    own.destination != *destination || own.target == RouteTarget::Local
                });
                if table.routes.len() == before {
                    done = Done::NotThere("route");
                }
            }),
            Self::AddAclEntry { .. } | Self::DeleteAclEntry { .. } => {
                return self.make_in_acl(facts);
            }
            Self::VpcAttributeOff { vpc, attribute } => {
                facts.vpc_attributes.change(vpc, |attributes| {
                    let value = Some(AttributeBooleanValue { value: false });
                    match attribute {
                        Attribute::DnsSupport => attributes.enable_dns_support = value,
                        Attribute::DnsHostnames => attributes.enable_dns_hostnames = value,
                    }
                })
            }
            Self::PrivateDnsOff { endpoint } => facts.vpc_endpoints.change(endpoint, |endpoint| {
                endpoint.private_dns_enabled = false;
                endpoint.dns_options = None;
            }),
            Self::Make(_) | Self::ChangeService(_) => false,
            Self::TakeEndpointRoutes { endpoint, table } => {
                let target = RouteTarget::VpcEndpoint(endpoint.clone());
                let is_table = facts.route_tables.change(table, |table| {
                    table.routes.retain(|route| route.target != target);
                });
                is_table
                    && facts.vpc_endpoints.change(endpoint, |endpoint| {
                        let before = endpoint.route_table_ids.len();
                        endpoint.route_table_ids.retain(|own| own != table);
                        if endpoint.route_table_ids.len() == before {
                            done = Done::NotThere("route table");
                        }
                    })
            }
            Self::SetPolicy { endpoint, policy } => {
                facts.vpc_endpoints.change(endpoint, |endpoint| {
                    endpoint.policy_document = Some(policy.clone());
                })
            }
        };
        (is_there, done)
    }

    /// The same, of rules of network ACLs.
    fn make_in_acl(&self, facts: &mut Observations) -> (bool, Done) {
        let mut done = Done::Yes;
        let is_there = match self {
            Self::AddAclEntry { acl, entry } => facts.network_acls.change(acl, |acl| {
                let is_same = |one: &NetworkAclEntry| {
                    (one.number, one.egress) == (entry.number, entry.egress)
                };
                if acl.entries.iter().any(is_same) {
                    done = Done::AlreadyThere("rule number");
                    return;
                }
                acl.entries.push(entry.clone());
                acl.entries.sort_by_key(|one| (one.egress, one.number));
            }),
            Self::DeleteAclEntry {
                acl,
                number,
                egress,
            } => facts.network_acls.change(acl, |acl| {
                let before = acl.entries.len();
                acl.entries.retain(|one| {
                    // The last one can't be deleted.
                    (one.number, one.egress) != (*number, *egress) || one.number > LAST_OF_ACL
                });
                if acl.entries.len() == before {
                    done = Done::NotThere("rule");
                }
            }),
            _ => false,
        };
        (is_there, done)
    }
}

/// The highest number of a rule that people make.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html>
const LAST_OF_ACL: i32 = 32_766;

fn permissions(group: &mut SecurityGroup, direction: Direction) -> &mut Vec<IpPermission> {
    match direction {
        Direction::Ingress => &mut group.ip_permissions,
        Direction::Egress => &mut group.ip_permissions_egress,
    }
}

/// Whether a peer of a permission has its rule already.
fn has_some_of(all: &[IpPermission], wanted: &IpPermission) -> bool {
    let mut same = all.iter().filter(|own| own.traffic == wanted.traffic);
    same.any(|own| {
        let mut own = own.clone();
        let mut left = wanted.clone();
        let before = peers(&left);
        without_common(&mut own, &mut left);
        peers(&left) < before
    })
}

/// Takes the peers of a permission out of those for the same traffic; whether all of them were there.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html>
fn take(all: &mut Vec<IpPermission>, wanted: &IpPermission) -> bool {
    let mut left = wanted.clone();
    for own in all.iter_mut().filter(|own| own.traffic == wanted.traffic) {
        common(&mut own.ip_ranges, &mut left.ip_ranges, |a, b| a == b);
        common(&mut own.ipv6_ranges, &mut left.ipv6_ranges, |a, b| a == b);
        common(&mut own.prefix_lists, &mut left.prefix_lists, |a, b| a == b);
        common(&mut own.groups, &mut left.groups, |a, b| {
            a.group_id == b.group_id
        });
    }
    all.retain(has_peers);
    !has_peers(&left)
}

fn without_common(own: &mut IpPermission, left: &mut IpPermission) {
    common(&mut own.ip_ranges, &mut left.ip_ranges, |a, b| a == b);
    common(&mut own.ipv6_ranges, &mut left.ipv6_ranges, |a, b| a == b);
    common(&mut own.prefix_lists, &mut left.prefix_lists, |a, b| a == b);
    common(&mut own.groups, &mut left.groups, |a, b| {
        a.group_id == b.group_id
    });
}

/// Takes what both have out of both.
fn common<T>(own: &mut Vec<T>, wanted: &mut Vec<T>, same: impl Fn(&T, &T) -> bool) {
    wanted.retain(|one| {
        let place = own.iter().position(|other| same(other, one));
        place.map(|place| own.remove(place)).is_none()
    });
}

/// Whether a permission is about anybody.
pub(super) fn has_peers(permission: &IpPermission) -> bool {
    peers(permission) > 0
}

fn peers(permission: &IpPermission) -> usize {
    permission.ip_ranges.len()
        + permission.ipv6_ranges.len()
        + permission.prefix_lists.len()
        + permission.groups.len()
}
