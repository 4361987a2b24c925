//! The whole lint of some bytes, by the command people run, in every format. Also taken by `tests/fuzz`.

use clap::ValueEnum;
use rebalance::cli::{self, Host};
use rebalance::config::Config;
use rebalance::document::{self, Reading};
use rebalance::fault::Exit;
use rebalance::output::Format;
use rebalance::portfolio::Allocation;
use rebalance::{fix, rules};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::OnceLock;

/// 2026-03-04T00:00:00Z.
const NOW: i64 = 1_772_582_400;

/// What one run gave.
pub(crate) struct Answer {
    /// Standard output.
    pub(crate) out: String,
    /// The exit code.
    pub(crate) code: u8,
}

/// Every format of findings.
pub(crate) fn formats() -> impl Iterator<Item = &'static Format> {
    Format::value_variants().iter().filter(|format| **format != Format::Jsonl)
}

/// The word of a format.
pub(crate) fn word(format: Format) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// A directory with nothing in it.
fn nowhere() -> PathBuf {
    static EMPTY: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let dir = std::env::temp_dir().join("rebalance-hostile-nothing-here");
        std::fs::create_dir_all(&dir).expect("a temporary directory");
        dir
    };
    EMPTY.get_or_init(make).clone()
}

/// Lints bytes in one format.
pub(crate) fn lint(bytes: &[u8], format: Format) -> Answer {
    let (out, err, code) = lint_with(bytes, &["--format", &word(format)]);
    assert!(err.is_empty(), "{}", String::from_utf8_lossy(&err));
    Answer { out: String::from_utf8(out).expect("answers are UTF-8"), code }
}

/// Lints bytes with some options: standard output, standard error, exit code.
pub(crate) fn lint_with(bytes: &[u8], options: &[&str]) -> (Vec<u8>, Vec<u8>, u8) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut host = Host {
        cwd: nowhere(),
        env: BTreeMap::new(),
        now: NOW,
        out: &mut out,
        err: &mut err,
        input: Box::new(Cursor::new(bytes.to_vec())),
        out_is_terminal: false,
        err_is_terminal: false,
        lost: false,
        columns: None,
        pause: |_| (),
        live: Default::default(),
    };
    let args = ["rebalance", "lint", "--stdin"].iter().chain(options).map(OsString::from);
    let code = cli::run(args.collect(), &mut host);
    (out, err, code)
}

/// Fixes bytes: what is fixed stays fixed, and neither a comment nor the allocation is another afterwards.
pub(crate) fn fix_for_good(bytes: &[u8]) {
    let (policies, _) = rules::policies(&[]);
    let fix = |bytes: &[u8]| fix::fix("portfolio_config.yaml", bytes, &policies, NOW).expect("a fix does what it may");
    let (out, ..) = lint_with(bytes, &["--fix"]);
    let (diff, _, code) = lint_with(bytes, &["--fix", "--diff"]);
    let Some(text) = fix(bytes).text else {
        assert!(out == bytes && diff.is_empty() && code != 1, "{}", String::from_utf8_lossy(&out));
        return;
    };
    assert_eq!((out, code, diff.is_empty()), (text.clone().into_bytes(), 1, false));
    assert_eq!(fix(text.as_bytes()).text, None, "{text}");
    let (before, after) = (document::read(bytes), document::read(text.as_bytes()));
    let comments = |reading: &Reading| -> Vec<String> {
        let document = reading.document.as_ref().expect("only what is read is fixed");
        document.comments.iter().map(|comment| comment.text.clone()).collect()
    };
    assert_eq!(comments(&before), comments(&after), "{text}");
    let allocation = |reading: &Reading| Allocation::of(&Config::of(reading).0);
    if let Some(before) = allocation(&before) {
        assert_eq!(Some(before), allocation(&after), "{text}");
    }
}

/// A text in an answer that is more than a line: sentences are shown in tables, annotations and logs.
fn line_breaks(json: &Value) -> Option<&str> {
    match json {
        Value::String(text) => text.contains(['\n', '\r']).then_some(text),
        Value::Array(items) => items.iter().find_map(line_breaks),
        // What a finding is about is a name as it is, for programs.
        Value::Object(map) => map.iter().filter(|(key, _)| *key != "subject").find_map(|(_, value)| line_breaks(value)),
        _ => None,
    }
}

/// Lints bytes in every format: no panic, the same exit code, an answer that is told, and no character in it that could
/// do something to a terminal.
pub(crate) fn lint_every_way(bytes: &[u8]) -> u8 {
    let mut codes = Vec::new();
    for format in formats() {
        let answer = lint(bytes, *format);
        let name = word(*format);
        assert!([Exit::Done, Exit::No, Exit::Unknown].map(|exit| exit as u8).contains(&answer.code), "{name}");
        assert!(answer.code == 0 || !answer.out.is_empty(), "{name}");
        let acts = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
        assert_eq!(answer.out.chars().find(acts), None, "{name}: {}", answer.out);
        if answer.out.starts_with(['{', '[']) {
            let json: Value = serde_json::from_str(&answer.out).expect("JSON is JSON");
            assert!(name != "json" || line_breaks(&json).is_none(), "{:?}", line_breaks(&json));
        }
        if name == "github" {
            let commands = answer.out.lines().filter(|line| line.starts_with("::"));
            commands.for_each(|line| assert!(line.contains(" file=portfolio_config.yaml,"), "{line}"));
        }
        codes.push(answer.code);
    }
    codes.dedup();
    assert!(matches!(*codes, [_]), "exit codes differ by format: {codes:?}");
    codes[0]
}
