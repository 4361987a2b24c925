//! Ex-dividend dates in a file: what is left alone because of them, and that it comes back.

use crate::stage::{NOW, Stage};
use snapbox::{assert_data_eq, str};

const FILE: &str = "ex_dividend.csv";
const DAY: i64 = 86_400;

/// The sample, with a date of 091230 that leaves it alone until 2026-03-11.
fn dated() -> Stage {
    let stage = Stage::sample();
    stage.write(FILE, "code,date\n091230,2026-03-05\n");
    stage
}

fn codes(plan: &serde_json::Value) -> Vec<String> {
    let orders = plan["body"]["orders"].as_array().unwrap().iter();
    orders.map(|order| order["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_file_beside_the_holdings_leaves_its_assets_alone() {
    let stage = dated();
    let plan = stage.run(&["plan", "--format", "json"]).json();
    assert!(!codes(&plan).iter().any(|id| id.contains("091230")), "{:?}", codes(&plan));
    let asset = &plan["body"]["before"]["assets"][1];
    assert_eq!(asset["left_alone"], "ex-dividend date 2026-03-05; left alone until 2026-03-11");
    assert_eq!(plan["body"]["inputs"]["ex_dividend"].as_str().unwrap().len(), 64);
    let none = Stage::sample().run(&["plan", "--format", "json"]).json();
    assert!(none["body"]["inputs"]["ex_dividend"].is_null());
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let stage = Stage::sample();
    let run = stage.run(&["plan", "--ex-dividend", "dates.csv"]);
    assert_eq!((run.code, run.out.as_str()), (6, ""));
    assert!(run.err.starts_with("error: cannot read [DIR]/dates.csv"), "{}", run.err);
    stage.write("dates.csv", "code,date\n091230,2026-03-05\n");
    let run = stage.run(&["plan", "--ex-dividend", "dates.csv"]);
    assert!(
        run.out.ends_with(
            "rebalance plan --ex-dividend dates.csv -o plan.json && rebalance apply plan.json --ex-dividend dates.csv\n"
        ),
        "{}",
        run.out
    );
    let run = stage.run(&["plan", "--ex-dividend", "dates.csv", "-o", "dates.csv"]);
    assert_eq!(run.code, 64, "{}", run.whole());
}

#[test]
fn a_fault_has_its_place_and_nothing_is_planned() {
    let stage = Stage::sample();
    stage.write(FILE, "code,date\n91230,2026-03-05\n360750,2026/04/29\n");
    assert_data_eq!(
        stage.run(&["plan"]).whole(),
        str![[r#"
error[schema]: 91230 is no code of the portfolio, but 091230 is
 --> ex_dividend.csv:2:1
  |
2 | 91230,2026-03-05
  | ^^^^^ its leading zeros are lost
  |
  = help: write `091230`, and have the spreadsheet keep codes as text.

error[schema]: `2026/04/29` is not a date
 --> ex_dividend.csv:3:8
  |
3 | 360750,2026/04/29
  |        ^^^^^^^^^^ a date is needed
  |
  = help: write it as YYYY-MM-DD, such as `2026-04-29`.

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

refused: ex_dividend.csv: 2 errors, 0 warnings, 1 info
--- exit 1

"#]]
    );
}

#[test]
fn a_plan_is_refused_when_the_file_has_moved() {
    let stage = dated();
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
    for text in [Some("code,date\n091230,2026-03-05\n360750,2026-12-29\n"), None] {
        match text {
            Some(text) => stage.write(FILE, text),
            None => std::fs::remove_file(stage.path(FILE)).unwrap(),
        }
        let run = stage.run(&["verify", "plan.json"]);
        assert_eq!(run.code, 3);
        assert!(run.whole().contains("the file of ex-dividend dates has changed"), "{}", run.whole());
    }
}

#[test]
fn an_asset_that_was_left_alone_has_its_rebalance_when_its_window_is_over() {
    let mut stage = dated();
    let apply = |stage: &Stage, options: &[&str]| {
        let plan: Vec<&str> = ["plan", "-q", "-o", "plan.json"].iter().chain(options).copied().collect();
        assert_eq!(stage.run(&plan).code, 0);
        let run = stage.run(&["apply", "plan.json"]);
        assert_eq!(run.code, 0, "{}", run.whole());
    };
    apply(&stage, &[]);
    let log = stage.read("rebalance_log.jsonl");
    assert!(log.contains(",\"left_alone\":[\"091230\"],"), "{log}");
    let again = stage.run(&["plan", "--format", "json"]).json();
    assert_eq!((codes(&again), &again["body"]["trigger"]["fired"]), (vec![], &serde_json::Value::Null));
    assert_eq!(again["body"]["trigger"]["owed"], serde_json::json!(["091230"]));
    stage.now = NOW + 12 * DAY;
    let inside = stage.run(&["plan", "--as-of", "2026-03-10", "--format", "json"]).json();
    assert_eq!(codes(&inside), [""; 0]);
    let due = stage.run(&["plan", "--as-of", "2026-03-16"]);
    assert!(
        due.out.contains("A rebalance is due (scheduled):\n")
            && due.out.contains("091230 was left alone then for its ex-dividend date 2026-03-05, and may be"),
        "{}",
        due.out
    );
    apply(&stage, &["--as-of", "2026-03-16"]);
    assert!(stage.read("rebalance_log.jsonl").lines().last().unwrap().contains("sell-091230"));
    let again = stage.run(&["plan", "--as-of", "2026-03-16", "--format", "json"]).json();
    assert_eq!((codes(&again), &again["body"]["trigger"]["fired"]), (vec![], &serde_json::Value::Null));
}

#[test]
fn a_plan_made_before_a_window_is_asked_again_inside_it() {
    let mut stage = Stage::sample();
    stage.write(FILE, "code,date\n091230,2026-03-12\n069500,2026-03-12\n");
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
    for (days, code) in [(0, 0), (2, 0), (5, 1), (13, 1), (14, 0)] {
        stage.now = NOW + days * DAY;
        assert_eq!(stage.run(&["verify", "plan.json"]).code, code, "{days} days later");
    }
    stage.now = NOW + 5 * DAY;
    let run = stage.run(&["apply", "plan.json"]);
    let said = "the plan trades 091230, which is left alone today, on 2026-03-09";
    assert!(run.whole().split_whitespace().collect::<Vec<_>>().join(" ").contains(said), "{}", run.whole());
    assert_eq!(stage.run(&["plan", "-q", "--as-of", "2026-03-09", "-o", "new.json"]).code, 0);
    let verified = stage.run(&["verify", "new.json"]);
    assert_eq!(verified.code, 0, "what it says to do can be done: {}", verified.whole());
}
