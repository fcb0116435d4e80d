//! A custom notification of Amazon Q Developer in chat applications, schema 1.0.
//! <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>

use std::collections::BTreeMap;

use serde::Serialize;

use super::chat_entry::{Entry, NEXT_STEP, shown};
use super::machine_v1::json;
use super::markdown::{code, command, length, plain, prose};
use super::subject::line;
use super::words::{
    Told, affected, checks, explain, look_again, main_findings, names, no_room, owner_parts, title,
    told_before,
};
use crate::alert::{About, Kind, Notice, Scope};
use crate::checks::Severity;

const TITLE: usize = 250;
const DESCRIPTION: usize = 8_000;
const KEYWORD: usize = 75;

/// Commands of more fixes than that are not read in a chat.
const MOST_STEPS: usize = 12;

/// Resources, keywords and unclear checks that are named.
const MOST: usize = 10;

/// The document. Its names are those of the documentation.
#[derive(Debug, Serialize)]
struct Notification {
    version: &'static str,
    source: &'static str,
    id: String,
    content: Content,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    next_steps: Vec<String>,
    keywords: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    thread_id: String,
    summary: String,
    event_type: String,
    related_resources: Vec<String>,
    /// What buttons that a team makes for itself can take their values from.
    additional_context: BTreeMap<&'static str, String>,
    /// Lets a team put buttons of its own on these messages. This sends none.
    enable_custom_actions: bool,
}

pub(super) fn body(notice: &Notice) -> String {
    let (description, next_steps) = description(notice);
    let scope = match notice.scope.about {
        About::Tasks { .. } => "tasks",
        About::Headroom => "headroom",
        About::Coverage => "coverage",
        About::Monitor { .. } => "monitor",
    };
    json(&Notification {
        version: "1.0",
        source: "custom",
        id: plain(&notice.id, 512),
        content: Content {
            text_type: "client-markdown",
            title: format!(
                "{} {}",
                emoji(notice),
                prose(&line(notice, 200), TITLE - 30)
            ),
            description,
            next_steps,
            keywords: keywords(notice),
        },
        metadata: Metadata {
            thread_id: plain(&notice.thread, 512),
            summary: prose(&line(notice, 200), TITLE),
            event_type: format!("awsvpc-auditor-{scope}-{}", notice.kind()),
            related_resources: resources(notice),
            additional_context: context(notice),
            enable_custom_actions: true,
        },
    })
}

fn emoji(notice: &Notice) -> &'static str {
    match (notice.kind(), notice.severity()) {
        (Kind::Resolved, _) => ":white_check_mark:",
        (_, Severity::Critical | Severity::High) => ":red_circle:",
        (_, Severity::Medium) => ":large_orange_circle:",
        (_, Severity::Low) => ":large_blue_circle:",
    }
}

fn keywords(notice: &Notice) -> Vec<String> {
    let checks = checks(main_findings(notice)).into_iter().take(MOST);
    let words = checks.chain([notice.severity().to_string()]);
    words.map(|word| prose(&word, KEYWORD)).collect()
}

fn resources(notice: &Notice) -> Vec<String> {
    let mut resources: Vec<&String> = Vec::new();
    let found = notice.findings().map(|finding| &finding.resource);
    for resource in notice.example.iter().chain(found) {
        if resources.len() < MOST && !resource.is_empty() && !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    resources
        .into_iter()
        .map(|resource| plain(resource, 512))
        .collect()
}

fn context(notice: &Notice) -> BTreeMap<&'static str, String> {
    let scope = &notice.scope;
    let checks = checks(main_findings(notice)).join(",");
    let texts = [
        ("account", scope.account.clone()),
        ("region", scope.region.clone()),
        ("cluster", scope.cluster().unwrap_or_default().to_owned()),
        ("owner", scope.owner().unwrap_or_default().to_owned()),
        ("monitor", scope.monitor().unwrap_or_default().to_owned()),
        ("severity", notice.severity().to_string()),
        ("kind", notice.kind().to_string()),
        ("checks", checks),
        ("exampleTask", notice.example.clone().unwrap_or_default()),
        ("observedAt", notice.observed_at.to_string()),
    ];
    let known = texts.into_iter().filter(|(_, text)| !text.is_empty());
    known
        .map(|(name, text)| (name, plain(&text, 1_000)))
        .collect()
}

