use awsvpc_auditor_engine::probe::{Connected, Target, Took};

use super::record::{Answer, Step};
use super::words::{ENDED, how, is_misunderstood, says, told};
use super::{Notes, Place};

const TOOLS: [&str; 6] = ["nc", "curl", "wget", "bash", "perl", "python3"];

pub(super) fn judge(target: &Target, notes: &Notes<'_>, place: &Place<'_>) -> Connected {
    notes
        .answers(Step::Connect)
        .filter_map(|answer| opinion(answer, target, notes))
        .last()
        .unwrap_or_else(|| Connected::CantTell {
            why: place.no_answer(notes, Step::Connect, &TOOLS),
        })
}

fn opinion(answer: &Answer<'_>, target: &Target, notes: &Notes<'_>) -> Option<Connected> {
    let told = told(answer, target);
    if is_open(answer, &told) {
        return Some(Connected::Open {
            address: notes.connected_to,
            took_ms: connect_time(&told).unwrap_or(answer.took),
        });
    }
    if is_misunderstood(&told, answer.status) || answer.tool == "bash" && is_without_tcp(&told) {
        return None;
    }
    Some(if told.contains("refused") {
        Connected::Refused {
            took_ms: answer.took,
        }
    } else if says(&told, &NO_WAY) {
        Connected::NoWay { how: how(answer) }
    } else if answer.status == ENDED || says(&told, &["timed out", "time-out", "timeout"]) {
        Connected::Silent {
            waited_ms: answer.took,
        }
    } else {
        Connected::Fails { how: how(answer) }
    })
}

/// The texts of EHOSTUNREACH, ENETUNREACH, EACCES and EPERM in glibc and musl: what ICMP's
/// "destination unreachable", the host's own routes and its own filters come to.
const NO_WAY: [&str; 7] = [
    "no route to host",
    "host is unreachable",
    "host unreachable",
    "network is unreachable",
    "network unreachable",
    "permission denied",
    "operation not permitted",
];

fn is_open(answer: &Answer<'_>, told: &str) -> bool {
    match answer.tool {
        // It then waits for its time to run out.
        "curl" => says(told, &["connected to", "established connection to"]),
        "wget" => says(told, &[" connected", "http/1", "server returned error"]),
        _ => answer.status == 0,
    }
}

/// Bash can be built without TCP: the name is then a file's.
fn is_without_tcp(told: &str) -> bool {
    told.contains("no such file")
}

/// When curl says that it was connected: `connect 0.012345`, in seconds.
fn connect_time(told: &str) -> Option<Took> {
    let (_, rest) = told.rsplit_once("connect 0.")?;
    let digits: String = rest.chars().take(3).collect();
    let is_number = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(Took)).flatten()
}
