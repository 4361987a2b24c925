//! What stands where in a scalar, however it is written.

use proptest::prelude::*;
use rebalance::document::{Node, Places, read};

/// The places of the value under `key`, and the file.
fn places(file: &str) -> (Places, String, String) {
    let reading = read(file.as_bytes());
    assert_eq!(reading.faults, vec![], "{file}");
    let document = reading.document.unwrap();
    let node: &Node = document.root.get("key").unwrap();
    let text = node.scalar().unwrap().text.clone();
    (Places::of(file, node.span, &text), text, file.to_owned())
}

/// What the file has where a part of the text stands.
fn found(file: &str, part: &str) -> String {
    let (places, text, file) = places(file);
    let at = text.find(part).unwrap_or_else(|| panic!("{part:?} is not in {text:?}"));
    let span = places.span(&(at..at + part.len()));
    file[span.start..span.end].to_owned()
}

#[test]
fn a_part_is_found_in_every_style() {
    for file in [
        "key: a + wrong <= 1 # wrong\n",
        "key: a\n  +  wrong\n  <= 1\n",
        "key: 'a + wrong <= 1'\n",
        "key: 'it''s '' a\n\n  + wrong <= 1'\n",
        "key: \"a \\\"\\u0041\\x20\\t\\\n   + wrong\\n <= 1\"\n",
        "key: |\n  a\n  + wrong\n    <= 1\nother: wrong\n",
        "key: |2-\n    a\n  + wrong\n",
        "key: >- # wrong\n  금 a\n\n\n  + wrong <= 1\n\n",
        "key: >\r\n  a\r\n  + wrong\r\n  <= 1\r\n",
        "\u{feff}key: 'a + wrong'\n",
    ] {
        assert_eq!(found(file, "wrong"), "wrong", "{file}");
        let (places, text, file) = places(file);
        let span = places.span(&(text.find("wrong").unwrap()..text.len()));
        assert!(file[span.start..].starts_with("wrong"), "{file}");
    }
}

#[test]
fn an_escape_is_one_character() {
    assert_eq!(found("key: 'a ''b'' c'\n", "'b'"), "''b''");
    assert_eq!(found("key: \"a \\\"b\\\" c\"\n", "\"b\""), "\\\"b\\\"");
    assert_eq!(found("key: \"x\\u003Cy\"\n", "<"), "\\u003C");
    assert_eq!(found("key: \"x\\x3Cy\"\n", "<y"), "\\x3Cy");
}

proptest! {
    /// Whatever is written in quotes, every character is found where it stands.
    #[test]
    fn every_character_is_found(words in proptest::collection::vec("[a-z<=+.('금é)]{1,5}", 1..8)) {
        let text = words.join(" ");
        let file = |value: String| format!("before: 1\nkey: {value}\nafter: 2\n");
        for written in [
            file(format!("'{}'", text.replace('\'', "''"))),
            file(format!("\"{text}\"")),
            file(format!("|\n  {}", words.join("\n  "))),
            file(format!(">-\n  {}", words.join("\n  "))),
            file(format!("'{}'", words.join("\n   ").replace('\'', "''"))),
        ] {
            let (places, value, written) = places(&written);
            for (at, c) in value.char_indices().filter(|(_, c)| !c.is_whitespace()) {
                let span = places.span(&(at..at + c.len_utf8()));
                prop_assert!(written[span.start..span.end].starts_with(c), "{} in {}", c, written);
            }
        }
    }
}
