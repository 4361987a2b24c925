//! Lines over time: what a figure was day by day, a band it should be in, and days that matter.

use super::scale::{Calendar, HIGH, Scale, WIDE};
use super::{colour, legend};
use chrono::NaiveDate;
use maud::{Markup, html};
use rust_decimal::Decimal;

/// The most corners of a line: more than a screen shows. Of a longer one the least and the greatest of each part are
/// drawn, so that no peak is lost.
const CORNERS: usize = 1_200;

/// A figure over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// What it is.
    pub name: &'a str,
    /// The figures in the order of their days.
    pub points: Vec<(NaiveDate, Decimal)>,
}

/// Where a figure should be on a day: the lower edge and the upper one.
pub type Band = (NaiveDate, Decimal, Decimal);

/// A day that matters, and why.
pub type Mark<'a> = (NaiveDate, &'a str);

/// Lines over time.
#[derive(Debug, Clone)]
pub struct LineChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// The lines.
    pub lines: &'a [Line<'a>],
    /// The band, in the order of its days; empty where there is none.
    pub band: &'a [Band],
    /// Days that matter.
    pub marks: &'a [Mark<'a>],
    /// A figure as people read it.
    pub figure: fn(Decimal) -> String,
}

impl LineChart<'_> {
    /// Draws it. Without a point it says so.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let days = points.clone().map(|(day, _)| *day).chain(self.band.iter().map(|(day, ..)| *day));
        let figures =
            points.map(|(_, figure)| *figure).chain(self.band.iter().flat_map(|(_, low, high)| [*low, *high]));
        let Some(calendar) = Calendar::of(days) else {
            return html! { figure.chart { figcaption { (self.title) } p.none { "No figures." } } };
        };
        let scale = Scale::of(figures);
        let names: Vec<&str> = self.lines.iter().map(|line| line.name).collect();
        html! {
            figure.chart {
                figcaption { (self.title) }
                (legend(&names, |i| html! { line class=(colour(i)) x1="0" y1="4" x2="24" y2="4" {} }))
                div.plot {
                    div.y aria-hidden="true" {
                        @for tick in scale.ticks() {
                            span style={ "top:" (percent(HIGH - scale.part(tick, HIGH), HIGH)) } { ((self.figure)(tick)) }
                        }
                    }
                    (self.svg(&calendar, &scale))
                    div.x aria-hidden="true" {
                        @for (place, name) in calendar.ticks() {
                            span style={ "left:" (percent(place, WIDE)) } { (name) }
                        }
                    }
                }
            }
        }
    }

    fn svg(&self, calendar: &Calendar, scale: &Scale) -> Markup {
        let at = |day: NaiveDate, figure: Decimal| (calendar.place(day), HIGH - scale.part(figure, HIGH));
        html! {
            svg viewBox={ "0 0 " (WIDE) " " (HIGH) } preserveAspectRatio="none" role="img" aria-label=(self.label()) {
                @if !self.band.is_empty() {
                    polygon.band points=(corners(&edges(self.band, at))) {}
                }
                @for tick in scale.ticks() {
                    @let y = HIGH - scale.part(tick, HIGH);
                    line.grid x1="0" y1=(y) x2=(WIDE) y2=(y) {}
                }
                @for (day, why) in self.marks {
                    @let x = calendar.place(*day);
                    line.mark x1=(x) y1="0" x2=(x) y2=(HIGH) { title { (day) ": " (why) } }
                }
                @for (i, line) in self.lines.iter().enumerate() {
                    @let places: Vec<_> = line.points.iter().map(|(day, figure)| at(*day, *figure)).collect();
                    polyline class=(colour(i)) points=(corners(&seen(&places))) { title { (line.name) } }
                }
            }
        }
    }

    /// What the chart says to who does not see it: where each line begins and ends.
    fn label(&self) -> String {
        let one = |line: &Line<'_>| {
            let ends = line.points.first().zip(line.points.last());
            ends.map(|((from, first), (to, last))| {
                let (first, last) = ((self.figure)(*first), (self.figure)(*last));
                format!("{}: {first} on {from}, {last} on {to}", line.name)
            })
        };
        let lines: Vec<String> = self.lines.iter().filter_map(one).collect();
        format!("{}. {}.", self.title, lines.join("; "))
    }
}

