//! The values of columns, side by side as rows. What a cell means must never enter this file.

use super::columns::{Column, columns};
use super::kind::{Amiss, Kind};
use super::pages::{Pages, unread};
use super::{ANEW, said};
use crate::finding::Finding;
use crate::price_history::{Builder, History, Row, Wanted};
use crate::words::shown;
use bytes::Bytes;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::{ParquetError, Result as Decoded};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use std::fmt::Write;

/// The most cells that are read: a file of a few bytes can say that it has any number of rows.
const MAX_CELLS: usize = 1 << 24;

/// Rows that are decoded at once.
const BATCH: usize = 1_024;

type Refusal = Box<Finding>;

/// Values without the nulls among them.
enum Values {
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// A column that is being read.
struct Reading<'a> {
    column: &'a Column,
    kind: Kind,
    reader: ColumnReader,
    values: Values,
    /// For each row of the batch, whether it has a value: 1 or 0. Empty where all have.
    levels: Vec<i16>,
    /// The next value.
    next: usize,
}

/// Reads all rows.
pub(super) fn read(path: &str, file: &Bytes, metadata: &ParquetMetaData, wanted: &Wanted) -> Result<History, Refusal> {
    let columns = columns(path, metadata.file_metadata().schema_descr())?;
    let header = Row { number: 0, span: None, word: "row" };
    let mut builder = Builder::new(path, &header, columns.iter().map(|column| column.name.as_str()), wanted)?;
    let needed: Vec<bool> = builder.needed().collect();
    let groups = metadata.row_groups();
    let rows: Option<Vec<usize>> = groups.iter().map(|group| usize::try_from(group.num_rows()).ok()).collect();
    let all = rows.as_ref().and_then(|rows| rows.iter().try_fold(0_usize, |sum, rows| sum.checked_add(*rows)));
    let cells = all.and_then(|all| all.checked_mul(needed.iter().filter(|needed| **needed).count()));
    let Some(rows) = rows.filter(|_| cells.is_some_and(|cells| cells <= MAX_CELLS)) else {
        let message = format!("the file has more than {MAX_CELLS} values of the portfolio, or says so");
        return Err(Finding::new(path, message).help("keep the assets of the portfolio only, a row a day.").into());
    };
    let mut number = 0;
    for (group, rows) in groups.iter().zip(rows) {
        let mut readings = Vec::new();
        for (column, needed) in columns.iter().zip(&needed) {
            readings.push(if *needed { Some(Reading::new(path, file, column, group, rows)?) } else { None });
        }
        let mut left = rows;
        while left > 0 {
            let batch = left.min(BATCH);
            for reading in readings.iter_mut().flatten() {
                reading.fill(batch).map_err(|error| reading.broken(path, number + 1, &error))?;
            }
            deliver(path, &mut readings, batch, number, &mut builder)?;
            number += batch as u64;
            left -= batch;
        }
    }
    builder.finish()
}

