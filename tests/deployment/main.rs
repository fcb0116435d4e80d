//! The stack as a platform team gets it: what the template promises, and what of it deploys.

#[cfg(test)]
mod package;
#[cfg(test)]
mod rule;
#[cfg(test)]
mod template;
