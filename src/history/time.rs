//! When a commit counts as landed.
//!
//! A committer can claim any time. Claiming an early one gains nothing, because a commit cannot have been made before
//! its ancestors: the latest time among them is a floor. Times are only ever moved later.

use super::{Gap, Oid, Past};
use std::collections::{BTreeSet, VecDeque};

/// How many ancestors are asked for their time, nearest first, over all parents.
///
/// A forger needs as many backdated commits beneath the change to defeat it.
pub const LOOK_BACK: usize = 1_000;

/// When a commit counts as landed, and the hole that kept an ancestor from being asked.
///
/// The cut of a shallow clone is no such hole: it only weakens the floor.
pub(super) fn effective(past: &dyn Past, id: Oid) -> Result<(i64, Option<Gap>), Gap> {
    let first = past.commit(id)?;
    let mut latest = first.time;
    let mut hole = None;
    let mut seen = BTreeSet::from([id]);
    let mut queue: VecDeque<Oid> = VecDeque::new();
    let mut next = Some(first);
    let mut asked = 0;
    loop {
        if let Some(commit) = next.take().filter(|commit| !commit.boundary) {
            queue.extend(commit.parents.iter().filter(|parent| seen.insert(**parent)));
        }
        let Some(ancestor) = queue.pop_front().filter(|_| asked < LOOK_BACK) else {
            return Ok((latest, hole));
        };
        asked += 1;
        match past.commit(ancestor) {
            Ok(commit) => {
                latest = latest.max(commit.time);
                next = Some(commit);
            }
            Err(gap) => hole = hole.or(Some(gap)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Toy, told};
    use super::LOOK_BACK;

    #[test]
    fn backdating_takes_as_many_commits_as_are_looked_at() {
        for (fillers, expected) in [(LOOK_BACK - 1, "-1d"), (LOOK_BACK, "-49d")] {
            let mut table = "a - -60d A\nlate a -1d A\n".to_owned();
            let mut last = "late".to_owned();
            for filler in 0..fillers {
                table += &format!("f{filler} {last} -50d A\n");
                last = format!("f{filler}");
            }
            table += &format!("x {last} -49d B");
            assert_eq!(told(&Toy::new(&table).all()), format!("x {expected} A>B; created a c; root"));
        }
    }
}
