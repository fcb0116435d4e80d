use super::endpoint::{Found, Place};
use super::mention::Mentions;
use super::named::{self, Origin};
use super::words::{self, Flags};

/// The endpoints in the arguments of a command, an entry point or a health check. An argument may be
/// a command line itself. Sorted, without duplicates.
pub fn in_arguments<'v>(arguments: impl IntoIterator<Item = &'v str>) -> Vec<Found> {
    let mut found = Vec::new();
    for group in words::named(arguments, Flags::Only) {
        let mut mentions = Mentions::default();
        named::read(&group, Origin::Elsewhere, 0, &mut mentions);
        let endpoints = mentions.into_endpoints().into_iter();
        found.extend(endpoints.map(|endpoint| Found {
            endpoint,
            place: Place::Argument,
        }));
    }
    found.sort();
    found.dedup();
    found
}
