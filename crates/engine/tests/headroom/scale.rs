//! How the time grows with the account. It is printed, not judged: the bench `headroom` holds the budget.

use std::time::Instant;

use awsvpc_auditor_engine::checks::{self, Outcome};
use awsvpc_auditor_engine::headroom::{ClusterSlots, Options, Surge, measure};

use crate::generated::{SERVICES_PER_CLUSTER, Size, TASKS_PER_INSTANCE, account};

#[test]
fn every_instance_and_service_of_a_large_account_is_judged() {
    for clusters in [2, 4, 8] {
        let size = Size {
            instances: clusters * 50,
            clusters,
        };
        let account = account(size);
        let options = Options::default();
        let start = Instant::now();
        let regions = measure(&account.snapshot, &options);
        let measured = start.elapsed();
        let start = Instant::now();
        let report = checks::headroom(&regions);
        let checked = start.elapsed();
        println!(
            "{} instances, {} bytes of JSON: measured in {measured:?}, checked in {checked:?}",
            size.instances, account.text
        );
        let [region] = &regions[..] else {
            panic!("{} regions", regions.len());
        };
        let slots: Vec<_> = region.clusters.iter().map(ClusterSlots::of).collect();
        let used: u32 = slots.iter().map(|slots| slots.used).sum();
        let foreign = 100;
        assert_eq!(used as usize, size.instances * TASKS_PER_INSTANCE + foreign);
        let services = &report.assessments[0].services;
        assert_eq!(services.len(), clusters * SERVICES_PER_CLUSTER);
        let stalls = services
            .iter()
            .filter(|service| matches!(service.surge, Surge::Stalls { .. }));
        // Of the one cluster that is full, a service that may go down to the half gets through.
        assert_eq!(stalls.count(), SERVICES_PER_CLUSTER - 1);
        let unknown = report
            .results
            .iter()
            .find(|result| result.outcome == Outcome::Unknown);
        assert!(unknown.is_none(), "{unknown:?}");
    }
}
