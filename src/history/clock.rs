//! Times on a line that cannot all be right.
//!
//! No date decides where a line is looked at: it is as far as it was followed, and then [`LOOK_BACK`] commits more, whose
//! times are the floor of the oldest change. What is made of a wrong time must never enter this file.

use super::{LOOK_BACK, Oid, Past};
use std::collections::BTreeSet;

/// A commit that is dated before one of its parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backwards {
    /// The commit.
    pub commit: Oid,
    /// Its committer time.
    pub time: i64,
    /// Its parent; of several the one that is dated last.
    pub parent: Oid,
    /// That one's committer time.
    pub parent_time: i64,
    /// The latest time of the commits above it on the line; none for the tip.
    pub later: Option<i64>,
    /// Whether it changed the allocation, or a commit above it did.
    pub changed: bool,
}

/// The commit that is dated last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// The commit.
    pub commit: Oid,
    /// Its committer time.
    pub time: i64,
    /// Whether it changed the allocation, or a commit above it did.
    pub changed: bool,
}

/// What the times on a line say of each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clocks {
    /// The commits that are dated before a parent, newest first.
    pub backwards: Vec<Backwards>,
    /// The commit that is dated last, the newest of several; none where there is no commit.
    pub latest: Option<Latest>,
}

/// Compares the times on the line of a tip, over this many commits and those that are the floor of the last. `changes`
/// are the commits of the line that changed the allocation. Holes end it: other rules say what is wrong with them.
pub(super) fn clocks(past: &dyn Past, tip: Oid, followed: usize, changes: &BTreeSet<Oid>) -> Clocks {
    let mut clocks = Clocks::default();
    let (mut next, mut changed) = (past.commit(tip).ok().map(|commit| (tip, commit)), false);
    let mut left = followed.saturating_add(LOOK_BACK);
    while let Some((id, commit)) = next.take().filter(|_| left > 0) {
        left -= 1;
        changed |= !changes.is_empty() && changes.contains(&id);
        let parents = commit.parents.iter().take_while(|_| !commit.boundary);
        let mut parents = parents.map_while(|parent| Some((*parent, past.commit(*parent).ok()?)));
        next = parents.next();
        let first = next.as_ref().map(|(id, commit)| (*id, commit.time));
        let others = parents.map(|(id, commit)| (id, commit.time));
        let last = first.into_iter().chain(others).reduce(|last, other| if other.1 > last.1 { other } else { last });
        let later = clocks.latest.as_ref().map(|latest| latest.time);
        if let Some((parent, parent_time)) = last.filter(|(_, time)| *time > commit.time) {
            let time = commit.time;
            clocks.backwards.push(Backwards { commit: id, time, parent, parent_time, later, changed });
        }
        if later.is_none_or(|later| commit.time > later) {
            clocks.latest = Some(Latest { commit: id, time: commit.time, changed });
        }
    }
    clocks
}

#[cfg(test)]
mod tests {
    use super::super::toy::Toy;
    use super::LOOK_BACK;

    /// The commits dated before a parent with the latest time above them, then the one that is dated last.
    fn told(table: &str) -> String {
        let history = Toy::new(table).all();
        let mark = |changed| if changed { "!" } else { "" };
        let name = super::super::toy::name;
        let backwards = history.clocks.backwards.iter();
        let mut parts: Vec<String> = backwards
            .map(|back| format!("{}<{}{}", name(back.commit), name(back.parent), mark(back.changed)))
            .collect();
        parts.extend(
            history.clocks.latest.iter().map(|latest| format!("{}{}", name(latest.commit), mark(latest.changed))),
        );
        parts.join(" ")
    }

    #[test]
    fn commits_before_a_parent_and_the_last_one() {
        let cases = [
            ("a - -9d A\nb a -8d A", "b"),
            ("a - -9d A\nb a -10d A", "b<a a"),
            ("a - -9d A\nb a -10d B", "b<a! a!"),
            ("a - -9d A\nb a -10d A\nc b -8d B", "b<a! c!"),
            ("a - -9d A\nb a -8d B\nc b -9d B", "c<b b!"),
            ("a - -9d A\nb a -9d A\nc b -9d A", "c"),
            ("a - -9d A\nb a -8d A\ns a -2d A\nm b,s -3d A", "m<s m"),
            ("a - -9d A\nb a -8d A\ns a +9d B\nm b,s -3d A", "m<s! m!"),
        ];
        for (table, expected) in cases {
            assert_eq!(told(table), expected, "{table}");
        }
    }

    #[test]
    fn below_the_last_change_as_many_are_compared_as_are_its_floor() {
        for (between, found) in [(LOOK_BACK, true), (LOOK_BACK + 1, false)] {
            let mut table = "a - -60d A\nb a -70d A\n".to_owned();
            let mut last = "b".to_owned();
            for index in 1..between {
                table += &format!("f{index} {last} -65d A\n");
                last = format!("f{index}");
            }
            table += &format!("x {last} -50d B");
            let history = Toy::new(&table).week();
            assert_eq!(history.clocks.backwards.len(), usize::from(found), "{between}");
        }
    }
}
