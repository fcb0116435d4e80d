//! What headroom is made of, collected from a region.

mod deadline;
mod everything;
mod faults;
mod fields;
mod region;
