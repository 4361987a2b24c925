//! Asking the solver: where orders may be of parts of a share, for whole shares first, and from there in finer steps.
//!
//! What is asked for, and what the answer is used for, must never enter this file.

use super::sizing::{self, Destination, Problem, Sizing, SizingError};

/// The best shares. `share` is a whole share in the units of the question.
///
/// A millionth of a share is a step so small that a search may meet its limit before it has an answer worth having.
/// Orders in steps ten times as large are orders in these steps as well. So whole shares are asked for first, and from the
/// best of them finer steps: the better the answer that is known, the less is left to search.
///
/// # Errors
/// See [`SizingError`].
pub(super) fn best(mut problem: Problem<'_>, share: i128) -> Result<Sizing, SizingError> {
    let finest: Vec<i128> = problem.legs.iter().map(|leg| leg.lot).collect();
    let mut steps: Vec<i128> = vec![1];
    while let Some(times) = steps.last().and_then(|times| times.checked_mul(10)) {
        if finest.iter().all(|lot| coarser(*lot, times, share) == coarser(*lot, times / 10, share)) {
            break;
        }
        steps.push(times);
    }
    // What turns over least in whole shares turns over hardly more than what does in parts of them.
    if problem.destination != Destination::Target {
        steps.drain(1..steps.len().max(2) - 1);
    }
    let mut known: Option<Sizing> = None;
    let mut nodes = 0;
    for times in steps.into_iter().rev() {
        for (leg, lot) in problem.legs.iter_mut().zip(&finest) {
            leg.lot = coarser(*lot, times, share);
        }
        let shares = known.as_ref().map(|known| known.shares.as_slice());
        match sizing::size_from(&problem, shares) {
            Ok(next) => {
                nodes += next.nodes;
                known = Some(Sizing { nodes, ..next });
            }
            Err(error) if times == 1 => return Err(error),
            // Where coarser steps raise too little cash, finer ones may raise enough.
            Err(_) => {}
        }
    }
    known.ok_or(SizingError::TooLarge)
}

/// A step so many times as large, or as many as are no more than a share.
fn coarser(lot: i128, mut times: i128, share: i128) -> i128 {
    while times > 1 && lot.checked_mul(times).is_none_or(|larger| larger > share) {
        times /= 10;
    }
    lot * times.max(1)
}

/// What one answer is better than another by.
pub(super) fn levels(sizing: &Sizing) -> (sizing::Wide, sizing::Wide, i128, usize, i128) {
    (sizing.violation, sizing.objective, sizing.cost, sizing.orders, sizing.turnover)
}
