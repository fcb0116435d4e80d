use super::{Claim, Target};
use crate::checks::{self, Inquiry, Subject};
use crate::dependencies::text::Host;
use crate::facts::Snapshot;
use crate::net::Protocol;

/// The most targets that a probe is given: what a container does for it stays small.
pub const MOST_TARGETS: usize = 40;

/// What a probe should ask for a subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asking {
    /// The targets, dependencies first, each once.
    pub targets: Vec<Target>,
    /// What isn't among them.
    pub left_out: Vec<LeftOut>,
}

/// Something that isn't asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Host and port, as people write them.
    pub address: String,
    /// Why.
    pub why: String,
}

/// What a probe should ask for a subject: its dependencies with a TCP port, and what ECS calls by the
/// task's own interface.
pub fn targets(snapshot: &Snapshot, subject: Subject<'_>) -> Asking {
    let inquiry = Inquiry::new(snapshot, subject);
    let mut asking = Asking::default();
    for claim in &checks::claims(&inquiry) {
        asking.add(claim);
    }
    asking
}

impl Asking {
    fn add(&mut self, claim: &Claim) {
        match (cant_be_asked(claim), claim.port) {
            (None, Some(port)) => self.add_target(&claim.host, port, claim.tls),
            (why, _) => self.left_out.push(LeftOut {
                address: claim.address(),
                why: why.unwrap_or(NO_PORT).to_owned(),
            }),
        }
    }

    fn add_target(&mut self, host: &Host, port: u16, tls: bool) {
        let mut target = Target::new(host.clone(), port);
        target.tls |= tls;
        let is_same = |own: &&mut Target| own.host == target.host && own.port == target.port;
        if let Some(known) = self.targets.iter_mut().find(is_same) {
            known.tls |= target.tls;
        } else if self.targets.len() < MOST_TARGETS {
            self.targets.push(target);
        } else {
            self.left_out.push(LeftOut {
                address: target.address(),
                why: format!("a probe asks {MOST_TARGETS} targets at most"),
            });
        }
    }
}

const NO_PORT: &str = "nothing says its port";

/// Why nobody can ask a place, if nobody can.
pub(super) fn cant_be_asked(claim: &Claim) -> Option<&'static str> {
    if claim.protocol != Protocol::TCP {
        Some("it isn't TCP, and whether UDP arrives only the other side knows")
    } else if claim.port.is_none() {
        Some(NO_PORT)
    } else if is_host(&claim.host) {
        None
    } else {
        Some("it has no name that a task could look up")
    }
}

/// Whether it is a host: `internet` stands for anybody there, `fs-….fsx` for a file system whose name
/// isn't known.
fn is_host(host: &Host) -> bool {
    match host {
        Host::Name(name) => {
            let is_fsx =
                name.starts_with("fs-") && name.rsplit_once('.').is_some_and(|(_, l)| l == "fsx");
            name != "internet" && !is_fsx
        }
        Host::Address(_) => true,
    }
}
