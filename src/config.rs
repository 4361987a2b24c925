//! The shape of `portfolio_config.yaml`: one set of types for reading it and for its JSON Schema.
//!
//! Reading is tolerant: what cannot be read is absent and listed as a [`Misread`], so that one fault hides no other.
//! What the values mean together (sums, bands, dates) must never enter this room; rules say that.

mod costs;
mod field;
mod node;
mod words;

pub use costs::{Costs, Taxes};
pub(crate) use field::{CODE_PATTERN, is_code};
pub use field::{Entries, Field, Name, Text, day, get};
pub use node::{Misread, MisreadKind};
pub(crate) use node::{read_as, read_node};
pub use words::{
    BaseCurrency, CalendarName, CashPolicy, CheckFrequency, Convention, CostBasis, Currency, Destination, DriftKind,
    Frequency, Funding, Market, Strategy, TaxClass,
};

use crate::code::Code;
use crate::document::Reading;
use crate::money::{Money, Quantity, Rate, Weight};
use crate::zone::Zone;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "portfolio_config.yaml")]
pub struct Config {
    /// The portfolio: what it holds, when it is rebalanced, what trading costs.
    #[schemars(required)]
    pub portfolio: Option<Field<Portfolio>>,
}

/// The portfolio.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Portfolio {
    /// A name for people.
    #[schemars(required)]
    pub name: Option<Field<Text>>,
    /// Whose portfolio it is.
    pub owner: Option<Field<Text>>,
    /// The currency weights, limits and taxes are in, and all amounts of assets without a `currency` of their own.
    #[schemars(required)]
    pub base_currency: Option<Field<BaseCurrency>>,
    /// The broker's name.
    pub broker: Option<Field<Text>>,
    /// IANA time zone in which instants are shown. Default by base currency: KRW is Asia/Seoul, USD is America/New_York.
    #[schemars(example = "Asia/Seoul")]
    pub timezone: Option<Field<Zone>>,
    /// Calendar of trading days. Default by base currency: KRW is XKRX, USD is XNYS.
    pub calendar: Option<Field<CalendarName>>,
    /// Codes or index names that reports compare with.
    pub benchmarks: Option<Field<Vec<Field<Text>>>>,
    /// Codes that may be held but belong to no sleeve: they are left out of the weights and never traded.
    pub outside: Option<Field<Vec<Field<Code>>>>,
    /// Sleeves by name; their weights add up to 1.
    #[schemars(required)]
    pub allocation: Option<Field<Entries<Sleeve>>>,
    /// When to rebalance, and within which limits.
    #[schemars(required)]
    pub rebalancing: Option<Field<Rebalancing>>,
    /// What trading costs.
    #[schemars(required)]
    pub costs: Option<Field<Costs>>,
    /// What gains are taxed at.
    pub taxes: Option<Field<Taxes>>,
    /// What to do with cash.
    pub cash: Option<Field<Cash>>,
}

/// A sleeve: a named part of the portfolio.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Sleeve {
    /// Weight of the sleeve as a fraction of the portfolio; the sum of its assets' targets.
    #[schemars(required)]
    pub weight: Option<Field<Weight>>,
    /// The assets of the sleeve.
    #[schemars(required, length(min = 1))]
    pub assets: Option<Field<Vec<Field<Asset>>>>,
}

/// An asset.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Asset {
    /// A name for people.
    #[schemars(required)]
    pub ticker: Option<Field<Text>>,
    /// The exchange's code, in quotes: `069500` without them is a number to other YAML readers.
    #[schemars(required)]
    pub code: Option<Field<Code>>,
    /// Target weight as a fraction of the portfolio; 0 sells what is held.
    #[schemars(required)]
    pub target: Option<Field<Weight>>,
    /// Lower edge of the band: a weight below it is out of the band.
    #[schemars(required)]
    pub min: Option<Field<Weight>>,
    /// Upper edge of the band: a weight above it is out of the band.
    #[schemars(required)]
    pub max: Option<Field<Weight>>,
    /// Words to group assets by.
    pub tags: Option<Field<Vec<Field<Text>>>>,
    /// Currency of the price, when it is not the base currency. Its rate stands in `fx.yaml`.
    pub currency: Option<Field<Currency>>,
    /// Where it is listed.
    pub market: Option<Field<Market>>,
    /// How gains are taxed. Without it `costs.etf_tax_rate` applies.
    pub tax_class: Option<Field<TaxClass>>,
    /// Orders are multiples of this many shares: a lot larger than one share. Default 1.
    #[schemars(extend("default" = 1))]
    pub lot_size: Option<Field<LotSize>>,
    /// Orders are multiples of this part of a share, where the broker trades fractions: `0.001`. Not together with
    /// `lot_size`. Default 1, whole shares.
    #[schemars(extend("default" = 1))]
    pub increment: Option<Field<Increment>>,
    /// Days on which the price is quoted without the next dividend for the first time.
    pub ex_dividend_dates: Option<Field<Vec<Field<Day>>>>,
}

