//! The owner's policy files: read, judged, and laid over the shipped pages.
//!
//! What a rule looks for must never enter this file.

use super::custom::{self, Read};
use super::sheet::POLICY;
use super::{ALL, CodeSite, Rule, find, form_findings, shipped, stamp_subjects};
use crate::config::{Misread, get};
use crate::document::{self, Entry, Kind as NodeKind, Node, Reading, Span, Style};
use crate::finding::Finding;
use crate::hash::hex;
use crate::money::Weight;
use crate::policy::{Kind, Named, Parameter, Policies, PolicyFile, Setting, Source, Value, given};
use crate::schema;
use crate::words::{closest, list};
use sha2::Digest;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The shipped policies with the owner's files over them, and what is wrong with those.
///
/// A file that cannot be read changes nothing and gives findings, all of them errors.
#[must_use]
pub fn policies(sources: &[Source]) -> (Policies, Vec<Finding>) {
    let shipped = shipped::shipped();
    let (mut hash, mut settings) = (shipped.hash.clone(), shipped.settings.clone());
    let mut findings = Vec::new();
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut customs = Vec::new();
    let mut named = Vec::new();
    for source in sources {
        hash.update([0]);
        hash.update(source.path.rsplit('/').next().unwrap_or("").as_bytes());
        hash.update([0]);
        hash.update(&source.bytes);
        let shipped_page = ALL.iter().any(|rule| rule.page.as_bytes() == source.bytes);
        if shipped_page {
            continue;
        }
        let stray = match custom::read(source) {
            Read::NotOwn(stray) => stray,
            Read::Own(own, faults) => {
                findings.extend(faults);
                customs.extend(own.map(|own| (source, own)));
                continue;
            }
            Read::Named(id, setting, faults) => {
                findings.extend(faults);
                named.push((id, *setting));
                continue;
            }
        };
        let mut tried = settings.clone();
        let (rule, mut faults) = overlay(source, &mut tried);
        let clean = stray.is_empty();
        faults.extend(stray);
        if !faults.is_empty() {
            stamp_subjects(&mut faults, &source.path, &document::read(&source.bytes));
        }
        findings.extend(faults);
        match rule.map(|rule| (rule, first.get(rule))) {
            Some((rule, Some(first))) => findings.push(second_file(source, rule, first)),
            Some((rule, None)) => {
                first.insert(rule, &source.path);
                settings = if clean { tried } else { settings };
            }
            None => {}
        }
    }
    // A rule that cannot be asked is known by its id all the same: its file says what is wrong.
    for (id, setting) in named {
        settings.entry(Cow::Owned(id)).or_insert(setting);
    }
    let mut policies = Policies::new(settings, hex(&hash.finalize()));
    for (source, own) in customs {
        let (custom, setting) = *own;
        let first = policies.customs().find(|first| first.id == custom.id).map(|first| first.path.clone());
        match first {
            Some(first) => findings.push(second_file(source, &custom.id, &first)),
            None => policies = policies.with(custom, setting),
        }
    }
    (policies, findings)
}

/// The parameters of a rule that a file gives, and what cannot be read of them.
pub(super) fn read(rule: &Rule, reading: &Reading) -> (BTreeMap<String, Value>, Vec<Misread>) {
    let mut values = BTreeMap::new();
    let mut misread = Vec::new();
    for (parameter, entry) in known(rule, reading) {
        let (value, faults) = Value::read(parameter.kind, reading, &entry.value);
        misread.extend(faults);
        values.extend(value.map(|value| (parameter.name.to_owned(), value)));
    }
    (values, misread)
}

/// The parameters that a rule has and a file gives.
fn known<'a>(rule: &Rule, reading: &'a Reading) -> impl Iterator<Item = (&'static Parameter, &'a Entry)> {
    let parameters = rule.parameters;
    given(reading).iter().filter_map(move |entry| {
        let parameter = parameters.iter().find(|parameter| parameter.name == entry.key.text)?;
        Some((parameter, entry))
    })
}

/// The codes that stand in a file about a rule.
fn codes<'a>(rule: &Rule, reading: &'a Reading) -> Vec<CodeSite<'a>> {
    let keys = |entry: &'a Entry| {
        let site = |entry: &'a Entry| (&entry.key.text, entry.key.span, entry.key.style);
        entry.value.entries().iter().map(site).collect::<Vec<_>>()
    };
    let items = |entry: &'a Entry| {
        let site = |item: &'a Node| match &item.kind {
            NodeKind::Scalar(scalar) => Some((&scalar.text, item.span, scalar.style)),
            NodeKind::Seq(_) | NodeKind::Map(_) => None,
        };
        entry.value.items().iter().filter_map(site).collect::<Vec<_>>()
    };
    let sites = known(rule, reading).flat_map(|(parameter, entry)| match parameter.kind {
        Kind::Codes => items(entry),
        Kind::WeightsByCode => keys(entry),
        _ => Vec::new(),
    });
    sites.map(|(text, span, style)| CodeSite { text, span, plain: style == Style::Plain }).collect()
}

