//! The way from the root of a tree to a place in its text.

use super::{Document, Kind, Node, Span};

/// A step on the way from the root to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Into the value under a key.
    Key(&'a str),
    /// Into an item of a sequence.
    Item {
        /// Which one, from 0.
        index: usize,
        /// The item.
        node: &'a Node,
    },
}

impl Document {
    /// The way to the smallest part of the tree that a place is in; `None` when the place is in no part of the tree but
    /// between two, as the second of two keys is. Searched by halves: a text may have as many places as lines.
    #[must_use]
    pub fn route(&self, place: Span) -> Option<Vec<Step<'_>>> {
        let mut node = &self.root;
        let mut steps = Vec::new();
        loop {
            let inside = |span: Span| span.start <= place.start && place.end <= span.end;
            match &node.kind {
                Kind::Scalar(_) => return Some(steps),
                _ if node.span == place => return Some(steps),
                Kind::Map(entries) => {
                    let after = entries.partition_point(|entry| entry.key.span.start <= place.start);
                    let Some(entry) = after.checked_sub(1).and_then(|i| entries.get(i)) else { return Some(steps) };
                    if !inside(entry.span()) {
                        return (place.end > entry.span().end && place.start <= entry.span().start).then_some(steps);
                    }
                    steps.push(Step::Key(&entry.key.text));
                    if inside(entry.key.span) {
                        return Some(steps);
                    }
                    node = &entry.value;
                }
                Kind::Seq(items) => {
                    let after = items.partition_point(|item| item.span.start <= place.start);
                    let Some((index, item)) = after.checked_sub(1).and_then(|i| Some((i, items.get(i)?))) else {
                        return Some(steps);
                    };
                    if !inside(item.span) {
                        return (place.end > item.span.end && place.start <= item.span.start).then_some(steps);
                    }
                    steps.push(Step::Item { index, node: item });
                    node = item;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::read;

    fn route(text: &str, part: &str) -> Option<String> {
        let document = read(text.as_bytes()).document.unwrap();
        let start = text.find(part).unwrap();
        let steps = document.route(Span { start, end: start + part.len() })?;
        let word = |step: &Step<'_>| match step {
            Step::Key(key) => format!(".{key}"),
            Step::Item { index, .. } => format!("[{index}]"),
        };
        Some(steps.iter().map(word).collect())
    }

    #[test]
    fn a_place_has_the_way_of_the_smallest_part_that_holds_it() {
        let text = "a:\n  - b: { c: 10, d: }\n    'e': [x, y]\n  - 20\n";
        let ways = [
            ("a", ".a"),
            ("b:", ".a[0].b"),
            ("b", ".a[0].b"),
            ("c", ".a[0].b.c"),
            ("10", ".a[0].b.c"),
            ("'e'", ".a[0].e"),
            ("y", ".a[0].e[1]"),
            ("[x, y]", ".a[0].e"),
            ("20", ".a[1]"),
            ("{ c: 10, d: }", ".a[0].b"),
            ("b: { c: 10, d: }\n    'e': [x, y]", ".a[0]"),
        ];
        for (part, way) in ways {
            assert_eq!(route(text, part).as_deref(), Some(way), "{part}");
        }
    }

    #[test]
    fn a_key_that_the_tree_left_out_has_no_way() {
        assert_eq!(route("a: 1\nb: 2\na: 3\n", "a: 3"), None);
    }
}
