//! Going forward and coming back.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use super::*;
use crate::cash_flows::Kind;
use crate::code::Code;
use crate::holdings;
use crate::money::{Money, Price, Quantity};
use crate::record::{Held, parse};
use crate::trade::Figure;
use chrono::Days;
use proptest::prelude::*;

const FIRST: &str = "2026-01-05";

fn first() -> NaiveDate {
    FIRST.parse().unwrap()
}

/// What happens on the way: an entry, or a rebalance with a buy, a sale and perhaps a deposit.
#[derive(Debug, Clone)]
enum Step {
    Entry(usize, i64),
    Rebalance { buys: i64, sells: i64, deposit: Option<i64>, later: bool },
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let entry = (0..Kind::ALL.len(), 1_i64..900).prop_map(|(kind, amount)| Step::Entry(kind, amount));
    let rebalance = (1_i64..40, 0_i64..30, proptest::option::of(-200_i64..900), any::<bool>())
        .prop_map(|(buys, sells, deposit, later)| Step::Rebalance { buys, sells, deposit, later });
    proptest::collection::vec((1_u64..20, prop_oneof![entry, rebalance]), 1..12)
}

/// A record with a fill of each side, and with what was held before.
fn record(day: NaiveDate, before: &Position, (buys, sells): (i64, i64), deposit: Option<i64>, later: bool) -> Record {
    let fill = |side: &str, code: &str, quantity: i64, at: NaiveDate| {
        format!(
            r#"{{"order":"{side}-{code}","code":"{code}","side":"{side}","quantity":{quantity},"price":7,"amount":{},"commission":1,"slippage":2,"tax":0,"at":"{at}T00:00:00Z"}}"#,
            quantity * 7
        )
    };
    let next = if later { day.checked_add_days(Days::new(1)).unwrap() } else { day };
    let fills = [fill("sell", "A", sells, day), fill("buy", "B", buys, next)];
    let fills: Vec<&str> = fills.iter().map(String::as_str).filter(|fill| !fill.contains("\"quantity\":0")).collect();
    let line = format!(
        r#"{{"date":"{day}","trigger":"manual","total_portfolio_value":1,"trades":[],"total_trade_amount":0,"total_commission":0,"pre_drift":{{}},"post_drift":{{}},"fills":[{}]}}"#,
        fills.join(",")
    );
    let mut record = parse(line.as_bytes()).unwrap().records.remove(0);
    let figures = |map: &BTreeMap<String, Decimal>| map.iter().map(|(key, one)| (key.clone(), Figure(*one))).collect();
    let cash: BTreeMap<String, Decimal> =
        before.cash.iter().map(|(currency, cash)| (currency.word().to_owned(), *cash)).collect();
    record.held = Some(Held { cash: figures(&cash), shares: figures(&before.shares) });
    record.cash_flow = deposit.map(|amount| Figure(Decimal::from(amount)));
    record
}

/// The world after some steps: what is held, the log, the entries, and what was held at the end of each day.
struct World {
    position: Position,
    records: Vec<Record>,
    entries: Vec<Entry>,
    days: Vec<(NaiveDate, Position)>,
}

impl World {
    fn of(steps: &[(u64, Step)]) -> Self {
        let shares = [("A".to_owned(), Decimal::from(500)), ("B".to_owned(), Decimal::from(3))].into();
        let position = Position { shares, cash: [(Currency::Krw, Decimal::from(10_000))].into() };
        let days = vec![(first(), position.clone())];
        let mut world = Self { position, records: Vec::new(), entries: Vec::new(), days };
        let mut day = first();
        for (after, step) in steps {
            // Two days at least, so that an order that is filled a day later comes before the next step.
            day = day.checked_add_days(Days::new(after + 1)).unwrap();
            world.step(day, step);
        }
        world
    }

