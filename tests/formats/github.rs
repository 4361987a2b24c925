//! GitHub Actions: the output as the runner reads it. The rules are those of `ActionCommand` in actions/runner.

use crate::cases::{self, CONFIG, Case};
use rebalance::finding::Level;
use rebalance::output::Format;
use std::collections::BTreeMap;

/// A command as the runner takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

fn unescaped(text: &str, signs: &[(&str, &str)]) -> String {
    signs.iter().fold(text.to_owned(), |text, (escaped, sign)| text.replace(escaped, sign))
}

const DATA: &[(&str, &str)] = &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
const PROPERTY: &[(&str, &str)] = &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];

/// A line as the runner reads it: `::name key=value,…::data` after blanks, or the older `##[name]` anywhere.
fn parse(line: &str) -> Option<Command> {
    let line = line.trim_start();
    let Some(rest) = line.strip_prefix("::") else {
        assert!(!line.contains("##["), "an older command: {line}");
        return None;
    };
    let (info, data) = rest.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let pairs = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
    let properties = pairs.map(|(key, value)| (key.to_owned(), unescaped(value, PROPERTY))).collect();
    Some(Command { name: name.to_owned(), properties, data: unescaped(data, DATA) })
}

fn commands(text: &str) -> Vec<Command> {
    // The runner ends a line at LF, CRLF or CR.
    text.split(['\n', '\r']).filter_map(parse).collect()
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        _ => "notice",
    }
}

fn shown(case: &Case) -> Vec<&rebalance::finding::Finding> {
    let mut left: BTreeMap<Level, usize> = Level::ALL.into_iter().map(|level| (level, 10)).collect();
    case.counted()
        .filter(|finding| {
            let left = left.get_mut(&finding.level).unwrap();
            let fits = *left > 0;
            *left -= usize::from(fits);
            fits
        })
        .collect()
}

#[test]
fn the_runner_reads_one_command_for_each_finding_up_to_ten_of_a_level() {
    for case in cases::all() {
        let commands = commands(&case.drawn(Format::Github));
        let expected = shown(&case);
        assert_eq!(commands.len(), expected.len(), "{}", case.name);
        for (command, finding) in commands.iter().zip(expected) {
            assert_eq!(command.name, word(finding.level), "{}", case.name);
            assert_eq!(command.properties["title"], finding.rule, "{}", case.name);
            // What is hidden is written out, and what is nobody's business is left out.
            let bare = !finding.message.contains("/home/ann/")
                && !finding.message.contains(|c: char| c.is_control() || c == '\u{202e}');
            if bare && command.properties.contains_key("file") {
                assert!(command.data.starts_with(&finding.message), "{}: {command:?}", case.name);
            }
            for help in finding.help.iter().filter(|help| !help.contains(char::is_control)) {
                assert!(command.data.contains(&format!("\nhelp: {help}")), "{}: {command:?}", case.name);
            }
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(command.properties.keys().all(|key| known.contains(&key.as_str())), "{command:?}");
            // The runner drops columns of a range over several lines.
            if command.properties.contains_key("col") {
                assert_eq!(command.properties["line"], command.properties["endLine"], "{command:?}");
            }
        }
    }
}

#[test]
fn places_are_those_of_the_json() {
    for case in cases::all() {
        let json: serde_json::Value = serde_json::from_str(&case.drawn(Format::Json)).unwrap();
        let places: Vec<(u64, u64)> = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| {
                finding["suppressed"].is_null() && finding["path"] == CONFIG && finding["end"]["byte"] != 0
            })
            .map(|finding| (finding["start"]["line"].as_u64().unwrap(), finding["start"]["column"].as_u64().unwrap()))
            .collect();
        for command in commands(&case.drawn(Format::Github)) {
            let number = |key: &str| command.properties.get(key).map(|value| value.parse::<u64>().unwrap());
            let own = command.properties.get("file").is_some_and(|file| file == "book/portfolio_config.yaml");
            if let (Some(line), Some(column), true) = (number("line"), number("col"), own) {
                assert!(places.contains(&(line, column)), "{}: {command:?}", case.name);
            }
        }
    }
}

#[test]
fn a_name_with_the_signs_of_a_command_stays_a_name() {
    let case = cases::all().into_iter().find(|case| case.name == "hostile").unwrap();
    let commands = commands(&case.drawn(Format::Github));
    let files: Vec<&str> =
        commands.iter().filter_map(|command| command.properties.get("file")).map(String::as_str).collect();
    assert!(files.contains(&"book/policies/x,y:z\\u{1b}\\n.yaml"), "{files:?}");
}

#[test]
fn a_file_named_like_a_command_is_none_in_a_plain_line() {
    let mut case = cases::all().into_iter().find(|case| case.name == "more-than-ten").unwrap();
    let expected = shown(&case).len();
    case.findings.iter_mut().for_each(|finding| finding.path = "/elsewhere/::stop-commands::x".to_owned());
    let text = case.drawn(Format::Github);
    assert_eq!(commands(&text).len(), expected, "{text}");
    assert!(text.contains("] at ::stop-commands::x: "), "{text}");
}

#[test]
fn what_github_would_drop_stands_below() {
    let case = cases::all().into_iter().find(|case| case.name == "more-than-ten").unwrap();
    let text = case.drawn(Format::Github);
    for i in 1..=13 {
        assert!(text.contains(&format!("unknown key `extra_{i}`")), "{i}");
    }
    assert!(
        text.contains("\n6 findings without an annotation, because GitHub shows 10 of a level for a step:\n"),
        "{text}"
    );
}
