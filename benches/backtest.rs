//! Backtests of a long history, in whole processes: `cargo bench --bench backtest`. Run by hand, and read by a person.
//!
//! Twenty years of daily prices of ten assets under six policies are asked for in less than 100 ms; here are seven, in any
//! part of a share and in whole lots, from a line a day, from a line a price, and from Parquet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::float_arithmetic)]

use parquet::data_type::{DoubleType, Int32Type};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rebalance");
const DAYS: usize = 5_040;
const ASSETS: usize = 10;
const RUNS: usize = 21;
const SIX: [&str; 12] = [
    "--policy",
    "never",
    "--policy",
    "time",
    "--policy",
    "threshold_absolute",
    "--policy",
    "threshold_relative",
    "--policy",
    "hybrid",
    "--policy",
    "band_edge",
];

fn main() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("backtest");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("portfolio_config.yaml"), config()).unwrap();
    let rows = walk();
    fs::write(dir.join("wide.csv"), wide(&rows)).unwrap();
    fs::write(dir.join("long.csv"), long(&rows)).unwrap();
    parquet(&dir.join("wide.parquet"), &rows).unwrap();
    println!("{DAYS} days, {ASSETS} assets; median and fastest of {RUNS} runs, ms");
    for file in ["wide.csv", "long.csv", "wide.parquet"] {
        for mode in [&[][..], &["--whole-shares"]] {
            for (policies, named) in [(&SIX[..], "6 policies"), (&[], "7 policies")] {
                let mut took: Vec<f64> = (0..RUNS).map(|_| run(&dir, file, &[mode, policies].concat())).collect();
                took.sort_by(f64::total_cmp);
                println!("{file} {named} {:14} {:>8.1} {:>8.1}", mode.concat(), took[RUNS / 2], took[0]);
            }
        }
    }
}

/// Milliseconds of a run.
fn run(dir: &Path, file: &str, more: &[&str]) -> f64 {
    let start = Instant::now();
    let fixed = ["backtest", "--prices", file, "--format", "json"];
    let status = Command::new(PROGRAM).current_dir(dir).args(fixed).args(more).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    start.elapsed().as_secs_f64() * 1e3
}

fn config() -> String {
    let mut text =
        "portfolio:\n  name: Ten\n  base_currency: KRW\n  allocation:\n    core:\n      weight: 1\n      assets:\n"
            .to_owned();
    for asset in 0..ASSETS {
        let class = ["kr_equity", "kr_other", "overseas"][asset % 3];
        text.push_str(&format!(
            "        - {{ ticker: A{asset}, code: 'A{asset}', target: 0.1, min: 0.075, max: 0.125, tax_class: {class} }}\n"
        ));
    }
    text + "  rebalancing:\n    strategy: hybrid\n    scheduled: { frequency: quarterly, months: [1, 4, 7, 10], day: first_business_day }\n    \
         drift_trigger: { threshold: 0.02, check_frequency: daily }\n    constraints: { min_trade_amount: 100000 }\n  \
         costs: { etf_commission_rate: 0.00015, slippage_estimate: 0.001 }\n"
}

/// Prices of a random walk by day and asset, and the days.
fn walk() -> Vec<(chrono::NaiveDate, Vec<u64>)> {
    let mut state = 20_261_129_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // A sum of twelve is nearly normal.
        (0..12).map(|i| (state.rotate_left(i * 5) & 1_023) as f64 / 1_024.0).sum::<f64>() - 6.0
    };
    let mut prices: Vec<f64> = (1..=ASSETS).map(|asset| asset as f64 * 9_137.0).collect();
    let first = chrono::NaiveDate::from_ymd_opt(2004, 1, 2).unwrap();
    let weekdays = first.iter_days().filter(|day| chrono::Datelike::weekday(day).number_from_monday() < 6);
    weekdays
        .take(DAYS)
        .map(|day| {
            prices.iter_mut().for_each(|price| *price = (*price * (1.0003 + 0.012 * next())).max(100.0));
            (day, prices.iter().map(|price| price.round() as u64).collect())
        })
        .collect()
}

fn wide(rows: &[(chrono::NaiveDate, Vec<u64>)]) -> String {
    let names: Vec<String> = (0..ASSETS).map(|asset| format!("A{asset}")).collect();
    let mut text = format!("date,{}\n", names.join(","));
    for (day, prices) in rows {
        let prices: Vec<String> = prices.iter().map(u64::to_string).collect();
        text.push_str(&format!("{day},{}\n", prices.join(",")));
    }
    text
}

fn long(rows: &[(chrono::NaiveDate, Vec<u64>)]) -> String {
    let mut text = "date,code,price\n".to_owned();
    for (day, prices) in rows {
        for (asset, price) in prices.iter().enumerate() {
            text.push_str(&format!("{day},A{asset},{price}\n"));
        }
    }
    text
}

/// The same in Parquet: dates and floats, as a data frame has them.
fn parquet(file: &Path, rows: &[(chrono::NaiveDate, Vec<u64>)]) -> Result<(), Box<dyn std::error::Error>> {
    let prices: String = (0..ASSETS).map(|asset| format!(" required double A{asset};")).collect();
    let schema = parse_message_type(&format!("message history {{ required int32 date (DATE);{prices} }}"))?;
    let mut writer = SerializedFileWriter::new(fs::File::create(file)?, Arc::new(schema), Arc::default())?;
    let mut group = writer.next_row_group()?;
    let mut at = 0;
    while let Some(mut column) = group.next_column()? {
        if at == 0 {
            let days: Vec<i32> = rows.iter().map(|(day, _)| day.to_epoch_days()).collect();
            column.typed::<Int32Type>().write_batch(&days, None, None)?;
        } else {
            let prices: Vec<f64> = rows.iter().map(|(_, prices)| prices[at - 1] as f64).collect();
            column.typed::<DoubleType>().write_batch(&prices, None, None)?;
        }
        column.close()?;
        at += 1;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}
