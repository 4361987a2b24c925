//! Where git looks for the hooks of a repository.

use super::{Repo, RepoError};
use gix::config::Source;
use std::path::PathBuf;

/// The directory git runs hooks from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HooksDir {
    /// The directory; it need not exist.
    pub path: PathBuf,
    /// The repository's own directory for hooks, which is the same one unless `core.hooksPath` is set.
    pub own: PathBuf,
    /// Whether other repositories have their hooks there too: `core.hooksPath` says so, and not in this repository's own
    /// configuration.
    pub shared: bool,
}

impl Repo {
    /// Where git looks for hooks: `core.hooksPath`, relative to the top of the work tree, or `hooks` in the directory that
    /// all work trees share.
    ///
    /// # Errors
    /// [`RepoError::Bare`] without a work tree, since nothing is committed there; [`RepoError::Unreadable`] when the
    /// configured path leads nowhere.
    pub fn hooks_dir(&self) -> Result<HooksDir, RepoError> {
        let top = self.workdir().ok_or(RepoError::Bare)?;
        let own = self.git.common_dir().join("hooks");
        let own = std::path::absolute(&own).unwrap_or(own);
        let config = self.git.config_snapshot();
        let set = config.plumbing().sections_by_name("core").into_iter().flatten();
        let set = set.filter(|section| section.header().subsection_name().is_none());
        let set = set.filter(|section| section.value("hooksPath").is_some());
        let Some(source) = set.last().map(|section| section.meta().source) else {
            return Ok(HooksDir { path: own.clone(), own, shared: false });
        };
        let path = config.trusted_path("core.hooksPath");
        let path = path.map_err(|error| RepoError::unreadable("core.hooksPath", &error))?;
        let nowhere = |why: &str| RepoError::Unreadable { what: "core.hooksPath".to_owned(), why: why.to_owned() };
        let path = path.ok_or_else(|| nowhere("the repository belongs to someone else"))?;
        if path.as_os_str().is_empty() {
            return Err(nowhere("it is empty"));
        }
        let shared = matches!(source, Source::GitInstallation | Source::System | Source::Git | Source::User);
        let path = top.join(path);
        Ok(HooksDir { path: std::path::absolute(&path).unwrap_or(path), own, shared })
    }
}
