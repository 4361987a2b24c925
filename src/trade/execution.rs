//! What came of an order, as a broker tells it, and the fill that it makes.
//!
//! A broker tells the sum of all executions so far. Fees that it does not tell are estimated from the plan's, and the fill
//! says that they are. How a broker tells it must never enter this room.

use super::{Figure, Fill, Side, Ticket};
use crate::hash::sha256;
use crate::money::{Money, PRICE_PLACES, Quantity, scaled, unscaled};
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All executions of an order so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executions {
    /// Shares together.
    pub quantity: Quantity,
    /// What was paid or received for them, before any cost: the sum of shares times price.
    pub amount: Money,
    /// Commission, when the broker tells it.
    pub commission: Option<Money>,
    /// Tax, when the broker tells it.
    pub tax: Option<Money>,
    /// What was lost on the way on top of the amount; at a real broker it is in the amount, and this is nothing.
    pub slippage: Money,
    /// When the last of them was, RFC 3339 in UTC, when the broker tells it.
    pub at: Option<String>,
}

impl Executions {
    /// Nothing was executed.
    pub const NONE: Self = Self {
        quantity: Quantity::ZERO,
        amount: Money::ZERO,
        commission: None,
        tax: None,
        slippage: Money::ZERO,
        at: None,
    };

    /// So many shares for so much together.
    #[must_use]
    pub fn of(quantity: Quantity, amount: Money) -> Self {
        Self { quantity, amount, ..Self::NONE }
    }

    /// The whole order at its reference price and planned costs.
    #[must_use]
    pub fn as_planned(ticket: &Ticket) -> Self {
        Self {
            quantity: ticket.quantity,
            amount: ticket.amount,
            commission: Some(ticket.commission),
            tax: Some(ticket.tax),
            slippage: ticket.slippage,
            at: None,
        }
    }
}

/// How an order ended that the broker had taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// All of it was executed.
    #[default]
    Filled,
    /// The broker or the exchange did not want it, or what was left of it.
    Rejected,
    /// It, or what was left of it, was cancelled.
    Cancelled,
    /// It, or what was left of it, went out at the end of the session.
    Expired,
}

impl End {
    /// The word in journals and sentences.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Whether that is the usual end, which journals do not spell out.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        *self == Self::Filled
    }
}

/// Our own name for an order, for brokers that take one: the same for the same plan, order and generation, which goes
/// up only when the broker had taken the order before. At most 48 characters, which is what Alpaca allows.
#[must_use]
pub fn client_id(plan_id: &str, order: &str, generation: u32) -> String {
    let hash = sha256(format!("{plan_id} {order} {generation}").as_bytes());
    format!("rb-{}", hash.get(..40).unwrap_or(&hash))
}

