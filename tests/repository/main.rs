//! Promises that the repository makes about itself.

#[cfg(test)]
mod promises;
