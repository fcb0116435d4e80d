/// What of starting a task failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failed {
    /// Its network interface wasn't made, or wasn't ready in time.
    Interface,
    /// No container instance had a slot for its interface.
    InterfaceSlot,
    /// Its subnet had no address.
    Address,
    /// ECS found no place for it.
    Placement,
    /// Getting the token of its registry.
    RegistryToken,
    /// Getting that, or its secrets.
    SecretsOrToken,
    /// Getting its secrets from Secrets Manager.
    Secrets,
    /// Getting its parameters from Systems Manager.
    Parameters,
    /// Getting its environment files from S3.
    EnvironmentFiles,
    /// Pulling its image.
    Image,
    /// Getting the layers of its image.
    ImageLayers,
    /// Starting its log driver.
    Logs,
    /// Mounting a file system.
    FileSystem,
    /// Looking up a name.
    Name,
    /// A load balancer's health checks.
    LoadBalancerCheck,
    /// Its storage.
    Storage,
    /// Its containers.
    Containers,
    /// Something that its words don't tell.
    Unknown,
}

impl Failed {
    /// The services whose calls it takes, by their short names in VPC endpoint services; `None` where any
    /// call may be it.
    pub fn services(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::RegistryToken => &["ecr.api"],
            Self::SecretsOrToken => &["ecr.api", "secretsmanager", "ssm"],
            Self::Secrets => &["secretsmanager"],
            Self::Parameters => &["ssm"],
            Self::EnvironmentFiles | Self::ImageLayers => &["s3"],
            // What has no such name is another registry.
            Self::Image => &["ecr.api", "ecr.dkr", "s3", ""],
            Self::Logs => &["logs"],
            Self::Name | Self::Unknown => return None,
            Self::Interface
            | Self::InterfaceSlot
            | Self::Address
            | Self::Placement
            | Self::FileSystem
            | Self::LoadBalancerCheck
            | Self::Storage
            | Self::Containers => &[],
        })
    }

    /// Whether it is about the task's interface itself.
    pub fn is_of_interface(self) -> bool {
        matches!(self, Self::Interface | Self::InterfaceSlot | Self::Address)
    }

    /// Whether it may be the image's own fault.
    pub(super) fn is_of_image(self) -> bool {
        matches!(self, Self::Image | Self::ImageLayers)
    }

    /// As a part of a sentence: `ECS could not …`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Interface => "provide the task's network interface",
            Self::InterfaceSlot => "find a free slot for the task's network interface",
            Self::Address => "find a free address for the task's network interface",
            Self::Placement => "place the task",
            Self::RegistryToken => "get the registry's token",
            Self::SecretsOrToken => "get the task's secrets or the registry's token",
            Self::Secrets => "get the task's secrets",
            Self::Parameters => "get the task's parameters",
            Self::EnvironmentFiles => "get the task's environment files",
            Self::Image => "pull the image",
            Self::ImageLayers => "pull the layers of the image",
            Self::Logs => "start the log driver",
            Self::FileSystem => "mount a file system",
            Self::Name => "look up a name",
            Self::LoadBalancerCheck => "see the task pass its load balancer's health checks",
            Self::Storage => "provide the task's storage",
            Self::Containers => "keep the containers running",
            Self::Unknown => "start the task",
        }
    }
}
