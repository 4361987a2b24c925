//! Bars side by side: a few figures of each of several things, from zero to the right, or to the left below it.

use super::scale::{HIGH, Scale, WIDE};
use super::{colour, legend};
use maud::{Markup, html};
use rust_decimal::Decimal;

/// One thing, and its figures: one for each name of the chart's `series`; none where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its figures.
    pub figures: Vec<Option<Decimal>>,
}

/// Bars side by side.
#[derive(Debug, Clone)]
pub struct BarChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the figures of each group are.
    pub series: &'a [&'a str],
    /// The groups, from top to bottom.
    pub groups: &'a [Group<'a>],
    /// A figure as people read it.
    pub figure: fn(Decimal) -> String,
}

impl BarChart<'_> {
    /// Draws it. Without a figure it says so.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let figures = self.groups.iter().flat_map(|group| group.figures.iter().flatten().copied());
        if figures.clone().next().is_none() {
            return html! { figure.chart { figcaption { (self.title) } p.none { "No figures." } } };
        }
        let scale = Scale::of(figures.chain([Decimal::ZERO]));
        html! {
            figure.chart {
                figcaption { (self.title) }
                (legend(self.series, |i| html! { rect class=(colour(i)) x="8" y="0" width="16" height="8" {} }))
                div.bars {
                    @for group in self.groups {
                        div.name { (group.name) }
                        div.set {
                            @for (i, figure) in group.figures.iter().enumerate() {
                                (self.bar(i, *figure, &scale))
                                span.value { (figure.map_or_else(|| "–".to_owned(), self.figure)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn bar(&self, series: usize, figure: Option<Decimal>, scale: &Scale) -> Markup {
        let zero = scale.part(Decimal::ZERO, WIDE);
        let end = figure.map_or(zero, |figure| scale.part(figure, WIDE));
        html! {
            svg viewBox={ "0 0 " (WIDE) " " (HIGH) } preserveAspectRatio="none" aria-hidden="true" {
                rect class=(colour(series)) x=(zero.min(end)) y="0" width=((end - zero).abs()) height=(HIGH) {}
                line.zero x1=(zero) y1="0" x2=(zero) y2=(HIGH) {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_go_to_both_sides_of_zero() {
        let figures = vec![Some(Decimal::from(-10)), Some(Decimal::from(5)), None];
        let groups = [Group { name: "<A>", figures }];
        let series = ["before", "after", "later"];
        let chart = BarChart { title: "Drift", series: &series, groups: &groups, figure: |f| f.to_string() };
        let text = chart.draw().into_string();
        assert!(text.contains(r#"<rect class="s0" x="0" y="0" width="2667""#), "{text}");
        assert!(text.contains(r#"<rect class="s1" x="2667" y="0" width="1333""#), "{text}");
        assert!(text.contains(r#"<rect class="s2" x="2667" y="0" width="0""#), "{text}");
        assert!(text.contains("&lt;A&gt;") && text.contains(r#"<span class="value">–</span>"#), "{text}");
        let none = BarChart { title: "Drift", series: &series, groups: &[], figure: |f| f.to_string() };
        assert!(none.draw().into_string().contains("No figures."));
    }
}
