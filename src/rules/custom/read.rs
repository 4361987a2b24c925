//! A policy file with an expression: what it says, and every fault in it at its place.

use super::super::sheet::POLICY;
use super::super::{CodeSite, find, form_findings};
use super::TEST_RULE;
use super::run::blank;
use crate::config::{Field, get};
use crate::document::{self, Entry, Reading, Span};
use crate::expression::{Expression, Fault, Scope, Template};
use crate::finding::{Finding, Level};
use crate::policy::{Custom, Passage, PolicyFile, Setting, Source, Trial};
use crate::schema;
use std::borrow::Cow;

/// The keys of a policy file that only a rule of the owner's has.
const OWN_KEYS: [&str; 5] = ["expression", "for_each", "when", "message", "tests"];

/// What reading a file gave.
pub(in crate::rules) enum Read {
    /// The file is about a shipped rule, or about none.
    NotOwn(Vec<Finding>),
    /// A rule of the owner's, when there is no fault in it.
    Own(Option<Box<(Custom, Setting)>>, Vec<Finding>),
    /// A rule of the owner's of this id, which is known, and the faults in it.
    Named(String, Box<Setting>, Vec<Finding>),
}

/// Reads a file.
pub(in crate::rules) fn read(source: &Source) -> Read {
    let reading = document::read(&source.bytes);
    let entries = reading.document.as_ref().map_or(&[][..], |document| document.root.entries());
    let entry = |key: &str| entries.iter().find(|entry| entry.key.text == key);
    if entry("expression").is_none() {
        return Read::NotOwn(stray(source, &reading, entries));
    }
    let (file, misread) = PolicyFile::of(&reading);
    let issues = schema::check(&POLICY, &reading, &misread);
    let mut findings = form_findings(&source.path, &reading, &issues, &codes(&file));
    let mut fault = |finding: Finding| findings.push(schema_finding(finding));
    misplaced(source, &file, entry("parameters"), entry("examples")).into_iter().for_each(&mut fault);
    let scope = get(file.for_each.as_ref()).map_or(Scope::Portfolio, |each| each.0);
    let passage = |field: &Option<Field<String>>| field.as_ref().and_then(|field| Passage::of(&reading.text, field));
    let (expression, when, message) = (passage(&file.expression), passage(&file.when), passage(&file.message));
    for condition in [&expression, &when].into_iter().flatten() {
        if let Err(unreadable) = Expression::read(&condition.text, scope) {
            fault(at_fault(source, condition, &unreadable));
        }
    }
    if let Some(message) = &message
        && let Err(unreadable) = Template::read(&message.text, scope)
    {
        fault(at_fault(source, message, &unreadable));
    }
    let tests = get(file.tests.as_ref()).into_iter().flatten().filter_map(Field::get);
    let trials: Vec<(Option<Trial>, Span)> =
        tests.map(|test| (Trial::of(test), test.name.as_ref().map_or(Span::default(), |name| name.span))).collect();
    if findings.is_empty() {
        for (_, place) in trials.iter().filter(|(trial, _)| trial.is_none()) {
            let finding =
                Finding::new(&source.path, "the assets of this test are no portfolio").at(*place, "this test");
            findings.push(schema_finding(finding.help("list every code once.")));
        }
    }
    let level = get(file.level.as_ref()).map_or(Level::Error, |level| level.0);
    let setting = Setting { source: Some(source.path.clone()), ..Setting::new(level) };
    if let Some(id) = get(file.rule.as_ref()).filter(|id| !findings.is_empty() && find(&id.0).is_none()) {
        return Read::Named(id.0.clone(), Box::new(setting), findings);
    }
    let own = expression.zip(get(file.rule.as_ref())).filter(|_| findings.is_empty()).map(|(expression, id)| {
        let custom = Custom {
            id: id.0.clone(),
            path: source.path.clone(),
            scope,
            expression,
            when,
            message,
            summary: told(file.summary.as_ref()),
            why: told(file.why.as_ref()),
            fix: told(file.fix.as_ref()),
            trials: trials.into_iter().filter_map(|(trial, _)| trial).collect(),
        };
        Box::new((custom, setting))
    });
    Read::Own(own, findings)
}

