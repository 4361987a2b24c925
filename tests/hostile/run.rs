//! The whole lint of some bytes, by the command people run, in every format. Also taken by `tests/fuzz`.

use clap::ValueEnum;
use rebalance::cli::{self, Host};
use rebalance::fault::Exit;
use rebalance::output::Format;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::OnceLock;

/// What one run gave.
pub(crate) struct Answer {
    /// Standard output.
    pub(crate) out: String,
    /// The exit code.
    pub(crate) code: u8,
}

/// Every format there is.
pub(crate) fn formats() -> impl Iterator<Item = &'static Format> {
    Format::value_variants().iter()
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
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut host = Host {
        cwd: nowhere(),
        env: BTreeMap::new(),
        now: 1_772_582_400,
        out: &mut out,
        err: &mut err,
        input: Box::new(Cursor::new(bytes.to_vec())),
        out_is_terminal: false,
        err_is_terminal: false,
        lost: false,
        columns: None,
    };
    let args = ["rebalance", "lint", "--stdin", "--format", &word(format)].map(OsString::from);
    let code = cli::run(args.into(), &mut host);
    assert!(err.is_empty(), "{}", String::from_utf8_lossy(&err));
    Answer { out: String::from_utf8(out).expect("answers are UTF-8"), code }
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
