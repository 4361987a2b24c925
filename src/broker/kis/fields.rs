//! Fields of an answer: every value is a text there, some padded with blanks or zeros, some empty.
//!
//! A figure that cannot be read is an error, never a zero. What fields mean must never enter this room.

use crate::money::{AMOUNT_PLACES, decimal};
use rust_decimal::Decimal;
use serde_json::Value;

/// An object of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(&'a Value);

/// A field that is missing, or not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misread(pub(super) String);

impl<'a> Fields<'a> {
    /// The object that stands under a name, which some pages of the documentation call a list: then its only element.
    pub(super) fn under(body: &'a Value, names: &[&str]) -> Result<Self, Misread> {
        let found = names.iter().find_map(|name| body.get(name));
        match found {
            Some(object @ Value::Object(_)) => Ok(Self(object)),
            Some(Value::Array(list)) => match list.as_slice() {
                [object @ Value::Object(_)] => Ok(Self(object)),
                list => Err(Misread(format!("`{}` is a list of {}, not of one", names.join("` or `"), list.len()))),
            },
            _ => Err(Misread(format!("there is no `{}`", names.join("` or `")))),
        }
    }

    /// The objects of the list that stands under a name; one that stands there alone is a list of one.
    pub(super) fn list(body: &'a Value, name: &str) -> Result<Vec<Self>, Misread> {
        match body.get(name) {
            Some(object @ Value::Object(_)) => Ok(vec![Self(object)]),
            Some(Value::Array(list)) if list.iter().all(Value::is_object) => Ok(list.iter().map(Self).collect()),
            _ => Err(Misread(format!("there is no list `{name}`"))),
        }
    }

    /// A text without the blanks around it; empty when it is missing.
    pub(super) fn text(self, name: &str) -> &'a str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// The first of several spellings of a name that is there.
    pub(super) fn any(self, names: &[&str]) -> &'a str {
        names.iter().map(|name| self.text(name)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// A text that must be there.
    pub(super) fn said(self, name: &str) -> Result<&'a str, Misread> {
        match self.text(name) {
            "" => Err(Misread(format!("there is no `{name}`"))),
            text => Ok(text),
        }
    }

    /// A figure.
    pub(super) fn figure(self, name: &str) -> Result<Decimal, Misread> {
        figure(name, self.said(name)?)
    }

    /// A figure under one of several spellings of its name; nothing when it is missing or empty.
    pub(super) fn figure_if(self, names: &[&str]) -> Result<Option<Decimal>, Misread> {
        match self.any(names) {
            "" => Ok(None),
            text => figure(names.first().copied().unwrap_or_default(), text).map(Some),
        }
    }

    /// A figure that cannot be less than nothing.
    pub(super) fn amount(self, name: &str) -> Result<Decimal, Misread> {
        not_negative(name, self.figure(name)?)
    }

    /// A number of shares: whole, and not less than none.
    pub(super) fn shares(self, name: &str) -> Result<Decimal, Misread> {
        whole(name, self.amount(name)?)
    }

    /// A number of shares; none when it is missing or empty.
    pub(super) fn shares_if(self, names: &[&str]) -> Result<Decimal, Misread> {
        let name = names.first().copied().unwrap_or_default();
        whole(name, not_negative(name, self.figure_if(names)?.unwrap_or_default())?)
    }
}

fn not_negative(name: &str, figure: Decimal) -> Result<Decimal, Misread> {
    if figure < Decimal::ZERO { Err(Misread(format!("`{name}` is {figure}, less than nothing"))) } else { Ok(figure) }
}

fn whole(name: &str, figure: Decimal) -> Result<Decimal, Misread> {
    if figure.fract().is_zero() { Ok(figure) } else { Err(Misread(format!("`{name}` is {figure}, no whole number"))) }
}

fn figure(name: &str, text: &str) -> Result<Decimal, Misread> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let bare = digits.trim_start_matches('0');
    let zero = if bare.is_empty() || bare.starts_with('.') { "0" } else { "" };
    let plain = format!("{sign}{zero}{bare}");
    // Only digits may have been padded away.
    let read = digits.starts_with(|c: char| c.is_ascii_digit()).then(|| decimal(&plain, AMOUNT_PLACES).ok()).flatten();
    read.ok_or_else(|| Misread(format!("`{name}` is {text:?}, which is no figure")))
}

/// A number of an order without the zeros in front: `0000085100` and `85100` are the same.
pub(super) fn bare(number: &str) -> &str {
    number.trim().trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn figures_are_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("3145.0000", Some("3145")),
            ("0000085100", Some("85100")),
            ("0", Some("0")),
            ("000", Some("0")),
            ("-12.50", Some("-12.5")),
            ("0.5", Some("0.5")),
            ("1.94489465", Some("1.94489465")),
            ("", None),
            ("-", None),
            (".5", None),
            ("1,000", None),
            ("1e3", None),
            ("NaN", None),
            ("--1", None),
            ("+1", None),
            ("99999999999999999999", None),
        ] {
            let body = json!({ "x": text });
            let read = Fields(&body).figure("x").ok().map(|figure| figure.normalize().to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        let body = json!({ "half": "1.5", "less": "-1", "number": 3, "blank": "   " });
        for name in ["half", "less", "number", "blank", "none"] {
            assert!(Fields(&body).shares(name).is_err(), "{name}");
        }
        assert_eq!(Fields(&body).shares_if(&["none", "blank"]), Ok(Decimal::ZERO));
        assert!(Fields(&body).shares_if(&["none", "less"]).is_err());
    }

    #[test]
    fn an_object_may_stand_in_a_list_of_one() {
        for (body, good) in [
            (json!({ "output": { "a": "1" } }), true),
            (json!({ "output": [{ "a": "1" }] }), true),
            (json!({ "output1": [{ "a": "1" }] }), true),
            (json!({ "output": [] }), false),
            (json!({ "output": [{}, {}] }), false),
            (json!({ "output": "x" }), false),
            (json!({}), false),
        ] {
            let found = Fields::under(&body, &["output", "output1"]).map(|fields| fields.text("a").to_owned());
            assert_eq!(found.is_ok(), good, "{body}");
            assert!(found.is_err() || found == Ok("1".to_owned()));
        }
        assert_eq!(Fields::list(&json!({ "o": [{}, {}] }), "o").unwrap().len(), 2);
        assert_eq!(Fields::list(&json!({ "o": [] }), "o").unwrap().len(), 0);
        assert!(Fields::list(&json!({ "o": [1] }), "o").is_err() && Fields::list(&json!({}), "o").is_err());
    }
}
