//! Random histories against a second opinion: a slow, simple reading of the same rules over `git` plumbing.
//!
//! `REBALANCE_ORACLE_CASES` and `REBALANCE_ORACLE_SEED` run more, or others.

use crate::support::{CONFIG, DAY, NOW, Sandbox, config, letter, parse};
use rebalance::history::{Landing, Reach, collect};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

#[test]
fn agrees_with_a_second_opinion() {
    let number = |key, or: u64| std::env::var(key).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (cases, seed) = (number("REBALANCE_ORACLE_CASES", 40), number("REBALANCE_ORACLE_SEED", 1));
    for case in seed..seed + cases {
        let sandbox = Sandbox::new();
        let stream = random_history(&mut Dice(case.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1));
        import(&sandbox, &stream);
        let expected = Oracle::new(&sandbox).events();
        assert_eq!(found(&sandbox), expected, "seed {case}\n{stream}");
    }
}

/// A small generator of numbers (xorshift), so that a seed says everything.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        for (left, shift) in [(true, 13), (false, 7), (true, 17)] {
            self.0 ^= if left { self.0 << shift } else { self.0 >> shift };
        }
        (self.0 >> 11) % sides
    }
}

/// A stream for `git fast-import`: changes, comments, deletions, broken versions, merges of every kind, wrong clocks.
fn random_history(dice: &mut Dice) -> String {
    let mut stream = String::new();
    let mut contents: Vec<String> = Vec::new();
    let mut time = NOW - 60 * DAY;
    for mark in 1..=dice.below(25) + 5 {
        time += i64::try_from(dice.below(5)).unwrap() * DAY;
        let stamp = if dice.below(5) == 0 { NOW - i64::try_from(dice.below(70)).unwrap() * DAY } else { time };
        let parents = parents(dice, mark);
        let heir = dice.below(parents.len().max(1) as u64) as usize;
        let inherited = parents.get(heir).map(|parent| contents[*parent as usize - 1].clone());
        let content = match dice.below(14) {
            0..3 => ["A", "B", "C"][dice.below(3) as usize].to_owned(),
            3 => inherited.filter(|old| old.len() == 1 && old != "-").map_or("-".to_owned(), |old| old + "x"),
            4 => ["-", "?", "?x"][dice.below(3) as usize].to_owned(),
            _ => inherited.unwrap_or_else(|| ["-", "A"][dice.below(2) as usize].to_owned()),
        };
        writeln!(stream, "commit refs/heads/main\nmark :{mark}\ncommitter K <k@e> {stamp} +0000\ndata 1\nc").unwrap();
        for (index, parent) in parents.iter().enumerate() {
            writeln!(stream, "{} :{parent}", if index == 0 { "from" } else { "merge" }).unwrap();
        }
        match content.as_str() {
            "-" => writeln!(stream, "D {CONFIG}").unwrap(),
            content => {
                let text = config(content);
                writeln!(stream, "M 100644 inline {CONFIG}\ndata {}\n{text}", text.len()).unwrap();
            }
        }
        contents.push(content);
    }
    stream
}

