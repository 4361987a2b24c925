//! The most cash that can be raised: whether there is an answer at all.
//!
//! Without a levy every asset raises what it can. A levy makes them depend on each other, and the least of outflows
//! and levy together is found as the best choice is: by a tilt with a good bound, and a search of what is left.

use super::asset::{Lens, Space};
use super::classes::{self, Frame};
use super::dual::{self, Dual, Row};
use super::levy::{Terms, Tilt};
use super::score::{Rate, Score};
use super::search::Search;
use super::solve::{Choice, pick};
use super::wide::Wide;

/// How many states the search makes at most.
const STATES: usize = 1 << 18;

/// The choice that raises the most cash.
pub(super) fn most_cash(space: &Space<'_>) -> Choice {
    let (mut bound, mut best) = ask(space, 0);
    let mut choice = Choice::of(space, best.response.points.clone());
    let Some(levy) = space.levy.filter(|_| choice.levy > 0) else {
        return choice;
    };
    let (mut low, mut high) = (0, Terms::FULL + 1);
    while high - low > 1 {
        let middle = if high > Terms::FULL { Terms::FULL } else { (low + high) / 2 };
        let (value, dual) = ask(space, middle);
        if dual.response.gain > levy.allowance {
            low = middle;
        } else {
            high = middle;
        }
        let other = Choice::of(space, dual.response.points.clone());
        if other.outflow < choice.outflow {
            choice = other;
        }
        if value > bound {
            (bound, best) = (value, dual);
        }
    }
    let gap = Score::of_cash(best.lens.tilt.fine * choice.outflow - bound);
    let classes = classes::list(space, &best, gap + best.response.short, classes::LISTED);
    let frame = Frame { raising: true, ..Frame::of(space, &best) };
    let found = Search::new(frame, None, &classes, gap, choice.trades(), STATES).run();
    found.chosen.map_or(choice, |chosen| pick(space, &classes, &chosen))
}

/// The most cash by a tilt, and the bound it is on outflow and levy, in the parts of the tilt.
fn ask(space: &Space<'_>, step: i128) -> (i128, Dual) {
    let tilt: Tilt = space.tilt(step);
    let lens = Lens::of_cash(tilt, i128::MIN);
    let response = dual::respond(space, lens);
    let row = Row::reserve(space, 0, step);
    let bound = response.outflow - row.limit;
    let least = response.least();
    (bound, Dual { row, rate: Rate::default(), spared: Wide::ZERO, lens, response, bound: least, ends: Vec::new() })
}
