//! Trees without places, written as YAML in random styles.

use super::laws::Tree;
use proptest::prelude::*;
use rebalance::document::quoted;

fn text() -> impl Strategy<Value = String> {
    let words = vec![
        "",
        "a",
        "0.35",
        "069500",
        "-1",
        "true",
        "~",
        "TIGER 미국S&P500",
        "with: colon",
        "a #b",
        "# c",
        "- d",
        "it's",
        "\"q\"",
        "[x]",
        "{y}",
        "*z",
        "&w",
        "!t",
        "a, b",
        "|",
        ">",
        "%",
        "@",
        "`",
        "😀",
        " lead",
        "trail ",
        "a\tb",
        "?",
        "-",
        ":",
        "x:",
        "http://example.com/a?b#c",
        "one\ntwo\n",
        "one\n\n  two",
        "line\n",
        "\n",
        "x\n\n",
        "\\n",
        "---",
        "...",
        "<<",
        "null",
    ];
    prop_oneof![4 => prop::sample::select(words).prop_map(str::to_owned), 1 => "[ -~가-힣]{0,12}"]
}

fn key() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec!["a b", "x: y", "'", "069500", "<<", "[k]"]).prop_map(str::to_owned);
    prop_oneof![6 => "[a-z_]{1,6}", 1 => "[가-힣]{1,3}", 1 => odd]
}

/// Any tree.
pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    text().prop_map(Tree::Text).prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::Seq),
            prop::collection::vec((key(), inner), 0..5).prop_map(|entries| {
                let mut kept: Vec<(String, Tree)> = Vec::new();
                for (key, value) in entries {
                    if kept.iter().all(|(k, _)| *k != key) {
                        kept.push((key, value));
                    }
                }
                Tree::Map(kept)
            }),
        ]
    })
}

/// Writes a tree as YAML, with choices and comments that follow from a seed.
pub(crate) fn write(tree: &Tree, seed: u64) -> (String, Vec<String>) {
    let mut pen = Pen { out: String::new(), comments: Vec::new(), seed: seed | 1 };
    if pen.one_in(5) {
        pen.out.push('\u{feff}');
    }
    pen.comment_lines(0);
    if pen.one_in(5) {
        pen.out.push_str("---");
        pen.end_line();
    }
    match tree {
        Tree::Seq(items) if !items.is_empty() && !pen.one_in(4) => pen.block_seq(items, 0),
        Tree::Map(entries) if !entries.is_empty() && !pen.one_in(4) => pen.block_map(entries, 0),
        _ => {
            pen.inline(tree, 0);
            pen.end_line();
        }
    }
    pen.comment_lines(0);
    let mut out = pen.out;
    if seed.is_multiple_of(3) {
        out = out.replace('\n', "\r\n");
    }
    if seed.is_multiple_of(5) {
        out.truncate(out.trim_end_matches(['\r', '\n']).len());
    }
    (out, pen.comments)
}

struct Pen {
    out: String,
    comments: Vec<String>,
    seed: u64,
}

impl Pen {
    fn one_in(&mut self, n: u64) -> bool {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed.is_multiple_of(n)
    }

    fn comment(&mut self) {
        let text = format!(" note {} 'x: [", self.comments.len());
        self.out.push_str(&format!("#{text}"));
        self.comments.push(text);
    }

    fn comment_lines(&mut self, indent: usize) {
        while self.one_in(6) {
            self.out.push_str(&" ".repeat(indent));
            self.comment();
            self.out.push('\n');
        }
        if self.one_in(8) {
            self.out.push('\n');
        }
    }

    fn end_line(&mut self) {
        if self.one_in(6) {
            self.out.push_str("  ");
            self.comment();
        }
        self.out.push('\n');
    }

