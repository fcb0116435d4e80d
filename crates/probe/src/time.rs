use std::time::SystemTime;

use awsvpc_auditor_engine::facts::Timestamp;

/// The time by this machine's clock; `None` where it stands before 1970.
pub(crate) fn now() -> Option<Timestamp> {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()?;
    let seconds = i64::try_from(since.as_secs()).ok()?;
    Some(Timestamp::from_seconds(seconds))
}
