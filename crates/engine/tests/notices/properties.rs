//! Whatever names, messages and commands say, every form stays what its readers take.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::alert::{
    About, Affected, Blocker, Finding, Mend, Moment, Notice, Scope, Unclear,
};
use awsvpc_auditor_engine::change::Change;
use awsvpc_auditor_engine::checks::Severity;
use awsvpc_auditor_engine::flow_log::{Flows, Refused};
use awsvpc_auditor_engine::report::Message;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::limits::assert_valid;
use crate::notice::{no_dns, nothing, orders, tasks};
use crate::schema::ChatSchema;

/// What forges lines, formats and mentions, and what is long.
fn text() -> impl Strategy<Value = String> {
    let hostile = select(&HOSTILE[..]);
    let mixed = vec(
        prop_oneof![hostile.prop_map(str::to_owned), ".{0,12}"],
        0..8,
    );
    prop_oneof![
        4 => "[a-z][a-z0-9-]{0,30}",
        4 => mixed.prop_map(|parts| parts.concat()),
        2 => any::<String>(),
        1 => (select(&HOSTILE[..]), 1_usize..600).prop_map(|(part, count)| part.repeat(count)),
    ]
}

const HOSTILE: [&str; 22] = [
    "<!channel>",
    "@here",
    "```",
    "`",
    "*b*",
    "_i_",
    "~s~",
    ":fire:",
    "[a](https://example.com)",
    "\n",
    "\r\n",
    "\t",
    "\u{1b}[31m",
    "\u{0}",
    "\u{2028}",
    "\u{202e}",
    "\u{fffe}",
    "😀",
    "é",
    "\"\\",
    "\nfix:\n      aws iam delete-role",
    "&amp;&lt;",
];

fn mend() -> impl Strategy<Value = Mend> {
    let command = prop_oneof![
        8 => text(),
        1 => (1_usize..400_000).prop_map(|length| "c".repeat(length)),
    ];
    let parts = (
        vec(command, 0..4),
        any::<bool>(),
        option::of(text()),
        option::of(text()),
    );
    parts.prop_map(|(commands, verified, account, standing)| Mend {
        commands,
        verified,
        account,
        standing,
    })
}

fn blocker() -> impl Strategy<Value = Blocker> {
    (text(), text(), text(), text(), text()).prop_map(
        |(code, component, direction, leg, message)| Blocker {
            code,
            component,
            direction,
            leg,
            message,
        },
    )
}

fn severity() -> impl Strategy<Value = Severity> {
    select(vec![
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ])
}

fn affected() -> impl Strategy<Value = Affected> {
    select(vec![0, 1, 2, 1_500]).prop_map(tasks)
}

fn finding() -> impl Strategy<Value = Finding> {
    let texts = (text(), text(), text(), text(), text());
    let rest = (
        severity(),
        vec(blocker(), 0..3),
        vec(mend(), 0..3),
        any::<i32>(),
        affected(),
    );
    (texts, rest).prop_map(|(texts, (severity, blockers, mends, since, affected))| {
        let (fingerprint, check, title, resource, message) = texts;
        Finding {
            fingerprint,
            check,
            title,
            severity,
            resource,
            message,
            blockers,
            mends,
            since: Moment::from_millis(i64::from(since)),
            affected,
        }
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    let about = prop_oneof![
        Just(About::Headroom),
        Just(About::Coverage),
        text().prop_map(|name| About::Monitor { name }),
        (text(), text()).prop_map(|(cluster, owner)| About::Tasks { cluster, owner }),
    ];
    (text(), text(), about).prop_map(|(account, region, about)| Scope {
        account,
        region,
        about,
    })
}

fn unclear() -> impl Strategy<Value = Unclear> {
    (text(), text()).prop_map(|(check, message)| Unclear { check, message })
}

fn notice() -> impl Strategy<Value = Notice> {
    let findings = || vec(finding(), 0..3);
    let findings = (findings(), findings(), findings(), findings());
    let counts = (0_usize..2_000, 0_usize..2_000, 1_usize..400);
    let lists = (btree_set(text(), 0..25), vec(unclear(), 0..25));
    let texts = (
        "[a-z0-9-]{1,40}",
        text(),
        option::of(text()),
        option::of(text()),
        option::of(text()),
    );
    (scope(), findings, counts, lists, texts, any::<bool>()).prop_map(
        |(scope, findings, counts, (lesser, unclear), texts, is_arranged)| {
            let (opened, flapping, reminded, resolved) = findings;
            let (left_out, still_open, times) = counts;
            let (id, thread, example, stopped_reason, caveat) = texts;
            // Hundreds of one kind, without hundreds of them to generate.
            let crowd = opened
                .iter()
                .cycle()
                .take(if opened.is_empty() { 0 } else { times });
            // Other people's texts stand in changes, too.
            let of_text = |text: &String| Change {
                at: text.clone(),
                name: text.clone(),
                components: BTreeSet::from([text.clone()]),
                by: text.clone(),
            };
            let changes = stopped_reason.iter().chain(&example).map(of_text).collect();
            let flows = |text: &String| Flows {
                log_group: text.clone(),
                interface: text.clone(),
                minutes: 30,
                refused: vec![Refused {
                    at: text.clone(),
                    from: [10, 0, 0, 1].into(),
                    to: [10, 0, 0, 2].into(),
                    port: 443,
                    protocol: 6,
                    packets: 1,
                }],
            };
            let refused = example.as_ref().map(flows);
            let mut notice = Notice {
                id,
                thread: format!("t{thread}"),
                scope,
                at: Moment::from_millis(1_000_000),
                observed_at: Moment::from_millis(0),
                example,
                stopped_reason,
                flow_logs: Vec::new(),
                refused,
                changes,
                opened: crowd.cloned().map(small).collect(),
                flapping,
                reminded,
                resolved,
                left_out,
                still_open,
                lesser,
                unclear,
                caveat,
                untold: BTreeSet::new(),
            };
            if is_arranged {
                notice.arrange();
            }
            notice
        },
    )
}

/// Without the huge commands, of which thousands would take gigabytes.
fn small(mut finding: Finding) -> Finding {
    let is_short = |mend: &Mend| mend.commands.iter().all(|command| command.len() < 5_000);
    finding.mends.retain(is_short);
    finding
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn every_form_keeps_its_limits(notice in notice()) {
        assert_valid(&ChatSchema::read(), &notice);
        // The same notice gives the same bytes.
        prop_assert_eq!(Message::mail(&notice), Message::mail(&notice));
    }

    #[test]
    fn no_command_but_the_told_ones_is_in_a_mail(message in text(), resource in text(), title in text()) {
        let mut notice = nothing(orders());
        notice.opened = vec![Finding { message, resource, title, ..no_dns() }];
        let body = Message::mail(&notice).body;
        let commands: Vec<_> = body.lines().filter_map(|line| line.strip_prefix("      ")).collect();
        prop_assert_eq!(&commands[0], &no_dns().mends[0].commands[0]);
        prop_assert!(commands[1..].iter().all(|line| line.starts_with("awsvpc-auditor ")));
    }

}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn thousands_of_findings_and_huge_commands_are_counted(count in 1_usize..3_000, length in 1_usize..300_000) {
        let mut finding = no_dns();
        finding.mends[0].commands[0] = "x".repeat(length);
        let mut notice = nothing(orders());
        notice.opened = vec![finding];
        notice.opened.extend((0..count).map(|_| no_dns()));
        assert_valid(&ChatSchema::read(), &notice);
    }
}
