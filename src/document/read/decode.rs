//! Bytes to text that is safe to show and to parse.
//!
//! Refused here, before any parsing: too large, not UTF-8, and characters that a reader of the file cannot see or that
//! another YAML reader takes for a line break. One fault a text. Knowledge of YAML's grammar must never enter.

use super::{Fault, Reading, Span, char_at};
use crate::document::MAX_BYTES;

/// The text of a file, or the reading of one that has no text.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Box<Reading>> {
    if let Some(head) = bytes.get(..MAX_BYTES).filter(|_| bytes.len() > MAX_BYTES) {
        let text = String::from_utf8_lossy(head).into_owned();
        return Err(refusal(too_large(&text, bytes.len()), text));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let fault = not_utf8(bytes, error.valid_up_to());
        refusal(fault, String::from_utf8_lossy(bytes).into_owned())
    })?;
    hidden(text).map_or(Ok(text), |fault| Err(refusal(fault, text.to_owned())))
}

/// The text is only for showing: what would act on a terminal and is two bytes long becomes a dot of two bytes, so that
/// spans stay true. The control characters of one byte are drawn as symbols wherever they are shown.
fn refusal(fault: Fault, text: String) -> Box<Reading> {
    let acts = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    let text = if text.contains(acts) { text.replace(acts, "\u{b7}") } else { text };
    Box::new(Reading { document: None, faults: vec![fault], refused: Vec::new(), text })
}

fn too_large(text: &str, len: usize) -> Fault {
    Fault::syntax(
        char_at(text, 0),
        format!("the file has {len} bytes, more than the {MAX_BYTES} that are read"),
        "too large",
        "check that this is the right file; a portfolio fits into a few kilobytes.",
    )
}

/// The span is that of the replacement character in the lossily decoded text.
fn not_utf8(bytes: &[u8], at: usize) -> Fault {
    let byte = bytes.get(at).copied().unwrap_or_default();
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let help = if utf16 {
        "the file is UTF-16; save it as UTF-8."
    } else {
        "save the file as UTF-8; Korean text saved as CP949 or EUC-KR looks like this."
    };
    let span = Span { start: at, end: at + char::REPLACEMENT_CHARACTER.len_utf8() };
    Fault::syntax(span, format!("byte 0x{byte:02X} is not valid UTF-8"), "not UTF-8", help)
}

/// One fault at the first character that must not stand in the text.
fn hidden(text: &str) -> Option<Fault> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = text.len() - body.len();
    let mut found = body.char_indices().filter(|&(_, c)| refused(c).is_some());
    let (at, c) = found.next()?;
    let more = match found.count() {
        0 => String::new(),
        n => format!(" ({n} more in this file)"),
    };
    let span = char_at(text, offset + at);
    let message = format!("the file contains {} U+{:04X}{more}", refused(c)?, u32::from(c));
    Some(Fault::syntax(span, message, "here", help(c)))
}

/// What a refused character is called.
pub(super) fn refused(c: char) -> Option<&'static str> {
    match c {
        '\t' | '\n' | '\r' | ' '..='~' => None,
        '\0' => Some("the NUL character"),
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some("the line separator"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some("the direction override"),
        '\u{feff}' => Some("a second byte order mark"),
        '\u{fffe}' | '\u{ffff}' => Some("the noncharacter"),
        _ if c.is_control() => Some("the control character"),
        _ => None,
    }
}

fn help(c: char) -> &'static str {
    match c {
        '\0' => "save the file as UTF-8; NUL characters come from UTF-16 or from a damaged file.",
        '\u{85}' | '\u{2028}' | '\u{2029}' => {
            "replace it by an ordinary line break; older YAML readers end the line here and newer ones do not."
        }
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "remove it; it makes the file look different from what it says."
        }
        _ => "remove it; it cannot be seen in an editor.",
    }
}
