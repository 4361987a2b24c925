//! A batch: accounts as lines of JSON, each planned by itself, each answered by a line.
//!
//! An answer depends on its line and on the files the line names, never on the lines around it: the answers to the
//! halves of an input are the answer to the whole. Where lines come from, how many are planned at once, and files must
//! never enter this room.

mod answer;

pub use answer::{ANSWER_SHEET, Failure, FailureKind, Said, failed, planned, pointer};

use crate::calendar::Calendar;
use crate::code::Code;
use crate::config::{BaseCurrency, Config, Currency, Day};
use crate::document::{self, Reading};
use crate::ex_dividend::Dividends;
use crate::executed::Executed;
use crate::finding::Finding;
use crate::fx::{Fx, FxFile, Wanted};
use crate::hash::sha256;
use crate::holdings::{Holdings, HoldingsFile};
use crate::money::Money;
use crate::plan::file::{Body, ConfigInput, LogInput, Override};
use crate::plan::{Ask, Draft, Flow, Inputs, Meta, PlanError, Provenance, Source};
use crate::policy::Policies;
use crate::portfolio::Portfolio;
use crate::record::{self, Record};
use crate::rules::facts::held_sites;
use crate::rules::{self, Facts, Held, Sound, held};
use crate::schema::{Sheet, schema_of_file};
use crate::trade::Figure;
use crate::words::{excerpt, shown};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The schema of a line.
pub const SHEET: Sheet = Sheet { file: "batch.schema.json", schema: schema_of_file::<Line<'static>> };

/// The longest line that is read, in bytes: as much as a config may have, and as much again for the holdings.
pub const MAX_LINE: usize = 2 * document::MAX_BYTES;

/// The longest path of a config, in bytes: no file that can be opened has a longer one.
const MAX_PATH: usize = 4096;

/// The most characters of an error that quotes the line.
const MAX_QUOTED: usize = 120;

/// What stands for a config's path where the config came in the line itself.
pub const INLINE: &str = "-";

/// An account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(deny_unknown_fields, title = "rebalance plan --batch, a line")]
pub struct Line<'a> {
    /// Whose account it is: a text or a whole number. The answer has it as it came.
    #[serde(borrow, default)]
    #[schemars(with = "Option<Id>")]
    pub id: Option<&'a RawValue>,
    /// The path of a portfolio_config.yaml, from where the command runs; or the config itself.
    #[serde(borrow)]
    #[schemars(with = "ConfigSource")]
    pub config: &'a RawValue,
    /// What holdings.yaml would hold.
    #[serde(borrow)]
    #[schemars(with = "HoldingsFile")]
    pub holdings: &'a RawValue,
    /// The day it is for. Default: that of the command line, or the holdings' own date.
    #[serde(default)]
    pub as_of: Option<Day>,
    /// `manual` rebalances even if nothing is due.
    #[serde(default)]
    pub trigger: Option<Trigger>,
    /// Cash that is paid in, in the base currency: orders only buy.
    #[serde(default)]
    pub deposit: Option<Figure>,
    /// Cash that is taken out, in the base currency: orders sell only what must be sold for it.
    #[serde(default)]
    pub withdraw: Option<Figure>,
    /// The currency of `deposit` or `withdraw`. Default: the base currency.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// What fx.yaml would hold, when there is more than one currency.
    #[serde(borrow, default)]
    #[schemars(with = "Option<FxFile>")]
    pub fx: Option<&'a RawValue>,
    /// Ex-dividend dates by code, beside those of the config.
    #[serde(default)]
    pub ex_dividend: BTreeMap<String, Vec<Day>>,
    /// What was executed before: the records of the account's rebalance_log.jsonl, oldest first.
    #[serde(default)]
    pub log: Vec<Record>,
}

/// Whose account a line is.
#[derive(Debug, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used: an id is given back as it came")]
enum Id {
    Text(String),
    Number(i64),
}

/// Where a line's config is.
#[derive(Debug, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used: the config is read where it is looked up")]
enum ConfigSource {
    Path(String),
    Inline(Box<Config>),
}

/// A trigger a line can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// Regardless of schedule and drift.
    Manual,
}

/// What holds for every line that does not say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The day.
    pub as_of: Option<NaiveDate>,
    /// What is asked for.
    pub ask: Ask,
}

