//! SARIF 2.1.0, for code scanning and other tools that gather findings.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::{Audited, Verdict, body};
use crate::checks::{AuditResult, Check, Outcome, Severity, Standing};
use crate::report::audit_text::clean;

/// A file of SARIF: a run for everything that was audited.
#[derive(Debug, Serialize)]
pub struct SarifLog {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
struct AutomationDetails {
    id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: Properties,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct Properties {
    severity: String,
    commands: Vec<String>,
}

impl SarifLog {
    /// What is wrong or unknown, and how it stands to the audit before, if there is one. What passes or
    /// is mended is left out: code scanning takes whatever is there for a finding.
    ///
    /// Code scanning wants a file for everything. That is `file`, what the audit was made from; where it
    /// was made from nothing but AWS, it is the name of what was audited, which is no file.
    pub fn new(all: &[Audited<'_>], file: Option<&str>) -> Self {
        Self {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: all.iter().map(|audited| run(audited, file)).collect(),
        }
    }
}

fn run(audited: &Audited<'_>, file: Option<&str>) -> Run {
    let uri = uri(file.unwrap_or(&audited.name));
    let mut rules: Vec<&'static Check> = Vec::new();
    let mut results = Vec::new();
    for (result, verdict) in audited.results() {
        if matches!(verdict, Verdict::Passes | Verdict::Skipped) {
            continue;
        }
        let known = rules.iter().position(|check| check.id == result.check.id);
        let index = known.unwrap_or_else(|| {
            rules.push(result.check);
            rules.len() - 1
        });
        results.push(sarif_result(audited, result, index, &uri));
    }
    let observed_at = audited.observed_at;
    Run {
        tool: Tool {
            driver: Driver {
                name: "awsvpc-auditor",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules.into_iter().map(rule).collect(),
            },
        },
        // Findings about one service don't replace those about another.
        // https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning
        automation_details: AutomationDetails {
            id: format!("awsvpc-auditor/{}/{}/", audited.scope, audited.name),
        },
        invocations: [Invocation {
            execution_successful: true,
            properties: observed_at
                .map(|time| ("observedAt", time.to_owned()))
                .into_iter()
                .collect(),
        }],
        results,
    }
}

fn rule(check: &'static Check) -> Rule {
    let title = || Message {
        text: check.title.to_owned(),
    };
    Rule {
        id: check.id,
        short_description: title(),
        full_description: title(),
        help: Help {
            text: check.page,
            markdown: check.page,
        },
        default_configuration: Configuration {
            level: level(check.severity),
        },
    }
}

fn sarif_result(
    audited: &Audited<'_>,
    result: &AuditResult,
    rule_index: usize,
    uri: &str,
) -> SarifResult {
    // What isn't a fault has no level.
    let (kind, level) = match result.outcome {
        Outcome::Fail => ("fail", level(result.severity)),
        _ => ("open", "none"),
    };
    let fixes = result.fixes.iter();
    let resource = clean(&result.resource);
    // This is the one that GitHub looks at, and takes two with the same for one. Whatever lacks the same
    // facts has the same fingerprint.
    let place = match result.outcome {
        Outcome::Fail => result.fingerprint.clone(),
        _ => format!("{}/{resource}", result.fingerprint),
    };
    SarifResult {
        rule_id: result.check.id,
        rule_index,
        kind,
        level,
        message: Message { text: body(result) },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri.to_owned(),
                },
                region: Region { start_line: 1 },
            },
            logical_locations: [LogicalLocation {
                fully_qualified_name: format!("{}/{resource}", audited.name),
                name: resource,
                kind: "resource",
            }],
        }],
        partial_fingerprints: BTreeMap::from([
            ("awsvpcAuditor/v1", result.fingerprint.clone()),
            ("primaryLocationLineHash", place),
        ]),
        baseline_state: audited.effect.map(|effect| match effect.standing(result) {
            Standing::Broken | Standing::Unclear => "new",
            Standing::Changed => "updated",
            Standing::AsBefore => "unchanged",
        }),
        properties: Properties {
            severity: result.severity.to_string(),
            commands: fixes.flat_map(|fix| fix.commands()).collect(),
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A path as a reference that a URI may be.
/// <https://www.rfc-editor.org/rfc/rfc3986#section-3.3>
fn uri(path: &str) -> String {
    let mut uri = String::new();
    // A colon in the first part would make a scheme of what stands before it.
    let mut is_first = true;
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.trim_start_matches("./").bytes() {
        is_first &= byte != b'/';
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b':' if !is_first => uri.push(':'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_written_as_references() {
        for (path, expected) in [
            ("./task definitions/web.json", "task%20definitions/web.json"),
            ("/srv/facts", "file:///srv/facts"),
            ("shop/service:web", "shop/service:web"),
            ("a:b", "a%3Ab"),
            ("größe.json", "gr%C3%B6%C3%9Fe.json"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
