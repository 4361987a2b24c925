//! Looking for an order whose answer was lost, at a broker that does not let us name it: reference, section 8.4.
//!
//! What the broker lists is compared with what was sent. One order that fits is ours; of several a person has to say
//! which; that there is none is believed only when complete lists keep saying so and the account agrees. Asking the
//! broker, and waiting, must never enter this room.

use crate::money::{Price, Quantity};
use crate::trade::Side;
use chrono::NaiveTime;
use std::collections::BTreeSet;

/// Seconds by which two clocks that were compared may still differ.
const SLACK: i64 = 5;

/// An order as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sought {
    /// The code.
    pub(super) code: String,
    /// Which way.
    pub(super) side: Side,
    /// Shares.
    pub(super) quantity: Quantity,
    /// The limit that was sent.
    pub(super) limit: Price,
    /// From when to when it could have been taken, by the broker's clock; none when it is not known how that goes.
    pub(super) within: Option<(NaiveTime, NaiveTime)>,
    /// The orders that were listed before it was sent, and those that are other orders of ours.
    pub(super) known: BTreeSet<String>,
    /// The channels by which other orders of ours came, in the broker's words; empty where none is known.
    pub(super) channels: BTreeSet<String>,
}

/// An order in the broker's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// What the broker calls it.
    pub(super) reference: String,
    /// Whether it changes or cancels another one.
    pub(super) amends: bool,
    /// The code.
    pub(super) code: String,
    /// Which way.
    pub(super) side: Side,
    /// Shares.
    pub(super) quantity: Quantity,
    /// The limit.
    pub(super) limit: Price,
    /// When it was ordered.
    pub(super) at: Option<NaiveTime>,
    /// By which channel it came, in the broker's words; empty where that is not told.
    pub(super) channel: String,
    /// What people want to know of it.
    pub(super) about: String,
}

/// What a list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This one is it.
    Found(Seen),
    /// None of them is.
    Absent,
    /// It is one of these, or none; a person has to say.
    Doubtful(Vec<Seen>),
}

/// The time span in which the broker may have taken an order that was sent between two times by our clock, when its clock
/// is `ahead` of ours by so many seconds. None past midnight, and when the broker's clock was never seen.
pub(super) fn span(from: NaiveTime, to: NaiveTime, ahead: Option<i64>) -> Option<(NaiveTime, NaiveTime)> {
    let ahead = ahead?;
    let moved = |time: NaiveTime, by: i64| {
        let (time, days) = time.overflowing_add_signed(chrono::TimeDelta::try_seconds(by)?);
        (days == 0).then_some(time)
    };
    let (from, to) = (moved(from, ahead - SLACK)?, moved(to, ahead + SLACK)?);
    (from <= to).then_some((from, to))
}

impl Sought {
    /// What a complete list says.
    pub(super) fn among(&self, listed: &[Seen]) -> Verdict {
        let same = |seen: &&Seen| {
            !seen.amends
                && !self.known.contains(&seen.reference)
                && seen.code == self.code
                && seen.side == self.side
                && seen.quantity == self.quantity
                && seen.limit == self.limit
        };
        let fitting: Vec<&Seen> = listed.iter().filter(same).collect();
        match fitting.as_slice() {
            [] => Verdict::Absent,
            // One alone, but not of our time or our channel, may be a person's; that ours is absent does not follow.
            [one] if self.in_time(one) && self.by_us(one) => Verdict::Found((*one).clone()),
            several => Verdict::Doubtful(several.iter().map(|seen| (*seen).clone()).collect()),
        }
    }

    fn by_us(&self, seen: &Seen) -> bool {
        self.channels.is_empty() || seen.channel.is_empty() || self.channels.contains(&seen.channel)
    }

    fn in_time(&self, seen: &Seen) -> bool {
        self.within.zip(seen.at).is_some_and(|((from, to), at)| (from..=to).contains(&at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    fn sought() -> Sought {
        Sought {
            code: "069500".to_owned(),
            side: Side::Buy,
            quantity: Quantity::new(10.into()),
            limit: Price::new(35_730.into()),
            within: span(time("10:00:00"), time("10:00:30"), Some(0)),
            known: BTreeSet::from(["7".to_owned()]),
            channels: BTreeSet::new(),
        }
    }

    fn seen(reference: &str, at: &str) -> Seen {
        Seen {
            reference: reference.to_owned(),
            amends: false,
            code: "069500".to_owned(),
            side: Side::Buy,
            quantity: Quantity::new(10.into()),
            limit: Price::new(35_730.into()),
            at: Some(time(at)),
            channel: "api".to_owned(),
            about: String::new(),
        }
    }

    #[test]
    fn one_that_fits_in_all_and_in_time_is_it() {
        let ours = seen("8", "10:00:01");
        let others = [
            Seen { reference: "9".to_owned(), side: Side::Sell, ..ours.clone() },
            Seen { reference: "10".to_owned(), quantity: Quantity::new(9.into()), ..ours.clone() },
            Seen { reference: "11".to_owned(), limit: Price::new(35_735.into()), ..ours.clone() },
            Seen { reference: "12".to_owned(), code: "360750".to_owned(), ..ours.clone() },
            Seen { reference: "13".to_owned(), amends: true, ..ours.clone() },
            seen("7", "10:00:01"),
        ];
        assert_eq!(sought().among(&others), Verdict::Absent);
        let all: Vec<Seen> = others.iter().cloned().chain([ours.clone()]).collect();
        assert_eq!(sought().among(&all), Verdict::Found(ours));
    }

    #[test]
    fn what_could_be_somebody_elses_is_never_ours_and_never_nothing() {
        let doubtful = |sought: &Sought, listed: &[Seen]| match sought.among(listed) {
            Verdict::Doubtful(seen) => seen.len(),
            other => panic!("{other:?}"),
        };
        // A twin of the same second, one of another hour, one without a time, and a clock that was never seen.
        assert_eq!(doubtful(&sought(), &[seen("8", "10:00:01"), seen("9", "10:00:01")]), 2);
        assert_eq!(doubtful(&sought(), &[seen("8", "11:00:00")]), 1);
        assert_eq!(doubtful(&sought(), &[seen("8", "09:59:54")]), 1);
        assert_eq!(doubtful(&sought(), &[Seen { at: None, ..seen("8", "10:00:01") }]), 1);
        assert_eq!(doubtful(&Sought { within: None, ..sought() }, &[seen("8", "10:00:01")]), 1);
        // One that came by another channel than our orders do.
        let channels = BTreeSet::from(["api".to_owned()]);
        let ours = Sought { channels: channels.clone(), ..sought() };
        assert_eq!(ours.among(&[seen("8", "10:00:01")]), Verdict::Found(seen("8", "10:00:01")));
        let app = Seen { channel: "app".to_owned(), ..seen("8", "10:00:01") };
        assert_eq!(doubtful(&ours, &[app]), 1);
    }

    #[test]
    fn the_span_follows_the_brokers_clock() {
        let span = |ahead| span(time("10:00:00"), time("10:00:30"), ahead);
        assert_eq!(span(Some(120)), Some((time("10:01:55"), time("10:02:35"))));
        assert_eq!(span(Some(-120)), Some((time("09:57:55"), time("09:58:35"))));
        assert_eq!(span(None), None);
        assert_eq!(span(Some(14 * 3600)), None);
        assert_eq!(span(Some(i64::MAX / 2)), None);
    }
}
