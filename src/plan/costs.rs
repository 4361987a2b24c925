//! What an order costs: commission, slippage, tax, each rounded up to the smallest unit of the order's currency; and how
//! far its price may go. Amounts and costs are in the units of the asset's purse, gains in those of the books: they are
//! taxed in the base currency.
//!
//! An amount may be finer than the currency's smallest unit, where parts of a share are traded. Cash is not: what is paid
//! is rounded up, what is received is rounded down, and the rest is part of the slippage.
//!
//! Whether an order is worth its cost must never enter this room.

mod charges;

pub use charges::{Charge, Commission};

use crate::config::{Currency, TaxClass};
use crate::drift::{Books, Line};
use crate::holdings::Lot;
use crate::lots::{self, Ledger, Taken};
use crate::money::{Money, PRICE_PLACES, QUANTITY_PLACES, Rate, scaled, unscaled};
use crate::portfolio::{Asset, Costs};
use charges::Slip;
use rust_decimal::Decimal;

/// The itemised costs of one order, in the units of its purse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderCosts {
    /// The broker's commission.
    pub commission: i128,
    /// What the fill may differ from the reference price by.
    pub slippage: i128,
    /// Tax on the gain of a sale.
    pub tax: i128,
}

impl OrderCosts {
    /// All of them; `None` when they do not fit.
    #[must_use]
    pub fn total(self) -> Option<i128> {
        self.commission.checked_add(self.slippage)?.checked_add(self.tax)
    }

    /// The same in the units of the books, of which a unit of the purse is worth so many.
    #[must_use]
    pub fn times(self, worth: i128) -> Self {
        Self { commission: self.commission * worth, slippage: self.slippage * worth, tax: self.tax * worth }
    }
}

/// How one asset's orders are charged.
#[derive(Debug, Clone)]
pub struct Tariff {
    currency: Currency,
    /// Decimal places of the units of the purse.
    places: u32,
    quantity_places: u32,
    /// Places of the currency's smallest unit, no more than `places`.
    smallest: u32,
    /// The price of a unit of a share in the units of the purse.
    price: i128,
    base: Base,
    commission: Commission,
    slippage: Rate,
    charge: Charge,
    slip: Slip,
    tax: Rate,
    /// Whether gains are taxed with those of the whole year, and not by the sale.
    pooled: bool,
    /// What the shares cost, when that is known.
    lots: Option<Ledger>,
}

/// The base currency: gains are in it.
#[derive(Debug, Clone, Copy)]
struct Base {
    /// Decimal places of the units of the books.
    places: u32,
    /// Places of its smallest unit, no more than `places`.
    smallest: u32,
    /// The price of a unit of a share in the units of the books.
    price: i128,
    /// What a unit of the purse is worth in them.
    worth: i128,
}

/// The rate at which an asset's gains are taxed: of each sale, or above the deduction of the year.
#[must_use]
pub fn tax_rate(asset: &Asset, costs: &Costs) -> Rate {
    match asset.tax_class {
        None => costs.tax,
        Some(TaxClass::KrEquity) => Rate::ZERO,
        Some(TaxClass::KrOther) => costs.taxes.kr_other,
        Some(TaxClass::Overseas) => costs.taxes.overseas,
    }
}

/// What a sale takes of the lots of its position, in the base currency and in the units of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// The amount less what the shares cost, each at the rate of its day, rounded up to the base currency's smallest unit;
    /// below zero for a loss.
    pub gain: i128,
    /// The purchases, oldest first; one without a date when all are an average. Their shares are those of the order, and
    /// their costs add up to the amount less the gain, but for a part of the smallest unit that an amount may have.
    pub lots: Vec<Taken>,
}