/// The text, and the steps that mend what it tells.
fn description(notice: &Notice) -> (String, Vec<String>) {
    let mut text = head(notice);
    let mut steps = Vec::new();
    let mut untold = 0;
    let mut told = Told::default();
    // The count of what is left out can only get longer by its digits.
    let room = DESCRIPTION.saturating_sub(length(&tail(notice, usize::MAX)));
    let mut left_out = notice.left_out;
    let mut is_full = false;
    for (kind, findings) in notice.sections() {
        let mut heading = format!("\n*{}*\n", title(kind));
        for finding in findings {
            let used = length(&text) + length(&heading);
            let free = MOST_STEPS.saturating_sub(steps.len());
            let entry = if is_full {
                None
            } else {
                let room = room.saturating_sub(used);
                Entry::fitting(notice, kind, finding, &told, room, free)
            };
            if let Some(entry) = entry {
                text.push_str(&std::mem::take(&mut heading));
                text.push_str(&entry.text);
                steps.extend(entry.steps);
                untold += entry.untold;
                told.note(finding);
            } else {
                left_out = left_out.saturating_add(1);
                is_full = true;
            }
        }
    }
    if untold > 0 {
        let fixes = if untold == 1 { "fix" } else { "fixes" };
        steps.push(format!(
            "Mend the rest: {untold} more {fixes}; {}",
            shown(notice)
        ));
    }
    steps.extend(last_steps(notice));
    (text + &tail(notice, left_out), steps)
}

/// The changes that are told; a message of a chat has little room.
const MOST_CHANGES: usize = 3;

/// The refused flows that are told.
const MOST_FLOWS: usize = 3;

fn head(notice: &Notice) -> String {
    let Scope {
        account,
        region,
        about,
    } = &notice.scope;
    let mut lines = Vec::new();
    if let Some(caveat) = &notice.caveat {
        lines.push(format!("*Note:* {}", prose(caveat, 500)));
    }
    let who = match about {
        About::Tasks { cluster, owner } => {
            let (what, name) = owner_parts(owner);
            let what = if what == "service" {
                "Service"
            } else {
                "Tasks of family"
            };
            format!(
                "{what} {} in cluster {}",
                code(name, 300),
                code(cluster, 300)
            )
        }
        About::Headroom => "What ECS has left for the next tasks".to_owned(),
        About::Coverage => "What awsvpc-auditor can't see".to_owned(),
        About::Monitor { name } => {
            format!(
                "What monitor {} asks from inside the network",
                code(name, 300)
            )
        }
    };
    let place = format!("account {}, region {}", code(account, 50), code(region, 50));
    lines.push(format!("{who}, {place}"));
    let tasks = affected(notice)
        .words()
        .map(|words| format!("Seen in {words}"));
    let example = notice.example.as_ref();
    let example = example.map(|task| format!("for example {}", code(task, 500)));
    let reason = notice.stopped_reason.as_ref();
    let reason = reason.map(|reason| format!("ECS says {}", code(reason, 500)));
    let seen: Vec<_> = tasks.into_iter().chain(example).chain(reason).collect();
    if !seen.is_empty() {
        lines.push(seen.join(", "));
    }
    for change in notice.changes.iter().take(MOST_CHANGES) {
        lines.push(format!("Changed: {}", prose(&change.to_string(), 300)));
    }
    let flows = notice.refused.iter();
    for sentence in flows.flat_map(|flows| flows.sentences(MOST_FLOWS)) {
        lines.push(prose(&sentence, 300));
    }
    lines.join("\n") + "\n"
}

fn tail(notice: &Notice, left_out: usize) -> String {
    let mut lines = Vec::new();
    if !notice.unclear.is_empty() {
        lines.push("\n*Not known*".to_owned());
        for unclear in notice.unclear.iter().take(MOST) {
            let (check, message) = (prose(&unclear.check, 80), prose(&unclear.message, 150));
            lines.push(format!("• {check}: {message}"));
        }
        let more = notice.unclear.len().saturating_sub(MOST);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
    }
    lines.push(String::new());
    if !notice.lesser.is_empty() {
        let names = prose(&names(notice.lesser.iter(), MOST), 900);
        lines.push(format!("Lesser faults too: {names}"));
    }
    lines.extend(told_before(notice));
    lines.extend(no_room(left_out));
    lines.push(format!("Facts of {}", notice.observed_at));
    lines.join("\n")
}

/// What to do whatever is broken.
fn last_steps(notice: &Notice) -> Vec<String> {
    let again = look_again(notice).and_then(|line| command(&line));
    let again = again.map(|line| format!("Look again, and read all of it: {line}"));
    let explain = explain(notice).and_then(|line| command(&line));
    let explain = explain.map(|line| format!("Read what a check means and how to mend it: {line}"));
    let steps = again.into_iter().chain(explain);
    steps.filter(|step| length(step) <= NEXT_STEP).collect()
}
