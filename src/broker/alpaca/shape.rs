//! What Alpaca's answers say, in our own types: orders, assets, the account, positions, the clock, trades.
//!
//! Figures are texts there, or numbers in the market data; both are read digit by digit, and one that cannot be read is an
//! error, never nothing. Fields and states are those of docs.alpaca.markets/reference and of alpaca-py's models. How an
//! answer was asked for must never enter this room.

use crate::broker::{Ack, OrderState};
use crate::money::{AMOUNT_PLACES, Money, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity, decimal};
use crate::trade::{Executions, Side, Ticket};
use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// Most decimal places of a figure there: shares have 9, prices of trades up to 6, averages more.
const PLACES: u32 = 18;

/// What is wrong with an answer, without a period.
pub(super) type Misread = String;

/// A field that is text.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str, Misread> {
    let found = value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    found.ok_or_else(|| format!("there is no `{name}`"))
}

/// A field that is text, if it is there.
fn text_if(value: &Value, name: &str) -> Option<String> {
    text(value, name).ok().map(str::to_owned)
}

/// A field that says yes or no.
pub(super) fn flag(value: &Value, name: &str) -> Result<bool, Misread> {
    value.get(name).and_then(Value::as_bool).ok_or_else(|| format!("there is no `{name}`"))
}

/// A figure, as text or as a number; `None` when it is missing or null.
pub(super) fn figure_if(value: &Value, name: &str) -> Result<Option<Decimal>, Misread> {
    let written = match value.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(format!("`{name}` is no figure")),
    };
    decimal(&written, PLACES).map(Some).map_err(|_| format!("`{name}` is {written:?}, which is no figure"))
}

/// A figure that must be there.
pub(super) fn figure(value: &Value, name: &str) -> Result<Decimal, Misread> {
    figure_if(value, name)?.ok_or_else(|| format!("there is no `{name}`"))
}

/// A price above nothing, rounded to the places that prices have here.
pub(super) fn price(value: &Value, name: &str) -> Result<Price, Misread> {
    let price = rounded(figure(value, name)?, PRICE_PLACES);
    if price > Decimal::ZERO { Ok(Price::new(price)) } else { Err(format!("`{name}` is {price}, which is no price")) }
}

/// The nearest figure of so many places; halves go to the even one.
fn rounded(figure: Decimal, places: u32) -> Decimal {
    figure.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven)
}

/// The shares that can be told here: what is less than the smallest part of a share is left out. Such dust comes from
/// orders by amount, of which Alpaca keeps 9 places.
pub(super) fn shares_down(figure: Decimal) -> Quantity {
    Quantity::new(figure.round_dp_with_strategy(QUANTITY_PLACES, RoundingStrategy::ToZero))
}

/// A time, in UTC and to the second.
fn time(text: &str) -> Option<String> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    Some(time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// An order there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    /// Its id, a UUID.
    pub(super) id: String,
    /// The id that the client has given it.
    pub(super) client_id: String,
    /// The symbol.
    pub(super) symbol: String,
    /// Which way.
    pub(super) side: Side,
    /// Shares; none for an order by amount.
    pub(super) quantity: Option<Decimal>,
    /// The amount; none for an order by shares.
    pub(super) notional: Option<Decimal>,
    /// Shares filled so far.
    pub(super) filled: Decimal,
    /// The average price of those.
    pub(super) average: Option<Decimal>,
    /// The limit, if it has one.
    pub(super) limit: Option<Price>,
    /// Its state, in Alpaca's word.
    pub(super) status: String,
    /// When it was submitted, as written there.
    pub(super) submitted: Option<String>,
    /// When it was filled, as written there.
    filled_at: Option<String>,
}

