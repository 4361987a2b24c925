//! Access tokens of a broker, kept between runs: where issuing one is limited, or told to the customer each time.
//!
//! A token is kept in a file of its own that only its owner can read, under a name made of the host and a hash of the
//! key, so that a token is never used for another of either. What a token is asked for with must never enter this room.

use crate::hash::sha256;
use crate::http::Secret;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the lock of a token is tried, a second apart, before it counts as stuck. Whoever holds it may wait two
/// minutes for a broker that issues a token a minute.
const TRIES: u32 = 180;

/// A token, and until when it is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The token.
    pub(super) secret: Secret,
    /// Until when.
    pub(super) until: DateTime<Utc>,
}

impl Token {
    /// Whether it is valid for at least so long from an instant.
    pub(super) fn lasts(&self, now: DateTime<Utc>, long: Duration) -> bool {
        chrono::Duration::from_std(long).is_ok_and(|long| self.until - now >= long)
    }
}

/// The file of a token.
#[derive(Debug, Clone)]
pub(super) struct TokenFile {
    path: PathBuf,
    lock: PathBuf,
}

/// The lock of a token's file, held. Dropped, it is released; a process that dies releases it too.
#[derive(Debug)]
pub(super) struct TokenLock {
    _file: File,
}

impl TokenFile {
    /// The file of a key at a host, in a directory.
    pub(super) fn new(directory: &Path, broker: &str, host: &str, key: &Secret) -> Self {
        let hash = sha256(format!("{host}\n{}", key.expose()).as_bytes());
        let name = format!("{broker}-{}", hash.get(..16).unwrap_or_default());
        let directory = directory.join("tokens");
        Self { path: directory.join(&name), lock: directory.join(format!("{name}.lock")) }
    }

    /// The token that is kept. None when there is none that can be trusted: what cannot be read, or what others than the
    /// owner could have read or written, is as good as none.
    pub(super) fn read(&self) -> Option<Token> {
        if !private(&fs::metadata(&self.path).ok()?) {
            return None;
        }
        let kept: Value = serde_json::from_slice(&fs::read(&self.path).ok()?).ok()?;
        let text = |name: &str| kept.get(name)?.as_str();
        let until = DateTime::parse_from_rfc3339(text("until")?).ok()?.to_utc();
        let token = text("token").filter(|token| !token.is_empty())?;
        Some(Token { secret: Secret::new(token), until })
    }

    /// Keeps a token in the place of the one before, in one step.
    pub(super) fn write(&self, token: &Token) -> io::Result<()> {
        let until = token.until.to_rfc3339_opts(SecondsFormat::Secs, true);
        let kept = json!({ "format_version": "1.0", "token": token.secret.expose(), "until": until });
        make_directory(crate::disk::directory_of(&self.path))?;
        crate::disk::write_private(&self.path, format!("{kept}\n").as_bytes())
    }

    /// Takes the lock under which a token is issued, so that two runs do not ask for one at the same time. Waits for
    /// whoever holds it, but not for ever.
    pub(super) fn lock(&self, pause: &dyn Fn(Duration)) -> io::Result<TokenLock> {
        make_directory(crate::disk::directory_of(&self.lock))?;
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&self.lock)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(TokenLock { _file: file }),
                Err(TryLockError::WouldBlock) => pause(Duration::from_secs(1)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::WouldBlock, "another run has been asking for a token for minutes"))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes the directory of tokens, and the one it is in, where that one's is there. git passes over all of it.
fn make_directory(directory: &Path) -> io::Result<()> {
    for directory in [crate::disk::directory_of(directory), directory] {
        match fs::create_dir(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let ignore = directory.join(".gitignore");
    if ignore.exists() { Ok(()) } else { fs::write(ignore, "*\n") }
}

#[cfg(unix)]
fn private(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.is_file() && meta.permissions().mode() & 0o077 == 0
}

/// Elsewhere a file has no such mode; its directory is the owner's.
#[cfg(not(unix))]
fn private(meta: &fs::Metadata) -> bool {
    meta.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn token(secret: &str) -> Token {
        Token { secret: Secret::new(secret), until: "2026-03-05T00:00:00Z".parse().unwrap() }
    }

    #[test]
    fn a_token_is_kept_for_its_host_and_key_alone_and_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join(".rebalance");
        let file = |host: &str, key: &str| TokenFile::new(&directory, "kis", host, &Secret::new(key));
        let ours = file("host", "canary-key");
        assert_eq!(ours.read(), None);
        ours.write(&token("canary-token")).unwrap();
        assert_eq!(ours.read(), Some(token("canary-token")));
        ours.write(&token("second")).unwrap();
        assert_eq!(ours.read(), Some(token("second")));
        assert_eq!(file("other", "canary-key").read(), None);
        assert_eq!(file("host", "canary-kex").read(), None);
        assert!(!ours.path().to_string_lossy().contains("canary"));
        assert_eq!(fs::read_to_string(directory.join("tokens/.gitignore")).unwrap(), "*\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(ours.path()).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(ours.path(), fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(ours.read(), None, "others could have read it");
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        let home = tempfile::tempdir().unwrap();
        let file = TokenFile::new(home.path(), "kis", "host", &Secret::new("key"));
        for text in
            ["", "{}", "null", r#"{"token":"","until":"2026-03-05T00:00:00Z"}"#, r#"{"token":"x","until":"soon"}"#]
        {
            file.write(&token("x")).unwrap();
            fs::write(file.path(), text).unwrap();
            assert_eq!(file.read(), None, "{text}");
        }
    }

    #[test]
    fn one_asks_at_a_time_and_the_other_waits_but_not_for_ever() {
        let home = tempfile::tempdir().unwrap();
        let file = TokenFile::new(home.path(), "kis", "host", &Secret::new("key"));
        let held = Cell::new(Some(file.lock(&|_| panic!("nobody else has it")).unwrap()));
        let waited = Cell::new(0);
        let other = file.lock(&|_| {
            waited.set(waited.get() + 1);
            if waited.get() == 3 {
                drop(held.take());
            }
        });
        assert_eq!((waited.get(), other.is_ok()), (3, true));
        let stuck = file.lock(&|_| waited.set(waited.get() + 1));
        assert_eq!((waited.get(), stuck.is_err()), (3 + TRIES, true));
    }

    #[test]
    fn a_token_lasts_until_its_end() {
        let token = token("x");
        let now = "2026-03-04T23:50:00Z".parse().unwrap();
        assert!(token.lasts(now, Duration::from_secs(600)));
        assert!(!token.lasts(now, Duration::from_secs(601)));
    }
}
