//! The time, and a history of a metric that ends now.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use serde_json::json;

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs()).unwrap()
}

/// Waits until something is there, or fails with what `otherwise` says.
pub(super) fn wait_for<T>(
    patience: Duration,
    look: impl Fn() -> Option<T>,
    otherwise: impl FnOnce() -> String,
) -> T {
    let until = SystemTime::now() + patience;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(SystemTime::now() < until, "{}", otherwise());
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Five days in which the free slots of `batch` became 12, three fewer each day, as CloudWatch answers the
/// first query.
pub(super) fn history() -> &'static str {
    static HISTORY: LazyLock<String> = LazyLock::new(|| {
        let last = now() / HOUR * HOUR - HOUR;
        let back = || (0..=120_i32).rev();
        let times: Vec<i64> = back().map(|back| last - i64::from(back) * HOUR).collect();
        let values: Vec<f64> = back().map(|back| 12.0 + f64::from(back) / 8.0).collect();
        let result = json!({
            "Id": "m0", "Timestamps": times, "Values": values, "StatusCode": "Complete",
        });
        json!({ "MetricDataResults": [result] }).to_string()
    });
    &HISTORY
}
