//! Plans as people read them.

use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

#[test]
fn the_sample_is_planned() {
    let stage = Stage::sample();
    assert_data_eq!(
        stage.run(&["plan"]).whole(),
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

A rebalance is due (scheduled):
  the scheduled date 2026-01-02 is due and not served (for 39 sessions)
  no drift has reached its threshold, every weight is in its band; 091230 is
    furthest, at +3.64 points, and its threshold is 5 points
  the next scheduled date is 2026-04-01

5 orders:
- sell 8 x 091230 TIGER Semiconductor at 50,000 = 400,000
    13.64 % -> 10.00 % (target 10.00 %, band 5 to 15), limit price 49,950
    drifted +3.64 points from 10 %; 0.00 points left after
- sell 21 x 360750 TIGER US S&P500 at 16,800 = 352,800
    38.18 % -> 34.98 % (target 35.00 %, band 30 to 40), limit price 16,785
    drifted +3.18 points from 35 %; -0.02 points left after
+ buy 25 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 250,000
    12.73 % -> 15.00 % (target 15.00 %, band 10 to 20), limit price 10,010
    drifted -2.27 points from 15 %; 0.00 points left after
+ buy 9 x 305720 KODEX Secondary Battery Industry at 32,000 = 288,000
    7.27 % -> 9.89 % (target 10.00 %, band 5 to 15), limit price 32,030
    drifted -2.73 points from 10 %; -0.11 points left after
+ buy 8 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 100,000
    9.09 % -> 10.00 % (target 10.00 %, band 5 to 15), limit price 12,510
    drifted -0.91 points from 10 %; 0.00 points left after
~ cash 0 -> 113,199 (at least 0)
  2 assets unchanged (no order below 100,000)

Sold 752,800, bought 638,000; turnover 6.32 %
Costs 1,601 KRW: commission 210, slippage 1,391, tax 0

After: 10,998,374 KRW (cash 113,199)

  code    asset                  shares   weight  drift  band
- 091230  TIGER Semiconductor        22  10.00 %   0.00   5   [----*----]   15
+ 305080  TIGER US Treasury 10Y     165  15.00 %   0.00  10   [----*----]   20
          Futures
+ 305720  KODEX Secondary            34   9.89 %  -0.11   5   [----*----]   15
          Battery Industry
+ 319640  TIGER Gold & Silver        88  10.00 %   0.00   5   [----*----]   15
          Futures (H)
- 360750  TIGER US S&P500           229  34.98 %  -0.02  30   [----*----]   40
  and 2 assets without an order, within 0.1 points of the weight before

Proven: no other whole-share orders within these limits come closer to the
  targets.

Plan 123a31908372 (applyable)
Next: rebalance plan -o plan.json && rebalance apply plan.json
--- exit 0

"#]]
    );
}

#[test]
fn the_sample_as_json() {
    let stage = Stage::sample();
    let run = stage.run(&["plan", "--format", "json"]);
    assert_eq!(run.code, 0);
    assert_data_eq!(run.out, snapbox::file!["plan.json"]);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let stage = Stage::sample();
    let (first, second) = (stage.run(&["plan", "-o", "a.json"]), stage.run(&["plan", "-o", "b.json"]));
    assert_eq!((first.code, second.code), (0, 0));
    assert_eq!(stage.read("a.json"), stage.read("b.json"));
    assert!(first.out.ends_with("Next: rebalance apply a.json\n"), "{}", first.out);
}

#[test]
fn the_order_of_the_file_does_not_matter_to_the_orders() {
    let (one, other) = (Stage::sample(), Stage::sample());
    let text = other.read("portfolio_config.yaml");
    let block = "        - ticker: 'TIGER US S&P500'\n          code: '360750'\n          target: 0.35\n          min: 0.30\n          max: 0.40\n";
    let without = text.replacen(block, "", 1);
    let last = "          code: '443160'\n          target: 0.05\n          min: 0.02\n          max: 0.08\n";
    other.write("portfolio_config.yaml", &without.replacen(last, &format!("{last}{block}"), 1));
    other.commit("Reorder", 50);
    let body = |stage: &Stage| stage.run(&["plan", "--format", "json"]).json()["body"].clone();
    let (one, other) = (body(&one), body(&other));
    for key in ["orders", "before", "after", "summary", "trigger"] {
        assert_eq!(one[key], other[key], "{key}");
    }
    assert_eq!(one["inputs"]["config"]["semantic"], other["inputs"]["config"]["semantic"]);
}

