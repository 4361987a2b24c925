//! What the cooldown says of the changes that landed: each is judged at the instant it landed, by the history below it,
//! as it would have been then.
//!
//! How long the cooldown was must never be known here: policies say that, and a caller passes it in.

use super::{Event, Gap, History, Landing, Oid, Past, Place, Reach, Verdict, allocation_verdict, collect};

/// Whether a change kept the cooldown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// No other change lay in the window before it.
    Alone,
    /// Others did, but it restored the allocation that stood when the window began, which is always allowed.
    Restored,
    /// Others did, and it said why it could not wait.
    Overridden,
    /// Others did, and it did not say why it could not wait; or one of them claims to have landed later.
    Broken,
    /// It never landed on this line: a merge threw it away.
    Discarded,
    /// Cannot be told.
    Unknown(Gap),
}

/// A change that landed, as the cooldown sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed<'h> {
    /// Whether it kept the cooldown.
    pub kept: Kept,
    /// Of the changes below it the one that counts from the latest instant, discarded ones included. A discarded change
    /// has none.
    pub previous: Option<&'h Event>,
}

/// Every change of a whole history, as the cooldown saw it.
pub struct Judge<'p, 'h> {
    /// What the history was collected from. It is asked again only where a hole or a discarded side makes the events alone
    /// too little to judge by.
    past: &'p dyn Past,
    history: &'h History,
    /// For each event the one below it that counts from the latest instant.
    previous: Vec<Option<&'h Event>>,
}

impl<'p, 'h> Judge<'p, 'h> {
    /// Of a history that was collected whole.
    #[must_use]
    pub fn new(past: &'p dyn Past, history: &'h History) -> Self {
        let mut latest: Option<&Event> = None;
        let mut previous = Vec::with_capacity(history.events.len());
        for event in history.events.iter().rev() {
            previous.push(latest);
            latest = latest.filter(|latest| latest.effective > event.effective).or(Some(event));
        }
        previous.reverse();
        Self { past, history, previous }
    }

    /// How an event kept a cooldown of so many seconds.
    #[must_use]
    pub fn landed(&self, index: usize, window_secs: i64) -> Landed<'h> {
        let event = self.history.events.get(index).filter(|event| !event.discarded());
        let Some(event) = event else { return Landed { kept: Kept::Discarded, previous: None } };
        let below = self.history.events.get(index + 1..).unwrap_or_default();
        let start = event.effective.saturating_sub(window_secs);
        let seen = match told(self.history, event, below, start) {
            Some(seen) => Ok(seen),
            None => collected(self.past, self.history, index, start),
        };
        let kept = match seen {
            Ok(seen) => judged(&seen, event, window_secs),
            Err(gap) => Kept::Unknown(gap),
        };
        Landed { kept, previous: self.previous.get(index).copied().flatten() }
    }
}

/// What the verdict on a change was when it landed.
fn judged(seen: &History, event: &Event, window: i64) -> Kept {
    match allocation_verdict(seen, &event.after, event.effective, window) {
        Verdict::Allowed => {
            let start = event.effective.saturating_sub(window);
            let alone = seen.events.iter().all(|event| event.effective <= start);
            if alone { Kept::Alone } else { Kept::Restored }
        }
        Verdict::Refused { .. } if event.override_reason.is_some() => Kept::Overridden,
        // No override lifts a change that claims to come from the future.
        Verdict::Refused { .. } | Verdict::FutureEvent(_) => Kept::Broken,
        Verdict::Unknown(gap) => Kept::Unknown(gap),
    }
}

/// The history below an event, told from the events of the whole one; none where they are too little: beside a hole, and
/// where a side was thrown away in the window, because what stood there is not in the events.
fn told(history: &History, event: &Event, below: &[Event], start: i64) -> Option<History> {
    if history.gap().is_some() || history.tip_fault.is_some() {
        return None;
    }
    let mut events: Vec<Event> = Vec::new();
    for older in below {
        if older.discarded() {
            if older.effective > start {
                return None;
            }
            continue;
        }
        events.push(older.clone());
        if older.effective <= start {
            return Some(History::told(event.before.clone(), events, super::End::Settled));
        }
    }
    Some(History::told(event.before.clone(), events, history.end.clone()))
}

/// The history below an event, collected anew.
fn collected(past: &dyn Past, history: &History, index: usize, start: i64) -> Result<History, Gap> {
    let (parent, path) = before(past, history, index)?;
    Ok(collect(past, parent, &path, Reach::Since(start)))
}

