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
    /// What was asked of the market.
    pub market: Asked,
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

/// What keeps the orders from being placed now.
pub(super) fn unplaceable(body: &Body, venue: &Venue<'_>) -> Vec<Refusal> {
    let market = match &venue.market {
        Asked::No => return Vec::new(),
        Asked::Unknown(why) => return vec![Refusal::NotTold { broker: venue.broker.to_owned(), why: why.clone() }],
        Asked::Told(market) => market,
    };
    let mut refusals = Vec::new();
    if let Some(why) = market.session.closed() {
        refusals.push(Refusal::Closed { broker: venue.broker.to_owned(), why });
    }
    let stated = body.params.price_tolerance.as_deref();
    let tolerance = stated.and_then(|text| decimal(text, WEIGHT_PLACES).ok()).unwrap_or(TOLERANCE);
    for order in &body.orders {
        match market.quotes.iter().find(|quote| quote.code.0 == order.code) {
            Some(quote) => refusals.extend(untraded(order, quote, tolerance)),
            None => refusals.push(Refusal::NotTold {
                broker: venue.broker.to_owned(),
                why: format!("it has no price of {}", order.code),
            }),
        }
    }
    let of_plan = |open: &&OpenOrder| body.orders.iter().any(|order| order.code == open.code.0);
    refusals.extend(market.strangers.iter().filter(of_plan).map(stranger));
    refusals
}

fn untraded(order: &Order, quote: &Quote, tolerance: Decimal) -> Option<Refusal> {
    let side = [Side::Buy, Side::Sell].into_iter().find(|side| side.word() == order.side);
    if let Some(why) = side.and_then(|side| quote.obstacle(side)) {
        return Some(Refusal::NotTraded { code: order.code.clone(), why });
    }
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

fn stranger(open: &OpenOrder) -> Refusal {
    Refusal::StrangersOrder { code: open.code.0.clone(), about: open.about() }
}
