use std::fmt::Write;

use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::monitor_audit::place;
use crate::facts::{FactKind, Missing, Reason};
use crate::probe::{Connected, Handshake, PathSize, Probe, Probed, Resolved, Standing};

/// A target that a monitor asks doesn't answer.
pub(super) static CHECK: Check = Check {
    id: "monitored-target-unreachable",
    title: "something that a monitor asks for can't be reached from a subnet",
    severity: Severity::High,
    step: Step::Monitor,
    since: "0.1.0",
    needs: &[FactKind::Probes],
    page: include_str!("monitored_target_unreachable.md"),
    run: Run::Monitor(run),
};

fn run(probe: &Probe) -> Vec<Judgement> {
    let place = place(probe);
    let targets = probe.targets.iter();
    targets.map(|probed| judge(probed, &place)).collect()
}

fn judge(probed: &Probed, place: &str) -> Judgement {
    let address = probed.target.address();
    let mut unknown = None;
    // Who was connected to has an address, whatever the name server said.
    let skip = usize::from(probed.connected.is_answered());
    for (standing, step) in steps(probed).into_iter().skip(skip) {
        match standing {
            Standing::Works => {}
            Standing::Unknown(why) => unknown = unknown.or(Some(why)),
            Standing::Fails(how) => {
                return Judgement::Fail(Fault {
                    message: format!(
                        "{address} can't be reached from {place}: {}{step}{how}",
                        before(probed)
                    ),
                    components: vec![address.clone()],
                    resource: address,
                    ..Fault::default()
                });
            }
        }
    }
    match unknown {
        Some(why) => {
            let what = format!("whether {address} answers: {why}");
            let missing = Missing::new(FactKind::Probes, Reason::Invisible(what));
            Judgement::unknown(&address, missing)
        }
        None => Judgement::pass(&address, works(probed, place)),
    }
}

/// The steps in their order. The size of packets is another check's.
fn steps(probed: &Probed) -> [(Standing, &'static str); 3] {
    let connected = match &probed.connected {
        Connected::NotTried => Standing::Unknown("its port was not asked".to_owned()),
        tried => tried.standing(),
    };
    let handshake = match (&probed.path, probed.handshake.standing()) {
        // That is the other check's fault, and why the handshake isn't answered.
        (PathSize::BlackHole { .. }, Standing::Fails(how)) => Standing::Unknown(how),
        (_, standing) => standing,
    };
    [
        (probed.resolved.standing(), ""),
        (connected, "at its port "),
        (handshake, ""),
    ]
}

/// What worked before the step that failed.
fn before(probed: &Probed) -> String {
    let resolved = match &probed.resolved {
        Resolved::Addresses { addresses, .. } => {
            let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            format!("its name resolves to {}, but ", addresses.join(", "))
        }
        _ => String::new(),
    };
    match &probed.connected {
        Connected::Open { .. } => "its port answers, but ".to_owned(),
        _ => resolved,
    }
}

fn works(probed: &Probed, place: &str) -> String {
    let Connected::Open { took_ms, .. } = &probed.connected else {
        return format!("{} answers {place}", probed.target.address());
    };
    let mut text = format!("{} answers {place} in {took_ms}", probed.target.address());
    if let Handshake::Done {
        took_ms,
        distrusted,
    } = &probed.handshake
    {
        let _ = write!(text, ", TLS in {took_ms}");
        if let Some(reason) = distrusted {
            let _ = write!(text, " (its certificate isn't trusted there: {reason})");
        }
    }
    text
}
