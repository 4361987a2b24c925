//! The owner's limits, and levels for one run.

use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

#[test]
fn a_level_is_given_for_one_run() {
    let stage = Stage::sample();
    stage.write("policies/rates.yaml", "rule: rate-plausible\nlevel: off\n");
    stage.edit("portfolio_config.yaml", "etf_commission_rate: 0.00015", "etf_commission_rate: 0.15");
    let said = |args: &[&str]| {
        let args = [&["lint", "--format", "json"][..], args].concat();
        let run = stage.run(&args);
        (run.findings(&["error", "warning", "info"]), run.code)
    };
    let usual = "threshold-reachable 33:19 info".to_owned();
    assert_eq!(said(&[]), (vec![usual.clone()], 0));
    let rate = |level: &str| format!("rate-plausible 73:26 {level}");
    for (level, code) in [("error", 1), ("warning", 0), ("info", 0)] {
        let expected = (vec![usual.clone(), rate(level)], code);
        assert_eq!(said(&["--rule", &format!("rate-plausible={level}")]), expected, "{level}");
    }
    assert_eq!(said(&["--rule", "rate-plausible=warning", "--fail-on", "warning"]).1, 1);
    let both = ["--rule", "rate-plausible=warning", "--rule", "threshold-reachable=off"];
    assert_eq!(said(&both), (vec![rate("warning")], 0));
    stage.edit("portfolio_config.yaml", "target: 0.35", "target: 0.36");
    assert_eq!(said(&[]).1, 1);
    assert_eq!(said(&["--rule=weights-sum=off", "--rule=section-weight=off"]), (vec![usual], 0));
}

/// What is asked for, and why it is denied.
const DENIED: &[(&[&str], &str)] = &[
    (&["weight-sum=off"], "there is no rule `weight-sum`\nhelp: did you mean `weights-sum`?"),
    (
        &["weights-sum=of"],
        "invalid value 'weights-sum=of' for '--rule <ID=LEVEL>': there is no level `of`; did you mean `off`?",
    ),
    (
        &["weights-sum=fatal"],
        "invalid value 'weights-sum=fatal' for '--rule <ID=LEVEL>': there is no level `fatal`; the levels are `off`, `info`, `warning` and `error`",
    ),
    (
        &["weights-sum"],
        "invalid value 'weights-sum' for '--rule <ID=LEVEL>': write it as ID=LEVEL, such as weights-sum=off",
    ),
    (&["weights-sum=off", "weights-sum=error"], "--rule gives `weights-sum` two levels\nhelp: keep one of them."),
    (
        &["schema=warning"],
        "`schema` cannot be lowered below error\nhelp: leave it out: without this rule no other check means anything.",
    ),
    (
        &["history-complete=off"],
        "`history-complete` cannot be lowered below error\nhelp: leave it out: without this rule no other check means anything.",
    ),
    (
        &["allocation-cooldown=warning"],
        "`allocation-cooldown` cannot be lowered for one run: a change is judged by the policies that stood before it\nhelp: commit a policy file that lowers it first; or override the cooldown with a reason: `REBALANCE_COOLDOWN_OVERRIDE='why'`.",
    ),
    (
        &["change-reason=off"],
        "`change-reason` cannot be lowered for one run: a change is judged by the policies that stood before it\nhelp: commit a policy file that lowers it first; or override the cooldown with a reason: `REBALANCE_COOLDOWN_OVERRIDE='why'`.",
    ),
    (
        &["cash-floor=off"],
        "`cash-floor` looks at a plan, and `lint` makes none\nhelp: set its level in a policy file: `rebalance plan` and `rebalance apply` go by that.",
    ),
];

#[test]
fn what_no_run_can_do_is_wrong_usage() {
    let stage = Stage::sample();
    for (asked, expected) in DENIED {
        let options = asked.iter().flat_map(|asked| ["--rule", asked]);
        let run = stage.run(&[&["lint"][..], &options.collect::<Vec<_>>()].concat());
        assert_eq!((run.code, run.out.as_str()), (64, ""), "{asked:?}: {}", run.whole());
        let said = run.err.replace("\n\nFor more information, try '--help'.\n", "");
        assert_eq!(said.trim_end(), format!("error: {expected}"), "{asked:?}");
    }
    let run = stage.run(&["lint", "--rule", "nothing=off"]);
    let ids = || rebalance::rules::ALL.iter().map(|rule| format!("`{}`", rule.id));
    assert!(run.code == 64 && ids().all(|id| run.err.contains(&id)), "{}", run.whole());
    assert_eq!(stage.run(&["lint", "--fail-on", "off"]).code, 64);
    // Raising and repeating what holds anyway is no way around anything.
    for asked in ["schema=error", "allocation-cooldown=error"] {
        assert_eq!(stage.run(&["lint", "--rule", asked]).code, 0, "{asked}");
    }
}

