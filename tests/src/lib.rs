//! Runs the real binary with nothing of the surroundings but what a test gives it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "support for tests, which fail by panicking"
)]

pub mod emulators;
pub mod event_bus;
pub mod inbox;
pub mod insider;
pub mod lambda_api;
pub mod migration;
pub mod recorder;
pub mod stack;
pub mod state_table;
pub mod tools;
pub mod world;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the repository is there")
}

/// Built once for each test process; Cargo finds it warm.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| build("awsvpc-auditor"));

static MONITOR: LazyLock<PathBuf> = LazyLock::new(|| build("vpc-monitor"));

fn build(binary: &str) -> PathBuf {
    let run = escargot::CargoBuild::new()
        .manifest_path(root().join("Cargo.toml"))
        // The same packages and features as the test run itself: the AWS SDK is compiled once.
        .arg("--workspace")
        .bin(binary)
        .features("awsvpc-auditor/aws")
        .run()
        .expect("the binary builds");
    run.path().to_owned()
}

/// The monitor's function as it was built for the tests, not as it is packaged.
pub fn monitor_binary() -> &'static Path {
    &MONITOR
}

/// What a run of the program did.
#[derive(Debug)]
pub struct Run {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Everything a person would see, for snapshots.
    pub fn shown(&self) -> String {
        format!(
            "status {}\n--- output\n{}--- error\n{}",
            self.status, self.stdout, self.stderr
        )
    }
}

/// The command line as it was built for the tests, with access to AWS.
pub fn auditor_binary() -> &'static Path {
    &BINARY
}

/// Runs the program in the repository's root.
pub fn auditor<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Run {
    let output = Command::new(&*BINARY)
        .args(arguments)
        .current_dir(root())
        .env_clear()
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
