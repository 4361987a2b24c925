//! What the process gives a command: where it is, the environment, the clock, how to wait, and where to write.
//!
//! Tests make their own; nothing else in the shell asks the process for any of it.

use crate::fault::Fault;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a command is run with.
pub struct Host<'a> {
    /// The directory paths are relative to.
    pub cwd: PathBuf,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// Where answers go.
    pub out: &'a mut dyn Write,
    /// Where progress and errors go.
    pub err: &'a mut dyn Write,
    /// Standard input, for `--stdin`.
    pub input: Box<dyn Read + Send>,
    /// Whether answers are read on a terminal.
    pub out_is_terminal: bool,
    /// Whether progress is read on a terminal.
    pub err_is_terminal: bool,
    /// Whether an answer could not be written.
    pub lost: bool,
    /// The width of the terminal in columns, where it is known.
    pub columns: Option<usize>,
    /// Waits, where somebody else's server asks for it.
    pub pause: fn(Duration),
}

impl<'a> Host<'a> {
    /// The host that this process is.
    ///
    /// # Errors
    /// When there is no current directory.
    pub fn of_process(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Result<Self, Fault> {
        let cwd = std::env::current_dir().map_err(|e| {
            Fault::unknown(format!("there is no current directory: {e}")).hint("change to a directory that exists.")
        })?;
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let env: BTreeMap<String, String> = std::env::vars_os().filter_map(text).collect();
        let columns = env.get("COLUMNS").and_then(|columns| columns.parse().ok());
        Ok(Self {
            cwd,
            env,
            now: chrono::Utc::now().timestamp(),
            out,
            err,
            input: Box::new(std::io::stdin()),
            out_is_terminal: std::io::stdout().is_terminal(),
            err_is_terminal: std::io::stderr().is_terminal(),
            lost: false,
            columns,
            pause: std::thread::sleep,
        })
    }

    /// A path as the user gave it, from where the user is.
    #[must_use]
    pub fn path(&self, given: &Path) -> PathBuf {
        self.cwd.join(given)
    }

    /// A variable of the environment, when it is set and not empty.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
