//! Cash that is paid in or taken out with a plan: which way orders go, what weights are of, what is left.
//!
//! How the cash is moved must never enter this file.

use super::ask::Flow;
use super::draft::{Draft, DraftOrder, Inputs, PlanError};
use super::sizing::{Direction, SizingError};
use crate::config::{CashPolicy, Currency, Destination, Funding};
use crate::drift::{self, Books, BooksError, Line};
use crate::money::{Money, scaled};
use crate::portfolio::Portfolio;
use crate::rules::facts::LargestOrder;
use crate::trigger::Cause;
use crate::words::grouped;
use rust_decimal::{Decimal, RoundingStrategy};

/// The figures before the plan. An account with nothing in it has none, until something is paid in.
pub(super) fn books(inputs: &Inputs<'_>) -> Result<Books, PlanError> {
    let portfolio = inputs.sound.portfolio();
    let currency = inputs.ask.flow.map(|_| inputs.ask.currency.unwrap_or(portfolio.currency));
    if let (Some(flow), Some(currency)) = (inputs.ask.flow, currency)
        && flow.signed().decimal().normalize().scale() > currency.places()
    {
        return Err(PlanError::FlowTooFine(currency));
    }
    match (drift::books(portfolio, inputs.holdings, inputs.fx, currency), inputs.ask.flow) {
        (Err(BooksError::Empty), Some(Flow::Deposit(amount))) => opened(inputs, portfolio, amount),
        (books, _) => books.map_err(PlanError::Books),
    }
    .and_then(|books| fits(inputs, currency, books))
}

/// Figures together with what is paid in or taken out, as long as that can be added to them.
fn fits(inputs: &Inputs<'_>, currency: Option<Currency>, books: Books) -> Result<Books, PlanError> {
    let Some(purse) = books.purses.iter().find(|purse| Some(purse.currency) == currency) else { return Ok(books) };
    let amount = inputs.ask.flow.map_or(Money::ZERO, Flow::signed).decimal().abs();
    let worth = scaled(amount, purse.places).and_then(|units| units.checked_mul(purse.worth));
    match worth.filter(|worth| *worth < i128::MAX / 1_000_000) {
        Some(_) => Ok(books),
        None => Err(PlanError::Books(BooksError::TooLarge)),
    }
}

/// The figures of an account that is worth nothing before something is paid in: no asset breaches a weight of nothing.
fn opened(inputs: &Inputs<'_>, portfolio: &Portfolio, amount: Money) -> Result<Books, PlanError> {
    let too_large = || PlanError::Books(BooksError::TooLarge);
    let mut holdings = inputs.holdings.clone();
    let currency = inputs.ask.currency.unwrap_or(portfolio.currency);
    let cash = holdings.cash.entry(currency).or_default();
    *cash = cash.plus(amount).ok_or_else(too_large)?;
    let (cash, dividends) = (CashPolicy::Reinvest, CashPolicy::Reinvest);
    let counted = Portfolio { cash, dividends, ..portfolio.clone() };
    let mut books = drift::books(&counted, &holdings, inputs.fx, Some(currency)).map_err(PlanError::Books)?;
    for purse in &mut books.purses {
        let excluded = drift::excluded(portfolio, inputs.holdings, purse.currency);
        purse.excluded = scaled(excluded.decimal(), purse.places).ok_or_else(too_large)?;
        books.excluded += purse.excluded * purse.worth;
        if purse.currency == currency {
            let paid = scaled(amount.decimal(), purse.places).ok_or_else(too_large)?;
            purse.cash -= paid;
            books.cash -= paid * purse.worth;
            books.total -= paid * purse.worth;
        }
    }
    books.total -= books.excluded;
    for line in &mut books.lines {
        line.breach = None;
    }
    Ok(books)
}

