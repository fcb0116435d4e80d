use std::fmt;

use super::transcript::Transcript;

/// Why a conversation didn't get to its end. Its texts are for people: they say what to do, and name no
/// more of a stream URL than its host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The stream URL isn't one that a token may be sent to.
    #[error(
        "ECS gave a stream URL that is no wss:// URL, so nothing was sent to it: look whether a proxy or an \
         endpoint URL of the environment changes what AWS answers"
    )]
    NotAUrl,
    /// Session Manager can't be reached from here: DNS, TCP or TLS failed.
    #[error(
        "Session Manager can't be reached at {host}: {how}. Allow TCP 443 to it from where this runs, or \
         give its VPC an interface endpoint for ssmmessages"
    )]
    Unreachable {
        /// The host of the stream URL.
        host: String,
        /// What failed.
        how: String,
    },
    /// Session Manager refuses the token.
    #[error(
        "Session Manager refuses the session's token ({0}): a token holds for a short time and for one \
         session. Start the probe again; if that is refused too, look for a policy of the ssmmessages VPC \
         endpoint that denies the caller"
    )]
    TokenRefused(String),
    /// The cluster's sessions are encrypted by a KMS key.
    #[error(
        "the session is encrypted by a KMS key; this program can't read such sessions. Probe with \
         sockets from the same subnet instead, or remove kmsKeyId from the cluster's \
         executeCommandConfiguration"
    )]
    Encrypted,
    /// The command couldn't be started in the container.
    #[error(
        "the container can't run the command: {0}. Its image seems to have no shell; probe another \
         container of the task, they all share its network interface"
    )]
    NoShell(String),
    /// The session ended before the end marker was seen.
    #[error("{}", closed(.reason.as_deref()))]
    Closed {
        /// What Session Manager or the agent said, if they did.
        reason: Option<String>,
    },
    /// The connection broke in the middle, and Session Manager didn't take it up again.
    ///
    /// The 20 minutes are ECS Exec's,
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>. That `ssm:TerminateSession`
    /// ends its sessions as it ends others is an assumption.
    #[error(
        "the connection to Session Manager broke after {received} bytes of output ({how}). Start the probe \
         again; what was started in the container ends with its session, at the latest when that was idle \
         for 20 minutes, or by `aws ssm terminate-session --session-id {session_id}`"
    )]
    Dropped {
        /// How it broke, and why it stayed so.
        how: String,
        /// The bytes of output until then.
        received: usize,
        /// The session that couldn't be ended.
        session_id: String,
    },
    /// There was no time left.
    #[error("{waiting_for} in time; {received} bytes of output came until then")]
    Deadline {
        /// What didn't come.
        waiting_for: WaitingFor,
        /// The bytes of output until then.
        received: usize,
    },
    /// The command printed more than anybody wants.
    #[error(
        "the command printed more than {limit} bytes, so it was ended: that is no output of a probe. Look \
         at what the container's shell prints when it starts"
    )]
    TooMuch {
        /// The most bytes that are taken.
        limit: usize,
    },
    /// The other end doesn't keep to the protocol.
    #[error(
        "the session's other end doesn't keep to Session Manager's protocol: {0}. Start the probe again; if \
         it happens again, update the SSM agent (the ECS agent's or the platform's version), or report it"
    )]
    Protocol(String),
}

impl Trouble {
    /// Whether no connection opened by which the session could have been ended.
    pub fn never_opened(&self) -> bool {
        matches!(
            self,
            Self::NotAUrl
                | Self::Unreachable { .. }
                | Self::TokenRefused(_)
                | Self::Deadline {
                    waiting_for: WaitingFor::Connection,
                    ..
                }
        )
    }
}

/// What a conversation waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingFor {
    /// The connection to Session Manager.
    Connection,
    /// The agent's first word.
    Agent,
    /// That the agent starts the command, after it asked who is there.
    Start,
    /// That the command says that it is ready.
    Ready,
    /// That the agent is there again: Session Manager said that it is away.
    Publication,
    /// The end marker.
    End,
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => {
                "the connection to Session Manager didn't open (allow TCP 443 to ssmmessages from where \
                 this runs)"
            }
            Self::Agent => {
                "the channel opened, but the task's agent said nothing (look whether the task itself can \
                 reach ssmmessages, and whether its ExecuteCommandAgent is RUNNING)"
            }
            Self::Start => "the agent said hello, but didn't start the command",
            Self::Ready => "the command started, but didn't say that it is ready",
            Self::Publication => {
                "Session Manager lost the task's agent and didn't find it again (look whether the task \
                 still runs)"
            }
            Self::End => "the command started, but didn't come to its end",
        })
    }
}

fn closed(reason: Option<&str>) -> String {
    let then = "Start the probe again; if it ends again, look whether the task was stopped and whether the \
                container has memory left";
    match reason {
        Some(reason) => format!("the session ended before the command did: {reason}. {then}"),
        None => format!("the session ended before the command did, without a reason. {then}"),
    }
}

/// A conversation that didn't get to its end.
#[derive(Debug, thiserror::Error)]
#[error("{trouble}")]
pub struct Failure {
    /// Why.
    pub trouble: Trouble,
    /// What was received until then.
    pub transcript: Transcript,
}

/// A text of somebody else's for a message: one line of at most 200 characters.
pub(super) fn quoted(text: &str) -> String {
    let line: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = line.join(" ");
    let short: String = line.chars().take(200).collect();
    short.trim_end_matches('.').to_owned()
}

/// Whether a text says that a command couldn't be started: the words of the agent, of Go's `exec` and of
/// container runtimes. No page lists them, so this is an assumption.
pub(super) fn tells_of_no_shell(text: &str) -> bool {
    let text = text.to_lowercase();
    let starting = ["unable to start command", "unable to start shell", "exec"];
    let missing = [
        "no such file or directory",
        "executable file not found",
        "permission denied",
        "exec format error",
        "failed to start pty",
    ];
    starting.iter().any(|words| text.contains(words))
        && missing.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_shell_is_told_from_other_ends() {
        for (text, expected) in [
            (
                r#"exec: "/bin/sh": stat /bin/sh: no such file or directory"#,
                true,
            ),
            (
                "Unable to start command: Failed to start pty: fork/exec /bin/sh: no such file or directory",
                true,
            ),
            (r#"exec: "sh": executable file not found in $PATH"#, true),
            ("fork/exec /bin/sh: exec format error", true),
            ("Session was terminated by the idle timeout", false),
            ("open /etc/ssm.json: no such file or directory", false),
            ("", false),
        ] {
            assert_eq!(tells_of_no_shell(text), expected, "{text}");
        }
    }

    #[test]
    fn a_quoted_text_is_one_short_line() {
        assert_eq!(
            quoted("\r\n----ERROR----\n\u{1b}[1mno shell.\n"),
            "----ERROR---- [1mno shell"
        );
        assert_eq!(quoted(&"ü".repeat(900)).chars().count(), 200);
    }
}
