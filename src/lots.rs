//! Lots: what the shares of a position cost, what a sale takes of them, and what it leaves.
//!
//! Two methods, as brokers in Korea use them: the oldest purchase first, and the moving average. Costs are integers in
//! units of 10^-[`PRICE_PLACES`], shares in units of 10^-[`QUANTITY_PLACES`]; fractions are exact until a figure is asked
//! for, which is rounded down, so that a gain is never understated. The price of a day, taxes and plans must never enter
//! this room.

use crate::config::CostBasis;
use crate::holdings::Lot;
use crate::money::{FX_PLACES, MAX_AMOUNT, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity, scaled, unscaled};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// What the shares of a position cost, in the order in which they are sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger(Method);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Method {
    Fifo(Vec<Purchase>),
    Average(Average),
}

/// A purchase, and everything before it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Purchase {
    date: NaiveDate,
    shares: i128,
    /// What `per` shares cost.
    cost: i128,
    per: i128,
    /// Shares and cost of all purchases before.
    before: (i128, i128),
}

/// What one share cost on average: `cost / shares`, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Average {
    cost: i128,
    shares: i128,
}

/// What a sale takes of one purchase, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The day of the purchase; none where all purchases are one average.
    pub date: Option<NaiveDate>,
    /// The shares.
    pub shares: i128,
    /// What they cost together, rounded down so that the sum over a sale is that of the whole.
    pub cost: i128,
}

impl Ledger {
    /// What the lots of a position cost, oldest first; `None` when a figure does not fit.
    #[must_use]
    pub fn of(lots: &[Lot], basis: CostBasis) -> Option<Self> {
        Some(Self(match basis {
            CostBasis::Fifo => Method::Fifo(purchases(lots)?),
            CostBasis::MovingAverage => Method::Average(average(lots)?),
        }))
    }

    /// What the first of the shares to be sold cost together; `None` when it does not fit.
    ///
    /// Shares of no known purchase cost nothing.
    #[must_use]
    pub fn cost(&self, shares: i128) -> Option<i128> {
        match &self.0 {
            Method::Average(average) => average.of(shares),
            Method::Fifo(purchases) => {
                let at = purchases.partition_point(|purchase| purchase.before.0 < shares);
                let Some(last) = at.checked_sub(1).and_then(|at| purchases.get(at)) else { return Some(0) };
                last.before.1.checked_add(last.of((shares - last.before.0).min(last.shares))?)
            }
        }
    }

    /// The sales that end with the last share of a purchase, in ascending order: between two of them every further share
    /// costs the same.
    #[must_use]
    pub fn ends(&self) -> Vec<i128> {
        match &self.0 {
            Method::Average(average) => vec![average.shares],
            Method::Fifo(purchases) => purchases.iter().map(|purchase| purchase.before.0 + purchase.shares).collect(),
        }
    }

    /// What a sale takes, oldest first; `None` when a figure does not fit.
    #[must_use]
    pub fn taken(&self, shares: i128) -> Option<Vec<Taken>> {
        let purchases = match &self.0 {
            Method::Average(average) => return Some(vec![Taken { date: None, shares, cost: average.of(shares)? }]),
            Method::Fifo(purchases) => purchases,
        };
        let mut taken = Vec::new();
        for purchase in purchases.iter().take_while(|purchase| purchase.before.0 < shares) {
            let shares = (shares - purchase.before.0).min(purchase.shares);
            taken.push(Taken { date: Some(purchase.date), shares, cost: purchase.of(shares)? });
        }
        Some(taken)
    }
}

impl Purchase {
    fn of(&self, shares: i128) -> Option<i128> {
        Some(self.cost.checked_mul(shares)?.div_euclid(self.per))
    }
}

impl Average {
    fn of(self, shares: i128) -> Option<i128> {
        Some(self.cost.checked_mul(shares)?.div_euclid(self.shares))
    }
}

/// Shares, cost, and of how many shares that is the cost.
fn figures(lot: &Lot) -> Option<(i128, i128, i128)> {
    let shares = |quantity: Quantity| scaled(quantity.decimal(), QUANTITY_PLACES);
    Some((shares(lot.quantity)?, scaled(lot.cost.decimal(), PRICE_PLACES)?, shares(lot.per)?)).filter(|f| f.2 > 0)
}

fn purchases(lots: &[Lot]) -> Option<Vec<Purchase>> {
    let mut before = (0_i128, 0_i128);
    let mut purchases = Vec::new();
    for lot in lots {
        let (shares, cost, per) = figures(lot)?;
        let purchase = Purchase { date: lot.date, shares, cost, per, before };
        before = (before.0.checked_add(shares)?, before.1.checked_add(purchase.of(shares)?)?);
        purchases.push(purchase);
    }
    Some(purchases)
}

