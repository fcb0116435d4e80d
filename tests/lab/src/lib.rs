//! What probes are tested against: the agent side of a Session Manager session, and networks made of
//! namespaces.

pub mod agent;
pub mod namespaces;
