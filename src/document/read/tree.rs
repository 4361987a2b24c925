//! The parser's events as a tree, with everything that is refused on the way.
//!
//! The tree is built on a stack of its own, so that nesting costs no call depth, and the depth limit is checked before
//! a collection is opened. Texts of faults about broken syntax must never enter: those are [`super::syntax`]'s.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StructureStyle, options};

use super::places;
use super::refused::{self, Tally};
use super::{Fault, char_at};
use crate::document::text::{line_start, skip_blank, slice};
use crate::document::{Comment, Entry, Key, Kind, MAX_BYTES, MAX_DEPTH, Node, Scalar, Span, Style};

/// Far above [`MAX_DEPTH`], so that the parser hands out the event that is too deep before it gives up on its own.
const PARSER_DEPTH: usize = 4096;

/// What the events gave.
#[derive(Default)]
pub(super) struct Tree<'a> {
    text: &'a str,
    /// The root; none when there was no content.
    pub(super) root: Option<Node>,
    /// Comments in the order of the events.
    pub(super) comments: Vec<Comment>,
    /// Faults in the order of their discovery.
    pub(super) faults: Vec<Fault>,
    /// Every refused anchor, alias, merge key, tag, key and second document, in the order of their discovery.
    pub(super) refused: Vec<Span>,
    /// Quoted and block scalars and outermost flow collections, in file order: there a tab is no indentation.
    pub(super) opaque: Vec<Span>,
    /// The first tab that the column of a block collection depends on.
    pub(super) tab: Option<usize>,
    /// The end of the last anchor or alias.
    pub(super) last_reference: Option<usize>,
    /// The last scalar.
    pub(super) last: Option<Span>,
    /// The end of what the events covered so far.
    pub(super) cursor: usize,
    open: Vec<Open>,
    documents: usize,
    references: Tally,
    merges: Tally,
}

/// A collection that is not closed yet.
struct Open {
    start: usize,
    flow: bool,
    items: Items,
}

enum Items {
    Seq(Vec<Node>),
    Map { entries: Vec<Entry>, seen: BTreeMap<String, Span>, pending: Option<Pending> },
}

/// A key that waits for its value.
struct Pending {
    /// The end of the key.
    end: usize,
    /// The key; none when its entry does not belong into the tree.
    key: Option<Key>,
}

/// Builds the tree of a text. The error is the parser's, when it gave up; after any fault that makes the rest
/// meaningless nothing more is read.
pub(super) fn build(text: &str) -> (Tree<'_>, Option<ScanError>) {
    let options = options! {
        disallow_directives: true,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: MAX_BYTES,
        flow_nesting_limit: PARSER_DEPTH,
        block_nesting_limit: PARSER_DEPTH,
    };
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut tree = Tree { text, cursor: bom, ..Tree::default() };
    let mut failure = None;
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => {
                if !tree.take(event, &span) {
                    break;
                }
            }
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    tree.report_tallies();
    (tree, failure)
}

impl<'a> Tree<'a> {
    /// The innermost bracket that is still open.
    pub(super) fn bracket(&self) -> Option<usize> {
        let mut starts = self.open.iter().rev().filter(|open| open.flow).map(|open| open.start);
        starts.find(|&at| matches!(self.text.as_bytes().get(at), Some(b'[' | b'{')))
    }

    /// Where the innermost collection that is still open begins.
    pub(super) fn innermost(&self) -> Option<usize> {
        self.open.last().map(|open| open.start)
    }

    /// The outermost bracket that is still open.
    pub(super) fn outer_bracket(&self) -> Option<usize> {
        self.open.iter().find(|open| open.flow).map(|open| open.start)
    }

