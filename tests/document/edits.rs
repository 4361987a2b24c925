//! Edits mean what was asked for and leave every other byte.

use proptest::prelude::*;
use rebalance::document::{
    Document, Edit, Node, append_item, apply, insert_key, quoted, read, remove_item, replace_scalar,
};

use super::laws::edited;
use super::model::{tree, write};

fn document(text: &str) -> Document {
    let reading = read(text.as_bytes());
    assert_eq!(reading.faults, vec![], "{text}");
    reading.document.unwrap()
}

/// The node behind keys and indices.
fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
    path.split('.').filter(|step| !step.is_empty()).fold(node, |node, step| match step.parse::<usize>() {
        Ok(index) => &node.items()[index],
        Err(_) => node.get(step).unwrap(),
    })
}

fn done(document: &Document, edits: Option<Vec<Edit>>) -> String {
    edits.map_or("none".to_owned(), |edits| apply(&document.text, &edits).unwrap())
}

#[test]
fn append_item_follows_the_style_of_the_file() {
    let fields = [("code", "'b'"), ("m", "2")];
    for (name, text, path, expected) in [
        ("block", "p:\n  - code: a\n    m: 1\n", "p", "p:\n  - code: a\n    m: 1\n  - code: 'b'\n    m: 2\n"),
        ("no deeper than its key", "p:\n- m: 1\nq: 1\n", "p", "p:\n- m: 1\n- code: 'b'\n  m: 2\nq: 1\n"),
        ("wide dash", "p:\n-   m: 1\n", "p", "p:\n-   m: 1\n-   code: 'b'\n    m: 2\n"),
        ("crlf", "p:\r\n- m: 1\r\n", "p", "p:\r\n- m: 1\r\n- code: 'b'\r\n  m: 2\r\n"),
        ("no last line break", "p:\n- m: 1", "p", "p:\n- m: 1\n- code: 'b'\n  m: 2"),
        ("comments", "p: # x\n- m: 1 # y\n# z\n", "p", "p: # x\n- m: 1 # y\n- code: 'b'\n  m: 2\n# z\n"),
        ("items in braces", "p:\n- { m: 1 } # y\n", "p", "p:\n- { m: 1 } # y\n- { code: 'b', m: 2 }\n"),
        ("brackets", "p: [{m: 1}] # y\n", "p", "p: [{m: 1}, {code: 'b', m: 2}] # y\n"),
        ("padded", "p: [ { m: 1 } ]\n", "p", "p: [ { m: 1 }, { code: 'b', m: 2 } ]\n"),
        ("last comma", "p: [{m: 1},]\n", "p", "p: [{m: 1}, {code: 'b', m: 2}]\n"),
        ("empty brackets", "p: [] # y\n", "p", "p: [{code: 'b', m: 2}] # y\n"),
        ("scalars", "p: [a, b]\n", "p", "p: [a, b, {code: 'b', m: 2}]\n"),
        ("lines", "p: [\n  a, # x\n  b # y\n]\n", "p", "p: [\n  a, # x\n  b, # y\n  {code: 'b', m: 2}\n]\n"),
        (
            "lines, last comma",
            "p: [\n  a, # x\n  b, # y\n]\n",
            "p",
            "p: [\n  a, # x\n  b, # y\n  {code: 'b', m: 2},\n]\n",
        ),
        ("empty value", "p: # x\n# z\nq: 1\n", "p", "p: # x\n  - code: 'b'\n    m: 2\n# z\nq: 1\n"),
        ("empty value in a list", "- p:\n  q: 1\n", "0.p", "- p:\n    - code: 'b'\n      m: 2\n  q: 1\n"),
        ("empty value in braces", "{p: , q}\n", "p", "{p: [{code: 'b', m: 2}] , q}\n"),
        ("key alone in braces", "{q, p}\n", "p", "{q, p: [{code: 'b', m: 2}]}\n"),
        ("nested", "- - a\n  - b\n- c\n", "0", "- - a\n  - b\n  - code: 'b'\n    m: 2\n- c\n"),
        ("root", "- a\n...\n", "", "- a\n- code: 'b'\n  m: 2\n...\n"),
        ("kept blank lines", "- |+\n  a\n\n# c\n", "", "- |+\n  a\n\n- code: 'b'\n  m: 2\n# c\n"),
        ("not a list", "p: 1\n", "p", "none"),
        ("key without a colon", "? p\n", "p", "none"),
    ] {
        let document = document(text);
        let result = done(&document, append_item(&document, at(&document.root, path), &fields));
        assert_eq!(result, expected, "{name}");
    }
}

