//! What was held on past days: reckoned back from what is held today, through what the log says was traded and what is
//! known of cash that came and went.
//!
//! Each record of the log says what was held before it. On the way back its word is compared with what was reckoned: to go
//! back from today and to go forward from a record must come to the same, or nothing is told. Where no record is met on the
//! way, the walk goes on to the newest one before, or a deposit that nobody entered would not be noticed. Prices must never
//! enter this room.

mod disagreement;

pub use disagreement::Disagreement;

use crate::cash_flows::Entry;
use crate::config::Currency;
use crate::holdings::Holdings;
use crate::record::Record;
use crate::trade::{Fill, Side};
use crate::zone::Zone;
use chrono::{DateTime, NaiveDate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What was held at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// Shares by code; none at zero.
    pub shares: BTreeMap<String, Decimal>,
    /// Cash by currency.
    pub cash: BTreeMap<Currency, Decimal>,
}

/// What the owner paid in on a day, or took out below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct External {
    /// The day.
    pub day: NaiveDate,
    /// The currency.
    pub currency: Currency,
    /// How much.
    pub amount: Decimal,
}

/// What was held from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// What was held before anything of this happened.
    opening: Position,
    /// What was held at the end of each day on which something happened, in order.
    days: Vec<(NaiveDate, Position)>,
    /// What the owner paid in and took out, in order.
    pub external: Vec<External>,
    /// How many records said what was held before them, as was reckoned.
    pub compared: usize,
}

impl Timeline {
    /// What was held at the end of a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> &Position {
        let after = self.days.partition_point(|(one, _)| *one <= day);
        after.checked_sub(1).and_then(|last| self.days.get(last)).map_or(&self.opening, |(_, position)| position)
    }
}

/// The day on which a record was executed: that of its first fill where the portfolio is; without a fill, its plan's.
#[must_use]
pub fn executed_on(record: &Record, zone: Zone) -> NaiveDate {
    record.fills.iter().map(|fill| filled_on(fill, record, zone)).min().unwrap_or(record.date)
}

fn filled_on(fill: &Fill, record: &Record, zone: Zone) -> NaiveDate {
    let instant = DateTime::parse_from_rfc3339(&fill.at).ok();
    let local = instant.and_then(|instant| zone.local(instant.timestamp()));
    local.map_or(record.date, |local| local.date_naive())
}

