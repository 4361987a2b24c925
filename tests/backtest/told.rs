//! What people and programs are told.

use crate::slow::{stage, told};
use snapbox::{assert_data_eq, str};
use std::fs;
use unicode_width::UnicodeWidthStr;

#[test]
fn the_answer_fits_a_terminal() {
    let run = stage("fractional").run(&["backtest", "--prices", "prices.csv", "--failure-rate", "5%", "--seed", "7"]);
    assert_eq!(run.out.lines().find(|line| line.width() > 80), None);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Backtest from 2019-01-02 to 2022-07-26
900 days, 4 assets, 100,000,000 KRW at first, in any part of a share;
  commission 0.015 %, slippage 0.1 %; drift looked at weekly; 5 % of rebalances
  fail (seed 7)

policy              final value   return  a year  volatility  drawdown
never               120,046,070  20.05 %  5.26 %     12.44 %  -20.89 %
time                118,119,455  18.12 %  4.78 %     12.70 %  -20.30 %
threshold_absolute  116,436,783  16.44 %  4.36 %     12.66 %  -20.89 %
threshold_relative  116,436,783  16.44 %  4.36 %     12.66 %  -20.89 %
threshold_either    116,436,783  16.44 %  4.36 %     12.66 %  -20.89 %
hybrid              117,778,857  17.78 %  4.70 %     12.71 %  -20.53 %
band_edge           119,352,328  19.35 %  5.09 %     12.37 %  -19.57 %

policy              rebalances  failed  orders    costs  tax  out of band
never                        0       0       4  114,868    0      70.75 %
time                        14       1      60  226,847    0       2.67 %
threshold_absolute           3       0      16  162,701    0       0.56 %
threshold_relative           3       0      16  162,701    0       0.56 %
threshold_either             3       0      16  162,701    0       0.56 %
hybrid                      15       1      64  227,489    0       0.44 %
band_edge                   39       2      52  143,210    0      14.35 %

Returns are after costs and taxes. A day is out of band when some weight ends
  it outside its band.
Thresholds: threshold_absolute 5 points; threshold_relative 25 % of the
  target; threshold_either 5 points or 25 % of the target; hybrid 5 points.

What this cannot show: This is one past, and the policy that did best in it
  need not do best in the next. Every order is taken to be filled in full at the
  close by which it was decided: the spread, the depth of the market and your
  own effect on it are no more than the slippage that was assumed. What the
  price file leaves out is left out here: dividends unless its prices are
  adjusted for them, fund fees unless they are in the prices, funds that were
  closed, and what it costs to change money. Today's rules of tax and today's
  costs are applied to all of the past. Nobody lost their nerve.
--- exit 0

"#]]
    );
    let run = stage("whole").run(&["backtest", "--prices", "prices.csv", "--whole-shares", "--initial", "30000000"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Backtest from 2020-02-03 to 2022-11-01
700 days, 3 assets, 30,000,000 KRW at first, in whole lots; commission 0.015
  %, slippage 0.1 %; drift looked at weekly

policy              final value   return   a year  volatility  drawdown
never                44,569,181  48.56 %  15.51 %     14.96 %  -13.80 %
time                 42,553,608  41.85 %  13.58 %     14.22 %  -12.73 %
threshold_absolute   42,491,774  41.64 %  13.52 %     14.18 %  -12.89 %
threshold_relative   42,595,640  41.99 %  13.62 %     14.14 %  -12.89 %
threshold_either     42,491,774  41.64 %  13.52 %     14.18 %  -12.89 %
hybrid               42,521,696  41.74 %  13.55 %     14.19 %  -12.71 %
band_edge            43,239,330  44.13 %  14.24 %     14.39 %  -13.15 %

policy              rebalances  failed  orders   costs     tax  out of band
never                        0       0       3  34,453       0      84.84 %
time                        10       0      29  54,846  10,761       1.00 %
threshold_absolute           3       0      11  47,069  15,199       0.29 %
threshold_relative           3       0      11  48,301  23,516       1.14 %
threshold_either             3       0      11  47,069  15,199       0.29 %
hybrid                      11       0      31  55,155  10,761       0.00 %
band_edge                   28       0      53  45,010       0      11.16 %

Returns are after costs and taxes. A day is out of band when some weight ends
  it outside its band.
Thresholds: threshold_absolute 5 points; threshold_relative 25 % of the
  target; threshold_either 5 points or 25 % of the target; hybrid 5 points.

What this cannot show: This is one past, and the policy that did best in it
  need not do best in the next. Every order is taken to be filled in full at the
  close by which it was decided: the spread, the depth of the market and your
  own effect on it are no more than the slippage that was assumed. What the
  price file leaves out is left out here: dividends unless its prices are
  adjusted for them, fund fees unless they are in the prices, funds that were
  closed, and what it costs to change money. Today's rules of tax and today's
  costs are applied to all of the past. Nobody lost their nerve.
--- exit 0

"#]]
    );
}

