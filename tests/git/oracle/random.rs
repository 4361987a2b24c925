//! Random histories as streams for `git fast-import`.

use crate::support::{CONFIG, DAY, NOW, config};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where configs may stand.
pub(crate) const PATHS: [&str; 4] = [CONFIG, "fin/other", "top", "z/deep/config"];

/// What stands at each path: a letter and more as in the other tests, and a `+` in front of an executable one.
type Files = BTreeMap<&'static str, String>;

/// A small generator of numbers (xorshift), so that a seed says everything.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        for (left, shift) in [(true, 13), (false, 7), (true, 17)] {
            self.0 ^= if left { self.0 << shift } else { self.0 >> shift };
        }
        usize::try_from((self.0 >> 11) % sides as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn in_a(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// How a history goes.
#[derive(Clone, Copy)]
struct Kind {
    /// One commit in so many is a merge; none at 0.
    merges: usize,
    /// One time in so many is wrong; none at 0.
    clocks: usize,
    /// Whether files are renamed and copied.
    names: bool,
}

/// A stream that ends in the branch `case-SEED`, its marks beginning after this one; the last mark.
pub(crate) fn history(seed: u64, stream: &mut String, before: usize) -> usize {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let kind = Kind { merges: dice.one(&[0, 2, 3, 6]), clocks: dice.one(&[0, 4, 8]), names: dice.in_a(2) };
    let commits = dice.below(28) + 3;
    let mut trees: Vec<Files> = Vec::new();
    let mut time = NOW - 60 * DAY;
    for number in 0..commits {
        time += i64::try_from(dice.below(10 * 86_400 / 2)).unwrap();
        let stamp = if kind.clocks > 0 && dice.in_a(kind.clocks) {
            NOW - i64::try_from(dice.below(70)).unwrap() * DAY + DAY
        } else {
            time.min(NOW)
        };
        let parents = parents(&mut dice, kind, number);
        let mut files = inherited(&mut dice, &parents, &trees);
        let revert = parents.first().filter(|_| dice.in_a(12)).map(|parent| trees[dice.below(parent + 1)].clone());
        match revert {
            Some(older) => files = older,
            None => edit(&mut dice, kind, &mut files),
        }
        let mark = before + number + 1;
        write!(stream, "commit refs/heads/case-{seed}\nmark :{mark}\ncommitter K <k@e> {stamp} +0000\n").unwrap();
        let message = format!("{number}");
        writeln!(stream, "data {}\n{message}", message.len()).unwrap();
        for (index, parent) in parents.iter().enumerate() {
            writeln!(stream, "{} :{}", if index == 0 { "from" } else { "merge" }, before + parent + 1).unwrap();
        }
        if parents.is_empty() && number > 0 {
            // The branch is there already: without this line it would be the parent.
            writeln!(stream, "from 0000000000000000000000000000000000000000").unwrap();
        }
        stream.push_str("deleteall\n");
        files.iter().for_each(|(path, content)| put(stream, path, content));
        trees.push(files);
    }
    before + commits
}

fn put(stream: &mut String, path: &str, content: &str) {
    let (mode, content) = match content.strip_prefix('+') {
        Some(content) => ("100755", content),
        None => (if content == "@" { "120000" } else { "100644" }, content),
    };
    let text = if content == "@" { "elsewhere".to_owned() } else { config(content) };
    writeln!(stream, "M {mode} inline {path}\ndata {}\n{text}", text.len()).unwrap();
}

/// Mostly the commit before, sometimes an older one, sometimes several, seldom none.
fn parents(dice: &mut Dice, kind: Kind, number: usize) -> Vec<usize> {
    let mut parents = Vec::new();
    if number == 0 || kind.merges > 0 && dice.in_a(25) {
        return parents;
    }
    let wanted = if kind.merges > 0 && dice.in_a(kind.merges) { dice.one(&[2, 2, 2, 3, 4]) } else { 1 };
    for _ in 0..wanted {
        let reach = if kind.merges == 0 {
            1
        } else if dice.in_a(3) {
            number
        } else {
            number.min(3)
        };
        let parent = number - 1 - dice.below(reach);
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
    parents
}

/// What a commit has before it changes anything: one parent's files, or of each file some parent's.
fn inherited(dice: &mut Dice, parents: &[usize], trees: &[Files]) -> Files {
    if parents.is_empty() {
        return Files::new();
    }
    let heir = dice.one(parents);
    if parents.len() == 1 || dice.in_a(2) {
        return trees[heir].clone();
    }
    let mut files = Files::new();
    for path in PATHS {
        if let Some(content) = trees[dice.one(parents)].get(path) {
            files.insert(path, content.clone());
        }
    }
    files
}

fn edit(dice: &mut Dice, kind: Kind, files: &mut Files) {
    let path = if kind.names { dice.one(&PATHS) } else { CONFIG };
    let letter = dice.one(&["A", "B", "C", "D"]).to_owned();
    let old = files.get(path).cloned();
    match (dice.below(16), old) {
        (0..3, _) => drop(files.insert(path, letter)),
        (3, Some(old)) if old.len() < 5 && old != "@" => drop(files.insert(path, old + "x")),
        (4, Some(old)) if old != "@" => {
            let flipped = old.strip_prefix('+').map_or_else(|| format!("+{old}"), str::to_owned);
            files.insert(path, flipped);
        }
        (5, Some(_)) => drop(files.remove(path)),
        (6, Some(_)) => drop(files.insert(path, dice.one(&["?", "?x", "@"]).to_owned())),
        (7..10, Some(old)) if kind.names => {
            let to = dice.one(&PATHS);
            if !dice.in_a(4) {
                files.remove(path);
            }
            files.insert(to, if dice.in_a(3) { letter } else { old });
        }
        (_, None) if dice.in_a(2) => drop(files.insert(path, letter)),
        _ => {}
    }
}