#[test]
fn insert_key_follows_the_style_of_the_file() {
    for (name, text, path, expected) in [
        ("block", "p:\n   a: 1 # x\n# y\nq: 1\n", "p", "p:\n   a: 1 # x\n   k: 2\n# y\nq: 1\n"),
        ("root, crlf, no last line break", "a: 1\r\nb: 2", "", "a: 1\r\nb: 2\r\nk: 2"),
        ("in a list", "- a: 1\n- b: 1\n", "0", "- a: 1\n  k: 2\n- b: 1\n"),
        (
            "nested last value",
            "p:\n  a:\n    b: |\n      x\nq: 1\n",
            "p",
            "p:\n  a:\n    b: |\n      x\n  k: 2\nq: 1\n",
        ),
        ("braces", "p: {a: 1}\n", "p", "p: {a: 1, k: 2}\n"),
        ("padded", "p: { a: 1 }\n", "p", "p: { a: 1, k: 2 }\n"),
        ("empty braces", "p: {}\n", "p", "p: {k: 2}\n"),
        ("empty value in braces", "p: {a: , b}\n", "p", "p: {a: , b, k: 2}\n"),
        ("lines", "p: {\n  a: 1, # x\n}\n", "p", "p: {\n  a: 1, # x\n  k: 2,\n}\n"),
        ("empty value", "p: # x\nq: 1\n", "p", "p: # x\n  k: 2\nq: 1\n"),
        ("mark", "\u{feff}a: 1\n", "", "\u{feff}a: 1\nk: 2\n"),
        ("there already", "p: {k: 1}\n", "p", "none"),
        ("a pair without braces", "p: [a: 1]\n", "p.0", "none"),
    ] {
        let document = document(text);
        assert_eq!(done(&document, insert_key(&document, at(&document.root, path), "k", "2")), expected, "{name}");
    }
    let document = document("a: 1\n");
    assert_eq!(done(&document, insert_key(&document, &document.root, "no", "x")), "a: 1\n'no': x\n");
}

#[test]
fn remove_item_takes_its_own_lines() {
    for (name, text, path, index, expected) in [
        ("block", "p:\n  # a\n  - a: 1\n    b: 2 # x\n  # c\n  - c\n", "p", 0, "p:\n  # a\n  # c\n  - c\n"),
        ("last", "- a\n- b # x\n# y\n", "", 1, "- a\n# y\n"),
        ("last, no last line break", "- a\r\n- b", "", 1, "- a"),
        ("only", "p: # x\n  # y\n  - a # z\nq: 1\n", "p", 0, "p: [] # x\n  # y\nq: 1\n"),
        ("only one of the root", "\u{feff}- a # x\n", "", 0, "\u{feff}[] # x\n"),
        ("only one of a list", "- - a\n- b\n", "0", 0, "- []\n- b\n"),
        ("first of a list in a list", "- - a # x\n  - b\n", "0", 0, "- - b\n"),
        ("first of a list in a list, comment", "- - a\n  # x\n  - b\n", "0", 0, "- \n  # x\n  - b\n"),
        ("first of a list in a list, plain", "- - a\n  - b\n", "0", 0, "- - b\n"),
        ("brackets, first", "p: [a, b, c]\n", "p", 0, "p: [b, c]\n"),
        ("brackets, middle", "p: [a, b, c]\n", "p", 1, "p: [a, c]\n"),
        ("brackets, last", "p: [ a, b ]\n", "p", 1, "p: [ a ]\n"),
        ("brackets, only", "p: [a,]\n", "p", 0, "p: []\n"),
        ("lines", "p: [\n  a, # x\n  b # y\n  # z\n]\n", "p", 1, "p: [\n  a, # x\n  # z\n]\n"),
        ("an empty one", "-\n- b\n", "", 0, "- b\n"),
        ("a comment would become text", "- |\n  a\n- b\n  # c\n- d\n", "", 1, "none"),
        ("a blank line would become text", "- |+\n  a\n- b\n\n", "", 1, "none"),
        ("no such item", "- a\n", "", 1, "none"),
        ("not a list", "p: 1\n", "p", 0, "none"),
    ] {
        let document = document(text);
        assert_eq!(done(&document, remove_item(&document, at(&document.root, path), index)), expected, "{name}");
    }
}

#[test]
fn replace_scalar_changes_nothing_else() {
    for (text, path, value, expected) in [
        ("a: 069500 # x\n", "a", "'069500'", "a: '069500' # x\n"),
        ("a: 'x'\r\nb: 1\r\n", "b", "2", "a: 'x'\r\nb: 2\r\n"),
        ("a: # x\n", "a", "1", "a: 1 # x\n"),
        ("-\n- b\n", "0", "a", "- a\n- b\n"),
        ("{a, b:}\n", "a", "1", "{a: 1, b:}\n"),
        ("{a, b:}\n", "b", "1", "{a, b: 1}\n"),
        ("a: |\n  x\n\nb: 1\n", "a", "y", "a: y\n\nb: 1\n"),
        ("a: \"x\n  y\" # z\n", "a", "q", "a: q # z\n"),
    ] {
        let document = document(text);
        let edit = replace_scalar(&document, at(&document.root, path), value).unwrap();
        assert_eq!(apply(text, &[edit]).unwrap(), expected);
    }
}

