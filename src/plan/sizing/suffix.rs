//! What the assets that a search has still to choose for can do, and the least that it scores.
//!
//! Two things are said of them. Always: the least score per cash that any of their trades moves. Where a search is
//! thorough, also the *tangents*: with a price on the cash they move, each answers for itself, and what they answer
//! together is a bound on every way to move any amount of it. That is the argument of `dual` again, for some of the assets.

use super::classes::{Class, Item};
use super::left::Left;
use super::ranges::Ranges;
use super::score::{RATE_CAP, Rate, Score};
use super::wide::Wide;

/// Two prices of cash whose distance is no more than this part of them are taken for one.
const NEAR: i128 = 16;
/// How many prices of cash are looked at on each side of none: so many for all depths together, but no fewer and no more.
const TANGENTS: usize = 1 << 16;
const FEWEST: usize = 16;
const MOST: usize = 256;
/// How many pairs of trades of a class give a price on each side of its base.
const SAMPLES: usize = 256;

/// What the assets from some depth on can do.
#[derive(Clone)]
pub(super) struct Suffix {
    /// The most slack they can use, and free.
    pub(super) uses: i128,
    pub(super) frees: i128,
    /// The least and the most that gains can change.
    pub(super) losses: i128,
    pub(super) gains: i128,
    /// The least score per cash used, and freed, if any.
    pub(super) use_rate: Option<Rate>,
    pub(super) free_rate: Option<Rate>,
    /// The least step of the sales of the base.
    pub(super) step: i128,
    /// Bounds by prices of cash, the lowest first. None unless the search is thorough.
    tangents: Vec<Tangent>,
}

/// A bound by a price: moving so much cash scores no less than `least`, less its price.
#[derive(Clone, Copy)]
struct Tangent {
    price: Rate,
    least: Score,
    /// The slack above which this price is better than the next.
    from: i128,
}

impl Suffix {
    const NOTHING: Suffix = Suffix {
        uses: 0,
        frees: 0,
        losses: 0,
        gains: 0,
        use_rate: None,
        free_rate: None,
        step: i128::MAX,
        tangents: Vec::new(),
    };

    /// What scores no more than the best way to go on with so much slack, its price paid for, whatever is left of it.
    /// Zero where nothing is known.
    pub(super) fn least(&self, slack: i128) -> Score {
        let at = self.tangents.partition_point(|tangent| tangent.from > slack);
        let Some(tangent) = self.tangents.get(at).or(self.tangents.last()) else {
            return Score::default();
        };
        (tangent.least - tangent.price.of(slack)).max(Score::default())
    }
}

/// For every depth, what the classes from there on can do.
pub(super) fn suffixes(order: &[usize], classes: &[Class]) -> Vec<Suffix> {
    let mut suffixes = vec![Suffix::NOTHING; order.len() + 1];
    for depth in (0..order.len()).rev() {
        let mut suffix = suffixes[depth + 1].clone();
        let (mut uses, mut frees, mut losses, mut gains) = (0, 0, 0, 0);
        let items = &classes[order[depth]].items;
        for item in items {
            uses = uses.max(item.uses);
            frees = frees.max(-item.uses);
            losses = losses.min(item.gains);
            gains = gains.max(item.gains);
            if item.uses > 0 {
                let rate = Rate::at_most(item.reduced, item.uses);
                suffix.use_rate = least(suffix.use_rate, Some(rate));
            } else if item.uses < 0 {
                let rate = Rate::at_most(item.reduced, -item.uses);
                suffix.free_rate = least(suffix.free_rate, Some(rate));
            }
        }
        suffix.uses += uses;
        suffix.frees += frees;
        suffix.losses += losses;
        suffix.gains += gains;
        suffix.step = suffix.step.min(items[0].point.step);
        suffixes[depth] = suffix;
    }
    suffixes
}

/// The same with tangents.
pub(super) fn thorough(left: &Left, order: &[usize], classes: &[Class], ranges: &[Ranges]) -> Vec<Suffix> {
    let mut suffixes = suffixes(order, classes);
    let prices = prices(left, classes, ranges, (TANGENTS / order.len().max(1)).clamp(FEWEST, MOST));
    let answer_of_left = |&price: &Rate| left.best(price).map(|(_, least)| Tangent { price, least, from: i128::MIN });
    let mut sums: Vec<Tangent> = prices.iter().filter_map(answer_of_left).collect();
    for depth in (0..=order.len()).rev() {
        if let Some(&class) = order.get(depth) {
            let (items, sorted) = (&classes[class].items, &ranges[class].order);
            let everything = (0, sorted.len());
            answer(items, sorted, everything, &mut sums);
        }
        suffixes[depth].tangents = separated(sums.clone());
    }
    suffixes
}

