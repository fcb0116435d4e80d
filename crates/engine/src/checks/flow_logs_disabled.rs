use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::no_internet_route::place;
use crate::facts::{FactKind, FlowLog, SubnetId};
use crate::fix::Fix;
use crate::reach::Station;

/// No flow log would show what a security group or network ACL refuses.
pub(super) static CHECK: Check = Check {
    id: "flow-logs-disabled",
    title: "no VPC flow log records refused packets where the task runs",
    severity: Severity::Low,
    step: Step::Hardening,
    since: "0.1.0",
    needs: &[
        FactKind::FlowLogs,
        FactKind::Subnets,
        FactKind::NetworkInterfaces,
    ],
    page: include_str!("flow_logs_disabled.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let (snapshot, subject) = (inquiry.snapshot, &inquiry.subject);
    let stations = subject.stations(snapshot)?;
    for station in &stations {
        snapshot
            .flow_logs
            .complete_within(&[(&station.vpc).into()])?;
        if let Some(subnet) = &station.subnet {
            snapshot.flow_logs.complete_within(&[subnet.into()])?;
        }
    }
    let logs: Vec<_> = snapshot.flow_logs.seen().collect();
    // One flow log of the VPC would do for all of its subnets: that they have none is one fault.
    let mut judgements = Vec::new();
    let mut lacking = Vec::new();
    for station in &stations {
        match judge(&logs, station) {
            Ok(pass) => judgements.push(pass),
            Err(why) => lacking.push(why),
        }
    }
    if let (Some(station), false) = (stations.first(), lacking.is_empty()) {
        judgements.push(fault(station, &lacking));
    }
    Ok(judgements)
}

/// Why refused packets leave no trace, if they don't.
fn judge(logs: &[&FlowLog], station: &Station<'_>) -> Result<Judgement, String> {
    let interface = station.name.as_deref();
    let subnet = station.subnet.as_ref().map(SubnetId::as_str);
    let vpc = Some(station.vpc.as_str());
    let covering: Vec<_> = logs
        .iter()
        .filter(|log| [interface, subnet, vpc].contains(&Some(log.resource_id.as_str())))
        .collect();
    let place = place(station);
    if let Some(log) = covering.iter().find(|log| log.records_rejects()) {
        let message = format!(
            "{} of {} records refused packets",
            log.flow_log_id, log.resource_id
        );
        return Ok(Judgement::pass(place, message));
    }
    Err(match covering.first() {
        None => format!("{place} has no flow log"),
        Some(log) => match &log.deliver_logs_error_message {
            Some(error) => format!(
                "{place} has {}, which can't deliver: {error}",
                log.flow_log_id
            ),
            None if log.traffic_type.as_deref() == Some("ACCEPT") => {
                format!(
                    "{place} has {}, which records accepted packets only",
                    log.flow_log_id
                )
            }
            None => format!("{place} has {}, which isn't active", log.flow_log_id),
        },
    })
}

fn fault(station: &Station<'_>, lacking: &[String]) -> Judgement {
    let vpc = &station.vpc;
    Judgement::Fail(Fault {
        message: format!(
            "{}: packets that a rule refuses leave no trace",
            lacking.join("; ")
        ),
        resource: vpc.to_string(),
        fixes: vec![Fix::unverified(format!(
            "aws ec2 create-flow-logs --resource-type VPC --resource-ids {vpc} --traffic-type REJECT \
             --log-group-name <log-group> --deliver-logs-permission-arn <role-arn>"
        ))],
        components: vec![vpc.to_string()],
        ..Fault::default()
    })
}
