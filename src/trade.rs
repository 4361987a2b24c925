//! Trades: an order as it is sent, and what came of it.
//!
//! Exact figures only. Where an order is sent, and what a clock says, must never enter this room.

mod conversion;
mod execution;
mod fills;
mod market;
mod movement;
mod possible;
mod transfer;

pub use conversion::Conversion;
pub use execution::{End, Executions, client_id};
pub use fills::{BadFill, Orders, fills, kept, kept_of, ticket_csv, ticket_markdown, ticket_text};
pub use market::{OpenOrder, Quote, Session};
pub use movement::{Act, Movement};
pub use possible::Possible;
pub use transfer::{Kind, Transfer, kind, named};

use crate::config::{CostBasis, Currency};
use crate::money::{self, AMOUNT_PLACES, FX_PLACES, Money, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity};
use crate::plan::file::{Body, LotSold, Order};
use crate::portfolio::Code;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;
use std::borrow::Cow;
use std::fmt;

/// Which way an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Shares for cash.
    Sell,
    /// Cash for shares.
    Buy,
}

impl Side {
    /// The word in plans, journals and fills.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sell => "sell",
            Self::Buy => "buy",
        }
    }

    /// The word in the log's trades.
    #[must_use]
    pub fn action(self) -> &'static str {
        match self {
            Self::Sell => "SELL",
            Self::Buy => "BUY",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Sell, Self::Buy].into_iter().find(|side| side.word() == word)
    }
}

/// An exact decimal that is a JSON number, digit by digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure(pub Decimal);

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Number::from_string_unchecked(self.0.to_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Number::deserialize(deserializer)?.to_string();
        let value = money::decimal(&text, AMOUNT_PLACES);
        value.map(Self).map_err(|_| D::Error::custom(format!("`{text}` is not a number that is kept exactly")))
    }
}

impl JsonSchema for Figure {
    fn schema_name() -> Cow<'static, str> {
        "Figure".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

/// An order, read from a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its id: the same for the same side and code.
    pub id: String,
    /// Which way.
    pub side: Side,
    /// The asset.
    pub code: Code,
    /// The asset's name.
    pub ticker: String,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What one unit of it is worth in the base currency, when it is another.
    pub rate: Option<Decimal>,
    /// Shares, more than none.
    pub quantity: Quantity,
    /// The reference price.
    pub price: Price,
    /// The worst price at which it may be filled.
    pub limit: Price,
    /// Shares times the reference price.
    pub amount: Money,
    /// Commission.
    pub commission: Money,
    /// Expected slippage.
    pub slippage: Money,
    /// Tax on the gain.
    pub tax: Money,
    /// Which of the shares a sale sells.
    pub basis: CostBasis,
    /// What a sale gains, when that is known.
    pub gain: Option<Money>,
    /// How that is taxed, if the config says.
    pub tax_class: Option<String>,
    /// What a sale takes of the purchases, in their order: shares and what they cost. Empty where that is not known.
    pub lots: Vec<(Quantity, Money)>,
}

/// A field of an order or a fill that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The order's id.
    pub order: String,
    /// The field.
    pub field: &'static str,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {}: `{}` cannot be `{}`", self.order, self.field, self.found)
    }
}

/// The currency of a plan's amounts.
fn currency(body: &Body) -> Result<Currency, Malformed> {
    let found = body.params.currency.clone();
    Currency::parse(&found).ok_or_else(|| Malformed { order: "of the plan".to_owned(), field: "currency", found })
}

impl Ticket {
    /// Reads the orders of a plan: sells first, each side as the plan has it.
    ///
    /// # Errors
    /// [`Malformed`] for the first that is not an order, or that stands twice.
    pub fn all(body: &Body) -> Result<Vec<Self>, Malformed> {
        let malformed =
            |order: &str, field, found: &str| Malformed { order: order.to_owned(), field, found: found.to_owned() };
        let currency = currency(body)?;
        let word = &body.params.cost_basis;
        let basis = [CostBasis::Fifo, CostBasis::MovingAverage].into_iter().find(|basis| basis.word() == word);
        let basis = basis.ok_or_else(|| malformed("of the plan", "cost_basis", word))?;
        let mut tickets: Vec<Self> = Vec::new();
        for order in &body.orders {
            if tickets.iter().any(|ticket| ticket.id == order.id) {
                return Err(malformed(&order.id, "id", &order.id));
            }
            tickets.push(Self::of(order, currency, basis)?);
        }
        tickets.sort_by_key(|ticket| ticket.side == Side::Buy);
        Ok(tickets)
    }

