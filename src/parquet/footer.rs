//! What a file says of itself: its columns, and where they are. Pages must never enter this file.

use super::{ANEW, MAGIC, said};
use crate::finding::Finding;
use bytes::Bytes;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

/// Reads the footer.
pub(super) fn footer(path: &str, file: &Bytes) -> Result<ParquetMetaData, Box<Finding>> {
    let [plain, encrypted] = MAGIC;
    let refused = |message: String, help: &str| Err(Finding::new(path, message).help(help).into());
    if file.starts_with(encrypted) || file.ends_with(encrypted) {
        return refused("the file is encrypted".to_owned(), "write it without encryption.");
    }
    if !file.starts_with(plain) {
        let help = "write it anew: `frame.to_parquet('prices.parquet')`, or give a file in CSV another name.";
        return refused("the file is not Parquet, though its name says so".to_owned(), help);
    }
    if !file.ends_with(plain) {
        return refused("the file is cut short".to_owned(), "copy it again, or write it anew.");
    }
    match ParquetMetaDataReader::new().parse_and_finish(file) {
        Ok(metadata) => Ok(metadata),
        Err(error) => refused(format!("the footer of the file is damaged: {}", said(&error)), ANEW),
    }
}
