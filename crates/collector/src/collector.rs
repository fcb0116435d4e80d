//! Plans the calls for a request: three rounds, in each of which everything runs together.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use awsvpc_auditor_engine::dependencies::question::Question;
use awsvpc_auditor_engine::facts::{FactKind, LoadError, Snapshot};
use futures_util::future::join_all;
use moka::future::Cache;
use serde_json::Value;
use tokio::time::Instant;

use crate::answers::Answers;
use crate::calls::Calls;
use crate::clients::{Clients, client};
use crate::ec2::{Ec2, filter};
use crate::ecs::Ecs;
use crate::findings::Findings;
use crate::kept::{Kept, kept, shared};
use crate::named;
use crate::request::Request;
use crate::round::Round;
use crate::subject::{Listed, awsvpc, described, first_round, listed, second_round, stopped};
use crate::trouble::Refused;
use crate::vpc_facts::{self, Regional, chunks, items, text, texts};
use crate::wanted;

/// VPCs whose facts are kept; the largest take about a megabyte.
const MOST_VPCS: u64 = 16;

/// What is kept of a region as a whole.
const REGIONAL: u64 = 2;

/// VPCs other than its own that a task may reach into: one for data, one for each partner.
const MOST_OTHER_VPCS: usize = 4;

/// Prefix lists that rules name; each is at most 1,000 entries long.
const MOST_PREFIX_LISTS: u64 = 64;

/// Task definitions that tasks start from at a time.
const MOST_DEFINITIONS: u64 = 500;

/// Subnets never move to another VPC.
const MOST_SUBNETS: u64 = 10_000;

/// Asks AWS. One for a process: audits share what it learns about their VPCs.
#[derive(Debug)]
pub struct Collector {
    ec2: aws_sdk_ec2::Client,
    ecs: aws_sdk_ecs::Client,
    answers: Answers,
    vpcs: Kept<String>,
    regional: Regional,
    prefix_lists: Kept<String>,
    definitions: Kept<String>,
    vpc_of_subnet: Cache<String, String>,
    calls: Calls,
}

/// What was collected, and when.
#[derive(Debug)]
pub struct Collected {
    findings: Findings,
    observed_at: String,
    began: SystemTime,
}

impl Collected {
    /// What was found by a look that began then.
    pub(crate) fn new(began: SystemTime, findings: Findings) -> Self {
        Self {
            findings,
            observed_at: now(),
            began,
        }
    }

    /// What was found by a look that began then, and took its time.
    pub(crate) fn since(began: SystemTime, findings: Findings) -> Self {
        Self {
            findings,
            observed_at: written(began),
            began,
        }
    }

    /// When the oldest of the facts were asked for: what was kept from earlier audits counts with its
    /// age.
    pub fn oldest(&self) -> SystemTime {
        let kept = self.findings.oldest().unwrap_or(self.began);
        kept.min(self.began)
    }

    /// The IAM actions of the calls that AWS answered, all of them and in full.
    pub fn answered(&self) -> BTreeSet<String> {
        let missing: BTreeSet<_> = self.missing().map(|(action, _)| action).collect();
        let answered = self.findings.answered();
        let whole = answered.filter(|action| !missing.contains(action));
        whole.map(str::to_owned).collect()
    }

    /// Adds what was found later.
    pub(crate) fn add(&mut self, findings: &Findings) {
        self.findings.absorb(findings);
    }

    /// The facts.
    pub fn snapshot(&self) -> Result<Snapshot, LoadError> {
        self.findings.snapshot(&self.observed_at)
    }

    /// The files of a snapshot that gives the same facts: name and text.
    pub fn files(&self) -> Vec<(String, String)> {
        self.findings.files(&self.observed_at)
    }

    /// Which calls gave nothing, and why: IAM action and reason.
    pub fn missing(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.findings.missing()
    }
}

