//! The command line, end to end.

mod bad_input;
mod demo;
mod reach;
