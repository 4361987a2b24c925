//! What a broker says of an account and of the market, in the core's own types.
//!
//! Protocols must never enter this file.

use super::BrokerError;
use crate::code::Code;
use crate::config::Currency;
use crate::hash::sha256;
use crate::http::Secret;
use crate::money::{Money, Price, Quantity};
use crate::trade::{Side, Ticket};
use std::collections::BTreeMap;

/// Which account it is, as far as a plan may say: a salted hash, from which the number cannot be found.
///
/// The salt is a secret of the credentials. With one that stands beside the hash, all account numbers could be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// The identity of an account: which broker, which of its hosts (real, mock, a test's), and the number.
    #[must_use]
    pub fn of(broker: &str, host: &str, number: &str, salt: &Secret) -> Self {
        Self(sha256(format!("rebalance account\n{broker}\n{host}\n{number}\n{}", salt.expose()).as_bytes()))
    }

    /// As a plan has it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// What an account holds now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Cash by currency that counts as the account's own: bought and sold is taken into account, settled or not.
    pub cash: BTreeMap<Currency, Money>,
    /// Positions by code; none of which nothing is held.
    pub positions: BTreeMap<Code, Held>,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Shares held.
    pub quantity: Quantity,
    /// Shares that may be sold now: those in open orders are not among them.
    pub sellable: Quantity,
    /// The last price of one share.
    pub price: Price,
    /// What one share cost on average, when the broker tells it.
    pub cost: Option<Price>,
}

/// Whether an order is of whole shares, for a broker or an asset that takes no others.
///
/// # Errors
/// [`BrokerError::Unfit`] when it is not.
pub fn whole_shares(ticket: &Ticket) -> Result<(), BrokerError> {
    if ticket.quantity.decimal().fract().is_zero() {
        return Ok(());
    }
    let why = format!("{} of {} cannot be ordered: only whole shares can", ticket.quantity, ticket.code);
    Err(BrokerError::Unfit { why, remedy: "take `increment` away from the asset, and make a new plan".to_owned() })
}

/// A limit price as an exchange takes it: on a step of its prices, no worse than the limit, within the day's limits.
/// `None` when there is no such price.
#[must_use]
pub fn on_tick(limit: Price, tick: Price, side: Side, lower: Option<Price>, upper: Option<Price>) -> Option<Price> {
    let (limit, tick) = (limit.decimal(), tick.decimal());
    let rest = limit.checked_rem(tick)?;
    let stepped = match side {
        _ if rest.is_zero() => limit,
        Side::Buy => limit - rest,
        Side::Sell => limit.checked_add(tick)? - rest,
    };
    // A purchase may pay less than its limit, a sale may ask for more; beyond the other edge nothing is traded.
    let price = match side {
        Side::Buy => upper.map_or(stepped, |upper| stepped.min(upper.decimal())),
        Side::Sell => lower.map_or(stepped, |lower| stepped.max(lower.decimal())),
    };
    let within =
        lower.is_none_or(|lower| price >= lower.decimal()) && upper.is_none_or(|upper| price <= upper.decimal());
    (within && price > rust_decimal::Decimal::ZERO).then(|| Price::new(price))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_hides_the_number_and_tells_accounts_apart() {
        let salt = Secret::new("canary");
        let identity = Identity::of("kis", "real", "12345678-01", &salt);
        assert!(!format!("{identity:?}").contains("12345678") && identity.text().len() == 64);
        for (host, number, salt) in
            [("mock", "12345678-01", "canary"), ("real", "12345678-02", "canary"), ("real", "12345678-01", "x")]
        {
            assert_ne!(Identity::of("kis", host, number, &Secret::new(salt)), identity);
        }
    }

    #[test]
    fn a_limit_price_moves_to_a_step_and_never_gets_worse() {
        let price = |value: i64| Price::new(value.into());
        let of = |limit, side, lower, upper| {
            on_tick(price(limit), price(5), side, Some(price(lower)), Some(price(upper))).map(|price| price.to_string())
        };
        for (limit, side, lower, upper, expected) in [
            (10_003, Side::Buy, 7_000, 13_000, Some("10000")),
            (10_003, Side::Sell, 7_000, 13_000, Some("10005")),
            (10_005, Side::Sell, 7_000, 13_000, Some("10005")),
            (14_000, Side::Buy, 7_000, 13_000, Some("13000")),
            (6_000, Side::Sell, 7_000, 13_000, Some("7000")),
            (6_000, Side::Buy, 7_000, 13_000, None),
            (14_000, Side::Sell, 7_000, 13_000, None),
            (3, Side::Buy, 0, 13_000, None),
        ] {
            assert_eq!(of(limit, side, lower, upper).as_deref(), expected, "{limit} {side:?}");
        }
    }
}
