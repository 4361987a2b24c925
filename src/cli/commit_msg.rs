//! `rebalance commit-msg`: the commit-msg hook. Judges a staged allocation change by the message it will have, and
//! writes the override line when the environment asks for one.

use super::gather::{Claims, From, gather};
use super::lint::{exit, judge};
use super::{Exit, Fault, Global, Host};
use crate::finding::Level;
use crate::history::message::{self, Comment};
use crate::output::{self, Paint, Report, Ui};
use crate::repo::Repo;
use clap::Args;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rebalance commit-msg .git/COMMIT_EDITMSG

It is what the hook `rebalance-commit-msg` runs. With
REBALANCE_COOLDOWN_OVERRIDE='why' in the environment it adds the line
`Cooldown-Override: why` to the message.";

/// The commit-msg hook: a staged allocation change says why, and keeps the cooldown or overrides it aloud.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CommitMsgArgs {
    /// The message file, as git gives it to the hook
    message: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &CommitMsgArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let path = host.path(&args.message);
    let bytes = std::fs::read(&path).map_err(|error| Fault::io("read", &args.message, &error))?;
    let repo = Repo::open(&host.cwd)?;
    let comment = comments(&repo, host);
    let text = message::clean(&String::from_utf8_lossy(&bytes), &comment);
    let asked = host.var("REBALANCE_COOLDOWN_OVERRIDE").map(one_line).filter(|reason| !reason.is_empty());
    let said = message::override_reason(&text);
    let reasoned = message::reason(&text).is_some();
    let override_reason = said.clone().or_else(|| asked.clone());
    let mut gathered =
        gather(&From::Index, global, host, &Claims { override_reason, reasoned: Some(reasoned), ..Claims::default() })?;
    let overridden = judge(&gathered).iter().any(|f| f.rule == "allocation-cooldown" && f.level < Level::Error);
    // An override nobody needs is not written, and into an empty message nothing is: git makes no commit of it, and must
    // not be led to.
    let line = asked.filter(|_| overridden && said.is_none() && !text.is_empty());
    if line.is_some() {
        gathered.set_reasoned(true); // the line that will be written is a reason
    }
    let findings = judge(&gathered);
    let exit = exit(&findings, Level::Error);
    if let (Some(reason), Exit::Done) = (line, exit) {
        let line = format!("{}: {reason}", message::OVERRIDE_KEY);
        write(&path, &with_line(&bytes, &line, &comment))?;
    }
    let report = Report::new(&gathered.path, &findings, &gathered.sources, exit);
    if exit != Exit::Done || !findings.is_empty() && !global.quiet {
        Ui::new(host, paint).answer(&output::lint(global.format, &report, paint));
    }
    Ok(exit)
}

/// What git will take for a comment in this message. Without an editor it takes nothing for one, unless told to: then
/// `#12 raise gold` is a subject. Git says that there is no editor by setting GIT_EDITOR to `:` (githooks(5)).
fn comments(repo: &Repo, host: &Host<'_>) -> Comment {
    match repo.cleanup().as_deref() {
        Some("strip" | "scissors") => repo.comment(),
        Some("verbatim" | "whitespace") => Comment::Nothing,
        _ if host.var("GIT_EDITOR") == Some(":") => Comment::Nothing,
        _ => repo.comment(),
    }
}

/// A reason as it fits on one line of a message.
fn one_line(reason: &str) -> String {
    reason.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The message with a line added after its own text, before git's comments and the scissors. It may be in any encoding
/// that has ASCII in it, and every other byte is kept.
fn with_line(bytes: &[u8], line: &str, comment: &Comment) -> Vec<u8> {
    // One character a byte, so that a length in characters is one in bytes.
    let narrow: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    let own = narrow.get(..message::own_length(&narrow, comment)).unwrap_or(&narrow).trim_end().chars().count();
    let (before, after) = bytes.split_at(own.min(bytes.len()));
    let skipped = after.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let after = after.get(skipped..).unwrap_or_default();
    let gap: &[u8] = if after.is_empty() { b"" } else { b"\n" };
    [before, b"\n\n", line.as_bytes(), b"\n", gap, after].concat()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    std::fs::write(path, bytes).map_err(|error| Fault::io("write", path, &error))
}
