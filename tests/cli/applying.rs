//! Plans applied, refused, and resumed, by command.

use crate::stage::{NOW, Stage};
use snapbox::{assert_data_eq, str};
use std::collections::BTreeMap;
use std::fs;

const CONFIG: &str = "portfolio_config.yaml";

/// The sample with its plan in plan.json.
fn planned() -> Stage {
    let stage = Stage::sample();
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).whole(), "--- exit 0\n");
    stage
}

/// Every file of the stage that an apply may touch, with its bytes; the lock, which holds nothing, aside.
fn files(stage: &Stage) -> BTreeMap<String, String> {
    let names = [CONFIG, "holdings.yaml", "plan.json", "rebalance_log.jsonl", ".rebalance/journal.jsonl"];
    let read = |name: &&str| Some((name.to_string(), fs::read_to_string(stage.path(name)).ok()?));
    names.iter().filter_map(read).collect()
}

#[test]
fn a_plan_is_applied_once() {
    let stage = planned();
    assert_data_eq!(
        stage.run(&["verify", "plan.json"]).whole(),
        str![[r#"
ok: plan 123a31908372 still matches and may be applied (5 orders)
Next: rebalance apply plan.json
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["apply", "plan.json"]).whole(),
        str![[r#"
- sell 8 x 091230 TIGER Semiconductor at 50,000
    filled at 50,000 = 400,000; commission 60, slippage 400, tax 0
- sell 21 x 360750 TIGER US S&P500 at 16,800
    filled at 16,800 = 352,800; commission 53, slippage 353, tax 0
+ buy 25 x 305080 TIGER US Treasury 10Y Futures at 10,000
    filled at 10,000 = 250,000; commission 38, slippage 250, tax 0
+ buy 9 x 305720 KODEX Secondary Battery Industry at 32,000
    filled at 32,000 = 288,000; commission 44, slippage 288, tax 0
+ buy 8 x 319640 TIGER Gold & Silver Futures (H) at 12,500
    filled at 12,500 = 100,000; commission 15, slippage 100, tax 0

applied: plan 123a31908372 by the paper broker: 5 orders, sold 752,800, bought
  638,000, costs 1,601
Next: git add holdings.yaml rebalance_log.jsonl .rebalance/journal.jsonl && git commit -m 'Rebalance'
--- exit 0

"#]]
    );
    let after = files(&stage);
    let holdings = &after["holdings.yaml"];
    let sample = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/holdings.yaml")).unwrap();
    let expected = sample
        .replace("KRW: 0", "KRW: 113199")
        .replace("quantity: 250", "quantity: 229")
        .replace("quantity: 140", "quantity: 165")
        .replace("quantity: 30\n", "quantity: 22\n")
        .replace("quantity: 25\n", "quantity: 34\n")
        .replace("quantity: 80\n", "quantity: 88\n");
    assert_eq!(holdings, &expected, "every other byte is kept");
    assert_data_eq!(
        after["rebalance_log.jsonl"].clone(),
        str![[r#"
{"date":"2026-03-04","trigger":"scheduled","total_portfolio_value":10999975,"trades":[{"ticker":"TIGER Semiconductor","action":"SELL","amount":400000},{"ticker":"TIGER US S&P500","action":"SELL","amount":352800},{"ticker":"TIGER US Treasury 10Y Futures","action":"BUY","amount":250000},{"ticker":"KODEX Secondary Battery Industry","action":"BUY","amount":288000},{"ticker":"TIGER Gold & Silver Futures (H)","action":"BUY","amount":100000}],"total_trade_amount":1390800,"total_commission":210,"pre_drift":{"KODEX 200":-0.45,"KODEX Composite Bond (AA- and above) Active":-0.45,"KODEX Secondary Battery Industry":-2.73,"TIGER Gold & Silver Futures (H)":-0.91,"TIGER Semiconductor":3.64,"TIGER US S&P500":3.18,"TIGER US Treasury 10Y Futures":-2.27},"post_drift":{"KODEX 200":-0.45,"KODEX Composite Bond (AA- and above) Active":-0.45,"KODEX Secondary Battery Industry":-0.11,"TIGER Gold & Silver Futures (H)":0.00,"TIGER Semiconductor":0.00,"TIGER US S&P500":-0.02,"TIGER US Treasury 10Y Futures":0.00},"notes":"the scheduled date 2026-01-02 is due and not served (for 39 sessions); no drift has reached its threshold, every weight is in its band; 091230 is furthest, at +3.64 points, and its threshold is 5 points","plan_id":"123a3190837266df6dda1c26fb6d757da889bbbee42bc175d879507396380aab","fills":[{"order":"sell-091230","code":"091230","side":"sell","quantity":8,"price":50000,"amount":400000,"commission":60,"slippage":400,"tax":0,"at":"2026-03-04T00:00:00Z"},{"order":"sell-360750","code":"360750","side":"sell","quantity":21,"price":16800,"amount":352800,"commission":53,"slippage":353,"tax":0,"at":"2026-03-04T00:00:00Z"},{"order":"buy-305080","code":"305080","side":"buy","quantity":25,"price":10000,"amount":250000,"commission":38,"slippage":250,"tax":0,"at":"2026-03-04T00:00:00Z"},{"order":"buy-305720","code":"305720","side":"buy","quantity":9,"price":32000,"amount":288000,"commission":44,"slippage":288,"tax":0,"at":"2026-03-04T00:00:00Z"},{"order":"buy-319640","code":"319640","side":"buy","quantity":8,"price":12500,"amount":100000,"commission":15,"slippage":100,"tax":0,"at":"2026-03-04T00:00:00Z"}],"estimates":[{"order":"sell-091230","quantity":8,"price":50000,"commission":60,"slippage":400,"tax":0},{"order":"sell-360750","quantity":21,"price":16800,"commission":53,"slippage":353,"tax":0},{"order":"buy-305080","quantity":25,"price":10000,"commission":38,"slippage":250,"tax":0},{"order":"buy-305720","quantity":9,"price":32000,"commission":44,"slippage":288,"tax":0},{"order":"buy-319640","quantity":8,"price":12500,"commission":15,"slippage":100,"tax":0}],"held":{"cash":{"KRW":0},"shares":{"069500":45,"091230":30,"305080":140,"305720":25,"319640":80,"360750":250,"443160":50}}}

"#]]
    );

    let next = stage.run(&["plan"]);
    assert!(next.out.contains("the scheduled date 2026-01-02 was served on 2026-03-04"), "{}", next.out);
    assert!(next.out.ends_with("Nothing to do.\n"), "{}", next.out);
    assert_eq!(next.code, 0);

    let again = stage.run(&["apply", "plan.json"]);
    assert!(again.err.starts_with("refused[already-applied]: the plan "), "{}", again.err);
    assert!(again.err.contains("was applied on"), "{}", again.err);
    assert_eq!((again.code, again.out.as_str()), (3, ""));
    assert_eq!(files(&stage), after);
    assert_data_eq!(
        stage.run(&["log"]).whole(),
        str![[r#"
2026-03-04 scheduled: 5 trades, 1,390,800 traded of 10,999,975, commission 210 123a31908372
- SELL TIGER Semiconductor 400,000
- SELL TIGER US S&P500 352,800
+ BUY TIGER US Treasury 10Y Futures 250,000
+ BUY KODEX Secondary Battery Industry 288,000
+ BUY TIGER Gold & Silver Futures (H) 100,000
    the scheduled date 2026-01-02 is due and not served (for 39 sessions); no
      drift has reached its threshold, every weight is in its band; 091230 is
      furthest, at +3.64 points, and its threshold is 5 points
--- exit 0

"#]]
    );
}

#[test]
fn quiet_says_what_it_came_to() {
    let run = planned().run(&["apply", "plan.json", "-q"]);
    assert!(run.out.starts_with("\napplied: plan "), "{}", run.out);
    assert_eq!((run.code, run.out.lines().count()), (0, 4));
}

#[test]
fn each_step_is_a_line_of_json() {
    let stage = planned();
    let run = stage.run(&["apply", "plan.json", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let lines: Vec<serde_json::Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let of_one = ["intent", "ack", "fill", "done"];
    let expected: Vec<&str> = of_one.repeat(5).into_iter().chain(["summary"]).collect();
    assert_eq!(events, expected);
    assert!(lines.iter().all(|line| line["format_version"] == "1.0"));
    assert_eq!(lines[20]["costs"], "1601");
}

/// A change between plan and apply: its name, what is changed, and the refusal that names it.
type Change = (&'static str, fn(&Stage), &'static str);

const CHANGES: &[Change] = &[
    ("a byte of an order", |s| s.edit("plan.json", "\"quantity\": \"21\"", "\"quantity\": \"22\""), "edited"),
    (
        "a byte of a limit price",
        |s| s.edit("plan.json", "\"limit_price\": \"16785\"", "\"limit_price\": \"16780\""),
        "edited",
    ),
    ("a byte of the id", |s| s.edit("plan.json", "\"plan_id\": \"", "\"plan_id\": \"0"), "edited"),
    ("an unknown field", |s| s.edit("plan.json", "\"body\": {", "\"body\": { \"force\": true,"), "unreadable"),
    (
        "another format",
        |s| s.edit("plan.json", "\"format_version\": \"1.0\"", "\"format_version\": \"2.0\""),
        "version",
    ),
    ("a space in an order", |s| s.edit("plan.json", "\"side\": \"sell\",", "\"side\":  \"sell\","), "unreadable"),
    ("half of the plan", |s| s.write("plan.json", &s.read("plan.json")[..2000]), "unreadable"),
    ("a byte of the holdings", |s| s.edit("holdings.yaml", "quantity: 250", "quantity: 251"), "holdings-moved"),
    ("a comment of the holdings", |s| s.edit("holdings.yaml", "# The guide", "# the guide"), "holdings-moved"),
    ("an uncommitted config", |s| s.edit(CONFIG, "# Last modified", "# last modified"), "not-committed"),
    (
        "a committed config",
        |s| {
            s.edit(CONFIG, "# Last modified", "# last modified");
            s.commit("Write it small", 0);
        },
        "config-moved",
    ),
    ("a policy", |s| s.write("policies/cash-floor.yaml", "rule: cash-floor\nlevel: error\n"), "policies-moved"),
    ("a log", |s| s.write("rebalance_log.jsonl", &(LINE.to_owned() + "\n")), "log-moved"),
];

const LINE: &str = r#"{"date":"2026-02-02","trigger":"manual","total_portfolio_value":1,"trades":[],"total_trade_amount":0,"total_commission":0,"pre_drift":{},"post_drift":{},"notes":""}"#;

#[test]
fn one_change_and_nothing_is_executed() {
    for (name, change, word) in CHANGES {
        let stage = planned();
        change(&stage);
        let before = files(&stage);
        for command in ["verify", "apply"] {
            let run = stage.run(&[command, "plan.json"]);
            assert!(run.err.contains(&format!("refused[{word}]")), "{name}: {}", run.whole());
            assert!(run.err.contains("help: ") && run.err.ends_with("nothing was executed.\n"), "{name}: {}", run.err);
            assert_eq!((run.code, run.out.as_str()), (3, ""), "{name}");
            assert_eq!(files(&stage), before, "{name}");
        }
    }
}

#[test]
fn a_policy_edited_by_one_byte_refuses() {
    let stage = Stage::sample();
    stage.write("policies/mine.yaml", "rule: rate-plausible\nlevel: warning\n");
    stage.commit("Policy", 50);
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    stage.write("policies/mine.yaml", "rule: rate-plausible\nlevel: warning \n");
    let run = stage.run(&["apply", "plan.json"]);
    assert!(run.err.starts_with("refused[policies-moved]"), "{}", run.err);
    assert_eq!(run.code, 3);
}

#[test]
fn a_rule_that_refuses_today_refuses_the_plan() {
    let stage = planned();
    stage.edit(CONFIG, "code: '091230'\n          target: 0.10", "code: '091230'\n          target: 0.11");
    stage.edit(CONFIG, "code: '305720'\n          target: 0.10", "code: '305720'\n          target: 0.09");
    stage.commit("Raise semiconductors\n\nReason: earnings", 0);
    let run = stage.run(&["apply", "plan.json"]);
    for word in ["config-moved", "rule"] {
        assert!(run.err.contains(&format!("refused[{word}]")), "{}", run.err);
    }
    assert!(run.err.contains("Raise semiconductors"), "it names the commit: {}", run.err);
    assert_eq!(run.code, 3);
}

#[test]
fn a_plan_expires_when_the_config_says_so() {
    let mut stage = Stage::sample();
    stage.edit(CONFIG, "      min_trade_amount", "      plan_max_age: 2\n      min_trade_amount");
    stage.commit("Plans are good for two days", 50);
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    stage.now = NOW + 2 * 86_400;
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
    stage.now = NOW + 3 * 86_400;
    let run = stage.run(&["apply", "plan.json"]);
    assert!(run.err.starts_with("refused[expired]: the plan's prices are of"), "{}", run.err);
    assert_eq!(run.code, 3);
}

#[test]
fn only_the_expected_plan_is_applied() {
    let stage = planned();
    let run = stage.run(&["apply", "plan.json", "--expect", "0123"]);
    assert!(run.err.starts_with("refused[not-expected]"), "{}", run.err);
    assert_eq!(run.code, 3);
    let plan: serde_json::Value = serde_json::from_str(&stage.read("plan.json")).unwrap();
    let id = plan["plan_id"].as_str().unwrap();
    assert_eq!(stage.run(&["verify", "plan.json", "--expect", &id[..11]]).code, 3, "too short to tell");
    assert_eq!(stage.run(&["verify", "plan.json", "--expect", &id[..12]]).code, 0, "what the program prints");
    assert_eq!(stage.run(&["apply", "plan.json", "--expect", id]).code, 0);
}

#[test]
fn apply_needs_a_plan_and_a_broker_there_is() {
    let stage = planned();
    assert_eq!(stage.run(&["apply"]).code, 64);
    assert_eq!(stage.run(&["apply", "plan.json", "--broker", "nobody"]).code, 64);
    assert_eq!(stage.run(&["apply", "gone.json"]).code, 6);
    let run = stage.run(&["apply", "plan.json", "--resume"]);
    assert!(run.err.starts_with("refused[not-begun]"), "{}", run.err);
    assert_eq!(run.code, 3);
}

#[test]
fn a_plan_with_nothing_to_do_is_not_applied() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "strategy: 'hybrid'", "strategy: 'threshold'");
    stage.commit("Drift only", 50);
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    let run = stage.run(&["apply", "plan.json"]);
    assert!(run.err.starts_with("refused[not-applyable]: the plan has no orders"), "{}", run.err);
    assert_eq!(run.code, 3);
}
