//! `rebalance diff` as a reviewer meets it: what differs by what it means, what it is judged as, what it would trade.

use crate::auto::{self, ZERO};
use crate::base;
use crate::stage::{NOW, Run, Stage};
use serde_json::Value;
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "portfolio_config.yaml";
const DAY: i64 = 86_400;

/// The sample on main, and a branch on which something is to be changed.
fn branch() -> Stage {
    let stage = Stage::sample();
    stage.git(&["checkout", "-q", "-b", "topic"]);
    stage
}

/// Gives an asset another target.
fn target(stage: &Stage, code: &str, from: &str, to: &str) {
    let key = format!("code: '{code}'\n          target: ");
    stage.edit(CONFIG, &format!("{key}{from}\n"), &format!("{key}{to}\n"));
}

/// Moves two points from stocks to bonds.
fn shift(stage: &Stage) {
    target(stage, "360750", "0.35", "0.33");
    target(stage, "305080", "0.15", "0.17");
}

/// The sample, changed on main three days ago, and changed again on a branch.
fn too_early(message: &str) -> Stage {
    let stage = Stage::sample();
    target(&stage, "091230", "0.10", "0.11");
    target(&stage, "305720", "0.10", "0.09");
    stage.commit("Raise semiconductors\n\nReason: earnings", 3);
    stage.git(&["checkout", "-q", "-b", "topic"]);
    shift(&stage);
    stage.commit(message, 0);
    stage
}

