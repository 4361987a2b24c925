//! A shortcut for plain JSON: the tree that the parser would make of it, in a tenth of its time.
//!
//! It knows no fault. Whatever is out of the ordinary (an escape, a key that is given twice, a tab, a hidden character, a
//! comment) makes it give up, and the parser reads the text as it reads every other; a test holds both to the same tree.
//! So nothing that is refused anywhere can pass here.

use super::decode;
use crate::document::{Entry, Key, Kind, MAX_DEPTH, Node, Scalar, Span, Style};

/// The longest key: YAML has a limit, and what is beyond it is the parser's.
const LONGEST_KEY: usize = 500;
/// The most entries of a mapping, among which each key is looked for.
const MOST_ENTRIES: usize = 64;

/// A collection that is not closed yet.
struct Open {
    start: usize,
    items: Items,
}

enum Items {
    Seq(Vec<Node>),
    Map(Vec<Entry>, Option<Key>),
}

/// What may stand at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A value.
    Value,
    /// The first item of a collection, or its end.
    FirstOrEnd,
    /// A comma or the end of the collection.
    MoreOrEnd,
}

/// The root of a text that is one plain JSON object or array; none for any other text, and for JSON that is not plain.
pub(super) fn tree(text: &str) -> Option<Node> {
    if !text.starts_with(['{', '[']) || text.chars().any(|c| c < ' ' || c == '\\' || decode::refused(c).is_some()) {
        return None;
    }
    let mut reader = Reader { text, at: 0, open: Vec::new() };
    let root = reader.root()?;
    (reader.at == text.len()).then_some(root)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
}

