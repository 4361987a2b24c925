//! Random histories against a second opinion: a slow, simple reading of the same rules over `git` plumbing.
//!
//! `REBALANCE_ORACLE_CASES` and `REBALANCE_ORACLE_SEED` run more, or others.

mod random;
mod second;

use crate::support::{NOW, Sandbox, WEEK, letter, parse, standing};
use rebalance::history::{History, Landing, Oid, Reach, Verdict, allocation_verdict, collect};
use second::{Second, Told};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many histories share a repository: each is a branch of its own.
const SHARED: u64 = 50;

#[test]
fn agrees_with_a_second_opinion() {
    let number = |key, or: u64| std::env::var(key).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (cases, seed) = (number("REBALANCE_ORACLE_CASES", 400), number("REBALANCE_ORACLE_SEED", 1));
    let next = AtomicU64::new(seed);
    let end = seed + cases;
    let differences = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(SHARED, Ordering::Relaxed);
                    if first >= end {
                        break;
                    }
                    let found = compare(first..end.min(first + SHARED));
                    differences.lock().unwrap().extend(found);
                }
            });
        }
    });
    let differences = differences.into_inner().unwrap();
    let few: Vec<String> = differences.iter().take(3).cloned().collect();
    assert!(differences.is_empty(), "{} of {cases}:\n\n{}", differences.len(), few.join("\n\n"));
}

/// Compares histories; what differs.
fn compare(seeds: std::ops::Range<u64>) -> Vec<String> {
    let mut differences = Vec::new();
    let sandbox = Sandbox::new();
    let (mut stream, mut mark) = (String::new(), 0);
    for seed in seeds.clone() {
        mark = random::history(seed, &mut stream, mark);
    }
    import(&sandbox, &stream);
    let (repo, second) = (sandbox.open(), Second::new(&sandbox));
    for seed in seeds {
        let tip = repo.resolve(&format!("case-{seed}")).unwrap();
        for path in random::PATHS {
            let history = |reach| collect(&repo.lineage(&parse), Some(tip), path, reach);
            let expected = second.told(&tip.to_string(), path);
            let (all, since) = (history(Reach::All), history(Reach::Since(NOW - WEEK)));
            let told = (all.gap().cloned(), found(&all), verdict(&since));
            let expected = (None, expected.clone(), expected_verdict(&expected));
            if told != expected {
                let log = log(&sandbox, seed);
                differences.push(format!("seed {seed}, {path}\n  told {told:#?}\n  expected {expected:#?}\n{log}"));
            }
        }
    }
    for (first, other, bases, brought) in second.merges() {
        let (one, two) = (repo.resolve(first).unwrap(), repo.resolve(other).unwrap());
        let found = |ids: Vec<Oid>| ids.iter().map(Oid::to_string).collect::<BTreeSet<_>>();
        let told = (found(repo.merge_bases(one, two).unwrap()), found(repo.between(one, two).unwrap()));
        let owned = |ids: BTreeSet<&str>| ids.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
        let expected = (owned(bases), owned(brought));
        if told != expected {
            differences.push(format!("{first} and {other}\n  told {told:#?}\n  expected {expected:#?}"));
        }
    }
    differences
}

/// A history for whoever has to find out why it is told in two ways.
fn log(sandbox: &Sandbox, seed: u64) -> String {
    let branch = format!("case-{seed}");
    sandbox.git(&["log", "--graph", "--raw", "-m", "--root", "--format=%H %ct %P", &branch])
}

pub(crate) fn import(sandbox: &Sandbox, stream: &str) {
    let mut git = sandbox.command(&sandbox.top());
    let mut child = git.args(["fast-import", "--quiet", "--force"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{stream}");
}

fn found(history: &History) -> Told {
    let mut told = Told { created: history.created.is_some(), ..Told::default() };
    for event in &history.events {
        let change = format!("{}>{}", letter(&event.before), letter(&event.after));
        match event.landing {
            Landing::Discarded { merge } => drop(told.thrown.insert((merge.to_string(), event.effective))),
            Landing::Commit | Landing::Merge => told.kept.push((event.commit.to_string(), event.effective, change)),
        }
    }
    let backwards = history.clocks.backwards.iter();
    told.backwards = backwards.map(|wrong| (wrong.commit.to_string(), wrong.parent_time)).collect();
    told
}

/// The verdict on an allocation that never stood.
fn verdict(history: &History) -> String {
    match allocation_verdict(history, &standing("Z"), NOW, WEEK) {
        Verdict::Allowed => "allowed".to_owned(),
        Verdict::Refused { until, .. } => format!("refused until {until}"),
        Verdict::FutureEvent(_) => "from the future".to_owned(),
        Verdict::Unknown(gap) => format!("unknown: {gap}"),
    }
}

fn expected_verdict(told: &Told) -> String {
    let times: BTreeSet<i64> =
        told.kept.iter().map(|(_, time, _)| *time).chain(told.thrown.iter().map(|(_, time)| *time)).collect();
    match times.last() {
        Some(last) if *last > NOW + 600 => "from the future".to_owned(),
        Some(last) if *last > NOW - WEEK => format!("refused until {}", last + WEEK),
        _ => "allowed".to_owned(),
    }
}
