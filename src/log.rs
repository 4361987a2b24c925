//! The log: `rebalance_log.jsonl` beside the holdings, a record a line, only ever appended to.
//!
//! What a record says is [`crate::record`]'s; what it means for the next plan must never enter this room.

use crate::disk::{Disk, append_durably, directory_of};
use crate::hash::sha256;
use crate::plan::file::LogInput;
use crate::record::{self, BadLine, Record, Records};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The log of a holdings file.
#[must_use]
pub fn path(holdings: &Path) -> PathBuf {
    directory_of(holdings).join("rebalance_log.jsonl")
}

/// Why the log cannot be used.
#[derive(Debug)]
pub enum LogError {
    /// It cannot be read or written.
    Io {
        /// The log.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line of it is not a record.
    BadLine {
        /// The log.
        path: PathBuf,
        /// Which, and why.
        bad: BadLine,
    },
}

impl LogError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Io { path, .. } => format!("make `{}` readable and writable, with room on its disk", path.display()),
            Self::BadLine { path, bad } => {
                format!("correct or remove line {} of `{}`; every line is one record", bad.line, path.display())
            }
        }
    }

    /// The exit code: what was executed before could not be told.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        6
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "the log `{}`: {error}", path.display()),
            Self::BadLine { path, bad } => {
                write!(f, "{}:{}: not a record of a rebalance: {}", path.display(), bad.line, bad.why)
            }
        }
    }
}

impl std::error::Error for LogError {}

/// The log, as it was read.
#[derive(Debug, Clone)]
pub struct Log {
    path: PathBuf,
    read: Records,
    head: Option<String>,
}

impl Log {
    /// Reads the log. A missing one has no records, and that is no error.
    ///
    /// # Errors
    /// See [`LogError`].
    pub fn read(disk: &dyn Disk, path: &Path) -> Result<Self, LogError> {
        let bytes = disk.read(path).map_err(|error| LogError::Io { path: path.to_owned(), error })?;
        let bytes = bytes.unwrap_or_default();
        let read = record::parse(&bytes).map_err(|bad| LogError::BadLine { path: path.to_owned(), bad })?;
        let whole = bytes.get(..read.whole).unwrap_or(&bytes);
        let head = (!whole.is_empty()).then(|| sha256(whole));
        Ok(Self { path: path.to_owned(), read, head })
    }

    /// The records, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.read.records
    }

    /// Whether a crash tore its last line, which the next write will cut off.
    #[must_use]
    pub fn torn(&self) -> bool {
        self.read.torn
    }

    /// What a plan records of it.
    #[must_use]
    pub fn input(&self) -> LogInput {
        LogInput { records: self.read.records.len(), head: self.head.clone() }
    }

    /// Sees to it that a record stands in the log, once for its plan. When this returns, it is on the medium.
    ///
    /// # Errors
    /// See [`LogError`].
    pub fn ensure(self, disk: &dyn Disk, record: &Record) -> Result<(), LogError> {
        let known = self.read.records.iter().any(|known| known.plan_id == record.plan_id);
        let mut bytes = String::new();
        if self.read.no_break {
            bytes.push('\n');
        }
        if !known {
            bytes.push_str(&record.line());
            bytes.push('\n');
        }
        let write = || {
            if self.read.torn {
                disk.cut(&self.path, self.read.whole as u64)?;
            }
            append_durably(disk, &self.path, bytes.as_bytes())
        };
        write().map_err(|error| LogError::Io { path: self.path.clone(), error })
    }
}
