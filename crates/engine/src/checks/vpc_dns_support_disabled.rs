use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::custom_dns_unreachable::dhcp_options;
use super::inquiry::Inquiry;
use crate::facts::FactKind;
use crate::fix::{Attribute, Change, Fix};

/// The VPC's resolver is switched off.
pub(super) static CHECK: Check = Check {
    id: "vpc-dns-support-disabled",
    title: "the VPC's DNS resolver is off",
    severity: Severity::Critical,
    step: Step::Dns,
    since: "0.1.0",
    needs: &[
        FactKind::VpcAttributes,
        FactKind::Vpcs,
        FactKind::DhcpOptions,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
    ],
    page: include_str!("vpc_dns_support_disabled.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let vpc = subject.vpc(snapshot)?;
    if snapshot.vpc_attributes.get(&vpc)?.dns_support()? {
        return Ok(vec![Judgement::pass(
            &vpc,
            format!("enableDnsSupport of {vpc} is on"),
        )]);
    }
    // Custom name servers answer all the same.
    if let Some(options) = dhcp_options(snapshot, &vpc)?
        && !options.uses_amazon_dns()
    {
        let servers: Vec<_> = options.custom_name_servers().collect();
        if !servers.is_empty() {
            return Ok(vec![Judgement::skipped(format!(
                "enableDnsSupport of {vpc} is off, but tasks use {}",
                servers.join(", ")
            ))]);
        }
    }
    Ok(vec![Judgement::Fail(Fault {
        resource: vpc.to_string(),
        message: format!(
            "enableDnsSupport of {vpc} is off: the VPC's resolver doesn't answer, and no name resolves"
        ),
        fixes: vec![Fix::of(vec![Change::EnableVpcAttribute {
            vpc: vpc.clone(),
            attribute: Attribute::DnsSupport,
        }])],
        components: vec![vpc.to_string()],
        ..Fault::default()
    })])
}
