//! The few operations by which files are changed, each one either done or not, and none of them lost once synced.
//!
//! Everything that must survive a crash goes through [`Disk`], so that a test can end the world after any of them. What
//! the files mean must never enter this room.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// A file system, as far as it is needed.
pub trait Disk {
    /// The bytes of a file; `None` when there is no such file.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// Writes bytes at the end of a file, which is made if need be. They can be lost until it is synced.
    ///
    /// # Errors
    /// When they could not be written whole.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file to a length.
    ///
    /// # Errors
    /// When it could not be cut.
    fn cut(&self, path: &Path, length: u64) -> io::Result<()>;

    /// Waits until a file's bytes are on the medium.
    ///
    /// # Errors
    /// When that is not certain.
    fn sync(&self, path: &Path) -> io::Result<()>;

    /// Waits until a directory's names are on the medium.
    ///
    /// # Errors
    /// When that is not certain.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;

    /// Writes and syncs bytes into a new file beside an existing one, with that one's permissions.
    ///
    /// # Errors
    /// When that could not be done, or the existing file may not be written.
    fn stage(&self, path: &Path, bytes: &[u8]) -> io::Result<Staged>;

    /// Puts a staged file in the place of the existing one, in one step.
    ///
    /// # Errors
    /// When that could not be done; then the old one is in its place.
    fn swap(&self, staged: Staged) -> io::Result<()>;

    /// Makes a file that only its owner can read, or replaces one, in one step, and waits until it is on the medium.
    ///
    /// # Errors
    /// When that is not certain: it then has all of the bytes, or is as it was.
    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// The files and directories in a directory.
    ///
    /// # Errors
    /// When they cannot be told whole.
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>>;

    /// Removes a file. It can come back until its directory is synced; that it is not there is no error.
    ///
    /// # Errors
    /// When it could not be removed.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// A file that waits to be put in another's place. Dropped, it is deleted.
#[derive(Debug)]
pub struct Staged {
    temporary: TempPath,
    target: PathBuf,
}

impl Staged {
    /// The file whose place it will take.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }
}

/// The directory a file stands in.
#[must_use]
pub fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Writes bytes at the end of a file and waits until they, and the file's name, are on the medium.
///
/// # Errors
/// When that is not certain.
pub fn append_durably(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    disk.append(path, bytes)?;
    disk.sync(path)?;
    disk.sync_directory(directory_of(path))
}

/// Replaces the bytes of an existing file in one step and waits until that is on the medium.
///
/// # Errors
/// When that is not certain: the file then has either its old bytes or its new ones, never a mixture.
pub fn replace_durably(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let staged = disk.stage(path, bytes)?;
    let directory = directory_of(staged.target()).to_owned();
    disk.swap(staged)?;
    disk.sync_directory(&directory)
}

/// Replaces the bytes of an existing file as [`replace_durably`] does, if they are still those that were read before.
/// They are compared when all that is left to do is the rename.
///
/// # Errors
/// When that is not certain; `Ok(false)` when the file has other bytes by now, which it then keeps.
pub fn replace_unmoved(disk: &dyn Disk, path: &Path, old: &[u8], new: &[u8]) -> io::Result<bool> {
    let staged = disk.stage(path, new)?;
    if disk.read(path)?.as_deref() != Some(old) {
        return Ok(false);
    }
    let directory = directory_of(staged.target()).to_owned();
    disk.swap(staged)?;
    disk.sync_directory(&directory)?;
    Ok(true)
}

/// Makes a file, or replaces one, in one step: it has all of the bytes or is as it was. A link stays a link: what it
/// points at is replaced. Something that is no regular file, a pipe say, is written to as it stands.
///
/// # Errors
/// When it could not be done.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rebalance-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask, as for any new file
    let mut file = builder.tempfile_in(directory_of(&target))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    RealDisk.sync_directory(directory_of(&target))
}

/// Makes a file that only its owner can read, or replaces one, in one step: for what is secret. Its directory is made if
/// need be, in one that is there.
///
/// # Errors
/// When it could not be done.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::create_dir(directory_of(path)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // A temporary file has the mode 0600.
    let mut file = tempfile::Builder::new().prefix(".rebalance-").tempfile_in(directory_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    RealDisk.sync_directory(directory_of(path))
}

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().create(true).append(true).open(path)?.write_all(bytes)
    }

    fn cut(&self, path: &Path, length: u64) -> io::Result<()> {
        OpenOptions::new().write(true).open(path)?.set_len(length)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        OpenOptions::new().append(true).open(path)?.sync_all()
    }

    #[cfg(unix)]
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    /// Elsewhere a directory cannot be opened; its names are kept by the file system's own journal.
    #[cfg(not(unix))]
    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn stage(&self, path: &Path, bytes: &[u8]) -> io::Result<Staged> {
        // A link stays a link: what it points at is replaced.
        let target = fs::canonicalize(path)?;
        let permissions = fs::metadata(&target)?.permissions();
        if permissions.readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is marked read-only"));
        }
        let mut file = tempfile::Builder::new().prefix(".rebalance-").tempfile_in(directory_of(&target))?;
        file.write_all(bytes)?;
        file.as_file().set_permissions(permissions)?;
        file.as_file().sync_all()?;
        Ok(Staged { temporary: file.into_temp_path(), target })
    }

    fn swap(&self, staged: Staged) -> io::Result<()> {
        staged.temporary.persist(&staged.target).map_err(|error| error.error)
    }

    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        write_private(path, bytes)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect()
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
