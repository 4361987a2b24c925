//! What goes wrong with quotes and escapes.
//!
//! Mistakes outside of quoted texts must never enter: they are [`super::syntax`]'s.

use granit_parser::ErrorKind as Error;

use super::{Fault, Span, shown, word_at};
use crate::document::text::{line_end, line_start, slice};

/// Whether an error is about an escape in double quotes.
pub(super) fn is_escape(kind: &Error) -> bool {
    matches!(
        kind,
        Error::UnknownQuotedScalarEscape
            | Error::InvalidQuotedScalarHexEscape
            | Error::InvalidLowSurrogateHexEscape
            | Error::InvalidLowSurrogate
            | Error::MissingLowSurrogate
            | Error::UnpairedLowSurrogate
            | Error::InvalidUnicodeEscape
    )
}

/// A quote that no other quote closes.
pub(super) fn unclosed(text: &str, open: usize) -> Fault {
    let line = slice(text, Span { start: open, end: line_end(text, open) });
    let span = Span { start: open, end: open + line.trim_end().len() };
    let help = if text.get(open..).is_some_and(|rest| rest.starts_with('\'')) {
        "add the closing `'`; a quote inside of single quotes is written twice: `''`."
    } else {
        "add the closing `\"`; a quote inside of double quotes is written `\\\"`."
    };
    Fault::syntax(span, "this quote is never closed", "opened here", help)
}

/// Something right behind a closing quote: text of its own, or the rest of a line whose quote was forgotten above.
pub(super) fn trailing(text: &str, at: usize, quote: char) -> Fault {
    let word = word_at(text, at);
    let open = opening(text, at, quote);
    if let Some(open) = open.filter(|&open| line_start(text, open) != line_start(text, at)) {
        let label = "the next quote closes it, and this follows";
        let mut fault = unclosed(text, open).with(word, label);
        "this quote is not closed on its line".clone_into(&mut fault.message);
        return fault;
    }
    let help = if quote == '\'' {
        "a quote inside of single quotes is written twice: `''`; two values need a comma or a line of their own."
    } else {
        "a quote inside of double quotes is written `\\\"`; two values need a comma or a line of their own."
    };
    let message = format!("unexpected `{}` after the closing quote", shown(slice(text, word)));
    Fault::syntax(word, message, "after the quote", help)
}

/// A backslash in double quotes that means nothing.
pub(super) fn escape(text: &str, at: usize) -> Fault {
    let span = bad_escape(text, at).unwrap_or_else(|| word_at(text, at));
    let message = format!("`{}` is not an escape that YAML knows", shown(slice(text, span)));
    let help = "write `\\\\` for a backslash, or use single quotes, where a backslash is an ordinary character.";
    Fault::syntax(span, message, "unknown escape", help)
}

/// The opening quote of the quoted text that ends right before a place.
pub(super) fn opening(text: &str, at: usize, quote: char) -> Option<usize> {
    let close = text.get(..at)?.rfind(quote)?;
    let mut end = close;
    loop {
        let open = text.get(..end)?.rfind(quote)?;
        let before = text.get(..open)?;
        let escaped = match quote {
            '"' => (before.len() - before.trim_end_matches('\\').len()) % 2 == 1,
            _ => before.ends_with('\''),
        };
        if !escaped {
            return Some(open);
        }
        end = if quote == '"' { open } else { open - 1 };
    }
}

/// The first escape of a double-quoted text that YAML does not know or that lacks digits.
fn bad_escape(text: &str, open: usize) -> Option<Span> {
    let mut at = open + 1;
    loop {
        at += text.get(at..)?.find(['\\', '"'])?;
        let rest = text.get(at..)?;
        let sign = rest.strip_prefix('\\')?.chars().next()?;
        let digits = match sign {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\' | 'N' | '_' | 'L'
            | 'P' | '\n' | '\r' => 0,
            _ => return Some(Span { start: at, end: at + 1 + sign.len_utf8() }),
        };
        let hex = rest.get(2..).map_or(0, |r| r.bytes().take(digits).take_while(u8::is_ascii_hexdigit).count());
        if let Some(pair) = surrogate_pair(rest) {
            at += pair;
            continue;
        }
        let code = rest.get(2..2 + hex).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let end = at + 1 + sign.len_utf8() + hex;
        if hex < digits || (digits > 0 && code.is_none_or(|code| char::from_u32(code).is_none())) {
            return Some(Span { start: at, end });
        }
        at = end;
    }
}

/// The length of two escapes that together are one character, when a text begins with them.
fn surrogate_pair(text: &str) -> Option<usize> {
    let unit = |at: usize| {
        let hex = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(hex, 16).ok()
    };
    let both = (0xd800..0xdc00).contains(&unit(0)?) && (0xdc00..0xe000).contains(&unit(6)?);
    both.then_some(12)
}
