//! The quarter that a report is of.

use chrono::{Datelike, Days, NaiveDate};
use std::fmt;

/// A quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i32,
    /// From 1 to 4.
    number: u32,
}

impl Quarter {
    /// The quarter of a day.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), number: day.month0() / 3 + 1 }
    }

    /// Reads `2026Q1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, number) = text.split_once(['Q', 'q'])?;
        let digits = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
        let number = number.parse().ok().filter(|n| (1..=4).contains(n) && number.len() == 1)?;
        let year = year.parse().ok().filter(|year| digits && *year > 0)?;
        Some(Self { year, number })
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        match self.number {
            1 => Self { year: self.year - 1, number: 4 },
            number => Self { number: number - 1, ..self },
        }
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.number * 3 - 2, 1).unwrap_or_default()
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        let next = match self.number {
            4 => Self { year: self.year + 1, number: 1 },
            number => Self { number: number + 1, ..self },
        };
        next.first().checked_sub_days(Days::new(1)).unwrap_or_default()
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.year, self.number)
    }
}

/// The days that a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The quarter.
    pub quarter: Quarter,
    /// Its first day.
    pub first: NaiveDate,
    /// Its last day, or today, when it has not ended.
    pub last: NaiveDate,
    /// Whether it has ended.
    pub ended: bool,
}

impl Period {
    /// The days of a quarter, as far as they have come; without a quarter, of the last one that has ended. None of a
    /// quarter that has not begun.
    #[must_use]
    pub fn of(quarter: Option<Quarter>, today: NaiveDate) -> Option<Self> {
        let quarter = quarter.unwrap_or_else(|| Quarter::of(today).before());
        let (first, last) = (quarter.first(), quarter.last());
        (first <= today).then_some(Self { quarter, first, last: last.min(today), ended: last < today })
    }

    /// Whether a day is one of them.
    #[must_use]
    pub fn has(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;

    #[test]
    fn quarters_are_read_and_told() {
        let q = Quarter::parse("2026Q1").unwrap();
        assert_eq!((q.first().to_string(), q.last().to_string()), ("2026-01-01".to_owned(), "2026-03-31".to_owned()));
        assert_eq!(
            (q.before().to_string(), Quarter::parse("2026q4").unwrap().last().to_string()),
            ("2025Q4".to_owned(), "2026-12-31".to_owned())
        );
        for bad in
            ["2026", "2026Q0", "2026Q5", "26Q1", "2026Q", "Q1", "2026Q11", "2026-Q1", "0000Q1", "2026Q+1", "+026Q1"]
        {
            assert_eq!(Quarter::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_period_ends_with_its_quarter_or_today() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let said = |quarter: Option<&str>, today: &str| {
            let period = Period::of(quarter.and_then(Quarter::parse), day(today))?;
            Some(format!("{} {} {} {}", period.quarter, period.first, period.last, period.ended))
        };
        assert_eq!(said(None, "2026-04-01").unwrap(), "2026Q1 2026-01-01 2026-03-31 true");
        assert_eq!(said(None, "2026-03-31").unwrap(), "2025Q4 2025-10-01 2025-12-31 true");
        assert_eq!(said(Some("2026Q1"), "2026-03-31").unwrap(), "2026Q1 2026-01-01 2026-03-31 false");
        assert_eq!(said(Some("2026Q1"), "2026-02-10").unwrap(), "2026Q1 2026-01-01 2026-02-10 false");
        assert_eq!(said(Some("2026Q2"), "2026-03-31"), None);
    }
}
