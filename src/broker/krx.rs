//! The Korea Exchange, as far as orders for its ETFs need it: the day and the time there, the regular session, ticks.
//!
//! Its days come from the calendar, its hours from the exchange's rules for the regular market: orders are taken from
//! 08:30, traded from 09:00, and the closing auction ends at 15:30. A clock and a network must never enter this room.

use super::{BrokerError, whole_shares};
use crate::calendar::{Calendar, CalendarId};
use crate::code::Code;
use crate::money::Price;
use crate::trade::Ticket;
use crate::zone::Zone;
use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

/// When continuous trading begins.
const OPENS: (u32, u32) = (9, 0);
/// When the closing auction ends, and with it every order of the day.
const CLOSES: (u32, u32) = (15, 30);

/// The day and the time of day in Seoul at an instant, in seconds since 1970; none outside the years that a date has.
#[must_use]
pub(super) fn in_seoul(now: i64) -> Option<(NaiveDate, NaiveTime)> {
    let there = Zone::named("Asia/Seoul")?.local(now)?;
    Some((there.date_naive(), there.time()))
}

/// Why no order can be sent at an instant, a sentence without a period; nothing while the regular session is open.
#[must_use]
pub(super) fn closed(now: i64) -> Option<String> {
    let Some((day, time)) = in_seoul(now) else { return Some("the clock shows no date".to_owned()) };
    let calendar = match Calendar::of(CalendarId::Xkrx) {
        Ok(calendar) => calendar,
        Err(error) => return Some(error.to_string()),
    };
    match calendar.is_session(day) {
        Err(error) => return Some(error.to_string()),
        Ok(false) => {
            let name = calendar.closed_name(day).ok().flatten().unwrap_or("a weekend");
            return Some(format!("the Korea Exchange is closed on {day} ({name})"));
        }
        Ok(true) => {}
    }
    let at = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0);
    let open = at(OPENS).zip(at(CLOSES)).is_some_and(|(opens, closes)| (opens..closes).contains(&time));
    let hours = format!("{:02}:{:02} to {:02}:{:02}", OPENS.0, OPENS.1, CLOSES.0, CLOSES.1);
    (!open).then(|| format!("it is {} in Seoul, and the Korea Exchange trades from {hours}", time.format("%H:%M")))
}

/// Why no order can be sent that is to be found again by its day: our clock and the broker's, which is so many seconds
/// ahead of it, show different ones.
pub(super) fn other_day(now: i64, ahead: Option<i64>) -> Option<BrokerError> {
    let ((ours, _), (theirs, _)) = (in_seoul(now)?, in_seoul(now.checked_add(ahead?)?)?);
    (ours != theirs).then(|| BrokerError::Unfit {
        why: format!("in Seoul it is {ours} by the clock of this machine, and {theirs} by the broker's"),
        remedy: "set the clock of this machine".to_owned(),
    })
}

/// Whether a code is one of the exchange's: six letters and digits.
pub(super) fn known(broker: &str, code: &Code) -> Result<(), BrokerError> {
    if code.0.len() == 6 && code.0.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        return Ok(());
    }
    let why = format!("`{}` is no code of the Korea Exchange, where {broker} trades", crate::words::shown(&code.0));
    Err(BrokerError::Unfit { why, remedy: "trade it with another broker: rebalance brokers".to_owned() })
}

/// Whether an order is one of those that the exchange takes: whole shares of a code of its own.
pub(super) fn fits(broker: &str, ticket: &Ticket) -> Result<(), BrokerError> {
    known(broker, &ticket.code)?;
    whole_shares(ticket)
}

/// When orders are taken next after an instant at which none are, in words; nothing past the end of the calendar.
#[must_use]
pub(super) fn opens(now: i64) -> Option<String> {
    let (day, time) = in_seoul(now)?;
    let calendar = Calendar::of(CalendarId::Xkrx).ok()?;
    let begins = NaiveTime::from_hms_opt(OPENS.0, OPENS.1, 0)?;
    let next = if time < begins { calendar.on_or_after(day) } else { calendar.next_session(day) };
    Some(format!("{} at {:02}:{:02} in Seoul", next.ok()?, OPENS.0, OPENS.1))
}

/// The tick of an ETF at a price, in won: 1 below 2,000 since December 2023, else 5.
#[must_use]
pub(super) fn tick(price: Price) -> Price {
    Price::new(if price.decimal() < Decimal::from(2000) { Decimal::ONE } else { Decimal::from(5) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tick_of_an_etf_changes_at_two_thousand() {
        for (price, expected) in [("1", "1"), ("1999", "1"), ("2000", "5"), ("35555", "5"), ("120000", "5")] {
            assert_eq!(tick(Price::new(price.parse().unwrap())).to_string(), expected, "{price}");
        }
    }

    #[test]
    fn clocks_may_differ_within_a_day() {
        let now = "2026-03-04T01:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
        let fine = |ahead| other_day(now, ahead).is_none();
        // Ten in the morning in Seoul.
        assert!(fine(None) && fine(Some(0)) && fine(Some(-36_000)) && fine(Some(50_399)));
        assert!(!fine(Some(-36_001)) && !fine(Some(50_400)) && !fine(Some(-86_400)));
        assert!(fine(Some(i64::MAX)), "what is no time is no other day");
    }

    #[test]
    fn the_next_session_is_told() {
        let at = |text: &str| opens(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp());
        for (now, next) in [
            ("2026-03-04T23:59:59Z", "2026-03-05 at 09:00 in Seoul"),
            ("2026-03-05T06:30:00Z", "2026-03-06 at 09:00 in Seoul"),
            ("2026-03-06T06:30:00Z", "2026-03-09 at 09:00 in Seoul"),
        ] {
            assert_eq!(at(now).as_deref(), Some(next), "{now}");
        }
    }

    #[test]
    fn orders_are_sent_in_the_regular_session_only() {
        let at = |text: &str| closed(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp());
        for open in ["2026-03-05T00:00:00Z", "2026-03-05T06:29:59Z", "2026-03-05T03:00:00Z"] {
            assert_eq!(at(open), None, "{open}");
        }
        for (shut, why) in [
            ("2026-03-04T23:59:59Z", "it is 08:59 in Seoul, and the Korea Exchange trades from 09:00 to 15:30"),
            ("2026-03-05T06:30:00Z", "it is 15:30 in Seoul, and the Korea Exchange trades from 09:00 to 15:30"),
            ("2026-03-07T03:00:00Z", "the Korea Exchange is closed on 2026-03-07 (a weekend)"),
            // Monday there, Sunday here.
            ("2026-03-01T15:30:00Z", "the Korea Exchange is closed on 2026-03-02"),
            ("2199-03-05T03:00:00Z", "2199"),
        ] {
            let told = at(shut).unwrap_or_default();
            assert!(told.contains(why), "{shut}: {told}");
        }
    }
}
