//! Credentials and settings of brokers: from the environment, or from one file that only its owner can read.
//!
//! The file is `NAME=value` a line, `#` for comments: the one that `REBALANCE_CREDENTIALS` names, else
//! `rebalance/credentials` in `$XDG_CONFIG_HOME` or `~/.config`. It must belong to the user and have the mode 0600 (or
//! less); otherwise it is refused, whatever is in it. The environment goes before the file. What they are used for must
//! never enter this file.

use crate::http::{self, Secret};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The variable that names the file.
pub const FILE: &str = "REBALANCE_CREDENTIALS";
/// The largest file, in bytes.
const LARGEST: u64 = 64 << 10;

/// A credential or setting that a broker can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Its name in the environment and in the file.
    pub name: &'static str,
    /// What it is, for people, without a period.
    pub about: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may be shown.
    pub secret: bool,
}

impl Need {
    /// A secret that must be there.
    #[must_use]
    pub const fn secret(name: &'static str, about: &'static str) -> Self {
        Self { name, about, required: true, secret: true }
    }

    /// A setting that must be there, an account's number say. It is not shown either.
    #[must_use]
    pub const fn required(name: &'static str, about: &'static str) -> Self {
        Self { name, about, required: true, secret: true }
    }

    /// A setting with a default.
    #[must_use]
    pub const fn setting(name: &'static str, about: &'static str) -> Self {
        Self { name, about, required: false, secret: false }
    }
}

/// Why there are no credentials.
#[derive(Debug)]
pub enum CredentialError {
    /// Some are not there.
    Missing {
        /// The broker.
        broker: &'static str,
        /// Their names.
        names: Vec<&'static str>,
        /// The file they could be in.
        file: Option<PathBuf>,
    },
    /// Others than its owner could read the file, or it belongs to somebody else.
    Exposed {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file cannot be read.
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line of the file is none.
    Line {
        /// The file.
        file: PathBuf,
        /// Which, from 1.
        line: usize,
        /// What is wrong with it; never what it says.
        why: &'static str,
    },
    /// A setting is none that can be used.
    Unusable {
        /// Its name.
        name: &'static str,
        /// Why; never what it says, when it is secret.
        why: String,
    },
}

impl CredentialError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Missing { broker, file, .. } => {
                let file = file
                    .as_ref()
                    .map_or_else(|| format!("the file that {FILE} names"), |file| format!("`{}`", file.display()));
                format!("set them in the environment or in {file} (mode 0600); what {broker} needs: rebalance brokers")
            }
            Self::Exposed { file, .. } => format!("make it yours alone: chmod 600 {}", file.display()),
            Self::Io { file, .. } => format!("make `{}` readable, or correct {FILE}", file.display()),
            Self::Line { .. } => "write NAME=value, one a line, and # before a comment".to_owned(),
            Self::Unusable { name, .. } => format!("correct {name}; what it takes: rebalance brokers"),
        }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { broker, names, .. } => {
                write!(f, "{broker} is not set up: {} missing", crate::words::list(names))
            }
            Self::Exposed { file, why } => write!(f, "`{}` is not read: {why}", file.display()),
            Self::Io { file, error } => write!(f, "`{}`: {error}", file.display()),
            Self::Line { file, line, why } => write!(f, "{}:{line}: {why}", file.display()),
            Self::Unusable { name, why } => write!(f, "{name} cannot be used: {why}"),
        }
    }
}

impl std::error::Error for CredentialError {}

/// What is set for a broker. Nothing of it is ever shown.
#[derive(Debug, Clone)]
pub struct Credentials {
    values: BTreeMap<&'static str, Secret>,
}

impl Credentials {
    /// Everything that is set of what a broker can have.
    ///
    /// # Errors
    /// See [`CredentialError`].
    pub fn find(
        broker: &'static str,
        needs: &[Need],
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, CredentialError> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let mut values = BTreeMap::new();
        for need in needs {
            values.extend(env(need.name).map(|value| (need.name, Secret::new(value))));
        }
        let file = path(&env);
        // A file is only looked at for what the environment does not say.
        if values.len() < needs.len()
            && let Some((file, named)) = &file
        {
            for (name, value) in read(file, *named)? {
                let need = needs.iter().find(|need| need.name == name);
                if let Some(need) = need.filter(|need| !values.contains_key(need.name)) {
                    values.insert(need.name, Secret::new(value));
                }
            }
        }
        let missing: Vec<_> = needs.iter().filter(|need| need.required && !values.contains_key(need.name)).collect();
        if missing.is_empty() {
            return Ok(Self { values });
        }
        let names = missing.into_iter().map(|need| need.name).collect();
        Err(CredentialError::Missing { broker, names, file: file.map(|(file, _)| file) })
    }

    /// A value that is set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.values.get(name)
    }

    /// A value that must be there; empty when it was not among the needs.
    #[must_use]
    pub fn secret(&self, name: &str) -> Secret {
        self.get(name).cloned().unwrap_or_else(|| Secret::new(""))
    }

    /// The base of the broker's addresses, without a slash at its end: the setting of this name, or the broker's own.
    ///
    /// # Errors
    /// [`CredentialError::Unusable`] when it is neither https nor on this machine.
    pub fn base_url(&self, name: &'static str, own: &str) -> Result<String, CredentialError> {
        let url = self.get(name).map_or(own, Secret::expose).trim_end_matches('/').to_owned();
        match http::permitted(&url) {
            Ok(()) => Ok(url),
            Err(error) => Err(CredentialError::Unusable { name, why: error.to_string() }),
        }
    }

    /// A text without any of the values in it, should somebody have put one there: for words of a broker.
    #[must_use]
    pub fn hidden(&self, text: &str) -> String {
        self.values
            .values()
            .filter(|secret| secret.expose().len() >= 6)
            .fold(text.to_owned(), |text, secret| secret.hidden(&text))
    }
}

