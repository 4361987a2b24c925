//! The domain: assets, bands, sleeves, and the allocation that git history is asked about.
//!
//! Places in a file must never enter this room, nor anything that can fail: a [`Portfolio`] is complete and exact.

mod exchange;

pub use crate::code::Code;
pub use exchange::Exchange;

use crate::calendar::{CalendarId, Dates, Roll};
use crate::config::{
    self, CashPolicy, Config, Convention, CostBasis, Currency, Destination, DriftKind, Field, Frequency, Market,
    ScheduleDay, Strategy, TaxClass, get,
};
use crate::money::{Money, Quantity, Rate, Weight};
use crate::zone::Zone;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The part of a config that the cooldown protects: what is held, in which sleeve, at which target, in which band.
///
/// Comments, order, the spelling of numbers and display names are not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allocation {
    /// Weight of each sleeve by name.
    pub sleeves: BTreeMap<String, Weight>,
    /// Share of each asset by code.
    pub assets: BTreeMap<Code, Share>,
}

/// What an allocation says of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The sleeve it stands in.
    pub sleeve: String,
    /// Target weight.
    pub target: Weight,
    /// Lower edge of the band.
    pub min: Weight,
    /// Upper edge of the band.
    pub max: Weight,
}

impl Allocation {
    /// The allocation of a config; `None` while any part of it cannot be read, or a code stands twice.
    #[must_use]
    pub fn of(config: &Config) -> Option<Self> {
        let mut allocation = Self::default();
        for (name, sleeve) in &get(config.portfolio()?.allocation.as_ref())?.0 {
            let (name, sleeve) = (name.get()?, sleeve.get()?);
            allocation.sleeves.insert(name.clone(), *get(sleeve.weight.as_ref())?);
            for asset in get(sleeve.assets.as_ref())? {
                let asset = asset.get()?;
                let share = Share {
                    sleeve: name.clone(),
                    target: *get(asset.target.as_ref())?,
                    min: *get(asset.min.as_ref())?,
                    max: *get(asset.max.as_ref())?,
                };
                if allocation.assets.insert(get(asset.code.as_ref())?.clone(), share).is_some() {
                    return None;
                }
            }
        }
        Some(allocation)
    }
}

/// A portfolio: everything a plan needs to know of the config.
#[derive(Clone, PartialEq, Eq)]
pub struct Portfolio {
    /// Its name.
    pub name: String,
    /// The base currency: that of weights, limits and taxes.
    pub currency: Currency,
    /// The broker's name, if the config gives one.
    pub broker: Option<String>,
    /// The time zone in which instants are shown.
    pub zone: Zone,
    /// The calendar of trading days.
    pub calendar: CalendarId,
    /// Codes that may be held but are no part of the portfolio.
    pub outside: BTreeSet<Code>,
    /// What is wanted of each asset.
    pub allocation: Allocation,
    /// The assets by code.
    pub assets: BTreeMap<Code, Asset>,
    /// When to rebalance.
    pub trigger: Trigger,
    /// Where a rebalance brings a weight.
    pub destination: Destination,
    /// Limits on orders.
    pub limits: Limits,
    /// What trading costs.
    pub costs: Costs,
    /// What happens to cash.
    pub cash: CashPolicy,
    /// What happens to the part of it that came from dividends.
    pub dividends: CashPolicy,
    /// Whether what would be left above the reserve is to be spent.
    pub deploy_cash: bool,
    /// What pays for orders where there are several currencies.
    pub exchange: Exchange,
}

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// A name for people.
    pub ticker: String,
    /// The sleeve it stands in.
    pub sleeve: String,
    /// Target weight.
    pub target: Weight,
    /// Lower edge of the band.
    pub min: Weight,
    /// Upper edge of the band.
    pub max: Weight,
    /// Words it is grouped by.
    pub tags: Vec<String>,
    /// Currency of its price.
    pub currency: Currency,
    /// Where it is listed, if the config says.
    pub market: Option<Market>,
    /// How its gains are taxed, if the config says.
    pub tax_class: Option<TaxClass>,
    /// Orders are multiples of this many shares: a lot of several, or a part of one.
    pub lot: Quantity,
    /// Days on which the price is quoted without the next dividend for the first time.
    pub ex_dividend: Vec<NaiveDate>,
}

