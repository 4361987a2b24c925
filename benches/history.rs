//! Wall time of the cooldown question in whole processes, beside `git log -1 -- PATH` in the same run: `cargo bench
//! --bench history`. Run by hand, and read by a person.
//!
//! The repositories are generated once, under the target directory: 2,000 and 100,000 commits, one in twenty of the
//! first-parent line a merge, a thousand files in directories three deep and 28 beside the config, fully packed, without
//! a commit-graph. One config was changed about 200 times, the last time 550 commits back; the other never since the root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic
)]

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const SIZES: [usize; 2] = [2_000, 100_000];
const PROGRAM: &str = env!("CARGO_BIN_EXE_rebalance");
const SAMPLE: &str = include_str!("../portfolio_config.yaml");
/// 2026-03-04T00:00:00Z.
const NOW: usize = 1_772_582_400;
const CLOCK: &str = "2026-03-04T00:00:00Z";
/// Seconds between two commits, so that the last change is 20 days old.
const STEP: usize = 20 * 86_400 / 550;
const LAST_CHANGE: usize = 550;
const CHANGES: usize = 200;
/// Whoever changes the layout of the repositories gives them another name.
const LAYOUT: &str = "history-1";

fn main() {
    let only = std::env::var("REBALANCE_BENCH_ONLY").ok();
    println!(
        "{:>8} {:22} {:>20} {:>20} {:>8} {:>8}",
        "commits", "question", "git median/best ms", "this", "median", "best"
    );
    for size in SIZES {
        let dir = repository(size);
        for (name, config, target) in
            [("550 commits back", "changed.yaml", 1.5), ("unchanged since root", "settled.yaml", 0.5)]
        {
            if only.as_ref().is_some_and(|only| !format!("{size} {config}").contains(only)) {
                continue;
            }
            let rounds = if size > 10_000 && target < 1.0 { 15 } else { 60 };
            let [git, this] = measured(&dir, config, rounds);
            let ratios = [this[0] / git[0], this[1] / git[1]];
            println!(
                "{size:>8} {name:22} {:>20} {:>20} {:>8.2} {:>8.2}  (wanted: {target})",
                format!("{:.2} / {:.2}", git[0], git[1]),
                format!("{:.2} / {:.2}", this[0], this[1]),
                ratios[0],
                ratios[1],
            );
        }
        let [empty, floor] = floors(&dir);
        println!(
            "{size:>8} an empty process {:.2} / {:.2}, lint --stdin {:.2} / {:.2}",
            empty[0], empty[1], floor[0], floor[1]
        );
    }
}

/// Median and best of git, and of this.
fn measured(dir: &Path, config: &str, rounds: usize) -> [[f64; 2]; 2] {
    let mut git = Command::new("git");
    git.args(["log", "-1", "--format=%H", "--", config]);
    let mut this = Command::new(PROGRAM);
    this.args(["--config", config, "--now", CLOCK, "lint", "--rule", "threshold-reachable=off"]);
    alternately(dir, [git, this], rounds)
}

/// Median and best of an empty process, and of a lint that asks no history.
fn floors(dir: &Path) -> [[f64; 2]; 2] {
    let mut stdin = Command::new(PROGRAM);
    stdin.args(["lint", "--stdin", "--rule", "threshold-reachable=off"]);
    alternately(dir, [Command::new("true"), stdin], 60)
}

