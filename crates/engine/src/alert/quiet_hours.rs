use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Moment;

/// Times of the day, or whole days, in which nobody is to be woken: `22:00-07:00`,
/// `22:00-07:00+02:00`, `sat-sun`, `mon-fri/19:00-08:00+01:00`. Times are UTC unless an offset follows;
/// a window that ends before it begins ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The first day on which it begins, Monday being 0.
    first: i64,
    /// How many days further it begins too.
    days: i64,
    /// Minutes after midnight.
    from: i64,
    /// How many minutes it lasts.
    minutes: i64,
    /// Minutes that the clock is ahead of UTC.
    offset: i64,
}

/// Words that are no quiet hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no quiet time: expected [DAY[-DAY]/]HH:MM-HH:MM[+HH:MM] or DAY[-DAY], such as \
     22:00-07:00+01:00 or sat-sun"
)]
pub struct InvalidQuietHours(pub String);

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;
/// Minutes from the Monday before 1970-01-01, a Thursday, to that day.
const EPOCH: i64 = 3 * DAY;

impl QuietHours {
    /// When they end, if they are at this moment.
    pub fn end(&self, now: Moment) -> Option<Moment> {
        let local = now.millis().div_euclid(60_000) + self.offset + EPOCH;
        (0..=self.days).find_map(|day| {
            let began = (self.first + day) * DAY + self.from;
            let into = (local - began).rem_euclid(WEEK);
            let left = u64::try_from(self.minutes - into)
                .ok()
                .filter(|left| *left > 0)?;
            let minute = Moment::from_millis(now.millis().div_euclid(60_000) * 60_000);
            Some(minute.after(Duration::from_mins(left)))
        })
    }
}

impl FromStr for QuietHours {
    type Err = InvalidQuietHours;

    fn from_str(text: &str) -> Result<Self, InvalidQuietHours> {
        let words = text.to_ascii_lowercase();
        parse(&words).ok_or_else(|| InvalidQuietHours(text.to_owned()))
    }
}

fn parse(words: &str) -> Option<QuietHours> {
    let (days, hours) = match words.split_once('/') {
        Some((days, hours)) => (Some(days), Some(hours)),
        None if words.starts_with(|c: char| c.is_ascii_digit()) => (None, Some(words)),
        None => (Some(words), None),
    };
    let (first, more) = days.map_or(Some((0, 6)), week_days)?;
    let (from, minutes, offset) = hours.map_or(Some((0, DAY, 0)), window)?;
    Some(QuietHours {
        first,
        days: more,
        from,
        minutes,
        offset,
    })
}

/// The first day, and how many follow.
fn week_days(text: &str) -> Option<(i64, i64)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let place = |name: &str| {
        let place = DAYS.iter().position(|day| *day == name)?;
        i64::try_from(place).ok()
    };
    let (first, last) = (place(first)?, place(last)?);
    Some((first, (last - first).rem_euclid(7)))
}

/// When it begins, how long it lasts, and the clock's offset, in minutes.
fn window(text: &str) -> Option<(i64, i64, i64)> {
    let (from, rest) = text.split_once('-')?;
    let (until, offset) = match rest.find(['+', '-']) {
        Some(place) => {
            let (until, offset) = rest.split_at_checked(place)?;
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            (until, sign * clock(offset.get(1..)?)?)
        }
        None => (rest, 0),
    };
    let (from, until) = (clock(from)?, clock(until)?);
    let minutes = (until - from).rem_euclid(DAY);
    Some((from, if minutes == 0 { DAY } else { minutes }, offset))
}

fn clock(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::{Moment, QuietHours};
    use crate::facts::Timestamp;

    fn at(text: &str) -> Moment {
        Timestamp::parse(text).unwrap().into()
    }

    #[test]
    fn windows_end_when_they_say() {
        // 2026-11-28 is a Saturday.
        for (hours, now, end) in [
            (
                "22:00-07:00",
                "2026-11-28T23:30:00Z",
                Some("2026-11-29T07:00:00Z"),
            ),
            (
                "22:00-07:00",
                "2026-11-28T06:59:59Z",
                Some("2026-11-28T07:00:00Z"),
            ),
            ("22:00-07:00", "2026-11-28T07:00:00Z", None),
            ("22:00-07:00", "2026-11-28T12:00:00Z", None),
            (
                "22:00-07:00+02:00",
                "2026-11-28T20:00:00Z",
                Some("2026-11-29T05:00:00Z"),
            ),
            (
                "22:00-07:00-05:00",
                "2026-11-28T03:00:00Z",
                Some("2026-11-28T12:00:00Z"),
            ),
            (
                "sat-sun",
                "2026-11-28T12:00:00Z",
                Some("2026-11-29T00:00:00Z"),
            ),
            ("sat-sun", "2026-11-27T23:59:00Z", None),
            (
                "sun-mon",
                "2026-11-30T23:00:00Z",
                Some("2026-12-01T00:00:00Z"),
            ),
            (
                "Fri/19:00-08:00",
                "2026-11-28T07:00:00Z",
                Some("2026-11-28T08:00:00Z"),
            ),
            ("mon-fri/19:00-08:00", "2026-11-29T20:00:00Z", None),
            (
                "00:00-00:00",
                "2026-11-29T20:00:00Z",
                Some("2026-11-30T00:00:00Z"),
            ),
        ] {
            let quiet: QuietHours = hours.parse().unwrap();
            assert_eq!(quiet.end(at(now)), end.map(at), "{hours} {now}");
        }
    }

    #[test]
    fn slips_are_told() {
        for text in [
            "",
            "night",
            "22-7",
            "25:00-07:00",
            "22:00-07:60",
            "22:00",
            "mon-fry",
            "mon/",
        ] {
            let error = text.parse::<QuietHours>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("`{text}` is no quiet time")),
                "{error}"
            );
        }
    }
}
