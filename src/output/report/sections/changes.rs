//! The changes of the allocation that landed in the quarter.

use super::{Part, Section, Topic, Words};
use crate::output::history::{author, reason, summary};
use crate::output::report::QuarterReport;

/// The changes, newest first, each with its reason and with what the cooldown says of it.
pub(super) fn section(report: &QuarterReport<'_>) -> Section {
    let changes = report.changes;
    let mut parts = Vec::new();
    if let Some(gap) = changes.unknown {
        let words = Words::own("The history is incomplete: ").quote(&gap.why).and("; to have it told: ");
        parts.push(Part::Warning(words.quote(&gap.remedy)));
    }
    let all = if changes.rows.is_empty() { "No change".to_owned() } else { changes.total() };
    parts.push(Part::Line(Words::own(format!("{all}."))));
    for row in &changes.rows {
        let (instant, _) = changes.when(row.event.time);
        let head = Words::own(format!("{instant}  {}  ", row.event.commit.short())).quote(&author(row.event));
        let mut said = vec![Words::of(&summary(row.event))];
        said.extend(changes.lines(row).iter().map(|line| Words::of(&line.text())));
        said.push(match reason(row.event) {
            Some(reason) => Words::own("why: ").quote(&reason),
            None => Words::own("why: no reason was given"),
        });
        let (verdict, because) = changes.cooldown(row);
        let cooldown = Words::own(format!("cooldown: {verdict}"));
        said.push(match because {
            Some(because) => cooldown.and(": ").quote(&because),
            None => cooldown,
        });
        parts.push(Part::Item(head, said));
    }
    Section { topic: Topic::Changes, title: "Allocation changes".to_owned(), parts }
}
