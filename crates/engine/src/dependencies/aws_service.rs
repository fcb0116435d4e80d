//! The AWS services that ECS itself calls for a task: to pull its images, to fetch its secrets, to
//! ship its logs, to let people in; and from which interface each call is made.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html>

use std::collections::BTreeMap;

use crate::facts::{ContainerDefinition, TaskDefinition};
use crate::subject::{Launch, Subject};

/// Whose interface a call leaves by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// The task's own.
    Task,
    /// The primary one of its container instance: the agent and the container runtime work in the
    /// host's network namespace. AWS doesn't write this down for plain EC2; it follows from the
    /// agent's source.
    Instance,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceHost {
    /// An AWS service by its name in this region.
    Aws(String),
    /// A public registry, which no VPC endpoint can stand for.
    Public(String),
}

impl ServiceHost {
    /// The host's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Aws(name) | Self::Public(name) => name,
        }
    }
}

/// A call that ECS makes for a task, over HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCall {
    /// What people call the service: `ECR API`.
    pub title: &'static str,
    /// Its short name in VPC endpoint services: `ecr.api`; none for what isn't AWS's.
    pub service: Option<&'static str>,
    /// What is called.
    pub host: ServiceHost,
    /// Whose interface the call leaves by.
    pub caller: Caller,
    /// The actions that an endpoint's policy must allow, and on which resource.
    pub permissions: Vec<(&'static str, String)>,
    /// What for: `image of container web`.
    pub reasons: Vec<String>,
}

impl ServiceCall {
    /// The region that is called, as the host's name says it.
    pub(crate) fn region(&self) -> Option<&str> {
        let name = self.host.name();
        let front = name
            .strip_suffix(".amazonaws.com")
            .or_else(|| name.strip_suffix(".amazonaws.com.cn"))?;
        front.rsplit('.').next()
    }
}

/// Who makes the calls that start a task, on what it runs on.
#[derive(Debug, Clone, Copy)]
struct Callers {
    /// For the image's layers and manifests.
    images: Option<Caller>,
    /// For the registry's token and for secrets.
    tokens: Option<Caller>,
    logs: Option<Caller>,
}

impl Callers {
    /// `None` where a network does it that AWS doesn't show: Fargate's own, up to platform 1.3.
    fn of(launch: Launch<'_>) -> Option<Self> {
        match launch {
            Launch::Fargate(Some(version)) if is_before_1_4(version) => Some(Self {
                images: Some(Caller::Task),
                tokens: None,
                logs: Some(Caller::Task),
            }),
            Launch::Fargate(_) => Some(Self {
                images: Some(Caller::Task),
                tokens: Some(Caller::Task),
                logs: Some(Caller::Task),
            }),
            Launch::Ec2 => Some(Self {
                images: Some(Caller::Instance),
                tokens: Some(Caller::Instance),
                logs: Some(Caller::Instance),
            }),
            // Managed Instances use a primary interface that can be hidden from the account.
            Launch::Other => None,
        }
    }
}

fn is_before_1_4(version: &str) -> bool {
    version.starts_with("1.2.") || version.starts_with("1.3.")
}

/// Every call that ECS makes for tasks of this definition.
pub(super) fn calls(definition: &TaskDefinition, subject: &Subject<'_>) -> Vec<ServiceCall> {
    let Some(callers) = Callers::of(subject.launch()) else {
        return Vec::new();
    };
    let (account, region) = subject.account_and_region();
    let mut all = Calls {
        by_host: BTreeMap::new(),
        partition: subject.partition().to_owned(),
        account: account.to_owned(),
        region: region.to_owned(),
    };
    for container in &definition.container_definitions {
        all.pull(container, callers);
        all.fetch(container, callers);
        all.ship(container, callers);
    }
    all.by_host.into_values().collect()
}

/// The calls that ECS Exec makes from inside the task.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>
pub(crate) fn exec_call(subject: &Subject<'_>) -> ServiceCall {
    let (_, region) = subject.account_and_region();
    let actions = [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ];
    ServiceCall {
        title: "Session Manager channels",
        service: Some("ssmmessages"),
        host: ServiceHost::Aws(host("ssmmessages", region)),
        caller: Caller::Task,
        permissions: actions.map(|action| (action, "*".to_owned())).to_vec(),
        reasons: vec!["ECS Exec".to_owned()],
    }
}

struct Calls {
    by_host: BTreeMap<(ServiceHost, Caller), ServiceCall>,
    partition: String,
    account: String,
    region: String,
}

