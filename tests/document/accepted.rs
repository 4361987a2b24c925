//! Odd YAML: what is read, and as what; what is refused, and why.

use rebalance::document::read;

use super::laws::Tree;

/// A tree in one line: texts in quotes.
fn line(tree: &Tree) -> String {
    match tree {
        Tree::Text(text) => format!("{text:?}"),
        Tree::Seq(items) => format!("[{}]", items.iter().map(line).collect::<Vec<_>>().join(", ")),
        Tree::Map(entries) => {
            let entry = |(key, value): &(String, Tree)| format!("{key:?}: {}", line(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

fn answer(text: &str) -> String {
    let reading = read(text.as_bytes());
    match (reading.faults.as_slice(), reading.document) {
        ([], Some(document)) => line(&Tree::of(&document.root)),
        (faults, _) => faults.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "),
    }
}

#[test]
fn odd_yaml_that_every_reader_takes_alike_is_read() {
    for (text, expected) in [
        // Plain texts that look like something else.
        ("a: b:c\n", r#"{"a": "b:c"}"#),
        ("a: http://x/y#z\n", r##"{"a": "http://x/y#z"}"##),
        ("a: -1\nb: -x\nc: ?x\nd: :x\n", r#"{"a": "-1", "b": "-x", "c": "?x", "d": ":x"}"#),
        ("a: b - c\n", r#"{"a": "b - c"}"#),
        ("a: 12:30:45\n", r#"{"a": "12:30:45"}"#),
        ("a: it's\n", r#"{"a": "it's"}"#),
        ("a: x\"y\"\n", r#"{"a": "x\"y\""}"#),
        ("a: b, [c] {d}\n", r#"{"a": "b, [c] {d}"}"#),
        ("a: x&y*z!\n", r#"{"a": "x&y*z!"}"#),
        ("a: <<\n", r#"{"a": "<<"}"#),
        ("a: ---\n", r#"{"a": "---"}"#),
        ("a::b: c\n", r#"{"a::b": "c"}"#),
        ("a b: c d\n", r#"{"a b": "c d"}"#),
        ("a: 100%\nb: a@b\n", r#"{"a": "100%", "b": "a@b"}"#),
        // Values of several lines.
        ("a: b\n  c\n\n  d\n", r#"{"a": "b c\nd"}"#),
        ("a:\n  b\n  c\n", r#"{"a": "b c"}"#),
        ("a: \"b\n  c\\\n  d\"\n", r#"{"a": "b cd"}"#),
        ("a: 'b\n\n  c'\n", r#"{"a": "b\nc"}"#),
        ("a: \"b\n\tc\"\n", r#"{"a": "b c"}"#),
        ("a: \"b\nc\"\n", r#"{"a": "b c"}"#),
        ("a: |\n\n  b\n", r#"{"a": "\nb\n"}"#),
        ("a: |2\n   b\n", r#"{"a": " b\n"}"#),
        ("a: |\n  b\n   \tc\n\n", r#"{"a": "b\n \tc\n"}"#),
        ("a: >\n  b\n  c\n\n  d\n", r#"{"a": "b c\nd\n"}"#),
        ("a: |\n  b", r#"{"a": "b\n"}"#),
        ("a: |-\n", r#"{"a": ""}"#),
        ("a: |\n  # no comment\n# comment\n", r##"{"a": "# no comment\n"}"##),
        ("- |\n  --- x\n", r#"["--- x\n"]"#),
        // Keys.
        ("? a\n: b\n", r#"{"a": "b"}"#),
        ("? a\n", r#"{"a": ""}"#),
        ("\"a: b\": c\n", r#"{"a: b": "c"}"#),
        ("'<<': 1\n", r#"{"<<": "1"}"#),
        ("{\"a\":1,'b':2}\n", r#"{"a": "1", "b": "2"}"#),
        ("a : b\n", r#"{"a": "b"}"#),
        ("true: 1\nnull: 2\n1: 3\n", r#"{"true": "1", "null": "2", "1": "3"}"#),
        // Brackets.
        ("[a, [b, {c: d}], ]\n", r#"["a", ["b", {"c": "d"}]]"#),
        ("{a, b: , c: d,}\n", r#"{"a": "", "b": "", "c": "d"}"#),
        ("[a: b, c: d]\n", r#"[{"a": "b"}, {"c": "d"}]"#),
        ("[? a : b]\n", r#"[{"a": "b"}]"#),
        ("a: [\nb,\nc\n]\n", r#"{"a": ["b", "c"]}"#),
        ("a: {\n  \tb: 1 }\n", r#"{"a": {"b": "1"}}"#),
        ("[a # x\n, b]\n", r#"["a", "b"]"#),
        ("[http://a.b/c, d]\n", r#"["http://a.b/c", "d"]"#),
        ("{a: b # x\n}\n", r#"{"a": "b"}"#),
        // Lists and mappings by indentation.
        ("a:\n- b\n- c\nd: e\n", r#"{"a": ["b", "c"], "d": "e"}"#),
        ("- - a\n  - b\n- c\n", r#"[["a", "b"], "c"]"#),
        ("-\n  a: 1\n-\n  - b\n", r#"[{"a": "1"}, ["b"]]"#),
        ("-   a: 1\n    b: 2\n", r#"[{"a": "1", "b": "2"}]"#),
        ("  a: 1\n  b: 2\n", r#"{"a": "1", "b": "2"}"#),
        ("a:\n\n\n  b: 1\n # x\n  c: 2\n", r#"{"a": {"b": "1", "c": "2"}}"#),
        // Tabs that indent nothing.
        ("a:\tb\t# x\n", r#"{"a": "b"}"#),
        ("-\ta\n", r#"["a"]"#),
        ("\t# x\n\t\na: 1\t\n", r#"{"a": "1"}"#),
        ("a: b\tc\n", r#"{"a": "b\tc"}"#),
        // Frames.
        ("---\na: 1\n", r#"{"a": "1"}"#),
        ("--- [a]\n", r#"["a"]"#),
        ("# x\n---\na: 1\n...\n# y\n", r#"{"a": "1"}"#),
        ("\u{feff}# x\r\na: 1\r\n", r#"{"a": "1"}"#),
        ("a: 1\rb: 2\r", r#"{"a": "1", "b": "2"}"#),
        ("a: 1", r#"{"a": "1"}"#),
        ("a\n", r#""a""#),
        ("~\n", r#""~""#),
        // Escapes.
        (r#"a: "\x41\u00e9\U0001F600\ud83d\ude00\/""#, "{\"a\": \"Aé😀😀/\"}"),
        ("a: 'b\\n'\n", r#"{"a": "b\\n"}"#),
        // Letters of every width.
        ("이름: 한국 😀\n", r#"{"이름": "한국 😀"}"#),
    ] {
        assert_eq!(answer(text), expected, "{text}");
    }
}

#[test]
fn yaml_that_readers_take_differently_is_refused() {
    for (text, expected) in [
        ("a: 1\na: 2\n", "the key `a` is given twice"),
        ("{a: 1, 'a': 2}\n", "the key `a` is given twice"),
        ("\"a\": 1\n\"\\x61\": 2\n", "the key `a` is given twice"),
        ("a: {b: 1}\nc: {b: 1}\n", r#"{"a": {"b": "1"}, "c": {"b": "1"}}"#),
        ("a: &x 1\nb: *x\n", "the anchor `&x` is refused (1 more in this file)"),
        ("a: &x\n  b: 1\n", "the anchor `&x` is refused"),
        ("*a : 1\n*a : 2\n", "the alias `*a` is refused (1 more in this file)"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "the anchor `&x` is refused (1 more in this file)"),
        ("<<: {a: 1}\nb: {<<: {c: 1}}\n", "the merge key `<<` is refused (1 more in this file)"),
        ("<<: 1\n<<: 2\n", "the merge key `<<` is refused (1 more in this file)"),
        ("a: !!str 1\n", "the tag `!!str` is refused"),
        ("! a: 1\n", "the tag `!` is refused"),
        ("!x\na: 1\n", "the tag `!x` is refused"),
        ("a: !<tag:x,2000:y> 1\n", "the tag `!<tag:x,2000:y>` is refused"),
        ("a: !x [!y b]\n", "the tag `!x` is refused; the tag `!y` is refused"),
        ("a: !e!x 1\n", "the tag `!e!x` is refused"),
        ("%YAML 1.1\n---\na: 1\n", "the directive `%YAML 1.1` is refused"),
        ("%TAG ! x\n---\na: 1\n", "the directive `%TAG ! x` is refused"),
        ("a: 1\n---\nb: 2\n", "the file contains several YAML documents"),
        ("---\n---\na: 1\n", "the file contains several YAML documents"),
        ("a: 1\n...\nb: 2\n", "the file contains several YAML documents"),
        ("a: 1\n---\n", "the file contains several YAML documents"),
        ("a: 1\n---\nb: 'x\n", "the file contains several YAML documents"),
        ("[a]: b\n", "a list or a mapping is used as a key"),
        ("? - a\n: b\n", "a list or a mapping is used as a key"),
        ("{{a: b}: c}\n", "a list or a mapping is used as a key"),
        (": a\n", "a key is missing before the colon"),
        ("{: a}\n", "a key is missing before the colon"),
        ("? \n: a\n", "a key is missing before the colon"),
    ] {
        assert_eq!(answer(text), expected, "{text}");
    }
}

#[test]
fn refused_features_leave_a_tree_to_look_at() {
    for (text, expected) in [
        ("a: 1\na: 2\nb: 3\n", r#"{"a": "1", "b": "3"}"#),
        ("a: &x 1\nb: *x\n<<: *x\n", r#"{"a": "1", "b": ""}"#),
        ("a: !!str 1\nb: !x [c]\n", r#"{"a": "1", "b": ["c"]}"#),
        ("a: 1\n---\nb: 2\n", r#"{"a": "1"}"#),
        ("[a]: b\nc: d\n: e\n", r#"{"c": "d"}"#),
    ] {
        let reading = read(text.as_bytes());
        assert!(!reading.faults.is_empty());
        assert_eq!(line(&Tree::of(&reading.document.unwrap().root)), expected, "{text}");
    }
    assert_eq!(read(b"a: 1\nb: [\n").document, None);
    assert_eq!(read(b"%YAML 1.2\n---\na: 1\n").document, None);
}
