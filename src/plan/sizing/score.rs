//! Scores: the first five levels of the objective as one number with five digits.
//!
//! Scores add level by level and compare first level first, so they form an ordered group. That is all
//! that Lagrangian duality needs: a multiplier is a [`Rate`] of scores per unit of cash, and every
//! bound made with it holds for all levels at once. No level is ever weighted against another.

use std::ops::{Add, AddAssign, Sub};

use super::wide::Wide;

/// Plain sums of money are counted in parts this fine, so that the price of cash may be a fraction of them.
/// Squares need no parts: a unit of cash changes them by a large number.
pub(super) const FINE: i128 = 1 << 40;

/// The highest price of cash that is ever tried, at either level, so that its products stay small.
pub(super) const RATE_CAP: i128 = 1 << 120;

/// What a choice scores; less is better. The fields are in the order in which they decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    /// What is outside the bands: its amount times [`FINE`], or its squares.
    pub(super) violation: Wide,
    /// Squares of deviation, or turnover times [`FINE`].
    pub(super) main: Wide,
    /// Costs and taxes.
    pub(super) cost: i128,
    /// The number of orders.
    pub(super) orders: i128,
    /// The amounts of all orders.
    pub(super) turnover: i128,
}

impl Score {
    /// More than any score that can be reached.
    pub(super) const WORST: Score = Score { violation: Wide::MAX, main: Wide::ZERO, cost: 0, orders: 0, turnover: 0 };
}

impl Score {
    /// An amount of cash as a score, where nothing else counts.
    pub(super) fn of_cash(cash: i128) -> Score {
        Score { violation: Wide::from(cash), ..Score::default() }
    }
}

impl Add for Score {
    type Output = Score;

    fn add(self, other: Score) -> Score {
        Score {
            violation: self.violation + other.violation,
            main: self.main + other.main,
            cost: self.cost + other.cost,
            orders: self.orders + other.orders,
            turnover: self.turnover + other.turnover,
        }
    }
}

impl Sub for Score {
    type Output = Score;

    fn sub(self, other: Score) -> Score {
        Score {
            violation: self.violation - other.violation,
            main: self.main - other.main,
            cost: self.cost - other.cost,
            orders: self.orders - other.orders,
            turnover: self.turnover - other.turnover,
        }
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, other: Score) {
        *self = *self + other;
    }
}

/// A price of cash: score per unit of money. Only the first two levels have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rate {
    /// Of the first level.
    pub(super) violation: i128,
    /// Of the second level.
    pub(super) main: i128,
}

impl Rate {
    /// The price of an amount of cash.
    pub(super) fn of(self, cash: i128) -> Score {
        Score {
            violation: Wide::product(self.violation, cash),
            main: Wide::product(self.main, cash),
            ..Score::default()
        }
    }

    /// How much higher it is than another.
    pub(super) fn less(self, other: Rate) -> Rate {
        Rate { violation: self.violation - other.violation, main: self.main - other.main }
    }

    /// The rate seen from the other side of the market.
    pub(super) fn negated(self) -> Rate {
        Rate { violation: -self.violation, main: -self.main }
    }

    /// A rate, near the largest, at which `cash` (above zero) costs no more than `score` (zero or more).
    pub(super) fn at_most(score: Score, cash: i128) -> Rate {
        let violation = score.violation.div_floor(cash).min(RATE_CAP);
        if score.violation > Wide::product(violation, cash) {
            // The first level alone leaves room: whatever the second adds is paid for by it.
            return Rate { violation, main: 0 };
        }
        let main = score.main.div_floor(cash).min(RATE_CAP);
        if main <= -RATE_CAP {
            return Rate { violation: violation - 1, main: 0 };
        }
        let rate = Rate { violation, main };
        if rate.of(cash) > score {
            return Rate { violation, main: main - 1 };
        }
        rate
    }
}
