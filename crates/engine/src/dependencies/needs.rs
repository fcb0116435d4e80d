use std::collections::{BTreeMap, BTreeSet};

use super::aws_service::{self, ServiceCall};
use super::declared::{self, Declaration, InvalidDeclaration};
use super::learned::{Learned, Source};
use super::text::{Certainty, Endpoint, Host};
use crate::facts::{
    ContainerDefinition, ContainerOverride, Missing, Snapshot, Tag, TaskDefinition,
};
use crate::net::Protocol;
use crate::subject::Subject;

/// Everything that a task must reach, or must not.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// What its configuration and people say that it talks to.
    pub dependencies: Vec<Dependency>,
    /// What ECS calls for it.
    pub calls: Vec<ServiceCall>,
    /// What it must not reach.
    pub denied: Vec<Declaration>,
    /// Declarations of needs that can't be understood.
    pub invalid: Vec<InvalidDeclaration>,
    /// Declarations of what it must not reach that can't be understood.
    pub invalid_denied: Vec<InvalidDeclaration>,
    /// Whether it sends what is for the web to a proxy.
    pub has_proxy: bool,
    /// Why its task definition wasn't read, if it wasn't: it may need more than this.
    pub definition_unread: Option<Missing>,
    /// Why its service wasn't read, if it has one that wasn't: tags on it may say more.
    pub service_unread: Option<Missing>,
}

/// Something that a task must reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Whom. The port is unknown when only the account's description of it tells.
    pub endpoint: Endpoint,
    /// Where we learned of it: `container web, env DATABASE_URL`.
    pub sources: Vec<String>,
}

impl Dependency {
    /// Host and port as people write them.
    pub fn address(&self, port: Option<u16>) -> String {
        let port = self.endpoint.port.or(port);
        match (&self.endpoint.host, port) {
            (Host::Name(name), Some(port)) => format!("{name}:{port}"),
            (Host::Name(name), None) => name.clone(),
            (Host::Address(address @ std::net::IpAddr::V6(_)), Some(port)) => {
                format!("[{address}]:{port}")
            }
            (Host::Address(address), Some(port)) => format!("{address}:{port}"),
            (Host::Address(address), None) => address.to_string(),
        }
    }

    /// Where we learned of it, as a part of a sentence.
    pub fn learned_from(&self) -> String {
        self.sources.join("; ")
    }
}

/// Finds what a subject needs. What people declared is found also where its task definition wasn't
/// observed.
pub fn discover(snapshot: &Snapshot, subject: &Subject<'_>) -> Needs {
    let mut needs = Needs::default();
    let mut tags: Vec<Tag> = Vec::new();
    match subject.service(snapshot) {
        Ok(service) => tags.extend(service.iter().flat_map(|service| service.tags.clone())),
        Err(missing) => needs.service_unread = Some(missing),
    }
    let mut found = Found::default();
    match subject.task_definition(snapshot) {
        Ok(definition) => {
            tags.extend(definition.tags.iter().cloned());
            needs.calls = aws_service::calls(definition, subject);
            found.add_definition(definition, subject, &tags);
        }
        Err(missing) => needs.definition_unread = Some(missing),
    }
    needs.has_proxy = found.has_proxy;
    needs.declare(snapshot, &tags, &mut found);
    needs.dependencies = found.into_dependencies();
    needs
}

impl Needs {
    /// What people declared, by tags and on the command line.
    fn declare(&mut self, snapshot: &Snapshot, tags: &[Tag], found: &mut Found) {
        let (mut declared, invalid) = declared::in_tags(tags, declared::NEEDS);
        declared.extend(snapshot.declared.iter().cloned());
        let (denied, mut invalid_denied) = declared::in_tags(tags, declared::DENIES);
        let mut invalid = invalid;
        // Which of the two was meant can't be told.
        let unknown: Vec<_> = declared::unknown_tags(tags).collect();
        invalid.extend(unknown.iter().cloned());
        invalid_denied.extend(unknown);
        invalid.extend(declared::invalid_ignored(tags));
        for declaration in declared {
            let source = match declaration.place {
                "--needs" => "declared by --needs".to_owned(),
                tag => format!("declared by the tag {tag}"),
            };
            found.add(declaration.endpoint, source);
        }
        self.denied = denied;
        self.invalid = invalid;
        self.invalid_denied = invalid_denied;
    }
}

fn nfs(host: String) -> Endpoint {
    stated(host, 2049)
}

fn smb(host: String) -> Endpoint {
    stated(host, 445)
}

fn stated(host: String, port: u16) -> Endpoint {
    Endpoint {
        host: Host::Name(host),
        port: Some(port),
        protocol: Protocol::TCP,
        certainty: Certainty::Stated,
        is_http: false,
        is_tls: false,
    }
}

type Key = (Host, Option<u16>, Protocol);

/// What was found, by endpoint: several containers may use the same database.
#[derive(Default)]
struct Found {
    by_endpoint: BTreeMap<Key, (Endpoint, BTreeSet<String>)>,
    has_proxy: bool,
}

impl Found {
    fn add(&mut self, endpoint: Endpoint, source: String) {
        let key = (endpoint.host.clone(), endpoint.port, endpoint.protocol);
        let Endpoint {
            certainty,
            is_http,
            is_tls,
            ..
        } = endpoint;
        let known = self.by_endpoint.entry(key);
        let (known, sources) = known.or_insert_with(|| (endpoint, BTreeSet::new()));
        // What one place says outright needs no guess at another.
        known.certainty = known.certainty.min(certainty);
        known.is_http &= is_http;
        known.is_tls |= is_tls;
        sources.insert(source);
    }

