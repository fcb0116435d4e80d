//! Tries to reach a dependency from everywhere that a task can be, at everything that a client can be
//! sent to.

use super::attempt::Tried;
use super::ways::Way;
use crate::dependencies::{Located, Spot, resolved};
use crate::facts::{FactKind, Missing, Reason, SecurityGroupId, Snapshot};
use crate::fix::Proposals;
use crate::net::{AddressScope, Traffic};
use crate::reach::{
    Answer, Code, Destination, Direction, Explanation, Groups, Leg, NamedEnd, Station, Target,
    Verdict, analyze_from, named_ends,
};

/// A connection that is tried from several stations.
pub(super) struct Tries<'t, 'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) stations: &'t [Station<'a>],
    pub(super) traffic: Traffic,
}

impl<'a> Tries<'_, 'a> {
    /// Whether an address lies in one of the observed VPCs.
    pub(super) fn is_own(&self, scope: AddressScope) -> bool {
        let address = scope.first();
        let mut vpcs = self.snapshot.vpcs.seen();
        vpcs.any(|vpc| {
            vpc.blocks()
                .any(|block| address.is_some_and(|address| block.contains(&address)))
        })
    }

    fn ask(&self, station: &Station<'_>, target: Target, proposals: &mut Proposals) -> Answer {
        let to = Destination {
            target,
            traffic: self.traffic.clone(),
        };
        let answer = analyze_from(self.snapshot, station, &to);
        if answer.verdict == Verdict::Unreachable {
            proposals.add_all(self.snapshot, station, &to, &answer);
        }
        answer
    }

    /// To each spot of a resource that a client can be sent to.
    pub(super) fn located(&self, located: &Located) -> Vec<Way> {
        let mut ways = Vec::new();
        for station in self.stations {
            let own_zone = |spot: &&Spot| {
                !located.is_zonal || spot.zone.is_none() || spot.zone == station.zone
            };
            let spots: Vec<_> = located.spots.iter().filter(own_zone).collect();
            if spots.is_empty() {
                ways.push(self.absent_in_zone(station, located));
            }
            for spot in spots {
                ways.push(self.spot(station, spot));
            }
        }
        ways
    }

    /// Only what is the same for every place where it can be is sure.
    fn spot(&self, station: &Station<'a>, spot: &Spot) -> Way {
        let which = Missing::new(
            FactKind::ChosenAddress,
            Reason::Invisible("the answer depends on which address of its subnets it has".into()),
        );
        let mut proposals = Proposals::default();
        let answers = spot.places.iter().map(|place| {
            self.ask(
                station,
                Target::Place(Box::new(place.clone())),
                &mut proposals,
            )
        });
        let answer = answers.reduce(|one, other| one.either(other, &which));
        Way {
            from: from(station),
            to: spot.zone.clone(),
            targets: spot
                .places
                .iter()
                .map(|place| Target::Place(Box::new(place.clone())))
                .collect(),
            far_groups: spot
                .places
                .first()
                .map(|p| ids(&p.groups))
                .unwrap_or_default(),
            answer: answer.unwrap_or_else(|| Answer::unknown(&self.traffic, which.clone())),
            proposals,
        }
    }

    /// Clients are sent to what is in their own zone, and nothing is.
    fn absent_in_zone(&self, station: &Station<'a>, located: &Located) -> Way {
        let label = &located.label;
        let zone = station.zone.as_deref().unwrap_or("the task's zone");
        let mut answer = Answer::unknown(
            &self.traffic,
            Missing::new(FactKind::Subnets, Reason::NotObserved),
        );
        answer.verdict = Verdict::Unreachable;
        answer.unknown = Traffic::none();
        answer.missing.clear();
        answer.explanations.push(Explanation {
            code: Code::NoPossibleDestination,
            component: label.rsplit(' ').next().unwrap_or(label).to_owned(),
            direction: Direction::Ingress,
            leg: Leg::Forward,
            message: format!("{label} has no mount target in {zone}"),
        });
        Way {
            from: from(station),
            to: station.zone.clone(),
            targets: Vec::new(),
            far_groups: Vec::new(),
            answer,
            proposals: Proposals::default(),
        }
    }

    /// To each of these.
    pub(super) fn targets(&self, targets: &[Target]) -> Vec<Way> {
        let mut ways = Vec::new();
        for station in self.stations {
            for target in targets {
                let mut proposals = Proposals::default();
                let answer = self.ask(station, target.clone(), &mut proposals);
                ways.push(Way {
                    from: from(station),
                    to: zone_of(self.snapshot, target),
                    targets: vec![target.clone()],
                    far_groups: if answer.verdict == Verdict::Reachable {
                        Vec::new()
                    } else {
                        groups_at(self.snapshot, station, target)
                    },
                    answer,
                    proposals,
                });
            }
        }
        ways
    }

    /// A name that no resource of the account has: an endpoint's, an interface's, an AWS service's, or
    /// one that only DNS knows.
    pub(super) fn name(&self, name: &str, is_guess: bool) -> Tried {
        let vpc = self.stations.first().map(|station| &station.vpc);
        let ends = vpc.map(|vpc| named_ends(self.snapshot, vpc, name));
        let ways = self.targets(&targets_of(name, &ends.unwrap_or_default()));
        let unresolved = ways.iter().find_map(|way| {
            let mut missing = way.answer.missing.iter();
            missing.find(|missing| missing.fact == FactKind::NameResolution)
        });
        let Some(unresolved) = unresolved.cloned() else {
            return Tried::Ways(ways);
        };
        let is_own = |address: &&std::net::IpAddr| self.is_own(AddressScope::Host(**address));
        let addresses = resolved(self.snapshot, name).unwrap_or_default();
        if !addresses.is_empty() && addresses.iter().all(|address| is_own(&address)) {
            let targets = addresses.iter().copied().map(Target::Address);
            return Tried::Ways(self.targets(&targets.collect::<Vec<_>>()));
        }
        let public = addresses
            .iter()
            .copied()
            .filter(|address| !AddressScope::Host(*address).is_private());
        let public: Vec<_> = public.map(Target::Address).collect();
        if !public.is_empty() && public.len() == addresses.len() {
            // A private hosted zone, which nobody can see from here, may give the name another
            // meaning: that its public addresses are out of reach isn't proof.
            let ways = self.targets(&public);
            let is_open = |way: &Way| way.answer.verdict == Verdict::Reachable;
            if ways.iter().all(is_open) {
                return Tried::Ways(ways);
            }
        }
        if is_guess {
            return Tried::NoDependency;
        }
        Tried::Unlocated(unresolved)
    }
}