impl Tariff {
    /// The tariff of a line of the books; `None` when the costs of its lots do not fit.
    #[must_use]
    pub fn of(
        asset: &Asset,
        costs: &Costs,
        base: Currency,
        line: &Line,
        books: &Books,
        lots: Option<&[Lot]>,
    ) -> Option<Self> {
        let purse = books.purses.get(line.purse)?;
        let lots = match lots {
            // What a lot cost in the base currency is not known without its rate.
            Some(lots) if line.purse > 0 => lots::in_base(lots),
            lots => lots.map(<[Lot]>::to_vec),
        };
        let lots = match lots {
            None => None,
            Some(lots) => Some(Ledger::of(&lots, costs.basis)?),
        };
        let (places, smallest) = (purse.places, purse.currency.places().min(purse.places));
        let commission = Commission {
            rate: costs.commission,
            minimum: at_rate(costs.commission_minimum, purse.rate)?,
            per_order: at_rate(costs.commission_per_order, purse.rate)?,
        };
        Some(Self {
            currency: purse.currency,
            places,
            quantity_places: books.quantity_places,
            smallest,
            price: line.own_price,
            base: Base {
                places: books.places,
                smallest: base.places().min(books.places),
                price: line.price,
                worth: purse.worth,
            },
            commission,
            slippage: costs.slippage,
            charge: commission.charge(places, smallest)?,
            slip: Slip::of(costs.slippage, places, smallest)?,
            tax: tax_rate(asset, costs),
            pooled: asset.tax_class == Some(TaxClass::Overseas),
            lots,
        })
    }

    /// Whether a sale cannot be charged because the purchases are not known.
    #[must_use]
    pub fn needs_lots(&self) -> bool {
        !self.tax.is_zero() && self.lots.is_none()
    }

    /// The costs of trading `shares` (sold below zero), without its part of the tax on a year's pool; `None` when they do
    /// not fit.
    #[must_use]
    pub fn costs(&self, shares: i128) -> Option<OrderCosts> {
        if shares == 0 {
            return Some(OrderCosts::default());
        }
        let amount = self.price.checked_mul(shares.checked_abs()?)?;
        let taxed = shares < 0 && !self.tax.is_zero() && !self.pooled;
        let tax = if taxed { self.tax_on(self.gain(-shares)?)? } else { 0 };
        // A gain that does not fit belongs to no order that could be paid for.
        self.pooled_gain(shares)?;
        let commission = self.charge.of(amount)?;
        Some(OrderCosts { commission, slippage: self.slip.on(amount, shares > 0)?, tax })
    }

    /// The price an order may go to: the reference and the slippage, rounded towards the reference to a tick.
    ///
    /// A fill at the limit therefore never costs more than the slippage that was planned for.
    #[must_use]
    pub fn limit_price(&self, buy: bool) -> Option<i128> {
        let room = self.price.checked_mul(self.slippage.decimal().mantissa())?;
        let room = room.div_euclid(10_i128.checked_pow(self.slippage.decimal().scale())?);
        let tick = tick(self.currency, self.price, self.places - self.quantity_places)?;
        Some(if buy {
            ((self.price + room).div_euclid(tick) * tick).max(self.price)
        } else {
            let low = self.price - room;
            ((low + tick - 1).div_euclid(tick) * tick).min(self.price)
        })
    }

    /// How many of the ledger's parts of a share one of the books' is.
    fn parts(&self) -> Option<i128> {
        10_i128.checked_pow(QUANTITY_PLACES.checked_sub(self.quantity_places)?)
    }

    /// Shares of the books in the parts of the ledger.
    fn in_parts(&self, shares: i128) -> Option<i128> {
        shares.checked_mul(self.parts()?)
    }

    /// The currency's smallest unit, as money is kept here.
    fn unit(&self) -> Option<i128> {
        10_i128.checked_pow(self.places - self.smallest)
    }

