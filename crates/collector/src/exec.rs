//! Runs a command in a container by ECS Exec.
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html>

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_ecs::Client;
use aws_sdk_ecs::error::ProvideErrorMetadata;
use awsvpc_auditor_probe::session::Access;
use tokio::time::Instant;

use crate::calls::Calls;
use crate::trouble::{Trouble, in_time};

/// Starts commands in containers. It may do so wherever its caller may: what is run is fixed elsewhere.
#[derive(Debug)]
pub struct Exec {
    client: Client,
}

/// A container of a running task.
#[derive(Debug, Clone, Copy)]
pub struct Container<'a> {
    /// The cluster, by name or ARN.
    pub cluster: &'a str,
    /// The task, by ARN.
    pub task: &'a str,
    /// Its name; ECS takes the only one where there is one only.
    pub container: Option<&'a str>,
}

/// ECS didn't start the command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExecuted {
    /// The caller may not.
    #[error(
        "ecs:ExecuteCommand: denied: allow it for this task (and kms:GenerateDataKey where the cluster \
         encrypts its sessions)"
    )]
    Denied,
    /// The agent in the task isn't connected.
    #[error(
        "the task's ExecuteCommandAgent isn't connected: it is still starting, it stopped, the task role \
         lacks ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and \
         OpenDataChannel, or the task can't reach ssmmessages"
    )]
    NotConnected,
    /// Too many calls of this account.
    #[error("ecs:ExecuteCommand: AWS throttles it")]
    Throttled,
    /// The agent in the task isn't running, or Exec is off: ECS has one answer for both.
    #[error("ECS doesn't run commands in it yet: {0}")]
    NotReady(String),
    /// ECS doesn't take it: the task isn't running, there is no such container.
    #[error("ECS doesn't run commands in it: {0}")]
    NotTaken(String),
    /// The call failed.
    #[error("ecs:ExecuteCommand: {0}")]
    Failed(String),
}

impl NotExecuted {
    /// The check that looks at the reason.
    pub fn check(&self) -> Option<&'static str> {
        match self {
            Self::NotConnected | Self::NotReady(_) => Some("exec-channel-unreachable"),
            Self::NotTaken(_) => Some("exec-not-enabled"),
            Self::Denied | Self::Throttled | Self::Failed(_) => None,
        }
    }

    /// Whether some seconds may change it: the agent starts after the task runs.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::NotConnected | Self::NotReady(_) | Self::Throttled
        )
    }
}

impl Exec {
    /// Starts commands as configured, but each only once: an answer that was lost may have been a session,
    /// which a second call would leave open. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, calls: &Calls) -> Self {
        let timeouts = config
            .timeout_config()
            .map(|timeouts| timeouts.to_builder());
        let timeouts = timeouts
            .unwrap_or_default()
            .disable_operation_attempt_timeout()
            // Its deadline ends it, and says what a lost answer may have left.
            .disable_operation_timeout();
        let config = aws_sdk_ecs::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build())
            .interceptor(calls.clone());
        Self {
            client: Client::from_conf(config.build()),
        }
    }

    /// Starts a command; what opens the session to it.
    pub async fn start(
        &self,
        at: Container<'_>,
        command: &str,
        deadline: Instant,
    ) -> Result<Access, NotExecuted> {
        let request = self
            .client
            .execute_command()
            .cluster(at.cluster)
            .task(at.task)
            .set_container(at.container.map(str::to_owned))
            .command(command)
            // ECS takes nothing else.
            .interactive(true);
        let output = match in_time(deadline, request.send()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => {
                let message = error.message().map(first_line).unwrap_or_default();
                return Err(match error.code() {
                    Some("TargetNotConnectedException") => NotExecuted::NotConnected,
                    Some("InvalidParameterException") if message.contains("command agent isn") => {
                        NotExecuted::NotReady(message)
                    }
                    Some("InvalidParameterException" | "ClusterNotFoundException") => {
                        NotExecuted::NotTaken(message)
                    }
                    _ => match Trouble::of(&error) {
                        Trouble::Denied => NotExecuted::Denied,
                        Trouble::Throttled => NotExecuted::Throttled,
                        trouble if message.is_empty() => {
                            NotExecuted::Failed(trouble.reason().to_owned())
                        }
                        trouble => NotExecuted::Failed(format!("{}: {message}", trouble.reason())),
                    },
                });
            }
            Err(late) => {
                let reason = late.reason();
                return Err(NotExecuted::Failed(format!(
                    "{reason}; a session may be open all the same, until it was idle for 20 minutes"
                )));
            }
        };
        let session = output.session();
        let access = session.and_then(|session| {
            Some(Access {
                session_id: session.session_id()?.to_owned(),
                stream_url: session.stream_url()?.to_owned(),
                token: session.token_value()?.to_owned(),
            })
        });
        access.ok_or_else(|| NotExecuted::Failed("ECS started no session".to_owned()))
    }
}

/// A message of AWS, as far as it fits a line.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}