/// Mostly the commit before, sometimes an older one, sometimes several.
fn parents(dice: &mut Dice, mark: u64) -> Vec<u64> {
    let mut parents = Vec::new();
    let wanted = if mark == 1 { 0 } else { [1, 1, 1, 2, 2, 3][dice.below(6) as usize] };
    for _ in 0..wanted {
        let back = if dice.below(3) == 0 { dice.below(mark - 1) } else { dice.below((mark - 1).min(3)) };
        let parent = mark - 1 - back;
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
    parents
}

pub(crate) fn import(sandbox: &Sandbox, stream: &str) {
    let mut git = sandbox.command(&sandbox.top());
    let mut child = git.args(["fast-import", "--quiet", "--force"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{stream}");
}

/// The events, oldest first, and the merges that threw a side away.
type Events = (Vec<(String, i64, String)>, BTreeSet<(String, i64)>);

fn found(sandbox: &Sandbox) -> Events {
    let repo = sandbox.open();
    let history = collect(&repo.lineage(&parse), repo.head().unwrap(), CONFIG, Reach::All);
    assert_eq!(history.gap(), None);
    let (mut kept, mut thrown) = (Vec::new(), BTreeSet::new());
    for event in history.events.iter().rev() {
        let change = format!("{}>{}", letter(&event.before), letter(&event.after));
        match event.landing {
            Landing::Discarded { merge } => drop(thrown.insert((merge.to_string(), event.effective))),
            Landing::Commit | Landing::Merge => kept.push((event.commit.to_string(), event.effective, change)),
        }
    }
    (kept, thrown)
}

struct Oracle<'s> {
    sandbox: &'s Sandbox,
    parents: BTreeMap<String, Vec<String>>,
    times: BTreeMap<String, i64>,
    texts: BTreeMap<String, Option<String>>,
}

impl<'s> Oracle<'s> {
    fn new(sandbox: &'s Sandbox) -> Self {
        let mut oracle = Self { sandbox, parents: BTreeMap::new(), times: BTreeMap::new(), texts: BTreeMap::new() };
        for line in sandbox.git(&["log", "--format=%H %ct %P", "main"]).lines() {
            let mut words = line.split(' ').map(str::to_owned).filter(|word| !word.is_empty());
            let id = words.next().unwrap();
            oracle.times.insert(id.clone(), words.next().unwrap().parse().unwrap());
            oracle.parents.insert(id, words.collect());
        }
        let ids: Vec<String> = oracle.parents.keys().cloned().collect();
        for id in ids {
            let here = sandbox.git(&["ls-tree", "--object-only", &id, CONFIG]);
            let text = (!here.is_empty()).then(|| sandbox.git(&["cat-file", "blob", &here]));
            oracle.texts.insert(id, text);
        }
        oracle
    }

    /// The allocation of a commit: `None` when it cannot be read, `-` when there is none.
    fn own(&self, id: &str) -> Option<String> {
        match &self.texts[id] {
            None => Some("-".to_owned()),
            Some(text) => {
                let line = text.lines().find(|line| !line.starts_with('#'))?;
                let target: u8 =
                    line.split(' ').nth(2).filter(|_| line.starts_with("360750"))?.get(2..)?.parse().ok()?;
                Some(char::from(b'A' + target - 10).to_string())
            }
        }
    }

    fn line(&self, tip: &str) -> Vec<String> {
        let mut line = vec![tip.to_owned()];
        while let Some(parent) = self.parents[line.last().unwrap()].first() {
            line.push(parent.clone());
        }
        line
    }

    /// The newest readable allocation of a commit and the line below it.
    fn carried(&self, id: &str) -> String {
        self.line(id).iter().find_map(|id| self.own(id)).unwrap_or_else(|| "-".to_owned())
    }

    fn landed(&self, id: &str) -> i64 {
        let ancestors = self.sandbox.git(&["rev-list", id]);
        ancestors.lines().map(|id| self.times[id]).max().unwrap()
    }

    fn events(&self) -> Events {
        let tip = self.sandbox.git(&["rev-parse", "main"]);
        let line = self.line(&tip);
        let mut kept = Vec::new();
        let (mut stands, mut existed) = ("-".to_owned(), false);
        for id in line.iter().rev() {
            let new = self.own(id).unwrap_or_else(|| stands.clone());
            if new != stands && existed {
                kept.push((id.clone(), self.landed(id), format!("{stands}>{new}")));
            }
            existed |= new != "-";
            stands = new;
        }
        let mut thrown = BTreeSet::new();
        let mut above = self.carried(&tip);
        for id in &line {
            above = self.own(id).unwrap_or(above);
            if self.parents[id].iter().skip(1).any(|other| self.throws(&above, id, other)) {
                thrown.insert((id.clone(), self.landed(id)));
            }
        }
        (kept, thrown)
    }

    /// Whether a merge that has `kept` threw away what another parent had.
    fn throws(&self, kept: &str, merge: &str, other: &str) -> bool {
        let thrown = self.carried(other);
        let bases = || self.sandbox.git(&["merge-base", "--all", &self.parents[merge][0], other]);
        thrown != kept && bases().lines().all(|base| self.carried(base) != thrown)
    }
}
