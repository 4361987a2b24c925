//! What the process gives a command: where it is, the environment, the clock, how to wait, and where to write.
//!
//! Tests make their own; nothing else in the shell asks the process for any of it.

use crate::clock::{Clock, RealClock, StillClock};
use crate::fault::{Exit, Fault};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The signals by which a run is asked to stop.
const TERM_SIGNALS: [i32; 2] = [SIGINT, SIGTERM];
/// What a process ends with that is told to stop twice.
const INTERRUPTED: u8 = Exit::Interrupted as u8;

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
    /// Whether this is the process itself: its clock goes on, and its signals may be caught. Not in tests, and the clock
    /// not with `--now`.
    pub live: Live,
}

/// What of the process is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Live {
    /// The clock goes on.
    pub clock: bool,
    /// Signals may be caught.
    pub signals: bool,
    /// Standard input is a terminal, at which a person can be asked.
    pub input: bool,
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
            live: Live { clock: true, signals: true, input: std::io::stdin().is_terminal() },
        })
    }

    /// The clock: the machine's, or one that stands at `now` and goes on by what is waited.
    #[must_use]
    pub fn clock(&self) -> Box<dyn Clock> {
        match self.live.clock {
            true => Box::new(RealClock::new(self.pause)),
            false => {
                let now = chrono::DateTime::from_timestamp(self.now, 0).unwrap_or_default();
                Box::new(StillClock::new(now, self.pause))
            }
        }
    }

    /// Lets the first SIGINT or SIGTERM only be noted from now on; the second ends the process at once, with 130.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn interruptible(&self) -> Result<Arc<AtomicBool>, Fault> {
        let noted = Arc::new(AtomicBool::new(false));
        let catch = |signal| {
            // In this order: the first signal finds the flag down, raises it, and goes on; the second finds it up.
            flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), Arc::clone(&noted))?;
            flag::register(signal, Arc::clone(&noted)).map(drop)
        };
        let signals = if self.live.signals { &TERM_SIGNALS[..] } else { &[] };
        signals.iter().try_for_each(|signal| catch(*signal)).map_err(|error: std::io::Error| {
            Fault::unknown(format!("signals cannot be caught: {error}")).hint("report this.")
        })?;
        Ok(noted)
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
