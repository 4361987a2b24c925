//! The lines of a log: all that are records, and whether the last was torn.
//!
//! Where the log is must never enter this file.

use super::Record;

/// A log that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Records {
    /// The records, oldest first.
    pub records: Vec<Record>,
    /// How many bytes hold whole records.
    pub whole: usize,
    /// Whether the last record lacks its line break.
    pub no_break: bool,
    /// Whether a piece of a record follows the last whole one: a crash tore it.
    pub torn: bool,
}

/// A line that is not a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line, from 1.
    pub line: usize,
    /// Why it is none.
    pub why: String,
}

/// Reads the records of a log from its bytes.
///
/// # Errors
/// [`BadLine`] for the first line that is not a record. A torn last line without a line break is none of these.
pub fn parse(bytes: &[u8]) -> Result<Records, BadLine> {
    let mut read = Records::default();
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let broken_off = text.len() == line.len();
        match serde_json::from_slice::<Record>(text) {
            Ok(record) => read.records.push(record),
            Err(error) if broken_off && (error.is_eof() || text.contains(&0)) => {
                read.torn = true;
                return Ok(read);
            }
            Err(error) => return Err(BadLine { line: index + 1, why: error.to_string() }),
        }
        read.whole += line.len();
        read.no_break = broken_off;
    }
    Ok(read)
}
