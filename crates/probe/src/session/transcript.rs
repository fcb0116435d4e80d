use std::borrow::Cow;
use std::fmt;

/// The most bytes of output that are taken.
pub(super) const LIMIT: usize = 1024 * 1024;

/// What a command printed. Debug shows how much, not what.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    output: Vec<u8>,
    /// The exit code, where the agent tells it: only for commands without a terminal.
    pub exit_code: Option<i32>,
    /// What the account's administrators tell everybody who opens a session.
    pub customer_message: Option<String>,
}

impl Transcript {
    /// What came, as it came: with CRLF, echo and escape sequences, standard error mixed in.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// The same as text, with a replacement character for what is none.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.output)
    }

    /// Whether there was room for it.
    pub(super) fn push(&mut self, output: &[u8]) -> bool {
        let room = LIMIT.saturating_sub(self.output.len());
        self.output.extend(output.iter().take(room));
        output.len() <= room
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript")
            .field("bytes", &self.output.len())
            .field("exit_code", &self.exit_code)
            .finish_non_exhaustive()
    }
}

/// Looks for a line that holds a marker in output that comes bit by bit.
#[derive(Debug)]
pub(super) struct Search {
    marker: Vec<u8>,
    /// No line that starts before this place holds the marker.
    line: usize,
    seen: bool,
}

impl Search {
    pub(super) fn new(marker: &str) -> Self {
        Self {
            marker: marker.as_bytes().to_vec(),
            line: 0,
            seen: false,
        }
    }

    /// Whether such a line is there and complete. `output` is all of it, with more at its end each time.
    pub(super) fn look(&mut self, output: &[u8]) -> bool {
        while !self.seen {
            let rest = output.get(self.line..).unwrap_or_default();
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                break;
            };
            let line = rest.get(..end).unwrap_or_default();
            self.seen = self.is_in(line);
            self.line += end + 1;
        }
        self.seen
    }

    /// Whether it was there, or is in the last line, which nobody will complete.
    pub(super) fn look_at_end(&mut self, output: &[u8]) -> bool {
        self.look(output) || self.is_in(output.get(self.line..).unwrap_or_default())
    }

    fn is_in(&self, line: &[u8]) -> bool {
        !self.marker.is_empty() && line.windows(self.marker.len()).any(|at| at == self.marker)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_marker_counts_with_its_whole_line() {
        let mut search = Search::new("END");
        assert!(!search.look(b"one\r\nEN"));
        assert!(!search.look(b"one\r\nEND 0"));
        assert!(!search.look(b"one\r\nEND 0\r"));
        assert!(search.look(b"one\r\nEND 0\r\n"));
        assert!(Search::new("END").look_at_end(b"one\r\nEND 0"));
        assert!(!Search::new("END").look_at_end(b"EN\nD"));
        assert!(!Search::new("").look_at_end(b"\n\n"));
    }

    #[test]
    fn a_transcript_takes_what_there_is_room_for() {
        let mut transcript = Transcript::default();
        assert!(transcript.push(&vec![b'x'; LIMIT - 1]));
        assert!(transcript.push(b"y"));
        assert!(!transcript.push(b"z"));
        assert_eq!(transcript.output().len(), LIMIT);
    }

    proptest! {
        #[test]
        fn a_marker_is_found_however_the_output_is_cut(
            before in "[a-zE\r\n]{0,60}",
            after in "[a-z\r\n]{0,20}",
            cut in 1..9_usize,
        ) {
            let output = format!("{before}END 0\r\n{after}").into_bytes();
            let complete = before.len() + "END 0\r\n".len();
            let mut search = Search::new("END");
            for end in (0..output.len()).step_by(cut).chain([output.len()]) {
                prop_assert_eq!(search.look(&output[..end]), end >= complete);
            }
        }
    }
}
