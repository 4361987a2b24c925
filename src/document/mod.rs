//! A YAML text as a tree that remembers where everything stood.
//!
//! Every node, key and comment has its byte span, and every scalar its source text, so that a finding can point at it
//! and an edit can keep every other byte. The reader refuses what another YAML reader could take differently or a
//! reviewer could not see: duplicate keys, anchors, aliases, merge keys, tags, directives, several documents, keys that
//! are no texts, tabs as indentation, invalid UTF-8, hidden characters, texts over [`MAX_BYTES`] and trees deeper than
//! [`MAX_DEPTH`].
//!
//! What a key means must never enter this room: it knows YAML, not portfolios. It does no IO.

mod edit;
mod lines;
mod places;
mod read;
mod route;
mod text;

pub use edit::{Edit, append_item, apply, insert_key, quoted, remove_item, replace_scalar};
pub use lines::{Lines, Position};
pub use places::Places;
pub use read::read;
pub use route::Step;

/// The largest text that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;

/// A half-open range of bytes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// As a literal or folded block.
    Block,
}

/// A scalar: its value as text, exactly as far as YAML's quoting allows, never resolved to a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text after unescaping; for a plain scalar the source text itself.
    pub text: String,
    /// How it was written.
    pub style: Style,
}

/// A key of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key's text.
    pub text: String,
    /// Where the key stands (quotes included).
    pub span: Span,
    /// How it was written.
    pub style: Style,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A scalar. An empty value is a plain scalar with no text.
    Scalar(Scalar),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping, in the order of the file. Duplicate keys are never in a tree: the first stays.
    Map(Vec<Entry>),
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it stands. A scalar: with its quotes, or from its `|` to the end of its last line. A collection: from its
    /// bracket, its first dash or its first key to its bracket or the end of its last child. An empty value: an empty
    /// span right after its colon or dash, or after its key when it has no colon.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// A comment, from its `#` to the end of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands, without the line's end.
    pub span: Span,
    /// The text after `#`.
    pub text: String,
}

/// A text that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The text as it was given, byte for byte (a byte order mark included).
    pub text: String,
    /// The root node.
    pub root: Node,
    /// All comments in file order.
    pub comments: Vec<Comment>,
}

/// Which refusal a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Not YAML, or past a limit: nothing after it can be relied upon.
    Syntax,
    /// A key given twice in one mapping.
    DuplicateKey,
    /// YAML that is refused on purpose: anchors, aliases, merge keys, tags, directives, several documents, keys that
    /// are no texts.
    Feature,
}

/// Something the reader refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which refusal.
    pub kind: FaultKind,
    /// Where.
    pub span: Span,
    /// What is wrong, as a sentence without a period.
    pub message: String,
    /// Short text beside the underlined place.
    pub label: String,
    /// Other places that belong to it (the first of two keys, say), each with a short text.
    pub related: Vec<(Span, String)>,
    /// What to do, as a sentence.
    pub help: String,
}

/// What reading gave: a tree when there is one to be had, and everything that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The tree. With duplicate keys or refused features it is there too, so that other faults can still be found: the
    /// first of two keys stays, an anchor or a tag is ignored, an alias is an empty scalar, an entry whose key is
    /// refused is left out, only the first document is read. With a syntax fault or a directive it is not there.
    pub document: Option<Document>,
    /// All faults in file order. Empty exactly when the text may be used.
    pub faults: Vec<Fault>,
    /// Every refused anchor, alias, merge key, tag, key that is no text and second document, in file order: the faults
    /// name only the first of some of these. What the tree lacks or has otherwise than people meant is because of them.
    pub refused: Vec<Span>,
    /// The text for showing excerpts, to which spans refer. Of a text that was refused as a whole: with every invalid byte
    /// and every control character of two bytes replaced, and cut at [`MAX_BYTES`].
    pub text: String,
}

impl Reading {
    /// Whether the text goes on behind the tree, in a second document: what the tree lacks may stand there.
    #[must_use]
    pub fn cut(&self) -> bool {
        let end = self.document.as_ref().map(|document| document.root.span.end);
        self.refused.last().zip(end).is_some_and(|(last, end)| last.start >= end)
    }

    /// Whether a refused tag stands right before a place.
    #[must_use]
    pub fn tagged(&self, span: Span) -> bool {
        let before = self.refused.partition_point(|place| place.start < span.start);
        let last = before.checked_sub(1).and_then(|i| self.refused.get(i));
        let text = |start: usize, end: usize| self.text.get(start..end);
        last.is_some_and(|place| {
            text(place.start, place.end).is_some_and(|tag| tag.starts_with('!'))
                && text(place.end, span.start).is_some_and(|gap| gap.trim().is_empty())
        })
    }
}

impl Entry {
    /// From the key to the end of the value.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { start: self.key.span.start, end: self.value.span.end.max(self.key.span.end) }
    }
}

impl Node {
    /// The value under a key, when this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, when this is a mapping that has it.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.text == key)
    }

    /// The entries of a mapping; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The scalar, when this is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}