/// Found by fuzzing: the comment went with the value.
#[test]
fn a_block_scalar_with_a_comment_in_its_head_is_left_alone() {
    for text in [">      #+ t ", "a: | # why\n  b\n", "- >- # why\n  b\n# below\n"] {
        let document = document(text);
        let node = document.root.items().first().or_else(|| document.root.get("a")).unwrap_or(&document.root);
        assert_eq!(replace_scalar(&document, node, "7"), None, "{text}");
    }
    let document = document("a: |\n  b\n# below\n");
    assert!(replace_scalar(&document, document.root.get("a").unwrap(), "7").is_some());
}

/// Found by fuzzing: the last letter of the key was taken for the sign before the value.
#[test]
fn a_key_that_ends_like_a_sign_and_has_no_value_is_left_alone() {
    for text in ["? a-\n", "?    o- \t\r"] {
        let document = document(text);
        assert_eq!(replace_scalar(&document, &document.root.entries()[0].value, "7"), None, "{text}");
    }
    let document = document("? a-\n:\n");
    let edit = replace_scalar(&document, &document.root.entries()[0].value, "7");
    assert_eq!(done(&document, edit.map(|edit| vec![edit])), "? a-\n: 7\n");
}

/// Found by fuzzing: blanks after the item became a line of the block before it.
#[test]
fn an_item_before_blanks_that_a_block_would_take_is_left_alone() {
    for text in ["- >\n  a\n- b\n     ", "- |\n  a\n- b\n    \n- c\n"] {
        let document = document(text);
        assert_eq!(remove_item(&document, &document.root, 1), None, "{text}");
    }
    let document = document("- |\n  a\n- b\n\n- c\n");
    assert!(remove_item(&document, &document.root, 1).is_some());
}

#[test]
fn a_value_that_is_more_than_a_value_is_refused() {
    let document = document("a: 1\nb: [1]\nc: [{x: 1}]\n");
    for value in ["1 # x", "a: b", "x\ny: 1", "'x", "- a", "|", "&a 1", "*a", "]", "", " 1", "@x", "!t x"] {
        assert_eq!(replace_scalar(&document, at(&document.root, "a"), value), None, "{value}");
        assert_eq!(replace_scalar(&document, at(&document.root, "b.0"), value), None, "{value}");
        assert_eq!(insert_key(&document, &document.root, "k", value), None, "{value}");
        assert_eq!(append_item(&document, at(&document.root, "c"), &[("k", value)]), None, "{value}");
    }
    assert!(replace_scalar(&document, at(&document.root, "a"), "a, b").is_some());
    assert_eq!(replace_scalar(&document, at(&document.root, "b.0"), "a, b"), None);
    assert_eq!(replace_scalar(&document, at(&document.root, "b"), "1"), None);
}

#[test]
fn overlapping_and_outlying_edits_are_refused() {
    let edit = |start, end| Edit { span: rebalance::document::Span { start, end }, text: "x".into() };
    assert_eq!(apply("abc", &[edit(1, 2), edit(0, 1)]).as_deref(), Some("xxc"));
    assert_eq!(apply("abc", &[edit(0, 2), edit(1, 3)]), None);
    assert_eq!(apply("abc", &[edit(2, 4)]), None);
    assert_eq!(apply("abc", &[edit(2, 1)]), None);
    assert_eq!(apply("가", &[edit(1, 3)]), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quoted_texts_read_back(text in "\\PC{0,12}|[\\n\\t'\"\\\\a ]{0,8}|\\p{C}{0,4}") {
        prop_assume!(!text.chars().any(|c| c.is_control() && !"\n\t".contains(c)));
        let reading = rebalance::document::read(format!("- {}\n", quoted(&text)).as_bytes());
        let hidden = reading.faults.iter().all(|fault| fault.message.starts_with("an escape stands for"));
        prop_assume!(reading.faults.is_empty() || !hidden);
        let read = document(&format!("- {}\n", quoted(&text)));
        prop_assert_eq!(&read.root.items()[0].scalar().unwrap().text, &text);
    }

    #[test]
    fn random_edits_mean_what_was_asked((tree, seed, choices) in (tree(), any::<u64>(), choices())) {
        let (mut text, _) = write(&tree, seed);
        if text.trim_matches(['\u{feff}', ' ', '\n', '\r', '-']).is_empty() {
            return Ok(());
        }
        for choice in choices {
            let before = document(&text);
            text = edited(&before, choice).unwrap_or(text);
        }
    }
}

fn choices() -> impl Strategy<Value = Vec<(u8, u16, u16)>> {
    prop::collection::vec(any::<(u8, u16, u16)>(), 1..6)
}
