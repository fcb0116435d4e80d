use ipnet::IpNet;
use serde::Deserialize;

use super::{FactKind, Missing, PrefixListId, Reason, Resource};

/// A prefix list: what `describe-managed-prefix-lists`, `describe-prefix-lists` and
/// `get-managed-prefix-list-entries` say about it, together.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrefixList {
    /// Its id.
    pub prefix_list_id: PrefixListId,
    /// Its name, such as `com.amazonaws.eu-west-1.s3`.
    pub prefix_list_name: Option<String>,
    /// The prefixes, as `describe-prefix-lists` prints them.
    pub cidrs: Option<Vec<IpNet>>,
    /// The prefixes, as `get-managed-prefix-list-entries` prints them.
    pub entries: Option<Vec<PrefixListEntry>>,
}

/// One entry of a prefix list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrefixListEntry {
    /// The prefix.
    pub cidr: IpNet,
}

impl PrefixList {
    /// Whether AWS keeps it, for one of its services.
    pub fn is_of_aws(&self) -> bool {
        let name = self.prefix_list_name.as_deref();
        name.is_some_and(|name| name.starts_with("com.amazonaws."))
    }

    /// The prefixes; an error when only the list itself was observed.
    pub fn prefixes(&self) -> Result<Vec<IpNet>, Missing> {
        match (&self.entries, &self.cidrs) {
            (Some(entries), _) => Ok(entries.iter().map(|entry| entry.cidr).collect()),
            (None, Some(cidrs)) => Ok(cidrs.clone()),
            (None, None) => Err(Missing::new(
                FactKind::PrefixLists,
                Reason::NotInFacts(format!("the content of {}", self.prefix_list_id)),
            )),
        }
    }
}

impl Resource for PrefixList {
    type Id = PrefixListId;
    const KIND: FactKind = FactKind::PrefixLists;
    fn id(&self) -> &PrefixListId {
        &self.prefix_list_id
    }
}
