//! A repository, a plan of an account at a simulator, and the real program run on it: what tests of whole runs stand on.
//!
//! A simulator has a [`Bench`], and every such test runs on every bench.

use crate::desk::Kept;
use crate::ledger::Ledger;
use crate::wire::{Protocol, Reply, Request, Server};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// A simulator, as far as a whole run needs to know it.
pub(crate) trait Bench: Kept + Sized {
    /// The broker's name in the table.
    const BROKER: &'static str;
    /// When its market is open, RFC 3339: where nothing else is said, ten in the morning in Seoul.
    const NOW: &'static str = "2026-03-04T01:00:00Z";
    /// A portfolio of its market, of which `fresh` is far from the targets, so that there is something to sell and to buy.
    const CONFIG: &'static str = PORTFOLIO;
    /// Texts that only the credentials have.
    const CANARIES: &'static [&'static str];
    /// What an access token has in it, which is kept in a file of its own; none where there are no tokens.
    const TOKEN: Option<&'static str> = None;

    /// Its market closes: where nothing else is done, it becomes evening.
    fn close(&mut self) {
        self.ledger().unwrap().pass(Duration::from_secs(7 * 3600));
    }

    /// A code is not traded any more.
    fn halt(&mut self, code: &str);

    /// The broker says no, with these words.
    fn denial(told: &str) -> Reply;

    /// It takes no order of parts of a share any more, where it ever did.
    fn whole_shares(&mut self) {}

    /// The broker, with an account in which nothing has happened.
    fn fresh() -> Self;

    /// What the program is told of the broker at this address: `NAME=value`, a line each, as in the credentials file.
    fn credentials(url: &str) -> String;
}

/// The account of the guide: codes, quantities, prices.
pub(crate) const GUIDE: [(&str, &str, &str); 7] = [
    ("360750", "250", "16800"),
    ("069500", "45", "35555"),
    ("305080", "140", "10000"),
    ("443160", "50", "10000"),
    ("091230", "30", "50000"),
    ("305720", "25", "32000"),
    ("319640", "80", "12500"),
];
/// The portfolio of the guide.
pub(crate) const PORTFOLIO: &str = include_str!("../../portfolio_config.yaml");

/// The paper broker, which is nowhere.
pub(crate) struct Paper;

impl Protocol for Paper {
    fn answer(&mut self, request: &Request) -> Reply {
        panic!("nobody is asked: {}", request.line())
    }
}

impl Kept for Paper {
    fn ledger(&mut self) -> Option<&mut Ledger> {
        None
    }
}

impl Bench for Paper {
    const BROKER: &'static str = "paper";
    const NOW: &'static str = "2026-03-04T01:30:00Z";
    const CANARIES: &'static [&'static str] = &[];

    fn close(&mut self) {
        panic!("there is no market")
    }

    fn halt(&mut self, code: &str) {
        panic!("there is no market for {code}")
    }

    fn denial(told: &str) -> Reply {
        panic!("nobody says no: {told}")
    }

    fn fresh() -> Self {
        Self
    }

    fn credentials(_: &str) -> String {
        String::new()
    }
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; none when it was killed.
    pub(crate) code: Option<i32>,
    /// Standard output and standard error.
    pub(crate) said: String,
}

/// A program that runs and can be killed from anywhere.
#[derive(Clone, Default)]
pub(crate) struct Running(Arc<Mutex<Option<Child>>>);

impl Running {
    /// Kills it with SIGKILL, and waits until it is dead. Nothing, when there is none.
    pub(crate) fn kill(&self) {
        if let Some(child) = self.0.lock().unwrap().as_mut() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Its process id, while it runs.
    pub(crate) fn id(&self) -> Option<u32> {
        self.0.lock().unwrap().as_ref().map(Child::id)
    }

    /// Whether it has ended, and its exit code: none when it was killed.
    fn ended(&self) -> Option<Option<i32>> {
        self.0.lock().unwrap().as_mut().unwrap().try_wait().unwrap().map(|status| status.code())
    }
}

/// A simulator, and a repository with a plan of its account.
pub(crate) struct Rig<B: Bench> {
    pub(crate) server: Server<B>,
    /// The repository as it is after planning.
    planned: TempDir,
    /// Where the credentials are, and the home of the program.
    home: TempDir,
}

impl<B: Bench> Rig<B> {
    /// Starts the simulator and plans.
    pub(crate) fn planned() -> Self {
        Self::planned_as(B::CONFIG)
    }

