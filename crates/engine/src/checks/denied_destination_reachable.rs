use super::attempt::{self, Tried};
use super::check::{Check, Fault, Judgement, Run, Severity, Step, Unknown};
use super::inquiry::Inquiry;
use super::ways;
use crate::dependencies::Dependency;
use crate::dependencies::text::Host;
use crate::facts::{FactKind, Missing, Reason};
use crate::net::AddressFamily;
use crate::reach::{Target, Verdict};

/// Something that people declared out of bounds can be reached.
pub(super) static CHECK: Check = Check {
    id: "denied-destination-reachable",
    title: "the task reaches something that its tags say it must not",
    severity: Severity::High,
    step: Step::SecurityGroups,
    since: "0.1.0",
    needs: super::dependency_unreachable::NEEDS,
    page: include_str!("denied_destination_reachable.md"),
    run: Run::Task(run),
};

fn run(inquiry: &Inquiry<'_>) -> Result<Vec<Judgement>, Unknown> {
    let needs = inquiry.known_needs();
    let denied = &needs.denied;
    // What wasn't observed may have the tag.
    let unread = [&needs.definition_unread, &needs.service_unread];
    let unread = unread.into_iter().flatten().map(|missing| {
        let what = format!("whatever else {} must not reach", inquiry.subject.owner());
        Judgement::unknown(what, missing.clone())
    });
    if denied.is_empty() && needs.invalid_denied.is_empty() && unread.clone().next().is_none() {
        return Ok(vec![Judgement::skipped(
            "no tag awsvpc-auditor:denies says what the task must not reach",
        )]);
    }
    let stations = inquiry.stations()?;
    let judged = denied.iter().map(|declaration| {
        let dependency = Dependency {
            endpoint: declaration.endpoint.clone(),
            sources: vec![declaration.place.to_owned()],
        };
        let is_internet = declaration.endpoint.host == Host::Name("internet".to_owned());
        let attempt = if is_internet {
            let families = [AddressFamily::V4, AddressFamily::V6];
            let targets = families.map(Target::PublicAddress);
            attempt::attempt_at(inquiry.snapshot, stations, &dependency, &targets)
        } else {
            attempt::attempt(inquiry.snapshot, stations, &dependency, false)
        };
        let text = &declaration.text;
        let ways = match &attempt.result {
            Tried::Unlocated(missing) => return Judgement::unknown(text, missing.clone()),
            Tried::NoDependency | Tried::ByProxy => &[],
            Tried::Ways(ways) => ways.as_slice(),
        };
        let open = ways::of(ways, Verdict::Reachable);
        if let Some(way) = open.first() {
            return Judgement::Fail(Fault {
                resource: text.clone(),
                message: format!(
                    "the tag {} says that the task must not reach {}, but from {} it does, by {}",
                    declaration.place,
                    attempt.target(),
                    way.from,
                    way.answer.path.join(", ")
                ),
                components: vec![text.clone()],
                ..Fault::default()
            });
        }
        let unknown = ways::of(ways, Verdict::Unknown);
        if unknown.is_empty() {
            Judgement::pass(text, format!("the task can't reach {}", attempt.target()))
        } else {
            Judgement::unknown(text, ways::missing(&unknown))
        }
    });
    // A declaration with a slip in it must not look like one that holds.
    let invalid = needs.invalid_denied.iter().map(|invalid| {
        let reason = Reason::Invisible(invalid.to_string());
        Judgement::unknown(
            invalid.text(),
            Missing::new(FactKind::NameResolution, reason),
        )
    });
    Ok(judged.chain(invalid).chain(unread).collect())
}