/// The commit below an event on its line, and the config's name there.
///
/// # Errors
/// [`Gap`] when it is missing or unreadable.
pub fn before(past: &dyn Past, history: &History, index: usize) -> Result<(Option<Oid>, String), Gap> {
    let Some(event) = history.events.get(index) else { return Ok((None, String::new())) };
    let holder = match event.landing {
        Landing::Discarded { merge } => merge,
        Landing::Commit | Landing::Merge => event.commit,
    };
    let parent = past.commit(holder)?.parents.first().copied();
    let Some(parent) = parent else { return Ok((None, event.path.clone())) };
    if past.at(parent, &event.path)? != Place::Absent {
        return Ok((Some(parent), event.path.clone()));
    }
    // It had another name there, or was not there.
    let older = history.events.iter().skip(index + 1).filter(|event| !event.discarded());
    let names = older.chain(&history.created).map(|event| &event.path);
    for name in names {
        if past.at(parent, name)? != Place::Absent {
            return Ok((Some(parent), name.clone()));
        }
    }
    Ok((Some(parent), event.path.clone()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::super::toy::{Toy, WEEK};
    use super::*;

    /// Every event, newest first: what was said of it, and what came before it.
    fn said(table: &str) -> String {
        let toy = Toy::new(table);
        let history = toy.all();
        let judge = Judge::new(&toy, &history);
        let words = (0..history.events.len()).map(|index| {
            let landed = judge.landed(index, WEEK);
            let word = match landed.kept {
                Kept::Alone => "alone".to_owned(),
                Kept::Restored => "restored".to_owned(),
                Kept::Overridden => "overridden".to_owned(),
                Kept::Broken => "broken".to_owned(),
                Kept::Discarded => "discarded".to_owned(),
                Kept::Unknown(gap) => format!("unknown {:?}", gap.kind),
            };
            let previous = landed.previous.map_or(String::new(), |event| format!(" after {}", event.summary()));
            format!("{}: {word}{previous}", history.events[index].summary())
        });
        words.collect::<Vec<_>>().join("; ")
    }

    const CASES: &[(&str, &str)] = &[
        ("a - -60d A\nb a -40d B b\nc b -20d C c", "c: alone after b; b: alone"),
        ("a - -60d A\nb a -20d B b\nc b -13d C c", "c: alone after b; b: alone"),
        ("a - -60d A\nb a -20d B b\nc b -14d C c", "c: broken after b; b: alone"),
        ("a - -60d A\nb a -20d B b\nc b -14d C c||Cooldown-Override: now", "c: overridden after b; b: alone"),
        ("a - -60d A\nb a -20d B b\nc b -14d A c", "c: restored after b; b: alone"),
        // An override that nobody needed is none.
        ("a - -60d A\nb a -20d B b||Cooldown-Override: now", "b: alone"),
        // A change that is overridden is one like any other for the next.
        (
            "a - -60d A\nb a -20d B b\nc b -18d C c||Cooldown-Override: now\nd c -12d D d",
            "d: broken after c; c: overridden after b; b: alone",
        ),
        // Deleted, and added again.
        ("a - -60d A\nb a -20d - b\nc b -19d B c", "c: broken after b; b: alone"),
        ("a - -60d A\nb a -20d - b\nc b -19d A c", "c: restored after b; b: alone"),
        // Renamed without a change in between, and with one.
        ("a - -60d x=A\nb a -20d x=B b\nr b -18d c=B r\nc r -17d c=C c", "c: broken after b; b: alone"),
        ("a - -60d x=A\nb a -20d x=B b\nr b -18d c=C r", "r: broken after b; b: alone"),
        // A side that a merge threw away: it counts, and what stood on it is known.
        (
            "a - -60d A\nb a -20d B b\nc a -19d C c\nm c,b -18d C m\nd m -15d D d",
            "d: broken after b; b: discarded; c: alone",
        ),
        ("a - -60d A\nb a -20d B b\nm a,b -18d A m\nd m -15d A2 d\ne d -14d D e", "e: broken after b; b: discarded"),
        // Backdated: it counts from its newest ancestor.
        ("a - -60d A\nb a -20d B b\nc b -50d C c", "c: broken after b; b: alone"),
        // Below the cut of a shallow clone.
        ("!a - -18d A\nb a -17d B b", "b: unknown Shallow"),
        ("!a - -18d A\nb a -17d B b\nc b -16d C c", "c: broken after b; b: unknown Shallow"),
        // The instant of a change rests on its ancestors, and one of them is missing.
        ("x gone -18d A\nb x -17d B b\nc b -5d C c", "c: unknown MissingObject after b; b: unknown MissingObject"),
    ];

    #[test]
    fn each_change_is_judged_when_it_landed() {
        for (table, expected) in CASES {
            assert_eq!(said(table), *expected, "{table}");
        }
    }

    #[test]
    fn the_events_alone_say_what_the_repository_says() {
        let mut compared = 0;
        for (table, _) in CASES {
            let toy = Toy::new(table);
            let history = toy.all();
            for (index, event) in history.events.iter().enumerate().filter(|(_, event)| !event.discarded()) {
                let start = event.effective - WEEK;
                let Some(short) = told(&history, event, &history.events[index + 1..], start) else { continue };
                let whole = collected(&toy, &history, index, start).unwrap();
                assert_eq!(judged(&short, event, WEEK), judged(&whole, event, WEEK), "{table}");
                compared += 1;
            }
        }
        assert!(compared > 15, "{compared}");
    }
}
