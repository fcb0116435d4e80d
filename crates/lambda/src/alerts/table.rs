//! The states in DynamoDB: an item for each scope, written only over the version that was read.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem};
use awsvpc_auditor_collector::Calls;
use awsvpc_auditor_engine::alert::{Moment, Policy, Scope, State};

use super::{NotKept, Stored};

/// The table.
#[derive(Debug)]
pub struct Table {
    client: Client,
    name: String,
    policy: Policy,
}

/// How long a state that nobody changes is kept: a service that is deployed less often than this and
/// is still broken is told anew.
const KEPT: Duration = Duration::from_hours(90 * 24);

/// The most bytes of states in one transaction, which takes 4 MB.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
const TRANSACTION: usize = 3_500_000;

/// How often a call is tried. The SDK's three would give one call in forty up at a throttling of 30 %.
const ATTEMPTS: u32 = 6;

type Item = HashMap<String, AttributeValue>;

impl Table {
    /// The table of this name. Its calls are counted in `calls`.
    pub fn new(config: &SdkConfig, name: String, calls: Calls, policy: Policy) -> Self {
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let config = aws_sdk_dynamodb::config::Builder::from(config)
            .retry_config(retries)
            .interceptor(calls);
        Self {
            client: Client::from_conf(config.build()),
            name,
            policy,
        }
    }

    /// The client, for what else is kept in the table.
    pub(crate) fn client(&self) -> (&Client, &str) {
        (&self.client, &self.name)
    }

    /// The states of these scopes, at most a hundred, in their order.
    pub async fn load(&self, scopes: &[Scope]) -> Result<Vec<Stored>, NotKept> {
        let mut found: BTreeMap<String, Stored> = BTreeMap::new();
        let key = |scope: &Scope| HashMap::from([("Id".to_owned(), text(scope))]);
        let mut left: Vec<Item> = scopes.iter().map(key).collect();
        let mut rounds = 0;
        while !left.is_empty() {
            rounds += 1;
            if rounds > ATTEMPTS {
                return Err(NotKept::Throttled);
            }
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(left))
                .consistent_read(true)
                .build()
                .map_err(|error| NotKept::Refused(error.to_string()))?;
            let get = self.client.batch_get_item().request_items(&self.name, keys);
            let got = get.send().await.map_err(|error| not_kept(&error))?;
            for item in got
                .responses
                .into_iter()
                .flatten()
                .flat_map(|(_, items)| items)
            {
                if let Some(id) = item.get("Id").and_then(|id| id.as_s().ok()) {
                    found.insert(id.clone(), stored(&item));
                }
            }
            let unprocessed = got.unprocessed_keys.into_iter().flatten();
            left = unprocessed.flat_map(|(_, keys)| keys.keys).collect();
        }
        let states = scopes.iter().map(|scope| found.remove(&scope.to_string()));
        Ok(states.map(Option::unwrap_or_default).collect())
    }

    /// Keeps these states, at most a hundred: all or none, unless together they are larger than a
    /// transaction may be.
    pub async fn save(&self, states: &[(Scope, Stored)], now: Moment) -> Result<(), NotKept> {
        let (mut items, mut size) = (Vec::with_capacity(states.len()), 0);
        for (scope, stored) in states {
            let json = |error: serde_json::Error| NotKept::Refused(error.to_string());
            let state = stored.state.to_json().map_err(json)?;
            if size + state.len() > TRANSACTION {
                self.write(std::mem::take(&mut items)).await?;
                size = 0;
            }
            size += state.len();
            let put = self.put(scope, stored, state, now)?;
            items.push(TransactWriteItem::builder().put(put).build());
        }
        self.write(items).await
    }

    async fn write(&self, items: Vec<TransactWriteItem>) -> Result<(), NotKept> {
        if items.is_empty() {
            return Ok(());
        }
        let write = self.client.transact_write_items();
        let written = write.set_transact_items(Some(items)).send().await;
        written.map_err(|error| not_written(&error))?;
        Ok(())
    }

    fn put(
        &self,
        scope: &Scope,
        stored: &Stored,
        state: String,
        now: Moment,
    ) -> Result<Put, NotKept> {
        let json = |error: serde_json::Error| NotKept::Refused(error.to_string());
        let version = stored.version.unwrap_or_default() + 1;
        let due = stored.state.due(&self.policy, now);
        // What waits for a time, such as the end of a snooze, is kept until then.
        let expires = now.max(due.unwrap_or(now)).after(KEPT);
        let expires = expires.timestamp().seconds();
        let mut put = Put::builder()
            .table_name(&self.name)
            .item("Id", text(scope))
            .item(
                "Scope",
                AttributeValue::S(serde_json::to_string(scope).map_err(json)?),
            )
            .item("Version", number(version))
            .item("State", AttributeValue::S(state))
            .item("Expires", number(expires));
        if let Some(due) = due {
            put = put.item("Due", number(due.millis()));
        }
        put = match stored.version {
            None => put.condition_expression("attribute_not_exists(Id)"),
            Some(version) => put
                .condition_expression("Version = :version")
                .expression_attribute_values(":version", number(version)),
        };
        put.build()
            .map_err(|error| NotKept::Refused(error.to_string()))
    }

    /// The scopes in which something is due.
    pub async fn due(&self, now: Moment) -> Result<Vec<Scope>, NotKept> {
        let scan = self.scan("#due <= :now");
        let scan = scan.expression_attribute_names("#due", "Due");
        scopes(scan.expression_attribute_values(":now", number(now.millis()))).await
    }

    /// The scopes of which something is kept.
    pub async fn scopes(&self) -> Result<Vec<Scope>, NotKept> {
        scopes(self.scan("attribute_exists(#scope)")).await
    }

    fn scan(&self, filter: &str) -> ScanFluentBuilder {
        self.client
            .scan()
            .table_name(&self.name)
            .filter_expression(filter)
            .projection_expression("#scope")
            .expression_attribute_names("#scope", "Scope")
    }
}

