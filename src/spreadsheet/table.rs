//! A text as rows of fields, and the columns that are looked for.

use super::cell::{Cell, has_two_readings, spelled};
use super::{MOST, faulty};
use crate::code::Code;
use crate::config::is_code;
use crate::document::Span;
use crate::finding::Finding;
use crate::money::QUANTITY_PLACES;
use crate::words::list;
use csv_core::ReadFieldResult;
use std::collections::{BTreeMap, BTreeSet};

/// How many lines may stand above the header: exports begin with titles.
const ABOVE: usize = 20;

/// What parts fields. The one is taken by which the file has a header.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// What people call a line of sums.
const SUMS: [&str; 11] =
    ["합계", "총합계", "총계", "소계", "계", "합", "total", "totals", "grandtotal", "subtotal", "sum"];

/// What people call the columns of their file, by what they are called here.
pub type Mapping = BTreeMap<String, String>;

/// A column that is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// What it is called here.
    pub(super) name: &'static str,
    /// What it is called in files: lower case, no blanks.
    pub(super) known: &'static [&'static str],
    /// Whether a table is none without it.
    pub(super) needed: bool,
    /// Whether it holds figures.
    pub(super) figures: bool,
}

/// What a table is looked for as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The columns; the first is that of codes.
    pub(super) columns: &'a [Column],
    /// The codes of the config, which no line of sums begins with.
    pub(super) codes: &'a BTreeSet<Code>,
    /// What the user calls them.
    pub(super) mapping: &'a Mapping,
    /// What to do about a column that is not found, before its name.
    pub(super) remedy: &'a str,
}

/// A line of a table below its header.
#[derive(Debug, Clone)]
pub(super) struct Row {
    cells: Vec<Cell>,
    pub(super) span: Span,
}

/// A table whose columns are known.
#[derive(Debug)]
pub(super) struct Table {
    /// Where each column is, by its name here.
    columns: BTreeMap<&'static str, usize>,
    /// Where the header stands.
    pub(super) header: Span,
    /// The lines, without empty ones and those of sums.
    pub(super) rows: Vec<Row>,
    /// How many lines of sums were passed over.
    pub(super) sums: usize,
}

impl Table {
    /// The field of a column; none where the file has no such column.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> Option<&'r Cell> {
        row.cells.get(*self.columns.get(column)?)
    }
}

impl Row {
    fn first(&self) -> Option<&Cell> {
        self.cells.iter().find(|cell| !cell.text.is_empty())
    }

    /// How many fields it has, without empty ones at its end.
    fn width(&self) -> usize {
        self.cells.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1)
    }
}

