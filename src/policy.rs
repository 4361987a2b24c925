//! Policies: the level and the parameters of every rule, from the shipped pages and the owner's own files.
//!
//! A shipped page (`policies/<rule>.yaml`) is at once the default, the page people read and the rule's test. The
//! owner's file of the same name overrides its level and parameters. Which rules there are, and what they look for, must
//! never enter this room.

use crate::config::{Entries, Field, Misread, Text, get, read_as};
use crate::document::Reading;
use crate::finding::Level;
use crate::schema::{Sheet, schema_of_file};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The schema of a policy file.
pub const SHEET: Sheet = Sheet { file: "policy.schema.json", schema: schema_of_file::<PolicyFile> };

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
    pub parameters: Option<Field<Entries<Parameter>>>,
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
        json_schema!({ "enum": Level::ALL.map(Level::word) })
    }
}

/// A rule's parameter: a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter(pub u32);

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| serde::de::Error::custom("not a whole number"))
    }
}

impl JsonSchema for Parameter {
    fn schema_name() -> Cow<'static, str> {
        "Parameter".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": 3660 })
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

/// How one rule is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// How much its findings weigh.
    pub level: Level,
    /// Its parameters by name.
    pub parameters: BTreeMap<String, u32>,
}

/// The policies in effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    settings: BTreeMap<&'static str, Setting>,
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

impl Policies {
    /// Policies of settings, and what those were made of.
    pub(crate) fn new(settings: BTreeMap<&'static str, Setting>, fingerprint: String) -> Self {
        Self { settings, fingerprint }
    }

    /// How a rule is to be run; none for an id that is no rule's.
    #[must_use]
    pub fn setting(&self, rule: &str) -> Option<&Setting> {
        self.settings.get(rule)
    }

    /// The same, with these rules at least as strict as in other policies: the higher level, the larger parameters.
    #[must_use]
    pub fn no_laxer(mut self, than: &Self, rules: &[&'static str]) -> Self {
        for rule in rules {
            let (Some(own), Some(other)) = (self.settings.get_mut(rule), than.settings.get(rule)) else { continue };
            own.level = own.level.max(other.level);
            for (name, value) in &mut own.parameters {
                *value = (*value).max(other.parameters.get(name).copied().unwrap_or(0));
            }
        }
        self
    }

    /// The largest value of a parameter among all rules; 0 when none has it.
    #[must_use]
    pub fn largest(&self, parameter: &str) -> u32 {
        self.settings.values().filter_map(|s| s.parameters.get(parameter)).copied().max().unwrap_or(0)
    }
}

impl PolicyFile {
    /// Reads the shape out of a tree. What cannot be read is absent and in the list, in file order.
    #[must_use]
    pub fn of(reading: &Reading) -> (Self, Vec<Misread>) {
        let (file, misread) = read_as::<Self>(reading);
        (file.unwrap_or_default(), misread)
    }

    /// The parameters that could be read.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, u32)> {
        let entries = get(self.parameters.as_ref()).into_iter().flat_map(|entries| &entries.0);
        entries.filter_map(|(name, value)| Some((name.get()?.as_str(), value.get()?.0)))
    }
}
