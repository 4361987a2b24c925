//! Tables in CSV: a header, and a row a line, each field with its place.
//!
//! The reader is strict, because a line it took for something else would change figures without a word. What a row means
//! must never enter this room: each kind of file is one [`Form`] and a function that reads a row.

use crate::code::Code;
use crate::document::Span;
use crate::finding::Finding;
use crate::money::NumberFault;
use crate::words::{count, shown};

/// How many faults of a file are told: who named the wrong file need not read of every line.
pub const MOST: usize = 20;

/// A kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The first line.
    pub header: &'static [&'static str],
    /// What a row is: `a code and a date`.
    pub row: &'static str,
    /// A row, to be imitated.
    pub example: &'static str,
    /// The largest file, in bytes.
    pub largest: usize,
    /// What to do with a larger one.
    pub too_large: &'static str,
}

/// A field: its text without quotes, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'t> {
    /// The text.
    pub text: &'t str,
    /// Its place, the quotes included.
    pub span: Span,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row<'t> {
    /// Its fields: as many as the header has.
    pub cells: Vec<Cell<'t>>,
    /// Its place.
    pub span: Span,
    /// Its line, from 1.
    pub line: usize,
}

impl<'t> Row<'t> {
    /// The n-th field, from 0; an empty one where there is none.
    #[must_use]
    pub fn cell(&self, n: usize) -> Cell<'t> {
        self.cells.get(n).copied().unwrap_or(Cell { text: "", span: self.span })
    }
}

/// Reads a file row by row, and tells what is wrong with it: what `each` finds, and what keeps a line from being a row.
pub fn read<'t>(
    form: &Form,
    path: &str,
    bytes: &'t [u8],
    mut each: impl FnMut(&Row<'t>) -> Result<(), Box<Finding>>,
) -> Vec<Finding> {
    if bytes.len() > form.largest {
        let finding = Finding::new(path, format!("the file is larger than {} bytes", form.largest));
        return vec![finding.help(form.too_large)];
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let start = error.valid_up_to();
            // Where it is shown, what cannot be read stands as U+FFFD.
            let span = Span { start, end: start + char::REPLACEMENT_CHARACTER.len_utf8() };
            let finding = Finding::new(path, "the file is not UTF-8").at(span, "no character of UTF-8");
            return vec![finding.help("save it as CSV in UTF-8.")];
        }
    };
    let mut findings = Vec::new();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut header = false;
    for (index, line) in text.get(start..).unwrap_or_default().split_inclusive('\n').enumerate() {
        let at = start;
        start += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let span = Span { start: at, end: at + line.len() };
        if !header {
            header = true;
            if let Some(finding) = bad_header(form, path, line, span) {
                return vec![finding];
            }
        } else if !line.trim().is_empty() {
            let row = row(form, path, line, span, index + 1);
            findings.extend(row.and_then(|row| each(&row)).err().map(|finding| *finding));
        }
        if findings.len() == MOST {
            break;
        }
    }
    if !header {
        findings.extend(bad_header(form, path, "", Span { start, end: start }));
    }
    findings
}

/// What is wrong with the first line, if anything.
fn bad_header(form: &Form, path: &str, line: &str, span: Span) -> Option<Finding> {
    let cells = cells(path, line, span.start).unwrap_or_default();
    let names: Vec<&str> = cells.iter().map(|cell| cell.text).collect();
    if names == form.header {
        return None;
    }
    let header = form.header.join(",");
    let finding = Finding::new(path, format!("the first line is not `{header}`")).at(span, "the header is needed here");
    let (row, example) = (form.row, form.example);
    Some(finding.help(format!("write `{header}` on the first line, and below it {row} a line: `{example}`.")))
}

fn row<'t>(form: &Form, path: &str, line: &'t str, span: Span, number: usize) -> Result<Row<'t>, Box<Finding>> {
    let cells = cells(path, line, span.start)?;
    if cells.len() == form.header.len() {
        return Ok(Row { cells, span, line: number });
    }
    let fields = count(cells.len(), "field");
    let finding = Finding::new(path, format!("the line has {fields}, not {}", form.header.len()));
    let is = if form.row.contains(" and ") { "are" } else { "is" };
    let finding = finding.at(span, format!("{} {is} needed", form.row));
    Err(finding.help(format!("write {}, such as `{}`.", form.row, form.example)).into())
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

/// The finding of a field that is no date.
#[must_use]
pub fn no_date(path: &str, cell: Cell<'_>) -> Box<Finding> {
    let finding = Finding::new(path, format!("`{}` is not a date", shown(cell.text)));
    finding.at(cell.span, "a date is needed").help("write it as YYYY-MM-DD, such as `2026-04-29`.").into()
}

/// The finding of a field that is no number of the kind `noun` names, as an amount or a price.
#[must_use]
pub fn no_number(path: &str, cell: Cell<'_>, noun: &str, fault: &NumberFault) -> Box<Finding> {
    let shown = shown(cell.text);
    let (message, help) = match fault {
        NumberFault::TooPrecise { places } => {
            (format!("`{shown}` has more than {places} decimal places"), format!("round it to {places} places."))
        }
        NumberFault::TooLarge => (format!("`{shown}` is too large"), "check the digits.".to_owned()),
        NumberFault::Spelling(Some(plain)) => {
            (format!("`{shown}` is not spelt as {noun}"), format!("write `{plain}`."))
        }
        NumberFault::Spelling(None) | NumberFault::NotANumber => {
            let help = "write digits, and a point before decimals, such as `16800` or `412.35`.";
            (format!("`{shown}` is not {noun}"), help.to_owned())
        }
    };
    Finding::new(path, message).at(cell.span, format!("{noun} is needed")).help(help).into()
}

/// The finding of a code that has lost its leading zeros.
#[must_use]
pub fn lost_zeros(path: &str, cell: Cell<'_>, meant: &Code) -> Box<Finding> {
    let finding = Finding::new(path, format!("{} is no code of the portfolio, but {meant} is", shown(cell.text)));
    let finding = finding.at(cell.span, "its leading zeros are lost");
    finding.help(format!("write `{meant}`, and have the spreadsheet keep codes as text.")).into()
}