/// What a line is, as a header.
enum Header {
    Whole(BTreeMap<&'static str, usize>),
    /// Two of its columns could be one.
    Doubtful(Box<Finding>),
    /// How many columns it has, and one that it has not.
    Lacks(usize, Column),
}

/// Reads a table: its header is the first line that has all the columns needed, whatever parts them.
pub(super) fn table(path: &str, text: &str, wanted: &Wanted<'_>) -> Result<Table, Vec<Finding>> {
    let mut broken = None;
    let mut nearest: Option<(usize, Column, Span)> = None;
    let mut first = None;
    for delimiter in DELIMITERS {
        let rows = match rows(path, text, delimiter) {
            Ok(rows) => rows,
            Err(finding) => {
                broken.get_or_insert(finding);
                continue;
            }
        };
        first = first.or(rows.iter().find(|row| row.first().is_some()).map(|row| row.span));
        for (i, row) in rows.iter().take(ABOVE).enumerate() {
            match header(path, row, wanted) {
                Header::Whole(columns) => return body(path, (i, &rows), columns, wanted, delimiter),
                Header::Doubtful(finding) => return Err(vec![*finding]),
                Header::Lacks(found, column) if found > nearest.map_or(0, |(most, ..)| most) => {
                    nearest = Some((found, column, row.span));
                }
                Header::Lacks(..) => {}
            }
        }
    }
    Err(vec![broken.map_or_else(|| no_header(path, nearest, first, wanted), |finding| *finding)])
}

fn no_header(path: &str, nearest: Option<(usize, Column, Span)>, first: Option<Span>, wanted: &Wanted<'_>) -> Finding {
    if let Some((_, column, span)) = nearest {
        let finding = Finding::new(path, format!("the file has no column `{}`", column.name)).at(span, "the header");
        let names = match wanted.mapping.get(column.name) {
            Some(own) => vec![own.as_str()],
            None => column.known.to_vec(),
        };
        let finding = finding.help(format!("it is looked for as {}.", list(&names)));
        return faulty(finding.help(format!("{}{}=…", wanted.remedy, column.name)));
    }
    let needed: Vec<&str> = wanted.columns.iter().filter(|column| column.needed).map(|column| column.name).collect();
    let finding = Finding::new(path, format!("no line has the columns {}", list(&needed)));
    let finding = match first {
        Some(span) => finding.at(span, "the first line"),
        None => finding,
    };
    faulty(finding.help(format!("write `{}` on the first line.", needed.join(","))).help(format!(
        "{}{}=…",
        wanted.remedy,
        needed.join("=…,")
    )))
}

/// A name of a column as it is compared: no blanks, lower case, no unit after it.
fn plain(name: &str) -> String {
    let name: String = name.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let units = ["(원)", "(주)"];
    units.iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(&name).to_owned()
}

fn header(path: &str, row: &Row, wanted: &Wanted<'_>) -> Header {
    let mut found = BTreeMap::new();
    let (mut lacking, mut doubtful) = (None, None);
    for column in wanted.columns {
        let own = wanted.mapping.get(column.name);
        let is = |cell: &Cell| match own {
            Some(own) => cell.text == own.trim(),
            None => column.known.contains(&plain(&cell.text).as_str()),
        };
        let places: Vec<(usize, &Cell)> = row.cells.iter().enumerate().filter(|(_, cell)| is(cell)).collect();
        match places.as_slice() {
            [] if column.needed || own.is_some() => drop(lacking.get_or_insert(*column)),
            [] => {}
            [(at, _)] => drop(found.insert(column.name, *at)),
            [(_, first), (_, second), ..] => {
                found.insert(column.name, 0);
                let message = format!("two columns could be `{}`", column.name);
                let finding = second.finding(path, message, "this one").with(first.span, "or this one");
                let help = match first.text == second.text {
                    true => "give one of them another name.".to_owned(),
                    false => format!("{}{}={}", wanted.remedy, column.name, first.text),
                };
                doubtful.get_or_insert(Box::new(finding.help(help)));
            }
        }
    }
    match (lacking, doubtful) {
        (Some(column), _) => Header::Lacks(found.len(), column),
        (None, Some(finding)) => Header::Doubtful(finding),
        (None, None) => Header::Whole(found),
    }
}

/// The lines below the header, or what is wrong with them.
fn body(
    path: &str,
    (at, rows): (usize, &[Row]),
    columns: BTreeMap<&'static str, usize>,
    wanted: &Wanted<'_>,
    delimiter: u8,
) -> Result<Table, Vec<Finding>> {
    let header = rows.get(at).map_or(Span { start: 0, end: 0 }, |row| row.span);
    let width = rows.get(at).map_or(0, Row::width);
    let needed = columns.values().copied().max().unwrap_or(0);
    let codes = wanted.columns.first().and_then(|column| columns.get(column.name)).copied().unwrap_or(0);
    let mut table = Table { columns, header, rows: Vec::new(), sums: 0 };
    let mut findings = Vec::new();
    for row in rows.iter().skip(at + 1).filter(|row| row.first().is_some()) {
        if is_sum(path, row, (codes, &table), wanted) {
            table.sums += 1;
        } else if row.width() > width {
            let finding = Finding::new(path, "the line has more fields than the header").at(row.span, "too many");
            let finding = faulty(finding).help("put numbers that have commas in quotes: `\"1,234,567\"`.");
            findings.push(finding.help("or give every column a name."));
        } else if row.cells.len() <= needed {
            let finding = Finding::new(path, "the line has fewer fields than the header").at(row.span, "too few");
            findings.push(faulty(finding).help("complete the line, or remove it if it is no position."));
        } else {
            findings.extend(two_readings(path, &table, row, wanted, delimiter));
            table.rows.push(row.clone());
        }
        if findings.len() >= MOST {
            break;
        }
    }
    if findings.is_empty() { Ok(table) } else { Err(findings) }
}

/// Whether a line is the sum of others: it says so before anything else, and has no code. `SUM` and `TOTAL` are codes as
/// well: of the config, or of a line that has every figure of a position.
fn is_sum(path: &str, row: &Row, (codes, table): (usize, &Table), wanted: &Wanted<'_>) -> bool {
    let says = |cell: &Cell| SUMS.contains(&plain(&cell.text).as_str());
    if !row.first().is_some_and(says) {
        return false;
    }
    let Some(code) = row.cells.get(codes).filter(|code| !code.text.is_empty()) else { return true };
    let mut figures = wanted.columns.iter().filter(|column| column.needed && column.figures);
    let is_figure = |cell: &Cell| cell.figure(path, QUANTITY_PLACES, "").is_ok();
    let whole = is_code(&code.text) && figures.all(|column| table.cell(row, column.name).is_some_and(is_figure));
    says(code) && !whole && !wanted.codes.contains(&Code(code.text.clone()))
}

/// Where semicolons or tabs part fields, commas often part decimals: a figure that could be both is none.
fn two_readings(path: &str, table: &Table, row: &Row, wanted: &Wanted<'_>, delimiter: u8) -> Option<Finding> {
    let figures = wanted.columns.iter().filter(|column| [b';', b'\t'].contains(&delimiter) && column.figures);
    let mut cells = figures.filter_map(|column| table.cell(row, column.name));
    let cell = cells.find(|cell| has_two_readings(&cell.text))?;
    let finding = cell.finding(path, format!("`{}` has two readings", cell.text), "thousands, or decimals?");
    Some(finding.help("export the file with commas between its fields, or write the number without separators."))
}

/// Splits a text into rows.
pub(super) fn rows(path: &str, text: &str, delimiter: u8) -> Result<Vec<Row>, Box<Finding>> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut buffer = vec![0; text.len() + 1];
    let (mut rows, mut cells) = (Vec::new(), Vec::new());
    let (mut at, mut start, mut filled) = (0, 0, 0);
    loop {
        let (rest, room) = (text.get(at..).unwrap_or_default(), buffer.get_mut(filled..).unwrap_or_default());
        let (result, read, written) = reader.read_field(rest.as_bytes(), room);
        (at, filled) = (at + read, filled + written);
        match result {
            ReadFieldResult::End => return Ok(rows),
            // The end of the text, which the reader wants to be told once more; a field is never longer than the text.
            ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
            ReadFieldResult::Field { record_end } => {
                let field = buffer.get(..filled).and_then(|field| std::str::from_utf8(field).ok()).unwrap_or_default();
                let span = place(path, text, start..at, (cells.is_empty(), delimiter))?;
                cells.push(Cell { text: spelled(field).to_owned(), span });
                (start, filled) = (at, 0);
                if record_end {
                    let ends = cells.first().zip(cells.last());
                    let span = ends.map_or(span, |(first, last)| Span { start: first.span.start, end: last.span.end });
                    rows.push(Row { cells: std::mem::take(&mut cells), span });
                }
            }
        }
    }
}

