use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::facts::FactKind;
use crate::fix::{Fix, hostnames};

/// The VPC gives no DNS host names, so private names don't work.
pub(super) static CHECK: Check = Check {
    id: "vpc-dns-hostnames-disabled",
    title: "DNS host names are off for the VPC, so private names don't resolve",
    severity: Severity::Medium,
    step: Step::Dns,
    since: "0.1.0",
    needs: &[
        FactKind::VpcAttributes,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
    ],
    page: include_str!("vpc_dns_hostnames_disabled.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let vpc = subject.vpc(snapshot)?;
    if snapshot.vpc_attributes.get(&vpc)?.dns_hostnames()? {
        return Ok(vec![Judgement::pass(
            &vpc,
            format!("enableDnsHostnames of {vpc} is on"),
        )]);
    }
    Ok(vec![Judgement::Fail(Fault {
        resource: vpc.to_string(),
        message: format!(
            "enableDnsHostnames of {vpc} is off: private hosted zones and the private DNS names of \
             interface endpoints don't resolve inside it"
        ),
        fixes: vec![Fix::of(hostnames(snapshot, &vpc))],
        components: vec![vpc.to_string()],
        ..Fault::default()
    })])
}
