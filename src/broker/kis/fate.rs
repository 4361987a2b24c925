//! What became of an order whose answer was lost: reference, section 8.4.
//!
//! The orders of the day, the open ones and the balance are looked at together. One order that is like ours in all, of our
//! time and new since, is ours, when it is the only one in two looks. That there is none is believed when three complete
//! looks say so after the time in which it could still appear, and the balance agrees; and never in the mock world, whose
//! lists have been seen empty while orders were filled. Sending must never enter this room.

use super::api::Api;
use super::balance::balance;
use super::book::{self, Row};
use super::mark::{Mark, explained, traded};
use super::trouble::Trouble;
use super::world::World;
use crate::broker::search::{Seen, Sought, Verdict, span};
use crate::broker::{Ack, Fate, Intent, krx};
use crate::money::{Money, Price, Quantity};
use crate::replay::Candidate;
use crate::trade::{Executions, Side};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long to wait between two looks.
const BETWEEN: Duration = Duration::from_secs(10);
/// How many looks have to agree that there is nothing.
const AGREEING: u32 = 3;
/// How many looks have to agree on the same order.
const CONFIRMED: u32 = 2;
/// How long an order may be on its way beside the time that a request may take.
const AWAY: Duration = Duration::from_secs(5);
/// The word for what came through the API, as the broker lists it.
const OURS: &str = "OpnAPI";

/// What one complete look says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// This one is it.
    One(Ack),
    /// There is none, and the balance agrees.
    Nothing,
    /// There is none, but so many shares were traded, for so much, that no order explains: exactly its own.
    Traded(Money),
    /// There is none, and the balance does not agree.
    Odd(String),
    /// It could be one of these.
    Several(Vec<Candidate>),
}

/// Finds out what became of an order.
pub(super) fn fate(api: &mut Api<'_>, intent: &Intent) -> Fate {
    let Some(mark) = Mark::parse(&intent.before) else {
        return Fate::CannotTell(vec![
            "what the journal says of the account before the order cannot be read".to_owned(),
        ]);
    };
    let Some((today, _)) = krx::in_seoul(api.clock().now().timestamp()) else {
        return Fate::CannotTell(vec!["the clock shows no date".to_owned()]);
    };
    if mark.day != today {
        return past(api, intent, &mark, today);
    }
    let (mut found, mut agreed, mut nothing): (Option<Ack>, u32, u32) = (None, 0, 0);
    let mut last: String;
    let begun = api.clock().elapsed();
    // Time enough for as many looks as are needed after the time in which it may still appear.
    let between = api.pace().of(BETWEEN);
    let longest = window(api) + between * (AGREEING + 1);
    loop {
        match look(api, intent, &mark) {
            Ok(Look::Several(candidates)) => return Fate::NeedsHuman(candidates),
            Ok(Look::One(ack)) => {
                agreed = if found.as_ref() == Some(&ack) { agreed + 1 } else { 1 };
                if agreed >= CONFIRMED {
                    return Fate::Placed(ack);
                }
                (found, nothing) = (Some(ack), 0);
                last = "the broker lists it, but not twice in a row".to_owned();
            }
            Ok(Look::Traded(amount)) => return Fate::Executed(Executions::of(intent.ticket.quantity, amount)),
            Ok(Look::Nothing) => {
                nothing += 1;
                let certain = api.world() == World::Real && nothing >= AGREEING && over(api, intent);
                if certain {
                    return Fate::NotPlaced("the broker does not list it, and the balance agrees".to_owned());
                }
                last = "the broker does not list it, which is no proof".to_owned();
            }
            Ok(Look::Odd(why)) => (nothing, last) = (0, why),
            Err(trouble) => (nothing, last) = (0, trouble.to_string()),
        }
        if api.clock().elapsed().saturating_sub(begun) >= longest {
            return Fate::CannotTell(vec![last, advice(intent)]);
        }
        api.clock().wait(between);
    }
}

/// How long after it was written down an order may have arrived at the most.
fn arrival(api: &Api<'_>) -> TimeDelta {
    TimeDelta::from_std(api.timeout() + AWAY).unwrap_or_default()
}

/// How long after it has arrived an order may still appear in lists.
fn window(api: &Api<'_>) -> Duration {
    api.pace().of(api.world().window())
}

/// Whether the time is over in which an order may still appear.
fn over(api: &Api<'_>, intent: &Intent) -> bool {
    let Ok(sent) = DateTime::parse_from_rfc3339(&intent.at) else { return false };
    let window = arrival(api) + TimeDelta::from_std(window(api)).unwrap_or_default();
    api.clock().now() - sent.to_utc() > window
}

/// A time as the broker writes it.
fn told(at: NaiveTime) -> String {
    at.format("%H%M%S").to_string()
}

/// What a person has to do.
fn advice(intent: &Intent) -> String {
    let ticket = &intent.ticket;
    format!(
        "look in the broker's app whether there is an order to {} {} of {} that was placed at {}",
        ticket.side.word(),
        ticket.quantity,
        ticket.code.0,
        intent.at
    )
}