    fn step(&mut self, day: NaiveDate, step: &Step) {
        match step {
            Step::Entry(kind, amount) => {
                let kind = Kind::ALL[*kind];
                let sign = if matches!(kind, Kind::Withdrawal | Kind::Fee | Kind::Tax) { -1 } else { 1 };
                let change = Decimal::from(sign * amount);
                *self.position.cash.entry(Currency::Krw).or_default() += change;
                let line = self.entries.len() + 2;
                self.entries.push(Entry { day, kind, currency: Currency::Krw, change, line });
            }
            Step::Rebalance { buys, sells, deposit, later } => {
                let record = record(day, &self.position, (*buys, *sells), *deposit, *later);
                let began = executed_on(&record, Zone::UTC);
                let cash = self.position.cash.entry(Currency::Krw).or_default();
                *cash += record.cash_flow.map(|flow| flow.0).unwrap_or_default();
                self.days.push((began, self.position.clone()));
                let mut fills: Vec<&Fill> = record.fills.iter().collect();
                fills.sort_by_key(|fill| filled_on(fill, &record, Zone::UTC));
                for fill in fills {
                    *self.position.cash.entry(Currency::Krw).or_default() += fill.cash_change().unwrap();
                    let sign = if fill.side == Side::Buy { Decimal::ONE } else { -Decimal::ONE };
                    *self.position.shares.entry(fill.code.clone()).or_default() += sign * fill.quantity.0;
                    self.days.push((filled_on(fill, &record, Zone::UTC), self.position.clone()));
                }
                self.records.push(record);
            }
        }
        self.days.push((self.days.last().map_or(day, |(last, _)| (*last).max(day)), self.position.clone()));
    }

    fn holdings(&self) -> Holdings {
        let position = |quantity: Decimal| holdings::Position {
            quantity: Quantity::new(quantity),
            price: Price::new(Decimal::ONE),
            lots: None,
        };
        Holdings {
            as_of: self.days.last().unwrap().0,
            cash: self.position.cash.iter().map(|(currency, cash)| (*currency, Money::new(*cash))).collect(),
            dividends: BTreeMap::new(),
            positions: self.position.shares.iter().map(|(code, one)| (Code(code.clone()), position(*one))).collect(),
            realised: BTreeMap::new(),
        }
    }

    fn back(&self) -> Result<Timeline, Disagreement> {
        let log = (self.records.as_slice(), Currency::Krw);
        since(first(), &self.holdings(), &BTreeSet::new(), log, &self.entries, Zone::UTC)
    }
}

proptest! {
    #[test]
    fn coming_back_is_what_going_forward_was(steps in steps()) {
        let world = World::of(&steps);
        let timeline = world.back().unwrap();
        for (i, (day, position)) in world.days.iter().enumerate() {
            // Of several states of a day, the last is its end.
            if world.days.get(i + 1).is_none_or(|(next, _)| next != day) {
                prop_assert_eq!(timeline.on(*day), position, "{}", day);
            }
        }
        prop_assert_eq!(timeline.compared, world.records.len());
        let own: Decimal = world.entries.iter().filter(|one| one.kind.is_external()).map(|one| one.change).sum();
        let moved: Decimal = world.records.iter().filter_map(|one| one.cash_flow).map(|flow| flow.0).sum();
        prop_assert_eq!(timeline.external.iter().map(|flow| flow.amount).sum::<Decimal>(), own + moved);
    }

    #[test]
    fn a_share_or_a_won_too_many_is_noticed(steps in steps(), cash in any::<bool>()) {
        let mut world = World::of(&steps);
        prop_assume!(!world.records.is_empty());
        match cash {
            true => *world.position.cash.entry(Currency::Krw).or_default() += Decimal::ONE,
            false => *world.position.shares.entry("A".to_owned()).or_default() += Decimal::ONE,
        }
        let disagreement = world.back().unwrap_err();
        let noticed = matches!(&disagreement, Disagreement::Otherwise { cash: found, .. } if *found == cash);
        prop_assert!(noticed, "{disagreement}");
    }
}
