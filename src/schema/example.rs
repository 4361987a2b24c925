//! Examples for editors: of each file people write an example or two that have every key, spread over the schema.
//!
//! So an example is a text that was read by this very reader, its decimals are kept digit by digit, and one that no
//! longer fits the schema is found by reading the file it is from. What a value means must never enter this room.

use super::json as as_json;
use crate::document;
use serde_json::{Value, json};

/// The examples of the files people write, by the name of their schema.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("portfolio_config.schema.json", include_str!("../../schema/portfolio_config.example.yaml")),
    ("holdings.schema.json", include_str!("../../schema/holdings.example.yaml")),
    ("fx.schema.json", include_str!("../../schema/fx.example.yaml")),
    ("policy.schema.json", include_str!("../../schema/policy.example.yaml")),
    ("policy.schema.json", include_str!("../../schema/rule.example.yaml")),
];

/// The most examples of one key.
const MOST: usize = 3;

/// Gives every key of a schema its examples, when its file has one, and says for editors what they cannot work out.
pub(super) fn spread(file: &str, schema: &mut Value) {
    let texts = EXAMPLES.iter().filter(|(name, _)| *name == file).map(|(_, text)| text);
    let read = texts.filter_map(|text| document::read(text.as_bytes()).document);
    let values: Vec<Value> = read.map(|document| as_json(&document.root)).collect();
    if !values.is_empty() {
        deeper(schema, &values.iter().collect::<Vec<_>>());
    }
}

/// A schema and what stands below it; `values` are what it describes in the example.
fn deeper(schema: &mut Value, values: &[&Value]) {
    for_editors(schema);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (key, of_key) in properties.iter_mut() {
            let found: Vec<&Value> = values.iter().filter_map(|value| value.get(key)).collect();
            deeper(of_key, &found);
            exemplify(of_key, &found);
        }
    }
    if let Some(of_any @ Value::Object(_)) = schema.get_mut("additionalProperties") {
        let maps = values.iter().filter_map(|value| value.as_object());
        deeper(of_any, &maps.flat_map(|map| map.values()).collect::<Vec<_>>());
    }
    if let Some(items) = schema.get_mut("items") {
        let lists = values.iter().filter_map(|value| value.as_array());
        deeper(items, &lists.flatten().collect::<Vec<_>>());
    }
}

/// The examples of a key, where its type has none of its own: the first few values that differ. Of a mapping, or a list of them, a snippet: as an example
/// yaml-language-server would insert the words `[object Object]`.
fn exemplify(schema: &mut Value, values: &[&Value]) {
    let deep =
        |value: &Value| value.is_object() || value.as_array().is_some_and(|items| items.iter().any(Value::is_object));
    let mut kept: Vec<&Value> = Vec::new();
    for value in values {
        if kept.len() < MOST && !kept.contains(value) {
            kept.push(value);
        }
    }
    match kept.first().filter(|_| schema.get("examples").is_none()) {
        Some(value) if deep(value) => schema["defaultSnippets"] = json!([{ "label": "example", "body": body(value) }]),
        Some(_) => schema["examples"] = kept.into_iter().cloned().collect(),
        None => {}
    }
}

/// A snippet's body: inserted as it stands, so what begins with a digit and is a text has its quotes in it.
fn body(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with(|c: char| c.is_ascii_digit()) => document::quoted(text).into(),
        Value::Array(items) => items.iter().map(body).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), body(value))).collect(),
        other => other.clone(),
    }
}

/// An editor fills in a required word only when it knows the type, and shows backticks as code only under other names.
fn for_editors(schema: &mut Value) {
    if schema.get("enum").is_some() {
        schema["type"] = "string".into();
    }
    for (plain, marked) in [("description", "markdownDescription"), ("enumDescriptions", "markdownEnumDescriptions")] {
        if let Some(text) = schema.get(plain).filter(|text| text.to_string().contains('`')) {
            schema[marked] = text.clone();
        }
    }
}
