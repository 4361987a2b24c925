//! A new repository: which of its files are missing, writing those, and what to do next.

use super::templates::{NewFile, Part, TEMPLATES, files};
use super::write::{Put, all_or_none};
use super::{InitArgs, shown};
use crate::cli::{CONFIG, Exit, Fault, Global, Host};
use crate::output::{Paint, Ui};
use crate::repo::{Repo, RepoError};
use crate::words::{count, one_line, quoted};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Runs the command.
pub(super) fn run(args: &InitArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    own_names(global)?;
    let dir = args.dir.as_ref().map_or_else(|| host.cwd.clone(), |dir| host.path(dir));
    let git = Git::of(&dir, args.no_git)?;
    let template = TEMPLATES.iter().find(|template| template.name == args.from).unwrap_or(&TEMPLATES[0]);
    let seen = look(&dir, files(template, args.action.as_ref(), host.now)?)?;
    let empty = is_empty(&dir);
    if !args.dry_run {
        write(&dir, &seen)?;
        git.begin(&dir)?;
    }
    let text = match (args.dry_run, global.quiet) {
        (true, _) => listed(&seen, true),
        (false, true) => String::new(),
        (false, false) => {
            let told = Told { dir: &dir, seen: &seen, git: &git, named: args.action.is_some(), empty };
            listed(&seen, false) + &told.summary() + &told.next(host)
        }
    };
    Ui::new(host, paint).answer(&text);
    Ok(Exit::Done)
}

/// The files have names of their own.
fn own_names(global: &Global) -> Result<(), Fault> {
    let others = [&global.holdings, &global.policies, &global.fx, &global.ex_dividend];
    if global.config != Path::new(CONFIG) || others.iter().any(|other| other.is_some()) {
        return Err(Fault::usage("rebalance init names its files itself").hint("say where with --dir DIR."));
    }
    Ok(())
}

/// Where the directory stands in git.
enum Git {
    /// In no repository; whether one is begun.
    Nowhere { begun: bool },
    /// The top of one.
    Top,
    /// Below the top of one, which is this.
    Below(PathBuf),
}

impl Git {
    fn of(dir: &Path, no_git: bool) -> Result<Self, Fault> {
        let there = dir.ancestors().find(|dir| fs::symlink_metadata(dir).is_ok()).unwrap_or(dir);
        if !there.is_dir() {
            return Err(Fault::usage(format!("{} is not a directory", there.display()))
                .hint("name another with --dir DIR; it is made if it is not there."));
        }
        match Repo::open(there) {
            Ok(repo) => {
                let top = repo.workdir().ok_or_else(|| {
                    Fault::no("a bare repository has no work tree to write to").hint("run this in a clone of it.")
                })?;
                let same = matches!((top.canonicalize(), dir.canonicalize()), (Ok(top), Ok(dir)) if top == dir);
                Ok(if same { Self::Top } else { Self::Below(top.to_owned()) })
            }
            Err(RepoError::NotARepository { .. }) => Ok(Self::Nowhere { begun: !no_git }),
            Err(error) => Err(error.into()),
        }
    }

    fn begin(&self, dir: &Path) -> Result<(), Fault> {
        match self {
            Self::Nowhere { begun: true } => Repo::begin(dir).map_err(|error| {
                Fault::unknown(format!("the files were written, and {error}"))
                    .hint(format!("begin the repository: git init {}", quoted(&dir.display().to_string())))
            }),
            _ => Ok(()),
        }
    }
}

/// What stands in a file's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Nothing,
    /// The very same bytes.
    Same,
    /// Anything else. It is kept.
    Other,
    /// Nothing, and nothing is written: it would not fit the config that is kept.
    LeftOut,
}

/// A file, and where it goes.
struct Seen {
    new: NewFile,
    file: PathBuf,
    there: There,
}

fn look(dir: &Path, files: Vec<NewFile>) -> Result<Vec<Seen>, Fault> {
    let mut seen = Vec::new();
    let mut own_config = false;
    for new in files {
        let file = dir.join(new.path);
        let mut there = there(&file, &new.text).map_err(|error| {
            Fault::io("look at", &file, &error).hint("nothing was written; --dir DIR names another directory.")
        })?;
        own_config |= new.part == Part::Config && there == There::Other;
        if own_config && new.part == Part::Portfolio && there == There::Nothing {
            there = There::LeftOut;
        }
        seen.push(Seen { new, file, there });
    }
    Ok(seen)
}

fn there(file: &Path, text: &str) -> io::Result<There> {
    match fs::symlink_metadata(file) {
        Ok(meta) if meta.is_file() => {
            // One that cannot be read is somebody's all the same.
            let same = fs::read(file).is_ok_and(|bytes| bytes == text.as_bytes());
            Ok(if same { There::Same } else { There::Other })
        }
        Ok(_) => Ok(There::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(There::Nothing),
        Err(error) => Err(error),
    }
}

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).map_or(true, |entries| entries.flatten().all(|entry| entry.file_name() == ".git"))
}