impl Calls {
    fn add(&mut self, mut call: ServiceCall) {
        let key = (call.host.clone(), call.caller);
        match self.by_host.get_mut(&key) {
            Some(known) => {
                for reason in call.reasons {
                    if !known.reasons.contains(&reason) {
                        known.reasons.push(reason);
                    }
                }
                call.permissions
                    .retain(|permission| !known.permissions.contains(permission));
                known.permissions.append(&mut call.permissions);
            }
            None => {
                self.by_host.insert(key, call);
            }
        }
    }

    /// The image. A private ECR registry needs three services, others only themselves.
    /// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>
    fn pull(&mut self, container: &ContainerDefinition, callers: Callers) {
        let Some(image) = container.image.as_deref() else {
            return;
        };
        let reasons = vec![format!("image of container {}", container.name)];
        let Some(registry) = Registry::of(image) else {
            return;
        };
        let Registry::Ecr {
            account,
            region,
            repository,
        } = registry
        else {
            if let (Registry::Public(host), Some(caller)) = (registry, callers.images) {
                self.add(ServiceCall {
                    title: "image registry",
                    service: None,
                    host: ServiceHost::Public(host),
                    caller,
                    permissions: Vec::new(),
                    reasons,
                });
            }
            return;
        };
        let partition = self.partition.clone();
        let repository = format!("arn:{partition}:ecr:{region}:{account}:repository/{repository}");
        if let Some(caller) = callers.tokens {
            self.add(ServiceCall {
                title: "ECR API",
                service: Some("ecr.api"),
                host: ServiceHost::Aws(host("api.ecr", &region)),
                caller,
                permissions: vec![("ecr:GetAuthorizationToken", "*".to_owned())],
                reasons: reasons.clone(),
            });
        }
        let Some(caller) = callers.images else { return };
        self.add(ServiceCall {
            title: "ECR registry",
            service: Some("ecr.dkr"),
            host: ServiceHost::Aws(host(&format!("{account}.dkr.ecr"), &region)),
            caller,
            permissions: vec![
                ("ecr:BatchGetImage", repository.clone()),
                ("ecr:GetDownloadUrlForLayer", repository),
            ],
            reasons: reasons.clone(),
        });
        let bucket = format!("prod-{region}-starport-layer-bucket");
        let layers = format!("arn:{partition}:s3:::{bucket}/*");
        self.add(ServiceCall {
            title: "S3 for image layers",
            service: Some("s3"),
            host: ServiceHost::Aws(host(&format!("{bucket}.s3"), &region)),
            caller,
            permissions: vec![("s3:GetObject", layers)],
            reasons,
        });
    }

    /// Secrets, registry credentials and files of variables.
    fn fetch(&mut self, container: &ContainerDefinition, callers: Callers) {
        let Some(caller) = callers.tokens else { return };
        let name = &container.name;
        let logs = container.log_configuration.iter();
        let secrets = container.secrets.iter();
        let secrets = secrets.chain(logs.flat_map(|logs| &logs.secret_options));
        for secret in secrets {
            let reason = format!("secrets of container {name}");
            self.add(self.secret_call(&secret.value_from, caller, reason));
        }
        if let Some(credentials) = &container.repository_credentials {
            let reason = format!("registry credentials of container {name}");
            let secret = &credentials.credentials_parameter;
            self.add(self.secret_call(secret, caller, reason));
        }
        for file in &container.environment_files {
            let Some(object) = file.value.split(":::").nth(1) else {
                continue;
            };
            let bucket = object.split('/').next().unwrap_or(object);
            self.add(ServiceCall {
                title: "S3 for environment files",
                service: Some("s3"),
                host: ServiceHost::Aws(host(&format!("{bucket}.s3"), &self.region)),
                caller,
                permissions: vec![("s3:GetObject", file.value.clone())],
                reasons: vec![format!("environment file of container {name}")],
            });
        }
    }