    /// Takes one event; false when nothing after it is to be read.
    fn take(&mut self, event: Event<'a>, at: &granit_parser::Span) -> bool {
        let span = at.byte_range().map_or_else(Span::default, |r| Span { start: r.start, end: r.end });
        if let Some(tag) = at.tag_span().and_then(|tag| tag.byte_range()) {
            self.refuse_tag(Span { start: tag.start, end: tag.end });
        }
        match event {
            Event::DocumentStart(explicit, _) => return self.start_document(span, explicit),
            Event::SequenceStart(style, ..) => return self.open(style, span, Items::Seq(Vec::new())),
            Event::MappingStart(style, ..) => {
                let items = Items::Map { entries: Vec::new(), seen: BTreeMap::new(), pending: None };
                return self.open(style, span, items);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Scalar(value, style, ..) => self.scalar(value.into_owned(), style, span),
            Event::Anchor(..) => self.refer(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.alias(span),
            Event::Comment(text, _) => self.comments.push(Comment { span, text: text.into_owned() }),
            _ => {}
        }
        true
    }

    fn start_document(&mut self, span: Span, explicit: bool) -> bool {
        self.documents += 1;
        if explicit {
            self.cursor = span.end;
        }
        if self.documents == 1 {
            return true;
        }
        let place = if span.start == span.end { char_at(self.text, span.start) } else { span };
        self.refuse(refused::second_document(place));
        false
    }

    fn open(&mut self, style: StructureStyle, span: Span, items: Items) -> bool {
        let flow = style == StructureStyle::Flow;
        let start = match (&items, self.open.last().map(|open| &open.items)) {
            (Items::Seq(_), Some(Items::Map { pending: Some(key), .. })) if !flow => {
                places::first_dash(self.text, key.end).unwrap_or(span.start)
            }
            _ => span.start,
        };
        if self.open.len() >= MAX_DEPTH {
            self.faults.push(refused::too_deep(char_at(self.text, start)));
            return false;
        }
        if !flow && self.tab.is_none() {
            let line = line_start(self.text, start);
            self.tab = self.text.get(line..start).and_then(|before| before.find('\t')).map(|tab| line + tab);
        }
        self.cursor = self.cursor.max(span.end);
        self.open.push(Open { start, flow, items });
        true
    }

    fn close(&mut self, end: Span) {
        let Some(open) = self.open.pop() else { return };
        if open.flow {
            self.cursor = self.cursor.max(end.end);
        }
        let span = Span { start: open.start, end: self.cursor.max(open.start) };
        if open.flow && !self.in_flow() {
            self.opaque.push(span);
        }
        let kind = match open.items {
            Items::Seq(items) => Kind::Seq(items),
            Items::Map { entries, .. } => Kind::Map(entries),
        };
        self.node(Node { span, kind });
    }

    fn scalar(&mut self, value: String, style: ScalarStyle, span: Span) {
        let (span, style) = match style {
            ScalarStyle::Plain if span.start == span.end => {
                return self.empty_scalar(span.start);
            }
            ScalarStyle::Plain => (span, Style::Plain),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                (places::block_scalar(self.text, self.cursor, span, &value), Style::Block)
            }
            _ => (span, Style::Quoted),
        };
        if style != Style::Plain && !self.in_flow() {
            self.opaque.push(span);
        }
        if let Some(c) = value.chars().find(|c| super::decode::refused(*c).is_some()) {
            self.refuse(refused::hidden_behind_escape(c, span));
        }
        self.last = Some(span);
        self.cursor = self.cursor.max(span.end);
        self.node(Node { span, kind: Kind::Scalar(Scalar { text: value, style }) });
    }

    /// A value that is not there. The parser points somewhere behind it; its place is right behind its colon or dash.
    fn empty_scalar(&mut self, reported: usize) {
        let next = |from: usize| {
            let at = skip_blank(self.text, from);
            (at, self.text.as_bytes().get(at))
        };
        let at = match self.open.last() {
            None => return,
            Some(Open { items: Items::Map { pending: Some(key), .. }, flow, .. }) => match next(key.end) {
                // A colon that a letter follows begins the next key.
                (at, Some(b':')) if ends_a_sign(self.text.as_bytes().get(at + 1), *flow) => at + 1,
                _ => key.end,
            },
            Some(Open { items: Items::Seq(items), start, .. }) => {
                match next(items.last().map_or(*start, |_| self.cursor)) {
                    (at, Some(b'-')) => at + 1,
                    _ => reported,
                }
            }
            _ => reported,
        };
        self.cursor = self.cursor.max(at);
        let scalar = Scalar { text: String::new(), style: Style::Plain };
        self.node(Node { span: Span { start: at, end: at }, kind: Kind::Scalar(scalar) });
    }

    fn refer(&mut self, span: Span) {
        self.refused.push(span);
        self.references.add(span);
        self.last_reference = self.last_reference.max(Some(span.end));
    }

    fn alias(&mut self, span: Span) {
        self.refer(span);
        self.cursor = self.cursor.max(span.end);
        if let Some(pending) = self.pending_key() {
            *pending = Some(Pending { end: span.end, key: None });
            return;
        }
        let scalar = Scalar { text: String::new(), style: Style::Plain };
        self.node(Node { span, kind: Kind::Scalar(scalar) });
    }

    /// The place for a key, when a mapping waits for one.
    fn pending_key(&mut self) -> Option<&mut Option<Pending>> {
        match self.open.last_mut().map(|open| &mut open.items) {
            Some(Items::Map { pending, .. }) if pending.is_none() => Some(pending),
            _ => None,
        }
    }

    fn in_flow(&self) -> bool {
        self.open.last().is_some_and(|open| open.flow)
    }

    /// Puts a finished node where it belongs.
    fn node(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut open.items {
            Items::Seq(items) => items.push(node),
            Items::Map { entries, pending, .. } => match pending.take() {
                Some(Pending { key: Some(key), .. }) => entries.push(Entry { key, value: node }),
                Some(Pending { key: None, .. }) => {}
                None => {
                    let end = node.span.end;
                    let key = self.key(node);
                    if let Some(pending) = self.pending_key() {
                        *pending = Some(Pending { end, key });
                    }
                }
            },
        }
    }

    /// The key that a node makes; none when it is refused.
    fn key(&mut self, node: Node) -> Option<Key> {
        let span = node.span;
        let Kind::Scalar(Scalar { text, style }) = node.kind else {
            let place = if span.start == span.end { char_at(self.text, span.start) } else { span };
            self.refuse(refused::collection_key(place));
            return None;
        };
        if span.start == span.end {
            let place = char_at(self.text, span.start);
            self.refuse(refused::missing_key(place));
            return None;
        }
        if style == Style::Plain && text == "<<" {
            self.refused.push(span);
            self.merges.add(span);
            return None;
        }
        let Some(Open { items: Items::Map { seen, .. }, .. }) = self.open.last_mut() else { return None };
        if let Some(&first) = seen.get(&text) {
            self.faults.push(refused::duplicate_key(&text, span, first));
            return None;
        }
        seen.insert(text.clone(), span);
        Some(Key { text, span, style })
    }

    fn refuse_tag(&mut self, span: Span) {
        self.refuse(refused::tag(slice(self.text, span), span));
    }

    fn refuse(&mut self, fault: Fault) {
        self.refused.push(fault.span);
        self.faults.push(fault);
    }

    fn report_tallies(&mut self) {
        let references = self.references.first.map(|first| {
            let name = slice(self.text, first);
            refused::reference(name, first, &self.references.more())
        });
        let merges = self.merges.first.map(|first| refused::merge_key(first, &self.merges.more()));
        // A merge key mostly has an alias as its value: both are one mistake.
        self.faults.extend(references.or(merges));
    }
}

/// Whether what comes next ends a sign: a blank, nothing, or in brackets what ends a value there.
fn ends_a_sign(next: Option<&u8>, flow: bool) -> bool {
    next.is_none_or(|byte| match byte {
        b' ' | b'\t' | b'\n' | b'\r' => true,
        b',' | b']' | b'}' => flow,
        _ => false,
    })
}
