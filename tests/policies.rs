//! The owner's files over the shipped pages.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use rebalance::document::Lines;
use rebalance::finding::Level;
use rebalance::policy::{Policies, Source};
use rebalance::rules;

const PATH: &str = "policies/own.yaml";

/// The policies with one file of the owner's, and what is said of it.
fn with(text: &str) -> (Policies, Vec<String>) {
    let source = Source { path: PATH.to_owned(), bytes: text.as_bytes().to_vec() };
    let (policies, findings) = rebalance::rules::policies(&[source]);
    let lines = Lines::new(text);
    let said = findings.iter().map(|finding| {
        assert_eq!(finding.path, PATH);
        assert_eq!(finding.level, Level::Error);
        assert!(!finding.help.is_empty(), "{finding:?}");
        let at = lines.position(finding.place.as_ref().unwrap().span.start);
        format!("{}:{} {} {} | {}", at.line, at.column, finding.rule, finding.message, finding.help.join(" "))
    });
    let said = said.collect();
    (policies, said)
}

fn shipped() -> Policies {
    rebalance::rules::policies(&[]).0
}

#[test]
fn a_level_is_changed() {
    let (policies, said) = with("rule: rate-plausible\nlevel: error\n");
    assert_eq!(said, [] as [&str; 0]);
    assert_eq!(policies.setting("rate-plausible").unwrap().level, Level::Error);
    assert_eq!(policies.setting("weights-sum").unwrap(), shipped().setting("weights-sum").unwrap());
    let (policies, said) = with("rule: threshold-reachable\nlevel: off\n");
    assert_eq!(said, [] as [&str; 0]);
    assert_eq!(policies.setting("threshold-reachable").unwrap().level, Level::Off);
}

#[test]
fn a_parameter_is_changed() {
    let (policies, said) = with("rule: allocation-cooldown\nparameters:\n  days: 14\n");
    assert_eq!(said, [] as [&str; 0]);
    let setting = policies.setting("allocation-cooldown").unwrap();
    assert_eq!((setting.level, setting.days("days")), (Level::Error, 14));
    assert_eq!(policies.setting("trade-cooldown").unwrap().days("days"), 7);
    assert_eq!(policies.largest("days"), 14);
    assert_eq!(shipped().largest("days"), 7);
}

#[test]
fn every_byte_of_a_file_is_in_the_fingerprint() {
    let prints = ["rule: weights-sum\n", "rule: weights-sum\n# why\n"].map(|text| with(text).0.fingerprint);
    assert_ne!(prints[0], prints[1]);
    assert_ne!(prints[0], shipped().fingerprint);
    assert_eq!(shipped().fingerprint, shipped().fingerprint);
}

#[test]
fn a_copy_of_a_shipped_page_says_nothing_new() {
    for rule in rules::ALL {
        let (policies, said) = with(rule.page);
        assert_eq!(said, [] as [&str; 0], "{}", rule.id);
        assert_eq!(policies.setting(rule.id).unwrap(), shipped().setting(rule.id).unwrap(), "{}", rule.id);
    }
}

/// A file and what is said of it: place, rule, message, help.
const FAULTS: &[(&str, &[&str])] = &[
    ("rule: weight-sum\n", &["1:7 schema there is no rule `weight-sum` | write `rule: weights-sum`."]),
    (
        "rule: change-reason\nlevel: eror\n",
        &["2:8 schema `level` cannot be `eror` | the words allowed here are `off`, `info`, `warning` and `error`."],
    ),
    (
        "rule: allocation-cooldown\nparameters: { day: 14 }\n",
        &["2:15 schema `allocation-cooldown` has no parameter `day` | write `days`."],
    ),
    (
        "rule: weights-sum\nparameters: { days: 14 }\n",
        &["2:15 schema `weights-sum` has no parameter `days` | remove it; this rule has no parameters."],
    ),
    (
        "rule: allocation-cooldown\nparameters: { days: -1 }\n",
        &["2:21 schema `days` is -1, less than 0 | write a larger number."],
    ),
    (
        "rule: allocation-cooldown\nparameters: { days: 5000 }\n",
        &["2:21 schema `days` is 5000, more than 3660 | write a smaller number."],
    ),
    (
        "rule: allocation-cooldown\nparameters: { days: 7.5 }\n",
        &["2:21 schema `days` is 7.5, not a whole number | write a whole number, such as 4."],
    ),
    (
        "rule: weights-sum\nlevel: off\nlvel: off\n",
        &[
            "3:1 schema unknown key `lvel` | remove it; the keys known here are `rule`, `level`, `parameters`, `group`, `summary`, `why`, `fix` and `examples`.",
        ],
    ),
    (
        "level: warning\n",
        &["1:1 schema the file has no `rule` | add `rule: …` to it; `rebalance schema` prints what every key means."],
    ),
    (
        "rule: yaml-feature\nlevel: off\n",
        &[
            "2:8 schema `yaml-feature` cannot be lowered below error | remove the level: without this rule no other check means anything.",
        ],
    ),
    (
        "rule: history-complete\nlevel: warning\n",
        &[
            "2:8 schema `history-complete` cannot be lowered below error | remove the level: without this rule no other check means anything.",
        ],
    ),
    (
        "rule: weights-sum\nlevel: 'error\n",
        &[
            "2:8 yaml-syntax this quote is never closed | add the closing `'`; a quote inside of single quotes is written twice: `''`.",
        ],
    ),
    (
        "rule: weights-sum\nrule: schema\n",
        &[
            "2:1 duplicate-key the key `rule` is given twice | keep one `rule`; YAML readers disagree about which of the two counts.",
        ],
    ),
    (
        "- weights-sum\n",
        &[
            "1:1 schema the file is a list, not a mapping | write its keys on the lines below it, indented: `key: value`.",
        ],
    ),
    ("", &["1:1 yaml-syntax the file is empty | write at least one `key: value`."]),
];

#[test]
fn what_is_wrong_with_a_file_is_a_finding_in_it() {
    for (text, expected) in FAULTS {
        let (policies, said) = with(text);
        assert_eq!(said, *expected, "{text}");
        for rule in rules::ALL {
            assert_eq!(policies.setting(rule.id).unwrap(), shipped().setting(rule.id).unwrap(), "{text}: {}", rule.id);
        }
    }
}

#[test]
fn two_files_about_one_rule_are_refused() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let first = source("policies/a.yaml", "rule: allocation-cooldown\nparameters: { days: 14 }\n");
    let second = source("policies/b.yaml", "rule: allocation-cooldown\nparameters: { days: 0 }\n");
    let (policies, findings) = rebalance::rules::policies(&[first, second]);
    let said: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.message.as_str())).collect();
    assert_eq!(said, [("policies/b.yaml", "`allocation-cooldown` already has a policy in policies/a.yaml")]);
    assert_eq!(policies.setting("allocation-cooldown").unwrap().days("days"), 14);
}
