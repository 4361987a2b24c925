//! The owner's files over the shipped pages.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use rebalance::document::Lines;
use rebalance::finding::Level;
use rebalance::policy::{Kind, Policies, Setting, Source};
use rebalance::rules;
use std::collections::BTreeSet;

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

/// A file that sets parameters, and what is read of it.
const READ: &[(&str, &str)] = &[
    (
        "rule: max-weight\nparameters: { asset: 0.12345678, assets: { '069500': 0.30, '0043B0': 1 }, sleeves: { core: 0 } }\n",
        r#"{"asset":"0.12345678","assets":{"069500":"0.3","0043B0":"1"},"sleeves":{"core":"0"}}"#,
    ),
    ("rule: asset-count\nparameters: { min: 7, max: 7 }\n", r#"{"max":7,"min":7}"#),
    ("rule: forbidden-code\nparameters: { codes: ['069500', VTI] }\n", r#"{"codes":["069500","VTI"]}"#),
    (
        "rule: cash-at-least\nparameters: { amount: 1000000000000000, share: 1 }\n",
        r#"{"amount":"1000000000000000","share":"1"}"#,
    ),
    ("rule: cost-ceiling\nparameters: { commission: 0.00015 }\n", r#"{"commission":"0.00015"}"#),
    ("rule: trade-cooldown\nparameters: { days: 3660 }\n", r#"{"days":3660}"#),
];

#[test]
fn every_kind_of_parameter_is_read_exactly() {
    for (text, expected) in READ {
        let (policies, said) = with(text);
        assert_eq!(said, [] as [&str; 0], "{text}");
        let rule = text.lines().next().unwrap().trim_start_matches("rule: ");
        let setting = policies.setting(rule).unwrap();
        let read: serde_json::Map<_, _> = setting.parameters.iter().map(|(k, v)| (k.clone(), v.json())).collect();
        assert_eq!(serde_json::to_string(&read).unwrap(), *expected);
        assert_eq!(setting.source.as_deref(), Some(PATH));
        assert_eq!(setting.level, Level::Error);
    }
    let kinds: BTreeSet<_> =
        rules::ALL.iter().flat_map(|r| r.parameters).map(|parameter| parameter.kind.word()).collect();
    assert_eq!(kinds, Kind::ALL.map(Kind::word).into(), "a kind that no rule has");
}

/// `no_laxer` knows of days and minutes which of two is the stricter, and of nothing else.
#[test]
fn rules_judged_by_the_policies_before_have_no_parameters_but_days_and_minutes() {
    for rule in rules::judged_by_base() {
        let parameters = rules::find(rule).unwrap().parameters;
        assert!(parameters.iter().all(|p| matches!(p.kind, Kind::Days | Kind::Minutes)), "{rule}");
    }
}

#[test]
fn what_stood_before_is_never_loosened_and_may_be_tightened() {
    let base = with("rule: allocation-cooldown\nlevel: warning\nparameters: { days: 14 }\n").0;
    let cases =
        [("level: off\nparameters: { days: 0 }", Level::Warning, 14), ("parameters: { days: 21 }", Level::Error, 21)];
    for (text, level, days) in cases {
        let own = with(&format!("rule: allocation-cooldown\n{text}\n")).0.no_laxer(&base, &rules::judged_by_base());
        let setting = own.setting("allocation-cooldown").unwrap();
        assert_eq!((setting.level, setting.days("days")), (level, days), "{text}");
        assert_eq!(own.setting("trade-cooldown").unwrap().days("days"), 7);
    }
    let base = with("rule: commit-clock\nparameters: { minutes: 30 }\n").0;
    for (minutes, kept) in [(90, 30), (10, 10)] {
        let own = with(&format!("rule: commit-clock\nparameters: {{ minutes: {minutes} }}\n")).0;
        let own = own.no_laxer(&base, &rules::judged_by_base());
        assert_eq!(own.setting("commit-clock").unwrap().minutes("minutes"), kept, "{minutes}");
    }
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
        // With a word of the owner's in it, it is read like any other file.
        let (policies, said) = with(&format!("# a copy\n{}", rule.page));
        assert_eq!(said, [] as [&str; 0], "{}", rule.id);
        let copied = policies.setting(rule.id).unwrap().clone();
        assert_eq!(Setting { source: None, ..copied }, *shipped().setting(rule.id).unwrap(), "{}", rule.id);
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
    // A fraction, and not a percentage; not finer than is kept; a number, and not a text.
    (
        "rule: max-weight\nparameters: { asset: 35 }\n",
        &["2:22 schema `asset` is 35, more than 1 | write a fraction of 1: 35 % is `0.35`."],
    ),
    (
        "rule: max-weight\nparameters: { asset: -0.1 }\n",
        &["2:22 schema `asset` is -0.1, less than 0 | write a larger number."],
    ),
    (
        "rule: max-weight\nparameters: { asset: 0.123456789 }\n",
        &["2:22 number-format `0.123456789` cannot be used: more than 8 decimal places | write fewer digits."],
    ),
    (
        "rule: max-weight\nparameters: { asset: '0.3' }\n",
        &["2:22 schema `asset` is a text in quotes, not a number | remove the quotes: `0.3`."],
    ),
    (
        "rule: max-weight\nparameters: { asset: 30% }\n",
        &[
            "2:22 number-format the number `30%` is not written in plain digits | write digits and at most one point: 35 % is `0.35`, a thousand is `1000`.",
        ],
    ),
    (
        "rule: max-weight\nparameters: { asset: }\n",
        &["2:15 schema `asset` is empty, not a number | write a number, such as 0.35."],
    ),
    (
        "rule: max-weight\nparameters: { asset: { core: 0.3 } }\n",
        &["2:22 schema `asset` is a mapping, not a number | write a number, such as 0.35."],
    ),
    (
        "rule: max-weight\nparameters: { sleeves: 0.3 }\n",
        &[
            "2:24 schema `sleeves` is a number, not a mapping | write its keys on the lines below it, indented: `key: value`.",
        ],
    ),
    ("rule: max-weight\nparameters: { sleeves: {} }\n", &["2:24 schema `sleeves` is empty | add a key."]),
    (
        "rule: max-weight\nparameters: { sleeves: { core: 1.1 } }\n",
        &["2:32 schema `core` is 1.1, more than 1 | write a fraction of 1: 35 % is `0.35`."],
    ),
    (
        "rule: max-weight\nparameters: { sleeves: { core: 0.3, core: 0.4 } }\n",
        &[
            "2:37 duplicate-key the key `core` is given twice | keep one `core`; YAML readers disagree about which of the two counts.",
        ],
    ),
    (
        "rule: max-weight\nparameters: { assets: { 069500: 0.3 } }\n",
        &["2:25 code-quoted the code 069500 stands without quotes | put it in quotes: `'069500'`."],
    ),
    (
        "rule: max-weight\nparameters: { assets: { 'KODEX 200': 0.3 } }\n",
        &["2:25 schema `KODEX 200` is not a code | write the exchange's code in quotes, such as `'069500'`."],
    ),
    (
        "rule: max-weight\nparameters: { assets: { '069500': .3 } }\n",
        &["2:35 number-format the number `.3` is not written in plain digits | write `0.3`."],
    ),
    (
        "rule: max-weight\nparameters: 0.3\n",
        &[
            "2:13 schema `parameters` is a number, not a mapping | write its keys on the lines below it, indented: `key: value`.",
        ],
    ),
    ("rule: max-weight\nparameters: {}\n", &["2:13 schema `parameters` is empty | add a key."]),
    (
        "rule: max-weight\nparameters: { asset: 0.3, assset: 0.2 }\n",
        &["2:27 schema `max-weight` has no parameter `assset` | write `assets`."],
    ),
    (
        "rule: max-weight\nparameters: { weight: 0.3 }\n",
        &[
            "2:15 schema `max-weight` has no parameter `weight` | its parameters are `asset`, `assets`, `sleeve` and `sleeves`.",
        ],
    ),
    (
        "rule: max-weight\nparameters: { asset: &a 0.3, sleeve: *a }\n",
        &[
            "2:22 yaml-feature the anchor `&a` is refused (1 more in this file) | write the value out in every place, so that each can be reviewed where it stands; quote it when it is a text that begins with `&` or `*`.",
        ],
    ),
    (
        "rule: forbidden-code\nparameters: { codes: '069500' }\n",
        &[
            "2:22 schema `codes` is a text in quotes, not a list | write its items on the lines below it, each behind a dash: `- item`.",
        ],
    ),
    ("rule: forbidden-code\nparameters: { codes: [] }\n", &["2:22 schema `codes` has no items | add an item."]),
    (
        "rule: forbidden-code\nparameters: { codes: [069500] }\n",
        &["2:23 code-quoted the code 069500 stands without quotes | put it in quotes: `'069500'`."],
    ),
    (
        "rule: forbidden-code\nparameters: { codes: ['069500', '360750', '069500'] }\n",
        &["2:43 schema `069500` stands twice in `codes` | keep one of them."],
    ),
    (
        "rule: forbidden-code\nparameters: { codes: ['KODEX 200'] }\n",
        &["2:23 schema `KODEX 200` is not a code | write the exchange's code in quotes, such as `'069500'`."],
    ),
    (
        "rule: forbidden-code\nparameters: { codes: [~] }\n",
        &["2:23 code-quoted the code ~ stands without quotes | put it in quotes: `'~'`."],
    ),
    (
        "rule: asset-count\nparameters: { min: 10001 }\n",
        &["2:20 schema `min` is 10001, more than 10000 | write a smaller number."],
    ),
    (
        "rule: asset-count\nparameters: { min: 1.5 }\n",
        &["2:20 schema `min` is 1.5, not a whole number | write a whole number, such as 4."],
    ),
    (
        "rule: asset-count\nparameters: { min: 5.0 }\n",
        &["2:20 number-format `5.0` cannot be used: not a whole number, or out of range | write fewer digits."],
    ),
    (
        "rule: asset-count\nparameters: { min: 7, max: 6 }\n",
        &["2:20 schema `min` is 7, above the `max` of 6 | lower `min`, or raise `max`."],
    ),
    (
        "rule: band-width\nparameters: { min: 0.10000001, max: 0.1 }\n",
        &["2:20 schema `min` is 0.10000001, above the `max` of 0.1 | lower `min`, or raise `max`."],
    ),
    (
        "rule: tag-limit\nparameters: { min: { us: 0.1, kr: 0.3 }, max: { us: 0.1, kr: 0.2 } }\n",
        &["2:31 schema `min` of `kr` is 0.3, above the `max` of 0.2 | lower `min`, or raise `max`."],
    ),
    (
        "rule: cash-at-least\nparameters: { amount: -1 }\n",
        &["2:23 schema `amount` is -1, less than 0 | write a larger number."],
    ),
    (
        "rule: cash-at-least\nparameters: { amount: 0.00001 }\n",
        &["2:23 number-format `0.00001` cannot be used: more than 4 decimal places | write fewer digits."],
    ),
    (
        "rule: cash-at-least\nparameters: { amount: 1000000000000001 }\n",
        &["2:23 schema `amount` is 1000000000000001, more than 1000000000000000 | write a smaller number."],
    ),
    (
        "rule: cost-ceiling\nparameters: { commission: 1.5 }\n",
        &["2:27 schema `commission` is 1.5, more than 1 | write a fraction of 1: 35 % is `0.35`."],
    ),
    (
        "rule: weights-sum\nlevel: off\nlvel: off\n",
        &[
            "3:1 schema unknown key `lvel` | remove it; the keys known here are `rule`, `level`, `parameters`, `group`, `summary`, `why`, `fix`, `examples`, `expression`, `for_each`, `when`, `message` and `tests`.",
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

/// The blocks of YAML in a text that are policy files, with the indentation of the text taken off.
fn blocks(text: &str) -> Vec<String> {
    let yaml = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let block = |block: &str| block.lines().map(|line| line.to_owned() + "\n").collect::<String>();
    yaml.filter(|block| block.starts_with("rule:")).map(block).collect()
}

#[test]
fn every_policy_to_paste_is_one() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies.md")).unwrap();
    let mut texts = blocks(&page);
    let pages = rules::ALL.iter().map(|rule| rule.read_page().unwrap());
    texts.extend(pages.flat_map(|page| blocks(&page.fix)));
    let shown = rules::ALL.iter().filter(|rule| !rule.parameters.is_empty());
    for rule in shown {
        let first = format!("rule: {}\n", rule.id);
        assert!(texts.iter().any(|text| text.starts_with(&first)), "{} is not shown", rule.id);
    }
    for text in texts {
        let (policies, said) = with(&text);
        assert_eq!(said, [] as [&str; 0], "{text}");
        assert_ne!(policies, shipped(), "{text}");
    }
}