#[test]
fn programs_are_told_what_the_schema_says() {
    let schema = (rebalance::output::backtest::BACKTEST_SHEET.schema)();
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    for (case, args) in [("taxes", &[][..]), ("cents", &["--whole-shares"]), ("whole", &["--to", "2020-05-01"])] {
        let json = told(&stage(case), args);
        assert!(validator.is_valid(&json), "{case} {args:?}: {json}");
    }
    let short = told(&stage("whole"), &["--to", "2020-02-04"]);
    let first = &short["policies"][0];
    assert!(first["annual_return"].is_null() && first["volatility"].is_null(), "{first}");
}

#[test]
fn the_page_is_whole_and_says_what_the_answer_says() {
    let stage = stage("taxes");
    let args = ["backtest", "--prices", "prices.csv", "--html", "page.html"];
    let run = stage.run(&args);
    assert_eq!(run.code, 0, "{}", run.whole());
    let page = stage.read("page.html");
    for outside in ["://", "<script", "<link", " src="] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<polyline").count(), 14, "a line a policy, in two charts");
    let table = run.out.lines().filter(|line| line.starts_with("band_edge") || line.starts_with("threshold_relative"));
    for row in table {
        for cell in row.split("  ").filter(|cell| !cell.is_empty()) {
            assert!(page.contains(&format!(">{}</td>", cell.trim())), "{cell} is not on the page");
        }
    }
    // The same bytes at each run, and nothing on the way.
    stage.run(&args);
    assert_eq!(stage.read("page.html"), page);
    assert_eq!(fs::read_dir(stage.path("")).unwrap().count(), 4);
}

#[test]
fn a_page_takes_the_place_of_no_input() {
    let stage = stage("whole");
    let before = stage.read("prices.csv");
    for file in ["prices.csv", "./prices.csv", "portfolio_config.yaml"] {
        let html = stage.run(&["backtest", "--prices", "prices.csv", "--html", file]);
        let json = stage.run(&["backtest", "--prices", "prices.csv", "--format", "json", "--output-file", file]);
        assert_eq!((html.code, json.code), (64, 64), "{file}: {} {}", html.whole(), json.whole());
    }
    let both = ["backtest", "--prices", "prices.csv", "--format", "json", "--output-file", "a", "--html", "a"];
    assert_eq!(stage.run(&both).code, 64);
    let stream = stage.run(&["backtest", "--prices", "prices.csv", "--html", "-"]);
    assert!(stream.code == 64 && !stage.path("-").exists(), "{}", stream.whole());
    let nowhere = stage.run(&["backtest", "--prices", "prices.csv", "--html", "none/page.html"]);
    assert_eq!(nowhere.code, 6, "{}", nowhere.whole());
    assert_eq!(stage.read("prices.csv"), before);
}

