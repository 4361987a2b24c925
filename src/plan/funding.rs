//! What pays for orders where there are several currencies: each currency for its own, or all for all (`convert`).
//!
//! Where each pays for its own, purchases come from the cash of their currency and from sales in it. So nothing ties the currencies together: what is
//! best of each, its bound and its proof are best, bound and proof of the whole, level by level, since levels only add up.
//! Only the deduction of a year's gains is shared. Where it covers all gains nothing is lost by that; where it does not,
//! each currency in turn uses what the ones before have left, and the bound is that of orders whose gains are free. Sales of a
//! withdrawal are larger where they are taxed, so that bound is of sales of any size.
//!
//! What a currency is worth must never be decided in this file.

mod convert;

use super::conversion::DraftConversion;
use super::draft::{Draft, PlanError, Terms};
use super::size;
use super::sizing::{Direction, Problem, Shape, Sizing, SizingError};
use crate::config::{Funding, TaxClass};
use crate::drift::Line;
use std::collections::BTreeSet;

/// The best shares, and what pays for them.
pub(super) struct Funded {
    /// The shares of all lines and the figures of the whole.
    pub(super) sizing: Sizing,
    /// The cash of each purse after, in its units.
    pub(super) purses_after: Vec<i128>,
    /// What of the gains of each purse's orders is free of the tax on the year's, in the units of the books.
    pub(super) allowances: Vec<i128>,
    /// What is converted.
    pub(super) conversions: Vec<DraftConversion>,
}

