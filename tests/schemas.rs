//! The schemas are schemas, and the validators made of them when the crate was built say what the library itself says.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use rebalance::cli::SHEETS;
use rebalance::document;
use rebalance::schema::{self, Form};
use rebalance::{fx, holdings, rules};
use serde_json::{Value, json};

/// The files people write, each with one that fits.
fn forms() -> [(Form, String); 4] {
    let policy = "rule: max-weight\nlevel: warning\nparameters: { asset: 0.4, assets: { '069500': 0.2 } }\n".to_owned();
    [
        (schema::CONFIG, include_str!("../portfolio_config.yaml").to_owned()),
        (holdings::FORM, include_str!("../holdings.yaml").to_owned()),
        (fx::FORM, include_str!("../schema/fx.example.yaml").to_owned()),
        (rules::POLICY, policy),
    ]
}

fn value(text: &str) -> Value {
    schema::json(&document::read(text.as_bytes()).document.unwrap().root)
}

/// The places of all values in a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, part)| places(part, &format!("{at}/{key}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, part)| places(part, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// The value with something else at a place, or with a key too many there, or without the key that stands there.
fn mutants(whole: &Value, at: &str) -> Vec<Value> {
    let others = [
        json!(null),
        json!(-1),
        json!(0),
        json!(2.5),
        json!(1e30),
        json!(true),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
    ];
    let mut mutants: Vec<Value> = others
        .into_iter()
        .map(|other| {
            let mut mutant = whole.clone();
            *mutant.pointer_mut(at).unwrap() = other;
            mutant
        })
        .collect();
    let mut mutant = whole.clone();
    if let Some(map) = mutant.pointer_mut(at).unwrap().as_object_mut() {
        map.insert("no code".to_owned(), json!(1));
        mutants.push(mutant);
    }
    let mut mutant = whole.clone();
    if let Some((map, key)) = at.rsplit_once('/')
        && let Some(map) = mutant.pointer_mut(map).unwrap().as_object_mut()
    {
        map.remove(key);
        mutants.push(mutant);
    }
    mutants
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
fn a_validator_made_at_build_time_says_what_one_made_now_says() {
    for (form, text) in forms() {
        let now = jsonschema::options().should_validate_formats(false).build((form.sheet.schema)().as_value()).unwrap();
        let said = |errors: jsonschema::ErrorIterator<'_>| -> Vec<String> {
            let line = |e: jsonschema::ValidationError<'_>| {
                // A key that is no name is told by one with the key, by the other with what holds the key.
                let names = e.schema_path().as_str().contains("/propertyNames/");
                let kind = if names { String::new() } else { format!("{:?}", e.kind()) };
                format!("{} {} {kind}", e.instance_path(), e.schema_path())
            };
            let mut lines: Vec<String> = errors.map(line).collect();
            // Of a key with one possible value, the one made at build time does not ask for the type as well.
            let lone =
                |line: &String| line.contains("/const Constant").then(|| line.split(' ').next().unwrap().to_owned());
            let lone: Vec<String> = lines.iter().filter_map(lone).collect();
            lines.retain(|line| {
                !lone.iter().any(|at| line.starts_with(&format!("{at} ")) && line.contains("/type Type"))
            });
            lines
        };
        let whole = value(&text);
        assert_eq!(said((form.errors)(&whole)), [] as [&str; 0], "{}", form.sheet.file);
        let (mut found, mut faulty) = (Vec::new(), 0);
        places(&whole, "", &mut found);
        for mutant in found.iter().flat_map(|at| mutants(&whole, at)) {
            let expected = said(now.iter_errors(&mutant));
            assert_eq!(said((form.errors)(&mutant)), expected, "{}: {mutant}", form.sheet.file);
            faulty += usize::from(!expected.is_empty());
        }
        assert!(faulty > 5 * found.len(), "{}: {faulty} of {}", form.sheet.file, found.len());
    }
}
