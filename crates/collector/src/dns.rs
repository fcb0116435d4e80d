//! What DNS says about host names, as the auditor itself hears it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout_at};

use crate::document::Document;
use crate::findings::Answer;

/// Look-ups that run at the same time: each takes a thread.
const AT_ONCE: usize = 16;

/// A name server that takes longer won't answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The addresses of host names. A name that doesn't resolve is left out: it may resolve where the
/// task is.
pub(crate) async fn resolved(names: Vec<String>, deadline: Instant) -> Answer {
    let mut answer = Answer::new("DNS");
    for names in names.chunks(AT_ONCE) {
        let all = names
            .iter()
            .map(|name| async move { (name, addresses(name, deadline).await) });
        for (name, addresses) in join_all(all).await {
            if addresses.is_empty() {
                continue;
            }
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let document = Document::new()
                .with("Name", Some(name.as_str()))
                .texts("Addresses", &addresses);
            answer.documents.push(document);
        }
    }
    answer
}

async fn addresses(name: &str, deadline: Instant) -> BTreeSet<IpAddr> {
    let patience = deadline.min(Instant::now() + PATIENCE);
    match timeout_at(patience, lookup_host((name, 0))).await {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
        Ok(Err(_)) | Err(_) => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;
    use tokio::time::Instant;

    use super::resolved;

    #[tokio::test]
    async fn a_name_that_does_not_resolve_is_left_out() {
        let names = ["localhost", "nowhere.invalid"].map(str::to_owned).to_vec();
        let answer = resolved(names, Instant::now() + Duration::from_secs(5)).await;
        assert_eq!(answer.trouble, None);
        let documents: Vec<Value> = answer.documents.into_iter().map(Value::from).collect();
        let [localhost] = &documents[..] else {
            panic!("{documents:?}");
        };
        assert_eq!(localhost["Name"], "localhost");
        assert!(localhost.to_string().contains("127.0.0.1"), "{localhost}");
    }
}