/// When to rebalance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Which triggers count.
    pub strategy: Strategy,
    /// How often, and the dates of the schedule.
    pub schedule: Option<(Frequency, Dates)>,
    /// How drift is measured, and the threshold; none where it is bands alone that count.
    pub drift: Option<(DriftKind, Weight)>,
}

/// Limits on orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The smallest order, inclusive.
    pub min_trade: Money,
    /// When an asset is left alone because of an ex-dividend date; `None` when it never is.
    pub ex_dividend: Option<ExDividendWindow>,
    /// Largest turnover of one plan as a fraction of the portfolio.
    pub max_turnover: Option<Weight>,
    /// The largest order, inclusive.
    pub max_order: Option<Money>,
    /// The most orders of one plan.
    pub max_orders: Option<u32>,
    /// How many days old prices may be.
    pub max_price_age: Option<u32>,
    /// Cash that must be left.
    pub reserve: Money,
    /// How far a live price may lie from the plan's.
    pub price_tolerance: Option<Rate>,
    /// How many days after the data's date a plan may be applied.
    pub max_age: Option<u32>,
}

/// The sessions around an ex-dividend date in which an asset is left alone; the date itself is always one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExDividendWindow {
    /// How many before it.
    pub before: u32,
    /// How many after it.
    pub after: u32,
}

/// What trading costs: fractions of the traded amount or of the gain, and amounts of each order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// Commission.
    pub commission: Rate,
    /// The least commission of an order.
    pub commission_minimum: Money,
    /// What each order costs on top of that.
    pub commission_per_order: Money,
    /// Slippage.
    pub slippage: Rate,
    /// Tax on the gain of an asset without a tax class.
    pub tax: Rate,
    /// What the law says of gains.
    pub taxes: Taxes,
    /// Which of the shares a sale sells.
    pub basis: CostBasis,
}

/// What gains are taxed at: figures of the law on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxes {
    /// The day on which they were true.
    pub as_of: NaiveDate,
    /// On the gain of a sale of a Korean-listed ETF that is not on Korean equity.
    pub kr_other: Rate,
    /// On a year's gains of overseas assets above the deduction.
    pub overseas: Rate,
    /// The part of a year's gains of overseas assets that is free of tax, in won.
    pub deduction: Money,
}

/// The day on which the figures below were true.
const TAXES_AS_OF: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// 14 % income tax and 1.4 % local tax, withheld as dividend income (Income Tax Act, articles 17 and 129).
const KR_OTHER_TAX: Decimal = Decimal::from_parts(154, 0, 0, false, 3);
/// 20 % income tax and 2 % local tax on transfers of foreign shares (Income Tax Act, articles 94 and 104).
const OVERSEAS_TAX: Decimal = Decimal::from_parts(22, 0, 0, false, 2);
/// The basic deduction of transfers in a year (Income Tax Act, article 103).
const OVERSEAS_DEDUCTION: i64 = 2_500_000;

/// Sessions left alone before and after an ex-dividend date when the config does not say how many.
pub const EX_DIVIDEND_WINDOW: u32 = 3;

impl Portfolio {
    /// The currencies of its assets other than the base currency.
    #[must_use]
    pub fn foreign(&self) -> BTreeSet<Currency> {
        self.assets.values().map(|asset| asset.currency).filter(|currency| *currency != self.currency).collect()
    }

