//! A stage: a temporary repository with the sample in it, a fixed clock, and commands run on it.

use rebalance::cli::{self, Host};
use rebalance::host::Live;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// 2026-03-04T00:00:00Z, the day of the sample.
pub(crate) const NOW: i64 = 1_772_582_400;
const DAY: i64 = 86_400;

/// A temporary repository and a clock.
pub(crate) struct Stage {
    root: TempDir,
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// The environment commands see.
    pub(crate) env: BTreeMap<String, String>,
}

impl Stage {
    /// The sample, committed 100 days ago.
    pub(crate) fn sample() -> Self {
        let stage = Self::bare_directory();
        stage.git(&["init", "-q", "-b", "main"]);
        stage.commit("Start", 100);
        stage
    }

    /// The sample in a directory that is no repository.
    pub(crate) fn bare_directory() -> Self {
        let stage = Self::empty();
        for file in ["portfolio_config.yaml", "holdings.yaml"] {
            fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), stage.path(file)).unwrap();
        }
        stage
    }

    /// A directory with nothing in it.
    pub(crate) fn empty() -> Self {
        Self { root: TempDir::new().unwrap(), now: NOW, env: BTreeMap::new() }
    }

    /// A path on the stage.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root.path().join(file)
    }

    /// A file's text.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Writes a file.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces the first occurrence of a text that is there.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from:?} is not in {file}");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// Runs git, isolated from the machine's configuration.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_at(args, 0)
    }

    fn git_at(&self, args: &[&str], days_ago: i64) -> String {
        let output = self.git_command(args, days_ago).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A git command as it is run here: so many days ago, and not by the machine's configuration.
    pub(crate) fn git_command(&self, args: &[&str], days_ago: i64) -> Command {
        let date = format!("@{} +0000", self.now - days_ago * DAY);
        let mut command = Command::new("git");
        command.args(args).current_dir(self.root.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
            command.env_remove(name);
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        for (name, value) in [("NAME", "Ann"), ("EMAIL", "ann@example.org")] {
            command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
        }
        command
    }

    /// Commits everything, so many days ago.
    pub(crate) fn commit(&self, message: &str, days_ago: i64) {
        self.git(&["add", "-A"]);
        self.git_at(&["commit", "-q", "-m", message], days_ago);
    }

    /// Runs a command: standard output, standard error and exit code, each whole.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_in("", args)
    }

    /// Runs a command in a directory below.
    pub(crate) fn run_in(&self, dir: &str, args: &[&str]) -> Run {
        self.run_on(dir, Box::new(std::io::empty()), false, args)
    }

    /// Runs a command with this on its standard input.
    pub(crate) fn run_with(&self, input: &[u8], args: &[&str]) -> Run {
        self.run_on("", Box::new(std::io::Cursor::new(input.to_vec())), false, args)
    }

    /// Runs a command at a terminal at which this is typed.
    pub(crate) fn run_typing(&self, input: &str, args: &[&str]) -> Run {
        self.run_on("", Box::new(std::io::Cursor::new(input.as_bytes().to_vec())), true, args)
    }

    fn run_on(&self, dir: &str, input: Box<dyn std::io::Read + Send>, typed: bool, args: &[&str]) -> Run {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut host = Host {
            cwd: self.root.path().join(dir),
            env: self.env.clone(),
            now: self.now,
            out: &mut out,
            err: &mut err,
            input,
            out_is_terminal: false,
            err_is_terminal: false,
            lost: false,
            columns: self.env.get("COLUMNS").and_then(|columns| columns.parse().ok()),
            pause: |_| (),
            live: Live { input: typed, ..Live::default() },
        };
        let args: Vec<OsString> = std::iter::once("rebalance").chain(args.iter().copied()).map(Into::into).collect();
        let code = cli::run(args, &mut host);
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes).unwrap().replace(&self.root.path().display().to_string(), "[DIR]")
        };
        Run { out: text(out), err: text(err), code }
    }
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
    /// The exit code.
    pub(crate) code: u8,
}

impl Run {
    /// All three as one text, for a snapshot.
    pub(crate) fn whole(&self) -> String {
        let mut text = self.out.clone();
        if !self.err.is_empty() {
            text.push_str("--- stderr\n");
            text.push_str(&self.err);
        }
        text.push_str(&format!("--- exit {}\n", self.code));
        text
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.whole()))
    }

    /// The findings as `rule line:column level`, of the levels named.
    pub(crate) fn findings(&self, levels: &[&str]) -> Vec<String> {
        let json = self.json();
        let all = json["findings"].as_array().unwrap().iter();
        let shown = all.filter(|f| levels.contains(&f["level"].as_str().unwrap()));
        let text = |f: &serde_json::Value| {
            let start = &f["start"];
            format!(
                "{} {}:{} {}",
                f["rule"].as_str().unwrap(),
                start["line"],
                start["column"],
                f["level"].as_str().unwrap()
            )
        };
        shown.map(text).collect()
    }
}
