//! The levy: a tax on the gains of several assets together, and how it is made part of the one row.
//!
//! The tax is `rate * max(0, gains - allowance)`, a convex function of a sum. It is never less than
//! `m * rate * (gains - allowance)` for any `m` from zero to one, which is a sum again: with it, every asset takes so
//! much more cash as its own gain is. That is the *tilt*. What the true tax is above the tilted one, the *rest*, is
//! known once all assets are chosen, and bounded as soon as the sum of the gains is known to be in some range.
//!
//! Where cash is held from above, the tilted tax must be no less than the true one. Then the sums of gains are parted
//! at the allowance: below it `m` is zero or less, above it one or more.
//!
//! With a levy, money in the row is counted in parts so fine that nothing is rounded.

use super::asset::Point;

/// The steps of `m` from zero to one.
const STEPS: i128 = 64;

/// The terms of a levy.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) allowance: i128,
    pub(super) rate: (i128, i128),
    pub(super) unit: i128,
    pub(super) gain: &'a dyn Fn(usize, i128) -> i128,
}

/// How money in the row is counted: cash times `fine`, and gains times `slope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tilt {
    pub(super) fine: i128,
    pub(super) slope: i128,
}

impl Tilt {
    /// Cash as it is.
    pub(super) const PLAIN: Tilt = Tilt { fine: 1, slope: 0 };

    /// What an order takes, in the parts of the row.
    pub(super) fn of(self, outflow: i128, gain: i128) -> i128 {
        if self.slope == 0 { self.fine * outflow } else { self.fine * outflow + self.slope * gain }
    }
}

impl Terms<'_> {
    /// The parts of a unit of cash.
    pub(super) fn fine(&self) -> i128 {
        STEPS * self.rate.1
    }

    /// The tilt of some step, from zero to [`Terms::STEPS`] where the tax is bounded from below.
    pub(super) fn tilt(&self, step: i128) -> Tilt {
        Tilt { fine: self.fine(), slope: step * self.rate.0 }
    }

    /// The step at which gains are taxed in full.
    pub(super) const FULL: i128 = STEPS;

    /// The tax on a sum of gains.
    pub(super) fn tax(&self, gain: i128) -> i128 {
        let taxed = (gain - self.allowance).max(0);
        self.rounded(self.share(taxed))
    }

    /// The rate of an amount of zero or more, rounded up.
    fn share(&self, taxed: i128) -> i128 {
        (taxed * self.rate.0 + self.rate.1 - 1).div_euclid(self.rate.1)
    }

    /// An amount rounded up to a multiple of the unit.
    fn rounded(&self, tax: i128) -> i128 {
        (tax + self.unit - 1).div_euclid(self.unit) * self.unit
    }

    /// The most that the tax rises if the gains rise by this much; none if they fall.
    pub(super) fn most_rise(&self, rise: i128) -> i128 {
        self.rounded(self.share(rise.max(0)))
    }

    /// The step of a sale where the sum of all gains is known.
    pub(super) fn true_step(&self, point: &Point, gain: i128) -> i128 {
        if point.step == i128::MAX {
            return point.step;
        }
        let rise = self.tax(gain + point.step_gain) - self.tax(gain);
        point.step - self.most_rise(point.step_gain) + rise
    }

    /// The true tax above the tilted one, in the parts of the row.
    pub(super) fn rest(&self, tilt: Tilt, gain: i128) -> i128 {
        tilt.fine * self.tax(gain) - tilt.slope * (gain - self.allowance)
    }

    /// The least the rest can be for gains between two.
    pub(super) fn least_rest(&self, tilt: Tilt, low: i128, high: i128) -> i128 {
        if tilt.slope < 0 || tilt.slope > self.full_slope() {
            return self.exact_rest(tilt, low).min(self.exact_rest(tilt, high));
        }
        self.exact_rest(tilt, self.allowance.clamp(low, high))
    }

    /// The most the rest can be for gains between two.
    pub(super) fn most_rest(&self, tilt: Tilt, low: i128, high: i128) -> i128 {
        let ends = self.exact_rest(tilt, low).max(self.exact_rest(tilt, high));
        ends + tilt.fine * self.unit
    }

    /// The rest without rounding.
    fn exact_rest(&self, tilt: Tilt, gain: i128) -> i128 {
        let taxed = gain - self.allowance;
        self.full_slope() * taxed.max(0) - tilt.slope * taxed
    }

    fn full_slope(&self) -> i128 {
        STEPS * self.rate.0
    }
}
