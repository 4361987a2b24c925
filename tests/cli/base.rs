//! `lint --base`: what a head changed, judged as a whole by the history and the policies of its base.

use crate::stage::{NOW, Run, Stage};
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "portfolio_config.yaml";
pub(crate) const COOLDOWN: &str = "allocation-cooldown";

/// Gives 091230 and 305720 these targets, which add up to 0.20.
pub(crate) fn put(stage: &Stage, file: &str, points: u32) {
    let text = stage.read(file);
    let target = |text: &str, code: &str, points: u32| {
        let key = format!("code: '{code}'\n          target: ");
        let (before, after) = text.split_once(&key).unwrap();
        let (_, after) = after.split_once('\n').unwrap();
        format!("{before}{key}0.{points:02}\n{after}")
    };
    let text = target(&text, "091230", points);
    stage.write(file, &target(&text, "305720", 20 - points));
}

/// Commits these targets, so many days ago.
pub(crate) fn change(stage: &Stage, points: u32, message: &str, days_ago: i64) {
    put(stage, CONFIG, points);
    stage.commit(message, days_ago);
}

/// The sample, changed on main three days ago, on a branch of its own.
pub(crate) fn branch() -> Stage {
    let stage = Stage::sample();
    change(&stage, 11, "Raise semiconductors\n\nReason: earnings", 3);
    stage.git(&["checkout", "-q", "-b", "feature"]);
    stage
}

/// The sample, never changed, on a branch of its own.
pub(crate) fn quiet() -> Stage {
    let stage = Stage::sample();
    stage.git(&["checkout", "-q", "-b", "feature"]);
    stage
}

/// A main line of three commits that changed nothing, and a change of it on a branch.
fn changed_quietly() -> Stage {
    let stage = Stage::sample();
    for day in [50, 40, 30] {
        stage.write("notes", &day.to_string());
        stage.commit("Notes", day);
    }
    stage.git(&["checkout", "-q", "-b", "feature"]);
    change(&stage, 12, "Raise\n\nReason: more", 0);
    stage
}

fn lint(stage: &Stage, args: &[&str]) -> Run {
    stage.run(&[&["lint", "--format", "json", "--base"], args].concat())
}

/// The rules that found an error or a warning, and the exit code.
pub(crate) fn told(run: &Run) -> (Vec<String>, u8) {
    let rules = run.findings(&["error", "warning"]);
    (rules.iter().map(|found| found.replace(" error", "").split(' ').next().unwrap().to_owned()).collect(), run.code)
}

pub(crate) fn refused(rules: &[&str]) -> (Vec<String>, u8) {
    (rules.iter().map(|rule| (*rule).to_owned()).collect(), 1)
}

#[test]
fn a_change_is_refused_by_the_history_of_the_base() {
    let stage = branch();
    change(&stage, 12, "Raise them again", 0);
    assert_data_eq!(
        stage.run(&["lint", "--base", "main", "--rule", "threshold-reachable=off"]).whole(),
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
   = help: if it cannot wait: a line `Cooldown-Override: why` in the message of
           a commit that changes the allocation.

error[change-reason]: the allocation is changed, and no commit that changes it
                      says why
  --> portfolio_config.yaml:12:3
   |
12 |   allocation:
   |   ^^^^^^^^^^ changed without a reason
   |
   = help: add a body to the message of such a commit, or a line `Reason: why`.

refused: portfolio_config.yaml: 2 errors, 0 warnings, 0 infos
--- exit 1

"#]]
    );
}

#[test]
fn the_range_is_judged_once_and_as_a_whole() {
    let mut stage = quiet();
    for points in 11..15 {
        change(&stage, points, "A step\n\nReason: slowly", 0);
        stage.now += 60;
    }
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0), "many commits of one change");
    change(&stage, 10, "Back\n\nReason: no", 0);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0), "a change and its revert");

    let stage = branch();
    change(&stage, 12, "Again", 0);
    change(&stage, 11, "Back", 0);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0), "nothing is changed, so nothing has to be said");
    stage.edit(CONFIG, "target: 0.35", "target: 0.350 # the same");
    stage.commit("Words", 0);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0), "a comment changes nothing");
    change(&stage, 10, "As it was\n\nReason: a mistake", 0);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0), "restoring is always allowed");
}

#[test]
fn the_clock_decides_and_no_date_of_a_commit() {
    let mut stage = branch();
    change(&stage, 12, "Again\n\nReason: more", 0);
    stage.now = NOW + 4 * 86_400 - 1;
    assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN]));
    stage.now += 1;
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0));
}

