use super::called_services;
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::dependencies::text::Host;
use crate::facts::{FactKind, Snapshot, VpcEndpoint, VpcEndpointType};
use crate::fix::{Fix, private_dns};
use crate::reach::serves;

/// An interface endpoint that no name leads to.
pub(super) static CHECK: Check = Check {
    id: "endpoint-private-dns-disabled",
    title: "an interface endpoint's private DNS is off, so tasks go past it",
    severity: Severity::Medium,
    step: Step::Dns,
    since: "0.1.0",
    needs: &[
        FactKind::TaskDefinitions,
        FactKind::VpcEndpoints,
        FactKind::VpcAttributes,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
    ],
    page: include_str!("endpoint_private_dns_disabled.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let vpc = subject.vpc(snapshot)?;
    // S3 is left out: its interface endpoint commonly serves networks outside the VPC while tasks use
    // the gateway endpoint.
    let services = called_services(inquiry);
    let endpoints: Vec<_> = snapshot
        .vpc_endpoints
        .all_within(&vpc)?
        .filter(|endpoint| {
            endpoint.vpc_id == vpc
                && endpoint.vpc_endpoint_type == VpcEndpointType::Interface
                && endpoint.is_available()
                && endpoint.aws_service().is_some_and(|service| {
                    service != "s3" && (services.contains(&service) || is_named(inquiry, endpoint))
                })
        })
        .collect();
    if endpoints.is_empty() {
        return Ok(vec![Judgement::skipped(format!(
            "{vpc} has no interface endpoint for a service that is called for the task"
        ))]);
    }
    Ok(endpoints
        .iter()
        .map(|endpoint| judge(snapshot, endpoint, &endpoints))
        .collect())
}

/// Whether the task's configuration names the service, as a queue's URL does.
fn is_named(inquiry: &Inquiry<'_>, endpoint: &VpcEndpoint) -> bool {
    let needs = inquiry.needs().ok();
    let mut dependencies = needs.into_iter().flat_map(|needs| &needs.dependencies);
    dependencies.any(|dependency| match &dependency.endpoint.host {
        Host::Name(name) => serves(endpoint, name),
        Host::Address(_) => false,
    })
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
        fixes: vec![Fix::of(private_dns(snapshot, id))],
        components: vec![id.to_string()],
        ..Fault::default()
    })
}
