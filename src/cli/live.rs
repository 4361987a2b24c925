//! An account at a broker: what it holds as a holdings file would say it, and what its market says.
//!
//! What a plan makes of it must never enter this file.

use super::judgement::{self, unwilling};
use super::{Fault, Global, Host};
use crate::apply;
use crate::broker::{self, Broker, BrokerError, CredentialError, Entry, Identity, Snapshot};
use crate::code::Code;
use crate::config::{Config, Currency, get};
use crate::document;
use crate::gate::Asked;
use crate::hash::sha256;
use crate::money::Price;
use crate::plan::Ask;
use crate::plan::DraftConversion;
use crate::plan::file::{Body, BrokerInput};
use crate::replay::State;
use crate::words::quoted;
use crate::zone::Zone;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What an account at a broker holds, as a holdings file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// Which account.
    pub(super) input: BrokerInput,
    /// The text, as of a holdings file.
    pub(super) text: String,
    /// SHA-256 of what is held, prices and the day aside.
    pub(super) hash: String,
    /// The broker, when it moves no cash.
    pub(super) still: Option<&'static str>,
}

/// The config, as far as it can be read, for what has to be known before anything is judged.
pub(super) fn config(global: &Global, host: &Host<'_>) -> Option<Config> {
    let bytes = super::gather::file(&host.path(&global.config)).ok()?;
    Some(Config::of(&document::read(&bytes)).0)
}

