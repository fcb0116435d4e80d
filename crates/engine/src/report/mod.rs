//! Puts answers into words and into stable formats.

mod audit_text;
mod headroom_sns;
mod headroom_text;
pub mod headroom_v1;
pub mod json_v1;
mod reach_text;
mod sns;
mod style;
mod template_text;

pub use audit_text::audit_text;
pub use headroom_text::headroom_text;
pub use reach_text::reach_text;
pub use sns::{Attribute, Message};
pub use style::Style;
pub use template_text::template_text;
