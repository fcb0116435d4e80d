use awsvpc_auditor_engine::probe::{Handshake, Target};

use super::record::{Answer, Step};
use super::words::{ENDED, how, is_misunderstood, plain, says, told};
use super::{Notes, Place};

const TOOLS: [&str; 4] = ["openssl", "curl", "wget", "python3"];

pub(super) fn judge(target: &Target, notes: &Notes<'_>, place: &Place<'_>) -> Handshake {
    notes
        .answers(Step::Handshake)
        .filter_map(|answer| opinion(answer, &told(answer, target)))
        .last()
        .unwrap_or_else(|| Handshake::CantTell {
            why: place.no_answer(notes, Step::Handshake, &TOOLS),
        })
}

fn opinion(answer: &Answer<'_>, told: &str) -> Option<Handshake> {
    let told = &without_notes(told);
    let done = |distrusted| {
        Some(Handshake::Done {
            took_ms: answer.took,
            distrusted,
        })
    };
    // What was shaken before a server kept the line open.
    match answer.tool {
        "openssl" if told.contains("cipher is ") && !told.contains("cipher is (none)") => {
            return done(openssl_distrust(answer.words));
        }
        "curl" if has_shaken(told) => return done(None),
        // The code of a certificate that isn't trusted; 51 in versions before 7.62.
        "curl" if matches!(answer.status, 51 | 60) => return done(Some(first_line(answer))),
        "python3" if answer.status == 0 => return done(None),
        "python3" if told.contains("certificate_verify_failed") => return done(Some(how(answer))),
        "wget" if answer.status == 0 || says(told, &["http request sent", "server returned"]) => {
            return done(None);
        }
        "wget" if told.contains("certificate") => return done(Some(first_line(answer))),
        _ => {}
    }
    if is_misunderstood(told, answer.status) {
        return None;
    }
    if answer.status == ENDED || says(told, &["timed out", "time-out", "timeout"]) {
        return Some(Handshake::Silent {
            waited_ms: answer.took,
        });
    }
    Some(Handshake::Fails {
        how: openssl_reason(answer.words).unwrap_or_else(|| how(answer)),
    })
}

/// The wget of `BusyBox` notes before every handshake that it will validate no certificate.
fn without_notes(told: &str) -> String {
    let lines = told.split('|');
    let lines = lines.filter(|line| !line.contains("validation not implemented"));
    lines.collect::<Vec<_>>().join("|")
}

/// `Verify return code: 18 (self-signed certificate)`.
fn openssl_distrust(words: &str) -> Option<String> {
    let (_, code) = words.split_once("Verify return code: ")?;
    let code = code.split('|').next().unwrap_or_default();
    let reason = code.split_once('(').map_or(code, |(_, reason)| reason);
    (!code.starts_with("0 ")).then(|| plain(reason.trim_end_matches(')')))
}

/// `…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…`, where the fourth is why, or
/// `write:errno=104`.
fn openssl_reason(words: &str) -> Option<String> {
    let error = words
        .split('|')
        .find_map(|line| line.split_once("error:")?.1.split(':').nth(3));
    if let Some(reason) = error.filter(|reason| !reason.is_empty()) {
        return Some(plain(reason));
    }
    let closed = words.contains("Cipher is (NONE)");
    closed.then(|| "the connection was closed during the handshake".to_owned())
}

/// Whether curl says when the handshake was done: `appconnect 0.012345`, in seconds, and 0 if it wasn't.
fn has_shaken(told: &str) -> bool {
    let time = told.rsplit_once("appconnect ").map(|(_, time)| time);
    time.and_then(|time| time.split(['|', ' ']).next())
        .and_then(|time| time.parse::<f64>().ok())
        .is_some_and(|time| time > 0.0)
}

fn first_line(answer: &Answer<'_>) -> String {
    let line = answer.words.split('|').find(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("certificate") || line.contains("curl:")
    });
    line.map_or_else(
        || how(answer),
        |line| plain(line).chars().take(200).collect(),
    )
}
