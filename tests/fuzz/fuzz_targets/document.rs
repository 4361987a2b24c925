//! The reader and the edits: any bytes are answered with true places, and an edit means what was asked.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a fuzz target says no")]

#[path = "../../document/laws.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;
use rebalance::document::read;

fuzz_target!(|data: &[u8]| {
    // The first bytes choose the edit.
    let (choice, text) = data.split_at(data.len().min(5));
    let reading = read(text);
    laws::check(&reading);
    let (&[what, a, b, c, d], Some(document), []) = (choice, reading.document, &*reading.faults) else { return };
    let _ = laws::edited(&document, (what, u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])));
});
