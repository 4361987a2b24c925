//! Drift: how far each weight is from its target, and what breaches its threshold or its band.
//!
//! Comparisons are of integers, multiplied across; the rounded figures are for people only and decide nothing. When to
//! trade must never enter this room.

use crate::config::{CashPolicy, Currency, DriftKind};
use crate::fx::Fx;
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
    /// Cash, whether or not it counts.
    pub cash: i128,
    /// The part of it that does not count.
    pub excluded: i128,
    /// The cash of each currency: the base currency's first, the others in the order of the list of currencies.
    pub purses: Vec<Purse>,
    /// The assets by code.
    pub lines: Vec<Line>,
}

/// The cash of one currency, and how its amounts are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purse {
    /// The currency.
    pub currency: Currency,
    /// Units of the base currency for one of this currency: 1 of the base currency itself.
    pub rate: Decimal,
    /// Amounts of this currency are integers in units of 10^-`places` of it.
    pub places: u32,
    /// What such a unit is worth in the units of the books. A whole number, so that every value is exact.
    pub worth: i128,
    /// Cash in such units.
    pub cash: i128,
    /// The part of it that does not count.
    pub excluded: i128,
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
    /// Which purse is of the currency it is priced in.
    pub purse: usize,
    /// The price in the units of that purse.
    pub own_price: i128,
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
    /// An asset is priced, or cash is held, in a currency of which there is no rate.
    NoRate {
        /// The currency.
        currency: Currency,
        /// The asset; none when it is cash.
        code: Option<Code>,
    },
    /// A price is finer than the currency's smallest unit, so that trades could not be paid exactly.
    TooFine {
        /// The asset.
        code: Code,
    },
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

/// The part of the cash of a currency that does not count: all of it, that from dividends, or none.
#[must_use]
pub fn excluded(portfolio: &Portfolio, holdings: &Holdings, currency: Currency) -> Money {
    let part = match (portfolio.cash, portfolio.dividends) {
        (CashPolicy::Exclude, _) => &holdings.cash,
        (CashPolicy::Reinvest, CashPolicy::Exclude) => &holdings.dividends,
        (CashPolicy::Reinvest, CashPolicy::Reinvest) => return Money::ZERO,
    };
    part.get(&currency).copied().unwrap_or(Money::ZERO)
}

/// The figures of a portfolio. `also` is a currency in which cash is about to be paid in or taken out.
///
/// # Errors
/// See [`BooksError`].
pub fn books(portfolio: &Portfolio, holdings: &Holdings, fx: &Fx, also: Option<Currency>) -> Result<Books, BooksError> {
    let quantity_places = quantity_places(portfolio, holdings);
    let (places, purses) = purses(portfolio, holdings, fx, also, quantity_places)?;
    let mut lines = Vec::new();
    for (code, asset) in &portfolio.assets {
        let price = holdings.positions.get(code).map(|position| position.price.decimal().scale());
        if price.is_some_and(|scale| scale > asset.currency.places()) {
            return Err(BooksError::TooFine { code: code.clone() });
        }
        lines.push(line(code, asset, holdings, &purses, quantity_places)?);
    }
    let positions =
        lines.iter().try_fold(0_i128, |sum, line| sum.checked_add(line.value)).ok_or(BooksError::TooLarge)?;
    let (cash, excluded) = cash_of(&purses).ok_or(BooksError::TooLarge)?;
    let total = positions.checked_add(cash - excluded).ok_or(BooksError::TooLarge)?;
    let largest = scaled(Decimal::from(crate::money::MAX_AMOUNT), places).unwrap_or(i128::MAX).min(MOST);
    if total > largest {
        return Err(BooksError::TooLarge);
    }
    if total <= 0 {
        return Err(BooksError::Empty);
    }
    let mut books = Books { places, quantity_places, total, cash, excluded, purses, lines };
    for i in 0..books.lines.len() {
        let breach = match portfolio.assets.get(&books.lines[i].code) {
            Some(asset) => breach(asset, portfolio.trigger.drift, books.lines[i].value, total)?,
            None => None,
        };
        books.lines[i].breach = breach;
    }
    Ok(books)
}

