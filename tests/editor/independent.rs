//! check-jsonschema, a validator nobody here has written, on the committed schema: file by file and place by place it
//! says what this reader says, or the difference is in the table below with its reason.

use crate::corpus::{Case, SEED, corpus};
use rebalance::config::Config;
use rebalance::document::{self, FaultKind, Kind, Node, Span, Style};
use rebalance::money;
use rebalance::schema::{self, IssueKind};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The command of the validator.
const COMMAND: &str = "CHECK_JSONSCHEMA";

/// What a reader has against a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// It is not read at all; in words.
    Unread(String),
    /// The places that do not fit the schema.
    Read(BTreeSet<String>),
}

/// A difference.
#[derive(Debug)]
struct Difference {
    /// The place, when both read the text and only one has something against it.
    place: String,
    /// What stands there; the whole text when one of the two does not read it.
    text: String,
    /// Whether it has quotes.
    quoted: bool,
    /// What this program says there or of the whole text.
    ours: Option<String>,
    /// Whether the validator says something.
    theirs: bool,
}

/// Why the two differ: a name, the reason, and what it is recognised by.
type Explained = (&'static str, &'static str, fn(&Difference) -> bool);

const EXPLAINED: &[Explained] = &[
    (
        "spelling",
        "YAML readers disagree about 1e-1, +0.1, .5 and 007; the rule `number-format` refuses all but plain digits",
        |d| d.says("number: the number `") && !d.theirs,
    ),
    (
        "places",
        "how many decimal places are kept is not in the schema: `multipleOf: 0.00000001` is wrong in binary floats",
        |d| d.says("decimal places") && !d.theirs,
    ),
    (
        "binary floats",
        "the number is beyond a limit by less than a binary float can tell, and this reader keeps every digit",
        |d| d.says(", more than 1") && !d.theirs && d.text.parse().is_ok_and(|n: f64| [1.0, 1e15].contains(&n)),
    ),
    (
        "whole binary floats",
        "the number is whole but for less than a binary float can tell, and this reader keeps every digit",
        |d| d.says("`day` cannot be") && !d.theirs && d.text.parse().is_ok_and(|n: f64| n.fract() == 0.0),
    ),
    ("value", "`=` alone is a word of its own in YAML 1.1, which ruamel.yaml does not read; here it is a text", |d| {
        d.place == "$" && d.ours.is_none() && d.theirs && d.text.contains(": =\n")
    }),
    (
        "merge sign",
        "`<<` alone is a word of its own in YAML 1.1, which ruamel.yaml does not read; here it is a text",
        |d| d.place == "$" && d.ours.is_none() && d.theirs && d.text.contains(": <<\n"),
    ),
    (
        "features",
        "anchors, aliases, tags, directives and escapes for hidden characters are YAML, and refused by `yaml-feature`",
        |d| d.says("feature: ") && !d.theirs,
    ),
    ("comments", "`'a'#b` is not YAML: a comment has a blank before it; ruamel.yaml lets it pass", |d| {
        d.says("a space is missing before the comment") && !d.theirs
    }),
    (
        "one line",
        "a name with a line break or a tab in it would break tables and logs; the schema has no word for it that every \
         validator reads alike",
        |d| d.says("more than one line, or a tab") && !d.theirs,
    ),
    (
        "whole numbers",
        "JSON Schema takes 1.0 for a whole number; here a whole number has no point, so that it is written in one way",
        |d| d.says("not a whole number") && !d.theirs && d.text.trim_end_matches('0').ends_with('.'),
    ),
    (
        "time zones",
        "the schema does not list the time zones, of which there are several hundred, and more each year",
        |d| d.says("not an IANA time zone") && !d.theirs,
    ),
    (
        "codes",
        "069500 is a text to this reader and a number to others: the rule `code-quoted` asks for the quotes",
        |d| d.ours.is_none() && d.theirs && d.is_number_elsewhere() && d.is_code(),
    ),
    ("names", "0x1F as a name is a text to this reader, which only takes plain digits for a number", |d| {
        d.ours.is_none() && d.theirs && d.is_number_elsewhere() && !d.is_code()
    }),
    (
        "end marker",
        "`...` before the first key ends a document that has not begun; ruamel.yaml does not read on",
        |d| {
            d.ours.is_none()
                && d.theirs
                && d.text.split("portfolio:\n").next().is_some_and(|head| head.contains("...\n"))
        },
    ),
];