/// Looks once, at everything.
///
/// # Errors
/// [`Trouble`] when something could not be read whole.
pub(super) fn look(api: &mut Api<'_>, intent: &Intent, mark: &Mark) -> Result<Look, Trouble> {
    let (code, side) = (intent.ticket.code.0.as_str(), intent.ticket.side);
    let rows = book::orders(api, mark.day)?;
    let mut all = rows.clone();
    for row in book::open(api, mark.day)?.unwrap_or_default() {
        if !all.iter().any(|known| known.name.number == row.name.number && known.code == row.code) {
            all.push(row);
        }
    }
    match among(&all, intent, mark, arrival(api)) {
        Verdict::Found(seen) => return Ok(Look::One(Ack { reference: seen.reference, at: seen.at.map(told) })),
        Verdict::Doubtful(several) => return Ok(Look::Several(candidates(&several))),
        Verdict::Absent => {}
    }
    let now = balance(api)?;
    let moved = traded(&now, code, side) - explained(&rows, code, side) - mark.unexplained;
    if moved.is_zero() {
        return Ok(Look::Nothing);
    }
    let (shares, amount) = book::executed(api, mark.day, code, side)?;
    let (shares, amount) = (shares - mark.sums.0, amount - mark.sums.1);
    if moved == intent.ticket.quantity.decimal() && shares == moved && amount > Decimal::ZERO {
        return Ok(Look::Traded(Money::new(amount)));
    }
    Ok(Look::Odd(format!("{moved} of {code} were traded today that no listed order explains")))
}

fn candidates(seen: &[Seen]) -> Vec<Candidate> {
    seen.iter().map(|seen| Candidate { reference: seen.reference.clone(), about: seen.about.clone() }).collect()
}

fn among(rows: &[Row], intent: &Intent, mark: &Mark, arrival: TimeDelta) -> Verdict {
    let sent = DateTime::parse_from_rfc3339(&intent.at).ok().and_then(|at| krx::in_seoul(at.timestamp()));
    let within = sent.filter(|(day, _)| *day == mark.day).and_then(|(_, from)| {
        let (to, days) = from.overflowing_add_signed(arrival);
        (days == 0).then(|| span(from, to, mark.ahead)).flatten()
    });
    let sought = Sought {
        code: intent.ticket.code.0.clone(),
        side: intent.ticket.side,
        quantity: intent.ticket.quantity,
        limit: Price::new(mark.price),
        within,
        known: mark.known.iter().chain(&intent.claimed).cloned().collect(),
        // A person's app has another word. Where there is none, nothing follows from it.
        channels: BTreeSet::from([OURS.to_owned()]),
    };
    let seen: Vec<Seen> = rows.iter().map(seen).collect();
    sought.among(&seen)
}

fn seen(row: &Row) -> Seen {
    Seen {
        reference: row.name.to_string(),
        amends: row.amends,
        code: row.code.clone(),
        side: row.side,
        quantity: Quantity::new(row.quantity),
        limit: Price::new(row.limit.unwrap_or_default()),
        at: row.at,
        channel: row.channel.clone(),
        about: row.about(),
    }
}

/// The same on a later day: nothing can appear any more, and nothing is still open.
fn past(api: &mut Api<'_>, intent: &Intent, mark: &Mark, today: NaiveDate) -> Fate {
    let cannot = |why: String| Fate::CannotTell(vec![why, advice(intent)]);
    if today < mark.day {
        return cannot(format!("the order is of {}, and the clock of this machine shows {today}", mark.day));
    }
    if today - mark.day > TimeDelta::days(80) {
        return cannot(format!("the order is of {}, and the broker lists three months only", mark.day));
    }
    let (then, now, held) = match (book::orders(api, mark.day), book::orders(api, today), balance(api)) {
        (Ok(then), Ok(now), Ok(held)) => (then, now, held),
        (Err(trouble), ..) | (_, Err(trouble), _) | (.., Err(trouble)) => return cannot(trouble.to_string()),
    };
    match among(&then, intent, mark, arrival(api)) {
        Verdict::Found(seen) => return Fate::Placed(Ack { reference: seen.reference, at: None }),
        Verdict::Doubtful(several) => return Fate::NeedsHuman(candidates(&several)),
        Verdict::Absent => {}
    }
    let code = intent.ticket.code.0.as_str();
    let new: Vec<Row> = then.into_iter().filter(|row| !mark.known.contains(&row.name.to_string())).chain(now).collect();
    let expected = mark.held + explained(&new, code, Side::Buy) - explained(&new, code, Side::Sell);
    let found = held.position(code).map_or(Decimal::ZERO, |position| position.held);
    match api.world() {
        World::Real if found == expected => {
            Fate::NotPlaced(format!("the broker lists no such order on {}, and the balance agrees", mark.day))
        }
        World::Real => {
            cannot(format!("the broker lists no such order, but {found} of {code} are held, not {expected}"))
        }
        World::Mock => cannot("the broker does not list it, which is no proof in the mock world".to_owned()),
    }
}
