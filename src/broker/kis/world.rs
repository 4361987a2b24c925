//! The two worlds of Korea Investment & Securities, real and mock: their hosts, and what is called in each.
//!
//! Hosts, paths and ids (`tr_id`) are those of the broker's own samples, github.com/koreainvestment/open-trading-api. An
//! id of the mock world is the real one with a `V` in front; ids of quotes are the same in both. What is sent with a call
//! must never enter this room.

pub(super) use crate::broker::settings::World;

use std::time::Duration;

/// The fastest that any host of the broker takes requests.
pub(super) const FASTEST: Duration = Duration::from_millis(50);

impl World {
    /// Its host.
    pub(super) fn base(self) -> &'static str {
        match self {
            Self::Real => "https://openapi.koreainvestment.com:9443",
            Self::Mock => "https://openapivts.koreainvestment.com:29443",
        }
    }

    /// How long to wait between two requests. The real world takes 18 a second and less of new customers, the mock world
    /// one, and has refused orders half a second apart.
    pub(super) fn pace(self) -> Duration {
        match self {
            Self::Real => Duration::from_millis(200),
            Self::Mock => Duration::from_millis(1100),
        }
    }

    /// How long after it was sent an order may still appear in lists.
    pub(super) fn window(self) -> Duration {
        match self {
            Self::Real => Duration::from_secs(60),
            Self::Mock => Duration::from_secs(120),
        }
    }
}

/// Something that can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    /// What it does, as in `could not …`.
    pub(super) about: &'static str,
    /// The path.
    pub(super) path: &'static str,
    /// Its id in the real world.
    real: &'static str,
    /// Its id in the mock world, where it can be called there.
    mock: Option<&'static str>,
}

impl Call {
    const fn both(about: &'static str, path: &'static str, real: &'static str, mock: &'static str) -> Self {
        Self { about, path, real, mock: Some(mock) }
    }

    const fn real(about: &'static str, path: &'static str, real: &'static str) -> Self {
        Self { about, path, real, mock: None }
    }

    /// Its id in a world; none where it cannot be called there.
    pub(super) fn id(self, world: World) -> Option<&'static str> {
        match world {
            World::Real => Some(self.real),
            World::Mock => self.mock,
        }
    }
}

/// Positions and cash.
pub(super) const BALANCE: Call =
    Call::both("read the balance", "/uapi/domestic-stock/v1/trading/inquire-balance", "TTTC8434R", "VTTC8434R");
/// What can be bought.
pub(super) const ORDERABLE: Call = Call::both(
    "read what can be bought",
    "/uapi/domestic-stock/v1/trading/inquire-psbl-order",
    "TTTC8908R",
    "VTTC8908R",
);
/// What can be sold.
pub(super) const SELLABLE: Call =
    Call::real("read what can be sold", "/uapi/domestic-stock/v1/trading/inquire-psbl-sell", "TTTC8408R");
/// Buys. The side of an order is in this id alone, never in the body.
pub(super) const BUY: Call =
    Call::both("place a buy order", "/uapi/domestic-stock/v1/trading/order-cash", "TTTC0012U", "VTTC0012U");
/// Sells.
pub(super) const SELL: Call =
    Call::both("place a sell order", "/uapi/domestic-stock/v1/trading/order-cash", "TTTC0011U", "VTTC0011U");
/// Cancels what is left of an order.
pub(super) const CANCEL: Call =
    Call::both("cancel an order", "/uapi/domestic-stock/v1/trading/order-rvsecncl", "TTTC0013U", "VTTC0013U");
/// Orders and fills of the last three months.
pub(super) const ORDERS: Call =
    Call::both("list the orders", "/uapi/domestic-stock/v1/trading/inquire-daily-ccld", "TTTC0081R", "VTTC0081R");
/// Orders that can still be cancelled.
pub(super) const OPEN: Call =
    Call::real("list the open orders", "/uapi/domestic-stock/v1/trading/inquire-psbl-rvsecncl", "TTTC0084R");
/// A price.
pub(super) const PRICE: Call =
    Call::both("read a price", "/uapi/domestic-stock/v1/quotations/inquire-price", "FHKST01010100", "FHKST01010100");
/// Whether the market is open on a day.
pub(super) const HOLIDAY: Call =
    Call::real("ask whether the market is open", "/uapi/domestic-stock/v1/quotations/chk-holiday", "CTCA0903R");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_mock_world_are_the_real_ones_with_a_v() {
        for call in [BALANCE, ORDERABLE, SELLABLE, BUY, SELL, CANCEL, ORDERS, OPEN, PRICE, HOLIDAY] {
            let real = call.id(World::Real).unwrap();
            let quote = real.starts_with('F') || real.starts_with('H');
            match call.id(World::Mock) {
                Some(mock) if quote => assert_eq!(mock, real),
                Some(mock) => assert_eq!(mock, format!("V{}", &real[1..])),
                None => assert!([SELLABLE, OPEN, HOLIDAY].contains(&call)),
            }
        }
        // The trap: 0011 sells, and 0012 buys.
        assert_eq!((SELL.id(World::Real), BUY.id(World::Real)), (Some("TTTC0011U"), Some("TTTC0012U")));
    }
}
