//! What a VPC endpoint's policy surely allows and surely denies. Conditions, and principals other than
//! everybody, depend on who calls; AWS shows neither here.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use serde_json::Value;

/// What a policy says about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// Nobody may make it.
    Denied,
    /// It depends on who makes it, or from where.
    Depends,
    /// Everybody may make it.
    Allowed,
}

/// A policy that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the policy isn't a JSON document with statements")]
pub struct UnreadablePolicy;

/// A policy document.
#[derive(Debug, Clone)]
pub struct PolicyDocument(Value);

impl PolicyDocument {
    /// Reads a document.
    pub fn parse(text: &str) -> Result<Self, UnreadablePolicy> {
        let document: Value = serde_json::from_str(text).map_err(|_| UnreadablePolicy)?;
        if document.get("Statement").is_none() {
            return Err(UnreadablePolicy);
        }
        Ok(Self(document))
    }

    fn statements(&self) -> impl Iterator<Item = &Value> {
        let statement = self.0.get("Statement");
        let one = statement.filter(|statement| statement.is_object());
        let many = statement.and_then(Value::as_array);
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// What it says about an action on a resource.
    pub fn decide(&self, action: &str, resource: &str) -> Decision {
        let (mut allowed, mut perhaps_allowed, mut perhaps_denied) = (false, false, false);
        for statement in self.statements() {
            let matches = Match::of(statement, action, resource);
            let is_allow = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
            match (is_allow, matches) {
                (_, Match::Never) => {}
                (true, Match::Always) => allowed = true,
                (true, Match::Sometimes) => perhaps_allowed = true,
                (false, Match::Always) => return Decision::Denied,
                (false, Match::Sometimes) => perhaps_denied = true,
            }
        }
        match (allowed, perhaps_allowed, perhaps_denied) {
            (true, _, false) => Decision::Allowed,
            (false, false, _) => Decision::Denied,
            _ => Decision::Depends,
        }
    }

    /// Whether a statement surely denies an action: then no other statement helps.
    pub fn denies(&self, action: &str, resource: &str) -> bool {
        self.statements().any(|statement| {
            statement.get("Effect").and_then(Value::as_str) == Some("Deny")
                && Match::of(statement, action, resource) == Match::Always
        })
    }

    /// The document with a statement more, which allows this.
    pub fn allowing(&self, actions: &[&str], resources: &[&str]) -> Value {
        let statement = serde_json::json!({
            "Effect": "Allow",
            "Principal": "*",
            "Action": actions,
            "Resource": resources,
        });
        let mut document = self.0.clone();
        let mut statements: Vec<Value> = self.statements().cloned().collect();
        statements.push(statement);
        if let Some(document) = document.as_object_mut() {
            document.insert("Statement".to_owned(), Value::from(statements));
        }
        document
    }
}

/// Whether a statement, or a part of it, is about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Never,
    Sometimes,
    Always,
}

impl Match {
    fn of(statement: &Value, action: &str, resource: &str) -> Self {
        let action = named(statement, "Action", action, true);
        let resource = named(statement, "Resource", resource, false);
        let (Some(action), Some(resource)) = (action, resource) else {
            return Self::Never;
        };
        if action == Self::Never || resource == Self::Never {
            return Self::Never;
        }
        let is_for_everybody = statement.get("Principal").is_none_or(|principal| {
            let everybody = |value: &Value| match value {
                Value::String(text) => text == "*",
                Value::Array(all) => all.iter().any(|one| one.as_str() == Some("*")),
                _ => false,
            };
            everybody(principal) || principal.get("AWS").is_some_and(everybody)
        });
        let is_plain = statement.get("NotPrincipal").is_none()
            && statement.get("Condition").is_none_or(|condition| {
                condition.as_object().is_some_and(serde_json::Map::is_empty)
            });
        if is_for_everybody && is_plain {
            action.min(resource)
        } else {
            Self::Sometimes
        }
    }

    fn negated(self) -> Self {
        match self {
            Self::Never => Self::Always,
            Self::Sometimes => Self::Sometimes,
            Self::Always => Self::Never,
        }
    }
}

