//! The schemas are schemas, and mean the same in the draft they name and in the one they are validated by.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use rebalance::cli::SHEETS;
use serde_json::Value;

/// Keywords that mean the same in draft 7 and in 2020-12, and such as only describe.
const SHARED: &[&str] = &[
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "enumDescriptions",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "markdownDescription",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "not",
    "oneOf",
    "pattern",
    "properties",
    "propertyNames",
    "required",
    "then",
    "title",
    "type",
    "uniqueItems",
];

/// Every keyword in a schema, each with a schema that has it.
fn keywords<'a>(schema: &'a Value, look: &mut impl FnMut(&'a str, &'a Value)) {
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        look(keyword, schema);
        match (keyword.as_str(), value) {
            ("properties", Value::Object(parts)) => parts.values().for_each(|part| keywords(part, look)),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => parts.iter().for_each(|part| keywords(part, look)),
            ("items" | "additionalProperties" | "propertyNames" | "not" | "if" | "then", part) => keywords(part, look),
            _ => {}
        }
    }
}

#[test]
fn every_schema_is_one() {
    for (which, sheet) in SHEETS {
        let schema = (sheet.schema)();
        assert_eq!(jsonschema::meta::validate(schema.as_value()).map_err(|e| e.to_string()), Ok(()), "{which:?}");
        assert_eq!(schema.get("$schema").unwrap(), "https://json-schema.org/draft/2020-12/schema", "{which:?}");
    }
}

#[test]
fn a_schema_means_the_same_in_both_drafts() {
    let mut seen = 0;
    for (which, sheet) in SHEETS {
        let schema = (sheet.schema)();
        keywords(schema.as_value(), &mut |keyword, at| {
            seen += 1;
            assert!(SHARED.contains(&keyword), "{which:?}: `{keyword}` in {at}");
            // Several schemas for the items of a list one by one are another keyword in each draft.
            assert!(keyword != "items" || at["items"].is_object(), "{which:?}: {at}");
        });
    }
    assert!(seen > 1000, "{seen} keywords");
}
