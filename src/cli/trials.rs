//! `rebalance lint --test-policies`: do the owner's own rules do what their tests say?

use super::gather::{From, Place};
use super::outputs::{Stream, deliver};
use super::{Exit, Fault, Global, Host, lint, policies, step_summary};
use crate::finding::Level;
use crate::output::{self, Format, Paint, Report};
use crate::rules;
use crate::words::count;

/// Runs the tests. A policy file that cannot be read is a failure, too: its tests were not run.
pub(super) fn run(from: &From, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let place = Place::find(from, &global.config, host);
    let (policies, mut findings, sources) = policies::read(from, global, &place, None, host)?;
    let tried = rules::try_policies(&policies);
    let failed = tried.findings.len();
    findings.extend(tried.findings);
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let exit = lint::exit(&findings, Level::Error);
    let path = global.config.display().to_string();
    let top = lint::Top::of(global, host);
    let pages = rules::own_pages(&policies);
    let report = Report { base: top.base(), pages: &pages, ..Report::new(&path, &findings, &sources, exit) };
    let human = |paint: Paint| {
        let shown = output::findings(&report, paint);
        let gap = if shown.is_empty() { "" } else { "\n" };
        let of = format!("{} of {}", count(tried.tests, "test"), count(tried.rules, "rule"));
        let line = match (exit, tried.tests) {
            (Exit::Done, 0) => format!("{} no rule of yours has tests", paint.green("ok:")),
            (Exit::Done, _) => format!("{} {of} passed", paint.green("ok:")),
            _ if failed == 0 => format!("{} not every policy file can be read; {of} passed", paint.red("failed:")),
            _ => format!("{} {failed} of {of}", paint.red("failed:")),
        };
        format!("{shown}{gap}{line}\n")
    };
    let stream = if global.quiet && exit == Exit::Done { Stream::Quiet } else { Stream::Out };
    let answer = deliver(global, (exit, stream), host, paint, |format, paint| match format {
        Format::Human => human(paint),
        format => output::lint(format, &report, paint),
    })?;
    if global.outputs.has(Format::Github) {
        step_summary::append(&report, host, paint);
    }
    Ok(answer)
}
