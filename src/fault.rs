//! Errors that end a command: a message, what to do, an exit code.

use crate::repo::RepoError;
use std::path::Path;

/// The exit codes, the same in every output format. README.md explains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done; nothing to report.
    Done = 0,
    /// The answer is no.
    No = 1,
    /// There are changes (only with `--detailed-exitcode`).
    Changes = 2,
    /// The plan does not match.
    Mismatch = 3,
    /// Locked by another run.
    Locked = 4,
    /// Applied in part, or in doubt.
    InDoubt = 5,
    /// Could not tell.
    Unknown = 6,
    /// Wrong usage.
    Usage = 64,
    /// Interrupted before anything was done.
    Interrupted = 130,
}

impl Exit {
    /// Every exit code.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::No,
        Self::Changes,
        Self::Mismatch,
        Self::Locked,
        Self::InDoubt,
        Self::Unknown,
        Self::Usage,
        Self::Interrupted,
    ];

    /// The exit code of a number; of one that is none, that nothing could be told.
    #[must_use]
    pub fn of(code: u8) -> Self {
        Self::ALL.into_iter().find(|exit| *exit as u8 == code).unwrap_or(Self::Unknown)
    }
}

/// An error that ends a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, one sentence without a period.
    pub message: String,
    /// What to do, a sentence each.
    pub hints: Vec<String>,
}

impl Fault {
    /// Something could not be told.
    #[must_use]
    pub fn unknown(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unknown, message: message.into(), hints: Vec::new() }
    }

    /// The command was used wrongly.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::unknown(message) }
    }

    /// The answer is no.
    #[must_use]
    pub fn no(message: impl Into<String>) -> Self {
        Self { exit: Exit::No, ..Self::unknown(message) }
    }

    /// A plan does not match.
    #[must_use]
    pub fn mismatch(message: impl Into<String>) -> Self {
        Self { exit: Exit::Mismatch, ..Self::unknown(message) }
    }

    /// An error of a room that knows its own exit code and remedy.
    #[must_use]
    pub fn told(code: u8, message: impl ToString, remedy: &str) -> Self {
        Self { exit: Exit::of(code), ..Self::unknown(message.to_string()).hint(format!("{remedy}.")) }
    }

    /// A file could not be read or written.
    #[must_use]
    pub fn io(verb: &str, path: &Path, error: &std::io::Error) -> Self {
        let fault = Self::unknown(format!("cannot {verb} {}: {error}", path.display()));
        match error.kind() {
            std::io::ErrorKind::NotFound => fault.hint("check the path, and that you are in the right directory."),
            std::io::ErrorKind::PermissionDenied => fault.hint("check the permissions of the file and its directory."),
            _ => fault,
        }
    }

    /// With what to do.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// The exit code as a number.
    #[must_use]
    pub fn code(&self) -> u8 {
        self.exit as u8
    }
}

impl From<RepoError> for Fault {
    fn from(error: RepoError) -> Self {
        let usage = matches!(error, RepoError::Bare | RepoError::Outside { .. });
        let fault = if usage { Self::usage(error.to_string()) } else { Self::unknown(error.to_string()) };
        fault.hint(format!("{}.", error.remedy()))
    }
}
