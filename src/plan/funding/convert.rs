//! All currencies pay for all orders: what one lacks is converted from the others, as a part of the plan.
//!
//! The orders are sized as if all cash were one, and what conversions would cost is kept back: nothing at first, and more as
//! long as what is chosen leaves too little for them. So they are the best for what is kept back. No orders can come closer
//! than those that would be chosen if conversions were free, so that is the bound; and where it is reached, the proof. Where
//! cash that is left counts, less of it is left once conversions are paid: then it does not count for the bound. What
//! each currency can pay for by itself is a choice as well, and taken where it is no worse; but for a withdrawal, which sells
//! nothing while any cash is there that can be converted.
//!
//! Which currency is converted first must never be decided in this file.

use super::{Funded, bounded};
use crate::config::Funding;
use crate::drift::Purse;
use crate::money::Money;
use crate::plan::ask::{Ask, Flow};
use crate::plan::conversion::{Till, conversions};
use crate::plan::draft::{Draft, Inputs, PlanError, Terms};
use crate::plan::size::{self, levels};
use crate::plan::sizing::{Direction, Problem, Sizing, SizingError};
use crate::plan::tax::Part;

/// How often more is kept back for conversions, and after how many of them ever more at once.
const TRIES: u32 = 16;
const CAREFUL: u32 = 4;
/// How often what was kept back and not needed is given back.
const GIVEN_BACK: usize = 4;
/// How often a smaller withdrawal is tried where one is too large.
const SMALLER: usize = 8;

/// What is asked of the solver beside the question.
#[derive(Clone, Copy)]
struct Aim {
    /// What is kept back for conversions.
    kept: i128,
    direction: Direction,
    /// Whether cash that is left counts.
    deploys: bool,
}

/// What orders leave in each purse, in its units.
struct Traded {
    cash: Vec<i128>,
    gains: Vec<i128>,
    /// What the positions are worth more than before, in the units of the books.
    bought: i128,
}

/// Some orders and what they need.
struct Paid {
    funded: Funded,
    /// What conversions cost, and taxes above what the solver took them for.
    needed: i128,
    /// What the solver left above all that has to be, before that.
    spare: i128,
    /// What is missing to convert all that has to be.
    missing: i128,
}