/// Adds the best answer of a class to every tangent. The higher the price, the less is used, so that each half of the
/// prices needs to look only at the trades on its side of the answer to the middle one.
fn answer(items: &[Item], sorted: &[usize], (first, last): (usize, usize), tangents: &mut [Tangent]) {
    if tangents.is_empty() {
        return;
    }
    let middle = tangents.len() / 2;
    let price = tangents[middle].price;
    let scores = sorted[first..last].iter().map(|&item| items[item].reduced + price.of(items[item].uses));
    let Some((at, least)) = scores.enumerate().min_by_key(|&(_, score)| score) else {
        return;
    };
    tangents[middle].least += least;
    let at = first + at;
    let (lower, higher) = tangents.split_at_mut(middle);
    answer(items, sorted, (at, last), lower);
    answer(items, sorted, (first, at + 1), &mut higher[1..]);
}

/// Tangents with where each begins to be the best.
fn separated(mut tangents: Vec<Tangent>) -> Vec<Tangent> {
    for at in 0..tangents.len().saturating_sub(1) {
        let (this, next) = (tangents[at], tangents[at + 1]);
        let (rise, run) = (next.least - this.least, next.price.less(this.price));
        tangents[at].from =
            if run.violation > 0 { rise.violation.div_floor(run.violation) } else { rise.main.div_floor(run.main) };
    }
    tangents
}

/// The prices of cash at which the answers of the classes change, those that are near to another left out, and no more than
/// `most` on each side of none.
fn prices(left: &Left, classes: &[Class], ranges: &[Ranges], most: usize) -> Vec<Rate> {
    let mut prices: Vec<Rate> = vec![left.turn()];
    for (class, ranges) in classes.iter().zip(ranges) {
        sample(class, &ranges.order, &mut prices);
    }
    prices.sort_unstable();
    let none = Rate::default();
    let (below, above) = prices.split_at(prices.partition_point(|price| *price < none));
    let mut kept = thinned(below.iter().rev(), most);
    kept.reverse();
    kept.push(none);
    kept.extend(thinned(above.iter().filter(|price| **price > none), most));
    kept
}

/// The prices between trades near the base, and between some that are further away, the further the fewer.
fn sample(class: &Class, sorted: &[usize], prices: &mut Vec<Rate>) {
    let base = sorted.iter().position(|&item| item == 0).unwrap_or(0);
    let item = |at: usize| &class.items[sorted[at]];
    let (mut below, mut above, mut stride) = (base, base, 1);
    for _ in 0..SAMPLES {
        let (lower, higher) = (below.saturating_sub(stride), (above + stride).min(sorted.len() - 1));
        prices.extend(price(item(lower), item(below)));
        prices.extend(price(item(above), item(higher)));
        (below, above) = (lower, higher);
        stride = ((above - base).max(base - below) / NEAR as usize).max(1);
    }
}

/// Prices away from none, without those that are near the one before.
fn thinned<'a>(prices: impl Iterator<Item = &'a Rate>, most: usize) -> Vec<Rate> {
    let mut kept: Vec<Rate> = Vec::new();
    for price in prices {
        let near = kept.last().is_some_and(|last| {
            last.violation == price.violation && (price.main - last.main).abs() <= last.main.abs() / NEAR
        });
        if !near && kept.len() < most {
            kept.push(*price);
        }
    }
    kept
}

/// The price at which two trades, the second of which uses more, are as good as each other.
fn price(one: &Item, other: &Item) -> Option<Rate> {
    let (rise, run) = (other.reduced - one.reduced, other.uses - one.uses);
    if run <= 0 {
        return None;
    }
    let violation = rise.violation.div_floor(run).clamp(-RATE_CAP, RATE_CAP);
    let exact = rise.violation == Wide::product(violation, run);
    let main = if exact { rise.main.div_floor(run).clamp(-RATE_CAP, RATE_CAP) } else { 0 };
    Some(Rate { violation, main }.negated())
}

fn least(a: Option<Rate>, b: Option<Rate>) -> Option<Rate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
