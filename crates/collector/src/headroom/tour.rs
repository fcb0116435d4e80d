//! The way through a region's clusters, and to what they run on.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use awsvpc_auditor_engine::facts::FactKind;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::cluster::{Contents, nothing_reached};
use super::{HeadroomRequest, Region};
use crate::findings::Findings;

/// Clusters that are looked into at the same time. More would only wait for each other.
const AT_ONCE: usize = 4;

/// The time that is left for what clusters run on, at most. A region with thousands of instances
/// takes a few calls for each thousand.
const RESERVE: Duration = Duration::from_secs(30);

/// And this part of the time, where there is less.
const RESERVED_PART: u32 = 5;

/// What was found on the way.
pub(super) struct Tour {
    pub(super) findings: Findings,
    pub(super) next: Option<String>,
    pub(super) unreached: Vec<String>,
}

/// A cluster, and what is in it: nothing, if it was deleted meanwhile.
struct Visit {
    number: usize,
    contents: Option<Contents>,
}

impl Region<'_> {
    /// Looks into each cluster, beginning where an earlier run ended, and then at the instances and
    /// task definitions that were met.
    pub(super) async fn tour(self, request: &HeadroomRequest) -> Tour {
        let close = self.deadline - reserve(self.deadline, Instant::now());
        let clusters = self.clusters(&request.clusters).await;
        let start = request.start_at.as_deref();
        let order = rotation(clusters.arns, start);
        let mut findings = clusters.findings;
        let mut visits = self.until(close).visits(&order).await;
        visits.sort_unstable_by_key(|visit| visit.number);
        let mut visits = visits.into_iter().peekable();
        let (mut gone, mut unreached) = (BTreeSet::new(), Vec::new());
        for (number, cluster) in order.iter().enumerate() {
            match visits.next_if(|visit| visit.number == number) {
                Some(Visit { contents: None, .. }) => {
                    gone.insert(cluster.as_str());
                }
                Some(Visit {
                    contents: Some(contents),
                    ..
                }) => {
                    findings.absorb(&contents.findings);
                    if contents.is_cut {
                        unreached.push(cluster.clone());
                    }
                }
                None => {
                    findings.absorb(&nothing_reached());
                    unreached.push(cluster.clone());
                }
            }
        }
        findings.keep_only(FactKind::Clusters, |arn| !gone.contains(arn));
        let next = next(&order, &unreached);
        let beneath = self.beneath(&findings).await;
        findings.absorb(&beneath);
        Tour {
            findings,
            // Where it isn't known what there is, nothing else is known about the order.
            next: next.or_else(|| request.start_at.clone().filter(|_| !clusters.are_all)),
            unreached,
        }
    }

    /// What is in each cluster that was begun before the time was over.
    async fn visits(self, order: &[String]) -> Vec<Visit> {
        let turn = AtomicUsize::new(0);
        let walk = || async {
            let mut visits = Vec::new();
            loop {
                let number = turn.fetch_add(1, Ordering::Relaxed);
                let Some(cluster) = order.get(number) else {
                    break;
                };
                if Instant::now() >= self.deadline {
                    break;
                }
                let contents = Box::pin(self.contents(cluster)).await;
                visits.push(Visit { number, contents });
            }
            visits
        };
        let walks = (0..AT_ONCE).map(|_| walk());
        join_all(walks).await.into_iter().flatten().collect()
    }
}

/// The time that clusters may not take.
fn reserve(deadline: Instant, now: Instant) -> Duration {
    let left = deadline.saturating_duration_since(now);
    RESERVE.min(left / RESERVED_PART)
}

/// The clusters in the order of their ARNs, beginning with one and going round. One that is no more
/// leaves the beginning to the one after it.
fn rotation(arns: BTreeSet<String>, start: Option<&str>) -> Vec<String> {
    let mut order: Vec<String> = arns.into_iter().collect();
    if let Some(start) = start {
        let before = order.partition_point(|arn| arn.as_str() < start);
        // The number of clusters when all of them come before.
        order.rotate_left(before);
    }
    order
}

/// Where the next run should begin: with the first cluster that was not reached. Not with one that
/// had all of the time and didn't get through, as long as there are others: they would never be
/// reached.
fn next(order: &[String], unreached: &[String]) -> Option<String> {
    let first = order.first();
    let others = unreached.iter().find(|cluster| Some(*cluster) != first);
    others.or(unreached.first()).cloned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{next, reserve, rotation};

    fn clusters(names: &str) -> Vec<String> {
        names.split_terminator(' ').map(str::to_owned).collect()
    }

    fn order(start: Option<&str>) -> Vec<String> {
        rotation(clusters("a b d").into_iter().collect(), start)
    }

    #[test]
    fn a_run_begins_where_the_last_one_ended_and_goes_round() {
        assert_eq!(order(None), clusters("a b d"));
        assert_eq!(order(Some("b")), clusters("b d a"));
        assert_eq!(order(Some("c")), clusters("d a b"));
        assert_eq!(order(Some("e")), clusters("a b d"));
    }

    #[test]
    fn a_cluster_that_takes_all_of_the_time_lets_the_others_go_first() {
        let order = clusters("b d a");
        let next = |unreached: &str| next(&order, &clusters(unreached));
        assert_eq!(next(""), None);
        assert_eq!(next("d a").as_deref(), Some("d"));
        assert_eq!(next("b a").as_deref(), Some("a"));
        assert_eq!(next("b").as_deref(), Some("b"));
    }

    #[test]
    fn a_fifth_of_the_time_is_kept_but_half_a_minute_at_most() {
        let now = Instant::now();
        let kept = |seconds| reserve(now + Duration::from_secs(seconds), now);
        assert_eq!(kept(10), Duration::from_secs(2));
        assert_eq!(kept(600), Duration::from_secs(30));
        assert_eq!(reserve(now, now), Duration::ZERO);
    }
}
