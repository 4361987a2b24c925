//! Looking for an order whose answer was lost: reference, section 8.4.
//!
//! All lists are read to their end, again and again, until one order that fits is there, or until it is proven that there
//! is none: complete lists keep saying so, long enough after it was sent, and the shares that are held are those that
//! the listed orders explain. At the mock host it is never proven. Nothing is sent from here.

use super::account::{self, Listed, Open};
use super::record::{Before, reference};
use super::{Kiwoom, krx};
use crate::broker::search::{Seen, Sought, Verdict, span};
use crate::broker::settings::World;
use crate::broker::{Ack, BrokerError, Fate, Intent};
use crate::money::{Price, Quantity};
use crate::replay::Candidate;
use crate::trade::Side;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use std::time::Duration;

/// How long after an order was sent it may still come to be listed.
const WINDOW: Duration = Duration::from_secs(60);
/// Between two looks.
const BETWEEN: Duration = Duration::from_secs(10);
/// So many looks in a row must say that there is none.
const AGREEING: u32 = 3;
/// The most looks.
const LOOKS: u32 = 15;
/// The most days back that are looked through.
const DAYS: i64 = 31;

/// What one look at all the lists came to.
enum Look {
    /// This is it.
    Found(Seen),
    /// It is one of these, or none.
    Doubtful(Vec<Seen>),
    /// It is not listed, and the shares that are held are those that the listed orders explain.
    Absent,
    /// It is not listed, and the shares that are held are others.
    Unexplained(String),
}

impl Kiwoom<'_> {
    /// What became of an order whose answer is missing.
    pub(super) fn looked_for(&mut self, intent: &Intent) -> Fate {
        let before = match self.ours(intent) {
            Ok(before) => before,
            Err(error) => return Fate::CannotTell(vec![error.to_string(), error.remedy()]),
        };
        let (pace, begun) = (self.api.pace(), self.clock.elapsed());
        let earlier = self.since(intent, &before);
        let (mut agreeing, mut last) = (0, String::new());
        for look in 1..=LOOKS {
            match self.look(intent, &before) {
                Ok(Look::Found(seen)) => return Fate::Placed(Ack { reference: seen.reference, at: None }),
                Ok(Look::Doubtful(seen)) => return Fate::NeedsHuman(seen.into_iter().map(candidate).collect()),
                Ok(Look::Absent) => {
                    agreeing += 1;
                    "it is in none of the lists".clone_into(&mut last);
                }
                Ok(Look::Unexplained(why)) => (agreeing, last) = (0, why),
                Err(error) => (agreeing, last) = (0, error.to_string()),
            }
            let since = earlier + self.clock.elapsed().saturating_sub(begun);
            let over = since >= pace.of(WINDOW);
            if over && agreeing >= AGREEING {
                return self.absent(intent);
            }
            if look < LOOKS {
                self.clock.wait(pace.of(BETWEEN));
            }
        }
        Fate::CannotTell(vec![last, sentence(intent)])
    }

    /// It is not there, as far as can be seen.
    fn absent(&self, intent: &Intent) -> Fate {
        if self.world == World::Real {
            let why = format!(
                "complete lists did not have it {AGREEING} times, and the shares held are explained without it"
            );
            return Fate::NotPlaced(why);
        }
        let mock = "it is in none of the lists, which at the mock host proves nothing".to_owned();
        Fate::CannotTell(vec![mock, sentence(intent)])
    }

    /// How long ago an order was sent, by the server's clock where both times are known by it: ours may have been set.
    fn since(&self, intent: &Intent, before: &Before) -> Duration {
        let Ok(at) = intent.at.parse::<DateTime<Utc>>() else { return Duration::ZERO };
        let ahead = self.api.ahead().zip(before.ahead).map_or(0, |(now, then)| now.saturating_sub(then));
        let seconds = (self.clock.now() - at).num_seconds().saturating_add(ahead);
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }

    /// Looks once, at everything.
    fn look(&mut self, intent: &Intent, before: &Before) -> Result<Look, BrokerError> {
        let today = self.today()?.0;
        // What is open first: an order that is executed meanwhile is then in the other list.
        let open = if before.day == today { account::open(&mut self.api)? } else { Vec::new() };
        let listed = account::orders(&mut self.api, before.day)?;
        let all = seen(before.day, &listed, &open);
        match sought(self.api.patience(), intent, before, &all).among(&all) {
            Verdict::Found(seen) => return Ok(Look::Found(seen)),
            Verdict::Doubtful(seen) => return Ok(Look::Doubtful(seen)),
            Verdict::Absent => {}
        }
        let code = &intent.ticket.code.0;
        let mut moved = executed(&listed, code, &|order| {
            before.executed(&reference(before.day, &order.number)).unwrap_or_default()
        });
        let mut day = before.day;
        while day < today {
            day = day.succ_opt().filter(|next| (*next - before.day).num_days() <= DAYS).ok_or_else(|| {
                super::unclear("it was sent so long ago that the account cannot be explained any more")
            })?;
            moved += executed(&account::orders(&mut self.api, day)?, code, &|_| Quantity::ZERO);
        }
        let held = self.held(code)?.decimal();
        let expected = before.holding().unwrap_or_default().decimal() + moved;
        Ok(match held == expected {
            true => Look::Absent,
            false => Look::Unexplained(format!(
                "{held} shares of {code} are held, and the orders that are listed explain {expected}"
            )),
        })
    }
}

