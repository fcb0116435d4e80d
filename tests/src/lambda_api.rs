//! The Lambda Runtime API, as AWS's own service offers it to a function's process: it starts a
//! binary and feeds it one invocation after another, warm.

mod service;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::tools::{ACCOUNT, REGION};
use service::{Invocation, Said};

/// How a function's process ended an invocation, or itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It responded.
    Response(Value),
    /// It reported an error; Lambda would give the batch back to the queue.
    Error(Value),
    /// It could not start, and said why.
    InitError(Value),
    /// It ended without a word: its exit status, -1 for a signal.
    Exit(i32),
    /// It took longer than it was given.
    Timeout,
}

/// A function's process, warm until dropped.
#[derive(Debug)]
pub struct Function {
    process: Child,
    started: Instant,
    first_next: Option<Duration>,
    invocations: tokio::sync::mpsc::UnboundedSender<Invocation>,
    said: mpsc::Receiver<Said>,
    count: usize,
    directory: TempDir,
    timeout: Duration,
    runtime: Option<Runtime>,
}

impl Function {
    /// Starts `binary` as Lambda does, with nothing else in its environment. An invocation may take
    /// `timeout`, which the binary is told as its deadline.
    pub fn start(binary: &Path, environment: &[(&str, &str)], timeout: Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .expect("a free port");
        let address = listener.local_addr().expect("the listener has an address");
        let (invocations, waiting) = tokio::sync::mpsc::unbounded_channel();
        let (tell, said) = mpsc::channel();
        let router = service::router(waiting, tell);
        runtime.spawn(async move { axum::serve(listener, router).await });

        let directory = TempDir::with_prefix("awsvpc-auditor-").expect("a temporary directory");
        let output = File::create(directory.path().join("output")).expect("the log can be made");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "task-auditor")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/task-auditor")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "tests")
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a second handle of the log"))
            .stderr(output);
        let started = Instant::now();
        let process = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        Self {
            process,
            started,
            first_next: None,
            invocations,
            said,
            count: 0,
            directory,
            timeout,
            runtime: Some(runtime),
        }
    }

    /// The time from the start of the process to its first question for work. Fails with what it
    /// printed if it ends instead.
    pub fn first_next(&mut self) -> Duration {
        loop {
            if let Some(time) = self.first_next {
                return time;
            }
            match self.listen() {
                Ok(Said::Next(_)) => {}
                said => panic!("{said:?} before any work:\n{}", self.output()),
            }
        }
    }

    /// Gives it `event` and waits for what it makes of it.
    pub fn invoke(&mut self, event: &Value) -> Outcome {
        self.count += 1;
        // No two invocations of an account have the same.
        let id = format!(
            "{:08x}-0000-4000-8000-{:012}",
            self.process.id(),
            self.count
        );
        let sent = self.invocations.send(Invocation {
            id: id.clone(),
            event: event.to_string(),
            arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:task-auditor"),
            timeout: self.timeout,
        });
        if sent.is_err() {
            return self.ended();
        }
        loop {
            match self.listen() {
                Ok(Said::Done(done, outcome)) if done == id => return outcome,
                // An answer to other work is too late: that has timed out.
                Ok(Said::Done(..) | Said::Next(_)) => {}
                Ok(Said::InitError(error)) => return Outcome::InitError(error),
                Err(outcome) => return outcome,
            }
        }
    }

    /// What the process says next.
    fn listen(&mut self) -> Result<Said, Outcome> {
        let until = Instant::now() + self.timeout;
        loop {
            match self.said.recv_timeout(Duration::from_millis(50)) {
                Ok(said) => {
                    if let Said::Next(when) = said {
                        let start = self.started;
                        self.first_next
                            .get_or_insert_with(|| when.saturating_duration_since(start));
                    }
                    return Ok(said);
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(self.ended()),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let status = self.process.try_wait().expect("the process can be asked");
                    // It may have spoken between the two looks.
                    if let Ok(said) = self.said.try_recv() {
                        return Ok(said);
                    }
                    if let Some(status) = status {
                        return Err(Outcome::Exit(status.code().unwrap_or(-1)));
                    }
                    if Instant::now() > until {
                        return Err(Outcome::Timeout);
                    }
                }
            }
        }
    }

    fn ended(&mut self) -> Outcome {
        let status = self.process.wait().expect("the process can be waited for");
        Outcome::Exit(status.code().unwrap_or(-1))
    }

    /// The most memory that it had resident, in bytes: the kernel's own count.
    pub fn peak_memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{path}: {error} (this needs Linux)"));
        let kilobytes: u64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"))
            .and_then(|number| number.trim().parse().ok())
            .unwrap_or_else(|| panic!("no VmHWM in {path}: the process has ended\n{status}"));
        kilobytes * 1024
    }

    /// Its process, for whoever wants to end it in the middle of its work.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// What it printed so far, to standard output and error: its log.
    pub fn output(&self) -> String {
        let output = fs::read(self.directory.path().join("output")).expect("the log can be read");
        String::from_utf8_lossy(&output).into_owned()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // A failure here must not hide the test's own.
        drop(self.process.kill().and_then(|()| self.process.wait()));
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
