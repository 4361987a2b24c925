//! One comment as a suppression, as a misspelt one, or as none of our business.
//!
//! Lines must never matter here.

use super::{Misspelt, Named, Suppression};
use crate::config::day;
use crate::document::{Comment, Span};

/// How one is written.
const SHAPE: &str = "write `# rebalance: ignore[rule-id] -- why it is meant so`, with `until=2026-12-31` before the dashes \
                     if it is to end.";

/// What begins a suppression.
const WORD: &str = "rebalance";
/// What it does.
const VERB: &str = "ignore";

type Told = Result<Suppression, Box<Misspelt>>;

/// Reads a comment; none when it was not meant to suppress anything.
pub(super) fn read(comment: &Comment) -> Option<Told> {
    let text = comment.text.as_str();
    let start = comment.span.start + 1;
    let rest = text.trim_start_matches([' ', '\t']);
    if let Some(rest) = rest.strip_prefix(WORD).and_then(|rest| rest.strip_prefix(':')) {
        let mut reader = Reader { text, base: start, at: text.len() - rest.len() };
        return Some(reader.suppression(comment.span));
    }
    let (from, to) = near_miss(text)?;
    let span = Span { start: start + from, end: start + to };
    let label = if from_start(text, from) {
        "`rebalance: ignore[…]` is written like this, in lower case"
    } else {
        "a suppression begins its comment"
    };
    let help = if from_start(text, from) { SHAPE } else { "put it into a comment of its own, on the line above." };
    Some(Err(fault(span, "this comment looks like a suppression and is none", label, help)))
}

fn fault(span: Span, message: &str, label: &str, help: &str) -> Box<Misspelt> {
    Box::new(Misspelt { span, message: message.to_owned(), label: label.to_owned(), help: help.to_owned() })
}

/// Whether nothing but signs stands before a byte.
fn from_start(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.trim_matches(['#', ' ', '\t']).is_empty())
}

/// Where a comment names `ignore` as only a suppression would: behind `rebalance` at its beginning, in whatever case and
/// with whatever sign between; with a bracket behind it anywhere.
fn near_miss(text: &str) -> Option<(usize, usize)> {
    // Lower case of ASCII only, so that every byte stays where it is.
    let lower = text.to_ascii_lowercase();
    let found = lower.match_indices(VERB).find_map(|(at, verb)| {
        let after = lower.get(at + verb.len()..)?;
        let opens = |rest: &str| rest.trim_start_matches([' ', '\t']).starts_with('[');
        let bracket = opens(after) || after.strip_prefix('s').is_some_and(opens);
        // Without a bracket, other signs stand in sentences.
        let sign = |c: char| if bracket { !c.is_alphanumeric() } else { " \t:-_.：".contains(c) };
        let before = lower.get(..at)?.trim_end_matches(sign);
        let whole = !after.starts_with(|c: char| c.is_alphanumeric());
        let word = last_word(before);
        let from = before.len() - word.len();
        let named = strsim::damerau_levenshtein(word, WORD) <= if bracket { 2 } else { 0 };
        let meant = named && (bracket || whole && from_start(text, from));
        let bare = bracket && from_start(text, at);
        (meant || bare).then_some((if meant { from } else { at }, at + verb.len()))
    });
    found.or_else(|| without_verb(&lower))
}

/// The word a text ends with, as far as it can be the program's name: of a longer one the last letters.
fn last_word(text: &str) -> &str {
    let letters = text.char_indices().rev().take(WORD.len() + 3).take_while(|(_, c)| c.is_alphanumeric());
    letters.last().and_then(|(at, _)| text.get(at..)).unwrap_or("")
}

/// `Rebalance: [weights-sum]`, and nothing between.
fn without_verb(lower: &str) -> Option<(usize, usize)> {
    let rest = lower.trim_start_matches(['#', ' ', '\t']);
    let from = lower.len() - rest.len();
    let after = rest.strip_prefix(WORD)?.trim_start_matches([' ', '\t', ':', '：']);
    after.starts_with('[').then_some((from, from + WORD.len()))
}

