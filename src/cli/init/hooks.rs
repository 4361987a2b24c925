//! `rebalance init --hooks`: git's own hooks, for those who use neither pre-commit nor prek.
//!
//! All of them are written or none. A hook that something else wrote is never touched.

use super::InitArgs;
use super::shown;
use super::write::{Put, all_or_none};
use crate::cli::gather::{From, Place};
use crate::cli::{CONFIG, Exit, Fault, Global, Host};
use crate::output::{Paint, Ui};
use crate::repo::{Content, HooksDir, Repo};
use crate::words::{list, one_line, quoted};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A hook: git's name for it, what it does, and the arguments of `rebalance`.
struct Hook {
    name: &'static str,
    does: &'static str,
    args: &'static str,
}

const HOOKS: &[Hook] = &[
    Hook { name: "pre-commit", does: "judges the staged config", args: "lint --staged" },
    Hook { name: "pre-merge-commit", does: "judges the config that a merge stages", args: "lint --staged" },
    Hook { name: "commit-msg", does: "asks for the reason of a change", args: "commit-msg \"$1\"" },
    Hook { name: "pre-push", does: "judges what is pushed by what stands there", args: "pre-push \"$@\"" },
];

/// The second line of every hook that is ours.
const MARK: &str = "# Written by `rebalance init --hooks`, which writes it anew: changes in it are lost.";

/// Runs the command.
pub(super) fn run(args: &InitArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    if global.policies.is_some() {
        return Err(Fault::usage("hooks judge by the staged policies beside the config, not by --policies")
            .hint("leave --policies out."));
    }
    let (repo, path) = match Place::find(&From::Index, &global.config, host) {
        Place::Repo { repo, path } => (repo, path),
        Place::NoRepo(gap) => return Err(Fault::unknown(gap.why).hint(format!("{}.", gap.remedy))),
        Place::Nowhere => return Err(Fault::unknown("there is no repository")),
    };
    let dir = repo.hooks_dir().map_err(|error| match repo.is_bare() {
        true => Fault::no("a bare repository has no work tree, so that nothing is committed in it")
            .hint("run this in a clone; where pushes arrive, the gate is a job in CI."),
        false => error.into(),
    })?;
    there_is_one(&repo, &path, global, host)?;
    let plans: Vec<Plan> = HOOKS.iter().map(|hook| Plan::of(hook, &dir.path, &path)).collect::<Result<_, _>>()?;
    allowed(&dir, &plans, &path, &host.cwd)?;
    if !args.dry_run {
        write(&dir.path, &plans)?;
    }
    let text = told(&dir.path, &plans, args.dry_run, global.quiet, &host.cwd);
    Ui::new(host, paint).answer(&text);
    Ok(Exit::Done)
}

/// A hook of a config that is nowhere would refuse every commit.
fn there_is_one(repo: &Repo, path: &str, global: &Global, host: &Host<'_>) -> Result<(), Fault> {
    let staged = repo.read_index(path).is_ok_and(|content| content != Content::Absent);
    if staged || host.path(&global.config).is_file() {
        return Ok(());
    }
    Err(Fault::unknown(format!("there is no {path} for the hooks to look at"))
        .hint("name it: rebalance --config PATH init --hooks"))
}

/// What stands in a hook's place.
#[derive(PartialEq, Eq)]
enum There {
    Nothing,
    /// Ours, with these bytes; and whether git can run it.
    Ours(Vec<u8>, bool),
    /// Somebody else's, and it calls what ours would call and refuses when that does.
    Calls,
    Foreign,
}

/// A hook and where it goes.
struct Plan {
    hook: &'static Hook,
    file: PathBuf,
    text: String,
    there: There,
}

impl Plan {
    fn of(hook: &'static Hook, dir: &Path, config: &str) -> Result<Self, Fault> {
        let file = dir.join(hook.name);
        let calls = command(hook, config);
        let there = there(&file, &calls).map_err(|error| Fault::io("read", &file, &error))?;
        Ok(Self { hook, text: script(hook, config), file, there })
    }

    /// Whether it is there already, as it is to be.
    fn done(&self) -> bool {
        match &self.there {
            There::Ours(bytes, runs) => *runs && *bytes == self.text.as_bytes(),
            There::Calls => true,
            There::Nothing | There::Foreign => false,
        }
    }
}

fn there(file: &Path, calls: &str) -> io::Result<There> {
    let meta = match fs::symlink_metadata(file) {
        Ok(meta) => meta,
        // In the place of the directory may be a file, such as /dev/null.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(There::Nothing);
        }
        Err(error) => return Err(error),
    };
    if !meta.is_file() {
        return Ok(There::Foreign);
    }
    let bytes = fs::read(file)?;
    if bytes.split(|byte| *byte == b'\n').nth(1) == Some(MARK.as_bytes()) {
        return Ok(There::Ours(bytes, runs(&meta)));
    }
    let called = runs(&meta) && heeded(&bytes, calls);
    Ok(if called { There::Calls } else { There::Foreign })
}

/// Whether a hook calls this and refuses when it does: with `exec`, with `|| exit`, under `set -e`, or at its end. What
/// comes to nothing, as with `|| true`, is no check.
fn heeded(bytes: &[u8], calls: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    let mut strict = false;
    for (index, line) in lines.iter().enumerate() {
        strict |= matches!(line.split_once(' '), Some(("set", flags)) if flags.starts_with("-e"));
        let own = line.trim_start().strip_prefix("exec ");
        match own.unwrap_or(line.trim_start()).strip_prefix(calls).map(str::trim) {
            Some("") if own.is_some() || strict || index + 1 == lines.len() => return true,
            Some("|| exit" | "|| exit $?" | "|| exit \"$?\"" | "|| exit 1") => return true,
            // Nothing behind these is reached, unless they depend on something.
            _ if matches!(line.split(' ').next(), Some("exec" | "exit")) => return false,
            _ => {}
        }
    }
    false
}

