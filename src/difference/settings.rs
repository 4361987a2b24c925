//! What differs between two configs beside the allocation: when and how to rebalance, limits, costs, cash, and what is
//! said of each asset; and between the policies of an owner.
//!
//! Values are compared by what they mean: a key that says its default is the same as one that is not there. Names for
//! people are no settings.

use crate::calendar::CalendarId;
use crate::config::{
    Amount, Asset, BaseCurrency, Cash, CashPolicy, Config, Constraints, Convention, CostBasis, Costs, Currency, Day,
    Days, Destination, DriftKind, DriftTrigger, Entries, Field, Funding, Portfolio, Rebalancing, ScheduleDay,
    Scheduled, Sessions, Sleeve, Taxes, get,
};
use crate::money::{Rate, Weight};
use crate::policy::{Policies, Value};
use crate::portfolio::{Code, EX_DIVIDEND_WINDOW};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What a setting is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The portfolio.
    Portfolio,
    /// An asset.
    Asset(Code),
    /// A rule, in the owner's policies.
    Rule(String),
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What it is about.
    pub about: About,
    /// Its key: the path below `portfolio`, the key of an asset, `level` or `parameters.NAME` of a rule.
    pub key: String,
    /// What it was; none where nothing was said and nothing is the default.
    pub from: Option<String>,
    /// What it is.
    pub to: Option<String>,
}

type Read<T> = fn(&T) -> Option<String>;

