//! Why a broker does not do what it was told, and what to do about it.
//!
//! What follows from that for a plan must never enter this room.

use crate::rewrite::RewriteError;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a broker does not do what it was told.
#[derive(Debug)]
pub enum BrokerError {
    /// The account does not stand where it was left.
    Moved {
        /// What holds the account.
        path: PathBuf,
        /// Where it was left.
        expected: String,
        /// Where it stands.
        found: String,
    },
    /// A file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The trade cannot be made of the holdings.
    Rewrite {
        /// The holdings.
        path: PathBuf,
        /// Why.
        error: RewriteError,
    },
}

impl BrokerError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Moved { path, .. } => {
                format!("put `{}` back as it was, or, if nothing was executed yet, make a new plan", path.display())
            }
            Self::Io { path, .. } => {
                format!("make `{}` and its directory writable, with room on its disk", path.display())
            }
            Self::Rewrite { error, .. } => error.remedy().to_owned(),
        }
    }

    /// The exit code where nothing was executed.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Moved { .. } => 3,
            Self::Io { .. } | Self::Rewrite { .. } => 6,
        }
    }
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved { path, expected, found } => {
                write!(f, "`{}` was changed: it is {found}, it was left at {expected}", path.display())
            }
            Self::Io { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::Rewrite { path, error } => write!(f, "`{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for BrokerError {}
