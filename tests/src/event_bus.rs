//! Puts events as `make smoke` does: only AWS may use the source `aws.ecs`.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::Value;

use crate::world::wait;

/// Puts events to the default bus.
pub fn put(client: &Client, events: &[Value]) {
    // One call takes ten.
    for events in events.chunks(10) {
        let entries = events.iter().map(entry).collect();
        let put = wait(client.put_events().set_entries(Some(entries)).send());
        let put = put.expect("the bus answers");
        assert_eq!(put.failed_entry_count, 0, "{put:?}");
    }
}

fn entry(event: &Value) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .source("awsvpc-auditor")
        .set_detail_type(event["detail-type"].as_str().map(str::to_owned))
        .set_resources(
            event["resources"][0]
                .as_str()
                .map(|arn| vec![arn.to_owned()]),
        )
        .detail(event["detail"].to_string())
        .build()
}
