//! The owner's own rules asked of the config.

use super::super::Facts;
use crate::config::get;
use crate::document::Span;
use crate::expression::{Engine, Expression, Fault, Item, Template, View};
use crate::finding::{Finding, Level};
use crate::policy::{Custom, Passage, Policies};
use crate::portfolio::Portfolio;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Every finding of the owner's own rules. While the config is no portfolio, other rules say why.
///
/// The engine is made when there is a rule to be asked, and all rules share the steps it may take.
pub(in crate::rules) fn run(facts: &Facts<'_>, policies: &Policies) -> Vec<Finding> {
    let level = |custom: &Custom| policies.setting(&custom.id).map_or(Level::Error, |setting| setting.level);
    let asked: Vec<&Custom> = policies.customs().filter(|custom| level(custom) != Level::Off).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let Some(portfolio) = Portfolio::of(facts.config) else { return Vec::new() };
    let engine = Engine::new(View::of(portfolio));
    let sites = Sites::of(facts);
    let mut findings = Vec::new();
    for custom in asked {
        let answers = Answers::of(custom, &engine);
        for (item, message) in answers.denied {
            let finding = sites.place(facts, &item, message);
            findings.push(stamp(custom, level(custom), finding.help(remedy(custom))));
        }
        if let Some((passage, message, fault)) = answers.fault {
            let finding = passage.finding(&custom.path, message, &fault).unknown();
            findings.push(stamp(custom, Level::Error, finding));
        }
        let doubts = engine.doubts().into_iter().map(|(of, word, meant)| doubt(custom, of, &word, &meant));
        findings.extend(doubts.map(|finding| stamp(custom, level(custom).min(Level::Warning), finding)));
        engine.forget_doubts();
    }
    findings
}

/// What a rule came to.
pub(super) struct Answers<'a> {
    /// What it does not hold for, and what is said.
    pub(super) denied: Vec<(Item, String)>,
    /// Why it could not be told further: the text at fault, what is wrong, and where.
    pub(super) fault: Option<(&'a Passage, String, Fault)>,
}

impl<'a> Answers<'a> {
    /// Asks a rule of everything it is about, up to the first fault.
    pub(super) fn of(custom: &'a Custom, engine: &Engine) -> Self {
        let mut answers = Self { denied: Vec::new(), fault: None };
        let asking = match Asking::of(custom) {
            Ok(asking) => asking,
            Err((passage, fault)) => {
                answers.fault = Some((passage, fault.message.clone(), fault));
                return answers;
            }
        };
        for item in engine.items(custom.scope) {
            match asking.ask(custom, engine, &item) {
                Ok(None) => {}
                Ok(Some(message)) => answers.denied.push((item, message)),
                Err((passage, fault)) => {
                    let of = name(&item).map_or_else(String::new, |name| format!(" for {name}"));
                    let message = format!("`{}` cannot be told{of}: {}", custom.id, fault.message);
                    answers.fault = Some((passage, message, fault));
                    break;
                }
            }
        }
        answers
    }
}

/// A rule, ready to be asked.
struct Asking {
    expression: Expression,
    when: Option<Expression>,
    message: Option<Template>,
}

type AtFault<'a> = (&'a Passage, Fault);

impl Asking {
    fn of(custom: &Custom) -> Result<Self, AtFault<'_>> {
        let condition = |passage| read(passage, |text| Expression::read(text, custom.scope));
        Ok(Self {
            expression: condition(&custom.expression)?,
            when: custom.when.as_ref().map(condition).transpose()?,
            message: custom
                .message
                .as_ref()
                .map(|passage| read(passage, |text| Template::read(text, custom.scope)))
                .transpose()?,
        })
    }

    /// What is said of an item, if anything.
    fn ask<'a>(&self, custom: &'a Custom, engine: &Engine, item: &Item) -> Result<Option<String>, AtFault<'a>> {
        if let (Some(when), Some(passage)) = (&self.when, &custom.when)
            && !engine.holds(when, item).map_err(|fault| (passage, fault))?
        {
            return Ok(None);
        }
        if engine.holds(&self.expression, item).map_err(|fault| (&custom.expression, fault))? {
            return Ok(None);
        }
        let message = match (&self.message, &custom.message) {
            (Some(message), Some(passage)) => message.fill(engine, item).map_err(|fault| (passage, fault))?,
            _ => usual(custom, item),
        };
        let message = if blank(&message) { usual(custom, item) } else { message };
        Ok(Some(one_line(&message)))
    }
}

