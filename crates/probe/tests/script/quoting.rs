use std::process::Command;

use awsvpc_auditor_probe::script::quote;
use proptest::prelude::*;

/// What shells take for something else than text.
const TRAPS: [&str; 16] = [
    "'",
    "\"",
    "\\",
    "`touch ran`",
    "$(touch ran)",
    "${nl}",
    "$nl",
    "\n",
    "\r\n",
    "; touch ran;",
    "& touch ran &",
    "\u{3}",
    "\u{4}",
    "*",
    "~",
    "# end ",
];

fn words() -> impl Strategy<Value = Vec<String>> {
    let part = prop_oneof![
        prop::sample::select(TRAPS.as_slice()).prop_map(str::to_owned),
        "[a-z0-9.:-]{0,8}",
        any::<char>()
            .prop_filter("no word has it", |c| *c != '\0')
            .prop_map(String::from),
        "[ -~]{90,120}",
    ];
    let word = prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat());
    prop::collection::vec(word, 1..12)
}

/// What a shell gets, and the names of the files that it made.
fn got(shell: &[&str], words: &[String]) -> (Vec<u8>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let quoted: Vec<_> = words.iter().map(|word| quote(word)).collect();
    let text = format!("printf '%s\\0' {}", quoted.join(" "));
    for line in text.lines() {
        assert!(line.len() < 8_000 && line.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .args([
            "-c",
            "nl=$(echo; echo .); nl=${nl%.}; eval \"$1\"",
            "sh",
            &text,
        ])
        .current_dir(folder.path())
        .output()
        .unwrap_or_else(|error| panic!("{shell:?}: {error}; see main.rs for what to install"));
    let files = std::fs::read_dir(folder.path()).unwrap().flatten();
    let files = files.map(|file| file.file_name().to_string_lossy().into_owned());
    ([output.stdout, output.stderr].concat(), files.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_word_is_what_it_was_in_every_shell(words in words()) {
        let expected: Vec<u8> = words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect();
        for shell in [["sh"].as_slice(), &["dash"], &["bash", "--posix"], &["busybox", "sh"]] {
            let (printed, files) = got(shell, &words);
            prop_assert_eq!(&printed, &expected, "{:?}", shell);
            prop_assert!(files.is_empty(), "{:?} made {:?}", shell, files);
        }
    }

    #[test]
    fn a_word_stands_on_short_lines(word in ".{0,600}") {
        for line in quote(&word).lines() {
            prop_assert!(line.len() < 1000);
        }
    }
}