/// The total cost of all lots over all their shares.
fn average(lots: &[Lot]) -> Option<Average> {
    let (mut cost, mut of, mut held) = (0_i128, 1_i128, 0_i128);
    for lot in lots {
        let (shares, own, per) = figures(lot)?;
        let common = (of / gcd(of, per)).checked_mul(per)?;
        let own = own.checked_mul(shares)?.checked_mul(common / per)?;
        cost = cost.checked_mul(common / of)?.checked_add(own)?;
        of = common;
        let shared = gcd(cost, of);
        (cost, of) = (cost / shared, of / shared);
        held = held.checked_add(shares)?;
    }
    if held == 0 {
        return Some(Average { cost: 0, shares: 1 });
    }
    let shares = of.checked_mul(held)?;
    let shared = gcd(cost, shares);
    Some(Average { cost: cost / shared, shares: shares / shared })
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// Lots of another currency with what they cost in the base currency, each at the rate of its day, rounded down; `None`
/// when one does not say its rate, or a figure does not fit.
#[must_use]
pub fn in_base(lots: &[Lot]) -> Option<Vec<Lot>> {
    let of = |lot: &Lot| {
        let rate = lot.rate?;
        let cost = figures(lot)?.1.checked_mul(rate.mantissa())?.div_euclid(10_i128.checked_pow(rate.scale())?);
        Some(Lot { cost: Price::new(unscaled(cost, PRICE_PLACES)?), rate: None, ..lot.clone() })
    };
    lots.iter().map(of).collect()
}

/// The lots that a sale leaves; `None` when a figure does not fit.
///
/// Oldest first, the oldest are used up. By the moving average all become one lot with the date of the newest, whose cost
/// is the average as a fraction (`cost` of `per` shares), so that the next plan finds the same average.
#[must_use]
pub fn left(lots: &[Lot], shares: Quantity, basis: CostBasis) -> Option<Vec<Lot>> {
    let sold = scaled(shares.decimal(), QUANTITY_PLACES)?;
    match (basis, lots) {
        (CostBasis::MovingAverage, [_, .., newest]) => {
            let held = lots.iter().try_fold(0_i128, |sum, lot| sum.checked_add(figures(lot)?.0))?;
            match held.checked_sub(sold)? {
                ..=0 => Some(Vec::new()),
                rest => {
                    let rate = match lots.iter().any(|lot| lot.rate.is_none()) {
                        true => None,
                        false => Some(merged_rate(lots, held)?),
                    };
                    Some(vec![Lot { rate, ..merged(average(lots)?, rest, newest.date)? }])
                }
            }
        }
        // The average of one lot is its own cost.
        _ => consumed(lots, sold),
    }
}

/// Lots without the oldest shares. Lots that are used up are gone.
fn consumed(lots: &[Lot], sold: i128) -> Option<Vec<Lot>> {
    let mut sold = sold;
    let mut left = Vec::new();
    for lot in lots {
        let shares = figures(lot)?.0;
        let taken = sold.min(shares);
        sold -= taken;
        if taken < shares || (taken == 0 && !left.is_empty()) {
            left.push(Lot { quantity: quantity(shares - taken)?, ..lot.clone() });
        }
    }
    Some(left)
}

/// One lot of so many shares at an average cost.
///
/// Each purchase between two sales makes the fraction longer. One that is longer than a file's numbers may be is rounded:
/// what the shares cost together, down to [`PRICE_PLACES`] places.
fn merged(average: Average, shares: i128, date: NaiveDate) -> Option<Lot> {
    let unit = 10_i128.pow(QUANTITY_PLACES);
    // Of whole shares, where shares are counted in parts.
    let times = unit / gcd(average.shares, unit);
    let fits = |number: i128, places: u32| number <= i128::from(MAX_AMOUNT) * 10_i128.pow(places);
    let exact = average.cost.checked_mul(times).zip(average.shares.checked_mul(times));
    let exact = exact.filter(|&(cost, per)| fits(cost, PRICE_PLACES) && fits(per, QUANTITY_PLACES));
    let (cost, per) = match exact {
        Some(exact) => exact,
        None => (average.of(shares)?.max(1), shares),
    };
    let cost = Price::new(unscaled(cost, PRICE_PLACES)?);
    Some(Lot { date, quantity: quantity(shares)?, cost, per: quantity(per)?, rate: None })
}

/// The rate at which all shares cost in the base currency what they cost each at its own, rounded down: a gain is never
/// understated.
fn merged_rate(lots: &[Lot], held: i128) -> Option<Decimal> {
    let own = average(lots)?;
    let exact = own.cost.checked_mul(held)?;
    let own = exact.div_euclid(own.shares) + i128::from(exact.rem_euclid(own.shares) != 0);
    let base = average(&in_base(lots)?)?.of(held)?;
    unscaled(base.checked_mul(10_i128.pow(FX_PLACES))?.div_euclid(own.max(1)), FX_PLACES)
}

fn quantity(shares: i128) -> Option<Quantity> {
    Some(Quantity::new(unscaled(shares, QUANTITY_PLACES)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use proptest::prelude::*;

    /// A share.
    const SHARE: i128 = 10_i128.pow(QUANTITY_PLACES);

    fn lot(day: u32, shares: i64, cost: &str, per: i64) -> Lot {
        let quantity = |n: i64| Quantity::new(Decimal::from(n));
        let date = NaiveDate::from_ymd_opt(2024, 1, day).unwrap();
        Lot {
            date,
            quantity: quantity(shares),
            cost: Price::new(cost.parse().unwrap()),
            per: quantity(per),
            rate: None,
        }
    }

    fn costs(lots: &[Lot], basis: CostBasis, sales: &[i128]) -> Vec<i128> {
        let ledger = Ledger::of(lots, basis).unwrap();
        sales.iter().map(|&shares| ledger.cost(shares * SHARE).unwrap()).collect()
    }

    #[test]
    fn the_oldest_shares_cost_what_they_cost() {
        let lots = [lot(1, 10, "15000", 1), lot(2, 10, "100", 3), lot(3, 1, "7.5", 1)];
        let wanted = [0, 150_000_000, 1_500_000_000, 1_500_333_333, 1_503_333_333, 1_503_408_333, 1_503_408_333];
        assert_eq!(costs(&lots, CostBasis::Fifo, &[0, 1, 10, 11, 20, 21, 22]), wanted);
        let taken = Ledger::of(&lots, CostBasis::Fifo).unwrap().taken(12 * SHARE).unwrap();
        let taken: Vec<_> = taken.iter().map(|t| (t.date.unwrap().to_string(), t.shares / SHARE, t.cost)).collect();
        assert_eq!(taken, [("2024-01-01".to_owned(), 10, 1_500_000_000), ("2024-01-02".to_owned(), 2, 666_666)]);
    }

    #[test]
    fn an_average_is_exact_until_it_is_asked_for() {
        let lots = [lot(1, 1, "10", 1), lot(2, 2, "11", 1)];
        // 32 for 3 shares: 10.666…, and exactly 32 for all of them.
        assert_eq!(costs(&lots, CostBasis::MovingAverage, &[1, 2, 3]), [106_666, 213_333, 320_000]);
        assert_eq!(costs(&[], CostBasis::MovingAverage, &[0, 1]), [0, 0]);
        let left = left(&lots, Quantity::new(Decimal::ONE), CostBasis::MovingAverage).unwrap();
        assert_eq!(left, [lot(2, 2, "32", 3)]);
        assert_eq!(average(&left), average(&lots));
    }

    #[test]
    fn a_fraction_too_long_for_a_file_is_rounded_down_as_a_whole() {
        let lots = [lot(1, 1, "1", 999_999_999_999_989), lot(2, 1, "1", 999_999_999_999_947)];
        assert_eq!(
            left(&lots, Quantity::new(Decimal::ONE), CostBasis::MovingAverage).unwrap(),
            [lot(2, 1, "0.0001", 1)]
        );
        let lots = [lot(1, 3, "100", 999_999_937), lot(2, 4, "1000", 999_983), lot(3, 1, "5", 999_979)];
        let kept = left(&lots, Quantity::new(Decimal::TWO), CostBasis::MovingAverage).unwrap();
        assert_eq!(kept, [lot(3, 6, "0.003", 6)], "6/8 of 0.0040053…");
    }

    #[test]
    fn lots_of_another_currency_cost_what_they_cost_at_the_rates_of_their_days() {
        let dollars = |day, shares, cost: &str, rate: &str| Lot {
            rate: Some(rate.parse().unwrap()),
            ..lot(day, shares, cost, 1)
        };
        let lots = [dollars(1, 10, "80.5", "1300.123"), dollars(2, 30, "90", "1400")];
        let base = in_base(&lots).unwrap();
        assert_eq!(costs(&base, CostBasis::Fifo, &[10, 40]), [10_465_990_150, 10_465_990_150 + 37_800_000_000]);
        // 4,826,599.015 won for 3,505 dollars: 1,377.06105991…
        let left = left(&lots, Quantity::new(Decimal::ONE), CostBasis::MovingAverage).unwrap();
        assert_eq!((left.len(), left[0].rate.unwrap().to_string()), (1, "1377.06105991".to_owned()));
        let merged = Ledger::of(&in_base(&left).unwrap(), CostBasis::MovingAverage).unwrap();
        let whole = Ledger::of(&base, CostBasis::MovingAverage).unwrap();
        let (merged, whole) = (merged.cost(39 * SHARE).unwrap(), whole.cost(39 * SHARE).unwrap());
        assert!(merged <= whole && whole - merged < 39, "{merged}, {whole}: by less than 0.0001 won a share");
    }

    /// A purchase above zero, a sale below it, as a part of what is held.
    fn trades() -> impl Strategy<Value = Vec<(bool, i64, i64)>> {
        proptest::collection::vec((any::<bool>(), 1_i64..60, 1_i64..50_000), 1..7)
    }

    proptest! {
        /// Slowly and by itself: after each purchase the average is what was left at the old one and what is new, over
        /// the shares of both; a sale leaves it as it is.
        #[test]
        fn a_moving_average_moves_with_purchases_only(trades in trades()) {
            let (mut lots, mut held, mut cost) = (Vec::new(), 0_i128, (0_i128, 1_i128));
            for (day, (buys, shares, price)) in trades.into_iter().enumerate() {
                if buys || held == 0 {
                    lots.push(lot(u32::try_from(day).unwrap() + 1, shares, &price.to_string(), 1));
                    let (more, price) = (i128::from(shares), i128::from(price));
                    // average = (average * held + price * more) / (held + more)
                    cost = (cost.0 * held + price * more * cost.1, cost.1 * (held + more));
                    let shared = gcd(cost.0, cost.1);
                    cost = (cost.0 / shared, cost.1 / shared);
                    held += more;
                } else {
                    let sold = i128::from(shares).min(held);
                    lots = left(&lots, quantity(sold * SHARE).unwrap(), CostBasis::MovingAverage).unwrap();
                    held -= sold;
                    if held == 0 {
                        cost = (0, 1);
                    }
                }
                // Six trades of at most 60 shares keep the fraction short enough to be exact.
                let ledger = Ledger::of(&lots, CostBasis::MovingAverage).unwrap();
                prop_assert!(lots.len() <= 6 && (held == 0) == lots.is_empty());
                for shares in [1, held / 2, held] {
                    prop_assert_eq!(ledger.cost(shares * SHARE).unwrap(), (cost.0 * 10_000 * shares).div_euclid(cost.1));
                }
            }
        }

        /// By either method what is taken is as many shares as are sold, costs what the sale costs, and leaves the rest.
        #[test]
        fn what_is_taken_and_what_is_left_are_the_whole(
            held in proptest::collection::vec((1_i64..50, 1_i64..30_000, 1_i64..9), 1..8),
            part in 0_i64..=100,
            basis in prop_oneof![Just(CostBasis::Fifo), Just(CostBasis::MovingAverage)],
        ) {
            let lots: Vec<Lot> =
                held.iter().zip(1..).map(|(&(shares, cost, per), day)| lot(day, shares, &cost.to_string(), per)).collect();
            let all: i128 = held.iter().map(|lot| i128::from(lot.0) * SHARE).sum();
            let sold = all * i128::from(part) / 100;
            let ledger = Ledger::of(&lots, basis).unwrap();
            let taken = ledger.taken(sold).unwrap();
            prop_assert_eq!(taken.iter().map(|t| t.shares).sum::<i128>(), sold);
            prop_assert_eq!(taken.iter().map(|t| t.cost).sum::<i128>(), ledger.cost(sold).unwrap());
            let rest = left(&lots, quantity(sold).unwrap(), basis).unwrap();
            let shares: i128 = rest.iter().map(|lot| figures(lot).unwrap().0).sum();
            prop_assert_eq!(shares, all - sold);
            let (whole, parts) = (ledger.cost(all).unwrap(), ledger.cost(sold).unwrap());
            let rest = Ledger::of(&rest, basis).unwrap().cost(all - sold).unwrap();
            // Each purchase is rounded down by itself, by less than the smallest unit.
            prop_assert!((whole - parts - rest).abs() <= 1 + i128::try_from(lots.len()).unwrap());
        }
    }
}
