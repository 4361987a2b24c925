//! A portfolio of won and dollars: rates from a file, each currency paying for its own orders.

use crate::stage::Stage;
use rust_decimal::Decimal;
use snapbox::{assert_data_eq, str};

const RATES: &str = "as_of: 2026-03-04\nbase: KRW\nrates: { USD: 1385.5 }\n";

/// The sample with the largest asset and the semiconductors priced in dollars.
pub(crate) fn dollars() -> Stage {
    let stage = Stage::sample();
    for code in ["360750", "091230"] {
        let code = format!("code: '{code}'\n");
        stage.edit("portfolio_config.yaml", &code, &format!("{code}          currency: USD\n"));
    }
    stage.commit("Dollars", 50);
    stage.edit("holdings.yaml", "quantity: 250\n    price: 16800", "quantity: 26\n    price: 121.25");
    stage.edit("holdings.yaml", "price: 50000", "price: 36.15");
    stage.edit("holdings.yaml", "cash: { KRW: 0 }", "cash: { KRW: 1000000, USD: 120.05 }");
    stage.write("fx.yaml", RATES);
    stage
}

#[test]
fn each_currency_pays_for_its_own_orders_and_the_plan_says_so() {
    let stage = dollars();
    let run = stage.run(&["plan", "-o", "plan.json"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Portfolio on 2026-03-04: 12,336,668 KRW (cash 1,166,329)
  cash KRW 1,000,000
  cash USD 120.05 at 1,385.5 of 2026-03-04 is 166,329 KRW

  code    asset                  weight   target  drift  band
  069500  KODEX 200             12.97 %  15.00 %  -2.03  10   [--*-|----]   20
  091230  TIGER Semiconductor   12.18 %  10.00 %  +2.18   5   [----|-*--]   15
  305080  TIGER US Treasury     11.35 %  15.00 %  -3.65  10   [*---|----]   20
          10Y Futures
  305720  KODEX Secondary        6.48 %  10.00 %  -3.52   5   [*---|----]   15
          Battery Industry
  319640  TIGER Gold & Silver    8.11 %  10.00 %  -1.89   5   [--*-|----]   15
          Futures (H)
  360750  TIGER US S&P500       35.40 %  35.00 %  +0.40  30   [----*----]   40
  443160  KODEX Composite Bond   4.05 %   5.00 %  -0.95   2   [--*-|----]   8
          (AA- and above)
          Active
  [ ] is the band, | the target, * the weight.

A rebalance is due (scheduled):
  the scheduled date 2026-01-02 is due and not served (for 39 sessions)
  no drift has reached its threshold, every weight is in its band; 305080 is
    furthest, at -3.65 points, and its threshold is 5 points
  the next scheduled date is 2026-04-01

5 orders:
- sell 5 x 091230 TIGER Semiconductor at 36.15 = 180.75 USD
    worth 250,429 KRW: 1 USD is 1,385.5
    12.18 % -> 10.15 % (target 10.00 %, band 5 to 15), limit price 36.12
    drifted +2.18 points from 10 %; +0.15 points left after
+ buy 5 x 069500 KODEX 200 at 35,555 = 177,775
    12.97 % -> 14.41 % (target 15.00 %, band 10 to 20), limit price 35,590
    drifted -2.03 points from 15 %; -0.59 points left after
+ buy 35 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 350,000
    11.35 % -> 14.19 % (target 15.00 %, band 10 to 20), limit price 10,010
    drifted -3.65 points from 15 %; -0.81 points left after
+ buy 10 x 305720 KODEX Secondary Battery Industry at 32,000 = 320,000
    6.48 % -> 9.08 % (target 10.00 %, band 5 to 15), limit price 32,030
    drifted -3.52 points from 10 %; -0.92 points left after
+ buy 12 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 150,000
    8.11 % -> 9.32 % (target 10.00 %, band 5 to 15), limit price 12,510
    drifted -1.89 points from 10 %; -0.68 points left after
~ cash KRW 1,000,000 -> 1,076 (at least 0)
~ cash USD 120.05 -> 300.58 (at least 0)
  2 assets unchanged (no order below 100,000)

Sold 250,429, bought 997,775; turnover 5.06 %
Costs 1,454 KRW: commission 193, slippage 1,261, tax 0

After: 12,335,214 KRW (cash 417,530)

  code    asset                  shares   weight  drift  band
+ 069500  KODEX 200                  50  14.41 %  -0.59  10   [---*|----]   20
- 091230  TIGER Semiconductor        25  10.15 %  +0.15   5   [----*----]   15
+ 305080  TIGER US Treasury 10Y     175  14.19 %  -0.81  10   [---*|----]   20
          Futures
+ 305720  KODEX Secondary            35   9.08 %  -0.92   5   [---*|----]   15
          Battery Industry
+ 319640  TIGER Gold & Silver        92   9.32 %  -0.68   5   [---*|----]   15
          Futures (H)
  and 2 assets without an order, within 0.1 points of the weight before

Proven: no other whole-share orders within these limits come closer to the
  targets.

Plan b180cd7884b2 (applyable)
Next: rebalance apply plan.json
--- exit 0

"#]]
    );
    let plan: serde_json::Value = serde_json::from_str(&stage.read("plan.json")).unwrap();
    let inputs = &plan["body"]["inputs"]["fx"];
    assert_eq!((&inputs["as_of"], &inputs["rates"][0]["rate"]), (&"2026-03-04".into(), &"1385.5".into()));
    assert_eq!(inputs["hash"].as_str().unwrap().len(), 64);
}

#[test]
fn applying_moves_the_cash_of_each_currency_and_the_log_has_both() {
    let stage = dollars();
    let lots = "price: 121.25\n    lots: [{ date: 2024-01-02, quantity: 26, cost: 80.5, fx_rate: 1300.4 }]";
    stage.edit("holdings.yaml", "price: 121.25", lots);
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    let run = stage.run(&["apply", "plan.json"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
- sell 5 x 091230 TIGER Semiconductor at 36.15
    filled at 36.15 = 180.75 USD; commission 0.03, slippage 0.19, tax 0
+ buy 5 x 069500 KODEX 200 at 35,555
    filled at 35,555 = 177,775; commission 27, slippage 178, tax 0
+ buy 35 x 305080 TIGER US Treasury 10Y Futures at 10,000
    filled at 10,000 = 350,000; commission 53, slippage 350, tax 0
+ buy 10 x 305720 KODEX Secondary Battery Industry at 32,000
    filled at 32,000 = 320,000; commission 48, slippage 320, tax 0
+ buy 12 x 319640 TIGER Gold & Silver Futures (H) at 12,500
    filled at 12,500 = 150,000; commission 23, slippage 150, tax 0

applied: plan 6b44f2a1d58b by the paper broker: 5 orders, sold 250,429.125,
  bought 997,775, costs 1,453.81
Next: git add holdings.yaml rebalance_log.jsonl .rebalance/journal.jsonl && git commit -m 'Rebalance'
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.read("holdings.yaml"),
        str![[r#"
# The guide's sample account: what it holds, at which prices, on which day.
# `rebalance apply` rewrites the quantities and the cash, and keeps every other byte.
# price is per share; lots (date, quantity, cost) are optional and only taxes need them
as_of: 2026-03-04
cash: { KRW: 1076, USD: 300.58 }
positions:
  - code: '360750' # TIGER US S&P500
    quantity: 26
    price: 121.25
    lots: [{ date: 2024-01-02, quantity: 26, cost: 80.5, fx_rate: 1300.4 }]
  - code: '069500' # KODEX 200; the guide's 1,600,000 is not a multiple of 45 shares
    quantity: 50
    price: 35555
  - code: '305080' # TIGER US Treasury 10Y Futures
    quantity: 175
    price: 10000
  - code: '443160' # KODEX Composite Bond (AA- and above) Active
    quantity: 50
    price: 10000
  - code: '091230' # TIGER Semiconductor
    quantity: 25
    price: 36.15
  - code: '305720' # KODEX Secondary Battery Industry
    quantity: 35
    price: 32000
  - code: '319640' # TIGER Gold & Silver Futures (H)
    quantity: 92
    price: 12500

"#]]
    );
    assert_data_eq!(
        stage.run(&["log"]).whole(),
        str![[r#"
2026-03-04 scheduled: 5 trades, 1,248,204.125 traded of 12,336,667.775, commission 192.565 6b44f2a1d58b
- SELL TIGER Semiconductor 180.75 USD
+ BUY KODEX 200 177,775
+ BUY TIGER US Treasury 10Y Futures 350,000
+ BUY KODEX Secondary Battery Industry 320,000
+ BUY TIGER Gold & Silver Futures (H) 150,000
    the scheduled date 2026-01-02 is due and not served (for 39 sessions); no
      drift has reached its threshold, every weight is in its band; 305080 is
      furthest, at -3.65 points, and its threshold is 5 points
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["status"]).whole(),
        str![[r#"
Portfolio on 2026-03-04: 12,335,214 KRW (cash 417,530)
  cash KRW 1,076
  cash USD 300.58 at 1,385.5 of 2026-03-04 is 416,454 KRW

  code    asset                  weight   target  drift  band
  069500  KODEX 200             14.41 %  15.00 %  -0.59  10   [---*|----]   20
  091230  TIGER Semiconductor   10.15 %  10.00 %  +0.15   5   [----*----]   15
  305080  TIGER US Treasury     14.19 %  15.00 %  -0.81  10   [---*|----]   20
          10Y Futures
  305720  KODEX Secondary        9.08 %  10.00 %  -0.92   5   [---*|----]   15
          Battery Industry
  319640  TIGER Gold & Silver    9.32 %  10.00 %  -0.68   5   [---*|----]   15
          Futures (H)
  360750  TIGER US S&P500       35.41 %  35.00 %  +0.41  30   [----*----]   40
  443160  KODEX Composite Bond   4.05 %   5.00 %  -0.95   2   [--*-|----]   8
          (AA- and above)
          Active
  [ ] is the band, | the target, * the weight.

No rebalance is due:
  the scheduled date 2026-01-02 was served on 2026-03-04 by plan 6b44f2a1d58b
  no drift has reached its threshold, every weight is in its band; 443160 is
    furthest, at -0.95 points, and its threshold is 5 points

schedule: 2026-01-02 was served on 2026-03-04; next 2026-04-01
cooldown: none; the allocation may be traded
last rebalance: 2026-03-04 (scheduled), 5 trades, plan 6b44f2a1d58b
--- exit 0

"#]]
    );
    let record: serde_json::Value = serde_json::from_str(&stage.read("rebalance_log.jsonl")).unwrap();
    let fills = record["fills"].as_array().unwrap();
    assert!(
        fills.iter().any(|fill| fill["currency"] == "USD"
            && fill["fx_rate"].as_number().is_some_and(|rate| rate.as_str() == "1385.5"))
    );
    let next = stage.run(&["plan"]);
    assert!(next.out.contains("Nothing to do."), "{}", next.whole());
}

#[test]
fn a_plan_whose_rates_moved_is_refused_and_the_figures_are_shown() {
    let stage = dollars();
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
    stage.edit("fx.yaml", "1385.5", "1386");
    let run = stage.run(&["verify", "plan.json"]);
    assert_data_eq!(
        run.err.lines().take(4).collect::<Vec<_>>().join("\n"),
        str![[r#"
refused[rates-moved]: the exchange rates have changed: the plan has USD 1385.5
  of 2026-03-04 (a8dd8263f251), now it is USD 1386 of 2026-03-04 (06b65eba4439)
  help: make a new plan: rebalance plan -o plan.json
refused[differs]: planning again gives other figures
"#]]
    );
    assert_eq!(run.code, 3);
    std::fs::remove_file(stage.path("fx.yaml")).unwrap();
    let run = stage.run(&["verify", "plan.json"]);
    assert!(
        run.code == 3 && run.err.contains("now it is no rates") && run.err.contains("no exchange rate"),
        "{}",
        run.err
    );
}

#[test]
fn rates_that_cannot_be_used_are_told_at_their_place() {
    let stage = dollars();
    std::fs::remove_file(stage.path("fx.yaml")).unwrap();
    assert_data_eq!(
        stage.run(&["plan"]).whole(),
        str![[r#"
--- stderr
error: 091230 is priced in USD, and there is no exchange rate of it
help: state it in fx.yaml beside the holdings, under `rates`: USD: … (docs/formats.md).
--- exit 6

"#]]
    );
    assert_eq!(stage.run(&["status"]).code, 6);
    assert_eq!(stage.run(&["plan", "--fx", "nowhere.yaml"]).code, 6);
    let mut told = String::new();
    for (from, to) in [
        ("1385.5", "0"),
        ("USD: 1385.5", "JPY: 9.12"),
        ("base: KRW", "base: USD"),
        ("USD: 1385.5", "USD: 1385.5, CHF: 1700"),
        ("rates: { USD: 1385.5 }\n", ""),
        ("as_of: 2026-03-04", "as_of: 2026-03-04\nas_of: 2026-03-05"),
    ] {
        stage.write("fx.yaml", &RATES.replace(from, to));
        let run = stage.run(&["plan"]);
        assert_eq!(run.code, 1, "{to}: {}", run.whole());
        told.push_str(&run.out.split("info[").next().unwrap().replace("\n\n", "\n"));
    }
    assert_data_eq!(
        told,
        str![[r#"
error[schema]: `USD` is 0, not more than 0
 --> fx.yaml:3:15
  |
3 | rates: { USD: 0 }
  |               ^ more than 0
  |
  = help: write a larger number.
error[schema]: USD has no rate, and assets are priced or cash is held in it
 --> fx.yaml:3:8
  |
3 | rates: { JPY: 9.12 }
  |        ^^^^^^^^^^^^^ no USD
  |
  = help: add what one USD is worth in KRW: `USD: …`.
error[schema]: the rates are in USD, the base currency of the config is KRW
 --> fx.yaml:2:7
  |
2 | base: USD
  |       ^^^ not KRW
  |
  = help: write what one unit of each currency is worth in KRW, and `base: KRW`.
error[schema]: USD is the base currency: its rate in itself is no fact
 --> fx.yaml:3:15
  |
3 | rates: { USD: 1385.5 }
  |               ^^^^^^ remove it
  |
  = help: state the rates of the other currencies only.
error[schema]: unknown key `CHF`
 --> fx.yaml:3:23
  |
3 | rates: { USD: 1385.5, CHF: 1700 }
  |                       ^^^ did you mean `CNY`?
  |
  = help: write `CNY`, or remove the key.
error[schema]: the file has no `rates`
 --> fx.yaml:1:1
  |
1 | as_of: 2026-03-04
  | ^^^^^ `rates` is missing
  |
  = help: add `rates: …` to it; `rebalance schema` prints what every key means.
error[duplicate-key]: the key `as_of` is given twice
 --> fx.yaml:2:1
  |
1 | as_of: 2026-03-04
  | ----- first given here
2 | as_of: 2026-03-05
  | ^^^^^ given again
  |
  = help: keep one `as_of`; YAML readers disagree about which of the two counts.

"#]]
    );
}

#[test]
fn old_rates_are_as_old_prices() {
    let stage = dollars();
    stage.edit("portfolio_config.yaml", "min_trade_amount", "max_price_age: 3\n      min_trade_amount");
    stage.commit("Age", 40);
    assert_eq!(stage.run(&["plan", "-q"]).code, 0);
    stage.edit("fx.yaml", "2026-03-04", "2026-02-27");
    let run = stage.run(&["plan"]);
    assert_eq!(run.code, 1);
    let said = "the exchange rates of 2026-02-27 are 5 days old";
    assert!(run.out.contains(said) && run.out.contains("prices 5 days old on 2026-03-04 of at most 3"), "{}", run.out);
}

#[test]
fn cash_of_another_currency_is_paid_in_and_taken_out() {
    let stage = dollars();
    let run = stage.run(&["plan", "-o", "plan.json", "--deposit", "400USD"]);
    assert!(run.out.contains("~ cash USD 120.05 + 400 deposited -> "), "{}", run.whole());
    assert!(run.out.contains("400 USD is deposited: orders only buy"), "{}", run.out);
    let run = stage.run(&["apply", "plan.json"]);
    assert!(run.code == 0 && run.out.starts_with("+ deposit 400 USD\n"), "{}", run.whole());
    assert!(stage.run(&["log"]).out.contains("~ deposited 400 USD\n"));
    let run = stage.run(&["plan", "--withdraw", "5000USD"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: that much cannot be withdrawn: at most 4751.86USD, after costs, taxes and the reserve
help: withdraw less: rebalance plan --withdraw 4751.86USD
--- exit 1

"#]]
    );
    for wrong in ["400EURO", "4.001USD", "USD", "0USD", "400 usd"] {
        assert_eq!(stage.run(&["plan", "--deposit", wrong]).code, 64, "{wrong}");
    }
    // The base currency may be named.
    let plan = |amount: &str| stage.run(&["plan", "--deposit", amount, "--format", "json"]).out;
    assert_eq!(plan("500000KRW"), plan("500000"));
    let run = stage.run(&["plan", "--deposit", "400EUR"]);
    assert!(run.code == 1 && run.out.contains("EUR has no rate"), "{}", run.whole());
}

#[test]
fn where_one_currency_is_all_rates_change_nothing() {
    let stage = Stage::sample();
    let before = stage.run(&["plan", "--format", "json"]).out;
    stage.write("fx.yaml", RATES);
    assert_eq!(stage.run(&["plan", "--format", "json"]).out, before);
    assert!(!before.contains("fx") && !before.contains("balances"));
}

#[test]
fn gains_of_foreign_lots_are_taxed_in_won_at_the_rates_of_their_days() {
    let stage = dollars();
    let class = "code: '360750'\n          currency: USD\n";
    stage.edit("portfolio_config.yaml", class, &format!("{class}          tax_class: overseas\n"));
    stage.commit("Class", 40);
    stage.edit("holdings.yaml", "quantity: 26", "quantity: 40");
    let run = stage.run(&["plan"]);
    assert!(run.code == 6 && run.err.contains("do not say what it cost"), "{}", run.whole());
    stage.edit(
        "holdings.yaml",
        "price: 121.25",
        "price: 121.25\n    lots: [{ date: 2024-01-02, quantity: 40, cost: 80.5 }]",
    );
    let run = stage.run(&["plan"]);
    assert!(run.code == 6 && run.err.contains("does not say the exchange rate of its day"), "{}", run.whole());
    stage.edit("holdings.yaml", "cost: 80.5", "cost: 80.5, fx_rate: 1100.4");
    stage.edit(
        "holdings.yaml",
        "positions:\n",
        "realised: [{ year: 2026, tax_class: overseas, gain: 2500000 }]\npositions:\n",
    );
    let plan = stage.run(&["plan", "--trigger", "manual", "--format", "json"]).json();
    let orders = plan["body"]["orders"].as_array().unwrap();
    let sale = orders.iter().find(|order| order["id"] == "sell-360750").unwrap();
    let shares: u32 = sale["quantity"].as_str().unwrap().parse().unwrap();
    // A share: 121.25 × 1,385.5 = 167,991.875 won, less 80.5 × 1,100.4 = 88,582.2 won.
    let gain = (Decimal::from(shares) * Decimal::new(79_409_675, 3)).ceil();
    assert_eq!(sale["gain"], gain.to_string());
    // 22 % of it in dollars, rounded up to the cent.
    let tax = (gain * Decimal::from(22) / Decimal::new(13_855, 1)).ceil() / Decimal::ONE_HUNDRED;
    assert_eq!(sale["tax"], tax.to_string());
    assert_eq!(plan["body"]["summary"]["tax"]["taxed"], gain.to_string());
}

#[test]
fn a_line_of_a_batch_brings_its_rates() {
    let stage = dollars();
    let json = |file: &str| -> String {
        let reading = rebalance::document::read(stage.read(file).as_bytes());
        rebalance::schema::json(&reading.document.unwrap().root).to_string()
    };
    let (held, rates) = (json("holdings.yaml"), json("fx.yaml"));
    let line = |more: &str| format!("{{\"config\": \"portfolio_config.yaml\", \"holdings\": {held}{more}}}\n");
    let input = line(&format!(", \"fx\": {rates}"))
        + &line(&format!(", \"fx\": {rates}, \"deposit\": 400, \"currency\": \"USD\""))
        + &line("")
        + &line(", \"fx\": {\"as_of\": \"2026-03-04\", \"base\": \"KRW\", \"rates\": {\"USD\": 0}}")
        + &line(", \"currency\": \"USD\"");
    let run = stage.run_with(input.as_bytes(), &["plan", "--batch"]);
    let answers: Vec<serde_json::Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    stage.write("holdings.yaml", &held);
    stage.write("fx.yaml", &rates);
    let plan = stage.run(&["plan", "--format", "json"]).json();
    assert_eq!(answers[0]["plan"]["plan_id"], plan["plan_id"]);
    let plan = stage.run(&["plan", "--format", "json", "--deposit", "400USD"]).json();
    assert_eq!(answers[1]["plan"]["plan_id"], plan["plan_id"]);
    let told: Vec<String> = answers[2..].iter().map(|answer| answer["error"].to_string()).collect();
    assert_data_eq!(
        told.join("\n"),
        str![[r#"
{"kind":"plan","message":"091230 is priced in USD, and there is no exchange rate of it","help":["state it in fx.yaml beside the holdings, under `rates`: USD: … (docs/formats.md)."],"findings":[]}
{"kind":"fx","message":"the exchange rates cannot be planned with: `USD` is 0, not more than 0","help":[],"findings":[{"rule":"schema","at":"/fx/rates/USD","message":"`USD` is 0, not more than 0","help":["write a larger number."]}]}
{"kind":"line","message":"`currency` is that of `deposit` or `withdraw`, and neither is there","help":["docs/batch.md says what a line is; its schema: rebalance schema batch."],"findings":[]}
"#]]
    );
    assert_eq!(stage.run_with(b"", &["plan", "--batch", "--fx", "fx.yaml"]).code, 64);
}

/// A portfolio of a won, a dollar and a yen asset, as a line of a batch.
fn three(constraints: &serde_json::Value, more: &serde_json::Value) -> serde_json::Value {
    let asset = |code: &str, target: f32, currency: &str| {
        serde_json::json!({
            "ticker": code, "code": code, "target": target, "min": 0, "max": 1, "currency": currency,
            "tax_class": if currency == "KRW" { "kr_equity" } else { "overseas" },
        })
    };
    let lot = |cost: i64, rate: i64| serde_json::json!([{"date": "2024-01-02", "quantity": 40, "cost": cost, "fx_rate": rate}]);
    let mut line = serde_json::json!({
        "config": {"portfolio": {
            "name": "x", "base_currency": "KRW",
            "allocation": {"all": {"weight": 1, "assets": [
                asset("UUU", 0.25, "USD"), asset("JJJ", 0.25, "JPY"), asset("069500", 0.5, "KRW"),
            ]}},
            "rebalancing": {"strategy": "bands", "constraints": constraints},
            "costs": {"etf_commission_rate": 0, "slippage_estimate": 0},
            "taxes": {"overseas_deduction": 0},
        }},
        "holdings": {"as_of": "2026-03-04", "cash": {"KRW": 0}, "positions": [
            {"code": "UUU", "quantity": 40, "price": 100, "lots": lot(50, 1_000)},
            {"code": "JJJ", "quantity": 40, "price": 10_000, "lots": lot(14_000, 10)},
            {"code": "069500", "quantity": 10, "price": 10_000},
        ]},
        "fx": {"as_of": "2026-03-04", "base": "KRW", "rates": {"USD": 1_000, "JPY": 10}},
    });
    line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    line
}

fn planned(line: &serde_json::Value) -> serde_json::Value {
    let stage = Stage::empty();
    let run = stage.run_with(format!("{line}\n").as_bytes(), &["plan", "--batch"]);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    answer["plan"]["body"].clone()
}

/// Dollars are sold with a gain, then yen with a loss: the year's tax is that on both.
#[test]
fn what_one_currency_loses_is_taken_off_the_gains_of_another() {
    let body = planned(&three(&serde_json::json!({}), &serde_json::json!({"trigger": "manual"})));
    let gain = |code: &str| {
        let order = body["orders"].as_array().unwrap().iter().find(|order| order["code"] == code).unwrap();
        order["gain"].as_str().unwrap().parse::<Decimal>().unwrap()
    };
    assert!(gain("UUU") > Decimal::ZERO && gain("JJJ") < Decimal::ZERO);
    let tax = ((gain("UUU") + gain("JJJ")) * Decimal::new(22, 2)).max(Decimal::ZERO).ceil();
    let said = |place: &str| body["summary"].pointer(place).unwrap().as_str().unwrap().parse::<Decimal>().unwrap();
    assert_eq!((said("/tax/tax"), said("/costs/tax")), (tax, tax));
}

/// A deposit of dollars restores the reserve of won where it may be converted; where it may not, no order is to blame.
#[test]
fn a_deposit_in_another_currency_restores_the_reserve_first() {
    for (funding, cash, level) in [("convert", 100_000, None), ("own", 0, Some("warning"))] {
        let constraints = serde_json::json!({"cash_reserve": 100_000, "funding": funding});
        let body = planned(&three(&constraints, &serde_json::json!({"deposit": 500, "currency": "USD"})));
        let floor = body["checks"].as_array().unwrap().iter().find(|check| check["rule"] == "cash-floor");
        assert_eq!(floor.and_then(|check| check["level"].as_str()), level, "{funding}");
        let won = body["after"]["balances"][0]["cash"].as_str().unwrap().parse::<i64>().unwrap();
        assert!(won >= cash && won < cash + 20_000, "{funding}: {won}");
        assert_eq!(body["status"], "applyable", "{funding}");
    }
}
