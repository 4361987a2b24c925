//! Cash that is paid in or taken out with a plan: what is bought or sold for it, and how it is moved.

use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

#[test]
fn a_deposit_only_buys() {
    assert_data_eq!(
        Stage::sample().run(&["plan", "--deposit", "500000"]).whole(),
        str![[r#"
Portfolio on 2026-03-04: 10,999,975 KRW (cash 0)

  code    asset                  weight   target  drift  band
  069500  KODEX 200             14.55 %  15.00 %  -0.45  10   [----*----]   20
  091230  TIGER Semiconductor   13.64 %  10.00 %  +3.64   5   [----|---*]   15
  305080  TIGER US Treasury     12.73 %  15.00 %  -2.27  10   [--*-|----]   20
          10Y Futures
  305720  KODEX Secondary        7.27 %  10.00 %  -2.73   5   [-*--|----]   15
          Battery Industry
  319640  TIGER Gold & Silver    9.09 %  10.00 %  -0.91   5   [---*|----]   15
          Futures (H)
  360750  TIGER US S&P500       38.18 %  35.00 %  +3.18  30   [----|--*-]   40
  443160  KODEX Composite Bond   4.55 %   5.00 %  -0.45   2   [---*|----]   8
          (AA- and above)
          Active
  [ ] is the band, | the target, * the weight.

Cash moves:
  500,000 KRW is deposited: orders only buy
  a rebalance is due as well (scheduled): apply this plan, then plan again
    without --deposit
  the scheduled date 2026-01-02 is due and not served (for 39 sessions)
  no drift has reached its threshold, every weight is in its band; 091230 is
    furthest, at +3.64 points, and its threshold is 5 points
  the next scheduled date is 2026-04-01

2 orders:
+ buy 24 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 240,000
    12.73 % -> 14.26 % (target 15.00 %, band 10 to 20), limit price 10,010
    drifted -2.27 points from 15 %; -0.74 points left after
+ buy 8 x 305720 KODEX Secondary Battery Industry at 32,000 = 256,000
    7.27 % -> 9.18 % (target 10.00 %, band 5 to 15), limit price 32,030
    drifted -2.73 points from 10 %; -0.82 points left after
~ cash 0 + 500,000 deposited -> 3,429 (at least 0)
  5 assets unchanged (no order below 100,000)

Sold 0, bought 496,000; turnover 2.16 %
Costs 571 KRW: commission 75, slippage 496, tax 0

After: 11,499,404 KRW (cash 3,429)

  code    asset                  shares   weight  drift  band
  069500  KODEX 200                  45  13.91 %  -1.09  10   [---*|----]   20
  091230  TIGER Semiconductor        30  13.04 %  +3.04   5   [----|--*-]   15
+ 305080  TIGER US Treasury 10Y     164  14.26 %  -0.74  10   [---*|----]   20
          Futures
+ 305720  KODEX Secondary            33   9.18 %  -0.82   5   [---*|----]   15
          Battery Industry
  319640  TIGER Gold & Silver        80   8.70 %  -1.30   5   [---*|----]   15
          Futures (H)
  360750  TIGER US S&P500           250  36.52 %  +1.52  30   [----|-*--]   40
  443160  KODEX Composite Bond       50   4.35 %  -0.65   2   [---*|----]   8
          (AA- and above)
          Active

Proven: no other whole-share orders within these limits come closer to the
  targets.

Plan 9f11760d0b03 (applyable)
Next: rebalance plan --deposit 500000 -o plan.json && rebalance apply plan.json
--- exit 0

"#]]
    );
}

#[test]
fn a_withdrawal_sells_what_it_must() {
    assert_data_eq!(
        Stage::sample().run(&["plan", "--withdraw", "2000000"]).whole(),
        str![[r#"
Portfolio on 2026-03-04: 10,999,975 KRW (cash 0)

  code    asset                  weight   target  drift  band
  069500  KODEX 200             14.55 %  15.00 %  -0.45  10   [----*----]   20
  091230  TIGER Semiconductor   13.64 %  10.00 %  +3.64   5   [----|---*]   15
  305080  TIGER US Treasury     12.73 %  15.00 %  -2.27  10   [--*-|----]   20
          10Y Futures
  305720  KODEX Secondary        7.27 %  10.00 %  -2.73   5   [-*--|----]   15
          Battery Industry
  319640  TIGER Gold & Silver    9.09 %  10.00 %  -0.91   5   [---*|----]   15
          Futures (H)
  360750  TIGER US S&P500       38.18 %  35.00 %  +3.18  30   [----|--*-]   40
  443160  KODEX Composite Bond   4.55 %   5.00 %  -0.45   2   [---*|----]   8
          (AA- and above)
          Active
  [ ] is the band, | the target, * the weight.

Cash moves:
  2,000,000 KRW is withdrawn: no more is sold than that, its costs and taxes
    need
  a rebalance is due as well (scheduled): apply this plan, then plan again
    without --withdraw
  the scheduled date 2026-01-02 is due and not served (for 39 sessions)
  no drift has reached its threshold, every weight is in its band; 091230 is
    furthest, at +3.64 points, and its threshold is 5 points
  the next scheduled date is 2026-04-01

4 orders:
- sell 7 x 069500 KODEX 200 at 35,555 = 248,885
    14.55 % -> 15.02 % (target 15.00 %, band 10 to 20), limit price 35,520
    raises cash for the withdrawal; drifted -0.45 points from 15 %; +0.02
      points left after
- sell 12 x 091230 TIGER Semiconductor at 50,000 = 600,000
    13.64 % -> 10.00 % (target 10.00 %, band 5 to 15), limit price 49,950
    raises cash for the withdrawal; drifted +3.64 points from 10 %; 0.00
      points left after
- sell 8 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 100,000
    9.09 % -> 10.00 % (target 10.00 %, band 5 to 15), limit price 12,490
    raises cash for the withdrawal; drifted -0.91 points from 10 %; 0.00
      points left after
- sell 63 x 360750 TIGER US S&P500 at 16,800 = 1,058,400
    38.18 % -> 34.92 % (target 35.00 %, band 30 to 40), limit price 16,785
    raises cash for the withdrawal; drifted +3.18 points from 35 %; -0.08
      points left after
~ cash 0 - 2,000,000 withdrawn -> 4,975 (at least 0)
  3 assets unchanged (no order below 100,000)

Sold 2,007,285, bought 0; turnover 9.12 %
Costs 2,310 KRW: commission 302, slippage 2,008, tax 0

After: 8,997,665 KRW (cash 4,975)

  code    asset                  shares   weight  drift  band
- 069500  KODEX 200                  38  15.02 %  +0.02  10   [----*----]   20
- 091230  TIGER Semiconductor        18  10.00 %   0.00   5   [----*----]   15
  305080  TIGER US Treasury 10Y     140  15.56 %  +0.56  10   [----|*---]   20
          Futures
  305720  KODEX Secondary            25   8.89 %  -1.11   5   [---*|----]   15
          Battery Industry
- 319640  TIGER Gold & Silver        72  10.00 %   0.00   5   [----*----]   15
          Futures (H)
- 360750  TIGER US S&P500           187  34.92 %  -0.08  30   [----*----]   40
  443160  KODEX Composite Bond       50   5.56 %  +0.56   2   [----|*---]   8
          (AA- and above)
          Active

Proven: no other whole-share orders within these limits come closer to the
  targets.

Plan 52b9ecdec2d3 (applyable)
Next: rebalance plan --withdraw 2000000 -o plan.json && rebalance apply plan.json
--- exit 0

"#]]
    );
}

#[test]
fn a_deposit_is_applied_once() {
    let stage = Stage::sample();
    stage.run(&["plan", "-q", "--deposit", "500000", "-o", "plan.json"]);
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
    assert_data_eq!(
        stage.run(&["apply", "plan.json"]).whole(),
        str![[r#"
+ deposit 500,000
+ buy 24 x 305080 TIGER US Treasury 10Y Futures at 10,000
    filled at 10,000 = 240,000; commission 36, slippage 240, tax 0
+ buy 8 x 305720 KODEX Secondary Battery Industry at 32,000
    filled at 32,000 = 256,000; commission 39, slippage 256, tax 0

applied: plan 9f11760d0b03 by the paper broker: 2 orders, deposited 500,000,
  sold 0, bought 496,000, costs 571
Next: git add holdings.yaml rebalance_log.jsonl .rebalance/journal.jsonl && git commit -m 'Rebalance'
--- exit 0

"#]]
    );
    assert!(stage.read("holdings.yaml").contains("cash: { KRW: "));
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 3);
    assert_data_eq!(
        stage.run(&["log"]).whole(),
        str![[r#"
2026-03-04 cash-flow: 2 trades, 496,000 traded of 10,999,975, commission 75 9f11760d0b03
~ deposited 500,000
+ BUY TIGER US Treasury 10Y Futures 240,000
+ BUY KODEX Secondary Battery Industry 256,000
    500,000 KRW is deposited: orders only buy; a rebalance is due as well
      (scheduled): apply this plan, then plan again without --deposit; the
      scheduled date 2026-01-02 is due and not served (for 39 sessions); no
      drift has reached its threshold, every weight is in its band; 091230 is
      furthest, at +3.64 points, and its threshold is 5 points
--- exit 0

"#]]
    );
    // A deposit serves no scheduled date.
    let run = stage.run(&["plan"]);
    assert!(run.out.contains("the scheduled date 2026-01-02 is due and not served"), "{}", run.out);
}

#[test]
fn a_withdrawal_is_applied_after_what_it_sells() {
    let stage = Stage::sample();
    stage.run(&["plan", "-q", "--withdraw", "2000000", "-o", "plan.json"]);
    assert_data_eq!(
        stage.run(&["apply", "plan.json", "--format", "json"]).whole(),
        str![[r#"
{"format_version":"1.0","event":"intent","order":"sell-069500","side":"sell","code":"069500","ticker":"KODEX 200","quantity":"7","price":"35555","limit_price":"35520","amount":"248885","attempt":1,"at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"ack","order":"sell-069500","reference":"paper-sell-069500-1"}
{"format_version":"1.0","event":"fill","order":"sell-069500","code":"069500","side":"sell","quantity":"7","price":"35555","amount":"248885","commission":"38","slippage":"249","tax":"0","at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"done","order":"sell-069500"}
{"format_version":"1.0","event":"intent","order":"sell-091230","side":"sell","code":"091230","ticker":"TIGER Semiconductor","quantity":"12","price":"50000","limit_price":"49950","amount":"600000","attempt":1,"at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"ack","order":"sell-091230","reference":"paper-sell-091230-1"}
{"format_version":"1.0","event":"fill","order":"sell-091230","code":"091230","side":"sell","quantity":"12","price":"50000","amount":"600000","commission":"90","slippage":"600","tax":"0","at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"done","order":"sell-091230"}
{"format_version":"1.0","event":"intent","order":"sell-319640","side":"sell","code":"319640","ticker":"TIGER Gold & Silver Futures (H)","quantity":"8","price":"12500","limit_price":"12490","amount":"100000","attempt":1,"at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"ack","order":"sell-319640","reference":"paper-sell-319640-1"}
{"format_version":"1.0","event":"fill","order":"sell-319640","code":"319640","side":"sell","quantity":"8","price":"12500","amount":"100000","commission":"15","slippage":"100","tax":"0","at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"done","order":"sell-319640"}
{"format_version":"1.0","event":"intent","order":"sell-360750","side":"sell","code":"360750","ticker":"TIGER US S&P500","quantity":"63","price":"16800","limit_price":"16785","amount":"1058400","attempt":1,"at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"ack","order":"sell-360750","reference":"paper-sell-360750-1"}
{"format_version":"1.0","event":"fill","order":"sell-360750","code":"360750","side":"sell","quantity":"63","price":"16800","amount":"1058400","commission":"159","slippage":"1059","tax":"0","at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"done","order":"sell-360750"}
{"format_version":"1.0","event":"transfer","amount":"-2000000","at":"2026-03-04T00:00:00Z"}
{"format_version":"1.0","event":"transferred","amount":"-2000000"}
{"format_version":"1.0","event":"summary","plan_id":"52b9ecdec2d376b49e661e556f05aa588164724381c9f5064fd49c8dafff039b","finished":true,"done":["sell-069500","sell-091230","sell-319640","sell-360750","withdrawal"],"failed":[],"in_doubt":[],"not_started":[],"cash_flow":"-2000000","sold":"2007285","bought":"0","costs":"2310"}
--- exit 0

"#]]
    );
    let cash = stage.read("holdings.yaml");
    assert_data_eq!(cash.lines().find(|line| line.starts_with("cash:")).unwrap(), str!["cash: { KRW: 4975 }"]);
}

#[test]
fn cash_that_needs_no_order_is_moved_too() {
    let stage = Stage::sample();
    let run = stage.run(&["plan", "--deposit", "5000", "-o", "plan.json", "--detailed-exitcode"]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("~ cash 0 + 5,000 deposited -> 5,000 (at least 0)\n"), "{}", run.out);
    assert_data_eq!(
        stage.run(&["apply", "plan.json"]).whole(),
        str![[r#"
+ deposit 5,000

applied: plan 1147da700aaa by the paper broker: 0 orders, deposited 5,000,
  sold 0, bought 0, costs 0
Next: git add holdings.yaml rebalance_log.jsonl .rebalance/journal.jsonl && git commit -m 'Rebalance'
--- exit 0

"#]]
    );
    let taken = stage.run(&["plan", "--withdraw", "5000", "-o", "plan.json"]);
    assert!(taken.out.contains("\nNo orders:\n~ cash 5,000 - 5,000 withdrawn -> 0 (at least 0)\n"), "{}", taken.out);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert!(stage.read("holdings.yaml").contains("cash: { KRW: 0 }"));
}

#[test]
fn an_empty_account_begins_with_a_deposit() {
    let stage = Stage::sample();
    let text = stage.read("holdings.yaml");
    let empty: Vec<String> = text
        .lines()
        .map(|line| if line.contains("quantity:") { "    quantity: 0".to_owned() } else { line.to_owned() })
        .collect();
    stage.write("holdings.yaml", &(empty.join("\n") + "\n"));
    assert_data_eq!(
        stage.run(&["plan"]).whole(),
        str![[r#"
--- stderr
error: there is nothing to rebalance: neither positions nor cash
help: state them in the holdings, or pay something in: rebalance plan --deposit AMOUNT
--- exit 1

"#]]
    );
    let run = stage.run(&["plan", "--deposit", "10000000", "-o", "plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    assert!(run.out.contains("7 orders:"), "{}", run.out);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    let all = stage.run(&["plan", "--withdraw", "20000000"]);
    let most = all.err.split("at most ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert_eq!(stage.run(&["plan", "-q", "--withdraw", &most, "-o", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert!(stage.read("holdings.yaml").contains("cash: { KRW: 0 }"));
    assert_eq!(stage.run(&["log"]).code, 0);
}

#[test]
fn more_than_there_is_cannot_be_withdrawn() {
    let stage = Stage::sample();
    assert_data_eq!(
        stage.run(&["plan", "--withdraw", "20000000"]).whole(),
        str![[r#"
--- stderr
error: that much cannot be withdrawn: at most 10987325, after costs, taxes and the reserve
help: withdraw less: rebalance plan --withdraw 10987325
--- exit 1

"#]]
    );
    assert_eq!(stage.run(&["plan", "--withdraw", "10987325"]).code, 0);
    assert_eq!(stage.run(&["plan", "--withdraw", "10987326"]).code, 1);
}

#[test]
fn the_next_line_repeats_what_was_asked() {
    let stage = Stage::sample();
    let next = |args: &[&str]| stage.run(args).out.lines().last().unwrap().to_owned();
    assert_data_eq!(
        next(&["plan", "--deposit", "500000.0", "--as-of", "2026-03-05"]),
        str!["Next: rebalance plan --as-of 2026-03-05 --deposit 500000 -o plan.json && rebalance apply plan.json"]
    );
    assert_data_eq!(
        next(&["plan", "--withdraw", "2000000"]),
        str!["Next: rebalance plan --withdraw 2000000 -o plan.json && rebalance apply plan.json"]
    );
}

#[test]
fn cash_goes_to_the_targets_unless_it_is_told_where() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "strategy: 'hybrid'", "strategy: 'hybrid'\n    destination: band_edge");
    stage.commit("Trade less\n\nReason: costs", 50);
    let orders = |args: &[&str]| {
        let run = stage.run(&[&["plan", "--format", "json"], args].concat());
        let plan: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        (plan["body"]["orders"].as_array().unwrap().len(), plan["body"]["params"]["destination"].to_string())
    };
    assert_eq!(orders(&[]), (0, "\"band_edge\"".to_owned()));
    assert_eq!(orders(&["--destination", "target"]), (5, "\"target\"".to_owned()));
    assert_eq!(orders(&["--deposit", "500000"]), (2, "\"target\"".to_owned()));
    assert_eq!(orders(&["--deposit", "500000", "--destination", "band_edge"]), (0, "\"band_edge\"".to_owned()));
    let half = stage.run(&["plan", "--destination", "half_band", "-o", "plan.json"]);
    assert_eq!(half.code, 0, "{}", half.whole());
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert_data_eq!(
        stage.run(&["plan", "--destination", "nowhere"]).whole(),
        str![[r#"
--- stderr
error: invalid value 'nowhere' for '--destination <WHERE>'
  [possible values: target, band_edge, half_band]

For more information, try '--help'.
--- exit 64

"#]]
    );
}

#[test]
fn cash_is_deployed_when_that_is_asked() {
    let stage = Stage::sample();
    let run = stage.run(&["plan", "--deploy-cash", "-o", "plan.json"]);
    let from = run.out.find(" orders:").unwrap();
    assert_data_eq!(
        &run.out[from..],
        str![[r#"
 orders:
- sell 8 x 091230 TIGER Semiconductor at 50,000 = 400,000
    13.64 % -> 10.00 % (target 10.00 %, band 5 to 15), limit price 49,950
    drifted +3.64 points from 10 %; 0.00 points left after
- sell 21 x 360750 TIGER US S&P500 at 16,800 = 352,800
    38.18 % -> 34.98 % (target 35.00 %, band 30 to 40), limit price 16,785
    drifted +3.18 points from 35 %; -0.02 points left after
+ buy 26 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 260,000
    12.73 % -> 15.09 % (target 15.00 %, band 10 to 20), limit price 10,010
    drifted -2.27 points from 15 %; +0.09 points left after
+ buy 9 x 305720 KODEX Secondary Battery Industry at 32,000 = 288,000
    7.27 % -> 9.89 % (target 10.00 %, band 5 to 15), limit price 32,030
    drifted -2.73 points from 10 %; -0.11 points left after
+ buy 8 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 100,000
    9.09 % -> 10.00 % (target 10.00 %, band 5 to 15), limit price 12,510
    drifted -0.91 points from 10 %; 0.00 points left after
+ buy 10 x 443160 KODEX Composite Bond (AA- and above) Active at 10,000 =
  100,000
    4.55 % -> 5.46 % (target 5.00 %, band 2 to 8), limit price 10,010
    drifted -0.45 points from 5 %; +0.46 points left after
~ cash 0 -> 3,073 (at least 0)
    spent above that, counted as an asset whose target is 0
  1 asset unchanged (no order below 100,000)

Sold 752,800, bought 748,000; turnover 6.82 %
Costs 1,727 KRW: commission 226, slippage 1,501, tax 0

After: 10,998,248 KRW (cash 3,073)

  code    asset                  shares   weight  drift  band
- 091230  TIGER Semiconductor        22  10.00 %   0.00   5   [----*----]   15
+ 305080  TIGER US Treasury 10Y     166  15.09 %  +0.09  10   [----*----]   20
          Futures
+ 305720  KODEX Secondary            34   9.89 %  -0.11   5   [----*----]   15
          Battery Industry
+ 319640  TIGER Gold & Silver        88  10.00 %   0.00   5   [----*----]   15
          Futures (H)
- 360750  TIGER US S&P500           229  34.98 %  -0.02  30   [----*----]   40
+ 443160  KODEX Composite Bond       60   5.46 %  +0.46   2   [----|*---]   8
          (AA- and above)
          Active
  and 1 asset without an order, within 0.1 points of the weight before

Proven: no other whole-share orders within these limits come closer to the
  targets.

Plan fb25c5bab730 (applyable)
Next: rebalance apply plan.json

"#]]
    );
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
    assert!(stage.run(&["plan", "--deploy-cash"]).out.contains("Next: rebalance plan --deploy-cash -o plan.json"));
    let wrong = stage.run(&["plan", "--deploy-cash", "--destination", "band_edge"]);
    assert_data_eq!(
        wrong.whole(),
        str![[r#"
--- stderr
error: cash can only be deployed where weights are brought to their targets
help: plan without --deploy-cash, or with --destination target
--- exit 64

"#]]
    );
    // The config says the same for every plan, and then nothing is asked.
    stage.edit("portfolio_config.yaml", "  # Cost settings", "  cash: { deploy: true }\n  # Cost settings");
    stage.commit("Spend what is left\n\nReason: less cash", 50);
    let own = stage.run(&["plan"]);
    let cash = |text: &str| text.lines().find(|line| line.starts_with("~ cash")).map(str::to_owned);
    assert_eq!(cash(&own.out), cash(&run.out));
}

#[test]
fn excluded_cash_is_left_alone_and_little_is_added_to_it() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "  # Cost settings", "  cash: { policy: exclude }\n  # Cost settings");
    stage.edit("holdings.yaml", "KRW: 0", "KRW: 3000000");
    stage.commit("Keep cash out\n\nReason: a house", 50);
    let run = stage.run(&["plan", "-o", "plan.json"]);
    let cash = |text: &str| text.lines().find(|line| line.starts_with("~ cash")).unwrap().to_owned();
    assert_data_eq!(cash(&run.out), str!["~ cash 3,000,000 -> 3,003,073 (at least 3,000,000)"]);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert_data_eq!(stage.run(&["plan"]).out.lines().last().unwrap(), str!["Nothing to do."]);
    assert_data_eq!(
        stage.run(&["plan", "--trigger", "manual"]).out.lines().last().unwrap(),
        str!["Nothing to do: no order is worth placing."]
    );
    // What is withdrawn is raised from positions.
    let taken = stage.run(&["plan", "--withdraw", "1000000"]);
    assert_data_eq!(cash(&taken.out), str!["~ cash 3,003,073 - 1,000,000 withdrawn -> 3,012,574 (at least 3,003,073)"]);
}

#[test]
fn dividends_are_left_out_of_the_weights_or_spent_last() {
    let stage = Stage::sample();
    let cash = |text: &str| text.lines().find(|line| line.starts_with("~ cash")).map(str::to_owned);
    let file = || {
        let text = stage.read("holdings.yaml");
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(['c', 'd'])).collect();
        lines.join("; ")
    };
    stage.edit("holdings.yaml", "cash: { KRW: 0 }", "cash: { KRW: 1500000 }\ndividends: { KRW: 1200000 }");
    stage.edit("portfolio_config.yaml", "  # Cost settings", "  cash: { dividends: exclude }\n  # Cost settings");
    stage.commit("Keep dividends\n\nReason: a house", 50);
    let out = stage.run(&["plan", "-o", "plan.json"]).out;
    assert_data_eq!(
        out.lines().next().unwrap(),
        str!["Portfolio on 2026-03-04: 11,299,975 KRW (cash 1,500,000, 1,200,000 of it left"]
    );
    assert_data_eq!(cash(&out).unwrap(), str!["~ cash 1,500,000 -> 1,208,501 (at least 1,200,000)"]);
    // A withdrawal leaves them alone as well.
    assert_data_eq!(
        cash(&stage.run(&["plan", "--withdraw", "400000"]).out).unwrap(),
        str!["~ cash 1,500,000 - 400,000 withdrawn -> 1,249,827 (at least 1,200,000)"]
    );
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert_data_eq!(file(), str!["cash: { KRW: 1208501 }; dividends: { KRW: 1200000 }"]);
    // What was excluded is the same amount, and nothing is left to do.
    assert_data_eq!(
        stage.run(&["plan", "--trigger", "manual"]).out.lines().last().unwrap(),
        str!["Nothing to do: no order is worth placing."]
    );
    stage.edit("portfolio_config.yaml", "dividends: exclude", "dividends: reinvest");
    stage.commit("Spend dividends\n\nReason: no house", 40);
    stage.run(&["plan", "-q", "--trigger", "manual", "-o", "plan.json"]);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert_data_eq!(file(), str!["cash: { KRW: 26366 }; dividends: { KRW: 26366 }"]);
    let all = stage.run(&["plan", "-q", "--withdraw", "12000000", "-o", "plan.json"]);
    assert_eq!(all.code, 0, "{}", all.whole());
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert_data_eq!(file(), str!["cash: { KRW: 1881 }; dividends: { KRW: 1881 }"]);
}

#[test]
fn dividends_are_a_part_of_the_cash() {
    let stage = Stage::sample();
    stage.edit("holdings.yaml", "cash: { KRW: 0 }", "cash: { KRW: 100 }\ndividends: { KRW: 101 }");
    assert_data_eq!(
        stage.run(&["plan"]).whole(),
        str![[r#"
error[schema]: 101 of the 100 KRW in cash cannot have come from dividends
 --> holdings.yaml:6:19
  |
6 | dividends: { KRW: 101 }
  |                   ^^^ not a part of the cash
  |
  = help: write what is left of the dividends; they are counted in `cash` as
          well.

info[threshold-reachable]: 443160 cannot drift 5 points from its target 0.05
                           inside its band (0.02 to 0.08)
  --> portfolio_config.yaml:33:19
   |
33 |           target: 0.05
   |                   ^^^^ the band decides for this asset, not the threshold
...
64 |       threshold: 0.05 # Emergency rebalancing when +/-5% deviation
   |                  ---- the threshold
   |
   = help: nothing to do if the band is meant to decide; otherwise widen the
           band, or lower the threshold.

refused: holdings.yaml: 1 error, 0 warnings, 1 info
--- exit 1

"#]]
    );
    stage.edit("holdings.yaml", "KRW: 101", "KRW: -1");
    assert_eq!(stage.run(&["plan"]).code, 1);
    stage.edit("holdings.yaml", "KRW: -1", "KRW: 100");
    assert_eq!(stage.run(&["plan"]).code, 0);
}

#[test]
fn limits_stand_beside_the_figures() {
    let stage = Stage::sample();
    let limits = "max_turnover: 0.1\n      max_orders: 10\n      max_order_amount: 400000\n      max_price_age: 3\n";
    stage.edit("portfolio_config.yaml", "      min_trade_amount", &format!("      {limits}      min_trade_amount"));
    stage.commit("Limit orders\n\nReason: mistakes", 50);
    let run = stage.run(&["plan"]);
    let from = run.out.find("Sold ").unwrap();
    let to = run.out.find("After: ").unwrap();
    assert_data_eq!(
        &run.out[from..to],
        str![[r#"
Sold 752,800, bought 638,000; turnover 6.32 % (at most 10 %)
Costs 1,601 KRW: commission 210, slippage 1,391, tax 0
Limits: 5 orders of at most 10; largest order 400,000 of at most 400,000;
  prices 0 days old of at most 3


"#]]
    );
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
    // Prices that were young enough when the plan was made may be too old when it is applied.
    let mut later = stage;
    later.now += 4 * 86_400;
    assert_data_eq!(
        later.run(&["verify", "plan.json"]).whole(),
        str![[r#"
--- stderr
refused[rule]: price-age refuses today: the prices of 2026-03-04 are 4 days
  old today, more than the 3 allowed
  help: put the prices of today and their date into the holdings and plan again,
    or raise `max_price_age`.
1 refusal, nothing was executed.
--- exit 1

"#]]
    );
    later.edit("portfolio_config.yaml", "max_orders: 10", "max_orders: 4");
    later.edit("portfolio_config.yaml", "max_order_amount: 400000", "max_order_amount: 399999");
    later.commit("Tighten\n\nReason: mistakes", 0);
    let run = later.run(&["plan"]);
    let from = run.out.find("error[").unwrap();
    assert_data_eq!(
        &run.out[from..],
        str![[r#"
error[order-count]: the plan has 5 orders, more than the 4 allowed
  help: raise `max_orders`, or `min_trade_amount`, so that small orders fall
    away.
error[order-size]: an order sells 400,000 of 091230, more than the 399,999
  allowed
  help: look at its price and quantity; if they are right, raise
    `max_order_amount`, or rebalance to `destination: band_edge`, which
    trades less.
error[price-age]: the prices of 2026-03-04 are 4 days old today, more than the
  3 allowed
  help: put the prices of today and their date into the holdings and plan again,
    or raise `max_price_age`.

Plan 75302b0e27c8 (errored)
This plan cannot be applied: see the errors above.

"#]]
    );
}

#[test]
fn amounts_are_plain_and_more_than_nothing() {
    let stage = Stage::sample();
    let digits = "write it in plain digits, such as 500000 or 500USD";
    for (bad, why) in [
        ("0", "write an amount above 0"),
        ("-5", "write an amount above 0"),
        ("500,000", digits),
        ("5e5", digits),
        ("₩5", digits),
        ("1000000000000001", "write an amount of 1000000000000000 at most"),
        (&"9".repeat(40), "write an amount of 1000000000000000 at most"),
        ("0.123456789", "write an amount with 4 decimal places at most"),
        (&format!("0.{}1", "0".repeat(40)), "write an amount with 4 decimal places at most"),
    ] {
        for option in ["--deposit", "--withdraw"] {
            let run = stage.run(&["plan", &format!("{option}={bad}")]);
            let said = format!(
                "--- stderr\nerror: invalid value '{bad}' for '{option} <AMOUNT>': {why}\n\nFor more information, try \
                 '--help'.\n--- exit 64\n"
            );
            assert_eq!(run.whole(), said);
        }
    }
    let run = stage.run(&["plan", "--deposit", ""]);
    assert_eq!((run.code, run.out.as_str()), (64, ""), "{}", run.err);
    assert_data_eq!(
        stage.run(&["plan", "--deposit", "0.5"]).whole(),
        str![[r#"
--- stderr
error: the amount is finer than the smallest unit of KRW
help: KRW has 0 decimal places.
--- exit 64

"#]]
    );
    assert_data_eq!(
        stage.run(&["plan", "--deposit", "1", "--withdraw", "1"]).whole(),
        str![[r#"
--- stderr
error: the argument '--deposit <AMOUNT>' cannot be used with '--withdraw <AMOUNT>'

Usage: rebalance plan --deposit <AMOUNT>

For more information, try '--help'.
--- exit 64

"#]]
    );
    assert_eq!(stage.run(&["plan", "--deposit", "1", "--trigger", "manual"]).code, 64);
}

#[test]
fn a_plan_is_remade_with_what_was_asked() {
    let stage = Stage::sample();
    stage.run(&["plan", "-q", "--deposit", "500000", "-o", "plan.json"]);
    let plan = stage.read("plan.json");
    for (from, to) in
        [("\"deposit\": \"500000\"", "\"deposit\": \"600000\""), ("\"withdrawal\": null", "\"withdrawal\": \"1\"")]
    {
        stage.write("edited.json", &plan.replacen(from, to, 1));
        let run = stage.run(&["verify", "edited.json"]);
        assert!(run.code == 3 && run.whole().contains("refused[edited]"), "{}", run.whole());
    }
}