async fn scopes(scan: ScanFluentBuilder) -> Result<Vec<Scope>, NotKept> {
    let mut items = scan.into_paginator().items().send();
    let mut scopes = Vec::new();
    while let Some(item) = items.next().await {
        let item = item.map_err(|error| not_kept(&error))?;
        let scope = item.get("Scope").and_then(|scope| scope.as_s().ok());
        scopes.extend(scope.and_then(|scope| serde_json::from_str(scope).ok()));
    }
    Ok(scopes)
}

fn text(scope: &Scope) -> AttributeValue {
    AttributeValue::S(scope.to_string())
}

fn number(number: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// What an item holds. One that can't be read counts as none, but isn't written over blindly.
fn stored(item: &Item) -> Stored {
    let version = item.get("Version").and_then(|version| version.as_n().ok());
    let version = version.and_then(|version| version.parse().ok());
    let state = item.get("State").and_then(|state| state.as_s().ok());
    let state = state.map(|text| {
        serde_json::from_str(text).unwrap_or_else(|error| {
            // Another version may have written it. Better told twice than not at all.
            tracing::error!(%error, "a state in the table can't be read and counts as none");
            State::default()
        })
    });
    Stored {
        version,
        state: state.unwrap_or_default(),
    }
}

const THROTTLED: [&str; 4] = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "InternalServerError",
];

fn not_kept<E>(error: &SdkError<E>) -> NotKept
where
    SdkError<E>: ProvideErrorMetadata + std::error::Error,
{
    if error.code().is_some_and(|code| THROTTLED.contains(&code)) {
        return NotKept::Throttled;
    }
    refused(error)
}

/// The log gets all of it, people its name.
fn refused<E>(error: &SdkError<E>) -> NotKept
where
    SdkError<E>: ProvideErrorMetadata + std::error::Error,
{
    let all = DisplayErrorContext(error).to_string();
    tracing::error!(error = all, "DynamoDB refuses");
    let name = error.code().unwrap_or(match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => "no connection",
        _ => "no answer that can be read",
    });
    NotKept::Refused(format!("DynamoDB: {name}"))
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
fn not_written(error: &SdkError<TransactWriteItemsError>) -> NotKept {
    const LOST: [&str; 2] = ["ConditionalCheckFailed", "TransactionConflict"];
    const BUSY: [&str; 2] = ["ThrottlingError", "ProvisionedThroughputExceeded"];
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons().iter();
            let codes: Vec<&str> = reasons.filter_map(|reason| reason.code()).collect();
            if codes.iter().any(|code| LOST.contains(code)) {
                NotKept::Conflict
            } else if codes.iter().any(|code| BUSY.contains(code)) {
                NotKept::Throttled
            } else {
                refused(error)
            }
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => NotKept::Conflict,
        _ => not_kept(error),
    }
}
