//! Portfolios with a past: what was executed, what was worth how much, and what was changed.

use crate::stage::{NOW, Stage};
use chrono::{Datelike, NaiveDate, Weekday};
use rust_decimal::Decimal;

pub(crate) const DAY: i64 = 86_400;
pub(crate) const CONFIG: &str = "portfolio_config.yaml";
const CODES: [(&str, u64); 7] = [
    ("360750", 16_800),
    ("069500", 35_555),
    ("305080", 10_000),
    ("443160", 10_000),
    ("091230", 50_000),
    ("305720", 32_000),
    ("319640", 12_500),
];

/// A scene: its name, and how it is made.
pub(crate) type Scene = (&'static str, fn() -> Stage);

/// Every scene whose figures can all be told, or almost all.
pub(crate) const SCENES: &[Scene] = &[
    ("empty log", empty_log),
    ("one execution", one_execution),
    ("several quarters", several_quarters),
    ("override and broken cooldown", cooldowns),
    ("partial and failed executions", in_part),
    ("foreign currency", foreign),
    ("conversions", converted),
    ("a record of another program", mixed),
    ("a quarter that runs", running),
    ("a last day without all prices", partly_priced),
];

/// A record as the guide has it, which another program wrote: it says nothing of shares, slippage and tax.
pub(crate) const GUIDE: &str = r#"{"date": "2026-03-04", "trigger": "scheduled", "total_portfolio_value": 11000000, "trades": [{"ticker": "TIGER US S&P500", "action": "SELL", "amount": 350000}, {"ticker": "TIGER US Treasury 10Y Futures", "action": "BUY", "amount": 250000}], "total_trade_amount": 600000, "total_commission": 90, "pre_drift": {"TIGER US S&P500": 3.18, "TIGER US Treasury 10Y Futures": -2.27}, "post_drift": {"TIGER US S&P500": 0.12, "TIGER US Treasury 10Y Futures": -0.08}, "notes": "2026 Q1 scheduled rebalancing. S&P500 overweight transferred to bonds."}"#;

/// Some sections of a report for people, by the beginnings of their headings.
pub(crate) fn sections(report: &str, wanted: &[&str]) -> String {
    let parts: Vec<&str> = report.split("\n\n").collect();
    let mut text = String::new();
    let mut take = false;
    for part in parts {
        // A section begins at the margin; what is indented goes on with the one before.
        if !part.starts_with(' ') {
            take = wanted.iter().any(|heading| part.starts_with(heading));
        }
        if take {
            text.push_str(part.trim_end());
            text.push_str("\n\n");
        }
    }
    text
}

/// When a report of a stage is made.
pub(crate) fn clock(stage: &Stage) -> String {
    chrono::DateTime::from_timestamp(stage.now, 0).unwrap().to_rfc3339()
}

/// Seconds since 1970 at nine in the morning in Seoul.
pub(crate) fn morning(day: &str) -> i64 {
    let day: NaiveDate = day.parse().unwrap();
    NOW + (day - "2026-03-04".parse::<NaiveDate>().unwrap()).num_days() * DAY
}

/// Prices of every weekday, which go up and down, with the benchmark `KOSPI 200` and the rate of the dollar.
pub(crate) fn prices(from: &str, to: &str) -> String {
    let mut text = "date,code,price\n".to_owned();
    let (from, to): (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
    let others = [("KOSPI 200", 400), ("USD/KRW", 1_385)];
    for (n, day) in from.iter_days().take_while(|day| *day <= to).enumerate() {
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            continue;
        }
        for (k, (name, price)) in CODES.iter().chain(&others).enumerate() {
            let (n, k) = (n as u64, k as u64);
            let wave = 950 + (n * (7 + 3 * k) + n * n * (k + 1) / 5 + 37 * k) % 101 + n * (k % 4) / 3;
            let hundredths = price * wave / 10;
            text.push_str(&format!("{day},{name},{}.{:02}\n", hundredths / 100, hundredths % 100));
        }
    }
    text
}

/// The sample with benchmarks, and nothing in the log.
pub(crate) fn empty_log() -> Stage {
    let mut stage = Stage::sample();
    // As `init` writes it: what is of one machine alone has no part in what commits are called.
    stage.write(".gitignore", include_str!("../../templates/gitignore"));
    stage.edit(CONFIG, "  broker:", "  benchmarks: ['KOSPI 200', '360750']\n  broker:");
    stage.commit("Benchmarks", 99);
    stage.write("valuations.csv", &prices("2025-12-26", "2026-03-31"));
    stage.now = morning("2026-04-02");
    stage
}

/// Plans and applies, on a morning.
fn rebalance(stage: &mut Stage, day: &str, options: &[&str]) {
    stage.now = morning(day);
    let plan: Vec<&str> = ["plan", "-q", "-o", "plan.json"].iter().chain(options).copied().collect();
    let run = stage.run(&plan);
    assert_eq!(run.code, 0, "{}", run.whole());
    let run = stage.run(&["apply", "-q", "plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
}

/// One rebalance, on 4 March, in the quarter that has ended.
pub(crate) fn one_execution() -> Stage {
    let mut stage = empty_log();
    rebalance(&mut stage, "2026-03-04", &[]);
    stage.now = morning("2026-04-02");
    stage
}

/// Cash that came, or went below zero, as the holdings have it.
pub(crate) fn cash(stage: &Stage, change: i64) {
    let text = stage.read("holdings.yaml");
    let (before, rest) = text.split_once("KRW: ").unwrap();
    let (amount, rest) = rest.split_once(' ').unwrap();
    let amount: i64 = amount.parse().unwrap();
    stage.write("holdings.yaml", &format!("{before}KRW: {} {rest}", amount + change));
}

/// Three rebalances in two quarters; a deposit with the last, and others beside them.
pub(crate) fn several_quarters() -> Stage {
    let mut stage = one_execution();
    stage.write("valuations.csv", &prices("2025-12-26", "2026-06-30"));
    stage.write(
        "cash_flows.csv",
        "date,kind,currency,amount\n2026-03-20,dividend,KRW,40000\n2026-05-06,withdrawal,KRW,250000\n\
         2026-05-20,deposit,KRW,100000\n2026-05-20,fee,KRW,1500\n",
    );
    cash(&stage, 40_000);
    stage.edit("holdings.yaml", "as_of: 2026-03-04", "as_of: 2026-04-06");
    stage.edit("holdings.yaml", "price: 16800", "price: 18900");
    stage.edit("holdings.yaml", "price: 32000", "price: 27500");
    rebalance(&mut stage, "2026-04-06", &[]);
    stage.edit("holdings.yaml", "as_of: 2026-04-06", "as_of: 2026-05-06");
    cash(&stage, -250_000 + 900_000);
    stage.edit("cash_flows.csv", "2026-05-06,withdrawal", "2026-05-04,deposit,KRW,900000\n2026-05-06,withdrawal");
    rebalance(&mut stage, "2026-05-06", &["--deposit", "3000000"]);
    stage.edit("holdings.yaml", "as_of: 2026-05-06", "as_of: 2026-06-30");
    cash(&stage, 98_500);
    stage.now = morning("2026-07-02");
    stage
}

/// Two changes of the allocation that could not wait: one that says why, and one that does not.
pub(crate) fn cooldowns() -> Stage {
    let mut stage = one_execution();
    let shift = |stage: &Stage, from: &str, to: &str, message: &str, day: &str| {
        stage.edit(
            CONFIG,
            &format!("code: '091230'\n          target: {from}"),
            &format!("code: '091230'\n          target: {to}"),
        );
        let other = |text: &str| (Decimal::new(20, 2) - text.parse::<Decimal>().unwrap()).to_string();
        let (from, to) = (other(from), other(to));
        stage.edit(
            CONFIG,
            &format!("code: '305720'\n          target: {from}"),
            &format!("code: '305720'\n          target: {to}"),
        );
        stage.commit(message, (stage.now - morning(day)) / DAY);
    };
    shift(&stage, "0.10", "0.11", "Raise semiconductors\n\nReason: earnings", "2026-03-10");
    shift(&stage, "0.11", "0.12", "Again\n\nCooldown-Override: the index changed", "2026-03-12");
    shift(&stage, "0.12", "0.13", "And again <b>| `now`", "2026-03-16");
    shift(&stage, "0.13", "0.10", "Back\n\nReason: too much", "2026-03-31");
    stage.now = morning("2026-04-02");
    stage
}

/// A rebalance by hand: one order filled in part, one not at all, and not at the plan's prices.
pub(crate) fn in_part() -> Stage {
    let mut stage = empty_log();
    stage.now = morning("2026-03-04");
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "-q", "plan.json", "--broker", "manual"]).code, 5);
    stage.now = morning("2026-03-05");
    stage.write(
        "all.csv",
        "order,filled_quantity,filled_price,commission,tax\nsell-091230,8,49970,60,0\nsell-360750,20,16790,50,0\n\
         buy-305080,25,10005,38,0\nbuy-305720,0,,,\nbuy-319640,8,12500,,\n",
    );
    let run = stage.run(&["apply", "-q", "plan.json", "--resume", "--fills", "all.csv"]);
    assert_eq!(run.code, 5, "{}", run.whole());
    stage.now = morning("2026-04-02");
    stage
}

