use std::fs::{self, File};
use std::future::Future;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};

use super::error::LabError;

/// Where a namespace keeps the files that it shows instead of the machine's.
const FILES: &str = "/mnt";

/// A network of its own, with a resolv.conf and a hosts file of its own.
///
/// It has no name: the kernel removes it with the last descriptor, thread and process in it, so that a
/// run that is killed leaves nothing behind and any number of runs fit next to each other.
#[derive(Debug)]
pub struct Namespace {
    network: File,
    mounts: File,
}

impl Namespace {
    /// An empty network: a loopback interface, no name server, `localhost` in the hosts file.
    pub(super) fn new() -> Result<Self, LabError> {
        let namespace = on_thread(|| {
            unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS)
                .map_err(|errno| LabError::privileged("making a namespace", errno))?;
            mount_files()?;
            let open = |path| {
                File::open(path).map_err(|error| LabError::system(format!("opening {path}"), error))
            };
            Ok(Self {
                network: open("/proc/thread-self/ns/net")?,
                mounts: open("/proc/thread-self/ns/mnt")?,
            })
        })??;
        namespace.write("/etc/resolv.conf", "")?;
        namespace.write("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")?;
        namespace.ip(&["link set lo up".to_owned()])?;
        Ok(namespace)
    }

    /// Runs something within the namespace, on a thread of its own, and waits for it.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, LabError> {
        on_thread(|| self.enter().map(|()| work()))?
    }

    /// Runs something asynchronous within the namespace, on a thread and a runtime of its own, and waits
    /// for it. What it spawns is in the namespace too.
    pub fn block_on<F: Future>(
        &self,
        work: impl FnOnce() -> F + Send,
    ) -> Result<F::Output, LabError>
    where
        F::Output: Send,
    {
        self.run(|| Ok(runtime()?.block_on(work())))?
    }

    /// A command that runs within the namespace. Its process is the program's own: what kills it kills
    /// the program. The namespace must outlive its start.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net={}", path_of(&self.network).display()))
            .arg(format!("--mount={}", path_of(&self.mounts).display()))
            .arg("--")
            .arg(program);
        command
    }

    /// Replaces the content of `/etc/resolv.conf` or `/etc/hosts`, and writes to `/proc/sys/net`.
    pub fn write(&self, path: &str, content: &str) -> Result<(), LabError> {
        self.run(|| fs::write(path, content))?
            .map_err(|error| LabError::system(format!("writing {path} in a namespace"), error))
    }

    /// Moves the calling thread into the namespace, for good.
    pub(super) fn enter(&self) -> Result<(), LabError> {
        // A thread that shares its working directory with others may not change its mounts.
        unshare(CloneFlags::CLONE_FS)
            .and_then(|()| setns(&self.network, CloneFlags::CLONE_NEWNET))
            .and_then(|()| setns(&self.mounts, CloneFlags::CLONE_NEWNS))
            .map_err(|errno| LabError::privileged("entering a namespace", errno))
    }

    /// Gives `ip` some commands. Those whose words don't show their family are for IPv4.
    pub(super) fn ip(&self, commands: &[String]) -> Result<(), LabError> {
        self.run_ip("ip", &["-batch", "-"], commands)
    }

    /// Gives `ip` some commands for IPv6.
    pub(super) fn ip_v6(&self, commands: &[String]) -> Result<(), LabError> {
        self.run_ip("ip -6", &["-6", "-batch", "-"], commands)
    }

    fn run_ip(&self, name: &str, options: &[&str], commands: &[String]) -> Result<(), LabError> {
        let start = |error| LabError::start("ip", "iproute2 (iproute)", error);
        let run = || {
            let mut ip = Command::new("ip")
                .args(options)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            // Dropped at the end of the statement, which closes it.
            if let Some(mut input) = ip.stdin.take() {
                input.write_all(commands.join("\n").as_bytes())?;
            }
            ip.wait_with_output()
        };
        let output = self.run(run)?.map_err(start)?;
        if output.status.success() {
            return Ok(());
        }
        Err(LabError::Command {
            command: format!("{name}: {}", commands.join("; ")),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Where other processes find the network.
    pub(super) fn network_path(&self) -> PathBuf {
        path_of(&self.network)
    }
}

/// A runtime whose threads all are children of the calling one, and so in its namespace.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, LabError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| LabError::system("starting a runtime", error))
}

fn on_thread<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, LabError> {
    thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => Ok(done),
        // A failed assertion is the test's own.
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn path_of(file: &File) -> PathBuf {
    PathBuf::from(format!(
        "/proc/{}/fd/{}",
        std::process::id(),
        file.as_raw_fd()
    ))
}

/// Has the thread's mounts show its own network and name servers.
fn mount_files() -> Result<(), LabError> {
    const NONE: Option<&str> = None;
    let failed = |errno| LabError::privileged("mounting the files of a namespace", errno);
    mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE).map_err(failed)?;
    // The machine's shows the interfaces of the machine.
    mount(Some("lab"), "/sys", Some("sysfs"), MsFlags::empty(), NONE).map_err(failed)?;
    mount(Some("lab"), FILES, Some("tmpfs"), MsFlags::empty(), NONE).map_err(failed)?;
    for name in ["resolv.conf", "hosts"] {
        let own = format!("{FILES}/{name}");
        File::create(&own).map_err(|error| LabError::system(format!("creating {own}"), error))?;
        let shown = format!("/etc/{name}");
        mount(
            Some(own.as_str()),
            shown.as_str(),
            NONE,
            MsFlags::MS_BIND,
            NONE,
        )
        .map_err(failed)?;
    }
    Ok(())
}
