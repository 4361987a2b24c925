//! The account and the market: whether the plan is of this account, and whether its orders can be placed now.
//!
//! Nothing is asked here; what a broker said, or that nobody asked it, is evidence.

use super::{Refusal, refusal::Moved};
use crate::money::{WEIGHT_PLACES, decimal};
use crate::plan::file::{Body, BrokerInput, Order};
use crate::trade::{OpenOrder, Quote, Session, Side};
use rust_decimal::Decimal;

/// How far a live price may lie from the plan's where the config does not say: 2 %.
pub const TOLERANCE: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// The account that orders would go to, and what its market says.
#[derive(Debug, Clone)]
pub struct Venue<'a> {
    /// The broker.
    pub broker: &'a str,
    /// The account's salted hash; none where the account is a file.
    pub account: Option<&'a str>,
    /// What of the plan the broker could never carry out, when it was asked and there is something.
    pub unfit: Option<Unfit>,
    /// What was asked of the market.
    pub market: Asked,
}

/// Why a broker cannot carry out a plan, whatever the market does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Why; a sentence without a period.
    pub why: String,
    /// What to do.
    pub remedy: String,
}

/// What was asked of the market.
#[derive(Debug, Clone)]
pub enum Asked {
    /// Nothing: there is none, or nobody wanted to know.
    No,
    /// It could not be told.
    Unknown(String),
    /// All of this.
    Told(Market),
}

/// What the market says.
#[derive(Debug, Clone)]
pub struct Market {
    /// Whether orders are taken now.
    pub session: Session,
    /// Prices of the codes that the plan trades.
    pub quotes: Vec<Quote>,
    /// Orders that are open in the account and that this program did not place.
    pub strangers: Vec<OpenOrder>,
}

impl Market {
    /// What keeps an order in a code from being placed now, whatever its price.
    #[must_use]
    pub fn obstacle(&self, broker: &str, code: &str, side: Side) -> Option<Refusal> {
        let untraded = || match self.quote(broker, code) {
            Ok(quote) => untraded(quote, side),
            Err(refusal) => Some(refusal),
        };
        self.closed(broker).or_else(untraded).or_else(|| self.strangers_on(|other| other == code).next())
    }

    fn closed(&self, broker: &str) -> Option<Refusal> {
        self.session.closed().map(|why| Refusal::Closed { broker: broker.to_owned(), why })
    }

    fn quote(&self, broker: &str, code: &str) -> Result<&Quote, Refusal> {
        let found = self.quotes.iter().find(|quote| quote.code.0 == code);
        let why = || format!("it has no price of {code}");
        found.ok_or_else(|| Refusal::NotTold { broker: broker.to_owned(), why: why() })
    }

    fn strangers_on(&self, traded: impl Fn(&str) -> bool) -> impl Iterator<Item = Refusal> {
        let open = self.strangers.iter().filter(move |open| traded(&open.code.0));
        open.map(|open| Refusal::StrangersOrder { code: open.code.0.clone(), about: open.about() })
    }
}

/// An account as people are told it.
fn told(broker: &str, account: Option<&str>) -> String {
    match account {
        Some(account) => format!("account {account} at {broker}"),
        None => format!("the holdings file, at {broker}"),
    }
}

/// Whether the plan is of another account than the orders would go to.
pub(super) fn other_account(recorded: Option<&BrokerInput>, venue: &Venue<'_>) -> Option<Refusal> {
    let same = match (recorded, venue.account) {
        (None, None) => true,
        (Some(recorded), Some(account)) => recorded.name == venue.broker && recorded.account == account,
        _ => false,
    };
    let recorded = match recorded {
        Some(input) => told(&input.name, Some(&input.account)),
        None => "the holdings file".to_owned(),
    };
    let pair = Moved { recorded, current: told(venue.broker, venue.account) };
    (!same).then(|| Refusal::OtherAccount { broker: venue.broker.to_owned(), moved: pair })
}

/// What keeps the orders from being placed, now or ever.
pub(super) fn unplaceable(body: &Body, venue: &Venue<'_>) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = venue.unfit.iter().cloned().map(Refusal::Unfit).collect();
    let market = match &venue.market {
        Asked::No => return refusals,
        Asked::Unknown(why) => {
            refusals.push(Refusal::NotTold { broker: venue.broker.to_owned(), why: why.clone() });
            return refusals;
        }
        Asked::Told(market) => market,
    };
    refusals.extend(market.closed(venue.broker));
    let stated = body.params.price_tolerance.as_deref();
    let tolerance = stated.and_then(|text| decimal(text, WEIGHT_PLACES).ok()).unwrap_or(TOLERANCE);
    for order in &body.orders {
        let side = [Side::Buy, Side::Sell].into_iter().find(|side| side.word() == order.side);
        match market.quote(venue.broker, &order.code) {
            Ok(quote) => {
                let untraded = side.and_then(|side| untraded(quote, side));
                refusals.extend(untraded.or_else(|| price_moved(order, quote, tolerance)));
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    refusals.extend(market.strangers_on(|code| body.orders.iter().any(|order| order.code == code)));
    refusals
}

fn untraded(quote: &Quote, side: Side) -> Option<Refusal> {
    quote.obstacle(side).map(|why| Refusal::NotTraded { code: quote.code.0.clone(), why })
}

fn price_moved(order: &Order, quote: &Quote, tolerance: Decimal) -> Option<Refusal> {
    let live = quote.price.decimal();
    let moved = || {
        let planned = order.price.parse::<Decimal>().ok()?;
        Some(live.checked_sub(planned)?.abs() > planned.checked_mul(tolerance)?)
    };
    moved().unwrap_or(true).then(|| Refusal::PriceMoved {
        code: order.code.clone(),
        price: Moved { recorded: order.price.clone(), current: quote.price.to_string() },
        tolerance: (tolerance * Decimal::ONE_HUNDRED).normalize().to_string(),
    })
}
