//! `plan.json`: the wire form of a plan, its canonical bytes and its identity.
//!
//! Everything here is text and integers, as it stands in the file; what it means must never enter this room. Nothing
//! in [`Meta`] decides anything, ever: it is not part of the identity and nobody compares it.

use crate::hash::sha256;
use crate::schema::{Sheet, schema_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of the format; the part before the dot is the major.
pub const FORMAT_VERSION: &str = "1.0";

/// The schema of `plan.json`.
pub const SHEET: Sheet = Sheet { file: "plan.schema.json", schema: schema_of::<PlanFile> };

/// A plan file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "plan.json")]
pub struct PlanFile {
    /// The version of the format.
    pub format_version: String,
    /// SHA-256 of the canonical body.
    pub plan_id: String,
    /// Where it came from; never hashed, never decides anything.
    pub meta: Meta,
    /// The plan.
    pub body: Body,
}

/// Where a plan came from. Never hashed, never decides anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// The time given with `--now`, or the committer time of `commit`; not the wall clock, so that the same inputs
    /// give the same bytes.
    pub created: Option<String>,
    /// The program and its version.
    pub tool: String,
    /// The commit that was checked out.
    pub commit: Option<String>,
}

/// What a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It has orders and every check passed.
    Applyable,
    /// There is nothing to do.
    Complete,
    /// A check refused or could not tell: it is for reading only.
    Errored,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Applyable => "applyable",
            Self::Complete => "complete",
            Self::Errored => "errored",
        })
    }
}

/// Declares wire structs: serialisable both ways, with a schema, and closed.
macro_rules! wire {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident: $type:ty,)+ })+) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)+
        })+
    };
}

mod currency;
mod made_from;
mod summary;
mod tax;

pub use currency::{Balance, Conversion, FxInput, FxRate};
pub use made_from::{BrokerInput, CalendarInput, LogInput};
pub use summary::{Costs, Summary};
pub use tax::{LotSold, TaxParams, Waiting, YearTax};

