//! Which columns a file has, in the order in which a line of CSV would have them. Values must never enter this file.

use super::kind::Kind;
use crate::finding::Finding;
use crate::words::shown;
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

/// What pandas calls an index without a name.
const INDEX: &str = "__index_level_";

/// A column.
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Where its values are.
    pub(super) leaf: usize,
    /// What they are like.
    pub(super) descriptor: ColumnDescPtr,
    /// What they stand for, or none when they are nothing that a cell can be.
    pub(super) kind: Option<Kind>,
}

/// The columns, that of the dates first.
pub(super) fn columns(path: &str, schema: &SchemaDescriptor) -> Result<Vec<Column>, Box<Finding>> {
    let mut columns: Vec<Column> = Vec::new();
    for (leaf, descriptor) in schema.columns().iter().enumerate() {
        let name = descriptor.path().parts().first().cloned().unwrap_or_default();
        let kind = Kind::of(descriptor);
        // The leaves of what is nested follow each other.
        if kind.is_some() || columns.last().is_none_or(|last| last.name != name) {
            columns.push(Column { name, leaf, descriptor: descriptor.clone(), kind });
        }
    }
    let of_days = |column: &Column| matches!(column.kind, Some(Kind::Date | Kind::Instant(_)));
    let named = columns.iter().position(|column| column.name.eq_ignore_ascii_case("date"));
    let unnamed = || columns.iter().position(|column| column.name.starts_with(INDEX) && of_days(column));
    let Some(at) = named.or_else(unnamed) else {
        let help = "name the column of the days `date`; write a row a day with a column a code, or a row a price with \
                    the columns `code` and `price`.";
        return Err(Finding::new(path, "no column is called `date`").help(help).into());
    };
    let mut date = columns.remove(at);
    "date".clone_into(&mut date.name);
    // The numbers that pandas gives to rows say nothing.
    columns.retain(|column| !column.name.starts_with(INDEX));
    columns.insert(0, date);
    Ok(columns)
}

impl Column {
    /// What its values stand for, where they are needed.
    pub(super) fn kind(&self, path: &str) -> Result<Kind, Box<Finding>> {
        let help = "write dates as dates, timestamps or text; prices as integers, floats of 32 or 64 bits, decimals or text; \
                    codes as text; and no lists or structs.";
        let refused = || {
            Finding::new(path, format!("column `{}` has no dates, numbers or text that are read", shown(&self.name)))
                .help(help)
        };
        self.kind.ok_or_else(|| refused().into())
    }
}
