//! What is published about instance types: how many interfaces they take, and how many tasks with a
//! trunk. EC2 itself tells the first, and is asked first; nobody but the documentation tells the second.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html>

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// When the table was made.
pub const TABLE_OF: &str = "March 2026";

const TABLE: &str = include_str!("eni_limits.txt");

/// By family: its sizes.
static FAMILIES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).collect()
});

/// What is published about an instance type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// How many interfaces it takes, the primary one included.
    pub interfaces: u32,
    /// How many its default network card takes.
    pub on_default_card: u32,
    /// What a trunk gives it.
    pub trunk: TrunkSupport,
}

/// What a trunk gives an instance type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrunkSupport {
    /// So many tasks.
    Tasks(u32),
    /// So many tasks, says the table; not supported, says the text above it.
    Contradictory(u32),
    /// The documentation excludes it.
    Excluded,
    /// The documentation doesn't name it.
    Unlisted,
}

impl Published {
    /// What is published about a type such as `m5.large`; `None` for one that the table lacks.
    pub fn find(instance_type: &str) -> Option<Self> {
        let (family, size) = instance_type.split_once('.')?;
        sizes(family).find_map(|(name, published)| (name == size).then_some(published))
    }

    /// Tasks in awsvpc mode without a trunk: every interface but the primary one.
    pub fn tasks_without_trunk(self) -> u32 {
        self.interfaces.saturating_sub(1)
    }

    /// Tasks with a trunk, where it is known to be supported.
    pub fn tasks_with_trunk(self) -> Option<u32> {
        match self.trunk {
            TrunkSupport::Tasks(tasks) => Some(tasks),
            _ => None,
        }
    }
}

/// The next larger size of the same family that takes more interfaces.
pub fn larger(instance_type: &str) -> Option<(String, Published)> {
    let (family, size) = instance_type.split_once('.')?;
    let mut following = sizes(family).skip_while(|(name, _)| *name != size);
    let (_, own) = following.next()?;
    let mut larger = following.filter(|(_, published)| published.interfaces > own.interfaces);
    let (name, published) = larger.next()?;
    Some((format!("{family}.{name}"), published))
}

/// The sizes of a family, the smallest first.
fn sizes(family: &str) -> impl Iterator<Item = (&'static str, Published)> {
    let entries = FAMILIES.get(family).copied().unwrap_or_default();
    entries.split(' ').filter_map(|entry| {
        let (size, numbers) = entry.split_once('=')?;
        Some((size, read(numbers)?))
    })
}

fn read(numbers: &str) -> Option<Published> {
    let (interfaces, trunk) = numbers.split_once('/')?;
    let (all, on_default_card) = interfaces
        .split_once(':')
        .unwrap_or((interfaces, interfaces));
    let trunk = match (trunk, trunk.strip_suffix('?')) {
        ("-", _) => TrunkSupport::Excluded,
        ("?", _) => TrunkSupport::Unlisted,
        (_, Some(tasks)) => TrunkSupport::Contradictory(tasks.parse().ok()?),
        (tasks, None) => TrunkSupport::Tasks(tasks.parse().ok()?),
    };
    Some(Published {
        interfaces: all.parse().ok()?,
        on_default_card: on_default_card.parse().ok()?,
        trunk,
    })
}

/// Every type of the table.
pub fn all() -> impl Iterator<Item = String> {
    FAMILIES
        .keys()
        .flat_map(|family| sizes(family).map(move |(size, _)| format!("{family}.{size}")))
}
