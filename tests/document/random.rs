//! Properties that hold for every text.

use proptest::prelude::*;
use rebalance::document::{Kind, Node, Reading, Span, Style, read};

use super::model::{Tree, comments, tree, write};

/// Everything a reading says about places must be true of its text.
pub(crate) fn check(reading: &Reading) {
    let text = reading.text.as_str();
    let inside = |span: Span| assert!(text.get(span.start..span.end).is_some(), "{span:?} in {text:?}");
    for fault in &reading.faults {
        inside(fault.span);
        fault.related.iter().for_each(|(span, _)| inside(*span));
        assert!(!fault.message.is_empty() && !fault.label.is_empty() && fault.help.ends_with('.'), "{fault:?}");
        assert!(!fault.message.ends_with('.') && !fault.message.contains(['\n', '\r']), "{fault:?}");
        assert!(
            fault.span.start < fault.span.end || text.trim().is_empty() || fault.message == "the file is empty",
            "{fault:?}"
        );
    }
    assert!(reading.faults.is_sorted_by_key(|fault| fault.span));
    let Some(document) = &reading.document else {
        assert!(!reading.faults.is_empty());
        return;
    };
    assert_eq!(document.text, reading.text);
    for comment in &document.comments {
        assert_eq!(&text[comment.span.start..comment.span.end], format!("#{}", comment.text));
    }
    assert!(document.comments.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
    check_node(&document.root, text);
}

fn check_node(node: &Node, text: &str) {
    let source = text.get(node.span.start..node.span.end).expect("a span lies in the text");
    match &node.kind {
        Kind::Scalar(scalar) => match scalar.style {
            Style::Plain if !source.contains(['\n', '\r', '*']) => assert_eq!(scalar.text, source),
            Style::Plain => {}
            Style::Quoted => {
                assert!(source.len() > 1 && source.starts_with(['"', '\'']) && source.ends_with(['"', '\'']))
            }
            Style::Block => assert!(source.starts_with(['|', '>'])),
        },
        Kind::Seq(items) => {
            assert!(source.starts_with(['-', '[']), "{source:?} in {text:?}");
            check_order(node.span, items.iter().map(|item| item.span));
        }
        Kind::Map(entries) => check_order(node.span, entries.iter().flat_map(|e| [e.key.span, e.value.span])),
    }
    node.items().iter().chain(node.entries().iter().map(|e| &e.value)).for_each(|child| check_node(child, text));
}

fn check_order(parent: Span, children: impl Iterator<Item = Span>) {
    let mut end = parent.start;
    for child in children {
        assert!(end <= child.start && child.end <= parent.end, "{child:?} after {end} in {parent:?}");
        end = child.end;
    }
}

fn soup() -> impl Strategy<Value = String> {
    let tokens = vec![
        "a",
        "b",
        "1",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        ", ",
        "\"",
        "'",
        "#",
        " # c",
        "\n",
        "\n  ",
        "\n ",
        "\t",
        "\r\n",
        "|",
        ">",
        "|-\n",
        "|+\n",
        "&x ",
        "*x",
        "!t ",
        "!!str ",
        "<<",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "\\",
        "\u{feff}",
        "가",
        "~",
        "@",
        "''",
        "\"\"",
        "a: ",
        "b: 1",
        "\n- ",
        "\na: ",
        "\n  b: ",
        "\r",
    ];
    prop::collection::vec(prop::sample::select(tokens), 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&read(&bytes));
    }

    #[test]
    fn any_pieces_of_yaml_are_read_without_a_panic(text in soup()) {
        let reading = read(text.as_bytes());
        check(&reading);
        prop_assert_eq!(reading, read(text.as_bytes()));
    }

    #[test]
    fn a_tree_in_any_style_reads_back_equal((tree, seed) in (tree(), any::<u64>())) {
        let (text, notes) = write(&tree, seed);
        let reading = read(text.as_bytes());
        if text.trim_matches(['\u{feff}', ' ', '\n', '\r', '-']).is_empty() {
            return Ok(());
        }
        prop_assert_eq!(&reading.faults, &vec![], "{}", text);
        check(&reading);
        let document = reading.document.unwrap();
        prop_assert_eq!(Tree::of(&document.root), tree, "{}", text);
        prop_assert_eq!(comments(&document), notes, "{}", text);
    }
}
