//! Orders as the planner makes them: whole lots, smallest orders, fees rounded to the currency's smallest unit, taxes by lot.
//!
//! Sizing must never be done in this file: a plan is made of each close, and taken to be filled at it.

use super::account::{Account, Close, Trader};
use super::{BacktestError, MONEY_PLACES, SHARE_PLACES, Traded};
use crate::calendar::Calendar;
use crate::code::Code;
use crate::config::{Currency, Destination};
use crate::ex_dividend::Dividends;
use crate::executed::Executed;
use crate::fx::Fx;
use crate::holdings::{Holdings, Lot, Position};
use crate::lots;
use crate::money::{Money, Price, Quantity, unscaled};
use crate::plan::{Ask, Draft, Inputs, PlanError};
use crate::price_history::PLACES;
use crate::rules::Sound;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Who makes the orders.
pub(super) struct Whole<'a> {
    sound: Sound,
    codes: &'a [Code],
    calendar: &'a Calendar,
    /// The purchases of each asset.
    lots: Vec<Vec<Lot>>,
    /// Gains that are taxed by the year, and nothing else.
    executed: Executed,
}

impl<'a> Whole<'a> {
    /// For some assets of a portfolio, whose costs and triggers count.
    pub(super) fn new(sound: Sound, codes: &'a [Code], calendar: &'a Calendar) -> Self {
        Self { sound, codes, calendar, lots: vec![Vec::new(); codes.len()], executed: Executed::default() }
    }

    /// The account as a holdings file would have it.
    fn holdings(&self, account: &Account, close: &Close<'_>) -> Option<Holdings> {
        let mut positions = BTreeMap::new();
        for (at, code) in self.codes.iter().enumerate() {
            let quantity = Quantity::new(unscaled(*account.shares.get(at)?, SHARE_PLACES)?);
            let price = Price::new(unscaled(*close.prices.get(at)?, PLACES)?);
            positions.insert(code.clone(), Position { quantity, price, lots: Some(self.lots.get(at)?.clone()) });
        }
        let cash = Money::new(unscaled(account.cash, MONEY_PLACES)?);
        Some(Holdings {
            as_of: close.day,
            cash: BTreeMap::from([(self.currency(), cash)]),
            dividends: BTreeMap::new(),
            positions,
            realised: BTreeMap::new(),
        })
    }

    fn currency(&self) -> Currency {
        self.sound.portfolio().currency
    }

    /// Takes the orders to be filled; `None` when a figure does not fit.
    fn filled(&mut self, draft: &Draft<'_>, account: &mut Account, close: &Close<'_>) -> Option<Traded> {
        let books = &draft.books;
        let money = |units: i128| in_places(units, books.places, MONEY_PLACES);
        let costs = draft.costs();
        let (sold, bought) = draft.traded();
        let traded = Traded {
            orders: draft.orders.len(),
            amount: money(sold.checked_add(bought)?)?,
            commission: money(costs.commission)?,
            slippage: money(costs.slippage)?,
            tax: money(costs.tax)?,
            unproven: usize::from(draft.sizing.as_ref().is_some_and(|sizing| !sizing.proven)),
        };
        let mut gains = Money::ZERO;
        for order in &draft.orders {
            let line = books.lines.get(order.line)?;
            let Some(at) = self.codes.iter().position(|code| *code == line.code) else { continue };
            let shares = in_places(order.shares, books.quantity_places, SHARE_PLACES)?;
            *account.shares.get_mut(at)? += shares;
            let own = self.lots.get_mut(at)?;
            let quantity = books.shares(order.shares.checked_abs()?);
            if order.shares < 0 {
                *own = lots::left(own, quantity, draft.portfolio().costs.basis)?;
            } else {
                own.push(bought_lot(close.day, quantity, *close.prices.get(at)?)?);
            }
            gains = gains.plus(books.money(order.pooled))?;
        }
        account.cash = money(draft.cash_after)?;
        let year = self.executed.realised.gains.entry(close.day.year()).or_insert(Money::ZERO);
        *year = year.plus(gains)?;
        Some(traded)
    }
}

impl Trader for Whole<'_> {
    fn trade(&mut self, account: &mut Account, close: &Close<'_>, to: Destination) -> Result<Traded, BacktestError> {
        let holdings = self.holdings(account, close).ok_or(BacktestError::TooLarge)?;
        let ask = Ask { manual: true, destination: Some(to), ..Ask::default() };
        let (dividends, fx) = (Dividends::default(), Fx::default());
        let (sound, executed) = (self.sound.clone(), self.executed.clone());
        let inputs = Inputs {
            sound: &sound,
            holdings: &holdings,
            calendar: self.calendar,
            as_of: close.day,
            dividends: &dividends,
            fx: &fx,
            executed: &executed,
            ask: &ask,
        };
        let plan = |error: PlanError| BacktestError::Plan { day: close.day, error };
        let draft = Draft::make(inputs).map_err(plan)?;
        self.filled(&draft, account, close).ok_or(BacktestError::TooLarge)
    }
}

/// A purchase at a close.
fn bought_lot(date: NaiveDate, quantity: Quantity, price: i128) -> Option<Lot> {
    let cost = Price::new(unscaled(price, PLACES)?);
    Some(Lot { date, quantity, cost, per: Quantity::new(Decimal::ONE), rate: None })
}

/// Units of 10^-`from` in units of 10^-`to`, of which they are a whole number: amounts and shares have fewer places than
/// are kept here, those of parts of shares among them.
fn in_places(units: i128, from: u32, to: u32) -> Option<i128> {
    match to.checked_sub(from) {
        Some(up) => units.checked_mul(10_i128.checked_pow(up)?),
        None => {
            let step = 10_i128.checked_pow(from - to)?;
            (units % step == 0).then_some(units / step)
        }
    }
}
