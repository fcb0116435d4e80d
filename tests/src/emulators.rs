//! The two local AWS emulators: moto is the network that is looked at, ministack the account that
//! the stack is deployed into.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use tempfile::TempDir;

use crate::recorder::Recorder;
use crate::root;
use crate::tools::{self, ACCOUNT, REGION};

/// How long an emulator may take to answer its first question.
const START_LIMIT: Duration = Duration::from_mins(1);

/// The services that are looked at, and one that ministack doesn't play, as the SDK's variables name them.
const NETWORK: [&str; 12] = [
    "AUTO_SCALING",
    "EC2",
    "ECS",
    "EFS",
    "ELASTICACHE",
    "ELASTIC_LOAD_BALANCING_V2",
    "KAFKA",
    "OPENSEARCH",
    "RDS",
    "SECURITYHUB",
    "SERVICEDISCOVERY",
    "SERVICE_QUOTAS",
];

/// The account's own services that functions speak to.
const OWN: [&str; 3] = ["CLOUDWATCH", "DYNAMODB", "SNS"];

/// Runs `"$@"` until it ends, or until standard input closes, as it does when the test that owns
/// it ends in whichever way. Then it takes everything along: what it started, and its files.
const WATCHED: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ read -r _ <&3; kill "$child"; sleep 2; rm -rf "$TMPDIR"; kill -9 -- "-$$"; } 2>/dev/null &
exec 3<&-
wait "$child"
"#;

/// A running emulator. It ends with its owner, together with all that it started.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    process: Child,
    /// Nothing is ever written: what counts is that it closes.
    lifeline: Option<ChildStdin>,
    /// Its log and temporary files.
    directory: TempDir,
}

impl Server {
    /// EC2 and ECS as a network engineer knows them.
    pub fn moto() -> Self {
        Self::start("python", |command, address| {
            command
                .arg(root().join("tests/src/moto_network.py"))
                .args(["--host", &address.ip().to_string()])
                .args(["--port", &address.port().to_string()]);
        })
    }

    /// An account to deploy into. The functions in it ask `network` (moto, or a recorder before it)
    /// about tasks and what they reach, and the account itself about everything else.
    pub fn ministack(network: &str) -> Self {
        Self::account(network, None)
    }

    /// The same, with what its functions say to the account itself recorded on the way.
    pub fn ministack_behind(own: &Recorder, network: &str) -> Self {
        let server = Self::account(network, Some(own.url()));
        own.stand_before(&server.url());
        server
    }

    fn account(network: &str, own: Option<&str>) -> Self {
        Self::start("ministack", |command, address| {
            let host = address.ip().to_string();
            command
                .env("GATEWAY_PORT", address.port().to_string())
                .env("BIND_HOST", &host)
                .env("MINISTACK_HOST", &host)
                .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
                .env("MINISTACK_REGION", REGION)
                // Its fixed port would keep a second one from starting.
                .env("IOT_MTLS_ENABLED", "0")
                .env("AWS_ENDPOINT_URL", format!("http://{address}"))
                .envs(NETWORK.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), network)))
                .envs(own.into_iter().flat_map(|own| {
                    OWN.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), own))
                }));
        })
    }

    fn start(name: &'static str, configure: impl Fn(&mut Command, SocketAddr)) -> Self {
        // A free port can be taken by somebody else before the emulator takes it.
        let mut attempts = 3;
        loop {
            let mut server = Self::spawn(name, &configure);
            attempts -= 1;
            match server.wait_until_ready() {
                Ok(()) => return server,
                Err(reason) if attempts == 0 => panic!("{name} {reason}:\n{}", server.log()),
                Err(_) => {}
            }
        }
    }

    fn spawn(name: &'static str, configure: &impl Fn(&mut Command, SocketAddr)) -> Self {
        let address = free_address();
        let directory = TempDir::with_prefix("awsvpc-auditor-").expect("a temporary directory");
        let log = File::create(directory.path().join("log")).expect("the log can be made");
        let mut template = tools::program(name);
        configure(&mut template, address);
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCHED, "sh"])
            .arg(template.get_program())
            .args(template.get_args())
            .env_clear()
            .envs(
                ["HOME", "LANG"]
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .envs(
                template
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("TMPDIR", directory.path())
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a second handle of the log"))
            .stderr(log)
            .process_group(0);
        let mut process = command.spawn().expect("sh starts");
        Self {
            address,
            lifeline: process.stdin.take(),
            process,
            directory,
        }
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < START_LIMIT {
            if let Some(status) = self.process.try_wait().expect("the process can be asked") {
                return Err(format!("ended by itself ({status})"));
            }
            if answers(self.address) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(format!("did not answer within {START_LIMIT:?}"))
    }

    /// Where it listens, as an endpoint.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        let log = fs::read(self.directory.path().join("log")).expect("the log can be read");
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // A failure here must not hide the test's own.
        drop(self.process.wait());
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
}

/// Whether it answers HTTP: a port that is open says little about a server that still loads.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        io::Write::write_all(
            &mut stream,
            b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )?;
        let mut head = [0; 5];
        io::Read::read_exact(&mut stream, &mut head)?;
        Ok(&head == b"HTTP/")
    };
    ask().unwrap_or(false)
}

/// Cloud Map's client puts `data-` before the endpoint's host, which is an address here.
#[derive(Clone, Debug)]
struct Loopback;

impl ResolveDns for Loopback {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        let address = name.strip_prefix("data-").unwrap_or(name).parse();
        DnsFuture::ready(
            address
                .map(|address| vec![address])
                .map_err(|_| ResolveDnsError::new(format!("{name} is no emulator"))),
        )
    }
}

/// The configuration of an SDK client that talks to `endpoint`.
pub fn client_config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "tests");
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_with_resolver(Loopback);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(http)
        .build()
}