impl Difference {
    fn says(&self, words: &str) -> bool {
        self.ours.as_ref().is_some_and(|ours| ours.contains(words))
    }

    fn is_code(&self) -> bool {
        self.place.ends_with(".code") || self.place.contains(".outside[")
    }

    /// Whether a text without quotes is a number to other readers and not to this one.
    fn is_number_elsewhere(&self) -> bool {
        let first = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-');
        !self.quoted && self.text.starts_with(first) && !money::is_plain(&self.text)
    }
}

#[test]
#[ignore = "needs check-jsonschema: .ci/run editor"]
fn another_validator_agrees_about_the_schema() {
    let cases = corpus();
    let theirs = theirs(&cases);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut verdicts: BTreeMap<(bool, bool), usize> = BTreeMap::new();
    for (case, theirs) in cases.iter().zip(&theirs) {
        let differences = compare(case, theirs);
        let accepted = |verdict: &Verdict| *verdict == Verdict::Read(BTreeSet::new());
        *verdicts.entry((accepted(&ours(&case.text).0), accepted(theirs))).or_default() += 1;
        for difference in differences {
            match EXPLAINED.iter().find(|(_, _, applies)| applies(&difference)) {
                Some((name, ..)) => *seen.entry(name).or_default() += 1,
                None => unexplained.push(format!("{}: {difference:?}", case.name)),
            }
        }
    }
    println!("seed {SEED}; accepted by (us, them): {verdicts:?}; explained differences: {seen:#?}");
    assert!(unexplained.is_empty(), "seed {SEED}: {} unexplained:\n{}", unexplained.len(), unexplained.join("\n"));
    for (name, reason, _) in EXPLAINED {
        assert!(seen.contains_key(name), "`{name}` no longer occurs: {reason}");
    }
}

/// What this program says: the verdict, and the message at each place.
fn ours(text: &str) -> (Verdict, BTreeMap<String, String>) {
    let reading = document::read(text.as_bytes());
    if let Some(fault) = reading.faults.first() {
        let kind = match fault.kind {
            FaultKind::Syntax => "syntax",
            FaultKind::DuplicateKey => "duplicate key",
            FaultKind::Feature => "feature",
        };
        return (Verdict::Unread(format!("{kind}: {}", fault.message)), BTreeMap::new());
    }
    let (_, misread) = Config::of(&reading);
    let root = &reading.document.as_ref().unwrap().root;
    let mut messages = BTreeMap::new();
    for issue in schema::check(&schema::CONFIG, &reading, &misread) {
        let of_mapping = issue.missing.is_some() || issue.message.starts_with("unknown key");
        let place = match of_mapping {
            true => outermost(root, issue.mapping),
            // What an empty value is about begins with its key, as the mapping does that has no other.
            false if issue.message.contains(" is empty") => innermost(root, issue.about),
            false => outermost(root, issue.about),
        };
        let place = place.unwrap_or_else(|| panic!("no place of {issue:?}"));
        let kind = if issue.kind == IssueKind::Number { "number: " } else { "" };
        messages.insert(place, format!("{kind}{}", issue.message));
    }
    (Verdict::Read(messages.keys().cloned().collect()), messages)
}

/// The outermost value that ends where a span ends and does not begin before it, as a path.
fn outermost(root: &Node, span: Span) -> Option<String> {
    nodes(root).into_iter().find(|(_, node)| ends(node, span)).map(|(path, _)| path)
}