/// What is looked for.
fn sought(timeout: Duration, intent: &Intent, before: &Before, all: &[Seen]) -> Sought {
    let at = intent.at.parse::<DateTime<Utc>>().ok().and_then(|at| krx::in_seoul(at.timestamp()));
    let within = at.filter(|(day, _)| *day == before.day).and_then(|(_, from)| {
        let longest = chrono::TimeDelta::from_std(timeout).ok()?;
        let (to, days) = from.overflowing_add_signed(longest);
        if days == 0 { span(from, to, before.ahead) } else { None }
    });
    let ours = all.iter().filter(|seen| intent.claimed.contains(&seen.reference));
    Sought {
        code: intent.ticket.code.0.clone(),
        side: intent.ticket.side,
        quantity: intent.ticket.quantity,
        limit: before.limit().unwrap_or_default(),
        within,
        known: before.orders.keys().chain(&intent.claimed).cloned().collect(),
        channels: ours.map(|seen| seen.channel.clone()).filter(|channel| !channel.is_empty()).collect(),
    }
}

/// The orders of both lists.
fn seen(day: NaiveDate, listed: &[Listed], open: &[Open]) -> Vec<Seen> {
    let other = open.iter().filter(|order| !listed.iter().any(|known| known.number == order.number));
    let all = listed.iter().cloned().chain(other.map(as_listed));
    let seen = all.map(|order| Seen {
        reference: reference(day, &order.number),
        amends: order.original.is_some(),
        about: about(&order),
        code: order.code,
        side: order.side,
        quantity: order.quantity,
        limit: order.limit,
        at: order.at,
        channel: order.channel,
    });
    seen.collect()
}

/// An order that only the list of open ones has, as the other list would have it.
fn as_listed(open: &Open) -> Listed {
    Listed {
        number: open.number.clone(),
        original: open.original.clone(),
        code: open.code.clone(),
        side: open.side,
        quantity: open.quantity,
        limit: open.limit,
        filled: Quantity::new(open.quantity.decimal() - open.left.decimal()),
        average: Price::ZERO,
        left: open.left,
        at: open.at,
        channel: String::new(),
        received: String::new(),
        cancels: false,
        amends: false,
    }
}

/// An order as a person looks for it in the app.
fn about(order: &Listed) -> String {
    let at = order.at.map(|at| format!(", ordered at {at}")).unwrap_or_default();
    let channel = if order.channel.is_empty() { String::new() } else { format!(" by {}", order.channel) };
    let (side, quantity, code, limit) = (order.side.word(), order.quantity, &order.code, order.limit);
    format!("{side} {quantity} of {code} at {limit}{at}{channel}, {} executed", order.filled)
}

fn candidate(seen: Seen) -> Candidate {
    Candidate { reference: seen.reference, about: seen.about }
}

/// What the orders of a list did to the shares held of a code, beyond what was executed of each `before`.
fn executed(listed: &[Listed], code: &str, before: &dyn Fn(&Listed) -> Quantity) -> Decimal {
    let of_code = listed.iter().filter(|order| order.original.is_none() && order.code == code);
    let moved = of_code.map(|order| {
        let more = order.filled.decimal() - before(order).decimal();
        if order.side == Side::Buy { more } else { -more }
    });
    moved.sum()
}

/// What a person has to look at.
fn sentence(intent: &Intent) -> String {
    let ticket = &intent.ticket;
    let (side, quantity, code) = (ticket.side.word(), ticket.quantity, &ticket.code);
    format!("look in the app of Kiwoom for an order to {side} {quantity} of {code}, sent at {}", intent.at)
}
