//! A month of the calendar, as history is turned over by.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::time::{TimeRange, Timestamp};
use crate::uptime::start_of_day;

/// A month of a year. Shown and parsed as `2026-04`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(Date);

/// A text that is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a month is written like 2026-04, in the years 1970 to 9000")]
pub struct MonthError;

impl Month {
    /// The month in which `at` lies in `zone`.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Self(at.to_jiff().to_zoned(zone.clone()).date().first_of_month())
    }

    /// 1 to 12.
    pub fn number(self) -> i8 {
        self.0.month()
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month `count` months before, or after if it is negative.
    #[must_use]
    pub fn back(self, count: i32) -> Self {
        Self(self.0.saturating_sub(jiff::Span::new().months(count)).first_of_month())
    }

    /// From its first moment in `zone` to that of the next month.
    pub fn range(self, zone: &TimeZone) -> TimeRange {
        let start = |month: Self| start_of_day(month.0, zone).unwrap_or(Timestamp::from_ms(0));
        TimeRange::new(start(self), start(self.back(-1)))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let (year, month) = text.split_once('-').ok_or(MonthError)?;
        let is_number = |digits: &str, count: usize| digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) {
            return Err(MonthError);
        }
        let (year, month) = (year.parse().map_err(|_| MonthError)?, month.parse().map_err(|_| MonthError)?);
        if !(1970..=9000).contains(&year) {
            return Err(MonthError);
        }
        Date::new(year, month, 1).map(Self).map_err(|_| MonthError)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_year_and_a_month_are_a_month() {
        assert_eq!("2026-04".parse::<Month>().unwrap().to_string(), "2026-04");
        for wrong in ["", "2026", "2026-4", "2026-13", "2026-00", "26-04", "2026-04-01", "+026-04", "0001-01", "9999-12"] {
            assert_eq!(wrong.parse::<Month>(), Err(MonthError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn months_follow_each_other_without_a_gap(ms in 0_i64..4_000_000_000_000, zone in prop::sample::select(vec!["Asia/Tokyo", "America/Sao_Paulo", "Pacific/Apia", "UTC"])) {
            let zone = TimeZone::get(zone).unwrap();
            let at = Timestamp::from_ms(ms);
            let month = Month::of(at, &zone);
            let range = month.range(&zone);
            prop_assert!(range.from() <= at && at < range.until());
            prop_assert_eq!(month.back(-1).range(&zone).from(), range.until());
            prop_assert_eq!(month.back(5).back(-5), month);
            prop_assert_eq!(month.to_string().parse::<Month>(), Ok(month));
        }
    }
}