/// A text that says something.
fn told(field: Option<&crate::config::Field<String>>) -> Option<String> {
    get(field).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Keys of an own rule in a file about a shipped one. Of an unknown rule the id is what is wrong.
fn stray(source: &Source, reading: &Reading, entries: &[Entry]) -> Vec<Finding> {
    let (file, _) = PolicyFile::of(reading);
    let Some(rule) = get(file.rule.as_ref()).and_then(|id| find(&id.0)) else { return Vec::new() };
    let stray = entries.iter().filter(|entry| OWN_KEYS.contains(&entry.key.text.as_str()));
    let finding = |entry: &Entry| {
        let message = format!("`{}` is a shipped rule, and takes no `{}`", rule.id, entry.key.text);
        let finding = Finding::new(&source.path, message).at(entry.key.span, "for rules of your own");
        schema_finding(finding.help("remove it, or write a rule of your own with `expression` and another id."))
    };
    stray.map(finding).collect()
}

/// What a file with an expression cannot have: a taken or a strange id, parameters, examples, a `when` without items.
fn misplaced(source: &Source, file: &PolicyFile, parameters: Option<&Entry>, examples: Option<&Entry>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |span: Span, message: String, label: &str, help: &str| {
        findings.push(Finding::new(&source.path, message).at(span, label).help(help));
    };
    if let Some((field, Some(id))) = file.rule.as_ref().map(|field| (field, field.get())) {
        let id = &id.0;
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if find(id).is_some() || id == TEST_RULE {
            let help = "choose another id; `rebalance explain` names the shipped rules.";
            say(field.span, format!("the id `{id}` is taken"), "not for a rule of your own", help);
        } else if !id.split('-').all(word) || !id.starts_with(|c: char| c.is_ascii_lowercase()) || id.len() > 64 {
            let help = "write small letters, digits and hyphens, such as `one-satellite-cap`.";
            say(field.span, format!("`{id}` is no id of a rule"), "not an id", help);
        }
    }
    if let Some(entry) = parameters {
        let help = "write the numbers into the expression.";
        say(entry.key.span, "a rule of your own has no `parameters`".to_owned(), "not here", help);
    }
    if let Some(entry) = examples {
        let help = "write `tests`; `examples` are those of the shipped pages.";
        say(entry.key.span, "a rule of your own has no `examples`".to_owned(), "not here", help);
    }
    if let Some(when) = file.when.as_ref().filter(|_| file.for_each.is_none()) {
        let help = "add `for_each: asset`, or join the two conditions: `not (…) or …`.";
        say(when.span, "`when` needs `for_each`".to_owned(), "asked of nothing", help);
    }
    if let Some(message) = file.message.as_ref().filter(|message| message.get().is_some_and(|text| blank(text))) {
        let help = "write what is wrong, or remove it: the finding then says that the rule does not hold.";
        say(message.span, "`message` says nothing".to_owned(), "no words", help);
    }
    for test in get(file.tests.as_ref()).into_iter().flatten().filter_map(Field::get) {
        let passes = get(test.expect.as_ref()).is_some_and(|expect| expect.0);
        if let Some(message) = test.message.as_ref().filter(|_| passes) {
            let help = "remove the message, or write `expect: fail`.";
            say(message.span, "a rule that holds says nothing".to_owned(), "never said", help);
        }
    }
    findings
}

fn at_fault(source: &Source, passage: &Passage, fault: &Fault) -> Finding {
    passage.finding(&source.path, fault.message.clone(), fault)
}

/// The codes of the tests.
fn codes(file: &PolicyFile) -> Vec<CodeSite<'_>> {
    let tests = get(file.tests.as_ref()).into_iter().flatten().filter_map(Field::get);
    let assets = tests.filter_map(|test| get(test.assets.as_ref())).flatten().filter_map(Field::get);
    let fields = assets.filter_map(|asset| asset.code.as_ref());
    fields.filter_map(|f| Some(CodeSite { text: &f.get()?.0, span: f.span, plain: f.plain })).collect()
}

fn schema_finding(mut finding: Finding) -> Finding {
    finding.rule = Cow::Borrowed("schema");
    finding
}
