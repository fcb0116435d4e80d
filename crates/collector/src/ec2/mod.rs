//! EC2: one file for each group of resources. Every call is filtered to what an audit needs and asks
//! for pages, because EC2 throttles unfiltered and unpaged calls first.
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>

mod flow_log;
mod gateway;
mod instance;
mod instance_type;
mod network_acl;
mod network_interface;
mod prefix_list;
mod route_table;
mod security_group;
mod subnet;
mod transit_gateway;
mod vpc;
mod vpc_endpoint;
mod vpc_peering_connection;
mod vpn_connection;

pub(crate) use instance::document as instance;
pub(crate) use instance_type::document as instance_type;
pub(crate) use network_interface::without_addresses as network_interface;
pub(crate) use subnet::document as subnet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Filter;
use tokio::time::Instant;

/// EC2, and until when answers are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ec2<'a> {
    pub(crate) client: &'a Client,
    pub(crate) deadline: Instant,
}

/// The values that one filter takes at most.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
pub(crate) const FILTER_VALUES: usize = 200;

/// The largest page of most describe calls.
pub(crate) const PAGE: i32 = 1000;

pub(crate) fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder()
        .name(name)
        .set_values(Some(values))
        .build()
}

/// Sends a describe call page by page and turns each item into a document.
macro_rules! describe {
    ($ec2:expr, $action:literal, $request:expr, $page:expr, $items:ident, $document:expr) => {{
        let pages = $request.into_paginator().page_size($page).send();
        crate::pages::read!($ec2.deadline, $action, pages, $items, $document)
    }};
}
pub(crate) use describe;