impl Reader<'_> {
    fn root(&mut self) -> Option<Node> {
        let mut wanted = Wanted::Value;
        loop {
            self.skip_blanks();
            let ends = self.peek()? == self.closing() && wanted != Wanted::Value;
            let done = if ends {
                self.close()?
            } else if wanted == Wanted::MoreOrEnd {
                self.expect(b',')?;
                self.skip_blanks();
                self.key()?;
                wanted = Wanted::Value;
                continue;
            } else {
                if wanted == Wanted::FirstOrEnd {
                    self.key()?;
                }
                match self.peek()? {
                    b'{' => {
                        self.enter(Items::Map(Vec::new(), None))?;
                        wanted = Wanted::FirstOrEnd;
                        continue;
                    }
                    b'[' => {
                        self.enter(Items::Seq(Vec::new()))?;
                        wanted = Wanted::FirstOrEnd;
                        continue;
                    }
                    _ => self.scalar()?,
                }
            };
            wanted = Wanted::MoreOrEnd;
            match self.open.last_mut().map(|open| &mut open.items) {
                None => return Some(done),
                Some(Items::Seq(items)) => items.push(done),
                Some(Items::Map(entries, key)) => entries.push(Entry { key: key.take()?, value: done }),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The sign that closes the innermost collection; a blank, which stands nowhere here, when none is open.
    fn closing(&self) -> u8 {
        match self.open.last().map(|open| &open.items) {
            Some(Items::Seq(_)) => b']',
            Some(Items::Map(..)) => b'}',
            None => b' ',
        }
    }

    fn enter(&mut self, items: Items) -> Option<()> {
        // One level less than the parser's: where the limit is reached, the parser says so.
        (self.open.len() + 1 < MAX_DEPTH).then(|| self.open.push(Open { start: self.at, items }))?;
        self.at += 1;
        Some(())
    }

    fn close(&mut self) -> Option<Node> {
        self.at += 1;
        let open = self.open.pop()?;
        let kind = match open.items {
            Items::Seq(items) => Kind::Seq(items),
            Items::Map(entries, None) => Kind::Map(entries),
            Items::Map(_, Some(_)) => return None,
        };
        Some(Node { span: Span { start: open.start, end: self.at }, kind })
    }

    /// The key of the next entry and its colon, where the innermost collection is a mapping.
    fn key(&mut self) -> Option<()> {
        if !matches!(self.open.last()?.items, Items::Map(..)) {
            return Some(());
        }
        let span = self.quoted()?;
        let text = self.text.get(span.start + 1..span.end - 1)?;
        self.skip_blanks();
        self.expect(b':')?;
        self.skip_blanks();
        let Some(Items::Map(entries, key)) = self.open.last_mut().map(|open| &mut open.items) else { return None };
        let plain = !text.is_empty() && text.len() <= LONGEST_KEY && text != "<<" && entries.len() < MOST_ENTRIES;
        if !plain || entries.iter().any(|entry| entry.key.text == text) {
            return None;
        }
        *key = Some(Key { text: text.to_owned(), span, style: Style::Quoted });
        Some(())
    }

    /// A text in quotes: where it stands. There is no backslash in the whole text.
    fn quoted(&mut self) -> Option<Span> {
        let start = self.at;
        self.expect(b'"')?;
        let length = self.text.get(self.at..)?.find('"')?;
        self.at += length + 1;
        Some(Span { start, end: self.at })
    }

    fn scalar(&mut self) -> Option<Node> {
        let (span, text, style) = if self.peek()? == b'"' {
            let span = self.quoted()?;
            (span, self.text.get(span.start + 1..span.end - 1)?, Style::Quoted)
        } else {
            let start = self.at;
            let rest = self.text.get(start..)?;
            self.at += rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '+'))?;
            let span = Span { start, end: self.at };
            let text = self.text.get(start..self.at)?;
            let number = text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
            (number || matches!(text, "true" | "false" | "null")).then_some(())?;
            (span, text, Style::Plain)
        };
        // Whatever follows is a blank, a comma or a bracket, or the text is not plain.
        matches!(self.peek()?, b' ' | b',' | b'}' | b']').then_some(())?;
        Some(Node { span, kind: Kind::Scalar(Scalar { text: text.to_owned(), style }) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::super::{parsed, read};
    use super::*;
    use proptest::prelude::*;

    /// The tree by the shortcut, which has to be that of the parser.
    fn same(text: &str) -> bool {
        let shortcut = tree(text);
        if let Some(root) = &shortcut {
            let reading = parsed(text);
            assert!(reading.faults.is_empty() && reading.refused.is_empty(), "{text}: {:?}", reading.faults);
            assert_eq!(reading.document.as_ref().map(|document| &document.root), Some(root), "{text}");
            assert_eq!(read(text.as_bytes()), reading, "{text}");
        }
        shortcut.is_some()
    }

    #[test]
    fn plain_json_has_the_parsers_tree() {
        let texts = [
            "{}",
            "[]",
            r#"{"a":1,"b": [ "x" , true,null, -2.50e+3 ],"c":{"한국":"TIGER 미국 #1: [x], {y}" } }"#,
            r#"[[[[]],{}],""]"#,
            r#"{"as_of":"2026-03-04","cash":{"KRW":0},"positions":[{"code":"069500","quantity":45,"price":35555}]}"#,
            r#"{"a":" b  c "}"#,
        ];
        for text in texts {
            assert!(same(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
        let texts = [
            r#"{"a":1,"a":2}"#,
            r#"{"a":"\u0041"}"#,
            "{\"a\":\t1}",
            r#"{"<<":1}"#,
            r#"{"a":1} # b"#,
            r#"{"a":1}{"#,
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            r#"{a:1}"#,
            r#"{"a":b}"#,
            r#"{"a":1"#,
            "a: 1",
            "{\"a\":\"\u{202e}\"}",
            "{\"a\":1}\n",
            "[1 2]",
            "[,]",
            "[1]]",
        ];
        for text in texts {
            assert!(!same(text), "{text}");
        }
        assert!(!same(&"[".repeat(100)) && !same(&format!("{}{}", "[".repeat(80), "]".repeat(80))));
        assert!(same(&format!("{}{}", "[".repeat(63), "]".repeat(63))));
    }

    fn json() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            "[-]?[0-9]{1,3}([.][0-9]{1,2})?",
            "\"[a-z0-9 :#,가-나'&*!|>%@`{}\\[\\]<?~-]{0,6}\"",
            Just("true".to_owned()),
            Just("null".to_owned())
        ];
        scalar.prop_recursive(4, 24, 4, |inner| {
            let item = (inner.clone(), " {0,1}").prop_map(|(item, blank)| item + &blank);
            let entry =
                ("\"[a-c<#:]{1,2}\"", " {0,1}", inner).prop_map(|(key, blank, value)| format!("{key}:{blank}{value}"));
            prop_oneof![
                prop::collection::vec(item, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec(entry, 0..4).prop_map(|entries| format!("{{{}}}", entries.join(", "))),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_has_the_parsers_tree_or_is_left_to_it(text in json()) {
            same(&text);
        }

        #[test]
        fn so_has_json_with_something_wrong_in_it(text in json(), at in 0..60_usize, c in "[\\[\\]{},:\"'#&*!?| a0\t\n-]") {
            let mut text = text;
            if text.is_char_boundary(at.min(text.len())) {
                text.insert_str(at.min(text.len()), &c);
            }
            same(&text);
        }
    }
}
