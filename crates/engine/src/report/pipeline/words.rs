use std::fmt::Write;

use crate::checks::AuditResult;
use crate::fix::PROVED;
use crate::report::audit_text::{clean, untold};

/// What was found, the proof, and what mends it, line by line.
pub fn body(result: &AuditResult) -> String {
    let mut text = clean(&result.message);
    for blocker in untold(result) {
        let _ = write!(text, "\n- {}", clean(&blocker));
    }
    for fix in &result.fixes {
        for (number, command) in fix.commands().iter().enumerate() {
            let label = if number == 0 { "fix:" } else { " and" };
            let _ = write!(text, "\n{label} {}", clean(command));
        }
        if let Some(words) = fix.standing(PROVED) {
            let _ = write!(text, "\n{}", clean(&words));
        }
    }
    let _ = write!(text, "\nmore: awsvpc-auditor explain {}", result.check.id);
    text
}

/// Other people's text, without what would forge a line or isn't allowed in XML.
pub fn printable(text: &str) -> String {
    clean(text)
}
