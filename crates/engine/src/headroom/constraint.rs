//! The cluster query language, in which placement constraints are written.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html>

use regex_lite::Regex;

/// An expression that this version can't evaluate; the text says what it stumbled over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the placement constraint `{expression}` can't be evaluated: {problem}")]
pub struct Unreadable {
    expression: String,
    problem: String,
}

/// An expression about a container instance.
#[derive(Debug)]
pub struct Constraint(Expression);

#[derive(Debug)]
enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Exists(String),
    Equals(String, Vec<String>),
    Matches(String, Regex),
    Compares(String, Comparison, f64),
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Constraint {
    /// Reads an expression.
    pub fn parse(expression: &str) -> Result<Self, Unreadable> {
        let mut parser = Parser {
            tokens: tokens(expression),
            next: 0,
        };
        let parsed = parser
            .alternatives()
            .and_then(|parsed| match parser.take() {
                None => Ok(parsed),
                Some(rest) => Err(format!("`{rest}` was not expected")),
            });
        parsed.map(Self).map_err(|problem| Unreadable {
            expression: expression.to_owned(),
            problem,
        })
    }

    /// Whether an instance meets it. `value` gives what a subject of the language is for the instance:
    /// an attribute's value, `None` where it has none.
    pub fn holds(&self, value: &impl Fn(&str) -> Option<String>) -> bool {
        holds(&self.0, value)
    }

    /// What it asks about the instance.
    pub fn subjects(&self) -> Vec<&str> {
        let mut all = Vec::new();
        subjects(&self.0, &mut all);
        all
    }
}

fn subjects<'a>(expression: &'a Expression, all: &mut Vec<&'a str>) {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => {
            for part in parts {
                subjects(part, all);
            }
        }
        Expression::Not(part) => subjects(part, all),
        Expression::Exists(subject)
        | Expression::Equals(subject, _)
        | Expression::Matches(subject, _)
        | Expression::Compares(subject, _, _) => all.push(subject),
    }
}

fn holds(expression: &Expression, value: &impl Fn(&str) -> Option<String>) -> bool {
    match expression {
        Expression::All(parts) => parts.iter().all(|part| holds(part, value)),
        Expression::Any(parts) => parts.iter().any(|part| holds(part, value)),
        Expression::Not(part) => !holds(part, value),
        Expression::Exists(subject) => value(subject).is_some(),
        Expression::Equals(subject, wanted) => {
            value(subject).is_some_and(|own| wanted.contains(&own))
        }
        Expression::Matches(subject, pattern) => {
            value(subject).is_some_and(|own| pattern.is_match(&own))
        }
        Expression::Compares(subject, comparison, limit) => value(subject)
            .and_then(|own| own.parse::<f64>().ok())
            .is_some_and(|own| match comparison {
                Comparison::Less => own < *limit,
                Comparison::LessOrEqual => own <= *limit,
                Comparison::Greater => own > *limit,
                Comparison::GreaterOrEqual => own >= *limit,
            }),
    }
}

/// Words, operators and brackets. Text in quotes is one word.
fn tokens(text: &str) -> Vec<String> {
    const OPERATORS: [&str; 12] = [
        "&&", "||", "==", "!=", "=~", "!~", ">=", "<=", ">", "<", "!", "",
    ];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if matches!(first, '\'' | '"') {
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner.find(first).unwrap_or(inner.len());
            tokens.push(inner.get(..end).unwrap_or_default().to_owned());
            end + 2
        } else if matches!(first, '(' | ')' | '[' | ']' | ',') {
            tokens.push(first.to_string());
            1
        } else {
            let operator = OPERATORS
                .iter()
                .find(|operator| rest.starts_with(**operator));
            let operator = operator.copied().unwrap_or_default();
            if operator.is_empty() {
                let is_end = |c: char| c.is_whitespace() || "()[],=<>&|!'\"".contains(c);
                let end = rest
                    .find(is_end)
                    .unwrap_or(rest.len())
                    .max(first.len_utf8());
                tokens.push(rest.get(..end).unwrap_or_default().to_owned());
                end
            } else {
                tokens.push(operator.to_owned());
                operator.len()
            }
        };
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    tokens
}

