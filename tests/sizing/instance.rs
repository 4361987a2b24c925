//! Questions as plain data, and a source of random ones.

use rebalance::plan::sizing::{
    Destination, Direction, Leg, Levy, Problem, Shape, Sizing, SizingError, Violation, size_from,
};

/// What orders cost.
#[derive(Clone, Debug)]
pub(crate) enum Fees {
    Free,
    /// A fixed fee, a rate in 100,000ths of the amount rounded up, and a rate of sales.
    Rates {
        fixed: i128,
        rate: i128,
        sale: i128,
    },
    /// A rate in 100,000ths, and whatever makes what is paid or received a whole number of units.
    Whole {
        unit: i128,
        rate: i128,
    },
    /// Anything from zero to the number, without rhyme or reason.
    Wild(u64),
}

/// A tax on gains above an allowance, with the lots that are sold first: shares, and what each cost.
#[derive(Clone, Debug)]
pub(crate) struct Gains {
    pub(crate) allowance: i128,
    pub(crate) rate: (i128, i128),
    pub(crate) unit: i128,
    pub(crate) lots: Vec<Vec<(i128, i128)>>,
}

/// A question that owns its costs.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) legs: Vec<Leg>,
    pub(crate) denominator: i128,
    pub(crate) total: i128,
    pub(crate) cash: i128,
    pub(crate) reserve: i128,
    pub(crate) min_trade: i128,
    pub(crate) direction: Direction,
    pub(crate) destination: Destination,
    pub(crate) violation: Violation,
    pub(crate) fees: Fees,
    pub(crate) gains: Option<Gains>,
    pub(crate) deploy_cash: bool,
}

impl Instance {
    /// The same with prices from a hundred to a million.
    pub(crate) fn with_prices_far_apart(mut self, random: &mut Random) -> Instance {
        let flow = self.total - self.legs.iter().map(|leg| leg.price * leg.held).sum::<i128>();
        for leg in &mut self.legs {
            let value = leg.price * leg.held;
            let magnitude = [100, 1_000, 10_000, 100_000][random.within(0, 3) as usize];
            leg.price = random.within(magnitude, magnitude * 10 - 1);
            leg.held = value / leg.price;
        }
        self.total = flow + self.legs.iter().map(|leg| leg.price * leg.held).sum::<i128>();
        self
    }

    /// The gain of an order, oldest lots first.
    pub(crate) fn gain(&self, leg: usize, shares: i128) -> i128 {
        let Some(gains) = &self.gains else { return 0 };
        let (mut left, mut gain) = (-shares, 0);
        for &(held, cost) in gains.lots.get(leg).map_or(&[][..], |lots| lots) {
            let sold = left.clamp(0, held);
            gain += sold * (self.legs[leg].price - cost);
            left -= sold;
        }
        gain
    }

    /// The tax on the gains of orders, rounded up.
    pub(crate) fn levy(&self, gain: i128) -> i128 {
        let Some(Gains { allowance, rate: (part, whole), unit, .. }) = &self.gains else { return 0 };
        let up = |a: i128, b: i128| (a + b - 1) / b;
        up((gain - allowance).max(0) * part, whole * unit) * unit
    }

    fn shape(&self) -> Option<Shape> {
        let lots = self.gains.as_ref().map_or(&[][..], |gains| &gains.lots);
        let turns = |lots: &Vec<(i128, i128)>| {
            let sold = lots.iter().scan(0, |sold, (shares, _)| {
                *sold -= shares;
                Some(*sold)
            });
            sold.collect()
        };
        // Each of two fees is rounded up by itself.
        let rounding = if let Fees::Whole { unit, .. } = self.fees { unit } else { 2 };
        let shape = Shape { turns: lots.iter().map(turns).collect(), rounding };
        (!matches!(self.fees, Fees::Wild(_))).then_some(shape)
    }