    /// Logs. `FireLens` runs in the task, so what it calls it calls by the task's interface.
    fn ship(&mut self, container: &ContainerDefinition, callers: Callers) {
        let Some(logs) = &container.log_configuration else {
            return;
        };
        let option = |name: &str| logs.options.get(name).map(String::as_str);
        let (caller, region) = match logs.log_driver.as_str() {
            "awslogs" => (callers.logs, option("awslogs-region")),
            "awsfirelens" if option("Name").is_some_and(|name| name.starts_with("cloudwatch")) => {
                (Some(Caller::Task), option("region"))
            }
            _ => return,
        };
        let region = region.unwrap_or(&self.region).to_owned();
        let group = option("awslogs-group").unwrap_or("*");
        let (partition, account) = (&self.partition, &self.account);
        // Policies name a log group with `:*` behind it, and so every stream in it.
        // <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>
        let streams = format!("arn:{partition}:logs:{region}:{account}:log-group:{group}:*");
        if let Some(caller) = caller {
            self.add(ServiceCall {
                title: "CloudWatch Logs",
                service: Some("logs"),
                host: ServiceHost::Aws(host("logs", &region)),
                caller,
                permissions: vec![
                    ("logs:CreateLogStream", streams.clone()),
                    ("logs:PutLogEvents", streams),
                ],
                reasons: vec![format!("logs of container {}", container.name)],
            });
        }
    }

    /// A secret of Secrets Manager by its ARN, or a parameter by its ARN or its name.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html>
    fn secret_call(&self, value_from: &str, caller: Caller, reason: String) -> ServiceCall {
        let own_region = self.region.as_str();
        let mut parts = value_from.split(':').skip(2);
        let (service, region) = (parts.next(), parts.next());
        let region = region.filter(|region| !region.is_empty());
        if service == Some("secretsmanager") {
            // What follows the secret's name picks a field or a version of it.
            let secret: Vec<_> = value_from.splitn(8, ':').take(7).collect();
            return ServiceCall {
                title: "Secrets Manager",
                service: Some("secretsmanager"),
                host: ServiceHost::Aws(host("secretsmanager", region.unwrap_or(own_region))),
                caller,
                permissions: vec![(
                    "secretsmanager:GetSecretValue",
                    with_suffix(secret.join(":")),
                )],
                reasons: vec![reason],
            };
        }
        let region = region
            .filter(|_| service == Some("ssm"))
            .unwrap_or(own_region);
        let parameter = if value_from.starts_with("arn:") {
            value_from.to_owned()
        } else {
            let (partition, account) = (&self.partition, &self.account);
            let name = value_from.trim_start_matches('/');
            format!("arn:{partition}:ssm:{region}:{account}:parameter/{name}")
        };
        ServiceCall {
            title: "Systems Manager parameters",
            service: Some("ssm"),
            host: ServiceHost::Aws(host("ssm", region)),
            caller,
            permissions: vec![("ssm:GetParameters", parameter)],
            reasons: vec![reason],
        }
    }
}

/// Secrets Manager puts a hyphen and six characters behind a secret's name. An ARN without them is
/// good enough to fetch the secret, and policies still see the whole one.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html>
fn with_suffix(arn: String) -> String {
    let suffix = arn.rsplit_once('-').map(|(_, suffix)| suffix);
    let is_whole = suffix.is_some_and(|suffix| {
        suffix.len() == 6 && suffix.chars().all(|c| c.is_ascii_alphanumeric())
    });
    if is_whole { arn } else { format!("{arn}-*") }
}

/// The name of a service in a region.
fn host(service: &str, region: &str) -> String {
    let domain = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("{service}.{region}.{domain}")
}

/// Where an image comes from.
enum Registry {
    Ecr {
        account: String,
        region: String,
        repository: String,
    },
    Public(String),
}

/// Registries that are on the internet for everybody. Any other host may be a company's own.
const PUBLIC: [&str; 6] = [
    "public.ecr.aws",
    "registry-1.docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "registry.k8s.io",
];

impl Registry {
    /// `None` for a registry of which nobody knows where it is.
    fn of(image: &str) -> Option<Self> {
        let (first, rest) = image.split_once('/').unwrap_or(("", image));
        let is_host = first.contains(['.', ':']) || first == "localhost";
        if !is_host || first == "docker.io" {
            // <https://docs.docker.com/reference/cli/docker/image/tag/>: without a host it's Docker Hub.
            return Some(Self::Public("registry-1.docker.io".to_owned()));
        }
        if let Some((account, tail)) = first.split_once(".dkr.ecr.") {
            let repository = rest.split(['@', ':']).next().unwrap_or(rest);
            return Some(Self::Ecr {
                account: account.to_owned(),
                region: tail.split('.').next()?.to_owned(),
                repository: repository.to_owned(),
            });
        }
        PUBLIC
            .contains(&first)
            .then(|| Self::Public(first.to_owned()))
    }
}