#[test]
fn a_date_that_cannot_be_right_is_found_before_it_lands() {
    const CLOCK: &str = "commit-clock";
    for days_ago in [-30, 90] {
        let stage = branch();
        change(&stage, 12, "Again\n\nReason: more", days_ago);
        assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN, CLOCK]), "it makes nothing old");
        let stage = changed_quietly();
        change(&stage, 13, "Again\n\nReason: more", days_ago);
        assert_eq!(told(&lint(&stage, &["main"])), refused(&[CLOCK]));
        // What lands is the merge, and it has the time that it is made.
        stage.git(&["checkout", "-q", "--detach", "main"]);
        stage.git(&["merge", "-q", "--no-ff", "-m", "Merge", "feature"]);
        assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0), "{days_ago}");
        // Who changes nothing is told of it, and not kept from it.
        let stage = quiet();
        stage.write("notes", "x");
        stage.commit("Notes", days_ago);
        let run = lint(&stage, &["main"]);
        assert_eq!((run.findings(&["warning"]).len(), run.code), (usize::from(days_ago < 0), 0), "{}", run.whole());
    }
}

#[test]
fn the_reason_and_the_override_are_in_the_commits() {
    let stage = branch();
    change(&stage, 12, "Again", 0);
    assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN, "change-reason"]));
    stage.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "Empty\n\nCooldown-Override: words of a commit that changes nothing",
    ]);
    assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN, "change-reason"]));

    stage.write("body.md", "<!-- why? -->\n");
    assert_eq!(told(&lint(&stage, &["main", "--message", "body.md"])), refused(&[COOLDOWN, "change-reason"]));
    stage.write("body.md", "Semiconductors have earned it.\n\nCooldown-Override: not here");
    assert_eq!(told(&lint(&stage, &["main", "--message", "body.md"])), refused(&[COOLDOWN]), "a reason, no override");

    change(&stage, 13, "More\n\nCooldown-Override: the fund closes", 0);
    let run = lint(&stage, &["main"]);
    assert_eq!(
        (run.findings(&["error", "warning"]), run.code),
        (vec!["allocation-cooldown 12:3 warning".to_owned()], 0)
    );
    assert!(run.out.contains("the cooldown is overridden: the fund closes"), "{}", run.whole());

    let mut stage = branch();
    change(&stage, 12, "Again\n\nReason: more", 0);
    stage.env.insert("REBALANCE_COOLDOWN_OVERRIDE".into(), "the job says so".into());
    assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN]), "the environment of a job is no message");
}

#[test]
fn a_base_that_moved_on_judges_all_the_same() {
    let stage = quiet();
    change(&stage, 12, "Raise\n\nReason: more", 0);
    stage.git(&["checkout", "-q", "main"]);
    assert_eq!(lint(&stage, &["main", "--head", "feature"]).code, 0);
    change(&stage, 11, "Raise semiconductors\n\nReason: earnings", 1);
    assert_eq!(told(&lint(&stage, &["main", "--head", "feature"])), refused(&[COOLDOWN]));
    assert_eq!(told(&lint(&stage, &["feature", "--head", "main~"])), (vec![], 0), "an old commit changes nothing");
    change(&stage, 12, "The same on both sides\n\nReason: more", 0);
    assert_eq!(told(&lint(&stage, &["main", "--head", "feature"])), (vec![], 0));
}

#[test]
fn what_two_changes_come_to_is_no_restoring() {
    let stage = branch();
    change(&stage, 10, "Back\n\nReason: no", 0);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0));
    stage.git(&["checkout", "-q", "main"]);
    stage.edit(CONFIG, "max: 0.40", "max: 0.42");
    stage.commit("Widen\n\nCooldown-Override: now", 1);
    let run = lint(&stage, &["main", "--head", "feature"]);
    assert!(run.out.contains("what they come to together is in neither"), "{}", run.whole());
    assert_eq!(run.code, 6);
}

#[test]
fn a_merge_that_throws_the_base_away_is_judged_by_the_base() {
    let stage = branch();
    stage.git(&["reset", "-q", "--hard", "main~"]);
    change(&stage, 12, "Another\n\nReason: more", 0);
    stage.git(&["merge", "-q", "-s", "ours", "-m", "Merge main", "main"]);
    assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN]));
    // What the feature branch merged of the base is no change of its own.
    let stage = branch();
    stage.git(&["reset", "-q", "--hard", "main~"]);
    stage.write("notes", "x");
    stage.commit("Notes", 0);
    stage.git(&["merge", "-q", "-m", "Merge main", "main"]);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0));
}

