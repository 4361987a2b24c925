//! Many accounts through `plan --batch`, in whole processes: `cargo bench --bench batch`. Run by hand, and read by a person.
//!
//! Accounts of 7 assets with random holdings, prices and cash, all with orders: 10,000 and 100,000 of them by a path, 10,000
//! with the config in the line, 10,000 each with a config of its own. The answers to the two halves of an input have to be
//! those to the whole, and the peak of the memory that of a tenth of the input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::float_arithmetic)]

use rebalance::document;
use rebalance::schema;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rebalance");
const CONFIG: &str = include_str!("../portfolio_config.yaml");
const HOLDINGS: &str = include_str!("../holdings.yaml");
/// Clock ticks in a second, as /proc counts them on Linux.
const TICKS: f64 = 100.0;

/// Where a line's config is.
#[derive(Clone, Copy)]
enum Kind {
    Path,
    Line,
    Own,
}

/// What a run took.
struct Took {
    wall: f64,
    cpu: f64,
    peak: u64,
}

fn main() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("batch");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("portfolio_config.yaml"), CONFIG).unwrap();
    for args in
        [&["init", "-q"][..], &["add", "-A"], &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]]
    {
        let date = "2025-11-20T00:00:00Z";
        let status = Command::new("git").args(args).current_dir(&dir).env("GIT_COMMITTER_DATE", date).status();
        assert!(status.unwrap().success(), "git {args:?}");
    }
    println!("{:32} {:>8} {:>8} {:>10} {:>12} {:>10}", "", "accounts", "wall s", "CPU s", "CPU us each", "peak MiB");
    for (name, kind, accounts) in [
        ("config by path", Kind::Path, 10_000),
        ("config by path", Kind::Path, 100_000),
        ("the same config in each line", Kind::Line, 10_000),
        ("a config of its own in each line", Kind::Own, 10_000),
    ] {
        let input = input(&dir, kind, accounts);
        let output = dir.join("out.jsonl");
        let took = run(&dir, &input, &output);
        println!(
            "{name:32} {accounts:>8} {:>8.2} {:>10.2} {:>12.1} {:>10.1}",
            took.wall,
            took.cpu,
            took.cpu * 1e6 / accounts as f64,
            took.peak as f64 / 1024.0
        );
        if accounts == 10_000 {
            halves(&dir, &input, &output);
        }
    }
}

/// The answers to the halves, one after the other, have to be those to the whole.
fn halves(dir: &Path, input: &Path, output: &Path) {
    let text = fs::read_to_string(input).unwrap();
    let middle = text[..text.len() / 2].rfind('\n').unwrap() + 1;
    let mut both = Vec::new();
    for half in [&text[..middle], &text[middle..]] {
        let (from, to) = (dir.join("half.jsonl"), dir.join("half-out.jsonl"));
        fs::write(&from, half).unwrap();
        run(dir, &from, &to);
        both.extend(fs::read(&to).unwrap());
    }
    assert!(both == fs::read(output).unwrap(), "the halves are answered otherwise than the whole");
}

/// The input is a file, so that nothing is measured but the program.
fn input(dir: &Path, kind: Kind, accounts: usize) -> PathBuf {
    let path = dir.join("in.jsonl");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    let read = |text: &str| schema::json(&document::read(text.as_bytes()).document.unwrap().root);
    let (config, holdings) = (read(CONFIG), read(HOLDINGS));
    let mut seed = 1_u64;
    let mut below = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    for account in 0..accounts {
        let mut held = holdings.clone();
        held["cash"]["KRW"] = below(500_000).into();
        for position in held["positions"].as_array_mut().unwrap() {
            let number = |value: &Value| value.to_string().parse::<u64>().unwrap();
            position["quantity"] = (number(&position["quantity"]) * (50 + below(100)) / 100).into();
            position["price"] = (number(&position["price"]) * (90 + below(20)) / 100).into();
        }
        let config = match kind {
            Kind::Path => json!("portfolio_config.yaml"),
            Kind::Line => config.clone(),
            Kind::Own => {
                let mut own = config.clone();
                own["portfolio"]["name"] = format!("Account {account}").into();
                own
            }
        };
        writeln!(out, "{}", json!({ "id": account, "config": config, "holdings": held })).unwrap();
    }
    out.flush().unwrap();
    path
}

fn run(dir: &Path, input: &Path, output: &Path) -> Took {
    let start = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(["--now", "2026-03-04T00:00:00Z", "plan", "--batch", "-q"])
        .current_dir(dir)
        .stdin(File::open(input).unwrap())
        .stdout(File::create(output).unwrap())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let (mut cpu, mut peak) = (0.0, 0);
    let status = loop {
        cpu = cpu_seconds(&proc).unwrap_or(cpu);
        peak = peak_kib(&proc).unwrap_or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        sleep(Duration::from_millis(2));
    };
    assert!(status.success(), "{status}");
    Took { wall: start.elapsed().as_secs_f64(), cpu, peak }
}

fn cpu_seconds(proc: &Path) -> Option<f64> {
    let stat = fs::read_to_string(proc.join("stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u32>().ok();
    Some(f64::from(ticks(11)? + ticks(12)?) / TICKS)
}

fn peak_kib(proc: &Path) -> Option<u64> {
    let status = fs::read_to_string(proc.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