/// The settings of a portfolio: the path of each below `portfolio`, and what it says.
const OF_PORTFOLIO: &[(&str, Read<Portfolio>)] = &[
    ("base_currency", |p| Some(currency(p)?.word().to_owned())),
    ("broker", |p| text(get(p.broker.as_ref())?)),
    ("timezone", |p| match get(p.timezone.as_ref()) {
        Some(zone) => Some(zone.name().to_owned()),
        None => Some(base(p)?.zone().name().to_owned()),
    }),
    ("calendar", |p| Some(calendar(p)?.to_string())),
    ("benchmarks", |p| list(get(p.benchmarks.as_ref())?.iter().map(|name| Some(name.get()?.0.clone())))),
    ("outside", |p| list(get(p.outside.as_ref())?.iter().map(|code| Some(code.get()?.0.clone())))),
    ("rebalancing.strategy", |p| Some(get(rebalancing(p)?.strategy.as_ref())?.word().to_owned())),
    ("rebalancing.scheduled.frequency", |p| Some(get(scheduled(p)?.frequency.as_ref())?.word().to_owned())),
    ("rebalancing.scheduled.months", |p| {
        numbers(get(scheduled(p)?.months.as_ref())?.iter().map(|month| Some(month.get()?.0)))
    }),
    ("rebalancing.scheduled.day", |p| Some(get(scheduled(p)?.day.as_ref())?.to_string())),
    ("rebalancing.scheduled.convention", |p| {
        let ScheduleDay::Number(_) = get(scheduled(p)?.day.as_ref())? else { return None };
        let own = get(scheduled(p)?.convention.as_ref()).copied();
        Some(own.unwrap_or(Convention::Following).word().to_owned())
    }),
    ("rebalancing.drift_trigger.type", |p| {
        Some(get(drift(p)?.kind.as_ref()).copied().unwrap_or(DriftKind::Absolute).word().to_owned())
    }),
    ("rebalancing.drift_trigger.threshold", |p| weight(drift(p)?.threshold.as_ref())),
    ("rebalancing.drift_trigger.check_frequency", |p| Some(get(drift(p)?.check_frequency.as_ref())?.word().to_owned())),
    ("rebalancing.destination", |p| {
        Some(get(rebalancing(p)?.destination.as_ref()).copied().unwrap_or(Destination::Target).word().to_owned())
    }),
    ("rebalancing.constraints.min_trade_amount", |p| amount(constraints(p).and_then(|c| c.min_trade_amount.as_ref()))),
    ("rebalancing.constraints.avoid_ex_dividend_dates", |p| {
        flag(constraints(p).and_then(|c| c.avoid_ex_dividend_dates.as_ref()))
    }),
    ("rebalancing.constraints.ex_dividend_window", |p| Some(window(p).to_string())),
    ("rebalancing.constraints.ex_dividend_before", |p| side(p, |constraints| constraints.ex_dividend_before.as_ref())),
    ("rebalancing.constraints.ex_dividend_after", |p| side(p, |constraints| constraints.ex_dividend_after.as_ref())),
    ("rebalancing.constraints.tax_loss_harvesting", |p| {
        flag(constraints(p).and_then(|c| c.tax_loss_harvesting.as_ref()))
    }),
    ("rebalancing.constraints.max_turnover", |p| weight(constraints(p)?.max_turnover.as_ref())),
    ("rebalancing.constraints.max_order_amount", |p| {
        Some(get(constraints(p)?.max_order_amount.as_ref())?.0.to_string())
    }),
    ("rebalancing.constraints.max_orders", |p| Some(get(constraints(p)?.max_orders.as_ref())?.0.to_string())),
    ("rebalancing.constraints.max_price_age", |p| Some(get(constraints(p)?.max_price_age.as_ref())?.0.to_string())),
    ("rebalancing.constraints.cash_reserve", |p| amount(constraints(p).and_then(|c| c.cash_reserve.as_ref()))),
    ("rebalancing.constraints.funding", |p| {
        let own = constraints(p).and_then(|c| get(c.funding.as_ref()));
        Some(own.copied().unwrap_or(Funding::Own).word().to_owned())
    }),
    ("rebalancing.constraints.price_tolerance", |p| {
        Some(plain(get(constraints(p)?.price_tolerance.as_ref())?.decimal()))
    }),
    ("rebalancing.constraints.plan_max_age", |p| {
        let Days(days) = get(constraints(p)?.plan_max_age.as_ref())?;
        Some(days.to_string())
    }),
    ("costs.etf_commission_rate", |p| rate(costs(p)?.etf_commission_rate.as_ref())),
    ("costs.commission_minimum", |p| amount(costs(p)?.commission_minimum.as_ref())),
    ("costs.commission_per_order", |p| amount(costs(p)?.commission_per_order.as_ref())),
    ("costs.conversion_rate", |p| {
        let own = get(costs(p)?.conversion_rate.as_ref());
        Some(own.map_or_else(|| "0".to_owned(), |rate| plain(rate.decimal())))
    }),
    ("costs.etf_tax_rate", |p| rate(costs(p)?.etf_tax_rate.as_ref())),
    ("costs.overseas_etf_tax_rate", |p| {
        let own = get(costs(p)?.overseas_etf_tax_rate.as_ref());
        Some(own.map_or_else(|| "0.22".to_owned(), |rate| plain(rate.decimal())))
    }),
    ("costs.cost_basis", |p| {
        Some(get(costs(p)?.cost_basis.as_ref()).copied().unwrap_or(CostBasis::Fifo).word().to_owned())
    }),
    ("costs.slippage_estimate", |p| rate(costs(p)?.slippage_estimate.as_ref())),
    ("taxes.as_of", |p| {
        let own = taxes(p).and_then(|t| get(t.as_of.as_ref()));
        Some(own.map_or_else(|| "2026-01-01".to_owned(), |day| day.0.to_string()))
    }),
    ("taxes.kr_other_rate", |p| {
        let own = taxes(p).and_then(|t| get(t.kr_other_rate.as_ref()));
        Some(own.map_or_else(|| "0.154".to_owned(), |rate| plain(rate.decimal())))
    }),
    ("taxes.overseas_rate", |p| Some(plain(get(taxes(p)?.overseas_rate.as_ref())?.decimal()))),
    ("taxes.overseas_deduction", |p| {
        let own = taxes(p).and_then(|t| get(t.overseas_deduction.as_ref()));
        Some(own.map_or_else(|| "2500000".to_owned(), |amount| plain(amount.0.decimal())))
    }),
    ("cash.policy", |p| policy(cash(p).and_then(|cash| cash.policy.as_ref()))),
    ("cash.dividends", |p| policy(cash(p).and_then(|cash| cash.dividends.as_ref()))),
    ("cash.deploy", |p| flag(cash(p).and_then(|cash| cash.deploy.as_ref()))),
    ("cash.reserve", |p| amount(cash(p).and_then(|cash| cash.reserve.as_ref()))),
];

