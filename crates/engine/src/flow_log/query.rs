use super::Recorded;

/// The most flows that are asked for.
pub const MOST_ROWS: u32 = 20;

/// The question in the language of CloudWatch Logs Insights: who refused packets that a task sent, and
/// which replies to it were refused, the most refused first. What strangers send to low ports of a task
/// with a public address is left out: it would crowd out the rest.
///
/// Records are taken apart here by the flow log's own format, since Insights discovers the fields of the
/// default format only.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html>
pub fn query(recorded: &Recorded) -> String {
    let stars = vec!["*"; recorded.fields.names().count()].join(" ");
    let columns: Vec<String> = recorded.fields.names().map(column).collect();
    let own: Vec<String> = recorded
        .addresses
        .iter()
        .map(|address| format!("\"{address}\""))
        .collect();
    format!(
        "filter @message like \"REJECT\"\n\
         | parse @message \"{stars}\" as {columns}\n\
         | filter f_action = \"REJECT\"\n\
         | filter f_srcaddr in [{own}] or (f_interface_id = \"{interface}\" and f_dstport >= 1024)\n\
         | stats sum(f_packets) as f_refused by f_interface_id, f_srcaddr, f_dstaddr, f_dstport, f_protocol\n\
         | sort f_refused desc\n\
         | limit {MOST_ROWS}",
        columns = columns.join(", "),
        own = own.join(", "),
        interface = recorded.interface,
    )
}

/// A field's name in the query.
fn column(field: &str) -> String {
    format!("f_{}", field.replace('-', "_"))
}
