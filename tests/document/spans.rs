//! Every place is the place in the text as it was given.

use rebalance::document::{Document, Kind, Lines, MAX_DEPTH, Node, Span, Style, read};

fn document(text: &str) -> Document {
    let reading = read(text.as_bytes());
    assert_eq!(reading.faults, vec![], "{text}");
    reading.document.unwrap()
}

/// All nodes and keys as `kind source`, in file order.
fn sources(document: &Document) -> Vec<String> {
    let mut out = Vec::new();
    walk(&document.root, &document.text, &mut out);
    out
}

fn walk(node: &Node, text: &str, out: &mut Vec<String>) {
    let source = |span: Span| text[span.start..span.end].to_owned();
    match &node.kind {
        Kind::Scalar(scalar) => {
            let style = match scalar.style {
                Style::Plain => "plain",
                Style::Quoted => "quoted",
                Style::Block => "block",
            };
            out.push(format!("{style} {}", source(node.span)));
        }
        Kind::Seq(items) => {
            out.push(format!("seq {}", source(node.span)));
            items.iter().for_each(|item| walk(item, text, out));
        }
        Kind::Map(entries) => {
            out.push(format!("map {}", source(node.span)));
            for entry in entries {
                out.push(format!("key {}", source(entry.key.span)));
                walk(&entry.value, text, out);
            }
        }
    }
}

#[test]
fn spans_cover_what_was_written() {
    for (text, expected) in [
        ("a: 1 # x\n", &["map a: 1", "key a", "plain 1"][..]),
        ("\u{feff}\"가\" : '나''다'\r\n", &["map \"가\" : '나''다'", "key \"가\"", "quoted '나''다'"]),
        ("a:\n  - x\n  -\n", &["map a:\n  - x\n  -", "key a", "seq - x\n  -", "plain x", "plain "]),
        ("a:\n- x\n", &["map a:\n- x", "key a", "seq - x", "plain x"]),
        ("a: # c\n- - x\n", &["map a: # c\n- - x", "key a", "seq - - x", "seq - x", "plain x"]),
        (
            "[a, {b: , c}, d: 1]",
            &[
                "seq [a, {b: , c}, d: 1]",
                "plain a",
                "map {b: , c}",
                "key b",
                "plain ",
                "key c",
                "plain ",
                "map d: 1",
                "key d",
                "plain 1",
            ],
        ),
        (
            "a: |-\n  x\n\n  y\n\n# c\nb: 1\n",
            &["map a: |-\n  x\n\n  y\n\n# c\nb: 1", "key a", "block |-\n  x\n\n  y", "key b", "plain 1"],
        ),
        ("a: >+ # c\n  x\n\nb:\n", &["map a: >+ # c\n  x\n\nb:", "key a", "block >+ # c\n  x\n", "key b", "plain "]),
        (
            "a: x\n  y\nb: \"p\n  q\"",
            &["map a: x\n  y\nb: \"p\n  q\"", "key a", "plain x\n  y", "key b", "quoted \"p\n  q\""],
        ),
        ("? a\n: b\n", &["map ? a\n: b", "key a", "plain b"]),
        ("--- # c\n'a'\n...\n", &["quoted 'a'"]),
        ("a: ~\nb: null\n", &["map a: ~\nb: null", "key a", "plain ~", "key b", "plain null"]),
    ] {
        assert_eq!(sources(&document(text)), expected, "{text}");
    }
}

#[test]
fn scalars_keep_their_text_and_their_style() {
    let text = "a: 0.350\nb: \"\\u0041\\n\"\nc: 'it''s'\nd: |\n  x\n   y\ne: >-\n  p\n  q\nf: 069500\ng: one\n  two\n";
    let document = document(text);
    let values: Vec<_> = document.root.entries().iter().map(|e| e.value.scalar().unwrap().text.as_str()).collect();
    assert_eq!(values, ["0.350", "A\n", "it's", "x\n y\n", "p q", "069500", "one two"]);
}

#[test]
fn empty_values_are_right_behind_their_sign() {
    for (text, path, expected) in [
        ("a:\n", "a", 2),
        ("a :   # x\nb: 1\n", "a", 3),
        ("a:\n\n# x\nb: 1\n", "a", 2),
        ("{a}\n", "a", 2),
        ("{a: }\n", "a", 3),
        ("\u{feff}가: \n", "가", 7),
    ] {
        let document = document(text);
        let span = document.root.get(path).unwrap().span;
        assert_eq!((span.start, span.end), (expected, expected), "{text}");
    }
    assert_eq!(document("- # x\n- a\n").root.items()[0].span, Span { start: 1, end: 1 });
}

#[test]
fn comments_are_found_wherever_they_stand() {
    let text = "# 1\n--- # 2\na: # 3\n  # 4\n  - x # 5\n  - |  # 6\n    y # no\n # 7\nb: [ # 8\n  'z # no', # 9\n  ] # 10\nc: p#no\n#11";
    let document = document(text);
    let texts: Vec<_> = document.comments.iter().map(|c| c.text.trim()).collect();
    assert_eq!(texts, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    for comment in &document.comments {
        assert_eq!(&text[comment.span.start..comment.span.end], format!("#{}", comment.text));
    }
}

#[test]
fn thousands_of_comments_are_kept() {
    let lines = "# a comment\n".repeat(5000);
    let document = document(&format!("a:\n{lines}  b: 1\n{lines}"));
    assert_eq!(document.comments.len(), 10_000);
}

#[test]
fn the_deepest_tree_is_read_and_the_next_is_not() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(nested(MAX_DEPTH).as_bytes()).faults.is_empty());
    assert_eq!(read(nested(MAX_DEPTH + 1).as_bytes()).faults[0].span, Span { start: MAX_DEPTH, end: MAX_DEPTH + 1 });
}

#[test]
fn the_sample_config_is_read_whole() {
    let document = document(include_str!("../../portfolio_config.yaml"));
    let root = document.root.get("portfolio").unwrap();
    let assets = root.get("allocation").unwrap().get("core").unwrap().get("assets").unwrap();
    let code = assets.items()[1].get("code").unwrap();
    assert_eq!(code.scalar().unwrap().text, "069500");
    let lines = Lines::new(&document.text);
    assert_eq!(
        (lines.position(code.span.start).line, &document.text[code.span.start..code.span.end]),
        (22, "'069500'")
    );
    assert!(document.comments.iter().any(|c| c.text == " or Kiwoom, Mirae Asset, etc."));
}

/// Found by fuzzing: the colon of the next key was taken for the colon of this one.
#[test]
fn a_key_without_a_value_does_not_reach_into_a_key_that_begins_with_a_colon() {
    for text in [
        "? a\n:b c:\n",
        "? a  \n:as in: 1\n",
        "{? a, :b}\n",
        "? a\n: \n:b: 1\n",
        "? a\n:\n",
        "? a\n:{:\n",
        "{? a :}\n",
        "{a:, b:}\n",
    ] {
        let reading = read(text.as_bytes());
        assert_eq!(reading.faults, vec![], "{text}");
        super::laws::check(&reading);
    }
}