/// A rebalance of another program, and one of this; the quarter after them has none.
pub(crate) fn mixed() -> Stage {
    let mut stage = empty_log();
    stage.write("valuations.csv", &prices("2025-12-26", "2026-06-30"));
    stage.write("rebalance_log.jsonl", &format!("{GUIDE}\n"));
    stage.edit("holdings.yaml", "as_of: 2026-03-04", "as_of: 2026-03-11");
    rebalance(&mut stage, "2026-03-11", &["--trigger", "manual"]);
    stage.now = morning("2026-07-02");
    stage
}

/// One rebalance, in the quarter that has not ended.
pub(crate) fn running() -> Stage {
    let mut stage = one_execution();
    stage.now = morning("2026-03-20");
    stage
}

/// The last two days lack the price of one asset, and one day amid the quarter that of another.
pub(crate) fn partly_priced() -> Stage {
    let stage = one_execution();
    let lacking = ["2026-02-02,069500,", "2026-03-30,319640,", "2026-03-31,319640,"];
    let text = stage.read("valuations.csv");
    let kept = text.lines().filter(|line| !lacking.iter().any(|start| line.starts_with(start)));
    stage.write("valuations.csv", &kept.map(|line| format!("{line}\n")).collect::<String>());
    stage
}

/// Two assets in dollars, cash in both currencies, and a deposit of dollars.
pub(crate) fn foreign() -> Stage {
    dollars(&["--deposit", "500USD"])
}

