use super::attempt::{Attempt, Tried};
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::stale_instance_security_group::stale;
use super::ways::{self, Way};
use crate::facts::{FactKind, Missing, Reason};
use crate::fix::Fix;
use crate::reach::{Code, Verdict};

/// Something that the task's configuration says it talks to can't be reached from it.
pub(super) static CHECK: Check = Check {
    id: "dependency-unreachable",
    title: "something that the task needs can't be reached from it",
    severity: Severity::High,
    step: Step::SecurityGroups,
    since: "0.1.0",
    needs: NEEDS,
    page: include_str!("dependency_unreachable.md"),
    run: Run::Task(run),
};

/// Whatever may be on the way to a dependency, and whatever may tell where it is.
pub(super) const NEEDS: &[FactKind] = &[
    FactKind::TaskDefinitions,
    FactKind::Services,
    FactKind::NetworkInterfaces,
    FactKind::SecurityGroups,
    FactKind::Subnets,
    FactKind::RouteTables,
    FactKind::NetworkAcls,
    FactKind::Vpcs,
    FactKind::VpcAttributes,
    FactKind::VpcEndpoints,
    FactKind::PrefixLists,
    FactKind::NatGateways,
    FactKind::InternetGateways,
    FactKind::EgressOnlyInternetGateways,
    FactKind::VpcPeeringConnections,
    FactKind::TransitGateways,
    FactKind::TransitGatewayVpcAttachments,
    FactKind::TransitGatewayAttachments,
    FactKind::TransitGatewayRoutes,
    FactKind::DbInstances,
    FactKind::DbClusters,
    FactKind::DbProxies,
    FactKind::ReplicationGroups,
    FactKind::CacheClusters,
    FactKind::CacheSubnetGroups,
    FactKind::ServerlessCaches,
    FactKind::LoadBalancers,
    FactKind::MountTargets,
    FactKind::KafkaClusters,
    FactKind::KafkaNodes,
    FactKind::OpenSearchDomains,
    FactKind::DiscoveredInstances,
];

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let attempts = inquiry.attempts()?;
    let mut judgements: Vec<_> = attempts
        .iter()
        .filter_map(|attempt| judge(inquiry, attempt))
        .collect();
    let needs = inquiry.known_needs();
    for invalid in &needs.invalid {
        // A declaration with a slip in it must not look like one that holds.
        let missing = Missing::new(
            FactKind::NameResolution,
            Reason::Invisible(invalid.to_string()),
        );
        judgements.push(Judgement::unknown(invalid.text(), missing));
    }
    let unread = [&needs.definition_unread, &needs.service_unread];
    for missing in unread.into_iter().flatten() {
        let what = format!("whatever else {} needs", inquiry.subject.owner());
        judgements.push(Judgement::unknown(what, missing.clone()));
    }
    if judgements.is_empty() {
        let is_stale = |attempt: &Attempt| !matches!(attempt.result, Tried::NoDependency);
        judgements.push(Judgement::skipped(if attempts.iter().any(is_stale) {
            "what refuses the task is in the findings of stale-instance-security-group"
        } else {
            "the task definition names nothing that the task talks to"
        }));
    }
    Ok(judgements)
}

/// `None` for what isn't judged here.
fn judge(inquiry: &Inquiry<'_>, attempt: &Attempt) -> Option<Judgement> {
    let ways = match &attempt.result {
        Tried::NoDependency => return None,
        Tried::ByProxy => {
            return Some(Judgement::skipped(format!(
                "{} is asked by way of a proxy",
                attempt.address()
            )));
        }
        Tried::Unlocated(missing) => {
            return Some(Judgement::unknown(attempt.address(), missing.clone()));
        }
        Tried::Ways(ways) => ways,
    };
    let failing = ways::of(ways, Verdict::Unreachable);
    if !failing.is_empty() {
        // That fault has a check of its own.
        let is_stale = stale(inquiry, attempt).is_ok_and(|stale| stale.is_some());
        return (!is_stale).then(|| Judgement::Fail(fault(inquiry, attempt, ways, &failing)));
    }
    let unknown = ways::of(ways, Verdict::Unknown);
    if !unknown.is_empty() {
        return Some(Judgement::unknown(
            attempt.address(),
            ways::missing(&unknown),
        ));
    }
    if let Some(port) = attempt.listens_on {
        let what = format!(
            "whether {} listens at {} too: it is described with port {port}",
            attempt.label,
            attempt.address()
        );
        let missing = Missing::new(FactKind::OutsideNetwork, Reason::Invisible(what));
        return Some(Judgement::unknown(attempt.address(), missing));
    }
    let message = format!(
        "the task reaches {} ({})",
        attempt.target(),
        attempt.dependency.learned_from()
    );
    Some(Judgement::pass(attempt.address(), message))
}

fn fault(inquiry: &Inquiry<'_>, attempt: &Attempt, ways: &[Way], failing: &[&Way]) -> Fault {
    let explanations = ways::explanations(failing);
    let (fixes, hint) = match attempt.listens_on {
        // To open another port than the one that it listens on would help nobody.
        Some(port) => (
            Vec::new(),
            format!("; it is described with port {port}: is that meant?"),
        ),
        None => match ways::fixes(inquiry.snapshot, failing) {
            none if none.is_empty() => {
                let created: Vec<_> = failing
                    .iter()
                    .filter_map(|w| mount_target(attempt, w))
                    .collect();
                let hint = if created.is_empty() {
                    "; what is missing must be created, or lies outside this account"
                } else {
                    ""
                };
                (created, hint.to_owned())
            }
            fixes => (fixes, String::new()),
        },
    };
    let message = format!(
        "the task needs {} ({}), but {}: {}{hint}",
        attempt.target(),
        attempt.dependency.learned_from(),
        ways::extent(ways, failing),
        ways::reasons(&explanations)
    );
    let components = explanations.iter().map(|e| e.component.clone());
    Fault {
        resource: attempt.address(),
        message,
        components: components.chain([attempt.address()]).collect(),
        fixes,
        explanations,
    }
}

/// What a file system lacks in a zone. Its group is for people to choose.
fn mount_target(attempt: &Attempt, way: &Way) -> Option<Fix> {
    let mut explanations = way.answer.explanations.iter();
    let absent = explanations.find(|e| e.code == Code::NoPossibleDestination)?;
    let file_system = Some(absent.component.as_str()).filter(|id| id.starts_with("fs-"))?;
    Some(Fix::unverified(format!(
        "aws efs create-mount-target --file-system-id {file_system} --subnet-id {} --security-groups \
         <one that admits tcp {} from the task>",
        way.from,
        attempt.port.unwrap_or(2049)
    )))
}
