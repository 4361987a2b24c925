//! Returns: what the portfolio made, whatever the owner paid in or took out, and what the owner's money made.
//!
//! * The **time-weighted** return links the returns of the spans between the days on which the portfolio was valued; a flow
//!   of the owner counts at the end of its day. It is what the Global Investment Performance Standards (GIPS 2020, 2.A and
//!   the glossary) ask for, and what is comparable with an index.
//! * The **money-weighted** return is the rate at which all flows, the value at the start and the value at the end come to
//!   nothing: the internal rate of return, on actual days and years of 365 days, as the function XIRR of spreadsheets
//!   (Microsoft's documentation of XIRR) has it.
//!
//! Everything is a decimal of 28 digits. No power with a broken exponent is needed: with the growth of a *day* as the
//! unknown, the equation is a polynomial whose exponents are whole days, and the rate of a year is a whole power of its
//! root. The root is enclosed and halved, so the same figures give the same digits on every machine.
//!
//! A rate is only told where it is the only one. One change of sign among the flows means one root (Descartes' rule of
//! signs). With more, it is the only one if, at that rate, what is invested stays above zero until the last day (Soper,
//! *The Marginal Efficiency of Capital: A Further Note*, 1959). Where neither holds, [`Undefined::SeveralRates`] says so.
//!
//! Files, prices and positions must never enter this room.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;

/// Days of a year, as XIRR counts them.
pub const YEAR: u32 = 365;

/// What the portfolio was worth on a day; both figures are in the base currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valued {
    /// The day.
    pub day: NaiveDate,
    /// Its value at the end of the day, the flow of the day included.
    pub value: Decimal,
    /// What the owner paid in on that day, or took out below zero. That of the first day is part of what it starts with.
    pub flow: Decimal,
}

/// Why there is no return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undefined {
    /// The period has no whole day.
    NoDay,
    /// The portfolio was worth nothing, or less, on a day from which a return would have to be reckoned.
    WorthNothing(NaiveDate),
    /// More than everything was lost by a day.
    LostMore(NaiveDate),
    /// All flows have one sign: nothing was paid in, or nothing is left and nothing was taken out.
    NoSignChange,
    /// More than one rate may fit.
    SeveralRates,
    /// A figure has more digits than are kept.
    TooLarge,
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDay => write!(f, "the period has no whole day"),
            Self::WorthNothing(day) => write!(f, "the portfolio was worth nothing on {day}"),
            Self::LostMore(day) => write!(f, "more than everything was lost by {day}"),
            Self::NoSignChange => write!(f, "no rate brings flows to nothing that all have one sign"),
            Self::SeveralRates => write!(f, "more than one rate may fit the flows"),
            Self::TooLarge => write!(f, "the rate has more digits than are kept"),
        }
    }
}

impl std::error::Error for Undefined {}

/// A money-weighted return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyWeighted {
    /// The rate of a year: XIRR; none where it has more digits than are kept, as of a gain of a few days.
    pub yearly: Option<Decimal>,
    /// What that comes to over the period.
    pub period: Decimal,
}

/// What one unit grew to by each day, from 1 on the first: the time-weighted return is the last less 1.
///
/// # Errors
/// [`Undefined`].
pub fn time_weighted(series: &[Valued]) -> Result<Vec<(NaiveDate, Decimal)>, Undefined> {
    let [first, .., last] = series else { return Err(Undefined::NoDay) };
    if first.day >= last.day {
        return Err(Undefined::NoDay);
    }
    let mut grown = Decimal::ONE;
    let mut growth = vec![(first.day, grown)];
    for (before, now) in series.iter().zip(series.iter().skip(1)) {
        if before.value <= Decimal::ZERO {
            return Err(Undefined::WorthNothing(before.day));
        }
        let made = now.value.checked_sub(now.flow).ok_or(Undefined::TooLarge)?;
        if made < Decimal::ZERO {
            return Err(Undefined::LostMore(now.day));
        }
        let factor = made.checked_div(before.value).ok_or(Undefined::TooLarge)?;
        grown = grown.checked_mul(factor).ok_or(Undefined::TooLarge)?;
        growth.push((now.day, grown));
    }
    Ok(growth)
}

/// The rate at which flows come to nothing: what was paid in is above zero, what was taken out below, and so is what is
/// left at the end.
///
/// # Errors
/// [`Undefined`].
pub fn money_weighted(flows: &[(NaiveDate, Decimal)]) -> Result<MoneyWeighted, Undefined> {
    let flows = Flows::of(flows)?;
    let day = flows.root()?;
    let days = flows.days();
    let whole = |exponent| power(day, exponent).and_then(|grown| grown.checked_sub(Decimal::ONE));
    let period = whole(days).ok_or(Undefined::TooLarge)?;
    Ok(MoneyWeighted { yearly: whole(YEAR), period })
}

/// Flows, one a day, the first above zero: days since the one before, and how much.
struct Flows(Vec<(u32, Decimal)>);

