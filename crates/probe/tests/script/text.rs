//! What may not be in the script.

use awsvpc_auditor_probe::script::Script;

use crate::{limits, targets};

fn script() -> Script {
    let long = format!("{}.example.com:443", ["abcdefghi"; 23].join("."));
    Script::new(
        &targets(&[
            "db.example.com:5432",
            &long,
            "10.0.0.1:1",
            "[fd00::1]:443/tls",
        ]),
        &limits(4, 20),
    )
}

#[test]
fn a_terminal_passes_the_input_on() {
    let input = script().input();
    assert!(input.ends_with('\n'));
    for line in input.lines() {
        assert!(line.len() < 1000, "{line}");
        assert!(
            line.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{line}"
        );
    }
}

#[test]
fn an_echo_is_no_answer() {
    let script = script();
    let nonce = script.end_marker();
    let nonce = nonce.trim_start_matches('~').split(' ').next().unwrap();
    assert_eq!(nonce.len(), 32);
    assert!(!script.input().contains(nonce));
    assert!(!script.command().contains(nonce));
    let other = Script::new(&[], &limits(4, 20));
    assert_ne!(script.end_marker(), other.end_marker());
}

#[test]
fn the_command_is_three_words() {
    let command = script().command();
    let words = shlex::split(&command).unwrap();
    assert_eq!(words[..2], ["/bin/sh", "-c"]);
    assert_eq!(words.len(), 3);
    assert!(!words[2].contains('\''));
    assert!(!command.contains('\n'));
}

#[test]
fn nothing_is_written_and_no_variable_is_printed() {
    let input = script().input();
    let is_part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    // With words after it, `set` prints none.
    let without_words = input.replace("set -- ", "");
    let mut words = without_words.split(|c: char| !is_part_of_word(c));
    assert!(!words.any(|word| ["env", "set", "printenv", "declare", "typeset"].contains(&word)));
    assert!(!input.contains("<<") && !input.contains(">>") && !input.contains("export -p"));
    for (at, _) in input.match_indices('>') {
        let (before, to) = (&input[..at], &input[at + 1..]);
        // Perl's, Bash's name for a connection, and no redirection at all.
        let is_perl = before.ends_with(['=', '-']);
        let harmless = ["/dev/null", "&1", "\"/dev/tcp/$1/$2\"'"];
        let is_harmless = harmless.iter().any(|harmless| to.starts_with(harmless));
        assert!(is_perl || is_harmless, "{}", to.lines().next().unwrap());
    }
}