/// The same, with won that are converted into dollars.
pub(crate) fn converted() -> Stage {
    let stage = dollars(&["--deposit", "5000000", "--funding", "convert"]);
    assert!(stage.read("rebalance_log.jsonl").contains("\"conversions\":[{"), "{}", stage.read("rebalance_log.jsonl"));
    stage
}

fn dollars(options: &[&str]) -> Stage {
    let mut stage = Stage::sample();
    for code in ["360750", "091230"] {
        let code = format!("code: '{code}'\n");
        stage.edit(CONFIG, &code, &format!("{code}          currency: USD\n"));
    }
    stage.edit(CONFIG, "  broker:", "  benchmarks: ['KOSPI 200']\n  broker:");
    stage.commit("Dollars\n\nReason: they are", 98);
    stage.edit("holdings.yaml", "quantity: 250\n    price: 16800", "quantity: 26\n    price: 121.25");
    stage.edit("holdings.yaml", "price: 50000", "price: 36.15");
    stage.edit("holdings.yaml", "cash: { KRW: 0 }", "cash: { KRW: 1000000, USD: 120.05 }");
    stage.write("fx.yaml", "as_of: 2026-03-04\nbase: KRW\nrates: { USD: 1385.5 }\n");
    let text = prices("2025-12-26", "2026-03-31");
    let cheaper = |line: &str| {
        let (start, price) = line.rsplit_once(',').unwrap();
        match line.contains(",360750,") || line.contains(",091230,") {
            true => format!("{start},{:.2}\n", price.parse::<Decimal>().unwrap() / Decimal::new(1_385, 1)),
            false => format!("{line}\n"),
        }
    };
    stage.write("valuations.csv", &text.lines().map(cheaper).collect::<String>());
    rebalance(&mut stage, "2026-03-04", options);
    stage.now = morning("2026-04-02");
    stage
}