impl Order {
    /// Reads one.
    pub(super) fn of(value: &Value) -> Result<Self, Misread> {
        let id = text(value, "id")?.to_owned();
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(format!("`id` is {id:?}, which is no id"));
        }
        let side = match text(value, "side")? {
            "buy" => Side::Buy,
            "sell" => Side::Sell,
            other => return Err(format!("`side` is {other:?}")),
        };
        let limit = figure_if(value, "limit_price")?.map(|limit| Price::new(rounded(limit, PRICE_PLACES)));
        Ok(Self {
            id,
            client_id: text(value, "client_order_id")?.to_owned(),
            symbol: text(value, "symbol")?.to_owned(),
            side,
            quantity: figure_if(value, "qty")?,
            notional: figure_if(value, "notional")?,
            filled: figure(value, "filled_qty")?,
            average: figure_if(value, "filled_avg_price")?,
            limit,
            status: text(value, "status")?.to_owned(),
            submitted: text_if(value, "submitted_at"),
            filled_at: text_if(value, "filled_at"),
        })
    }

    /// What makes it another order than the one that was to be sent under this id, if anything does.
    pub(super) fn unlike(&self, ticket: &Ticket, client_id: &str) -> Option<String> {
        let ours = self.client_id == client_id
            && self.symbol == ticket.code.0
            && self.side == ticket.side
            && self.quantity == Some(ticket.quantity.decimal());
        (!ours).then(|| self.about())
    }

    /// What is known of it, for people.
    pub(super) fn about(&self) -> String {
        let size = match (self.quantity, self.notional) {
            (Some(quantity), _) => quantity.normalize().to_string(),
            (None, Some(notional)) => format!("${} of", notional.normalize()),
            (None, None) => "some".to_owned(),
        };
        let limit = self.limit.map(|limit| format!(" at {limit}")).unwrap_or_default();
        let at = self.submitted.as_deref().unwrap_or("an unknown time");
        let name = format!("client_order_id {}", self.client_id);
        format!("{} {size} {}{limit}, {}, of {at}, {name}", self.side.word(), self.symbol, self.status)
    }

    /// The name it is found by again.
    pub(super) fn ack(&self) -> Ack {
        Ack { reference: self.id.clone(), at: self.submitted.clone() }
    }

    /// Shares that are left of it; nothing where it is by amount.
    pub(super) fn left(&self) -> Decimal {
        self.quantity.map_or(Decimal::ZERO, |quantity| quantity - self.filled)
    }

    /// Cash that it may still take at its limit; `None` where nothing says how much.
    pub(super) fn takes(&self) -> Option<Decimal> {
        if self.side == Side::Sell {
            return Some(Decimal::ZERO);
        }
        self.notional.or_else(|| self.left().checked_mul(self.limit?.decimal()))
    }

    /// Its state.
    pub(super) fn state(&self) -> Result<OrderState, Misread> {
        let whole = self.quantity == Some(self.filled);
        Ok(match self.status.as_str() {
            "filled" if whole => OrderState::Filled,
            "filled" => return Err("an order is `filled` of which shares are left".to_owned()),
            // Settled for the day; what there is to settle is told by the shares.
            "calculated" if whole => OrderState::Filled,
            "new"
            | "partially_filled"
            | "accepted"
            | "pending_new"
            | "pending_cancel"
            | "pending_replace"
            | "held"
            | "pending_review"
            | "accepted_for_bidding"
            | "stopped"
            | "suspended"
            | "calculated" => OrderState::Working,
            "canceled" => OrderState::Cancelled,
            // All orders sent here are good for the day.
            "expired" | "done_for_day" => OrderState::Expired,
            "rejected" => OrderState::Rejected("Alpaca or the exchange has rejected it".to_owned()),
            "replaced" => return Err("somebody has replaced the order by another one".to_owned()),
            other => return Err(format!("`status` is {other:?}")),
        })
    }

    /// What was executed of it.
    pub(super) fn executed(&self) -> Result<Executions, Misread> {
        if self.filled.is_zero() {
            return Ok(Executions::NONE);
        }
        let average = self.average.ok_or("shares are filled without a price")?;
        let quantity = Quantity::new(self.filled);
        if self.filled.normalize().scale() > QUANTITY_PLACES || self.filled < Decimal::ZERO || average < Decimal::ZERO {
            return Err(format!("`filled_qty` is {} at {average}", self.filled));
        }
        let amount = self.filled.checked_mul(average).ok_or("an amount is too large")?;
        let amount = Money::new(rounded(amount, AMOUNT_PLACES));
        let at = self.filled_at.as_deref().and_then(time);
        Ok(Executions { at, ..Executions::of(quantity, amount) })
    }
}

/// What can be traded, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asset {
    /// Why it is not traded, if it is not.
    pub(super) halted: Option<String>,
    /// Whether parts of a share can be ordered.
    pub(super) fractionable: bool,
}