    /// The orders (sold below zero) at which costs stop to follow a straight line: where the rate comes to more than the
    /// least commission, where a purchase is used up, and where gains turn into losses or back.
    #[must_use]
    pub fn turns(&self) -> Vec<i128> {
        let mut turns = self.least_commission_ends().map_or(Vec::new(), |shares| vec![shares, -shares]);
        let (mut sold, mut gain) = (0_i128, 0_i128);
        // The ledger counts shares in its own parts, of which one here is a whole number.
        let parts = self.parts().unwrap_or(1);
        for end in self.lots.iter().flat_map(Ledger::ends).map(|end| end.div_euclid(parts)) {
            let Some(after) = self.gain(end) else { continue };
            if (gain < 0) != (after < 0) {
                let part = gain.checked_mul(end - sold).map_or(0, |part| part.div_euclid(gain - after));
                turns.extend([-sold - part, -sold - part - 1]);
            }
            (sold, gain) = (end, after);
            turns.push(-end);
        }
        turns
    }

    /// The largest order that is charged the least commission, when the rate ever comes to more.
    fn least_commission_ends(&self) -> Option<i128> {
        let Commission { rate, minimum, .. } = self.commission;
        let (rate, minimum) = (rate.decimal(), minimum.decimal());
        let places = PRICE_PLACES.max(self.places + rate.scale());
        let each = self.price.checked_mul(rate.mantissa())?;
        let each = each.checked_mul(10_i128.checked_pow(places - self.places - rate.scale())?)?;
        if each <= 0 { None } else { Some(scaled(minimum, places)?.div_euclid(each)) }
    }

    /// How far a cost may be from its line, in the units of the books: each of its parts, and the gain, is rounded up by
    /// itself.
    #[must_use]
    pub fn rounding(&self) -> i128 {
        let own = 10_i128.saturating_pow(self.places - self.smallest).saturating_mul(self.base.worth);
        own.max(10_i128.saturating_pow(self.base.places - self.base.smallest)).saturating_mul(4)
    }

    /// The tax on a gain in the base currency, rounded up to the smallest unit of the order's own.
    fn tax_on(&self, gain: i128) -> Option<i128> {
        own_charge(gain.max(0), self.tax, self.unit()?, self.base.worth)
    }

    /// What an order costs, without its part of the tax on a year's pool, in the units of the books; `None` when it does
    /// not fit.
    #[must_use]
    pub fn cost(&self, shares: i128) -> Option<i128> {
        self.costs(shares)?.total()?.checked_mul(self.base.worth)
    }

    /// The gain of selling shares in the units of the books, rounded up to the base currency's smallest unit.
    fn gain(&self, shares: i128) -> Option<i128> {
        // Shares of no known purchase are all gain; `needs_lots` keeps that from being planned.
        let cost = self.lots.as_ref().map_or(Some(0), |lots| lots.cost(self.in_parts(shares)?))?;
        let Base { places, smallest, price, .. } = self.base;
        let fine = places.max(PRICE_PLACES);
        let amount = shares.checked_mul(price)?.checked_mul(10_i128.checked_pow(fine - places)?)?;
        let cost = cost.checked_mul(10_i128.checked_pow(fine - PRICE_PLACES)?)?;
        let units = -cost.checked_sub(amount)?.div_euclid(10_i128.checked_pow(fine - smallest)?);
        units.checked_mul(10_i128.checked_pow(places - smallest)?)
    }

    /// The gain of an order that counts in the year's pool: 0 for purchases and for assets that are taxed by the sale.
    #[must_use]
    pub fn pooled_gain(&self, shares: i128) -> Option<i128> {
        if self.pooled && shares < 0 { self.gain(shares.checked_neg()?) } else { Some(0) }
    }

    /// What an order sells; none for a purchase, and where the lots are not known.
    #[must_use]
    pub fn sold(&self, shares: i128) -> Option<Sold> {
        let shares = shares.checked_neg().filter(|shares| *shares > 0)?;
        let mut lots = self.lots.as_ref()?.taken(self.in_parts(shares)?)?;
        let (mut exact, mut told) = (0_i128, 0_i128);
        for lot in &mut lots {
            lot.shares /= self.parts()?;
            exact = exact.checked_add(lot.cost)?;
            let all = self.down(exact)?;
            lot.cost = all - told;
            told = all;
        }
        Some(Sold { gain: self.gain(shares)?, lots })
    }

