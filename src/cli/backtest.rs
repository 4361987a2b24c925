//! `rebalance backtest`: what would have become of the portfolio under several policies. It trades nothing and plans nothing.

use super::gather::{Claims, From, Gathered, file_up_to, gather, own_file};
use super::lint::exit;
use super::outputs::{Stream, deliver, keep_with_page};
use super::plan::{day, print_all};
use super::unplanned::plan_fault;
use super::{Exit, Fault, Global, Host};
use crate::backtest::{self, BacktestError, Kind, Policy, Shares, Terms};
use crate::config::{CheckFrequency, Currency, get};
use crate::disk::write_whole;
use crate::finding::{Finding, Level};
use crate::hash::sha256;
use crate::money::{self, Money, PRICE_PLACES, Rate, WEIGHT_PLACES, Weight};
use crate::output::Paint;
use crate::output::backtest::{BacktestReport, draw, draw_page};
use crate::parquet;
use crate::portfolio::Portfolio;
use crate::price_history::{self, History, Wanted};
use crate::rules::{self, Sound};
use crate::words::{closest, list};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use rust_decimal::Decimal;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rebalance backtest --prices prices.csv                    every policy
  rebalance backtest --prices prices.csv --policy never --policy hybrid=4%
  rebalance backtest --prices prices.csv --whole-shares --initial 30000000
  rebalance backtest --prices prices.csv --failure-rate 5% --seed 7
  rebalance backtest --prices prices.parquet --html backtest.html
  rebalance backtest --prices prices.csv --format json      for programs

Policies: never, time, threshold_absolute, threshold_relative, threshold_either,
hybrid, band_edge; threshold stands for its three. A threshold behind =.

The file has a line a day, `date,069500,360750,...`, or a line a price,
`date,code,price`, in CSV or in Parquet. Exit codes: 0, 1 when the config or the
file is not right, 6 when a file cannot be read.";

/// The largest price file that is read, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// Compare policies on past prices: value, return, volatility, drawdown, rebalances, costs, tax, time out of band
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BacktestArgs {
    /// Daily prices, CSV or Parquet
    #[arg(long, value_name = "FILE")]
    prices: PathBuf,
    /// A policy; may be given again [default: all of them]
    #[arg(long = "policy", value_name = "NAME[=THRESHOLD]", value_parser = policies)]
    chosen: Vec<Chosen>,
    /// Whole lots, smallest orders and rounded fees, as the planner has them, instead of any part of a share
    #[arg(long)]
    whole_shares: bool,
    /// The money at first [default: 100000000 KRW, 10000000 JPY, 100000 of others]
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    initial: Option<Money>,
    /// The first day that counts
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// The last day that counts
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<NaiveDate>,
    /// For how many days in a row a missing price is taken from the day before
    #[arg(long, value_name = "DAYS", default_value_t = 5)]
    max_gap: u32,
    /// When drift is looked at [default: the config's check_frequency, or daily]
    #[arg(long, value_name = "WHEN")]
    check: Option<Check>,
    /// Commission, instead of the config's: 0.015%
    #[arg(long, value_name = "RATE", value_parser = rate)]
    commission: Option<Rate>,
    /// Slippage, instead of the config's: 0.1%
    #[arg(long, value_name = "RATE", value_parser = rate)]
    slippage: Option<Rate>,
    /// The part of rebalances that fail and are tried again: 5%
    #[arg(long, value_name = "RATE", value_parser = rate, default_value = "0%")]
    failure_rate: Rate,
    /// What decides which of them fail
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Write a page with charts as well
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// When drift is looked at.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Check {
    /// Every day
    Daily,
    /// On the first day of a week
    Weekly,
    /// On the first day of a month
    Monthly,
}

/// The policies that a word stands for.
#[derive(Debug, Clone)]
struct Chosen(Vec<Policy>);

