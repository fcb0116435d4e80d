//! The command line, end to end.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod configured;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod diff;
#[cfg(test)]
mod headroom;
#[cfg(test)]
mod monitor;
#[cfg(test)]
mod pipelines;
#[cfg(test)]
mod proposed;
#[cfg(test)]
mod reach;
