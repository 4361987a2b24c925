//! What a price file may look like, and what is said of one that is wrong.

use crate::stage::{Run, Stage};
use snapbox::{assert_data_eq, str};

/// Two assets, half and half.
pub(crate) const CONFIG: &str = "\
portfolio:
  name: Two
  base_currency: KRW
  allocation:
    core:
      weight: 1
      assets:
        - { ticker: A, code: '069500', target: 0.5, min: 0.4, max: 0.6 }
        - { ticker: B, code: '360750', target: 0.5, min: 0.4, max: 0.6 }
  rebalancing:
    strategy: threshold
    drift_trigger: { threshold: 0.05, check_frequency: daily }
  costs: { etf_commission_rate: 0, slippage_estimate: 0 }
";

fn stage() -> Stage {
    let stage = Stage::bare_directory();
    stage.write("portfolio_config.yaml", CONFIG);
    stage
}

fn run(prices: &str, args: &[&str]) -> Run {
    let stage = stage();
    stage.write("prices.csv", prices);
    stage.run(&[&["backtest", "--prices", "prices.csv", "--policy", "never"], args].concat())
}

/// The prices of both assets on three days, however they are written.
const SAME: [(&str, &str); 9] = [
    ("a line a day", "date,069500,360750\n2024-01-02,100,1000\n2024-01-03,110,1100.5\n2024-01-04,120,990\n"),
    (
        "other columns, another order, Windows lines",
        "Date,360750,SPY,069500\r\n2024-01-02,1000,1,100\r\n2024-01-03,1100.5,2,110\r\n2024-01-04,990,,120\r\n",
    ),
    (
        "a byte order mark, quotes, thousands, exponents, a day without a price of either",
        "\u{feff}\"date\",\"069500\",\"360750\"\n2024-01-01,,\n2024-01-02,1e2,\"1,000\"\n2024-01-03, 110 ,\"1,100.50\"\n\n\
         2024-01-04,1.2E2,990.0\n",
    ),
    (
        "a line a price, by day",
        "date,code,price\n2024-01-02,069500,100\n2024-01-02,360750,1000\n2024-01-03,069500,110\n\
         2024-01-03,360750,1100.5\n2024-01-04,069500,120\n2024-01-04,360750,990\n",
    ),
    (
        "a line a price, by code, and the price first",
        "date,price,code\n2024-01-02,100,069500\n2024-01-03,110,069500\n2024-01-04,120,069500\n2024-01-02,1000,360750\n\
         2024-01-03,1100.5,360750\n2024-01-04,990,360750\n2024-01-04,1,SPY\n",
    ),
    (
        "a gap that is filled",
        "date,069500,360750\n2024-01-02,100,1000\n2024-01-03,110,1100.5\n2024-01-04,120,990\n2024-01-05,,NaN\n",
    ),
    (
        "a beginning without one of them",
        "date,069500,360750\n2023-12-28,7,\n2024-01-02,100,1000\n2024-01-03,110,1100.5\n2024-01-04,120,990\n",
    ),
    (
        "a line a price with a gap",
        "date,code,price\n2024-01-02,069500,100\n2024-01-02,360750,1000\n2024-01-03,069500,110\n\
         2024-01-03,360750,1100.5\n2024-01-04,069500,120\n2024-01-04,360750,990\n2024-01-05,069500,\n",
    ),
    ("no end of line", "date,069500,360750\n2024-01-02,100,1000\n2024-01-03,110,1100.5\n2024-01-04,120,990"),
];

#[test]
fn the_same_prices_are_the_same_however_they_are_written() {
    for (how, prices) in SAME {
        let run = run(prices, &["--format", "json"]);
        assert_eq!(run.code, 0, "{how}: {}", run.whole());
        let json = run.json();
        // 500 shares of one, 50,000 of the other: 0.2 and -0.01 of a half each.
        assert_eq!(json["policies"][0]["final_value"], "109500000", "{how}");
        assert_eq!(json["from"], "2024-01-02", "{how}");
    }
}

#[test]
fn what_was_filled_left_out_or_ignored_is_told() {
    let prices =
        "date,069500,360750,SPY\n2023-12-28,7,,1\n2024-01-02,100,1000,1\n2024-01-03,110,,1\n2024-01-04,120,990,1\n";
    let told = run(prices, &["--format", "json"]).json()["prices"].clone();
    assert_eq!((&told["carried_forward"], &told["left_out"]), (&1.into(), &1.into()), "{told}");
    assert_eq!(told["ignored"], serde_json::json!(["SPY"]));
    let human = run(prices, &[]).out;
    for said in ["1 price was missing", "1 day at the beginning left out", "ignored: `SPY`"] {
        assert!(human.replace("\n  ", " ").contains(said), "{said}: {human}");
    }
}