struct Parser {
    tokens: Vec<String>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.next).map(String::as_str)
    }

    fn take(&mut self) -> Option<String> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn takes(&mut self, any: &[&str]) -> bool {
        let is_next = self.peek().is_some_and(|token| any.contains(&token));
        self.next += usize::from(is_next);
        is_next
    }

    fn alternatives(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.conjunction()?];
        while self.takes(&["or", "||"]) {
            parts.push(self.conjunction()?);
        }
        Ok(Expression::Any(parts))
    }

    fn conjunction(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.single()?];
        while self.takes(&["and", "&&"]) {
            parts.push(self.single()?);
        }
        Ok(Expression::All(parts))
    }

    fn single(&mut self) -> Result<Expression, String> {
        if self.takes(&["not", "!"]) {
            return Ok(Expression::Not(Box::new(self.single()?)));
        }
        if self.takes(&["("]) {
            let inner = self.alternatives()?;
            return if self.takes(&[")"]) {
                Ok(inner)
            } else {
                Err("a bracket isn't closed".to_owned())
            };
        }
        let subject = self.take().ok_or("it ends too early")?;
        self.about(subject)
    }

    fn about(&mut self, subject: String) -> Result<Expression, String> {
        let not = |expression| Expression::Not(Box::new(expression));
        let operator = self
            .take()
            .ok_or_else(|| format!("`{subject}` is compared with nothing"))?;
        match operator.as_str() {
            "exists" => Ok(Expression::Exists(subject)),
            "not_exists" => Ok(not(Expression::Exists(subject))),
            "==" | "equals" => Ok(Expression::Equals(subject, vec![self.value()?])),
            "!=" | "not_equals" => Ok(not(Expression::Equals(subject, vec![self.value()?]))),
            "in" => Ok(Expression::Equals(subject, self.list()?)),
            "not_in" => Ok(not(Expression::Equals(subject, self.list()?))),
            "=~" | "matches" => Ok(Expression::Matches(subject, self.pattern()?)),
            "!~" | "not_matches" => Ok(not(Expression::Matches(subject, self.pattern()?))),
            "!" if self.takes(&["exists"]) => Ok(not(Expression::Exists(subject))),
            "!" if self.takes(&["in"]) => Ok(not(Expression::Equals(subject, self.list()?))),
            "<" | "less_than" => self.number(subject, Comparison::Less),
            "<=" | "less_than_equal" => self.number(subject, Comparison::LessOrEqual),
            ">" | "greater_than" => self.number(subject, Comparison::Greater),
            ">=" | "greater_than_equal" => self.number(subject, Comparison::GreaterOrEqual),
            other => Err(format!("`{other}` is no operator")),
        }
    }

    fn value(&mut self) -> Result<String, String> {
        self.take().ok_or_else(|| "it ends too early".to_owned())
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        if !self.takes(&["["]) {
            return Err("a list in brackets is missing".to_owned());
        }
        let mut values = Vec::new();
        loop {
            match self.value()?.as_str() {
                "]" => return Ok(values),
                "," => {}
                value => values.push(value.to_owned()),
            }
        }
    }

    /// Patterns are matched against the whole value, as Java does.
    fn pattern(&mut self) -> Result<Regex, String> {
        let pattern = self.value()?;
        Regex::new(&format!("^(?:{pattern})$")).map_err(|_| format!("`{pattern}` is no pattern"))
    }

    fn number(&mut self, subject: String, comparison: Comparison) -> Result<Expression, String> {
        let value = self.value()?;
        let limit = value
            .parse()
            .map_err(|_| format!("`{value}` is no number"))?;
        Ok(Expression::Compares(subject, comparison, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::Constraint;

    fn own(subject: &str) -> Option<String> {
        let value = match subject {
            "attribute:ecs.instance-type" => "m5.large",
            "attribute:ecs.availability-zone" => "eu-west-1b",
            "attribute:stack" => "production east",
            "runningTasksCount" => "3",
            "ec2InstanceId" => "i-0abc",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn expressions_of_the_documentation_and_their_like() {
        for (expression, expected) in [
            ("attribute:ecs.instance-type == m5.large", true),
            ("attribute:ecs.instance-type==t3.small", false),
            ("attribute:ecs.instance-type =~ m5.*", true),
            ("attribute:ecs.instance-type =~ m5", false),
            ("attribute:ecs.instance-type !~ t2.*", true),
            (
                "attribute:ecs.availability-zone in [eu-west-1a, eu-west-1b]",
                true,
            ),
            (
                "attribute:ecs.availability-zone not_in [eu-west-1a,'eu-west-1b']",
                false,
            ),
            ("attribute:stack == 'production east'", true),
            ("attribute:stack exists and not(attribute:gpu exists)", true),
            ("attribute:gpu !exists || runningTasksCount > 5", true),
            (
                "(runningTasksCount >= 3 && runningTasksCount < 4) or ec2InstanceId in ['i-1']",
                true,
            ),
            ("attribute:gpu == none", false),
            ("attribute:gpu != none", true),
            ("not attribute:stack exists", false),
        ] {
            let constraint = Constraint::parse(expression).unwrap();
            assert_eq!(constraint.holds(&own), expected, "{expression}");
        }
    }

    #[test]
    fn what_it_stumbles_over_is_said() {
        for (expression, problem) in [
            ("", "it ends too early"),
            ("attribute:stack", "compared with nothing"),
            ("attribute:stack like x", "`like` is no operator"),
            ("(attribute:stack exists", "a bracket isn't closed"),
            (
                "attribute:stack exists attribute:gpu exists",
                "was not expected",
            ),
            ("runningTasksCount > many", "`many` is no number"),
            (
                "attribute:stack in production",
                "a list in brackets is missing",
            ),
            ("attribute:stack =~ [", "is no pattern"),
            ("attribute:stack in [a", "it ends too early"),
        ] {
            let error = Constraint::parse(expression).unwrap_err().to_string();
            assert!(error.contains(problem), "{expression}: {error}");
        }
    }
}