#[test]
fn nothing_due_means_no_orders() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "strategy: 'hybrid'", "strategy: 'threshold'");
    stage.commit("Drift only", 50);
    let run = stage.run(&["plan"]);
    assert!(run.out.contains("No rebalance is due:\n  no drift has reached its threshold"), "{}", run.out);
    assert!(run.out.ends_with("Nothing to do.\n"), "{}", run.out);
    assert_eq!(run.code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    let asked = stage.run(&["plan", "--trigger", "manual", "--detailed-exitcode"]);
    assert!(asked.out.contains("A rebalance is due (manual):"), "{}", asked.out);
    assert_eq!(asked.code, 2);
}

#[test]
fn thresholds_are_inclusive_and_exact() {
    // 305080 holds 140 of 1,100 shares at one price: its drift from 0.15 is 25/1100, which is 1/44.
    let cases = [("0.02272727", "threshold"), ("0.02272728", "")];
    for (threshold, expected) in cases {
        let stage = Stage::sample();
        stage.edit("portfolio_config.yaml", "threshold: 0.05", &format!("threshold: {threshold}"));
        stage.edit("holdings.yaml", "price: 35555", "price: 35556");
        stage.edit("holdings.yaml", "KRW: 0", "KRW: -20");
        stage.commit("Threshold", 50);
        let run = stage.run(&["plan", "--format", "json"]);
        let body = &run.json()["body"];
        assert_eq!(body["before"]["total"], "11000000");
        let asset = body["before"]["assets"].as_array().unwrap().iter().find(|a| a["code"] == "305080").unwrap();
        assert_eq!(asset["breach"].as_str().unwrap_or(""), expected, "{threshold}");
    }
}

#[test]
fn an_uncommitted_allocation_is_never_traded() {
    let stage = Stage::sample();
    stage.edit(
        "portfolio_config.yaml",
        "code: '091230'\n          target: 0.10",
        "code: '091230'\n          target: 0.11",
    );
    stage.edit(
        "portfolio_config.yaml",
        "code: '305720'\n          target: 0.10",
        "code: '305720'\n          target: 0.09",
    );
    let run = stage.run(&["plan"]);
    assert!(
        run.out.contains("error[trade-cooldown]: the allocation in the file is not the one that is"),
        "{}",
        run.out
    );
    assert_eq!(run.code, 1);
}

#[test]
fn a_holding_nobody_knows_refuses() {
    let stage = Stage::sample();
    let holdings = stage.read("holdings.yaml") + "  - { code: '005930', quantity: 10, price: 70000 }\n";
    stage.write("holdings.yaml", &holdings);
    let run = stage.run(&["plan"]);
    assert!(run.out.contains("error[unknown-holding]: 005930 is held"), "{}", run.out);
    assert_eq!(run.code, 1);
    stage.edit("portfolio_config.yaml", "  owner: 'youngjukim'\n", "  owner: 'youngjukim'\n  outside: ['005930']\n");
    stage.commit("Keep it outside", 50);
    let run = stage.run(&["plan", "--format", "json"]);
    assert_eq!((run.json()["body"]["before"]["total"].as_str(), run.code), (Some("10999975"), 0));
}

