//! The parser's error as one fault in the words of somebody who writes YAML, not of somebody who parses it.
//!
//! The parser names a state and a place; what people did is mostly a little before it. Each function here is one such
//! mistake. A second fault for the same mistake must never leave this file.

use granit_parser::{ErrorKind as Error, ScanError};

use super::tree::Tree;
use super::{Fault, Span, char_at, quotes, refused, shown, word_at};
use crate::document::Node;
use crate::document::text::{column, line_end, line_start, skip_blank, slice};

/// The longest key that the parser takes, in characters.
const MAX_KEY: usize = 1024;

/// Where the parser saw the error: a byte of the text, at a character's beginning.
pub(super) fn place(text: &str, error: &ScanError) -> usize {
    let mut at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The fault that a parser error is; none when it comes from an anchor or an alias, which is a fault already.
pub(super) fn translate(text: &str, tree: &Tree<'_>, error: &ScanError) -> Option<Fault> {
    let at = place(text, error);
    let known = tree.last_reference.is_some_and(|end| end <= at && line_start(text, at) <= end);
    (!known).then(|| describe(text, tree, at, error.kind()))
}

fn describe(text: &str, tree: &Tree<'_>, at: usize, kind: &Error) -> Fault {
    let broken = Broken { text, tree, at };
    match kind {
        Error::DirectiveDisallowed => broken.directive(),
        Error::RecursionLimitExceeded => refused::too_deep(char_at(text, at)),
        Error::UnclosedQuotedScalar | Error::DocumentIndicatorInQuotedScalar => quotes::unclosed(text, at),
        Error::InvalidTrailingDoubleQuotedScalar => quotes::trailing(text, at, '"'),
        Error::InvalidTrailingSingleQuotedScalar => quotes::trailing(text, at, '\''),
        kind if quotes::is_escape(kind) => quotes::escape(text, at),
        kind if is_tag(kind) => refused::tag(slice(text, word_at(text, at)), word_at(text, at)),
        Error::UnclosedFlowCollection { .. } => broken.unclosed_bracket(at),
        Error::MismatchedFlowCollectionEnd { open, close } => broken.mismatched_bracket(*open, *close),
        Error::MisplacedFlowCollectionEnd => broken.stray_bracket(),
        Error::BlockEntryInFlowCollection
        | Error::InvalidColonPlacement
        | Error::ExpectedFlowMappingSeparator
        | Error::ExpectedFlowSequenceSeparator
        | Error::UnexpectedEofFlowSequence
        | Error::UnexpectedEofFlowMapping
        | Error::UnexpectedEofImplicitFlowMapping => broken.in_brackets(),
        Error::MappingValueNotAllowed => broken.colon(),
        Error::SimpleKeyExpected | Error::InvalidSimpleKey => broken.no_colon(),
        Error::ExpectedBlockSequenceEntry => broken.out_of_place(true),
        Error::ExpectedBlockMappingKey | Error::ExpectedDocumentStart => broken.out_of_place(false),
        Error::BlockSequenceEntryNotAllowed => broken.dash(),
        Error::CommentInterceptedScalar | Error::CommentNotSeparated => broken.comment(),
        Error::InvalidBlockScalarHeader | Error::ZeroBlockScalarIndent => broken.block_header(),
        kind => broken.other(kind),
    }
}

fn is_tag(kind: &Error) -> bool {
    matches!(
        kind,
        Error::UndeclaredTagHandle
            | Error::ExpectedTagBang
            | Error::InvalidGlobalTagCharacter
            | Error::InvalidTagTerminator
            | Error::MissingTagUri
            | Error::UnclosedVerbatimTag
            | Error::InvalidTagEscape
            | Error::InvalidTagUtf8LeadingByte
            | Error::InvalidTagUtf8TrailingByte
            | Error::InvalidTagUtf8
    )
}

/// An error and what is known around it.
struct Broken<'a> {
    text: &'a str,
    tree: &'a Tree<'a>,
    at: usize,
}

