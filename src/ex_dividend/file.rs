//! `ex_dividend.csv`: a code and a date a line, below a header.
//!
//! The reader is strict, because a line it took for something else would leave an asset unprotected without a word. What
//! a date means for a plan must never enter this file.

use super::Dividends;
use crate::code::Code;
use crate::config::{day, is_code};
use crate::document::{MAX_BYTES, Span};
use crate::finding::Finding;
use crate::words::shown;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The first line.
const HEADER: [&str; 2] = ["code", "date"];

/// How many faults of a file are told: who named the wrong file need not read of every line.
pub const MOST: usize = 20;

/// Reads a file: its dates, and what is wrong with it. `known` are the codes of the portfolio; others may stand in the
/// file, which may serve several portfolios, unless such a code is one of the portfolio's that has lost its zeros.
#[must_use]
pub fn read(path: &str, bytes: &[u8], known: &BTreeSet<Code>) -> (Dividends, Vec<Finding>) {
    if bytes.len() > MAX_BYTES {
        let finding = Finding::new(path, format!("the file is larger than {MAX_BYTES} bytes"));
        return (Dividends::default(), vec![finding.help("keep the dates of the last and the next year only.")]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => lines(path, text, known),
        Err(error) => {
            let start = error.valid_up_to();
            // Where it is shown, what cannot be read stands as U+FFFD.
            let span = Span { start, end: start + char::REPLACEMENT_CHARACTER.len_utf8() };
            let finding = Finding::new(path, "the file is not UTF-8").at(span, "no character of UTF-8");
            (Dividends::default(), vec![finding.help("save it as CSV in UTF-8.")])
        }
    }
}

/// A field: its text without quotes, and where it stands.
struct Cell<'t> {
    text: &'t str,
    span: Span,
}

fn lines(path: &str, text: &str, known: &BTreeSet<Code>) -> (Dividends, Vec<Finding>) {
    let mut dividends = Dividends::default();
    let mut findings = Vec::new();
    let mut seen: BTreeMap<(Code, NaiveDate), Span> = BTreeMap::new();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut header = false;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let at = start;
        start += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let whole = Span { start: at, end: at + line.len() };
        if !header {
            header = true;
            if let Some(finding) = bad_header(path, line, whole) {
                return (dividends, vec![finding]);
            }
        } else if !line.trim().is_empty() {
            match row(path, line, whole, known) {
                Ok((code, date)) => match seen.insert((code.clone(), date), whole) {
                    None => drop(dividends.0.entry(code).or_default().insert(date)),
                    Some(before) => findings.push(twice(path, &code, date, whole, before)),
                },
                Err(finding) => findings.push(*finding),
            }
        }
        if findings.len() == MOST {
            break;
        }
    }
    if !header {
        findings.extend(bad_header(path, "", Span { start, end: start }));
    }
    (dividends, findings)
}

/// What is wrong with the first line, if anything.
fn bad_header(path: &str, line: &str, whole: Span) -> Option<Finding> {
    let cells = cells(path, line, whole.start).unwrap_or_default();
    let names: Vec<&str> = cells.iter().map(|cell| cell.text).collect();
    if names == HEADER {
        return None;
    }
    let finding = Finding::new(path, "the first line is not `code,date`").at(whole, "the header is needed here");
    Some(
        finding
            .help("write `code,date` on the first line, and below it a code and a date a line: `069500,2026-04-29`."),
    )
}

fn twice(path: &str, code: &Code, date: NaiveDate, here: Span, before: Span) -> Finding {
    let finding = Finding::new(path, format!("{code} has the date {date} twice")).at(here, "given again");
    finding.with(before, "given here").help("remove one of the two lines.")
}

fn row(path: &str, line: &str, whole: Span, known: &BTreeSet<Code>) -> Result<(Code, NaiveDate), Box<Finding>> {
    let cells = cells(path, line, whole.start)?;
    let [code, date] = cells.as_slice() else {
        let fields = crate::words::count(cells.len(), "field");
        let finding =
            Finding::new(path, format!("the line has {fields}, not 2")).at(whole, "a code and a date are needed");
        return Err(finding.help("write a code and a date, such as `069500,2026-04-29`.").into());
    };
    if !is_code(code.text) {
        let finding = Finding::new(path, format!("`{}` is not a code", shown(code.text)));
        let finding = finding.at(code.span, "letters and digits, nothing else but `.`, `_` and `-` between");
        return Err(finding.help("write the exchange's code, such as `069500`.").into());
    }
    let own = Code(code.text.to_owned());
    if let Some(meant) = own.with_zeros(known).first() {
        let finding = Finding::new(path, format!("{own} is no code of the portfolio, but {meant} is"));
        let finding = finding.at(code.span, "its leading zeros are lost");
        return Err(finding.help(format!("write `{meant}`, and have the spreadsheet keep codes as text.")).into());
    }
    let Some(date) = day(date.text) else {
        let finding = Finding::new(path, format!("`{}` is not a date", shown(date.text)));
        let finding = finding.at(date.span, "a date is needed");
        return Err(finding.help("write it as YYYY-MM-DD, such as `2026-04-29`.").into());
    };
    Ok((own, date))
}

/// The fields of a line. One in quotes is taken without them; blanks around a field are no part of it.
fn cells<'t>(path: &str, line: &'t str, start: usize) -> Result<Vec<Cell<'t>>, Box<Finding>> {
    const BLANK: [char; 2] = [' ', '\t'];
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let rest = line.get(at..).unwrap_or_default();
        let begin = at + (rest.len() - rest.trim_start_matches(BLANK).len());
        let rest = line.get(begin..).unwrap_or_default();
        let (text, from, end) = match rest.strip_prefix('"') {
            Some(inner) => {
                let closing = inner.find('"').ok_or_else(|| quote(path, start + begin, start + line.len()))?;
                (inner.get(..closing).unwrap_or_default(), begin, begin + closing + 2)
            }
            None => {
                let text = rest.split(',').next().unwrap_or_default();
                (text.trim_end_matches(BLANK), begin, begin + text.len())
            }
        };
        let width = if rest.starts_with('"') { text.len() + 2 } else { text.len() };
        cells.push(Cell { text, span: Span { start: start + from, end: start + from + width } });
        let rest = line.get(end..).unwrap_or_default().trim_start_matches(BLANK);
        let next = line.len() - rest.len();
        match rest.chars().next() {
            None => return Ok(cells),
            Some(',') => at = next + 1,
            Some(_) => return Err(quote(path, start + next, start + line.len())),
        }
    }
}

fn quote(path: &str, start: usize, end: usize) -> Box<Finding> {
    let finding = Finding::new(path, "a field in quotes does not end where its quotes do");
    finding.at(Span { start, end }, "from here on").help("write the field without quotes.").into()
}
