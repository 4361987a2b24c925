//! What can go wrong: a date the data does not reach, or data that is not what it should be.
//!
//! Both are values with a sentence. Nothing here decides what to do about them.

use std::error::Error;
use std::fmt;

use chrono::NaiveDate;

use super::CalendarId;

/// A question that only dates outside a calendar's range could answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange {
    /// The calendar that was asked.
    pub calendar: CalendarId,
    /// The date asked for, or the first one past the range that the answer would need.
    pub date: NaiveDate,
    /// The first date the calendar covers.
    pub first: NaiveDate,
    /// The last date the calendar covers.
    pub last: NaiveDate,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the {} calendar covers {} to {} and cannot tell about {}: \
             use dates inside that range",
            self.calendar, self.first, self.last, self.date
        )?;
        if self.date > self.last {
            f.write_str(", or install a newer release of rebalance that reaches further")?;
        }
        Ok(())
    }
}

impl Error for OutOfRange {}

/// Calendar data that cannot be used. The data is compiled in, so this is a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarError {
    /// The calendar whose data it is.
    pub calendar: CalendarId,
    /// The line, counted from 1; one past the last line if the data ends too early.
    pub line: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line of calendar data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A header line should stand here and does not.
    Header {
        /// The key the line should start with.
        key: &'static str,
    },
    /// The file names another calendar.
    OtherCalendar,
    /// The range ends before it starts, or the published part is not inside it.
    Range,
    /// The text is not `YYYY-MM-DD`.
    Date {
        /// The text found.
        text: String,
    },
    /// A closed day without a name.
    Nameless,
    /// A closed day on a Saturday or Sunday.
    Weekend,
    /// A closed day that does not come after the one before it.
    Order,
    /// A closed day outside the range.
    Outside,
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} of the {} calendar {}: this is a bug in rebalance, please report it",
            self.line, self.calendar, self.fault
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Header { key } => write!(f, "should start with `{key}: `"),
            Fault::OtherCalendar => f.write_str("names another calendar"),
            Fault::Range => f.write_str("has dates in the wrong order"),
            Fault::Date { text } => write!(f, "has `{text}` where a date should be"),
            Fault::Nameless => f.write_str("does not say why the day is closed"),
            Fault::Weekend => f.write_str("lists a Saturday or a Sunday"),
            Fault::Order => f.write_str("does not come after the line before it"),
            Fault::Outside => f.write_str("is outside the range of the file"),
        }
    }
}

impl Error for CalendarError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(year: i32) -> String {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        OutOfRange {
            calendar: CalendarId::Xkrx,
            date: day(year, 1, 2),
            first: day(2010, 1, 1),
            last: day(2028, 12, 31),
        }
        .to_string()
    }

    #[test]
    fn a_refusal_names_the_range_the_date_and_a_way_out() {
        assert_eq!(
            refusal(2009),
            "the XKRX calendar covers 2010-01-01 to 2028-12-31 and cannot tell about 2009-01-02: \
             use dates inside that range"
        );
        assert_eq!(
            refusal(2029),
            "the XKRX calendar covers 2010-01-01 to 2028-12-31 and cannot tell about 2029-01-02: \
             use dates inside that range, or install a newer release of rebalance that reaches \
             further"
        );
    }

    #[test]
    fn a_fault_names_its_line() {
        let error =
            CalendarError { calendar: CalendarId::Xnys, line: 7, fault: Fault::Date { text: "2026-02-30".into() } };
        assert_eq!(
            error.to_string(),
            "line 7 of the XNYS calendar has `2026-02-30` where a date should be: \
             this is a bug in rebalance, please report it"
        );
    }
}
