//! One fault, one finding, at its exact place; exit code 1; no panic.

use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

/// A fault: its name, a text of the sample, what stands there instead, and the one error it gives.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("targets add up to 1.05", "target: 0.35", "target: 0.40", "weights-sum 13:5 error"),
    ("a band that excludes its target", "max: 0.40", "max: 0.34", "band-contains-target 20:16 error"),
    (
        "a band the wrong way round",
        "min: 0.30\n          max: 0.40",
        "min: 0.40\n          max: 0.30",
        "band-order 19:16 error",
    ),
    ("a code without quotes", "'360750'", "360750", "code-quoted 17:17 error"),
    ("a code that reads as octal", "'069500'", "069500", "code-quoted 22:17 error"),
    (
        "a key given twice",
        "          target: 0.35\n",
        "          target: 0.35\n          target: 0.36\n",
        "duplicate-key 19:11 error",
    ),
    ("an anchor", "target: 0.35", "target: &t 0.35", "yaml-feature 18:19 error"),
    ("an alias", "target: 0.35", "target: *t", "yaml-feature 18:19 error"),
    ("a merge key", "          target: 0.35\n", "          <<: { target: 0.35 }\n", "yaml-feature 18:11 error"),
    ("a code that is nothing", "'069500'", "~", "code-quoted 22:17 error"),
    ("a code that is a negative number", "'069500'", "-5", "code-quoted 22:17 error"),
    ("a hidden character", "'KODEX 200'", "\"KODEX \\u202e200\"", "yaml-feature 21:19 error"),
    ("a tag", "target: 0.35", "target: !!float 0.35", "yaml-feature 18:19 error"),
    ("a tab", "          target: 0.35", "\ttarget: 0.35", "yaml-syntax 18:1 error"),
    ("a misspelt key", "target: 0.35", "taget: 0.35", "schema 18:11 error"),
    ("a misspelt word", "'hybrid'", "'hybird'", "schema 58:15 error"),
    ("a missing key", "          target: 0.35\n", "", "schema 16:11 error"),
    ("a number in quotes", "target: 0.35", "target: '0.35'", "schema 18:19 error"),
    ("a number in another spelling", "target: 0.35", "target: .35", "number-format 18:19 error"),
    ("a percentage", "target: 0.35", "target: 35%", "number-format 18:19 error"),
    ("a weight above 1", "target: 0.35", "target: 35", "schema 18:19 error"),
    ("more digits than are kept", "target: 0.35", "target: 0.350000001", "number-format 18:19 error"),
    ("an unclosed quote", "'2026 Long-Term Growth'", "'2026 Long-Term Growth", "yaml-syntax 6:9 error"),
    ("months that do not fit", "[1, 4, 7, 10]", "[1, 4, 7]", "schedule-consistent 61:15 error"),
    (
        "a strategy without its keys",
        "    drift_trigger:\n      threshold: 0.05 # Emergency rebalancing when +/-5% deviation\n      check_frequency: 'weekly' # Check every Monday\n",
        "",
        "strategy-complete 58:15 error",
    ),
    ("a code that stands twice", "'069500'", "'360750'", "duplicate-asset 22:17 error"),
    ("a sleeve that does not add up", "weight: 0.30", "weight: 0.31", "section-weight 38:15 error"),
    ("tax-loss harvesting", "tax_loss_harvesting: false", "tax_loss_harvesting: true", "schema 69:28 error"),
    (
        "a time zone that is none",
        "  owner: 'youngjukim'",
        "  owner: 'youngjukim'\n  timezone: 'Seoul'",
        "schema 8:13 error",
    ),
    ("Korean before the fault", "ticker: 'KODEX 200'", "{ ticker: '코덱스 200', tiker: 1 }", "yaml-syntax 22:11 error"),
];

#[test]
fn each_fault_gives_one_finding_at_its_place() {
    for (name, from, to, expected) in FAULTS {
        let stage = Stage::sample();
        stage.edit("portfolio_config.yaml", from, to);
        let run = stage.run(&["lint", "--format", "json"]);
        assert_eq!(run.findings(&["error"]), [*expected], "{name}");
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{name}");
    }
}

/// Thirteen faults in one file: a text of the sample, what stands there instead.
const TOGETHER: &[(&str, &str)] = &[
    ("owner: 'youngjukim'", "ownr: 'youngjukim'"),
    ("target: 0.35", "target: 0.40"),
    ("min: 0.10\n          max: 0.20", "min: 0.20\n          max: 0.10"),
    ("code: '305080'", "code: 305080"),
    ("min: 0.02", "min: .02"),
    ("max: 0.08", "max: 0.04"),
    ("max: 0.15\n        - ticker: 'KODEX Sec", "max: 0.15\n          max: 0.16\n        - ticker: 'KODEX Sec"),
    ("'305720'", "'091230'"),
    ("min: 0.05\n          max: 0.15\n\n", "min: 0.05\n\n"),
    ("'hybrid'", "'hybird'"),
    ("[1, 4, 7, 10]", "[1, 4, 10, 7]"),
    ("'weekly'", "!!str 'weekly'"),
    ("0.00015", "0.15"),
];

