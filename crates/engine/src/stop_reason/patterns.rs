use super::{Class, Failed};

/// Words that ECS uses, and what they mean.
pub(super) struct Pattern {
    words: Words,
    pub(super) failed: Failed,
    /// Before what else the words say is looked at.
    pub(super) class: Class,
}

/// In lower case.
enum Words {
    /// Anywhere.
    Contain(&'static str),
    /// At the beginning.
    Begin(&'static str),
    /// All of it, perhaps after `TaskFailedToStart:`.
    Are(&'static str),
}

impl Pattern {
    pub(super) fn matches(&self, reason: &str) -> bool {
        let reason = reason.trim();
        match self.words {
            Words::Contain(words) => reason.contains(words),
            Words::Begin(words) => reason.starts_with(words),
            Words::Are(words) => {
                let bare = reason.strip_prefix("taskfailedtostart:").unwrap_or(reason);
                bare.trim() == words
            }
        }
    }
}

const fn contain(words: &'static str, failed: Failed, class: Class) -> Pattern {
    Pattern {
        words: Words::Contain(words),
        failed,
        class,
    }
}

const fn begin(words: &'static str, failed: Failed, class: Class) -> Pattern {
    Pattern {
        words: Words::Begin(words),
        failed,
        class,
    }
}

const fn are(words: &'static str, failed: Failed, class: Class) -> Pattern {
    Pattern {
        words: Words::Are(words),
        failed,
        class,
    }
}

/// Roles and policies are at fault where a reason says so, whatever it begins with.
pub(super) const PERMISSION_TAILS: &[&str] = &[
    "accessdenied",
    "access denied",
    "not authorized to perform",
    "unauthorizedoperation",
    "status code: 403",
    "no basic auth credentials",
    "unable to assume the role",
    "unrecognizedclientexception",
    "expiredtoken",
];

/// The network is at fault where a connection wasn't made or didn't answer.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html>
pub(super) const NETWORK_TAILS: &[&str] = &[
    "dial tcp",
    "dial udp",
    "i/o timeout",
    "tls handshake timeout",
    "connection timed out",
    "client.timeout exceeded",
    "request canceled",
    "requestcanceled",
    "signal: killed",
    "context deadline exceeded",
    "no such host",
    "connection refused",
    "network is unreachable",
    "due to timeout",
    "name or service not known",
    "failed to resolve \"fs-",
];

/// A container that talks to another one of its task.
pub(super) const LOOPBACK: &[&str] = &["tcp 127.0.0.1:", "tcp [::1]:", "tcp localhost:"];

/// The image, or its tag, isn't there.
pub(super) const IMAGE_TAILS: &[&str] = &[
    ": not found",
    "manifest unknown",
    "does not exist",
    "no match for platform",
];

/// What the task definition names isn't there, or can't be what it is named as.
pub(super) const CONFIGURATION_TAILS: &[&str] = &[
    "resourcenotfoundexception",
    "can't find the specified secret",
    "invalid ssm parameters",
    "parameternotfound",
    "validationexception",
    "invalidparameterexception",
    "did not contain json key",
    "invalid character",
    "nosuchbucket",
    "nosuchkey",
];

/// In this order: what says more comes first.
pub(super) const PATTERNS: &[Pattern] = &[
    // Interfaces.
    contain(
        "insufficientfreeaddressesinsubnet",
        Failed::Address,
        Class::Network,
    ),
    contain(
        "with public ip assignment enabled in subnet",
        Failed::Address,
        Class::Network,
    ),
    contain("unused device index", Failed::InterfaceSlot, Class::Network),
    begin("resource:eni", Failed::InterfaceSlot, Class::Network),
    contain("\"resource:eni\"", Failed::InterfaceSlot, Class::Network),
    contain(
        "network interface provision",
        Failed::Interface,
        Class::Network,
    ),
    contain(
        "preparing network interface",
        Failed::Interface,
        Class::Network,
    ),
    contain(
        "create network interface",
        Failed::Interface,
        Class::Network,
    ),
    contain(
        "tag the network interface",
        Failed::Interface,
        Class::Network,
    ),
    contain(
        "attach network interface",
        Failed::Interface,
        Class::Network,
    ),
    contain("failed to configure eni", Failed::Interface, Class::Network),
    contain("cni setup", Failed::Interface, Class::Network),
    contain(
        "internalerror: the network interface",
        Failed::Interface,
        Class::Network,
    ),
    // Placement.
    begin("resource:", Failed::Placement, Class::Capacity),
    are("location", Failed::Placement, Class::Capacity),
    are("attribute", Failed::Placement, Class::Capacity),
    are("agent", Failed::Placement, Class::Capacity),
    contain(
        "placement constraint unsatisfied",
        Failed::Placement,
        Class::Capacity,
    ),
    contain("no active instances", Failed::Placement, Class::Capacity),
    contain(
        "empty capacity provider",
        Failed::Placement,
        Class::Capacity,
    ),
    contain(
        "met all of its requirements",
        Failed::Placement,
        Class::Capacity,
    ),
    contain(
        "capacity is unavailable",
        Failed::Placement,
        Class::Capacity,
    ),
    // Calls that ECS makes first.
    contain(
        "download env files",
        Failed::EnvironmentFiles,
        Class::Unclear,
    ),
    contain("amazon cloudwatch log group", Failed::Logs, Class::Network),
    contain("validate logger args", Failed::Logs, Class::Unclear),
    contain("cloudwatch log stream", Failed::Logs, Class::Unclear),
    contain("cloudwatch log group", Failed::Logs, Class::Unclear),
    contain(
        "pull registry authentication from amazon ecr",
        Failed::RegistryToken,
        Class::Network,
    ),
    contain(
        "secrets or registry auth",
        Failed::SecretsOrToken,
        Class::Unclear,
    ),
    contain(
        "environment variable files",
        Failed::EnvironmentFiles,
        Class::Network,
    ),
    contain(
        "secrets from aws systems manager",
        Failed::Parameters,
        Class::Network,
    ),
    contain(
        "secrets from aws secrets manager",
        Failed::Secrets,
        Class::Network,
    ),
    contain(
        "secret from secrets manager",
        Failed::Secrets,
        Class::Unclear,
    ),
    contain("secret from asm", Failed::Secrets, Class::Unclear),
    contain("initialize logging driver", Failed::Logs, Class::Unclear),
    contain("efs utils", Failed::FileSystem, Class::Unclear),
    contain("volumedriver.create", Failed::FileSystem, Class::Unclear),
    contain("ephemeralstorage", Failed::Storage, Class::Capacity),
    // Images.
    contain("toomanyrequests", Failed::Image, Class::Image),
    contain("no space left on device", Failed::Storage, Class::Capacity),
    contain("pull access denied", Failed::Image, Class::Permission),
    contain("permissions to pull", Failed::Image, Class::Permission),
    contain(
        "connection issue between the task and amazon ecr",
        Failed::Image,
        Class::Network,
    ),
    contain(
        "check your network configuration",
        Failed::Image,
        Class::Network,
    ),
    contain(
        "request canceled while waiting for connection",
        Failed::Image,
        Class::Network,
    ),
    contain(
        "invalid memory address",
        Failed::ImageLayers,
        Class::Network,
    ),
    contain("context canceled", Failed::Image, Class::Network),
    contain(
        "httpreaderseeker: failed open",
        Failed::ImageLayers,
        Class::Unclear,
    ),
    contain("image manifest", Failed::Image, Class::Unclear),
    contain("ref pull", Failed::Image, Class::Unclear),
    contain("cannotpullcontainererror", Failed::Image, Class::Unclear),
    contain("cannotpullecrcontainererror", Failed::Image, Class::Unclear),
    // Names.
    contain("no such host", Failed::Name, Class::Network),
    // What comes after the start.
    contain(
        "failed elb health checks",
        Failed::LoadBalancerCheck,
        Class::Unclear,
    ),
    contain(
        "failed container health checks",
        Failed::Containers,
        Class::Application,
    ),
    contain(
        "essential container",
        Failed::Containers,
        Class::Application,
    ),
    contain("outofmemory", Failed::Containers, Class::Application),
    contain(
        "cannotstartcontainererror",
        Failed::Containers,
        Class::Application,
    ),
    contain(
        "containerruntimeerror",
        Failed::Containers,
        Class::Application,
    ),
    contain(
        "containerruntimetimeouterror",
        Failed::Containers,
        Class::Application,
    ),
    contain(
        "cannotcreatevolumeerror",
        Failed::Storage,
        Class::Application,
    ),
];
