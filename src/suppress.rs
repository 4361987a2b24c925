//! Suppressions: comments of the config that say of a finding that it is meant to be so, and why.
//!
//! `# rebalance: ignore[rule-id, other-id] until=2026-12-31 -- reason` on the line of a finding's primary place, or on a
//! line of its own above it. A comment that begins with `rebalance:`, in these letters, is one of these or is misspelt;
//! so is one that names `ignore` in some other way that was meant so. All other comments are nobody's business.
//!
//! Which rules there are, and which of them may be suppressed, must never enter this room.

mod read;

use crate::document::{Document, Lines, Reading, Span};
use crate::finding::{Finding, Suppressed};
use chrono::NaiveDate;

/// One comment that suppresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The comment.
    pub span: Span,
    /// The rules it names.
    pub ids: Vec<Named>,
    /// The last day on which it counts, and where that stands.
    pub until: Option<(NaiveDate, Span)>,
    /// Why.
    pub reason: String,
    /// The line it is about, from 1; none where nothing follows it.
    pub line: Option<usize>,
}

/// A rule that a suppression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The id, as it is written.
    pub id: String,
    /// Where.
    pub span: Span,
}

/// A comment that was meant to suppress and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    /// What is wrong in it.
    pub span: Span,
    /// What is wrong, as a sentence without a period.
    pub message: String,
    /// A short text beside the place.
    pub label: String,
    /// What to do, as a sentence.
    pub help: String,
}

/// All suppressions of a text.
#[derive(Debug, Clone, Default)]
pub struct Suppressions<'a> {
    /// Those that count, in file order.
    pub all: Vec<Suppression>,
    /// Those that were meant to.
    pub misspelt: Vec<Misspelt>,
    lines: Option<Lines<'a>>,
}

impl Suppression {
    /// Whether its last day is over.
    #[must_use]
    pub fn expired(&self, today: NaiveDate) -> bool {
        self.until.is_some_and(|(last, _)| last < today)
    }
}

impl<'a> Suppressions<'a> {
    /// The suppressions of a text; none of one that could not be read.
    #[must_use]
    pub fn of(reading: &'a Reading) -> Self {
        let mut suppressions = Self::default();
        let Some(document) = &reading.document else { return suppressions };
        for (at, comment) in document.comments.iter().enumerate() {
            let Some(told) = read::read(comment) else { continue };
            let lines = suppressions.lines.get_or_insert_with(|| Lines::new(&document.text));
            match told {
                Ok(said) => suppressions.all.push(Suppression { line: about(document, at, lines), ..said }),
                Err(misspelt) => suppressions.misspelt.push(*misspelt),
            }
        }
        suppressions
    }

    /// The suppression of a rule's finding whose primary place begins at a byte: its number among all, and that of the
    /// id in it. The first in the file where there are several: the others change nothing.
    #[must_use]
    pub fn over(&self, rule: &str, at: usize, today: NaiveDate) -> Option<(usize, usize)> {
        let line = self.lines.as_ref()?.position(at).line;
        self.all.iter().enumerate().find_map(|(i, suppression)| {
            let live = suppression.line == Some(line) && !suppression.expired(today);
            let named = suppression.ids.iter().position(|named| named.id == rule);
            named.filter(|_| live).map(|id| (i, id))
        })
    }

    /// Marks the findings of a file that are suppressed, of the rules that may be.
    pub fn apply(&self, findings: &mut [Finding], path: &str, today: NaiveDate, may: impl Fn(&str) -> bool) {
        for finding in findings.iter_mut().filter(|finding| finding.path == path && may(&finding.rule)) {
            let Some(place) = &finding.place else { continue };
            if let Some((i, _)) = self.over(&finding.rule, place.span.start, today) {
                finding.suppressed = Some(Suppressed { reason: self.all[i].reason.clone() });
            }
        }
    }
}

/// The line a comment is about: its own, when something stands before it there, or else the next one that has more on it
/// than a comment.
fn about(document: &Document, comment: usize, lines: &Lines<'_>) -> Option<usize> {
    let line_of = |at: usize| lines.position(at).line;
    let own = line_of(document.comments.get(comment)?.span.start);
    let is_comment = |line: usize, from: usize| {
        let text = lines.line(line).trim_start_matches('\u{feff}');
        let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
        let here = document.comments.get(from).filter(|comment| line_of(comment.span.start) == line);
        here.is_some_and(|comment| lines.position(comment.span.start).column == blanks + 1)
    };
    if !is_comment(own, comment) {
        return Some(own);
    }
    let last = line_of(document.text.len());
    let mut next = comment;
    for line in own..=last {
        match is_comment(line, next) {
            true => next += 1,
            false if lines.line(line).trim().is_empty() => {}
            false => return Some(line),
        }
    }
    None
}

#[cfg(test)]
mod tests;