    fn block_seq(&mut self, items: &[Tree], indent: usize) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.comment_lines(indent);
                self.out.push_str(&" ".repeat(indent));
            }
            self.out.push('-');
            let gap = if self.one_in(5) { 3 } else { 1 };
            match item {
                Tree::Seq(inner) if !inner.is_empty() && self.one_in(2) => {
                    self.out.push_str(&" ".repeat(gap));
                    self.block_seq(inner, indent + 1 + gap);
                }
                Tree::Map(inner) if !inner.is_empty() && !self.one_in(4) => {
                    self.out.push_str(&" ".repeat(gap));
                    self.block_map(inner, indent + 1 + gap);
                }
                _ => self.value(item, indent, false),
            }
        }
    }

    fn block_map(&mut self, entries: &[(String, Tree)], indent: usize) {
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.comment_lines(indent);
                self.out.push_str(&" ".repeat(indent));
            }
            self.key(key);
            self.value(value, indent, true);
        }
    }

    fn key(&mut self, key: &str) {
        let key = if is_plain(key) && !self.one_in(4) { key.to_owned() } else { self.quotes(key) };
        self.out.push_str(&key);
        if self.one_in(8) {
            self.out.push(' ');
        }
        self.out.push(':');
    }

    /// A value behind a colon or a dash, to the end of its line or lines.
    fn value(&mut self, value: &Tree, indent: usize, in_map: bool) {
        match value {
            Tree::Seq(items) if !items.is_empty() && !self.one_in(3) => {
                self.end_line();
                let indent = if in_map && self.one_in(3) { indent } else { indent + 2 };
                self.comment_lines(indent);
                self.out.push_str(&" ".repeat(indent));
                self.block_seq(items, indent);
            }
            Tree::Map(entries) if !entries.is_empty() && !self.one_in(3) => {
                self.end_line();
                let indent = indent + if self.one_in(3) { 4 } else { 2 };
                self.comment_lines(indent);
                self.out.push_str(&" ".repeat(indent));
                self.block_map(entries, indent);
            }
            Tree::Text(text) if text.is_empty() && self.one_in(2) => self.end_line(),
            Tree::Text(text) if is_block(text) && self.one_in(2) => {
                self.out.push_str(if text.ends_with('\n') { " |" } else { " |-" });
                self.end_line();
                for line in text.trim_end_matches('\n').split('\n') {
                    let line =
                        if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(indent + 2)) };
                    self.out.push_str(&format!("{line}\n"));
                }
            }
            _ => {
                self.out.push(' ');
                self.inline(value, indent);
                self.end_line();
            }
        }
    }

    fn inline(&mut self, value: &Tree, indent: usize) {
        match value {
            Tree::Text(text) if is_plain(text) && !self.one_in(3) => self.out.push_str(text),
            Tree::Text(text) => {
                let text = self.quotes(text);
                self.out.push_str(&text);
            }
            Tree::Seq(items) => self.brackets("[]", items.len(), indent, |pen, index| match &items[index] {
                Tree::Map(pair) if pair.len() == 1 && pen.one_in(4) => {
                    pen.key(&pair[0].0);
                    pen.out.push(' ');
                    pen.inline(&pair[0].1, indent);
                }
                item => pen.inline(item, indent),
            }),
            Tree::Map(entries) => self.brackets("{}", entries.len(), indent, |pen, index| {
                let (key, value) = &entries[index];
                if *value == Tree::Text(String::new()) && pen.one_in(2) {
                    let key = pen.quotes(key);
                    pen.out.push_str(&key);
                    return;
                }
                pen.key(key);
                pen.out.push(' ');
                pen.inline(value, indent);
            }),
        }
    }

    fn brackets(&mut self, pair: &str, len: usize, indent: usize, mut each: impl FnMut(&mut Self, usize)) {
        let lines = self.one_in(3);
        let padded = self.one_in(3);
        let gap = if lines {
            format!("\n{}", " ".repeat(indent + 2))
        } else if padded {
            " ".to_owned()
        } else {
            String::new()
        };
        self.out.push_str(&pair[..1]);
        self.out.push_str(&gap);
        for index in 0..len {
            each(self, index);
            if index + 1 < len || self.one_in(4) {
                self.out.push(',');
                if lines && self.one_in(3) {
                    self.out.push_str("  ");
                    self.comment();
                }
                if index + 1 < len {
                    self.out.push_str(if lines { &gap } else { " " });
                }
            }
        }
        self.out.push_str(if self.out.ends_with("'x: [") { "\n   " } else { &gap });
        self.out.push_str(&pair[1..]);
    }

    fn quotes(&mut self, text: &str) -> String {
        if !self.one_in(2) {
            return quoted(text);
        }
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"))
    }
}

fn is_plain(text: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || "._&'/=()".contains(c);
    text.starts_with(|c: char| c.is_alphanumeric()) && text.chars().all(|c| word(c) || c == ' ') && !text.ends_with(' ')
}

fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    !body.is_empty() && body.contains('\n') && !body.ends_with('\n') && !body.starts_with([' ', '\t', '\n'])
}
