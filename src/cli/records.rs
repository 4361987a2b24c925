//! The log as plans look at it.

use super::account::holdings_path;
use super::{Fault, Global, Host, verify};
use crate::disk::RealDisk;
use crate::journal;
use crate::log::{self, Log, LogError};
use crate::replay::Run;
use crate::words::{quoted, short};
use std::path::PathBuf;

/// Where the log is: beside the holdings.
pub(super) fn path(global: &Global, host: &Host<'_>) -> PathBuf {
    log::path(&host.path(&holdings_path(global)))
}

/// Reads the log.
pub(super) fn read(global: &Global, host: &Host<'_>) -> Result<Log, Fault> {
    Log::read(&RealDisk, &path(global, host)).map_err(|error| fault(&error))
}

/// That something was executed of which the log has no record: why that is known, and what brings the record back.
///
/// A plan that the journal has as logged has its record in the log, or the log is not as it was written. The journal is that
/// of the config: of a log that is elsewhere it says nothing.
pub(super) fn lost(log: &Log, global: &Global, host: &Host<'_>) -> Result<Option<(String, String)>, Fault> {
    let path = path(global, host);
    let directory = journal::directory(&host.path(&global.config));
    let own = path.parent() == directory.parent();
    let state = if own {
        journal::read(&RealDisk, &directory).map_err(|error| verify::broken(&error))?
    } else {
        crate::replay::State::default()
    };
    let shown = holdings_path(global).with_file_name("rebalance_log.jsonl").display().to_string();
    let file = quoted(&shown);
    let restore = format!(
        "bring it back as it was committed: `git restore {file}`; where that has it no more, find the commit that has: \
         `git log -- {file}`"
    );
    let without = |run: &&Run| run.logged && !log.records().iter().any(|record| record.plan_id == run.plan_id);
    if let Some(run) = state.runs.iter().rev().find(without) {
        let id = short(&run.plan_id);
        let why = format!("{shown} has no record of plan {id}, which the journal has as applied on {}", day(run));
        return Ok(Some((why, restore)));
    }
    let unfinished = state.runs.last().filter(|run| run.finished.is_none());
    Ok(log.torn().then(|| {
        let remedy = match unfinished {
            Some(run) => {
                let id = short(&run.plan_id);
                format!("go on with plan {id}, which writes its record anew: `rebalance apply <plan.json> --resume`")
            }
            None => restore,
        };
        (format!("the last line of {shown} is torn, so that its record is not known"), remedy)
    }))
}

/// When a run was finished, or else begun: the day, in UTC.
fn day(run: &Run) -> &str {
    let time = run.finished.as_ref().unwrap_or(&run.began);
    time.get(..10).unwrap_or(time)
}

fn fault(error: &LogError) -> Fault {
    Fault::told(error.exit_code(), error, &error.remedy())
}
