//! The stack, built and deployed with the real tools from the real template.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::emulators::Server;
use crate::root;
use crate::tools;

/// The template's word for the processor that this runs on: ministack runs functions natively.
pub const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") {
    "arm64"
} else {
    "x86_64"
};

/// What `sam build` made.
#[derive(Debug)]
pub struct Package {
    directory: PathBuf,
}

/// Built once for each test process; Cargo finds it warm.
static PACKAGE: LazyLock<Package> = LazyLock::new(build);

fn build() -> Package {
    let target = target_directory();
    let directory = target.join("sam");
    link(&target);
    tools::run(
        tools::program("sam")
            .args(["build", "--parameter-overrides"])
            .arg(format!("Architecture={ARCHITECTURE}"))
            .arg("--template-file")
            .arg(root().join("template.yaml"))
            .arg("--build-dir")
            .arg(&directory)
            .env("CARGO_TARGET_DIR", &target)
            // SAM leaves its notes in the current directory and above the build's.
            .current_dir(&target),
    );
    leave_out_metric_math(&directory);
    Package { directory }
}

/// Links the programs of the package two at a time, by the command that SAM runs for each of them: it has them
/// linked one after the other, and each takes one processor and 5 GB. SAM finds them done.
fn link(target: &Path) {
    for [one, other] in [
        ["task-auditor", "finding-forwarder"],
        ["headroom-auditor", "vpc-monitor"],
    ] {
        let architecture = ["--arm64"].into_iter().filter(|_| ARCHITECTURE == "arm64");
        tools::run(
            tools::program("cargo-lambda")
                .args(["lambda", "build", "--release", "--bin", one, "--bin", other])
                .args(architecture)
                .env("CARGO_TARGET_DIR", target)
                .current_dir(root().join("crates/lambda")),
        );
    }
}

/// The emulator takes no alarm on an expression over metrics, and refuses the stack for it. Such alarms
/// are held to what they should say by the tests of the template.
fn leave_out_metric_math(directory: &Path) {
    const LEAVE_OUT: &str = "import sys; from samcli.yamlhelper import yaml_dump, yaml_parse; \
        template = yaml_parse(open(sys.argv[1]).read()); resources = template['Resources']; \
        odd = [name for name, one in resources.items() if one['Type'] == 'AWS::CloudWatch::Alarm' \
        and 'Metrics' in one['Properties']]; \
        assert odd == ['MonitorErrorsAlarm', 'SilenceAlarm'], odd; \
        [resources.pop(name) for name in odd]; open(sys.argv[2], 'w').write(yaml_dump(template))";
    tools::run(
        tools::program("python")
            .args(["-c", LEAVE_OUT])
            .arg(directory.join("template.yaml"))
            .arg(directory.join(FOR_EMULATOR)),
    );
}

/// What `sam build` made, as far as the emulator understands it.
const FOR_EMULATOR: &str = "emulator.yaml";

/// Where Cargo puts what it builds: outside the clone, if it was told so.
fn target_directory() -> PathBuf {
    let metadata = tools::run(
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(root()),
    );
    let metadata: Value = serde_json::from_str(&metadata).expect("Cargo prints JSON");
    let directory = metadata
        .get("target_directory")
        .and_then(Value::as_str)
        .expect("Cargo names its target directory");
    std::fs::create_dir_all(directory).expect("the target directory can be made");
    PathBuf::from(directory)
}

impl Package {
    /// The package of this source, built now if it isn't there yet.
    pub fn get() -> &'static Self {
        &PACKAGE
    }

    /// The template that refers to what was built, as the emulator takes it.
    pub fn template(&self) -> PathBuf {
        self.directory.join(FOR_EMULATOR)
    }

    /// The program that Lambda starts to audit tasks.
    pub fn binary(&self) -> PathBuf {
        self.binary_of("TaskAuditor")
    }

    /// The program that Lambda starts for a function, by its logical name.
    pub fn binary_of(&self, function: &str) -> PathBuf {
        self.directory.join(function).join("bootstrap")
    }

    /// The size of a function's package as it is uploaded, in bytes.
    pub fn zipped_size(&self, function: &str) -> u64 {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let archive = directory.path().join("package.zip");
        tools::run(
            tools::program("python")
                .args(["-m", "zipfile", "--create"])
                .arg(&archive)
                .arg(self.binary_of(function)),
        );
        archive.metadata().expect("the archive is there").len()
    }
}

/// A deployed stack.
#[derive(Debug)]
pub struct Stack {
    name: String,
    endpoint: String,
    outputs: BTreeMap<String, String>,
}

