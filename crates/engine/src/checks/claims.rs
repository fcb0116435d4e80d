//! What the configuration says of each place that a probe may ask.

use super::attempt::{self, Attempt, Tried};
use super::calling::Called;
use super::check::{Judgement, Run, Step};
use super::inquiry::Inquiry;
use super::reaching::{self, Tries};
use super::ways::{self, Way};
use crate::dependencies::text::{Certainty, Endpoint, Host};
use crate::dependencies::{Caller, Dependency, ServiceHost};
use crate::facts::{Missing, Snapshot, VpcId};
use crate::net::{PortRange, Protocol, Traffic};
use crate::probe::{self, Claim, Configured, JudgedWay, Need, Spot};
use crate::reach::{NamedEnd, Target, Verdict, named_ends};

/// HTTPS: what every AWS endpoint and registry is called by.
const HTTPS: u16 = 443;

/// What the configuration says of what a subject talks to, and of what ECS calls by the task's own
/// interface.
pub(crate) fn claims(inquiry: &Inquiry<'_>) -> Vec<Claim> {
    let mut claims: Vec<_> = match inquiry.attempts() {
        Ok(attempts) => attempts
            .iter()
            .filter_map(|attempt| of_attempt(inquiry, attempt, Need::Dependency))
            .collect(),
        // Where the task starts from isn't known; what it needs is. A guess needs the account's word.
        Err(missing) => {
            let stated = inquiry.known_needs().dependencies.iter();
            let stated = stated.filter(|one| one.endpoint.certainty == Certainty::Stated);
            let open = || vec![open_ended(missing.to_string())];
            stated
                .map(|one| claim(one, Need::Dependency, open()))
                .collect()
        }
    };
    // A definition that wasn't read names no calls, and a check says so.
    let calls = inquiry.calls().unwrap_or_default().iter();
    let own = calls.filter(|called| called.call.caller == Caller::Task);
    claims.extend(own.map(|called| of_call(inquiry, called)));
    claims
}

/// What the configuration says of something that a probe asked without being told to.
pub(crate) fn claim_asked(inquiry: &Inquiry<'_>, asked: &probe::Target) -> Claim {
    let dependency = Dependency {
        endpoint: Endpoint {
            host: asked.host.clone(),
            port: Some(asked.port),
            protocol: Protocol::TCP,
            certainty: Certainty::Stated,
            is_http: false,
            is_tls: asked.tls,
        },
        sources: Vec::new(),
    };
    let judged = match inquiry.stations() {
        Ok(stations) => {
            let attempt = attempt::attempt(inquiry.snapshot, stations, &dependency, false);
            of_attempt(inquiry, &attempt, Need::Asked)
        }
        Err(missing) => Some(claim(
            &dependency,
            Need::Asked,
            vec![open_ended(missing.to_string())],
        )),
    };
    judged.unwrap_or_else(|| {
        let why = "nothing in the account is there".to_owned();
        claim(&dependency, Need::Asked, vec![open_ended(why)])
    })
}

/// What the checks of DNS find wrong, in words.
pub(crate) fn dns_faults(inquiry: &Inquiry<'_>) -> Vec<String> {
    let checks = super::ALL.iter().filter(|check| check.step == Step::Dns);
    let judgements = checks.filter_map(|check| match check.run {
        Run::Task(look) => look(inquiry).ok(),
        Run::Headroom(_) | Run::Monitor(_) => None,
    });
    let faults = judgements.flatten().filter_map(|one| match one {
        Judgement::Fail(fault) => Some(fault.message),
        _ => None,
    });
    faults.collect()
}

/// `None` for what is no dependency after all.
fn of_attempt(inquiry: &Inquiry<'_>, attempt: &Attempt, need: Need) -> Option<Claim> {
    let judged = match &attempt.result {
        Tried::NoDependency => return None,
        Tried::ByProxy => vec![open_ended(
            "it is asked by way of a proxy, so the task's own way there doesn't matter".to_owned(),
        )],
        Tried::Unlocated(missing) => vec![open_ended(missing.to_string())],
        Tried::Ways(ways) => judged(inquiry, ways),
    };
    let claim = claim(&attempt.dependency, need, judged);
    Some(Claim {
        port: attempt.port,
        label: attempt.label.clone(),
        ..claim
    })
}

fn claim(dependency: &Dependency, need: Need, ways: Vec<JudgedWay>) -> Claim {
    let endpoint = &dependency.endpoint;
    Claim {
        need,
        host: endpoint.host.clone(),
        port: endpoint.port,
        protocol: endpoint.protocol,
        label: endpoint.host.to_string(),
        sources: dependency.sources.clone(),
        tls: endpoint.is_tls,
        ways,
    }
}