impl Flows {
    fn of(flows: &[(NaiveDate, Decimal)]) -> Result<Self, Undefined> {
        let mut days: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
        for (day, flow) in flows {
            let sum = days.entry(*day).or_default();
            *sum = sum.checked_add(*flow).ok_or(Undefined::TooLarge)?;
        }
        let whole = days.keys().next() < days.keys().next_back();
        days.retain(|_, flow| !flow.is_zero());
        let mut before = None;
        let mut all: Vec<(u32, Decimal)> = Vec::new();
        for (day, flow) in days {
            let since = before.map_or(0, |before: NaiveDate| (day - before).num_days());
            all.push((u32::try_from(since).map_err(|_| Undefined::TooLarge)?, flow));
            before = Some(day);
        }
        if !whole {
            return Err(Undefined::NoDay);
        }
        let below = all.first().is_some_and(|(_, flow)| flow.is_sign_negative());
        all.iter_mut().filter(|_| below).for_each(|(_, flow)| *flow = -*flow);
        Ok(Self(all))
    }

    /// Days from the first to the last.
    fn days(&self) -> u32 {
        self.0.iter().map(|(since, _)| since).sum()
    }

    /// How often the sign of the flows changes.
    fn changes(&self) -> usize {
        let signs = self.0.iter().map(|(_, flow)| flow.is_sign_negative());
        signs.clone().zip(signs.skip(1)).filter(|(one, next)| one != next).count()
    }

    /// What is invested after each flow, when it grows by a factor a day. It ends early where it has outgrown every digit:
    /// then no later flow changes its sign.
    fn balances(&self, growth: Decimal) -> Vec<Decimal> {
        let mut balances = Vec::with_capacity(self.0.len());
        let mut balance = Decimal::ZERO;
        for (since, flow) in &self.0 {
            let grown = power(growth, *since).and_then(|factor| balance.checked_mul(factor));
            let Some(sum) = grown.and_then(|grown| grown.checked_add(*flow)) else { break };
            balance = sum;
            balances.push(balance);
        }
        balances
    }

    /// What is left over at the end, or what says its sign.
    fn left(&self, growth: Decimal) -> Decimal {
        self.balances(growth).last().copied().unwrap_or_default()
    }

    /// The growth of a day that leaves nothing over.
    fn root(&self) -> Result<Decimal, Undefined> {
        match self.changes() {
            0 => return Err(Undefined::NoSignChange),
            // The first flow and the last have one sign: there may be no rate, or an even number.
            changes if changes % 2 == 0 => return Err(Undefined::SeveralRates),
            _ => {}
        }
        let (mut low, mut high) = self.enclosed()?;
        loop {
            let middle =
                low.checked_add(high).and_then(|sum| sum.checked_div(Decimal::TWO)).ok_or(Undefined::TooLarge)?;
            if middle <= low || middle >= high {
                break;
            }
            let left = self.left(middle);
            if left.is_zero() {
                (low, high) = (middle, middle);
            } else if left.is_sign_negative() {
                low = middle;
            } else {
                high = middle;
            }
        }
        let balances = self.balances(high);
        let invested = balances.iter().rev().skip(1).all(|balance| *balance > Decimal::ZERO);
        if self.changes() == 1 || invested { Ok(high) } else { Err(Undefined::SeveralRates) }
    }

    /// Two growths of a day between which something is left over for the first time: not at the one, but at the other. The
    /// search goes away from 1 in steps that double.
    fn enclosed(&self) -> Result<(Decimal, Decimal), Undefined> {
        let at_one = self.left(Decimal::ONE);
        if at_one.is_zero() {
            return Ok((Decimal::ONE, Decimal::ONE));
        }
        let up = at_one.is_sign_negative();
        let mut near = Decimal::ONE;
        for doubled in 0..64_u32 {
            let step = power(Decimal::TWO, doubled).and_then(|step| step.checked_mul(Decimal::new(1, 6)));
            let far = step.and_then(|step| step.checked_add(Decimal::ONE));
            let far = if up { far } else { far.and_then(|far| Decimal::ONE.checked_div(far)) };
            let Some(far) = far.filter(|far| !far.is_zero()) else { break };
            if self.left(far).is_sign_negative() != up {
                return Ok(if up { (near, far) } else { (far, near) });
            }
            near = far;
        }
        Err(Undefined::TooLarge)
    }
}

/// A whole power, by squaring; none where it does not fit.
fn power(base: Decimal, exponent: u32) -> Option<Decimal> {
    let (mut power, mut square, mut rest) = (Decimal::ONE, base, exponent);
    while rest > 0 {
        if rest % 2 == 1 {
            power = power.checked_mul(square)?;
        }
        rest /= 2;
        if rest > 0 {
            square = square.checked_mul(square)?;
        }
    }
    Some(power)
}

#[cfg(test)]
mod tests;
