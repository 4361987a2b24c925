//! How often something is tried, and how long we wait in all, before we say that it did not work.
//!
//! What is tried, and whether it may be done twice, must never enter this file.

use std::time::Duration;

/// Seconds that are waited in all.
const LONGEST: u64 = 300;

/// What a try came to, when it was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried<T> {
    /// It was done.
    Done(T),
    /// It was not done: so many seconds from now it may be tried again.
    Limited(u64),
    /// Nobody knows whether it was done, and why.
    Down(String),
}

/// How often something is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Tries at the most.
    pub tries: u32,
    /// Whether a try that was to be made later is one of them. Else those end only with our patience.
    pub later_counts: bool,
    /// Whose limit it is that is waited for, for people.
    pub limit: &'static str,
}

/// Why nothing is tried any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GaveUp {
    /// More is to be waited than we do, in seconds.
    Limited(u64),
    /// The other side is not well, and why.
    Down(String),
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

    /// What so many tries have come to; nothing, after a while, where another is to be made.
    ///
    /// # Errors
    /// [`GaveUp`] when no other is to be made.
    pub fn after<T>(&mut self, tries: u32, terms: &Terms, came: Tried<T>) -> Result<Option<T>, GaveUp> {
        let last = tries >= terms.tries;
        match came {
            Tried::Done(done) => return Ok(Some(done)),
            Tried::Limited(seconds) if last && terms.later_counts => return Err(GaveUp::Limited(seconds)),
            Tried::Limited(seconds) => self.wait(seconds, terms.limit)?,
            Tried::Down(why) if last => return Err(GaveUp::Down(why)),
            Tried::Down(why) => self.wait(1 << tries.saturating_sub(1).min(5), &why)?,
        }
        Ok(None)
    }

    fn wait(&mut self, seconds: u64, why: &str) -> Result<(), GaveUp> {
        if seconds > LONGEST - self.waited {
            return Err(GaveUp::Limited(seconds));
        }
        (self.tell)(&format!("waiting {seconds} s: {why}"));
        (self.pause)(Duration::from_secs(seconds));
        self.waited += seconds;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms { tries: 3, later_counts: true, limit: "their limit" };

    #[test]
    fn what_is_waited_for_and_when_it_ends() {
        let down = || Tried::<()>::Down("it is down".to_owned());
        let endless = Terms { later_counts: false, ..TERMS };
        for (terms, tries, came, expected, told) in [
            (TERMS, 3, Tried::Done(()), Ok(Some(())), ""),
            (TERMS, 1, down(), Ok(None), "waiting 1 s: it is down"),
            (TERMS, 2, down(), Ok(None), "waiting 2 s: it is down"),
            (TERMS, 3, down(), Err(GaveUp::Down("it is down".to_owned())), ""),
            (TERMS, 9, down(), Err(GaveUp::Down("it is down".to_owned())), ""),
            (TERMS, 2, Tried::Limited(7), Ok(None), "waiting 7 s: their limit"),
            (TERMS, 3, Tried::Limited(7), Err(GaveUp::Limited(7)), ""),
            (endless, 3, Tried::Limited(7), Ok(None), "waiting 7 s: their limit"),
            (endless, 9, Tried::Limited(LONGEST + 1), Err(GaveUp::Limited(LONGEST + 1)), ""),
        ] {
            let mut said = String::new();
            let mut tell = |text: &str| said.push_str(text);
            let came = Patience::new(0, |_| (), &mut tell).after(tries, &terms, came);
            assert_eq!((came, said.as_str()), (expected, told));
        }
    }

    #[test]
    fn patience_is_one_for_all_tries() {
        let mut tell = |_: &str| ();
        let mut patience = Patience::new(1_000, |_| (), &mut tell);
        assert_eq!(patience.after::<()>(1, &TERMS, Tried::Limited(LONGEST - 10)), Ok(None));
        assert_eq!(patience.until(1_000 + LONGEST as i64), 10);
        assert_eq!(patience.after::<()>(1, &TERMS, Tried::Limited(11)), Err(GaveUp::Limited(11)));
        assert_eq!(patience.after::<()>(1, &TERMS, Tried::Limited(10)), Ok(None));
    }
}
