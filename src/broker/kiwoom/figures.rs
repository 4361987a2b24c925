//! Kiwoom's texts read as figures: padded with zeros, with a sign that is a direction, with an `A` before a code.
//!
//! Every figure is exact, and a text that is none is refused. What a figure is for must never enter this room.

use super::Failure;
use crate::money::{self, Money, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// An object of an answer.
pub(super) type Row = Map<String, Value>;

/// A text of an object, without the spaces around it; numbers as they are spelt.
pub(super) fn text(row: &Row, name: &str) -> Option<String> {
    match row.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number of shares: a whole one, not below none.
pub(super) fn quantity(row: &Row, name: &str) -> Result<Quantity, Failure> {
    let value = number(row, name, QUANTITY_PLACES)?;
    let whole = value.fract().is_zero() && !value.is_sign_negative();
    if whole || value.is_zero() { Ok(Quantity::new(value)) } else { Err(unreadable(row, name)) }
}

/// A price. Its sign says where it moved, and is no part of it.
pub(super) fn price(row: &Row, name: &str) -> Result<Price, Failure> {
    Ok(Price::new(number(row, name, PRICE_PLACES)?.abs()))
}

/// An amount of money. Its sign is its own.
pub(super) fn amount(row: &Row, name: &str) -> Result<Money, Failure> {
    Ok(Money::new(number(row, name, PRICE_PLACES)?))
}

/// A code of six characters, with what is put before it taken off (`A069500`).
pub(super) fn code(row: &Row, name: &str) -> Result<String, Failure> {
    let found = text(row, name).unwrap_or_default();
    let bare = match found.len() {
        7 => found.trim_start_matches(['A', 'Q', 'J']),
        _ => found.as_str(),
    };
    // The same code at another exchange: 069500_NX, 069500_AL.
    let bare = bare.split('_').next().unwrap_or_default();
    let good = bare.len() == 6 && bare.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if good { Ok(bare.to_owned()) } else { Err(unreadable(row, name)) }
}

/// The number of an order, as it is compared: without the zeros before it. None where it is empty or nought.
pub(super) fn order_number(row: &Row, name: &str) -> Option<String> {
    let found = text(row, name)?;
    let bare = found.trim_start_matches('0');
    let good = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
    good.then(|| bare.to_owned())
}

fn number(row: &Row, name: &str, places: u32) -> Result<Decimal, Failure> {
    let found = text(row, name).unwrap_or_default();
    let (negative, digits) = match found.as_bytes().first() {
        Some(b'-') => (true, found.get(1..).unwrap_or_default()),
        Some(b'+') => (false, found.get(1..).unwrap_or_default()),
        _ => (false, found.as_str()),
    };
    // Padding is all that may stand before the number; what follows is read as any other.
    let padding = digits.len() - digits.trim_start_matches('0').len();
    let bare = digits.get(padding..).unwrap_or_default();
    let plain = match bare.as_bytes().first() {
        None | Some(b'.') if padding > 0 => format!("0{bare}"),
        _ => bare.to_owned(),
    };
    let value = money::decimal(&plain, places).map_err(|_| unreadable(row, name))?;
    if plain.starts_with('-') {
        return Err(unreadable(row, name));
    }
    Ok(if negative { -value } else { value })
}

/// Says which field cannot be read, and what stands in it.
fn unreadable(row: &Row, name: &str) -> Failure {
    let why = match text(row, name) {
        Some(found) => format!("`{name}` cannot be `{}`", super::answer::quoted(&found)),
        None => format!("`{name}` is missing"),
    };
    Failure::Unreadable { why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(value: Value) -> Row {
        json!({ "x": value }).as_object().unwrap().clone()
    }

    #[test]
    fn figures_are_read_through_their_padding_and_their_sign() {
        for (found, expected) in [
            ("000000017598258", "17598258"),
            ("-70000", "70000"),
            ("+70000", "70000"),
            (" 35555 ", "35555"),
            ("000000000000000", "0"),
            ("0", "0"),
            ("-0000001.25", "1.25"),
            ("0000.5", "0.5"),
        ] {
            assert_eq!(price(&row(json!(found)), "x").unwrap().to_string(), expected, "{found}");
        }
        assert_eq!(amount(&row(json!("-00000034280")), "x").unwrap().to_string(), "-34280");
        assert_eq!(amount(&row(json!(1500)), "x").unwrap().to_string(), "1500");
        assert_eq!(quantity(&row(json!("0000000056")), "x").unwrap().to_string(), "56");
        assert_eq!(quantity(&row(json!("-0")), "x").unwrap(), Quantity::ZERO);
    }

    #[test]
    fn what_is_no_figure_is_refused_by_name() {
        for found in ["", "-", "1,000", "1e3", "abc", "--5", "+-5", "1.", ".", "9999999999999999999", "1 0"] {
            let error = price(&row(json!(found)), "x").unwrap_err();
            assert!(error.to_string().contains("`x`"), "{found}: {error}");
        }
        for found in ["-1", "1.5"] {
            assert!(quantity(&row(json!(found)), "x").is_err(), "{found}");
        }
        for found in [json!(null), json!([]), json!({})] {
            assert!(price(&row(found), "x").is_err());
        }
        assert!(price(&Row::new(), "x").unwrap_err().to_string().contains("is missing"));
    }

    #[test]
    fn codes_and_numbers_of_orders_are_bare() {
        for (found, bare) in [
            ("A069500", Some("069500")),
            ("069500", Some("069500")),
            ("0069A0", Some("0069A0")),
            ("A0069A0", Some("0069A0")),
            ("069500_NX", Some("069500")),
            ("", None),
            ("69500", None),
            ("A69500", None),
            ("06950a", None),
        ] {
            // A code may begin with a letter itself, and is then six characters long.
            let expected = if found == "A69500" { Some("A69500") } else { bare };
            assert_eq!(code(&row(json!(found)), "x").ok().as_deref(), expected, "{found}");
        }
        for (found, bare) in
            [("0000139", Some("139")), ("0000000", None), ("", None), ("x1", None), ("139", Some("139"))]
        {
            assert_eq!(order_number(&row(json!(found)), "x").as_deref(), bare, "{found}");
        }
    }
}