impl Asset {
    /// Reads that of a symbol.
    pub(super) fn of(value: &Value, symbol: &str) -> Result<Self, Misread> {
        let found = text(value, "symbol")?;
        if found != symbol {
            return Err(format!("it was asked for {symbol}, and answers of {found}"));
        }
        let class = text(value, "class")?;
        let (status, tradable) = (text(value, "status")?, flag(value, "tradable")?);
        let halted = match (class, status, tradable) {
            ("us_equity", "active", true) => None,
            ("us_equity", "active", false) => Some("Alpaca does not trade it now".to_owned()),
            ("us_equity", status, _) => Some(format!("it is {status} at Alpaca")),
            (class, ..) => Some(format!("it is no US share or fund but {class}")),
        };
        Ok(Self { halted, fractionable: flag(value, "fractionable")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order(changes: &Value) -> Value {
        let mut order = json!({
            "id": "61e69015-8549-4bfd-b9c3-01e75843f47d", "client_order_id": "rb-1", "symbol": "SPY", "side": "buy",
            "qty": "3.5", "notional": null, "filled_qty": "0", "filled_avg_price": null, "limit_price": "500.10",
            "status": "new", "submitted_at": "2026-03-04T10:00:00.123456789-05:00", "filled_at": null,
        });
        for (name, value) in changes.as_object().unwrap() {
            order[name] = value.clone();
        }
        order
    }

    #[test]
    fn figures_are_read_digit_by_digit_or_not_at_all() {
        let text = r#"{"a": 127.0451, "b": "0.123456789", "c": 1e3, "d": "x", "e": null, "f": []}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(figure(&value, "a").unwrap().to_string(), "127.0451");
        assert_eq!(figure(&value, "b").unwrap().to_string(), "0.123456789");
        assert_eq!(figure_if(&value, "e"), Ok(None));
        for name in ["c", "d", "e", "f", "g"] {
            assert!(figure(&value, name).is_err(), "{name}");
        }
        assert_eq!(shares_down(figure(&value, "b").unwrap()).to_string(), "0.123456");
        assert!(price(&json!({ "p": 0 }), "p").is_err() && price(&json!({ "p": "-1" }), "p").is_err());
        assert_eq!(price(&serde_json::from_str(r#"{"p": 1.00005}"#).unwrap(), "p").unwrap().to_string(), "1");
    }

    #[test]
    fn each_state_is_what_alpaca_means_by_it() {
        use OrderState::{Cancelled, Expired, Filled, Working};
        for (status, filled, expected) in [
            ("new", "0", Some(Working)),
            ("partially_filled", "1", Some(Working)),
            ("pending_cancel", "1", Some(Working)),
            ("filled", "3.5", Some(Filled)),
            ("filled", "3", None),
            ("calculated", "3.5", Some(Filled)),
            ("calculated", "3", Some(Working)),
            ("canceled", "1", Some(Cancelled)),
            ("expired", "0", Some(Expired)),
            ("done_for_day", "1", Some(Expired)),
            ("replaced", "0", None),
            ("something_new", "0", None),
        ] {
            let order = Order::of(&order(&json!({ "status": status, "filled_qty": filled }))).unwrap();
            assert_eq!(order.state().ok(), expected, "{status} {filled}");
        }
        let rejected = Order::of(&order(&json!({ "status": "rejected" }))).unwrap();
        assert!(matches!(rejected.state(), Ok(OrderState::Rejected(_))));
    }

    #[test]
    fn what_was_executed_is_shares_times_their_average() {
        let of = |changes: Value| Order::of(&order(&changes)).unwrap().executed();
        assert_eq!(of(json!({})), Ok(Executions::NONE));
        let filled = json!({ "filled_qty": "1.5", "filled_avg_price": "500.123456", "filled_at": "2026-03-04T10:00:01.5-05:00" });
        let executed = of(filled).unwrap();
        assert_eq!((executed.quantity.to_string(), executed.amount.to_string()), ("1.5".into(), "750.185184".into()));
        assert_eq!(executed.at.as_deref(), Some("2026-03-04T15:00:01Z"));
        assert!(of(json!({ "filled_qty": "1" })).is_err(), "no price");
        assert!(of(json!({ "filled_qty": "-1", "filled_avg_price": "5" })).is_err());
        assert!(of(json!({ "filled_qty": "0.123456789", "filled_avg_price": "5" })).is_err());
    }

    #[test]
    fn an_order_that_is_not_whole_is_none() {
        for (name, value) in [
            ("id", json!("../x")),
            ("id", json!(null)),
            ("client_order_id", json!("")),
            ("side", json!("short")),
            ("qty", json!("three")),
            ("filled_qty", json!(null)),
            ("status", json!(7)),
            ("limit_price", json!({})),
        ] {
            assert!(Order::of(&order(&json!({ name: value }))).is_err(), "{name}");
        }
    }

    #[test]
    fn what_an_order_may_take_is_known_or_not() {
        let takes =
            |changes: Value| Order::of(&order(&changes)).unwrap().takes().map(|takes| takes.normalize().to_string());
        assert_eq!(takes(json!({ "filled_qty": "1.5", "filled_avg_price": "1" })).as_deref(), Some("1000.2"));
        assert_eq!(takes(json!({ "side": "sell" })).as_deref(), Some("0"));
        assert_eq!(takes(json!({ "qty": null, "notional": "25", "limit_price": null })).as_deref(), Some("25"));
        assert_eq!(takes(json!({ "limit_price": null })), None);
    }

    #[test]
    fn an_asset_is_traded_or_says_why_not() {
        let asset = |class: &str, status: &str, tradable: bool| {
            let value = json!({ "symbol": "SPY", "class": class, "status": status, "tradable": tradable, "fractionable": true });
            Asset::of(&value, "SPY").unwrap().halted
        };
        assert_eq!(asset("us_equity", "active", true), None);
        assert!(asset("us_equity", "active", false).is_some() && asset("us_equity", "inactive", true).is_some());
        assert!(asset("crypto", "active", true).unwrap().contains("crypto"));
        let other = json!({ "symbol": "QQQ", "class": "us_equity", "status": "active", "tradable": true, "fractionable": true });
        assert!(Asset::of(&other, "SPY").is_err());
    }
}
