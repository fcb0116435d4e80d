use std::collections::BTreeSet;

use super::check::{Fault, Judgement, Unknown};
use super::inquiry::Inquiry;
use crate::facts::Missing;
use crate::reach::Station;

/// What is looked for from some of the places of a service's tasks.
type Look<'l, 'a> = &'l dyn Fn(&Inquiry<'a>) -> Result<Vec<Judgement>, Unknown>;

/// Looks from each place of a service's tasks, and puts together what has the same components at fault.
/// A task is in one of these places, so that its faults are the same ones: one deployment that fails is
/// one alert, whoever tells of it.
pub(super) fn look<'a>(
    inquiry: &Inquiry<'a>,
    look: Look<'_, 'a>,
) -> Result<Vec<Judgement>, Unknown> {
    let stations = inquiry.stations()?;
    if stations.len() < 2 {
        return look(inquiry);
    }
    let mut faults: Vec<Common<'a>> = Vec::new();
    let (mut unknown, mut skipped) = (Vec::new(), Vec::new());
    for station in stations {
        let own = inquiry.only_from(vec![station.clone()]);
        for judgement in look(&own)? {
            match judgement {
                Judgement::Fail(fault) => take(&mut faults, fault, station),
                Judgement::Unknown { resource, missing } => unknown.push((resource, missing)),
                other => skipped.push(other),
            }
        }
    }
    let mut judgements = Vec::new();
    for common in faults {
        let own = inquiry.only_from(common.stations);
        let same = look(&own)?
            .into_iter()
            .find_map(|judgement| match judgement {
                Judgement::Fail(fault) if components(&fault) == common.components => Some(fault),
                _ => None,
            });
        judgements.push(Judgement::Fail(same.unwrap_or(common.first)));
    }
    judgements.extend(together(unknown));
    if judgements.is_empty() {
        judgements.extend(skipped.into_iter().take(1));
    }
    Ok(judgements)
}

/// A fault, and where it is.
struct Common<'a> {
    components: BTreeSet<String>,
    /// As it is in the first place.
    first: Fault,
    stations: Vec<Station<'a>>,
}

fn components(fault: &Fault) -> BTreeSet<String> {
    fault.components.iter().cloned().collect()
}

fn take<'a>(faults: &mut Vec<Common<'a>>, fault: Fault, station: &Station<'a>) {
    let components = components(&fault);
    match faults.iter_mut().find(|one| one.components == components) {
        // Two steps that the same thing stops in one place.
        Some(known)
            if known
                .stations
                .iter()
                .any(|own| own.subnet == station.subnet) => {}
        Some(known) => known.stations.push(station.clone()),
        None => faults.push(Common {
            components,
            first: fault,
            stations: vec![station.clone()],
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
