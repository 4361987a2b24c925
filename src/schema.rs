//! The JSON Schemas of the files, and validation of a tree against one, with every error walked back to its place.
//!
//! A rule about the portfolio must never enter this room: it knows shapes only.

mod example;
mod excuse;
mod issue;

pub use example::EXAMPLES;
pub use issue::{Issue, IssueKind};

use crate::config::{Config, Misread, MisreadKind};
use crate::document::{Document, Entry, Kind, Node, Reading, Span, Style};
use crate::money;
use excuse::Excuse;
use jsonschema::{ErrorIterator, ValidationError};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Number, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A file that has a schema.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// The name of the committed schema under `schema/`.
    pub file: &'static str,
    /// Makes the schema from the types.
    pub schema: fn() -> Schema,
}

/// A file people write, which is held to its schema.
///
/// The validators are made from the committed schemas when the crate is built: making one when the program starts would
/// cost more than all the rest of a lint. A test holds the committed schemas equal to those of the types.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its schema.
    pub sheet: Sheet,
    /// Every way in which a value does not fit the schema.
    pub errors: for<'i> fn(&'i Value) -> ErrorIterator<'i>,
}

/// The config.
pub const CONFIG: Form = Form {
    sheet: Sheet { file: "portfolio_config.schema.json", schema: schema_of_file::<Config> },
    errors: ConfigErrors::iter_errors,
};

#[jsonschema::validator(
    path = "schema/portfolio_config.schema.json",
    validate_formats = false,
    methods = { is_valid = false, validate = false, iter_errors = true }
)]
struct ConfigErrors;

/// The schema of a document this program writes, with nothing referred to.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>()
}

/// The schema of a file people write: a key is there with a value, or not there; nothing is null.
#[must_use]
pub fn schema_of_file<T: JsonSchema>() -> Schema {
    let mut schema = schema_of::<T>();
    RecursiveTransform(as_written).transform(&mut schema);
    schema
}

fn as_written(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(options)) = schema.get_mut("enum") {
        options.retain(|option| !option.is_null());
    }
    // A doc comment of several lines is one paragraph.
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

/// The schema as it is committed: with its examples, pretty-printed, with a final newline.
#[must_use]
pub fn text(sheet: &Sheet) -> String {
    let mut schema = (sheet.schema)().to_value();
    example::spread(sheet.file, &mut schema);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// Validates a reading: every schema error, and every value that fits the schema but could not be read, in file order.
///
/// What is only so because of a refused YAML feature is left out: the refusal itself is the finding.
#[must_use]
pub fn check(form: &Form, reading: &Reading, misread: &[Misread]) -> Vec<Issue> {
    let Some(document) = &reading.document else { return Vec::new() };
    let instance = json(&document.root);
    let errors: Vec<ValidationError<'_>> = (form.errors)(&instance).collect();
    let mut issues: Vec<Issue> = Vec::new();
    if !errors.is_empty() {
        let schema = (form.sheet.schema)();
        let keys = Keys::of(document);
        issues.extend(errors.iter().flat_map(|error| issues_of(error, &keys, schema.as_value())));
    }
    drop_explained_missing(&mut issues);
    add_misread(&mut issues, misread, document);
    if !reading.refused.is_empty() {
        let excuse = Excuse::of(reading, document);
        issues.retain(|issue| !excuse.covers(issue));
    }
    // Of a file that is made of refused things nobody knows what is missing in it.
    let refused = !reading.refused.is_empty();
    issues.retain(|issue| !(refused && issue.missing.is_some() && issue.mapping == document.root.span));
    issues.sort_by_key(|issue| issue.span);
    issues
}

/// The tree as JSON: plain numbers, booleans and nulls resolved as YAML 1.2 does, numbers kept digit by digit.
#[must_use]
pub fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Seq(items) => Value::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => Value::Object(entries.iter().map(|e| (e.key.text.clone(), json(&e.value))).collect()),
        Kind::Scalar(scalar) if scalar.style != Style::Plain => Value::String(scalar.text.clone()),
        Kind::Scalar(scalar) => match scalar.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            text if money::is_plain(text) => Value::Number(Number::from_string_unchecked(text.to_owned())),
            text => Value::String(text.to_owned()),
        },
    }
}

