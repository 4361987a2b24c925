//! Making a plan: figures, trigger, sizing, orders; then, with what the rules said of it, the body.

use super::ask::{Ask, Flow};
use super::conversion::DraftConversion;
use super::costs::{OrderCosts, Sold, Tariff};
use super::flow;
use super::funding::Funded;
use super::sizing::{self, Leg, Problem, Shape, Sizing, SizingError, Violation};
use super::tax::Pool;
use crate::calendar::{Calendar, OutOfRange};
use crate::config::{CashPolicy, Currency, Destination};
use crate::drift::{self, Books, BooksError, Breach, Line};
use crate::ex_dividend::{self, Dividends, Frozen};
use crate::executed::Executed;
use crate::fx::Fx;
use crate::holdings::Holdings;
use crate::money::{Money, scaled};
use crate::portfolio::{Asset, Code, Portfolio};
use crate::rules::{CodeSite, PlanFacts, Sound};
use crate::trigger::{self, Cause, Verdict};
use chrono::NaiveDate;

/// How often sizing is tried again on what is left after costs.
const RETRIES: usize = 4;

/// What a plan is made from. Same inputs, same plan.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The portfolio.
    pub sound: &'a Sound,
    /// What is held, at which prices.
    pub holdings: &'a Holdings,
    /// The calendar of trading days.
    pub calendar: &'a Calendar,
    /// The day it is for.
    pub as_of: NaiveDate,
    /// Ex-dividend dates beside those of the config.
    pub dividends: &'a Dividends,
    /// What other currencies are worth.
    pub fx: &'a Fx,
    /// What was executed before.
    pub executed: &'a Executed,
    /// What is asked for.
    pub ask: &'a Ask,
}

/// What the inputs were made from, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The config.
    pub config: super::file::ConfigInput,
    /// SHA-256 of the policies in effect.
    pub policies: String,
    /// SHA-256 of the holdings file, or of what an account at a broker holds.
    pub holdings: String,
    /// The account at a broker; none when the holdings are of a file.
    pub broker: Option<super::file::BrokerInput>,
    /// SHA-256 of the file of ex-dividend dates; none without one.
    pub ex_dividend: Option<String>,
    /// SHA-256 of the file of exchange rates; none without one.
    pub fx: Option<String>,
    /// The log.
    pub log: super::file::LogInput,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    /// There are no figures.
    Books(BooksError),
    /// The calendar does not know a day.
    Calendar(OutOfRange),
    /// Gains of this asset are taxed, and its purchases are not known.
    NoLots(Code),
    /// Gains of this asset are taxed in the base currency, and a purchase does not say the rate of its day.
    NoLotRate(Code),
    /// Orders of this currency cannot leave the cash that has to be left in it.
    Unfunded {
        /// The currency.
        currency: Currency,
        /// How much is missing at least.
        short: Money,
    },
    /// There is no answer to the sizing question.
    Sizing(SizingError),
    /// The deposit or withdrawal is finer than this currency's smallest unit.
    FlowTooFine(Currency),
    /// More would be withdrawn than there is.
    Withdrawal {
        /// The most that can be withdrawn.
        most: Money,
        /// In which currency; none when it is the base currency.
        currency: Option<Currency>,
        /// Whether some assets are not sold now.
        left_alone: bool,
    },
}

/// An order in integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftOrder {
    /// The asset's place in the books.
    pub line: usize,
    /// The purse that pays for it, or is paid.
    pub purse: usize,
    /// Shares, sold below zero.
    pub shares: i128,
    /// Amount at the reference price, in the units of the purse.
    pub amount: i128,
    /// The same in the units of the books.
    pub value: i128,
    /// The worst price at which it may be filled, in the units of the purse.
    pub limit: i128,
    /// Its costs, in the units of the purse.
    pub costs: OrderCosts,
    /// What a sale takes of the lots, when they are known.
    pub sold: Option<Sold>,
    /// The part of its gain that is taxed with the whole year's.
    pub pooled: i128,
}

/// A plan in integers, before the rules have judged it.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// What it is made from.
    pub inputs: Inputs<'a>,
    /// The figures before.
    pub books: Books,
    /// Whether a rebalance is due.
    pub trigger: Verdict,
    /// What would have made a rebalance due without the deposit or withdrawal.
    pub due: Option<Cause>,
    /// Assets left alone.
    pub frozen: Vec<Frozen>,
    /// Shares after, in the order of the books.
    pub shares: Vec<i128>,
    /// The orders, sells first.
    pub orders: Vec<DraftOrder>,
    /// What is converted of one currency into another.
    pub conversions: Vec<DraftConversion>,
    /// Cash after, that of other currencies at their rates.
    pub cash_after: i128,
    /// The cash of each purse after, in its units.
    pub purses_after: Vec<i128>,
    /// What the solver proved, when it was asked.
    pub sizing: Option<Sizing>,
    /// What the targets were a part of then.
    pub targets_of: i128,
    /// The year's gains that are taxed together, when any asset is taxed so.
    pub pool: Option<Pool>,
}