    /// The portfolio of a config; `None` while any part of it that is needed cannot be read.
    ///
    /// This does not judge it: only [`crate::rules::judge`] makes a portfolio [`crate::rules::Sound`].
    #[must_use]
    pub fn of(config: &Config) -> Option<Self> {
        let p = config.portfolio()?;
        let base = *get(p.base_currency.as_ref())?;
        let currency = base.currency();
        let rebalancing = get(p.rebalancing.as_ref())?;
        let cash = match &p.cash {
            None => &config::Cash::default(),
            Some(field) => field.get()?,
        };
        Some(Self {
            name: get(p.name.as_ref())?.0.clone(),
            currency,
            broker: optional(&p.broker)?.map(|broker| broker.0.clone()),
            zone: optional(&p.timezone)?.copied().unwrap_or_else(|| base.zone()),
            calendar: optional(&p.calendar)?.map_or_else(|| base.calendar(), |name| name.id()),
            outside: list(&p.outside)?.into_iter().cloned().collect(),
            allocation: Allocation::of(config)?,
            assets: assets(p, currency)?,
            trigger: trigger(rebalancing)?,
            destination: optional(&rebalancing.destination)?.copied().unwrap_or(Destination::Target),
            limits: limits(rebalancing, cash)?,
            costs: costs(p)?,
            cash: optional(&cash.policy)?.copied().unwrap_or(CashPolicy::Reinvest),
            dividends: optional(&cash.dividends)?.copied().unwrap_or(CashPolicy::Reinvest),
            deploy_cash: optional(&cash.deploy)?.copied().unwrap_or(false),
            exchange: Exchange::of(p, rebalancing)?,
        })
    }
}

/// An optional value: absent is fine, unreadable is not.
fn optional<T>(field: &Option<Field<T>>) -> Option<Option<&T>> {
    match field {
        None => Some(None),
        Some(field) => field.get().map(Some),
    }
}

fn list<T>(field: &Option<Field<Vec<Field<T>>>>) -> Option<Vec<&T>> {
    optional(field)?.into_iter().flatten().map(Field::get).collect()
}

fn assets(p: &config::Portfolio, base: Currency) -> Option<BTreeMap<Code, Asset>> {
    let mut assets = BTreeMap::new();
    for (name, sleeve) in &get(p.allocation.as_ref())?.0 {
        for asset in get(sleeve.get()?.assets.as_ref())? {
            let a = asset.get()?;
            let code = get(a.code.as_ref())?.clone();
            assets.insert(code, asset_of(a, name.get()?, base)?);
        }
    }
    Some(assets)
}

fn asset_of(a: &config::Asset, sleeve: &str, base: Currency) -> Option<Asset> {
    Some(Asset {
        ticker: get(a.ticker.as_ref())?.0.clone(),
        sleeve: sleeve.to_owned(),
        target: *get(a.target.as_ref())?,
        min: *get(a.min.as_ref())?,
        max: *get(a.max.as_ref())?,
        tags: list(&a.tags)?.into_iter().map(|tag| tag.0.clone()).collect(),
        currency: optional(&a.currency)?.copied().unwrap_or(base),
        market: optional(&a.market)?.copied(),
        tax_class: optional(&a.tax_class)?.copied(),
        lot: lot(a)?,
        ex_dividend: list(&a.ex_dividend_dates)?.into_iter().map(|day| day.0).collect(),
    })
}

/// What orders are multiples of. A rule says that not both keys may stand there.
fn lot(a: &config::Asset) -> Option<Quantity> {
    let (lot, part) = (optional(&a.lot_size)?, optional(&a.increment)?);
    Some(lot.map(|lot| lot.0).or(part.map(|part| part.0)).unwrap_or(Quantity::new(1.into())))
}

fn trigger(r: &config::Rebalancing) -> Option<Trigger> {
    let strategy = *get(r.strategy.as_ref())?;
    let schedule = match optional(&r.scheduled)? {
        None => None,
        Some(s) => Some((*get(s.frequency.as_ref())?, dates(s)?)),
    };
    let drift = match optional(&r.drift_trigger)? {
        None => None,
        Some(d) => {
            let kind = optional(&d.kind)?.copied().unwrap_or(DriftKind::Absolute);
            Some((kind, *get(d.threshold.as_ref())?))
        }
    };
    Some(Trigger { strategy, schedule, drift: drift.filter(|_| strategy != Strategy::Bands) })
}

