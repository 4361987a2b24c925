//! The lock that one run holds from before it reads anything until it has written everything.
//!
//! What is done under it must never enter this room.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The lock, held. Dropped, it is released; a process that dies releases it too.
#[derive(Debug)]
pub struct Lock {
    file: File,
    directory: PathBuf,
}

/// Why the lock was not taken.
#[derive(Debug)]
pub enum LockError {
    /// Another run holds it.
    Busy {
        /// The lock's file.
        path: PathBuf,
        /// The other process, as far as it has said so.
        pid: Option<String>,
    },
    /// The file could not be made or locked.
    Io {
        /// The lock's file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Makes the directory in one that is there: a mistyped path makes nothing.
fn make_directory(directory: &Path) -> io::Result<()> {
    match fs::create_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

impl LockError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Busy { pid: Some(pid), .. } => {
                format!("wait until process {pid} has ended (`ps -p {pid}` shows it), then run this again")
            }
            Self::Busy { pid: None, .. } => "wait until the other run has ended, then run this again".to_owned(),
            Self::Io { path, .. } => format!("make `{}` writable", path.display()),
        }
    }

    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Busy { .. } => 4,
            Self::Io { .. } => 6,
        }
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { path, pid: Some(pid) } => write!(f, "process {pid} holds the lock `{}`", path.display()),
            Self::Busy { path, pid: None } => write!(f, "another process holds the lock `{}`", path.display()),
            Self::Io { path, error } => write!(f, "the lock `{}` cannot be taken: {error}", path.display()),
        }
    }
}

impl std::error::Error for LockError {}

impl Lock {
    /// Takes the lock of a directory, which is made if need be. Never waits.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let path = directory.join("lock");
        let io = |error| LockError::Io { path: path.clone(), error };
        make_directory(directory).map_err(io)?;
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(io)?;
        locked(&file, &path)?;
        file.set_len(0).map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { file, directory: directory.to_owned() })
    }

    /// Whether the lock could be taken, without making anything.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn check(directory: &Path) -> Result<(), LockError> {
        let path = directory.join("lock");
        match File::open(&path) {
            Ok(file) => {
                locked(&file, &path)?;
                release(&file);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LockError::Io { path, error }),
        }
    }

    /// The directory it guards.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        release(&self.file);
    }
}

/// Gives a lock back at once. Closing the file does so only when no process that is being started has it as well.
fn release(file: &File) {
    // What fails here is made good when the process ends.
    let _ = file.unlock();
}

fn locked(file: &File, path: &Path) -> Result<(), LockError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(LockError::Busy { path: path.to_owned(), pid: holder(file) }),
        Err(TryLockError::Error(error)) => Err(LockError::Io { path: path.to_owned(), error }),
    }
}

/// The process that wrote itself into the file.
fn holder(mut file: &File) -> Option<String> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let pid = text.trim();
    (!pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit())).then(|| pid.to_owned())
}