/// When to rebalance, and within which limits.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rebalancing {
    /// `time` looks at the schedule, `threshold` at drift and bands, `bands` at bands alone, `hybrid` at all of them.
    #[schemars(required)]
    pub strategy: Option<Field<Strategy>>,
    /// The schedule; `time` and `hybrid` need it.
    pub scheduled: Option<Field<Scheduled>>,
    /// The drift that triggers a rebalance outside the schedule; `threshold` and `hybrid` need it.
    pub drift_trigger: Option<Field<DriftTrigger>>,
    /// Where a rebalance brings a weight: to the target, to the edge of the band, or halfway between.
    #[schemars(extend("default" = "target"))]
    pub destination: Option<Field<Destination>>,
    /// Limits on orders.
    pub constraints: Option<Field<Constraints>>,
}

/// The schedule.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scheduled {
    /// How often.
    #[schemars(required)]
    pub frequency: Option<Field<Frequency>>,
    /// Months, 1 to 12, in order.
    #[schemars(required, length(min = 1, max = 12))]
    pub months: Option<Field<Vec<Field<Month>>>>,
    /// Which day of the month: `first_business_day`, `last_business_day`, or a number; in a month that has no such day,
    /// its last one.
    #[schemars(required)]
    pub day: Option<Field<ScheduleDay>>,
    /// Where a day that is given as a number goes when the exchange is closed on it. Default `following`.
    #[schemars(extend("default" = "following"))]
    pub convention: Option<Field<Convention>>,
}

/// The drift that triggers a rebalance.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DriftTrigger {
    /// How drift is measured: `absolute` in points of the portfolio, `relative` to the target, `either` is whichever
    /// is reached first (the 5/25 rule). Default `absolute`.
    #[serde(rename = "type")]
    #[schemars(extend("default" = "absolute"))]
    pub kind: Option<Field<DriftKind>>,
    /// The drift at which a rebalance is due, as a fraction: `0.05` is 5 points. Reaching it is enough.
    #[schemars(required)]
    pub threshold: Option<Field<Weight>>,
    /// How often the owner means to look. It documents the job that runs `rebalance`; drift is judged at every run.
    pub check_frequency: Option<Field<CheckFrequency>>,
}

/// Limits on orders.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Constraints {
    /// The smallest order worth placing, in the base currency (inclusive). A full exit may be smaller.
    #[schemars(extend("default" = 0))]
    pub min_trade_amount: Option<Field<Amount>>,
    /// Leave an asset alone around its ex-dividend dates.
    #[schemars(extend("default" = false))]
    pub avoid_ex_dividend_dates: Option<Field<bool>>,
    /// Sessions before and after an ex-dividend date in which the asset is left alone. Default 3.
    #[schemars(extend("default" = 3))]
    pub ex_dividend_window: Option<Field<Sessions>>,
    /// Sessions before an ex-dividend date in which the asset is left alone, if not as many as `ex_dividend_window`.
    pub ex_dividend_before: Option<Field<Sessions>>,
    /// Sessions after an ex-dividend date in which the asset is left alone, if not as many as `ex_dividend_window`.
    pub ex_dividend_after: Option<Field<Sessions>>,
    /// Only `false`: this tool never sells to realise a loss.
    #[schemars(extend("const" = false))]
    pub tax_loss_harvesting: Option<Field<bool>>,
    /// Largest turnover of one plan: bought and sold amounts together, halved, as a fraction of the portfolio.
    pub max_turnover: Option<Field<Weight>>,
    /// The largest order worth trusting, in the base currency (inclusive). Without it orders may be of any size.
    pub max_order_amount: Option<Field<Amount>>,
    /// The most orders of one plan. Without it there may be one for every asset.
    pub max_orders: Option<Field<Orders>>,
    /// How many days old prices may be on the day of the plan and on the day it is applied. Without it prices of any age
    /// are planned with.
    pub max_price_age: Option<Field<Days>>,
    /// Cash that orders must leave untouched, in the base currency.
    #[schemars(extend("default" = 0))]
    pub cash_reserve: Option<Field<Amount>>,
    /// What pays for orders where there are several currencies: each currency for its own, or all for all, by conversions
    /// that are a part of the plan.
    #[schemars(extend("default" = "own"))]
    pub funding: Option<Field<Funding>>,
    /// How far a live price may lie from the plan's before `apply` refuses, as a fraction.
    pub price_tolerance: Option<Field<Rate>>,
    /// How many days after the data's date a plan may be applied. Without it a plan does not expire by age.
    pub plan_max_age: Option<Field<Days>>,
}

