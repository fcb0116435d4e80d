use awsvpc_auditor_engine::dependencies::text::Host;
use awsvpc_auditor_engine::probe::{Resolved, Target};

use super::record::{Answer, Step};
use super::words::{ENDED, how, is_misunderstood, says, told};
use super::{Notes, Place};

const TOOLS: [&str; 6] = ["getent", "nslookup", "dig", "host", "python3", "perl"];

pub(super) fn judge(target: &Target, notes: &Notes<'_>, place: &Place<'_>) -> Resolved {
    if matches!(target.host, Host::Address(_)) {
        return Resolved::NotNeeded;
    }
    let mut asked = notes.answers(Step::Resolve);
    // Where the system's own look-up finds nothing, programs find nothing, whatever other tools find.
    let by_system = notes
        .answers(Step::Resolve)
        .any(|answer| answer.tool == "getent");
    let found = asked
        .find(|answer| !answer.addresses.is_empty() && (answer.tool == "getent" || !by_system));
    if let Some(answer) = found {
        return Resolved::Addresses {
            addresses: answer.addresses.clone(),
            took_ms: answer.took,
        };
    }
    let asked = notes
        .answers(Step::Resolve)
        .filter_map(|answer| opinion(answer, target));
    // The tool that connects looks the name up where nothing else can.
    let connecting = notes
        .answers(Step::Connect)
        .filter_map(|answer| refusal(answer, &told(answer, target)));
    asked
        .chain(connecting)
        .max_by_key(|answer| !matches!(answer, Resolved::Fails { .. }))
        .unwrap_or_else(|| Resolved::CantTell {
            why: place.no_answer(notes, Step::Resolve, &TOOLS),
        })
}

/// What a tool that found no address knows.
fn opinion(answer: &Answer<'_>, target: &Target) -> Option<Resolved> {
    let told = told(answer, target);
    if answer.status == ENDED {
        return Some(Resolved::Silent {
            waited_ms: answer.took,
        });
    }
    if is_misunderstood(&told, answer.status) {
        return None;
    }
    let known = refusal(answer, &told);
    if known.is_none() && answer.status == 0 {
        // They don't say that an answer is empty.
        let is_empty = matches!(answer.tool, "nslookup" | "host");
        return is_empty.then_some(Resolved::NoSuchName {
            took_ms: answer.took,
        });
    }
    Some(known.unwrap_or_else(|| match (answer.tool, answer.status) {
        // Its status 2 is "not found", whatever kept it from being found.
        ("getent", 2) => Resolved::Fails {
            how: "the system's look-up finds no address".to_owned(),
        },
        _ => Resolved::Fails { how: how(answer) },
    }))
}

/// What words say of a name that isn't found.
fn refusal(answer: &Answer<'_>, told: &str) -> Option<Resolved> {
    const NO_SUCH_NAME: [&str; 9] = [
        "nxdomain",
        "non-existent domain",
        "name or service not known",
        "name does not resolve",
        "no address associated",
        "nodename nor servname",
        ": no answer",
        "status: noerror",
        "has no a record",
    ];
    const SILENT: [&str; 3] = [
        "connection timed out",
        "no servers could be reached",
        "no response from",
    ];
    const NOT_RESOLVED: [&str; 5] = [
        "temporary failure in name resolution",
        "try again",
        "could not resolve host",
        "bad address '…'",
        "unable to resolve host",
    ];
    if says(told, &["servfail", "server failure"]) {
        return Some(Resolved::ServerFails {
            how: "SERVFAIL".to_owned(),
        });
    }
    // A host without a name server refuses the connection; a name server refuses the question.
    if says(told, &[": refused", "status: refused", "query refused"])
        || answer.step == Step::Resolve && told.contains("connection refused")
    {
        return Some(Resolved::ServerFails {
            how: if told.contains("connection refused") {
                "nothing listens on its port".to_owned()
            } else {
                "REFUSED".to_owned()
            },
        });
    }
    if says(told, &NO_SUCH_NAME) {
        return Some(Resolved::NoSuchName {
            took_ms: answer.took,
        });
    }
    if answer.step == Step::Resolve && says(told, &SILENT) {
        return Some(Resolved::Silent {
            waited_ms: answer.took,
        });
    }
    says(told, &NOT_RESOLVED).then(|| Resolved::Fails { how: how(answer) })
}
