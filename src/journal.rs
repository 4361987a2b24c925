//! The journal: what was about to be done and what was done, on the medium before anything depends on it.
//!
//! `.rebalance/journal.jsonl` beside the config is only ever appended to, and only under the lock. What the events mean
//! is [`crate::replay`]'s; a broker must never enter this room.

mod lock;

pub use lock::{Lock, LockError};

use crate::disk::{Disk, append_durably, directory_of};
use crate::replay::{self, Broken, Event, Illegal, Replay, State, Tail};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The directory of lock and journal of a config.
#[must_use]
pub fn directory(config: &Path) -> PathBuf {
    directory_of(config).join(".rebalance")
}

/// Why the journal cannot be used.
#[derive(Debug)]
pub enum JournalError {
    /// It cannot be read or written.
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line of it is not as it was written.
    Broken {
        /// The journal.
        path: PathBuf,
        /// Which line, and how.
        broken: Broken,
    },
    /// The event cannot follow what stands in it.
    Illegal {
        /// The journal.
        path: PathBuf,
        /// Why.
        illegal: Illegal,
    },
    /// An earlier write failed, so that what stands at its end is not known.
    Spoilt {
        /// The journal.
        path: PathBuf,
    },
}

impl JournalError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Io { path, .. } => format!("make `{}` readable and writable, with room on its disk", path.display()),
            Self::Broken { path, .. } => format!(
                "restore `{0}` as it was written (`git log -- {0}` may have it); nothing is sent on the word of an \
                 edited journal",
                path.display()
            ),
            Self::Illegal { .. } => "this is a fault of this program; please report it".to_owned(),
            Self::Spoilt { .. } => "run it again with --resume".to_owned(),
        }
    }

    /// The exit code, where nothing was sent: it could not be told what was done before.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        6
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "the journal `{}`: {error}", path.display()),
            Self::Broken { path, broken } => write!(f, "{}:{}: {}", path.display(), broken.line, broken.fault),
            Self::Illegal { path, illegal } => write!(f, "{}: {illegal}", path.display()),
            Self::Spoilt { path } => write!(f, "the journal `{}` could not be written before", path.display()),
        }
    }
}

impl std::error::Error for JournalError {}

/// What a journal says, for whoever does not write to it.
///
/// # Errors
/// See [`JournalError`]. A missing journal says nothing, and that is no error.
pub fn read(disk: &dyn Disk, directory: &Path) -> Result<State, JournalError> {
    Ok(replayed(disk, &directory.join("journal.jsonl"))?.state)
}

fn replayed(disk: &dyn Disk, path: &Path) -> Result<Replay, JournalError> {
    let bytes = disk.read(path).map_err(|error| JournalError::Io { path: path.to_owned(), error })?;
    replay::replay(&bytes.unwrap_or_default()).map_err(|broken| JournalError::Broken { path: path.to_owned(), broken })
}

/// The journal, open for writing. It holds the lock until it is dropped.
pub struct Journal<'a> {
    disk: &'a dyn Disk,
    // Held for as long as anything may be written.
    _lock: Lock,
    path: PathBuf,
    replay: Replay,
    spoilt: bool,
}

impl<'a> Journal<'a> {
    /// Reads the journal of the directory that the lock guards.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn open(disk: &'a dyn Disk, lock: Lock) -> Result<Self, JournalError> {
        let path = lock.directory().join("journal.jsonl");
        let replay = replayed(disk, &path)?;
        Ok(Self { disk, _lock: lock, path, replay, spoilt: false })
    }

    /// What it says.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.replay.state
    }

    /// Whether a crash tore its last line, which the next write will cut off.
    #[must_use]
    pub fn torn(&self) -> bool {
        self.replay.tail == Tail::Torn
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes an event. When this returns, it is on the medium.
    ///
    /// # Errors
    /// See [`JournalError`]. After one nothing more is written: what stands at the end of the file is not known.
    pub fn write(&mut self, time: &str, plan_id: &str, event: Event) -> Result<(), JournalError> {
        if self.spoilt {
            return Err(JournalError::Spoilt { path: self.path.clone() });
        }
        let (next, line) = self
            .replay
            .state
            .with(time, plan_id, event)
            .map_err(|illegal| JournalError::Illegal { path: self.path.clone(), illegal })?;
        let written = self.mended().and_then(|start| {
            let bytes = format!("{start}{line}\n");
            append_durably(self.disk, &self.path, bytes.as_bytes())?;
            Ok(bytes.len())
        });
        match written {
            Ok(length) => {
                self.replay = Replay { state: next, whole: self.replay.whole + length, tail: Tail::Whole };
                Ok(())
            }
            Err(error) => {
                self.spoilt = true;
                self.take_back();
                Err(JournalError::Io { path: self.path.clone(), error })
            }
        }
    }

    /// Makes the end of the file fit for a new line, and says what that line has to begin with.
    fn mended(&self) -> io::Result<&'static str> {
        match self.replay.tail {
            Tail::Whole => Ok(""),
            Tail::NoBreak => Ok("\n"),
            Tail::Torn => {
                self.disk.cut(&self.path, self.replay.whole as u64)?;
                Ok("")
            }
        }
    }

    /// Takes a half-written line back. Should that fail too, it is what a crash would leave, and is read as such.
    fn take_back(&self) {
        let _ = self.disk.cut(&self.path, self.replay.whole as u64);
        let _ = self.disk.sync(&self.path);
    }
}

impl fmt::Debug for Journal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).field("state", &self.replay.state).finish_non_exhaustive()
    }
}