/// Whether a statement names something, by `Action` or `NotAction`; `None` when it has neither.
fn named(statement: &Value, key: &str, wanted: &str, ignore_case: bool) -> Option<Match> {
    let best = |patterns: &Value| {
        let one = patterns.as_str();
        let many = patterns.as_array().into_iter().flatten();
        let all = one.into_iter().chain(many.filter_map(Value::as_str));
        let all = all.map(|pattern| covers(pattern, wanted, ignore_case));
        all.max().unwrap_or(Match::Never)
    };
    if let Some(patterns) = statement.get(key) {
        return Some(best(patterns));
    }
    let patterns = statement.get(format!("Not{key}"))?;
    Some(best(patterns).negated())
}

/// Whether a pattern with `*` and `?` covers a text. What we ask about may have a `*` of its own, for a
/// part that isn't known; alone it stands for no resource, as of actions that have none. Variables
/// like `${aws:PrincipalAccount}` are filled in by AWS with what nobody knows here.
fn covers(pattern: &str, text: &str, ignore_case: bool) -> Match {
    let fold = |text: &str| -> Vec<char> {
        if ignore_case {
            text.to_ascii_lowercase().chars().collect()
        } else {
            text.chars().collect()
        }
    };
    let filled_in = without_variables(pattern);
    let (known, text_folded) = (fold(pattern), fold(text));
    if filled_in == pattern && fits(&known, &text_folded, Unknown::Itself) {
        Match::Always
    } else if text != "*" && fits(&fold(&filled_in), &text_folded, Unknown::Anything) {
        Match::Sometimes
    } else {
        Match::Never
    }
}

/// A pattern with `*` in the place of every variable.
fn without_variables(pattern: &str) -> String {
    let mut pieces = pattern.split("${");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push('*');
        text.push_str(piece.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

/// What a `*` in a text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// Only a `*` of the pattern covers whatever it may be.
    Itself,
    /// Whatever makes the pattern fit.
    Anything,
}

fn fits(pattern: &[char], text: &[char], unknown: Unknown) -> bool {
    let is_open = |c: char| c == '*' && unknown == Unknown::Anything;
    // One row of a table: whether the pattern so far fits each beginning of the text.
    let mut row = vec![true];
    for c in text {
        row.push(row.last() == Some(&true) && is_open(*c));
    }
    for symbol in pattern {
        let mut next = vec![*symbol == '*' && row.first() == Some(&true)];
        for ((above, pair), c) in row.iter().skip(1).zip(&row).zip(text) {
            let left = next.last() == Some(&true);
            next.push(if *symbol == '*' || is_open(*c) {
                *above || left
            } else {
                *pair && (symbol == c || (*symbol == '?' && *c != '*'))
            });
        }
        row = next;
    }
    row.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::{Match, covers};

    #[test]
    fn patterns_cover_texts() {
        let cases = [
            ("*", "*", Match::Always),
            ("arn:aws:ecr:*:*:repository/*", "*", Match::Never),
            ("ecr:Get*", "ecr:GetAuthorizationToken", Match::Always),
            ("ECR:get*", "ecr:GetAuthorizationToken", Match::Never),
            ("secret:db-??????", "secret:db-AbCdEf", Match::Always),
            ("secret:db-??????", "secret:db-*", Match::Sometimes),
            ("secret:db-*", "secret:db-*", Match::Always),
            ("secret:other-*", "secret:db-*", Match::Never),
            ("bucket/a/*", "bucket/*", Match::Sometimes),
            ("bucket/*", "bucket/*", Match::Always),
            ("*:123456789012:x", "eu:*:x", Match::Sometimes),
            ("${aws:PrincipalAccount}-x", "123-x", Match::Sometimes),
            ("${aws:PrincipalAccount}-x", "123-y", Match::Never),
            ("", "", Match::Always),
            ("", "*a", Match::Never),
            ("a", "", Match::Never),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(covers(pattern, text, false), expected, "{pattern} {text}");
        }
        assert_eq!(covers("ECR:get*", "ecr:GetX", true), Match::Always);
    }
}
