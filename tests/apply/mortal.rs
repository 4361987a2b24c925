//! A disk on which the world ends after a number of operations.

use rebalance::disk::{Disk, RealDisk, Staged, directory_of};
use std::cell::{Cell, RefCell};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How far the last operation gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// Nothing of it is done.
    Undone,
    /// Half of what it writes is written.
    Torn,
    /// It is done, but nobody hears of it.
    Done,
}

/// What ends the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The process is killed: what was written stays.
    Kill,
    /// The power is cut: what was not synced is gone.
    PowerCut,
}

/// Files and what is on the medium of them.
type Medium = RefCell<Vec<(PathBuf, Option<Vec<u8>>)>>;

pub struct Mortal {
    left: Cell<usize>,
    last: Last,
    end: End,
    dead: Cell<bool>,
    /// Bytes as they are on the medium, of files that were changed since.
    bytes: Medium,
    /// Files as their directory on the medium knows them, of names that were changed since.
    names: Medium,
}

impl Mortal {
    /// The world ends with operation `end_at`, counted from 0.
    pub fn new(end_at: usize, last: Last, end: End) -> Self {
        Self {
            left: Cell::new(end_at),
            last,
            end,
            dead: Cell::new(false),
            bytes: RefCell::default(),
            names: RefCell::default(),
        }
    }

    /// A disk that never ends. It does not wait for the medium, which is all that makes it different from a real one.
    pub fn immortal() -> Self {
        Self::new(usize::MAX, Last::Done, End::Kill)
    }

    pub fn died(&self) -> bool {
        self.dead.get()
    }

    /// How many operations were done.
    pub fn operations(&self) -> usize {
        usize::MAX - self.left.get()
    }

    fn alive(&self) -> io::Result<()> {
        if self.dead.get() { Err(io::Error::other("the world has ended")) } else { Ok(()) }
    }

    /// Does an operation, or as much of it as the end of the world allows.
    fn operate<T>(
        &self,
        whole: impl FnOnce() -> io::Result<T>,
        half: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<T> {
        self.alive()?;
        if let Some(left) = self.left.get().checked_sub(1) {
            self.left.set(left);
            return whole();
        }
        match self.last {
            Last::Undone => {}
            Last::Torn => half()?,
            Last::Done => drop(whole()?),
        }
        self.dead.set(true);
        if self.end == End::PowerCut {
            self.forget();
        }
        Err(io::Error::other("the world ends"))
    }

    fn note(list: &Medium, path: &Path) {
        let mut list = list.borrow_mut();
        if !list.iter().any(|(known, _)| known == path) {
            list.push((path.to_owned(), fs::read(path).ok()));
        }
    }

    /// Takes back everything that was not synced.
    fn forget(&self) {
        for (path, old) in self.bytes.take().into_iter().chain(self.names.take()) {
            match old {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => drop(fs::remove_file(path)),
            }
        }
    }
}

impl Disk for Mortal {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.alive()?;
        RealDisk.read(path)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        Self::note(&self.bytes, path);
        if !path.exists() {
            Self::note(&self.names, path);
        }
        let half = &bytes[..bytes.len() / 2];
        self.operate(|| RealDisk.append(path, bytes), || RealDisk.append(path, half))
    }

    fn cut(&self, path: &Path, length: u64) -> io::Result<()> {
        Self::note(&self.bytes, path);
        self.operate(|| RealDisk.cut(path, length), || Ok(()))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.operate(
            || {
                self.bytes.borrow_mut().retain(|(known, _)| known != path);
                Ok(())
            },
            || Ok(()),
        )
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let sync = || {
            self.names.borrow_mut().retain(|(known, _)| directory_of(known) != path);
            Ok(())
        };
        self.operate(sync, || Ok(()))
    }

    fn stage(&self, path: &Path, bytes: &[u8]) -> io::Result<Staged> {
        let stray = path.with_file_name(".rebalance-stray");
        self.operate(|| RealDisk.stage(path, bytes), || fs::write(stray, &bytes[..bytes.len() / 2]))
    }

    fn swap(&self, staged: Staged) -> io::Result<()> {
        let target = staged.target().to_owned();
        Self::note(&self.names, &target);
        self.operate(|| RealDisk.swap(staged), || Ok(()))
    }

    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let stray = path.with_file_name(".rebalance-stray");
        self.operate(|| RealDisk.keep(path, bytes), || fs::write(stray, &bytes[..bytes.len() / 2]))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        self.alive()?;
        RealDisk.list(directory)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Self::note(&self.names, path);
        self.operate(|| RealDisk.remove(path), || Ok(()))
    }
}
