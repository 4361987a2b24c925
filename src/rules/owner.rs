//! The owner's policy files: read, judged, and laid over the shipped pages.
//!
//! What a rule looks for must never enter this file.

use super::{ALL, Rule, find, form_findings};
use crate::config::get;
use crate::document::{self, Span};
use crate::finding::{Finding, Level};
use crate::hash::hex;
use crate::policy::{Policies, PolicyFile, SHEET, Setting, Source};
use crate::schema;
use crate::words::{closest, list};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The shipped policies with the owner's files over them, and what is wrong with those.
///
/// A file that cannot be read changes nothing and gives findings, all of them errors.
#[must_use]
pub fn policies(sources: &[Source]) -> (Policies, Vec<Finding>) {
    let mut hash = Sha256::new();
    let mut findings = Vec::new();
    let mut settings = BTreeMap::new();
    for rule in ALL {
        hash.update(head(rule.page).as_bytes());
        settings.insert(rule.id, shipped(rule));
    }
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for source in sources {
        hash.update([0]);
        hash.update(source.path.rsplit('/').next().unwrap_or("").as_bytes());
        hash.update([0]);
        hash.update(&source.bytes);
        let shipped_page = ALL.iter().any(|rule| rule.page.as_bytes() == source.bytes);
        if shipped_page {
            continue;
        }
        let mut tried = settings.clone();
        let (rule, faults) = overlay(source, &mut tried);
        findings.extend(faults);
        match rule.map(|rule| (rule, first.get(rule))) {
            Some((rule, Some(first))) => findings.push(second_file(source, rule, first)),
            Some((rule, None)) => {
                first.insert(rule, &source.path);
                settings = tried;
            }
            None => {}
        }
    }
    (Policies::new(settings, hex(&hash.finalize())), findings)
}

/// What a shipped page sets. A test holds every page readable; one that were not would be run at full weight.
pub(super) fn shipped(rule: &Rule) -> Setting {
    let (file, _) = PolicyFile::of(&document::read(head(rule.page).as_bytes()));
    Setting {
        level: get(file.level.as_ref()).map_or(Level::Error, |level| level.0),
        parameters: file.parameters().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

/// The part of a shipped page that sets something. A test holds the order of the keys.
fn head(page: &str) -> &str {
    page.split_once("\nsummary:").map_or(page, |(head, _)| head)
}

/// Takes the level and the parameters of an owner's file; nothing of a file with a fault.
fn overlay(source: &Source, settings: &mut BTreeMap<&'static str, Setting>) -> (Option<&'static str>, Vec<Finding>) {
    let reading = document::read(&source.bytes);
    let (file, misread) = PolicyFile::of(&reading);
    let issues = schema::check(&SHEET, &reading, &misread);
    let mut findings = form_findings(&source.path, &reading, &issues, &[]);
    let Some((field, Some(id))) = file.rule.as_ref().map(|field| (field, field.get())) else { return (None, findings) };
    let Some((rule, setting)) = find(&id.0).and_then(|rule| Some((rule, settings.get_mut(rule.id)?))) else {
        findings.push(unknown_rule(&source.path, &id.0, field.span));
        return (None, findings);
    };
    let mut new = setting.clone();
    if let (Some(field), Some(word)) = (&file.level, get(file.level.as_ref())) {
        new.level = word.0;
        if word.0 < setting.level && rule.integrity() {
            let message = format!("`{}` cannot be lowered below {}", rule.id, setting.level);
            let finding = Finding::new(&source.path, message).at(field.span, "lower than the shipped level");
            findings.push(schema_finding(
                finding.help("remove the level: without this rule no other check means anything."),
            ));
        }
    }
    for (name, value) in get(file.parameters.as_ref()).into_iter().flat_map(|entries| &entries.0) {
        let (Some(key), Some(value)) = (name.get(), value.get()) else { continue };
        match new.parameters.get_mut(key) {
            Some(parameter) => *parameter = value.0,
            None => findings.push(unknown_parameter(&source.path, rule.id, key, name.span, &setting.parameters)),
        }
    }
    if findings.is_empty() {
        *setting = new;
    }
    (Some(rule.id), findings)
}

fn unknown_rule(path: &str, id: &str, span: Span) -> Finding {
    let ids: Vec<&str> = ALL.iter().map(|rule| rule.id).collect();
    let finding = Finding::new(path, format!("there is no rule `{id}`"));
    schema_finding(match closest(id, &ids) {
        Some(meant) => finding.at(span, format!("did you mean `{meant}`?")).help(format!("write `rule: {meant}`.")),
        None => finding.at(span, "unknown rule").help(format!("the rules are {}.", list(&ids))),
    })
}

fn unknown_parameter(path: &str, id: &str, key: &str, span: Span, known: &BTreeMap<String, u32>) -> Finding {
    let known: Vec<&str> = known.keys().map(String::as_str).collect();
    let finding = Finding::new(path, format!("`{id}` has no parameter `{key}`"));
    schema_finding(match (closest(key, &known), known.as_slice()) {
        (Some(meant), _) => finding.at(span, format!("did you mean `{meant}`?")).help(format!("write `{meant}`.")),
        (None, []) => finding.at(span, "unknown parameter").help("remove it; this rule has no parameters."),
        (None, known) => finding.at(span, "unknown parameter").help(format!("its parameters are {}.", list(known))),
    })
}

/// Two files about one rule: which of them counts would depend on their names.
fn second_file(source: &Source, id: &str, first: &str) -> Finding {
    let finding = Finding::new(&source.path, format!("`{id}` already has a policy in {first}"));
    schema_finding(finding.help("keep one file for each rule."))
}

fn schema_finding(mut finding: Finding) -> Finding {
    finding.rule = Cow::Borrowed("schema");
    finding
}