#[test]
fn a_fault_in_the_holdings_is_shown_at_its_place() {
    let stage = Stage::sample();
    stage.edit("holdings.yaml", "quantity: 250", "quantity: 250.1234567");
    stage.edit("holdings.yaml", "'069500'", "'360750'");
    assert_data_eq!(
        stage.run(&["plan"]).whole(),
        str![[r#"
error[number-format]: `250.1234567` cannot be used: more than 6 decimal places
 --> holdings.yaml:8:15
  |
8 |     quantity: 250.1234567
  |               ^^^^^^^^^^^ more than 6 decimal places
  |
  = help: write fewer digits.

info[threshold-reachable]: 443160 cannot drift 5 points from its target 0.05
                           inside its band (0.02 to 0.08)
  --> portfolio_config.yaml:33:19
   |
33 |           target: 0.05
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
}

#[test]
fn plans_that_cannot_be_made_say_why() {
    let table: &[(&str, &str, &str, u8)] = &[
        ("cash: { KRW: 0 }", "cash: { KRW: 0, USD: 5 }", "cash is held in USD, and there is no exchange rate of it", 6),
        (
            "  - code: '319640' # TIGER Gold & Silver Futures (H)\n    quantity: 80\n    price: 12500\n",
            "",
            "319640 is in the config and has no price",
            6,
        ),
        ("as_of: 2026-03-04", "as_of: 2042-03-04", "XKRX", 6),
    ];
    for (from, to, message, code) in table {
        let stage = Stage::sample();
        stage.edit("holdings.yaml", from, to);
        let run = stage.run(&["plan"]);
        assert!(run.err.contains(message) && run.err.contains("help: "), "{}", run.whole());
        assert_eq!(run.code, *code, "{}", run.whole());
    }
}

#[test]
fn an_order_costs_the_least_commission_and_the_fixed_fee() {
    let stage = Stage::sample();
    let fees = "etf_commission_rate: 0.00015\n    commission_minimum: 55\n    commission_per_order: 10.2 #";
    stage.edit("portfolio_config.yaml", "etf_commission_rate: 0.00015 #", fees);
    stage.commit("Another tariff", 50);
    let plan = stage.run(&["plan", "--format", "json"]).json();
    let orders = plan["body"]["orders"].as_array().unwrap().iter();
    let charged: Vec<_> = orders.map(|o| (o["amount"].as_str().unwrap(), o["commission"].as_str().unwrap())).collect();
    // 60, 52.92, 37.5, 43.2 and 15 by the rate: one of them is above the minimum.
    let expected = [("400000", "71"), ("352800", "66"), ("250000", "66"), ("288000", "66"), ("100000", "66")];
    assert_eq!(charged, expected);
    assert_eq!(plan["body"]["params"]["commission_minimum"], "55");
    assert_eq!(plan["body"]["params"]["commission_per_order"], "10.2");
    assert_eq!(plan["body"]["summary"]["costs"]["commission"], "335");
}

#[test]
fn the_dearest_lots_cannot_be_chosen() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "    slippage_estimate", "    cost_basis: hifo\n    slippage_estimate");
    let run = stage.run(&["lint"]);
    let finding = run.out.split("\n\n").find(|finding| finding.contains("hifo")).unwrap();
    assert_data_eq!(
        finding.to_owned(),
        str![[r#"
error[schema]: `cost_basis` cannot be `hifo`
  --> portfolio_config.yaml:76:17
   |
76 |     cost_basis: hifo
   |                 ^^^^ not an option in Korea
   |
   = help: the words allowed here are `fifo` and `moving_average`.
"#]]
    );
    assert_eq!(run.code, 1);
}

/// The average of 151 shares at 15,000 and 99 at 17,000 is 15,792, before and after a sale.
#[test]
fn a_sale_by_the_moving_average_leaves_the_average() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "code: '360750'\n", "code: '360750'\n          tax_class: kr_other\n");
    stage.edit(
        "portfolio_config.yaml",
        "    slippage_estimate",
        "    cost_basis: moving_average\n    slippage_estimate",
    );
    let lots = "price: 16800\n    lots:\n      - { date: 2024-01-02, quantity: 151, cost: 15000 }\n      \
                - { date: 2025-01-02, quantity: 99, cost: 17000 }\n";
    stage.edit("holdings.yaml", "price: 16800\n", lots);
    stage.commit("Tax", 50);
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
    let plan: serde_json::Value = serde_json::from_str(&stage.read("plan.json")).unwrap();
    let order = plan["body"]["orders"].as_array().unwrap().iter().find(|order| order["code"] == "360750").unwrap();
    // 3,948,000 for 250 shares: 21 of them cost 331,632, and 15.4 % of 21,168 are 3,259.872.
    assert_eq!((order["quantity"].as_str(), order["tax"].as_str()), (Some("21"), Some("3260")));
    assert_eq!(plan["body"]["params"]["cost_basis"], "moving_average");
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    let lot = "    lots:\n      - { date: 2025-01-02, quantity: 229, cost: 15792 }\n";
    assert!(stage.read("holdings.yaml").contains(lot), "{}", stage.read("holdings.yaml"));
}

#[test]
fn a_plan_can_be_shown_again() {
    let stage = Stage::sample();
    let planned = stage.run(&["plan", "-o", "plan.json"]);
    let shown = stage.run(&["show", "plan.json"]);
    assert_eq!(planned, shown);
    stage.edit("plan.json", "\"quantity\": \"21\"", "\"quantity\": \"22\"");
    let edited = stage.run(&["show", "plan.json"]);
    assert_eq!(edited.code, 3);
    assert!(edited.err.contains("was edited"), "{}", edited.err);
    stage.write("plan.json", "{}");
    assert_eq!(stage.run(&["show", "plan.json"]).code, 3);
    assert_eq!(stage.run(&["show", "gone.json"]).code, 6);
}

#[test]
fn prices_finer_than_the_currency_are_refused_before_anything_is_begun() {
    let stage = Stage::sample();
    stage.edit("holdings.yaml", "price: 16800", "price: 16800.5");
    let run = stage.run(&["plan"]);
    assert!(run.err.contains("the price of 360750 is finer than the currency's smallest unit"), "{}", run.whole());
    assert_eq!((run.code, run.out.as_str()), (6, ""));
}

#[test]
fn what_is_planned_needs_no_rebalance_of_its_own() {
    for destination in ["target", "band_edge", "half_band"] {
        let stage = Stage::sample();
        let to = format!("strategy: 'hybrid'\n    destination: {destination}");
        stage.edit("portfolio_config.yaml", "strategy: 'hybrid'", &to);
        stage.edit("holdings.yaml", "quantity: 250", "quantity: 35000");
        stage.edit("holdings.yaml", "price: 16800", "price: 168");
        stage.commit("Elsewhere", 50);
        assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
        assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
        let again = stage.run(&["plan"]);
        assert!(again.out.ends_with("Nothing to do.\n"), "{destination}: {}", again.out);
    }
}

#[test]
fn cash_that_is_kept_out_stays_out() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "  # Cost settings", "  cash: { policy: exclude }\n  # Cost settings");
    stage.commit("Leave cash alone", 50);
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    let plan: serde_json::Value = serde_json::from_str(&stage.read("plan.json")).unwrap();
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    let next = stage.run(&["plan", "--format", "json"]).json();
    assert_eq!(plan["body"]["after"]["total"], next["body"]["before"]["total"]);
}