    /// Reads an order of a plan.
    ///
    /// # Errors
    /// [`Malformed`] for a figure that is not one, or that contradicts the others.
    pub fn of(order: &Order, currency: Currency, basis: CostBasis) -> Result<Self, Malformed> {
        let malformed = |field, found: &str| Malformed { order: order.id.clone(), field, found: found.to_owned() };
        let number = |field, text: &str, places| money::decimal(text, places).map_err(|_| malformed(field, text));
        let cost = |field, text: &str| match number(field, text, AMOUNT_PLACES)? {
            value if value.is_sign_negative() && !value.is_zero() => Err(malformed(field, text)),
            value => Ok(Money::new(value)),
        };
        let (currency, rate) = match (&order.currency, &order.fx_rate) {
            (None, None) => (currency, None),
            (Some(word), Some(text)) => {
                let own = Currency::parse(word).ok_or_else(|| malformed("currency", word))?;
                let rate = number("fx_rate", text, FX_PLACES)?;
                if rate <= Decimal::ZERO {
                    return Err(malformed("fx_rate", text));
                }
                (own, Some(rate))
            }
            (word, rate) => {
                return Err(malformed("fx_rate", word.as_ref().or(rate.as_ref()).map_or("", String::as_str)));
            }
        };
        let lot = |lot: &LotSold| {
            let shares = number("lots", &lot.quantity, QUANTITY_PLACES)?;
            Ok((Quantity::new(shares), Money::new(number("lots", &lot.cost, AMOUNT_PLACES)?)))
        };
        let ticket = Self {
            id: order.id.clone(),
            side: Side::parse(&order.side).ok_or_else(|| malformed("side", &order.side))?,
            code: Code(order.code.clone()),
            ticker: order.ticker.clone(),
            currency,
            rate,
            quantity: Quantity::new(number("quantity", &order.quantity, QUANTITY_PLACES)?),
            price: Price::new(number("price", &order.price, PRICE_PLACES)?),
            limit: Price::new(number("limit_price", &order.limit_price, PRICE_PLACES)?),
            amount: cost("amount", &order.amount)?,
            commission: cost("commission", &order.commission)?,
            slippage: cost("slippage", &order.slippage)?,
            tax: cost("tax", &order.tax)?,
            basis,
            gain: order.gain.as_ref().map(|text| number("gain", text, PRICE_PLACES).map(Money::new)).transpose()?,
            tax_class: order.tax_class.clone(),
            lots: order.lots.iter().map(lot).collect::<Result<_, _>>()?,
        };
        if ticket.quantity <= Quantity::ZERO {
            return Err(malformed("quantity", &order.quantity));
        }
        if ticket.price <= Price::ZERO {
            return Err(malformed("price", &order.price));
        }
        if ticket.price.times(ticket.quantity) != Some(ticket.amount) {
            return Err(malformed("amount", &order.amount));
        }
        Ok(ticket)
    }

    /// What it does to cash: the amount, less every cost. `None` when that does not fit.
    #[must_use]
    pub fn cash_change(&self) -> Option<Money> {
        let costs = self.commission.plus(self.slippage)?.plus(self.tax)?;
        let signed = match self.side {
            Side::Sell => self.amount.decimal(),
            Side::Buy => -self.amount.decimal(),
        };
        Money::new(signed).plus(Money::new(-costs.decimal()))
    }

    /// It, filled whole at its reference price and at the costs that were planned for.
    #[must_use]
    pub fn filled(&self, at: &str) -> Fill {
        Fill {
            order: self.id.clone(),
            code: self.code.0.clone(),
            side: self.side,
            quantity: Figure(self.quantity.decimal()),
            price: Figure(self.price.decimal()),
            amount: Figure(self.amount.decimal()),
            commission: Figure(self.commission.decimal()),
            slippage: Figure(self.slippage.decimal()),
            tax: Figure(self.tax.decimal()),
            gain: self.gain.map(|gain| Figure(gain.decimal())),
            tax_class: self.tax_class.clone(),
            estimated: Vec::new(),
            currency: self.rate.map(|_| self.currency.word().to_owned()),
            fx_rate: self.rate.map(Figure),
            at: at.to_owned(),
        }
    }
}

