//! Policies: the level and the parameters of every rule, from the shipped pages and the owner's own files.
//!
//! A shipped page (`policies/<rule>.yaml`) is at once the default, the page people read and the rule's test. The
//! owner's file of the same name overrides its level and parameters. Which rules there are, and what they look for, must
//! never enter this room.

mod custom;
mod parameter;

pub use custom::{Custom, Expect, ForEach, Passage, Test, TestAsset, TestPortfolio, Trial};
pub use parameter::{Kind, Named, Parameter, Value};

use crate::config::{Field, Misread, Text, read_as};
use crate::document::{Entry, Node, Reading};
use crate::finding::Level;
use crate::money::{Money, Weight};
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The shape of a policy file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "policies/*.yaml")]
pub struct PolicyFile {
    /// The rule's id.
    #[schemars(required)]
    pub rule: Option<Field<Text>>,
    /// How much its findings weigh.
    pub level: Option<Field<LevelWord>>,
    /// The rule's parameters.
    pub parameters: Option<Field<Given>>,
    /// The group it belongs to.
    pub group: Option<Field<Text>>,
    /// What it says, in a sentence.
    pub summary: Option<Field<String>>,
    /// Why it matters.
    pub why: Option<Field<String>>,
    /// What to do about a finding.
    pub fix: Option<Field<String>>,
    /// Examples that pass and that fail; run by the tests of the shipped pages.
    pub examples: Option<Field<Free>>,
    /// A rule of your own: the condition that has to hold.
    pub expression: Option<Field<String>>,
    /// With `expression`: it is asked of each of these, instead of once.
    pub for_each: Option<Field<ForEach>>,
    /// With `for_each`: of which of them it is asked.
    pub when: Option<Field<String>>,
    /// With `expression`: what is said when it does not hold; `{asset.code}` is what that comes to.
    pub message: Option<Field<String>>,
    /// With `expression`: its tests, which `rebalance lint --test-policies` runs.
    #[schemars(length(min = 1))]
    pub tests: Option<Field<Vec<Field<Test>>>>,
}

/// A level as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelWord(pub Level);

impl<'de> Deserialize<'de> for LevelWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Level::parse(&text).map(Self).ok_or_else(|| serde::de::Error::custom("not a level"))
    }
}

impl JsonSchema for LevelWord {
    fn schema_name() -> Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": Level::ALL.map(Level::word), "enumDescriptions": Level::ALL.map(Level::meaning) })
    }
}

/// Anything; only the tests of the shipped pages read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free;

impl<'de> Deserialize<'de> for Free {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Free {
    fn schema_name() -> Cow<'static, str> {
        "Examples".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array" })
    }
}

/// The parameters of a rule: what can stand there depends on the rule, and is read when the rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given;

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Given {
    fn schema_name() -> Cow<'static, str> {
        "Parameters".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "minProperties": 1 })
    }
}

/// How one rule is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// How much its findings weigh.
    pub level: Level,
    /// Its parameters by name; one that is not there limits nothing.
    pub parameters: BTreeMap<String, Value>,
    /// The owner's file that has changed something, as the user would name it.
    pub source: Option<String>,
}

/// The policies in effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    settings: BTreeMap<Cow<'static, str>, Setting>,
    customs: BTreeMap<String, Custom>,
    /// SHA-256 of everything they were made of: every byte of the shipped pages and of the owner's files.
    pub fingerprint: String,
}

