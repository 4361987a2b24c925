//! Drift: how far each weight is from its target, and what breaches its threshold or its band.
//!
//! Comparisons are of integers, multiplied across; the rounded figures are for people only and decide nothing. When to
//! trade must never enter this room.

use crate::config::{CashPolicy, DriftKind};
use crate::holdings::Holdings;
use crate::money::{Money, Price, Quantity, Weight, scaled, unscaled};
use crate::portfolio::{Asset, Code, Portfolio};
use rust_decimal::Decimal;

/// Decimal places of the weights shown to people.
pub const SHOWN_PLACES: u32 = 6;

/// The figures of a portfolio on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// All integers of money here are in units of 10^-`places` of the currency: fine enough for any price times any
    /// number of shares.
    pub places: u32,
    /// All numbers of shares here are in units of 10^-`quantity_places` of a share.
    pub quantity_places: u32,
    /// What weights are of: the positions and, unless it is excluded, cash.
    pub total: i128,
    /// Cash in the base currency, whether or not it counts.
    pub cash: i128,
    /// The part of it that does not count.
    pub excluded: i128,
    /// The assets by code.
    pub lines: Vec<Line>,
}

/// An asset's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its code.
    pub code: Code,
    /// Shares held.
    pub held: i128,
    /// Price of one such unit of a share, in money as it is kept here.
    pub price: i128,
    /// Shares times price.
    pub value: i128,
    /// What it breaches, if anything.
    pub breach: Option<Breach>,
}

/// What an asset breaches. The band is named before the threshold: it is the stricter promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// Its weight is below its band.
    BelowBand,
    /// Its weight is above its band.
    AboveBand,
    /// Its drift has reached the threshold.
    Threshold,
}

impl Breach {
    /// The word used in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::BelowBand => "below-band",
            Self::AboveBand => "above-band",
            Self::Threshold => "threshold",
        }
    }
}

/// Why there are no figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BooksError {
    /// An asset that is wanted has no price.
    NoPrice {
        /// The asset.
        code: Code,
    },
    /// An asset is priced in another currency than the portfolio's.
    Currency {
        /// The asset.
        code: Code,
    },
    /// A price is finer than the currency's smallest unit, so that trades could not be paid exactly.
    TooFine {
        /// The asset.
        code: Code,
    },
    /// Cash is held in another currency than the portfolio's.
    ForeignCash,
    /// There is nothing to weigh.
    Empty,
    /// Some figure is larger than is kept exactly.
    TooLarge,
}

/// The drift at which an asset is due, as a fraction of the portfolio.
///
/// `either` is the 5/25 rule: the smaller of the threshold in points and 25 % of the target (Swedroe's rule of thumb).
#[must_use]
pub fn threshold_of(kind: DriftKind, threshold: Weight, target: Weight) -> Decimal {
    let (threshold, target) = (threshold.decimal(), target.decimal());
    match kind {
        DriftKind::Absolute => threshold,
        DriftKind::Relative => threshold * target,
        DriftKind::Either => threshold.min(target * Decimal::new(25, 2)),
    }
}

/// The part of the cash that does not count: all of it, that from dividends, or none.
#[must_use]
pub fn excluded(portfolio: &Portfolio, holdings: &Holdings) -> Money {
    let part = match (portfolio.cash, portfolio.dividends) {
        (CashPolicy::Exclude, _) => &holdings.cash,
        (CashPolicy::Reinvest, CashPolicy::Exclude) => &holdings.dividends,
        (CashPolicy::Reinvest, CashPolicy::Reinvest) => return Money::ZERO,
    };
    part.get(&portfolio.currency).copied().unwrap_or(Money::ZERO)
}

/// The figures of a portfolio.
///
/// # Errors
/// See [`BooksError`].
pub fn books(portfolio: &Portfolio, holdings: &Holdings) -> Result<Books, BooksError> {
    if holdings.cash.iter().any(|(currency, amount)| *currency != portfolio.currency && !amount.is_zero()) {
        return Err(BooksError::ForeignCash);
    }
    let quantity_places = quantity_places(portfolio, holdings);
    let places = price_places(portfolio, holdings) + quantity_places;
    let cash = holdings.cash.get(&portfolio.currency).copied().unwrap_or(Money::ZERO);
    let cash = scaled(cash.decimal(), places).ok_or(BooksError::TooLarge)?;
    let mut lines = Vec::new();
    for (code, asset) in &portfolio.assets {
        if asset.currency != portfolio.currency {
            return Err(BooksError::Currency { code: code.clone() });
        }
        let price = holdings.positions.get(code).map(|position| position.price.decimal().scale());
        if price.is_some_and(|scale| scale > portfolio.currency.places()) {
            return Err(BooksError::TooFine { code: code.clone() });
        }
        lines.push(line(code, asset, holdings, [places, quantity_places])?);
    }
    let positions =
        lines.iter().try_fold(0_i128, |sum, line| sum.checked_add(line.value)).ok_or(BooksError::TooLarge)?;
    let excluded = scaled(excluded(portfolio, holdings).decimal(), places).ok_or(BooksError::TooLarge)?;
    let total = positions.checked_add(cash - excluded).ok_or(BooksError::TooLarge)?;
    let largest = scaled(Decimal::from(crate::money::MAX_AMOUNT), places).unwrap_or(i128::MAX);
    if total > largest {
        return Err(BooksError::TooLarge);
    }
    if total <= 0 {
        return Err(BooksError::Empty);
    }
    let mut books = Books { places, quantity_places, total, cash, excluded, lines };
    for i in 0..books.lines.len() {
        let breach = match portfolio.assets.get(&books.lines[i].code) {
            Some(asset) => breach(asset, portfolio.trigger.drift, books.lines[i].value, total)?,
            None => None,
        };
        books.lines[i].breach = breach;
    }
    Ok(books)
}

