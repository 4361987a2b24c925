//! Repositories in temporary directories, and what was found in them in short.

use rebalance::history::{
    End, Event, Gap, History, Landing, Reach, Standing, Verdict, allocation_verdict, collect, trading_verdict,
};
use rebalance::money::{WEIGHT_PLACES, Weight, decimal};
use rebalance::portfolio::{Allocation, Code, Share};
use rebalance::repo::Repo;
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const DAY: i64 = 86_400;
pub(crate) const WEEK: i64 = 7 * DAY;
/// Where the config stands: in a directory, since that is the harder case.
pub(crate) const CONFIG: &str = "fin/config";

/// A directory with a repository in it.
pub(crate) struct Sandbox {
    root: TempDir,
    time: Cell<i64>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// A new repository, with more arguments for `git init`.
    pub(crate) fn with(init: &[&str]) -> Self {
        let sandbox = Self { root: TempDir::new().unwrap(), time: Cell::new(NOW) };
        let top = sandbox.top();
        let args = [&["init", "-q", "-b", "main"], init, &[top.to_str().unwrap()]].concat();
        sandbox.run(sandbox.root.path(), &args);
        sandbox
    }

    /// A new repository in which a script has run.
    pub(crate) fn scripted(script: &str) -> Self {
        let sandbox = Self::new();
        sandbox.script(script);
        sandbox
    }

    pub(crate) fn top(&self) -> PathBuf {
        self.root.path().join("repo")
    }

    /// A path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Runs lines of `WHEN git ARGS…` or `WHEN CONTENT MESSAGE`, the latter a commit with this config: a letter is an
    /// allocation, more after it a comment, `?` nothing that can be read, `@` a link, `-` no config.
    pub(crate) fn script(&self, script: &str) {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (when, rest) = line.split_once(' ').unwrap();
            self.time.set(NOW + offset(when));
            match rest.strip_prefix("git ") {
                Some(args) => drop(self.git(&args.split_whitespace().collect::<Vec<_>>())),
                None => {
                    let (content, message) = rest.split_once(' ').unwrap();
                    self.put(content);
                    self.git(&["add", "-A"]);
                    self.git(&["commit", "-q", "--allow-empty", "-m", &message.replace('|', "\n")]);
                }
            }
        }
    }

    /// Makes the config in the work tree this content.
    pub(crate) fn put(&self, content: &str) {
        let file = self.top().join(CONFIG);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&file);
        match content {
            "-" => {}
            "@" => std::os::unix::fs::symlink("elsewhere", &file).unwrap(),
            _ => fs::write(&file, config(content)).unwrap(),
        }
    }

    /// Runs git in the repository.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.run(&self.top(), args)
    }

    /// Runs git in some directory.
    pub(crate) fn run(&self, dir: &Path, args: &[&str]) -> String {
        let output = self.command(dir).args(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(output.status.success(), "git {args:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// git, seeing nothing of the machine it runs on.
    pub(crate) fn command(&self, dir: &Path) -> Command {
        let date = format!("{} +0900", self.time.get());
        let mut git = Command::new("git");
        git.current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date).env("HOME", self.root.path());
        for (key, value) in [("NAME", "Kim"), ("EMAIL", "kim@example.org")] {
            git.env(format!("GIT_AUTHOR_{key}"), value).env(format!("GIT_COMMITTER_{key}"), value);
        }
        for key in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(key);
        }
        git.args(["-c", "protocol.file.allow=always", "-c", "advice.graftFileDeprecated=false"]);
        git
    }

    pub(crate) fn open(&self) -> Repo {
        Repo::open(&self.top()).unwrap()
    }

    /// What the history of `HEAD` tells, in short.
    pub(crate) fn told(&self) -> String {
        told(&self.open())
    }
}

/// What the week before now tells, in short: the events, then how it ended.
pub(crate) fn told(repo: &Repo) -> String {
    spelled(repo, &week(repo))
}

pub(crate) fn week(repo: &Repo) -> History {
    let tip = repo.head().unwrap();
    collect(&repo.lineage(&parse), tip, CONFIG, Reach::Since(NOW - WEEK))
}

/// What the whole history tells, in short.
pub(crate) fn told_all(repo: &Repo) -> String {
    let tip = repo.head().unwrap();
    spelled(repo, &collect(&repo.lineage(&parse), tip, CONFIG, Reach::All))
}