fn ids(groups: &Groups) -> Vec<SecurityGroupId> {
    match groups {
        Groups::Filtered(ids) => ids.clone(),
        Groups::Unfiltered | Groups::Unknown(_) => Vec::new(),
    }
}

/// What a client of a name is sent to. A name with several interfaces, as an endpoint's, leads to any
/// of them, so each must let it in.
pub(super) fn targets_of(name: &str, ends: &[NamedEnd<'_>]) -> Vec<Target> {
    let interfaces: Vec<_> = ends
        .iter()
        .filter_map(|end| match end {
            NamedEnd::Interface(interface) => {
                Some(Target::Interface(interface.network_interface_id.clone()))
            }
            NamedEnd::PrefixList(_) | NamedEnd::Internet => None,
        })
        .collect();
    if interfaces.len() == ends.len() && !interfaces.is_empty() {
        interfaces
    } else {
        vec![Target::Host(name.to_owned())]
    }
}

/// The zone of a target that is an interface.
fn zone_of(snapshot: &Snapshot, target: &Target) -> Option<String> {
    let Target::Interface(id) = target else {
        return None;
    };
    let interface = snapshot.network_interfaces.get(id).ok()?;
    interface.availability_zone.as_deref().map(str::to_owned)
}

/// The groups of what a target is, if it is an interface.
fn groups_at(snapshot: &Snapshot, station: &Station<'_>, target: &Target) -> Vec<SecurityGroupId> {
    let interface = match target {
        Target::Address(address) => snapshot.interfaces_with(*address).next(),
        Target::Interface(id) => snapshot.network_interfaces.get(id).ok(),
        Target::Host(host) => {
            let ends = named_ends(snapshot, &station.vpc, host);
            ends.into_iter().find_map(|end| match end {
                NamedEnd::Interface(interface) => Some(interface),
                NamedEnd::PrefixList(_) | NamedEnd::Internet => None,
            })
        }
        _ => None,
    };
    let groups = interface.into_iter().flat_map(|own| own.group_ids());
    groups.cloned().collect()
}

/// The subnet that a task is in, or would be.
pub(super) fn from(station: &Station<'_>) -> String {
    station
        .subnet
        .as_ref()
        .map_or_else(|| station.vpc.to_string(), ToString::to_string)
}
