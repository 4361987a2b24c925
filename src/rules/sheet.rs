//! The schema of a policy file: the shape, and for each rule the parameters it declares.
//!
//! How a value is read must never enter this file.

use super::{ALL, Rule};
use crate::policy::{Parameter, PolicyFile};
use crate::schema::{Form, Sheet, schema_of_file};
use schemars::Schema;
use serde_json::{Map, Value, json};

/// The schema of a policy file.
pub const POLICY: Form =
    Form { sheet: Sheet { file: "policy.schema.json", schema: policy_schema }, errors: PolicyErrors::iter_errors };

#[jsonschema::validator(
    path = "schema/policy.schema.json",
    validate_formats = false,
    methods = { is_valid = false, validate = false, iter_errors = true }
)]
struct PolicyErrors;

fn policy_schema() -> Schema {
    let mut schema = schema_of_file::<PolicyFile>();
    let ids: Vec<&str> = ALL.iter().map(|rule| rule.id).collect();
    if let Some(rule) = schema.pointer_mut("/properties/rule").and_then(Value::as_object_mut) {
        rule.insert("examples".to_owned(), json!(ids));
    }
    let (with, without): (Vec<&Rule>, Vec<&Rule>) = ALL.iter().partition(|rule| !rule.parameters.is_empty());
    let bare: Vec<&str> = without.iter().map(|rule| rule.id).collect();
    let none = about(json!({ "enum": bare }), &Map::new());
    let cases = with.iter().map(|rule| about(json!({ "const": rule.id }), &known(rule)));
    schema.insert("allOf".to_owned(), cases.chain([none]).collect());
    schema
}

/// What can stand under `parameters` in a file about a rule.
fn known(rule: &Rule) -> Map<String, Value> {
    let value = |parameter: &Parameter| {
        let mut value = parameter.kind.schema();
        value["description"] = json!(parameter.meaning);
        (parameter.name.to_owned(), value)
    };
    rule.parameters.iter().map(value).collect()
}

/// The case of a file about such a rule.
fn about(rule: Value, parameters: &Map<String, Value>) -> Value {
    json!({
        "if": { "properties": { "rule": rule }, "required": ["rule"] },
        "then": { "properties": { "parameters": { "properties": parameters, "additionalProperties": false } } },
    })
}
