//! A row of the truth table: an account, the questions asked of it, and the true answers.

use std::fs;
use std::path::{Path, PathBuf};

use awsvpc_auditor_engine::facts::{FactKind, Snapshot, SnapshotReader};
use awsvpc_auditor_engine::fix::{Fix, fixes_of};
use awsvpc_auditor_engine::net::{PortRange, Protocol, Traffic};
use awsvpc_auditor_engine::reach::{
    Answer, Code, Destination, Direction, Leg, Origin, Place, Question, Target, Verdict, analyze,
};

/// Starts a row about the account in a folder of `cases/`.
pub(crate) fn case(folder: &'static str) -> Case {
    Case {
        folder,
        rows: Vec::new(),
    }
}

/// An account and what is asked of it.
#[must_use = "nothing is checked before `holds`"]
pub(crate) struct Case {
    folder: &'static str,
    rows: Vec<Row>,
}

struct Row {
    question: Question,
    truth: Truth,
}

/// The true answer. What is `None` isn't part of the expectation; an empty list is.
#[derive(Default)]
struct Truth {
    verdict: Option<Verdict>,
    because: Vec<String>,
    missing: Vec<String>,
    notes: Vec<String>,
    path: Option<String>,
    return_path: Option<String>,
    traffic: Option<String>,
    fix: Option<String>,
}

impl Case {
    /// Asks whether `from` reaches `to`, written as on the command line.
    pub(crate) fn asks(self, from: &str, to: &str) -> Self {
        self.ask(from.parse().unwrap(), to)
    }

    /// Asks for a task that would be started in a subnet, as Fargate's `assignPublicIp` says.
    pub(crate) fn asks_placed(
        self,
        subnet: &str,
        group: &str,
        assign_public_ip: bool,
        to: &str,
    ) -> Self {
        let origin = Origin::Placement {
            subnet: subnet.parse().unwrap(),
            groups: vec![group.parse().unwrap()],
            assign_public_ip,
        };
        self.ask(origin, to)
    }

    /// Asks whether `from` reaches something that only its description places, on a TCP port.
    pub(crate) fn asks_place(self, from: &str, place: Place, port: u16) -> Self {
        let to = Destination {
            target: Target::Place(Box::new(place)),
            traffic: Traffic::ports(Protocol::TCP, PortRange::single(port)),
        };
        self.ask_for(from.parse().unwrap(), to)
    }

    fn ask(self, from: Origin, to: &str) -> Self {
        self.ask_for(from, to.parse().unwrap())
    }

    fn ask_for(mut self, from: Origin, to: Destination) -> Self {
        self.rows.push(Row {
            question: Question { from, to },
            truth: Truth::default(),
        });
        self
    }

    fn truth(&mut self) -> &mut Truth {
        &mut self.rows.last_mut().unwrap().truth
    }

    fn verdict(mut self, verdict: Verdict) -> Self {
        self.truth().verdict = Some(verdict);
        self
    }

    pub(crate) fn reachable(self) -> Self {
        self.verdict(Verdict::Reachable)
    }

    pub(crate) fn unreachable(self) -> Self {
        self.verdict(Verdict::Unreachable)
    }

    pub(crate) fn unknown(self) -> Self {
        self.verdict(Verdict::Unknown)
    }

    /// The next blocker, in order. Those that aren't named mustn't be in the answer.
    pub(crate) fn because(
        mut self,
        code: Code,
        component: &str,
        direction: Direction,
        leg: Leg,
    ) -> Self {
        let blocker = format!("{code} {component} {direction} {leg}");
        self.truth().because.push(blocker);
        self
    }

    /// The next missing fact, and the IAM action that would give it, if one can.
    pub(crate) fn missing(mut self, fact: FactKind, action: Option<&str>) -> Self {
        self.truth()
            .missing
            .push(format!("{fact} {}", action.unwrap_or("-")));
        self
    }

    /// The component of the next note.
    pub(crate) fn noting(mut self, component: &str) -> Self {
        self.truth().notes.push(component.to_owned());
        self
    }

    /// The way there, by the ids met.
    pub(crate) fn by(mut self, path: &[&str]) -> Self {
        self.truth().path = Some(path.join(" "));
        self
    }

    /// The way back.
    pub(crate) fn returning_by(mut self, path: &[&str]) -> Self {
        self.truth().return_path = Some(path.join(" "));
        self
    }

