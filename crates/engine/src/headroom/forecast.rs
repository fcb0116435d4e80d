//! When something runs out at its present growth.

use crate::facts::{FactKind, MetricData, Missing, Reason, ResourceName, Snapshot, Timestamp};

/// What a history says about when something runs out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Forecast {
    /// It isn't becoming less, or not so that it could be told from its ups and downs.
    Lasts,
    /// It is becoming less.
    RunsOut {
        /// In so many days, on the straight line through its history.
        days: f64,
        /// On the steepest line that the history allows.
        earliest: f64,
        /// On the flattest; `None` when that one doesn't fall.
        latest: Option<f64>,
    },
}

/// A history that is shorter says more about the time of day than about growth.
const LEAST_SECONDS: u64 = 3 * DAY;

/// So few values are no history.
const LEAST_VALUES: usize = 24;

const DAY: u64 = 86_400;

/// Two standard errors: about 19 times of 20 the truth lies within.
const STANDARD_ERRORS: f64 = 2.0;

impl Forecast {
    /// What the history of a figure says, whose label is `label` and whose end is zero.
    pub fn of(snapshot: &Snapshot, label: &str) -> Result<Self, Missing> {
        let history = snapshot.metric_data.get(&ResourceName::new(label))?;
        let points = history.points();
        let span = match (points.first(), points.last()) {
            (Some((first, _)), Some((last, _))) => last.seconds_since(*first),
            _ => 0,
        };
        if points.len() < LEAST_VALUES || span < LEAST_SECONDS {
            return Err(too_short(history, span));
        }
        let observed = snapshot.observed_at.as_deref().and_then(Timestamp::parse);
        if let (Some(now), Some((last, _))) = (observed, points.last())
            && now.seconds_since(*last) > DAY
        {
            return Err(too_old(history, now.seconds_since(*last)));
        }
        Ok(Self::through(&points))
    }

    /// What a straight line through a history says, from its end on.
    pub fn through(points: &[(Timestamp, f64)]) -> Self {
        let Some((end, _)) = points.last().copied() else {
            return Self::Lasts;
        };
        let days = |time: Timestamp| -to_float(end.seconds_since(time)) / to_float(DAY);
        let count = to_float(points.len() as u64);
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / count;
        let mean_time = mean(&mut points.iter().map(|(time, _)| days(*time)));
        let mean_value = mean(&mut points.iter().map(|(_, value)| *value));
        let spread: f64 = points
            .iter()
            .map(|(t, _)| (days(*t) - mean_time).powi(2))
            .sum();
        if spread <= 0.0 || count < 3.0 {
            return Self::Lasts;
        }
        let products = points
            .iter()
            .map(|(t, v)| (days(*t) - mean_time) * (v - mean_value));
        let slope = products.sum::<f64>() / spread;
        let now = mean_value - slope * mean_time;
        let line = |time: Timestamp| now + slope * days(time);
        let residuals: f64 = points.iter().map(|(t, v)| (v - line(*t)).powi(2)).sum();
        // The values of a day depend on each other, and go up and down with it: they count as one.
        let span = points.first().map_or(0.0, |(first, _)| -days(*first));
        let in_a_day = (count / span.max(1.0)).max(1.0);
        let error = STANDARD_ERRORS * (residuals * in_a_day / (count - 2.0) / spread).sqrt();
        let ends_in = |slope: f64| (slope < 0.0).then(|| now.max(0.0) / -slope);
        match (ends_in(slope), ends_in(slope - error)) {
            (Some(days), Some(earliest)) if slope + error < 0.0 || now <= 0.0 => Self::RunsOut {
                days,
                earliest,
                latest: ends_in(slope + error),
            },
            _ => Self::Lasts,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds of some weeks are exact"
)]
fn to_float(number: u64) -> f64 {
    number as f64
}

fn too_short(history: &MetricData, span: u64) -> Missing {
    let what = format!(
        "enough history of {} (there are {} values over {} hours; it takes {LEAST_VALUES} over {})",
        history.label,
        history.values.len(),
        span / 3600,
        LEAST_SECONDS / 3600
    );
    Missing::new(FactKind::MetricData, Reason::NotInFacts(what))
}

fn too_old(history: &MetricData, age: u64) -> Missing {
    let what = format!(
        "the last day of the history of {} (its last value is {} hours old)",
        history.label,
        age / 3600
    );
    Missing::new(FactKind::MetricData, Reason::NotInFacts(what))
}

#[cfg(test)]
mod tests {
    use super::{Forecast, Timestamp};

    /// Hourly values, the last one now.
    fn hours(count: i64, value: impl Fn(f64) -> f64) -> Vec<(Timestamp, f64)> {
        let at = |hour: i64| {
            let days = f64::from(i32::try_from(hour).unwrap()) / 24.0;
            (Timestamp::from_seconds(hour * 3600), value(days))
        };
        (0..count).map(at).collect()
    }

    #[test]
    fn what_falls_evenly_ends_when_the_line_does() {
        let Forecast::RunsOut {
            days,
            earliest,
            latest,
        } = Forecast::through(&hours(241, |day| 100.0 - 5.0 * day))
        else {
            panic!("it runs out");
        };
        assert!((days - 10.0).abs() < 0.01, "{days}");
        assert!((earliest - days).abs() < 0.01 && (latest.unwrap() - days).abs() < 0.01);
    }

    #[test]
    fn ups_and_downs_widen_the_interval() {
        let noisy = hours(241, |day| 100.0 - 5.0 * day + 8.0 * (day * 7.0).sin());
        let Forecast::RunsOut {
            days,
            earliest,
            latest,
        } = Forecast::through(&noisy)
        else {
            panic!("it runs out");
        };
        let latest = latest.unwrap();
        assert!(
            earliest < days && days < latest,
            "{earliest} {days} {latest}"
        );
        assert!(latest - earliest > 0.2, "{earliest} {latest}");
    }

    #[test]
    fn what_grows_stays_or_only_trembles_lasts() {
        assert_eq!(
            Forecast::through(&hours(200, |day| 10.0 + day)),
            Forecast::Lasts
        );
        assert_eq!(Forecast::through(&hours(200, |_| 10.0)), Forecast::Lasts);
        let trembling = hours(100, |day| 50.0 - 0.01 * day + 5.0 * (day * 20.0).sin());
        assert_eq!(Forecast::through(&trembling), Forecast::Lasts);
        assert_eq!(Forecast::through(&[]), Forecast::Lasts);
    }

    #[test]
    fn ups_and_downs_by_day_are_no_growth_wherever_the_history_begins() {
        for start in 0..24 {
            let begin = f64::from(start) / 24.0;
            let daily = |day: f64| 60.0 + 25.0 * ((day + begin) * std::f64::consts::TAU).sin();
            for length in [73, 85, 97, 24 * 14 + 1] {
                let forecast = Forecast::through(&hours(length, daily));
                assert_eq!(forecast, Forecast::Lasts, "{start} {length}");
            }
        }
    }
}