impl Draft<'_> {
    /// The best shares where all currencies pay for all orders.
    pub(super) fn all_for_all(&self, terms: &Terms<'_>, total: i128) -> Result<Funded, PlanError> {
        let aim = self.aim();
        let free = match self.together(terms, total, aim) {
            Ok(free) => free,
            Err(error) => return Err(self.too_much(terms, self.unsized_together(error))),
        };
        let own = self.each_by_itself(terms, total).map(|own| self.together_left(own));
        let paid = self.paid(terms, total, &free);
        let mut best = match (own, paid) {
            // A withdrawal sells nothing that it need not, however much closer that came.
            (Ok(_), Ok(paid)) if self.direction() == Direction::SellOnly => paid,
            (Ok(own), Ok(paid)) if levels(&paid.sizing) < levels(&own.sizing) => paid,
            (Ok(own), _) => own,
            (Err(_), Ok(paid)) => paid,
            (Err(_), Err(error)) => return Err(self.too_much(terms, error)),
        };
        match self.direction() {
            // Where nothing has to be sold, nothing may be.
            Direction::SellOnly if best.sizing.orders == 0 => {}
            // How much a withdrawal must sell depends on what is converted: no more is promised than that no sales at all
            // come closer.
            Direction::SellOnly => {
                let any = self.together(terms, total, Aim { direction: Direction::SellFreely, ..aim });
                bounded(&mut best.sizing, &any.map_err(|error| self.unsized_together(error))?);
            }
            _ if aim.deploys => {
                let idle = self.together(terms, total, Aim { deploys: false, ..aim });
                bounded(&mut best.sizing, &idle.map_err(|error| self.unsized_together(error))?);
            }
            _ => bounded(&mut best.sizing, &free),
        }
        Ok(best)
    }

    /// What is asked of the solver at first.
    fn aim(&self) -> Aim {
        Aim { kept: 0, direction: self.direction(), deploys: self.deploys_cash() }
    }

    /// The same orders, with the cash of all currencies counted as one where it counts.
    fn together_left(&self, mut funded: Funded) -> Funded {
        funded.sizing.leave(self.in_books(&funded.purses_after) - self.in_books(&self.left()));
        funded
    }

    /// What has to be left in each purse, in its units.
    fn left(&self) -> Vec<i128> {
        (0..self.books.purses.len()).map(|purse| self.left_of(purse)).collect()
    }

    /// Cash of each purse, in the units of the books.
    fn in_books(&self, purses: &[i128]) -> i128 {
        purses.iter().enumerate().map(|(purse, units)| units * self.books.worth(purse)).sum()
    }

    /// The best shares if all cash were one. No tax is less than it is here: those of each currency are rounded up by
    /// themselves.
    fn together(&self, terms: &Terms<'_>, total: i128, aim: Aim) -> Result<Sizing, SizingError> {
        let whole = self.problem(terms, total).map_err(|_| SizingError::TooLarge)?;
        let exact = |allowance| Part { allowance, unit: 1, worth: 1 };
        let levy = self.pool.as_ref().map(|pool| pool.levy(exact(pool.allowance()), terms.gain));
        let reserve = whole.reserve.checked_add(aim.kept).ok_or(SizingError::TooLarge)?;
        let (direction, deploy_cash) = (aim.direction, aim.deploys);
        size::best(Problem { reserve, levy, direction, deploy_cash, ..whole }, 10_i128.pow(self.books.quantity_places))
    }

    /// The best shares that pay for their conversions. `free` are those that would be if they cost nothing.
    fn paid(&self, terms: &Terms<'_>, total: i128, free: &Sizing) -> Result<Funded, PlanError> {
        let aim = self.aim();
        let together =
            |kept: i128| self.together(terms, total, Aim { kept, ..aim }).map_err(|error| self.unsized_together(error));
        let mut kept = 0_i128;
        let mut paid = self.pay(terms, free.clone())?;
        for tries in 0..TRIES {
            if paid.missing == 0 {
                break;
            }
            let more = (paid.spare + paid.missing - kept).max(1);
            let more = more.checked_mul(1 << tries.saturating_sub(CAREFUL));
            kept = more.and_then(|more| kept.checked_add(more)).ok_or(TOO_LARGE)?;
            paid = self.pay(terms, together(kept)?)?;
        }
        if paid.missing > 0 {
            return Err(self.unsized_together(SizingError::Infeasible { shortfall: paid.missing }));
        }
        for _ in 0..GIVEN_BACK {
            // Where cash that is left counts, the solver has to know how much is.
            if paid.needed == kept || paid.needed > kept && !aim.deploys {
                break;
            }
            kept = paid.needed;
            // A withdrawal that sells less is what was asked for; other orders may need more conversions, and cost more.
            let less = self.pay(terms, together(kept)?)?;
            let tighter = self.direction() == Direction::SellOnly;
            if less.missing > 0 || !(tighter || levels(&less.funded.sizing) < levels(&paid.funded.sizing)) {
                break;
            }
            paid = less;
        }
        Ok(paid.funded)
    }

    /// What some shares leave in each purse, once what is short is converted.
    fn pay(&self, terms: &Terms<'_>, sizing: Sizing) -> Result<Paid, PlanError> {
        let Traded { mut cash, gains, bought } = self.after_orders(terms, &sizing.shares);
        let (allowances, taxes) = self.taxed_apart(&gains).ok_or(TOO_LARGE)?;
        for (cash, tax) in cash.iter_mut().zip(&taxes) {
            *cash -= tax;
        }
        let (conversions, missing) =
            conversions(&self.tills(&cash), self.portfolio().exchange.rate).ok_or(TOO_LARGE)?;
        for one in &conversions {
            for (purse, change) in [(one.from, -one.amount), (one.to, one.received)] {
                if let Some(cash) = cash.get_mut(purse) {
                    *cash += change;
                }
            }
        }
        let (solved, left) = (sizing.cash_after, self.in_books(&self.left()));
        let cash_after = self.in_books(&cash);
        let cost = self.books.cash + self.flow() - bought - cash_after;
        let sizing = Sizing { cash_after, cost, levy: self.in_books(&taxes), ..sizing };
        let funded = self.together_left(Funded { sizing, purses_after: cash, allowances, conversions });
        Ok(Paid { funded, needed: solved - cash_after, spare: solved - left, missing })
    }

    /// What orders leave before taxes of the year and conversions.
    fn after_orders(&self, terms: &Terms<'_>, shares: &[i128]) -> Traded {
        let books = &self.books;
        let cash: Vec<i128> = (0..books.purses.len()).map(|purse| self.there(purse)).collect();
        let mut traded = Traded { gains: vec![0; cash.len()], cash, bought: 0 };
        for (leg, (line, after)) in books.lines.iter().zip(shares).enumerate() {
            let trade = after - line.held;
            let (cash, gains) = (traded.cash.get_mut(line.purse), traded.gains.get_mut(line.purse));
            if let (true, Some(cash), Some(gains)) = (trade != 0, cash, gains) {
                // Costs are told in the units of the books, and are whole units of the purse.
                *cash -= line.own_price * trade + (terms.cost)(leg, trade).div_euclid(books.worth(line.purse));
                *gains += if trade < 0 { (terms.gain)(leg, trade) } else { 0 };
                traded.bought += line.price * trade;
            }
        }
        traded
    }

    /// Whether all reserves are kept, or restored by conversions, if nothing is bought.
    pub(in crate::plan) fn conversions_restore(&self) -> bool {
        if self.funding() != Funding::Convert {
            return false;
        }
        let each = |of: fn(&Self, usize) -> i128| -> Vec<i128> {
            (0..self.books.purses.len()).map(|purse| of(self, purse)).collect()
        };
        let tills = self.tills_above(&each(Self::there), &each(Self::reserve_of));
        conversions(&tills, self.portfolio().exchange.rate).is_some_and(|(_, missing)| missing == 0)
    }

    /// What each purse has to spare, or lacks.
    fn tills(&self, cash: &[i128]) -> Vec<Till> {
        self.tills_above(cash, &self.left())
    }

    /// The same where so much has to be left in each.
    fn tills_above(&self, cash: &[i128], left: &[i128]) -> Vec<Till> {
        let purses = self.books.purses.iter().zip(cash.iter().zip(left));
        let till = |(purse, (cash, left)): (&Purse, (&i128, &i128))| Till {
            spare: cash - left,
            unit: 10_i128.pow(purse.places - purse.currency.places().min(purse.places)),
            worth: purse.worth,
        };
        purses.map(till).collect()
    }

    /// What of the gains of each purse's orders is free of the tax on the year's, and the tax, in its units. Losses of one
    /// currency are taken off the gains of the others, in the order of purses.
    fn taxed_apart(&self, gains: &[i128]) -> Option<(Vec<i128>, Vec<i128>)> {
        let Some(pool) = &self.pool else { return Some((vec![0; gains.len()], vec![0; gains.len()])) };
        let lost: i128 = gains.iter().filter(|gain| **gain < 0).sum();
        let mut left = pool.allowance().checked_sub(lost)?;
        let (mut allowances, mut taxes) = (Vec::new(), Vec::new());
        for (gain, purse) in gains.iter().zip(&self.books.purses) {
            let free = (*gain).clamp(0, left);
            left -= free;
            taxes.push(pool.in_purse(pool.part(purse, free), *gain)?);
            allowances.push(free);
        }
        Some((allowances, taxes))
    }

    /// Why orders cannot be sized where all currencies pay for them: what is missing is missing of the currency that is
    /// withdrawn, or of the base currency.
    fn unsized_together(&self, error: SizingError) -> PlanError {
        let withdrawn = (0..self.books.purses.len()).find(|purse| self.flow_of(*purse) != 0);
        self.unsized_because(withdrawn.unwrap_or(0), error)
    }

    /// The most that can be withdrawn, where an error says what could be if its conversions cost what those of the larger one
    /// do: it is tried, and less where that is still too much.
    fn too_much(&self, terms: &Terms<'_>, mut error: PlanError) -> PlanError {
        for _ in 0..SMALLER {
            let PlanError::Withdrawal { most, .. } = &error else { return error };
            if *most <= Money::ZERO {
                break;
            }
            let ask = Ask { flow: Some(Flow::Withdrawal(*most)), ..self.inputs.ask.clone() };
            let less = Draft { inputs: Inputs { ask: &ask, ..self.inputs }, ..self.clone() };
            let free = less.together(terms, less.sized_to(), less.aim());
            let free = free.map_err(|error| less.unsized_together(error));
            match free.and_then(|free| less.paid(terms, less.sized_to(), &free)) {
                Ok(_) => break,
                Err(smaller) => error = smaller,
            }
        }
        error
    }
}

const TOO_LARGE: PlanError = PlanError::Sizing(SizingError::TooLarge);
