/// Whether text may carry terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain text.
    Plain,
    /// ANSI escape sequences.
    Ansi,
}

impl Style {
    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    /// What works.
    pub(super) fn good(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What doesn't.
    pub(super) fn bad(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    /// What isn't known.
    pub(super) fn open(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// What stands back.
    pub(super) fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// What stands out.
    pub(super) fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }
}
