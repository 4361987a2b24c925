//! Price histories in Parquet: columns of a file as rows of cells.
//!
//! A cell is handed on as the text that CSV would have, so that one reader decides what it means and the same history gives
//! the same answer from either kind of file. What a price or a date may be must never enter this room, nor may anything
//! that a file claims of itself be believed before memory is asked for it.

mod columns;
mod footer;
mod guard;
mod kind;
mod pages;
mod rows;

pub use guard::quiet;

use crate::finding::Finding;
use crate::price_history::{History, Wanted};
use ::parquet::errors::ParquetError;

/// How a file begins and ends; the second where even its footer is encrypted.
const MAGIC: [&[u8]; 2] = [b"PAR1", b"PARE"];

/// How a file is written so that it can be read.
const ANEW: &str = "write it anew, without encryption: `frame.to_parquet('prices.parquet')`.";

/// Whether a file is to be read as Parquet: it begins so, or its name says so.
#[must_use]
pub fn is(path: &str, bytes: &[u8]) -> bool {
    let named = |ending: &str| path.len() > ending.len() && path.to_ascii_lowercase().ends_with(ending);
    MAGIC.iter().any(|magic| bytes.starts_with(magic)) || named(".parquet") || named(".pq")
}

/// Reads a file.
///
/// # Errors
/// The first thing that is wrong with it, with the column and the row.
pub fn read(path: &str, bytes: &[u8], wanted: &Wanted) -> Result<History, Box<Finding>> {
    guard::guarded(path, || {
        let file = bytes::Bytes::copy_from_slice(bytes);
        let metadata = footer::footer(path, &file)?;
        rows::read(path, &file, &metadata, wanted)
    })
}

/// What the decoder says, without its own name.
fn said(error: &ParquetError) -> String {
    match error {
        ParquetError::General(text) | ParquetError::EOF(text) | ParquetError::NYI(text) => text.clone(),
        other => other.to_string(),
    }
}
