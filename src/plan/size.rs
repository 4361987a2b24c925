//! Asking the solver, and asking again in coarser steps where the steps are too fine for a proof.
//!
//! What is asked for, and what the answer is used for, must never enter this file.

use super::sizing::{self, Problem, Sizing, SizingError};

/// The best shares. `share` is a whole share in the units of the question.
///
/// A millionth of a share is a step so small that the search may meet its limit before it has an answer worth having.
/// Orders in steps ten times as large are orders in these steps as well, so the best of those is a candidate; what no
/// choice can be below is still the bound of the finest.
///
/// # Errors
/// See [`SizingError`].
pub(super) fn best(mut problem: Problem<'_>, share: i128) -> Result<Sizing, SizingError> {
    let mut best = sizing::size(&problem)?;
    let mut proven = best.proven;
    while !proven && coarser(&mut problem, share) {
        // Where coarser steps raise too little cash there is nothing to compare.
        let Ok(candidate) = sizing::size(&problem) else { break };
        proven = candidate.proven;
        if levels(&candidate) < levels(&best) {
            let Sizing { violation_bound, bound, .. } = best;
            let nodes = best.nodes + candidate.nodes;
            best = Sizing { violation_bound, bound, proven: false, nodes, ..candidate };
        }
    }
    Ok(best)
}

/// Makes the steps ten times as large, as long as that is no more than a share; whether any was.
fn coarser(problem: &mut Problem<'_>, share: i128) -> bool {
    let mut any = false;
    for leg in &mut problem.legs {
        if leg.lot.checked_mul(10).is_some_and(|larger| larger <= share) {
            leg.lot *= 10;
            any = true;
        }
    }
    any
}

/// What one answer is better than another by.
pub(super) fn levels(sizing: &Sizing) -> (sizing::Wide, sizing::Wide, i128, usize, i128) {
    (sizing.violation, sizing.objective, sizing.cost, sizing.orders, sizing.turnover)
}