/// The fewest decimal places that hold every price and balance.
fn price_places(portfolio: &Portfolio, holdings: &Holdings) -> u32 {
    let prices = holdings.positions.values().map(|position| position.price.decimal().scale());
    let cash = holdings.cash.values().map(|amount| amount.decimal().scale());
    prices.chain(cash).max().unwrap_or(0).max(portfolio.currency.places())
}

/// The fewest decimal places that hold every number of shares of the portfolio, and what its orders are multiples of.
fn quantity_places(portfolio: &Portfolio, holdings: &Holdings) -> u32 {
    let quantities = portfolio.assets.iter().flat_map(|(code, asset)| {
        let position = holdings.positions.get(code);
        let lots = position.and_then(|position| position.lots.as_deref()).unwrap_or_default();
        let held = position.map(|position| position.quantity);
        held.into_iter().chain(lots.iter().map(|lot| lot.quantity)).chain([asset.lot])
    });
    quantities.map(|quantity| quantity.decimal().scale()).max().unwrap_or(0)
}

fn line(
    code: &Code,
    asset: &Asset,
    holdings: &Holdings,
    [places, quantity_places]: [u32; 2],
) -> Result<Line, BooksError> {
    let price_places = places - quantity_places;
    let Some(position) = holdings.positions.get(code) else {
        // An asset that is neither held nor wanted needs no price.
        return if asset.target.is_zero() {
            let price = 10_i128.pow(price_places);
            Ok(Line { code: code.clone(), held: 0, price, value: 0, breach: None })
        } else {
            Err(BooksError::NoPrice { code: code.clone() })
        };
    };
    let price = scaled(position.price.decimal(), price_places).ok_or(BooksError::TooLarge)?;
    let held = scaled(position.quantity.decimal(), quantity_places).ok_or(BooksError::TooLarge)?;
    let value = price.checked_mul(held).ok_or(BooksError::TooLarge)?;
    Ok(Line { code: code.clone(), held, price, value, breach: None })
}

/// What a value breaches in a portfolio of `total`, exactly.
///
/// # Errors
/// [`BooksError::TooLarge`].
pub fn breach(
    asset: &Asset,
    drift: Option<(DriftKind, Weight)>,
    value: i128,
    total: i128,
) -> Result<Option<Breach>, BooksError> {
    // Weights have at most 8 places, a product of two at most 16.
    let over = |weight: Decimal| scaled(weight, 16).and_then(|w| w.checked_mul(total)).ok_or(BooksError::TooLarge);
    let value = value.checked_mul(10_i128.pow(16)).ok_or(BooksError::TooLarge)?;
    if value < over(asset.min.decimal())? {
        return Ok(Some(Breach::BelowBand));
    }
    if value > over(asset.max.decimal())? {
        return Ok(Some(Breach::AboveBand));
    }
    let Some((kind, threshold)) = drift else { return Ok(None) };
    let away = (value - over(asset.target.decimal())?).abs();
    let due = over(threshold_of(kind, threshold, asset.target))?;
    // A target of 0 has a relative threshold of 0; holding none of it is no drift.
    Ok((away >= due && away > 0).then_some(Breach::Threshold))
}

impl Books {
    /// An amount in these units as money.
    #[must_use]
    pub fn money(&self, units: i128) -> Money {
        Money::new(unscaled(units, self.places).unwrap_or(Decimal::MAX))
    }

    /// The price of a share whose unit has this price.
    #[must_use]
    pub fn price(&self, units: i128) -> Price {
        Price::new(unscaled(units, self.price_places()).unwrap_or(Decimal::MAX))
    }

    /// A number of shares in these units.
    #[must_use]
    pub fn shares(&self, units: i128) -> Quantity {
        Quantity::new(unscaled(units, self.quantity_places).unwrap_or(Decimal::MAX))
    }

    /// Decimal places of prices: the price of a unit of a share is the price of a share in units of so many places.
    #[must_use]
    pub fn price_places(&self) -> u32 {
        self.places - self.quantity_places
    }
}

/// `part` of `whole` as a fraction rounded to [`SHOWN_PLACES`], half to even: for people, never for a decision.
#[must_use]
pub fn shown(part: i128, whole: i128) -> Decimal {
    if whole == 0 {
        return Decimal::ZERO;
    }
    let Some(up) = part.checked_mul(10_i128.pow(SHOWN_PLACES)) else { return Decimal::ZERO };
    let (quotient, rest) = (up.div_euclid(whole), up.rem_euclid(whole));
    let half = (rest * 2).cmp(&whole);
    let round = half.is_gt() || (half.is_eq() && quotient % 2 != 0);
    unscaled(quotient + i128::from(round), SHOWN_PLACES).unwrap_or_default()
}
