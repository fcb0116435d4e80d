use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::words::{counted, listed};
use crate::facts::FactKind;
use crate::fix::Fix;
use crate::headroom::{Assessment, Orphan};

/// Interfaces that are attached to nothing take addresses and a part of the quota.
pub(super) static CHECK: Check = Check {
    id: "orphaned-enis",
    title: "network interfaces are attached to nothing",
    severity: Severity::Low,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[FactKind::NetworkInterfaces, FactKind::Tasks],
    page: include_str!("orphaned_enis.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    vec![judge(assessment)]
}

fn judge(assessment: &Assessment<'_, '_>) -> Judgement {
    let region = assessment.region;
    let orphans = match &region.orphans {
        Ok(orphans) => orphans,
        Err(missing) => return Judgement::unknown(&region.name, missing.clone()),
    };
    let limit = region.options.thresholds.orphans.max(1) as usize;
    if orphans.len() < limit {
        let message = if orphans.is_empty() {
            format!(
                "no network interface in {} is attached to nothing",
                region.name
            )
        } else {
            format!("{}, fewer than {limit}", found(orphans, &region.name))
        };
        return Judgement::pass(&region.name, message);
    }
    let of_ecs = orphans.iter().filter(|orphan| orphan.is_of_ecs).count();
    let whose = match (of_ecs, orphans.len()) {
        (0, 1) => "not made by ECS".to_owned(),
        (0, _) => "none made by ECS".to_owned(),
        (1, 1) => "made by ECS".to_owned(),
        (of_ecs, all) if of_ecs == all => "all made by ECS".to_owned(),
        (of_ecs, _) => format!("{of_ecs} made by ECS"),
    };
    let ids = || {
        orphans
            .iter()
            .map(|orphan| &orphan.interface.network_interface_id)
    };
    let first = ids().next().map(ToString::to_string).unwrap_or_default();
    Judgement::Fail(Fault {
        message: format!(
            "{}: {} ({whose}). Each takes an address and counts towards the quota. EC2 doesn't say since \
             when: look again before you delete any",
            found(orphans, &region.name),
            listed(ids())
        ),
        fixes: vec![Fix::unverified(format!(
            "aws ec2 delete-network-interface --network-interface-id {first} --region {}",
            region.name
        ))],
        components: Vec::new(),
        resource: region.name.clone(),
        ..Fault::default()
    })
}

fn found(orphans: &[Orphan<'_>], region: &str) -> String {
    let verb = if orphans.len() == 1 { "is" } else { "are" };
    let count = counted(orphans.len() as u64, "network interface");
    format!("{count} in {region} {verb} attached to nothing")
}
