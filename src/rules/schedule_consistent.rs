//! `schedule-consistent`: the months fit the frequency.

use super::{Facts, Setting};
use crate::config::{Frequency, get};
use crate::document::Span;
use crate::finding::Finding;

/// Months that are out of order, given twice, too many or too few, or unevenly spaced.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let rebalancing = facts.config.portfolio().and_then(|p| get(p.rebalancing.as_ref()));
    let Some(scheduled) = rebalancing.and_then(|r| get(r.scheduled.as_ref())) else { return Vec::new() };
    let (Some(&frequency), Some(field)) = (get(scheduled.frequency.as_ref()), &scheduled.months) else {
        return Vec::new();
    };
    let Some(fields) = field.get() else { return Vec::new() };
    let months: Option<Vec<(u32, Span)>> = fields.iter().map(|f| Some((f.get()?.0, f.span))).collect();
    let Some(months) = months.filter(|m| !m.is_empty()) else { return Vec::new() };
    if let Some(pair) = months.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        let what = if pair[0].0 == pair[1].0 { "given twice" } else { "out of order" };
        let finding = Finding::new(facts.path, format!("the month {} is {what}", pair[1].0));
        return vec![
            finding
                .at(pair[1].1, what)
                .with(pair[0].1, "after this one")
                .help("list each month once, in the order of the year."),
        ];
    }
    spacing(facts, frequency, &months, field.span).into_iter().collect()
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
