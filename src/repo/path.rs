//! From a path as the user gave it to one inside the repository.

use super::{Repo, RepoError};
use std::path::{Component, Path, PathBuf};

impl Repo {
    /// The path inside the repository, with `/`, of a path that is relative to where the user is (or absolute).
    ///
    /// Directories are resolved through links, the file itself is not: a config that is a link is one in the commit
    /// too. The file need not exist. In a bare repository the path is taken as it stands in a commit.
    ///
    /// # Errors
    /// [`RepoError::Outside`] for a path that is not below the top, [`RepoError::NotUtf8`].
    pub fn relative(&self, path: &Path) -> Result<String, RepoError> {
        let Some(workdir) = self.workdir() else { return self.inside(path, path) };
        let top = match self.top.get() {
            Some(known) => known,
            None => {
                let real = workdir.canonicalize();
                let real = real.map_err(|error| RepoError::unreadable(workdir.display(), &error))?;
                self.top.get_or_init(|| real)
            }
        };
        let outside = || RepoError::Outside { path: path.to_owned(), top: top.clone() };
        let wanted = self.dir.join(path);
        let name = match wanted.components().next_back() {
            Some(Component::Normal(name)) => PathBuf::from(name),
            _ => return Err(outside()),
        };
        let parent = wanted.parent().ok_or_else(outside)?;
        let parent = resolved(parent).ok_or_else(outside)?;
        let below = parent.strip_prefix(top).map_err(|_| outside())?;
        self.inside(&below.join(name), path)
    }

    /// A path that is inside already, in the spelling of git.
    fn inside(&self, below: &Path, given: &Path) -> Result<String, RepoError> {
        let outside = || RepoError::Outside { path: given.to_owned(), top: self.git.git_dir().to_owned() };
        let mut names = Vec::new();
        for component in below.components() {
            match component {
                Component::Normal(name) => {
                    names.push(name.to_str().ok_or(RepoError::NotUtf8 { path: given.to_owned() })?)
                }
                Component::CurDir => {}
                _ => return Err(outside()),
            }
        }
        if names.is_empty() { Err(outside()) } else { Ok(names.join("/")) }
    }
}

/// A directory with its links resolved as far as it exists, and the rest as written.
fn resolved(dir: &Path) -> Option<PathBuf> {
    let mut rest = Vec::new();
    let mut existing = dir;
    loop {
        if let Ok(real) = existing.canonicalize() {
            return Some(rest.iter().rev().fold(real, |path, name| path.join(name)));
        }
        match existing.components().next_back()? {
            Component::Normal(name) => rest.push(name),
            _ => return None,
        }
        existing = existing.parent()?;
    }
}
