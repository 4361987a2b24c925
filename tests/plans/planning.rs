//! From the text of files to a plan's text, as the command does it, and back to integers.

use chrono::NaiveDate;
use rebalance::calendar::Calendar;
use rebalance::config::Config;
use rebalance::document;
use rebalance::ex_dividend::Dividends;
use rebalance::executed::{Executed, Rebalance};
use rebalance::fx::Fx;
use rebalance::hash::sha256;
use rebalance::holdings::{Holdings, HoldingsFile};
use rebalance::money::Money;
use rebalance::plan::file::{ConfigInput, LogInput};
use rebalance::plan::{Ask, Body, Draft, Flow, Inputs, Meta, PlanError, PlanFile, Provenance};
use rebalance::policy::Policies;
use rebalance::rules::facts::code_sites;
use rebalance::rules::{self, Facts, Sound};
use rebalance::schema;
use serde_json::Value;
use std::collections::BTreeSet;

use crate::accounts::Account;

/// The day of every plan, a session in Seoul and in New York.
pub(crate) const DAY: &str = "2026-03-04";

/// A plan, and its file read back.
pub(crate) struct Plan {
    pub(crate) body: Body,
    pub(crate) text: String,
    pub(crate) file: Value,
}

/// An order as its line in the file has it, in the smallest unit of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) code: String,
    pub(crate) sells: bool,
    pub(crate) shares: i128,
    pub(crate) price: i128,
    pub(crate) amount: i128,
    pub(crate) commission: i128,
    pub(crate) slippage: i128,
    pub(crate) tax: i128,
}

impl Line {
    /// What it does to cash.
    pub(crate) fn brings(&self) -> i128 {
        let amount = if self.sells { self.amount } else { -self.amount };
        amount - self.commission - self.slippage - self.tax
    }
}

/// The plan of an account.
pub(crate) fn plan(account: &Account) -> Result<Plan, PlanError> {
    let flow = match account.flow {
        0 => None,
        1.. => Some(Flow::Deposit(money(account, account.flow))),
        _ => Some(Flow::Withdrawal(money(account, -account.flow))),
    };
    plan_of(account, &account.config(), &account.holdings(), account.served, Ask { flow, ..Ask::default() })
}

/// The plan of given files.
pub(crate) fn plan_of(
    account: &Account,
    config: &str,
    holdings: &str,
    served: bool,
    ask: Ask,
) -> Result<Plan, PlanError> {
    let sound = sound(config).unwrap_or_else(|why| panic!("account {} is not sound: {why}\n{config}", account.seed));
    let read = self::holdings(holdings);
    let as_of: NaiveDate = DAY.parse().unwrap();
    let rebalance = Rebalance { date: as_of, plan_id: String::new(), left_alone: BTreeSet::default() };
    let executed = Executed { rebalances: served.then_some(rebalance).into_iter().collect(), ..Executed::default() };
    let (dividends, fx) = (Dividends::default(), Fx::default());
    let calendar = Calendar::of(sound.portfolio().calendar).unwrap();
    let inputs = Inputs {
        sound: &sound,
        holdings: &read,
        calendar: &calendar,
        as_of,
        executed: &executed,
        ask: &ask,
        dividends: &dividends,
        fx: &fx,
    };
    let provenance = Provenance {
        ex_dividend: None,
        fx: None,
        config: ConfigInput { path: "portfolio_config.yaml".to_owned(), blob: None, semantic: String::new() },
        policies: String::new(),
        holdings: sha256(holdings.as_bytes()),
        broker: None,
        log: LogInput { records: 0, head: None },
    };
    let body = Draft::make(inputs)?.body(provenance, &[], Vec::new());
    let text = PlanFile::new(body.clone(), Meta { created: None, tool: "test".to_owned(), commit: None }).text();
    let file = serde_json::from_str(&text).unwrap();
    Ok(Plan { body, text, file })
}

/// What a holdings file says.
pub(crate) fn holdings(text: &str) -> Holdings {
    let read = Holdings::of(&HoldingsFile::of(&document::read(text.as_bytes())).0);
    read.unwrap_or_else(|why| panic!("{why:?}\n{text}"))
}

fn money(account: &Account, amount: i128) -> Money {
    Money::new(account.money(amount).parse().unwrap())
}

pub(crate) fn sound(config: &str) -> Result<Sound, String> {
    thread_local!(static POLICIES: Policies = rules::policies(&[]).0);
    let reading = document::read(config.as_bytes());
    let (config, misread) = Config::of(&reading);
    let issues = schema::check(&schema::CONFIG, &reading, &misread);
    let codes = code_sites(&config);
    let facts = Facts { codes: &codes, ..Facts::of_file("portfolio_config.yaml", &reading, &issues, &config) };
    let (sound, findings) = POLICIES.with(|policies| rules::judge(&facts, policies));
    sound.ok_or_else(|| findings.iter().map(|finding| format!("{}; ", finding.message)).collect())
}

impl Plan {
    /// The text at a place of the body, such as `/before/cash`.
    pub(crate) fn said(&self, place: &str) -> Result<&str, String> {
        said(&self.file["body"], place)
    }

    /// The money there.
    pub(crate) fn money(&self, account: &Account, place: &str) -> Result<i128, String> {
        units(self.said(place)?, account.places())
    }

    /// The lines of its orders.
    pub(crate) fn lines(&self, account: &Account) -> Result<Vec<Line>, String> {
        let money = |order: &Value, key: &str| units(said(order, key)?, account.places());
        let line = |order: &Value| {
            Ok(Line {
                code: said(order, "/code")?.to_owned(),
                sells: match said(order, "/side")? {
                    "sell" => true,
                    "buy" => false,
                    side => return Err(format!("`{side}` is no side")),
                },
                shares: units(said(order, "/quantity")?, 0)?,
                price: money(order, "/price")?,
                amount: money(order, "/amount")?,
                commission: money(order, "/commission")?,
                slippage: money(order, "/slippage")?,
                tax: money(order, "/tax")?,
            })
        };
        self.list("/orders")?.iter().map(line).collect()
    }

    /// The list at a place.
    pub(crate) fn list(&self, place: &str) -> Result<&[Value], String> {
        let list = self.file["body"].pointer(place).and_then(Value::as_array);
        list.map(Vec::as_slice).ok_or_else(|| format!("no list at {place}"))
    }

    /// The shares after its orders by what the orders say, in the order of the account.
    pub(crate) fn shares(&self, account: &Account) -> Result<Vec<i128>, String> {
        let lines = self.lines(account)?;
        let signed = |line: &Line| if line.sells { -line.shares } else { line.shares };
        let of = |code: &str| lines.iter().filter(|line| line.code == code).map(signed).sum::<i128>();
        Ok(account.assets.iter().map(|asset| asset.held + of(&asset.code)).collect())
    }
}

/// The text at a place.
pub(crate) fn said<'a>(value: &'a Value, place: &str) -> Result<&'a str, String> {
    value.pointer(place).and_then(Value::as_str).ok_or_else(|| format!("no text at {place}"))
}

/// A decimal as an integer of units of so many places; nothing may be finer.
pub(crate) fn units(text: &str, places: u32) -> Result<i128, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    if part.len() > places as usize {
        return Err(format!("{text} is finer than {places} places"));
    }
    format!("{whole}{part:0<width$}", width = places as usize).parse().map_err(|_| format!("{text} is no number"))
}

/// Whether two results are equal, said with a name.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, one: T, other: T) -> Result<(), String> {
    if one == other { Ok(()) } else { Err(format!("{what}: {one:?}, and not {other:?}")) }
}
