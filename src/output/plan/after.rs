//! The weights after the orders, and what is proven of them.

use super::figures::{grouped, number, percent, points, value};
use crate::output::Paint;
use crate::output::assets::{Bands, finish, frame};
use crate::output::text::{visible, wrapped};
use crate::plan::file::{AssetAfter, AssetBefore, Body};
use crate::words::count;
use rust_decimal::Decimal;

/// A weight that moved by this without an order is shown: a tenth of a point.
const MOVED: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

/// The weights after, and the proof in words.
pub(super) fn after(body: &Body, paint: Paint) -> String {
    let currency = &body.params.currency;
    let figure = |text: &str| value(text, currency, !body.before.balances.is_empty());
    let title = format!("After: {} {currency} (cash {})", figure(&body.after.total), figure(&body.after.cash));
    let both = || body.before.assets.iter().zip(&body.after.assets);
    let shown: Vec<(&AssetBefore, &AssetAfter)> = both().filter(|(b, a)| matters(body, b, a)).collect();
    let mut table = frame(paint, &["  code", "asset", "shares", "weight", "drift", "band"], 2..5);
    let bands = Bands::of(shown.iter().map(|(before, _)| *before), paint);
    for (before, after) in &shown {
        table.add_row([
            format!("{} {}", sign(body, &after.code), visible(&after.code)),
            visible(&before.ticker),
            grouped(&after.quantity),
            percent(&after.weight),
            points(&after.drift),
            bands.cell(before, &after.weight),
        ]);
    }
    let title = wrapped(&paint.bold(title), "", paint.width);
    let mut text = format!("{title}\n{}", finish(&table));
    let rest = both().count() - shown.len();
    if rest > 0 {
        let rest = format!("and {} without an order, within 0.1 points of the weight before", count(rest, "asset"));
        text.push_str(&wrapped(&rest, "  ", paint.width));
    }
    let targets = body.summary.targets_of.as_ref().map_or_else(String::new, |of| {
        let (of, currency) = (grouped(of), &body.params.currency);
        format!(" The targets are of {of} {currency}, which is what costs leave.")
    });
    format!("{text}\n{}\n", wrapped(&(proof(body) + &targets), "", paint.width))
}

/// Whether the row of an asset is shown: it is traded, or its weight moved, or something is the matter with it.
fn matters(body: &Body, before: &AssetBefore, after: &AssetAfter) -> bool {
    let moved = number(&after.weight).checked_sub(number(&before.weight)).is_none_or(|by| by.abs() >= MOVED);
    moved || before.breach.is_some() || before.left_alone.is_some() || sign(body, &after.code) != ' '
}

/// What the plan does with an asset.
fn sign(body: &Body, code: &str) -> char {
    match body.orders.iter().find(|order| order.code == code).map(|order| order.side.as_str()) {
        Some("sell") => '-',
        Some(_) => '+',
        None => ' ',
    }
}

/// What the search for the orders says of them.
fn proof(body: &Body) -> String {
    let closer = body.params.destination == "target";
    let better = if closer { "come closer to the targets" } else { "trade less to get there" };
    let parts = body.orders.iter().any(|order| order.quantity.contains('.'));
    let whole = if parts { "" } else { "whole-share " };
    let (gap, objective) = (&body.summary.gap, &body.summary.objective);
    let why = match body.params.funding {
        Some(_) => "they are compared with orders for which conversions cost nothing",
        None => "the search reached its limit",
    };
    if body.summary.proven {
        format!("Proven: no other {whole}orders within these limits {better}.")
    } else if gap == "0" {
        format!(
            "Proven: no other {whole}orders within these limits {better}. Not proven: that none of those that come as \
             far cost less or are fewer; {why}."
        )
    } else {
        let of = if closer { "the squared distance that is left" } else { "what these trade" };
        format!(
            "Not proven: {why}. Some other {whole}orders might {better}, by at most {} of {of}.",
            part(gap, objective)
        )
    }
}

/// A figure as a part of another, in percent and rounded up; figures may be longer than a decimal holds.
fn part(of: &str, whole: &str) -> String {
    const DIGITS: usize = 20;
    let split =
        |text: &str| text.split_once('.').map_or((text.to_owned(), String::new()), |(w, f)| (w.into(), f.into()));
    let (of, whole): ((String, String), (String, String)) = (split(of), split(whole));
    let places = of.1.len().max(whole.1.len());
    let digits = |(whole, fraction): (String, String)| {
        let all = format!("{whole}{fraction:0<places$}");
        all.trim_start_matches('0').to_owned()
    };
    let (of, whole) = (digits(of), digits(whole));
    let dropped = whole.len().max(of.len()).saturating_sub(DIGITS);
    let leading = |digits: &str| number(digits.get(..digits.len().saturating_sub(dropped)).unwrap_or_default());
    // What was dropped is counted as one more on top, and as nothing below.
    let above = if dropped > 0 { leading(&of) + Decimal::ONE } else { leading(&of) };
    let hundredths = (above * Decimal::from(10_000)).checked_div(leading(&whole)).map(|part| part.ceil());
    match hundredths {
        None => "all".to_owned(),
        Some(n) if n <= Decimal::ONE => "0.01 %".to_owned(),
        Some(n) => percent(&(n / Decimal::from(10_000)).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_gap_is_a_part_of_the_figure_and_never_less_than_it_is() {
        let cases = [
            ("1", "100", "1.00 %"),
            ("0.5", "100", "0.50 %"),
            ("0.00001", "100", "0.01 %"),
            ("100.01", "10000", "1.01 %"),
            ("5", "0", "all"),
            ("3", "2", "150.00 %"),
            (
                "123456789012345678901234567890123456789012345678901234567890",
                "1234567890123456789012345678901234567890123456789012345678900",
                "10.01 %",
            ),
        ];
        for (of, whole, expected) in cases {
            assert_eq!(part(of, whole), expected, "{of} of {whole}");
        }
    }
}