/// The largest figure that is a decimal: they have 96 bits.
const MOST: i128 = 1 << 95;

/// The cash of all currencies, and what of it does not count, in the units of the books.
fn cash_of(purses: &[Purse]) -> Option<(i128, i128)> {
    purses.iter().try_fold((0_i128, 0_i128), |(cash, excluded), purse| {
        let worth = |units: i128| units.checked_mul(purse.worth);
        Some((cash.checked_add(worth(purse.cash)?)?, excluded.checked_add(worth(purse.excluded)?)?))
    })
}

/// The purses, and the decimal places of the books: as many as hold every amount of every currency at its rate.
fn purses(
    portfolio: &Portfolio,
    holdings: &Holdings,
    fx: &Fx,
    also: Option<Currency>,
    quantity_places: u32,
) -> Result<(u32, Vec<Purse>), BooksError> {
    let mut foreign = portfolio.foreign();
    foreign.extend(holdings.cash.iter().filter(|(_, amount)| !amount.is_zero()).map(|(currency, _)| *currency));
    foreign.extend(also);
    foreign.remove(&portfolio.currency);
    let mut rates = Vec::new();
    let mut places = price_places(portfolio, holdings);
    for currency in foreign {
        let Some(rate) = fx.rates.get(&currency).map(Decimal::normalize) else {
            let priced = portfolio.assets.iter().find(|(_, asset)| asset.currency == currency);
            return Err(BooksError::NoRate { currency, code: priced.map(|(code, _)| code.clone()) });
        };
        places = places.max(currency.places() + rate.scale());
        rates.push((currency, rate));
    }
    let places = places + quantity_places;
    let purse = |currency: Currency, rate: Decimal, own: u32| {
        let worth = rate.mantissa().checked_mul(10_i128.checked_pow(places.checked_sub(own + rate.scale())?)?)?;
        let amount = |amount: Money| scaled(amount.decimal(), own);
        let cash = amount(holdings.cash.get(&currency).copied().unwrap_or(Money::ZERO))?;
        let excluded = amount(excluded(portfolio, holdings, currency))?;
        Some(Purse { currency, rate, places: own, worth, cash, excluded })
    };
    let base = purse(portfolio.currency, Decimal::ONE, places);
    let others = rates.into_iter().map(|(currency, rate)| purse(currency, rate, currency.places() + quantity_places));
    let all: Option<Vec<Purse>> = std::iter::once(base).chain(others).collect();
    Ok((places, all.ok_or(BooksError::TooLarge)?))
}

/// The fewest decimal places that hold every price and balance of the base currency.
fn price_places(portfolio: &Portfolio, holdings: &Holdings) -> u32 {
    let foreign = |code: &Code| portfolio.assets.get(code).is_some_and(|asset| asset.currency != portfolio.currency);
    let positions = holdings.positions.iter().filter(|(code, _)| !foreign(code));
    let prices = positions.map(|(_, position)| position.price.decimal().scale());
    let cash = holdings.cash.get(&portfolio.currency).map(|amount| amount.decimal().scale());
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
    purses: &[Purse],
    quantity_places: u32,
) -> Result<Line, BooksError> {
    let found = purses.iter().enumerate().find(|(_, purse)| purse.currency == asset.currency);
    let Some((at, purse)) = found else {
        return Err(BooksError::NoRate { currency: asset.currency, code: Some(code.clone()) });
    };
    let price_places = purse.places - quantity_places;
    let (own_price, held) = match holdings.positions.get(code) {
        Some(position) => {
            let price = scaled(position.price.decimal(), price_places).ok_or(BooksError::TooLarge)?;
            (price, scaled(position.quantity.decimal(), quantity_places).ok_or(BooksError::TooLarge)?)
        }
        // An asset that is neither held nor wanted needs no price.
        None if asset.target.is_zero() => (10_i128.pow(price_places), 0),
        None => return Err(BooksError::NoPrice { code: code.clone() }),
    };
    let price = own_price.checked_mul(purse.worth).ok_or(BooksError::TooLarge)?;
    let value = price.checked_mul(held).ok_or(BooksError::TooLarge)?;
    Ok(Line { code: code.clone(), held, price, purse: at, own_price, value, breach: None })
}

