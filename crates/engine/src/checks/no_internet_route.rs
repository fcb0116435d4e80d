use super::calling::are_same;
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::ways::reasons;
use crate::facts::{
    AssignPublicIp, FactKind, Missing, RouteDestination, Snapshot, SubnetId, VpcEndpointType,
};
use crate::fix::{Change, Fix, Proposals, word};
use crate::net::AddressFamily;
use crate::reach::{
    Answer, Code, Destination, Explanation, PublicAddress, Station, Target, Verdict, internet_way,
};
use crate::subject::{Launch, Subject};

/// The task's subnet has no working way to the internet.
pub(super) static CHECK: Check = Check {
    id: "no-internet-route",
    title: "the task's subnet has no working way to the internet",
    severity: Severity::High,
    step: Step::Routes,
    since: "0.1.0",
    needs: &[
        FactKind::RouteTables,
        FactKind::Subnets,
        FactKind::InternetGateways,
        FactKind::EgressOnlyInternetGateways,
        FactKind::NatGateways,
        FactKind::NetworkInterfaces,
        FactKind::VpcEndpoints,
        FactKind::VpcAttributes,
        FactKind::TransitGatewayVpcAttachments,
        FactKind::TransitGatewayAttachments,
        FactKind::TransitGatewayRoutes,
    ],
    page: include_str!("no_internet_route.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let stations = subject.stations(snapshot)?;
    let mut judgements = Vec::new();
    let mut dead_ends: Vec<DeadEnd> = Vec::new();
    for station in &stations {
        match look(inquiry, station) {
            Ok(Look::Judged(judgement)) => judgements.push(judgement),
            Ok(Look::DeadEnd { answer, lack }) => {
                let fixes = fixes(snapshot, subject, station, &answer);
                DeadEnd {
                    places: vec![place(station)],
                    explanations: answer.explanations,
                    lack,
                    fixes,
                }
                .add_to(&mut dead_ends);
            }
            Err(missing) => judgements.push(Judgement::unknown(place(station), missing)),
        }
    }
    judgements.extend(dead_ends.into_iter().map(DeadEnd::judgement));
    Ok(judgements)
}

/// What there is to say about one subnet.
enum Look {
    Judged(Judgement),
    DeadEnd { answer: Box<Answer>, lack: String },
}

/// Subnets that have no way for the same reasons: one fault, as a gateway's is.
struct DeadEnd {
    places: Vec<String>,
    explanations: Vec<Explanation>,
    lack: String,
    fixes: Vec<Fix>,
}

impl DeadEnd {
    fn add_to(self, all: &mut Vec<Self>) {
        let same = all.iter_mut().find(|other| {
            other.lack == self.lack && are_same(&other.explanations, &self.explanations)
        });
        let Some(same) = same else {
            return all.push(self);
        };
        same.places.extend(self.places);
        let before = std::mem::take(&mut same.fixes).into_iter();
        let one_of_each = before.zip(self.fixes);
        let both = one_of_each.flat_map(|(one, other)| together(vec![one, other]));
        same.fixes = both.collect();
    }

    fn judgement(self) -> Judgement {
        let places = self.places.join(", ");
        let have = if self.places.len() == 1 {
            "has"
        } else {
            "have"
        };
        let lack = self.lack;
        let message = format!(
            "{places} {have} no working way to the internet: {}{lack}",
            reasons(&self.explanations)
        );
        let components = self.explanations.iter().map(|e| e.component.clone());
        Judgement::Fail(Fault {
            resource: places,
            message,
            components: components.collect(),
            fixes: self.fixes,
            explanations: self.explanations,
        })
    }
}

/// Each fix mends one subnet: the fault is gone when all are made.
pub(super) fn together(mut fixes: Vec<Fix>) -> Vec<Fix> {
    if fixes.iter().any(|fix| fix.changes().is_empty()) {
        fixes.dedup();
        return fixes;
    }
    let mut changes: Vec<Change> = Vec::new();
    for change in fixes.iter().flat_map(Fix::changes) {
        if !changes.contains(change) {
            changes.push(change.clone());
        }
    }
    if changes.is_empty() {
        Vec::new()
    } else {
        vec![Fix::of(changes)]
    }
}

/// The family by which a sender reaches the internet: IPv4 unless it has none.
pub(super) fn family(station: &Station<'_>) -> AddressFamily {
    match station.address(AddressFamily::V4) {
        Some(_) => AddressFamily::V4,
        None => AddressFamily::V6,
    }
}

/// The subnet, as the resource of a judgement.
pub(super) fn place(station: &Station<'_>) -> String {
    station
        .subnet
        .as_ref()
        .map_or_else(|| station.vpc.to_string(), ToString::to_string)
}

fn look(inquiry: &Inquiry<'_>, station: &Station<'_>) -> Result<Look, Unknown> {
    let snapshot = inquiry.snapshot;
    let family = family(station);
    let answer = internet_way(snapshot, station, family);
    match answer.verdict {
        Verdict::Reachable => Ok(Look::Judged(Judgement::pass(
            place(station),
            format!("routes lead to the internet by {}", way(&answer)),
        ))),
        Verdict::Unknown => Err(answer.missing.into()),
        Verdict::Unreachable if !has_default_route(snapshot, station, family)? => {
            isolated(inquiry, station, answer)
        }
        Verdict::Unreachable => Ok(Look::DeadEnd {
            answer: Box::new(answer),
            lack: String::new(),
        }),
    }
}

/// The gateways on the way.
fn way(answer: &Answer) -> String {
    let is_gateway = |id: &&String| {
        ["nat-", "igw-", "eigw-", "tgw-"]
            .iter()
            .any(|p| id.starts_with(p))
    };
    answer
        .path
        .iter()
        .filter(is_gateway)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ")
}

fn has_default_route(
    snapshot: &Snapshot,
    station: &Station<'_>,
    family: AddressFamily,
) -> Result<bool, Missing> {
    let Some(subnet) = &station.subnet else {
        return Ok(false);
    };
    let table = snapshot.route_table_of(subnet, &station.vpc)?;
    let default = RouteDestination::Cidr(family.default_route());
    Ok(table
        .routes
        .iter()
        .any(|route| route.destination == default))
}

/// Without a default route a subnet is isolated, and that may be meant: then the endpoints are there
/// that a task needs to start. A default route that doesn't work can't be meant.
fn isolated(inquiry: &Inquiry<'_>, station: &Station<'_>, answer: Answer) -> Result<Look, Unknown> {
    let needed = endpoints_to_start(&inquiry.subject);
    let present = services_with_endpoints(inquiry, station)?;
    let absent: Vec<_> = needed
        .iter()
        .filter(|service| !present.iter().any(|p| p == *service))
        .copied()
        .collect();
    if absent.is_empty() && !present.is_empty() {
        return Ok(Look::Judged(Judgement::pass(
            place(station),
            format!(
                "has no default route and VPC endpoints instead ({}): isolated by design",
                present.join(", ")
            ),
        )));
    }
    let lack = if absent.is_empty() {
        "; the VPC has no endpoint either".to_owned()
    } else {
        format!(
            "; VPC endpoints could do instead, but {} has none that serves it for {}",
            station.vpc,
            absent.join(", ")
        )
    };
    Ok(Look::DeadEnd {
        answer: Box::new(answer),
        lack,
    })
}

/// The services without which a task can't start by its own interface: on Fargate it pulls its image
/// that way. On EC2 the instance does that.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>
fn endpoints_to_start(subject: &Subject<'_>) -> &'static [&'static str] {
    match subject.launch() {
        Launch::Fargate(Some(version))
            if version.starts_with("1.3.") || version.starts_with("1.2.") =>
        {
            &["ecr.dkr", "s3"]
        }
        Launch::Fargate(_) => &["ecr.api", "ecr.dkr", "s3"],
        Launch::Ec2 | Launch::Other => &[],
    }
}

/// The services that have an endpoint. Whether its name leads there, and its routes, is looked at where
/// the task's calls are; only if these aren't known it counts here.
fn services_with_endpoints(
    inquiry: &Inquiry<'_>,
    station: &Station<'_>,
) -> Result<Vec<String>, Missing> {
    let snapshot = inquiry.snapshot;
    let knows_calls = inquiry.needs().is_ok();
    let table = match &station.subnet {
        Some(subnet) => Some(
            &snapshot
                .route_table_of(subnet, &station.vpc)?
                .route_table_id,
        ),
        None => None,
    };
    let mut services = Vec::new();
    let all = snapshot.vpc_endpoints.all_within(&station.vpc)?;
    for endpoint in all.filter(|e| e.vpc_id == station.vpc && e.is_available()) {
        let serves = match endpoint.vpc_endpoint_type {
            _ if knows_calls => true,
            VpcEndpointType::Gateway => {
                table.is_some_and(|table| endpoint.route_table_ids.contains(table))
            }
            _ => endpoint.takes_service_name() && snapshot.has_private_names(&station.vpc)?,
        };
        if let (true, Some(service)) = (serves, endpoint.aws_service()) {
            services.push(service.to_owned());
        }
    }
    services.sort();
    services.dedup();
    Ok(services)
}

/// What gives a subnet its way to the internet. Where the facts don't hold what it takes, the reader
/// fills it in.
pub(super) fn fixes(
    snapshot: &Snapshot,
    subject: &Subject<'_>,
    station: &Station<'_>,
    answer: &Answer,
) -> Vec<Fix> {
    let needs_address = |e: &&Explanation| {
        e.code == Code::IgwPublicIpAssociationForEgress
            && !answer.path.iter().any(|id| id.starts_with("nat-"))
    };
    if answer.explanations.iter().any(|e| needs_address(&e)) {
        return public_address(snapshot, subject, station);
    }
    let mut proposals = Proposals::default();
    let to = Destination {
        target: Target::Internet(family(station)),
        traffic: answer.asked.clone(),
    };
    proposals.add_all(snapshot, station, &to, answer);
    let known = proposals.fixes(snapshot);
    if !known.is_empty() && !proposals.is_partial() {
        return known;
    }
    let explanations = answer.explanations.iter();
    explanations
        .filter_map(|e| to_fill_in(station, answer, e))
        .collect()
}

/// The command, with a gap for what isn't there yet.
fn to_fill_in(station: &Station<'_>, answer: &Answer, explanation: &Explanation) -> Option<Fix> {
    let component = explanation.component.as_str();
    let (verb, table) = match explanation.code {
        Code::NoRouteToDestination if component.starts_with("rtb-") => ("create-route", component),
        Code::BadStateRoute if component.starts_with("rtb-") => ("replace-route", component),
        Code::BadState | Code::IgwPublicIpAssociationForEgress => {
            let mut path = answer.path.iter();
            let table = path.find(|id| id.starts_with("rtb-"))?;
            ("replace-route", table.as_str())
        }
        _ => return None,
    };
    let before = answer.path.iter().take_while(|id| *id != table);
    let target = match family(station) {
        AddressFamily::V6 => {
            "--destination-ipv6-cidr-block ::/0 --egress-only-internet-gateway-id <eigw-id>"
        }
        AddressFamily::V4 if before.clone().any(|id| id.starts_with("nat-")) => {
            "--destination-cidr-block 0.0.0.0/0 --gateway-id <igw-id>"
        }
        AddressFamily::V4 => "--destination-cidr-block 0.0.0.0/0 --nat-gateway-id <nat-gateway-id>",
    };
    Some(Fix::unverified(format!(
        "aws ec2 {verb} --route-table-id {table} {target}"
    )))
}

/// A task without a public address: Fargate can give it one, and otherwise it belongs into subnets
/// that lead to a NAT gateway.
fn public_address(snapshot: &Snapshot, subject: &Subject<'_>, station: &Station<'_>) -> Vec<Fix> {
    let service = subject.service(snapshot).ok().flatten();
    let awsvpc = service.and_then(|service| Some((service, service.awsvpc()?)));
    let mut fixes = Vec::new();
    if let (Launch::Fargate(_), Some((service, awsvpc))) = (subject.launch(), awsvpc) {
        let enabled = AssignPublicIp::Enabled;
        fixes.push(Fix::placement(service, &awsvpc.subnets, enabled));
    }
    let elsewhere = subnets_with_a_way(snapshot, station);
    if let (Some((service, _)), false) = (awsvpc, elsewhere.is_empty()) {
        let disabled = AssignPublicIp::Disabled;
        fixes.push(Fix::placement(service, &elsewhere, disabled));
    }
    if fixes.is_empty()
        && let Some(name) = subject.owner().strip_prefix("service:")
    {
        let groups = awsvpc.map(|(_, awsvpc)| awsvpc.security_groups.iter());
        let groups: Vec<_> = groups
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        let groups = if groups.is_empty() {
            "<group-ids>".to_owned()
        } else {
            groups.join(",")
        };
        fixes.push(Fix::unverified(format!(
            "aws ecs update-service --cluster {} --service {} --network-configuration \
             'awsvpcConfiguration={{subnets=[<subnets-with-a-nat-route>],securityGroups=[{groups}]}}'",
            word(subject.cluster().name()),
            word(name)
        )));
    }
    fixes
}

/// The subnets of the VPC from which a task without a public address gets to the internet.
fn subnets_with_a_way(snapshot: &Snapshot, station: &Station<'_>) -> Vec<SubnetId> {
    let own = snapshot.subnets.seen().filter(|s| s.vpc_id == station.vpc);
    let leads = own.filter(|subnet| {
        let groups = station.groups.clone();
        let placed =
            Station::of_placement(snapshot, &subnet.subnet_id, groups, PublicAddress::Absent);
        placed.is_ok_and(|placed| {
            let family = family(&placed);
            internet_way(snapshot, &placed, family).verdict == Verdict::Reachable
        })
    });
    leads.map(|subnet| subnet.subnet_id.clone()).collect()
}