fn read<T>(passage: &Passage, read: impl Fn(&str) -> Result<T, Fault>) -> Result<T, AtFault<'_>> {
    read(&passage.text).map_err(|fault| (passage, fault))
}

/// What is said without a message of the owner's.
fn usual(custom: &Custom, item: &Item) -> String {
    match name(item) {
        Some(name) => format!("`{}` does not hold for {name}", custom.id),
        None => format!("`{}` does not hold", custom.id),
    }
}

/// A message as findings have it: one line without a period.
pub(super) fn one_line(message: &str) -> String {
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ").trim_end_matches('.').to_owned()
}

/// Whether nothing of a message would be left.
pub(super) fn blank(message: &str) -> bool {
    message.chars().all(|c| c.is_whitespace() || c == '.')
}

fn name(item: &Item) -> Option<String> {
    match item {
        Item::Portfolio => None,
        Item::Asset(code) => Some(code.clone()),
        Item::Sleeve(name) => Some(format!("the sleeve `{name}`")),
        Item::Tag(tag) => Some(format!("the tag `{tag}`")),
    }
}

fn remedy(custom: &Custom) -> String {
    custom.fix.clone().map_or_else(|| format!("see the rule in {}.", custom.path), |fix| one_line(&fix) + ".")
}

/// Where everything stands that a rule can be asked about.
struct Sites<'a> {
    /// The target and the code of each asset.
    assets: BTreeMap<&'a str, (Span, Span)>,
    sleeves: BTreeMap<&'a str, Span>,
    tags: BTreeMap<&'a str, Vec<Span>>,
}

impl<'a> Sites<'a> {
    fn of(facts: &Facts<'a>) -> Self {
        let mut sites = Self { assets: BTreeMap::new(), sleeves: BTreeMap::new(), tags: BTreeMap::new() };
        for (name, sleeve) in facts.config.sleeves() {
            sites.sleeves.extend(name.get().map(|own| (own.as_str(), name.span)));
            for asset in sleeve.assets() {
                let places = asset.code.as_ref().zip(asset.target.as_ref());
                sites
                    .assets
                    .extend(places.and_then(|(code, target)| Some((code.get()?.0.as_str(), (target.span, code.span)))));
                for tag in get(asset.tags.as_ref()).into_iter().flatten() {
                    let Some(text) = tag.get() else { continue };
                    sites.tags.entry(&text.0).or_default().push(tag.span);
                }
            }
        }
        sites
    }

    /// The finding at the place of what it is about.
    fn place(&self, facts: &Facts<'_>, item: &Item, message: String) -> Finding {
        let finding = Finding::new(facts.path, message);
        match item {
            Item::Portfolio => facts.pointed(finding, "all of it"),
            Item::Asset(code) => match self.assets.get(code.as_str()) {
                Some((target, code)) => finding.at(*target, "its target").with(*code, "this asset"),
                None => finding,
            },
            Item::Sleeve(name) => match self.sleeves.get(name.as_str()) {
                Some(key) => finding.at(*key, "this sleeve"),
                None => finding,
            },
            Item::Tag(tag) => match self.tags.get(tag.as_str()).map(Vec::as_slice) {
                Some([first, rest @ ..]) => {
                    rest.iter().fold(finding.at(*first, "this tag"), |finding, place| finding.with(*place, "and here"))
                }
                _ => finding,
            },
        }
    }
}

/// A tag or a code that no asset has and that looks like one that an asset has: the rule may hold only because it is misspelt.
fn doubt(custom: &Custom, of: &str, word: &str, meant: &str) -> Finding {
    let passages = [Some(&custom.expression), custom.when.as_ref(), custom.message.as_ref()];
    let found = passages.into_iter().flatten().find_map(|passage| {
        let at = ['\'', '"'].iter().find_map(|quote| passage.text.find(&format!("{quote}{word}{quote}")))?;
        Some(passage.span(&(at..at + word.len() + 2)))
    });
    let place = found.unwrap_or_else(|| custom.expression.span(&(0..custom.expression.text.len())));
    Finding::new(&custom.path, format!("no asset has the {of} `{word}`"))
        .at(place, format!("did you mean `{meant}`?"))
        .help(format!("write `{meant}`, if the {of} is misspelt here or in the config."))
}

fn stamp(custom: &Custom, level: Level, mut finding: Finding) -> Finding {
    finding.rule = Cow::Owned(custom.id.clone());
    finding.level = level;
    finding
}
