use super::check::{Check, Fault, Fix, Judgement, Severity, Step, Unknown};
use super::no_internet_route::place;
use super::subject::Subject;
use crate::facts::{FactKind, FlowLog, Snapshot, SubnetId};
use crate::reach::Station;

/// No flow log would show what a security group or network ACL refuses.
pub(super) static CHECK: Check = Check {
    id: "flow-logs-disabled",
    title: "no VPC flow log records refused packets where the task runs",
    severity: Severity::Low,
    step: Step::Hardening,
    since: "0.1.0",
    needs: &[FactKind::FlowLogs, FactKind::Subnets],
    page: include_str!("flow_logs_disabled.md"),
    run,
};

fn run(snapshot: &Snapshot, subject: &Subject<'_>) -> Result<Vec<Judgement>, Unknown> {
    let stations = subject.stations(snapshot)?;
    let logs: Vec<_> = snapshot.flow_logs.all()?.collect();
    Ok(stations
        .iter()
        .map(|station| judge(&logs, station))
        .collect())
}

fn judge(logs: &[&FlowLog], station: &Station<'_>) -> Judgement {
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
        return Judgement::pass(place, message);
    }
    let why = match covering.first() {
        None => "has no flow log".to_owned(),
        Some(log) => match &log.deliver_logs_error_message {
            Some(error) => format!("has {}, which can't deliver: {error}", log.flow_log_id),
            None if log.traffic_type.as_deref() == Some("ACCEPT") => {
                format!(
                    "has {}, which records accepted packets only",
                    log.flow_log_id
                )
            }
            None => format!("has {}, which isn't active", log.flow_log_id),
        },
    };
    let vpc = &station.vpc;
    Judgement::Fail(Fault {
        message: format!("{place} {why}: packets that a rule refuses leave no trace"),
        resource: place,
        fixes: vec![Fix::unverified(format!(
            "aws ec2 create-flow-logs --resource-type VPC --resource-ids {vpc} --traffic-type REJECT \
             --log-group-name <log-group> --deliver-logs-permission-arn <role-arn>"
        ))],
        components: vec![vpc.to_string()],
        ..Fault::default()
    })
}
