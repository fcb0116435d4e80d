use std::fmt::Write;

use super::Style;
use super::audit_text::{Told, clean};
use super::effect_text::sections;
use super::headroom_text::table;
use crate::checks::Compared;

/// Which verdicts differ between two snapshots, for people: a table of all services, then what differs
/// of each.
pub fn difference_text(all: &[Compared<'_>], style: Style) -> String {
    let mut text = String::new();
    let mut told = Told::default();
    let _ = writeln!(text, "{}", style.strong("Difference of two snapshots"));
    let mut sums = [0; 5];
    let mut rows = Vec::new();
    for compared in all {
        let counts = counts(compared);
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
        let mut row = vec![clean(&compared.name), compared.presence.as_str().to_owned()];
        row.extend(counts.map(|count| count.to_string()));
        rows.push(row);
    }
    let head = [
        "service",
        "snapshots",
        "broken",
        "otherwise",
        "unknown",
        "mended",
        "as before",
    ];
    table(&mut text, "Services", &head, rows, style);
    for compared in all {
        let effect = compared.effect();
        if effect.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", style.strong(&clean(&compared.name)));
        sections(&mut text, &effect, &mut told, style);
    }
    let [broken, otherwise, unknown, mended, still] = sums;
    let _ = writeln!(
        text,
        "\n{broken} broken, {otherwise} otherwise, {unknown} unknown, {mended} mended; {still} failed \
         before and still do"
    );
    text
}

fn counts(compared: &Compared<'_>) -> [usize; 5] {
    let effect = compared.effect();
    [
        effect.broken.len(),
        effect.changed.len(),
        effect.unclear.len(),
        effect.mended.len(),
        effect.still_there,
    ]
}
