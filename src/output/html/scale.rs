//! From figures and days to places in a drawing, and the round figures and days that stand beside it.
//!
//! A drawing is [`WIDE`] units wide and [`HIGH`] high, and is stretched to its room. Everything is reckoned in decimals
//! and ends in integers.

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Units from left to right.
pub(super) const WIDE: i64 = 4_000;
/// Units from top to bottom.
pub(super) const HIGH: i64 = 1_000;

/// The most steps between round figures.
const STEPS: i64 = 5;
/// The most days that are named below a drawing.
const DAYS: usize = 5;

/// A range of figures whose ends are round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    low: Decimal,
    high: Decimal,
    step: Decimal,
}

impl Scale {
    /// The narrowest range with round ends that has all figures. One of figures that are all the same has them in its
    /// middle.
    pub(super) fn of(figures: impl Iterator<Item = Decimal> + Clone) -> Self {
        let (low, high) = (figures.clone().min().unwrap_or_default(), figures.max().unwrap_or_default());
        let (low, high) = if low == high { beside(low) } else { (low, high) };
        let range = high.saturating_sub(low);
        let step = step(range);
        let whole = |figure: Decimal| figure.checked_div(step).unwrap_or_default();
        let times = |steps: Decimal| steps.checked_mul(step).unwrap_or_default();
        Self { low: times(whole(low).floor()), high: times(whole(high).ceil()), step }
    }

    /// The part of a length at which a figure is, from the low end; figures outside are at the ends.
    pub(super) fn part(&self, figure: Decimal, length: i64) -> i64 {
        let range = self.high.saturating_sub(self.low);
        let part = figure.saturating_sub(self.low).checked_div(range).unwrap_or_default();
        let part = part.clamp(Decimal::ZERO, Decimal::ONE);
        part.checked_mul(Decimal::from(length)).and_then(|place| place.round().to_i64()).unwrap_or_default()
    }

    /// The round figures, from the low end.
    pub(super) fn ticks(&self) -> Vec<Decimal> {
        let mut ticks = Vec::new();
        let mut tick = self.low;
        while tick <= self.high && ticks.len() <= STEPS as usize + 2 {
            ticks.push(tick.normalize());
            tick = tick.saturating_add(self.step);
        }
        ticks
    }
}

/// A range around one figure.
fn beside(figure: Decimal) -> (Decimal, Decimal) {
    let room = match figure.is_zero() {
        true => Decimal::ONE,
        false => figure.abs().checked_div(Decimal::TEN).unwrap_or(Decimal::ONE),
    };
    (figure.saturating_sub(room), figure.saturating_add(room))
}

/// The smallest of 1, 2, 5, 10 and so on of which at most [`STEPS`] are in the range.
fn step(range: Decimal) -> Decimal {
    let most = range.checked_div(Decimal::from(STEPS)).unwrap_or(Decimal::ONE);
    let mut unit = Decimal::new(1, 10);
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(Decimal::from(factor));
            if step >= most {
                return step;
            }
        }
        unit = unit.saturating_mul(Decimal::TEN);
    }
}

/// A range of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Calendar {
    first: NaiveDate,
    last: NaiveDate,
}

impl Calendar {
    /// The range that has all days; none without days.
    pub(super) fn of(days: impl Iterator<Item = NaiveDate> + Clone) -> Option<Self> {
        Some(Self { first: days.clone().min()?, last: days.max()? })
    }

    /// Where a day is.
    pub(super) fn place(&self, day: NaiveDate) -> i64 {
        let all = (self.last - self.first).num_days();
        let gone = (day - self.first).num_days().clamp(0, all);
        if all == 0 { WIDE / 2 } else { (gone * WIDE * 2 + all) / (all * 2) }
    }