#[cfg(unix)]
fn runs(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn runs(_: &fs::Metadata) -> bool {
    true
}

/// The command a hook ends with. Git runs hooks at the top of the work tree.
fn command(hook: &Hook, config: &str) -> String {
    let option = match config {
        CONFIG => String::new(),
        _ => format!("--config={} ", quoted(config)),
    };
    format!("rebalance {option}{}", hook.args)
}

fn script(hook: &Hook, config: &str) -> String {
    format!(
        "#!/bin/sh\n{MARK}\n# It {}.\nif ! command -v rebalance >/dev/null 2>&1; then\n  \
         echo '{}: rebalance is not on PATH, so that nothing was checked, and nothing goes on.' >&2\n  \
         echo 'help: install it from its repository with: cargo install --path .' >&2\n  exit 6\nfi\nexec {}\n",
        hook.does,
        hook.name,
        command(hook, config)
    )
}

/// Refuses where anything is in the way; then nothing at all is written.
fn allowed(dir: &HooksDir, plans: &[Plan], config: &str, cwd: &Path) -> Result<(), Fault> {
    let shown = shown(&dir.path, cwd);
    if dir.shared {
        let fault = Fault::no(format!("core.hooksPath makes {shown} the hooks of every repository of yours"));
        let own = quoted(&one_line(&dir.own.display().to_string()));
        return Err(fault.hint(format!("give this one its own: git config core.hooksPath {own}")));
    }
    if dir.path.exists() && !dir.path.is_dir() {
        return Err(Fault::no(format!("the hooks of this repository are switched off: {shown} is not a directory"))
            .hint("git config --unset core.hooksPath"));
    }
    let foreign: Vec<&Plan> = plans.iter().filter(|plan| plan.there == There::Foreign).collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = foreign.iter().map(|plan| plan.hook.name).collect();
    let are = if names.len() == 1 { "is not a hook" } else { "are not hooks" };
    let message = format!("{} in {shown} {are} that `rebalance init` wrote: nothing was written", list(&names));
    let fault = foreign.iter().fold(Fault::no(message), |fault, plan| {
        fault.hint(format!("add to {}: {} || exit $?", plan.hook.name, command(plan.hook, config)))
    });
    Err(fault.hint("then run this again; or use the hooks with pre-commit or prek, as the README says."))
}

/// Writes every hook, or none.
fn write(dir: &Path, plans: &[Plan]) -> Result<(), Fault> {
    let wanted = plans.iter().filter(|plan| !plan.done());
    let puts = wanted.map(|plan| Put {
        file: plan.file.clone(),
        bytes: plan.text.as_bytes(),
        mode: 0o777,
        old: match &plan.there {
            There::Ours(bytes, _) => Some(bytes.as_slice()),
            There::Nothing | There::Calls | There::Foreign => None,
        },
    });
    let puts: Vec<Put<'_>> = puts.collect();
    all_or_none(&puts).map_err(|(_, error)| Fault::io("write", dir, &error).hint("no hook was changed."))
}

/// What was done, or would be.
fn told(dir: &Path, plans: &[Plan], dry: bool, quiet: bool, cwd: &Path) -> String {
    let mut text = String::new();
    for plan in plans {
        let (sign, word) = match &plan.there {
            There::Calls => (' ', "not ours, and calls rebalance"),
            _ if plan.done() => (' ', "unchanged"),
            There::Nothing => ('+', if dry { "would be written" } else { "written" }),
            There::Ours(..) | There::Foreign => ('~', if dry { "would be written anew" } else { "written anew" }),
        };
        text.push_str(&format!("{sign} {}: {word}; it {}\n", shown(&plan.file, cwd), plan.hook.does));
        if dry {
            text.extend(plan.text.lines().map(|line| format!("    {line}\n")));
        }
    }
    if dry || quiet {
        return if dry { text } else { String::new() };
    }
    text + &format!(
        "The hooks are installed in {}.\n`--no-verify` skips them; the gate is a job in CI.\n",
        shown(dir, cwd)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hook_calls_a_command_that_is_there() {
        let cli = crate::cli::command();
        for hook in HOOKS {
            let name = hook.args.split(' ').next().unwrap_or_default();
            assert!(cli.find_subcommand(name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_is_called_and_not_heeded_is_no_check() {
        let calls = command(&HOOKS[0], CONFIG);
        let yes = [
            "X",
            "exec X",
            "X || exit $?\nmake",
            "set -eu\nX\nmake",
            "make\n\n  X || exit 1\n# end\n",
            "make\nX\n# end",
        ];
        let no = [
            "X || true",
            "X &",
            "X; exit 0",
            "X\nmake",
            "# X",
            "echo X",
            "exit 0\nX",
            "exec make\nX",
            "X --fail-on",
            "X-all",
            "",
        ];
        for (bodies, expected) in [(&yes[..], true), (&no[..], false)] {
            for body in bodies {
                let text = format!("#!/bin/sh\n{}\n", body.replace('X', &calls));
                assert_eq!(heeded(text.as_bytes(), &calls), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        let hook = &HOOKS[0];
        assert_eq!(command(hook, CONFIG), "rebalance lint --staged");
        assert_eq!(command(hook, "fin/it's $HOME.yaml"), "rebalance --config='fin/it'\\''s $HOME.yaml' lint --staged");
    }
}
