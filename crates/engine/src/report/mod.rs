//! Puts answers into words and into stable formats.

mod agreement_text;
pub mod agreement_v1;
mod audit_text;
mod difference_text;
pub mod difference_v1;
mod effect_text;
mod headroom_text;
pub mod headroom_v1;
pub mod json_v1;
mod monitor_text;
pub mod monitor_v1;
mod notice;
pub mod pipeline;
mod reach_text;
mod style;
mod template_text;

pub use audit_text::audit_text;
pub use difference_text::difference_text;
pub use effect_text::effect_text;
pub use headroom_text::headroom_text;
pub use monitor_text::{monitor_change, monitor_text};
pub use notice::{Attribute, Message, SecurityFinding, SecurityResource, machine_v1};
pub use reach_text::reach_text;
pub use style::Style;
pub use template_text::template_text;