/// What came of an order. Cash moved by the amount, less commission, slippage and tax.
///
/// Its figures are numbers in the log, as the guide has them, and text everywhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fill<N = Figure> {
    /// The order's id.
    pub order: String,
    /// The asset's code.
    pub code: String,
    /// Which way.
    pub side: Side,
    /// Shares.
    pub quantity: N,
    /// Price of a share; of several executions the average, rounded to four places.
    pub price: N,
    /// The sum of shares times price.
    pub amount: N,
    /// Commission.
    pub commission: N,
    /// Slippage that was charged on top of the amount.
    pub slippage: N,
    /// Tax.
    pub tax: N,
    /// What a sale gained in the base currency: its amount less what the shares cost; below zero for a loss. Absent where
    /// that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<N>,
    /// How gains of the asset were taxed. Absent where the config did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<String>,
    /// The figures that the broker did not tell and that are estimated from the plan's; not there when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub estimated: Vec<String>,
    /// The currency of price, amount and costs. Absent where it is the base currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What one unit of it was worth in the base currency. Absent where it is that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fx_rate: Option<N>,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

impl<N> Fill<N> {
    /// The same with every figure turned into something else.
    fn map<M, E>(&self, turn: impl Fn(&'static str, &N) -> Result<M, E>) -> Result<Fill<M>, E> {
        Ok(Fill {
            order: self.order.clone(),
            code: self.code.clone(),
            side: self.side,
            quantity: turn("quantity", &self.quantity)?,
            price: turn("price", &self.price)?,
            amount: turn("amount", &self.amount)?,
            commission: turn("commission", &self.commission)?,
            slippage: turn("slippage", &self.slippage)?,
            tax: turn("tax", &self.tax)?,
            gain: self.gain.as_ref().map(|gain| turn("gain", gain)).transpose()?,
            tax_class: self.tax_class.clone(),
            estimated: self.estimated.clone(),
            currency: self.currency.clone(),
            fx_rate: self.fx_rate.as_ref().map(|rate| turn("fx_rate", rate)).transpose()?,
            at: self.at.clone(),
        })
    }
}

impl Fill {
    /// With its figures as text.
    #[must_use]
    pub fn text(&self) -> Fill<String> {
        let Ok(fill) = self.map(|_, figure| Ok::<_, std::convert::Infallible>(figure.to_string()));
        fill
    }

    /// What one unit of its currency was worth in the base currency.
    #[must_use]
    pub fn rate(&self) -> Decimal {
        self.fx_rate.map_or(Decimal::ONE, |rate| rate.0)
    }

    /// What it did to cash of its currency; `None` when that does not fit.
    #[must_use]
    pub fn cash_change(&self) -> Option<Decimal> {
        let costs = self.commission.0.checked_add(self.slippage.0)?.checked_add(self.tax.0)?;
        match self.side {
            Side::Sell => self.amount.0.checked_sub(costs),
            Side::Buy => (-self.amount.0).checked_sub(costs),
        }
    }
}

impl Fill<String> {
    /// With its figures read.
    ///
    /// # Errors
    /// [`Malformed`] for a figure that is not one.
    pub fn figures(&self) -> Result<Fill, Malformed> {
        self.map(|field, text| {
            let value = money::decimal(text, AMOUNT_PLACES).map(Figure);
            value.map_err(|_| Malformed { order: self.order.clone(), field, found: text.clone() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_numbers_digit_by_digit() {
        let figure: Figure = serde_json::from_str("113199.0000001").unwrap();
        assert_eq!(serde_json::to_string(&figure).unwrap(), "113199.0000001");
        for bad in ["1e3", "\"1\"", "9999999999999999999", "0.12345678901"] {
            assert!(serde_json::from_str::<Figure>(bad).is_err(), "{bad}");
        }
    }
}