impl Stack {
    /// Deploys the package into `account`, or brings a stack of this name up to date.
    pub fn deploy(account: &Server, name: &str, parameters: &BTreeMap<&str, &str>) -> Self {
        Self::deploy_template(account, name, &Package::get().template(), parameters)
    }

    /// Deploys another template, for tests of the template alone.
    pub fn deploy_template(
        account: &Server,
        name: &str,
        template: &Path,
        parameters: &BTreeMap<&str, &str>,
    ) -> Self {
        let endpoint = account.url();
        let parameters = parameters
            .iter()
            .filter(|(key, _)| **key != "Architecture")
            .map(|(key, value)| format!("{key}={value}"))
            .chain([format!("Architecture={ARCHITECTURE}")]);
        tools::run(
            sam(&endpoint)
                .args(["deploy", "--stack-name", name, "--template-file"])
                .arg(template)
                // SAM looks for its settings beside the template, which is a built one here.
                .arg("--config-file")
                .arg(root().join("samconfig.toml"))
                .arg("--parameter-overrides")
                .args(parameters),
        );
        let mut stack = Self {
            name: name.to_owned(),
            endpoint,
            outputs: BTreeMap::new(),
        };
        stack.outputs = stack.list_outputs();
        stack
    }

    fn list_outputs(&self) -> BTreeMap<String, String> {
        let listed = tools::run(sam(&self.endpoint).args([
            "list",
            "stack-outputs",
            "--output",
            "json",
            "--stack-name",
            &self.name,
        ]));
        let listed: Vec<BTreeMap<String, String>> =
            serde_json::from_str(&listed).expect("sam lists a stack's outputs as JSON");
        listed
            .into_iter()
            .filter_map(|mut output| {
                Some((output.remove("OutputKey")?, output.remove("OutputValue")?))
            })
            .collect()
    }

    /// The stack's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One of the stack's outputs.
    pub fn output(&self, key: &str) -> &str {
        self.outputs
            .get(key)
            .unwrap_or_else(|| panic!("the stack has no output {key}: {:?}", self.outputs))
    }

    /// Every policy of the account's roles, as IAM has them once the stack is there.
    pub fn policies(&self) -> String {
        const READ: &str = "import boto3, json; iam = boto3.client('iam'); \
            [print(json.dumps(iam.get_role_policy(RoleName=role['RoleName'], PolicyName=name)['PolicyDocument'])) \
            for role in iam.list_roles()['Roles'] \
            for name in iam.list_role_policies(RoleName=role['RoleName'])['PolicyNames']]";
        tools::run(
            tools::program("python")
                .args(["-c", READ])
                .env("AWS_ENDPOINT_URL", &self.endpoint),
        )
    }

    /// Removes the stack, as the README tells people to.
    pub fn delete(self) {
        tools::run(sam(&self.endpoint).args([
            "delete",
            "--no-prompts",
            "--stack-name",
            &self.name,
        ]));
    }
}

/// SAM with the repository's settings, talking to a local account.
fn sam(endpoint: &str) -> Command {
    let mut command = tools::program("sam");
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .current_dir(root());
    command
}

/// The template as JSON, with the short forms of its functions written out: `{"Ref": …}`.
pub fn template() -> Value {
    const READ: &str = "import json, sys; from samcli.yamlhelper import yaml_parse; \
        json.dump(yaml_parse(open(sys.argv[1]).read()), sys.stdout)";
    let json = tools::run(
        tools::program("python")
            .args(["-c", READ])
            .arg(root().join("template.yaml")),
    );
    serde_json::from_str(&json).expect("json.dump prints JSON")
}

/// Every action that a role of the template allows, each as often as it stands there.
pub fn allowed_actions(role: &str) -> Vec<String> {
    let each = |value: &Value| match value {
        Value::Array(values) => values.clone(),
        one => vec![one.clone()],
    };
    let template = template();
    let mut actions = Vec::new();
    for policy in each(&template["Resources"][role]["Properties"]["Policies"]) {
        let policy = policy.get("Fn::If").map_or(&policy, |pair| &pair[1]);
        for statement in each(&policy["PolicyDocument"]["Statement"]) {
            let statement = statement.get("Fn::If").map_or(&statement, |pair| &pair[1]);
            if statement["Effect"] == "Deny" {
                continue;
            }
            let named = each(&statement["Action"]);
            actions.extend(named.iter().filter_map(Value::as_str).map(str::to_owned));
        }
    }
    actions
}
