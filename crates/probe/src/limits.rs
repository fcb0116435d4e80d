use std::time::Duration;

/// How long a probe may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For each step: a name's answer, a connection, a handshake.
    pub step: Duration,
    /// For all of it. What wasn't asked by then is told as not asked.
    pub whole: Duration,
}

impl Default for Limits {
    /// Ten targets that swallow everything end within half a minute, the session's own time included.
    fn default() -> Self {
        Self {
            step: Duration::from_secs(4),
            whole: Duration::from_secs(20),
        }
    }
}