/// Reads a policy's name and its threshold.
fn policies(text: &str) -> Result<Chosen, String> {
    let (name, given) = text.split_once('=').map_or((text, None), |(name, given)| (name, Some(given)));
    let threshold = match given.map(rate).transpose()? {
        Some(zero) if zero.is_zero() => return Err("write a threshold above 0".to_owned()),
        given => given.map(|rate| Weight::new(rate.decimal())),
    };
    let named = |kind: &Kind| kind.word() == name || (name == "threshold" && kind.word().starts_with("threshold_"));
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(named).collect();
    if kinds.is_empty() {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).chain(["threshold"]).collect();
        let near = closest(name, &words).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Err(format!("no policy is called `{name}`{near} One of {}", list(&words)).replace("` One", "`: one"));
    }
    if let Some(without) = kinds.iter().find(|kind| given.is_some() && !kind.has_threshold()) {
        return Err(format!("{} has no threshold", without.word()));
    }
    Ok(Chosen(kinds.into_iter().map(|kind| Policy { kind, threshold }).collect()))
}

/// Reads a rate from 0 to 1, as a fraction or with a percent sign.
fn rate(text: &str) -> Result<Rate, String> {
    let (digits, hundredths) = text.strip_suffix('%').map_or((text, 0), |digits| (digits.trim_end(), 2));
    let read = money::decimal(digits, WEIGHT_PLACES - hundredths).ok();
    let rate = read.and_then(|rate| rate.checked_mul(Decimal::new(1, hundredths)));
    match rate.filter(|rate| (Decimal::ZERO..=Decimal::ONE).contains(rate)) {
        Some(rate) => Ok(Rate::new(rate)),
        None => Err("write it from 0 to 1, as 0.05 or 5%".to_owned()),
    }
}

/// The most money there may be at first.
const MOST: i64 = 1_000_000_000_000;

fn amount(text: &str) -> Result<Money, String> {
    match money::decimal(text, PRICE_PLACES) {
        Ok(amount) if amount > Decimal::ZERO && amount <= MOST.into() => Ok(Money::new(amount)),
        _ => Err(format!("write an amount above 0 in plain digits, {MOST} at most")),
    }
}

/// What there is at first when nobody says.
fn usual(currency: Currency) -> Money {
    Money::new(Decimal::from(match currency {
        Currency::Krw => 100_000_000,
        Currency::Jpy => 10_000_000,
        Currency::Usd | Currency::Eur | Currency::Gbp | Currency::Hkd | Currency::Cny => 100_000,
    }))
}

/// Runs the command.
pub(super) fn run(args: &BacktestArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    keep_with_page(("backtest", args.html.as_deref()), &[&args.prices], global, host)?;
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        return Err(Fault::usage(format!("--from {from} is after --to {to}")).hint("exchange the two."));
    }
    // The past of the config is no part of the question.
    let bytes = own_file(&host.path(&global.config))?;
    let mut gathered = gather(&From::Bytes(bytes), global, host, &Claims::default())?;
    let codes = gathered.codes();
    let (sound, mut findings) = rules::judge(&gathered.facts(&codes), &gathered.policies);
    drop(codes);
    findings.extend(gathered.policy_findings.iter().cloned());
    let Some(sound) = sound.filter(|_| gathered.policy_findings.is_empty()) else {
        let exit = exit(&findings, Level::Error);
        return print_all(&gathered, &findings, exit, global, host, paint);
    };
    let prices = file_up_to(&host.path(&args.prices), MAX_BYTES)?;
    let path = args.prices.display().to_string();
    let history = match history(args, &path, &prices, sound.portfolio(), &mut gathered)? {
        Ok(history) => history,
        Err(mut finding) => {
            finding.rule = "schema".into();
            return print_all(&gathered, &[*finding], Exit::No, global, host, paint);
        }
    };
    let (shares, currency) = (args.shares(), sound.portfolio().currency);
    let history = backtest::priced(history, shares, currency).map_err(|error| fault(&error))?;
    let policies = args.policies();
    let terms = terms(args, &sound, &history, &policies, check(args, &gathered));
    let outcomes = backtest::run(&terms).map_err(|error| fault(&error))?;
    let sha256 = sha256(&prices);
    let report = BacktestReport { terms: &terms, outcomes: &outcomes, path: &path, sha256: &sha256 };
    if let Some(file) = &args.html {
        let page = draw_page(&report);
        write_whole(&host.path(file), page.as_bytes()).map_err(|error| Fault::io("write", file, &error))?;
    }
    let stream = if global.quiet { Stream::Quiet } else { Stream::Out };
    deliver(global, (Exit::Done, stream), host, paint, |format, paint| draw(format, &report, paint))
}

