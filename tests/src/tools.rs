//! The programs that `make test` installs: SAM, cargo-lambda, cfn-lint, the AWS CLI and the two
//! emulators.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// Names the directory of the programs.
const VARIABLE: &str = "AWSVPC_AUDITOR_TOOLS";

/// The region that everything local runs in.
pub const REGION: &str = "eu-central-1";

/// The account that both emulators play. moto's own default, which ministack is told.
pub const ACCOUNT: &str = "123456789012";

/// The directory of the programs.
pub fn directory() -> PathBuf {
    let directory = env::var_os(VARIABLE).map_or_else(
        || panic!("{VARIABLE} is not set: run `make test`, which installs the tools and sets it"),
        PathBuf::from,
    );
    assert!(
        directory.join("sam").exists(),
        "{VARIABLE} is {}, where there is no `sam`: run `make test`, which installs the tools",
        directory.display()
    );
    directory
}

/// A program of these, with credentials that no AWS account knows and no endpoint.
pub fn program(name: &str) -> Command {
    with_tools(Command::new(directory().join(name)))
}

/// A line that somebody would type, to be run as a shell does, with the same credentials and with
/// everything of AWS at `endpoint`.
pub fn typed(line: &str, endpoint: &str) -> Command {
    typed_in("sh", line, endpoint)
}

/// The same, of lines for a certain shell.
pub fn typed_in(shell: &str, lines: &str, endpoint: &str) -> Command {
    let mut command = Command::new(shell);
    command.args(["-ec", lines]);
    let mut command = with_tools(command);
    command.env("AWS_ENDPOINT_URL", endpoint);
    command
}

fn with_tools(mut command: Command) -> Command {
    for (variable, _) in env::vars_os() {
        if variable.to_str().is_none_or(is_of_no_concern) {
            command.env_remove(variable);
        }
    }
    command
        .env("PATH", search_path(directory()))
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        // Nothing of the person's own accounts.
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("SAM_CLI_TELEMETRY", "0");
    command
}

/// A person's AWS settings, and what Cargo tells a test about itself: build scripts watch the
/// latter, and would build everything again that a build by hand has built already.
fn is_of_no_concern(variable: &str) -> bool {
    const OF_A_TEST: [&str; 4] = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "LD_LIBRARY_PATH",
    ];
    variable.starts_with("AWS_") || OF_A_TEST.iter().any(|prefix| variable.starts_with(prefix))
}

fn search_path(first: PathBuf) -> OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(first).chain(env::split_paths(&rest));
    env::join_paths(all).expect("no directory of PATH has a colon in its name")
}

/// Runs a program to its end and gives its standard output, or fails with all it said.
pub fn run(command: &mut Command) -> String {
    let name = command.get_program().display().to_string();
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{name} failed ({})\n{}\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}