/// A level for one run would be a way past the owner's policies where something is bought.
#[test]
fn only_lint_takes_levels_for_one_run() {
    let stage = Stage::sample();
    for command in [&["plan"][..], &["apply", "plan.json"], &["verify", "plan.json"], &["commit-msg", "message"]] {
        let run = stage.run(&[command, &["--rule", "weights-sum=off"]].concat());
        assert_eq!(run.code, 64, "{command:?}: {}", run.whole());
        assert!(run.err.contains("unexpected argument '--rule'"), "{command:?}: {}", run.whole());
    }
}

#[test]
fn what_breaks_a_limit_is_planned_and_not_applied() {
    let stage = Stage::sample();
    stage.write("policies/costs.yaml", "rule: cost-ceiling\nparameters: { of_traded: 0.001 }\n");
    stage.write("policies/weights.yaml", "rule: max-weight\nparameters: { sleeve: 0.69 }\n");
    assert_eq!(stage.run(&["lint", "--format", "json"]).findings(&["error"]), ["max-weight 13:5 error"]);
    let run = stage.run(&["plan", "-o", "plan.json"]);
    let (orders, refused) = run.out.split_once("\nerror[").unwrap();
    assert!(orders.contains("5 orders:"), "{}", run.whole());
    assert_eq!(run.code, 1);
    assert_data_eq!(
        refused.split("\nPlan ").next().unwrap(),
        str![[r#"
cost-ceiling]: the plan costs 0.12 % of what it trades, more than the
  0.1 % allowed
  help: sell less at a gain, trade where it costs less, or raise `of_traded` in
    policies/costs.yaml.
error[max-weight]: the targets of the sleeve `core` add up to 0.7, more than
  the 0.69 allowed
  help: lower targets by 0.01, or raise `sleeve` in policies/weights.yaml.

"#]]
    );
    let run = stage.run(&["apply", "plan.json"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
refused[not-applyable]: the plan says it cannot be applied: cost-ceiling: the
  plan costs 0.12 % of what it trades, more than the 0.1 % allowed; max-weight:
  the targets of the sleeve `core` add up to 0.7, more than the 0.69 allowed
  help: make a new plan: rebalance plan -o plan.json
refused[rule]: cost-ceiling refuses today: the plan costs 0.12 % of what it
  trades, more than the 0.1 % allowed
  help: sell less at a gain, trade where it costs less, or raise `of_traded` in
    policies/costs.yaml.
refused[rule]: max-weight refuses today: the targets of the sleeve `core` add
  up to 0.7, more than the 0.69 allowed
  help: lower targets by 0.01, or raise `sleeve` in policies/weights.yaml.
3 refusals, nothing was executed.
--- exit 3

"#]]
    );
}

#[test]
fn a_plan_made_before_a_limit_is_refused_under_it() {
    let stage = Stage::sample();
    assert_eq!(stage.run(&["plan", "-o", "plan.json"]).code, 0);
    stage.write("policies/cash.yaml", "rule: cash-at-least\nparameters: { share: 0.02 }\n");
    let run = stage.run(&["verify", "plan.json"]);
    for refusal in ["refused[policies-moved]", "refused[rule]: cash-at-least refuses today: cash is 1.03 %"] {
        assert!(run.err.contains(refusal), "{}", run.whole());
    }
    assert_eq!(run.code, 3);
}

#[test]
fn limits_are_read_from_where_the_config_is() {
    let stage = Stage::sample();
    stage.write("policies/weights.yaml", "rule: max-weight\nparameters: { asset: 0.3, assets: { '069501': 0.1 } }\n");
    let said =
        |args: &[&str]| stage.run(&[&["lint", "--format", "json"][..], args].concat()).findings(&["error", "warning"]);
    let broken = ["max-weight 2:37 warning", "max-weight 18:19 error"];
    assert_eq!(said(&[]), broken);
    assert_eq!(said(&["--staged"]), [] as [&str; 0]);
    assert_eq!(said(&["--rev", "HEAD"]), [] as [&str; 0]);
    stage.git(&["add", "policies"]);
    assert_eq!(said(&["--staged"]), broken);
    stage.commit("Limit\n\nReason: an example", 50);
    assert_eq!(said(&["--rev", "HEAD"]), broken);
}

/// Two assets have the tag, and it is still the one that was meant.
#[test]
fn a_misspelt_tag_is_told_the_one_that_was_meant() {
    let stage = Stage::sample();
    for asset in ["'TIGER US S&P500'", "'KODEX 200'"] {
        stage.edit("portfolio_config.yaml", asset, &format!("{asset}\n          tags: ['equity']"));
    }
    stage.write("policies/tags.yaml", "rule: tag-limit\nparameters: { max: { equty: 0.5 } }\n");
    let run = stage.run(&["lint", "--fail-on", "warning"]);
    assert_eq!(run.code, 1);
    assert_data_eq!(
        run.out.split("\n\n").next().unwrap(),
        str![[r#"
warning[tag-limit]: `max` limits `equty`, which no asset of
                    portfolio_config.yaml has
 --> policies/tags.yaml:2:22
  |
2 | parameters: { max: { equty: 0.5 } }
  |                      ^^^^^ did you mean `equity`?
  |
  = help: write `equity`, or remove the limit.
"#]]
    );
}

const STRICT: &str = "rule: small\nfor_each: asset\nexpression: asset.target <= 0.3\n";

/// Policies that are not where they seem to be are never taken for none.
#[cfg(unix)]
#[test]
fn policies_behind_a_link_or_in_a_submodule_are_not_taken_for_none() {
    let stage = Stage::sample();
    stage.write("real/own.yaml", STRICT);
    std::os::unix::fs::symlink("real", stage.path("policies")).unwrap();
    stage.commit("Policies behind a link", 90);
    for args in [&["lint"][..], &["lint", "--staged"], &["lint", "--rev", "HEAD"], &["plan"]] {
        let run = stage.run(args);
        assert_eq!(run.code, 6, "{args:?}: {}", run.whole());
        assert!(run.err.contains("policies is not a directory in git"), "{args:?}: {}", run.whole());
    }
    let stage = Stage::sample();
    std::os::unix::fs::symlink("gone", stage.path("policies")).unwrap();
    let run = stage.run(&["lint"]);
    assert_eq!(run.code, 6, "{}", run.whole());
}

#[test]
fn an_extension_in_capitals_is_an_extension() {
    let stage = Stage::sample();
    stage.write("policies/OWN.YAML", STRICT);
    stage.commit("Strict", 90);
    for args in [&["lint"][..], &["lint", "--staged"], &["lint", "--rev", "HEAD"]] {
        let run = stage.run(args);
        assert!(run.out.contains("error[small]"), "{args:?}: {}", run.whole());
        assert_eq!(run.code, 1, "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_policy_whose_name_is_no_text_is_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let stage = Stage::sample();
    stage.write("policies/a.yaml", "rule: weights-sum\n");
    let name = std::ffi::OsStr::from_bytes(b"own\xff.yaml");
    std::fs::write(stage.path("policies").join(name), STRICT).unwrap();
    stage.commit("Strict", 90);
    for args in [&["lint"][..], &["lint", "--staged"], &["lint", "--rev", "HEAD"]] {
        let run = stage.run(args);
        assert_eq!(run.code, 6, "{args:?}: {}", run.whole());
        assert!(run.err.contains("is not UTF-8"), "{args:?}: {}", run.whole());
    }
}

#[test]
fn another_directory_of_policies_loosens_no_cooldown() {
    let stage = Stage::sample();
    stage.write("lax/own.yaml", "rule: allocation-cooldown\nlevel: off\n");
    stage.edit("portfolio_config.yaml", "min: 0.30", "min: 0.31");
    stage.commit("Wider\n\nReason: a test.", 3);
    stage.edit("portfolio_config.yaml", "min: 0.31", "min: 0.32");
    stage.git(&["add", "-A"]);
    for args in [&["lint", "--staged"][..], &["lint", "--staged", "--policies", "lax"]] {
        let run = stage.run(args);
        assert!(run.out.contains("error[allocation-cooldown]"), "{args:?}: {}", run.whole());
        assert_eq!(run.code, 1, "{args:?}");
    }
}
