//! What shares cost that are held in any part: by the oldest purchase, or on average.
//!
//! The lots of a holdings file, whose figures are coarser, are [`crate::lots`]'.

use super::account::worth;
use crate::config::CostBasis;
use std::collections::VecDeque;

/// The purchases of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lots {
    basis: CostBasis,
    /// Shares and the price of each, oldest first; one entry where they are an average.
    purchases: VecDeque<(i128, i128)>,
}

impl Lots {
    /// None yet.
    pub(super) fn new(basis: CostBasis) -> Self {
        Self { basis, purchases: VecDeque::new() }
    }

    /// What the first of the shares to be sold cost, each purchase rounded down; `None` when it does not fit.
    pub(super) fn cost(&self, shares: i128) -> Option<i128> {
        let (mut left, mut cost) = (shares, 0_i128);
        for (held, price) in &self.purchases {
            if left == 0 {
                break;
            }
            let taken = left.min(*held);
            cost = cost.checked_add(worth(taken, *price)?)?;
            left -= taken;
        }
        Some(cost)
    }

    /// Takes shares away.
    pub(super) fn sell(&mut self, shares: i128) {
        let mut left = shares;
        while left > 0 {
            let Some((held, _)) = self.purchases.front_mut() else { break };
            let taken = left.min(*held);
            *held -= taken;
            left -= taken;
            if *held == 0 {
                self.purchases.pop_front();
            }
        }
    }

    /// Adds shares. An average is rounded down, so that a gain is never understated; `None` when it does not fit.
    pub(super) fn buy(&mut self, shares: i128, price: i128) -> Option<()> {
        match (self.basis, self.purchases.front_mut()) {
            (CostBasis::MovingAverage, Some((held, average))) => {
                let all = held.checked_add(shares)?;
                let cost = held.checked_mul(*average)?.checked_add(shares.checked_mul(price)?)?;
                (*held, *average) = (all, cost / all);
            }
            (CostBasis::Fifo, _) | (CostBasis::MovingAverage, None) => self.purchases.push_back((shares, price)),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::account::WORTH;

    #[test]
    fn the_oldest_go_first_and_an_average_moves_with_purchases_only() {
        let cost = |basis, sales: &[i128]| {
            let mut lots = Lots::new(basis);
            assert_eq!(lots.buy(10 * WORTH, 100), Some(()));
            assert_eq!(lots.buy(30 * WORTH, 200), Some(()));
            lots.sell(5 * WORTH);
            sales.iter().map(|shares| lots.cost(shares * WORTH)).collect::<Vec<_>>()
        };
        assert_eq!(
            cost(CostBasis::Fifo, &[0, 5, 6, 35, 99]),
            [Some(0), Some(500), Some(700), Some(6_500), Some(6_500)]
        );
        assert_eq!(cost(CostBasis::MovingAverage, &[0, 5, 6, 35]), [Some(0), Some(875), Some(1_050), Some(6_125)]);
    }
}