wire! {
    /// The plan itself: everything its identity covers.
    pub struct Body {
        /// Whether it can be applied.
        pub status: Status,
        /// What it was made from.
        pub inputs: Inputs,
        /// The settings that decided.
        pub params: Params,
        /// What was asked for.
        pub asked: Asked,
        /// What made a rebalance due.
        pub trigger: Trigger,
        /// The portfolio before.
        pub before: Before,
        /// The orders, sells first, each side by code.
        pub orders: Vec<Order>,
        /// What is converted of one currency into another, after the sales that bring cash and before all else that takes
        /// it; not there when nothing is.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub conversions: Vec<Conversion>,
        /// The portfolio after.
        pub after: After,
        /// What the rules said about it.
        pub checks: Vec<Check>,
        /// Cooldown overrides that were in force.
        pub overrides: Vec<Override>,
        /// The figures of the whole.
        pub summary: Summary,
    }

    /// What a plan was made from.
    pub struct Inputs {
        /// The day it is for.
        pub as_of: String,
        /// The day the holdings and their prices are of: a plan's age is counted from it.
        pub data_as_of: String,
        /// The config.
        pub config: ConfigInput,
        /// SHA-256 of the policies in effect.
        pub policies: String,
        /// SHA-256 of the holdings file; of an account at a broker, of its cash, quantities and costs.
        pub holdings: String,
        /// The account at a broker that cash, quantities and prices are of; not there when they are of a file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub broker: Option<BrokerInput>,
        /// SHA-256 of the file of ex-dividend dates; none without one.
        pub ex_dividend: Option<String>,
        /// The exchange rates; not there where one currency is all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fx: Option<FxInput>,
        /// The calendar.
        pub calendar: CalendarInput,
        /// The log.
        pub log: LogInput,
    }

    /// The config a plan was made from.
    pub struct ConfigInput {
        /// Its path in the repository, or its file name outside one.
        pub path: String,
        /// Its git blob; none when it is not committed as it stands.
        pub blob: Option<String>,
        /// SHA-256 of what it means: comments, order and spelling aside.
        pub semantic: String,
    }

    /// The settings that decided.
    pub struct Params {
        /// The base currency: that of all amounts that do not say another.
        pub currency: String,
        /// `time`, `threshold` or `hybrid`.
        pub strategy: String,
        /// Where weights are brought to.
        pub destination: String,
        /// The smallest order.
        pub min_trade_amount: String,
        /// Cash that must be left.
        pub reserve: String,
        /// Whether cash counts.
        pub cash_policy: String,
        /// Whether the part of it from dividends counts.
        pub dividends: String,
        /// Whether cash above the reserve counts as an asset whose target is 0.
        pub deploy_cash: bool,
        /// Commission as a fraction.
        pub commission_rate: String,
        /// The least commission of an order.
        pub commission_minimum: String,
        /// The fixed fee of an order.
        pub commission_per_order: String,
        /// Slippage as a fraction.
        pub slippage_rate: String,
        /// `convert`, where there are several currencies and all of them pay for all orders; not there otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub funding: Option<String>,
        /// What the bank keeps of an amount that is converted, as a fraction; there with `funding`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub conversion_rate: Option<String>,
        /// `fifo` or `moving_average`.
        pub cost_basis: String,
        /// What gains are taxed at.
        pub taxes: TaxParams,
        /// Largest turnover, if limited.
        pub max_turnover: Option<String>,
        /// Largest order, if limited.
        pub max_order_amount: Option<String>,
        /// Most orders, if limited.
        pub max_orders: Option<u32>,
        /// Days that prices may be old, if limited.
        pub max_price_age: Option<u32>,
        /// How far a live price may lie from the plan's, if limited.
        pub price_tolerance: Option<String>,
        /// Days after `as_of` during which the plan may be applied, if limited.
        pub plan_max_age: Option<u32>,
    }

    /// What was asked for at the command line.
    pub struct Asked {
        /// `manual` when a rebalance was asked for, whether or not one is due.
        pub trigger: Option<String>,
        /// Cash that is paid in.
        pub deposit: Option<String>,
        /// Cash that is taken out.
        pub withdrawal: Option<String>,
        /// Where weights are brought to, instead of where the config says.
        pub destination: Option<String>,
        /// That what would be left above the reserve is spent.
        pub deploy_cash: bool,
        /// The currency of what is paid in or taken out; not there when it is the base currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub currency: Option<String>,
        /// What pays for orders where there are several currencies, instead of what the config says; not there unless it was
        /// asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub funding: Option<String>,
    }

    /// What made a rebalance due.
    pub struct Trigger {
        /// `scheduled`, `drift`, `manual`, `cash-flow`, or none.
        pub fired: Option<String>,
        /// Why or why not, a sentence each.
        pub why: Vec<String>,
        /// The latest scheduled date.
        pub scheduled: Option<String>,
        /// The day on which it was served.
        pub served: Option<String>,
        /// The plan that served it, where the log says it.
        pub served_by: Option<String>,
        /// Assets that every rebalance since that date left alone because of their ex-dividend dates.
        pub owed: Vec<String>,
        /// Since when something is due by the schedule, if so.
        pub due_since: Option<String>,
        /// Sessions since then.
        pub due_sessions: Option<i64>,
        /// The next scheduled date.
        pub next: Option<String>,
    }

    /// The portfolio before.
    pub struct Before {
        /// What weights are of.
        pub total: String,
        /// Cash, that of other currencies at their rates.
        pub cash: String,
        /// The part of it that does not count and is not spent.
        pub excluded: String,
        /// The cash of each currency; not there where one currency is all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub balances: Vec<Balance>,
        /// The assets by code.
        pub assets: Vec<AssetBefore>,
        /// Held codes that are kept out of the weights.
        pub outside: Vec<String>,
    }

    /// An asset before.
    pub struct AssetBefore {
        /// Its code.
        pub code: String,
        /// Its name.
        pub ticker: String,
        /// Its sleeve.
        pub sleeve: String,
        /// Shares held.
        pub quantity: String,
        /// Price of a share, in its own currency.
        pub price: String,
        /// That currency; not there when it is the base currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub currency: Option<String>,
        /// Shares times price, in the base currency.
        pub value: String,
        /// Its weight, rounded to six places.
        pub weight: String,
        /// Its target.
        pub target: String,
        /// Lower edge of its band.
        pub min: String,
        /// Upper edge of its band.
        pub max: String,
        /// Weight less target, rounded to six places.
        pub drift: String,
        /// What it breaches, if anything: `threshold`, `below-band` or `above-band`.
        pub breach: Option<String>,
        /// Why it is left alone, if it is.
        pub left_alone: Option<String>,
    }

    /// An order. Prices, amount, commission, slippage and tax are in the currency of its asset.
    pub struct Order {
        /// Its id: the same for the same side and code.
        pub id: String,
        /// `sell` or `buy`.
        pub side: String,
        /// The asset's code.
        pub code: String,
        /// The asset's name.
        pub ticker: String,
        /// Shares.
        pub quantity: String,
        /// The reference price.
        pub price: String,
        /// The worst price at which it may be filled.
        pub limit_price: String,
        /// Shares times the reference price.
        pub amount: String,
        /// The currency of the asset; not there when it is the base currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub currency: Option<String>,
        /// What one unit of it is worth in the base currency; not there when it is that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fx_rate: Option<String>,
        /// The amount in the base currency; not there when it is in that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<String>,
        /// Commission.
        pub commission: String,
        /// Expected slippage.
        pub slippage: String,
        /// Tax on the gain; of a tax on the year's gains together, the increase this order causes.
        pub tax: String,
        /// How the asset's gains are taxed: `kr_equity`, `kr_other`, `overseas`, or none when the config does not say.
        pub tax_class: Option<String>,
        /// The amount of a sale less what the shares cost, in the base currency, each at the rate of its day; below zero for
        /// a loss; none of a purchase, and where that is not known.
        pub gain: Option<String>,
        /// What a sale takes of the position's lots: together they have the order's shares. None where they are not known.
        pub lots: Vec<LotSold>,
        /// The asset's weight.
        pub weight: OrderWeight,
        /// Why: what it does for cash, where that and not the drift of its asset is the reason; then the drift before and
        /// the drift left after.
        pub reason: String,
    }

    /// The weight of an order's asset.
    pub struct OrderWeight {
        /// Before, rounded to six places.
        pub before: String,
        /// After, rounded to six places.
        pub after: String,
        /// Its target.
        pub target: String,
        /// Lower edge of its band.
        pub min: String,
        /// Upper edge of its band.
        pub max: String,
    }

    /// The portfolio after, at the reference prices.
    pub struct After {
        /// What weights are of: costs and taxes are gone.
        pub total: String,
        /// Cash, that of other currencies at their rates.
        pub cash: String,
        /// The cash of each currency; not there where one currency is all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub balances: Vec<Balance>,
        /// The assets by code.
        pub assets: Vec<AssetAfter>,
    }

    /// An asset after.
    pub struct AssetAfter {
        /// Its code.
        pub code: String,
        /// Shares held.
        pub quantity: String,
        /// Shares times price, in the base currency.
        pub value: String,
        /// Its weight, rounded to six places.
        pub weight: String,
        /// Weight less target, rounded to six places.
        pub drift: String,
    }

    /// What a rule said.
    pub struct Check {
        /// The rule.
        pub rule: String,
        /// `error`, `warning` or `info`.
        pub level: String,
        /// Whether it could not tell rather than said no.
        pub unknown: bool,
        /// What it said.
        pub message: String,
        /// What to do.
        pub help: Vec<String>,
        /// Why it does not count, if so.
        pub suppressed: Option<String>,
    }

    /// A cooldown override in force.
    pub struct Override {
        /// The commit.
        pub commit: String,
        /// The reason it gives.
        pub reason: String,
    }
}