/// The innermost of them.
fn innermost(root: &Node, span: Span) -> Option<String> {
    nodes(root).into_iter().rfind(|(_, node)| ends(node, span)).map(|(path, _)| path)
}

fn ends(node: &Node, span: Span) -> bool {
    node.span.end == span.end && node.span.start >= span.start
}

/// Every value, outer before inner, with its path as check-jsonschema writes it.
fn nodes(root: &Node) -> Vec<(String, &Node)> {
    let mut found = vec![("$".to_owned(), root)];
    let mut next = 0;
    while let Some((path, node)) = found.get(next).cloned() {
        next += 1;
        for (i, item) in node.items().iter().enumerate() {
            found.push((format!("{path}[{i}]"), item));
        }
        for entry in node.entries() {
            found.push((format!("{path}.{}", entry.key.text), &entry.value));
        }
    }
    found
}

fn compare(case: &Case, theirs: &Verdict) -> Vec<Difference> {
    let (ours, messages) = ours(&case.text);
    let whole = |ours: Option<String>, theirs| Difference {
        place: "$".into(),
        text: case.text.clone(),
        quoted: false,
        ours,
        theirs,
    };
    match (&ours, theirs) {
        (Verdict::Unread(why), Verdict::Read(places)) if places.is_empty() => vec![whole(Some(why.clone()), false)],
        (Verdict::Unread(_), _) => Vec::new(),
        (Verdict::Read(places), Verdict::Unread(_)) if places.is_empty() => vec![whole(None, true)],
        (Verdict::Read(_), Verdict::Unread(_)) => Vec::new(),
        (Verdict::Read(ours), Verdict::Read(theirs)) => {
            let reading = document::read(case.text.as_bytes());
            let root = reading.document.unwrap().root;
            let all: BTreeMap<String, &Node> = nodes(&root).into_iter().collect();
            let differing = ours.symmetric_difference(theirs);
            let scalar = |place: &String| {
                all.get(place).and_then(|node| match &node.kind {
                    Kind::Scalar(scalar) => Some((scalar.text.clone(), scalar.style != Style::Plain)),
                    _ => None,
                })
            };
            differing
                .map(|place| {
                    let (text, quoted) = scalar(place).unwrap_or_default();
                    Difference {
                        place: place.clone(),
                        text,
                        quoted,
                        ours: messages.get(place).cloned(),
                        theirs: theirs.contains(place),
                    }
                })
                .collect()
        }
    }
}

/// What the validator says of each case.
fn theirs(cases: &[Case]) -> Vec<Verdict> {
    let command = std::env::var(COMMAND).unwrap_or_else(|_| panic!("{COMMAND} names no program: see .ci/run"));
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<String> = (0..cases.len()).map(|i| format!("{i:03}.yaml")).collect();
    for (file, case) in files.iter().zip(cases) {
        std::fs::write(dir.path().join(file), &case.text).unwrap();
    }
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/portfolio_config.schema.json");
    let mut program = Command::new(command);
    program
        .current_dir(dir.path())
        .arg("--schemafile")
        .arg(schema)
        .args(["--output-format", "json", "-v"])
        .args(&files);
    let output = program.output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    for file in list("successes") {
        verdicts.insert(file.as_str().unwrap().to_owned(), Verdict::Read(BTreeSet::new()));
    }
    for error in list("parse_errors") {
        let why = error["message"].as_str().unwrap().to_owned();
        verdicts.insert(error["filename"].as_str().unwrap().to_owned(), Verdict::Unread(why));
    }
    for error in list("errors") {
        let entry = verdicts.entry(error["filename"].as_str().unwrap().to_owned());
        if let Verdict::Read(places) = entry.or_insert(Verdict::Read(BTreeSet::new())) {
            places.insert(error["path"].as_str().unwrap().to_owned());
        }
    }
    files.iter().map(|file| verdicts.remove(file).unwrap_or_else(|| panic!("nothing about {file}"))).collect()
}