/// The issues one schema error stands for: one, or one a key.
fn issues_of(error: &ValidationError<'_>, keys: &Keys<'_>, schema: &Value) -> Vec<Issue> {
    let route: Vec<String> = error.instance_path().as_str().split('/').skip(1).map(unescape).collect();
    let place = Place::find(keys, &route);
    let schema_path = error.schema_path().as_str();
    if let (true, Value::String(key)) = (schema_path.contains("/propertyNames/"), error.instance().as_ref()) {
        return vec![issue::of_name(key, &place, keys)];
    }
    let parent = schema_path.rsplit_once('/').and_then(|(parent, _)| schema.pointer(parent)).unwrap_or(&Value::Null);
    issue::of(error.kind(), &place, keys, parent)
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// Where a schema error stands: the node, and the key it stands under.
pub(crate) struct Place<'a> {
    /// The node; the nearest that exists.
    pub(crate) node: &'a Node,
    /// The key's text and span, when the node stands under one.
    pub(crate) key: Option<(&'a str, Span)>,
    /// Whether the node is an item of a sequence under that key rather than the key's own value.
    pub(crate) item: bool,
}

/// The keys of every mapping that has many. Every error looks some up, and there may be as many errors as keys.
pub(crate) struct Keys<'a> {
    root: &'a Node,
    many: BTreeMap<Span, BTreeMap<&'a str, &'a Entry>>,
}

impl<'a> Keys<'a> {
    /// A mapping with more entries than this is looked up by a map of its keys.
    const MANY: usize = 16;

    fn of(document: &'a Document) -> Self {
        let mut many = BTreeMap::new();
        let mut pending = vec![&document.root];
        while let Some(node) = pending.pop() {
            if node.entries().len() > Self::MANY {
                let entries = node.entries().iter().map(|entry| (entry.key.text.as_str(), entry));
                many.insert(node.span, entries.collect());
            }
            pending.extend(node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)));
        }
        Self { root: &document.root, many }
    }

    /// The entry of a key, when the node is a mapping that has it.
    pub(crate) fn entry(&self, node: &'a Node, key: &str) -> Option<&'a Entry> {
        match self.many.get(&node.span).filter(|_| !node.entries().is_empty()) {
            Some(keys) => keys.get(key).copied(),
            None => node.entry(key),
        }
    }
}

impl<'a> Place<'a> {
    fn find(keys: &Keys<'a>, route: &[String]) -> Self {
        let mut place = Self { node: keys.root, key: None, item: false };
        for segment in route {
            match &place.node.kind {
                Kind::Map(_) => {
                    let Some(entry) = keys.entry(place.node, segment) else { break };
                    place = Self { node: &entry.value, key: Some((&entry.key.text, entry.key.span)), item: false };
                }
                Kind::Seq(items) => {
                    let Some(node) = segment.parse().ok().and_then(|i: usize| items.get(i)) else { break };
                    place = Self { node, item: true, ..place };
                }
                Kind::Scalar(_) => break,
            }
        }
        place
    }

    /// The place of the mapping as a whole, for something that is missing in it: the key it stands under, or its first
    /// key when it is an item of a sequence, or the first byte of the file.
    pub(crate) fn of_missing(&self) -> Span {
        let first_key = self.node.entries().first().map(|entry| entry.key.span);
        match self.key {
            Some((_, span)) if !self.item => span,
            _ => first_key.unwrap_or(self.node.span),
        }
    }
}

/// A missing key that an unknown key beside it is a misspelling of is one fault, not two.
fn drop_explained_missing(issues: &mut Vec<Issue>) {
    let explained: BTreeSet<(Span, String)> =
        issues.iter().filter_map(|i| i.means.clone().map(|key| (i.mapping, key))).collect();
    issues.retain(|i| i.missing.as_ref().is_none_or(|key| !explained.contains(&(i.mapping, key.clone()))));
}

/// Values that could not be read although the schema says nothing against them.
fn add_misread(issues: &mut Vec<Issue>, misread: &[Misread], document: &Document) {
    let known: BTreeSet<usize> = issues.iter().map(|issue| issue.about.end).collect();
    for m in misread.iter().filter(|m| m.kind != MisreadKind::Ambiguous && !known.contains(&m.span.end)) {
        let source = document.text.get(m.span.start..m.span.end).unwrap_or("");
        issues.push(issue::unfit(m.span, source, &m.message));
    }
}