    /// Days to be named, with their names: years, months, or days, as few as fit.
    pub(super) fn ticks(&self) -> Vec<(i64, String)> {
        let steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 480];
        let months = steps.into_iter().map(|months| (months, self.firsts(months))).find(|(_, days)| days.len() <= DAYS);
        match months {
            Some((months, days)) if days.len() > 1 => {
                let form = if months >= 12 { "%Y" } else { "%Y-%m" };
                days.into_iter().map(|day| (self.place(day), day.format(form).to_string())).collect()
            }
            _ => self.days().into_iter().map(|day| (self.place(day), day.format("%m-%d").to_string())).collect(),
        }
    }

    /// The first days of every so many months.
    fn firsts(&self, months: u32) -> Vec<NaiveDate> {
        let mut day = self.first.with_day(1);
        let mut found = Vec::new();
        while let Some(first) = day.filter(|first| *first <= self.last && found.len() <= DAYS) {
            let index = i64::from(first.year()) * 12 + i64::from(first.month0());
            if first >= self.first && index.rem_euclid(i64::from(months)) == 0 {
                found.push(first);
            }
            day = first.checked_add_months(Months::new(1));
        }
        found
    }

    /// A few days, evenly spread.
    fn days(&self) -> Vec<NaiveDate> {
        let all = (self.last - self.first).num_days().unsigned_abs();
        let step = all.div_ceil(DAYS as u64 - 1).max(1);
        (0..=all / step).filter_map(|i| self.first.checked_add_days(Days::new(i * step))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimals(texts: &[&str]) -> Vec<Decimal> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn ticks(texts: &[&str]) -> Vec<String> {
        Scale::of(decimals(texts).iter().copied()).ticks().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn round_figures_enclose_the_others() {
        assert_eq!(ticks(&["0.31", "0.38"]), ["0.3", "0.32", "0.34", "0.36", "0.38"]);
        assert_eq!(ticks(&["11000000", "12345678"]), ["11000000", "11500000", "12000000", "12500000"]);
        assert_eq!(ticks(&["-2.73", "3.64"]), ["-4", "-2", "0", "2", "4"]);
        assert_eq!(ticks(&["5", "5"]), ["4.4", "4.6", "4.8", "5", "5.2", "5.4", "5.6"].map(str::to_owned)[..].to_vec());
        assert_eq!(ticks(&["0"]), ["-1", "-0.5", "0", "0.5", "1"]);
        assert_eq!(ticks(&[]), ["-1", "-0.5", "0", "0.5", "1"]);
    }

    #[test]
    fn figures_are_in_their_places_and_absurd_ones_at_the_ends() {
        let scale = Scale::of(decimals(&["0", "10"]).iter().copied());
        let most = "79228162514264337593543950335";
        let places: Vec<i64> =
            decimals(&["0", "2.5", "10", "11", "-3", most]).iter().map(|f| scale.part(*f, HIGH)).collect();
        assert_eq!(places, [0, 250, 1_000, 1_000, 0, 1_000]);
        let wide = Scale::of(decimals(&[most, "-79228162514264337593543950335"]).iter().copied());
        assert!((0..=HIGH).contains(&wide.part(Decimal::ZERO, HIGH)) && wide.ticks().len() < 10);
    }

    #[test]
    fn days_are_named_by_what_they_span() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let names = |from: &str, to: &str| -> Vec<String> {
            let calendar = Calendar::of([day(from), day(to)].into_iter()).unwrap();
            assert_eq!(
                (calendar.place(day(from)), calendar.place(day(to))).1,
                if from == to { WIDE / 2 } else { WIDE }
            );
            calendar.ticks().into_iter().map(|(_, name)| name).collect()
        };
        assert_eq!(names("2026-01-01", "2026-03-31"), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(names("2005-12-30", "2025-12-30"), ["2010", "2015", "2020", "2025"]);
        assert_eq!(names("2026-01-05", "2026-01-09"), ["01-05", "01-06", "01-07", "01-08", "01-09"]);
        assert_eq!(names("2026-01-20", "2026-02-20"), ["01-20", "01-28", "02-05", "02-13"]);
        assert_eq!(names("2026-01-05", "2026-01-05"), ["01-05"]);
        assert!(Calendar::of([].into_iter()).is_none());
    }
}
