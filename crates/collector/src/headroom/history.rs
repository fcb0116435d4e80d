//! How metrics went lately.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::types::{
    Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode,
};
use aws_smithy_types::DateTime;
use awsvpc_auditor_engine::facts::FactKind;
use awsvpc_auditor_engine::headroom::{Figure, Options, ending_figures, measure};
use futures_util::future::join_all;

use super::Region;
use crate::collector::Collected;
use crate::document::Document;
use crate::findings::{Answer, Findings};
use crate::pace::{Bucket, read_pages};
use crate::trouble::Trouble;

/// `GetMetricData` takes this many queries at once.
const QUERIES: usize = 500;

/// How far back it goes. Older values aren't kept by the minute.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>
const BACK: Duration = Duration::from_hours(15 * 24);

/// Seconds that one value is the average of.
const HOUR: i32 = 3_600;

/// A metric whose history is wanted: its hourly averages over the days for which CloudWatch keeps
/// minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MetricQuery {
    /// What the answer is called: its id among the facts.
    label: String,
    namespace: String,
    metric: String,
    /// Name and value. CloudWatch finds a metric by all of them.
    dimensions: Vec<(String, String)>,
}

impl MetricQuery {
    /// The history of a figure, as the functions record it.
    fn of(figure: &Figure, namespace: &str) -> Self {
        let dimensions = figure.dimensions.iter();
        Self {
            label: figure.label(),
            namespace: namespace.to_owned(),
            metric: figure.name.to_owned(),
            dimensions: dimensions
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }
}

/// The metrics that tell how fast what a region has left is used up. Facts that can't be read have none:
/// whoever reads them next will say why.
pub(super) fn queries(collected: &Collected, region: &str, namespace: &str) -> Vec<MetricQuery> {
    let Ok(snapshot) = collected.snapshot() else {
        return Vec::new();
    };
    let options = Options::default();
    let regions = measure(&snapshot, &options);
    let own = regions.iter().filter(|own| own.name == region);
    own.flat_map(ending_figures)
        .map(|figure| MetricQuery::of(&figure, namespace))
        .collect()
}

/// The values of one metric, from however many pages.
#[derive(Default)]
struct Series {
    timestamps: Vec<i64>,
    values: Vec<f64>,
}

impl Region<'_> {
    /// The histories of metrics, under their labels.
    pub(super) async fn history(self, queries: &[MetricQuery]) -> Findings {
        let mut findings = Findings::default();
        if queries.is_empty() {
            return findings;
        }
        let now = SystemTime::now();
        let all = queries.chunks(QUERIES).map(<[MetricQuery]>::to_vec);
        let asked = all.map(|queries| self.metric_data(queries, now));
        let answers = join_all(asked).await;
        findings.take_all(FactKind::MetricData, answers, self.scope());
        findings
    }

    async fn metric_data(self, queries: Vec<MetricQuery>, now: SystemTime) -> Answer {
        let asked = queries.iter().enumerate();
        let asked = asked.map(|(number, query)| data_query(number, query));
        let request = self
            .of
            .cloudwatch
            .get_metric_data()
            .set_metric_data_queries(Some(asked.collect()))
            .start_time(DateTime::from(now - BACK))
            .end_time(DateTime::from(now))
            .scan_by(ScanBy::TimestampAscending);
        let (results, trouble) = read_pages!(self.turn(Bucket::Rest), request, |page| page
            .metric_data_results()
            .iter()
            .cloned());
        let trouble = trouble.or_else(|| results.iter().find_map(refusal));
        let mut series: BTreeMap<&str, Series> = BTreeMap::new();
        for result in &results {
            if let Some(label) = label(&queries, result) {
                series.entry(label).or_default().extend(result);
            }
        }
        let documents = series.into_iter();
        let documents = documents.map(|(label, series)| series.document(label));
        Answer::listed("cloudwatch:GetMetricData", documents.collect(), trouble)
    }
}

/// What a query's id starts with; it has to be a lower-case letter.
const ID: &str = "m";

fn data_query(number: usize, query: &MetricQuery) -> MetricDataQuery {
    let dimensions = query.dimensions.iter();
    let dimensions = dimensions.map(|(name, value)| {
        let dimension = Dimension::builder().name(name);
        dimension.value(value).build()
    });
    let metric = Metric::builder()
        .namespace(&query.namespace)
        .metric_name(&query.metric)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let average = MetricStat::builder()
        .metric(metric)
        .period(HOUR)
        .stat("Average")
        .build();
    MetricDataQuery::builder()
        .id(format!("{ID}{number}"))
        .label(&query.label)
        .metric_stat(average)
        .build()
}

/// The label that was asked for: CloudWatch takes some characters in labels for its own.
fn label<'a>(queries: &'a [MetricQuery], result: &'a MetricDataResult) -> Option<&'a str> {
    let number = result.id()?.strip_prefix(ID)?.parse::<usize>().ok()?;
    queries.get(number).map(|query| query.label.as_str())
}

/// Why a metric was refused by itself.
fn refusal(result: &MetricDataResult) -> Option<Trouble> {
    match result.status_code()? {
        StatusCode::Forbidden => Some(Trouble::Denied),
        code @ StatusCode::InternalError => Some(Trouble::Failed(code.as_str().to_owned())),
        _ => None,
    }
}

impl Series {
    fn extend(&mut self, result: &MetricDataResult) {
        let points = result.timestamps().iter().zip(result.values());
        for (time, value) in points.filter(|(_, value)| value.is_finite()) {
            self.timestamps.push(time.secs());
            self.values.push(*value);
        }
    }

    fn document(self, label: &str) -> Document {
        Document::new()
            .with("Label", Some(label))
            .with("Timestamps", Some(self.timestamps))
            .with("Values", Some(self.values))
    }
}
