//! A line that says how far a long reading of the history has come. It is on a terminal's standard error only, comes
//! after a second, and is gone when the work is done.

use super::Ui;
use super::paint::Paint;
use crate::host::Host;
use std::time::{Duration, Instant};

/// What is over sooner needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written anew.
const PACE: Duration = Duration::from_millis(100);
/// How many steps are taken between two looks at the clock.
const STRIDE: u64 = 64;

/// How far a piece of work has come.
pub struct Progress<'h, 'a> {
    host: &'h mut Host<'a>,
    /// How long the work takes so far; none when nobody watches.
    clock: Option<Box<dyn Fn() -> Duration>>,
    steps: u64,
    /// When the line is written next.
    due: Duration,
    /// Columns that the line takes now.
    taken: usize,
}

impl<'h, 'a> Progress<'h, 'a> {
    /// Nothing is done yet. When `quiet`, nothing will be said.
    pub fn new(host: &'h mut Host<'a>, quiet: bool) -> Self {
        let start = Instant::now();
        Self::timed(host, quiet, Box::new(move || start.elapsed()))
    }

    fn timed(host: &'h mut Host<'a>, quiet: bool, clock: Box<dyn Fn() -> Duration>) -> Self {
        let watched = host.err_is_terminal && !quiet && host.var("TERM") != Some("dumb");
        Self { host, clock: watched.then_some(clock), steps: 0, due: PATIENCE, taken: 0 }
    }

    /// One more commit was looked at.
    pub fn step(&mut self) {
        self.steps += 1;
        let Some(clock) = self.clock.as_ref().filter(|_| self.steps.is_multiple_of(STRIDE)) else { return };
        let now = clock();
        if now >= self.due {
            self.due = now + PACE;
            let line = format!("reading the history: {} commits", super::plan::grouped(&self.steps.to_string()));
            self.write(&line);
        }
    }

    /// Writes the line over the one that stands there.
    fn write(&mut self, line: &str) {
        let blank = " ".repeat(self.taken.saturating_sub(line.len()));
        let text = format!("\r{line}{blank}");
        self.taken = line.len();
        Ui::new(self.host, Paint::plain()).note(&text);
    }
}

impl Drop for Progress<'_, '_> {
    fn drop(&mut self) {
        if self.taken > 0 {
            self.write("");
            Ui::new(self.host, Paint::plain()).note("\r");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use std::cell::Cell;
    use std::path::PathBuf;
    use std::rc::Rc;

    /// What is written to standard error while so many steps are taken, each a millisecond long.
    fn written(steps: u64, terminal: bool, quiet: bool, dumb: bool) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let env = if dumb { [("TERM".to_owned(), "dumb".to_owned())].into() } else { Default::default() };
        let mut host = Host {
            cwd: PathBuf::new(),
            env,
            now: 0,
            out: &mut out,
            err: &mut err,
            input: Box::new(std::io::empty()),
            out_is_terminal: false,
            err_is_terminal: terminal,
            lost: false,
            pause: |_| (),
            live: Default::default(),
            columns: None,
        };
        let time = Rc::new(Cell::new(0));
        let clock = Rc::clone(&time);
        let mut progress = Progress::timed(&mut host, quiet, Box::new(move || Duration::from_millis(clock.get())));
        for _ in 0..steps {
            time.set(time.get() + 1);
            progress.step();
        }
        drop(progress);
        assert!(out.is_empty());
        String::from_utf8(err).unwrap()
    }

    #[test]
    fn work_that_takes_a_second_is_watched_and_leaves_no_line() {
        assert_eq!(written(999, true, false, false), "");
        let shown = written(1_200, true, false, false);
        let first = "\rreading the history: 1,024 commits";
        assert!(shown.starts_with(first), "{shown:?}");
        assert!(shown.ends_with(&format!("\r{}\r", " ".repeat(first.len() - 1))), "{shown:?}");
        assert_eq!(shown.matches("reading").count(), 2, "{shown:?}");
    }

    #[test]
    fn nobody_is_told_who_does_not_watch() {
        for (terminal, quiet, dumb) in [(false, false, false), (true, true, false), (true, false, true)] {
            assert_eq!(written(5_000, terminal, quiet, dumb), "", "{terminal} {quiet} {dumb}");
        }
    }
}
