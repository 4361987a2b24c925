//! The YAML test suite: every case is accepted with the value it has, or refused for a reason that is written down.
//!
//! `suite/verdicts.txt` is the table: id, verdict, name of the case. `SNAPSHOTS=overwrite` writes it anew; the laws below
//! hold for it all the same.

use rebalance::document::{FaultKind, Kind, Node, Style, read};
use serde_json::{Deserializer, Value};
use snapbox::{Data, assert_data_eq};

struct Case {
    id: String,
    name: String,
    yaml: String,
    /// Whether the suite says that it is not YAML.
    fail: bool,
    /// What the suite says that it means, a value for each document.
    json: Option<Vec<Value>>,
    documents: u64,
}

fn cases() -> Vec<Case> {
    let text = |case: &Value, key: &str| case[key].as_str().unwrap_or("").to_owned();
    let case = |line: &str| {
        let case: Value = serde_json::from_str(line).unwrap();
        let json =
            case["json"].as_str().map(|json| Deserializer::from_str(json).into_iter().map(Result::unwrap).collect());
        Case {
            id: text(&case, "id"),
            name: text(&case, "name"),
            yaml: text(&case, "yaml"),
            fail: case["fail"] == true,
            json,
            documents: case["documents"].as_u64().unwrap_or(0),
        }
    };
    include_str!("suite/cases.jsonl").lines().map(case).collect()
}

/// Valid YAML that the reader calls broken, and why that is meant.
const STRICTER: &[(&str, &str)] = &[
    ("6CA3", TAB),
    ("8G76", EMPTY),
    ("98YD", EMPTY),
    ("AVM7", EMPTY),
    ("DK95-00", TAB),
    ("HS5T", TAB),
    ("HWV9", EMPTY),
    ("Q5MG", TAB),
    ("QT73", EMPTY),
    ("UV7Q", TAB),
];
const TAB: &str = "a tab among the blanks a line begins with looks as deep as the editor shows it";
const EMPTY: &str = "a config that says nothing is one that was not written, or lost";

/// What is not YAML by the letter and is read all the same, what it is read as, and why: inside quotes and brackets the
/// blanks at the start of a line mean nothing, and every reader that takes the text takes it for the same.
const LENIENT: &[(&str, &str, &str)] = &[
    ("9C9N", r#"{"flow":["a","b","c"]}"#, "people close a bracket in the column of its key"),
    ("DK95-01", r#"{"foo":"bar baz"}"#, "a tab in quotes is a blank of the text"),
    ("QB6E", r#"{"quoted":"a b c"}"#, "the quotes say where the text ends"),
];

/// The verdict in words.
fn verdict(yaml: &str) -> String {
    let reading = read(yaml.as_bytes());
    let Some(fault) = reading.faults.first() else { return "accepted".to_owned() };
    let kind = match fault.kind {
        FaultKind::Syntax => "syntax",
        FaultKind::DuplicateKey => "duplicate key",
        FaultKind::Feature => "feature",
    };
    format!("refused ({kind}: {})", fault.message)
}

#[test]
fn every_case_has_its_verdict() {
    let cases = cases();
    assert_eq!(cases.len(), 402);
    let lines = cases.iter().map(|case| format!("{} {} -- {}\n", case.id, verdict(&case.yaml), case.name));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/document/suite/verdicts.txt");
    assert_data_eq!(lines.collect::<String>(), Data::read_from(path.as_ref(), None).raw());
}

#[test]
fn what_is_not_yaml_is_refused() {
    let cases = cases();
    let accepted = cases.iter().filter(|case| case.fail && verdict(&case.yaml) == "accepted");
    let accepted: Vec<_> = accepted.map(|case| case.id.as_str()).collect();
    let lenient: Vec<_> = LENIENT.iter().map(|(id, ..)| *id).collect();
    assert_eq!(accepted, lenient);
    for (id, json, reason) in LENIENT {
        let case = cases.iter().find(|case| case.id == *id).unwrap();
        let root = read(case.yaml.as_bytes()).document.unwrap().root;
        assert!(same(&root, &serde_json::from_str(json).unwrap()), "{id}: {reason}: {root:#?}");
    }
}

#[test]
fn what_is_yaml_is_only_refused_on_purpose() {
    let mut stricter = Vec::new();
    for case in cases().iter().filter(|case| !case.fail) {
        if verdict(&case.yaml).starts_with("refused (syntax") {
            stricter.push((case.id.clone(), verdict(&case.yaml), case.yaml.clone()));
        }
    }
    let unexplained: Vec<_> =
        stricter.iter().filter(|(id, ..)| STRICTER.iter().all(|(known, _)| known != id)).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    for (id, reason) in STRICTER {
        assert!(stricter.iter().any(|(known, ..)| known == id), "{id} is read now: {reason}");
    }
}

#[test]
fn what_is_accepted_means_what_the_suite_says() {
    let mut compared = 0;
    for case in cases().into_iter().filter(|case| !case.fail) {
        let reading = read(case.yaml.as_bytes());
        let (Some(document), []) = (reading.document, &*reading.faults) else { continue };
        assert_eq!(case.documents, 1, "{}: {} documents", case.id, case.documents);
        let Some(json) = case.json else { continue };
        assert!(
            json.len() == 1 && same(&document.root, &json[0]),
            "{}: {:#?}\nis not {json:#?}",
            case.id,
            document.root
        );
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}

/// Whether a node is a value. What a plain scalar stands for is the schema's business: here its text has to fit.
fn same(node: &Node, value: &Value) -> bool {
    match (&node.kind, value) {
        (Kind::Map(entries), Value::Object(map)) => {
            let found = |key: &str| map.get(key);
            entries.len() == map.len() && entries.iter().all(|e| found(&e.key.text).is_some_and(|v| same(&e.value, v)))
        }
        (Kind::Seq(items), Value::Array(values)) => {
            items.len() == values.len() && items.iter().zip(values).all(|(i, v)| same(i, v))
        }
        (Kind::Scalar(scalar), Value::String(text)) => scalar.text == *text,
        (Kind::Scalar(scalar), Value::Null) => {
            scalar.style == Style::Plain && ["", "~", "null"].contains(&&*scalar.text)
        }
        (Kind::Scalar(scalar), Value::Bool(yes)) => scalar.style == Style::Plain && scalar.text == yes.to_string(),
        (Kind::Scalar(scalar), Value::Number(number)) => {
            scalar.style == Style::Plain && scalar.text.parse().ok() == number.to_string().parse::<f64>().ok()
        }
        _ => false,
    }
}