impl Draft<'_> {
    /// Cash that is paid in, or taken out below zero, in the units of the books.
    #[must_use]
    pub fn flow(&self) -> i128 {
        (0..self.books.purses.len()).map(|purse| self.flow_of(purse) * self.books.worth(purse)).sum()
    }

    /// The same of one currency, in the units of its purse.
    #[must_use]
    pub fn flow_of(&self, purse: usize) -> i128 {
        let currency = self.inputs.ask.currency.unwrap_or(self.portfolio().currency);
        let Some(purse) = self.books.purses.get(purse).filter(|purse| purse.currency == currency) else { return 0 };
        let signed = self.inputs.ask.flow.map_or(Money::ZERO, Flow::signed);
        scaled(signed.decimal(), purse.places).unwrap_or_default()
    }

    /// What orders are sized to: what weights are of, and the flow.
    #[must_use]
    pub(super) fn sized_to(&self) -> i128 {
        self.books.total + self.flow()
    }

    /// What turnover and costs are a part of: the larger of the portfolio before and with the flow.
    #[must_use]
    pub(super) fn whole(&self) -> i128 {
        self.books.total.max(self.sized_to())
    }

    /// Where weights are brought to: what was asked for, or what the config says of a rebalance. Cash that moves is none, and
    /// goes to the targets: at the edges of the bands a deposit would buy nothing.
    #[must_use]
    pub fn destination(&self) -> Destination {
        let ask = self.inputs.ask;
        let usual = if ask.flow.is_some() { Destination::Target } else { self.portfolio().destination };
        ask.destination.unwrap_or(usual)
    }

    /// Whether what would be left above the reserve is to be spent, and weights go where that has a meaning. Cash that is
    /// excluded takes what is left of sales in for good, so as little as can be is left. A withdrawal buys nothing.
    #[must_use]
    pub fn deploys_cash(&self) -> bool {
        let portfolio = self.portfolio();
        let wanted = self.inputs.ask.deploy_cash || portfolio.deploy_cash || portfolio.cash == CashPolicy::Exclude;
        let buys = !matches!(self.inputs.ask.flow, Some(Flow::Withdrawal(_)));
        wanted && buys && self.destination() == Destination::Target
    }

    /// The largest order; of several as large, the first.
    pub(super) fn largest(&self) -> Option<LargestOrder<'_>> {
        let most = self.orders.iter().rev().max_by_key(|order| order.value)?;
        let code = &self.books.lines.get(most.line)?.code.0;
        Some(LargestOrder { code, sells: most.shares < 0, amount: self.books.money(most.value) })
    }

    /// Which way orders may go.
    pub(super) fn direction(&self) -> Direction {
        match self.inputs.ask.flow {
            None => Direction::Both,
            Some(Flow::Deposit(_)) => Direction::BuyOnly,
            Some(Flow::Withdrawal(_)) => Direction::SellOnly,
        }
    }

    /// Cash of a currency that orders must leave, in the units of its purse. Purchases cannot restore a reserve that is not
    /// there: then nothing is bought. Conversions can, from a deposit in another currency that is enough for it.
    pub(super) fn left_of(&self, purse: usize) -> i128 {
        let reserve = self.reserve_of(purse);
        match self.inputs.ask.flow {
            Some(Flow::Deposit(_)) if !self.conversions_restore() => reserve.min(self.there(purse)),
            _ => reserve,
        }
    }

    /// What an order does for cash, where that and not the drift of its asset is its reason; the drift is that before and
    /// that after. A sale of a withdrawal always is for it.
    pub(super) fn cash_reason(&self, line: &Line, sells: bool, [before, after]: [Decimal; 2]) -> Option<&'static str> {
        let own = self.funding() == Funding::Own;
        let withdraws = matches!(self.inputs.ask.flow, Some(Flow::Withdrawal(_)));
        if sells && withdraws && (!own || self.flow_of(line.purse) != 0) {
            return Some("raises cash for the withdrawal");
        }
        // A drift is judged as it is shown: what reads as none is no reason.
        let before = before.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
        let short = |purse: usize| self.there(purse) < self.left_of(purse);
        let pays = |order: &DraftOrder| order.shares > 0 && (!own || order.purse == line.purse);
        match (sells, self.inputs.ask.flow) {
            (true, _) if before > Decimal::ZERO && after.abs() <= before => None,
            (true, _) if own && short(line.purse) => Some("raises cash for the reserve"),
            (true, _) if !own && (0..self.books.purses.len()).any(short) => Some("raises cash for the reserve"),
            (true, _) => self.orders.iter().any(pays).then_some("raises cash for purchases"),
            (false, _) if before < Decimal::ZERO => None,
            (false, Some(_)) => Some("spends the deposit"),
            (false, None) => self.deploys_cash().then_some("spends cash above the reserve"),
        }
    }

    /// Why orders of a currency cannot be sized. When they cannot raise a withdrawal, the most they can raise is known.
    pub(super) fn unsized_because(&self, purse: usize, error: SizingError) -> PlanError {
        let SizingError::Infeasible { shortfall } = error else { return PlanError::Sizing(error) };
        let Some(of) = self.books.purses.get(purse) else { return PlanError::Sizing(error) };
        // What is short is told in the units of the books; a part of a unit of the purse is short as a whole one.
        let short = shortfall.div_euclid(of.worth) + i128::from(shortfall.rem_euclid(of.worth) != 0);
        match self.inputs.ask.flow {
            Some(Flow::Withdrawal(_)) if self.flow_of(purse) != 0 => PlanError::Withdrawal {
                most: self.books.own(purse, self.in_whole_units(purse, (-self.flow_of(purse) - short).max(0))),
                currency: self.inputs.ask.currency,
                left_alone: !self.frozen.is_empty(),
            },
            _ if self.books.is_mixed() && self.funding() == Funding::Own => {
                PlanError::Unfunded { currency: of.currency, short: self.books.own(purse, short) }
            }
            _ => PlanError::Sizing(error),
        }
    }

    /// An amount in the units of a purse, rounded down to the smallest unit of its currency where there are several.
    fn in_whole_units(&self, purse: usize, units: i128) -> i128 {
        let Some(purse) = self.books.purses.get(purse).filter(|_| self.books.is_mixed()) else { return units };
        let unit = 10_i128.pow(purse.places.saturating_sub(purse.currency.places()));
        units.div_euclid(unit) * unit
    }

    /// What the plan says of the flow, a sentence each.
    pub(super) fn flow_sentences(&self) -> Vec<String> {
        let Some(flow) = self.inputs.ask.flow else { return Vec::new() };
        let currency = self.inputs.ask.currency.unwrap_or(self.portfolio().currency).word();
        let mut sentences = vec![match flow {
            Flow::Deposit(amount) => {
                format!("{} {currency} is deposited: orders only buy", grouped(&amount.to_string()))
            }
            Flow::Withdrawal(amount) => format!(
                "{} {currency} is withdrawn: no more is sold than that, its costs and taxes need",
                grouped(&amount.to_string())
            ),
        }];
        if let Some(cause) = self.due.map(Cause::word) {
            sentences.push(format!(
                "a rebalance is due as well ({cause}): apply this plan, then plan again without --{}",
                flow.option()
            ));
        }
        sentences
    }
}
