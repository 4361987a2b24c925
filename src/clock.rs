//! Clocks: what time it is, how long it has been, and waiting.
//!
//! What is waited for must never enter this room.

use chrono::{DateTime, Utc};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// A clock.
pub trait Clock {
    /// What time it is. It can jump: somebody may set it.
    fn now(&self) -> DateTime<Utc>;

    /// How long it has been since the clock was made. It never goes back, whatever the time is set to: deadlines are
    /// counted with it.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn wait(&self, how_long: Duration);
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct RealClock {
    made: Instant,
    pause: fn(Duration),
}

impl RealClock {
    /// A clock that waits with a function.
    #[must_use]
    pub fn new(pause: fn(Duration)) -> Self {
        Self { made: Instant::now(), pause }
    }
}

impl Clock for RealClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn elapsed(&self) -> Duration {
        self.made.elapsed()
    }

    fn wait(&self, how_long: Duration) {
        (self.pause)(how_long);
    }
}

/// A clock that stands, and goes on only by what is waited: for `--now` and for tests.
#[derive(Debug, Clone)]
pub struct StillClock {
    start: DateTime<Utc>,
    waited: Cell<Duration>,
    pause: fn(Duration),
}

impl StillClock {
    /// A clock that stands at a time, and waits with a function.
    #[must_use]
    pub fn new(start: DateTime<Utc>, pause: fn(Duration)) -> Self {
        Self { start, waited: Cell::new(Duration::ZERO), pause }
    }
}

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        chrono::TimeDelta::from_std(self.waited.get())
            .ok()
            .and_then(|by| self.start.checked_add_signed(by))
            .unwrap_or(self.start)
    }

    fn elapsed(&self) -> Duration {
        self.waited.get()
    }

    fn wait(&self, how_long: Duration) {
        (self.pause)(how_long);
        self.waited.set(self.waited.get().saturating_add(how_long));
    }
}