/// Where a field stands, of which these bytes were read: without what ends it, and without blanks around it. Empty lines
/// are read with the first field of the next.
fn place(
    path: &str,
    text: &str,
    read: std::ops::Range<usize>,
    (first, delimiter): (bool, u8),
) -> Result<Span, Box<Finding>> {
    let raw = text.get(read.clone()).unwrap_or_default();
    let from = if first { raw.len() - raw.trim_start_matches('\n').len() } else { 0 };
    let raw = raw.get(from..).unwrap_or_default();
    let field = raw.strip_suffix([char::from(delimiter), '\n']).unwrap_or(raw);
    let start = read.start + from + field.len() - field.trim_start().len();
    let span = Span { start, end: start + field.trim().len() };
    let refuse = |message: &str, help: &str| {
        Err(Box::new(faulty(Finding::new(path, message).at(span, "from here on").help(help))))
    };
    let (trimmed, ended) = (field.trim(), field.trim_end());
    if trimmed.starts_with('"') && !field.starts_with('"') {
        return refuse("blanks stand before the quotes of a field", "remove the blanks.");
    }
    let closed = ended.len() > 1 && ended.ends_with('"') && ended.matches('"').count().is_multiple_of(2);
    if field.starts_with('"') && !closed {
        return refuse("a field begins with quotes that do not end", "close the quotes, or remove them.");
    }
    Ok(span)
}