/// The settings of an asset, but for its currency, which may follow the portfolio's: the key of each, what it says, and
/// what it means not to say it.
const OF_ASSET: &[(&str, Read<Asset>, Option<&str>)] = &[
    ("tags", |a| list(get(a.tags.as_ref())?.iter().map(|tag| Some(tag.get()?.0.clone()))), None),
    ("market", |a| Some(get(a.market.as_ref())?.word().to_owned()), None),
    ("tax_class", |a| Some(get(a.tax_class.as_ref())?.word().to_owned()), None),
    ("lot_size", |a| Some(plain(get(a.lot_size.as_ref())?.0.decimal())), Some("1")),
    ("increment", |a| Some(plain(get(a.increment.as_ref())?.0.decimal())), Some("1")),
    (
        "ex_dividend_dates",
        |a| {
            let day = |field: &Field<Day>| Some(field.get()?.0.to_string());
            list(get(a.ex_dividend_dates.as_ref())?.iter().map(day))
        },
        None,
    ),
];

/// The setting of an asset that has its default from the portfolio.
const CURRENCY: &str = "currency";

/// Every setting that differs between two configs: those of the portfolio in the order of the file, then those of assets
/// by code. Of an asset that came, what it says beyond the usual; of one that went, nothing.
#[must_use]
pub fn settings(before: &Config, after: &Config) -> Vec<Setting> {
    let mut all = Vec::new();
    let [old, new] = [before, after].map(Config::portfolio);
    for (key, read) in OF_PORTFOLIO {
        let (from, to) = (old.and_then(read), new.and_then(read));
        all.extend(differs(About::Portfolio, key, from, to));
    }
    let (old_assets, new_assets) = (by_code(before), by_code(after));
    let bases = [old.and_then(currency), new.and_then(currency)];
    for (code, asset) in &new_assets {
        all.extend(of_asset(code, old_assets.get(code).copied(), asset, bases));
    }
    all
}

fn of_asset(code: &Code, old: Option<&Asset>, new: &Asset, bases: [Option<Currency>; 2]) -> Vec<Setting> {
    let about = || About::Asset(code.clone());
    let mut all = Vec::new();
    for (key, read, default) in OF_ASSET {
        let usual = || default.map(str::to_owned);
        let from = old.and_then(read).or_else(usual);
        all.extend(differs(about(), key, from, read(new).or_else(usual)));
    }
    let own = |asset: &Asset, base: Option<Currency>| get(asset.currency.as_ref()).copied().or(base);
    let (from, to) = (old.map_or(bases[1], |old| own(old, bases[0])), own(new, bases[1]));
    // What follows the portfolio's currency on both sides is said by that.
    let follows = from == bases[0] && to == bases[1];
    let word = |currency: Option<Currency>| currency.map(|currency| currency.word().to_owned());
    if !follows {
        all.extend(differs(about(), CURRENCY, word(from), word(to)));
    }
    all
}

/// Every level and parameter of a rule that differs between two policies, and every rule of the owner's that came, went
/// or asks something else.
#[must_use]
pub fn policies(before: &Policies, after: &Policies) -> Vec<Setting> {
    let ids: BTreeSet<&str> = before.ids().chain(after.ids()).collect();
    let mut all = Vec::new();
    for id in ids {
        let [old, new] = [before, after].map(|policies| of_rule(policies, id));
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            all.extend(differs(About::Rule(id.to_owned()), key, old.get(key).cloned(), new.get(key).cloned()));
        }
    }
    all
}

/// What a rule is run with, by key.
fn of_rule(policies: &Policies, id: &str) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    if let Some(setting) = policies.setting(id) {
        said.insert("level".to_owned(), setting.level.word().to_owned());
        said.extend(setting.parameters.iter().map(|(name, value)| (format!("parameters.{name}"), parameter(value))));
    }
    if let Some(custom) = policies.customs().find(|custom| custom.id == id) {
        said.insert("expression".to_owned(), custom.expression.text.clone());
        said.insert("for_each".to_owned(), custom.scope.word().to_owned());
        let texts = [("when", &custom.when), ("message", &custom.message)];
        said.extend(texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.as_ref()?.text.clone()))));
    }
    said
}

/// A parameter as one text. The order of a list or a mapping says nothing.
fn parameter(value: &Value) -> String {
    match value.json() {
        Json::Array(mut items) => {
            items.sort_by_key(Json::to_string);
            Json::Array(items).to_string()
        }
        Json::Object(entries) => {
            Json::Object(entries.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()).to_string()
        }
        Json::String(text) => text.parse::<Decimal>().map_or(text, plain),
        other => other.to_string(),
    }
}

