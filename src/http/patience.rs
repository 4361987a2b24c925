//! How long we wait in all, before we say that it did not work.

use std::time::Duration;

/// Seconds that are waited in all.
const LONGEST: u64 = 300;

/// More is to be waited than we do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impatient {
    /// How long, in seconds.
    pub seconds: u64,
}

/// What is left of our patience. The clock and the waiting are the caller's, so that a test need not wait.
pub struct Patience<'a> {
    now: i64,
    waited: u64,
    pause: fn(Duration),
    tell: &'a mut dyn FnMut(&str),
}

impl<'a> Patience<'a> {
    /// All of it. `tell` is told what we wait for.
    pub fn new(now: i64, pause: fn(Duration), tell: &'a mut dyn FnMut(&str)) -> Self {
        Self { now, waited: 0, pause, tell }
    }

    /// Seconds until an instant, in seconds since 1970; at least one.
    #[must_use]
    pub fn until(&self, instant: i64) -> u64 {
        let now = self.now.saturating_add_unsigned(self.waited);
        u64::try_from(instant.saturating_sub(now)).unwrap_or(0).max(1)
    }

    /// Waits so many seconds.
    ///
    /// # Errors
    /// [`Impatient`] when that is more than is left.
    pub fn wait(&mut self, seconds: u64, why: &str) -> Result<(), Impatient> {
        if seconds > LONGEST - self.waited {
            return Err(Impatient { seconds });
        }
        (self.tell)(&format!("waiting {seconds} s: {why}"));
        (self.pause)(Duration::from_secs(seconds));
        self.waited += seconds;
        Ok(())
    }

    /// Waits after so many tries that failed: 1, 2, 4 … seconds.
    ///
    /// # Errors
    /// As of [`Patience::wait`].
    pub fn back_off(&mut self, tries: u32, why: &str) -> Result<(), Impatient> {
        self.wait(1 << tries.saturating_sub(1).min(5), why)
    }
}
