//! CPU time of the whole process: `cargo bench --bench lint`. Run by hand on Linux, and read by a person.
//!
//! The peers, check-jsonschema and yamllint, are installed from PyPI into the target directory on the first run. All
//! rows of a table are of one run, one after the other in rounds, so that a busy machine slows them alike.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROUNDS: u32 = 20;
const PEERS: [&str; 2] = ["check-jsonschema==0.39.0", "yamllint==1.38.0"];
const PROGRAM: &str = env!("CARGO_BIN_EXE_rebalance");

/// A command, and how often it runs in a round: a slow one less often.
struct Row {
    name: &'static str,
    command: Command,
    repeats: u32,
    spent: u64,
}

fn main() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let peers = peers(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let scratch = tempfile::tempdir().unwrap();
    for file in ["portfolio_config.yaml", "holdings.yaml"] {
        fs::copy(home.join(file), scratch.path().join(file)).unwrap();
    }
    repository(scratch.path());
    against_peers(home, &peers, scratch.path());
    by_size(scratch.path());
}

/// The directory of the peers' programs.
fn peers(target: &Path) -> PathBuf {
    let bin = target.join("peers/bin");
    if !bin.join("yamllint").exists() {
        eprintln!("installing {}", PEERS.join(" and "));
        let run = |command: &mut Command| assert!(command.status().unwrap().success(), "{command:?}");
        run(Command::new("python3").args(["-m", "venv"]).arg(target.join("peers")));
        run(Command::new(bin.join("pip")).args(["install", "--quiet", "--disable-pip-version-check"]).args(PEERS));
    }
    bin
}

fn repository(dir: &Path) {
    for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "Start"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]).args(args).current_dir(dir);
        assert!(git.status().unwrap().success());
    }
}

fn against_peers(home: &Path, peers: &Path, dir: &Path) {
    let config = dir.join("portfolio_config.yaml");
    let row = |name, program: &Path, args: &[&str], repeats| {
        let mut command = Command::new(program);
        command.args(args).current_dir(dir);
        Row { name, command, repeats, spent: 0 }
    };
    let schema = home.join("schema/portfolio_config.schema.json");
    let program = Path::new(PROGRAM);
    let mut rows = [
        row("an empty process (true)", Path::new("true"), &[], 20),
        row("rebalance --version", program, &["--version"], 20),
        row("rebalance lint --stdin (no history)", program, &["lint", "--stdin"], 20),
        row("rebalance lint (with history)", program, &["lint"], 20),
        row("yamllint", &peers.join("yamllint"), &["-d", "relaxed", "portfolio_config.yaml"], 1),
        row(
            "check-jsonschema",
            &peers.join("check-jsonschema"),
            &["--schemafile", schema.to_str().unwrap(), "portfolio_config.yaml"],
            1,
        ),
    ];
    rounds(&mut rows, &config);
    let slowest = rows.last().unwrap().milliseconds();
    println!("{:38} {:>10} {:>24}", "the sample", "CPU ms", "check-jsonschema / this");
    for row in &rows {
        let own = row.milliseconds();
        println!("{:38} {own:>10.2} {:>24.0}", row.name, slowest / own);
    }
}

fn by_size(dir: &Path) {
    println!("\n{:>8} {:>10} {:>10} {:>14}", "assets", "bytes", "CPU ms", "us an asset");
    let mut base = 0.0;
    for assets in [7, 100, 1_000, 10_000] {
        let text = config(assets);
        let path = dir.join("sized.yaml");
        fs::write(&path, &text).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["lint", "--stdin"]).current_dir(dir);
        let mut rows = [Row { name: "", command, repeats: if assets > 1_000 { 2 } else { 10 }, spent: 0 }];
        rounds(&mut rows, &path);
        let spent = rows[0].milliseconds();
        if assets == 7 {
            base = spent;
        }
        let each = if assets > 7 { (spent - base) * 1000.0 / f64::from(assets - 7) } else { 0.0 };
        println!("{assets:>8} {:>10} {spent:>10.2} {each:>14.2}", text.len());
    }
}

/// A sound config of so many assets, a line each.
fn config(assets: i32) -> String {
    let mut text = String::from(
        "portfolio:\n  name: 'Sized'\n  owner: 'ann'\n  base_currency: 'KRW'\n  broker: 'paper'\n  allocation:\n    core:\n      weight: 1\n      assets:\n",
    );
    let each = 100_000_000 / assets;
    for index in 0..assets {
        let target = if index == 0 { 100_000_000 - each * (assets - 1) } else { each };
        let target = format!("{}.{:08}", target / 100_000_000, target % 100_000_000);
        writeln!(text, "        - {{ ticker: A, code: A{index:05}, target: {target}, min: 0, max: 1 }}").unwrap();
    }
    let sample = include_str!("../portfolio_config.yaml");
    text.push_str(&sample[sample.find("  # Rebalancing rules").unwrap()..]);
    text
}

fn rounds(rows: &mut [Row], input: &Path) {
    for _ in 0..ROUNDS {
        for row in rows.iter_mut() {
            let before = children();
            for _ in 0..row.repeats {
                row.command.stdin(fs::File::open(input).unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
                assert!(row.command.status().unwrap().success(), "{}", row.name);
            }
            row.spent += children() - before;
        }
    }
}

impl Row {
    fn milliseconds(&self) -> f64 {
        self.spent as f64 / f64::from(ROUNDS * self.repeats)
    }
}

/// CPU time of all children that have ended, in milliseconds: fields 16 and 17 of proc(5)'s stat, in ticks of 10 ms.
fn children() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("this benchmark reads /proc, so it needs Linux");
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    [13, 14].into_iter().map(|index: usize| fields[index].parse::<u64>().unwrap() * 10).sum()
}
