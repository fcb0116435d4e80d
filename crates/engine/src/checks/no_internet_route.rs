use super::check::{Check, Fault, Fix, Judgement, Severity, Step, Unknown, word};
use super::subject::{Launch, Subject};
use crate::facts::{
    AssignPublicIp, ConnectivityType, FactKind, Missing, RouteDestination, Snapshot,
    VpcEndpointType,
};
use crate::net::AddressFamily;
use crate::reach::{Answer, Code, Explanation, Station, Verdict, internet_way};

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
    run,
};

fn run(snapshot: &Snapshot, subject: &Subject<'_>) -> Result<Vec<Judgement>, Unknown> {
    let stations = subject.stations(snapshot)?;
    let judge = |station| {
        judge(snapshot, subject, station)
            .unwrap_or_else(|missing| Judgement::unknown(place(station), missing))
    };
    Ok(stations.iter().map(judge).collect())
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

fn judge(
    snapshot: &Snapshot,
    subject: &Subject<'_>,
    station: &Station<'_>,
) -> Result<Judgement, Unknown> {
    let family = family(station);
    let answer = internet_way(snapshot, station, family);
    let place = place(station);
    match answer.verdict {
        Verdict::Reachable => Ok(Judgement::pass(
            place,
            format!("routes lead to the internet by {}", way(&answer)),
        )),
        Verdict::Unknown => Err(answer.missing.into()),
        Verdict::Unreachable if !has_default_route(snapshot, station, family)? => {
            isolated(snapshot, subject, station, answer)
        }
        Verdict::Unreachable => Ok(Judgement::Fail(fault(
            snapshot, subject, station, answer, "",
        ))),
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
fn isolated(
    snapshot: &Snapshot,
    subject: &Subject<'_>,
    station: &Station<'_>,
    answer: Answer,
) -> Result<Judgement, Unknown> {
    let place = place(station);
    let needed = endpoints_to_start(subject);
    let present = services_with_endpoints(snapshot, station)?;
    let absent: Vec<_> = needed
        .iter()
        .filter(|service| !present.iter().any(|p| p == *service))
        .collect();
    if absent.is_empty() && !present.is_empty() {
        return Ok(Judgement::pass(
            place,
            format!(
                "has no default route and VPC endpoints instead ({}): isolated by design",
                present.join(", ")
            ),
        ));
    }
    let absent: Vec<_> = absent.into_iter().copied().collect();
    let lack = if absent.is_empty() {
        "; the VPC has no endpoint either".to_owned()
    } else {
        format!(
            "; VPC endpoints could do instead, but {} has none that serves it for {}",
            station.vpc,
            absent.join(", ")
        )
    };
    Ok(Judgement::Fail(fault(
        snapshot, subject, station, answer, &lack,
    )))
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

fn services_with_endpoints(
    snapshot: &Snapshot,
    station: &Station<'_>,
) -> Result<Vec<String>, Missing> {
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

fn fault(
    snapshot: &Snapshot,
    subject: &Subject<'_>,
    station: &Station<'_>,
    answer: Answer,
    lack: &str,
) -> Fault {
    let place = place(station);
    let reasons: Vec<_> = answer
        .explanations
        .iter()
        .map(|e| e.message.as_str())
        .collect();
    let message = format!(
        "{place} has no working way to the internet: {}{lack}",
        reasons.join("; ")
    );
    let components = answer.explanations.iter().map(|e| e.component.clone());
    let fixes = fixes(snapshot, subject, station, &answer);
    Fault {
        resource: place,
        message,
        components: components.collect(),
        fixes,
        explanations: answer.explanations,
    }
}

/// What gives a subnet its way to the internet.
pub(super) fn fixes(
    snapshot: &Snapshot,
    subject: &Subject<'_>,
    station: &Station<'_>,
    answer: &Answer,
) -> Vec<Fix> {
    let explanations = answer.explanations.iter();
    explanations
        .filter_map(|e| fix(snapshot, subject, station, answer, e))
        .collect()
}

fn fix(
    snapshot: &Snapshot,
    subject: &Subject<'_>,
    station: &Station<'_>,
    answer: &Answer,
    explanation: &Explanation,
) -> Option<Fix> {
    let component = &explanation.component;
    let command = match explanation.code {
        Code::BadStateRoute | Code::NoRouteToDestination if component.starts_with("rtb-") => {
            let verb = match explanation.code {
                Code::BadStateRoute => "replace-route",
                _ => "create-route",
            };
            let target = default_target(snapshot, station, answer, component);
            format!("aws ec2 {verb} --route-table-id {component} {target}")
        }
        Code::IgwPublicIpAssociationForEgress
            if !answer.path.iter().any(|id| id.starts_with("nat-")) =>
        {
            return public_address(snapshot, subject);
        }
        Code::BadState | Code::IgwPublicIpAssociationForEgress
            if component.starts_with("nat-") || component.starts_with("igw-") =>
        {
            let table = answer.path.iter().find(|id| id.starts_with("rtb-"))?;
            let target = default_target(snapshot, station, answer, table);
            format!("aws ec2 replace-route --route-table-id {table} {target}")
        }
        Code::BadStateAttachment if component.starts_with("igw-") => format!(
            "aws ec2 attach-internet-gateway --internet-gateway-id {component} --vpc-id {}",
            station.vpc
        ),
        _ => return None,
    };
    Some(Fix::unverified(command))
}

/// Where the default route of a table should lead: a NAT gateway's own subnet to the internet
/// gateway, a task's subnet to a NAT gateway that works. Known ones are named.
fn default_target(
    snapshot: &Snapshot,
    station: &Station<'_>,
    answer: &Answer,
    table: &str,
) -> String {
    if family(station) == AddressFamily::V6 {
        let known = snapshot.egress_only_internet_gateways.seen();
        let mut own = known.filter(|g| g.attachments.iter().any(|a| a.works_for(&station.vpc)));
        let id = own
            .next()
            .map_or("<eigw-id>", |g| g.egress_only_internet_gateway_id.as_str());
        return format!(
            "--destination-ipv6-cidr-block ::/0 --egress-only-internet-gateway-id {id}"
        );
    }
    let is_behind_nat = answer
        .path
        .iter()
        .take_while(|id| *id != table)
        .any(|id| id.starts_with("nat-"));
    if is_behind_nat {
        let known = snapshot.internet_gateways.seen();
        let mut own = known.filter(|g| g.attachments.iter().any(|a| a.works_for(&station.vpc)));
        let id = own
            .next()
            .map_or("<igw-id>", |gateway| gateway.internet_gateway_id.as_str());
        return format!("--destination-cidr-block 0.0.0.0/0 --gateway-id {id}");
    }
    let mut working = snapshot.nat_gateways.seen().filter(|gateway| {
        gateway.vpc_id == station.vpc
            && gateway.state == "available"
            && gateway.connectivity_type == ConnectivityType::Public
    });
    let id = working.next().map_or("<nat-gateway-id>", |gateway| {
        gateway.nat_gateway_id.as_str()
    });
    format!("--destination-cidr-block 0.0.0.0/0 --nat-gateway-id {id}")
}

/// A task without a public address: Fargate can give it one, on EC2 it belongs into subnets that lead
/// to a NAT gateway.
fn public_address(snapshot: &Snapshot, subject: &Subject<'_>) -> Option<Fix> {
    let service = subject.service(snapshot).ok().flatten();
    let awsvpc = service.and_then(|service| Some((service, service.awsvpc()?)));
    if let (Launch::Fargate(_), Some((service, awsvpc))) = (subject.launch(), awsvpc) {
        let subnets: Vec<_> = awsvpc.subnets.iter().map(ToString::to_string).collect();
        return Some(Fix::placement(service, &subnets, AssignPublicIp::Enabled));
    }
    if let Some((service, _)) = awsvpc {
        let elsewhere = ["<subnets-with-a-nat-route>".to_owned()];
        return Some(Fix::placement(
            service,
            &elsewhere,
            AssignPublicIp::Disabled,
        ));
    }
    let owner = subject.owner();
    let name = word(owner.strip_prefix("service:")?);
    let cluster = word(subject.cluster().name());
    Some(Fix::unverified(format!(
        "aws ecs update-service --cluster {cluster} --service {name} --network-configuration \
         'awsvpcConfiguration={{subnets=[<subnets-with-a-nat-route>],securityGroups=[<group-ids>]}}'"
    )))
}
