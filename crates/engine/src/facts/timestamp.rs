use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, to the second. Version 2 of the AWS CLI prints RFC 3339, version 1 seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

const DAY: i64 = 86_400;

impl Timestamp {
    /// The moment so many seconds after 1970 began.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// The seconds from an earlier moment to this one; none from a later one.
    pub fn seconds_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0 - earlier.0).unwrap_or_default()
    }

    /// A moment in RFC 3339, such as `2026-03-01T12:00:00.5+01:00`; fractions are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't', ' '])?;
        let mut date = date.splitn(3, '-').map(str::parse::<i64>);
        let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
        let place = time.find(['Z', 'z', '+', '-'])?;
        let (clock, zone) = time.split_at_checked(place)?;
        let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
        let mut clock = clock.splitn(3, ':').map(str::parse::<i64>);
        let (hour, minute) = (clock.next()?.ok()?, clock.next()?.ok()?);
        let second = clock.next()?.ok()?;
        let in_range = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..=60).contains(&second)
            && (1..10_000).contains(&year);
        in_range.then_some(())?;
        let local = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
        Some(Self(local - offset(zone)?))
    }
}

/// Seconds that a zone is ahead of UTC: `Z`, `+02:00` or `+0200`.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let seconds = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    Some(if zone.starts_with('-') {
        -seconds
    } else {
        seconds
    })
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in eras of 400 years.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// In RFC 3339 and UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0.div_euclid(DAY));
        let second = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// The date so many days after 1970-01-01: what [`days`] counts, backwards.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Moment;
        impl Visitor<'_> for Moment {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time in RFC 3339 or in seconds since 1970")
            }

            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Timestamp, E> {
                Ok(Timestamp(seconds))
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Timestamp, E> {
                i64::try_from(seconds).map(Timestamp).map_err(E::custom)
            }

            #[expect(
                clippy::cast_possible_truncation,
                reason = "to the second, and saturating"
            )]
            fn visit_f64<E: Error>(self, seconds: f64) -> Result<Timestamp, E> {
                Ok(Timestamp(seconds as i64))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text).ok_or_else(|| E::custom(format!("no such time: {text}")))
            }
        }
        deserializer.deserialize_any(Moment)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn moments_as_the_cli_prints_them() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-03-01T12:00:00.123000+01:00", Some(1_772_362_800)),
            ("2024-02-29T23:59:59-0530", Some(1_709_270_999)),
            ("2000-02-29 00:00:00Z", Some(951_782_400)),
            ("1969-12-31T23:59:59Z", Some(-1)),
            ("2026-13-01T12:00:00Z", None),
            ("2026-03-01T12:00:00", None),
            ("yesterday", None),
            ("2026-03-01T12:00:00+", None),
        ] {
            assert_eq!(
                Timestamp::parse(text).map(Timestamp::seconds),
                seconds,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_printed_is_the_same_moment() {
        for text in [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2000-02-29T12:30:01Z",
            "2100-03-01T00:00:00Z",
            "2026-12-31T23:59:59Z",
        ] {
            let moment = Timestamp::parse(text).unwrap();
            assert_eq!(moment.to_string(), text);
        }
    }

    #[test]
    fn both_versions_of_the_cli_are_read() {
        let read = |json: &str| serde_json::from_str::<Timestamp>(json).map(Timestamp::seconds);
        assert_eq!(read("1772362800.25").ok(), Some(1_772_362_800));
        assert_eq!(read("1772362800").ok(), Some(1_772_362_800));
        assert_eq!(read("\"2026-03-01T11:00:00Z\"").ok(), Some(1_772_362_800));
        let error = read("\"soon\"").unwrap_err().to_string();
        assert!(error.contains("no such time: soon"), "{error}");
    }
}