impl Broken<'_> {
    fn line(&self, at: usize) -> Span {
        Span { start: line_start(self.text, at), end: line_end(self.text, at) }
    }

    /// The first byte of a line that is no blank.
    fn indent_end(&self, at: usize) -> usize {
        let line = self.line(at);
        let words = slice(self.text, line);
        line.start + words.len() - words.trim_start_matches([' ', '\t']).len()
    }

    fn indent(&self, at: usize) -> usize {
        self.indent_end(at) - line_start(self.text, at)
    }

    fn starts(&self, at: usize, with: &[char]) -> bool {
        self.text.get(at..).is_some_and(|rest| rest.starts_with(with))
    }

    fn directive(&self) -> Fault {
        let span = Span { start: self.at, end: line_end(self.text, self.at) };
        refused::directive(slice(self.text, span).trim_end(), span)
    }

    fn unclosed_bracket(&self, open: usize) -> Fault {
        let (bracket, close) = if self.starts(open, &['{']) { ('{', '}') } else { ('[', ']') };
        let message = format!("this `{bracket}` is never closed");
        Fault::syntax(char_at(self.text, open), message, "opened here", format!("add the closing `{close}`."))
    }

    fn mismatched_bracket(&self, open: char, close: char) -> Fault {
        let help = "close brackets in the reverse order of their opening: `[` by `]`, `{` by `}`.";
        let message = format!("this `{open}` is closed by a `{close}`");
        Fault::syntax(char_at(self.text, self.at), message, "opened here", help)
    }

    fn stray_bracket(&self) -> Fault {
        let span = char_at(self.text, self.at);
        let message = format!("this `{}` closes nothing", slice(self.text, span));
        Fault::syntax(span, message, "no open bracket", "remove it, or add the opening bracket.")
    }

    /// Between brackets: a bracket that was forgotten further up, or something that needs a comma.
    fn in_brackets(&self) -> Fault {
        if let Some(open) = self.tree.bracket() {
            let later = line_start(self.text, open) < line_start(self.text, self.at);
            let closed = self.text.get(self.at..).is_some_and(|rest| rest.contains([']', '}']));
            if later && (!closed || self.indent(self.at) <= self.indent(open)) {
                return self.unclosed_bracket(open);
            }
        }
        let span = char_at(self.text, self.at);
        let message = format!("unexpected `{}` between brackets", slice(self.text, span));
        let help = "separate the entries by single commas; quote a text that contains `: `, `- `, commas or brackets.";
        Fault::syntax(span, message, "not expected here", help)
    }

    /// A colon that makes no key.
    fn colon(&self) -> Fault {
        let colon = char_at(self.text, self.at);
        let Some(last) = self.tree.last.filter(|last| last.end <= self.at) else {
            return self.other(&Error::MappingValueNotAllowed);
        };
        let first_line =
            slice(self.text, Span { start: last.start, end: line_end(self.text, last.start).min(last.end) });
        if last.end - last.start > MAX_KEY && self.is_first(last.start) {
            return self.long_key(last.start);
        }
        if line_start(self.text, last.start) == line_start(self.text, self.at) {
            let help = "quote the value when the colon belongs to it; put a nested key on a line of its own.";
            return Fault::syntax(colon, "a second colon follows the value", "second colon", help);
        }
        if self.is_first(last.start) && last.start - line_start(self.text, last.start) == self.indent(self.at) {
            return self.missing_colon(last.start, first_line);
        }
        self.too_far_in(self.at)
    }

    /// A key that is read as more text of the value above.
    fn too_far_in(&self, colon: usize) -> Fault {
        let span = Span { start: self.indent_end(colon), end: colon };
        let message = format!("`{}` is indented deeper than the keys it belongs to", shown(slice(self.text, span)));
        let help =
            "give all keys of a mapping the same indentation; a key or an item that has a value cannot hold keys too.";
        Fault::syntax(span, message, "read as part of the value above", help)
    }

    fn long_key(&self, start: usize) -> Fault {
        let help = format!("shorten the key to {MAX_KEY} characters and keep it on one line.");
        Fault::syntax(word_at(self.text, start), "the key is too long or goes over several lines", "key", help)
    }

    /// Whether nothing but blanks and dashes stands before a place on its line.
    fn is_first(&self, at: usize) -> bool {
        let before = slice(self.text, Span { start: line_start(self.text, at), end: at });
        before.trim_matches([' ', '\t', '-', '\u{feff}']).is_empty()
    }

    /// A line that should be a key.
    fn no_colon(&self) -> Fault {
        let end = line_end(self.text, self.at);
        let line = slice(self.text, Span { start: self.at, end });
        let line = line.split(" #").next().unwrap_or(line);
        if line.contains(": ") || line.ends_with(':') {
            return self.long_key(self.at);
        }
        let next = skip_blank(self.text, end);
        if let Some(colon) = self.text.get(next..line_end(self.text, next)).and_then(|line| line.find(':'))
            && self.indent_end(self.at) != self.at
        {
            return self.too_far_in(next + colon);
        }
        self.missing_colon(self.at, line.trim_end())
    }

    /// A key without a colon, or with a colon and no space after it.
    fn missing_colon(&self, at: usize, line: &str) -> Fault {
        let line = line.trim_end();
        let glued = line.find(':').filter(|&i| i > 0 && i + 1 < line.len() && !line.contains("://"));
        if let Some(colon) = glued {
            let help = format!(
                "write `{}: {}`.",
                shown(line.get(..colon).unwrap_or("")),
                shown(line.get(colon + 1..).unwrap_or(""))
            );
            return Fault::syntax(
                char_at(self.text, at + colon),
                "a space is missing after the colon",
                "no space",
                help,
            );
        }
        let span = Span { start: at, end: at + line.len().max(1) };
        let span = if line.is_empty() { char_at(self.text, at) } else { span };
        let help = "write `key: value`; a text that goes on from the line above must be indented deeper than its key.";
        Fault::syntax(span, format!("`{}` has no colon", shown(line)), "expected a key", help)
    }

    /// A line whose indentation or dash fits nothing above it, or something behind a complete value.
    fn out_of_place(&self, list: bool) -> Fault {
        let start = self.indent_end(self.at);
        let word = word_at(self.text, self.at);
        let dashed = slice(self.text, Span { start, end: self.at }).trim_end() == "-";
        if dashed && self.at > start {
            let help = "indent the list below a key of its own, or remove the dash.";
            return Fault::syntax(char_at(self.text, start), "a list item stands among keys", "list item", help);
        }
        if start != self.at {
            let message = format!("unexpected `{}` after the value", shown(slice(self.text, word)));
            let help = "start a new line for the next key, or quote the whole value.";
            return Fault::syntax(word, message, "not expected here", help);
        }
        let dash = self.tree.innermost().map_or(0, |start| column(self.text, start));
        if list && self.indent(self.at) <= dash {
            let message = format!("`{}` does not belong to the list above", shown(slice(self.text, word)));
            let help = "begin the line with `- `, or indent it below the item it belongs to.";
            return Fault::syntax(word, message, "expected a list item", help);
        }
        if self.tree.root.as_ref().is_some_and(|root| self.ends_by_itself(root)) {
            let message = format!("unexpected `{}` after the end of the content", shown(slice(self.text, word)));
            let help = "the text or the bracket above already ends the document; remove one of the two.";
            return Fault::syntax(word, message, "not expected here", help);
        }
        let message = format!("the indentation of `{}` fits no line above", shown(slice(self.text, word)));
        let help = "indent the line exactly like the keys or items it belongs to.";
        Fault::syntax(word, message, "indentation", help)
    }

    /// Whether a root cannot be continued by any line: it is a text or in brackets.
    fn ends_by_itself(&self, root: &Node) -> bool {
        root.scalar().is_some() || self.starts(root.span.start, &['[', '{'])
    }

    fn dash(&self) -> Fault {
        let help = "begin the list on the line below its key; quote a value that begins with `- `.";
        Fault::syntax(char_at(self.text, self.at), "a list item cannot begin here", "list item", help)
    }

    fn comment(&self) -> Fault {
        let span = Span { start: self.at, end: line_end(self.text, self.at) };
        if self.starts(self.at, &['#']) && self.is_glued() {
            let help = "put a space before `#`.";
            return Fault::syntax(
                char_at(self.text, self.at),
                "a space is missing before the comment",
                "no space",
                help,
            );
        }
        let help = "move the comment above the key, or quote the value; what follows the comment is no part of it.";
        Fault::syntax(span, "a comment interrupts a value of several lines", "comment", help)
    }

    fn is_glued(&self) -> bool {
        self.text.get(..self.at).is_some_and(|before| !before.ends_with(char::is_whitespace))
    }

    fn block_header(&self) -> Fault {
        let span = Span { start: self.at, end: line_end(self.text, self.at).max(self.at + 1) };
        let sign = slice(self.text, char_at(self.text, self.at)).to_owned();
        let help = format!("start the text on the next line; quote a value that begins with `{sign}`.");
        Fault::syntax(span, format!("only a line's end may follow `{sign}` here"), "block of text", help)
    }

    fn other(&self, kind: &Error) -> Fault {
        let span = char_at(self.text, self.at);
        let sign = shown(slice(self.text, span));
        if self.at >= self.text.len() {
            return Fault::syntax(span, "the file ends too early", "nothing follows", "complete the last value.");
        }
        if let Error::InvalidDocumentEnd = kind {
            let help = "remove what follows it, or the whole line.";
            return Fault::syntax(self.line(self.at), "only a comment may follow `...`", "end of the document", help);
        }
        if "@`%*&?|>!-".contains(&sign) {
            // A backtick cannot be quoted in backticks.
            let name = if sign == "`" { "a backtick".to_owned() } else { format!("`{sign}`") };
            let message = format!("a value cannot begin with {name} here");
            return Fault::syntax(word_at(self.text, self.at), message, "not expected here", "quote the value.");
        }
        if matches!(
            kind,
            Error::InvalidIndentation
                | Error::InvalidFlowScalarIndent
                | Error::InvalidQuotedScalarIndent
                | Error::InvalidBlockScalarIndent
        ) {
            let help = "indent the line like the lines it belongs to, and a continued value deeper than its key.";
            return Fault::syntax(
                word_at(self.text, self.at),
                "the indentation fits no line above",
                "indentation",
                help,
            );
        }
        let help = "quote the value when this belongs to a text.";
        Fault::syntax(span, format!("unexpected `{sign}`"), "not expected here", help)
    }
}
