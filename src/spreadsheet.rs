//! Tables that people export from a broker or a spreadsheet, as CSV: holdings, and the trades that lots follow from.
//!
//! What such a file does not say for certain is a finding, never a guess: a code without its leading zeros, a number
//! with a comma in an odd place, a day or a balance that nobody stated. Files, prices of a day and plans must never
//! enter this room.

mod cell;
mod code;
mod holdings;
mod table;
mod trades;

pub use code::Codes;
pub use holdings::{COLUMNS, Converted, Stated, convert};
pub use table::Mapping;
pub use trades::{Traced, lots};

use crate::document::MAX_BYTES;
use crate::finding::Finding;

/// How many faults of a file are told.
const MOST: usize = 20;

/// The marks that UTF-16 begins with.
const UTF16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// How workbooks begin, with or without compression.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// The text of a file, which places refer to: UTF-8 with or without its mark, or CP949, which Korean programs write. Every
/// end of a line is a line feed.
///
/// # Errors
/// It is larger than is read, or something else.
pub fn text(path: &str, bytes: &[u8]) -> Result<String, Box<Finding>> {
    const AGAIN: &str = "save it as `CSV UTF-8`, or as CSV by a Korean program.";
    let refuse = |message: &str, help: &str| Err(Box::new(faulty(Finding::new(path, message).help(help))));
    let begins = |marks: [&[u8]; 2]| marks.iter().any(|mark| bytes.starts_with(mark));
    if bytes.len() > MAX_BYTES {
        return refuse(&format!("the file is larger than {MAX_BYTES} bytes"), "keep the rows of one account in it.");
    }
    if begins(WORKBOOKS) {
        return refuse("the file is a workbook of a spreadsheet, not CSV", AGAIN);
    }
    if begins(UTF16) || bytes.contains(&0) {
        return refuse("the file is UTF-16, or no text at all", AGAIN);
    }
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let korean = || encoding_rs::EUC_KR.decode_without_bom_handling_and_without_replacement(bytes);
    let decoded = std::str::from_utf8(plain).ok().map(Into::into).or_else(korean);
    match decoded {
        Some(text) => Ok(text.replace("\r\n", "\n").replace('\r', "\n")),
        None => refuse("the file is neither UTF-8 nor CP949", AGAIN),
    }
}

/// A finding of this room: what is wrong with the form of a file.
fn faulty(mut finding: Finding) -> Finding {
    finding.rule = "schema".into();
    finding
}

#[cfg(test)]
mod tests;
