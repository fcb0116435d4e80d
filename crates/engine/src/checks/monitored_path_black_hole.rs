use super::check::{Check, Fault, Judgement, Run, Severity, Step};
use super::monitor_audit::place;
use crate::facts::{FactKind, Missing, Reason};
use crate::probe::{PathSize, Probe, Probed};

/// Small packets reach a target that a monitor asks, and large ones are swallowed.
pub(super) static CHECK: Check = Check {
    id: "monitored-path-black-hole",
    title: "large packets to something that a monitor asks for are swallowed",
    severity: Severity::High,
    step: Step::Monitor,
    since: "0.1.0",
    needs: &[FactKind::Probes],
    page: include_str!("monitored_path_black_hole.md"),
    run: Run::Monitor(run),
};

fn run(probe: &Probe) -> Vec<Judgement> {
    let place = place(probe);
    let targets = probe.targets.iter();
    targets.map(|probed| judge(probed, &place)).collect()
}

fn judge(probed: &Probed, place: &str) -> Judgement {
    let address = probed.target.address();
    let unknown = |why: &str| {
        let what = format!("how large packets to {address} fare: {why}");
        let missing = Missing::new(FactKind::Probes, Reason::Invisible(what));
        Judgement::unknown(&address, missing)
    };
    match &probed.path {
        PathSize::NotTried => unknown("nothing was sent"),
        PathSize::CantTell { why } => unknown(why),
        PathSize::Carries { bytes } => Judgement::pass(
            &address,
            format!("packets of {bytes} bytes get from {place} to {address}"),
        ),
        PathSize::Narrows { bytes } => Judgement::pass(
            &address,
            format!(
                "packets of {bytes} bytes get from {place} to {address}, and senders of larger ones are \
                 told so"
            ),
        ),
        PathSize::BlackHole { carries, swallows } => {
            let small = match carries {
                Some(bytes) => format!("packets of {bytes} bytes get"),
                None => "small packets get".to_owned(),
            };
            Judgement::Fail(Fault {
                message: format!(
                    "{small} from {place} to {address}, those of {swallows} are swallowed, and no message \
                     about it comes back: small requests work, large ones hang"
                ),
                components: vec![address.clone()],
                resource: address,
                ..Fault::default()
            })
        }
    }
}