    /// Exactly which traffic gets through.
    pub(crate) fn carrying(mut self, traffic: &[&str]) -> Self {
        self.truth().traffic = Some(traffic.join("; "));
        self
    }

    /// The proved fix, as its commands.
    pub(crate) fn mended_by(mut self, commands: &[&str]) -> Self {
        self.truth().fix = Some(format!("verified {}", commands.join(" && ")));
        self
    }

    /// No change is proposed.
    pub(crate) fn without_fix(mut self) -> Self {
        self.truth().fix = Some("none".to_owned());
        self
    }

    /// Asks everything and fails with every answer that isn't true.
    #[track_caller]
    pub(crate) fn holds(self) {
        let snapshot = account(self.folder);
        let wrong: Vec<_> = self
            .rows
            .iter()
            .filter_map(|row| row.difference(&snapshot))
            .collect();
        assert!(wrong.is_empty(), "{}:\n{}", self.folder, wrong.join("\n"));
    }
}

impl Row {
    /// The truth beside what the engine says, with its messages, where they differ.
    fn difference(&self, snapshot: &Snapshot) -> Option<String> {
        let Question { from, to } = &self.question;
        let answer = analyze(snapshot, &self.question);
        let fixes = fixes_of(snapshot, &self.question, &answer);
        let (truth, given) = (
            self.truth.lines(),
            self.truth.same_lines_of(&answer, &fixes),
        );
        if truth == given {
            return None;
        }
        let mut lines = vec![format!("  {from} -> {} ({})", to.target, to.traffic)];
        lines.push(format!("    truth  {}", truth.join("\n           ")));
        lines.push(format!("    engine {}", given.join("\n           ")));
        let messages = answer.explanations.iter();
        lines.extend(messages.map(|explanation| format!("      {}", explanation.message)));
        Some(lines.join("\n"))
    }
}

impl Truth {
    fn lines(&self) -> Vec<String> {
        let verdict = self.verdict.unwrap();
        let mut lines = vec![verdict.as_str().to_owned()];
        lines.extend(
            self.because
                .iter()
                .map(|blocker| format!("because {blocker}")),
        );
        lines.extend(self.missing.iter().map(|fact| format!("missing {fact}")));
        lines.extend(self.notes.iter().map(|note| format!("noting {note}")));
        lines.extend(self.path.iter().map(|path| format!("by {path}")));
        let back = self.return_path.iter();
        lines.extend(back.map(|path| format!("returning by {path}")));
        let traffic = self.traffic.iter();
        lines.extend(traffic.map(|traffic| format!("carrying {traffic}")));
        lines.extend(self.fix.iter().map(|fix| format!("fix {fix}")));
        lines
    }

    /// The answer in the same words, as far as the truth says anything about it.
    fn same_lines_of(&self, answer: &Answer, fixes: &[Fix]) -> Vec<String> {
        let blockers = answer.explanations.iter();
        let missing = answer.missing.iter();
        Self {
            verdict: Some(answer.verdict),
            because: blockers
                .map(|e| format!("{} {} {} {}", e.code, e.component, e.direction, e.leg))
                .collect(),
            missing: missing
                .map(|m| format!("{} {}", m.fact, m.action().unwrap_or("-")))
                .collect(),
            notes: answer.notes.iter().map(|n| n.component.clone()).collect(),
            path: self.path.as_ref().map(|_| answer.path.join(" ")),
            return_path: self
                .return_path
                .as_ref()
                .map(|_| answer.return_path.join(" ")),
            traffic: self
                .traffic
                .as_ref()
                .map(|_| answer.reachable.describe().join("; ")),
            fix: self.fix.as_ref().map(|_| {
                fixes.first().map_or("none".to_owned(), |fix| {
                    let proof = if fix.verified { "verified" } else { "unproved" };
                    let account = fix.account.iter().map(|account| format!(" in {account}"));
                    format!("{proof} {}{}", fix.command(), account.collect::<String>())
                })
            }),
        }
        .lines()
    }
}

fn account(folder: &str) -> Snapshot {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reach/cases");
    let entries = fs::read_dir(cases.join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut reader = SnapshotReader::default();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        reader.add(file.display().to_string(), text).unwrap();
    }
    reader.finish().unwrap()
}
