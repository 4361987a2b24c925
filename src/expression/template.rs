//! A message with placeholders: `{asset.code}` is what the expression inside comes to, `{{` and `}}` are braces.

use super::engine::{Engine, Expression, Item};
use super::offer::Scope;
use super::{Fault, MAX_TEXT};

/// A message that was read.
#[derive(Debug, Clone)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    /// An expression, and the byte of the message it begins at.
    Shown(Box<Expression>, usize),
}

impl Template {
    /// Reads a message about such things.
    ///
    /// # Errors
    /// A [`Fault`] at the place in the message that cannot be read.
    pub fn read(text: &str, scope: Scope) -> Result<Self, Fault> {
        if text.len() > MAX_TEXT {
            let message = format!("a message has at most {MAX_TEXT} bytes");
            return Err(Fault::new(0..text.len(), message, "too long", "write a shorter one."));
        }
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(c);
                at += 2;
            } else if c == '{' {
                let end = closing(text, at)?;
                let inside = Expression::read(&text[at + 1..end], scope).map_err(|fault| fault.shifted(at + 1))?;
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Shown(Box::new(inside), at + 1));
                at = end + 1;
            } else if c == '}' {
                let help = "write `}}` for a brace in the message.";
                return Err(Fault::new(at..at + 1, "this brace closes nothing", "not opened", help));
            } else {
                plain.push(c);
                at += c.len_utf8();
            }
        }
        parts.push(Part::Text(plain));
        Ok(Self { parts })
    }

    /// The message about something.
    ///
    /// # Errors
    /// A [`Fault`] when a placeholder has no answer, or none that can be shown.
    pub fn fill(&self, engine: &Engine, item: &Item) -> Result<String, Fault> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Shown(expression, at) => {
                    text.push_str(&engine.shown(expression, item).map_err(|fault| fault.shifted(*at))?);
                }
            }
        }
        Ok(text)
    }
}

/// The brace that closes a placeholder: the first that stands in no quotes.
fn closing(text: &str, open: usize) -> Result<usize, Fault> {
    let mut quote = None;
    for (i, c) in text[open + 1..].char_indices() {
        match quote {
            Some(q) if q == c => quote = None,
            Some(_) => {}
            None if c == '}' => return Ok(open + 1 + i),
            None if c == '{' => break,
            None => quote = Some(c).filter(|c| matches!(c, '"' | '\'')),
        }
    }
    let help = "close it with `}`, or write `{{` for a brace in the message.";
    Err(Fault::new(open..open + 1, "this placeholder is never closed", "opened here", help))
}
