//! Any bytes, pieces of YAML, pieces of a config, and every family: each is answered, in every format.

use crate::families::FAMILIES;
use crate::run::{fix_for_good, formats, lint, lint_every_way, lint_with, word};
use proptest::prelude::*;
use rebalance::document::{MAX_BYTES, MAX_DEPTH};

/// What configs are made of, and what people and machines put between.
const PIECES: &[&str] = &[
    "portfolio:\n",
    "  name: 'P'\n",
    "  base_currency: 'KRW'\n",
    "  base_currency: ",
    "  allocation:\n",
    "    core:\n",
    "      weight: 0.7\n",
    "      weight: ",
    "      assets:\n",
    "        - ticker: 'T'\n",
    "          code: '069500'\n",
    "          code: 069500\n",
    "          target: 0.35\n",
    "          target: 1e-1 # c\n",
    "          taget: .5\n",
    "      months: [10, 1, 1]\n",
    "          target: ",
    "          min: 1e-1\n",
    "          max: 2\n",
    "          tags: [a, b]\n",
    "  rebalancing:\n",
    "    strategy: 'hybrid'\n",
    "    strategy: hybird\n",
    "    scheduled:\n",
    "      months: [1, 4]\n",
    "  costs:\n",
    "    slippage_estimate: 0.001\n",
    "  cash: { reserve: 1 }\n",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "\n",
    "  ",
    "'",
    "\"",
    "\\n",
    "\\u0041",
    "#",
    " # c\n",
    " # rebalance: ignore[weights-sum] -- why\n",
    "# rebalance: ignore[nobody] until=2020-01-01\n",
    "# rebalance: ignore[",
    "&a ",
    "*a",
    "!t ",
    "<<: ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\t",
    "\r",
    "\u{feff}",
    "\u{202e}",
    "\u{9b}",
    "가",
    "0.1",
    "-1",
    "999999999999999999999",
    "null",
    "~",
    "true",
    "|\n",
    ">-\n",
    "? ",
    "::error::",
    "%0A",
    "<b>",
    "|",
    "`",
    "</script>",
    "]]>",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

/// A file with some of its bytes replaced, removed or given again.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let bytes = include_bytes!("../../portfolio_config.yaml");
    let damage = (0..bytes.len(), 0..60_usize, prop::sample::select(PIECES), any::<bool>());
    prop::collection::vec(damage, 1..5).prop_map(|damages| {
        let mut text = bytes.to_vec();
        for (at, length, piece, keep) in damages {
            let at = at.min(text.len());
            let end = if keep { at } else { (at + length).min(text.len()) };
            text.splice(at..end, piece.bytes());
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        lint_every_way(&bytes);
        fix_for_good(&bytes);
    }

    #[test]
    fn any_pieces_are_answered(text in pieces()) {
        lint_every_way(text.as_bytes());
        fix_for_good(text.as_bytes());
    }

    #[test]
    fn a_damaged_config_is_answered(bytes in damaged()) {
        lint_every_way(&bytes);
        fix_for_good(&bytes);
    }
}

#[test]
fn every_family_is_answered() {
    for (name, member) in FAMILIES {
        for size in [0, 1, 100, 2000] {
            let code = lint_every_way(&member(size));
            fix_for_good(&member(size));
            // Nothing here is a config that could be planned.
            assert_ne!(code, 0, "{name} {size}");
        }
    }
}

/// Names that are commands or markup to whatever shows them are shown as one line, and do nothing.
#[test]
fn hostile_names_stay_names() {
    for name in [
        r"a\nb",
        r"a\tb",
        r"\n::error file=x::y",
        r"%0A::error::x",
        r"<img src=x onerror=y>",
        r"`|](http://x)",
        "k'k",
        "]]>",
    ] {
        for text in [
            format!("portfolio:\n  \"{name}\": 1\n"),
            format!("portfolio:\n  name: \"{name}\"\n  base_currency: \"{name}\"\n  calendar: \"{name}\"\n"),
            format!(
                "portfolio:\n  allocation:\n    \"{name}\":\n      weight: 3\n      assets: []\n      \"{name}\": 1\n"
            ),
            format!("\"{name}\": 1\n\"{name}\": 2\n"),
            format!("portfolio:\n  outside: [\"{name}\", \"{name}\"]\n"),
        ] {
            assert_eq!(lint_every_way(text.as_bytes()), 1, "{text}");
        }
    }
}

#[test]
fn past_a_limit_there_is_one_finding() {
    let deep: String = (0..=MAX_DEPTH).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for (text, wanted) in [
        ("a: 1\n".repeat(MAX_BYTES / 5 + 1), "more than the 1048576 that are read"),
        ("[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1), "nested deeper than 64 levels"),
        ("{a: ".repeat(MAX_DEPTH + 1) + &"}".repeat(MAX_DEPTH + 1), "nested deeper than 64 levels"),
        ("- ".repeat(MAX_DEPTH + 1), "nested deeper than 64 levels"),
        (deep, "nested deeper than 64 levels"),
    ] {
        for format in formats() {
            let answer = lint(text.as_bytes(), *format);
            // A long sentence is broken to the width of a terminal.
            let words: Vec<&str> = answer.out.split_whitespace().collect();
            assert!(words.join(" ").contains(wanted), "{}: {}", word(*format), answer.out);
            assert_eq!(answer.code, 1);
        }
    }
}

/// Found by fuzzing: the text shown in place of bytes that are no UTF-8 was fixed and printed as the file.
#[test]
fn a_file_that_is_not_utf8_is_given_back_as_it_is() {
    for bytes in [&b"# \xde\nportfolio:\n  nmae: 'P'\n"[..], "# \u{9b}\nportfolio:\n  nmae: 'P'\n".as_bytes()] {
        fix_for_good(bytes);
        assert_eq!(lint_with(bytes, &["--fix"]).0, bytes);
    }
}

/// The fixed text of standard input is written over a file: half of it would be worse than none.
#[test]
fn a_text_past_the_limit_is_not_printed_in_part() {
    let (out, err, code) = lint_with("a: 1\n".repeat(MAX_BYTES / 5 + 1).as_bytes(), &["--fix"]);
    assert_eq!((out.len(), code), (0, 6), "{}", String::from_utf8_lossy(&err));
}

/// An answer is no longer than a multiple of the question, however many things are wrong with it.
#[test]
fn answers_are_bounded() {
    for (name, member) in FAMILIES {
        let text = member(8_000);
        for format in formats() {
            let answer = lint(&text, *format);
            let bytes = answer.out.len();
            assert!(bytes < 400 * text.len() + 100_000, "{name} {}: {bytes} of {}", word(*format), text.len());
        }
    }
}
