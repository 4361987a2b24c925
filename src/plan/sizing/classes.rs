//! What is left to choose: for each asset the few trades that can still be part of the best answer.
//!
//! Everything is told relative to the answer of the dual, the base. A trade other than the base costs
//! `reduced` (zero or more) and uses up `uses` of the slack of the row; slack that is left over costs the
//! price of cash. A choice scores the bound plus all of that, to the last digit.

use super::asset::{Point, Space};
use super::dual::Dual;
use super::frontier::Frontier;
use super::score::{Rate, Score};

/// One trade an asset may still make.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// How much of the slack it uses, compared with the base.
    pub(super) uses: i128,
    /// What it scores more than the base, cash paid for.
    pub(super) reduced: Score,
    pub(super) point: Point,
}

/// The trades one asset may still make, best first. The first is the base.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) items: Vec<Item>,
    /// What the best trade that was not listed scores, if not all within the gap were.
    pub(super) unlisted: Option<Score>,
}

/// The frame in which classes are told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The slack of the row at the base; below zero if the base breaks the row.
    pub(super) slack: i128,
    /// The price of slack, zero or more.
    pub(super) rate: Rate,
}

impl Frame {
    /// The frame of a dual answer.
    pub(super) fn of(dual: &Dual) -> Frame {
        Frame { slack: -dual.row.excess(dual.response.outflow), rate: dual.rate }
    }

    /// The score above the bound of a choice whose items add up to `reduced` and leave `slack`.
    pub(super) fn above_bound(&self, reduced: Score, slack: i128) -> Score {
        reduced + self.rate.of(slack)
    }
}

/// Lists the trades of every asset that score at most `gap` above the bound, but no more than `most`.
pub(super) fn list(space: &Space<'_>, dual: &Dual, gap: Score, most: usize) -> Vec<Class> {
    let mut classes = Vec::with_capacity(space.assets.len());
    for (position, base) in dual.response.points.iter().enumerate() {
        let asset = &space.assets[position];
        let mut frontier = Frontier::new(space, asset, dual.lens);
        let mut class = Class { items: vec![item(dual, base, Score::default(), base)], unlisted: None };
        let least = dual.lens.reduce(base);
        while let Some((score, point)) = frontier.next(least + gap) {
            if class.items.len() >= most {
                class.unlisted = Some(score - least);
                break;
            }
            if point.trade != base.trade {
                class.items.push(item(dual, base, score - least, &point));
            }
        }
        classes.push(class);
    }
    classes
}

fn item(dual: &Dual, base: &Point, reduced: Score, point: &Point) -> Item {
    Item { uses: dual.row.sign * (point.outflow - base.outflow), reduced, point: *point }
}