fn alternately(dir: &Path, mut commands: [Command; 2], rounds: usize) -> [[f64; 2]; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..rounds + 2 {
        for (command, times) in commands.iter_mut().zip(&mut times) {
            command.current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
            command.stdin(fs::File::open(dir.join("changed.yaml")).unwrap()).stdout(Stdio::null());
            let start = Instant::now();
            assert!(command.status().unwrap().success(), "{command:?}");
            // The first two warm the machine's caches.
            if round >= 2 {
                times.push(start.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        [times[times.len() / 2], times[0]]
    })
}

fn repository(commits: usize) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{LAYOUT}-{commits}"));
    if dir.join("whole").exists() {
        return dir;
    }
    eprintln!("making a repository of {commits} commits");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(args).current_dir(&dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git
    };
    let run = |args: &[&str]| assert!(git(args).status().unwrap().success(), "git {args:?}");
    run(&["init", "-q", "-b", "main"]);
    let mut import = git(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    history(&mut BufWriter::new(import.stdin.take().unwrap()), commits);
    assert!(import.wait().unwrap().success());
    run(&["repack", "-a", "-d", "-f", "-q"]);
    run(&["checkout", "-q", "-f", "main"]);
    // The question is about a change that is being made.
    for config in ["changed.yaml", "settled.yaml"] {
        let text = fs::read_to_string(dir.join(config)).unwrap();
        fs::write(dir.join(config), text.replace("min: 0.30", "min: 0.29")).unwrap();
    }
    fs::write(dir.join("whole"), "").unwrap();
    dir
}

/// A stream for `git fast-import`.
fn history(out: &mut impl Write, commits: usize) {
    let mut dice: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut below = |sides: usize| {
        for (left, shift) in [(true, 13), (false, 7), (true, 17)] {
            dice ^= if left { dice << shift } else { dice >> shift };
        }
        (dice >> 11) as usize % sides
    };
    let first_change = commits - LAST_CHANGE;
    let every = (first_change / CHANGES).max(1);
    let (mut older, mut tip, mut mark) = (0, 0, 1);
    while mark <= commits {
        let apart = older != 0 && mark.abs_diff(first_change) > 1 && mark < commits;
        let from = tip;
        if apart && below(19) == 0 {
            commit(out, mark, commits, &[older]);
            touch(out, &mut below, mark);
            commit(out, mark + 1, commits, &[from, mark]);
            touch(out, &mut below, mark);
            mark += 1;
        } else {
            let parents: &[usize] = if tip == 0 { &[] } else { &[from] };
            commit(out, mark, commits, parents);
            if tip == 0 {
                everything(out);
            }
            if tip != 0 && mark <= first_change && (first_change - mark).is_multiple_of(every) {
                let max = if ((first_change - mark) / every).is_multiple_of(2) { "max: 0.41" } else { "max: 0.42" };
                file(out, "changed.yaml", &SAMPLE.replacen("max: 0.40", max, 1));
            }
            touch(out, &mut below, mark);
        }
        (older, tip) = (from, mark);
        mark += 1;
    }
    out.flush().unwrap();
}

fn commit(out: &mut impl Write, mark: usize, commits: usize, parents: &[usize]) {
    let time = NOW - (commits - mark) * STEP;
    let person = format!("Committer {} <committer{}@example.org> {time} +0900", mark % 7, mark % 7);
    let message =
        format!("room {}: change number {mark}\n\nBecause of what was said of it in review {}.\n", mark % 31, mark / 3);
    write!(out, "commit refs/heads/main\nmark :{mark}\nauthor {person}\ncommitter {person}\n").unwrap();
    write!(out, "data {}\n{message}", message.len()).unwrap();
    for (index, parent) in parents.iter().enumerate() {
        writeln!(out, "{} :{parent}", if index == 0 { "from" } else { "merge" }).unwrap();
    }
}

/// The files of the first commit.
fn everything(out: &mut impl Write) {
    file(out, "changed.yaml", SAMPLE);
    file(out, "settled.yaml", SAMPLE);
    for index in 0..28 {
        file(out, &format!("root{index}.txt"), &format!("file {index}\n"));
    }
    for index in 0..1_000 {
        file(out, &deep(index), &format!("file {index}\n"));
    }
}

/// Some files of one directory change.
fn touch(out: &mut impl Write, below: &mut impl FnMut(usize) -> usize, mark: usize) {
    let first = below(1_000);
    for index in first..=first + below(3) {
        file(out, &deep(index % 1_000), &format!("line {mark}\nof file {index}, {:x}\n", below(1 << 40)));
    }
}

fn deep(index: usize) -> String {
    format!("part{}/room{}/file{index}.rs", index / 100, index / 10 % 10)
}

fn file(out: &mut impl Write, path: &str, text: &str) {
    write!(out, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
}
