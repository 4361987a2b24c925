//! The tests of the owner's own rules.

use super::run::{Answers, one_line};
use crate::expression::{Engine, View};
use crate::finding::Finding;
use crate::policy::{Custom, Policies, Trial};
use std::borrow::Cow;

/// The rule that findings about tests have.
pub const TEST_RULE: &str = "policy-test";

/// What the tests came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tried {
    /// How many rules have tests.
    pub rules: usize,
    /// How many tests there are.
    pub tests: usize,
    /// A finding for each that failed.
    pub findings: Vec<Finding>,
}

/// Runs every test of the owner's own rules, whatever their level.
#[must_use]
pub fn try_policies(policies: &Policies) -> Tried {
    let mut tried = Tried::default();
    for custom in policies.customs().filter(|custom| !custom.trials.is_empty()) {
        tried.rules += 1;
        tried.tests += custom.trials.len();
        tried.findings.extend(custom.trials.iter().filter_map(|trial| failed(custom, trial)));
    }
    for finding in &mut tried.findings {
        finding.rule = Cow::Borrowed(TEST_RULE);
    }
    tried.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    tried
}

/// What is wrong with a test, if anything.
fn failed(custom: &Custom, trial: &Trial) -> Option<Finding> {
    let engine = Engine::new(View::of(trial.portfolio.clone()));
    let answers = Answers::of(custom, &engine);
    let name = &trial.name;
    if let Some((passage, message, fault)) = answers.fault {
        let message = format!("the test \"{name}\" has no result: {message}");
        return Some(passage.finding(&custom.path, message, &fault).with(trial.name_at, "in this test"));
    }
    let said: Vec<&str> = answers.denied.iter().map(|(_, message)| message.as_str()).collect();
    let finding = |message: String| Some(Finding::new(&custom.path, message));
    let change = "correct the expression, or the test.";
    match (trial.passes, said.first(), &trial.message) {
        (true, None, _) => None,
        (true, Some(first), _) => finding(format!("the test \"{name}\" is to pass, and fails: {first}"))
            .map(|finding| finding.at(trial.expect_at, "it fails").help(change)),
        (false, None, _) => finding(format!("the test \"{name}\" is to fail, and passes"))
            .map(|finding| finding.at(trial.expect_at, "it passes").help(change)),
        (false, Some(first), Some((wanted, at))) if !said.contains(&one_line(wanted).as_str()) => {
            finding(format!("the test \"{name}\" says something else: {first}"))
                .map(|finding| finding.at(*at, "this is not said").help("correct the message, or the test."))
        }
        (false, Some(_), _) => None,
    }
}