pub(crate) fn spelled(repo: &Repo, history: &History) -> String {
    let mut parts: Vec<String> = history.events.iter().map(|event| brief(repo, event)).collect();
    parts.extend(history.created.as_ref().map(|event| format!("created {}", event.summary())));
    parts.extend(history.tip_fault.as_ref().map(|gap| format!("tip {:?}", gap.kind)));
    parts.push(match &history.end {
        End::Settled => "settled".to_owned(),
        End::Root => "root".to_owned(),
        End::Unknown(gap) => format!("unknown {:?}", gap.kind),
    });
    let whole = matches!(history.end, End::Settled | End::Root);
    parts.extend(history.gap().filter(|_| whole).map(|gap: &Gap| format!("doubt {:?}", gap.kind)));
    parts.join("; ")
}

fn brief(repo: &Repo, event: &Event) -> String {
    let landing = match event.landing {
        Landing::Commit => String::new(),
        Landing::Merge => " ^".to_owned(),
        Landing::Discarded { merge } => format!(" thrown by {}", repo.words(merge).unwrap().message.trim()),
    };
    let change = format!("{}>{}", letter(&event.before), letter(&event.after));
    format!("{} {} {change}{landing}", event.summary(), instant(event.effective))
}

/// The verdicts on a candidate and on trading what stands, in short.
pub(crate) fn verdicts(repo: &Repo, candidate: &str) -> String {
    let history = week(repo);
    let change = allocation_verdict(&history, &standing(candidate), NOW, WEEK);
    let trade = trading_verdict(&history, &history.tip, NOW, WEEK);
    format!("change {}; trade {}", verdict(&change), verdict(&trade))
}

fn verdict(verdict: &Verdict<'_>) -> String {
    match verdict {
        Verdict::Allowed => "allowed".to_owned(),
        Verdict::Refused { until, by, .. } => format!("refused until {} by {}", instant(*until), by.summary()),
        Verdict::Unknown(gap) => format!("unknown {:?}", gap.kind),
        Verdict::FutureEvent(event) => format!("future {}", event.summary()),
    }
}

/// A config in the tests' own format: `code sleeve target min max` a line.
pub(crate) fn config(content: &str) -> String {
    let (letter, comment) = content.split_at(1);
    match target(letter) {
        Some(target) => format!("# {comment}\n360750 core {target} 0 1\n"),
        None => format!("not a config {comment}\n"),
    }
}

fn target(letter: &str) -> Option<String> {
    let index = letter.bytes().next()?.checked_sub(b'A').filter(|index| *index < 26)?;
    Some(format!("0.{}", 10 + index))
}

/// Reads the tests' own format.
pub(crate) fn parse(bytes: &[u8]) -> Option<Allocation> {
    let mut allocation = Allocation::default();
    for line in std::str::from_utf8(bytes).ok()?.lines().filter(|line| !line.starts_with('#')) {
        let fields: [&str; 5] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        let weight = |text| decimal(text, WEIGHT_PLACES).ok().map(Weight::new);
        let [code, sleeve, target, min, max] = fields;
        let share = Share { sleeve: sleeve.to_owned(), target: weight(target)?, min: weight(min)?, max: weight(max)? };
        allocation.assets.insert(Code(code.to_owned()), share);
    }
    Some(allocation)
}

pub(crate) fn standing(content: &str) -> Standing {
    match content {
        "-" => Standing::Absent,
        _ => Standing::Allocation(parse(config(content).as_bytes()).unwrap().into()),
    }
}

pub(crate) fn letter(standing: &Standing) -> String {
    let Standing::Allocation(allocation) = standing else { return "-".to_owned() };
    let found =
        ('A'..='Z').find(|letter| parse(config(&letter.to_string()).as_bytes()).as_ref() == Some(allocation.as_ref()));
    found.unwrap().to_string()
}

fn offset(text: &str) -> i64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "d" => DAY,
        "h" => 3_600,
        "m" => 60,
        _ => 1,
    };
    number.parse::<i64>().unwrap() * unit
}

fn instant(time: i64) -> String {
    let offset = time - NOW;
    let units = [(DAY, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let (unit, letter) = units.into_iter().find(|(unit, _)| offset % unit == 0).unwrap();
    format!("{:+}{letter}", offset / unit)
}
