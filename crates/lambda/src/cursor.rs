//! Where the next look at headroom begins, kept in the table of the alerts' states.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::alerts::Table;

/// The key of the item.
const KEY: &str = "headroom/next";

/// By region: the cluster to begin with, where time ran out.
pub(crate) type Cursor = BTreeMap<String, String>;

/// The table didn't answer.
#[derive(Debug, thiserror::Error)]
#[error("DynamoDB: {0}")]
pub(crate) struct NoAnswer(String);

/// Where to begin; at the beginning, if nobody left anything.
pub(crate) async fn load(table: &Table) -> Result<Cursor, NoAnswer> {
    let (client, name) = table.client();
    let get = client.get_item().table_name(name);
    let got = get.key("Id", AttributeValue::S(KEY.to_owned())).send();
    let got = got.await.map_err(|error| refused(&error))?;
    let item = got.item();
    let text = item.and_then(|item| item.get("Next")?.as_s().ok());
    Ok(text
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default())
}

/// Leaves where to begin.
pub(crate) async fn save(table: &Table, cursor: &Cursor) -> Result<(), NoAnswer> {
    let (client, name) = table.client();
    let text = serde_json::to_string(cursor).map_err(|error| NoAnswer(error.to_string()))?;
    let put = client.put_item().table_name(name);
    let put = put.item("Id", AttributeValue::S(KEY.to_owned()));
    let put = put.item("Next", AttributeValue::S(text)).send();
    put.await.map_err(|error| refused(&error))?;
    Ok(())
}

fn refused<E: std::error::Error>(error: &E) -> NoAnswer {
    NoAnswer(DisplayErrorContext(error).to_string())
}
