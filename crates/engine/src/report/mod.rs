//! Puts answers into words and into stable formats.

pub mod json_v1;
mod reach_text;
mod style;

pub use reach_text::reach_text;
pub use style::Style;
