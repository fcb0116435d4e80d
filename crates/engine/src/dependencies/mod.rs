//! What a task talks to, as its configuration tells.

pub mod text;