fn of_call(inquiry: &Inquiry<'_>, called: &Called) -> Claim {
    let call = &called.call;
    let ways = match &call.host {
        ServiceHost::Aws(host) => match aws_ways(inquiry, host) {
            Ok(ways) => judged(inquiry, &ways),
            Err(missing) => vec![open_ended(missing.to_string())],
        },
        // Nobody knows its addresses.
        ServiceHost::Public(_) => vec![JudgedWay {
            to: vec![Spot::Public],
            says: if called.fails() {
                Configured::Closed(called.explanations.clone())
            } else {
                open_or_unknown(&called.missing)
            },
        }],
    };
    Claim {
        need: Need::Call,
        host: Host::Name(call.host.name().to_owned()),
        port: Some(HTTPS),
        protocol: Protocol::TCP,
        label: call.title.to_owned(),
        sources: call.reasons.clone(),
        tls: true,
        ways,
    }
}

/// To each interface that a service's name leads to, one by one.
fn aws_ways(inquiry: &Inquiry<'_>, host: &str) -> Result<Vec<Way>, Missing> {
    let mut ways = Vec::new();
    for station in inquiry.stations()? {
        let ends = named_ends(inquiry.snapshot, &station.vpc, host);
        let tries = Tries {
            snapshot: inquiry.snapshot,
            stations: std::slice::from_ref(station),
            traffic: Traffic::ports(Protocol::TCP, PortRange::single(HTTPS)),
        };
        ways.extend(tries.targets(&reaching::targets_of(host, &ends)));
    }
    Ok(ways)
}

fn judged(inquiry: &Inquiry<'_>, ways: &[Way]) -> Vec<JudgedWay> {
    let stations = inquiry.stations().unwrap_or_default();
    let vpc = stations.first().map(|station| &station.vpc);
    let judged = ways.iter().map(|way| JudgedWay {
        to: way
            .targets
            .iter()
            .flat_map(|target| spots(inquiry.snapshot, vpc, target))
            .collect(),
        says: match way.answer.verdict {
            Verdict::Reachable => Configured::Open,
            Verdict::Unreachable => Configured::Closed(ways::explanations(&[way])),
            Verdict::Unknown => open_or_unknown(&way.answer.missing),
        },
    });
    judged.collect()
}

fn open_or_unknown(missing: &[Missing]) -> Configured {
    let all: Vec<_> = missing.iter().map(ToString::to_string).collect();
    if all.is_empty() {
        Configured::Open
    } else {
        Configured::Unknown(all.join("; "))
    }
}

fn open_ended(why: String) -> JudgedWay {
    JudgedWay {
        to: vec![Spot::Anywhere],
        says: Configured::Unknown(why),
    }
}

/// Where a client is that was sent to a target.
fn spots(snapshot: &Snapshot, vpc: Option<&VpcId>, target: &Target) -> Vec<Spot> {
    match target {
        Target::Address(address) => vec![Spot::At(*address)],
        Target::Interface(id) => match snapshot.network_interfaces.get(id) {
            Ok(interface) => interface.addresses().map(Spot::At).collect(),
            Err(_) => vec![Spot::Anywhere],
        },
        Target::Place(place) => match (place.address, snapshot.subnets.get(&place.subnet)) {
            (Some(address), _) => vec![Spot::At(address)],
            (None, Ok(subnet)) => subnet.blocks().map(Spot::Within).collect(),
            (None, Err(_)) => vec![Spot::Anywhere],
        },
        Target::Host(name) => {
            let ends = vpc.map(|vpc| named_ends(snapshot, vpc, name));
            let ends = ends.unwrap_or_default();
            if ends.is_empty() {
                return vec![Spot::Anywhere];
            }
            ends.iter()
                .flat_map(|end| end_spots(snapshot, end))
                .collect()
        }
        Target::Internet(_) | Target::PublicAddress(_) => vec![Spot::Public],
        Target::Instance(_) | Target::Task(_) | Target::Subnet(_) => vec![Spot::Anywhere],
    }
}

fn end_spots(snapshot: &Snapshot, end: &NamedEnd<'_>) -> Vec<Spot> {
    match end {
        NamedEnd::Interface(interface) => interface.addresses().map(Spot::At).collect(),
        NamedEnd::Internet => vec![Spot::Public],
        NamedEnd::PrefixList(id) => {
            let list = snapshot.prefix_lists.get(id);
            match list.and_then(|list| list.prefixes()) {
                Ok(prefixes) => prefixes.into_iter().map(Spot::Within).collect(),
                Err(_) => vec![Spot::Anywhere],
            }
        }
    }
}
