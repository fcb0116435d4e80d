use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use crate::facts::{FactKind, Missing, Reason, Snapshot, SubnetId};
use crate::fix::Fix;

/// A subnet of the task has no free IPv4 address.
pub(super) static CHECK: Check = Check {
    id: "subnet-addresses-exhausted",
    title: "a subnet of the task has no free address left",
    severity: Severity::Critical,
    step: Step::Provisioning,
    since: "0.1.0",
    needs: &[FactKind::Subnets, FactKind::NetworkInterfaces],
    page: include_str!("subnet_addresses_exhausted.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let subnets = subject.subnets(snapshot)?;
    let judge = |subnet: &SubnetId| {
        judge(snapshot, subnet).unwrap_or_else(|missing| Judgement::unknown(subnet, missing))
    };
    Ok(subnets.iter().map(judge).collect())
}

fn judge(snapshot: &Snapshot, id: &SubnetId) -> Result<Judgement, Missing> {
    let subnet = snapshot.subnets.get(id)?;
    let Some(block) = subnet.cidr_block else {
        return Ok(Judgement::skipped(format!(
            "{id} is IPv6-only: its addresses don't run out"
        )));
    };
    let free = subnet.available_ip_address_count.ok_or_else(|| {
        let what = format!("the number of free addresses in {id}");
        Missing::new(FactKind::Subnets, Reason::NotInFacts(what))
    })?;
    if free > 0 {
        return Ok(Judgement::pass(
            id,
            format!("{id} ({block}) has {free} free addresses"),
        ));
    }
    let zone = subnet.availability_zone.as_deref().unwrap_or("<zone>");
    Ok(Judgement::Fail(Fault {
        resource: id.to_string(),
        message: format!(
            "{id} ({block}, {zone}) has no free address: no further task can start there, and a \
             deployment that replaces tasks will hang"
        ),
        fixes: vec![
            Fix::unverified(format!(
                "aws ec2 describe-network-interfaces --filters Name=subnet-id,Values={id} \
                 Name=status,Values=available --query 'NetworkInterfaces[].NetworkInterfaceId'"
            )),
            Fix::unverified(format!(
                "aws ec2 create-subnet --vpc-id {} --availability-zone {zone} --cidr-block <free-block>",
                subnet.vpc_id
            )),
        ],
        components: vec![id.to_string()],
        ..Fault::default()
    }))
}