impl Draft<'_> {
    /// What pays for orders, as it was asked for or as the config says. One currency pays for its own, whatever is asked.
    pub(super) fn funding(&self) -> Funding {
        let wanted = self.inputs.ask.funding.unwrap_or(self.portfolio().exchange.funding);
        if self.books.is_mixed() { wanted } else { Funding::Own }
    }

    /// The best shares of all lines, where weights are of `total`.
    pub(super) fn funded(&self, terms: &Terms<'_>, total: i128) -> Result<Funded, PlanError> {
        match self.funding() {
            Funding::Own => self.each_by_itself(terms, total),
            Funding::Convert => self.all_for_all(terms, total),
        }
    }

    /// The best shares where each currency pays for its own.
    fn each_by_itself(&self, terms: &Terms<'_>, total: i128) -> Result<Funded, PlanError> {
        let turns: Vec<usize> = (0..self.books.purses.len()).collect();
        let in_turn = |allowance, direction| self.in_turn(terms, total, (allowance, direction), &turns);
        let direction = self.direction();
        let Some(pool) = &self.pool else { return in_turn(None, direction) };
        if self.books.is_mixed() {
            let untaxed = in_turn(None, direction)?;
            if untaxed.allowances.iter().sum::<i128>() <= pool.allowance() {
                return Ok(untaxed);
            }
            if self.taxed_together() > 1 {
                let mut taxed = self.losses_first(terms, total, (Some(pool.allowance()), direction))?;
                let freest = match direction {
                    Direction::SellOnly => in_turn(None, Direction::SellFreely)?,
                    _ => untaxed,
                };
                bounded(&mut taxed.sizing, &freest.sizing);
                return Ok(taxed);
            }
        }
        in_turn(Some(pool.allowance()), direction)
    }

    /// Each currency by itself, those that lose first: what they lose is taken off the gains of the others.
    fn losses_first(
        &self,
        terms: &Terms<'_>,
        total: i128,
        asked: (Option<i128>, Direction),
    ) -> Result<Funded, PlanError> {
        let mut turns: Vec<usize> = (0..self.books.purses.len()).collect();
        let funded = self.in_turn(terms, total, asked, &turns)?;
        turns.sort_by_key(|purse| self.gains_of(terms, *purse, &funded.sizing.shares) >= 0);
        if turns.is_sorted() { Ok(funded) } else { self.in_turn(terms, total, asked, &turns) }
    }

    /// What the sales of a currency's assets gain together, as far as it is taxed with the whole year's.
    fn gains_of(&self, terms: &Terms<'_>, purse: usize, shares: &[i128]) -> i128 {
        let lines = self.books.lines.iter().zip(shares).enumerate().filter(|(_, (line, _))| line.purse == purse);
        let sales = lines.filter(|(_, (line, after))| **after < line.held);
        sales.map(|(leg, (line, after))| (terms.gain)(leg, after - line.held)).sum()
    }

    /// How many currencies have sales whose gains are taxed with those of the whole year.
    fn taxed_together(&self) -> usize {
        let pooled = |line: &&Line| self.asset(line).is_some_and(|asset| asset.tax_class == Some(TaxClass::Overseas));
        let lines = self.books.lines.iter().filter(|line| line.held > 0).filter(pooled);
        let purses: BTreeSet<usize> = lines.map(|line| line.purse).collect();
        purses.into_iter().filter(|purse| self.may_sell(*purse)).count()
    }

    /// Whether orders of a currency may be sales: those of a withdrawal are where cash is missing.
    fn may_sell(&self, purse: usize) -> bool {
        match self.direction() {
            Direction::BuyOnly => false,
            Direction::SellOnly => self.there(purse) < self.left_of(purse),
            Direction::Both | Direction::SellFreely => true,
        }
    }

    /// The cash of a currency before orders, cash flow included, in the units of its purse.
    pub(in crate::plan) fn there(&self, purse: usize) -> i128 {
        self.books.purses.get(purse).map_or(0, |purse| purse.cash) + self.flow_of(purse)
    }

    /// Each currency by itself, in such turns. So much of the gains of the first is free of tax, and of those of the next what
    /// is left; without it all are. The direction is that of the currencies that may sell.
    fn in_turn(
        &self,
        terms: &Terms<'_>,
        total: i128,
        (allowance, direction): (Option<i128>, Direction),
        turns: &[usize],
    ) -> Result<Funded, PlanError> {
        let mut all: Option<Sizing> = None;
        let (mut purses_after, mut allowances) = (vec![0; turns.len()], vec![0; turns.len()]);
        let mut left = allowance;
        for &purse in turns {
            let direction = if self.may_sell(purse) { direction } else { self.direction() };
            let sizing = self.of_purse(terms, total, purse, (left, direction))?;
            let gains = self.gains_of(terms, purse, &sizing.shares);
            let after = sizing.cash_after.div_euclid(self.books.worth(purse));
            for (list, value) in [(&mut purses_after, after), (&mut allowances, left.unwrap_or(gains))] {
                if let Some(of) = list.get_mut(purse) {
                    *of = value;
                }
            }
            left = left.map(|left| left.saturating_sub(gains).max(0));
            match &mut all {
                Some(all) => {
                    join(all, &sizing, |line| self.books.lines.get(line).is_some_and(|line| line.purse == purse))
                }
                none => *none = Some(sizing),
            }
        }
        let sizing = all.ok_or(PlanError::Sizing(SizingError::TooLarge))?;
        Ok(Funded { sizing, purses_after, allowances, conversions: Vec::new() })
    }

    /// The best shares of the lines of one currency; the others stay as they are.
    fn of_purse(
        &self,
        terms: &Terms<'_>,
        total: i128,
        purse: usize,
        (allowance, direction): (Option<i128>, Direction),
    ) -> Result<Sizing, PlanError> {
        let share = 10_i128.pow(self.books.quantity_places);
        let lines = self.books.lines.iter().enumerate().filter(|(_, line)| line.purse == purse);
        let members: Vec<usize> = lines.map(|(line, _)| line).collect();
        let line_of = |leg: usize| members.get(leg).copied().unwrap_or(usize::MAX);
        let cost = |leg: usize, shares: i128| (terms.cost)(line_of(leg), shares);
        let gain = |leg: usize, shares: i128| (terms.gain)(line_of(leg), shares);
        let whole = self.problem(terms, total)?;
        let worth = self.books.worth(purse);
        let levy = self.pool.as_ref().zip(self.books.purses.get(purse)).zip(allowance);
        let turns = |line: &usize| terms.shape.turns.get(*line).cloned().unwrap_or_default();
        let problem = Problem {
            legs: members.iter().filter_map(|line| whole.legs.get(*line).cloned()).collect(),
            cash: self.there(purse) * worth,
            direction,
            reserve: self.left_of(purse) * worth,
            cost: &cost,
            shape: Some(Shape { turns: members.iter().map(turns).collect(), rounding: terms.shape.rounding }),
            levy: levy.map(|((pool, purse), allowance)| pool.levy(pool.part(purse, allowance), &gain)),
            ..whole
        };
        let mut sizing = size::best(problem, share).map_err(|error| self.unsized_because(purse, error))?;
        let mut shares: Vec<i128> = self.books.lines.iter().map(|line| line.held).collect();
        for (line, after) in members.iter().zip(&sizing.shares) {
            if let Some(of) = shares.get_mut(*line) {
                *of = *after;
            }
        }
        sizing.shares = shares;
        Ok(sizing)
    }
}

/// Adds the orders of another currency to those of the ones before; `of` says which lines are its.
fn join(all: &mut Sizing, other: &Sizing, of: impl Fn(usize) -> bool) {
    for (line, (shares, own)) in all.shares.iter_mut().zip(&other.shares).enumerate() {
        if of(line) {
            *shares = *own;
        }
    }
    all.cash_after += other.cash_after;
    all.cost += other.cost;
    all.levy += other.levy;
    all.orders += other.orders;
    all.turnover += other.turnover;
    all.outside += other.outside;
    all.violation += other.violation;
    all.violation_bound += other.violation_bound;
    all.objective += other.objective;
    all.spare = all.spare.zip(other.spare).map(|(all, other)| all + other);
    all.bound += other.bound;
    all.proven &= other.proven;
    all.nodes += other.nodes;
}

/// Takes the bound of a question that allows more. Orders that reach it are the closest there are.
fn bounded(sizing: &mut Sizing, of: &Sizing) {
    sizing.bound_by(of.violation_bound, of.bound);
    sizing.proven = of.proven && sizing.violation == of.violation && sizing.objective == of.objective;
}
