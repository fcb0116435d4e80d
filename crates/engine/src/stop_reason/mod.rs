//! Why a task stopped, as far as ECS's words tell: what of starting it failed, and whether that may be
//! the network's fault.
//!
//! The words are documented in part
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>), the
//! rest was seen in public reports. They are matched by what they contain, in any case and with any kind of
//! apostrophe, because platforms word and cut them differently.

mod failed;
mod patterns;

pub use failed::Failed;

use crate::facts::Task;
use patterns::{
    CONFIGURATION_TAILS, IMAGE_TAILS, LOOPBACK, NETWORK_TAILS, PATTERNS, PERMISSION_TAILS, Pattern,
};

/// Why a task stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopReason {
    /// What failed.
    pub failed: Failed,
    /// Whose fault that is.
    pub class: Class,
}

/// Whose fault it is that a task stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The network's, by ECS's words.
    Network,
    /// The network's or something else's: the words don't tell.
    Unclear,
    /// A role's, a policy's or a credential's.
    Permission,
    /// The task definition's: what it names isn't there.
    Configuration,
    /// Nothing had room for it.
    Capacity,
    /// The image's, or its registry's.
    Image,
    /// The application's.
    Application,
}

impl Class {
    /// As people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "the network",
            Self::Unclear => "perhaps the network",
            Self::Permission => "a permission",
            Self::Configuration => "what the task definition names",
            Self::Capacity => "capacity",
            Self::Image => "the image",
            Self::Application => "the application",
        }
    }
}

impl StopReason {
    /// Why a task stopped; `None` where its words say nothing that this version knows.
    pub fn of(task: &Task) -> Option<Self> {
        // Where ECS's reason is general, a container's has the useful half.
        let all = task.stopped_reason.iter().chain(&task.container_reasons);
        Self::of_words(all.map(String::as_str))
    }

    /// What these words say, together; `None` where they say nothing that this version knows.
    pub fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Option<Self> {
        let normal = |words: &str| words.to_lowercase().replace(['\u{2018}', '\u{2019}'], "'");
        let all: Vec<_> = words.into_iter().map(normal).collect();
        let matches = |pattern: &&Pattern| all.iter().any(|words| pattern.matches(words));
        let pattern = PATTERNS.iter().find(matches);
        let words = all.join("\n");
        let has = |tails: &[&str]| tails.iter().any(|tail| words.contains(tail));
        let Some(pattern) = pattern else {
            // How it ends tells whose fault it is, whatever it was.
            let class = [
                (PERMISSION_TAILS, Class::Permission),
                (CONFIGURATION_TAILS, Class::Configuration),
                (NETWORK_TAILS, Class::Network),
            ];
            let mut class = class.into_iter().filter(|(tails, _)| has(tails));
            let failed = Failed::Unknown;
            return class.next().map(|(_, class)| Self { failed, class });
        };
        let is_on_itself = LOOPBACK.iter().any(|address| words.contains(address));
        let class = match pattern.class {
            // Nothing between the task and itself is the network's.
            Class::Network | Class::Unclear if is_on_itself => Class::Application,
            Class::Network | Class::Unclear if has(PERMISSION_TAILS) => Class::Permission,
            Class::Network | Class::Unclear if has(CONFIGURATION_TAILS) => Class::Configuration,
            Class::Unclear if has(NETWORK_TAILS) => Class::Network,
            Class::Unclear if has(IMAGE_TAILS) && pattern.failed.is_of_image() => Class::Image,
            class => class,
        };
        let failed = pattern.failed;
        Some(Self { failed, class })
    }

    /// Whether a task ended because of how it started: by ECS's code, or because a load balancer never
    /// found it healthy.
    pub fn is_of_start(task: &Task) -> bool {
        let is_checked = |reason: Self| reason.failed == Failed::LoadBalancerCheck;
        task.stop_code.as_deref() == Some("TaskFailedToStart")
            || task.last_status.is_ending() && Self::of(task).is_some_and(is_checked)
    }
}