#[test]
fn the_next_command_makes_the_same_plan() {
    let stage = Stage::sample();
    stage.write("deep/.keep", "");
    let run = stage.run_in("deep", &["plan", "--config", "../portfolio_config.yaml", "--as-of", "2026-03-05"]);
    let next = "Next: rebalance plan --config ../portfolio_config.yaml --as-of 2026-03-05 -o plan.json && \
                rebalance apply plan.json --config ../portfolio_config.yaml\n";
    assert!(run.out.ends_with(next), "{}", run.out);
    assert_eq!(stage.run(&["plan", "-o", "holdings.yaml"]).code, 64);
}

#[test]
fn wide_names_one_asset_or_sixty_fit_terminals_of_every_width() {
    let name = "한국투자 타이거 미국나스닥백커버드콜(합성)액티브 상장지수증권투자신탁";
    for (assets, columns, locale) in [(1, 80, "C"), (60, 80, "ko_KR.UTF-8"), (60, 76, "C"), (7, 64, "C")] {
        let mut stage = Stage::sample();
        stage.env.insert("COLUMNS".to_owned(), columns.to_string());
        stage.env.insert("LANG".to_owned(), locale.to_owned());
        let rows: String = (0..assets)
            .map(|i| {
                let (target, max) = if i == 0 { (10_000 - 100 * (assets - 1), 10_000) } else { (100, 10_000) };
                format!(
                    "        - {{ticker: '{name} {i}', code: '{}', target: {}.{:04}, min: 0, max: {}.{:04}}}\n",
                    100_000 + i,
                    target / 10_000,
                    target % 10_000,
                    max / 10_000,
                    max % 10_000
                )
            })
            .collect();
        let config = stage.read("portfolio_config.yaml");
        let head = &config[..config.find("    core:").unwrap()];
        let tail = &config[config.find("  # Rebalancing rules").unwrap()..];
        stage.write(
            "portfolio_config.yaml",
            &format!("{head}    core:\n      weight: 1\n      assets:\n{rows}\n{tail}"),
        );
        let held: String = (0..assets)
            .map(|i| format!("  - {{code: '{}', quantity: {}, price: 15000}}\n", 100_000 + i, i * 7))
            .collect();
        stage.write("holdings.yaml", &format!("as_of: 2026-03-04\ncash: {{KRW: 9000000}}\npositions:\n{held}"));
        stage.commit("Names", 30);
        let run = stage.run(&["plan"]);
        assert_eq!(run.code, 0, "{}", run.whole());
        let wide = |line: &&str| unicode_width::UnicodeWidthStr::width(*line) > columns;
        assert_eq!(run.out.lines().find(wide), None, "{assets} assets in {columns} columns");
        let bars = run.out.lines().filter(|line| line.contains('[') && line.starts_with(['+', '!', ' ', '-'])).count();
        assert_eq!(bars > assets, columns >= 76, "{}", run.out);
        assert_eq!(run.out.contains('◉'), locale != "C" && columns >= 76);
        let rows = |mark: &str| run.out.lines().filter(|line| line.starts_with(mark)).count();
        assert_eq!(rows("+ buy"), rows("+ 1"), "each order has its row after: {}", run.out);
    }
}

