//! A price from its text. Only texts that can be read in one way are prices.

use super::{MAX_PRICE, PLACES};
use crate::money::{scaled, value};

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing: no price on this day.
    Missing,
    /// A price, and whether it had more digits than are kept.
    Price(i128, bool),
    /// Zero, or below it.
    NotPositive,
    /// Larger than [`MAX_PRICE`].
    TooLarge,
    /// No number, or one that can be read in several ways.
    NotANumber,
}

/// Reads a cell: digits with a point, with commas between thousands, or with an exponent.
pub(super) fn cell(text: &str) -> Cell {
    let text = text.trim_matches([' ', '\t']);
    if text.is_empty() || ["nan", "null"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Cell::Missing;
    }
    if let Some(rest) = text.strip_prefix('-') {
        return if matches!(cell(rest), Cell::NotANumber | Cell::Missing) {
            Cell::NotANumber
        } else {
            Cell::NotPositive
        };
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let read = match whole.contains(',') {
        true => without_commas(whole).and_then(|whole| plain(&whole, fraction)),
        false if text.contains(['e', 'E']) => scientific(text),
        false => plain(whole, fraction),
    };
    match read {
        None => Cell::NotANumber,
        Some((0, false)) => Cell::NotPositive,
        Some((units, _)) if units > MAX_PRICE * 10_i128.pow(PLACES) => Cell::TooLarge,
        // What is left of nothing but digits that are not kept is no price.
        Some((0, true)) => Cell::NotPositive,
        Some((units, rounded)) => Cell::Price(units, rounded),
    }
}

/// Digits before and behind a point, in units of 10^-[`PLACES`], and whether some were rounded away.
fn plain(whole: &str, fraction: &str) -> Option<(i128, bool)> {
    if whole.is_empty() || fraction.is_empty() {
        return None;
    }
    let mut units = 0_i128;
    for byte in whole.bytes() {
        // One more than the largest is as good as any larger one.
        units = (units * 10 + digit(byte)?).min(MAX_PRICE + 1);
    }
    let kept = fraction.len().min(PLACES as usize);
    let (kept, rest) = (&fraction.as_bytes()[..kept], &fraction.as_bytes()[kept..]);
    for byte in kept {
        units = units * 10 + digit(*byte)?;
    }
    units *= 10_i128.pow(PLACES - kept.len() as u32);
    let mut rounded = false;
    for byte in rest {
        rounded |= digit(*byte)? > 0;
    }
    let first = rest.first().map_or(0, |byte| byte - b'0');
    let beyond = rest.iter().skip(1).any(|byte| *byte != b'0');
    let up = first > 5 || (first == 5 && (beyond || units % 2 != 0));
    Some((units + i128::from(up), rounded))
}

fn digit(byte: u8) -> Option<i128> {
    byte.is_ascii_digit().then(|| i128::from(byte - b'0'))
}

/// Digits without the commas that part thousands; none where one stands elsewhere.
fn without_commas(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let thousands = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    thousands.then(|| whole.replace(',', ""))
}

/// A number with an exponent, as programs write very small and very large ones.
fn scientific(text: &str) -> Option<(i128, bool)> {
    let exact = value(text).filter(|_| text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('_'))?;
    let near = exact.round_dp(PLACES);
    Some((scaled(near, PLACES)?, near != exact))
}

/// A quotient rounded half to even; both are above zero.
pub(super) fn divided(value: i128, by: i128) -> i128 {
    let (quotient, rest) = (value / by, value % by);
    let half = (rest * 2).cmp(&by);
    quotient + i128::from(half.is_gt() || (half.is_eq() && quotient % 2 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_in_one_way_or_not_at_all() {
        let one = 10_i128.pow(PLACES);
        let cases = [
            ("16800", Cell::Price(16_800 * one, false)),
            (" 16800.50 ", Cell::Price(168_005 * one / 10, false)),
            ("1,234,567.25", Cell::Price(123_456_725 * one / 100, false)),
            ("26.718000411987305", Cell::Price(267_180_004_120, true)),
            ("0.00000000005", Cell::NotPositive),
            ("0.00000000015", Cell::Price(2, true)),
            ("0.00000000025", Cell::Price(2, true)),
            ("0.000000000250000001", Cell::Price(3, true)),
            ("1.0000000000000", Cell::Price(one, false)),
            ("2.5e-05", Cell::Price(250_000, false)),
            ("1E3", Cell::Price(1000 * one, false)),
            ("", Cell::Missing),
            ("NaN", Cell::Missing),
            ("null", Cell::Missing),
            ("0", Cell::NotPositive),
            ("-1", Cell::NotPositive),
            ("-0.0", Cell::NotPositive),
            ("1000000000000", Cell::Price(MAX_PRICE * one, false)),
            ("1000000000001", Cell::TooLarge),
            ("99999999999999999999999999999999999999999999", Cell::TooLarge),
            ("-", Cell::NotANumber),
            ("12,34", Cell::NotANumber),
            ("1234,567", Cell::NotANumber),
            ("1.234,5", Cell::NotANumber),
            (".5", Cell::NotANumber),
            ("5.", Cell::NotANumber),
            ("1_000", Cell::NotANumber),
            ("1_0e2", Cell::NotANumber),
            ("1.2.3", Cell::NotANumber),
            ("$5", Cell::NotANumber),
            ("inf", Cell::NotANumber),
            ("12 000", Cell::NotANumber),
        ];
        for (text, wanted) in cases {
            assert_eq!(cell(text), wanted, "{text}");
        }
    }
}
