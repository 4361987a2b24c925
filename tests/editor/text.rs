//! What the schemas of the files people write say to someone who edits one.

use jsonschema::Validator;
use rebalance::cli::SHEETS;
use rebalance::config::Config;
use rebalance::portfolio::Portfolio;
use rebalance::schema::{self, EXAMPLES, Sheet};
use rebalance::{document, holdings::HoldingsFile, policy::PolicyFile};
use serde_json::Value;

/// The schemas of the files people write, each with its example.
fn written() -> impl Iterator<Item = (&'static Sheet, Value, &'static str)> {
    EXAMPLES.iter().map(|(file, example)| {
        let (_, sheet) = SHEETS.iter().find(|(_, sheet)| sheet.file == *file).expect("a schema of that name");
        (*sheet, serde_json::from_str(&schema::text(sheet)).unwrap(), *example)
    })
}

/// Every key of a schema, by its path, with its own schema.
fn keys(schema: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut pending = vec![(String::new(), schema)];
    while let Some((path, schema)) = pending.pop() {
        for (key, of_key) in schema["properties"].as_object().into_iter().flatten() {
            found.push((format!("{path}/{key}"), of_key));
            pending.push((format!("{path}/{key}"), of_key));
        }
        for (word, below) in [("additionalProperties", "*"), ("items", "0")] {
            if schema[word].is_object() {
                pending.push((format!("{path}/{below}"), &schema[word]));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn sentence(text: &Value) -> bool {
    let text = text.as_str().unwrap_or("");
    text.len() > 5 && text.ends_with('.') && !text.contains(['\n', '\r'])
}

#[test]
fn every_key_is_described_and_has_examples() {
    for (sheet, schema, _) in written() {
        assert!(schema["title"].is_string() && sentence(&schema["description"]), "{}", sheet.file);
        for (path, of_key) in keys(&schema) {
            let name = format!("{}: {path}", sheet.file);
            assert!(sentence(&of_key["description"]), "{name} has no description");
            // The base currency of the example has no rate of itself.
            if sheet.file == "fx.schema.json" && path == "/rates/KRW" {
                continue;
            }
            let examples = of_key["examples"].as_array().map_or(0, Vec::len);
            let snippets = of_key["defaultSnippets"].as_array().map_or(0, Vec::len);
            assert!(
                examples + snippets > 0,
                "{name} is not in the example schema/{}",
                sheet.file.replace(".schema.json", ".example.yaml")
            );
        }
    }
}

/// The parameters of a rule stand where a condition has told which rule it is; its page explains them.
#[test]
fn every_parameter_is_described() {
    let mut seen = 0;
    for (sheet, schema, _) in written() {
        for of_rule in schema["allOf"].as_array().into_iter().flatten() {
            let parameters = of_rule.pointer("/then/properties/parameters/properties").and_then(Value::as_object);
            for (name, parameter) in parameters.into_iter().flatten() {
                let text = parameter["description"].as_str().unwrap_or("");
                assert!(text.len() > 5 && !text.contains('\n'), "{}: {name}: {parameter}", sheet.file);
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "{seen} parameters");
}

#[test]
fn every_example_fits_its_schema() {
    for (sheet, schema, _) in written() {
        for (path, of_key) in keys(&schema) {
            let validator: Validator = jsonschema::options().build(of_key).unwrap();
            for example in of_key["examples"].as_array().into_iter().flatten() {
                assert!(validator.is_valid(example), "{}: {path}: {example}", sheet.file);
            }
            if let Some(default) = of_key.get("default") {
                assert!(validator.is_valid(default), "{}: {path}: the default {default}", sheet.file);
            }
        }
    }
}

#[test]
fn the_examples_are_files_without_a_fault() {
    for (sheet, _, example) in written() {
        let reading = document::read(example.as_bytes());
        let (form, misread) = match sheet.file {
            "portfolio_config.schema.json" => (&schema::CONFIG, Config::of(&reading).1),
            "holdings.schema.json" => (&rebalance::holdings::FORM, HoldingsFile::of(&reading).1),
            "fx.schema.json" => (&rebalance::fx::FORM, rebalance::fx::FxFile::of(&reading).1),
            "policy.schema.json" => (&rebalance::rules::POLICY, PolicyFile::of(&reading).1),
            other => panic!("{other} is no file people write"),
        };
        assert_eq!(reading.faults, vec![], "{}", sheet.file);
        assert_eq!(schema::check(form, &reading, &misread), vec![], "{}", sheet.file);
    }
}

#[test]
fn every_word_is_described() {
    for (sheet, schema, _) in written() {
        for (path, of_key) in keys(&schema) {
            let Some(words) = of_key["enum"].as_array() else { continue };
            let meanings = of_key["enumDescriptions"].as_array().unwrap_or_else(|| panic!("{}: {path}", sheet.file));
            assert_eq!(words.len(), meanings.len(), "{}: {path}", sheet.file);
            assert!(meanings.iter().all(sentence), "{}: {path}: {meanings:?}", sheet.file);
        }
    }
}

/// A default in the schema is what the absence of the key means.
#[test]
fn every_default_is_what_a_missing_key_means() {
    let (_, schema, example) = written().next().unwrap();
    let portfolio = |text: &str| Portfolio::of(&Config::of(&document::read(text.as_bytes())).0).expect(text);
    let mut seen = 0;
    for (path, of_key) in keys(&schema) {
        let Some(default) = of_key.get("default") else { continue };
        let key = path.rsplit('/').next().unwrap();
        let at = example.lines().position(|line| line.trim_start().starts_with(&format!("{key}: "))).expect(&path);
        let with = |wanted: Option<String>| {
            let lines = example.lines().enumerate().filter_map(|(i, line)| match &wanted {
                _ if i != at => Some(line.to_owned()),
                Some(value) => Some(format!("{}: {value}", line.split(':').next().unwrap())),
                None => None,
            });
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(portfolio(&with(Some(default.to_string()))), portfolio(&with(None)), "{path}");
        seen += 1;
    }
    assert!(seen >= 10, "{seen} defaults");
}

/// yaml-language-server 1.25 inserts a text of digits that begins with 0 without quotes, and other readers then lose
/// the zero.
#[test]
fn no_example_of_a_text_loses_its_quotes_in_an_editor() {
    for (sheet, schema, _) in written() {
        for (path, of_key) in keys(&schema) {
            for example in of_key["examples"].as_array().into_iter().flatten() {
                let text = example.as_str().unwrap_or("");
                let digits = text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
                assert!(!digits, "{}: {path}: {example}", sheet.file);
            }
        }
    }
}