/// A config that was judged, and what a plan says of it: what any number of accounts can be planned by.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The portfolio.
    pub sound: &'a Sound,
    /// The facts about the config.
    pub facts: &'a Facts<'a>,
    /// The policies in effect.
    pub policies: &'a Policies,
    /// The calendar of the portfolio.
    pub calendar: &'a Calendar,
    /// The config as a plan records it.
    pub config: &'a ConfigInput,
    /// The overrides in force.
    pub overrides: &'a [Override],
    /// Where the plan comes from.
    pub meta: &'a Meta,
}

/// Why an account has no plan although its config is sound.
#[derive(Debug)]
pub enum Unplanned {
    /// Something is amiss in its holdings.
    Holdings {
        /// What reading them gave.
        reading: Box<Reading>,
        /// What is amiss.
        findings: Vec<Finding>,
    },
    /// Something is amiss in its exchange rates.
    Rates {
        /// What reading them gave.
        reading: Box<Reading>,
        /// What is amiss.
        findings: Vec<Finding>,
    },
    /// The plan cannot be made.
    Plan(PlanError),
}

impl<'a> Line<'a> {
    /// Reads a line strictly: nothing unknown, nothing twice.
    ///
    /// # Errors
    /// What is wrong with it, and the id all the same where it can be read.
    pub fn read(text: &'a str) -> Result<Self, (Option<&'a RawValue>, Failure)> {
        if text.trim().is_empty() {
            return Err((None, Failure::line("the line is empty")));
        }
        // A list of as many values as there are keys would be taken for them.
        if !text.trim_start().starts_with('{') {
            return Err((None, Failure::line("the line is not a JSON object")));
        }
        let line: Self = serde_json::from_str(text).map_err(|error| {
            let named: Option<Named<'a>> = serde_json::from_str(text).ok();
            (named.and_then(|named| named.id).filter(|id| is_id(id)), Failure::line(told(&error)))
        })?;
        if line.id.is_some_and(|id| !is_id(id)) {
            return Err((None, Failure::line("`id` is neither a text nor a whole number")));
        }
        match line.contradiction() {
            Some(message) => Err((line.id, Failure::line(message))),
            None => Ok(line),
        }
    }