/// What to do with cash.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cash {
    /// `reinvest` counts cash in the total and spends it; `exclude` leaves it out of both. Default `reinvest`.
    #[schemars(extend("default" = "reinvest"))]
    pub policy: Option<Field<CashPolicy>>,
    /// The same for the part of the cash that the holdings say came from `dividends`. Default `reinvest`.
    #[schemars(extend("default" = "reinvest"))]
    pub dividends: Option<Field<CashPolicy>>,
    /// Spend what would be left above the reserve: it counts as an asset whose target is 0. Only where weights are brought to
    /// their targets.
    #[schemars(extend("default" = false))]
    pub deploy: Option<Field<bool>>,
    /// Cash that orders must leave untouched, in the base currency. The larger of this and `cash_reserve` holds.
    #[schemars(extend("default" = 0))]
    pub reserve: Option<Field<Amount>>,
}

/// An amount of money that is not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(pub Money);
/// What one unit of a currency is worth in another, above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeRate(pub Decimal);
/// A number of shares in a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotSize(pub Quantity);
/// A number of shares above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares(pub Quantity);
/// Which day of a scheduled month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleDay {
    /// The first trading day.
    FirstBusinessDay,
    /// The last trading day.
    LastBusinessDay,
    /// A day of the month, 1 to 31.
    Number(u32),
}
/// A part of a share, above 0 and at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Increment(pub Quantity);
/// A year, 2000 to 2999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Year(pub i32);
/// A month, 1 to 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(pub u32);
/// A number of trading sessions, 0 to 60.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sessions(pub u32);
/// A number of days, 0 to 3,660.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub u32);
/// A number of orders, 0 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orders(pub u32);
/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

impl Config {
    /// Reads the shape out of a tree. What cannot be read is absent and in the list, in file order.
    #[must_use]
    pub fn of(reading: &Reading) -> (Self, Vec<Misread>) {
        node::read(reading)
    }

    /// The portfolio, when it could be read.
    #[must_use]
    pub fn portfolio(&self) -> Option<&Portfolio> {
        self.portfolio.as_ref()?.get()
    }

    /// The portfolio's time zone, when it can be told.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        let portfolio = self.portfolio()?;
        let own = get(portfolio.timezone.as_ref()).copied();
        own.or_else(|| get(portfolio.base_currency.as_ref()).map(|currency| currency.zone()))
    }

    /// The sleeves with their names, in file order.
    pub fn sleeves(&self) -> impl Iterator<Item = (&Name, &Sleeve)> {
        let entries = self.portfolio().and_then(|p| p.allocation.as_ref()).and_then(Field::get);
        entries.into_iter().flat_map(|e| &e.0).filter_map(|(name, sleeve)| Some((name, sleeve.get()?)))
    }

    /// The assets of all sleeves, in file order.
    pub fn assets(&self) -> impl Iterator<Item = (&Name, &Asset)> {
        self.sleeves().flat_map(|(name, sleeve)| sleeve.assets().map(move |asset| (name, asset)))
    }
}

impl Sleeve {
    /// The assets that could be read, in file order.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.as_ref().and_then(Field::get).into_iter().flatten().filter_map(Field::get)
    }
}
