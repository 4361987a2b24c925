//! Cash that is paid in or taken out with a plan: which way orders go, what weights are of, what is left.
//!
//! How the cash is moved must never enter this file.

use super::ask::Flow;
use super::draft::{Draft, Inputs, PlanError};
use super::sizing::{Direction, SizingError};
use crate::config::{CashPolicy, Destination};
use crate::drift::{self, Books, BooksError};
use crate::money::{Money, scaled};
use crate::portfolio::Portfolio;
use crate::rules::facts::LargestOrder;
use crate::trigger::Cause;

/// The figures before the plan. An account with nothing in it has none, until something is paid in.
pub(super) fn books(inputs: &Inputs<'_>) -> Result<Books, PlanError> {
    let portfolio = inputs.sound.portfolio();
    if let Some(flow) = inputs.ask.flow
        && flow.signed().decimal().normalize().scale() > portfolio.currency.places()
    {
        return Err(PlanError::FlowTooFine(portfolio.currency));
    }
    match (drift::books(portfolio, inputs.holdings), inputs.ask.flow) {
        (Err(BooksError::Empty), Some(Flow::Deposit(amount))) => opened(inputs, portfolio, amount),
        (books, _) => books.map_err(PlanError::Books),
    }
}

/// The figures of an account that is worth nothing before something is paid in: no asset breaches a weight of nothing.
fn opened(inputs: &Inputs<'_>, portfolio: &Portfolio, amount: Money) -> Result<Books, PlanError> {
    let too_large = || PlanError::Books(BooksError::TooLarge);
    let mut holdings = inputs.holdings.clone();
    let cash = holdings.cash.entry(portfolio.currency).or_default();
    *cash = cash.plus(amount).ok_or_else(too_large)?;
    let (cash, dividends) = (CashPolicy::Reinvest, CashPolicy::Reinvest);
    let counted = Portfolio { cash, dividends, ..portfolio.clone() };
    let mut books = drift::books(&counted, &holdings).map_err(PlanError::Books)?;
    let paid = scaled(amount.decimal(), books.places).ok_or_else(too_large)?;
    books.cash -= paid;
    books.excluded =
        scaled(drift::excluded(portfolio, inputs.holdings).decimal(), books.places).ok_or_else(too_large)?;
    books.total -= paid + books.excluded;
    for line in &mut books.lines {
        line.breach = None;
    }
    Ok(books)
}

impl Draft<'_> {
    /// Cash that is paid in, or taken out below zero, in the units of the books.
    #[must_use]
    pub fn flow(&self) -> i128 {
        let signed = self.inputs.ask.flow.map_or(Money::ZERO, Flow::signed);
        scaled(signed.decimal(), self.books.places).unwrap_or_default()
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
        let most = self.orders.iter().rev().max_by_key(|order| order.amount)?;
        let code = &self.books.lines.get(most.line)?.code.0;
        Some(LargestOrder { code, sells: most.shares < 0, amount: self.books.money(most.amount) })
    }

    /// Which way orders may go.
    pub(super) fn direction(&self) -> Direction {
        match self.inputs.ask.flow {
            None => Direction::Both,
            Some(Flow::Deposit(_)) => Direction::BuyOnly,
            Some(Flow::Withdrawal(_)) => Direction::SellOnly,
        }
    }

    /// Cash that orders must leave. Purchases cannot restore a reserve that is not there: then nothing is bought.
    pub(super) fn left(&self) -> i128 {
        match self.inputs.ask.flow {
            Some(Flow::Deposit(_)) => self.reserve().min(self.books.cash + self.flow()),
            None | Some(Flow::Withdrawal(_)) => self.reserve(),
        }
    }

    /// Why orders cannot be sized. When they cannot raise a withdrawal, the most they can raise is known.
    pub(super) fn unsized_because(&self, error: SizingError) -> PlanError {
        match (self.inputs.ask.flow, error) {
            (Some(Flow::Withdrawal(_)), SizingError::Infeasible { shortfall }) => PlanError::Withdrawal {
                most: self.books.money((-self.flow() - shortfall).max(0)),
                left_alone: !self.frozen.is_empty(),
            },
            (_, error) => PlanError::Sizing(error),
        }
    }

    /// What the plan says of the flow, a sentence each.
    pub(super) fn flow_sentences(&self) -> Vec<String> {
        let Some(flow) = self.inputs.ask.flow else { return Vec::new() };
        let currency = self.portfolio().currency.word();
        let mut sentences = vec![match flow {
            Flow::Deposit(amount) => format!("{amount} {currency} is deposited: orders only buy"),
            Flow::Withdrawal(amount) => {
                format!("{amount} {currency} is withdrawn: no more is sold than that, its costs and taxes need")
            }
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
