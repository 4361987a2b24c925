//! From a tip to a [`History`]: the line, the sides its merges threw away, and the words of every commit that matters.

use super::clock::clocks;
use super::line::{Change, Fork, Line, follow, readable};
use super::rename::{counterpart, standing};
use super::trail::{Doubt, Side, Step, Trail};
use super::{End, Event, Gap, History, Landing, Oid, Past, Reach, Standing, Words, message};

/// Collects every change of the allocation that stands at `path` in `tip`, newest first, as far back as `reach` says.
///
/// Without a commit (`None`, an unborn branch) nothing was ever changed. Holes do not make it fail: what was found
/// above them is told, and [`History::gap`] says the rest.
///
/// * A change is a commit on the first-parent line whose allocation differs from its first parent's. Versions that
///   cannot be read are looked through: what follows them is compared with what preceded them, and the change counts
///   from the commit that made it readable.
/// * Beside it, a merge throws a side away when it has another allocation than that side and no merge base has the
///   side's (else the side is merely old). Such changes take effect with the merge.
/// * An exact rename or copy is followed, and a rename with a change is a change. Creating the config is none.
#[must_use]
pub fn collect(past: &dyn Past, tip: Option<Oid>, path: &str, reach: Reach) -> History {
    let Some(tip) = tip else { return History::told(Standing::Absent, Vec::new(), End::Root) };
    let line = follow(past, tip, path, reach, None);
    let mut doubts = line.doubts.clone();
    let mut events: Vec<(usize, Event)> = Vec::new();
    for (index, change) in line.changes.iter().enumerate() {
        events.push((index, event(past, change, &mut doubts)));
    }
    let steps = events.iter().map(|(_, event)| event.step()).collect();
    let mut sides = Vec::new();
    for fork in &line.forks {
        match side(past, fork, &line, reach) {
            Ok(Some(thrown)) => {
                let index = fork.above;
                let (side, found) = discarded(past, fork, &line, thrown, &mut doubts);
                events.extend(found.into_iter().map(|event| (index, event)));
                sides.push(side);
            }
            Ok(None) => {}
            Err(gap) => doubts.push(Doubt { at: fork.at, gap }),
        }
    }
    let created = line.created.as_ref().map(|change| event(past, change, &mut doubts));
    events.sort_by_key(|(index, event)| (*index, !event.discarded()));
    doubts.sort_by_key(|doubt| std::cmp::Reverse(doubt.at));
    doubts.dedup_by(|later, kept| later.gap == kept.gap);
    let complete = line.end == End::Root;
    let on_the_line = events.iter().map(|(_, event)| match event.landing {
        Landing::Discarded { merge } => merge,
        Landing::Commit | Landing::Merge => event.commit,
    });
    let clocks = clocks(past, tip, line.followed(), &on_the_line.collect());
    History {
        tip: line.tip,
        tip_fault: line.tip_fault,
        lost: line.lost,
        events: events.into_iter().map(|(_, event)| event).collect(),
        created,
        end: line.end,
        clocks,
        doubts,
        trail: Trail { steps, bottom: line.bottom, complete },
        sides,
    }
}

/// The line of a merge's other side, if the merge threw away what stood there.
fn side(past: &dyn Past, fork: &Fork, main: &Line, reach: Reach) -> Result<Option<(Line, Vec<Oid>)>, Gap> {
    let mut path = fork.path.clone();
    let (_, _, mut thrown) = readable(past, fork.other, &path)?;
    if thrown == Standing::Absent
        && let Some(name) = counterpart(past, fork.merge, fork.other)?
    {
        thrown = readable(past, fork.other, &name)?.2;
        path = name;
    }
    if thrown == fork.kept {
        return Ok(None);
    }
    let bases = past.merge_bases(fork.first, fork.other)?;
    for base in &bases {
        if readable(past, *base, &path)?.2 == thrown {
            return Ok(None);
        }
    }
    let line = follow(past, fork.other, &path, reach, Some(main));
    let never_had_one = bases.is_empty() && line.end == End::Root && line.changes.is_empty() && line.created.is_none();
    Ok((!never_had_one).then_some((line, bases)))
}

