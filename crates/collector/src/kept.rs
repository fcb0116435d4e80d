//! What is kept for other audits, and asked for once however many wait for it.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use moka::future::Cache;

use crate::findings::Findings;

/// How long facts are good for another audit. A deployment starts its tasks within it; a mended rule
/// is seen after it.
pub const FRESH: Duration = Duration::from_mins(1);

/// Findings by what they are about.
pub(crate) type Kept<K> = Cache<K, Arc<Findings>>;

pub(crate) fn kept<K: Hash + Eq + Send + Sync + 'static>(most: u64) -> Kept<K> {
    Cache::builder()
        .max_capacity(most)
        .time_to_live(FRESH)
        .build()
}

/// Findings about a key: kept ones, or new ones, asked for once however many wait for them. They
/// are kept only when asking again would give nothing more.
pub(crate) async fn shared<K, Q>(
    cache: &Kept<K>,
    key: &Q,
    ask: impl Future<Output = Findings>,
) -> Arc<Findings>
where
    K: Borrow<Q> + Hash + Eq + Send + Sync + 'static,
    Q: ToOwned<Owned = K> + Hash + Eq + ?Sized,
{
    let kept = cache.try_get_with_by_ref(key, async {
        let began = SystemTime::now();
        let mut findings = ask.await;
        findings.asked_at(began);
        let findings = Arc::new(findings);
        if findings.is_settled() {
            Ok(findings)
        } else {
            Err(findings)
        }
    });
    match kept.await {
        Ok(findings) => findings,
        Err(unsettled) => Arc::clone(&unsettled),
    }
}
