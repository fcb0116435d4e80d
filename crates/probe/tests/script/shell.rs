use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use awsvpc_auditor_probe::script::Script;

/// What the tests give a shell to be known by, and its children too.
pub(crate) const MARK: &str = "AWSVPC_AUDITOR_PROBE_TEST";

/// Far longer than anything takes, also where ten others run.
const PATIENCE: Duration = Duration::from_secs(90);

/// The shells of images, each as the start of a command line.
pub(crate) const SHELLS: [&[&str]; 3] = [&["dash"], &["bash", "--posix"], &["busybox", "sh"]];

/// What is between the shell and who talks to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A pseudo-terminal, as ECS Exec has it.
    Terminal,
    Pipe,
}

/// A shell that runs.
pub(crate) struct Shell {
    child: Child,
    input: Option<ChildStdin>,
    said: Arc<Mutex<String>>,
}

impl Shell {
    /// Starts what ECS Exec is told to run, in a shell of our choice instead of `/bin/sh`. `enter` makes the
    /// command that starts a program where the shell is to be.
    pub(crate) fn start(
        script: &Script,
        shell: &[&str],
        line: Line,
        enter: impl FnOnce(&str) -> Command,
    ) -> Self {
        let words = shlex::split(&script.command()).unwrap();
        assert_eq!(words.first().map(String::as_str), Some("/bin/sh"));
        let mut words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        words.splice(0..0, shell.iter().copied());
        let mut command = match line {
            Line::Pipe => {
                let mut command = enter(words[0]);
                command.args(&words[1..]);
                command
            }
            Line::Terminal => {
                let mut command = enter("script");
                let inner = shlex::try_join(words).unwrap();
                command.args(["-qfec", &inner, "/dev/null"]);
                command
            }
        };
        command.env(MARK, script.end_marker());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        let child = command.spawn();
        let mut child = child.unwrap_or_else(|error| {
            panic!("{command:?}: {error}; see main.rs for what to install")
        });
        let said = Arc::new(Mutex::new(String::new()));
        listen(child.stdout.take().unwrap(), &said);
        listen(child.stderr.take().unwrap(), &said);
        Self {
            input: child.stdin.take(),
            child,
            said,
        }
    }

    /// What it printed until now.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub(crate) fn wait_for(&self, words: &str) {
        let started = Instant::now();
        while !self.said().contains(words) {
            assert!(
                started.elapsed() < PATIENCE,
                "no {words} in {:?}",
                self.said()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn type_in(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// Ends its input, and waits for it to end.
    pub(crate) fn end_input(&mut self) {
        self.input = None;
        self.child.wait().unwrap();
    }

    /// Takes the other end of the line away.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Types the script in, waits for the shell to end, and gives what it printed.
    pub(crate) fn finish(mut self, script: &Script) -> String {
        self.wait_for(&script.ready_marker());
        self.type_in(&script.input());
        self.wait_for(&script.end_marker());
        self.input = None;
        let started = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(
                started.elapsed() < PATIENCE,
                "it never ends: {:?}",
                self.said()
            );
            thread::sleep(Duration::from_millis(10));
        }
        self.said()
    }
}

fn listen(mut from: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = Arc::clone(said);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let text = String::from_utf8_lossy(&bytes[..count]);
            said.lock().unwrap().push_str(&text);
        }
    });
}

/// The processes that a shell started and that still run, as their command lines.
fn still_running(script: &Script) -> Vec<String> {
    let mark = format!("{MARK}={}", script.end_marker());
    let is_marked = |environment: Vec<u8>| {
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| std::fs::read(process.path().join("environ")).is_ok_and(is_marked))
        .map(|process| {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).replace('\0', " ")
        })
        .collect()
}

/// Waits until nothing runs any more, and says what does if that takes longer than it may.
pub(crate) fn assert_nothing_runs(script: &Script, within: Duration) {
    let started = Instant::now();
    loop {
        let running = still_running(script);
        if running.is_empty() {
            return;
        }
        assert!(started.elapsed() < within, "these still run: {running:?}");
        thread::sleep(Duration::from_millis(50));
    }
}
