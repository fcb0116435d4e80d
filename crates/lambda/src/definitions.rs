//! What was learned from task definitions, kept in the table of the alerts' states: an item for each
//! revision, which never changes. Values of variables aren't in it: they never leave the collector.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use awsvpc_auditor_collector::DefinitionMemory;
use serde_json::Value;

use crate::alerts::{Table, now};

/// How long a revision is remembered. Tags that are put on it later are seen after this time, or with
/// the next task that starts.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Items in one `BatchGetItem`.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
const GET: usize = 100;

/// Items in one `BatchWriteItem`.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const WRITE: usize = 25;

/// How often what a busy table left out is asked for again.
const ROUNDS: usize = 4;

/// Remembers revisions in the table. What it can't remember is asked for again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Definitions<'t>(pub(crate) &'t Table);

type Item = HashMap<String, AttributeValue>;

impl DefinitionMemory for Definitions<'_> {
    async fn recall(&self, arns: &BTreeSet<String>) -> BTreeMap<String, Value> {
        let mut recalled = BTreeMap::new();
        let all: Vec<&String> = arns.iter().collect();
        for arns in all.chunks(GET) {
            let mut left: Vec<Item> = arns.iter().map(|arn| key(arn)).collect();
            for _ in 0..ROUNDS {
                if left.is_empty() {
                    break;
                }
                left = self.get(left, &mut recalled).await;
            }
        }
        recalled
    }

    async fn remember(&self, learned: BTreeMap<String, Value>) {
        let expires = now().after(KEPT).timestamp().seconds();
        let items: Vec<WriteRequest> = learned
            .into_iter()
            .filter_map(|(arn, value)| {
                let mut item = key(&arn);
                item.insert("Arn".to_owned(), AttributeValue::S(arn));
                item.insert("Learned".to_owned(), AttributeValue::S(value.to_string()));
                let expires = AttributeValue::N(expires.to_string());
                item.insert("Expires".to_owned(), expires);
                let put = PutRequest::builder().set_item(Some(item)).build().ok()?;
                Some(WriteRequest::builder().put_request(put).build())
            })
            .collect();
        for items in items.chunks(WRITE) {
            let (client, name) = self.0.client();
            let write = client.batch_write_item();
            // What isn't taken is learned again with the next look.
            let written = write.request_items(name, items.to_vec()).send().await;
            if let Err(error) = written {
                let error = DisplayErrorContext(&error).to_string();
                tracing::warn!(error, "what task definitions say can't be remembered");
                return;
            }
        }
    }
}

impl Definitions<'_> {
    /// Reads items; what is left to read.
    async fn get(&self, keys: Vec<Item>, recalled: &mut BTreeMap<String, Value>) -> Vec<Item> {
        let (client, name) = self.0.client();
        let Ok(keys) = KeysAndAttributes::builder().set_keys(Some(keys)).build() else {
            return Vec::new();
        };
        match client
            .batch_get_item()
            .request_items(name, keys)
            .send()
            .await
        {
            Ok(got) => {
                let items = got.responses.into_iter().flatten();
                recalled.extend(
                    items
                        .flat_map(|(_, items)| items)
                        .filter_map(|item| read(&item)),
                );
                let left = got.unprocessed_keys.into_iter().flatten();
                left.flat_map(|(_, keys)| keys.keys).collect()
            }
            Err(error) => {
                let error = DisplayErrorContext(&error).to_string();
                tracing::warn!(error, "what task definitions say isn't remembered");
                Vec::new()
            }
        }
    }
}

fn key(arn: &str) -> Item {
    let id = format!("definition/{arn}");
    HashMap::from([("Id".to_owned(), AttributeValue::S(id))])
}

/// What an item says; nothing where another version wrote what this one can't read.
fn read(item: &Item) -> Option<(String, Value)> {
    let text = |name: &str| item.get(name)?.as_s().ok();
    Some((
        text("Arn")?.clone(),
        serde_json::from_str(text("Learned")?).ok()?,
    ))
}