fn dates(s: &config::Scheduled) -> Option<Dates> {
    let months = list(&s.months)?.into_iter().map(|month| month.0).collect();
    let convention = optional(&s.convention)?.copied().unwrap_or(Convention::Following);
    Some(match get(s.day.as_ref())? {
        ScheduleDay::FirstBusinessDay => Dates::first_sessions(months),
        ScheduleDay::LastBusinessDay => Dates::last_sessions(months),
        ScheduleDay::Number(day) => {
            let roll = match convention {
                Convention::Following => Roll::Following,
                Convention::Preceding => Roll::Preceding,
            };
            Dates { months, day: *day, roll }
        }
    })
}

fn limits(r: &config::Rebalancing, cash: &config::Cash) -> Option<Limits> {
    let default = config::Constraints::default();
    let c = optional(&r.constraints)?.unwrap_or(&default);
    optional(&c.tax_loss_harvesting)?;
    let amount = |field| Some(optional(field)?.map_or(Money::ZERO, |amount: &config::Amount| amount.0));
    let sessions = |field, default| Some(optional(field)?.map_or(default, |sessions: &config::Sessions| sessions.0));
    let both = sessions(&c.ex_dividend_window, EX_DIVIDEND_WINDOW)?;
    let window = ExDividendWindow {
        before: sessions(&c.ex_dividend_before, both)?,
        after: sessions(&c.ex_dividend_after, both)?,
    };
    let avoid = optional(&c.avoid_ex_dividend_dates)?.copied().unwrap_or(false);
    Some(Limits {
        min_trade: amount(&c.min_trade_amount)?,
        ex_dividend: avoid.then_some(window),
        max_turnover: optional(&c.max_turnover)?.copied(),
        max_order: optional(&c.max_order_amount)?.map(|amount| amount.0),
        max_orders: optional(&c.max_orders)?.map(|orders| orders.0),
        max_price_age: optional(&c.max_price_age)?.map(|days| days.0),
        reserve: amount(&c.cash_reserve)?.max(amount(&cash.reserve)?),
        price_tolerance: optional(&c.price_tolerance)?.copied(),
        max_age: optional(&c.plan_max_age)?.map(|days| days.0),
    })
}

fn costs(p: &config::Portfolio) -> Option<Costs> {
    let c = get(p.costs.as_ref())?;
    let amount = |field| Some(optional(field)?.map_or(Money::ZERO, |amount: &config::Amount| amount.0));
    Some(Costs {
        commission: *get(c.etf_commission_rate.as_ref())?,
        commission_minimum: amount(&c.commission_minimum)?,
        commission_per_order: amount(&c.commission_per_order)?,
        slippage: *get(c.slippage_estimate.as_ref())?,
        tax: optional(&c.etf_tax_rate)?.copied().unwrap_or(Rate::ZERO),
        taxes: taxes(p, c)?,
        basis: optional(&c.cost_basis)?.copied().unwrap_or(CostBasis::Fifo),
    })
}

fn taxes(p: &config::Portfolio, c: &config::Costs) -> Option<Taxes> {
    let default = config::Taxes::default();
    let t = optional(&p.taxes)?.unwrap_or(&default);
    let overseas = optional(&t.overseas_rate)?.or(optional(&c.overseas_etf_tax_rate)?);
    let deduction = optional(&t.overseas_deduction)?.map(|amount| amount.0);
    Some(Taxes {
        as_of: optional(&t.as_of)?.map_or(TAXES_AS_OF, |day| day.0),
        kr_other: optional(&t.kr_other_rate)?.copied().unwrap_or(Rate::new(KR_OTHER_TAX)),
        overseas: overseas.copied().unwrap_or(Rate::new(OVERSEAS_TAX)),
        deduction: deduction.unwrap_or(Money::new(OVERSEAS_DEDUCTION.into())),
    })
}
