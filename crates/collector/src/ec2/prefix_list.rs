use aws_sdk_ec2::types::{PrefixList, PrefixListEntry};

use super::{Ec2, describe};
use crate::document::Document;
use crate::findings::Answer;

/// The largest page of entries.
const ENTRY_PAGE: i32 = 100;

impl Ec2<'_> {
    /// AWS's own prefix lists for gateway endpoints, with their names and prefixes.
    pub(crate) async fn prefix_lists(&self) -> Answer {
        let request = self.client.describe_prefix_lists();
        describe!(
            self,
            "ec2:DescribePrefixLists",
            request,
            super::PAGE,
            prefix_lists,
            |list: &PrefixList| Document::new()
                .with("PrefixListId", list.prefix_list_id())
                .with("PrefixListName", list.prefix_list_name())
                .texts("Cidrs", list.cidrs())
        )
    }

    /// The entries of one prefix list, a customer's or AWS's.
    pub(crate) async fn prefix_list_entries(&self, list: &str) -> Answer {
        let request = self
            .client
            .get_managed_prefix_list_entries()
            .prefix_list_id(list);
        let mut answer = describe!(
            self,
            "ec2:GetManagedPrefixListEntries",
            request,
            ENTRY_PAGE,
            entries,
            |entry: &PrefixListEntry| Document::new().with("Cidr", entry.cidr())
        );
        // A list whose last page is missing would look shorter than it is.
        let entries = std::mem::take(&mut answer.documents);
        if answer.trouble.is_none() {
            let entries: Vec<serde_json::Value> = entries.into_iter().map(Into::into).collect();
            let list = Document::new()
                .with("PrefixListId", Some(list))
                .with("Entries", Some(entries));
            answer.documents.push(list);
        }
        answer
    }
}