/// What orders cost, as the solver is told it.
pub(super) struct Terms<'a> {
    pub(super) cost: &'a dyn Fn(usize, i128) -> i128,
    pub(super) shape: Shape,
    /// What an order gains that is taxed with the whole year's.
    pub(super) gain: &'a dyn Fn(usize, i128) -> i128,
}

impl<'a> Draft<'a> {
    /// Makes the plan.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn make(inputs: Inputs<'a>) -> Result<Self, PlanError> {
        let mut draft = Self::look(inputs)?;
        if draft.trigger.cause.is_some() {
            draft.size()?;
        }
        Ok(draft)
    }

    /// Looks at what there is and whether a rebalance is due, and sizes nothing.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn look(inputs: Inputs<'a>) -> Result<Self, PlanError> {
        let portfolio = inputs.sound.portfolio();
        let books = flow::books(&inputs)?;
        let calendar = inputs.calendar;
        let Inputs { dividends, as_of, executed, .. } = inputs;
        let frozen = ex_dividend::frozen(portfolio, dividends, calendar, as_of).map_err(PlanError::Calendar)?;
        let case = trigger::Case { portfolio, books: &books, calendar, dividends, as_of, executed, frozen: &frozen };
        let mut trigger = trigger::judge(&case, inputs.ask.manual).map_err(PlanError::Calendar)?;
        // Cash that moves is its own reason, and says which way orders go, whatever else is due.
        let due = inputs.ask.flow.and(trigger.cause);
        if inputs.ask.flow.is_some() {
            trigger.cause = Some(Cause::CashFlow);
        }
        let held: Vec<i128> = books.lines.iter().map(|line| line.held).collect();
        let (cash, purses_after) = (books.cash, books.purses.iter().map(|purse| purse.cash).collect());
        let pool = Pool::of(&inputs, books.places)?;
        Ok(Self {
            inputs,
            books,
            trigger,
            due,
            frozen,
            shares: held,
            orders: Vec::new(),
            conversions: Vec::new(),
            cash_after: cash,
            purses_after,
            sizing: None,
            targets_of: 0,
            pool,
        })
    }

    /// The portfolio.
    #[must_use]
    pub fn portfolio(&self) -> &'a Portfolio {
        self.inputs.sound.portfolio()
    }

    /// The asset of a line.
    #[must_use]
    pub fn asset(&self, line: &Line) -> Option<&'a Asset> {
        self.portfolio().assets.get(&line.code)
    }

    /// Cash of the base currency that must be left, in the units of the books.
    #[must_use]
    pub fn reserve(&self) -> i128 {
        self.reserve_of(0)
    }

    /// Cash of a currency that must be left, in the units of its purse: the reserve is of the base currency. Cash that does
    /// not count must not be spent either.
    #[must_use]
    pub fn reserve_of(&self, purse: usize) -> i128 {
        let Some(of) = self.books.purses.get(purse) else { return 0 };
        let reserve = if purse == 0 { self.portfolio().limits.reserve } else { Money::ZERO };
        scaled(reserve.decimal(), of.places).unwrap_or(i128::MAX / 4).max(of.excluded)
    }

    /// Amounts sold and bought, in the units of the books.
    #[must_use]
    pub fn traded(&self) -> (i128, i128) {
        let sum = |sold: bool| self.orders.iter().filter(|o| (o.shares < 0) == sold).map(|o| o.value).sum();
        (sum(true), sum(false))
    }

    /// What conversions cost, in the units of the books.
    #[must_use]
    pub fn conversion_costs(&self) -> i128 {
        self.conversions.iter().map(|conversion| conversion.cost).sum()
    }

    /// Costs of all orders, in the units of the books.
    #[must_use]
    pub fn costs(&self) -> OrderCosts {
        let worth = |order: &DraftOrder| order.costs.times(self.books.worth(order.purse));
        self.orders.iter().map(worth).fold(OrderCosts::default(), |sum, costs| OrderCosts {
            commission: sum.commission + costs.commission,
            slippage: sum.slippage + costs.slippage,
            tax: sum.tax + costs.tax,
        })
    }

    /// What the rules look at. `path` is the holdings file, `sites` are its codes, `committed` is whether the config is
    /// committed as it stands.
    #[must_use]
    pub fn facts<'b>(&'b self, path: &'b str, sites: &'b [CodeSite<'b>], committed: bool) -> PlanFacts<'b> {
        let [costs_of_traded, costs_of_portfolio] = self.exact_cost_shares();
        PlanFacts {
            path,
            holdings: self.inputs.holdings,
            sites,
            cash_before: self.books.own(0, self.there(0)),
            cash_after: self.books.own(0, self.purses_after.first().copied().unwrap_or_default()),
            fx_as_of: self.inputs.fx.as_of.filter(|_| self.books.is_mixed()),
            reserve: self.books.money(self.reserve()),
            turnover: self.exact_turnover(),
            cash_share: self.exact_cash_share(),
            costs_of_traded,
            costs_of_portfolio,
            orders: self.orders.len(),
            largest: self.largest(),
            as_of: self.inputs.as_of,
            committed,
            tax_figures: self.tax_figures(),
            frozen: &self.frozen,
        }
    }

    fn size(&mut self) -> Result<(), PlanError> {
        let tariffs = self.tariffs()?;
        // A cost that does not fit is no cost anybody can pay.
        let cost = |leg: usize, shares: i128| tariffs.get(leg).and_then(|t| t.cost(shares)).unwrap_or(i128::MAX / 1024);
        // A gain that does not fit has a cost that does not.
        let gain = |leg: usize, shares: i128| tariffs.get(leg).and_then(|t| t.pooled_gain(shares)).unwrap_or(0);
        let shape = Shape {
            turns: tariffs.iter().map(Tariff::turns).collect(),
            rounding: tariffs.iter().map(Tariff::rounding).max().unwrap_or(0),
        };
        let (Funded { sizing, purses_after, allowances, conversions }, targets_of) =
            self.settled(&Terms { cost: &cost, shape, gain: &gain })?;
        let mut orders = Vec::new();
        for (i, (line, tariff)) in self.books.lines.iter().zip(&tariffs).enumerate() {
            let after = sizing.shares.get(i).copied().unwrap_or(line.held);
            let shares = after - line.held;
            if shares != 0 {
                orders.push(order(i, shares, line, tariff)?);
            }
        }
        // The year's tax is borne in the order of codes, whatever that makes of the order of the sales.
        // A sale that costs more than it brings waits until the others have brought something: cash never runs below
        // zero on the way.
        if let Some(pool) = &self.pool {
            pool.allot(&mut orders, &self.books, &allowances).ok_or(PlanError::Sizing(SizingError::TooLarge))?;
        }
        let loses = |order: &DraftOrder| order.costs.total().is_none_or(|costs| costs > order.amount);
        orders.sort_by_key(|order| (order.shares > 0, loses(order), order.line));
        self.shares.clone_from(&sizing.shares);
        self.cash_after = sizing.cash_after;
        self.purses_after = purses_after;
        self.orders = orders;
        self.conversions = conversions;
        self.sizing = Some(sizing);
        self.targets_of = targets_of;
        Ok(())
    }

    /// The best holdings that need no rebalance themselves once their costs are paid, or as little of one as can be found, and
    /// what they are sized to: costs make the portfolio smaller, and what was just inside its band of the whole may be outside
    /// its band of the rest.
    fn settled(&self, terms: &Terms<'_>) -> Result<(Funded, i128), PlanError> {
        let mut total = self.sized_to();
        let mut best: Option<([usize; 2], Funded, i128)> = None;
        for _ in 0..=RETRIES {
            let next = match self.funded(terms, total) {
                Ok(next) => next,
                Err(error) if best.is_none() => return Err(error),
                Err(_) => break,
            };
            let after = self.total_after(&next.sizing.shares, next.sizing.cash_after);
            let breaches = self.breaches(&next.sizing, after)?;
            if best.as_ref().is_none_or(|(fewest, ..)| breaches < *fewest) {
                best = Some((breaches, next, total));
            }
            if breaches == [0, 0] || after == total {
                break;
            }
            total = after;
        }
        best.map(|(_, funded, total)| (funded, total)).ok_or(PlanError::Sizing(SizingError::TooLarge))
    }

    /// How many assets that may be traded breach their band afterwards, and how many their threshold.
    fn breaches(&self, sizing: &Sizing, total: i128) -> Result<[usize; 2], PlanError> {
        let [mut bands, mut thresholds] = [0, 0];
        for (line, &shares) in self.books.lines.iter().zip(&sizing.shares) {
            let frozen = self.frozen.iter().any(|frozen| frozen.code == line.code);
            let Some(asset) = self.asset(line).filter(|_| !frozen && total > 0) else { continue };
            let drift = self.portfolio().trigger.drift;
            match drift::breach(asset, drift, shares * line.price, total).map_err(PlanError::Books)? {
                Some(Breach::BelowBand | Breach::AboveBand) => bands += 1,
                Some(Breach::Threshold) => thresholds += 1,
                None => {}
            }
        }
        Ok([bands, thresholds])
    }

    /// What weights are of after orders: costs and taxes are gone, cash that is kept out still does not count.
    #[must_use]
    pub fn total_after(&self, shares: &[i128], cash: i128) -> i128 {
        let positions: i128 = self.books.lines.iter().zip(shares).map(|(line, &shares)| shares * line.price).sum();
        match self.portfolio().cash {
            CashPolicy::Reinvest => positions + cash - self.books.excluded,
            // What is left of sales is excluded as well from the next plan on.
            CashPolicy::Exclude => positions,
        }
    }

    fn tariffs(&self) -> Result<Vec<Tariff>, PlanError> {
        let portfolio = self.portfolio();
        // A deposit realises no gain: what shares cost need not be known.
        let sells = !matches!(self.inputs.ask.flow, Some(Flow::Deposit(_)));
        let mut tariffs = Vec::new();
        for line in &self.books.lines {
            let asset = self.asset(line).ok_or(PlanError::Sizing(SizingError::TooLarge))?;
            let lots = self.inputs.holdings.positions.get(&line.code).and_then(|position| position.lots.as_deref());
            let tariff = Tariff::of(asset, &portfolio.costs, portfolio.currency, line, &self.books, lots)
                .ok_or(PlanError::Sizing(SizingError::TooLarge))?;
            if sells && tariff.needs_lots() && (line.held > 0 || !asset.target.is_zero()) {
                let code = line.code.clone();
                return Err(if lots.is_some() { PlanError::NoLotRate(code) } else { PlanError::NoLots(code) });
            }
            tariffs.push(tariff);
        }
        Ok(tariffs)
    }

    /// The question to the solver as if all cash were one, and no gains were taxed together.
    pub(super) fn problem<'b>(&self, terms: &Terms<'b>, total: i128) -> Result<Problem<'b>, PlanError> {
        let portfolio = self.portfolio();
        let weights = portfolio.assets.values().flat_map(|a| [a.target, a.min, a.max]);
        let weight_places = weights.map(|w| w.decimal().scale()).max().unwrap_or(0);
        let too_large = || PlanError::Sizing(SizingError::TooLarge);
        let mut legs = Vec::new();
        for line in &self.books.lines {
            let asset = self.asset(line).ok_or_else(too_large)?;
            let weight = |w: crate::money::Weight| scaled(w.decimal(), weight_places).ok_or_else(too_large);
            legs.push(Leg {
                price: line.price,
                held: line.held,
                lot: scaled(asset.lot.decimal(), self.books.quantity_places).ok_or_else(too_large)?,
                target: weight(asset.target)?,
                min: weight(asset.min)?,
                max: weight(asset.max)?,
                frozen: self.frozen.iter().any(|frozen| frozen.code == line.code),
            });
        }
        Ok(Problem {
            legs,
            denominator: 10_i128.pow(weight_places),
            total,
            cash: self.books.cash + self.flow(),
            reserve: (0..self.books.purses.len()).map(|purse| self.left_of(purse) * self.books.worth(purse)).sum(),
            min_trade: min_trade(portfolio, self.books.places).ok_or_else(too_large)?,
            direction: self.direction(),
            violation: Violation::Squares,
            destination: match self.destination() {
                Destination::Target => sizing::Destination::Target,
                Destination::BandEdge => sizing::Destination::BandEdge,
                Destination::HalfBand => sizing::Destination::HalfBand,
            },
            cost: terms.cost,
            shape: Some(terms.shape.clone()),
            levy: None,
            deploy_cash: self.deploys_cash(),
        })
    }
}

/// The smallest order in the units of the books, rounded up when it is finer than they are.
fn min_trade(portfolio: &Portfolio, places: u32) -> Option<i128> {
    let amount = portfolio.limits.min_trade.decimal();
    let up = places.max(amount.scale());
    let unit = 10_i128.checked_pow(up - places)?;
    Some(scaled(amount, up)?.checked_add(unit - 1)?.div_euclid(unit))
}

fn order(index: usize, shares: i128, line: &Line, tariff: &Tariff) -> Result<DraftOrder, PlanError> {
    let figures = || {
        let size = shares.checked_abs()?;
        Some(DraftOrder {
            line: index,
            purse: line.purse,
            shares,
            amount: line.own_price.checked_mul(size)?,
            value: line.price.checked_mul(size)?,
            limit: tariff.limit_price(shares > 0)?,
            costs: tariff.costs(shares)?,
            sold: tariff.sold(shares),
            pooled: tariff.pooled_gain(shares)?,
        })
    };
    figures().ok_or(PlanError::Sizing(SizingError::TooLarge))
}
