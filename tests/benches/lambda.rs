//! The function's budgets, as numbers: 8 MB zipped, 30 ms from start to first work, 40 MB.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a person reads it, and a bench may fail by panicking"
)]

use std::time::Duration;

use awsvpc_auditor_tests::lambda_api::Function;
use awsvpc_auditor_tests::stack::Package;

const STARTS: usize = 10;

fn main() {
    let package = Package::get();
    let binary = package.binary();
    let mut times = Vec::with_capacity(STARTS);
    let mut memory = 0;
    for _ in 0..STARTS {
        let environment = [
            ("TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:alerts"),
            ("STATE_TABLE", "alerts"),
        ];
        let mut function = Function::start(&binary, &environment, Duration::from_secs(10));
        times.push(function.first_next());
        memory = memory.max(function.peak_memory());
    }
    times.sort_unstable();
    let median = times[STARTS / 2];
    println!(
        "package: {} bytes zipped",
        package.zipped_size("TaskAuditor")
    );
    println!(
        "start to first work: median {median:?} of {STARTS}, from {:?} to {:?}",
        times[0],
        times[STARTS - 1]
    );
    println!("memory before any work: {memory} bytes at most");
}
