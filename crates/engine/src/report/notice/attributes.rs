use super::Attribute;
use super::words::{checks, cut};
use crate::alert::Notice;

/// The most characters of an attribute. Names of ECS have at most 255.
const LONGEST: usize = 512;

/// The most checks in a list. The catalogue has fewer.
const MOST: usize = 100;

/// What subscriptions can filter by; what a notice doesn't have isn't there, because SNS refuses an
/// empty value.
pub(super) fn attributes(notice: &Notice) -> Vec<(&'static str, Attribute)> {
    let scope = &notice.scope;
    let texts = [
        ("account", scope.account.clone()),
        ("region", scope.region.clone()),
        ("cluster", scope.cluster().unwrap_or_default().to_owned()),
        ("owner", scope.owner().unwrap_or_default().to_owned()),
        ("monitor", scope.monitor().unwrap_or_default().to_owned()),
        ("severity", notice.severity().to_string()),
        ("kind", notice.kind().to_string()),
    ];
    let mut attributes: Vec<_> = texts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name, Attribute::Text(cut(&text, LONGEST))))
        .collect();
    let mut list = checks(notice.findings());
    list.truncate(MOST);
    if !list.is_empty() {
        attributes.push(("checks", Attribute::List(list)));
    }
    attributes
}