/// Takes the level and the parameters of an owner's file; nothing of a file with a fault.
fn overlay(
    source: &Source,
    settings: &mut BTreeMap<Cow<'static, str>, Setting>,
) -> (Option<&'static str>, Vec<Finding>) {
    let reading = document::read(&source.bytes);
    let (file, mut misread) = PolicyFile::of(&reading);
    let rule = get(file.rule.as_ref()).and_then(|id| find(&id.0));
    let (values, unread) = rule.map_or_else(Default::default, |rule| read(rule, &reading));
    misread.extend(unread);
    let issues = schema::check(&POLICY, &reading, &misread);
    let sites = rule.map_or_else(Vec::new, |rule| codes(rule, &reading));
    let mut findings = form_findings(&source.path, &reading, &issues, &sites);
    let Some((field, Some(id))) = file.rule.as_ref().map(|field| (field, field.get())) else { return (None, findings) };
    let Some((rule, setting)) = rule.and_then(|rule| Some((rule, settings.get_mut(rule.id)?))) else {
        findings.push(unknown_rule(&source.path, &id.0, field.span));
        return (None, findings);
    };
    let mut new = Setting { source: Some(source.path.clone()), ..setting.clone() };
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
    new.parameters.extend(values);
    unknown_parameters(source, rule, &reading, &mut findings);
    findings.extend(contradiction(source, rule, &reading, &new));
    if findings.is_empty() {
        *setting = new;
    }
    (Some(rule.id), findings)
}

/// A least that is above the most: no config could pass.
fn contradiction(source: &Source, rule: &Rule, reading: &Reading, setting: &Setting) -> Option<Finding> {
    let least = known(rule, reading).find(|(parameter, _)| parameter.name == "min")?.1.value.span;
    let (span, of, min, max) = match (setting.parameters.get("min")?, setting.parameters.get("max")?) {
        (Value::Count(min), Value::Count(max)) if min > max => (least, String::new(), min.to_string(), max.to_string()),
        (Value::Weight(min), Value::Weight(max)) if min > max => {
            (least, String::new(), min.to_string(), max.to_string())
        }
        (Value::Weights(min), Value::Weights(max)) => {
            let above = |min: &&Named<Weight>| max.iter().find(|max| max.name == min.name && max.value < min.value);
            let (min, max) = min.iter().find_map(|min| Some((min, above(&min)?)))?;
            (min.span, format!(" of `{}`", min.name), min.value.to_string(), max.value.to_string())
        }
        _ => return None,
    };
    let finding = Finding::new(&source.path, format!("`min`{of} is {min}, above the `max` of {max}"));
    Some(schema_finding(finding.at(span, "nothing can be both").help("lower `min`, or raise `max`.")))
}

fn unknown_rule(path: &str, id: &str, span: Span) -> Finding {
    let ids: Vec<&str> = ALL.iter().map(|rule| rule.id).collect();
    let finding = Finding::new(path, format!("there is no rule `{id}`"));
    schema_finding(match closest(id, &ids) {
        Some(meant) => finding.at(span, format!("did you mean `{meant}`?")).help(format!("write `rule: {meant}`.")),
        None => finding
            .at(span, "unknown rule")
            .help(format!("the rules are {}.", list(&ids)))
            .help("to make it a rule of your own, give it an `expression`."),
    })
}

/// Names of parameters that the rule does not have. The schema knows them as unknown keys; here they have their rule.
fn unknown_parameters(source: &Source, rule: &Rule, reading: &Reading, findings: &mut Vec<Finding>) {
    let names: Vec<&str> = rule.parameters.iter().map(|parameter| parameter.name).collect();
    // A parameter that is given already is not the one that was meant.
    let given_already = |name: &&str| given(reading).iter().any(|entry| entry.key.text == *name);
    let absent: Vec<&str> = names.iter().copied().filter(|name| !given_already(name)).collect();
    let unknown = || given(reading).iter().filter(|entry| !names.contains(&entry.key.text.as_str()));
    let spans: BTreeSet<Span> = unknown().map(|entry| entry.key.span).collect();
    findings.retain(|finding| finding.place.as_ref().is_none_or(|place| !spans.contains(&place.span)));
    for entry in unknown() {
        let (key, span) = (&entry.key.text, entry.key.span);
        let finding = Finding::new(&source.path, format!("`{}` has no parameter `{key}`", rule.id));
        findings.push(schema_finding(match (closest(key, &absent), names.as_slice()) {
            (Some(meant), _) => finding.at(span, format!("did you mean `{meant}`?")).help(format!("write `{meant}`.")),
            (None, []) => finding.at(span, "unknown parameter").help("remove it; this rule has no parameters."),
            (None, known) => finding.at(span, "unknown parameter").help(format!("its parameters are {}.", list(known))),
        }));
    }
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
