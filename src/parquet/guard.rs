//! What the decoders of a damaged file may do at worst: panic, which is told as damage. Nothing else may be caught here.

use super::ANEW;
use crate::finding::Finding;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread will be told as a damaged file: the program's panic hook says nothing then.
#[must_use]
pub fn quiet() -> bool {
    READING.get()
}

/// Runs a reading of a file.
pub(super) fn guarded<T>(path: &str, read: impl FnOnce() -> Result<T, Box<Finding>>) -> Result<T, Box<Finding>> {
    READING.set(true);
    // What the reading had in hand is dropped with it, so that nothing is seen half done.
    let done = catch_unwind(AssertUnwindSafe(read));
    READING.set(false);
    done.unwrap_or_else(|_| Err(Finding::new(path, "the file is damaged").help(ANEW).into()))
}
