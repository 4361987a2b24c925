//! What is left to choose: for each asset the few trades that can still be part of the best answer.
//!
//! Everything is told relative to the answer of the dual, the base. A trade other than the base costs
//! `reduced` (zero or more) and uses up `uses` of the slack of the row; slack that is left over costs the
//! price of cash. A choice scores the bound plus all of that, to the last digit.

use super::asset::{Point, Space};
use super::dual::Dual;
use super::frontier::Frontier;
use super::levy::{Terms, Tilt};
use super::quick::Quick;
use super::score::{Rate, Score};
use super::wide::Wide;

/// How many trades of all assets are listed at most, but for the fewest of each.
pub(super) const LISTED: usize = 1 << 17;
const FEWEST: usize = 16;
/// Of what may still be listed, an asset has one part of so many, or of as many as there still are.
const SHARE: usize = 4;

/// One trade an asset may still make.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// How much of the slack it uses, compared with the base.
    pub(super) uses: i128,
    /// How much more it gains than the base.
    pub(super) gains: i128,
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
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    /// The slack of the row at the base; below zero if the base breaks the row.
    pub(super) slack: i128,
    /// The gains at the base.
    pub(super) gain: i128,
    /// The price of slack, zero or more unless cash that is left counts.
    pub(super) rate: Rate,
    /// The scale, where cash that is left counts.
    pub(super) spare: Option<i128>,
    /// What of the bound is for cash that is left.
    pub(super) spared: Wide,
    pub(super) tilt: Tilt,
    pub(super) levy: Option<Terms<'a>>,
    /// Whether cash is all that counts, and no row is to be kept.
    pub(super) raising: bool,
}

impl<'a> Frame<'a> {
    /// The frame of a dual answer.
    pub(super) fn of(space: &Space<'a>, dual: &Dual) -> Frame<'a> {
        Frame {
            slack: dual.row.slack(dual.response.outflow),
            gain: dual.response.gain,
            rate: dual.rate,
            spare: space.deploy.then_some(space.scale),
            spared: dual.spared,
            tilt: dual.row.tilt,
            levy: space.levy,
            raising: false,
        }
    }

    /// The score above the bound of a choice whose items add up to `reduced` and leave `slack`, without the levy.
    pub(super) fn above_bound(&self, reduced: Score, slack: i128) -> Score {
        reduced + self.rate.of(slack)
    }

    /// The same with cash that is left: `left` is so much of the slack as there is once the true levy is paid.
    pub(super) fn with_spare(&self, mut score: Score, left: i128) -> Score {
        if let Some(scale) = self.spare {
            score.main += Wide::square(scale * left.div_euclid(self.tilt.fine)) - self.spared;
        }
        score
    }

    /// How much less is left of the slack once the true levy is paid.
    pub(super) fn rest(&self, gain: i128) -> i128 {
        self.levy.map_or(0, |levy| levy.rest(self.tilt, gain))
    }

    /// The least and the most that may be, for gains between two.
    pub(super) fn rests(&self, low: i128, high: i128) -> (i128, i128) {
        let between = |levy: Terms<'_>| (levy.least_rest(self.tilt, low, high), levy.most_rest(self.tilt, low, high));
        self.levy.map_or((0, 0), between)
    }
}

/// Lists the trades of every asset that score at most `gap` above the bound, but no more than `most`, and no more of all
/// than there may be: those whose lots are dear have few, and leave more to the others.
pub(super) fn list(space: &Space<'_>, dual: &Dual, gap: Score, most: usize) -> Vec<Class> {
    let base = |base: &Point| Class { items: vec![item(dual, base, Score::default(), base)], unlisted: None };
    let mut classes: Vec<Class> = dual.response.points.iter().map(base).collect();
    let Some(mut frontier) = Frontier::new(space, dual.lens) else {
        return classes;
    };
    let mut quick = Quick::new(space, dual.lens, false);
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by_key(|&index| (-space.assets[index].unit, index));
    let mut listed = 0;
    for (before, index) in order.into_iter().enumerate() {
        let (asset, base) = (&space.assets[index], &dual.response.points[index]);
        let share = LISTED.saturating_sub(listed) / SHARE.min(classes.len() - before);
        let most = most.min(share).max(FEWEST);
        let class = &mut classes[index];
        let least = dual.lens.reduce(base);
        let limit = least + gap;
        if let Some(quick) = quick.as_mut().filter(|_| limit.violation.is_zero())
            && limit.main.to_i128().is_some_and(|limit| quick.look_at(asset, limit))
            && quick.found.len() <= most
        {
            quick.found.sort_unstable_by_key(|(key, _)| *key);
            let scores = quick.found.iter().map(|(_, point)| (dual.lens.reduce(point), point));
            let others = scores.filter(|(score, point)| *score <= limit && point.trade != base.trade);
            class.items.extend(others.map(|(score, point)| item(dual, base, score - least, point)));
        } else {
            frontier.look_at(asset, limit);
            while let Some((score, point)) = frontier.next() {
                if class.items.len() >= most {
                    class.unlisted = Some(score - least);
                    break;
                }
                if point.trade != base.trade {
                    class.items.push(item(dual, base, score - least, &point));
                }
            }
            class.unlisted = class.unlisted.or(frontier.cut.map(|floor| floor - least));
        }
        listed += class.items.len();
    }
    classes
}

fn item(dual: &Dual, base: &Point, reduced: Score, point: &Point) -> Item {
    let taken = |point: &Point| dual.row.tilt.of(point.outflow, point.gain);
    Item {
        uses: dual.row.direction() * (taken(point) - taken(base)),
        gains: point.gain - base.gain,
        reduced,
        point: *point,
    }
}
