//! Tabs where YAML wants spaces.
//!
//! The parser reports such a tab at the token before it or after it, or not at all where the tab happens to do no harm.
//! Here the fault points at the tab. Other syntax must never enter.

use granit_parser::{ErrorKind, ScanError};

use super::tree::Tree;
use super::{Fault, Span, syntax};
use crate::document::text::{line_end, line_start};

/// The fault of the first tab that is used as indentation, when there is one that the parser's error comes from or that
/// the parser let pass.
pub(super) fn blame(text: &str, tree: &Tree<'_>, error: Option<&ScanError>) -> Option<Fault> {
    if !text.contains('\t') {
        return None;
    }
    let at = error.map(|error| syntax::place(text, error));
    let accepted = leading(text).find(|&(tab, token)| {
        let seen = at.is_none_or(|at| tab < tree.cursor || token == at);
        seen && is_indentation(tab, tree, at.is_some())
    });
    let refused = error.zip(at).and_then(|(error, at)| match error.kind() {
        ErrorKind::TabInPlainScalar | ErrorKind::TabAtBlockScalarStart => after(text, at),
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace => before(text, at).or_else(|| after(text, at)),
        _ => in_block_scalar(text, tree, at),
    });
    let tab = accepted.map(|(tab, _)| tab).into_iter().chain(refused).chain(tree.tab).min()?;
    let (span, help) = (Span { start: tab, end: tab + 1 }, "indent with spaces; YAML gives tabs no width.");
    Some(Fault::syntax(span, "a tab is used as indentation", "tab", help))
}

/// The first tab of every line that begins with blanks, among them a tab, before something that is not a comment;
/// and where that something begins.
fn leading(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut start = 0;
    text.split_inclusive(['\n', '\r']).filter_map(move |line| {
        let at = start;
        start += line.len();
        let rest = line.trim_start_matches([' ', '\t']);
        let blanks = line.get(..line.len() - rest.len())?;
        let tab = blanks.find('\t').filter(|_| !rest.is_empty() && !rest.starts_with(['#', '\n', '\r']))?;
        Some((at + tab, at + blanks.len()))
    })
}

/// Whether a tab stands outside of every scalar and bracket. After an error an open bracket reaches to the end.
fn is_indentation(tab: usize, tree: &Tree<'_>, failed: bool) -> bool {
    let next = tree.opaque.partition_point(|span| span.start <= tab);
    let inside = next.checked_sub(1).and_then(|i| tree.opaque.get(i)).is_some_and(|span| tab < span.end);
    let in_bracket = failed && tree.outer_bracket().is_some_and(|bracket| bracket < tab);
    !inside && !in_bracket
}

/// The first tab among the blanks right before a place.
fn before(text: &str, at: usize) -> Option<usize> {
    let line = text.get(line_start(text, at)..at)?;
    let blanks = line.trim_end_matches([' ', '\t']).len();
    line.get(blanks..)?.find('\t').map(|tab| at - line.len() + blanks + tab)
}

/// The first tab that a line after a place begins with.
fn after(text: &str, at: usize) -> Option<usize> {
    leading(text).map(|(tab, _)| tab).find(|&tab| tab > at)
}

/// The tab of a blank line that ends a block scalar too early, when the error is at what follows.
fn in_block_scalar(text: &str, tree: &Tree<'_>, at: usize) -> Option<usize> {
    let scalar = tree.last.filter(|last| text.get(last.start..).is_some_and(|t| t.starts_with(['|', '>'])))?;
    let end = line_end(text, scalar.end);
    let gap = text.get(end..at)?;
    gap.find('\t').filter(|_| gap.trim().is_empty()).map(|tab| end + tab)
}