impl BacktestArgs {
    fn shares(&self) -> Shares {
        if self.whole_shares { Shares::Whole } else { Shares::Fractional }
    }

    fn policies(&self) -> Vec<Policy> {
        let all = || Kind::ALL.map(|kind| Policy { kind, threshold: None }).to_vec();
        let mut policies: Vec<Policy> = Vec::new();
        for policy in self.chosen.iter().flat_map(|chosen| &chosen.0) {
            // `threshold` may stand beside one of its three.
            if !policies.contains(policy) {
                policies.push(*policy);
            }
        }
        if policies.is_empty() { all() } else { policies }
    }
}

fn terms<'a>(
    args: &BacktestArgs,
    sound: &'a Sound,
    history: &'a History,
    policies: &'a [Policy],
    check: CheckFrequency,
) -> Terms<'a> {
    Terms {
        sound,
        history,
        policies,
        initial: args.initial.unwrap_or(usual(sound.portfolio().currency)),
        shares: args.shares(),
        check,
        commission: args.commission,
        slippage: args.slippage,
        failures: args.failure_rate,
        seed: args.seed,
    }
}

/// When drift is looked at.
fn check(args: &BacktestArgs, gathered: &Gathered) -> CheckFrequency {
    match args.check {
        Some(Check::Daily) => CheckFrequency::Daily,
        Some(Check::Weekly) => CheckFrequency::Weekly,
        Some(Check::Monthly) => CheckFrequency::Monthly,
        None => {
            let rebalancing = gathered.config.portfolio().and_then(|p| get(p.rebalancing.as_ref()));
            let trigger = rebalancing.and_then(|rebalancing| get(rebalancing.drift_trigger.as_ref()));
            trigger.and_then(|trigger| get(trigger.check_frequency.as_ref())).copied().unwrap_or(CheckFrequency::Daily)
        }
    }
}

/// The prices of the portfolio's assets, or what is wrong with the file.
fn history(
    args: &BacktestArgs,
    path: &str,
    bytes: &[u8],
    portfolio: &Portfolio,
    gathered: &mut Gathered,
) -> Result<Result<History, Box<Finding>>, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::unknown(format!("{path} is larger than {} MiB", MAX_BYTES >> 20))
            .hint("keep the assets of the portfolio only, a line a day."));
    }
    let held = portfolio.assets.iter().filter(|(_, asset)| !asset.target.is_zero());
    let foreign = |currency: Currency| Some(currency).filter(|currency| *currency != portfolio.currency);
    let wanted = Wanted {
        assets: held.map(|(code, asset)| (code.clone(), foreign(asset.currency))).collect(),
        from: args.from,
        to: args.to,
        longest_gap: args.max_gap,
    };
    if parquet::is(path, bytes) {
        return Ok(parquet::read(path, bytes, &wanted));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        let finding = Finding::new(path, "the file is neither Parquet nor text in UTF-8");
        return Ok(Err(finding.help("save it as CSV in UTF-8, or write it as Parquet.").into()));
    };
    let read = price_history::read(path, text, &wanted);
    if read.is_err() {
        gathered.sources.insert(path.to_owned(), text.to_owned());
    }
    Ok(read)
}

fn fault(error: &BacktestError) -> Fault {
    match error {
        BacktestError::TooLarge => Fault::unknown("a figure is larger than is kept exactly")
            .hint("begin with less: --initial 1000000, and check the prices."),
        BacktestError::Lost(day) => Fault::unknown(format!("nothing is left on {day}: costs took all of it"))
            .hint("begin with more, or with lower costs: --initial, --commission, --slippage."),
        BacktestError::TooSmall { code, day, currency } => {
            let word = currency.word();
            Fault::unknown(format!("the price of {code} on {day} is less than the smallest unit of {word}"))
                .hint("leave out --whole-shares, or give prices in the currency of the config.")
        }
        BacktestError::Plan { day, error } => {
            let plan = plan_fault(error);
            Fault { message: format!("no orders can be made on {day}: {}", plan.message), ..plan }
        }
    }
}
