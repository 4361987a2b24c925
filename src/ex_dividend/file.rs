//! `ex_dividend.csv`: a code and a date a line, below a header.
//!
//! A line taken for something else would leave an asset unprotected without a word. What a date means for a plan must
//! never enter this file.

use super::Dividends;
use crate::code::Code;
use crate::config::{day, is_code};
use crate::csv::{self, Form, Row, lost_zeros};
use crate::document::{MAX_BYTES, Span};
use crate::finding::Finding;
use crate::words::shown;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

pub use crate::csv::MOST;

/// The kind of file.
const FORM: Form = Form {
    header: &["code", "date"],
    row: "a code and a date",
    example: "069500,2026-04-29",
    largest: MAX_BYTES,
    too_large: "keep the dates of the last and the next year only.",
};

/// Reads a file: its dates, and what is wrong with it. `known` are the codes of the portfolio; others may stand in the
/// file, which may serve several portfolios, unless such a code is one of the portfolio's that has lost its zeros.
#[must_use]
pub fn read(path: &str, bytes: &[u8], known: &BTreeSet<Code>) -> (Dividends, Vec<Finding>) {
    let mut dividends = Dividends::default();
    let mut seen: BTreeMap<(Code, NaiveDate), Span> = BTreeMap::new();
    let findings = csv::read(&FORM, path, bytes, |line| {
        let (code, date) = row(path, line, known)?;
        match seen.insert((code.clone(), date), line.span) {
            None => drop(dividends.0.entry(code).or_default().insert(date)),
            Some(before) => return Err(twice(path, &code, date, line.span, before).into()),
        }
        Ok(())
    });
    (dividends, findings)
}

fn twice(path: &str, code: &Code, date: NaiveDate, here: Span, before: Span) -> Finding {
    let finding = Finding::new(path, format!("{code} has the date {date} twice")).at(here, "given again");
    finding.with(before, "given here").help("remove one of the two lines.")
}

fn row(path: &str, row: &Row<'_>, known: &BTreeSet<Code>) -> Result<(Code, NaiveDate), Box<Finding>> {
    let (code, date) = (row.cell(0), row.cell(1));
    if !is_code(code.text) {
        let finding = Finding::new(path, format!("`{}` is not a code", shown(code.text)));
        let finding = finding.at(code.span, "letters and digits, nothing else but `.`, `_` and `-` between");
        return Err(finding.help("write the exchange's code, such as `069500`.").into());
    }
    let own = Code(code.text.to_owned());
    if let Some(meant) = own.with_zeros(known).first() {
        return Err(lost_zeros(path, code, meant));
    }
    day(date.text).map(|date| (own, date)).ok_or_else(|| csv::no_date(path, date))
}