/// Hands the rows of a batch on.
fn deliver(
    path: &str,
    readings: &mut [Option<Reading<'_>>],
    batch: usize,
    before: u64,
    builder: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let mut texts = vec![String::new(); readings.len()];
    for at in 0..batch {
        let number = before + at as u64 + 1;
        for (text, reading) in texts.iter_mut().zip(readings.iter_mut()) {
            text.clear();
            let Some(reading) = reading else { continue };
            reading.text(at, text).map_err(|(amiss, help)| {
                let name = shown(&reading.column.name);
                Finding::new(path, format!("row {number}, column `{name}`: {amiss}")).help(help)
            })?;
        }
        builder.row(&Row { number, span: None, word: "row" }, texts.iter().map(String::as_str))?;
    }
    Ok(())
}

impl<'a> Reading<'a> {
    fn new(
        path: &str,
        file: &Bytes,
        column: &'a Column,
        group: &RowGroupMetaData,
        rows: usize,
    ) -> Result<Self, Refusal> {
        let name = shown(&column.name);
        let kind = column.kind(path)?;
        let damaged = |error: ParquetError| {
            Finding::new(path, format!("column `{name}` is damaged or encrypted: {}", said(&error))).help(ANEW)
        };
        let lacking = || damaged(ParquetError::General("a row group lacks it".to_owned()));
        let chunk = group.columns().get(column.leaf).ok_or_else(lacking)?;
        if let Some(word) = unread(chunk) {
            let message = format!("column `{name}` is compressed with {word}, which is not read");
            let help =
                "write it with snappy, zstd or none: `frame.to_parquet('prices.parquet', compression='snappy')`.";
            return Err(Finding::new(path, message).help(help).into());
        }
        let pages = Pages::new(file, chunk, rows).map_err(damaged)?;
        let reader = get_column_reader(column.descriptor.clone(), Box::new(pages));
        let values = match &reader {
            ColumnReader::Int32ColumnReader(_) => Values::Int32(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::Int64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => Values::Int96(Vec::new()),
            ColumnReader::FloatColumnReader(_) => Values::Float(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::Double(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => Values::Fixed(Vec::new()),
            _ => Values::Bytes(Vec::new()),
        };
        Ok(Self { column, kind, reader, values, levels: Vec::new(), next: 0 })
    }

    /// Decodes so many rows.
    fn fill(&mut self, rows: usize) -> Decoded<()> {
        self.levels.clear();
        self.next = 0;
        let levels = &mut self.levels;
        macro_rules! read {
            ($reader:expr, $values:expr) => {{
                $values.clear();
                $reader.read_records(rows, Some(levels), None, $values)?
            }};
        }
        let (records, values, _) = match (&mut self.reader, &mut self.values) {
            (ColumnReader::Int32ColumnReader(reader), Values::Int32(values)) => read!(reader, values),
            (ColumnReader::Int64ColumnReader(reader), Values::Int64(values)) => read!(reader, values),
            (ColumnReader::Int96ColumnReader(reader), Values::Int96(values)) => read!(reader, values),
            (ColumnReader::FloatColumnReader(reader), Values::Float(values)) => read!(reader, values),
            (ColumnReader::DoubleColumnReader(reader), Values::Double(values)) => read!(reader, values),
            (ColumnReader::ByteArrayColumnReader(reader), Values::Bytes(values)) => read!(reader, values),
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::Fixed(values)) => read!(reader, values),
            _ => return Err(ParquetError::General("its values are of another type".to_owned())),
        };
        let present = self.levels.iter().filter(|level| **level > 0).count();
        let whole = if self.column.descriptor.max_def_level() == 0 { records } else { present };
        match records == rows && values == whole {
            true => Ok(()),
            false => Err(ParquetError::General(format!("it ends after {records} of {rows} rows"))),
        }
    }

    /// The text of a row of the batch; nothing where there is no value.
    fn text(&mut self, row: usize, out: &mut String) -> Result<(), Amiss> {
        if self.column.descriptor.max_def_level() > 0 && self.levels.get(row).is_none_or(|level| *level == 0) {
            return Ok(());
        }
        let at = self.next;
        self.next += 1;
        let kind = self.kind;
        let number = |done: std::fmt::Result| done.map_err(|_| lost());
        match &self.values {
            Values::Int32(values) => kind.integer(i64::from(*values.get(at).ok_or_else(lost)?), i32::BITS, out),
            Values::Int64(values) => kind.integer(*values.get(at).ok_or_else(lost)?, i64::BITS, out),
            Values::Int96(values) => kind.int96(*values.get(at).ok_or_else(lost)?, out),
            Values::Float(values) => number(write!(out, "{}", values.get(at).ok_or_else(lost)?)),
            Values::Double(values) => number(write!(out, "{}", values.get(at).ok_or_else(lost)?)),
            Values::Bytes(values) => kind.bytes(values.get(at).ok_or_else(lost)?.data(), out),
            Values::Fixed(values) => kind.bytes(values.get(at).ok_or_else(lost)?.data(), out),
        }
    }

    fn broken(&self, path: &str, row: u64, error: &ParquetError) -> Refusal {
        let name = shown(&self.column.name);
        let message = format!("column `{name}` is damaged or encrypted, at row {row} or after it: {}", said(error));
        Finding::new(path, message).help(ANEW).into()
    }
}

fn lost() -> Amiss {
    ("there is no value".to_owned(), ANEW)
}
