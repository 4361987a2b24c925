//! Pages for a browser: one file each, complete in itself, light or dark as the reader has it, and readable on a phone.
//!
//! `maud` writes the markup and escapes every text that is put in; the charts are drawn here, in SVG. Positions are
//! integers reckoned from decimals, so the same figures make the same bytes on every machine. A page asks no network for
//! anything, and runs no script: its own policy forbids both. What a page is about must never enter this room.

mod bars;
mod line;
mod scale;

pub use bars::{BarChart, Group};
pub use line::{Band, Line, LineChart, Mark};

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// How every page looks.
const STYLE: &str = include_str!("style.css");

/// What a page may load and run: its own style, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// How many colours there are for what is told apart; after the last comes the first again.
const COLOURS: usize = 8;

/// A page, complete with its final newline.
#[must_use]
pub fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content="rebalance";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (body) }
            }
        }
    };
    page.into_string() + "\n"
}

/// A table that is pushed sideways where it is wider than the screen. Columns of figures are named in `figures`, by their
/// place from 0, and stand to the right.
#[must_use]
pub fn table(columns: &[&str], figures: &[usize], rows: &[Vec<Markup>]) -> Markup {
    let class = |column: usize| figures.contains(&column).then_some("figure");
    html! {
        div.scroll tabindex="0" {
            table {
                thead { tr { @for (i, name) in columns.iter().enumerate() { th scope="col" class=[class(i)] { (name) } } } }
                tbody {
                    @for row in rows {
                        tr { @for (i, cell) in row.iter().enumerate() { td class=[class(i)] { (cell) } } }
                    }
                }
            }
        }
    }
}

/// The class of the colour, and of the dashes, of the n-th thing that is told apart.
fn colour(n: usize) -> String {
    format!("s{}", n % COLOURS)
}

/// What the colours of a chart mean, by a piece of each; nothing where there is only one.
fn legend(names: &[&str], piece: fn(usize) -> Markup) -> Markup {
    html! {
        @if names.len() > 1 {
            ul.legend {
                @for (i, name) in names.iter().enumerate() {
                    li {
                        svg.key viewBox="0 0 24 8" aria-hidden="true" { (piece(i)) }
                        " " (name)
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_whole_and_asks_nobody() {
        let text = page("A <page>", &html! { p { "Fish & <b>chips</b>" } });
        assert!(text.starts_with("<!DOCTYPE html><html lang=\"en\">") && text.ends_with("</html>\n"));
        assert!(text.contains("<title>A &lt;page&gt;</title>"));
        assert!(text.contains("<p>Fish &amp; &lt;b&gt;chips&lt;/b&gt;</p>"));
        for outside in ["://", "@import", "url(", "<script", "<link", " src="] {
            assert!(!text.contains(outside), "{outside}");
        }
        assert!(text.contains("prefers-color-scheme: dark") && text.contains("width=device-width"));
    }

    #[test]
    fn a_table_has_its_figures_to_the_right() {
        let rows = [vec![html! { "a & b" }, html! { "1" }]];
        let text = table(&["name", "value"], &[1], &rows).into_string();
        assert!(text.contains("<th scope=\"col\">name</th><th scope=\"col\" class=\"figure\">value</th>"), "{text}");
        assert!(text.contains("<td>a &amp; b</td><td class=\"figure\">1</td>"), "{text}");
    }

    #[test]
    fn every_colour_has_a_light_and_a_dark_shade() {
        for n in 0..COLOURS {
            assert_eq!(STYLE.matches(&format!("--{}:", colour(n))).count(), 2, "{n}");
            assert!(STYLE.contains(&format!(".{} {{", colour(n))), "{n}");
        }
        assert_eq!(colour(COLOURS), "s0");
    }
}