impl Collector {
    /// A collector that asks as configured. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        Self {
            ec2: client!(aws_sdk_ec2, config, calls),
            ecs: client!(aws_sdk_ecs, config, calls),
            answers: Answers::new(Clients::new(config, &calls)),
            vpcs: kept(MOST_VPCS),
            regional: kept(REGIONAL),
            prefix_lists: kept(MOST_PREFIX_LISTS),
            definitions: kept(MOST_DEFINITIONS),
            vpc_of_subnet: Cache::new(MOST_SUBNETS),
            calls,
        }
    }

    /// The calls that were made.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Forgets what it knows of VPCs and of what is in them, so that the next answer is new.
    pub fn forget(&self) {
        self.vpcs.invalidate_all();
        self.regional.invalidate_all();
        self.prefix_lists.invalidate_all();
        self.definitions.invalidate_all();
        self.answers.forget();
    }

    /// Learns what a request wants, until the deadline. What did not come is in the facts' coverage;
    /// an error means that AWS doesn't know the caller at all.
    pub async fn collect(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Collected, Refused> {
        let began = SystemTime::now();
        let (ec2, ecs) = self.asking(deadline);
        let mut request = request.clone();
        let mut subject = described(ecs, &mut request).await;
        let unknown_subnets = self.unknown_subnets(&request).await;
        let (first, stopped, listed, definitions) = tokio::join!(
            first_round(ec2, ecs, &request, unknown_subnets),
            stopped(ecs, &request),
            listed(ecs, &request),
            self.definitions(ecs, wanted::definitions_of_tasks(&request))
        );
        subject.absorb(&first);
        subject.absorb(&stopped);
        subject.absorb(&definitions);
        let more = wanted::definitions_of_services(&request, &subject);
        subject.absorb(&self.definitions(ecs, more).await);
        let around = self.around_subject((ec2, ecs), &request, subject, listed);
        let findings = Box::pin(around).await?;
        Ok(Collected::new(began, findings))
    }

    /// What is around subjects that were described, and what they talk to.
    pub(crate) async fn around_subject(
        &self,
        (ec2, ecs): (Ec2<'_>, Ecs<'_>),
        request: &Request,
        mut subject: Findings,
        listed: Listed,
    ) -> Result<Findings, Refused> {
        let subnets = self.subnets_of_services(ec2, &subject).await;
        subject.absorb(&subnets);
        let vpcs = self.vpcs_of(request, &subject).await;
        let questions = wanted::questions(request, &subject);
        let (about_vpcs, second, located) = tokio::join!(
            self.about(ec2, &vpcs),
            second_round(ec2, ecs, request, &subject, listed, &vpcs),
            self.located(ec2, &questions)
        );
        subject.absorb(&second);
        let mut findings = Findings::default();
        for vpc in about_vpcs {
            findings.absorb(&vpc);
        }
        findings.absorb(&located);
        let around = Box::pin(self.around(ec2, &located, &vpcs));
        findings.absorb(&around.await);
        // What was asked about the subject itself is the newest.
        findings.absorb(&subject);
        let lists = self.prefix_lists_of_groups(ec2, &findings).await;
        findings.absorb(&lists);
        if let Some(refused) = findings.refused() {
            return Err(refused.clone());
        }
        Ok(findings)
    }

    /// The clients, and until when answers are of use.
    pub(crate) fn asking(&self, deadline: Instant) -> (Ec2<'_>, Ecs<'_>) {
        let (ec2, ecs) = (&self.ec2, &self.ecs);
        (
            Ec2 {
                client: ec2,
                deadline,
            },
            Ecs {
                client: ecs,
                deadline,
            },
        )
    }

    async fn unknown_subnets(&self, request: &Request) -> Vec<String> {
        let mut unknown = Vec::new();
        for subnet in &request.subnets {
            if self.vpc_of_subnet.get(subnet.as_str()).await.is_none() {
                unknown.push(subnet.to_string());
            }
        }
        unknown
    }

    /// A subnet of each service of which nothing else tells the VPC.
    async fn subnets_of_services(&self, ec2: Ec2<'_>, findings: &Findings) -> Findings {
        let mut unknown = BTreeSet::new();
        for service in findings.of(FactKind::Services) {
            let subnets = subnets_of(service);
            let is_known = subnets.iter().any(|subnet| {
                self.vpc_of_subnet.contains_key(subnet)
                    || findings.get(FactKind::Subnets, subnet).is_some()
            });
            // All subnets of a service are in one VPC.
            // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
            if !is_known {
                unknown.extend(subnets.into_iter().next());
            }
        }
        let unknown: Vec<String> = unknown.into_iter().collect();
        let mut round = Round::default();
        for ids in chunks(&unknown) {
            round.ask(FactKind::Subnets, Vec::new(), async move {
                ec2.subnets(filter("subnet-id", ids)).await
            });
        }
        round.run().await
    }

    /// The VPCs that the request is about.
    async fn vpcs_of(&self, request: &Request, findings: &Findings) -> BTreeSet<String> {
        let mut vpcs = BTreeSet::new();
        for subnet in findings.of(FactKind::Subnets) {
            if let (Some(id), Some(vpc)) = (text(subnet, "SubnetId"), text(subnet, "VpcId")) {
                self.vpc_of_subnet.insert(id, vpc.clone()).await;
                vpcs.insert(vpc);
            }
        }
        let interfaces = findings.of(FactKind::NetworkInterfaces);
        vpcs.extend(interfaces.filter_map(|interface| text(interface, "VpcId")));
        for subnet in &request.subnets {
            vpcs.extend(self.vpc_of_subnet.get(subnet.as_str()).await);
        }
        for service in findings.of(FactKind::Services) {
            for subnet in subnets_of(service) {
                vpcs.extend(self.vpc_of_subnet.get(&subnet).await);
            }
        }
        vpcs
    }

    /// The task definitions that tasks and services run. A revision never changes, but its tags can.
    pub(crate) async fn definitions(&self, ecs: Ecs<'_>, arns: BTreeSet<String>) -> Findings {
        let all = arns.iter().map(|arn| {
            shared(&self.definitions, arn.as_str(), async move {
                let mut round = Round::default();
                round.ask(
                    FactKind::TaskDefinitions,
                    Vec::new(),
                    ecs.task_definition(arn),
                );
                round.run().await
            })
        });
        let mut findings = Findings::default();
        for definition in join_all(all).await {
            findings.absorb(&definition);
        }
        findings
    }

    /// The facts of each VPC: kept ones, or one flight for everybody who waits for them. Several that
    /// nobody asked of late share their calls.
    async fn about(&self, ec2: Ec2<'_>, vpcs: &BTreeSet<String>) -> Vec<Arc<Findings>> {
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        for vpc in vpcs {
            match self.vpcs.get(vpc).await {
                Some(kept) => found.push(kept),
                None => unknown.push(vpc.clone()),
            }
        }
        if let [vpc] = unknown.as_slice() {
            let ask = vpc_facts::collect(ec2, &self.regional, &unknown);
            found.push(Box::pin(shared(&self.vpcs, vpc, ask)).await);
        } else if !unknown.is_empty() {
            let began = SystemTime::now();
            let mut together = vpc_facts::collect(ec2, &self.regional, &unknown).await;
            together.asked_at(began);
            let together = Arc::new(together);
            if together.is_settled() {
                for vpc in unknown {
                    self.vpcs.insert(vpc, Arc::clone(&together)).await;
                }
            }
            found.push(together);
        }
        found
    }

    /// What the request's questions lead to, and what that names.
    async fn located(&self, ec2: Ec2<'_>, questions: &BTreeSet<Question>) -> Findings {
        if questions.is_empty() {
            return Findings::default();
        }
        let mut located = self.answers.about(questions, ec2.deadline).await;
        let mut unknown = Vec::new();
        for subnet in named::subnets(&located) {
            if !self.vpc_of_subnet.contains_key(&subnet) {
                unknown.push(subnet);
            }
        }
        let named = named::asked(ec2, &located, unknown).await;
        located.absorb(&named);
        located
    }

    /// What is around the things that were located: the groups of their interfaces, and their VPCs,
    /// where they are others than the request's.
    async fn around(&self, ec2: Ec2<'_>, located: &Findings, known: &BTreeSet<String>) -> Findings {
        let mut vpcs = named::vpcs(located);
        for subnet in named::subnets(located) {
            vpcs.extend(self.vpc_of_subnet.get(&subnet).await);
        }
        // Many services reach into more VPCs than one does.
        let most = MOST_OTHER_VPCS.saturating_mul(known.len().max(1));
        let others = vpcs.difference(known).take(most);
        let others: BTreeSet<String> = others.cloned().collect();
        let (mut findings, about_vpcs) = tokio::join!(
            named::groups_of_interfaces(ec2, located),
            self.about(ec2, &others)
        );
        for vpc in about_vpcs {
            findings.absorb(&vpc);
        }
        findings
    }

    /// The entries of prefix lists that rules of security groups name.
    async fn prefix_lists_of_groups(&self, ec2: Ec2<'_>, known: &Findings) -> Findings {
        let groups = known.of(FactKind::SecurityGroups);
        let permissions = groups.flat_map(|group| {
            items(group, "IpPermissions").chain(items(group, "IpPermissionsEgress"))
        });
        let lists: BTreeSet<String> = permissions
            .flat_map(|permission| items(permission, "PrefixListIds"))
            .filter_map(|list| text(list, "PrefixListId"))
            .filter(|list| known.get(FactKind::PrefixLists, list).is_none())
            .collect();
        let all = lists.iter().map(|list| {
            shared(&self.prefix_lists, list, async move {
                let mut round = Round::default();
                round.ask(FactKind::PrefixLists, Vec::new(), async move {
                    ec2.prefix_list_entries(list).await
                });
                round.run().await
            })
        });
        let mut findings = Findings::default();
        for list in join_all(all).await {
            findings.absorb(&list);
        }
        findings
    }
}

/// The subnets that a described service configures.
fn subnets_of(service: &Value) -> Vec<String> {
    let awsvpc = awsvpc(service);
    awsvpc
        .map(|awsvpc| texts(awsvpc, "subnets"))
        .unwrap_or_default()
}

/// The time, to the second, in RFC 3339.
pub(crate) fn now() -> String {
    written(SystemTime::now())
}

/// A time, to the second, in RFC 3339.
pub(crate) fn written(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    });
    DateTime::from_secs(seconds)
        .fmt(Format::DateTime)
        .unwrap_or_default()
}
