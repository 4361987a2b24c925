//! What a report says, section by section, for whatever format draws it.

mod changes;
mod checklist;
mod executions;
mod returns;
mod weights;

pub(super) use checklist::checklist;
pub(super) use executions::kinds;

use super::QuarterReport;
use crate::output::plan::figures::value;
use crate::review::{Review, Untold};
use crate::words::points as fraction_points;
use rust_decimal::Decimal;

/// A part of a report under a heading.
pub(super) struct Section {
    /// Which one.
    pub(super) topic: Topic,
    /// The heading.
    pub(super) title: String,
    /// What stands there.
    pub(super) parts: Vec<Part>,
}

/// What a section is about: a page has charts for some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Checklist,
    Executions,
    Costs,
    Drift,
    Returns,
    Weights,
    Changes,
}

/// A piece of a section.
pub(super) enum Part {
    /// A sentence or a few words.
    Line(Words),
    /// The same, where something is not as it should be.
    Warning(Words),
    /// A heading, and what stands below it.
    Item(Words, Vec<Words>),
    /// A table.
    Table(Grid),
}

/// A table.
pub(super) struct Grid {
    /// What the columns are.
    pub(super) columns: Vec<&'static str>,
    /// The only column that may be broken: one of words.
    pub(super) broken: usize,
    /// From which column on there are figures.
    pub(super) figures: usize,
    /// The rows.
    pub(super) rows: Vec<Vec<Words>>,
}

/// A text: words of this program, and words of others between them, which no format takes for markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words(Vec<(Whose, String)>);

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// This program's.
    Own,
    /// A file's, or a commit's.
    Foreign,
}

impl Words {
    /// Words of this program.
    pub(super) fn own(text: impl Into<String>) -> Self {
        Self::default().and(text)
    }

    /// Words of others.
    pub(super) fn of(text: &str) -> Self {
        Self::default().quote(text)
    }

    /// And then words of this program.
    pub(super) fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push((Whose::Own, text.into()));
        self
    }

    /// And then words of others.
    pub(super) fn quote(mut self, text: &str) -> Self {
        self.0.push((Whose::Foreign, text.to_owned()));
        self
    }

    /// And then other words.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The words as one text, those of others as they are written by a function.
    pub(super) fn text(&self, foreign: impl Fn(&str) -> String) -> String {
        let word = |(whose, text): &(Whose, String)| if *whose == Whose::Own { text.clone() } else { foreign(text) };
        self.0.iter().map(word).collect()
    }
}

/// All sections, in the order of the guide's checklist, which comes first.
pub(super) fn sections(report: &QuarterReport<'_>) -> Vec<Section> {
    let review = report.review;
    let mut sections = vec![Section {
        topic: Topic::Checklist,
        title: "Checklist".to_owned(),
        parts: checklist(report).into_iter().map(|(item, answer)| Part::Item(Words::own(item), answer)).collect(),
    }];
    sections.extend([executions::section(review), executions::costs(review)]);
    sections.extend(executions::drift(review));
    sections.extend([returns::section(review), weights::section(review), changes::section(report)]);
    sections
}

/// An amount in the base currency, rounded to its smallest unit: prices of a report may be finer.
fn money(review: &Review, amount: Decimal) -> String {
    value(&amount.normalize().to_string(), review.currency.word(), true)
}

/// The same with its sign.
fn signed(review: &Review, amount: Decimal) -> String {
    let text = money(review, amount);
    if amount.round_dp(review.currency.places()) > Decimal::ZERO { format!("+{text}") } else { text }
}

/// A return as a percentage with its sign, rounded half away from zero to two places.
pub(super) fn rate(fraction: Decimal) -> String {
    format!("{} %", fraction_points(fraction))
}

/// Weight less target in points, as the log has it, with its sign.
pub(super) fn points(figure: Decimal) -> String {
    if figure.is_zero() { "0.00".to_owned() } else { format!("{figure:+}") }
}

/// What cannot be told, why, and what to do.
fn untold(untold: &Untold) -> Words {
    let words = Words::of(&untold.why);
    match &untold.remedy {
        Some(remedy) => words.and("; to have it told: ").quote(remedy),
        None => words,
    }
}

/// That, as a part.
fn untold_part(untold_: &Untold) -> Part {
    if untold_.amiss { Part::Warning(untold(untold_)) } else { Part::Line(untold(untold_)) }
}
