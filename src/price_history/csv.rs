//! A price history in CSV. What the cells mean must never enter this file.

use super::{Builder, History, Row, Wanted};
use crate::document::Span;
use crate::finding::Finding;

/// Reads a file.
///
/// # Errors
/// The first thing that is wrong with it, at its place.
pub fn read(path: &str, text: &str, wanted: &Wanted) -> Result<History, Box<Finding>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = text.get(start..).unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut builder: Option<Builder<'_>> = None;
    let mut end = 0;
    loop {
        let more = reader.read_record(&mut record);
        let at = |record: &csv::StringRecord| {
            let place = record.position();
            let from = place.and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(end);
            (place.map_or(1, csv::Position::line), start + from)
        };
        match more {
            Ok(true) => {}
            Ok(false) => break,
            // The text is UTF-8 and lines may have any length: there is nothing else that it refuses.
            Err(error) => return Err(Finding::new(path, format!("the file is not CSV: {error}")).into()),
        }
        let (number, from) = at(&record);
        let row = Row { number, span: Some(line(text, from)), word: "line" };
        end = usize::try_from(reader.position().byte()).unwrap_or(end);
        match &mut builder {
            None => builder = Some(Builder::new(path, &row, record.iter(), wanted)?),
            Some(builder) => builder.row(&row, record.iter())?,
        }
    }
    match builder {
        Some(builder) => builder.finish(),
        None => Err(Finding::new(path, "the file is empty").help(super::build::SHAPES).into()),
    }
}

/// The line that begins at a place, blank lines before it skipped, without its end.
fn line(text: &str, from: usize) -> Span {
    let rest = text.get(from..).unwrap_or_default();
    let start = from + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
    let rest = text.get(start..).unwrap_or_default();
    Span { start, end: start + rest.find(['\r', '\n']).unwrap_or(rest.len()) }
}
