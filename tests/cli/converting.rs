//! A portfolio of won and dollars in which all currencies pay for all orders: what is converted stands in the plan, is
//! carried out with it, and is in the log.

use crate::currencies::dollars;
use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "portfolio_config.yaml";

/// Dollars are short: the largest asset is below its target, and the cash is in won.
pub(crate) fn short() -> Stage {
    let stage = dollars();
    stage.edit(CONFIG, "min_trade_amount", "funding: convert\n      min_trade_amount");
    stage.edit(CONFIG, "slippage_estimate", "conversion_rate: 0.002\n    slippage_estimate");
    stage.commit("Convert", 45);
    stage.edit("holdings.yaml", "quantity: 26\n", "quantity: 20\n");
    stage.edit("holdings.yaml", "KRW: 1000000", "KRW: 1800000");
    stage
}

#[test]
fn what_is_converted_stands_in_the_plan_and_what_it_costs() {
    let stage = short();
    let run = stage.run(&["plan", "-o", "plan.json"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Portfolio on 2026-03-04: 12,128,717 KRW (cash 1,966,329)
  cash KRW 1,800,000
  cash USD 120.05 at 1,385.5 of 2026-03-04 is 166,329 KRW

  code    asset                  weight   target  drift  band
  069500  KODEX 200             13.19 %  15.00 %  -1.81  10   [--*-|----]   20
  091230  TIGER Semiconductor   12.39 %  10.00 %  +2.39   5   [----|-*--]   15
  305080  TIGER US Treasury     11.54 %  15.00 %  -3.46  10   [-*--|----]   20
          10Y Futures
  305720  KODEX Secondary        6.60 %  10.00 %  -3.40   5   [-*--|----]   15
          Battery Industry
  319640  TIGER Gold & Silver    8.24 %  10.00 %  -1.76   5   [--*-|----]   15
          Futures (H)
! 360750  TIGER US S&P500       27.70 %  35.00 %  -7.30  30 * [----|----]   40
  443160  KODEX Composite Bond   4.12 %   5.00 %  -0.88   2   [---*|----]   8
          (AA- and above)
          Active
  [ ] is the band, | the target, * the weight. ! breaches its band or the
    threshold.

A rebalance is due (scheduled):
  the scheduled date 2026-01-02 is due and not served (for 39 sessions)
  360750 at 27.70 % is below its band of 30 % to 40 %
  the next scheduled date is 2026-04-01

7 orders:
- sell 6 x 091230 TIGER Semiconductor at 36.15 = 216.9 USD
    worth 300,515 KRW: 1 USD is 1,385.5
    12.39 % -> 9.91 % (target 10.00 %, band 5 to 15), limit price 36.12
    drifted +2.39 points from 10 %; -0.09 points left after
~ convert 375,211 KRW to 270.27 USD at 1,385.5, costs 752 KRW
+ buy 6 x 069500 KODEX 200 at 35,555 = 213,330
    13.19 % -> 14.96 % (target 15.00 %, band 10 to 20), limit price 35,590
    drifted -1.81 points from 15 %; -0.05 points left after
+ buy 42 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 420,000
    11.54 % -> 15.01 % (target 15.00 %, band 10 to 20), limit price 10,010
    drifted -3.46 points from 15 %; +0.01 points left after
+ buy 13 x 305720 KODEX Secondary Battery Industry at 32,000 = 416,000
    6.60 % -> 10.03 % (target 10.00 %, band 5 to 15), limit price 32,030
    drifted -3.40 points from 10 %; +0.03 points left after
+ buy 17 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 212,500
    8.24 % -> 10.00 % (target 10.00 %, band 5 to 15), limit price 12,510
    drifted -1.76 points from 10 %; 0.00 points left after
+ buy 5 x 360750 TIGER US S&P500 at 121.25 = 606.25 USD
    worth 839,959 KRW: 1 USD is 1,385.5
    27.70 % -> 34.64 % (target 35.00 %, band 30 to 40), limit price 121.37
    drifted -7.30 points from 35 %, below its band; -0.36 points left after
+ buy 11 x 443160 KODEX Composite Bond (AA- and above) Active at 10,000 =
  110,000
    4.12 % -> 5.03 % (target 5.00 %, band 2 to 8), limit price 10,010
    drifted -0.88 points from 5 %; +0.03 points left after
~ cash KRW 1,800,000 - 375,211 converted -> 51,379 (at least 0)
~ cash USD 120.05 + 270.27 converted -> 0 (at least 0)

Sold 300,515, bought 2,211,789; turnover 10.36 %
Costs 3,676 KRW: commission 401, slippage 2,523, tax 0, conversion 752

After: 12,125,041 KRW (cash 51,379)

  code    asset                  shares   weight  drift  band
+ 069500  KODEX 200                  51  14.96 %  -0.05  10   [----*----]   20
- 091230  TIGER Semiconductor        24   9.91 %  -0.09   5   [----*----]   15
+ 305080  TIGER US Treasury 10Y     182  15.01 %  +0.01  10   [----*----]   20
          Futures
+ 305720  KODEX Secondary            38  10.03 %  +0.03   5   [----*----]   15
          Battery Industry
+ 319640  TIGER Gold & Silver        97  10.00 %   0.00   5   [----*----]   15
          Futures (H)
+ 360750  TIGER US S&P500            25  34.64 %  -0.36  30   [----*----]   40
+ 443160  KODEX Composite Bond       61   5.03 %  +0.03   2   [----*----]   8
          (AA- and above)
          Active

Proven: no other whole-share orders within these limits come closer to the
  targets.

Plan c5040d6c7726 (applyable)
Next: rebalance apply plan.json
--- exit 0

"#]]
    );
    assert_eq!(stage.run(&["show", "plan.json"]).out.lines().count(), run.out.lines().count());
    let plan: serde_json::Value = serde_json::from_str(&stage.read("plan.json")).unwrap();
    assert_data_eq!(
        serde_json::to_string_pretty(&plan["body"]["conversions"]).unwrap(),
        str![[r#"
[
  {
    "id": "convert-KRW-USD",
    "from": "KRW",
    "to": "USD",
    "amount": "375211",
    "fee": "751",
    "from_rate": "1",
    "to_rate": "1385.5",
    "received": "270.27",
    "cost": "751.915"
  }
]
"#]]
    );
    assert_data_eq!(
        serde_json::to_string_pretty(&plan["body"]["summary"]["costs"]).unwrap(),
        str![[r#"
{
  "commission": "400.97",
  "slippage": "2522.965",
  "tax": "0",
  "conversion": "751.915",
  "total": "3675.85"
}
"#]]
    );
    let params = &plan["body"]["params"];
    assert_eq!((&params["funding"], &params["conversion_rate"]), (&"convert".into(), &"0.002".into()));
}

#[test]
fn it_is_carried_out_between_the_sales_and_the_purchases() {
    let stage = short();
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    let run = stage.run(&["apply", "plan.json"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
- sell 6 x 091230 TIGER Semiconductor at 36.15
    filled at 36.15 = 216.9 USD; commission 0.04, slippage 0.22, tax 0
~ convert 375,211 KRW to 270.27 USD
    of that 751 KRW for the bank
+ buy 6 x 069500 KODEX 200 at 35,555
    filled at 35,555 = 213,330; commission 32, slippage 214, tax 0
+ buy 42 x 305080 TIGER US Treasury 10Y Futures at 10,000
    filled at 10,000 = 420,000; commission 63, slippage 420, tax 0
+ buy 13 x 305720 KODEX Secondary Battery Industry at 32,000
    filled at 32,000 = 416,000; commission 63, slippage 416, tax 0
+ buy 17 x 319640 TIGER Gold & Silver Futures (H) at 12,500
    filled at 12,500 = 212,500; commission 32, slippage 213, tax 0
+ buy 5 x 360750 TIGER US S&P500 at 121.25
    filled at 121.25 = 606.25 USD; commission 0.1, slippage 0.61, tax 0
+ buy 11 x 443160 KODEX Composite Bond (AA- and above) Active at 10,000
    filled at 10,000 = 110,000; commission 17, slippage 110, tax 0

applied: plan c5040d6c7726 by the paper broker: 7 orders, 1 conversion, sold
  300,514.95, bought 2,211,789.375, costs 3,675.85
Next: git add holdings.yaml rebalance_log.jsonl .rebalance/journal.jsonl && git commit -m 'Rebalance'
--- exit 0

"#]]
    );
    let holdings = stage.read("holdings.yaml");
    assert_data_eq!(
        holdings.lines().find(|line| line.starts_with("cash")).unwrap(),
        str!["cash: { KRW: 51379, USD: 0 }"]
    );
    assert_data_eq!(
        stage.run(&["log"]).out,
        str![[r#"
2026-03-04 scheduled: 7 trades, 2,512,304.325 traded of 12,128,716.525, commission 400.97 c5040d6c7726
- SELL TIGER Semiconductor 216.9 USD
+ BUY KODEX 200 213,330
+ BUY TIGER US Treasury 10Y Futures 420,000
+ BUY KODEX Secondary Battery Industry 416,000
+ BUY TIGER Gold & Silver Futures (H) 212,500
+ BUY TIGER US S&P500 606.25 USD
+ BUY KODEX Composite Bond (AA- and above) Active 110,000
~ converted 375,211 KRW to 270.27 USD, cost 751.915
    the scheduled date 2026-01-02 is due and not served (for 39 sessions);
      360750 at 27.70 % is below its band of 30 % to 40 %

"#]]
    );
    let record: serde_json::Value = serde_json::from_str(&stage.read("rebalance_log.jsonl")).unwrap();
    assert_data_eq!(
        record["conversions"].to_string(),
        str![[
            r#"[{"id":"convert-KRW-USD","from":"KRW","to":"USD","amount":375211,"fee":751,"received":270.27,"cost":751.915}]"#
        ]]
    );
    let journal = stage.read(".rebalance/journal.jsonl");
    let events = |word: &str| journal.lines().filter(|line| line.contains(&format!("{{\"{word}\":"))).count();
    assert_eq!((events("convert"), events("converted")), (1, 1), "{journal}");
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 3);
    let next = stage.run(&["plan"]);
    assert!(next.out.contains("Nothing to do."), "{}", next.whole());
}

#[test]
fn steps_of_a_conversion_are_lines_of_json() {
    let stage = short();
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    let run = stage.run(&["apply", "plan.json", "--format", "json"]);
    let lines: Vec<&str> = run.out.lines().filter(|line| line.contains("convert")).collect();
    assert_data_eq!(
        lines.join("\n"),
        str![[r#"
{"format_version":"1.0","event":"convert","conversion":"convert-KRW-USD","from":"KRW","to":"USD","amount":"375211","fee":"751","received":"270.27","at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"converted","conversion":"convert-KRW-USD"}
{"format_version":"1.0","event":"summary","plan_id":"c5040d6c772640b331c9bfb6834fd4d48375fe74d25dc4cc5483789f6eca397d","finished":true,"done":["sell-091230","convert-KRW-USD","buy-069500","buy-305080","buy-305720","buy-319640","buy-360750","buy-443160"],"failed":[],"in_doubt":[],"not_started":[],"cash_flow":"0","sold":"300514.95","bought":"2211789.375","costs":"3675.85"}
"#]]
    );
}

#[test]
fn what_is_asked_for_goes_before_what_the_config_says_and_is_recorded() {
    let stage = short();
    let run = stage.run(&["plan", "--funding", "own", "-o", "own.json"]);
    assert!(run.code == 0 && !run.out.contains("convert"), "{}", run.whole());
    assert_eq!(stage.run(&["verify", "own.json"]).code, 0);
    let own = stage.read("own.json");
    assert!(own.contains("\"funding\": \"own\"") && !own.contains("conversion"), "{own}");
    stage.run(&["plan", "-q", "-o", "convert.json"]);
    assert_eq!(stage.run(&["verify", "convert.json"]).code, 0);
    let run = stage.run(&["diff", "own.json", "convert.json"]);
    let told: Vec<&str> = run.out.lines().filter(|line| line.contains("onver")).collect();
    assert_data_eq!(
        told.join("\n"),
        str![[r#"
own.json (0e3add761bec) -> convert.json (c5040d6c7726)
Conversions:
+ convert-KRW-USD id convert-KRW-USD
+ convert-KRW-USD from KRW
+ convert-KRW-USD to USD
+ convert-KRW-USD amount 375,211
+ convert-KRW-USD fee 751
+ convert-KRW-USD from rate 1
+ convert-KRW-USD to rate 1,385.5
+ convert-KRW-USD received 270.27
+ convert-KRW-USD cost 751.915
+ costs conversion 751.915
+ funding convert
+ conversion rate 0.2 %
"#]]
    );
    assert_eq!(stage.run(&["plan", "--funding", "both"]).code, 64);
    let run = stage.run(&["plan", "--funding", "convert", "--trigger", "manual"]);
    assert!(run.out.contains("rebalance plan --trigger manual --funding convert -o plan.json"), "{}", run.out);
}

#[test]
fn where_nothing_is_converted_a_plan_keeps_every_byte() {
    // One currency: whatever is asked.
    let stage = Stage::sample();
    let body = |stage: &Stage| stage.run(&["plan", "--format", "json"]).json()["body"].clone();
    let mut before = body(&stage);
    stage.edit(CONFIG, "min_trade_amount", "funding: convert\n      min_trade_amount");
    stage.commit("Convert", 45);
    let mut after = body(&stage);
    for body in [&mut before, &mut after] {
        body["inputs"]["config"] = serde_json::Value::Null;
    }
    assert_eq!(before, after);
    // Each currency for its own: whether that is said or not.
    let stage = dollars();
    let before = body(&stage);
    stage.edit(CONFIG, "min_trade_amount", "funding: own\n      min_trade_amount");
    stage.commit("Own", 45);
    let after = body(&stage);
    assert_eq!(before["inputs"]["config"]["semantic"], after["inputs"]["config"]["semantic"]);
    assert_eq!((&before["orders"], &before["summary"]), (&after["orders"], &after["summary"]));
}

#[test]
fn cash_that_comes_and_goes_is_converted_too() {
    let stage = short();
    stage.edit("holdings.yaml", "KRW: 1800000", "KRW: 0");
    let run = stage.run(&["plan", "--deposit", "1500000", "-o", "plan.json"]);
    let told: Vec<&str> = run.out.lines().filter(|line| line.starts_with(['~', '+', '-'])).collect();
    assert_data_eq!(
        told.join("\n"),
        str![[r#"
~ convert 507,443 KRW to 365.52 USD at 1,385.5, costs 1,015 KRW
+ buy 4 x 069500 KODEX 200 at 35,555 = 142,220
+ buy 34 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 340,000
+ buy 11 x 305720 KODEX Secondary Battery Industry at 32,000 = 352,000
+ buy 12 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 150,000
+ buy 4 x 360750 TIGER US S&P500 at 121.25 = 485 USD
~ cash KRW 0 + 1,500,000 deposited - 507,443 converted -> 7,203 (at least 0)
~ cash USD 120.05 + 365.52 converted -> 0 (at least 0)
+ 069500  KODEX 200                  49  14.73 %  -0.27  10   [----*----]   20
+ 305080  TIGER US Treasury 10Y     174  14.71 %  -0.29  10   [----*----]   20
+ 305720  KODEX Secondary            36   9.74 %  -0.26   5   [----*----]   15
+ 319640  TIGER Gold & Silver        92   9.72 %  -0.28   5   [----*----]   15
+ 360750  TIGER US S&P500            24  34.09 %  -0.91  30   [---*|----]   40
"#]]
    );
    let run = stage.run(&["apply", "plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let run = stage.run(&["plan", "--withdraw", "3000USD", "-o", "out.json"]);
    let told: Vec<&str> = run.out.lines().filter(|line| line.starts_with(['~', '+', '-'])).collect();
    assert_data_eq!(
        told.join("\n"),
        str![[r#"
- sell 17 x 069500 KODEX 200 at 35,555 = 604,435
- sell 15 x 091230 TIGER Semiconductor at 36.15 = 542.25 USD
- sell 59 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 590,000
- sell 12 x 305720 KODEX Secondary Battery Industry at 32,000 = 384,000
- sell 30 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 375,000
- sell 8 x 360750 TIGER US S&P500 at 121.25 = 970 USD
- sell 11 x 443160 KODEX Composite Bond (AA- and above) Active at 10,000 =
~ convert 2,067,853 KRW to 1,489.51 USD at 1,385.5, costs 4,137 KRW
~ cash KRW 7,203 - 2,067,853 converted -> 409 (at least 0)
~ cash USD 0 - 3,000 withdrawn + 1,489.51 converted -> 0 (at least 0)
- 069500  KODEX 200                  32  14.85 %  -0.15  10   [----*----]   20
- 091230  TIGER Semiconductor        15   9.81 %  -0.19   5   [----*----]   15
- 305080  TIGER US Treasury 10Y     115  15.01 %  +0.01  10   [----*----]   20
- 305720  KODEX Secondary            24  10.03 %  +0.03   5   [----*----]   15
- 319640  TIGER Gold & Silver        62  10.12 %  +0.12   5   [----*----]   15
- 360750  TIGER US S&P500            16  35.09 %  +0.09  30   [----*----]   40
- 443160  KODEX Composite Bond       39   5.09 %  +0.09   2   [----*----]   8
"#]]
    );
    let run = stage.run(&["apply", "out.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let run = stage.run(&["plan", "--withdraw", "1000000USD"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: that much cannot be withdrawn: at most 5516.43USD, after costs, taxes and the reserve
help: withdraw less: rebalance plan --withdraw 5516.43USD
--- exit 1

"#]]
    );
    let most = run.err.split("at most ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    let run = stage.run(&["plan", "-q", "--withdraw", &most, "-o", "most.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
}

#[test]
fn a_currency_that_cannot_pay_is_told_how_it_could() {
    let stage = dollars();
    stage.edit("holdings.yaml", "USD: 120.05", "USD: -4500");
    let run = stage.run(&["plan"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: no orders leave the USD cash that has to be left: 267.9 USD are missing
help: each currency pays for its own orders: pay that in, sell assets priced in it, or lower the reserve.
help: or let the plan convert what is missing: rebalance plan --funding convert
--- exit 1

"#]]
    );
    let run = stage.run(&["plan", "--funding", "convert"]);
    let told: Vec<&str> = run.out.lines().filter(|line| line.starts_with(['~', '+', '-'])).collect();
    assert_data_eq!(
        told.join("\n"),
        str![[r#"
- sell 20 x 069500 KODEX 200 at 35,555 = 711,100
- sell 18 x 091230 TIGER Semiconductor at 36.15 = 650.7 USD
- sell 51 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 510,000
- sell 6 x 305720 KODEX Secondary Battery Industry at 32,000 = 192,000
- sell 33 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 412,500
- sell 14 x 360750 TIGER US S&P500 at 121.25 = 1,697.5 USD
- sell 20 x 443160 KODEX Composite Bond (AA- and above) Active at 10,000 =
~ convert 2,985,088 KRW to 2,154.52 USD at 1,385.5, costs 1 KRW
~ cash KRW 1,000,000 - 2,985,088 converted -> 38,180 (at least 0)
~ cash USD -4,500 + 2,154.52 converted -> 0 (at least 0)
- 069500  KODEX 200                  25  14.99 %  -0.01  10   [----*----]   20
- 091230  TIGER Semiconductor        12  10.14 %  +0.14   5   [----*----]   15
- 305080  TIGER US Treasury 10Y      89  15.01 %  +0.01  10   [----*----]   20
- 305720  KODEX Secondary            19  10.25 %  +0.25   5   [----*----]   15
- 319640  TIGER Gold & Silver        47   9.91 %  -0.09   5   [----*----]   15
- 360750  TIGER US S&P500            12  34.00 %  -1.00  30   [---*|----]   40
- 443160  KODEX Composite Bond       30   5.06 %  +0.06   2   [----*----]   8
"#]]
    );
}

#[test]
fn accounts_of_a_batch_convert_as_well() {
    let stage = short();
    let alone = stage.run(&["plan", "--format", "json"]).json();
    let holdings = serde_json::json!({
        "as_of": "2026-03-04",
        "cash": { "KRW": 1_800_000, "USD": 120.05 },
        "positions": alone["body"]["before"]["assets"].as_array().unwrap().iter().map(|asset| {
            let number = |field: &str| asset[field].as_str().unwrap().parse::<serde_json::Number>().unwrap();
            serde_json::json!({ "code": asset["code"], "quantity": number("quantity"), "price": number("price") })
        }).collect::<Vec<_>>(),
    });
    let fx = serde_json::json!({ "as_of": "2026-03-04", "base": "KRW", "rates": { "USD": 1385.5 } });
    let line = serde_json::json!({ "id": "a", "config": CONFIG, "holdings": holdings, "fx": fx });
    let answer = |options: &[&str]| {
        let args = [&["--now", "2026-03-04T00:00:00Z", "plan", "--batch"], options].concat();
        let run = stage.run_with(format!("{line}\n").as_bytes(), &args);
        serde_json::from_str::<serde_json::Value>(run.out.trim_end()).unwrap_or_else(|_| panic!("{}", run.whole()))
    };
    assert_eq!(answer(&[])["plan"]["body"]["conversions"], alone["body"]["conversions"]);
    assert!(answer(&["--funding", "own"])["plan"]["body"]["conversions"].is_null());
}

#[test]
fn a_sale_that_was_not_filled_whole_leaves_too_little_to_convert() {
    let stage = short();
    // Won are raised by a sale, to be converted.
    stage.edit("holdings.yaml", "KRW: 1800000, USD: 120.05", "KRW: 0, USD: 0");
    stage.edit("holdings.yaml", "quantity: 45", "quantity: 120");
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    let plan: serde_json::Value = serde_json::from_str(&stage.read("plan.json")).unwrap();
    let orders = plan["body"]["orders"].as_array().unwrap();
    let sells: Vec<&str> =
        orders.iter().filter(|order| order["side"] == "sell").map(|order| order["id"].as_str().unwrap()).collect();
    assert!(sells.contains(&"sell-069500") && plan["body"]["conversions"][0]["from"] == "KRW", "{orders:?}");
    assert_eq!(stage.run(&["apply", "plan.json", "--broker", "manual"]).code, 5);
    let ticket = stage.read(".rebalance/ticket.txt");
    assert!(
        ticket.contains("Before the first purchase convert ") && ticket.contains(" USD are counted on."),
        "{ticket}"
    );
    let mut fills = "order,filled_quantity,filled_price\n".to_owned();
    for sell in &sells {
        let of = if *sell == "sell-069500" { "1,35555" } else { "0," };
        fills.push_str(&format!("{sell},{of}\n"));
    }
    stage.write("some.csv", &fills);
    let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "some.csv"]);
    assert_data_eq!(
        run.err,
        str![[r#"
stopped: the conversion convert-KRW-USD was not made:
  `[DIR]/holdings.yaml`: 929036 KRW are to be converted, and 35549 are
  there
  not all of: sell-069500, sell-091230
  not started: convert-KRW-USD, buy-305080, buy-305720, buy-319640,
    buy-360750, buy-443160
  help: see that the cash is there
  help: then go on: rebalance apply <plan.json> --resume
  help: or end the plan with what was executed: rebalance apply <plan.json>
    --resume --close

"#]]
    );
    assert_eq!(run.code, 5);
    // The cash is put there by hand, and it goes on with the first purchase.
    let cash = stage.read("holdings.yaml").lines().find(|line| line.starts_with("cash")).unwrap().to_owned();
    stage.edit("holdings.yaml", &cash, "cash: { KRW: 9000000, USD: 0 }");
    let run = stage.run(&["apply", "plan.json", "--resume"]);
    assert!(run.code == 5 && run.out.starts_with("~ convert "), "{}", run.whole());
    for order in orders.iter().filter(|order| order["side"] == "buy") {
        fills.push_str(&format!("{},0,\n", order["id"].as_str().unwrap()));
    }
    stage.write("none.csv", &fills);
    let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "none.csv"]);
    assert!(run.code == 5 && run.out.contains("1 conversion"), "{}", run.whole());
    let record: serde_json::Value = serde_json::from_str(&stage.read("rebalance_log.jsonl")).unwrap();
    assert_eq!(record["conversions"][0]["id"], "convert-KRW-USD");
}

#[test]
fn a_plan_that_cannot_convert_is_ended_with_what_was_executed() {
    let stage = short();
    stage.edit("holdings.yaml", "KRW: 1800000", "KRW: 0");
    stage.edit("holdings.yaml", "quantity: 45", "quantity: 120");
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    stage.run(&["apply", "plan.json", "--broker", "manual"]);
    stage.write("none.csv", "order,filled_quantity,filled_price\nsell-069500,0,\nsell-091230,0,\n");
    let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "none.csv"]);
    assert!(run.code == 5 && run.err.contains("--resume --close"), "{}", run.whole());
    let run = stage.run(&["apply", "plan.json", "--resume", "--close"]);
    assert!(run.out.contains("convert-KRW-USD (not begun)"), "{}", run.whole());
    assert!(!stage.read("rebalance_log.jsonl").contains("conversions"));
}

#[test]
fn what_the_bank_gave_is_corrected_in_the_cash_while_the_purchase_is_with_the_person() {
    let stage = short();
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    stage.run(&["apply", "plan.json", "--broker", "manual"]);
    let give = |lines: &str| {
        stage.write("fills.csv", &format!("order,filled_quantity,filled_price\n{lines}"));
        stage.run(&["apply", "plan.json", "--resume", "--fills", "fills.csv"])
    };
    let run = give("sell-091230,6,36.15\n");
    assert!(run.code == 5 && run.out.contains("~ convert 375,211 KRW"), "{}", run.whole());
    let cash = || stage.read("holdings.yaml").lines().find(|line| line.starts_with("cash")).unwrap().to_owned();
    let counted = cash();
    // The journal has the intent of the first purchase by now; the bank gave 20 cents less.
    let (won, dollars) = counted.split_once("USD: ").unwrap();
    let dollars: rust_decimal::Decimal = dollars.trim_end_matches(" }").parse().unwrap();
    let left = dollars - rust_decimal::Decimal::new(20, 2);
    stage.edit("holdings.yaml", &counted, &format!("{won}USD: {left} }}"));
    // Anything else than cash is as it was, or nothing is booked.
    let corrected = stage.read("holdings.yaml");
    stage.edit("holdings.yaml", "quantity: 45", "quantity: 46");
    let run = give("buy-069500,6,35555\n");
    assert!(run.code == 5 && run.err.contains("was changed") && run.out.is_empty(), "{}", run.whole());
    stage.write("holdings.yaml", &corrected);
    let run = give("buy-069500,6,35555\n");
    assert!(run.code == 5 && run.out.contains("filled at 35,555"), "{}", run.whole());
    assert!(cash().contains(&format!("USD: {left} }}")), "{}", cash());
}
