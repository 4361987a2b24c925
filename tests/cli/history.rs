//! The cooldown as people meet it.

use crate::stage::{NOW, Stage};
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "portfolio_config.yaml";

/// Moves a point from one asset of the satellite to another.
fn shift(stage: &Stage, from: &str, to: &str) {
    stage.edit(CONFIG, "code: '091230'\n          target: 0.10", &format!("code: '091230'\n          target: {from}"));
    stage.edit(CONFIG, "code: '305720'\n          target: 0.10", &format!("code: '305720'\n          target: {to}"));
}

/// The sample with a change of the allocation committed three days ago.
fn changed_three_days_ago() -> Stage {
    let stage = Stage::sample();
    shift(&stage, "0.11", "0.09");
    stage.commit("Raise semiconductors\n\nReason: earnings", 3);
    stage
}

fn change_again(stage: &Stage) {
    stage.edit(CONFIG, "target: 0.11", "target: 0.12");
    stage.edit(CONFIG, "target: 0.09", "target: 0.08");
}

#[test]
fn a_committed_change_passes_as_history() {
    let stage = changed_three_days_ago();
    let run = stage.run(&["lint", "--format", "json"]);
    assert_eq!((run.findings(&["error", "warning"]), run.code), (vec![], 0));
}

#[test]
fn a_second_change_is_refused_until_an_instant() {
    let stage = changed_three_days_ago();
    change_again(&stage);
    stage.git(&["add", CONFIG]);
    assert_data_eq!(
        stage.run(&["lint", "--staged"]).whole(),
        str![[r#"
error[allocation-cooldown]: commit 2ffec00 changed the allocation on 2026-03-01
                            09:00:00 +09:00; it may be changed again from
                            2026-03-08 09:00:00 +09:00
  --> portfolio_config.yaml:12:3
   |
12 |   allocation:
   |   ^^^^^^^^^^ changed again within 7 days
   |
   = help: wait until then, or restore the allocation that stood before: that is
           always allowed.
   = help: if it cannot wait: `REBALANCE_COOLDOWN_OVERRIDE='why' git commit`.

info[threshold-reachable]: 443160 cannot drift 5 points from its target 0.05
                           inside its band (0.02 to 0.08)
...
64 |       threshold: 0.05 # Emergency rebalancing when +/-5% deviation
   |                  ---- the threshold
   |
   = help: nothing to do if the band is meant to decide; otherwise widen the
           band, or lower the threshold.

refused: portfolio_config.yaml: 1 error, 0 warnings, 1 info
--- exit 1

"#]]
    );
}

#[test]
fn the_instant_is_exact() {
    let mut stage = changed_three_days_ago();
    change_again(&stage);
    stage.now = NOW + 4 * 86_400 - 1;
    assert_eq!(stage.run(&["lint"]).code, 1);
    stage.now += 1;
    assert_eq!(stage.run(&["lint"]).code, 0);
}

#[test]
fn the_old_allocation_may_be_restored() {
    let stage = changed_three_days_ago();
    stage.edit(CONFIG, "target: 0.11", "target: 0.10");
    stage.edit(CONFIG, "target: 0.09", "target: 0.1000 # back");
    stage.git(&["add", CONFIG]);
    let run = stage.run(&["lint", "--staged", "--format", "json"]);
    assert_eq!((run.findings(&["error", "warning"]), run.code), (vec![], 0));
}

#[test]
fn a_change_of_words_only_is_no_change() {
    let stage = changed_three_days_ago();
    stage.edit(CONFIG, "ticker: 'KODEX 200'", "ticker: '코덱스 200'");
    stage.edit(CONFIG, "target: 0.35", "target: 0.3500");
    assert_eq!(stage.run(&["lint"]).code, 0);
}

#[test]
fn trading_is_refused_until_then() {
    let stage = changed_three_days_ago();
    let run = stage.run(&["plan"]);
    let end = run.out.split("Proven").nth(1).expect("the plan is printed all the same").to_owned();
    assert_data_eq!(
        end,
        str![[r#"
: no other whole-share orders within these limits come closer to the
  targets.

error[trade-cooldown]: commit 2ffec00 changed the allocation on 2026-03-01
  09:00:00 +09:00; it may be traded from 2026-03-08 09:00:00 +09:00
  help: plan again then; a change that cannot wait needs a line
    `Cooldown-Override: why` in its commit's message.

Plan 9537d3f717b9 (errored)
This plan cannot be applied: see the errors above.

"#]]
    );
    assert_eq!(run.code, 1);
    assert_eq!(stage.run(&["plan", "--format", "json"]).json()["body"]["status"], "errored");
}

#[test]
fn an_override_is_a_warning_and_lifts_its_own_trading_cooldown() {
    let mut stage = changed_three_days_ago();
    change_again(&stage);
    stage.git(&["add", CONFIG]);
    stage.env.insert("REBALANCE_COOLDOWN_OVERRIDE".into(), "the fund closes".into());
    let run = stage.run(&["lint", "--staged", "--format", "json"]);
    assert_eq!(
        (run.findings(&["error", "warning"]), run.code),
        (vec!["allocation-cooldown 12:3 warning".to_owned()], 0)
    );

    stage.write("MSG", "Lower batteries\n\n# Please enter the commit message\n");
    let run = stage.run(&["commit-msg", "MSG"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let message = stage.read("MSG");
    assert_eq!(message, "Lower batteries\n\nCooldown-Override: the fund closes\n\n# Please enter the commit message\n");
    let again = stage.run(&["commit-msg", "MSG"]);
    assert_eq!((again.code, stage.read("MSG")), (0, message), "the line is written once");
}

#[test]
fn a_commit_says_why() {
    let stage = Stage::sample();
    shift(&stage, "0.11", "0.09");
    stage.git(&["add", CONFIG]);
    stage.write("MSG", "Raise semiconductors\n\n# a comment is no reason\n");
    assert_data_eq!(
        stage.run(&["commit-msg", "MSG"]).whole(),
        str![[r#"
error[change-reason]: the commit changes the allocation and does not say why
  --> portfolio_config.yaml:12:3
   |
12 |   allocation:
   |   ^^^^^^^^^^ changed without a reason
   |
   = help: add a body to the message, or a line `Reason: why`.

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

refused: portfolio_config.yaml: 1 error, 0 warnings, 1 info
--- exit 1

"#]]
    );
    stage.write("MSG", "Raise semiconductors\n\nEarnings.\n");
    assert_eq!(stage.run(&["commit-msg", "MSG"]).code, 0);
    stage.commit("Raise semiconductors", 0);
    let run = stage.run(&["lint", "--rev", "HEAD", "--format", "json"]);
    assert_eq!((run.findings(&["error"]), run.code), (vec!["change-reason 12:3 error".to_owned()], 1));
}

#[test]
fn a_cut_history_cannot_tell() {
    let stage = changed_three_days_ago();
    change_again(&stage);
    stage.commit("Raise them again\n\nReason: test", 0);
    let url = format!("file://{}", stage.path("").display());
    stage.git(&["clone", "-q", "--depth", "1", &url, "shallow"]);
    let run = stage.run_in("shallow", &["lint"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
error[history-complete]: the history of the allocation cannot be told: history
                         is cut at commit a547d37 (shallow clone)
  --> portfolio_config.yaml:12:3
   |
12 |   allocation:
   |   ^^^^^^^^^^ unknown since when this allocation stands
   |
   = help: fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` for
           actions/checkout, or GIT_DEPTH: 0 on GitLab.

info[threshold-reachable]: 443160 cannot drift 5 points from its target 0.05
                           inside its band (0.02 to 0.08)
  --> portfolio_config.yaml:33:19
...
64 |       threshold: 0.05 # Emergency rebalancing when +/-5% deviation
   |                  ---- the threshold
   |
   = help: nothing to do if the band is meant to decide; otherwise widen the
           band, or lower the threshold.

refused: portfolio_config.yaml: 1 error, 0 warnings, 1 info
--- exit 6

"#]]
    );
    assert_eq!(stage.run_in("shallow", &["plan"]).code, 6);
}

#[test]
fn without_a_repository_the_history_cannot_be_told() {
    let stage = Stage::bare_directory();
    let run = stage.run(&["lint", "--format", "json"]);
    assert_eq!((run.findings(&["error"]), run.code), (vec!["history-complete 12:3 error".to_owned()], 6));
}

#[test]
fn the_text_alone_is_judged_without_history_when_asked_for() {
    let stage = Stage::bare_directory();
    let run = stage.run(&["lint", "--stdin"]);
    assert_eq!(run.code, 1, "standard input is empty: {}", run.whole());
}

#[test]
fn a_staged_deletion_is_a_change() {
    let stage = changed_three_days_ago();
    stage.git(&["rm", "-q", "--cached", CONFIG]);
    let run = stage.run(&["lint", "--staged", "--format", "json"]);
    assert_eq!((run.findings(&["error"]), run.code), (vec!["allocation-cooldown 1:1 error".to_owned()], 1));
}

#[test]
fn the_staged_text_is_read_not_the_work_tree() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "target: 0.35", "target: 0.40");
    stage.git(&["add", CONFIG]);
    stage.edit(CONFIG, "target: 0.40", "target: 0.35");
    assert_eq!(stage.run(&["lint", "--staged"]).code, 1);
    assert_eq!(stage.run(&["lint"]).code, 0);
}

#[test]
fn a_subdirectory_and_a_path_find_the_same_config() {
    let stage = changed_three_days_ago();
    change_again(&stage);
    stage.write("deep/er/.keep", "");
    let run = stage.run_in("deep/er", &["lint", "../../portfolio_config.yaml"]);
    assert_eq!(run.code, 1, "{}", run.whole());
}

#[test]
fn a_change_does_not_bring_its_own_cooldown() {
    for policy in ["parameters:\n  days: 0\n", "level: 'off'\n"] {
        let stage = changed_three_days_ago();
        change_again(&stage);
        stage.write("policies/mine.yaml", &format!("rule: allocation-cooldown\n{policy}"));
        stage.git(&["add", "-A"]);
        for args in [&["lint"][..], &["lint", "--staged"]] {
            assert_eq!(stage.run(args).code, 1, "{policy}");
        }
        stage.git(&["reset", "-q", CONFIG]);
        stage.git(&["commit", "-q", "-m", "Loosen"]);
        assert_eq!(stage.run(&["lint"]).code, 0, "once it is committed it counts: {policy}");
    }
}

#[test]
fn a_hook_that_looks_at_nothing_does_not_pass() {
    let stage = changed_three_days_ago();
    let run = stage.run(&["lint", "--staged", "--config", "nope.yaml"]);
    assert!(run.err.contains("nope.yaml is neither staged nor committed"), "{}", run.whole());
    assert_eq!(run.code, 6);
    stage.write("deep/MSG", "x\n");
    assert_eq!(stage.run_in("deep", &["commit-msg", "MSG"]).code, 6);
}

#[test]
fn a_rename_with_a_change_is_a_change() {
    let stage = changed_three_days_ago();
    stage.git(&["mv", CONFIG, "p2.yaml"]);
    stage.edit("p2.yaml", "target: 0.11", "target: 0.12");
    stage.edit("p2.yaml", "target: 0.09", "target: 0.08");
    stage.git(&["add", "-A"]);
    for args in [&["lint", "p2.yaml"][..], &["lint", "p2.yaml", "--staged"]] {
        let run = stage.run(args);
        assert!(run.out.contains("error[allocation-cooldown]"), "{args:?}: {}", run.whole());
    }
    stage.commit("Rename", 0);
    let run = stage.run(&["lint", "p2.yaml", "--rev", "HEAD", "--format", "json"]);
    let expected = ["allocation-cooldown 12:3 error", "change-reason 12:3 error"];
    assert_eq!((run.findings(&["error"]), run.code), (expected.map(str::to_owned).to_vec(), 1));
}

#[test]
fn without_an_editor_a_number_sign_is_no_comment() {
    let mut stage = Stage::sample();
    shift(&stage, "0.11", "0.09");
    stage.git(&["add", CONFIG]);
    stage.write("MSG", "#12 raise semiconductors\n");
    stage.env.insert("GIT_EDITOR".into(), ":".into());
    assert_eq!(stage.run(&["commit-msg", "MSG"]).code, 1, "it gives no reason");
    stage.write("MSG", "#12 raise semiconductors\n\nEarnings.\n");
    assert_eq!(stage.run(&["commit-msg", "MSG"]).code, 0);
}

#[test]
fn the_override_line_keeps_a_message_of_any_encoding() {
    let mut stage = changed_three_days_ago();
    change_again(&stage);
    stage.git(&["add", CONFIG]);
    stage.env.insert("REBALANCE_COOLDOWN_OVERRIDE".into(), "c".into());
    std::fs::write(stage.path("MSG"), b"raise\n\n\xb1\xdd\xba\xf1\n").unwrap();
    assert_eq!(stage.run(&["commit-msg", "MSG"]).code, 0);
    assert_eq!(std::fs::read(stage.path("MSG")).unwrap(), b"raise\n\n\xb1\xdd\xba\xf1\n\nCooldown-Override: c\n");
}

#[test]
fn a_merge_says_what_its_commits_said() {
    let stage = Stage::sample();
    stage.git(&["checkout", "-q", "-b", "feat"]);
    shift(&stage, "0.11", "0.09");
    stage.commit("Raise semiconductors\n\nEarnings.", 1);
    stage.git(&["checkout", "-q", "main"]);
    stage.git(&["merge", "-q", "--no-ff", "--no-commit", "feat"]);
    stage.write("MSG", "Merge branch 'feat'\n");
    let run = stage.run(&["commit-msg", "MSG"]);
    assert_eq!(run.code, 0, "{}", run.whole());
}