/// Why a text is not a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// Not JSON, or not of the plan's shape.
    Shape(String),
    /// A major version this program does not know.
    Version(String),
    /// A plan, but not byte for byte as this program writes one.
    Inexact,
}

impl Body {
    /// The canonical bytes: what the identity is the hash of.
    #[must_use]
    pub fn canonical(&self) -> String {
        pretty(self)
    }

    /// The same, written where another text may stand.
    pub(super) fn canonical_in<'r>(&self, room: &'r mut Vec<u8>) -> &'r str {
        room.clear();
        pretty_onto(self, room);
        // JSON is UTF-8.
        std::str::from_utf8(room).unwrap_or_default()
    }

    /// The identity: SHA-256 of the canonical bytes, in hexadecimal.
    #[must_use]
    pub fn id(&self) -> String {
        sha256(self.canonical().as_bytes())
    }
}

impl PlanFile {
    /// A plan file of a body.
    #[must_use]
    pub fn new(body: Body, meta: Meta) -> Self {
        Self { format_version: FORMAT_VERSION.to_owned(), plan_id: body.id(), meta, body }
    }

    /// The bytes of the file: one value a line, a final newline.
    #[must_use]
    pub fn text(&self) -> String {
        pretty(self)
    }

    /// Reads a plan file that has to be byte for byte what this program writes.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn read_exact(bytes: &[u8]) -> Result<Self, FileError> {
        let file = Self::read(bytes)?;
        if file.text().as_bytes() == bytes { Ok(file) } else { Err(FileError::Inexact) }
    }

    /// Reads a plan file strictly: nothing unknown, nothing missing, nothing twice.
    ///
    /// # Errors
    /// See [`FileError`]. That the identity fits the body is for the gate to judge.
    pub fn read(bytes: &[u8]) -> Result<Self, FileError> {
        #[derive(Deserialize)]
        struct Version {
            format_version: String,
        }
        let shape = |error: serde_json::Error| FileError::Shape(error.to_string());
        let version: Version = serde_json::from_slice(bytes).map_err(shape)?;
        let major = |version: &str| version.split('.').next().unwrap_or("").to_owned();
        if major(&version.format_version) != major(FORMAT_VERSION) {
            return Err(FileError::Version(version.format_version));
        }
        serde_json::from_slice(bytes).map_err(shape)
    }
}

fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = Vec::new();
    pretty_onto(value, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Serialising these types cannot fail: they are structs of text and integers.
fn pretty_onto<T: Serialize>(value: &T, text: &mut Vec<u8>) {
    let written = serde_json::to_writer_pretty(&mut *text, value);
    debug_assert!(written.is_ok(), "{written:?}");
    text.push(b'\n');
}
