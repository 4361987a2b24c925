//! Every page under `policies/` says what its rule does, and its examples hold.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

#[allow(unreachable_pub, missing_docs, reason = "support of one test crate")]
mod support;

use rebalance::document;
use rebalance::finding::{Finding, Level};
use rebalance::rules::{self, Group, Rule};
use rebalance::schema;
use std::collections::BTreeSet;
use support::example::{self, Outcome};
use support::page::{Example, Page};

fn page(rule: &Rule) -> Page {
    serde_yaml::from_str(rule.page).unwrap_or_else(|error| panic!("{}: {error}", rule.id))
}

/// Calls `look` with every example and what it comes to.
fn each_example(mut look: impl FnMut(&Rule, &Page, &Example, &Outcome)) {
    for rule in rules::ALL {
        let page = page(rule);
        for example in &page.examples {
            look(rule, &page, example, &example::run(example, rule));
        }
    }
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n\n{}", faults.len(), faults.join("\n\n"));
}

#[test]
fn there_is_a_page_for_every_rule_and_a_rule_for_every_page() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let rules = rules::ALL.iter().map(|rule| format!("{}.yaml", rule.id));
    assert_eq!(files.collect::<BTreeSet<_>>(), rules.collect());
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let ids: BTreeSet<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules::ALL.len());
    for id in ids {
        let words = id.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
        assert!(words, "{id}");
    }
}

#[test]
fn a_page_has_all_its_parts() {
    let policies = rebalance::rules::policies(&[]).0;
    for rule in rules::ALL {
        let page = page(rule);
        assert_eq!(page.rule, rule.id);
        assert_eq!(page.group, rule.group.word(), "{}", rule.id);
        let setting = policies.setting(rule.id).unwrap();
        assert_eq!(Level::parse(&page.level), Some(setting.level), "{}", rule.id);
        let set = setting.parameters.iter().map(|(name, value)| (name.clone(), value.json())).collect();
        assert_eq!(page.parameters, set, "{}", rule.id);
        let sentence = page.summary.ends_with('.') && !page.summary.contains('\n');
        assert!(sentence, "{}: {}", rule.id, page.summary);
        for text in [&page.why, &page.fix] {
            assert!(text.ends_with(".\n") || text.ends_with("```\n"), "{}: {text:?}", rule.id);
        }
        assert!(page.examples.iter().any(|example| example.expect.is_empty()), "{}: no example passes", rule.id);
        assert!(page.examples.iter().any(|example| !example.expect.is_empty()), "{}: no example fails", rule.id);
        let names: BTreeSet<&str> = page.examples.iter().map(|example| example.name.as_str()).collect();
        assert_eq!(names.len(), page.examples.len(), "{}: a name stands twice", rule.id);
    }
}

/// The keys stand in this order: the program reads a page's defaults from its head alone.
#[test]
fn a_page_is_read_by_the_strict_reader_in_a_fixed_order() {
    for rule in rules::ALL {
        let reading = document::read(rule.page.as_bytes());
        assert_eq!(reading.faults, [], "{}", rule.id);
        assert_eq!(schema::check(&rules::POLICY, &reading, &[]), [], "{}", rule.id);
        let keys = reading.document.as_ref().unwrap().root.entries().iter().map(|entry| entry.key.text.as_str());
        let keys: Vec<&str> = keys.filter(|key| *key != "parameters").collect();
        assert_eq!(keys, ["rule", "group", "level", "summary", "why", "fix", "examples"], "{}", rule.id);
    }
}

#[test]
fn every_example_gives_exactly_what_its_page_says() {
    let mut faults = Vec::new();
    each_example(|rule, page, example, outcome| {
        let own = outcome.findings.iter().filter(|finding| finding.rule == rule.id);
        let said: Vec<String> = own.map(|finding| outcome.said(finding, &page.level)).collect();
        if said != example.expect {
            let (expected, said) = (example.expect.join("\n  "), said.join("\n  "));
            faults.push(format!("{}, {}: expected\n  {expected}\nand found\n  {said}", rule.id, example.name));
        }
    });
    report(&faults);
}

/// A parameter that no example sets could be one that nothing reads.
#[test]
fn every_parameter_is_set_by_an_example() {
    for rule in rules::ALL {
        let set: Vec<String> = page(rule).examples.into_iter().map(|example| example.policy).collect();
        for parameter in rule.parameters {
            let line = format!("  {}:", parameter.name);
            let found = set.iter().any(|policy| policy.lines().any(|other| other.starts_with(&line)));
            assert!(found, "{}: no example sets `{}`", rule.id, parameter.name);
        }
    }
}

#[test]
fn one_cause_gives_one_finding() {
    let mut faults = Vec::new();
    each_example(|rule, _, example, outcome| {
        if !matches!(rule.group, Group::History | Group::Plan) {
            let others = outcome.others(rule.id);
            if others != example.also {
                faults.push(format!("{}, {}: also {others:?}, expected {:?}", rule.id, example.name, example.also));
            }
        } else {
            assert!(example.also.is_empty(), "{}, {}", rule.id, example.name);
        }
    });
    report(&faults);
}

#[test]
fn the_sample_has_one_finding() {
    let example: Example = serde_yaml::from_str("{ name: sample, expect: [] }").unwrap();
    let outcome = example::run(&example, &rules::ALL[0]);
    let said: Vec<String> = outcome.findings.iter().map(|finding| outcome.said(finding, "")).collect();
    assert_eq!(said, ["33:19 info: 443160 cannot drift 5 points from its target 0.05 inside its band (0.02 to 0.08)"]);
    assert_eq!(outcome.findings[0].rule, "threshold-reachable");
}

/// A message is one sentence without a period that begins in lower case; a help is one with a period.
#[test]
fn findings_speak_in_one_style() {
    let mut faults = Vec::new();
    each_example(|rule, _, example, outcome| {
        let bad = outcome.findings.iter().filter_map(|finding| Some((finding, manner(finding)?)));
        faults.extend(bad.map(|(finding, why)| format!("{}, {}: {why}: {finding:?}", rule.id, example.name)));
    });
    report(&faults);
}

fn manner(finding: &Finding) -> Option<&'static str> {
    let lower = |text: &str| !text.is_empty() && !text.starts_with(char::is_uppercase);
    let bare = |text: &str| !text.is_empty() && !text.ends_with('.') && !text.contains('\n');
    let labels = || finding.labels.iter().chain(&finding.place);
    if !lower(&finding.message) || !bare(&finding.message) {
        return Some("the message");
    }
    if !labels().all(|label| lower(&label.text) && bare(&label.text)) {
        return Some("a label");
    }
    let helped = !finding.help.is_empty() && finding.help.iter().all(|help| lower(help) && help.ends_with('.'));
    (!helped).then_some("the help")
}
