use serde::Serialize;

use super::Probe;

/// A file of a snapshot, as it is saved.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Saved<'p> {
    probes: &'p [Probe],
}

/// The text of a file that holds these probes in a snapshot, under the top-level key `Probes`.
pub fn saved_file(probes: &[Probe]) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&Saved { probes })
}