fn diff(stage: &Stage, args: &[&str]) -> Run {
    let run = stage.run(&[&["diff", "--format", "json"], args].concat());
    if !run.out.is_empty() {
        let schema = (rebalance::output::difference::SHEET.schema)();
        let validator = jsonschema::validator_for(schema.as_value()).unwrap();
        let faults: Vec<String> = validator.iter_errors(&run.json()).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
    run
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What differs, in a line: the result, then the changes, the settings, and the findings that come and go.
fn told(run: &Run) -> String {
    let json = run.json();
    let list = |key: &str| json[key].as_array().unwrap().clone();
    let mut parts = vec![text(&json["result"])];
    for change in list("changes") {
        let subject = if change["code"].is_null() { text(&change["sleeve"]) } else { text(&change["code"]) };
        let side = |value: &Value| if value.is_object() { text(&value["target"]) } else { text(value) };
        parts.push(format!("{subject} {} {}>{}", text(&change["field"]), side(&change["from"]), side(&change["to"])));
    }
    for setting in list("settings") {
        let about = [&setting["code"], &setting["rule"]].into_iter().find(|about| !about.is_null());
        let about = about.map_or(String::new(), |about| text(about) + " ");
        parts.push(format!("{about}{} {}>{}", text(&setting["key"]), text(&setting["from"]), text(&setting["to"])));
    }
    parts.extend(list("added").iter().map(|finding| format!("+{}", text(&finding["rule"]))));
    parts.extend(list("removed").iter().map(|finding| format!("-{}", text(&finding["rule"]))));
    parts.join("; ")
}

/// The orders of one side, in a line.
fn orders(run: &Run, side: &str) -> String {
    let json = run.json();
    let orders = json["trades"]["orders"].as_array().unwrap().iter().filter(|pair| !pair[side].is_null());
    let mut told: Vec<String> = orders
        .map(|pair| format!("{} {} {}", text(&pair[side]["side"]), text(&pair[side]["quantity"]), text(&pair["code"])))
        .collect();
    told.sort();
    told.join(", ")
}

/// The orders of a plan for the config as it is checked out.
fn planned(stage: &Stage) -> String {
    let json = stage.run(&["plan", "--trigger", "manual", "--format", "json"]).json();
    let orders = json["body"]["orders"].as_array().unwrap().iter();
    let mut told: Vec<String> = orders
        .map(|order| format!("{} {} {}", text(&order["side"]), text(&order["quantity"]), text(&order["code"])))
        .collect();
    told.sort();
    told.join(", ")
}

/// Puts the satellite above the core.
fn reorder(stage: &Stage) {
    let config = stage.read(CONFIG);
    let (head, rest) = config.split_once("    core:\n").unwrap();
    let (core, rest) = rest.split_once("    satellite:\n").unwrap();
    let (satellite, tail) = rest.split_once("  # Rebalancing rules\n").unwrap();
    let satellite = satellite.trim_end();
    stage.write(CONFIG, &format!("{head}    satellite:\n{satellite}\n    core:\n{core}  # Rebalancing rules\n{tail}"));
}

#[test]
fn one_up_one_down_a_new_name_and_another_order_are_two_changes_and_their_orders() {
    let stage = branch();
    shift(&stage);
    stage.edit(CONFIG, "KODEX 200", "KODEX Two Hundred");
    reorder(&stage);
    stage.commit("Fewer dollars\n\nReason: the won is weak", 0);
    assert_data_eq!(
        stage.run(&["diff", "main...topic"]).whole(),
        str![[r#"
ok: portfolio_config.yaml: 2 changes of the allocation
main (1dcb560) -> topic (e4a4a2f)

~ 305080 TIGER US Treasury 10Y Futures: target 15 % -> 17 % (+2 points)
~ 360750 TIGER US S&P500: target 35 % -> 33 % (-2 points)

Cooldown: allowed: no change within 7 days
  commit e4a4a2f by Ann: Fewer dollars
    reason: the won is weak

Trades: 5 orders, 2 differences because of the change, to bring the holdings
  of 2026-03-04 to this allocation
- sell 34 x 360750 TIGER US S&P500 at 16,800 = 571,200
    drifted +5.18 points from 33 %, over the threshold; 0.00 points left after
    without the change: sell 21; 13 more because of it
+ buy 47 x 305080 TIGER US Treasury 10Y Futures at 10,000 = 470,000
    drifted -4.27 points from 17 %; 0.00 points left after
    without the change: buy 25; 22 more because of it
  the same without the change:
- sell 8 x 091230 TIGER Semiconductor at 50,000 = 400,000
+ buy 9 x 305720 KODEX Secondary Battery Industry at 32,000 = 288,000
+ buy 8 x 319640 TIGER Gold & Silver Futures (H) at 12,500 = 100,000
  turnover 8.31 %, costs 2,106 KRW (commission 276, slippage 1,830, tax 0)
  without the change: turnover 6.32 %, costs 1,601 KRW (commission 210,
    slippage 1,391, tax 0)
--- exit 0

"#]]
    );
    let run = diff(&stage, &["main...topic"]);
    assert_eq!(told(&run), "changed; 305080 target 0.15>0.17; 360750 target 0.35>0.33");
    // What `plan` says of both, on the same holdings.
    let after = planned(&stage);
    stage.git(&["checkout", "-q", "main"]);
    assert_eq!((orders(&run, "after"), orders(&run, "before")), (after, planned(&stage)));
}

#[test]
fn every_kind_of_change_is_told_by_what_it_means() {
    let added =
        "\n        - ticker: 'New'\n          code: 'A1'\n          target: 0.05\n          min: 0\n          max: 0.1";
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("target: 0.35", "target: 0.350")], "formatting"),
        (&[("# Cost settings", "# What trading costs")], "formatting"),
        (&[("name: '2026 Long-Term Growth'", "name: Growth")], "formatting"),
        (&[("months: [1, 4, 7, 10]", "months: [ 1, 4,\n        7, 10 ]")], "formatting"),
        (&[("base_currency: 'KRW'", "base_currency: KRW\n  calendar: XKRX")], "formatting"),
        (&[("max: 0.40", "max: 0.42")], "changed; 360750 max 0.4>0.42"),
        (
            &[("target: 0.35", "target: 0.30"), ("max: 0.40", &format!("max: 0.40{added}"))],
            "changed; 360750 target 0.35>0.3; A1 asset null>0.05",
        ),
        (
            &[
                (
                    "        - ticker: 'KODEX Composite Bond (AA- and above) Active'\n          code: '443160'\n          target: 0.05\n          min: 0.02\n          max: 0.08\n",
                    "",
                ),
                ("target: 0.35", "target: 0.40"),
            ],
            "changed; 360750 target 0.35>0.4; 443160 asset 0.05>null; -threshold-reachable",
        ),
        (
            &[("    satellite:", "    edge:")],
            "changed; 091230 sleeve satellite>edge; 305720 sleeve satellite>edge; 319640 sleeve satellite>edge",
        ),
        (
            &[("threshold: 0.05", "threshold: 0.02")],
            "changed; rebalancing.drift_trigger.threshold 0.05>0.02; -threshold-reachable",
        ),
        (
            &[("strategy: 'hybrid'", "strategy: time")],
            "changed; rebalancing.strategy hybrid>time; -threshold-reachable",
        ),
        (&[("slippage_estimate: 0.001", "slippage_estimate: 0.002")], "changed; costs.slippage_estimate 0.001>0.002"),
        (&[("code: '069500'", "code: '069500'\n          lot_size: 5")], "changed; 069500 lot_size 1>5"),
        (&[("weight: 0.70", "weight: 0.71")], "changed; core weight 0.7>0.71; +section-weight"),
        (&[("target: 0.35", "target: 0.36")], "changed; 360750 target 0.35>0.36; +weights-sum"),
    ];
    for (edits, expected) in cases {
        let stage = branch();
        for (from, to) in *edits {
            stage.edit(CONFIG, from, to);
        }
        let of_work_tree = told(&diff(&stage, &[]));
        stage.commit("Change\n\nReason: test", 0);
        assert_eq!(told(&diff(&stage, &["main...topic"])), *expected, "{edits:?}");
        assert_eq!(of_work_tree, *expected, "{edits:?}");
    }
}

#[test]
fn the_same_bytes_and_the_same_meaning_are_a_line() {
    let stage = branch();
    assert_eq!(stage.run(&["diff"]).whole(), "ok: portfolio_config.yaml: no difference\n--- exit 0\n");
    reorder(&stage);
    stage.edit(CONFIG, "target: 0.35", "target: 0.350 # a third");
    let line = "ok: portfolio_config.yaml: formatting only: it means the same\n--- exit 0\n";
    assert_eq!(stage.run(&["diff", "--detailed-exitcode"]).whole(), line);
    stage.commit("Tidy", 0);
    assert_eq!(stage.run(&["diff", "main...topic"]).whole(), line);
    assert_eq!(stage.run(&["diff", "main...topic", "-q"]).whole(), "--- exit 0\n");
}

#[test]
fn a_formatting_change_is_one_in_a_shallow_clone_too() {
    let stage = too_early("Again\n\nReason: test");
    let url = format!("file://{}", stage.path("").display());
    stage.git(&["clone", "-q", "--depth", "1", &url, "shallow"]);
    stage.edit("shallow/portfolio_config.yaml", "target: 0.33", "target: 0.330");
    let run = stage.run_in("shallow", &["diff"]);
    assert_eq!((run.out.as_str(), run.code), ("ok: portfolio_config.yaml: formatting only: it means the same\n", 0));
    stage.edit("shallow/portfolio_config.yaml", "max: 0.40", "max: 0.42");
    let run = stage.run_in("shallow", &["diff", "--format", "json"]);
    assert_eq!((run.json()["cooldown"]["verdict"].as_str(), run.code), (Some("unknown"), 6), "{}", run.whole());
    assert!(run.json()["cooldown"]["remedy"].as_str().unwrap().contains("git fetch --unshallow"));
}

#[test]
fn the_verdict_comes_with_its_instant_and_the_exit_code() {
    let cases = [
        (too_early("Fewer dollars\n\nReason: the won"), "refused", 1),
        (too_early("Fewer dollars\n\nCooldown-Override: the fund closes"), "overridden", 0),
        (too_early("Fewer dollars"), "refused", 1),
    ];
    for (stage, verdict, code) in cases {
        let run = diff(&stage, &["main...topic"]);
        let cooldown = &run.json()["cooldown"];
        assert_eq!((cooldown["verdict"].as_str(), run.code), (Some(verdict), code), "{}", run.whole());
        assert_eq!(cooldown["until"], "2026-03-08T00:00:00Z");
        assert_eq!(cooldown["last"], "2026-03-01T00:00:00Z");
        assert_eq!(cooldown["by"].as_str().unwrap().trim(), stage.git(&["rev-parse", "main"]).trim());
    }
    let mut stage = too_early("Fewer dollars\n\nReason: the won");
    stage.now = NOW + 4 * DAY - 1;
    assert_eq!(diff(&stage, &["main...topic"]).code, 1);
    stage.now += 1;
    let run = diff(&stage, &["main...topic"]);
    assert_eq!((run.json()["cooldown"]["verdict"].as_str(), run.code), (Some("allowed"), 0));
}

#[test]
fn what_restores_is_allowed_and_says_so() {
    let stage = too_early("Fewer dollars\n\nReason: the won");
    stage.git(&["checkout", "-q", "-b", "back", "main"]);
    target(&stage, "091230", "0.11", "0.10");
    target(&stage, "305720", "0.09", "0.10");
    stage.commit("Back\n\nReason: an impulse", 0);
    let run = stage.run(&["diff", "main...back"]);
    assert!(run.out.contains("Cooldown: allowed: it restores the allocation that stood 7 days ago"), "{}", run.whole());
    assert_eq!(run.code, 0);
}

#[test]
fn a_refusal_is_said_with_its_remedy() {
    let stage = too_early("Fewer dollars");
    let run = stage.run(&["diff", "main...topic"]);
    let (before, _) = run.out.split_once("\nTrades:").unwrap();
    assert_data_eq!(
        before.to_owned(),
        str![[r#"
refused: portfolio_config.yaml: 2 changes of the allocation
main (2ffec00) -> topic (2120c07)

~ 305080 TIGER US Treasury 10Y Futures: target 15 % -> 17 % (+2 points)
~ 360750 TIGER US S&P500: target 35 % -> 33 % (-2 points)

Cooldown: refused until 2026-03-08 09:00:00 +09:00: commit 2ffec00 changed the
  allocation on 2026-03-01 09:00:00 +09:00
  commit 2120c07 by Ann: Fewer dollars
    no reason given
  help: wait until then, or restore the allocation that stood before: that is
    always allowed.
  help: if it cannot wait: a line `Cooldown-Override: why` in the message of a
    commit that changes the allocation.
error[change-reason]: the allocation is changed, and no commit that changes it
  says why
  help: add a body to the message of such a commit, or a line `Reason: why`.

"#]]
    );
    assert_eq!(run.code, 1);
}

#[test]
fn the_policies_of_the_base_judge() {
    let stage = too_early("Fewer dollars\n\nReason: the won");
    stage.write("policies/cooldown.yaml", "rule: allocation-cooldown\nparameters: { days: 1 }\n");
    stage.commit("A shorter cooldown", 0);
    let run = diff(&stage, &["main...topic"]);
    assert!(told(&run).contains("allocation-cooldown parameters.days 7>1"), "{}", told(&run));
    assert_eq!(run.json()["cooldown"]["verdict"], "refused");
    assert_eq!(run.code, 1);
    // Nor does a directory that is named make it shorter.
    stage.write("lax/cooldown.yaml", "rule: allocation-cooldown\nlevel: off\n");
    let run = diff(&stage, &["main", "--policies", "lax"]);
    assert_eq!((run.json()["cooldown"]["verdict"].as_str(), run.code), (Some("refused"), 1), "{}", run.whole());
}

#[test]
fn ends_are_named_as_in_git() {
    let stage = too_early("Fewer dollars\n\nReason: the won");
    // main goes on: three dots leave that out, two dots do not.
    stage.git(&["checkout", "-q", "main"]);
    stage.edit(CONFIG, "slippage_estimate: 0.001", "slippage_estimate: 0.002");
    stage.commit("Dearer", 0);
    let shifted = "305080 target 0.15>0.17; 360750 target 0.35>0.33";
    let back = "costs.slippage_estimate 0.002>0.001";
    let all = format!("changed; {shifted}; {back}");
    assert_eq!(told(&diff(&stage, &["main...topic"])), format!("changed; {shifted}"));
    assert_eq!(told(&diff(&stage, &["...topic"])), format!("changed; {shifted}"));
    assert_eq!(told(&diff(&stage, &["main..topic"])), all);
    assert_eq!(told(&diff(&stage, &["topic..main"])).matches('>').count(), 3);
    stage.git(&["checkout", "-q", "topic"]);
    assert_eq!(told(&diff(&stage, &["main"])), all);
    assert_eq!(told(&diff(&stage, &["main..."])), format!("changed; {shifted}"));
    assert_eq!(told(&diff(&stage, &["HEAD~1...HEAD"])), format!("changed; {shifted}"));
    assert_eq!(told(&diff(&stage, &[])), "identical");
    let bad = stage.run(&["diff", "nowhere...HEAD"]);
    assert_eq!(bad.code, 6, "{}", bad.whole());
    assert!(bad.err.contains("nowhere") && bad.err.contains("help:"), "{}", bad.whole());
    assert_eq!(stage.run(&["diff", "main", "topic"]).code, 64);
    // A variable that nobody set is no comparison of HEAD with itself.
    for empty in ["", "...HEAD", "..HEAD", "..."] {
        let run = stage.run(&["diff", empty]);
        assert!(run.code == 64 && run.err.contains("the base is empty"), "{empty:?}: {}", run.whole());
    }
    // Nothing can be fetched that would make this a commit.
    let run = stage.run(&["diff", "HEAD~99...HEAD"]);
    assert!(run.code == 6 && run.err.contains("git rev-parse") && !run.err.contains("fetch"), "{}", run.whole());
}

#[test]
fn what_costs_alone_change_is_told_in_costs() {
    let stage = branch();
    stage.edit(CONFIG, "slippage_estimate: 0.001", "slippage_estimate: 0.002");
    for format in ["human", "markdown"] {
        let run = stage.run(&["diff", "--format", format]);
        let text = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("the same as without the change"), "{}", run.whole());
        assert!(
            text.contains("costs 2,992 KRW") && text.contains("without the change: turnover 6.32 %, costs 1,601 KRW"),
            "{}",
            run.whole()
        );
    }
    // What costs the same is said once.
    stage.edit(CONFIG, "slippage_estimate: 0.002", "slippage_estimate: 0.001");
    stage.edit(CONFIG, "check_frequency: 'weekly'", "check_frequency: 'daily'");
    let run = stage.run(&["diff"]);
    assert!(run.out.contains("costs 1,601 KRW") && !run.out.contains("  without the change"), "{}", run.whole());
}

#[test]
fn a_config_that_came_or_went_or_moved_is_that() {
    let stage = branch();
    stage.git(&["mv", CONFIG, "allocation.yaml"]);
    stage.commit("Rename", 0);
    let run = stage.run(&["diff", "main...topic", "--config", "allocation.yaml"]);
    assert_eq!(run.out, "ok: portfolio_config.yaml -> allocation.yaml: no difference\n", "{}", run.whole());
    stage.edit("allocation.yaml", "max: 0.40", "max: 0.42");
    let run = diff(&stage, &["main", "--config", "allocation.yaml"]);
    assert_eq!(told(&run), "changed; 360750 max 0.4>0.42");

    let stage = branch();
    stage.git(&["rm", "-q", CONFIG]);
    let run = stage.run(&["diff"]);
    assert!(
        run.out.starts_with("ok: portfolio_config.yaml: deleted, 7 changes of the allocation\n"),
        "{}",
        run.whole()
    );
    assert!(run.out.contains("Trades: there is no config any more, so nothing would be traded\n"), "{}", run.whole());
    stage.commit("Delete\n\nReason: over", 0);
    assert_eq!(told(&diff(&stage, &["main...topic"])), told(&diff(&stage, &["main..topic"])));
    let run = diff(&stage, &["topic...main"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let run = stage.run(&["diff", "topic..main"]);
    assert!(
        run.out.starts_with("ok: portfolio_config.yaml: created, 7 changes of the allocation\n"),
        "{}",
        run.whole()
    );
    let run = stage.run(&["diff", "main...topic", "--config", "other.yaml"]);
    assert!(run.code == 6 && run.err.contains("help: check --config"), "{}", run.whole());
}

#[test]
fn a_repository_without_a_commit_has_nothing_to_compare_with() {
    let stage = Stage::bare_directory();
    stage.git(&["init", "-q", "-b", "main"]);
    let run = stage.run(&["diff"]);
    assert!(run.out.starts_with("ok: portfolio_config.yaml: created, 7 changes"), "{}", run.whole());
    assert_eq!(run.code, 0);
    let stage = Stage::bare_directory();
    let run = stage.run(&["diff"]);
    assert!(run.code == 6 && run.err.contains("help: run `git init`"), "{}", run.whole());
}

#[test]
fn what_cannot_be_read_is_said_with_its_findings() {
    let stage = branch();
    stage.edit(CONFIG, "target: 0.35", "taget: 0.35");
    stage.commit("Break\n\nReason: a slip", 0);
    let run = stage.run(&["diff", "main...topic"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
refused: portfolio_config.yaml: cannot be compared: it is no portfolio in
  topic (41034ab)
main (1dcb560) -> topic (41034ab)

Cooldown: cannot be told: the config cannot be read as an allocation

Findings: 1 added, 0 removed
+ error[schema] portfolio_config.yaml:18:11: unknown key `taget`
  help: write `target`, or remove the key.
--- exit 1

"#]]
    );
    let run = diff(&stage, &["main...topic"]);
    assert_eq!((told(&run).as_str(), run.code), ("unknown; +schema", 1));
    // The other way round there is nothing wrong with the head, and yet nobody can tell what it changes.
    stage.git(&["checkout", "-q", "-b", "mended"]);
    stage.edit(CONFIG, "taget: 0.35", "target: 0.35");
    let run = diff(&stage, &["topic"]);
    assert_eq!((run.json()["result"].as_str(), run.code), (Some("unknown"), 6), "{}", run.whole());
    // A fault anywhere in a head says that nobody knows its allocation, as the history will say of it.
    stage.git(&["checkout", "-q", "-f", "main"]);
    stage.edit(CONFIG, "ticker: 'KODEX 200'", "ticker: \"KODEX \\u202e 200\"");
    let run = diff(&stage, &[]);
    assert_eq!((run.json()["cooldown"]["verdict"].as_str(), run.code), (Some("unread"), 1), "{}", run.whole());
}

#[test]
fn trades_that_cannot_be_told_say_what_is_missing() {
    let stage = branch();
    let asset = "max: 0.40\n        - { ticker: New, code: 'A1', target: 0.05, min: 0, max: 0.1 }";
    stage.edit(CONFIG, "max: 0.40", asset);
    target(&stage, "360750", "0.35", "0.30");
    let run = stage.run(&["diff"]);
    let (_, trades) = run.out.split_once("\nTrades: ").unwrap();
    assert_data_eq!(
        trades.to_owned(),
        str![[r#"
cannot be told: A1 is in the config and has no price
  help: add it to the holdings: { code: 'A1', quantity: 0, price: … }.

"#]]
    );
    assert!(run.code == 6 && run.out.starts_with("could not tell: "), "{}", run.whole());
    // Without a price for what the base wants, the orders of the head are still told.
    stage.commit("New\n\nReason: test", 0);
    target(&stage, "360750", "0.30", "0.35");
    stage.edit(CONFIG, &asset[9..], "");
    let run = diff(&stage, &[]);
    let trades = &run.json()["trades"];
    assert_eq!((trades["known"].as_bool(), trades["before"].is_null(), run.code), (Some(true), true, 0));
    assert!(text(&trades["why"]).contains("A1 is in the config and has no price"), "{trades}");

    std::fs::remove_file(stage.path("holdings.yaml")).unwrap();
    let run = stage.run(&["diff", "main"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    stage.edit(CONFIG, "max: 0.40", "max: 0.42");
    let run = stage.run(&["diff", "main"]);
    assert!(run.out.ends_with("\nTrades: there is no holdings.yaml, so trades are not shown\n"), "{}", run.whole());
    assert_eq!(run.code, 0);
    stage.write("holdings.yaml", "cash: [");
    assert_eq!(stage.run(&["diff", "main"]).code, 6);
    assert_eq!(stage.run(&["diff", "main", "--holdings", "nowhere.yaml"]).code, 6);
}

#[test]
fn what_the_plan_would_be_refused_for_is_told() {
    let stage = branch();
    let bond = "        - ticker: 'KODEX Composite Bond (AA- and above) Active'\n          code: '443160'\n          target: 0.05\n          min: 0.02\n          max: 0.08\n";
    stage.edit(CONFIG, bond, "");
    target(&stage, "360750", "0.35", "0.40");
    stage.edit(CONFIG, "max: 0.40", "max: 0.45");
    let run = stage.run(&["diff"]);
    assert!(run.out.contains("error[unknown-holding]: "), "{}", run.whole());
    assert_eq!(run.code, 0, "it depends on the day, and decides nothing");
}

#[test]
fn the_exit_code_tells_changes_when_asked() {
    let stage = branch();
    shift(&stage);
    assert_eq!((stage.run(&["diff"]).code, stage.run(&["diff", "--detailed-exitcode"]).code), (0, 2));
    let stage = too_early("Fewer dollars\n\nReason: the won");
    assert_eq!(stage.run(&["diff", "main...topic", "--detailed-exitcode"]).code, 1);
}

#[test]
fn a_reason_of_several_lines_is_told_on_one() {
    let stage = branch();
    shift(&stage);
    let name = "코덱스미국에스앤피오백".repeat(8);
    stage.edit(CONFIG, "ticker: 'TIGER US S&P500'", &format!("ticker: '{name}'"));
    stage.commit("Shift\n\nRates are high.\nBonds are cheap.\n\nAnd so on.\n\nSigned-off-by: Ann <ann@example.org>", 0);
    let human = stage.run(&["diff", "main...topic"]).out;
    assert!(human.contains("\n    reason: Rates are high. Bonds are cheap. And so on.\n"), "{human}");
    assert!(human.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{human}");
    let markdown = stage.run(&["diff", "main...topic", "--format", "markdown"]).out;
    assert!(markdown.contains("\n  - reason: `Rates are high. Bonds are cheap. And so on.`\n"), "{markdown}");
}

#[test]
fn lines_fit_and_colour_is_asked_for() {
    let mut stage = branch();
    shift(&stage);
    stage.edit(CONFIG, "TIGER US S&P500", "타이거 미국 에스앤피 오백 타이거 미국 에스앤피 오백 타이거");
    let plain = stage.run(&["diff"]).out;
    for line in plain.lines().filter(|line| !line.starts_with("  help: ")) {
        let columns: usize = line.chars().map(|c| if c as u32 > 0x1100 && c != '…' { 2 } else { 1 }).sum();
        assert!(columns <= 80, "{columns}: {line}");
    }
    assert!(plain.lines().any(|line| line.starts_with("~ 360750")), "{plain}");
    let colored = stage.run(&["diff", "--color", "always"]).out;
    assert!(colored.contains("\u{1b}[33m~ 305080") && colored.contains("\u{1b}[32m+ buy 47"), "{colored}");
    stage.env.insert("CLICOLOR_FORCE".into(), "1".into());
    stage.env.insert("NO_COLOR".into(), "1".into());
    assert_eq!(stage.run(&["diff"]).out, plain);
}

#[test]
fn a_job_knows_what_it_is_about() {
    let mut stage = base::branch();
    base::change(&stage, 12, "Again", 0);
    auto::merge_ref(&stage);
    auto::checkout(&stage, "refs/pull/7/merge", None);
    let event = auto::pull_request(&stage, &auto::id(&stage, "main~"), &Value::from("Reason: earnings again"));
    auto::github(&mut stage, "pull_request", &event);
    let run = stage.run_in("work", &["diff", "auto", "--format", "json"]);
    assert_eq!(told(&run), "changed; 091230 target 0.11>0.12; 305720 target 0.09>0.08", "{}", run.whole());
    let json = run.json();
    assert_eq!((json["cooldown"]["verdict"].as_str(), run.code), (Some("refused"), 1));
    assert_eq!(json["judged"].as_array().unwrap().len(), 1, "the body of the request says why: {}", run.whole());
    assert_eq!(json["base"]["commit"], auto::id(&stage, "main"));
    assert_eq!(json["request"], "earnings again");
    assert!(run.err.starts_with("request 7, "), "{}", run.whole());
    let human = stage.run_in("work", &["diff", "auto"]).out;
    assert!(human.contains("\n  the request says why: earnings again\n"), "{human}");
    let markdown = stage.run_in("work", &["diff", "auto", "--format", "markdown"]).out;
    assert!(markdown.contains("\n- the request says why: `earnings again`\n"), "{markdown}");

    let [before, head] = ["main~", "main"].map(|rev| auto::id(&stage, rev));
    auto::github(&mut stage, "push", &auto::push(&before, &head, "refs/heads/main"));
    let run = stage.run_in("work", &["diff", "auto", "--format", "json"]);
    assert_eq!(told(&run), "changed; 091230 target 0.1>0.11; 305720 target 0.1>0.09", "{}", run.whole());
    auto::github(&mut stage, "push", &auto::push(ZERO, &head, "refs/heads/main"));
    let run = stage.run_in("work", &["diff", "auto", "-q", "--format", "json"]);
    assert_eq!((run.json()["base"]["state"].as_str(), run.code), (Some("absent"), 0), "{}", run.whole());

    stage.env.clear();
    let run = stage.run_in("work", &["diff", "auto"]);
    assert!(
        run.code == 6 && run.err.contains("help: name the base: rebalance diff origin/main...HEAD\n"),
        "{}",
        run.whole()
    );
}

#[test]
fn an_error_that_was_there_before_is_why_it_is_refused_still() {
    let stage = branch();
    stage.edit(CONFIG, "target: 0.35", "target: 0.36");
    stage.commit("Wrong\n\nReason: a slip", 0);
    stage.edit(CONFIG, "# Cost settings", "# Costs");
    assert_data_eq!(
        stage.run(&["diff"]).whole(),
        str![[r#"
refused: portfolio_config.yaml: formatting only: it means the same

Findings: 0 added, 0 removed, 1 error as before
error[weights-sum] portfolio_config.yaml:13:5: the targets add up to 1.01, not
  1
  help: lower targets by 0.01 in all, until they add up to 1.
--- exit 1

"#]]
    );
    assert_eq!(diff(&stage, &[]).json()["kept"][0]["rule"], "weights-sum");
    assert!(stage.run(&["diff", "--format", "markdown"]).out.contains("\nErrors as before: 1\n"));
}

#[test]
fn a_subdirectory_and_a_bare_repository_have_differences_too() {
    let stage = branch();
    stage.write("sub/portfolio_config.yaml", &stage.read(CONFIG));
    stage.write("sub/policies/own.yaml", "rule: max-weight\nparameters: { asset: 0.5 }\n");
    stage.commit("A second one", 50);
    stage.edit("sub/portfolio_config.yaml", "max: 0.40", "max: 0.42");
    stage.edit("sub/policies/own.yaml", "0.5", "0.6");
    let expected = "changed; 360750 max 0.4>0.42; max-weight parameters.asset 0.5>0.6";
    assert_eq!(told(&stage.run_in("sub", &["diff", "--format", "json"])), expected);
    assert_eq!(told(&diff(&stage, &["--config", "sub/portfolio_config.yaml"])), expected);
    stage.commit("Wider\n\nReason: test", 0);
    let url = format!("file://{}", stage.path("").display());
    stage.git(&["clone", "-q", "--bare", &url, "bare"]);
    let args = ["diff", "HEAD~1...HEAD", "--format", "json", "--config", "sub/portfolio_config.yaml"];
    let run = stage.run_in("bare", &args);
    assert_eq!((told(&run).as_str(), run.code), (expected, 0), "{}", run.whole());
    assert_eq!(stage.run_in("bare", &["diff"]).code, 64);
}

#[test]
fn a_request_whose_target_moved_on_is_judged_by_where_it_is_now() {
    let mut stage = base::quiet();
    base::change(&stage, 12, "Raise\n\nReason: more", 0);
    auto::merge_ref(&stage);
    let old = auto::id(&stage, "main");
    stage.git(&["checkout", "-q", "main"]);
    stage.edit(CONFIG, "max: 0.40", "max: 0.42");
    stage.commit("Widen\n\nReason: test", 1);
    auto::checkout(&stage, "refs/pull/7/merge", None);
    let event = auto::pull_request(&stage, &old, &Value::Null);
    auto::github(&mut stage, "pull_request", &event);
    let run = stage.run_in("work", &["diff", "auto", "--format", "json"]);
    assert_eq!(told(&run), "changed; 091230 target 0.1>0.12; 305720 target 0.1>0.08", "{}", run.whole());
    assert_eq!((run.json()["cooldown"]["verdict"].as_str(), run.code), (Some("refused"), 1), "{}", run.whole());
    assert_eq!(run.json()["cooldown"]["until"], "2026-03-10T00:00:00Z");
}

#[test]
fn a_cooldown_that_is_no_error_or_off_is_told_so() {
    for (level, words, code) in
        [("warning", "Cooldown: too early until 2026-03-08", 0), ("off", "Cooldown: not judged", 0)]
    {
        let stage = Stage::sample();
        stage.write("policies/own.yaml", &format!("rule: allocation-cooldown\nlevel: {level}\n"));
        stage.commit("Policies", 90);
        target(&stage, "091230", "0.10", "0.11");
        target(&stage, "305720", "0.10", "0.09");
        stage.commit("Raise semiconductors\n\nReason: earnings", 3);
        shift(&stage);
        let run = stage.run(&["diff"]);
        assert!(run.out.contains(words) && run.out.starts_with("ok: "), "{}", run.whole());
        assert_eq!(run.code, code);
    }
}

#[test]
fn a_policy_that_cannot_be_read_and_a_remark_that_quiets_are_told() {
    let stage = branch();
    stage.write("policies/own.yaml", "rule: max-wieght\n");
    let run = diff(&stage, &[]);
    assert_eq!((told(&run).as_str(), run.code), ("changed; +schema", 1), "{}", run.whole());
    assert!(text(&run.json()["added"][0]["path"]).ends_with("policies/own.yaml"));

    std::fs::remove_dir_all(stage.path("policies")).unwrap();
    let quiet = "target: 0.05 # rebalance: ignore[threshold-reachable] -- the band decides";
    stage.edit(CONFIG, "target: 0.05", quiet);
    let run = stage.run(&["diff"]);
    assert!(run.out.starts_with("ok: portfolio_config.yaml: formatting only: it means the same\n"), "{}", run.whole());
    assert!(
        run.out.contains("\n- info[threshold-reachable] ") && run.out.contains("\n+ suppressed["),
        "{}",
        run.whole()
    );
}