/// The outline of a band: along its upper edge, and back along its lower one.
fn edges(band: &[Band], at: impl Fn(NaiveDate, Decimal) -> (i64, i64)) -> Vec<(i64, i64)> {
    let there = band.iter().map(|(day, _, high)| at(*day, *high));
    let back = band.iter().rev().map(|(day, low, _)| at(*day, *low));
    there.chain(back).collect()
}

/// The places of a line that are drawn. A line of one point is drawn as a short stroke, which a point would not be.
fn seen(places: &[(i64, i64)]) -> Vec<(i64, i64)> {
    if let [(x, y)] = places {
        return vec![(x - WIDE / 200, *y), (x + WIDE / 200, *y)];
    }
    if places.len() <= CORNERS {
        return places.to_vec();
    }
    let mut seen = Vec::new();
    for part in places.chunks(places.len().div_ceil(CORNERS / 4)) {
        let highest = part.iter().enumerate().min_by_key(|(_, (_, y))| *y).map(|(i, _)| i);
        let lowest = part.iter().enumerate().max_by_key(|(_, (_, y))| *y).map(|(i, _)| i);
        let mut kept: Vec<usize> = [Some(0), highest, lowest, Some(part.len() - 1)].into_iter().flatten().collect();
        kept.sort_unstable();
        kept.dedup();
        seen.extend(kept.into_iter().filter_map(|i| part.get(i).copied()));
    }
    seen
}

fn corners(places: &[(i64, i64)]) -> String {
    places.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

/// A part of a whole as CSS writes it, exact to a hundredth.
fn percent(part: i64, whole: i64) -> String {
    let hundredths = part * 10_000 / whole;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn drawn(points: Vec<(NaiveDate, Decimal)>, band: &[Band]) -> String {
        let lines = [Line { name: "T&T", points }];
        let marks = [(day("2026-01-02"), "scheduled")];
        let marks: &[Mark<'_>] = if lines[0].points.is_empty() { &[] } else { &marks };
        LineChart { title: "Weight", lines: &lines, band, marks, figure: |f| f.to_string() }.draw().into_string()
    }

    #[test]
    fn a_line_goes_where_its_figures_are() {
        let points = vec![(day("2026-01-01"), Decimal::ZERO), (day("2026-01-03"), Decimal::TEN)];
        let band = [(day("2026-01-01"), 4.into(), 8.into()), (day("2026-01-03"), 4.into(), 8.into())];
        let text = drawn(points, &band);
        assert!(text.contains(r#"<polyline class="s0" points="0,1000 4000,0"><title>T&amp;T</title>"#), "{text}");
        assert!(text.contains(r#"<polygon class="band" points="0,200 4000,200 4000,600 0,600">"#), "{text}");
        assert!(text.contains(r#"<line class="mark" x1="2000""#) && text.contains("2026-01-02: scheduled"), "{text}");
        assert!(text.contains("aria-label=\"Weight. T&amp;T: 0 on 2026-01-01, 10 on 2026-01-03.\""), "{text}");
        assert!(text.contains(r#"<span style="top:100.00%">0</span>"#), "{text}");
    }

    #[test]
    fn a_line_without_figures_says_so_and_one_figure_is_seen() {
        assert!(drawn(Vec::new(), &[]).contains("No figures."));
        let text = drawn(vec![(day("2026-01-02"), Decimal::ONE)], &[]);
        assert!(text.contains(r#"points="1980,500 2020,500""#), "{text}");
    }

    #[test]
    fn a_long_line_keeps_its_peaks() {
        let mut places: Vec<(i64, i64)> = (0..5_000).map(|i| (i, 500)).collect();
        places[1_234].1 = 3;
        places[4_321].1 = 997;
        let seen = seen(&places);
        assert!(seen.len() <= CORNERS && seen.contains(&(1_234, 3)) && seen.contains(&(4_321, 997)));
        assert_eq!((seen.first(), seen.last()), (Some(&(0, 500)), Some(&(4_999, 500))));
        assert!(seen.is_sorted());
    }
}
