use std::fmt::Write;

/// How much of a word stands on one line: a terminal takes 4,095 bytes of a line, and lines are kept far
/// shorter than that.
const ON_A_LINE: usize = 100;

/// A text as one word of a POSIX shell in which [`Script`](super::Script) runs: printable ASCII only, which
/// a terminal passes on as it is. A line feed is the script's own variable `nl`. NUL, which no word can
/// hold, is left out.
pub fn quote(text: &str) -> String {
    let mut word = String::from("''");
    for part in text.as_bytes().chunks(ON_A_LINE) {
        if word.len() > 2 {
            word.push_str("\\\n");
        }
        for run in part.chunk_by(|a, b| Form::of(*a) == Form::of(*b)) {
            append(&mut word, run);
        }
    }
    word
}

/// How a byte is written.
#[derive(PartialEq, Eq)]
enum Form {
    AsIs,
    SingleQuote,
    LineFeed,
    Octal,
    Never,
}

impl Form {
    fn of(byte: u8) -> Self {
        match byte {
            0 => Self::Never,
            b'\n' => Self::LineFeed,
            b'\'' => Self::SingleQuote,
            b' '..=b'~' => Self::AsIs,
            _ => Self::Octal,
        }
    }
}

fn append(word: &mut String, run: &[u8]) {
    match run.first().map(|byte| Form::of(*byte)) {
        Some(Form::AsIs) => {
            word.push('\'');
            word.extend(run.iter().map(|byte| char::from(*byte)));
            word.push('\'');
        }
        Some(Form::SingleQuote) => {
            word.push('"');
            word.extend(run.iter().map(|byte| char::from(*byte)));
            word.push('"');
        }
        // A command's output loses the line feeds at its end, a variable doesn't.
        Some(Form::LineFeed) => run.iter().for_each(|_| word.push_str("\"$nl\"")),
        Some(Form::Octal) => {
            word.push_str("\"$(printf '");
            for byte in run {
                // Writing to a string can't fail.
                let _ = write!(word, "\\{byte:03o}");
            }
            word.push_str("')\"");
        }
        Some(Form::Never) | None => {}
    }
}
