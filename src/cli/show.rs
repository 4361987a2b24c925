//! `rebalance show`: any plan, any time, also a stale one.

use super::gather::file;
use super::outputs::{Stream, deliver};
use super::{Exit, Fault, Format, Global, Host};
use crate::output::Paint;
use crate::output::plan::{Next, draw};
use crate::plan::PlanFile;
use crate::plan::file::FileError;
use clap::Args;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rebalance show plan.json
  rebalance show plan.json --format json";

/// Show a plan as it was printed when it was made, however old it is.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ShowArgs {
    /// The plan
    plan: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &ShowArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let plan = PlanFile::read(&read(&args.plan, host)?).map_err(|error| not_a_plan(&args.plan, &error))?;
    if let Some(file) = global.outputs.files().find(|file| host.path(file) == host.path(&args.plan)) {
        let fault = Fault::usage(format!("{} is what the answer is made from", file.display()));
        return Err(fault.hint("name another file."));
    }
    let answer = deliver(global, (Exit::Done, Stream::Out), host, paint, |format, paint| match format {
        Format::Json => plan.text(),
        _ => draw(&plan, Next::Apply(&args.plan.display().to_string()), paint),
    })?;
    edited(&plan, &args.plan).map_or(Ok(answer), Err)
}

/// The fault that a plan was edited, if it was.
pub(super) fn edited(plan: &PlanFile, path: &Path) -> Option<Fault> {
    let why = format!("{} was edited: its plan_id is not the hash of its body", path.display());
    let edited = plan.body.id() != plan.plan_id;
    edited.then(|| Fault::mismatch(why).hint("plan again: rebalance plan -o plan.json"))
}

/// A plan file's bytes. It may be larger than a config.
pub(super) fn read(path: &Path, host: &Host<'_>) -> Result<Vec<u8>, Fault> {
    let full = host.path(path);
    match std::fs::metadata(&full) {
        Ok(meta) if meta.is_file() => std::fs::read(&full).map_err(|error| Fault::io("read", path, &error)),
        _ => file(&full).map_err(|_| {
            let fault = Fault::unknown(format!("cannot read {}: no such file", path.display()));
            fault.hint("make one: rebalance plan -o plan.json")
        }),
    }
}

/// The fault that a file is not a plan.
pub(super) fn not_a_plan(path: &Path, error: &FileError) -> Fault {
    let fault = match error {
        FileError::Shape(why) => Fault::mismatch(format!("{} is not a plan: {why}", path.display())),
        FileError::Inexact => Fault::mismatch(format!("{} is not byte for byte as it was written", path.display())),
        FileError::Version(version) => Fault::mismatch(format!(
            "{} has format_version {version}, which this version does not know",
            path.display()
        )),
    };
    fault.hint("make one: rebalance plan -o plan.json")
}
