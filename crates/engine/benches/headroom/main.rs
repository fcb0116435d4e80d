//! The budgets of an audit of headroom: 10,000 container instances within a second and 200 MB.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench that can't be set up must fail"
)]
#![expect(
    clippy::print_stdout,
    reason = "memory is no time, and criterion prints only times"
)]

mod account;

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use awsvpc_auditor_engine::checks;
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::headroom::{Options, measure};
use criterion::{Criterion, criterion_group, criterion_main};

use account::{Size, account};

/// 50 instances a cluster; at last the most that a cluster may have.
const SIZES: [Size; 4] = [
    Size {
        instances: 10_000,
        clusters: 200,
    },
    Size {
        instances: 10_000,
        clusters: 2,
    },
    Size {
        instances: 1000,
        clusters: 20,
    },
    Size {
        instances: 100,
        clusters: 2,
    },
];

const MOST_MEMORY: &str = "200 MB";
const MOST_TIME: Duration = Duration::from_secs(1);

/// The most memory that the process ever had.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown", str::trim).to_owned()
}

fn audit(snapshot: &Snapshot) -> usize {
    let options = Options::default();
    let regions = measure(snapshot, &options);
    checks::headroom(&regions).results.len()
}

/// The largest account comes first: a process's peak never falls.
fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("headroom");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(3));
    for size in SIZES {
        let account = account(size);
        let name = format!("{} instances in {} clusters", size.instances, size.clusters);
        let before = peak();
        let start = Instant::now();
        let results = audit(&account.snapshot);
        let time = start.elapsed();
        println!(
            "{name}: {} MB of JSON; peak {before} with the snapshot, {} of {MOST_MEMORY} after {results} \
             results, the first time in {time:.0?} of {MOST_TIME:?}",
            account.text / 1_000_000,
            peak()
        );
        group.bench_function(name, |bencher| {
            bencher.iter(|| audit(black_box(&account.snapshot)));
        });
    }
    group.finish();
}

criterion_group!(headroom, benches);
criterion_main!(headroom);