/// The sample names a broker that is known. Where its credentials lie open, nothing is planned from a file instead.
#[cfg(unix)]
#[test]
fn credentials_that_anybody_can_read_are_refused_and_not_passed_over() {
    use std::os::unix::fs::PermissionsExt;
    let mut stage = Stage::sample();
    stage.write("home/rebalance/credentials", "KIS_APP_KEY=canary\n");
    let file = stage.path("home/rebalance/credentials");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    stage.env.insert("XDG_CONFIG_HOME".to_owned(), stage.path("home").display().to_string());
    let run = stage.run(&["plan"]);
    assert_eq!((run.code, run.out.as_str()), (6, ""), "{}", run.whole());
    assert!(run.err.contains("chmod 600") && !run.err.contains("canary"), "{}", run.err);
    // Whoever names the file means it.
    assert_eq!(stage.run(&["plan", "--holdings", "holdings.yaml"]).code, 0);
}

/// A sale to the edge of a band would be outside it once its costs are paid, so one share more is sold; that another asset
/// stays over its threshold is no reason to leave it.
#[test]
fn costs_take_no_asset_out_of_the_band_it_was_brought_to() {
    let asset = |code: &str, target: &str, min: &str, max: &str| {
        format!("        - {{ ticker: {code}, code: {code}, target: {target}, min: {min}, max: {max} }}\n")
    };
    let stage = Stage::bare_directory();
    let config =
        "portfolio:\n  name: Edges\n  base_currency: KRW\n  allocation:\n    all:\n      weight: 1\n      assets:\n"
            .to_owned()
            + &asset("A1", "0.4", "0.3", "0.5")
            + &asset("B1", "0.5", "0.4", "0.6")
            + &asset("C1", "0.1", "0.05", "0.15")
            + "  rebalancing:\n    strategy: threshold\n    destination: band_edge\n    drift_trigger: { type: either, threshold: 0.05 }\n"
            + "  costs: { etf_commission_rate: 0.00015, slippage_estimate: 0.001 }\n";
    stage.write("portfolio_config.yaml", &config);
    let position =
        |(code, quantity): (&str, u32)| format!("  - {{ code: {code}, quantity: {quantity}, price: 1000 }}\n");
    let held: String = [("A1", 6_000), ("B1", 3_300), ("C1", 700)].map(position).concat();
    stage.write("holdings.yaml", &format!("as_of: 2026-03-04\ncash: {{ KRW: 0 }}\npositions:\n{held}"));
    let run = stage.run(&["plan"]);
    assert!(run.out.contains("- sell 1001 x A1"), "{}", run.whole());
    assert!(run.out.contains("The targets are of 9,998,045 KRW, which is what costs leave."), "{}", run.whole());
    let plan = stage.run(&["plan", "--format", "json"]).json();
    assert_eq!(plan["body"]["summary"]["targets_of"], "9998045");
    let weight: f64 = plan["body"]["after"]["assets"][0]["weight"].as_str().unwrap().parse().unwrap();
    assert!(weight <= 0.5, "{weight}");
}