/// Where the file is, and whether it was named.
fn path(env: &dyn Fn(&str) -> Option<String>) -> Option<(PathBuf, bool)> {
    if let Some(named) = env(FILE) {
        return Some((PathBuf::from(named), true));
    }
    let config = env("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(Path::new(&env("HOME")?).join(".config")));
    config.map(|config| (config.join("rebalance").join("credentials"), false))
}

/// The lines of the file; none when it is not there and nobody named it.
fn read(file: &Path, named: bool) -> Result<Vec<(String, String)>, CredentialError> {
    use std::io::Read;
    let io = |error| CredentialError::Io { file: file.to_owned(), error };
    let open = match std::fs::File::open(file) {
        Ok(open) => open,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !named => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    // The file that was opened is looked at, not what may stand in its place by now.
    let meta = open.metadata().map_err(io)?;
    if let Some(why) = exposed(&meta) {
        return Err(CredentialError::Exposed { file: file.to_owned(), why });
    }
    let mut text = String::new();
    open.take(LARGEST).read_to_string(&mut text).map_err(io)?;
    lines(&text).map_err(|(line, why)| CredentialError::Line { file: file.to_owned(), line, why })
}

/// What is wrong with the file's owner or mode.
#[cfg(unix)]
fn exposed(meta: &std::fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let mode = meta.mode() & 0o777;
    if !meta.is_file() {
        return Some("it is not a regular file".to_owned());
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Some("it belongs to another user".to_owned());
    }
    (mode & 0o077 != 0).then(|| format!("others can use it (mode {mode:04o})"))
}

/// Elsewhere files have no mode; the user's profile is closed to others by itself.
#[cfg(not(unix))]
fn exposed(meta: &std::fs::Metadata) -> Option<String> {
    (!meta.is_file()).then(|| "it is not a regular file".to_owned())
}

fn lines(text: &str) -> Result<Vec<(String, String)>, (usize, &'static str)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or((index + 1, "not of the form NAME=value"))?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err((index + 1, "its name is none"));
        }
        if lines.iter().any(|(known, _)| known == name) {
            return Err((index + 1, "this name is set twice"));
        }
        let quoted = [('"', '"'), ('\'', '\'')]
            .into_iter()
            .find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close));
        let value = quoted.unwrap_or(value);
        if value.is_empty() {
            return Err((index + 1, "it has no value"));
        }
        lines.push((name.to_owned(), value.to_owned()));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: &[Need] = &[Need::secret("X_KEY", "a key"), Need::setting("X_URL", "another host")];

    fn find(env: &[(&str, &str)]) -> Result<Credentials, CredentialError> {
        let env = |asked: &str| env.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
        Credentials::find("x", NEEDS, &env)
    }

    #[test]
    fn the_environment_is_enough_and_nothing_of_it_is_shown() {
        let found = find(&[("X_KEY", "canary-1"), ("X_URL", "http://127.0.0.1:1/")]).unwrap();
        assert!(!format!("{found:?}").contains("canary"));
        assert_eq!(found.secret("X_KEY").expose(), "canary-1");
        assert_eq!(found.base_url("X_URL", "https://example.org").unwrap(), "http://127.0.0.1:1");
        assert_eq!(found.hidden("no such key: canary-1"), "no such key: [secret]");
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = find(&[("HOME", "/nowhere")]).unwrap_err();
        assert_eq!(error.to_string(), "x is not set up: `X_KEY` missing");
        assert!(error.remedy().contains("/nowhere/.config/rebalance/credentials"), "{}", error.remedy());
        assert_eq!(find(&[("X_KEY", "")]).unwrap_err().to_string(), "x is not set up: `X_KEY` missing");
    }

    #[test]
    fn only_https_or_this_machine_is_a_base() {
        let url = |url: &str| find(&[("X_KEY", "k"), ("X_URL", url)]).unwrap().base_url("X_URL", "https://example.org");
        assert!(url("http://example.org").is_err() && url("ftp://127.0.0.1").is_err() && url("x").is_err());
        assert_eq!(url("https://mock.example.org:29443/").unwrap(), "https://mock.example.org:29443");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("credentials");
        let name = file.display().to_string();
        assert!(
            matches!(find(&[(FILE, &name)]), Err(CredentialError::Io { .. })),
            "a file that was named must be there"
        );
        std::fs::write(&file, "# mine\nexport X_KEY = 'canary=1'\nOTHER=2\n").unwrap();
        for (mode, fine) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o660, false)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let found = find(&[(FILE, &name)]);
            assert_eq!(found.is_ok(), fine, "{mode:o}");
            match found {
                Ok(found) => assert_eq!(found.secret("X_KEY").expose(), "canary=1"),
                Err(error) => assert!(error.remedy().contains("chmod 600") && !error.to_string().contains("canary")),
            }
        }
        let first = find(&[(FILE, &name), ("X_KEY", "of the environment"), ("X_URL", "https://example.org")]);
        assert!(first.is_ok(), "the file is not looked at when nothing is missing");
    }

    #[test]
    fn a_line_that_is_none_is_named_without_what_it_says() {
        for (text, line) in [("canary", 1), ("A=1\nA=canary", 2), ("\n\nA B=canary", 3), ("=canary", 1), ("A=", 1)] {
            assert_eq!(lines(text).unwrap_err().0, line, "{text:?}");
        }
        assert_eq!(lines("A=\"b c\"\n# A=1\n").unwrap(), [("A".to_owned(), "b c".to_owned())]);
    }
}
