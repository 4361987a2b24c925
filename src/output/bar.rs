//! A weight in its band, drawn as a bar: the band's edges, the target, and where the weight is, to scale.
//!
//! A bar is for the eye; the figures stand beside it. Whether a weight breaches anything must never be decided here, nor
//! read off a bar: a weight inside the band is always drawn inside, however near the edge it is.

use super::Paint;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// How many columns a bar takes.
pub const COLUMNS: usize = 15;

/// Columns on each side for weights outside the band.
const MARGIN: i64 = 2;
/// The columns of the edges.
const LEFT: i64 = MARGIN;
const RIGHT: i64 = COLUMNS as i64 - 1 - MARGIN;

/// What a bar shows, as fractions of the portfolio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InBand {
    /// The weight.
    pub weight: Decimal,
    /// The target.
    pub target: Decimal,
    /// The lower edge of the band.
    pub min: Decimal,
    /// The upper edge of the band.
    pub max: Decimal,
}

/// The characters a bar is drawn with. Those beyond ASCII take one column in Korean, Chinese and Japanese terminals as
/// well, which most lines and boxes do not.
struct Marks {
    band: char,
    target: char,
    weight: char,
    far_below: char,
    far_above: char,
}

const ASCII: Marks = Marks { band: '-', target: '|', weight: '*', far_below: '<', far_above: '>' };
const UNICODE: Marks = Marks { band: '╌', target: '╎', weight: '◉', far_below: '◂', far_above: '▸' };

fn marks(paint: Paint) -> &'static Marks {
    if paint.unicode { &UNICODE } else { &ASCII }
}

/// Draws a bar of [`COLUMNS`] columns, without colour: `  [---|--*--]  `. Further outside the band than there is room
/// is an arrow at the end.
#[must_use]
pub fn bar(of: &InBand, paint: Paint) -> String {
    let marks = marks(paint);
    let mut row = [' '; COLUMNS];
    let mut put = |column: i64, mark: char| {
        if let Some(place) = usize::try_from(column).ok().and_then(|column| row.get_mut(column)) {
            *place = mark;
        }
    };
    (LEFT + 1..RIGHT).for_each(|column| put(column, marks.band));
    put(LEFT, '[');
    put(RIGHT, ']');
    put(inside(of.target, of), marks.target);
    let (column, mark) = weight(of, marks);
    put(column, mark);
    row.iter().collect()
}

/// What the marks mean, for a line below the bars.
#[must_use]
pub fn legend(paint: Paint) -> String {
    let marks = marks(paint);
    format!("[ ] is the band, {} the target, {} the weight.", marks.target, marks.weight)
}

/// Where a weight goes, and as what.
fn weight(of: &InBand, marks: &Marks) -> (i64, char) {
    let last = COLUMNS as i64 - 1;
    if of.weight < of.min {
        let column = column(of.weight, of).filter(|column| *column >= 0);
        column.map_or((0, marks.far_below), |column| (column.min(LEFT - 1), marks.weight))
    } else if of.weight > of.max {
        let column = column(of.weight, of).filter(|column| *column <= last);
        column.map_or((last, marks.far_above), |column| (column.max(RIGHT + 1), marks.weight))
    } else {
        (inside(of.weight, of), marks.weight)
    }
}

/// The column of something that is drawn between the edges, which stay visible.
fn inside(value: Decimal, of: &InBand) -> i64 {
    column(value, of).unwrap_or((LEFT + RIGHT) / 2).clamp(LEFT + 1, RIGHT - 1)
}

/// The nearest column; none where the band has no width, or the figures are none a portfolio has.
fn column(value: Decimal, of: &InBand) -> Option<i64> {
    let width = of.max.checked_sub(of.min)?;
    let part = value.checked_sub(of.min)?.checked_mul(Decimal::from(RIGHT - LEFT))?;
    LEFT.checked_add(part.checked_div(width)?.round().to_i64()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn drawn(figures: [&str; 4], unicode: bool) -> String {
        let [weight, target, min, max] = figures.map(|figure| figure.parse().unwrap());
        let mut paint = Paint::plain();
        paint.unicode = unicode;
        bar(&InBand { weight, target, min, max }, paint)
    }

    #[test]
    fn a_weight_is_where_it_is_in_the_band() {
        let cases = [
            (["0.35", "0.35", "0.30", "0.40"], "  [----*----]  "),
            (["0.3818", "0.35", "0.30", "0.40"], "  [----|--*-]  "),
            (["0.30", "0.35", "0.30", "0.40"], "  [*---|----]  "),
            (["0.40", "0.35", "0.30", "0.40"], "  [----|---*]  "),
            (["0.2999", "0.35", "0.30", "0.40"], " *[----|----]  "),
            (["0.4001", "0.35", "0.30", "0.40"], "  [----|----]* "),
            (["0.42", "0.35", "0.30", "0.40"], "  [----|----] *"),
            (["0.5", "0.35", "0.30", "0.40"], "  [----|----] >"),
            (["0", "0.35", "0.30", "0.40"], "< [----|----]  "),
            (["0.05", "0.05", "0.02", "0.08"], "  [----*----]  "),
            (["0.35", "0.31", "0.30", "0.40"], "  [|---*----]  "),
        ];
        for (figures, expected) in cases {
            assert_eq!(drawn(figures, false), expected, "{figures:?}");
        }
    }

    #[test]
    fn a_band_without_width_and_absurd_figures_are_drawn_too() {
        let most = "79228162514264337593543950335";
        let cases = [
            (["0", "0", "0", "0"], "  [----*----]  "),
            (["0.1", "0", "0", "0"], "  [----|----] >"),
            (["0", "0.1", "0.1", "0.1"], "< [----|----]  "),
            ([most, "0.1", "0", "0.2"], "  [----|----] >"),
            (["-79228162514264337593543950335", "0.1", "0", most], "< [|--------]  "),
        ];
        for (figures, expected) in cases {
            assert_eq!(drawn(figures, false), expected, "{figures:?}");
        }
    }

    #[test]
    fn every_mark_takes_one_column_in_every_terminal() {
        assert_eq!(drawn(["0.3818", "0.35", "0.30", "0.40"], true), "  [╌╌╌╌╎╌╌◉╌]  ");
        for weight in ["0", "0.2999", "0.3", "0.35", "0.4", "0.41", "0.9"] {
            for unicode in [false, true] {
                let bar = drawn([weight, "0.35", "0.30", "0.40"], unicode);
                assert_eq!((bar.width(), bar.width_cjk(), bar.is_ascii()), (COLUMNS, COLUMNS, !unicode), "{bar}");
            }
        }
    }
}
