//! Reads what the AWS CLI prints into facts. Every error names the file and the place.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::coverage::CoverageEntry;
use super::keys::{self, Shape, Spec};
use super::merge::{self, Conflict};
use super::saved_file::{File, Item, TopLevel, without_value};
use super::{Coverage, FactKind, Facts, Observations, Reason, Resource, Scope, Snapshot};
use crate::probe::Probe;

/// Why saved output can't be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file isn't JSON, or something in it has the wrong type.
    #[error("{file}, line {line}, column {column}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A resource was saved twice and the copies differ.
    #[error(
        "{kind} {id} is in {first} and again in {second}, and `{field}` differs: remove the older copy"
    )]
    Duplicate {
        /// The kind of resource.
        kind: FactKind,
        /// Its id.
        id: String,
        /// Where it was seen first.
        first: String,
        /// Where it was seen again.
        second: String,
        /// What differs.
        field: String,
    },
    /// Output that doesn't say what it is about.
    #[error(
        "{file}: `{key}` doesn't say which {what} it belongs to: put the id into the file's name, \
         or add \"{id_key}\" next to `{key}`"
    )]
    Unattributed {
        /// The file.
        file: String,
        /// The key.
        key: &'static str,
        /// What it should belong to.
        what: &'static str,
        /// The key that would say so.
        id_key: &'static str,
    },
    /// A file that should hold a task definition and doesn't.
    #[error(
        "{file}: no task definition: {problem}. Expected what `aws ecs describe-task-definition` prints, or \
         the input of `aws ecs register-task-definition --cli-input-json`"
    )]
    NoTaskDefinition {
        /// The file.
        file: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// No file held anything known.
    #[error(
        "no AWS output among {files} JSON file(s): expected the AWS CLI's own output, such as \
         `aws ec2 describe-subnets > subnets.json`, with a top-level key like `Subnets`"
    )]
    NothingKnown {
        /// How many files were read.
        files: usize,
    },
}

impl LoadError {
    /// The same, quoting nothing where facts of this kind may hold secrets.
    pub(super) fn discreet(self, kind: FactKind) -> Self {
        match self {
            Self::Malformed {
                file,
                line,
                column,
                message,
            } if matches!(kind, FactKind::Tasks | FactKind::TaskDefinitions) => Self::Malformed {
                file,
                line,
                column,
                message: without_value(message),
            },
            other => other,
        }
    }

    /// Says which resource it is about.
    fn about(self, kind: FactKind, id: &str) -> Self {
        match self {
            Self::Malformed {
                file,
                line,
                column,
                message,
            } => Self::Malformed {
                file,
                line,
                column,
                message: format!("{kind} {id}: {message}"),
            },
            other => other,
        }
    }
}

/// Collects files and makes a [`Snapshot`] of them.
#[derive(Debug, Default)]
pub struct SnapshotReader {
    files: Vec<File>,
    items: BTreeMap<FactKind, BTreeMap<String, Vec<Item>>>,
    /// By kind and folder: a region's last page says nothing about another region's.
    pages: BTreeMap<FactKind, BTreeMap<String, Pages>>,
    coverage: Vec<CoverageEntry>,
    observed_at: Option<String>,
    probes: Vec<Probe>,
    /// Whether some file held AWS output that no rule reads.
    knows_something: bool,
}

#[derive(Debug, Default)]
struct Pages {
    seen: usize,
    continued: usize,
}

