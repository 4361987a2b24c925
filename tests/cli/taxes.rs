//! Overseas gains over a year: the deduction, the log, and what waiting would save.

use crate::stage::Stage;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

/// The sample with two assets whose gains are taxed by the year (one has fallen), and one taxed by the sale.
pub(crate) fn overseas() -> Stage {
    let stage = Stage::sample();
    for (code, class) in [("360750", "overseas"), ("091230", "overseas"), ("305720", "kr_other")] {
        let code = format!("code: '{code}'\n");
        stage.edit("portfolio_config.yaml", &code, &format!("{code}          tax_class: {class}\n"));
    }
    stage.commit("Tax classes", 50);
    let lots = [
        (
            "price: 16800\n",
            "{ date: 2024-01-02, quantity: 15, cost: 9000 }, { date: 2025-01-02, quantity: 235, cost: 8000 }",
        ),
        ("price: 50000\n", "{ date: 2024-01-02, quantity: 30, cost: 55000 }"),
        ("price: 32000\n", "{ date: 2024-01-02, quantity: 25, cost: 30000 }"),
    ];
    for (price, lots) in lots {
        stage.edit("holdings.yaml", price, &format!("{price}    lots: [{lots}]\n"));
    }
    stage
}

fn realised(stage: &Stage, entries: &str) {
    stage.edit("holdings.yaml", "positions:\n", &format!("realised: [{entries}]\npositions:\n"));
}

fn year(stage: &Stage, args: &[&str]) -> Value {
    let args: Vec<&str> = [&["plan", "--format", "json"], args].concat();
    stage.run(&args).json()["body"]["summary"]["tax"].clone()
}

