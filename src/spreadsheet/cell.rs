//! A field of a table, and the figure in it.

use super::faulty;
use crate::document::Span;
use crate::finding::Finding;
use crate::money::{self, NumberFault, without_thousands};
use crate::words::shown;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A field: its text as it is meant, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) span: Span,
}

/// A field as it is meant: without blanks around it, and without what makes a spreadsheet keep it as text: `="069500"`,
/// `'069500`.
pub(super) fn spelled(field: &str) -> &str {
    let field = field.trim();
    let kept = field.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    kept.or_else(|| field.strip_prefix('\'')).unwrap_or(field).trim()
}

impl Cell {
    /// A finding about it.
    pub(super) fn finding(&self, path: &str, message: impl Into<String>, label: impl Into<String>) -> Finding {
        faulty(Finding::new(path, message).at(self.span, label))
    }

    /// Its figure: plain digits, or with commas between thousands.
    pub(super) fn figure(&self, path: &str, places: u32, what: &str) -> Result<Decimal, Box<Finding>> {
        let plain = without_thousands(&self.text);
        let label = match plain.as_deref().map(|plain| money::decimal(plain, places)) {
            Some(Ok(value)) => return Ok(value),
            Some(Err(NumberFault::TooPrecise { .. })) => format!("more than {places} decimal places"),
            Some(Err(NumberFault::TooLarge)) => "too large".to_owned(),
            _ if self.text.is_empty() => "nothing stands here".to_owned(),
            _ => "not a number".to_owned(),
        };
        let message = match self.text.is_empty() {
            true => format!("the {what} is missing"),
            false => format!("`{}` is not a {what}", shown(&self.text)),
        };
        let finding = self.finding(path, message, label);
        Err(Box::new(finding.help("write plain digits, such as `16800`, or `1,234,567` in quotes.")))
    }

    /// Its figure, which cannot be below zero.
    pub(super) fn positive(&self, path: &str, places: u32, what: &str) -> Result<Decimal, Box<Finding>> {
        let value = self.figure(path, places, what)?;
        if value < Decimal::ZERO {
            let finding = self.finding(path, format!("the {what} is below 0"), "below 0");
            return Err(Box::new(finding.help("write 0 or more: what is owed cannot be held.")));
        }
        Ok(value)
    }

    /// Its date.
    pub(super) fn day(&self, path: &str) -> Result<NaiveDate, Box<Finding>> {
        any_day(&self.text).ok_or_else(|| {
            let finding = self.finding(path, format!("`{}` is not a date", shown(&self.text)), "a date is needed");
            Box::new(finding.help("write it as YYYY-MM-DD, such as `2026-03-04`, or remove the line if it is none."))
        })
    }
}

/// Whether a number is another one where commas part decimals: `1.234`, `16,800`.
pub(super) fn has_two_readings(text: &str) -> bool {
    let marks = text.matches([',', '.']).count();
    marks == 1 && text.rsplit([',', '.']).next().is_some_and(|last| last.len() == 3)
}

/// A date as exports write it: `2026-03-04`, `2026/03/04`, `2026.03.04`, `20260304`.
pub(super) fn any_day(text: &str) -> Option<NaiveDate> {
    let plain = text.replace(['/', '.'], "-");
    match plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        true => NaiveDate::parse_from_str(&plain, "%Y%m%d").ok(),
        false => crate::config::day(&plain),
    }
}