/// What an asset's weight is held to, as integers: worked out once, and asked of any number of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edges {
    /// What a weight of 1 is: a power of ten, no larger than the weights need, so that large values fit.
    one: i128,
    min: i128,
    max: i128,
    target: i128,
    /// The drift at which it is due, when drift counts.
    threshold: Option<i128>,
}

impl Edges {
    /// Those of an asset; `None` when a figure does not fit.
    #[must_use]
    pub fn of(asset: &Asset, drift: Option<(DriftKind, Weight)>) -> Option<Self> {
        let threshold = drift.map(|(kind, threshold)| threshold_of(kind, threshold, asset.target));
        let (min, max, target) = (asset.min.decimal(), asset.max.decimal(), asset.target.decimal());
        let all = [Some(min), Some(max), Some(target), threshold];
        // Weights have at most 8 places, a product of two at most 16.
        let places = all.into_iter().flatten().map(|weight| weight.normalize().scale()).max().unwrap_or(0);
        let edge = |weight: Decimal| scaled(weight, places);
        let threshold = match threshold {
            Some(threshold) => Some(edge(threshold)?),
            None => None,
        };
        let one = 10_i128.checked_pow(places)?;
        Some(Self { one, min: edge(min)?, max: edge(max)?, target: edge(target)?, threshold })
    }

    /// What a value breaches in a portfolio of `total`, exactly.
    ///
    /// # Errors
    /// [`BooksError::TooLarge`].
    pub fn breach(&self, value: i128, total: i128) -> Result<Option<Breach>, BooksError> {
        let over = |edge: i128| edge.checked_mul(total).ok_or(BooksError::TooLarge);
        let value = value.checked_mul(self.one).ok_or(BooksError::TooLarge)?;
        if value < over(self.min)? {
            return Ok(Some(Breach::BelowBand));
        }
        if value > over(self.max)? {
            return Ok(Some(Breach::AboveBand));
        }
        let Some(threshold) = self.threshold else { return Ok(None) };
        let away = (value - over(self.target)?).abs();
        // A target of 0 has a relative threshold of 0; holding none of it is no drift.
        Ok((away >= over(threshold)? && away > 0).then_some(Breach::Threshold))
    }
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
    Edges::of(asset, drift).ok_or(BooksError::TooLarge)?.breach(value, total)
}

impl Books {
    /// An amount in these units as money.
    #[must_use]
    pub fn money(&self, units: i128) -> Money {
        Money::new(unscaled(units, self.places).unwrap_or(Decimal::MAX))
    }

    /// An amount in the units of a purse as money of its currency.
    #[must_use]
    pub fn own(&self, purse: usize, units: i128) -> Money {
        let places = self.purses.get(purse).map_or(self.places, |purse| purse.places);
        Money::new(unscaled(units, places).unwrap_or(Decimal::MAX))
    }

    /// The price of a share in its own currency, whose unit has this price in the units of a purse.
    #[must_use]
    pub fn own_price(&self, purse: usize, units: i128) -> Price {
        let places = self.purses.get(purse).map_or(self.places, |purse| purse.places) - self.quantity_places;
        Price::new(unscaled(units, places).unwrap_or(Decimal::MAX))
    }

    /// What an amount in the units of a purse is worth in the units of the books.
    #[must_use]
    pub fn worth(&self, purse: usize) -> i128 {
        self.purses.get(purse).map_or(1, |purse| purse.worth)
    }

    /// Whether there is more than one currency.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        self.purses.len() > 1
    }

    /// A number of shares in these units.
    #[must_use]
    pub fn shares(&self, units: i128) -> Quantity {
        Quantity::new(unscaled(units, self.quantity_places).unwrap_or(Decimal::MAX))
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
