//! What is true of every reading and of every edit, whatever the text: for the property tests here and for the fuzz
//! targets in `tests/fuzz`, which take this file as it is.

use rebalance::document::{
    Document, Edit, Kind, Node, Reading, Span, Style, append_item, apply, insert_key, read, remove_item, replace_scalar,
};

/// A tree without places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    Text(String),
    Seq(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    pub(crate) fn of(node: &Node) -> Tree {
        match &node.kind {
            Kind::Scalar(scalar) => Tree::Text(scalar.text.clone()),
            Kind::Seq(items) => Tree::Seq(items.iter().map(Tree::of).collect()),
            Kind::Map(entries) => Tree::Map(entries.iter().map(|e| (e.key.text.clone(), Tree::of(&e.value))).collect()),
        }
    }
}

/// The comments of a document, as texts.
pub(crate) fn comments(document: &Document) -> Vec<String> {
    document.comments.iter().map(|comment| comment.text.clone()).collect()
}

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

/// Makes some edit of a document, if there is one, and gives the text after it: it reads without a fault, is the tree
/// that was asked for, and has lost no comment that the edit did not take away.
pub(crate) fn edited(before: &Document, choice: (u8, u16, u16)) -> Option<String> {
    let (edits, expected) = edit(before, choice)?;
    let text = apply(&before.text, &edits).expect("edits of one place do not overlap");
    let after = sound(&text);
    assert_eq!(Tree::of(&after.root), expected, "{}\n{}", before.text, text);
    assert_eq!(comments(&after), untouched(before, &edits), "{}\n{}", before.text, text);
    Some(text)
}

fn sound(text: &str) -> Document {
    let reading = read(text.as_bytes());
    assert_eq!(reading.faults, vec![], "{text}");
    reading.document.unwrap()
}

/// The comments that no edit takes away.
fn untouched(document: &Document, edits: &[Edit]) -> Vec<String> {
    let kept = document.comments.iter().filter(|comment| {
        !edits.iter().any(|edit| edit.span.start <= comment.span.start && comment.span.end <= edit.span.end)
    });
    kept.map(|comment| comment.text.clone()).collect()
}

/// Some edit of some node, and the tree that it must give.
fn edit(document: &Document, (what, node, item): (u8, u16, u16)) -> Option<(Vec<Edit>, Tree)> {
    let mut nodes = Vec::new();
    collect(&document.root, &mut nodes);
    let index = usize::from(node) % nodes.len();
    let node = nodes[index];
    let value = ["7", "'x: y'", "[1, {a: b}]", "\"\\n\""][usize::from(item) % 4];
    let new = Tree::of(&sound(&format!("k: {value}\n")).root.entries()[0].value);
    let mut expected = Tree::of(&document.root);
    let target = nth(&mut expected, &mut { index });
    let edits = match (&node.kind, target) {
        (Kind::Seq(items), Some(Tree::Seq(model))) if what % 2 == 0 && !items.is_empty() => {
            let item = usize::from(item) % items.len();
            model.remove(item);
            remove_item(document, node, item)?
        }
        (Kind::Seq(_), Some(Tree::Seq(model))) => {
            model.push(Tree::Map(vec![("new".into(), new.clone()), ("069500".into(), new)]));
            append_item(document, node, &[("new", value), ("069500", value)]).expect("a list takes an item")
        }
        (Kind::Map(_), Some(Tree::Map(model))) => {
            model.push(("new".into(), new));
            insert_key(document, node, "new", value)?
        }
        (Kind::Scalar(_), Some(target)) => {
            *target = new;
            vec![replace_scalar(document, node, value)?]
        }
        _ => return None,
    };
    Some((edits, expected))
}

fn collect<'a>(node: &'a Node, nodes: &mut Vec<&'a Node>) {
    nodes.push(node);
    node.items().iter().chain(node.entries().iter().map(|e| &e.value)).for_each(|child| collect(child, nodes));
}

/// The node with a number, in the order of [`collect`].
fn nth<'a>(tree: &'a mut Tree, left: &mut usize) -> Option<&'a mut Tree> {
    if *left == 0 {
        return Some(tree);
    }
    *left -= 1;
    match tree {
        Tree::Text(_) => None,
        Tree::Seq(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Tree::Map(entries) => entries.iter_mut().find_map(|(_, value)| nth(value, left)),
    }
}