#[test]
fn another_name_starts_no_new_history() {
    let renamed = |to: &str, message: &str| {
        let stage = branch();
        stage.write(to, "");
        stage.git(&["mv", "-f", CONFIG, to]);
        put(&stage, to, 12);
        stage.commit(message, 0);
        stage
    };
    for to in ["p2.yaml", "deep/er/portfolio_config.yaml"] {
        let stage = renamed(to, "Move\n\nReason: tidy");
        assert_eq!(told(&lint(&stage, &["main", "--config", to])), refused(&[COOLDOWN]), "{to}");
        let stage = renamed(to, "Move");
        assert_eq!(told(&lint(&stage, &["main", "--config", to])), refused(&[COOLDOWN, "change-reason"]), "{to}");
        put(&stage, to, 11);
        stage.commit("Only the name", 0);
        assert_eq!(told(&lint(&stage, &["main", "--config", to])), (vec![], 0), "{to}");
        put(&stage, to, 12);
        stage.commit("Under the new name\n\nReason: more", 0);
        assert_eq!(told(&lint(&stage, &["main", "--config", to])), refused(&[COOLDOWN]), "{to}");
    }
    // The old one stays, and the command is told of another.
    for to in ["other.yaml", "deep/er/portfolio_config.yaml"] {
        let stage = branch();
        stage.write(to, &stage.read(CONFIG));
        put(&stage, to, 12);
        stage.commit("Another\n\nReason: tidy", 0);
        assert_eq!(told(&lint(&stage, &["main", "--config", to])), refused(&[COOLDOWN]), "{to}");
    }
    let stage = branch();
    stage.git(&["rm", "-q", CONFIG]);
    stage.commit("Away\n\nReason: none", 0);
    assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN]), "a deletion is a change");
}

#[test]
fn a_config_is_created_only_where_there_was_none() {
    let stage = Stage::bare_directory();
    stage.git(&["init", "-q", "-b", "main"]);
    let config = stage.read(CONFIG);
    std::fs::remove_file(stage.path(CONFIG)).unwrap();
    stage.commit("Holdings", 3);
    stage.git(&["checkout", "-q", "-b", "feature"]);
    stage.write(CONFIG, &config);
    stage.commit("Create", 0);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0));
    stage.git(&["checkout", "-q", "main"]);
    stage.write(CONFIG, &config);
    change(&stage, 11, "Create as well", 0);
    assert_eq!(
        told(&lint(&stage, &["main", "--head", "feature"])),
        refused(&["change-reason"]),
        "created on both sides"
    );
    stage.git(&["branch", "-q", "before", "main~"]);
    assert_eq!(told(&lint(&stage, &["main", "--head", "before"])), (vec![], 0), "what came later is not deleted");
    let run = lint(&stage, &["main", "--config", "nope.yaml"]);
    assert!(run.err.contains("nope.yaml is neither in "), "{}", run.whole());
    assert_eq!(run.code, 6);

    let stage = branch();
    stage.write("kids/portfolio_config.yaml", &stage.read(CONFIG));
    stage.git(&["mv", CONFIG, "mine.yaml"]);
    std::fs::create_dir_all(stage.path("mine")).unwrap();
    stage.git(&["mv", "mine.yaml", "mine/portfolio_config.yaml"]);
    stage.commit("Each in a directory", 0);
    stage.git(&["checkout", "-q", "-b", "more"]);
    stage.write("aunt/portfolio_config.yaml", &stage.read("kids/portfolio_config.yaml"));
    put(&stage, "aunt/portfolio_config.yaml", 15);
    stage.commit("A portfolio for the aunt", 0);
    assert_eq!(told(&lint(&stage, &["feature", "--config", "aunt/portfolio_config.yaml"])), (vec![], 0));
}