fn write(dir: &Path, seen: &[Seen]) -> Result<(), Fault> {
    let missing = seen.iter().filter(|seen| seen.there == There::Nothing);
    let puts =
        missing.map(|seen| Put { file: seen.file.clone(), bytes: seen.new.text.as_bytes(), mode: 0o666, old: None });
    let puts: Vec<Put<'_>> = puts.collect();
    all_or_none(&puts).map_err(|(path, error)| {
        let verb = if path.starts_with(dir) && path != dir { "write" } else { "make" };
        Fault::io(verb, &path, &error).hint("nothing was written.")
    })
}

/// Every file, and what became of it or would.
fn listed(seen: &[Seen], dry: bool) -> String {
    let mut text = String::new();
    for Seen { new, there, .. } in seen {
        let (sign, word) = match there {
            There::Nothing => ('+', if dry { "would be written" } else { "written" }),
            There::Same => (' ', "unchanged"),
            There::Other => (' ', "is there already, and kept as it is"),
            There::LeftOut => (' ', "left out: it would not fit the portfolio_config.yaml that is there"),
        };
        text.push_str(&format!("{sign} {}: {word}", new.path));
        match new.printed_by {
            Some(command) if dry && *there == There::Nothing => text.push_str(&format!("; as `{command}` prints it\n")),
            None if dry && *there == There::Nothing => {
                text.push('\n');
                text.extend(new.text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n"));
            }
            _ => text.push('\n'),
        }
    }
    text
}

/// What is told after the files were written.
struct Told<'a> {
    dir: &'a Path,
    seen: &'a [Seen],
    git: &'a Git,
    /// Whether it was said which rebalance the workflows run.
    named: bool,
    /// Whether nothing was in the directory.
    empty: bool,
}

impl Told<'_> {
    fn count(&self, there: There) -> usize {
        self.seen.iter().filter(|seen| seen.there == there).count()
    }

    /// How many were written, and what only the user can do.
    fn summary(&self) -> String {
        let mut text = format!("\n{} written", count(self.count(There::Nothing), "file"));
        let kept = self.count(There::Other);
        text.push_str(&if kept == 0 { String::new() } else { format!(", {kept} kept") });
        text.push_str(match self.git {
            Git::Nowhere { begun: true } => ", a git repository begun.\n",
            _ => ".\n",
        });
        if let Git::Below(top) = self.git {
            text.push_str(&format!(
                "note: this is inside the repository at {}\n  \
                 Workflows and hooks are read at its top only: make this a repository of its\n  \
                 own, or move them there.\n",
                one_line(&top.display().to_string())
            ));
        }
        let writes = |path: &str, there: There| self.seen.iter().any(|s| s.new.path.contains(path) && s.there == there);
        if writes(".gitignore", There::Other) {
            text.push_str(&self.ignored());
        }
        if writes("workflows", There::Nothing) && !self.named {
            text.push_str(
                "note: the workflows name `OWNER/rebalance` at a commit of zeros. Write where you\n  \
                 keep rebalance, and the commit that you trust, into .github/workflows.\n",
            );
        }
        text
    }

    /// The lines that a `.gitignore` of the user's does not have.
    fn ignored(&self) -> String {
        let Some(seen) = self.seen.iter().find(|seen| seen.new.path == ".gitignore") else { return String::new() };
        let own = fs::read_to_string(&seen.file).unwrap_or_default();
        let own: BTreeSet<&str> = own.lines().map(str::trim).collect();
        let lines = seen.new.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let missing: Vec<&str> = lines.filter(|line| !own.contains(line)).collect();
        match missing.is_empty() {
            true => String::new(),
            false => format!("note: add to .gitignore:\n  {}\n", missing.join("\n  ")),
        }
    }

    /// The next commands, to be pasted.
    fn next(&self, host: &Host<'_>) -> String {
        let mut lines = Vec::new();
        if self.dir != host.cwd {
            lines.push(format!("cd {}", quoted(&shown(self.dir, &host.cwd))));
        }
        if !matches!(self.git, Git::Top | Git::Nowhere { begun: true }) {
            lines.push("git init".to_owned());
        }
        let written: BTreeSet<&str> = self.seen.iter().filter(|seen| seen.there == There::Nothing).map(top).collect();
        match (written.is_empty(), self.empty) {
            (true, _) => {}
            (false, true) => lines.push("git add . && git commit -m 'Start the portfolio'".to_owned()),
            (false, false) => {
                let names: Vec<&str> = written.into_iter().collect();
                lines.push(format!("git add {} && git commit -m 'Start the portfolio'", names.join(" ")));
            }
        }
        let rest = ["pre-commit install || rebalance init --hooks", "rebalance status", "rebalance plan -o plan.json"];
        lines.extend(rest.map(str::to_owned));
        format!("\nNext:\n  {}\n", lines.join("\n  "))
    }
}

/// The first part of a file's path.
fn top(seen: &Seen) -> &'static str {
    seen.new.path.split('/').next().unwrap_or_default()
}
