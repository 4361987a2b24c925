//! The summary of a GitHub Actions step: a file that the runner names, to which a step appends Markdown.

use super::{Fault, Host};
use crate::disk::{Disk, RealDisk};
use crate::output::{self, Paint, Report, Ui};
use std::path::Path;

/// GitHub shows no summary of more than 1 MiB.
const LIMIT: u64 = 1 << 20;
/// The least that says anything: the head of a report, with the longest name of a file.
const LEAST: u64 = 10_000;

/// Appends a report to the step's summary, where there is one. That it could not be done is said, and decides nothing.
pub(super) fn append(report: &Report<'_>, host: &mut Host<'_>, paint: Paint) {
    append_text(&|limit| output::summary(report, limit), host, paint);
}

/// Appends a text, made to fit so many bytes; whether it is there now.
pub(super) fn append_text(text: &dyn Fn(usize) -> String, host: &mut Host<'_>, paint: Paint) -> bool {
    let Some(file) = host.var("GITHUB_STEP_SUMMARY").map(str::to_owned) else { return false };
    let path = host.path(Path::new(&file));
    let taken = std::fs::metadata(&path).map_or(0, |meta| meta.len());
    let left = LIMIT.saturating_sub(taken);
    if left < LEAST {
        Ui::new(host, paint).note("the step's summary is full: what was found is not in it\n");
        return false;
    }
    let text = text(usize::try_from(left).unwrap_or(usize::MAX));
    // An earlier part of the summary may lack its last line's end.
    let text = if taken > 0 { format!("\n{text}") } else { text };
    if let Err(error) = RealDisk.append(&path, text.as_bytes()) {
        let fault = Fault::unknown(format!("cannot write the step's summary: {error}"));
        Ui::new(host, paint).fault(&fault.hint("what was found stands in the log above all the same."));
        return false;
    }
    true
}