/// What is wrong, and what is said of it. The place is the line.
const WRONG: [(&str, &str, &str); 26] = [
    ("", "the file is empty", "prices.csv"),
    ("\n\n", "the file is empty", "prices.csv"),
    ("code,price\n069500,1\n", "the first column is `code`, not `date`", "prices.csv:1:1"),
    ("date\n2024-01-02\n", "`date` stands alone", "prices.csv:1:1"),
    ("date;069500;360750\n2024-01-02;1;1\n", "the columns are parted by semicolons, not by commas", "prices.csv:1:1"),
    ("date\t069500\t360750\n2024-01-02\t1\t1\n", "the columns are parted by tabs, not by commas", "prices.csv:1:1"),
    ("date,069500,360750\n,1,1\n", "there is no date", "prices.csv:2:1"),
    ("date,code,price\n2024-01-02,,1\n", "there is no code", "prices.csv:2:1"),
    ("date,069500,360750,069500\n", "069500 has two columns", "prices.csv:1:1"),
    ("date,69500,360750\n", "69500 is no code of the portfolio, but 069500 is", "prices.csv:1:1"),
    ("date,code,price\n2024-01-02,69500,1\n", "69500 is no code of the portfolio", "prices.csv:2:1"),
    ("date,SPY\n2024-01-02,1\n", "there are no prices of `069500` and `360750`", "prices.csv"),
    ("date,069500\n2024-01-02,1\n", "there is no price of `360750`", "prices.csv"),
    ("date,069500,360750\n2024-01-02,1\n", "the line has 2 fields, not 3", "prices.csv:2:1"),
    ("date,069500,360750\n2024-01-02,1,000,1\n", "the line has 4 fields, not 3", "prices.csv:2:1"),
    ("date,069500,360750\n2024-1-2,1,1\n", "`2024-1-2` is not a date", "prices.csv:2:1"),
    ("date,069500,360750\n2024-02-30,1,1\n", "`2024-02-30` is not a date", "prices.csv:2:1"),
    ("date,069500,360750\n2024-01-02,1,1\n\n2024-01-02,1,1\n", "2024-01-02 is there twice", "prices.csv:4:1"),
    ("date,069500,360750\n2024-01-03,1,1\n2024-01-02,1,1\n", "2024-01-02 comes after 2024-01-03", "prices.csv:3:1"),
    (
        "date,code,price\n2024-01-02,069500,1\n2024-01-02,069500,1\n",
        "069500 has a price on 2024-01-02 twice",
        "prices.csv:3:1",
    ),
    (
        "date,code,price\n2024-01-03,069500,1\n2024-01-02,069500,1\n",
        "2024-01-02 of 069500 comes after its 2024-01-03",
        "prices.csv:3:1",
    ),
    ("date,069500,360750\n2024-01-02,0,1\n", "`0`, is not above 0", "prices.csv:2:1"),
    ("date,069500,360750\n2024-01-02,1,-3.5\n", "360750 on 2024-01-02, `-3.5`, is not above 0", "prices.csv:2:1"),
    ("date,069500,360750\n2024-01-02,1,abc\n", "`abc`, is not a number in plain digits", "prices.csv:2:1"),
    ("date,069500,360750\n2024-01-02,1,10000000000000\n", "is too large", "prices.csv:2:1"),
    ("date,069500,360750\n2024-01-02,1,1\n", "prices of all assets on 1 day", "prices.csv"),
];

#[test]
fn a_file_that_is_wrong_is_refused_at_its_place() {
    for (prices, said, place) in WRONG {
        let run = run(prices, &[]);
        assert_eq!(run.code, 1, "{prices:?}: {}", run.whole());
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(said), "{said}: {}", run.out);
        assert!(run.out.contains(&format!("--> {place}\n")) || !place.contains(':'), "{place}: {}", run.out);
        assert!(run.out.contains("help: "), "{}", run.out);
    }
}

