//! `schedule-consistent`: the months fit the frequency, and the convention the day.

use super::{Facts, Setting};
use crate::config::{Frequency, ScheduleDay, Scheduled, get};
use crate::document::{Edit, Span};
use crate::finding::Finding;

/// Months that are out of order, given twice, too many or too few, or unevenly spaced; a convention that says nothing.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let rebalancing = facts.config.portfolio().and_then(|p| get(p.rebalancing.as_ref()));
    let Some(scheduled) = rebalancing.and_then(|r| get(r.scheduled.as_ref())) else { return Vec::new() };
    let mut findings = months(facts, scheduled);
    findings.extend(convention(facts, scheduled));
    findings
}

/// A convention beside a day that is a session by its name, and is never moved.
fn convention(facts: &Facts<'_>, scheduled: &Scheduled) -> Option<Finding> {
    let (field, day) = (scheduled.convention.as_ref()?, scheduled.day.as_ref()?);
    let (convention, word) = (field.get()?, day.get()?);
    if matches!(word, ScheduleDay::Number(_)) {
        return None;
    }
    let message = format!("the convention `{}` says nothing about `{word}`", convention.word());
    let finding = Finding::new(facts.path, message).at(field.span, "nothing is moved by it");
    let finding = finding.with(day.span, "always a trading day");
    Some(finding.help("remove `convention`, or write the day as a number, such as `day: 15`."))
}

fn months(facts: &Facts<'_>, scheduled: &Scheduled) -> Vec<Finding> {
    let (Some(&frequency), Some(field)) = (get(scheduled.frequency.as_ref()), &scheduled.months) else {
        return Vec::new();
    };
    let Some(fields) = field.get() else { return Vec::new() };
    let months: Option<Vec<(u32, Span)>> = fields.iter().map(|f| Some((f.get()?.0, f.span))).collect();
    let Some(months) = months.filter(|m| !m.is_empty()) else { return Vec::new() };
    if let Some(pair) = months.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        let what = if pair[0].0 == pair[1].0 { "given twice" } else { "out of order" };
        let finding = Finding::new(facts.path, format!("the month {} is {what}", pair[1].0));
        let finding = finding
            .at(pair[1].1, what)
            .with(pair[0].1, "after this one")
            .help("list each month once, in the order of the year.");
        return vec![match sorted(facts, &months, field.span) {
            Some(edits) => finding.fix("list the months in the order of the year.", edits),
            None => finding,
        }];
    }
    spacing(facts, frequency, &months, field.span).into_iter().collect()
}

/// The edits that put the months in order: each place gets the text of the month that belongs there. None where a month
/// stands twice, since which of the two goes is not known, and where a comment stands among the months or between them
/// and their key, since it may belong to one of them.
fn sorted(facts: &Facts<'_>, months: &[(u32, Span)], list: Span) -> Option<Vec<Edit>> {
    let document = facts.reading.document.as_ref()?;
    let text = |span: Span| document.text.get(span.start..span.end);
    let mut order: Vec<&(u32, Span)> = months.iter().collect();
    order.sort_by_key(|month| month.0);
    if order.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return None;
    }
    let line_end = |from: usize| {
        let rest = document.text.get(from..)?;
        Some(from + rest.find(['\n', '\r']).unwrap_or(rest.len()))
    };
    let scheduled = document.root.get("portfolio")?.get("rebalancing")?.get("scheduled")?;
    // A comment on the line of the key is about the key, unless the months begin on that line too.
    let start = line_end(scheduled.entry("months")?.key.span.end)?.min(list.start);
    let end = if text(list)?.starts_with('[') { list.end } else { line_end(list.end)? };
    if document.comments.iter().any(|comment| (start..end).contains(&comment.span.start)) {
        return None;
    }
    let moved = months.iter().zip(order).filter(|(here, there)| here.0 != there.0);
    moved.map(|(here, there)| Some(Edit { span: here.1, text: text(there.1)?.to_owned() })).collect()
}

fn spacing(facts: &Facts<'_>, frequency: Frequency, months: &[(u32, Span)], span: Span) -> Option<Finding> {
    let (step, needs) = match frequency {
        Frequency::Monthly => (1, "all 12 months"),
        Frequency::Quarterly => (3, "4 months, 3 apart"),
        Frequency::SemiAnnual => (6, "2 months, 6 apart"),
        Frequency::Annual => (12, "1 month"),
    };
    let start = (months.first()?.0 - 1) % step + 1;
    let needed: Vec<u32> = (0..12 / step).map(|i| start + i * step).collect();
    let given: Vec<u32> = months.iter().map(|m| m.0).collect();
    if given == needed {
        return None;
    }
    let list = |m: &[u32]| m.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("`{}` needs {needs}, not [{}]", frequency.word(), list(&given));
    let finding = Finding::new(facts.path, message).at(span, "does not fit the frequency");
    Some(finding.help(format!("write for example `months: [{}]`, or another `frequency`.", list(&needed))))
}
