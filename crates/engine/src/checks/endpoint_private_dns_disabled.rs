use super::TASK_SERVICES;
use super::check::{Check, Fault, Fix, Judgement, Severity, Step, Unknown};
use super::subject::Subject;
use crate::facts::{FactKind, Snapshot, VpcEndpoint, VpcEndpointType};

/// An interface endpoint that no name leads to.
pub(super) static CHECK: Check = Check {
    id: "endpoint-private-dns-disabled",
    title: "an interface endpoint's private DNS is off, so tasks go past it",
    severity: Severity::Medium,
    step: Step::Dns,
    since: "0.1.0",
    needs: &[
        FactKind::VpcEndpoints,
        FactKind::VpcAttributes,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
    ],
    page: include_str!("endpoint_private_dns_disabled.md"),
    run,
};

fn run(snapshot: &Snapshot, subject: &Subject<'_>) -> Result<Vec<Judgement>, Unknown> {
    let vpc = subject.vpc(snapshot)?;
    let endpoints: Vec<_> = snapshot
        .vpc_endpoints
        .all_within(&vpc)?
        .filter(|endpoint| {
            endpoint.vpc_id == vpc
                && endpoint.vpc_endpoint_type == VpcEndpointType::Interface
                && endpoint.is_available()
                && endpoint.aws_service().is_some_and(judged)
        })
        .collect();
    if endpoints.is_empty() {
        return Ok(vec![Judgement::skipped(format!(
            "{vpc} has no interface endpoint for a service that tasks commonly use"
        ))]);
    }
    Ok(endpoints
        .iter()
        .map(|endpoint| judge(snapshot, endpoint, &endpoints))
        .collect())
}

/// S3 is left out: its interface endpoint commonly serves networks outside the VPC while tasks use
/// the gateway endpoint.
fn judged(service: &str) -> bool {
    service != "s3" && TASK_SERVICES.contains(&service)
}

fn judge(snapshot: &Snapshot, endpoint: &VpcEndpoint, all: &[&VpcEndpoint]) -> Judgement {
    let id = &endpoint.vpc_endpoint_id;
    let service = endpoint.aws_service().unwrap_or(&endpoint.service_name);
    let taker = all
        .iter()
        .find(|other| other.service_name == endpoint.service_name && other.takes_service_name());
    if let Some(taker) = taker {
        let (taker, vpc) = (&taker.vpc_endpoint_id, &endpoint.vpc_id);
        return match snapshot.has_private_names(vpc) {
            Ok(true) => Judgement::pass(id, format!("the name of {service} leads to {taker}")),
            Ok(false) => Judgement::skipped(format!(
                "{id} has private DNS, but {vpc} has private names switched off as a whole"
            )),
            Err(missing) => Judgement::unknown(id, missing),
        };
    }
    Judgement::Fail(Fault {
        resource: id.to_string(),
        message: format!(
            "private DNS of {id} is off: the name of {service} resolves to public addresses, and tasks \
             go past the endpoint, or nowhere if the subnet has no way to the internet"
        ),
        fixes: vec![Fix::unverified(format!(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --private-dns-enabled"
        ))],
        components: vec![id.to_string()],
        ..Fault::default()
    })
}
