use std::collections::BTreeSet;

use super::calling;
use super::check::{Fault, Judgement, Unknown};
use super::inquiry::Inquiry;
use crate::facts::{EcsArn, Missing, SubnetId};
use crate::reach::{Groups, Station};

/// What is looked for from some of the places of a service's tasks.
type Look<'l, 'a> = &'l dyn Fn(&Inquiry<'a>) -> Result<Vec<Judgement>, Unknown>;

/// Looks from each place of a service's tasks, and puts together what has the same components at fault.
/// A task is in one of these places, so that its faults are the same ones: one deployment that fails is
/// one alert, whoever tells of it.
pub(super) fn look<'a>(
    inquiry: &Inquiry<'a>,
    look: Look<'_, 'a>,
) -> Result<Vec<Judgement>, Unknown> {
    let places = places(inquiry)?;
    if places.len() < 2 {
        return look(inquiry);
    }
    let mut faults: Vec<Common<'_, 'a>> = Vec::new();
    let (mut unknown, mut skipped) = (Vec::new(), Vec::new());
    for place in &places {
        for judgement in look(&from(inquiry, &[place]))? {
            match judgement {
                Judgement::Fail(fault) => take(&mut faults, fault, place),
                Judgement::Unknown { resource, missing } => unknown.push((resource, missing)),
                other => skipped.push(other),
            }
        }
    }
    let mut judgements = Vec::new();
    for common in faults {
        let all = look(&from(inquiry, &common.places))?.into_iter();
        let mut same = all.filter_map(|judgement| match judgement {
            Judgement::Fail(fault) if components(&fault) == common.components => Some(fault),
            _ => None,
        });
        judgements.push(Judgement::Fail(same.next().unwrap_or(common.first)));
    }
    judgements.extend(together(unknown));
    if judgements.is_empty() {
        judgements.extend(skipped.into_iter().take(1));
    }
    Ok(judgements)
}

/// Where a task may be: the end of its own connections, and the instances that make others for it.
struct Place<'a> {
    number: usize,
    station: Station<'a>,
    instances: Vec<&'a EcsArn>,
}

/// Every subnet and every instance at least once, instances in the same subnet with the same groups as one.
/// Which instances are in which subnet's zone is of no matter: no connection is made by both.
fn places<'a>(inquiry: &Inquiry<'a>) -> Result<Vec<Place<'a>>, Unknown> {
    let stations = inquiry.stations()?;
    let alike = alike(inquiry);
    let count = stations.len().max(alike.len());
    let all = stations.iter().cycle().zip(0..count);
    let place = |(station, number): (&Station<'a>, usize)| Place {
        number,
        station: station.clone(),
        instances: alike
            .iter()
            .cycle()
            .nth(number)
            .cloned()
            .unwrap_or_default(),
    };
    Ok(all.map(place).collect())
}

/// What the ways of an instance depend on, where that is known.
type Whereabouts = Option<(Option<SubnetId>, Groups)>;

/// The instances by subnet and groups; those of which nobody knows these together.
fn alike<'a>(inquiry: &Inquiry<'a>) -> Vec<Vec<&'a EcsArn>> {
    let mut known: Vec<(Whereabouts, Vec<&EcsArn>)> = Vec::new();
    for arn in inquiry.instances() {
        let station = calling::instance_station(inquiry.snapshot, arn).ok();
        let key = station.map(|station| (station.subnet, station.groups));
        match known.iter_mut().find(|(own, _)| *own == key) {
            Some((_, same)) => same.push(arn),
            None => known.push((key, vec![arn])),
        }
    }
    known.into_iter().map(|(_, arns)| arns).collect()
}

/// The inquiry from these places only.
fn from<'a>(inquiry: &Inquiry<'a>, places: &[&Place<'a>]) -> Inquiry<'a> {
    let mut stations: Vec<Station<'a>> = Vec::new();
    for place in places {
        if !stations
            .iter()
            .any(|own| own.subnet == place.station.subnet)
        {
            stations.push(place.station.clone());
        }
    }
    let instances: BTreeSet<_> = places
        .iter()
        .flat_map(|place| &place.instances)
        .copied()
        .collect();
    inquiry.only_from(stations, instances.into_iter().collect())
}

/// A fault, and where it is.
struct Common<'p, 'a> {
    components: BTreeSet<String>,
    /// As it is in the first place.
    first: Fault,
    places: Vec<&'p Place<'a>>,
}

fn components(fault: &Fault) -> BTreeSet<String> {
    fault.components.iter().cloned().collect()
}

fn take<'p, 'a>(faults: &mut Vec<Common<'p, 'a>>, fault: Fault, place: &'p Place<'a>) {
    let components = components(&fault);
    match faults.iter_mut().find(|one| one.components == components) {
        // Two steps that the same thing stops in one place.
        Some(known) if known.places.iter().any(|own| own.number == place.number) => {}
        Some(known) => known.places.push(place),
        None => faults.push(Common {
            components,
            first: fault,
            places: vec![place],
        }),
    }
}

/// What is unknown, once for each resource.
fn together(unknown: Vec<(String, Unknown)>) -> Vec<Judgement> {
    let mut all: Vec<(String, Vec<Missing>)> = Vec::new();
    for (resource, Unknown(missing)) in unknown {
        match all.iter_mut().find(|(known, _)| *known == resource) {
            Some((_, known)) => known.extend(missing),
            None => all.push((resource, missing)),
        }
    }
    let all = all.into_iter();
    all.map(|(resource, missing)| Judgement::unknown(resource, missing))
        .collect()
}
