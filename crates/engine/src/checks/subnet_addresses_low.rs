use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::surging::unseen;
use crate::facts::FactKind;
use crate::fix::Fix;
use crate::headroom::{Assessment, Region, SubnetRoom};

/// A small part of the addresses is free in a subnet that services use.
pub(super) static CHECK: Check = Check {
    id: "subnet-addresses-low",
    title: "few addresses of a subnet are free",
    severity: Severity::Medium,
    step: Step::Headroom,
    since: "0.1.0",
    needs: &[FactKind::Subnets, FactKind::Services],
    page: include_str!("subnet_addresses_low.md"),
    run: Run::Headroom(run),
};

fn run(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let region = assessment.region;
    let limit = region.options.thresholds.subnet_addresses_percent;
    let mut judgements: Vec<_> = region
        .subnets
        .iter()
        .map(|room| judge(region, room, limit))
        .collect();
    judgements.extend(unseen(assessment));
    judgements.extend(unknown(assessment));
    if judgements.is_empty() && !region.clusters.is_empty() {
        judgements.push(Judgement::skipped("no service names a subnet"));
    }
    judgements
}

fn judge(region: &Region<'_>, room: &SubnetRoom<'_>, limit: u32) -> Judgement {
    let id = &room.subnet.subnet_id;
    let Some(size) = room.size else {
        return Judgement::skipped(format!("{id} is IPv6-only: its addresses don't run out"));
    };
    let free = match &room.free {
        Ok(free) => *free,
        Err(missing) => return Judgement::unknown(id, missing.clone()),
    };
    let percent = room.percent_free().unwrap_or_default();
    let zone = room.subnet.availability_zone.as_deref().unwrap_or("<zone>");
    let block = room.subnet.cidr_block.map(|block| block.to_string());
    let place = [block.as_deref(), room.subnet.availability_zone.as_deref()];
    let place: Vec<_> = place.into_iter().flatten().collect();
    let state = format!(
        "{free} of {size} addresses of {id} ({}) are free ({percent} %)",
        place.join(", ")
    );
    if percent >= u64::from(limit) {
        return Judgement::pass(id, state);
    }
    let owner = room.subnet.owner_id.as_deref();
    let other = owner.filter(|owner| *owner != region.account);
    let who = other.map_or_else(String::new, |owner| {
        format!("; account {owner}, which shares it, must add a subnet")
    });
    let add = || {
        Fix::unverified(format!(
            "aws ec2 create-subnet --vpc-id {} --availability-zone {zone} --cidr-block <free-block> --region {}",
            room.subnet.vpc_id, region.name
        ))
    };
    Judgement::Fail(Fault {
        message: format!("{state}: fewer than {limit} %{who}"),
        fixes: other.is_none().then(add).into_iter().collect(),
        components: vec![id.to_string()],
        resource: id.to_string(),
        ..Fault::default()
    })
}

/// Subnets that services name and nobody described.
fn unknown(assessment: &Assessment<'_, '_>) -> Vec<Judgement> {
    let snapshot = assessment.region.snapshot;
    let configurations = assessment
        .services
        .iter()
        .filter_map(|s| s.plan.service.awsvpc());
    let mut ids: Vec<_> = configurations.flat_map(|awsvpc| &awsvpc.subnets).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| Some(Judgement::unknown(id, snapshot.subnets.get(id).err()?)))
        .collect()
}