#[test]
fn a_sale_that_crosses_the_deduction_says_what_waiting_saves() {
    let stage = overseas();
    realised(&stage, "{ year: 2026, tax_class: overseas, gain: 2390000 }");
    let run = stage.run(&["plan"]);
    let shown = run.out.split("5 orders:\n").nth(1).unwrap().split("After:").next().unwrap().to_owned();
    assert_data_eq!(
        shown,
        str![[r#"
- sell 8 x 091230 TIGER Semiconductor at 50,000 = 400,000
    13.64 % -> 10.01 % (target 10.00 %, band 5 to 15), limit price 49,950
    drifted +3.64 points from 10 %; +0.01 points left after
    loss 40,000 (overseas, tax 0): 8 of 2024-01-02 cost 440,000
- sell 21 x 360750 TIGER US S&P500 at 16,800 = 352,800
    38.18 % -> 34.99 % (target 35.00 %, band 30 to 40), limit price 16,785
    drifted +3.18 points from 35 %; -0.01 points left after
    gain 169,800 (overseas, tax 4,356): 15 of 2024-01-02 cost 135,000, 6 of
      2025-01-02 cost 48,000
+ buy 25 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 250,000
    12.73 % -> 15.01 % (target 15.00 %, band 10 to 20), limit price 10,010
    drifted -2.27 points from 15 %; +0.01 points left after
+ buy 9 x 305720 KODEX Secondary Battery Industry at 32,000 = 288,000
    7.27 % -> 9.90 % (target 10.00 %, band 5 to 15), limit price 32,030
    drifted -2.73 points from 10 %; -0.10 points left after
+ buy 8 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 100,000
    9.09 % -> 10.01 % (target 10.00 %, band 5 to 15), limit price 12,510
    drifted -0.91 points from 10 %; +0.01 points left after
~ cash 0 -> 108,843 (at least 0)
  2 assets unchanged (no order below 100,000)

Sold 752,800, bought 638,000; turnover 6.32 %
Costs 5,957 KRW: commission 210, slippage 1,391, tax 4,356
Overseas gains of 2026: 2,390,000 before, 129,800 by this plan; of the
  2,500,000 free of tax 0 KRW are left
  19,800 KRW are taxed: 22 % is 4,356
  waiting until 2027-01-04 (the first session of the year) would save 4,356
    KRW, if they were sold then at the same prices and with no other sales that
    year
Tax figures are of 2026-01-01; nothing here is advice.


"#]]
    );
    // 15 of 9,000 and 6 of 8,000 at 16,800: 169,800; 8 of 55,000 at 50,000: 40,000 lost. 110,000 are still free.
    let tax = year(&stage, &[]);
    assert_data_eq!(
        serde_json::to_string_pretty(&tax).unwrap(),
        str![[r#"
{
  "year": 2026,
  "deduction": "2500000",
  "realised_before": "2390000",
  "untold": [],
  "gains": "129800",
  "used": "110000",
  "left": "0",
  "taxed": "19800",
  "tax": "4356",
  "waiting": {
    "until": "2027-01-04",
    "saves": "4356"
  }
}
"#]]
    );
}

#[test]
fn gains_are_remembered_by_the_log() {
    let stage = overseas();
    realised(
        &stage,
        "{ year: 2026, tax_class: overseas, gain: 2390000 }, { year: 2025, tax_class: overseas, gain: 1 }",
    );
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    let log: Value = serde_json::from_str(&stage.read("rebalance_log.jsonl")).unwrap();
    let fills = log["fills"].as_array().unwrap();
    let gains: Vec<_> = fills.iter().map(|fill| (fill["gain"].as_i64(), fill["tax_class"].as_str())).collect();
    let overseas = Some("overseas");
    assert_eq!(gains[..2], [(Some(-40_000), overseas), (Some(169_800), overseas)]);
    assert_eq!(gains[2..], [(None, None), (None, Some("kr_other")), (None, None)]);
    let [this, next] = ["2026-05-04", "2027-01-04"].map(|day| year(&stage, &["--as-of", day, "--trigger", "manual"]));
    assert_eq!((this["realised_before"].as_str(), this["left"].as_str()), (Some("2519800"), Some("0")));
    assert_eq!((next["realised_before"].as_str(), next["left"].as_str()), (Some("0"), Some("2500000")));
}

#[test]
fn losses_of_the_year_add_to_the_deduction() {
    let stage = overseas();
    realised(&stage, "{ year: 2026, tax_class: overseas, gain: -500000 }");
    let tax = year(&stage, &[]);
    assert_eq!((tax["used"].as_str(), tax["left"].as_str()), (Some("129800"), Some("2870200")));
    assert_eq!((tax["tax"].as_str(), tax["waiting"].is_null()), (Some("0"), true));
}

#[test]
fn a_sale_whose_gain_nobody_knows_leaves_nothing_free() {
    let stage = overseas();
    let sale = |code: &str| {
        format!(
            r#"{{"date":"2026-02-02","trigger":"manual","total_portfolio_value":1,"trades":[],"total_trade_amount":1,"total_commission":0,"pre_drift":{{}},"post_drift":{{}},"fills":[{{"order":"sell-{code}","code":"{code}","side":"sell","quantity":1,"price":1,"amount":1,"commission":0,"slippage":0,"tax":0,"at":"2026-02-02T00:00:00Z"}}]}}
"#
        )
    };
    stage.write("rebalance_log.jsonl", &sale("069500"));
    assert_eq!(year(&stage, &["--trigger", "manual"])["untold"], serde_json::json!([]), "not taxed by the year");
    stage.write("rebalance_log.jsonl", &sale("360750"));
    let tax = year(&stage, &["--trigger", "manual"]);
    assert_eq!(tax["untold"], serde_json::json!(["360750 on 2026-02-02"]));
    assert_eq!((tax["left"].as_str(), tax["taxed"].as_str()), (Some("0"), Some("129800")));
    let run = stage.run(&["plan", "--trigger", "manual"]);
    assert!(run.out.contains("the log does not say what the sale of 360750 on"), "{}", run.out);
    let told = sale("360750").replace("\"tax\":0,", "\"tax\":0,\"gain\":5,\"tax_class\":\"overseas\",");
    stage.write("rebalance_log.jsonl", &told);
    assert_eq!(year(&stage, &["--trigger", "manual"])["realised_before"], "5");
}

#[test]
fn the_figures_of_the_law_are_the_configs() {
    let stage = overseas();
    let taxes =
        "  taxes: { as_of: 2025-07-01, kr_other_rate: 0.2, overseas_rate: 0.25, overseas_deduction: 100000 }\n  # Cost";
    stage.edit("portfolio_config.yaml", "  # Cost", taxes);
    stage.commit("Another law", 40);
    let run = stage.run(&["plan", "--format", "json"]);
    let body = &run.json()["body"];
    assert_eq!(body["summary"]["tax"]["tax"], "7450", "25 % of 29,800");
    assert_eq!(body["params"]["taxes"]["overseas_rate"], "0.25");
    let check = body["checks"].as_array().unwrap().iter().find(|check| check["rule"] == "tax-parameters-age").unwrap();
    assert_eq!((check["level"].as_str(), run.code), (Some("warning"), 0));
}

#[test]
fn only_overseas_gains_are_taxed_by_the_year() {
    let stage = overseas();
    realised(&stage, "{ year: 2026, tax_class: kr_other, gain: 1 }");
    let run = stage.run(&["plan"]);
    assert!(run.out.contains("gains of the class `kr_other` are not taxed by the year"), "{}", run.whole());
    assert_eq!(run.code, 1);
}

/// What is left of the deduction, in every format, before anything is sold.
#[test]
fn the_status_says_what_is_left_of_the_deduction() {
    let stage = overseas();
    realised(&stage, "{ year: 2026, tax_class: overseas, gain: 2390000 }");
    let told = "110,000 of 2,500,000 KRW free of tax in 2026, after gains of 2,390,000";
    // Without the line breaks of a terminal.
    let human = |args: &[&str]| stage.run(args).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = human(&["status"]);
    assert!(said.contains(&format!("deduction left: {told}")), "{said}");
    let markdown = stage.run(&["status", "--format", "markdown"]).out;
    assert!(markdown.contains(&format!("- deduction left: `{told}`")), "{markdown}");
    let json = stage.run(&["status", "--format", "json"]).json();
    assert_eq!(
        json["deduction"],
        json!({ "year": 2026, "deduction": "2500000", "realised": "2390000", "left": "110000", "untold": [] })
    );
    // In another year it is fresh.
    let next = human(&["status", "--as-of", "2027-01-04"]);
    assert!(next.contains("deduction left: 2,500,000 of 2,500,000 KRW free of tax in 2027"), "{next}");
    // Where nothing is taxed so, nothing is said.
    assert_eq!(Stage::sample().run(&["status", "--format", "json"]).json()["deduction"], Value::Null);
}
