//! What a series of values comes to: return, volatility, drawdown.
//!
//! All of it is reckoned in integers. Returns of a day are kept in units of 10^-[`RETURN_PLACES`], so that a volatility of
//! 10 % is right to twelve digits; roots are integer square roots, and the return of a year is the rate of the one flow in and
//! the one out ([`crate::performance`]). So every machine has the same digits, which binary floating point does not promise of
//! its transcendental functions.

use super::MONEY_PLACES;
use crate::money::{Money, scaled, unscaled};
use crate::performance::{YEAR, money_weighted};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Trading days of a year, where a history is daily.
const SESSIONS: i128 = 252;
/// Decimal places of a day's return.
const RETURN_PLACES: u32 = 14;
/// Decimal places of the figures: enough for every digit that is right.
const FIGURE_PLACES: u32 = 12;
/// The largest value that a growth is reckoned of, in units of any kind: its sums have digits to spare.
const MOST_UNITS: i128 = 10_i128.pow(24);

/// The figures of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The values at the end of each day, orders and costs of the day included, in units of 10^-`MONEY_PLACES`.
    pub values: Vec<i128>,
    /// The last value over the money that was there at first, less 1.
    pub total_return: Decimal,
    /// The same for a year of 365 days; none where the history is shorter than that.
    pub annual_return: Option<Decimal>,
    /// The standard deviation of daily returns (of the sample: over one less than there are), times the root of the number
    /// of days in a year; none where there are fewer than two.
    pub volatility: Option<Decimal>,
    /// How many days of the history make a year: 252 where it is daily.
    pub days_a_year: u32,
    /// The largest fall from a highest value before it, as a fraction of that.
    pub drawdown: Decimal,
    /// The days between which that was; none where the value never fell.
    pub fell: Option<(NaiveDate, NaiveDate)>,
}

impl Figures {
    /// Those of the values at the ends of some days, when so much was there at first; `None` when something does not fit.
    #[must_use]
    pub fn of(days: &[NaiveDate], initial: i128, values: Vec<i128>) -> Option<Self> {
        let (first, last) = (*days.first()?, *days.last()?);
        let length = (last - first).num_days();
        let end = *values.last()?;
        let days_a_year = days_a_year(days.len(), length)?;
        let (low, fell) = fall(days, initial, &values)?;
        Some(Self {
            total_return: figure(part(end, initial)? - 10_i128.pow(RETURN_PLACES))?,
            annual_return: match length {
                days if days < YEAR.into() => None,
                _ => Some(yearly((first, initial), (last, end))?),
            },
            volatility: deviation(&values, days_a_year)?,
            days_a_year: u32::try_from(days_a_year).ok()?,
            drawdown: figure(10_i128.pow(RETURN_PLACES) - low)?,
            fell,
            values,
        })
    }

    /// How far each value is below the highest before it, as a fraction of that: zero or below. So much was there at first.
    #[must_use]
    pub fn falls(&self, initial: Money) -> Vec<Decimal> {
        let mut peak = scaled(initial.decimal(), MONEY_PLACES).unwrap_or(i128::MAX);
        let fall = |value: &i128| {
            peak = peak.max(*value);
            let left = part(*value, peak).and_then(|left| figure(left - 10_i128.pow(RETURN_PLACES)));
            left.unwrap_or_default()
        };
        self.values.iter().map(fall).collect()
    }
}

/// How many of the days make a year: 252 where a history has a price on most weekdays, else as many as there were.
fn days_a_year(days: usize, length: i64) -> Option<i128> {
    let (steps, length) = (i128::try_from(days).ok()? - 1, i128::from(length));
    if steps * 2 >= length {
        return Some(SESSIONS);
    }
    Some(((steps * 365 * 2 + length) / (length * 2)).max(1))
}

/// A part of a whole in units of 10^-[`RETURN_PLACES`], rounded down.
///
/// Of values so large that it would not fit, the last digits, of some twenty-four, are left out of both.
fn part(value: i128, of: i128) -> Option<i128> {
    let one = 10_i128.pow(RETURN_PLACES);
    let (mut value, mut of) = (value, of);
    while value > i128::MAX / one {
        (value, of) = (value / 10, of / 10);
    }
    (value * one).checked_div(of)
}

fn figure(units: i128) -> Option<Decimal> {
    rounded(units, RETURN_PLACES)
}

/// Units of 10^-`places` as a figure.
fn rounded(units: i128, places: u32) -> Option<Decimal> {
    Some(unscaled(units, places)?.round_dp(FIGURE_PLACES).normalize())
}