fn differs(about: About, key: &str, from: Option<String>, to: Option<String>) -> Option<Setting> {
    (from != to).then(|| Setting { about, key: key.to_owned(), from, to })
}

fn by_code(config: &Config) -> BTreeMap<&Code, &Asset> {
    let entries: Option<&Entries<Sleeve>> = config.portfolio().and_then(|p| get(p.allocation.as_ref()));
    let sleeves = entries.into_iter().flat_map(|entries| &entries.0).filter_map(|(_, sleeve)| sleeve.get());
    sleeves.flat_map(Sleeve::assets).filter_map(|asset| Some((get(asset.code.as_ref())?, asset))).collect()
}

fn base(p: &Portfolio) -> Option<BaseCurrency> {
    get(p.base_currency.as_ref()).copied()
}

fn currency(p: &Portfolio) -> Option<Currency> {
    base(p).map(BaseCurrency::currency)
}

fn calendar(p: &Portfolio) -> Option<CalendarId> {
    match get(p.calendar.as_ref()) {
        Some(name) => Some(name.id()),
        None => Some(base(p)?.calendar()),
    }
}

fn rebalancing(p: &Portfolio) -> Option<&Rebalancing> {
    get(p.rebalancing.as_ref())
}

fn scheduled(p: &Portfolio) -> Option<&Scheduled> {
    get(rebalancing(p)?.scheduled.as_ref())
}

fn drift(p: &Portfolio) -> Option<&DriftTrigger> {
    get(rebalancing(p)?.drift_trigger.as_ref())
}

fn constraints(p: &Portfolio) -> Option<&Constraints> {
    get(rebalancing(p)?.constraints.as_ref())
}

/// Sessions on both sides of an ex-dividend date.
fn window(p: &Portfolio) -> u32 {
    let own = constraints(p).and_then(|c| get(c.ex_dividend_window.as_ref()));
    own.map_or(EX_DIVIDEND_WINDOW, |sessions| sessions.0)
}

/// Sessions on one side of an ex-dividend date, where they are others than on both.
fn side(p: &Portfolio, of: fn(&Constraints) -> Option<&Field<Sessions>>) -> Option<String> {
    let Sessions(own) = get(of(constraints(p)?))?;
    (*own != window(p)).then(|| own.to_string())
}

fn costs(p: &Portfolio) -> Option<&Costs> {
    get(p.costs.as_ref())
}

fn taxes(p: &Portfolio) -> Option<&Taxes> {
    get(p.taxes.as_ref())
}

fn cash(p: &Portfolio) -> Option<&Cash> {
    get(p.cash.as_ref())
}

fn text(text: &crate::config::Text) -> Option<String> {
    Some(text.0.clone())
}

/// A number in one spelling.
fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

fn weight(field: Option<&Field<Weight>>) -> Option<String> {
    Some(plain(get(field)?.decimal()))
}

/// A rate; 0 where none is given.
fn rate(field: Option<&Field<Rate>>) -> Option<String> {
    Some(plain(get(field).map_or(Decimal::ZERO, |rate| rate.decimal())))
}

/// An amount; 0 where none is given.
fn amount(field: Option<&Field<Amount>>) -> Option<String> {
    Some(plain(get(field).map_or(Decimal::ZERO, |amount| amount.0.decimal())))
}

/// Yes or no; no where nothing is said.
fn policy(field: Option<&Field<CashPolicy>>) -> Option<String> {
    Some(get(field).copied().unwrap_or(CashPolicy::Reinvest).word().to_owned())
}

fn flag(field: Option<&Field<bool>>) -> Option<String> {
    Some(get(field).copied().unwrap_or(false).to_string())
}

/// Texts, each once and in quotes, so that two lists that differ never look the same; none for none.
fn list(items: impl Iterator<Item = Option<String>>) -> Option<String> {
    let items: BTreeSet<String> = items.collect::<Option<_>>()?;
    (!items.is_empty()).then(|| Json::from_iter(items).to_string())
}

fn numbers(items: impl Iterator<Item = Option<u32>>) -> Option<String> {
    let items: BTreeSet<u32> = items.collect::<Option<_>>()?;
    let texts: Vec<String> = items.iter().map(u32::to_string).collect();
    Some(format!("[{}]", texts.join(", ")))
}

#[cfg(test)]
mod tests;
