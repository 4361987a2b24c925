//! Suppressions from end to end: lint, plan, verify and apply, by the clock.

use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "portfolio_config.yaml";

/// A stage whose config has this in place of that, committed 90 days ago.
fn with(edits: &[(&str, &str)]) -> Stage {
    let stage = Stage::sample();
    edits.iter().for_each(|(from, to)| stage.edit(CONFIG, from, to));
    stage.commit("Change\n\nReason: a test", 90);
    stage
}

const SUPPRESSED: (&str, &str) =
    ("target: 0.05\n", "target: 0.05 # rebalance: ignore[threshold-reachable] until=2026-03-04 -- the band decides\n");

#[test]
fn a_suppressed_finding_is_counted_and_fails_at_no_level() {
    let stage = with(&[SUPPRESSED]);
    let run = stage.run(&["lint", "--fail-on", "info"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
ok: portfolio_config.yaml: 0 errors, 0 warnings, 0 infos, 1 suppressed
--- exit 0

"#]]
    );
    let json = stage.run(&["lint", "--fail-on", "info", "--format", "json"]).json();
    assert_eq!(json["findings"][0]["suppressed"]["reason"], "the band decides");
    assert_eq!(json["findings"][0]["rule"], "threshold-reachable");
    assert_eq!(json["summary"], serde_json::json!({ "errors": 0, "warnings": 0, "infos": 0, "suppressed": 1 }));
}

/// In Seoul the day begins nine hours earlier than by the clock's UTC.
#[test]
fn a_suppression_ends_with_its_last_day_where_the_portfolio_is() {
    let stage = with(&[SUPPRESSED]);
    let at = |now: &str| stage.run(&["lint", "--format", "json", "--now", now]).findings(&["info", "warning"]);
    assert_eq!(at("2026-03-04T23:59:59+09:00"), ["threshold-reachable 33:19 info"]);
    let after = ["threshold-reachable 33:19 info", "suppression-expired 33:71 warning"];
    assert_eq!(at("2026-03-05T00:00:00+09:00"), after);
    let json = stage.run(&["lint", "--format", "json", "--now", "2026-03-05T00:00:00+09:00"]).json();
    assert_eq!(json["findings"][1]["subject"], "suppression threshold-reachable: the band decides");
    let suppressed = |now: &str| {
        let json = stage.run(&["lint", "--format", "json", "--now", now]).json();
        json["summary"]["suppressed"].as_u64()
    };
    assert_eq!(suppressed("2026-03-04T23:59:59+09:00"), Some(1));
    assert_eq!(suppressed("2026-03-05T00:00:00+09:00"), Some(0));
    assert_eq!(stage.run(&["lint", "--fail-on", "warning", "--now", "2026-03-05T00:00:00+09:00"]).code, 1);
}

/// Without a repository the clock is all there is.
#[test]
fn standard_input_is_judged_by_the_clock() {
    let stage = with(&[SUPPRESSED]);
    let text = stage.read(CONFIG);
    let lint = |now: &str| stage.run_with(text.as_bytes(), &["lint", "--stdin", "--format", "json", "--now", now]);
    assert_eq!(lint("2026-03-04T23:59:59+09:00").findings(&["warning"]), [] as [&str; 0]);
    assert_eq!(lint("2026-03-05T00:00:00+09:00").findings(&["warning"]), ["suppression-expired 33:71 warning"]);
}

/// A commit that changes the allocation is judged by the day it landed, not by today's.
#[test]
fn a_revision_is_judged_by_its_own_day() {
    let suppressed = SUPPRESSED.1.replace("0.05", "0.06");
    let mut stage = with(&[("target: 0.35", "target: 0.34"), (SUPPRESSED.0, &suppressed)]);
    stage.now += 400 * 86_400;
    let warnings = |args: &[&str]| stage.run(&[args, &["--format", "json"]].concat()).findings(&["warning"]);
    assert_eq!(warnings(&["lint", "--rev", "HEAD"]), [] as [&str; 0]);
    assert_eq!(warnings(&["lint"]), ["suppression-expired 33:71 warning"]);
}

#[test]
fn misspelt_suppressions_are_shown_at_the_very_word() {
    let stage = with(&[
        ("target: 0.05\n", "target: 0.05 # rebalance: ignore[threshold-reachable]\n"),
        ("target: 0.35\n", "target: 0.35 # rebalance: ignore[weight-sum, weights-sum] until=soon -- 이유\n"),
        ("weight: 0.70\n", "weight: 0.70 # rebalance: ignore[weight-sum, schema] -- 이유\n"),
    ]);
    let run = stage.run(&["lint"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
error[suppression-form]: there is no rule `weight-sum`
  --> portfolio_config.yaml:14:40
   |
14 |       weight: 0.70 # rebalance: ignore[weight-sum, schema] -- 이유
   |                                        ^^^^^^^^^^ did you mean `weights-sum`?
   |
   = help: write `weights-sum`.

error[suppression-form]: `schema` cannot be suppressed
  --> portfolio_config.yaml:14:52
   |
14 |       weight: 0.70 # rebalance: ignore[weight-sum, schema] -- 이유
   |                                                    ^^^^^^ this rule is never suppressed
   |
   = help: remove it, and do what the finding asks for;
           `rebalance explain schema` says why.

error[suppression-form]: `soon` is no day of the calendar
  --> portfolio_config.yaml:18:75
   |
18 | ...sum, weights-sum] until=soon -- 이유
   |                            ^^^^ a date is needed
   |
   = help: write the last day on which it counts, as `until=2026-12-31`.

info[threshold-reachable]: 443160 cannot drift 5 points from its target 0.05
                           inside its band (0.02 to 0.08)
  --> portfolio_config.yaml:33:19
   |
33 |           target: 0.05 # rebalance: ignore[threshold-reachable]
...
64 |       threshold: 0.05 # Emergency rebalancing when +/-5% deviation
   |                  ---- the threshold
   |
   = help: nothing to do if the band is meant to decide; otherwise widen the
           band, or lower the threshold.

error[suppression-form]: this suppression gives no reason
  --> portfolio_config.yaml:33:64
   |
33 |           target: 0.05 # rebalance: ignore[threshold-reachable]
   |                                                                ^ the reason is missing: ` -- why`
   |
   = help: write `# rebalance: ignore[rule-id] -- why it is meant so`, with
           `until=2026-12-31` before the dashes if it is to end.

refused: portfolio_config.yaml: 4 errors, 0 warnings, 1 info
--- exit 1

"#]]
    );
}

#[test]
fn a_comment_elsewhere_does_nothing_and_says_so() {
    let stage = Stage::sample();
    stage.edit("holdings.yaml", "quantity: 250", "quantity: 250 # rebalance: ignore[unknown-holding] -- mine");
    let run = stage.run(&["plan"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
error[suppression-form]: a suppression does nothing in this file
 --> holdings.yaml:8:19
  |
8 |     quantity: 250 # rebalance: ignore[unknown-holding] -- mine
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not read here
  |
  = help: remove it: findings are suppressed in the config, on their line or
          above it.

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
    let stage = Stage::sample();
    stage.write("policies/own.yaml", "rule: weights-sum # rebalance: ignore[schema] -- mine\nlevel: warning\n");
    let run = stage.run(&["lint", "--format", "json"]);
    assert_eq!((run.findings(&["error"]), run.code), (vec!["suppression-form 1:19 error".to_owned()], 1));
}

/// A limit that the sample's plan is over.
const TURNOVER: (&str, &str) = (
    "    constraints:\n",
    "    constraints:\n      max_turnover: 0.01 # rebalance: ignore[turnover-limit] until=2026-03-31 -- the yearly one\n",
);

#[test]
fn a_suppressed_check_does_not_refuse_and_is_in_the_plan_with_its_reason() {
    let stage = with(&[TURNOVER]);
    assert_eq!(stage.run(&["lint", "--format", "json"]).findings(&["warning"]), [] as [&str; 0]);
    let run = stage.run(&["plan", "-o", "plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let checks = run.out.split("\n\n").find(|part| part.starts_with("suppressed[")).unwrap_or("");
    assert_data_eq!(
        checks,
        str![[r#"
suppressed[turnover-limit]: the plan turns over 6.32 %, more than the 1 %
  allowed
  reason: the yearly one
"#]]
    );
    let plan = stage.read("plan.json");
    let json: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(json["body"]["status"], "applyable");
    assert_eq!(json["body"]["checks"][0]["suppressed"], "the yearly one");
    assert_eq!(stage.run(&["plan", "--format", "json"]).out, plan);
    // By the day it is applied the suppression may be over, and then the rule refuses.
    let late = stage.run(&["verify", "plan.json", "--now", "2026-04-01T00:00:00+09:00"]);
    assert_eq!(late.code, 1, "{}", late.whole());
    assert!(late.err.contains("turnover-limit"), "{}", late.whole());
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
}

#[test]
fn a_suppressed_check_that_finds_nothing_is_said_by_the_plan() {
    let stage = with(&[(
        "    constraints:\n",
        "    constraints:\n      max_turnover: 0.5 # rebalance: ignore[turnover-limit] -- why\n",
    )]);
    let json = stage.run(&["plan", "--format", "json"]).json();
    let checks = json["body"]["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 1, "{checks:?}");
    assert_eq!((&checks[0]["rule"], &checks[0]["level"]), (&"suppression-unused".into(), &"warning".into()));
    assert_eq!(json["body"]["status"], "applyable");
}

/// A fault in what orders are worked out from: its rule, and what makes it, with room for a comment on the line it is
/// found on. `bands-feasible` never stands alone: where targets add up to 1 inside their bands, some portfolio does.
const SIZING: &[(&str, &[(&str, &str)])] = &[
    (
        "weights-sum",
        &[("target: 0.35", "target: 0.40"), ("weight: 0.70", "weight: 0.75"), ("  allocation:\n", "  allocation: @\n")],
    ),
    ("band-contains-target", &[("max: 0.40", "max: 0.34 @")]),
    ("band-order", &[("min: 0.30\n          max: 0.40", "min: 0.40 @\n          max: 0.30")]),
];

/// A sum that is wrong does not come right by a comment or a policy: `lint` may be quiet, nothing is planned.
#[test]
fn what_orders_are_worked_out_from_is_not_planned_however_quiet_it_is_kept() {
    for (rule, edits) in SIZING {
        let comment = format!("# rebalance: ignore[{rule}] -- on purpose");
        let edited = |mark: &str| {
            let edits: Vec<(&str, String)> = edits.iter().map(|(from, to)| (*from, to.replace('@', mark))).collect();
            with(&edits.iter().map(|(from, to)| (*from, to.as_str())).collect::<Vec<_>>())
        };
        let errors = |stage: &Stage| {
            let run = stage.run(&["plan", "--format", "json"]);
            assert_eq!(run.code, 1, "{rule}: {}", run.whole());
            let json = run.json();
            let error = &json["findings"].as_array().unwrap().iter().find(|f| f["level"] == "error").unwrap().clone();
            let help = error["help"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
            (run.findings(&["error"]), help)
        };
        let plain = edited("# nothing");
        let (expected, help) = errors(&plain);
        assert!(!help.contains("for `lint` only"), "{rule}: {help}");
        let suppressed = edited(&comment);
        let lint = suppressed.run(&["lint", "--fail-on", "warning", "--format", "json"]);
        assert_eq!(lint.code, 0, "{rule}: {}", lint.whole());
        for level in ["off", "info", "warning"] {
            plain.write("policies/own.yaml", &format!("rule: {rule}\nlevel: {level}\n"));
            plain.commit("Quiet", 80);
            let (found, help) = errors(&plain);
            assert_eq!(found, expected, "{rule} {level}");
            assert!(help.contains("for `lint` only"), "{rule} {level}: {help}");
        }
        let (found, help) = errors(&suppressed);
        assert_eq!(found, expected, "{rule}");
        assert!(help.contains("for `lint` only"), "{rule}: {help}");
    }
}

/// A code inside and outside at once would be weighed and left alone.
#[test]
fn a_code_that_stands_twice_is_not_planned_however_quiet_it_is_kept() {
    let stage = with(&[("  broker:", "  outside: ['360750']\n  broker:")]);
    for level in ["off", "warning", "error"] {
        stage.write("policies/own.yaml", &format!("rule: duplicate-asset\nlevel: {level}\n"));
        stage.commit("Quiet", 80);
        let run = stage.run(&["plan", "--format", "json"]);
        assert_eq!(
            (run.findings(&["error"]), run.code),
            (vec!["duplicate-asset 18:17 error".to_owned()], 1),
            "{level}"
        );
    }
}

/// What orders are not worked out from may be suppressed, and is then planned.
#[test]
fn other_suppressed_errors_are_planned() {
    let stage = with(&[("weight: 0.30", "weight: 0.31 # rebalance: ignore[section-weight] -- rounded by the adviser")]);
    let lint = stage.run(&["lint", "--format", "json"]);
    assert_eq!((lint.code, lint.json()["summary"]["suppressed"].as_u64()), (0, Some(1)), "{}", lint.whole());
    assert_eq!(stage.run(&["plan"]).code, 0);
}

/// Nothing that keeps a cooldown can be suppressed.
#[test]
fn a_comment_does_not_get_past_a_cooldown() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "target: 0.35", "target: 0.34");
    stage.edit(CONFIG, "target: 0.05", "target: 0.06");
    stage.commit("Change\n\nReason: a test", 2);
    stage.edit(CONFIG, "target: 0.34", "target: 0.33");
    stage.edit(CONFIG, "target: 0.06", "target: 0.07");
    let comment = "  allocation: # rebalance: ignore[allocation-cooldown, trade-cooldown] -- I must\n";
    stage.edit(CONFIG, "  allocation:\n", comment);
    let run = stage.run(&["lint", "--format", "json"]);
    let errors = run.findings(&["error"]);
    let expected = ["allocation-cooldown 12:3 error", "suppression-form 12:35 error", "suppression-form 12:56 error"];
    assert_eq!((errors, run.code), (expected.map(str::to_owned).to_vec(), 1));
}