    /// A cost of lots, rounded down to the base currency's smallest unit.
    fn down(&self, cost: i128) -> Option<i128> {
        let Base { places, smallest, .. } = self.base;
        let units = cost.div_euclid(10_i128.checked_pow(PRICE_PLACES.checked_sub(smallest)?)?);
        units.checked_mul(10_i128.checked_pow(places - smallest)?)
    }
}

/// A rate of an amount of the books in the units of a purse, rounded up to a multiple of `unit` of them. `worth` is what
/// a unit of the purse is worth in the books.
pub(super) fn own_charge(amount: i128, rate: Rate, unit: i128, worth: i128) -> Option<i128> {
    let rate = rate.decimal();
    let exact = amount.checked_mul(rate.mantissa())?;
    let step = unit.checked_mul(worth)?.checked_mul(10_i128.checked_pow(rate.scale())?)?;
    (exact.div_euclid(step) + i128::from(exact.rem_euclid(step) != 0)).checked_mul(unit)
}

/// An amount of the base currency in another of which one is worth `rate`, rounded up to [`PRICE_PLACES`].
fn at_rate(amount: Money, rate: Decimal) -> Option<Money> {
    let up = scaled(amount.decimal(), PRICE_PLACES)?.checked_mul(10_i128.checked_pow(rate.scale())?)?;
    let rate = rate.mantissa();
    let own = up.div_euclid(rate) + i128::from(up.rem_euclid(rate) != 0);
    Some(Money::new(unscaled(own, PRICE_PLACES)?))
}