/// What a thrown away side means: what stood on it when, and its changes as events of the merge.
fn discarded(
    past: &dyn Past,
    fork: &Fork,
    main: &Line,
    (line, bases): (Line, Vec<Oid>),
    doubts: &mut Vec<Doubt>,
) -> (Side, Vec<Event>) {
    let said = words(past, fork.merge, fork.at, doubts);
    let override_reason = message::override_reason(&said.message);
    let known = bases.iter().filter_map(|base| line.above(*base)).min().unwrap_or(line.changes.len());
    let mut events: Vec<Event> = Vec::new();
    for change in line.changes.iter().take(known) {
        let mut made = event(past, change, doubts);
        made.effective = made.effective.max(fork.at);
        made.landing = Landing::Discarded { merge: fork.merge };
        made.override_reason.clone_from(&override_reason);
        events.push(made);
    }
    if events.is_empty() {
        events.push(Event {
            commit: fork.merge,
            path: fork.path.clone(),
            time: fork.time,
            effective: fork.at,
            reason: message::reason(&said.message),
            override_reason: override_reason.clone(),
            words: said,
            before: line.tip.clone(),
            after: fork.kept.clone(),
            landing: Landing::Discarded { merge: fork.merge },
        });
    }
    let side = Side { at: fork.at, overridden: override_reason.is_some(), trail: side_trail(&line, main) };
    (side, events)
}

/// What stood when on a side: its own changes, and below the commit where it left the main line, that line's.
fn side_trail(line: &Line, main: &Line) -> Trail {
    let own = line.changes.iter();
    let shared = line.joined.and_then(|commit| main.above(commit));
    let rest = shared.and_then(|count| main.changes.get(count..)).unwrap_or_default();
    let steps = own.chain(rest).map(|change| Step {
        at: change.effective,
        before: change.before.clone(),
        after: change.after.clone(),
        overridden: false,
    });
    let (bottom, complete) = match line.joined {
        Some(_) => (main.bottom.clone(), main.end == End::Root),
        None => (line.bottom.clone(), line.end == End::Root),
    };
    Trail { steps: steps.collect(), bottom, complete }
}

/// A change with the words that belong to it.
fn event(past: &dyn Past, change: &Change, doubts: &mut Vec<Doubt>) -> Event {
    let said = words(past, change.commit, change.effective, doubts);
    let merge = change.parents.len() > 1;
    // What a merge brought may lie behind a hole. Then nobody gave a reason or an override, which is the safe side.
    let brought = if merge { brought(past, change).unwrap_or_default() } else { Vec::new() };
    let messages = || std::iter::once(&said.message).chain(&brought);
    let reason = messages().find_map(|message| message::reason(message));
    let override_reason = messages().find_map(|message| message::override_reason(message));
    Event {
        commit: change.commit,
        path: change.path.clone(),
        time: change.time,
        effective: change.effective,
        before: change.before.clone(),
        after: change.after.clone(),
        landing: if merge { Landing::Merge } else { Landing::Commit },
        reason,
        override_reason,
        words: said,
    }
}

fn words(past: &dyn Past, commit: Oid, at: i64, doubts: &mut Vec<Doubt>) -> Words {
    past.words(commit).unwrap_or_else(|gap| {
        doubts.push(Doubt { at, gap });
        Words::default()
    })
}

/// The messages of the commits a merge brought that changed the allocation, newest first.
fn brought(past: &dyn Past, merge: &Change) -> Result<Vec<String>, Gap> {
    let Some((&first, others)) = merge.parents.split_first() else { return Ok(Vec::new()) };
    let mut messages = Vec::new();
    for &other in others {
        for id in past.between(first, other)? {
            if changed(past, id, &merge.path)? {
                messages.push(past.words(id)?.message);
            }
        }
    }
    Ok(messages)
}

/// Whether a commit has another allocation than its first parent.
fn changed(past: &dyn Past, id: Oid, path: &str) -> Result<bool, Gap> {
    let commit = past.commit(id)?;
    let here = past.at(id, path)?;
    let there = match commit.parents.first() {
        Some(parent) if !commit.boundary => past.at(*parent, path)?,
        _ => super::Place::Absent,
    };
    Ok(here != there && standing(past, here)? != standing(past, there)?)
}

#[cfg(test)]
mod tests;
