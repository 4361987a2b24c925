//! SARIF: valid by the official schema, and every place is what it says in every unit.

use crate::cases::{self, CONFIG, Case};
use rebalance::output::Format;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SCHEMA: &str = include_str!("sarif-schema-2.1.0.json");

fn log(case: &Case) -> Value {
    serde_json::from_str(&case.drawn(Format::Sarif)).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn every_case_is_valid_by_the_official_schema() {
    // The standard's pattern of `run.language`, which is not used here, has a bracket that closes nothing; the validator
    // refuses it.
    assert!(SCHEMA.contains("{2}]?$"));
    let schema: Value = serde_json::from_str(&SCHEMA.replace("{2}]?$", "{2}$")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for case in cases::all() {
        let mut log = log(&case);
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert_eq!(errors, [] as [&str; 0], "{}", case.name);
        // The validator looks: it refuses what the standard forbids.
        log["runs"][0]["columnKind"] = "bytes".into();
        assert!(!validator.is_valid(&log));
    }
}

/// Every region of a log, with its file.
fn regions<'a>(value: &'a Value, file: &mut Option<&'a str>, found: &mut Vec<(Option<&'a str>, &'a Value)>) {
    match value {
        Value::Object(entries) => {
            if let Some(uri) = entries.get("artifactLocation").and_then(|location| location["uri"].as_str()) {
                *file = Some(uri);
            }
            for (key, value) in entries {
                if key == "region" || key == "deletedRegion" {
                    found.push((*file, value));
                }
                regions(value, file, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| regions(item, file, found)),
        _ => {}
    }
}

/// What a region covers, by its lines and columns, counted here anew and not as the program counts.
fn by_lines(text: &str, region: &Value) -> String {
    let at = |line: &str, column: &str| {
        let (line, column) = (region[line].as_u64().unwrap(), region[column].as_u64().unwrap());
        let mut left = line - 1;
        let mut start = 0;
        let bytes = text.as_bytes();
        while left > 0 {
            if bytes[start] == b'\n' || bytes[start] == b'\r' && bytes.get(start + 1) != Some(&b'\n') {
                left -= 1;
            }
            start += 1;
        }
        let rest = &text[start..];
        start + rest.char_indices().nth(usize::try_from(column - 1).unwrap()).map_or(rest.len(), |(at, _)| at)
    };
    text[at("startLine", "startColumn")..at("endLine", "endColumn")].to_owned()
}

fn by_characters(text: &str, region: &Value) -> String {
    let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
    text.chars().skip(number("charOffset")).take(number("charLength")).collect()
}

fn by_bytes(file: &str, region: &Value) -> String {
    let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
    file[number("byteOffset")..number("byteOffset") + number("byteLength")].to_owned()
}

#[test]
fn lines_characters_and_bytes_of_a_region_are_the_same_text() {
    let mut compared = 0;
    for case in cases::all() {
        let log = log(&case);
        let mut found = Vec::new();
        regions(&log, &mut None, &mut found);
        for (uri, region) in found.into_iter().filter(|(uri, _)| uri.is_some_and(|uri| uri.ends_with(CONFIG))) {
            let file = &case.sources[CONFIG];
            let text = file.trim_start_matches('\u{feff}');
            let (lines, characters, bytes) =
                (by_lines(text, region), by_characters(text, region), by_bytes(file, region));
            assert_eq!(lines, characters, "{} {uri:?} {region}", case.name);
            assert_eq!(lines, bytes, "{} {uri:?} {region}", case.name);
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn places_after_korean_and_emoji_are_exact() {
    let case = cases::all().into_iter().find(|case| case.name == "korean-and-emoji").unwrap();
    let text = &case.sources[CONFIG];
    let log = log(&case);
    let said: BTreeSet<String> = results(&log)
        .iter()
        .filter_map(|result| result["locations"][0]["physicalLocation"].get("region"))
        .map(|region| by_characters(text, region))
        .collect();
    for word in ["319640", "목표"] {
        assert!(said.contains(word), "{said:?}");
    }
}

#[test]
fn fingerprints_are_unique_and_do_not_move_with_lines() {
    for case in cases::all() {
        let log = log(&case);
        let prints: Vec<&str> = results(&log)
            .iter()
            .map(|result| result["partialFingerprints"]["rebalance/v1"].as_str().unwrap())
            .collect();
        assert_eq!(prints.iter().collect::<BTreeSet<_>>().len(), prints.len(), "{}", case.name);
    }
    let prints = |stage: &crate::stage::Stage| -> BTreeMap<String, String> {
        let log = stage.run(&["lint", "--format", "sarif"]).json();
        let print = |result: &Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&result["properties"]["subject"]), text(&result["partialFingerprints"]["rebalance/v1"]))
        };
        results(&log).iter().map(print).collect()
    };
    let stage = crate::stage::Stage::sample();
    stage.edit(CONFIG, "code: '069500'", "code: 069500");
    let before = prints(&stage);
    stage.edit(CONFIG, "    core:", "    # a line more\n\n    core:");
    assert_eq!(prints(&stage), before);
    assert_eq!(before.keys().collect::<Vec<_>>(), ["069500.code", "443160.target"]);
}

#[test]
fn rules_are_described_and_results_point_at_them() {
    for case in cases::all() {
        let log = log(&case);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        for result in results(&log) {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"], "{}", case.name);
            let id = rule["id"].as_str().unwrap().strip_prefix("rebalance/").unwrap();
            let text = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            assert!(!text("/shortDescription/text").is_empty());
            if rebalance::rules::find(id).is_some() {
                for pointer in ["/fullDescription/text", "/help/text", "/help/markdown", "/defaultConfiguration/level"]
                {
                    assert!(!text(pointer).is_empty(), "{id}: {pointer}");
                }
                assert_eq!(Some(text("/helpUri")), rebalance::rules::url(id));
            }
        }
    }
}

/// GitHub takes no more than 1,024 characters of a description.
#[test]
fn descriptions_fit_code_scanning() {
    for rule in rebalance::rules::ALL {
        let page = rule.read_page().unwrap();
        assert!(page.summary.chars().count() <= 1_024 && page.why.chars().count() <= 1_024, "{}", rule.id);
    }
}
