//! A command on a pseudo-terminal, which `script` of util-linux makes.

use std::fs;
use std::io;
use std::process::{Command as StdCommand, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Every process of a session inherits it, whatever becomes of its parents.
const MARK: &str = "AWSVPC_AUDITOR_LAB_SESSION";

/// Makes sure that there is a `script` that can do what is needed here.
pub(super) fn require_script() {
    let help = StdCommand::new("script").arg("--help").output();
    let help = help.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    assert!(
        help.is_ok_and(|help| help.contains("--echo")),
        "`script` makes the terminal: install util-linux 2.37 or newer (Debian: bsdutils)"
    );
}

/// A running command. It and all that it started are killed with it.
pub(super) struct Shell {
    session: Uuid,
    input: mpsc::UnboundedSender<Vec<u8>>,
    output: ChildStdout,
    _script: Child,
}

impl Shell {
    pub(super) fn start(command: &str, session: Uuid) -> Self {
        let mut script = Command::new("script")
            .args([
                "--quiet",
                "--flush",
                "--return",
                "--echo",
                "always",
                "--command",
                command,
            ])
            .arg("/dev/null")
            .env("SHELL", "/bin/sh")
            .env(MARK, session.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("`script` starts");
        let mut stdin = script.stdin.take().expect("it was piped");
        let (input, mut typed) = mpsc::unbounded_channel::<Vec<u8>>();
        // A command that doesn't read must not keep the agent from listening.
        tokio::spawn(async move {
            while let Some(bytes) = typed.recv().await {
                if stdin.write_all(&bytes).await.is_err() {
                    break;
                }
            }
        });
        Self {
            session,
            input,
            output: script.stdout.take().expect("it was piped"),
            _script: script,
        }
    }

    /// What the command printed next, at most a frame of it; nothing once it ended.
    pub(super) async fn read(&mut self) -> Vec<u8> {
        let mut buffer = [0; 1024];
        let read = self.output.read(&mut buffer).await.unwrap_or(0);
        buffer[..read].to_vec()
    }

    /// Types something. That a command ended and doesn't read any more is no failure.
    pub(super) fn write(&self, input: &[u8]) {
        let _ = self.input.send(input.to_vec());
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Those that a process starts while others are killed are found the next time.
        for _ in 0..200 {
            let left = processes(self.session);
            if left.is_empty() {
                break;
            }
            // One that was killed needs a moment to go.
            sleep(Duration::from_millis(2));
            for process in left {
                let _ = StdCommand::new("/bin/sh")
                    .args(["-c", "kill -KILL \"$1\"", "sh", &process.to_string()])
                    .stderr(Stdio::null())
                    .status();
            }
        }
    }
}

/// The processes of a session that still run.
pub(super) fn processes(session: Uuid) -> Vec<u32> {
    let mark = format!("{MARK}={session}");
    let entries = fs::read_dir("/proc").expect("processes are looked for in /proc");
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers
        .filter(|process: &u32| {
            // One that ended meanwhile, and a zombie, have nothing to read.
            let environment: io::Result<Vec<u8>> = fs::read(format!("/proc/{process}/environ"));
            environment.is_ok_and(|all| {
                all.split(|byte| *byte == 0)
                    .any(|one| one == mark.as_bytes())
            })
        })
        .collect()
}
