//! Response times in the shape of Statuspage's undocumented `metrics-display`, which widgets and dashboards draw charts from.

use app::data::PublicComponent;
use domain::time::Timestamp;
use serde::Serialize;

use super::model::Moment;
use super::to_json;

/// Microseconds in the millisecond that response times are told in.
const US_PER_MS: f64 = 1000.0;

/// How far back `metrics-display` looks, and in which slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MetricPeriod {
    /// 24 hours in slices of 5 minutes.
    Day,
    /// 7 days in slices of 30 minutes.
    Week,
    /// 28 days in slices of 2 hours.
    Month,
}

impl MetricPeriod {
    /// Every period, the shortest first.
    pub(crate) const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The name in the path and in the document.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The period with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }

    /// How many slices it has.
    pub(crate) const fn count(self) -> u32 {
        match self {
            Self::Day => 288,
            Self::Week | Self::Month => 336,
        }
    }

    /// How long a slice is, in seconds.
    pub(crate) const fn interval_s(self) -> u32 {
        match self {
            Self::Day => 300,
            Self::Week => 1800,
            Self::Month => 7200,
        }
    }
}

/// The response times of a component: `/metrics-display/{id}/{day|week|month}.json`, where `{id}` is the component's. `series` has the
/// beginning of each slice, oldest first, and its median in microseconds.
///
/// A slice without a value is left out of `data` rather than given as `null`: readers go by `timestamp`, and many typed ones would read
/// `null` as 0 ms, the best of all values. Without any value `sum` is 0, and `mean` and `last` are `null`.
pub(crate) fn metrics_display(component: &PublicComponent, period: MetricPeriod, series: &[(Timestamp, Option<u64>)]) -> String {
    to_json(&MetricsDisplay::new(component, period, series))
}

/// The document.
#[derive(Debug, Serialize)]
struct MetricsDisplay<'a> {
    period: Period,
    metrics: [Series<'a>; 1],
    summary: Total,
}

#[derive(Debug, Serialize)]
struct Period {
    count: u32,
    interval: u32,
    identifier: &'static str,
}

#[derive(Debug, Serialize)]
struct Series<'a> {
    metric: Measured<'a>,
    summary: SeriesTotal,
    data: Vec<Point>,
}

/// The fields of Statuspage's answers, and `suffix`, which its management API has.
#[derive(Debug, Serialize)]
struct Measured<'a> {
    name: &'static str,
    metric_identifier: &'static str,
    created_at: Moment,
    updated_at: Moment,
    id: &'a str,
    /// Always `null`: Yagura measures for itself.
    metrics_provider_id: (),
    metrics_display_id: &'a str,
    most_recent_data_at: Option<Moment>,
    backfilled: bool,
    last_fetched_at: Option<Moment>,
    backfill_percentage: f64,
    suffix: &'static str,
}

#[derive(Debug, Serialize)]
struct SeriesTotal {
    sum: f64,
    mean: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Total {
    sum: f64,
    mean: Option<f64>,
    last: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Point {
    /// Seconds since 1970, as Statuspage has it.
    timestamp: i64,
    value: f64,
}

impl<'a> MetricsDisplay<'a> {
    fn new(component: &'a PublicComponent, period: MetricPeriod, series: &[(Timestamp, Option<u64>)]) -> Self {
        let measured: Vec<(Timestamp, u64)> = series.iter().filter_map(|(at, us)| us.map(|us| (*at, us))).collect();
        let sum_us: u128 = measured.iter().map(|(_, us)| u128::from(*us)).sum();
        let sum = sum_us as f64 / US_PER_MS;
        let mean = (!measured.is_empty()).then(|| sum / measured.len() as f64);
        let newest_at = measured.last().map(|(at, _)| Moment(*at));
        let metric = Measured {
            name: "Response time",
            metric_identifier: "response_time",
            created_at: Moment(component.watched_since),
            updated_at: Moment(component.watched_since),
            id: &component.id,
            metrics_provider_id: (),
            metrics_display_id: &component.id,
            most_recent_data_at: newest_at,
            backfilled: true,
            last_fetched_at: newest_at,
            backfill_percentage: 1.0,
            suffix: "ms",
        };
        let data: Vec<Point> =
            measured.iter().map(|(at, us)| Point { timestamp: at.as_seconds(), value: *us as f64 / US_PER_MS }).collect();
        let last = data.last().map(|point| point.value);
        Self {
            period: Period { count: period.count(), interval: period.interval_s(), identifier: period.name() },
            metrics: [Series { metric, summary: SeriesTotal { sum, mean }, data }],
            summary: Total { sum, mean, last },
        }
    }
}
