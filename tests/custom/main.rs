//! The owner's own rules: each file under `files/` is a policy named after what it does, and ends with what is said of
//! it. `SNAPSHOTS=overwrite cargo test --test custom` writes that anew; read the difference before committing it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than these tests need")]
mod stage;

mod examples;
mod trials;

use rebalance::policy::Source;
use rebalance::rules;
use snapbox::str;
use stage::{Run, Stage};
use std::fs;
use std::path::PathBuf;

/// What separates a policy from what is said of it.
const MARK: &str = "\n# says:\n";

/// A policy run over the sample: `path:line:column level[rule]: message | label | help`, and the exit code.
fn said(policy: &str) -> String {
    let stage = Stage::sample();
    stage.write("policies/own.yaml", policy);
    let run = stage.run(&["lint", "--format", "json"]);
    listed(&run)
}

/// The findings of a run, without the one that the sample has.
fn listed(run: &Run) -> String {
    let json = run.json();
    let mut text = String::new();
    for f in json["findings"].as_array().unwrap().iter().filter(|f| f["rule"] != "threshold-reachable") {
        let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let (path, level, rule, message) = (word(&f["path"]), word(&f["level"]), word(&f["rule"]), word(&f["message"]));
        let unknown = if f["unknown"] == true { " (unknown)" } else { "" };
        let (line, column) = (&f["start"]["line"], &f["start"]["column"]);
        text.push_str(&format!("# {path}:{line}:{column} {level}[{rule}]{unknown}: {message}\n"));
        for help in f["help"].as_array().unwrap() {
            text.push_str(&format!("#   help: {}\n", word(help)));
        }
    }
    text + format!("# exit {}\n", run.code).as_str()
}

fn files() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/custom/files");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 45, "{}", files.len());
    files
}

#[test]
fn every_file_is_said_to_do_what_it_does() {
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite");
    let mut stale = Vec::new();
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let policy = text.split_once(MARK).map_or(text.clone(), |(policy, _)| format!("{policy}\n"));
        let fresh = format!("{policy}{}{}", &MARK[1..], said(&policy));
        if fresh != text {
            stale.push(format!("{}:\n{fresh}", path.display()));
        }
        if overwrite {
            fs::write(&path, fresh).unwrap();
        }
    }
    assert!(overwrite || stale.is_empty(), "{}", stale.join("\n"));
}

/// What is wrong with a rule of the owner's, or cannot be told, is never a pass, whatever its level.
#[test]
fn nothing_that_is_at_fault_passes() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let fine = ["holds_at_the_boundary", "turned_off", "only_info", "asset_above_a_cap"].contains(&name);
        assert_eq!(text.contains("# exit 0\n"), fine, "{name}");
        assert!(text.contains("# exit 6\n") == text.contains(" (unknown): "), "{name}");
    }
}