#[test]
fn a_fault_shows_its_line_and_says_what_to_do() {
    assert_data_eq!(
        run("date,069500,360750\n2024-01-02,100,1000\n2024-01-03,110,-1\n", &[]).whole(),
        str![[r#"
error[schema]: the price of 360750 on 2024-01-03, `-1`, is not above 0
 --> prices.csv:3:1
  |
3 | 2024-01-03,110,-1
  | ^^^^^^^^^^^^^^^^^
  |
  = help: write it as `16800` or `16800.5`, or leave it empty where there is
          none.

refused: prices.csv: 1 error, 0 warnings, 0 infos
--- exit 1

"#]]
    );
    let gap = "date,069500,360750\n2024-01-02,1,1\n2024-01-03,1,\n2024-01-04,1,\n2024-01-05,1,1\n";
    assert_data_eq!(
        run(gap, &["--max-gap", "1"]).whole(),
        str![[r#"
error[schema]: 360750 has no price on 2024-01-04 and the 1 day before
--> prices.csv
 = help: add the prices, carry them further with `--max-gap`, or end before it
         with `--to`.

refused: prices.csv: 1 error, 0 warnings, 0 infos
--- exit 1

"#]]
    );
    assert!(run(gap, &["--max-gap", "0"]).out.contains("360750 has no price on 2024-01-03\n"));
    assert_eq!(run(gap, &["--max-gap", "2"]).code, 0);
    assert_eq!(run(gap, &["--max-gap", "1", "--to", "2024-01-03"]).code, 0);
}

#[test]
fn a_file_that_cannot_be_read_is_not_an_answer() {
    let stage = stage();
    let of = |stage: &Stage, file: &str| stage.run(&["backtest", "--prices", file]);
    assert_eq!(of(&stage, "nowhere.csv").code, 6);
    assert_eq!(of(&stage, ".").code, 6);
    std::fs::write(stage.path("prices.csv"), [b'd', 0xff, 0xfe]).unwrap();
    let run = of(&stage, "prices.csv");
    assert_eq!(run.code, 1, "{}", run.whole());
    assert!(run.out.contains("text in UTF-8"), "{}", run.out);
}

#[test]
fn prices_in_another_currency_are_changed_at_the_rates_of_the_file() {
    let stage = stage();
    stage.edit("portfolio_config.yaml", "code: '360750'", "code: 'SPY', currency: USD");
    stage.write("prices.csv", "date,069500,SPY\n2024-01-02,100,10\n2024-01-03,100,10\n");
    let args = ["backtest", "--prices", "prices.csv", "--policy", "never", "--format", "json"];
    let without = stage.run(&args);
    assert!(without.code == 1 && without.out.contains("there is no price of `USD`"), "{}", without.whole());
    stage.write("prices.csv", "date,069500,SPY,USD\n2024-01-02,100,10,1300\n2024-01-03,100,11,1430.0\n");
    // Half of it grew by 1.1 x 1.1.
    let answer = stage.run(&args).json();
    let value: f64 = answer["policies"][0]["final_value"].as_str().unwrap().parse().unwrap();
    assert!((value - 110_500_000.0).abs() < 1e-6, "{value}");
    // Nothing is traded on a day that has a rate alone. The last of such rates is that of the next day, if it has none.
    for weekend in [
        "date,069500,SPY,USD\n2023-12-31,,,1\n2024-01-02,100,10,1300\n2024-01-03,100,11,1430.0\n2024-01-06,,,9\n",
        "date,069500,SPY,USD\n2023-12-30,,,9\n2023-12-31,,,1300\n2024-01-01,,,\n2024-01-02,100,10,\n2024-01-03,100,11,1430\n",
    ] {
        stage.write("prices.csv", weekend);
        assert_eq!(stage.run(&args).json()["policies"], answer["policies"], "{weekend}");
        assert_eq!(stage.run(&args).json()["days"], answer["days"], "{weekend}");
    }
    stage.write("prices.csv", "date,069500,SPY,USD\n2024-01-02,100,0.00000005,0.00072\n2024-01-03,100,11,1430.0\n");
    let nothing = stage.run(&args);
    let said = "the price of SPY on 2024-01-02, times the rate of its currency, is less than is kept";
    assert!(nothing.code == 1 && nothing.out.contains(said), "{}", nothing.whole());
}

#[test]
fn cash_that_the_config_excludes_counts_and_it_is_said() {
    let stage = stage();
    stage.write("prices.csv", SAME[0].1);
    let args = ["backtest", "--prices", "prices.csv", "--policy", "never"];
    let said = "Cash counts in the weights, although the config excludes it.";
    assert!(!stage.run(&args).out.contains(said));
    stage.edit("portfolio_config.yaml", "  costs:", "  cash: { policy: exclude }\n  costs:");
    let run = stage.run(&args);
    assert!(run.code == 0 && run.out.contains(said), "{}", run.whole());
}
