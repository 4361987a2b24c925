//! `rebalance diff a.json b.json`: what differs between two plans.

use super::super::outputs::{Stream, deliver};
use super::super::show::{not_a_plan, read};
use super::super::{Exit, Fault, Global, Host};
use crate::output::Paint;
use crate::output::plan_difference::{Side, draw};
use crate::plan::{Comparison, PlanFile};
use std::path::Path;

/// Compares two plan files. One that was edited is shown and is no plan: the answer says so.
pub(super) fn run(
    files: [&Path; 2],
    detailed: bool,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    if files.iter().any(|file| file.extension().is_none_or(|ending| ending != "json")) {
        return Err(Fault::usage("two arguments are two plan files, which end in .json")
            .hint("for two revisions write them as one: rebalance diff BASE..HEAD"));
    }
    if let Some(file) = global.outputs.files().find(|out| files.iter().any(|file| host.path(file) == host.path(out))) {
        let fault = Fault::usage(format!("{} is what the answer is made from", file.display()));
        return Err(fault.hint("name another file."));
    }
    let plan = |file: &Path| PlanFile::read(&read(file, host)?).map_err(|error| not_a_plan(file, &error));
    let plans = [plan(files[0])?, plan(files[1])?];
    let names = files.map(|file| file.display().to_string());
    let side = |n: usize| Side { file: &names[n], plan: &plans[n], edited: plans[n].body.id() != plans[n].plan_id };
    let sides = [side(0), side(1)];
    let comparison = Comparison::of(&plans[0].body, &plans[1].body);
    let exit = if detailed && !comparison.is_empty() { Exit::Changes } else { Exit::Done };
    let stream = if global.quiet { Stream::Quiet } else { Stream::Out };
    let answer = deliver(global, (exit, stream), host, paint, |format, paint| draw(format, sides, &comparison, paint))?;
    match sides.iter().find(|side| side.edited) {
        Some(side) => {
            Err(Fault::mismatch(format!("{} was edited: its plan_id is not the hash of its body", side.file))
                .hint("compare plans as `rebalance plan -o` saved them."))
        }
        None => Ok(answer),
    }
}