/// The smallest step of a price, in units of 10^-`places`.
///
/// Korean ETFs: 1 won below 2,000, else 5 (Korea Exchange, since December 2023). United States: a cent from 1 dollar,
/// else a hundredth of one (Regulation NMS, rule 612).
fn tick(currency: Currency, price: i128, places: u32) -> Option<i128> {
    let unit = 10_i128.checked_pow(places)?;
    let step = match currency {
        Currency::Krw if price < 2_000 * unit => unit,
        Currency::Krw => 5 * unit,
        Currency::Usd if price >= unit => unit / 100,
        Currency::Usd => unit / 10_000,
        // Their tables depend on the security: the smallest unit is a multiple of no tick, and a limit to it is one that
        // the broker may round.
        Currency::Jpy => unit,
        Currency::Eur | Currency::Gbp | Currency::Hkd | Currency::Cny => unit / 100,
    };
    Some(step.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CostBasis;
    use crate::money::{Price, Quantity};

    fn tariff(price: i128, tax: i64, lots: Option<Ledger>) -> Tariff {
        let rate = Rate::new(Decimal::new(15, 5));
        let commission = Commission { rate, minimum: Money::ZERO, per_order: Money::ZERO };
        let slippage = Rate::new(Decimal::new(1, 3));
        Tariff {
            currency: Currency::Krw,
            places: 0,
            quantity_places: 0,
            smallest: 0,
            price,
            base: Base { places: 0, smallest: 0, price, worth: 1 },
            commission,
            slippage,
            charge: commission.charge(0, 0).unwrap(),
            slip: Slip::of(slippage, 0, 0).unwrap(),
            tax: Rate::new(Decimal::new(tax, 3)),
            pooled: false,
            lots,
        }
    }

    /// What is worked out once, worked out again.
    fn again(tariff: Tariff) -> Tariff {
        let Tariff { places, smallest, .. } = tariff;
        let charge = tariff.commission.charge(places, smallest).unwrap();
        Tariff { charge, slip: Slip::of(tariff.slippage, places, smallest).unwrap(), ..tariff }
    }

    /// The same where shares are traded by the thousandth: amounts are in thousandths of a won.
    fn in_thousandths(tariff: Tariff) -> Tariff {
        again(Tariff { places: 3, quantity_places: 3, base: Base { places: 3, ..tariff.base }, ..tariff })
    }

    fn lot(day: u32, shares: i64, cost: i64) -> Lot {
        Lot {
            date: chrono::NaiveDate::from_ymd_opt(2024, 1, day).unwrap(),
            quantity: Quantity::new(Decimal::from(shares)),
            cost: Price::new(Decimal::from(cost)),
            per: Quantity::new(Decimal::ONE),
            rate: None,
        }
    }

    /// Ten shares at 15,000 and ten at 18,000.
    fn ledger(basis: CostBasis) -> Option<Ledger> {
        Ledger::of(&[lot(1, 10, 15_000), lot(2, 10, 18_000)], basis)
    }

    #[test]
    fn each_cost_is_rounded_up_by_itself() {
        let costs = tariff(16_800, 0, None).costs(-21).unwrap();
        assert_eq!(costs, OrderCosts { commission: 53, slippage: 353, tax: 0 });
        assert_eq!(costs.total(), Some(406));
        assert_eq!(tariff(16_800, 0, None).costs(0), Some(OrderCosts::default()));
    }

    #[test]
    fn cash_moves_by_whole_units_however_fine_the_amount_is() {
        // A thousandth of a share at 16,805 won: amounts are in thousandths of a won.
        let fine = in_thousandths(tariff(16_805, 0, None));
        for (shares, slippage) in [(1, 195), (-1, 805), (2, 390), (1_000, 17_000), (-1_000, 17_000)] {
            let costs = fine.costs(shares).unwrap();
            assert_eq!(costs.slippage, slippage, "{shares}");
            assert_eq!((16_805 * shares + costs.total().unwrap()) % 1_000, 0, "{shares}");
        }
        let mut last = 0;
        for shares in 1..2_000 {
            let slippage = fine.costs(shares).unwrap().slippage;
            assert!(slippage + 1_000 > last && fine.costs(-shares).unwrap().slippage >= 0, "{shares}");
            last = slippage;
        }
    }

    #[test]
    fn commission_is_the_rate_or_the_minimum_and_the_fixed_fee_rounded_up_once() {
        // price, shares, places and smallest of the books, rate, minimum, fixed fee, commission
        #[expect(clippy::type_complexity, reason = "a table with its columns named above")]
        let table: &[(i128, i128, u32, u32, &str, &str, &str, i128)] = &[
            (16_800, -21, 0, 0, "0.00015", "0", "0", 53),
            (16_800, -21, 0, 0, "0.00015", "52.92", "0", 53),
            (16_800, -21, 0, 0, "0.00015", "52.9201", "0", 53),
            (16_800, -21, 0, 0, "0.00015", "53.0001", "0", 54),
            (16_800, -21, 0, 0, "0.00015", "500", "0", 500),
            (16_800, 21, 0, 0, "0.00015", "500", "100", 600),
            (16_800, 21, 0, 0, "0.00015", "0", "0.08", 53), // 52.92 + 0.08: no won more
            (16_800, 21, 0, 0, "0.00015", "0", "0.09", 54),
            (16_800, 0, 0, 0, "0.00015", "500", "100", 0),
            (16_800, 1, 0, 0, "0", "0", "0", 0),
            (16_800, 1, 0, 0, "0", "0", "0.0001", 1),
            (12_345, 10, 2, 2, "0.0025", "0", "0", 309), // 1,234.50 dollars: 3.08625
            (12_345, 10, 2, 2, "0.0025", "4.95", "0.01", 496),
            (1_234_500, 10, 4, 2, "0.0025", "0", "0", 30_900), // the same in finer books
        ];
        for &(price, shares, places, smallest, rate, minimum, per_order, expected) in table {
            let money = |text: &str| Money::new(text.parse().unwrap());
            let commission = Commission {
                rate: Rate::new(rate.parse().unwrap()),
                minimum: money(minimum),
                per_order: money(per_order),
            };
            let base = Base { places, smallest, price, worth: 1 };
            let tariff = again(Tariff { places, smallest, commission, base, ..tariff(price, 0, None) });
            let case = format!("{shares} x {price}, {rate}, {minimum}, {per_order}");
            assert_eq!(tariff.costs(shares).unwrap().commission, expected, "{case}");
        }
    }

    #[test]
    fn the_oldest_purchases_are_sold_first_and_losses_are_not_taxed() {
        let tariff = tariff(16_800, 154, ledger(CostBasis::Fifo));
        assert_eq!(tariff.costs(-10).unwrap().tax, 2_772, "10 × 1,800 × 15.4 %");
        assert_eq!(tariff.costs(-15).unwrap().tax, 1_848, "less 5 × 1,200");
        assert_eq!(tariff.costs(-20).unwrap().tax, 924, "less 10 × 1,200");
        assert_eq!(tariff.costs(20).unwrap().tax, 0, "buying realises nothing");
    }

    #[test]
    fn costs_follow_straight_lines_between_their_turns() {
        let lots = [(10, 15_000), (10, 18_500), (3, 16_800), (20, 16_000), (7, 25_000), (50, 1)];
        let lots = lots.map(|(shares, cost)| lot(1, shares, cost));
        let bases = [CostBasis::Fifo, CostBasis::MovingAverage];
        for ((tax, minimum), basis) in
            [(0, 0), (154, 0), (220, 200), (1_000, 30)].iter().flat_map(|case| bases.map(|basis| (*case, basis)))
        {
            let mut tariff = tariff(16_800, tax, Ledger::of(&lots, basis));
            tariff.commission.minimum = Money::new(minimum.into());
            let tariff = again(tariff);
            let turns = tariff.turns();
            for sign in [1, -1] {
                let cost = |shares: i128| tariff.costs(sign * shares).unwrap().total().unwrap();
                let on_side = turns.iter().map(|turn| sign * turn).filter(|turn| (0..100).contains(turn));
                let mut ends: Vec<i128> = on_side.flat_map(|turn| [turn - 1, turn]).collect();
                ends.extend([0, 100]);
                ends.sort_unstable();
                for end in ends.windows(2).filter(|end| end[1] - end[0] > 2 && end[0] >= 0) {
                    let (first, last) = (end[0] + 1, end[1]);
                    for shares in first..=last {
                        let off = (cost(shares) - cost(first)) * (last - first)
                            - (cost(last) - cost(first)) * (shares - first);
                        let room = 2 * tariff.rounding() * (last - first);
                        assert!(off.abs() <= room, "{tax}, {minimum}: {sign} x {shares} in {first}..{last}");
                    }
                }
            }
        }
    }

    #[test]
    fn by_the_moving_average_every_share_costs_the_same() {
        let tariff = tariff(16_800, 154, ledger(CostBasis::MovingAverage));
        assert_eq!(tariff.costs(-10).unwrap().tax, 462, "10 × (16,800 − 16,500) × 15.4 %");
        assert_eq!(tariff.costs(-20).unwrap().tax, 924, "all of them: as by the other method");
    }

    #[test]
    fn gains_of_a_years_pool_are_not_taxed_by_the_sale() {
        let tariff = Tariff { pooled: true, ..tariff(16_800, 220, ledger(CostBasis::Fifo)) };
        assert!(tariff.costs(-15).unwrap().tax == 0 && tariff.pooled_gain(-15) == Some(12_000));
        assert_eq!((tariff.pooled_gain(15), tariff.sold(15)), (Some(0), None));
        let sold = tariff.sold(-15).unwrap();
        let lots: Vec<_> = sold.lots.iter().map(|lot| (lot.shares, lot.cost)).collect();
        assert_eq!((sold.gain, lots), (12_000, vec![(10, 150_000), (5, 90_000)]));
    }

    #[test]
    fn a_part_of_a_share_gains_whole_units_rounded_up_once() {
        // Ten shares at 15,000 and ten at 18,000, sold by the thousandth at 16,805: 1,805 a share, then 1,195 lost.
        let fine = in_thousandths(Tariff { pooled: true, ..tariff(16_805, 220, ledger(CostBasis::Fifo)) });
        for (shares, gain) in [(1, 2), (2, 4), (1_000, 1_805), (1_001, 1_807), (10_000, 18_050), (10_001, 18_049)] {
            assert_eq!(fine.pooled_gain(-shares), Some(gain * 1_000), "{shares}");
        }
        let sold = fine.sold(-10_001).unwrap();
        let lots: Vec<_> = sold.lots.iter().map(|lot| (lot.shares, lot.cost)).collect();
        assert_eq!(lots, [(10_000, 150_000_000), (1, 18_000)]);
    }

    #[test]
    fn a_fill_at_the_limit_never_costs_more_than_the_slippage() {
        for price in [999, 1_999, 2_000, 2_004, 16_800, 35_555, 1_000_000] {
            let tariff = tariff(price, 0, None);
            let buy = tariff.limit_price(true).unwrap();
            let sell = tariff.limit_price(false).unwrap();
            let slippage = tariff.costs(7).unwrap().slippage;
            assert!(sell <= price && price <= buy, "{price}");
            assert!((buy - price) * 7 <= slippage && (price - sell) * 7 <= slippage, "{price}");
        }
    }

    #[test]
    fn what_is_charged_in_another_currency_is_rounded_up_in_it_and_gains_are_in_the_base_currency() {
        // 100.25 dollars at 1,385.5 won: the books are in thousandths of a won.
        let (price, rate) = (10_025, Decimal::new(13_855, 1));
        let base = Base { places: 3, smallest: 0, price: price * 13_855, worth: 13_855 };
        // Ten shares at 80 dollars and 1,300 won, ten at 90 and 1,400.
        let lots = [(1, 80, 1_300), (2, 90, 1_400)]
            .map(|(day, cost, rate)| Lot { rate: Some(rate.into()), ..lot(day, 10, cost) });
        let lots = Ledger::of(&lots::in_base(&lots).unwrap(), CostBasis::Fifo);
        let minimum = at_rate(Money::new(1_000.into()), rate).unwrap();
        assert_eq!(minimum.to_string(), "0.7218", "1,000 won are 0.721761… dollars");
        let commission = Commission { minimum, ..tariff(1, 0, None).commission };
        let dollars = again(Tariff {
            currency: Currency::Usd,
            places: 2,
            smallest: 2,
            base,
            commission,
            ..tariff(price, 154, lots)
        });
        let costs = dollars.costs(-15).unwrap();
        // 2,083,445.4375 won less 1,040,000 and 630,000 is 413,446 won; 15.4 % of it 63,670.684 won, 45.9550… dollars.
        assert_eq!(dollars.gain(15), Some(413_446_000));
        assert_eq!(costs, OrderCosts { commission: 73, slippage: 151, tax: 4_596 });
        assert_eq!(dollars.cost(-15), Some((73 + 151 + 4_596) * 13_855));
        let sold: Vec<i128> = dollars.sold(-15).unwrap().lots.iter().map(|lot| lot.cost).collect();
        assert_eq!(sold, [1_040_000_000, 630_000_000]);
        assert_eq!((dollars.limit_price(true), dollars.limit_price(false)), (Some(10_035), Some(10_015)));
    }

    #[test]
    fn lots_without_the_rate_of_their_day_say_nothing_of_a_gain_in_the_base_currency() {
        let lots = [lot(1, 10, 80), Lot { rate: Some(1_300.into()), ..lot(2, 10, 90) }];
        assert_eq!(lots::in_base(&lots), None);
    }
}