/// A policy file as the owner wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file, as the user would name it.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Setting {
    /// A rule without parameters.
    #[must_use]
    pub fn new(level: Level) -> Self {
        Self { level, parameters: BTreeMap::new(), source: None }
    }

    /// A number of days; 0 when it is not set.
    #[must_use]
    pub fn days(&self, name: &str) -> u32 {
        match self.parameters.get(name) {
            Some(Value::Days(days)) => *days,
            _ => 0,
        }
    }

    /// A number of minutes.
    #[must_use]
    pub fn minutes(&self, name: &str) -> u32 {
        match self.parameters.get(name) {
            Some(Value::Minutes(minutes)) => *minutes,
            _ => 0,
        }
    }

    /// A number of things, when it is set.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u32> {
        match self.parameters.get(name) {
            Some(Value::Count(count)) => Some(*count),
            _ => None,
        }
    }

    /// A fraction of the portfolio or of an amount, when it is set.
    #[must_use]
    pub fn fraction(&self, name: &str) -> Option<Decimal> {
        match self.parameters.get(name) {
            Some(Value::Weight(weight)) => Some(weight.decimal()),
            Some(Value::Rate(rate)) => Some(rate.decimal()),
            _ => None,
        }
    }

    /// An amount, when it is set.
    #[must_use]
    pub fn amount(&self, name: &str) -> Option<Money> {
        match self.parameters.get(name) {
            Some(Value::Amount(amount)) => Some(*amount),
            _ => None,
        }
    }

    /// Codes; none when they are not set.
    #[must_use]
    pub fn codes(&self, name: &str) -> &[Named<()>] {
        match self.parameters.get(name) {
            Some(Value::Codes(codes)) => codes,
            _ => &[],
        }
    }

    /// Fractions by code or name; none when they are not set.
    #[must_use]
    pub fn weights(&self, name: &str) -> &[Named<Weight>] {
        match self.parameters.get(name) {
            Some(Value::Weights(weights)) => weights,
            _ => &[],
        }
    }

    /// The file to change to change this: the owner's, or the one that would be.
    #[must_use]
    pub fn file(&self) -> &str {
        self.source.as_deref().unwrap_or("a file in policies")
    }
}

impl Policies {
    /// Policies of settings, and what those were made of.
    pub(crate) fn new(settings: BTreeMap<Cow<'static, str>, Setting>, fingerprint: String) -> Self {
        Self { settings, customs: BTreeMap::new(), fingerprint }
    }

    /// The same with a rule of the owner's.
    #[must_use]
    pub(crate) fn with(mut self, custom: Custom, setting: Setting) -> Self {
        self.settings.insert(Cow::Owned(custom.id.clone()), setting);
        self.customs.insert(custom.id.clone(), custom);
        self
    }

    /// The owner's own rules by id.
    pub fn customs(&self) -> impl Iterator<Item = &Custom> {
        self.customs.values()
    }

    /// How a rule is to be run; none for an id that is no rule's.
    #[must_use]
    pub fn setting(&self, rule: &str) -> Option<&Setting> {
        self.settings.get(rule)
    }

    /// Gives a rule a level; nothing for an id that is no rule's.
    pub(crate) fn set_level(&mut self, rule: &str, level: Level) {
        if let Some(setting) = self.settings.get_mut(rule) {
            setting.level = level;
        }
    }

    /// The ids of all rules there is a setting for, in alphabetical order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.settings.keys().map(AsRef::as_ref)
    }

    /// The same, with these rules at least as strict as in other policies: the higher level, the longer cooldown.
    ///
    /// Which value is the stricter one is known of days and minutes only. The rules this is asked about have no other
    /// parameters; a test holds that.
    #[must_use]
    pub fn no_laxer(mut self, than: &Self, rules: &[&'static str]) -> Self {
        for rule in rules {
            let (Some(own), Some(other)) = (self.settings.get_mut(*rule), than.settings.get(*rule)) else { continue };
            own.level = own.level.max(other.level);
            for (name, value) in &mut own.parameters {
                match value {
                    Value::Days(days) => *days = (*days).max(other.days(name)),
                    Value::Minutes(minutes) => *minutes = (*minutes).min(other.minutes(name)),
                    _ => {}
                }
            }
        }
        self
    }

    /// The largest number of days that a rule has under a name; 0 when none has it.
    #[must_use]
    pub fn largest(&self, parameter: &str) -> u32 {
        self.settings.values().map(|setting| setting.days(parameter)).max().unwrap_or(0)
    }
}

impl PolicyFile {
    /// Reads the shape out of a tree. What cannot be read is absent and in the list, in file order.
    #[must_use]
    pub fn of(reading: &Reading) -> (Self, Vec<Misread>) {
        let (file, misread) = read_as::<Self>(reading);
        (file.unwrap_or_default(), misread)
    }
}

/// The entries under `parameters`.
#[must_use]
pub fn given(reading: &Reading) -> &[Entry] {
    let root = reading.document.as_ref().map(|document| &document.root);
    root.and_then(|root| root.get("parameters")).map_or(&[], Node::entries)
}
