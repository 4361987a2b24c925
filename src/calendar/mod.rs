//! Trading days: on which dates an exchange is open, and which of them a schedule names.
//!
//! Data in, answers out. The closed days of each exchange are files beside this one, compiled
//! in; `docs/calendars.md` says where they come from and what in them is still a forecast.
//! "Today" is always an argument, and every question about a date the data does not cover is
//! refused with [`OutOfRange`] instead of being guessed.
//!
//! What must never enter: a clock, a time zone, opening hours, the network, a file read at run
//! time, or a rule that computes holidays. A calendar is a list somebody checked.

mod data;
mod days;
mod error;
#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test says what it relies on")]
mod facts;
#[cfg(test)]
mod laws;
mod schedule;

use std::fmt;

pub use days::{Calendar, USER_CLOSED};
pub use error::{CalendarError, Fault, OutOfRange};
pub use schedule::{Dates, Roll, latest_scheduled, next_scheduled};

/// An exchange whose trading days are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CalendarId {
    /// Korea Exchange.
    Xkrx,
    /// New York Stock Exchange.
    Xnys,
}

impl CalendarId {
    /// Every calendar there is.
    pub const ALL: [CalendarId; 2] = [CalendarId::Xkrx, CalendarId::Xnys];

    /// The market identifier code (ISO 10383) that names it in a config.
    pub const fn code(self) -> &'static str {
        match self {
            CalendarId::Xkrx => "XKRX",
            CalendarId::Xnys => "XNYS",
        }
    }

    /// The calendar with exactly this code.
    pub fn parse(code: &str) -> Option<CalendarId> {
        Self::ALL.into_iter().find(|id| id.code() == code)
    }
}

impl fmt::Display for CalendarId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_calendar_is_found_by_its_code_alone() {
        for id in CalendarId::ALL {
            assert_eq!(CalendarId::parse(id.code()), Some(id));
            assert_eq!(CalendarId::parse(&id.code().to_lowercase()), None);
            assert_eq!(id.to_string(), id.code());
        }
        assert_eq!(CalendarId::parse(""), None);
    }
}
