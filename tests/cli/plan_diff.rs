//! Two plans side by side.

use crate::stage::Stage;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

/// The sample's plan, and one of other holdings, another price, another limit and another day.
fn plans() -> Stage {
    let stage = Stage::sample();
    assert_eq!(stage.run(&["plan", "-q", "-o", "a.json"]).code, 0);
    stage.edit("holdings.yaml", "quantity: 250", "quantity: 260");
    stage.edit("holdings.yaml", "price: 50000", "price: 46000");
    stage.edit("portfolio_config.yaml", "min_trade_amount: 100000 ", "min_trade_amount: 120000 ");
    stage.commit("Larger orders\n\nReason: fewer of them", 20);
    assert_eq!(stage.run(&["plan", "-q", "-o", "b.json", "--as-of", "2026-03-05"]).code, 0);
    stage
}

#[test]
fn what_differs_is_told_with_the_orders_first() {
    let stage = plans();
    assert_data_eq!(
        stage.run(&["diff", "a.json", "b.json"]).whole(),
        str![[r#"
a.json (123a31908372) -> b.json (dded0bfc6ad2)

Orders, 5 changed:
~ sell 8 -> 6 x 091230 TIGER Semiconductor
    price 50,000 -> 46,000, limit price 49,950 -> 45,955, amount 400,000 ->
      276,000, weight 10.00 % -> 9.99 %, commission 60 -> 42, slippage 400 ->
      276
    reason was: drifted +3.64 points from 10 %; 0.00 points left after
    reason is: drifted +2.49 points from 10 %; -0.01 points left after
~ sell 21 -> 30 x 360750 TIGER US S&P500
    amount 352,800 -> 504,000, weight 34.9797 % -> 34.9801 %, commission 53 ->
      76, slippage 353 -> 504
    reason was: drifted +3.18 points from 35 %; -0.02 points left after
    reason is: drifted +4.54 points from 35 %; -0.02 points left after
~ buy 25 -> 26 x 305080 TIGER US Treasury 10Y Futures
    amount 250,000 -> 260,000, weight 15.00 % -> 15.03 %, commission 38 -> 39,
      slippage 250 -> 260
    reason was: drifted -2.27 points from 15 %; 0.00 points left after
    reason is: drifted -2.33 points from 15 %; +0.03 points left after
~ buy 9 -> 10 x 305720 KODEX Secondary Battery Industry
    amount 288,000 -> 320,000, weight 9.89 % -> 10.14 %, commission 44 -> 48,
      slippage 288 -> 320
    reason was: drifted -2.73 points from 10 %; -0.11 points left after
    reason is: drifted -2.76 points from 10 %; +0.14 points left after
~ buy 8 -> 10 x 319640 TIGER Gold & Silver Futures (H)
    amount 100,000 -> 125,000, weight 10.00 % -> 10.18 %, commission 15 -> 19,
      slippage 100 -> 125
    reason was: drifted -0.91 points from 10 %; 0.00 points left after
    reason is: drifted -0.95 points from 10 %; +0.18 points left after

Figures:
~ largest order 400,000 -> 504,000
~ sold 752,800 -> 780,000
~ bought 638,000 -> 705,000
~ turnover 6.32 % -> 6.72 %
~ costs commission 210 -> 224
~ costs slippage 1,391 -> 1,485
~ costs total 1,601 -> 1,709
~ cash after 113,199 -> 73,291
~ objective 5,153,731,562.5 -> 6,675,445,562.5
~ bound 5,153,731,562.5 -> 6,675,445,562.5

Weights after:
~ total 10,998,374 -> 11,046,266
~ cash 113,199 -> 73,291
~ 069500 KODEX 200: weight 14.55 % -> 14.48 %
~ 091230 TIGER Semiconductor: quantity 22 -> 24, weight 10.00 % -> 9.99 %
~ 305080 TIGER US Treasury 10Y Futures: quantity 165 -> 166, weight 15.00 % ->
  15.03 %
~ 305720 KODEX Secondary Battery Industry: quantity 34 -> 35, weight 9.89 % ->
  10.14 %
~ 319640 TIGER Gold & Silver Futures (H): quantity 88 -> 90, weight 10.00 % ->
  10.18 %
~ 360750 TIGER US S&P500: quantity 229 -> 230, weight 34.9797 % -> 34.9801 %
~ 443160 KODEX Composite Bond (AA- and above) Active: weight 4.55 % -> 4.53 %

Made from:
~ as of 2026-03-04 -> 2026-03-05
~ config blob e70ce4414ec5 -> 5ed4515b20af
~ config semantic a7a11c8e0f26 -> b86b8c4e2805
~ holdings 93aee290be58 -> a31208cc29e3

Asked for, and why:
~ why
    why was: the scheduled date 2026-01-02 is due and not served (for 39
      sessions)
    why is: the scheduled date 2026-01-02 is due and not served (for 40
      sessions)
~ why
    why was: no drift has reached its threshold, every weight is in its band;
      091230 is furthest, at +3.64 points, and its threshold is 5 points
    why is: no drift has reached its threshold, every weight is in its band;
      360750 is furthest, at +4.54 points, and its threshold is 5 points
~ due sessions 39 -> 40

Settings:
~ min trade amount 100,000 -> 120,000

Holdings and prices:
~ total 10,999,975 -> 11,047,975
~ 091230 TIGER Semiconductor: price 50,000 -> 46,000
~ 360750 TIGER US S&P500: quantity 250 -> 260
--- exit 0

"#]]
    );
    assert!(stage.run(&["diff", "a.json", "b.json"]).out.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn the_same_plan_is_one_line() {
    let stage = plans();
    assert_data_eq!(
        stage.run(&["diff", "a.json", "a.json", "--detailed-exitcode"]).whole(),
        str![[r#"
a.json (123a31908372) and a.json (123a31908372) are the same plan
--- exit 0

"#]]
    );
    assert_eq!(stage.run(&["diff", "a.json", "b.json", "--detailed-exitcode"]).code, 2);
}

#[test]
fn as_a_comment_everything_is_in_a_code_span() {
    let stage = plans();
    let run = stage.run(&["diff", "b.json", "a.json", "--format", "markdown"]);
    assert_data_eq!(
        run.out,
        str![[r#"
<!-- rebalance diff of plans -->
`b.json` (dded0bfc6ad2) → `a.json` (123a31908372)

**Orders, 5 changed**

- `~ sell 6 -> 8 x 091230 TIGER Semiconductor`
  - `price 46,000 -> 50,000, limit price 45,955 -> 49,950, amount 276,000 -> 400,000, weight 9.99 % -> 10.00 %, commission 42 -> 60, slippage 276 -> 400`
  - `reason was: drifted +2.49 points from 10 %; -0.01 points left after`
  - `reason is: drifted +3.64 points from 10 %; 0.00 points left after`
- `~ sell 30 -> 21 x 360750 TIGER US S&P500`
  - `amount 504,000 -> 352,800, weight 34.9801 % -> 34.9797 %, commission 76 -> 53, slippage 504 -> 353`
  - `reason was: drifted +4.54 points from 35 %; -0.02 points left after`
  - `reason is: drifted +3.18 points from 35 %; -0.02 points left after`
- `~ buy 26 -> 25 x 305080 TIGER US Treasury 10Y Futures`
  - `amount 260,000 -> 250,000, weight 15.03 % -> 15.00 %, commission 39 -> 38, slippage 260 -> 250`
  - `reason was: drifted -2.33 points from 15 %; +0.03 points left after`
  - `reason is: drifted -2.27 points from 15 %; 0.00 points left after`
- `~ buy 10 -> 9 x 305720 KODEX Secondary Battery Industry`
  - `amount 320,000 -> 288,000, weight 10.14 % -> 9.89 %, commission 48 -> 44, slippage 320 -> 288`
  - `reason was: drifted -2.76 points from 10 %; +0.14 points left after`
  - `reason is: drifted -2.73 points from 10 %; -0.11 points left after`
- `~ buy 10 -> 8 x 319640 TIGER Gold & Silver Futures (H)`
  - `amount 125,000 -> 100,000, weight 10.18 % -> 10.00 %, commission 19 -> 15, slippage 125 -> 100`
  - `reason was: drifted -0.95 points from 10 %; +0.18 points left after`
  - `reason is: drifted -0.91 points from 10 %; 0.00 points left after`

**Figures**

- `~ largest order 504,000 -> 400,000`
- `~ sold 780,000 -> 752,800`
- `~ bought 705,000 -> 638,000`
- `~ turnover 6.72 % -> 6.32 %`
- `~ costs commission 224 -> 210`
- `~ costs slippage 1,485 -> 1,391`
- `~ costs total 1,709 -> 1,601`
- `~ cash after 73,291 -> 113,199`
- `~ objective 6,675,445,562.5 -> 5,153,731,562.5`
- `~ bound 6,675,445,562.5 -> 5,153,731,562.5`

**Weights after**

- `~ total 11,046,266 -> 10,998,374`
- `~ cash 73,291 -> 113,199`
- `~ 069500 KODEX 200: weight 14.48 % -> 14.55 %`
- `~ 091230 TIGER Semiconductor: quantity 24 -> 22, weight 9.99 % -> 10.00 %`
- `~ 305080 TIGER US Treasury 10Y Futures: quantity 166 -> 165, weight 15.03 % -> 15.00 %`
- `~ 305720 KODEX Secondary Battery Industry: quantity 35 -> 34, weight 10.14 % -> 9.89 %`
- `~ 319640 TIGER Gold & Silver Futures (H): quantity 90 -> 88, weight 10.18 % -> 10.00 %`
- `~ 360750 TIGER US S&P500: quantity 230 -> 229, weight 34.9801 % -> 34.9797 %`
- `~ 443160 KODEX Composite Bond (AA- and above) Active: weight 4.53 % -> 4.55 %`

**Made from**

- `~ as of 2026-03-05 -> 2026-03-04`
- `~ config blob 5ed4515b20af -> e70ce4414ec5`
- `~ config semantic b86b8c4e2805 -> a7a11c8e0f26`
- `~ holdings a31208cc29e3 -> 93aee290be58`

**Asked for, and why**

- `~ why`
  - `why was: the scheduled date 2026-01-02 is due and not served (for 40 sessions)`
  - `why is: the scheduled date 2026-01-02 is due and not served (for 39 sessions)`
- `~ why`
  - `why was: no drift has reached its threshold, every weight is in its band; 360750 is furthest, at +4.54 points, and its threshold is 5 points`
  - `why is: no drift has reached its threshold, every weight is in its band; 091230 is furthest, at +3.64 points, and its threshold is 5 points`
- `~ due sessions 40 -> 39`

**Settings**

- `~ min trade amount 120,000 -> 100,000`

**Holdings and prices**

- `~ total 11,047,975 -> 10,999,975`
- `~ 091230 TIGER Semiconductor: price 46,000 -> 50,000`
- `~ 360750 TIGER US S&P500: quantity 260 -> 250`

"#]]
    );
}

#[test]
fn as_json_it_fits_its_schema() {
    let stage = plans();
    let json = stage.run(&["diff", "a.json", "b.json", "--format", "json"]).json();
    let schema = (rebalance::output::plan_difference::SHEET.schema)();
    assert!(jsonschema::validator_for(schema.as_value()).unwrap().is_valid(&json));
    assert_eq!(json["same"], false);
    let ids = json["orders"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned());
    assert!(ids.collect::<Vec<_>>().contains(&"buy-319640".to_owned()), "{json}");
    let at = json!(["params", "min_trade_amount"]);
    let changes = json["changes"].as_array().unwrap();
    assert!(changes.contains(&json!({ "at": at, "from": "100000", "to": "120000" })), "{json}");
}

/// The paths of all texts, numbers and booleans.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, part)| leaves(part, &format!("{at}/{key}"), found)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, part)| leaves(part, &format!("{at}/{i}"), found)),
        Value::Null => {}
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn no_part_of_a_plan_is_left_out_and_an_edited_one_is_shown_and_said_to_be() {
    let stage = plans();
    let plan: Value = serde_json::from_str(&stage.read("a.json")).unwrap();
    let mut found = Vec::new();
    leaves(&plan["body"], "/body", &mut found);
    assert!(found.len() > 150, "{found:?}");
    for at in found {
        let mut edited = plan.clone();
        let leaf = edited.pointer_mut(&at).unwrap();
        *leaf = match leaf {
            Value::Bool(value) => (!*value).into(),
            Value::Number(_) => 17.into(),
            _ if at == "/body/status" => "errored".into(),
            _ => "other".into(),
        };
        stage.write("edited.json", &edited.to_string());
        let run = stage.run(&["diff", "a.json", "edited.json", "--format", "json"]);
        assert_eq!(run.code, 3, "{at}: {}", run.err);
        let json = run.json();
        let listed = json["orders"].as_array().unwrap().len() + json["changes"].as_array().unwrap().len();
        assert!(json["same"] == false && listed > 0 && json["to"]["edited"] == true, "{at}");
    }
}

#[test]
fn what_is_no_plan_is_not_compared() {
    let stage = plans();
    stage.write("c.json", "{}");
    stage.write("d.json", &stage.read("a.json").replacen("\"1.0\"", "\"9.0\"", 1));
    assert_data_eq!(
        stage.run(&["diff", "a.json", "c.json"]).whole(),
        str![[r#"
--- stderr
error: c.json is not a plan: missing field `format_version` at line 1 column 2
help: make one: rebalance plan -o plan.json
--- exit 3

"#]]
    );
    assert_data_eq!(
        stage.run(&["diff", "d.json", "a.json"]).whole(),
        str![[r#"
--- stderr
error: d.json has format_version 9.0, which this version does not know
help: make one: rebalance plan -o plan.json
--- exit 3

"#]]
    );
    assert_data_eq!(
        stage.run(&["diff", "a.json", "nowhere.json"]).whole(),
        str![[r#"
--- stderr
error: cannot read nowhere.json: no such file
help: make one: rebalance plan -o plan.json
--- exit 6

"#]]
    );
    assert_data_eq!(
        stage.run(&["diff", "main", "HEAD"]).whole(),
        str![[r#"
--- stderr
error: two arguments are two plan files, which end in .json
help: for two revisions write them as one: rebalance diff BASE..HEAD
--- exit 64

"#]]
    );
}