/// A comment's text, read from its front.
struct Reader<'a> {
    text: &'a str,
    /// Where the text stands in the file.
    base: usize,
    /// How far it is read.
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// Takes the longest front whose characters are of a kind.
    fn take(&mut self, of: impl Fn(char) -> bool) -> (&'a str, Span) {
        let rest = self.rest();
        let length = rest.find(|c: char| !of(c)).unwrap_or(rest.len());
        let span = Span { start: self.base + self.at, end: self.base + self.at + length };
        self.at += length;
        (rest.get(..length).unwrap_or(""), span)
    }

    fn here(&self) -> Span {
        Span { start: self.base + self.at, end: self.base + self.at }
    }

    fn suppression(&mut self, whole: Span) -> Told {
        self.skip_blanks();
        self.verb(whole)?;
        let ids = self.ids()?;
        let mut until = None;
        loop {
            let end = self.here();
            self.skip_blanks();
            if let Some(reason) = self.rest().strip_prefix("--") {
                let reason = self.reason(reason)?;
                return Ok(Suppression { span: whole, ids, until, reason, line: None });
            }
            if self.rest().is_empty() {
                let label = "the reason is missing: ` -- why`";
                return Err(fault(end, "this suppression gives no reason", label, SHAPE));
            }
            self.until(&mut until)?;
        }
    }

    fn verb(&mut self, whole: Span) -> Result<(), Box<Misspelt>> {
        let (verb, span) = self.take(|c| !c.is_whitespace() && !"[(".contains(c));
        let message = match verb {
            VERB => return Ok(()),
            "" => "a comment for `rebalance` says nothing".to_owned(),
            other => format!("a comment for `rebalance` says `{other}`, which means nothing"),
        };
        let again = verb.eq_ignore_ascii_case(VERB);
        let label = if again { "`ignore` is written in lower case" } else { "only `ignore[rule-id]` can stand here" };
        Err(fault(if verb.is_empty() { whole } else { span }, &message, label, SHAPE))
    }

    fn ids(&mut self) -> Result<Vec<Named>, Box<Misspelt>> {
        let message = "this suppression names no rule";
        let end = self.here();
        self.skip_blanks();
        let open = self.here();
        if !self.rest().starts_with('[') {
            return Err(fault(end, message, "`[rule-id]` is missing", SHAPE));
        }
        self.at += 1;
        let Some(length) = self.rest().find(']') else {
            let span = Span { start: open.start, end: open.start + 1 };
            return Err(fault(span, "the bracket of this suppression is not closed", "never closed", SHAPE));
        };
        let list = self.rest().get(..length).unwrap_or("");
        let mut ids: Vec<Named> = Vec::new();
        let mut start = self.base + self.at;
        for part in list.split(',') {
            let id = part.trim_matches([' ', '\t']);
            let from = start + (part.len() - part.trim_start_matches([' ', '\t']).len());
            let span = Span { start: from, end: from + id.len() };
            if id.is_empty() {
                let brackets = Span { start: open.start, end: self.base + self.at + length + 1 };
                return Err(fault(brackets, message, "a rule's id is missing", SHAPE));
            }
            if ids.iter().any(|named| named.id == id) {
                let message = format!("this suppression names `{id}` twice");
                return Err(fault(span, &message, "named again", "name it once."));
            }
            ids.push(Named { id: id.to_owned(), span });
            start += part.len() + 1;
        }
        self.at += length + 1;
        Ok(ids)
    }

    /// Reads what stands between the bracket and the dashes: one date, and nothing else.
    fn until(&mut self, until: &mut Option<(chrono::NaiveDate, Span)>) -> Result<(), Box<Misspelt>> {
        let Some(_) = self.rest().strip_prefix("until=") else {
            let (word, span) = self.take(|c| !c.is_whitespace());
            let message = format!("`{word}` cannot stand here in a suppression");
            let dash = matches!(word, "-" | "–" | "—" | "―");
            let label = if dash { "two hyphens are needed: `--`" } else { "the reason begins with `--`" };
            return Err(fault(span, &message, label, SHAPE));
        };
        self.at += "until=".len();
        let length = self.rest().find("--").unwrap_or(self.rest().len());
        let dashes = self.at + length;
        let (_, mut span) = self.take(|c| !c.is_whitespace());
        self.at = self.at.min(dashes);
        span.end = self.base + self.at;
        let text = self.text.get(span.start - self.base..self.at).unwrap_or("");
        let date = day(text).ok_or_else(|| {
            let message = format!("`{text}` is no day of the calendar");
            fault(span, &message, "a date is needed", "write the last day on which it counts, as `until=2026-12-31`.")
        })?;
        if until.replace((date, span)).is_some() {
            return Err(fault(span, "this suppression has two last days", "given again", "keep one of the two."));
        }
        Ok(())
    }

    fn reason(&mut self, behind: &'a str) -> Result<String, Box<Misspelt>> {
        let dashes = Span { start: self.base + self.at, end: self.base + self.at + 2 };
        let reason = behind.trim();
        if !reason.contains(char::is_alphanumeric) {
            let label = "the reason is missing behind these";
            return Err(fault(dashes, "this suppression gives no reason", label, SHAPE));
        }
        if let Some((from, to)) = near_miss(behind) {
            let start = self.base + self.text.len() - behind.len();
            let span = Span { start: start + from, end: start + to };
            let help = "put it into a comment of its own, on the line above.";
            return Err(fault(span, "a second suppression in one comment", "a suppression begins its comment", help));
        }
        Ok(reason.to_owned())
    }
}