/// What happened, one thing each.
enum Happened<'a> {
    /// Cash came or went.
    Cash(&'a Entry),
    /// A rebalance began: what its record says was held.
    Begin(usize, &'a Record),
    /// Cash was moved with a rebalance.
    Moved(usize, &'a Record),
    /// An order was executed.
    Filled(usize, &'a Fill),
}

/// What was held from the end of a day on. `outside` are codes that are no part of the portfolio.
///
/// # Errors
/// [`Disagreement`].
pub fn since(
    from: NaiveDate,
    holdings: &Holdings,
    outside: &BTreeSet<String>,
    (records, base): (&[Record], Currency),
    entries: &[Entry],
    zone: Zone,
) -> Result<Timeline, Disagreement> {
    let events = events(records, entries, zone);
    let known = events.iter().filter(|(_, event)| !matches!(event, Happened::Cash(_))).map(|(day, _)| *day);
    let known = known.chain([holdings.as_of]).max().unwrap_or(holdings.as_of);
    if let Some(late) = entries.iter().find(|entry| entry.day > known) {
        return Err(Disagreement::Later { line: late.line, day: late.day, known });
    }
    let position = today(holdings, outside);
    let mut walk = Walk {
        position,
        base,
        days: Vec::new(),
        external: Vec::new(),
        compared: 0,
        agreed: None,
        entries,
        undone: BTreeSet::new(),
    };
    let mut back = events.iter().rev().peekable();
    while let Some((day, event)) = back.next_if(|(day, _)| *day > from) {
        walk.undo(*day, event)?;
    }
    let mut timeline = Timeline {
        opening: walk.position.clone(),
        days: walk.days.iter().rev().cloned().collect(),
        external: walk.external.iter().rev().copied().collect(),
        compared: 0,
    };
    for (day, event) in back {
        // A record that does not say what its shares were is a wall: nothing before it can be compared.
        if walk.compared > 0 || matches!(event, Happened::Begin(_, record) if without_fills(record)) {
            break;
        }
        walk.undo(*day, event)?;
    }
    timeline.compared = walk.compared;
    Ok(timeline)
}

/// Whether another program wrote a record, so that it is not known how many shares were traded.
fn without_fills(record: &Record) -> bool {
    record.fills.is_empty() && !record.trades.is_empty()
}

/// What is held today.
fn today(holdings: &Holdings, outside: &BTreeSet<String>) -> Position {
    let shares = holdings.positions.iter().filter(|(code, _)| !outside.contains(&code.0));
    let shares = shares.map(|(code, position)| (code.0.clone(), position.quantity.decimal()));
    let cash = holdings.cash.iter().map(|(currency, amount)| (*currency, amount.decimal()));
    Position { shares: shares.filter(|(_, shares)| !shares.is_zero()).collect(), cash: cash.collect() }
}

/// All that happened, in order. Entries of a day come before the rebalances of that day, unless those say otherwise.
fn events<'a>(records: &'a [Record], entries: &'a [Entry], zone: Zone) -> Vec<(NaiveDate, Happened<'a>)> {
    let mut events: Vec<((NaiveDate, usize), Happened<'a>)> = Vec::new();
    for (i, record) in records.iter().enumerate() {
        let (day, line) = (executed_on(record, zone), i + 1);
        events.push(((day, line), Happened::Begin(line, record)));
        events.push(((day, line), Happened::Moved(line, record)));
        let fills =
            record.fills.iter().map(|fill| ((filled_on(fill, record, zone), line), Happened::Filled(line, fill)));
        events.extend(fills);
    }
    events.extend(entries.iter().map(|entry| ((entry.day, 0), Happened::Cash(entry))));
    events.sort_by_key(|(place, _)| *place);
    events.into_iter().map(|((day, _), event)| (day, event)).collect()
}

/// Of how many entries of a day it is tried whether they came after the rebalance of that day.
const MOST_TRIED: usize = 8;

/// On the way back.
struct Walk<'a> {
    /// What was held at this point.
    position: Position,
    base: Currency,
    /// What was held at the end of the days that were passed, newest first.
    days: Vec<(NaiveDate, Position)>,
    external: Vec<External>,
    compared: usize,
    /// The last record that agreed: its line and its day.
    agreed: Option<(usize, NaiveDate)>,
    entries: &'a [Entry],
    /// The lines of the entries that were taken back before their turn: they came after a rebalance of their day.
    undone: BTreeSet<usize>,
}

impl Walk<'_> {
    fn undo(&mut self, day: NaiveDate, event: &Happened<'_>) -> Result<(), Disagreement> {
        if self.days.last().is_none_or(|(last, _)| *last != day) {
            self.days.push((day, self.position.clone()));
        }
        match event {
            Happened::Cash(entry) if self.undone.contains(&entry.line) => Ok(()),
            Happened::Cash(entry) => self.entry(entry),
            Happened::Filled(line, fill) => self.fill(*line, day, fill),
            Happened::Moved(line, record) => {
                for one in &record.conversions {
                    let taken = one.amount.0.checked_mul(Decimal::NEGATIVE_ONE).ok_or(Disagreement::TooLarge)?;
                    self.cash(self.currency(*line, Some(&one.from))?, taken)?;
                    self.cash(self.currency(*line, Some(&one.to))?, one.received.0)?;
                }
                let Some(flow) = record.cash_flow else { return Ok(()) };
                let currency = self.currency(*line, record.cash_flow_currency.as_deref())?;
                self.external.push(External { day, currency, amount: flow.0 });
                self.cash(currency, flow.0)
            }
            Happened::Begin(line, record) => self.compare(*line, day, record),
        }
    }

    fn currency(&self, line: usize, word: Option<&str>) -> Result<Currency, Disagreement> {
        let Some(word) = word else { return Ok(self.base) };
        Currency::parse(word).ok_or_else(|| Disagreement::NoCurrency { line, word: word.to_owned() })
    }

    /// Takes an entry back.
    fn entry(&mut self, entry: &Entry) -> Result<(), Disagreement> {
        self.cash(entry.currency, entry.change)?;
        if entry.kind.is_external() {
            self.external.push(External { day: entry.day, currency: entry.currency, amount: entry.change });
        }
        Ok(())
    }

    /// Takes back, before their turn, the entries of a rebalance's day that came after it: those that make up what cash was
    /// too much. Whether there are any.
    fn came_after(&mut self, day: NaiveDate, currency: Currency, excess: Decimal) -> Result<bool, Disagreement> {
        let of_day: Vec<Entry> = self.of_day(day, currency).take(MOST_TRIED).copied().collect();
        let chosen =
            |mask: u32| of_day.iter().enumerate().filter(move |(i, _)| mask & (1 << i) != 0).map(|(_, one)| one);
        let sum = |mask: u32| chosen(mask).try_fold(Decimal::ZERO, |sum, one| sum.checked_add(one.change));
        let Some(mask) = (1..1_u32 << of_day.len()).find(|mask| sum(*mask) == Some(excess)) else { return Ok(false) };
        for entry in chosen(mask) {
            self.entry(entry)?;
            self.undone.insert(entry.line);
        }
        Ok(true)
    }

    /// The entries of a day in a currency whose turn is still to come.
    fn of_day(&self, day: NaiveDate, currency: Currency) -> impl Iterator<Item = &Entry> {
        let of_day = self.entries.iter().filter(move |one| one.day == day && one.currency == currency);
        of_day.filter(|one| !self.undone.contains(&one.line))
    }

    /// Takes a change of cash back.
    fn cash(&mut self, currency: Currency, change: Decimal) -> Result<(), Disagreement> {
        let cash = self.position.cash.entry(currency).or_default();
        *cash = cash.checked_sub(change).ok_or(Disagreement::TooLarge)?;
        Ok(())
    }

    /// Takes a fill back.
    fn fill(&mut self, line: usize, day: NaiveDate, fill: &Fill) -> Result<(), Disagreement> {
        let currency = self.currency(line, fill.currency.as_deref())?;
        self.cash(currency, fill.cash_change().ok_or(Disagreement::TooLarge)?)?;
        let held = self.position.shares.get(&fill.code).copied().unwrap_or_default();
        let before = match fill.side {
            Side::Buy => held.checked_sub(fill.quantity.0),
            Side::Sell => held.checked_add(fill.quantity.0),
        };
        let before = before.ok_or(Disagreement::TooLarge)?;
        if before < Decimal::ZERO {
            return Err(Disagreement::BelowZero { code: fill.code.clone(), day, shares: before.normalize() });
        }
        match before.is_zero() {
            true => drop(self.position.shares.remove(&fill.code)),
            false => drop(self.position.shares.insert(fill.code.clone(), before)),
        }
        Ok(())
    }

    /// Compares with what a record says was held before it.
    fn compare(&mut self, line: usize, day: NaiveDate, record: &Record) -> Result<(), Disagreement> {
        if without_fills(record) {
            return Err(Disagreement::NoFills { line, day });
        }
        let Some(held) = &record.held else { return Ok(()) };
        let agreed = self.agreed;
        let differs = |what: &str, cash, (stated, reckoned): (Decimal, Decimal), same_day| Disagreement::Otherwise {
            line,
            day,
            what: what.to_owned(),
            cash,
            stated: stated.normalize(),
            reckoned: reckoned.normalize(),
            agreed,
            same_day,
        };
        for (code, stated) in &held.shares {
            let reckoned = self.position.shares.get(code).copied().unwrap_or_default();
            if reckoned != stated.0 {
                return Err(differs(code, false, (stated.0, reckoned), Vec::new()));
            }
        }
        for (word, stated) in &held.cash {
            let currency = self.currency(line, Some(word))?;
            let reckoned = self.position.cash.get(&currency).copied().unwrap_or_default();
            let excess = reckoned.checked_sub(stated.0).ok_or(Disagreement::TooLarge)?;
            if !excess.is_zero() && !self.came_after(day, currency, excess)? {
                let same_day = self.of_day(day, currency).map(|entry| entry.line).collect();
                return Err(differs(word, true, (stated.0, reckoned), same_day));
            }
        }
        self.compared += 1;
        self.agreed = Some((line, day));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