#[test]
fn a_finding_is_drawn_where_it_belongs() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", "rule: cap\nfor_each: asset\nwhen: asset.sleeve == 'satellite'\nexpression: asset.target <= 0.09 or asset.code != '319640'\nfix: Lower it to 0.09.\n");
    snapbox::assert_data_eq!(
        stage.run(&["lint", "-q"]).whole(),
        str![[r#"
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

error[cap]: `cap` does not hold for 319640
  --> portfolio_config.yaml:52:19
   |
51 |           code: '319640'
   |                 -------- this asset
52 |           target: 0.10
   |                   ^^^^ its target
   |
   = help: Lower it to 0.09.

refused: portfolio_config.yaml: 1 error, 0 warnings, 1 info
--- exit 1

"#]]
    );
}

#[test]
fn a_fault_is_drawn_in_the_policy() {
    let stage = Stage::sample();
    stage.write(
        "policies/cap.yaml",
        "rule: cap\nexpression: >-\n  assets.sleeve('satellite').count > 0\n  and assets.sleeve('cor').target >= 0.6\n",
    );
    snapbox::assert_data_eq!(
        stage.run(&["lint", "-q"]).whole(),
        str![[r#"
error[cap]: `cap` cannot be told: there is no sleeve "cor"
 --> policies/cap.yaml:4:14
  |
4 |   and assets.sleeve('cor').target >= 0.6
  |              ^^^^^^ did you mean "core"?
  |
  = help: write "core".

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

refused: portfolio_config.yaml: 1 error, 0 warnings, 1 info
--- exit 6

"#]]
    );
}

#[test]
fn a_tag_or_a_code_that_looks_misspelt_is_a_warning_in_the_policy() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "code: '091230'", "code: '091230'\n          tags: ['sector:semiconductor']");
    stage
        .write("policies/cap.yaml", "rule: cap\nexpression: \"assets.tagged('sector:semicondutor').target <= 0.05\"\n");
    snapbox::assert_data_eq!(
        listed(&stage.run(&["lint", "--format", "json"])),
        str![[r#"
# policies/cap.yaml:2:28 warning[cap]: no asset has the tag `sector:semicondutor`
#   help: write `sector:semiconductor`, if the tag is misspelt here or in the config.
# exit 0

"#]]
    );
    let codes = "rule: cap\nexpression: assets.codes('36075').target <= 0.05 and assets.codes('233740').count == 0\n";
    stage.write("policies/cap.yaml", codes);
    snapbox::assert_data_eq!(
        listed(&stage.run(&["lint", "--format", "json"])),
        str![[r#"
# policies/cap.yaml:2:26 warning[cap]: no asset has the code `36075`
#   help: write `360750`, if the code is misspelt here or in the config.
# exit 0

"#]]
    );
    // A tag that is simply not there is what a rule against it wants.
    stage.write("policies/cap.yaml", "rule: cap\nexpression: \"assets.tagged('leverage').count == 0\"\n");
    assert_eq!(listed(&stage.run(&["lint", "--format", "json"])), "# exit 0\n");
}

/// A plan is made and shown, and refused.
#[test]
fn a_rule_that_says_no_lets_nothing_be_applied() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", "rule: cap\nexpression: assets.largest <= 0.3\n");
    stage.commit("Policy", 50);
    let run = stage.run(&["plan", "-o", "plan.json"]);
    assert_eq!(run.code, 1, "{}", run.whole());
    assert!(run.out.contains("error[cap]: `cap` does not hold"), "{}", run.whole());
    let run = stage.run(&["verify", "plan.json"]);
    assert!(run.code != 0 && run.err.contains("cap refuses today: `cap` does not hold"), "{}", run.whole());
    stage.write("policies/cap.yaml", "rule: cap\nexpression: assets.largest <= 0.35 and portfolio.max_turnover < 1\n");
    let run = stage.run(&["plan", "-o", "plan.json"]);
    assert_eq!(run.code, 6, "{}", run.whole());
}

/// `--rule` knows them by their id.
#[test]
fn a_rule_of_ones_own_is_given_a_level_for_one_run() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", "rule: cap\nexpression: 'false'\n");
    assert_eq!(stage.run(&["lint", "-q", "--rule", "cap=warning"]).code, 0);
    assert_eq!(stage.run(&["lint", "-q", "--rule", "cap=off"]).code, 0);
    stage.write("policies/cap.yaml", "rule: cap\nexpression: 1 / 0 > 0\n");
    assert_eq!(stage.run(&["lint", "-q", "--rule", "cap=warning"]).code, 6);
}

/// A rule with a fault is known by its id, and what is wrong with it is what is said.
#[test]
fn a_rule_that_cannot_be_read_is_known_by_its_id() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", "rule: cap\nexpression: assets.taget <= 1\n");
    let run = stage.run(&["lint", "--format", "json", "--rule", "cap=warning"]);
    assert!(listed(&run).contains("error[schema]: there is no `taget` here"), "{}", run.whole());
    assert_eq!(run.code, 1);
    let run = stage.run(&["explain", "cap"]);
    assert!(run.err.contains("the rule `cap` in policies/cap.yaml cannot be read"), "{}", run.whole());
    assert_eq!(run.code, 1);
}

#[test]
fn two_files_about_one_id_are_refused() {
    let source =
        |path: &str| Source { path: path.to_owned(), bytes: b"rule: a-rule\nexpression: assets.count > 0\n".to_vec() };
    let (policies, findings) = rules::policies(&[source("policies/a.yaml"), source("policies/b.yaml")]);
    assert_eq!(policies.customs().map(|custom| custom.path.as_str()).collect::<Vec<_>>(), ["policies/a.yaml"]);
    let said: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.message.as_str())).collect();
    assert_eq!(said, [("policies/b.yaml", "`a-rule` already has a policy in policies/a.yaml")]);
    assert!(policies.ids().any(|id| id == "a-rule"));
}

/// While the config is no portfolio, its own rules say why, and these stay silent.
#[test]
fn a_config_that_cannot_be_read_is_not_asked() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", "rule: cap\nexpression: 'false'\n");
    stage.edit("portfolio_config.yaml", "target: 0.35", "target: many");
    let run = stage.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.findings(&["error"]), ["schema 18:19 error"]);
}