    /// The same with another config.
    pub(crate) fn planned_as(config: &str) -> Self {
        let rig = Self::started(config);
        let dir = rig.planned.path();
        let run = rig.run(dir, 0, &["plan", "-q", "-o", "plan.json", "--trigger", "manual", "--broker", B::BROKER]);
        assert_eq!(run.code, Some(0), "{}", run.said);
        rig
    }

    /// Starts the simulator, and plans nothing.
    pub(crate) fn started(config: &str) -> Self {
        let server = Server::start(B::fresh());
        let (planned, home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let credentials = home.path().join("credentials");
        fs::write(&credentials, B::credentials(&server.url)).unwrap();
        only_mine(&credentials);
        let rig = Self { server, planned, home };
        let dir = rig.planned.path();
        fs::write(dir.join("portfolio_config.yaml"), config).unwrap();
        if B::BROKER == Paper::BROKER {
            let holdings = Path::new(env!("CARGO_MANIFEST_DIR")).join("holdings.yaml");
            fs::copy(holdings, dir.join("holdings.yaml")).unwrap();
        }
        for args in [&["init", "-q", "--template="][..], &["add", "."], &["commit", "-q", "-m", "Start"]] {
            git(dir, args);
        }
        rig
    }

    /// A copy of the repository, and the account as it was before anything happened.
    pub(crate) fn again(&self) -> TempDir {
        *self.server.protocol() = B::fresh();
        self.server.well();
        let copy = TempDir::new().unwrap();
        copied(self.planned.path(), copy.path());
        copy
    }

    /// Where the program has its home.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs the program to its end, so many minutes after the plan.
    pub(crate) fn run(&self, dir: &Path, minutes: i64, args: &[&str]) -> Outcome {
        let running = Running::default();
        self.start(&running, dir, minutes, args);
        self.outcome(&running, || ())
    }

    /// The program, so many minutes after the plan.
    pub(crate) fn command(&self, dir: &Path, minutes: i64, args: &[&str]) -> Command {
        let now = B::NOW.parse::<chrono::DateTime<chrono::Utc>>().unwrap() + chrono::TimeDelta::minutes(minutes);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rebalance"));
        command.args(args).args(["--now", &now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)]);
        command.current_dir(dir).env_clear().env("HOME", self.home.path());
        command.env("REBALANCE_CREDENTIALS", self.home.path().join("credentials"));
        command
    }

    /// Starts the program, so many minutes after the plan.
    pub(crate) fn start(&self, running: &Running, dir: &Path, minutes: i64, args: &[&str]) {
        let mut command = self.command(dir, minutes, args);
        // Beside the repository's own files, in which nothing is to be that the program has not written.
        command.stdout(File::create(self.home.path().join("out")).unwrap());
        command.stderr(File::create(self.home.path().join("err")).unwrap());
        let mut slot = running.0.lock().unwrap();
        *slot = Some(command.spawn().unwrap());
    }

    /// Waits for the program, and does something again and again until it has ended.
    pub(crate) fn outcome(&self, running: &Running, mut meanwhile: impl FnMut()) -> Outcome {
        let code = loop {
            if let Some(code) = running.ended() {
                break code;
            }
            meanwhile();
            std::thread::sleep(Duration::from_micros(200));
        };
        let read = |file: &str| fs::read_to_string(self.home.path().join(file)).unwrap();
        Outcome { code, said: read("out") + &read("err") }
    }
}

/// Runs git on a commit of long ago, and not by the machine's configuration.
fn git(dir: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(args).current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_AUTHOR", "GIT_COMMITTER"] {
        command.env(format!("{name}_NAME"), "Ann").env(format!("{name}_EMAIL"), "ann@example.org");
        command.env(format!("{name}_DATE"), "2025-11-24T00:00:00Z");
    }
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    assert!(command.output().unwrap().status.success(), "git {args:?}");
}

#[cfg(unix)]
fn only_mine(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn only_mine(_: &Path) {}

/// Every file below a directory.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let (mut found, mut pending) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found
}

fn copied(from: &Path, to: &Path) {
    for file in files(from) {
        let there = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(there.parent().unwrap()).unwrap();
        fs::copy(file, there).unwrap();
    }
    // Git wants this one even when nothing is in it.
    fs::create_dir_all(to.join(".git/refs")).unwrap();
}

/// What is executed, by way and code: shares and what they came to.
pub(crate) type Executed = BTreeMap<(String, String), (String, String)>;