/// The least part that was left of a highest value before, and the days of both.
fn fall(days: &[NaiveDate], initial: i128, values: &[i128]) -> Option<(i128, Option<(NaiveDate, NaiveDate)>)> {
    let mut peak = (*days.first()?, initial);
    let mut worst = (10_i128.pow(RETURN_PLACES), None);
    for (day, value) in days.iter().zip(values) {
        if *value > peak.1 {
            peak = (*day, *value);
        }
        let left = part(*value, peak.1)?;
        if left < worst.0 {
            worst = (left, Some((peak.0, *day)));
        }
    }
    Some(worst)
}

/// The standard deviation of the changes from one value to the next, for a year.
fn deviation(values: &[i128], days_a_year: i128) -> Option<Option<Decimal>> {
    let n = i128::try_from(values.len()).ok()? - 1;
    if n < 2 {
        return Some(None);
    }
    let (mut sum, mut squares) = (0_i128, 0_i128);
    for pair in values.windows(2) {
        let change = part(pair[1], pair[0])? - 10_i128.pow(RETURN_PLACES);
        sum = sum.checked_add(change)?;
        squares = squares.checked_add(change.checked_mul(change)?)?;
    }
    let spread = squares.checked_mul(n)?.checked_sub(sum.checked_mul(sum)?)?;
    let variance = spread / (n * (n - 1));
    Some(Some(figure(variance.checked_mul(days_a_year)?.isqrt())?))
}

/// The growth of a year, less 1, of what grew from one value to another between two days.
fn yearly(first: (NaiveDate, i128), last: (NaiveDate, i128)) -> Option<Decimal> {
    let (mut from, mut to) = (first.1, last.1);
    // The last digits of values with more than are kept do not count.
    while from.max(to) > MOST_UNITS {
        (from, to) = (from / 10, to / 10);
    }
    let flows = [(first.0, Decimal::from_i128_with_scale(from, 0)), (last.0, -Decimal::from_i128_with_scale(to, 0))];
    Some(money_weighted(&flows).ok()?.yearly?.round_dp(FIGURE_PLACES).normalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;

    fn days(n: usize, apart: usize) -> Vec<NaiveDate> {
        NaiveDate::from_ymd_opt(2000, 1, 3).unwrap().iter_days().step_by(apart).take(n).collect()
    }

    fn text(figure: Option<Decimal>) -> String {
        figure.map_or("none".to_owned(), |figure| figure.to_string())
    }

    #[test]
    fn returns_and_falls() {
        let figures = Figures::of(&days(5, 1), 100, vec![99, 120, 60, 90, 110]).unwrap();
        assert_eq!(figures.total_return.to_string(), "0.1");
        assert_eq!(figures.annual_return, None);
        assert_eq!(figures.drawdown.to_string(), "0.5");
        assert_eq!(figures.fell, Some((days(5, 1)[1], days(5, 1)[2])));
        let up = Figures::of(&days(2, 1), 100, vec![100, 101]).unwrap();
        assert_eq!((up.drawdown, up.fell, up.volatility), (Decimal::ZERO, None, None));
        let cost = Figures::of(&days(3, 1), 100, vec![99, 100, 101]).unwrap();
        assert_eq!((cost.drawdown.to_string().as_str(), cost.fell), ("0.01", Some((days(1, 1)[0], days(1, 1)[0]))));
    }

    #[test]
    fn a_volatility_is_that_of_the_sample() {
        // Returns of 0.1, -0.1 and 0.1: their deviation is the root of 0.04 / 3.
        let figures = Figures::of(&days(4, 1), 1_000, vec![1_000, 1_100, 990, 1_089]).unwrap();
        assert_eq!(text(figures.volatility), "1.833030277982");
        let weekly = Figures::of(&days(4, 7), 1_000, vec![1_000, 1_100, 990, 1_089]).unwrap();
        assert_eq!((weekly.days_a_year, text(weekly.volatility)), (52, "0.832666399786".to_owned()));
    }

    #[test]
    fn the_return_of_a_year_is_that_of_other_programs() {
        // By Python's decimal with 40 digits: (value / of) ** (365 / days) - 1.
        let cases = [
            ((2, 1, 730), "0.414213562373"),
            ((1, 2, 730), "-0.292893218813"),
            ((1_000_000_000_000_000_000_000, 7, 7_305), "9.163781827976"),
            ((3, 1_000_000, 366), "-0.999996893931"),
            ((1, 1, 400), "0"),
        ];
        for ((value, of, length), wanted) in cases {
            let (first, last) = (days(1, 1)[0], days(2, length)[1]);
            assert_eq!(text(yearly((first, of), (last, value))), wanted, "{value}/{of}");
        }
        assert_eq!(yearly((days(1, 1)[0], 1), (days(2, 400)[1], 0)), None);
    }
}
