//! The shape of a document as its owner wants it: JSON in which texts have places to be filled.

use super::Letter;
use crate::words::closest;
use serde_json::{Map, Value};
use std::fmt;

/// What a place can be called.
const PLACES: [&str; 4] = ["title", "lead", "text", "document"];

/// A document with places to be filled: `{{title}}`, `{{lead}}`, `{{text}}` in texts, and `{{document}}` as a text of its
/// own, which becomes the plan or the status.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Value);

/// Why a template is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// It is no JSON.
    Json(String),
    /// There is no such place.
    Unknown {
        /// What it is called.
        place: String,
        /// What may be meant.
        meant: Option<&'static str>,
    },
    /// `{{document}}` stands within a text.
    Within,
    /// It has no place, and would say the same every time.
    Empty,
}

impl TemplateError {
    /// What to do, without a period.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Json(_) => r#"write a JSON document, as {"message": "{{text}}"}"#.to_owned(),
            Self::Unknown { meant: Some(meant), .. } => format!("write {{{{{meant}}}}}"),
            Self::Unknown { .. } => "the places are {{title}}, {{lead}}, {{text}} and {{document}}".to_owned(),
            Self::Within => r#"give it a text of its own: {"plan": "{{document}}"}"#.to_owned(),
            Self::Empty => "put {{text}} where the message goes".to_owned(),
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(why) => write!(f, "it is no JSON: {why}"),
            Self::Unknown { place, .. } => write!(f, "it has a place `{{{{{place}}}}}`, and nothing is called so"),
            Self::Within => f.write_str("`{{document}}` stands within a text"),
            Self::Empty => f.write_str("nothing in it is filled"),
        }
    }
}

impl std::error::Error for TemplateError {}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError`] when it is none.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let value: Value = serde_json::from_str(text).map_err(|error| TemplateError::Json(error.to_string()))?;
        let mut places = 0;
        check(&value, &mut places)?;
        if places == 0 { Err(TemplateError::Empty) } else { Ok(Self(value)) }
    }

    /// The document with its places filled.
    pub(super) fn filled(&self, letter: &Letter<'_>) -> Value {
        fill(&self.0, letter)
    }
}

/// The places of a text, in order.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(place, _)| place.trim())
}

fn check(value: &Value, found: &mut usize) -> Result<(), TemplateError> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| check(item, found)),
        Value::Object(fields) => fields.values().try_for_each(|item| check(item, found)),
        Value::String(text) => places(text).try_for_each(|place| {
            *found += 1;
            match place {
                "document" if !is_document(text) => Err(TemplateError::Within),
                place if PLACES.contains(&place) => Ok(()),
                place => Err(TemplateError::Unknown { place: place.to_owned(), meant: closest(place, &PLACES) }),
            }
        }),
        _ => Ok(()),
    }
}

fn is_document(text: &str) -> bool {
    let inner = text.trim().strip_prefix("{{").and_then(|text| text.strip_suffix("}}"));
    inner.is_some_and(|place| place.trim() == "document")
}

fn fill(value: &Value, letter: &Letter<'_>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| fill(item, letter)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, item)| (name.clone(), fill(item, letter))).collect::<Map<_, _>>())
        }
        Value::String(text) if is_document(text) => letter.document.clone(),
        Value::String(text) => Value::String(filled(text, letter)),
        other => other.clone(),
    }
}

/// A text with its places filled, from left to right: what fills a place is not looked at again.
fn filled(text: &str, letter: &Letter<'_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (place, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        out.push_str(before);
        match place.trim() {
            "title" => out.push_str(&letter.message.title),
            "lead" => out.push_str(&letter.message.lead.join("\n")),
            _ => out.push_str(letter.message.text().trim_end()),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::{Kind, Message};
    use serde_json::json;

    #[test]
    fn places_are_filled_once_and_the_rest_is_kept() {
        let message =
            Message { title: "{{text}} \"t\"".into(), lead: vec!["l".into()], parts: Vec::new(), foot: Vec::new() };
        let document = json!({ "a": 1.50 });
        let letter = Letter { kind: Kind::Plan, message, document: document.clone(), template: None };
        let template = Template::parse(
            r#"{"t": ["<{{ title }}>", 7, null], "d": " {{document}} ", "both": "{{lead}}-{{lead}} }} {{"}"#,
        );
        let filled = template.unwrap().filled(&letter);
        assert_eq!(filled["t"], json!(["<{{text}} \"t\">", 7, null]));
        assert_eq!(filled["d"], document);
        assert_eq!(filled["both"], json!("l-l }} {{"));
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        for (text, error) in [
            ("{", "it is no JSON: EOF while parsing an object at line 1 column 1"),
            (r#"{"a": "{{titel}}"}"#, "it has a place `{{titel}}`, and nothing is called so"),
            (r#"["x {{document}}"]"#, "`{{document}}` stands within a text"),
            (r#"{"a": "b"}"#, "nothing in it is filled"),
        ] {
            let found = Template::parse(text).unwrap_err();
            assert_eq!(found.to_string(), error);
            assert!(!found.remedy().is_empty());
        }
        assert_eq!(Template::parse(r#"["{{titel}}"]"#).unwrap_err().remedy(), "write {{title}}");
    }
}