impl Ticket {
    /// The fill that executions make. `at` is when they were seen, for brokers that do not say when they were. `None`
    /// when they cannot be of this order: none, for nothing, more than it has, or figures that do not fit.
    #[must_use]
    pub fn fill(&self, executions: &Executions, at: &str) -> Option<Fill> {
        let Executions { quantity, amount, commission, tax, slippage, at: told } = executions;
        let (shares, worth) = (quantity.decimal(), amount.decimal());
        if shares <= Decimal::ZERO || *quantity > self.quantity || worth <= Decimal::ZERO {
            return None;
        }
        let mut average = worth.checked_div(shares)?;
        average = average.round_dp_with_strategy(PRICE_PLACES, RoundingStrategy::MidpointNearestEven).normalize();
        let estimated = [("commission", commission.is_none()), ("tax", tax.is_none())];
        let part = |told: &Option<Money>, planned: Money| match told {
            Some(told) => Some(*told),
            None => self.part(planned, *amount),
        };
        Some(Fill {
            order: self.id.clone(),
            code: self.code.0.clone(),
            side: self.side,
            quantity: Figure(shares),
            price: Figure(average),
            amount: Figure(worth),
            commission: Figure(part(commission, self.commission)?.decimal()),
            slippage: Figure(slippage.decimal()),
            tax: Figure(part(tax, self.tax)?.decimal()),
            gain: self.gained(*quantity, worth).map(Figure),
            tax_class: self.tax_class.clone(),
            currency: self.rate.map(|_| self.currency.word().to_owned()),
            fx_rate: self.rate.map(Figure),
            estimated: estimated.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()).collect(),
            at: told.clone().unwrap_or_else(|| at.to_owned()),
        })
    }

    /// The part of a planned cost that an amount bears, rounded up to the currency's smallest unit.
    fn part(&self, planned: Money, amount: Money) -> Option<Money> {
        let places = self.currency.places();
        let up =
            |value: Decimal| scaled(value.round_dp_with_strategy(places, RoundingStrategy::ToPositiveInfinity), places);
        let whole = up(self.amount.decimal())?.max(1);
        let product = up(planned.decimal())?.checked_mul(up(amount.decimal())?)?;
        unscaled(product.checked_add(whole - 1)?.div_euclid(whole), places).map(Money::new)
    }

    /// What the sale of its first shares gained in the base currency, when it is known what they cost in it.
    fn gained(&self, quantity: Quantity, worth: Decimal) -> Option<Decimal> {
        if self.side != Side::Sell {
            return None;
        }
        let rate = self.rate.unwrap_or(Decimal::ONE);
        let cost = match quantity == self.quantity {
            true => self.amount.decimal().checked_mul(rate)?.checked_sub(self.gain?.decimal())?,
            false => self.cost_of(quantity)?,
        };
        worth.checked_mul(rate)?.checked_sub(cost)
    }

    /// What its first shares cost, in the order in which the plan takes them from the lots, rounded down.
    fn cost_of(&self, quantity: Quantity) -> Option<Decimal> {
        let (mut left, mut cost) = (quantity.decimal(), Decimal::ZERO);
        for (shares, paid) in &self.lots {
            let (shares, paid) = (shares.decimal(), paid.decimal());
            if left < shares {
                let part = paid.checked_mul(left)?.checked_div(shares)?;
                let part = part.round_dp_with_strategy(self.currency.places(), RoundingStrategy::ToZero);
                return cost.checked_add(part);
            }
            (cost, left) = (cost.checked_add(paid)?, left - shares);
            if left.is_zero() {
                return Some(cost);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::config::{CostBasis, Currency};
    use crate::money::Price;

    fn ticket(side: Side) -> Ticket {
        let money = |amount: i64| Money::new(amount.into());
        Ticket {
            id: "sell-1".to_owned(),
            side,
            code: Code("069500".to_owned()),
            ticker: "KODEX 200".to_owned(),
            currency: Currency::Krw,
            rate: None,
            quantity: Quantity::new(10.into()),
            price: Price::new(1_000.into()),
            limit: Price::new(990.into()),
            amount: money(10_000),
            commission: money(3),
            slippage: money(10),
            tax: money(77),
            basis: CostBasis::Fifo,
            gain: Some(money(500)),
            tax_class: None,
            lots: vec![(Quantity::new(4.into()), money(3_900)), (Quantity::new(6.into()), money(5_600))],
        }
    }

    fn executed(quantity: i64, amount: i64) -> Executions {
        Executions::of(Quantity::new(quantity.into()), Money::new(amount.into()))
    }

    #[test]
    fn a_fill_has_the_real_amount_and_says_what_is_estimated() {
        let fill = ticket(Side::Sell).fill(&executed(7, 6_993), "t").unwrap();
        let figures = [fill.quantity, fill.price, fill.amount, fill.commission, fill.slippage, fill.tax];
        // 3 × 6993 / 10000 and 77 × 6993 / 10000, both rounded up; 3900 + 5600 × 3 / 6 was paid for them.
        assert_eq!(figures.map(|figure| figure.to_string()), ["7", "999", "6993", "3", "0", "54"]);
        assert_eq!(
            (fill.gain.unwrap().to_string(), fill.estimated),
            ("293".to_owned(), vec!["commission".to_owned(), "tax".to_owned()])
        );
        let told =
            Executions { commission: Some(Money::new(1.into())), tax: Some(Money::ZERO), ..executed(10, 10_100) };
        let fill = ticket(Side::Sell).fill(&told, "t").unwrap();
        assert_eq!(
            (fill.commission.to_string(), fill.gain.unwrap().to_string(), fill.estimated.len()),
            ("1".to_owned(), "600".to_owned(), 0)
        );
    }

    #[test]
    fn as_planned_is_the_plan() {
        let ticket = ticket(Side::Sell);
        assert_eq!(ticket.fill(&Executions::as_planned(&ticket), "t"), Some(ticket.filled("t")));
    }

    #[test]
    fn what_cannot_be_of_the_order_is_no_fill() {
        for (quantity, amount) in [(0, 0), (11, 11_000), (-1, 1_000), (1, -1), (1, 0)] {
            assert_eq!(ticket(Side::Buy).fill(&executed(quantity, amount), "t"), None, "{quantity}");
        }
        let average = ticket(Side::Buy).fill(&executed(3, 1_000), "t").unwrap();
        assert_eq!((average.price.to_string(), average.gain), ("333.3333".to_owned(), None));
    }

    #[test]
    fn our_name_is_the_same_for_the_same_and_short_enough() {
        let id = client_id("a", "buy-1", 0);
        assert_eq!((id.len(), &id), (43, &client_id("a", "buy-1", 0)));
        assert!(
            [client_id("b", "buy-1", 0), client_id("a", "buy-2", 0), client_id("a", "buy-1", 1)]
                .iter()
                .all(|other| *other != id)
        );
    }
}