    pub(crate) fn cost(&self, leg: usize, shares: i128) -> i128 {
        if shares == 0 {
            return 0;
        }
        let amount = self.legs[leg].price * shares.abs();
        let up = |rate: i128| (amount * rate + 99_999) / 100_000;
        match self.fees {
            Fees::Free => 0,
            Fees::Rates { fixed, rate, sale } => fixed + up(rate) + if shares < 0 { up(sale) } else { 0 },
            Fees::Whole { unit, rate } => {
                let part = unit * 100_000;
                match shares > 0 {
                    true => (amount * (100_000 + rate) + part - 1) / part * unit - amount,
                    false => amount - amount * (100_000 - rate) / part * unit,
                }
            }
            Fees::Wild(most) => {
                let mut random = Random((leg as i128 * 1_000_003 + shares * 97) as u64);
                i128::from(random.next() % (most + 1))
            }
        }
    }

    pub(crate) fn size(&self) -> Result<Sizing, SizingError> {
        self.size_from(None)
    }

    /// The same from shares that are known to be good.
    pub(crate) fn size_from(&self, known: Option<&[i128]>) -> Result<Sizing, SizingError> {
        let gain = |leg: usize, shares: i128| self.gain(leg, shares);
        let problem = Problem {
            legs: self.legs.clone(),
            denominator: self.denominator,
            total: self.total,
            cash: self.cash,
            reserve: self.reserve,
            min_trade: self.min_trade,
            direction: self.direction,
            destination: self.destination,
            violation: self.violation,
            cost: &|leg, shares| self.cost(leg, shares),
            shape: self.shape(),
            levy: self.gains.as_ref().map(|gains| Levy {
                allowance: gains.allowance,
                rate: gains.rate,
                unit: gains.unit,
                gain: &gain,
            }),
            deploy_cash: self.deploy_cash,
        };
        size_from(&problem, known)
    }

    /// The cash left after going to these shares.
    pub(crate) fn cash_after(&self, shares: &[i128]) -> i128 {
        let legs = self.legs.iter().zip(shares).enumerate();
        let spent = legs.map(|(index, (leg, x))| (x - leg.held) * leg.price + self.cost(index, x - leg.held));
        let gain = |(index, (leg, x)): (usize, (&Leg, &i128))| self.gain(index, x - leg.held);
        let gains = self.legs.iter().zip(shares).enumerate().map(gain).sum();
        self.cash - spent.sum::<i128>() - self.levy(gains)
    }
}

/// A small deterministic generator (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both inclusive.
    pub(crate) fn within(&mut self, low: i128, high: i128) -> i128 {
        low + i128::from(self.next()) % (high - low + 1)
    }

    pub(crate) fn one_in(&mut self, many: i128) -> bool {
        self.within(1, many) == 1
    }

    /// Weights over 10,000 that sum to it.
    pub(crate) fn weights(&mut self, count: usize) -> Vec<i128> {
        let raw: Vec<i128> = (0..count).map(|_| self.within(1, 10)).collect();
        let sum: i128 = raw.iter().sum();
        let mut weights: Vec<i128> = raw.iter().map(|part| part * 10_000 / sum).collect();
        weights[0] += 10_000 - weights.iter().sum::<i128>();
        weights
    }

    /// A portfolio of everyday size that has drifted from its targets.
    pub(crate) fn portfolio(&mut self, count: usize, direction: Direction) -> Instance {
        let total = self.within(5_000_000, 500_000_000);
        let mut legs = Vec::new();
        for target in self.weights(count) {
            let price = self.within(50, 20_000) * 5;
            let drifted = target * self.within(80, 120) / 100;
            let half = (target / 4).max(50);
            legs.push(Leg {
                price,
                held: total * drifted / 10_000 / price,
                lot: 1,
                target,
                min: (target - half).max(0),
                max: (target + half).min(10_000),
                frozen: false,
            });
        }
        let held: i128 = legs.iter().map(|leg| leg.price * leg.held).sum();
        let flow = total * self.within(1, 5) / 100;
        let cash = match direction {
            Direction::SellOnly | Direction::SellFreely => -flow,
            Direction::BuyOnly => flow,
            Direction::Both => self.within(0, 100_000),
        };
        Instance {
            legs,
            denominator: 10_000,
            total: held + cash,
            cash,
            reserve: if direction == Direction::Both { total / 100 } else { 0 },
            min_trade: [0, 50_000, 100_000][self.within(0, 2) as usize],
            direction,
            destination: Destination::Target,
            violation: Violation::Squares,
            fees: Fees::Rates { fixed: 0, rate: 115, sale: 0 },
            gains: None,
            deploy_cash: false,
        }
    }
}