#[test]
fn no_fault_hides_another() {
    let stage = Stage::sample();
    for (from, to) in TOGETHER {
        stage.edit("portfolio_config.yaml", from, to);
    }
    let run = stage.run(&["lint", "--format", "json"]);
    let expected = [
        "schema 7:3 error",
        "weights-sum 13:5 error",
        "band-order 24:16 error",
        "code-quoted 27:17 error",
        "number-format 34:16 error",
        "band-contains-target 35:16 error",
        "duplicate-key 45:11 error",
        "duplicate-asset 47:17 error",
        "schema 51:11 error",
        "schema 58:15 error",
        "schedule-consistent 61:26 error",
        "yaml-feature 65:24 error",
        "rate-plausible 73:26 warning",
    ];
    assert_eq!(run.findings(&["error", "warning"]), expected);
    let json = run.json();
    for finding in json["findings"].as_array().unwrap() {
        assert_ne!(finding["start"]["byte"], 0, "a place: {finding}");
        assert_ne!(finding["message"], "", "a reason: {finding}");
        assert_ne!(finding["help"], serde_json::json!([]), "a remedy: {finding}");
    }
}

#[test]
fn an_alias_bomb_gives_one_finding_and_expands_nothing() {
    let stage = Stage::sample();
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (last, next) in ('a'..='h').zip('b'..='i') {
        let aliases = vec![format!("*{last}"); 9].join(", ");
        bomb.push_str(&format!("{next}: &{next} [{aliases}]\n"));
    }
    stage.write("portfolio_config.yaml", &(bomb + &stage.read("portfolio_config.yaml")));
    let run = stage.run(&["lint", "--format", "json"]);
    assert_eq!(run.findings(&["error"]), ["yaml-feature 1:4 error"]);
    assert_eq!(run.code, 1);
}

#[test]
fn a_finding_shows_the_line_the_reason_and_the_remedy() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "ticker: 'KODEX 200'", "ticker: '코덱스 이백', tiker: 1");
    stage.edit("portfolio_config.yaml", "'코덱스 이백', tiker: 1", "'코덱스 이백' # 한국 ETF");
    stage.edit(
        "portfolio_config.yaml",
        "        - ticker: '코덱스 이백' # 한국 ETF\n          code: '069500'",
        "        - { ticker: '코덱스 이백', code: 069500, target: 0.15, min: 0.10, max: 0.20 }\n        -",
    );
    let run = stage.run(&["lint"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
error[weights-sum]: the targets add up to 1.15, not 1
  --> portfolio_config.yaml:13:5
   |
13 |     core:
   |     ^^^^ its targets add up to 0.85
14 |       weight: 0.70
   |               ---- but its weight is 0.7
...
18 |           target: 0.35
   |                   ---- 0.35
...
21 |         - { ticker: '코덱스 이백', code: 069500, target: 0.15, min: 0.10...
   |                                                          ---- 0.15
22 |         -
23 |           target: 0.15
   |                   ---- 0.15
...
28 |           target: 0.15
   |                   ---- 0.15
...
33 |           target: 0.05
   |                   ---- 0.05
   |
   = help: lower targets by 0.15 in all, until they add up to 1.

error[code-quoted]: the code 069500 stands without quotes
  --> portfolio_config.yaml:21:37
   |
21 | ...code: 069500, target: 0.15, min: 0.10, max: 0.20 }
   |          ^^^^^^ other YAML readers take this for the number 69500
   |
   = help: put it in quotes: `'069500'`.

error[schema]: an item of `assets` has no `ticker`
  --> portfolio_config.yaml:23:11
   |
23 |           target: 0.15
   |           ^^^^^^ `ticker` is missing
...
64 |       threshold: 0.05 # Emergency rebalancing when +/-5% deviation
   |                  ---- the threshold
   |
   = help: nothing to do if the band is meant to decide; otherwise widen the
           band, or lower the threshold.

refused: portfolio_config.yaml: 4 errors, 0 warnings, 1 info
1 fixable with --fix: rebalance lint --fix
--- exit 1

"#]]
    );
}

#[test]
fn the_sample_passes() {
    let stage = Stage::sample();
    assert_data_eq!(
        stage.run(&["lint"]).whole(),
        str![[r#"
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

ok: portfolio_config.yaml: 0 errors, 0 warnings, 1 info
--- exit 0

"#]]
    );
}

#[test]
fn files_that_cannot_be_read_are_said_to_be() {
    let stage = Stage::sample();
    assert_data_eq!(
        stage.run(&["lint", "nothing.yaml"]).whole(),
        str![[r#"
--- stderr
error: cannot read [DIR]/nothing.yaml: No such file or directory (os error 2)
help: check the path, and that you are in the right directory.
--- exit 6

"#]]
    );
    assert_data_eq!(
        stage.run(&["lint", "--rev", "nowhere"]).whole(),
        str![[r#"
--- stderr
error: "nowhere" does not name a commit: couldn't parse revision, input="nowhere": Reference "nowhere" could not be found: NotFound
help: name a commit, a branch or a tag; `git rev-parse` shows what one is.
--- exit 6

"#]]
    );
    std::fs::remove_file(stage.path("holdings.yaml")).unwrap();
    assert_data_eq!(
        stage.run(&["plan"]).whole(),
        str![[r#"
--- stderr
error: cannot read [DIR]/holdings.yaml: No such file or directory (os error 2)
help: check the path, and that you are in the right directory.
--- exit 6

"#]]
    );
}
