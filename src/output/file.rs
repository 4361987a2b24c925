//! Files as other programs name them: from the top of the repository, and never by an absolute path.

use std::path::{Component, Path, PathBuf};

/// Where paths are relative to.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// The directory that paths as the user named them are relative to.
    pub cwd: &'a Path,
    /// The directory that other programs want them relative to: the top of the repository, or the same one.
    pub root: &'a Path,
    /// Directories as the user named them, each with where it really is: a path may go through links.
    pub dirs: &'a [(PathBuf, PathBuf)],
}

/// A file as other programs name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// The path from the top, with `/`; of a file that is not below it the last part alone, so that nothing of the machine
    /// is told.
    pub(super) text: String,
    /// Whether it is below the top.
    pub(super) inside: bool,
}

impl Base<'_> {
    /// The name of a file.
    pub(super) fn name(&self, path: &str) -> Name {
        let named = Path::new(path);
        let real = self.dirs.iter().find(|(dir, _)| named.parent() == Some(dir.as_path()));
        let full = match (real, named.file_name()) {
            (Some((_, dir)), Some(file)) => tidy(&dir.join(file)),
            _ => tidy(&self.cwd.join(path)),
        };
        let below = full.strip_prefix(tidy(self.root)).ok().and_then(slashed).filter(|name| !name.is_empty());
        match below {
            Some(text) => Name { text, inside: true },
            None => Name { text: path.rsplit(['/', '\\']).next().unwrap_or("").to_owned(), inside: false },
        }
    }
}

/// The path with `.` and `..` taken out, as far as that can be done without asking the disk.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidied.components().next_back(), Some(Component::Normal(_))) => {
                tidied.pop();
            }
            other => tidied.push(other),
        }
    }
    tidied
}

fn slashed(path: &Path) -> Option<String> {
    let names: Option<Vec<&str>> = path
        .components()
        .map(|component| match component {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    Some(names?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_top_and_strangers_by_their_last_part() {
        let dirs = [("link/sub", "/home/ann/repo/real"), ("/mnt/x", "/home/ann/repo"), ("", "/home/ann/repo/sub")];
        let dirs = dirs.map(|(named, real)| (PathBuf::from(named), PathBuf::from(real)));
        let base = Base { cwd: Path::new("/home/ann/repo/sub"), root: Path::new("/home/ann/repo"), dirs: &dirs };
        let names = [
            ("config.yaml", "sub/config.yaml", true),
            ("./a/../config.yaml", "sub/config.yaml", true),
            ("../config.yaml", "config.yaml", true),
            ("/home/ann/repo/b.yaml", "b.yaml", true),
            ("../../secret/c.yaml", "c.yaml", false),
            ("/etc/d.yaml", "d.yaml", false),
            ("link/./sub/f.yaml", "real/f.yaml", true),
            ("/mnt/x/g.yaml", "g.yaml", true),
            ("/home/ann/repository/e.yaml", "e.yaml", false),
        ];
        for (path, text, inside) in names {
            assert_eq!(base.name(path), Name { text: text.to_owned(), inside }, "{path}");
        }
        let nowhere = Base { cwd: Path::new(""), root: Path::new(""), dirs: &[] };
        assert_eq!(nowhere.name("a/b.yaml").text, "a/b.yaml");
        assert_eq!(nowhere.name("../b.yaml").text, "b.yaml");
    }
}