#[test]
fn a_change_brings_no_policies_for_itself() {
    let cooldown = "policies/cooldown.yaml";
    for laxer in ["level: 'off'\n", "parameters: { days: 0 }\n"] {
        let stage = branch();
        stage.write(cooldown, &format!("rule: allocation-cooldown\n{laxer}"));
        change(&stage, 12, "Again\n\nReason: more", 0);
        assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN]), "{laxer}");
    }
    let stage = Stage::sample();
    change(&stage, 11, "Raise\n\nReason: earnings", 20);
    stage.write(cooldown, "rule: allocation-cooldown\nparameters: { days: 30 }\n");
    stage.commit("Thirty days", 20);
    stage.git(&["checkout", "-q", "-b", "feature"]);
    std::fs::create_dir_all(stage.path("deep")).unwrap();
    stage.git(&["mv", CONFIG, "deep/portfolio_config.yaml"]);
    put(&stage, "deep/portfolio_config.yaml", 12);
    stage.commit("Away from the policies\n\nReason: more", 0);
    let run = lint(&stage, &["main", "--config", "deep/portfolio_config.yaml"]);
    assert_eq!(told(&run), refused(&[COOLDOWN]));

    // Limits: those of the base hold as well as those that the change brings.
    let limit = |asset: &str| format!("rule: max-weight\nparameters: {{ asset: {asset} }}\n");
    let cases = [("0.36", "0.36", 0), ("0.34", "0.36", 1), ("0.36", "0.34", 1)];
    for (before, after, code) in cases {
        let stage = Stage::sample();
        stage.write("policies/weights.yaml", &limit(before));
        stage.commit("Limit", 50);
        stage.git(&["checkout", "-q", "-b", "feature"]);
        stage.write("policies/weights.yaml", &limit(after));
        change(&stage, 12, "Raise\n\nReason: more", 0);
        assert_eq!(lint(&stage, &["main"]).code, code, "{before} {after}");
        stage.git(&["rm", "-q", "policies/weights.yaml"]);
        stage.commit("No limit", 0);
        assert_eq!(lint(&stage, &["main"]).code, u8::from(before == "0.34"), "{before} {after}");
    }
    let stage = quiet();
    stage.write("policies/broken.yaml", "rule: max-weight\nlevel: of\n");
    stage.commit("Broken", 0);
    assert_eq!(lint(&stage, &["main"]).code, 1, "a policy that cannot be read is a finding");
}

#[test]
fn a_directory_of_policies_is_read_in_both_commits() {
    let stage = Stage::sample();
    stage.write("strict/cooldown.yaml", "rule: allocation-cooldown\nparameters: { days: 30 }\n");
    stage.write("strict/weights.yaml", "rule: max-weight\nparameters: { asset: 0.36 }\n");
    change(&stage, 11, "Raise\n\nReason: earnings", 20);
    stage.git(&["checkout", "-q", "-b", "feature"]);
    stage.write("strict/cooldown.yaml", "rule: allocation-cooldown\nparameters: { days: 0 }\n");
    stage.git(&["rm", "-q", "strict/weights.yaml"]);
    change(&stage, 12, "Again\n\nReason: more", 0);
    let run = |args: &[&str]| told(&lint(&stage, &[&["main"], args].concat()));
    assert_eq!(run(&[]), (vec![], 0), "nobody asked for it");
    assert_eq!(run(&["--policies", "strict"]), refused(&[COOLDOWN]));
    let policies = stage.path("strict");
    let elsewhere = tempfile::TempDir::new().unwrap();
    let lax = elsewhere.path().display().to_string();
    std::fs::copy(policies.join("cooldown.yaml"), elsewhere.path().join("cooldown.yaml")).unwrap();
    assert_eq!(run(&["--policies", &lax]), (vec![], 0), "of a directory elsewhere the base has none; 7 days are over");
    stage.edit(CONFIG, "target: 0.35", "target: 0.37");
    stage.edit(CONFIG, "target: 0.15", "target: 0.13");
    stage.commit("More\n\nReason: dollars", 0);
    assert_eq!(run(&["--policies", "strict"]), refused(&[COOLDOWN, "max-weight"]));
}

#[test]
fn a_base_that_cannot_be_read_is_mended_by_a_change() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "target: 0.35", "taget: 0.35");
    stage.commit("Break", 1);
    stage.git(&["checkout", "-q", "-b", "feature"]);
    stage.edit(CONFIG, "taget: 0.35", "target: 0.35");
    stage.commit("Mend", 0);
    assert_eq!(told(&lint(&stage, &["main"])), (vec![], 0), "what stood before is not changed");
    assert_eq!(lint(&stage, &["feature", "--head", "main"]).code, 1, "nothing is judged but the form");
}