impl SnapshotReader {
    /// Adds one file. `name` is for messages, and gives the id where the output itself lacks it.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        text: impl Into<String>,
    ) -> Result<(), LoadError> {
        let text = text.into();
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text);
        let file = File {
            name: name.into(),
            text,
        };
        let top: TopLevel<'_> = file.parse(0, &file.text)?;
        let continued = keys::is_continued(&top.0);
        let mut found = Vec::new();
        for (key, value) in &top.0 {
            match key.as_str() {
                "ObservedAt" => self.observed_at = Some(file.parse_member(key, value)?),
                "Coverage" => {
                    let entries: Vec<CoverageEntry> = file.parse_member(key, value)?;
                    self.knows_something = true;
                    self.coverage.extend(entries);
                }
                "Probes" => {
                    let probes: Vec<Probe> = file.parse_member(key, value)?;
                    self.knows_something = true;
                    self.probes.extend(probes);
                }
                _ => {
                    self.knows_something |= keys::is_known(key);
                    let siblings = top.0.iter().map(|(key, _)| key.as_str());
                    if let Some(spec) = keys::find(key, value.get(), siblings) {
                        let folder = file.name.rsplit_once('/').map_or("", |(folder, _)| folder);
                        let pages = self.pages.entry(spec.kind).or_default();
                        let pages = pages.entry(folder.to_owned()).or_default();
                        pages.seen += 1;
                        pages.continued += usize::from(continued);
                        let resources = self.resources(&file, &top, spec, value);
                        found.extend(resources.map_err(|error| error.discreet(spec.kind))?);
                    }
                }
            }
        }
        for (kind, id, item) in found {
            let items = self.items.entry(kind).or_default().entry(id).or_default();
            items.push(item);
        }
        self.files.push(file);
        Ok(())
    }

    /// The resources that a member of a file holds, each with its id.
    fn resources(
        &self,
        file: &File,
        top: &TopLevel<'_>,
        spec: &Spec,
        value: &RawValue,
    ) -> Result<Vec<(FactKind, String, Item)>, LoadError> {
        let index = self.files.len();
        match spec.shape {
            Shape::List { id_keys } => {
                let elements: Vec<&RawValue> = file.parse_member(spec.key, value)?;
                let mut found = Vec::with_capacity(elements.len());
                let of_kind = |element: &&RawValue| keys::is_of_kind(spec.kind, element.get());
                for element in elements.into_iter().filter(of_kind) {
                    let id = file.id(element, id_keys)?;
                    found.push((spec.kind, id, file.item(index, element)));
                }
                Ok(found)
            }
            Shape::Nested { member, id_keys } => {
                let holders: Vec<TopLevel<'_>> = file.parse_member(spec.key, value)?;
                let mut found = Vec::new();
                for holder in &holders {
                    let inner = holder.0.iter().find(|(key, _)| key == member);
                    let Some((_, inner)) = inner else { continue };
                    let elements: Vec<&RawValue> = file.parse_member(member, inner)?;
                    for element in elements {
                        let id = file.id(element, id_keys)?;
                        found.push((spec.kind, id, file.item(index, element)));
                    }
                }
                Ok(found)
            }
            Shape::One { id_key, with } => {
                let id = file.id(value, std::slice::from_ref(&id_key))?;
                let mut item = file.item(index, value);
                let mut resource: Value = file.parse_member(spec.key, value)?;
                let beside = top.0.iter().find(|(key, _)| key == with);
                if let (Some((_, beside)), Some(resource)) = (beside, resource.as_object_mut()) {
                    resource.insert(with.to_owned(), file.parse_member(with, beside)?);
                }
                item.rebuilt = Some(resource);
                Ok(vec![(spec.kind, id, item)])
            }
            Shape::Attached { id_key, what } => {
                let owner = keys::owner(&file.name, &top.0, id_key, spec.id_prefix);
                let owner = owner.ok_or_else(|| LoadError::Unattributed {
                    file: file.name.clone(),
                    key: spec.key,
                    what,
                    id_key,
                })?;
                let output: Value = file.parse(0, &file.text)?;
                let mut item = file.item(index, value);
                item.rebuilt = Some(keys::attach(&output, id_key, &owner, spec.key));
                Ok(vec![(spec.kind, owner, item)])
            }
        }
    }

    /// Everything that was added, as a snapshot.
    pub fn finish(self) -> Result<Snapshot, LoadError> {
        if self.pages.is_empty() && self.coverage.is_empty() && !self.knows_something {
            return Err(LoadError::NothingKnown {
                files: self.files.len(),
            });
        }
        Ok(Snapshot::new(Observations {
            observed_at: self.observed_at.clone(),
            vpcs: self.facts()?,
            vpc_attributes: self.facts()?,
            subnets: self.facts()?,
            route_tables: self.facts()?,
            network_acls: self.facts()?,
            security_groups: self.facts()?,
            network_interfaces: self.facts()?,
            internet_gateways: self.facts()?,
            egress_only_internet_gateways: self.facts()?,
            nat_gateways: self.facts()?,
            vpc_endpoints: self.facts()?,
            vpc_peering_connections: self.facts()?,
            transit_gateways: self.facts()?,
            transit_gateway_vpc_attachments: self.facts()?,
            transit_gateway_attachments: self.facts()?,
            transit_gateway_routes: self.facts()?,
            prefix_lists: self.facts()?,
            dhcp_options: self.facts()?,
            flow_logs: self.facts()?,
            vpn_connections: self.facts()?,
            tasks: self.facts()?,
            task_definitions: self.facts()?,
            services: self.facts()?,
            declared: Vec::new(),
            db_instances: self.facts()?,
            db_clusters: self.facts()?,
            db_proxies: self.facts()?,
            replication_groups: self.facts()?,
            cache_clusters: self.facts()?,
            cache_subnet_groups: self.facts()?,
            serverless_caches: self.facts()?,
            load_balancers: self.facts()?,
            target_groups: self.facts()?,
            mount_targets: self.facts()?,
            kafka_clusters: self.facts()?,
            kafka_nodes: self.facts()?,
            opensearch_domains: self.facts()?,
            discovered_instances: self.facts()?,
            container_instances: self.facts()?,
            clusters: self.facts()?,
            capacity_providers: self.facts()?,
            account_settings: self.facts()?,
            auto_scaling_groups: self.facts()?,
            instances: self.facts()?,
            instance_types: self.facts()?,
            service_quotas: self.facts()?,
            metric_data: self.facts()?,
            resolved_names: self.facts()?,
            probes: self.probes,
        }))
    }

    fn facts<R: Resource + DeserializeOwned>(&self) -> Result<Facts<R>, LoadError> {
        let coverage = self.coverage(R::KIND);
        if let Coverage::Missing(reason) = coverage {
            return Ok(Facts::missing(reason));
        }
        let items = self.items.get(&R::KIND).into_iter().flatten();
        let mut failure = None;
        // One by one: as a fact each is smaller than as it was read.
        let resources = items.map_while(|(id, items)| {
            let resource = self.resource(R::KIND, id, items);
            resource.map_err(|error| failure = Some(error)).ok()
        });
        let facts = Facts::new(resources, coverage);
        failure.map_or(Ok(facts), Err)
    }

    fn coverage(&self, kind: FactKind) -> Coverage {
        let entries = || self.coverage.iter().filter(|entry| entry.fact == kind);
        let asked: Option<BTreeSet<Scope>> = entries()
            .filter_map(|entry| entry.within.clone())
            .reduce(|mut all, more| {
                all.extend(more);
                all
            })
            .map(BTreeSet::from_iter);
        let reason = entries().find_map(|entry| entry.reason.clone());
        let pages = self.pages.get(&kind);
        let is_cut_short =
            pages.is_some_and(|all| all.values().any(|pages| pages.continued == pages.seen));
        let beyond = reason.or(is_cut_short.then_some(Reason::Truncated));
        match (pages, asked, beyond) {
            (Some(_), None, None) => Coverage::Known,
            (None, None, reason) => Coverage::Missing(reason.unwrap_or(Reason::NotObserved)),
            (_, asked, beyond) => Coverage::Partial {
                asked: asked.unwrap_or_default(),
                beyond: beyond.unwrap_or(Reason::NotObserved),
            },
        }
    }

    fn resource<R: DeserializeOwned>(
        &self,
        kind: FactKind,
        id: &str,
        items: &[Item],
    ) -> Result<R, LoadError> {
        let resource = self.merged(kind, id, items);
        resource.map_err(|error| error.discreet(kind))
    }

    fn merged<R: DeserializeOwned>(
        &self,
        kind: FactKind,
        id: &str,
        items: &[Item],
    ) -> Result<R, LoadError> {
        if let [only] = items
            && only.rebuilt.is_none()
        {
            let (file, text) = self.place(only);
            return file
                .parse(only.start, text)
                .map_err(|error| error.about(kind, id));
        }
        let mut merged = Value::Null;
        let mut first = "";
        for item in items {
            let (file, text) = self.place(item);
            let value = match &item.rebuilt {
                Some(value) => value.clone(),
                None => file.parse(item.start, text)?,
            };
            merge::into(&mut merged, value).map_err(|Conflict { field }| LoadError::Duplicate {
                kind,
                id: id.to_owned(),
                first: first.to_owned(),
                second: file.name.clone(),
                field,
            })?;
            if first.is_empty() {
                first = &file.name;
            }
        }
        serde_path_to_error::deserialize(merged).map_err(|error| LoadError::Malformed {
            file: first.to_owned(),
            line: 1,
            column: 1,
            message: format!("{kind} {id}: `{}`: {}", error.path(), error.inner()),
        })
    }

    fn place(&self, item: &Item) -> (&File, &str) {
        static NOWHERE: File = File {
            name: String::new(),
            text: String::new(),
        };
        let file = self.files.get(item.file).unwrap_or(&NOWHERE);
        (
            file,
            file.text.get(item.start..item.end).unwrap_or_default(),
        )
    }
}
