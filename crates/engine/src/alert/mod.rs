//! The life of a fault: told once when it opens, once more when it is mended, and in between no more
//! often than people keep reading.
//!
//! A [`State`] is what is remembered about a [`Scope`]: the alerts of a service, of a region's headroom,
//! or of what the auditor can't see. An [`Observation`] is what audits say about it. Putting one to the
//! other gives the next state, in whose outbox wait the [`Notice`]s that people are to get. Nothing here
//! knows a clock or a table: the caller passes the time in, and keeps states.

mod affected;

mod coverage;
mod delivery;
mod evidence;
mod finding;
mod life;
mod moment;
mod notice;
mod observation;
mod policy;
mod quiet_hours;
mod room;
mod scope;
mod state;
mod tags;

pub use affected::Affected;
pub use coverage::Coverage;
pub use delivery::{Channel, Lease};
pub use finding::{Blocker, Finding, Mend};
pub use life::{Alert, Stage};
pub use moment::Moment;
pub use notice::{Kind, Notice, Unclear};
pub use observation::{Observation, Observations};
pub use policy::Policy;
pub use quiet_hours::{InvalidQuietHours, QuietHours};
pub use scope::{About, Scope};
pub use state::{Observed, State, Thread};
pub use tags::{IGNORE_CHECKS, InvalidTag, QUIET_HOURS, SNOOZE_UNTIL, Tags};