#[test]
fn a_branch_that_parted_in_two_places() {
    let stage = quiet();
    stage.write("notes", "x");
    stage.commit("Notes", 50);
    stage.git(&["checkout", "-q", "main"]);
    change(&stage, 11, "Raise\n\nReason: earnings", 40);
    let (main, feature) = ("main", "feature");
    stage.git(&["tag", "m1"]);
    stage.git(&["merge", "-q", "--no-ff", "-m", "Merge", feature]);
    stage.git(&["checkout", "-q", feature]);
    stage.git(&["merge", "-q", "--no-ff", "-m", "Merge", "m1"]);
    assert_eq!(stage.git(&["merge-base", "--all", main, feature]).lines().count(), 2);
    assert_eq!(told(&lint(&stage, &[main])), (vec![], 0), "both have what main has");
    change(&stage, 12, "Again", 0);
    assert_eq!(told(&lint(&stage, &[main])), refused(&["change-reason"]));
}

#[test]
fn what_the_base_says_is_said_with_its_reason() {
    let stage = Stage::sample();
    stage.write(
        "policies/own.yaml",
        "rule: no-batteries\nfor_each: asset\nexpression: asset.code != '305720'\nmessage: no batteries\n",
    );
    stage.git(&["add", "-A"]);
    stage.commit("Rule", 50);
    stage.git(&["checkout", "-q", "-b", "feature"]);
    stage.git(&["rm", "-q", "policies/own.yaml"]);
    stage.commit("No rule", 0);
    assert_data_eq!(
        stage.run(&["lint", "--base", "main", "--rule", "threshold-reachable=off"]).whole(),
        str![[r#"
error[no-batteries]: no batteries
  --> portfolio_config.yaml:47:19
   |
46 |           code: '305720'
   |                 -------- this asset
47 |           target: 0.10
   |                   ^^^^ its target
   |
   = help: see the rule in policies/own.yaml.
   = help: this is what the policies of the base say; what they are to say from
           now on is a change before this one.

refused: portfolio_config.yaml: 1 error, 0 warnings, 0 infos
--- exit 1

"#]]
    );
}

#[test]
fn what_cannot_be_told_is_no_pass() {
    let stage = branch();
    change(&stage, 12, "Again\n\nReason: more", 0);
    assert_data_eq!(
        stage.run(&["lint", "--base", "release/2026"]).whole(),
        str![[r#"
--- stderr
error: "release/2026" is no commit that this clone has
help: fetch it: `git fetch origin release/2026`, then name it `origin/release/2026`.
help: on GitHub, `fetch-depth: 0` under `with:` of actions/checkout; on GitLab, `GIT_DEPTH: 0`.
--- exit 6

"#]]
    );
    assert_eq!(stage.run(&["lint", "--base", "main", "--head", "nope"]).code, 6);
    for (base, said) in [
        ("", "an end of the range is empty"),
        ("main..feature", "help: name each of its ends: --base main --head feature\n"),
        ("main...", "help: name each of its ends: --base main --head HEAD\n"),
        ("main^{tree}", "\"main^{tree}\" is no commit\n"),
        ("main:portfolio_config.yaml", "is no commit\n"),
    ] {
        let run = stage.run(&["lint", "--base", base]);
        assert!(run.code == 64 && run.err.contains(said), "{base}: {}", run.whole());
    }
    // A change that is found above the cut is an answer; that there is none is not.
    for (stage, depth, code) in [(&stage, "1", 6), (&stage, "2", 1), (&changed_quietly(), "2", 6)] {
        let url = format!("file://{}", stage.path("").display());
        let dir = format!("shallow{depth}");
        stage.git(&["clone", "-q", "--depth", depth, "--no-single-branch", &url, &dir]);
        let run = stage.run_in(&dir, &["lint", "--base", "origin/main"]);
        assert_eq!(run.code, code, "{depth}: {}", run.whole());
        assert_eq!(run.whole().contains("fetch-depth: 0"), code == 6, "{depth}: {}", run.whole());
    }
    let stage = Stage::bare_directory();
    assert_eq!(stage.run(&["lint", "--base", "main"]).code, 6, "no repository");
    stage.git(&["init", "-q", "-b", "main"]);
    assert_eq!(stage.run(&["lint", "--base", "HEAD"]).code, 6, "no commit");
    for args in [&["--staged"][..], &["--rev", "HEAD"], &["--stdin"], &["--fix"], &["--test-policies"]] {
        assert_eq!(stage.run(&[&["lint", "--base", "main"], args].concat()).code, 64, "{args:?}");
    }
    assert_eq!(stage.run(&["lint", "--head", "main"]).code, 64);
}

#[test]
fn branches_without_a_common_root_are_compared_as_they_are() {
    let stage = branch();
    stage.git(&["checkout", "-q", "--orphan", "fresh"]);
    change(&stage, 12, "Start anew", 0);
    assert_eq!(told(&lint(&stage, &["main"])), refused(&[COOLDOWN, "change-reason"]));
}