    /// What a task definition says, as far as no tag says to leave it alone.
    fn add_definition(&mut self, definition: &TaskDefinition, subject: &Subject<'_>, tags: &[Tag]) {
        let ignored: BTreeSet<String> = declared::words(tags, declared::IGNORE)
            .map(str::to_ascii_lowercase)
            .collect();
        for container in &definition.container_definitions {
            self.add_container(container, subject.overrides(&container.name), &ignored);
        }
        for volume in &definition.volumes {
            let efs = volume.efs_volume_configuration.iter();
            for file_system in efs {
                let (_, region) = subject.account_and_region();
                let id = &file_system.file_system_id;
                let host = format!("{id}.efs.{region}.amazonaws.com");
                let volume = volume.name.as_deref().unwrap_or(id);
                self.add(nfs(host), format!("volume {volume}"));
            }
            if let Some(fsx) = &volume.fsx_windows_file_server_volume_configuration {
                let volume = volume.name.as_deref().unwrap_or(&fsx.file_system_id);
                let host = format!("{}.fsx", fsx.file_system_id);
                self.add(smb(host), format!("volume {volume}"));
            }
        }
    }

    /// What a container's configuration says, as far as the task doesn't set something else.
    fn add_container(
        &mut self,
        container: &ContainerDefinition,
        own: Option<&ContainerOverride>,
        ignored: &BTreeSet<String>,
    ) {
        let logs = container.log_configuration.iter();
        let defined = container.learned.iter();
        let defined = defined.filter_map(|learned| in_force(learned, own));
        let logs = logs.flat_map(|logs| logs.learned.iter().cloned());
        let set = own.into_iter().flat_map(|own| own.learned.iter().cloned());
        for learned in defined.chain(logs).chain(set) {
            if is_ignored(&learned, ignored) {
                continue;
            }
            if let Source::Environment(names) = &learned.source {
                self.has_proxy |= names.iter().any(|name| is_proxy(name));
            }
            let source = format!("container {}, {}", container.name, learned.source);
            self.add(learned.endpoint, source);
        }
    }

    /// A port that only one of two places tells is the port at the other place too.
    fn into_dependencies(self) -> Vec<Dependency> {
        let with_port: BTreeSet<Host> = self
            .by_endpoint
            .keys()
            .filter(|(_, port, _)| port.is_some())
            .map(|(host, ..)| host.clone())
            .collect();
        self.by_endpoint
            .into_values()
            .filter(|(endpoint, _)| endpoint.port.is_some() || !with_port.contains(&endpoint.host))
            .map(|(endpoint, sources)| Dependency {
                endpoint,
                sources: sources.into_iter().collect(),
            })
            .collect()
    }
}

/// What is left of something that a definition says, where a task sets some of it anew. A host whose
/// port alone is set stays, with a port that isn't known: values aren't kept.
fn in_force(learned: &Learned, own: Option<&ContainerOverride>) -> Option<Learned> {
    let mut learned = learned.clone();
    match (&learned.source, own) {
        (Source::Environment(names), Some(own)) => {
            let is_set = |name: &&String| own.variables.contains(*name);
            let is_port = |name: &String| name.to_ascii_uppercase().contains("PORT");
            let set = names.iter().filter(is_set);
            match set.clone().count() {
                0 => {}
                some if some < names.len() && set.clone().all(is_port) => {
                    learned.endpoint.port = None;
                }
                _ => return None,
            }
        }
        (Source::Command, Some(own)) if own.sets_command => return None,
        _ => {}
    }
    Some(learned)
}

fn is_proxy(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    matches!(name.as_str(), "HTTP_PROXY" | "HTTPS_PROXY" | "ALL_PROXY")
}

/// Ignored by its host, with or without its port, or by the name of the variable.
fn is_ignored(learned: &Learned, ignored: &BTreeSet<String>) -> bool {
    let host = match &learned.endpoint.host {
        Host::Name(name) => name.clone(),
        Host::Address(address) => address.to_string(),
    };
    let with_port = learned.endpoint.port.map(|port| format!("{host}:{port}"));
    let variables = match &learned.source {
        Source::Environment(names) | Source::LogOption(names) => names.as_slice(),
        Source::Command | Source::EntryPoint | Source::HealthCheck => &[],
    };
    ignored.contains(&host)
        || with_port.is_some_and(|text| ignored.contains(&text))
        || variables
            .iter()
            .any(|name| ignored.contains(&name.to_ascii_lowercase()))
}

/// The task definition of a subject.
impl<'a> Subject<'a> {
    /// The revision of the task definition that its tasks run.
    pub fn task_definition(&self, snapshot: &'a Snapshot) -> Result<&'a TaskDefinition, Missing> {
        use crate::facts::{FactKind, Reason};
        let arn = match self {
            Self::Task(task) => task.task_definition_arn.as_ref(),
            Self::Service(service) => service.task_definition.as_ref(),
        };
        let arn = arn.ok_or_else(|| {
            let what = format!("the task definition of {}", self.arn().name());
            Missing::new(FactKind::TaskDefinitions, Reason::NotInFacts(what))
        })?;
        snapshot.task_definitions.get(arn)
    }

    /// What a task sets about a container of its definition.
    pub fn overrides(&self, container: &str) -> Option<&'a ContainerOverride> {
        match self {
            Self::Task(task) => {
                let mut overrides = task.overrides.container_overrides.iter();
                overrides.find(|own| own.name == container)
            }
            Self::Service(_) => None,
        }
    }
}
