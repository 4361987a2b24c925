//! The second opinion: the rules of `docs/git.md` once more, slow and simple, over what `git` itself prints of a
//! repository. It shares no line with the program.

use crate::support::Sandbox;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;

struct Commit {
    files: BTreeMap<String, (String, String)>,
    time: i64,
    parents: Vec<String>,
}

/// A repository, read by three processes.
pub(crate) struct Second {
    commits: BTreeMap<String, Commit>,
    /// The allocation of a blob; none where it is none.
    blobs: BTreeMap<String, Option<String>>,
}

/// What is told of a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The changes on the line, newest first: commit, when it landed, from and to.
    pub(crate) kept: Vec<(String, i64, String)>,
    /// The merges that threw something else away, and when they landed.
    pub(crate) thrown: BTreeSet<(String, i64)>,
    /// The commits of the line dated before a parent, newest first, and that parent's time.
    pub(crate) backwards: Vec<(String, i64)>,
    /// Whether there was ever a config.
    pub(crate) created: bool,
}

/// Runs git with this on its standard input.
fn piped(sandbox: &Sandbox, args: &[&str], input: String) -> String {
    let mut git = sandbox.command(&sandbox.top());
    let mut child = git.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "git {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

impl Second {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let empty = piped(sandbox, &["hash-object", "-t", "tree", "--stdin"], String::new());
        let empty = empty.trim();
        let log = sandbox.git(&["log", "--all", "--format=%H %T %ct %P"]);
        let trees: BTreeSet<&str> = log.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
        let pairs: String = trees.iter().map(|tree| format!("{empty} {tree}\n")).collect();
        let mut files: BTreeMap<String, BTreeMap<String, (String, String)>> = BTreeMap::new();
        let mut tree = String::new();
        for line in piped(sandbox, &["diff-tree", "--stdin", "-r", "--no-renames"], pairs).lines() {
            match line.strip_prefix(':') {
                None => tree = line.split(' ').nth(1).unwrap().to_owned(),
                Some(raw) => {
                    let (facts, path) = raw.split_once('\t').unwrap();
                    let facts: Vec<&str> = facts.split(' ').collect();
                    let file = (facts[1].to_owned(), facts[3].to_owned());
                    files.entry(tree.clone()).or_default().insert(path.to_owned(), file);
                }
            }
        }
        let blobs: BTreeSet<&String> = files.values().flat_map(|files| files.values().map(|(_, blob)| blob)).collect();
        let asked: String = blobs.iter().map(|blob| format!("{blob}\n")).collect();
        let mut texts = BTreeMap::new();
        let answer = piped(sandbox, &["cat-file", "--batch"], asked);
        let mut rest = answer.as_str();
        while let Some((head, below)) = rest.split_once('\n') {
            let fields: Vec<&str> = head.split(' ').collect();
            let (text, next) = below.split_at(fields[2].parse().unwrap());
            texts.insert(fields[0].to_owned(), allocation(text));
            rest = next.strip_prefix('\n').unwrap();
        }
        let commits = log.lines().map(|line| {
            let mut words = line.split(' ').map(str::to_owned).filter(|word| !word.is_empty());
            let (id, tree, time) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let files = files.get(&tree).cloned().unwrap_or_default();
            (id, Commit { files, time: time.parse().unwrap(), parents: words.collect() })
        });
        Self { commits: commits.collect(), blobs: texts }
    }

    /// What stands at a path in a commit: `-` for nothing, none for what cannot be read.
    fn stands(&self, id: &str, path: &str) -> Option<String> {
        match self.commits[id].files.get(path) {
            None => Some("-".to_owned()),
            Some((mode, blob)) => self.blobs[blob].clone().filter(|_| mode.starts_with("100")),
        }
    }

    fn line(&self, tip: &str) -> Vec<&str> {
        let mut line: Vec<&str> = self.commits.get_key_value(tip).map(|(id, _)| id.as_str()).into_iter().collect();
        while let Some(parent) = self.commits[*line.last().unwrap()].parents.first() {
            line.push(parent);
        }
        line
    }

    /// The newest readable allocation of a commit and the line below it.
    fn carried(&self, id: &str, path: &str) -> String {
        self.line(id).iter().find_map(|id| self.stands(id, path)).unwrap_or_else(|| "-".to_owned())
    }

    fn ancestors<'a>(&'a self, id: &'a str) -> BTreeSet<&'a str> {
        let (mut seen, mut pending) = (BTreeSet::new(), vec![id]);
        while let Some(id) = pending.pop() {
            if seen.insert(id) {
                pending.extend(self.commits[id].parents.iter().map(String::as_str));
            }
        }
        seen
    }

    fn landed(&self, id: &str) -> i64 {
        self.ancestors(id).into_iter().map(|id| self.commits[id].time).max().unwrap()
    }

    /// The regular files of one commit that another does not have, in order, with their allocations.
    fn gone(&self, old: &str, new: &str) -> Vec<(&str, &str, Option<String>)> {
        let stays = |path: &str| self.commits[new].files.contains_key(path);
        let files = self.commits[old].files.iter();
        let files = files.filter(|(path, (mode, _))| mode.starts_with("100") && !stays(path));
        files.map(|(path, (_, blob))| (path.as_str(), blob.as_str(), self.blobs[blob].clone())).collect()
    }

    /// What a config was called before the commit that first has it under this name.
    fn origin(&self, commit: &str, parent: &str, path: &str) -> Option<String> {
        let blob = &self.commits[commit].files[path].1;
        let gone = self.gone(parent, commit);
        let same = |(name, (mode, other)): &(&String, &(String, String))| {
            other == blob && mode.starts_with("100") && *name != path
        };
        let copies: Vec<&String> = self.commits[parent].files.iter().filter(same).map(|(name, _)| name).collect();
        let moved = copies.iter().find(|copy| gone.iter().any(|(name, ..)| name == *copy));
        if let Some(name) = moved.or(copies.first()) {
            return Some((*name).clone());
        }
        let now = &self.blobs[blob];
        let alike = gone.iter().find(|(_, _, then)| then == now).or(gone.iter().find(|(_, _, then)| then.is_some()));
        alike.map(|(name, ..)| (*name).to_owned())
    }

    /// Everything about a path.
    pub(crate) fn told(&self, tip: &str, path: &str) -> Told {
        let line = self.line(tip);
        let mut told = Told::default();
        let mut path = path.to_owned();
        // The name at each commit of the line, and what stood there or, where it cannot be read, above.
        let mut names: Vec<(String, String)> = Vec::new();
        let mut above: Option<(usize, String)> = None;
        let mut from = 0;
        loop {
            let readable = (from..line.len()).filter_map(|at| Some((at, self.stands(line[at], &path)?)));
            let mut row: Vec<(usize, String)> = above.take().into_iter().chain(readable).collect();
            if row.is_empty() {
                row.push((line.len() - 1, "-".to_owned()));
            }
            for at in from..line.len() {
                let newest = row.iter().rev().find(|(index, _)| *index <= at).or(row.first()).unwrap();
                names.truncate(at);
                names.push((path.clone(), newest.1.clone()));
            }
            row.push((line.len(), "-".to_owned()));
            let changes = row.windows(2).filter(|pair| pair[0].1 != pair[1].1);
            let mut changes: Vec<(usize, &str, &str)> =
                changes.map(|pair| (pair[0].0, pair[1].1.as_str(), pair[0].1.as_str())).collect();
            let created = changes.pop();
            for (at, before, after) in changes {
                told.kept.push((line[at].to_owned(), self.landed(line[at]), format!("{before}>{after}")));
            }
            let Some((at, _, after)) = created else { break };
            told.created = true;
            let Some(parent) = line.get(at + 1) else { break };
            let Some(older) = self.origin(line[at], parent, &path) else { break };
            (above, path, from) = (Some((at, after.to_owned())), older, at + 1);
        }
        for (at, id) in line.iter().enumerate() {
            let (path, kept) = &names[at];
            if self.commits[*id].parents.iter().skip(1).any(|other| self.throws(kept, id, other, path)) {
                told.thrown.insert(((*id).to_owned(), self.landed(id)));
            }
            let last = self.commits[*id].parents.iter().map(|parent| self.commits[parent].time).max();
            told.backwards.extend(last.filter(|last| *last > self.commits[*id].time).map(|l| ((*id).to_owned(), l)));
        }
        told
    }

    /// Of every merge: its first parent, another one, where the two parted, and what the other one brings.
    pub(crate) fn merges(&self) -> Vec<(&str, &str, BTreeSet<&str>, BTreeSet<&str>)> {
        let mut merges = Vec::new();
        for commit in self.commits.values() {
            let Some((first, others)) = commit.parents.split_first() else { continue };
            for other in others {
                let known = self.ancestors(first);
                let brought = self.ancestors(other).into_iter().filter(|id| !known.contains(id)).collect();
                merges.push((first.as_str(), other.as_str(), self.bases(first, other).into_iter().collect(), brought));
            }
        }
        merges
    }

    /// Whether a merge that has `kept` threw away what another parent had.
    fn throws(&self, kept: &str, merge: &str, other: &str, path: &str) -> bool {
        if self.stands(other, path).as_deref() == Some(kept) {
            return false;
        }
        let mut path = path;
        if self.carried(other, path) == "-"
            && let Some((name, ..)) = self.gone(other, merge).into_iter().find(|(_, _, then)| then.is_some())
        {
            path = name;
        }
        let thrown = self.carried(other, path);
        let bases = self.bases(&self.commits[merge].parents[0], other);
        let stale = bases.iter().any(|base| self.carried(base, path) == thrown);
        let never = || bases.is_empty() && !self.told(other, path).created;
        thrown != kept && !stale && !never()
    }

    /// The best common ancestors.
    fn bases<'a>(&'a self, one: &'a str, other: &'a str) -> Vec<&'a str> {
        let (one, other) = (self.ancestors(one), self.ancestors(other));
        let common: Vec<&str> = one.intersection(&other).copied().collect();
        let best = |id: &&&str| common.iter().all(|above| above == *id || !self.ancestors(above).contains(**id));
        common.iter().filter(best).copied().collect()
    }
}

/// The allocation a text says, as the tests write it.
fn allocation(text: &str) -> Option<String> {
    let line = text.lines().find(|line| !line.starts_with('#'))?;
    let target: u8 = line.split(' ').nth(2).filter(|_| line.starts_with("360750"))?.get(2..)?.parse().ok()?;
    Some(char::from(b'A' + target - 10).to_string())
}
