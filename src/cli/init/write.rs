//! Several files written together: all of them, or none.
//!
//! What a file is for must never enter this file.

use crate::disk::directory_of;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file to be written.
pub(super) struct Put<'a> {
    pub(super) file: PathBuf,
    pub(super) bytes: &'a [u8],
    /// Its mode, less the umask, where there are modes.
    pub(super) mode: u32,
    /// What it replaces. Without it, whatever came there in the meantime stays, and nothing is written.
    pub(super) old: Option<&'a [u8]>,
}

/// Writes all files and makes their directories, or nothing: all are made under other names first, and what took its place
/// goes back when one cannot. An error comes with the path that it is about.
pub(super) fn all_or_none(puts: &[Put<'_>]) -> Result<(), (PathBuf, io::Error)> {
    let mut made = Vec::new();
    let mut placed = 0;
    let written = put_all(puts, &mut made, &mut placed);
    if written.is_err() {
        puts.iter().take(placed).for_each(undo);
        // Those that something else has come into stay.
        made.iter().rev().for_each(|dir| drop(fs::remove_dir(dir)));
    }
    written
}

fn put_all(puts: &[Put<'_>], made: &mut Vec<PathBuf>, placed: &mut usize) -> Result<(), (PathBuf, io::Error)> {
    for put in puts {
        make(directory_of(&put.file), made)?;
    }
    let staged = puts.iter().map(|put| stage(put, put.bytes).map_err(|error| (put.file.clone(), error)));
    let staged: Vec<NamedTempFile> = staged.collect::<Result<_, _>>()?;
    for (put, file) in puts.iter().zip(staged) {
        let done = if put.old.is_some() { file.persist(&put.file) } else { file.persist_noclobber(&put.file) };
        done.map_err(|error| (put.file.clone(), error.error))?;
        *placed += 1;
    }
    Ok(())
}

/// Makes a directory and those above it, and writes down which.
fn make(dir: &Path, made: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.is_dir()).collect();
    for dir in missing.into_iter().rev() {
        fs::create_dir(dir).map_err(|error| (dir.to_owned(), error))?;
        made.push(dir.to_owned());
    }
    Ok(())
}

fn stage(put: &Put<'_>, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rebalance-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(put.mode)); // less the umask
    let mut file = builder.tempfile_in(directory_of(&put.file))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Brings back what stood in a file's place, as far as that can be done.
fn undo(put: &Put<'_>) {
    let _ = match put.old {
        Some(old) => stage(put, old).and_then(|file| file.persist(&put.file).map(drop).map_err(|error| error.error)),
        None => fs::remove_file(&put.file),
    };
}
