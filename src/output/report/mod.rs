//! The report of a quarter: for people, for programs, as Markdown, and as a page for a browser.
//!
//! What is said is put together once, as sections; each format draws sections in its own way, and the page has charts beside
//! them. Every figure was reckoned before it comes here. Names and reasons come from files and commits: on a terminal they
//! are on one line and nothing in them moves a cursor, in Markdown they stand in code spans that they cannot end.

mod html;
mod human;
mod json;
mod markdown;
mod sections;

pub use html::page;
pub use json::{REPORT_SHEET, ReportJson};

use super::history::HistoryReport;
use super::{Format, Paint};
use crate::review::Review;

/// The report of a quarter, ready to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct QuarterReport<'a> {
    /// What the portfolio is called.
    pub name: &'a str,
    /// The figures.
    pub review: &'a Review,
    /// The changes of the allocation that landed in the quarter.
    pub changes: &'a HistoryReport<'a>,
}

/// Draws a report in a format, complete with its final newline.
#[must_use]
pub fn draw(format: Format, report: &QuarterReport<'_>, paint: Paint) -> String {
    match format {
        Format::Json => json::draw(report),
        Format::Markdown => markdown::draw(report),
        _ => human::draw(report, paint),
    }
}