/// The broker that the config names, when it is known and set up. Credentials that are there and may not be used are no
/// reason to look elsewhere: opening it then says what is wrong with them.
pub(super) fn named(config: Option<&Config>, host: &Host<'_>) -> Option<&'static Entry> {
    let name = get(config?.portfolio()?.broker.as_ref())?;
    let env = |name: &str| host.env.get(name).cloned();
    broker::known(&name.0).filter(|entry| !matches!(entry.configured(&env), Err(CredentialError::Missing { .. })))
}

/// What the account holds at the broker that was named, here or in the config; none where the holdings file says it.
///
/// The config's broker is asked when it is set up, unless a holdings file is named. A plan says which account it is of,
/// and is applied there and nowhere else.
pub(super) fn told(broker: Option<&str>, global: &Global, host: &Host<'_>) -> Result<Option<Statement>, Fault> {
    let config = config(global, host);
    let entry = match broker {
        Some(name) => Some(judgement::entry(Some(name))?),
        None if global.holdings.is_some() => None,
        None => named(config.as_ref(), host),
    };
    let Some(entry) = entry else { return Ok(None) };
    judgement::with_broker(entry, global, host, |broker, _| {
        statement(broker, &codes(config.as_ref()), today(config.as_ref(), host), &BTreeMap::new())
    })
}

/// Refuses a plan whose cash would move at a broker that moves none: `apply` would.
pub(super) fn movable(told: Option<&Statement>, ask: &Ask) -> Result<(), Fault> {
    let still = told.and_then(|told| told.still).filter(|_| ask.flow.is_some());
    still.map_or(Ok(()), |broker| Err(unwilling(&BrokerError::MovesNoCash { broker })))
}

/// Refuses a plan that converts where the broker cannot.
pub(super) fn converts(told: Option<&Statement>, conversions: &[DraftConversion]) -> Result<(), Fault> {
    let still = told.and_then(|told| told.still).filter(|_| !conversions.is_empty());
    still.map_or(Ok(()), |broker| {
        Err(Fault::no(format!("the plan converts one currency into another, and {broker} cannot"))
            .hint("convert it there yourself, then plan again")
            .hint("or let each currency pay for its own orders: --funding own"))
    })
}

/// Today in the portfolio's time zone.
pub(super) fn today(config: Option<&Config>, host: &Host<'_>) -> NaiveDate {
    let zone = config.and_then(Config::zone).unwrap_or(Zone::UTC);
    zone.local(host.now).unwrap_or_default().date_naive()
}

/// Asks a broker what its account holds; none where the account is a file. Prices are those of `recorded` where it has
/// them, so that a plan can be made again, and live otherwise.
pub(super) fn statement(
    broker: &mut dyn Broker,
    codes: &BTreeSet<Code>,
    as_of: NaiveDate,
    recorded: &BTreeMap<Code, Price>,
) -> Result<Option<Statement>, Fault> {
    let told = |error| unwilling(&error);
    let Some(account) = broker.account().map_err(told)? else { return Ok(None) };
    let input = BrokerInput { name: broker.name().to_owned(), account: account.text().to_owned() };
    let snapshot = broker.snapshot().map_err(told)?;
    let mut prices: BTreeMap<Code, Price> =
        snapshot.positions.iter().map(|(code, held)| (code.clone(), held.price)).collect();
    prices.extend(recorded.iter().map(|(code, price)| (code.clone(), *price)));
    let missing: Vec<Code> = codes.iter().filter(|code| !prices.contains_key(*code)).cloned().collect();
    if !missing.is_empty() {
        let quotes = broker.quotes(&missing).map_err(told)?;
        prices.extend(quotes.into_iter().map(|quote| (quote.code, quote.price)));
    }
    Ok(Some(Statement {
        input,
        text: text(&snapshot, codes, as_of, Some(&prices)),
        hash: sha256(text(&snapshot, codes, as_of, None).as_bytes()),
        still: (!broker.moves_cash()).then(|| broker.name()),
    }))
}

/// The account as a holdings file; without prices and the day what does not change unless something is traded.
fn text(
    snapshot: &Snapshot,
    codes: &BTreeSet<Code>,
    as_of: NaiveDate,
    prices: Option<&BTreeMap<Code, Price>>,
) -> String {
    let mut text = String::new();
    if prices.is_some() {
        let _ = writeln!(text, "as_of: {as_of}");
    }
    let cash = Currency::ALL.into_iter().filter_map(|currency| {
        let amount = snapshot.cash.get(&currency)?;
        Some(format!("{}: {}", currency.word(), amount.decimal().normalize()))
    });
    let _ = writeln!(text, "cash: {{ {} }}\npositions:", cash.collect::<Vec<_>>().join(", "));
    let all: BTreeSet<&Code> = snapshot.positions.keys().chain(codes).collect();
    for code in all {
        let held = snapshot.positions.get(code);
        let quantity = held.map_or(Decimal::ZERO, |held| held.quantity.decimal()).normalize();
        let _ = write!(text, "  - {{ code: '{}', quantity: {quantity}", code.0.replace('\'', "''"));
        if let Some(price) = prices.and_then(|prices| prices.get(code)) {
            let _ = write!(text, ", price: {}", price.decimal().normalize());
        }
        // One purchase at the average cost is all that a broker tells.
        let cost = held.and_then(|held| held.cost).filter(|cost| *cost > Price::ZERO && quantity > Decimal::ZERO);
        if let Some(cost) = cost {
            let day = prices.map_or_else(String::new, |_| format!("date: {as_of}, "));
            let _ = write!(text, ", lots: [{{ {day}quantity: {quantity}, cost: {} }}]", cost.decimal().normalize());
        }
        text.push_str(" }\n");
    }
    if text.ends_with("positions:\n") {
        text.truncate(text.len() - 1);
        text.push_str(" []\n");
    }
    text
}

/// The codes of a config.
pub(super) fn codes(config: Option<&Config>) -> BTreeSet<Code> {
    let assets = config.into_iter().flat_map(Config::assets);
    assets.filter_map(|(_, asset)| get(asset.code.as_ref()).cloned()).collect()
}

/// The prices that a plan recorded.
pub(super) fn recorded(body: &Body) -> BTreeMap<Code, Price> {
    let price = |text: &str| text.parse::<Decimal>().ok().map(Price::new);
    let assets = body.before.assets.iter();
    assets.filter_map(|asset| Some((Code(asset.code.clone()), price(&asset.price)?))).collect()
}

/// What the market says to the orders of a plan.
pub(super) fn market(broker: &mut dyn Broker, body: &Body, journal: &State) -> Asked {
    let codes: Vec<Code> = body.orders.iter().map(|order| Code(order.code.clone())).collect();
    let told = apply::market(broker, &codes, journal);
    told.map_or_else(|error| Asked::Unknown(error.to_string()), Asked::Told)
}

/// The account's hash.
pub(super) fn account(broker: &mut dyn Broker) -> Result<Option<String>, Fault> {
    let identity = broker.account().map_err(|error| unwilling(&error))?;
    Ok(identity.as_ref().map(Identity::text).map(str::to_owned))
}

/// The fault that a plan of an account is judged without asking its broker.
pub(super) fn not_asked(broker: &str, file: &str) -> Fault {
    let again = format!("rebalance verify {} --broker {broker}", quoted(file));
    Fault::unknown(format!("the plan is of an account at {broker}, which was not asked"))
        .hint(format!("ask it: {again}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Held;
    use crate::money::{Money, Quantity};
    use crate::rules;

    fn snapshot(price: i64) -> Snapshot {
        let held = |quantity: i64, cost: Option<i64>| Held {
            quantity: Quantity::new(quantity.into()),
            sellable: Quantity::new(quantity.into()),
            price: Price::new(price.into()),
            cost: cost.map(|cost| Price::new(cost.into())),
        };
        let cash = [(Currency::Krw, Money::new((-5).into()))].into();
        Snapshot {
            cash,
            positions: [(Code("069500".to_owned()), held(45, Some(30_000))), (Code("BRK.B".to_owned()), held(1, None))]
                .into(),
        }
    }

    fn written(price: i64, with_prices: bool) -> String {
        let codes = [Code("069500".to_owned()), Code("114800".to_owned())].into();
        let prices: BTreeMap<Code, Price> =
            ["069500", "114800", "BRK.B"].map(|code| (Code(code.to_owned()), Price::new(price.into()))).into();
        text(&snapshot(price), &codes, "2026-03-04".parse().unwrap(), with_prices.then_some(&prices))
    }

    #[test]
    fn a_snapshot_is_a_holdings_file_without_a_finding() {
        let text = written(100, true);
        let held = rules::held("the account", &document::read(text.as_bytes()));
        assert!(held.findings.is_empty(), "{text} {:?}", held.findings);
        let holdings = held.holdings.unwrap();
        assert_eq!(holdings.positions.len(), 3);
        assert_eq!(holdings.positions[&Code("114800".to_owned())].quantity, Quantity::ZERO);
        assert_eq!(
            holdings.positions[&Code("069500".to_owned())].lots.as_ref().unwrap()[0].cost,
            Price::new(30_000.into())
        );
        let none =
            super::text(&Snapshot::default(), &BTreeSet::new(), "2026-03-04".parse().unwrap(), Some(&BTreeMap::new()));
        assert!(none.ends_with("cash: {  }\npositions: []\n"), "{none}");
    }

    #[test]
    fn what_is_held_does_not_change_with_prices() {
        assert_eq!(written(100, false), written(200, false));
        assert_ne!(written(100, true), written(200, true));
    }
}
