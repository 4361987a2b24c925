//! Figures as people read them.

use crate::config::Currency;
use crate::words;

pub use crate::words::grouped;

/// An amount with its currency, where that is not the base currency.
#[must_use]
pub fn amount(number: &str, currency: Option<&str>) -> String {
    currency.map_or_else(|| grouped(number), |currency| format!("{} {currency}", grouped(number)))
}

/// A value in the base currency: where other currencies are in it, it has more digits than anybody reads, and is rounded
/// half to even to the smallest unit.
pub(in crate::output) fn value(text: &str, base: &str, mixed: bool) -> String {
    let places = Currency::parse(base).filter(|_| mixed).map(Currency::places);
    places.map_or_else(|| grouped(text), |places| grouped(&number(text).round_dp(places).normalize().to_string()))
}

/// A figure of a plan, for a bar or a sentence.
pub(in crate::output) fn number(text: &str) -> rust_decimal::Decimal {
    text.parse().unwrap_or_default()
}

/// `0.381819` as `38.18 %`.
pub(in crate::output) fn percent(fraction: &str) -> String {
    words::percent(number(fraction))
}

/// `0.30` as `30`, for bands.
pub(in crate::output) fn short_percent(fraction: &str) -> String {
    words::exact_percent(number(fraction)).trim_end_matches(" %").to_owned()
}

/// `0.031819` as `+3.18`.
pub(in crate::output) fn points(fraction: &str) -> String {
    words::points(number(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_drawn_for_people() {
        assert_eq!(percent("0.381819"), "38.18 %");
        assert_eq!(short_percent("0.30"), "30");
        assert_eq!(points("-0.004546"), "-0.45");
    }
}