    /// What is asked for that cannot be, if anything.
    fn contradiction(&self) -> Option<&'static str> {
        let asked = [self.trigger.is_some(), self.deposit.is_some(), self.withdraw.is_some()];
        if asked.into_iter().filter(|asked| *asked).count() > 1 {
            return Some("only one of `trigger`, `deposit` and `withdraw` can be asked for");
        }
        let Some(amount) = self.deposit.or(self.withdraw) else {
            return self.currency.map(|_| "`currency` is that of `deposit` or `withdraw`, and neither is there");
        };
        (amount.0 <= Decimal::ZERO).then_some("an amount that is paid in or taken out is above 0")
    }

    /// What is asked for: the line's own wish, or what holds for every line.
    fn ask(&self, defaults: &Ask) -> Ask {
        let amount = |figure: Figure| Money::new(figure.0);
        let flow = self.deposit.map(amount).map(Flow::Deposit);
        let flow = flow.or(self.withdraw.map(amount).map(Flow::Withdrawal));
        match (self.trigger, flow) {
            (None, None) => defaults.clone(),
            (trigger, flow) => Ask { manual: trigger.is_some(), flow, currency: self.currency, ..defaults.clone() },
        }
    }

    /// The path of the config, when the line names one.
    ///
    /// # Errors
    /// The config is neither a text nor a mapping, or no file can have such a name.
    pub fn path(&self) -> Result<Option<String>, Failure> {
        match self.config.get().as_bytes().first() {
            Some(b'"') => {
                let path: String = serde_json::from_str(self.config.get()).map_err(|e| Failure::line(told(&e)))?;
                if path.contains('\0') || path.len() > MAX_PATH {
                    return Err(Failure::line(format!("`config` is no path of a file: `{}`", shown(&path))));
                }
                Ok(Some(path))
            }
            Some(b'{') => Ok(None),
            _ => Err(Failure::line("`config` is neither the path of a config nor a config")),
        }
    }

    /// Plans the account.
    ///
    /// # Errors
    /// See [`Unplanned`].
    pub fn plan(&self, basis: &Basis<'_>, defaults: &Defaults) -> Result<Body, Unplanned> {
        let text = self.holdings.get();
        let reading = document::read(text.as_bytes());
        let Held { shape, holdings, findings } = held("holdings", &reading);
        let Some(holdings) = holdings else {
            return Err(Unplanned::Holdings { reading: Box::new(reading), findings });
        };
        let executed = self.executed();
        let as_of = self.as_of.as_ref().map(|day| day.0).or(defaults.as_of).unwrap_or(holdings.as_of);
        let portfolio = basis.sound.portfolio();
        let ask = self.ask(&defaults.ask).of(portfolio.currency);
        let fx = self.rates(portfolio, &holdings, &ask)?;
        let dividends = self.dividends();
        let inputs = Inputs {
            dividends: &dividends,
            fx: &fx,
            sound: basis.sound,
            holdings: &holdings,
            calendar: basis.calendar,
            as_of,
            executed: &executed,
            ask: &ask,
        };
        let draft = Draft::make(inputs).map_err(Unplanned::Plan)?;
        let sites = held_sites(&shape);
        let source = Source { path: "holdings", sites: &sites };
        let provenance = Provenance {
            ex_dividend: self.ex_dividend_hash(&dividends),
            fx: self.fx.map(|fx| sha256(fx.get().as_bytes())),
            config: basis.config.clone(),
            policies: basis.policies.fingerprint.clone(),
            holdings: sha256(text.as_bytes()),
            broker: None,
            log: self.log_input(),
        };
        let overrides = basis.overrides.to_vec();
        let (body, _) = draft.judged(basis.facts, basis.policies, source, provenance, overrides);
        Ok(body)
    }

    /// The rates of the line: those of every currency that assets are priced or cash is held in.
    fn rates(&self, portfolio: &Portfolio, holdings: &Holdings, ask: &Ask) -> Result<Fx, Unplanned> {
        let Some(text) = self.fx else { return Ok(Fx::default()) };
        let cash = holdings.cash.iter().filter(|(_, amount)| !amount.is_zero()).map(|(currency, _)| *currency);
        let mut currencies = portfolio.foreign();
        currencies.extend(cash.chain(ask.currency).filter(|currency| *currency != portfolio.currency));
        let base = BaseCurrency::of(portfolio.currency);
        let reading = document::read(text.get().as_bytes());
        let (fx, findings) = rules::rated("fx", &reading, &Wanted { base, currencies });
        fx.ok_or_else(|| Unplanned::Rates { reading: Box::new(reading), findings })
    }

    fn dividends(&self) -> Dividends {
        let days = |days: &Vec<Day>| days.iter().map(|day| day.0).collect();
        Dividends(self.ex_dividend.iter().map(|(code, dates)| (Code(code.clone()), days(dates))).collect())
    }

    /// The dates as a plan records them: the bytes their file would have.
    fn ex_dividend_hash(&self, dividends: &Dividends) -> Option<String> {
        let lines = dividends.0.iter().flat_map(|(code, days)| days.iter().map(move |day| format!("{code},{day}\n")));
        let text: String = std::iter::once("code,date\n".to_owned()).chain(lines).collect();
        (!self.ex_dividend.is_empty()).then(|| sha256(text.as_bytes()))
    }

    fn executed(&self) -> Executed {
        record::executed(&self.log)
    }

    /// The log as a plan records it: the bytes its file would have.
    fn log_input(&self) -> LogInput {
        let text: String = self.log.iter().map(|record| record.line() + "\n").collect();
        LogInput { records: self.log.len(), head: (!self.log.is_empty()).then(|| sha256(text.as_bytes())) }
    }
}

/// As much of a line as names it.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
}

/// A text, or a whole number.
fn is_id(id: &RawValue) -> bool {
    id.get().starts_with('"') || id.get().parse::<i64>().is_ok()
}

/// An error of the JSON reader without the line, which is always the first, with no more of the line than is read, and
/// without the names things have in this program.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string().replace(" at line 1 column ", " at column ");
    // What it quotes stands before what it would have: the last of these is its own.
    let Some((found, expected)) = text.rsplit_once(", expected ") else { return cut(&text) };
    let column = expected.rfind(" at column ").and_then(|at| expected.get(at..)).unwrap_or_default();
    let expected = if expected.starts_with("struct ") { format!("an object{column}") } else { expected.to_owned() };
    format!("{}, expected {expected}", cut(found))
}

/// A text in one line, and cut when it is long.
fn cut(text: &str) -> String {
    let end = if text.chars().nth(MAX_QUOTED).is_some() { "…" } else { "" };
    excerpt(text, MAX_QUOTED) + end
}