#[test]
fn wrong_usage_is_told_with_what_is_right() {
    let stage = stage("whole");
    let cases = [
        (&["--policy", "hybird"][..], "did you mean `hybrid`"),
        (&["--policy", "never=5%"], "never has no threshold"),
        (&["--policy", "hybrid=0"], "a threshold above 0"),
        (&["--failure-rate", "101%"], "from 0 to 1"),
        (&["--failure-rate", "-1%"], "unexpected argument"),
        (&["--commission", "0.000000001"], "from 0 to 1"),
        (&["--initial", "0"], "above 0"),
        (&["--initial", "1000000000001"], "1000000000000 at most"),
        (&["--seed", "-1"], "unexpected argument"),
        (&["--from", "2024-1-1"], "--from"),
        (&["--from", "2020-03-02", "--to", "2020-03-01"], "--from 2020-03-02 is after --to 2020-03-01"),
    ];
    for (args, said) in cases {
        let run = stage.run(&[&["backtest", "--prices", "prices.csv"], args].concat());
        assert_eq!(run.code, 64, "{args:?}: {}", run.whole());
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    assert_eq!(stage.run(&["backtest"]).code, 64);
}

#[test]
fn a_policy_that_is_named_twice_is_told_once() {
    let stage = stage("whole");
    let named = ["--policy", "threshold", "--policy", "threshold_relative", "--policy", "threshold_relative=10%"];
    let json = told(&stage, &named);
    let names: Vec<&str> = json["policies"].as_array().unwrap().iter().map(|p| p["policy"].as_str().unwrap()).collect();
    assert_eq!(names, ["threshold_absolute", "threshold_relative", "threshold_either", "threshold_relative"]);
}

#[test]
fn a_config_that_is_wrong_is_told_as_lint_tells_it() {
    let stage = stage("whole");
    stage.edit("portfolio_config.yaml", "target: 0.50", "target: 0.40");
    let run = stage.run(&["backtest", "--prices", "prices.csv"]);
    assert_eq!(run.code, 1, "{}", run.whole());
    assert!(run.out.contains("error[weights-sum]"), "{}", run.out);
}

#[test]
fn what_cannot_be_reckoned_is_said() {
    let stage = stage("whole");
    let small = stage.read("prices.csv").replace("28500", "0.4");
    stage.write("prices.csv", &small);
    assert_data_eq!(
        stage.run(&["backtest", "--prices", "prices.csv", "--whole-shares"]).whole(),
        str![[r#"
--- stderr
error: the price of 069500 on 2020-02-03 is less than the smallest unit of KRW
help: leave out --whole-shares, or give prices in the currency of the config.
--- exit 6

"#]]
    );
    assert_eq!(stage.run(&["backtest", "--prices", "prices.csv", "--from", "2020-03-02"]).code, 0);
    let large = stage.run(&["backtest", "--prices", "prices.csv", "--initial", "1000000000000"]);
    assert_data_eq!(
        large.whole(),
        str![[r#"
--- stderr
error: a figure is larger than is kept exactly
help: begin with less: --initial 1000000, and check the prices.
--- exit 6

"#]]
    );
}

#[test]
fn who_begins_with_too_little_loses_it_to_fees() {
    let args = ["backtest", "--prices", "prices.csv", "--initial", "5"];
    assert_data_eq!(
        stage("cents").run(&args).whole(),
        str![[r#"
--- stderr
error: nothing is left on 2017-03-15: costs took all of it
help: begin with more, or with lower costs: --initial, --commission, --slippage.
--- exit 6

"#]]
    );
    let dear = ["backtest", "--prices", "prices.csv", "--slippage", "100%"];
    let run = stage("cents").run(&dear);
    assert!(run.code == 6 && run.err.contains("costs took all of it"), "{}", run.whole());
    let none = stage("cents").run(&[&args[..], &["--whole-shares"]].concat());
    assert_eq!(none.code, 0, "nothing can be bought: {}", none.whole());
}
