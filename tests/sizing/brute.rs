//! The answer by trying everything, written from the definition alone.

use rebalance::plan::sizing::{Destination, Direction, Violation};

use crate::instance::Instance;

/// All six levels: violation, objective, cost, orders, turnover, trades.
pub(crate) type Levels = (i128, i128, i128, i128, i128, Vec<i128>);

/// What one trade of one asset does: the trade, the cash it brings, its levels.
#[derive(Clone)]
struct Trade {
    shares: i128,
    brings: i128,
    levels: [i128; 5],
    gain: i128,
    /// What the next smaller sale brings less, and gains more.
    step: i128,
    step_gain: i128,
}

/// The best of all feasible choices; none if there is none.
pub(crate) fn best(instance: &Instance) -> Option<Levels> {
    if instance.direction == Direction::SellOnly && instance.cash >= instance.reserve {
        let still: Vec<Trade> = (0..instance.legs.len()).map(|leg| trade(instance, leg, 0)).collect();
        return Some(levels(instance, &still.iter().collect::<Vec<_>>()));
    }
    let tables: Vec<Vec<Trade>> = (0..instance.legs.len()).map(|leg| table(instance, leg)).collect();
    let mut best = None;
    let mut chosen = Vec::new();
    visit(instance, &tables, &mut chosen, instance.cash, &mut best);
    best
}

/// The levels of given shares.
pub(crate) fn levels_of(instance: &Instance, shares: &[i128]) -> Levels {
    let trades: Vec<Trade> = instance
        .legs
        .iter()
        .zip(shares)
        .enumerate()
        .map(|(index, (leg, x))| trade(instance, index, x - leg.held))
        .collect();
    levels(instance, &trades.iter().collect::<Vec<_>>())
}

/// Tries everything, except what is already worse than the best by what its first trades alone score.
fn visit<'a>(
    instance: &Instance,
    tables: &'a [Vec<Trade>],
    chosen: &mut Vec<&'a Trade>,
    cash: i128,
    best: &mut Option<Levels>,
) {
    let sum = |level: usize| chosen.iter().map(|trade| trade.levels[level]).sum::<i128>();
    if best.as_ref().is_some_and(|best| (sum(0), sum(1)) > (best.0, best.1)) {
        return;
    }
    let Some(table) = tables.get(chosen.len()) else {
        let gain: i128 = chosen.iter().map(|trade| trade.gain).sum();
        let surplus = cash - instance.reserve - instance.levy(gain);
        let step = |trade: &Trade| trade.step + instance.levy(gain + trade.step_gain) - instance.levy(gain);
        let tight = instance.direction != Direction::SellOnly
            || chosen.iter().all(|trade| trade.shares == 0 || surplus < step(trade));
        let levels = levels(instance, chosen);
        if surplus >= 0 && tight && best.as_ref().is_none_or(|best| levels < *best) {
            *best = Some(levels);
        }
        return;
    };
    for trade in table {
        chosen.push(trade);
        visit(instance, tables, chosen, cash + trade.brings, best);
        chosen.pop();
    }
}

fn levels(instance: &Instance, chosen: &[&Trade]) -> Levels {
    let sum = |level: usize| chosen.iter().map(|trade| trade.levels[level]).sum::<i128>();
    let trades = chosen.iter().map(|trade| trade.shares).collect();
    let levy = instance.levy(chosen.iter().map(|trade| trade.gain).sum());
    let brought: i128 = chosen.iter().map(|trade| trade.brings).sum();
    let left = instance.cash + brought - levy - instance.reserve;
    let counts = instance.deploy_cash && instance.destination == Destination::Target;
    let spare = if counts { (instance.denominator * left).pow(2) } else { 0 };
    (sum(0), sum(1) + spare, sum(2) + levy, sum(3), sum(4), trades)
}

/// Every trade an asset may make, from the largest sale to the largest order.
fn table(instance: &Instance, index: usize) -> Vec<Trade> {
    let leg = &instance.legs[index];
    let raised: i128 = instance.legs.iter().map(|leg| leg.price * leg.held).sum();
    let most = (instance.cash + raised - instance.reserve).max(0) / leg.price;
    let allowed = |x: &i128| {
        let trade = x - leg.held;
        let sides = match instance.direction {
            Direction::Both => true,
            Direction::BuyOnly => trade > 0,
            Direction::SellOnly | Direction::SellFreely => trade < 0,
        };
        let lots = trade % leg.lot == 0 && trade.abs() * leg.price >= instance.min_trade;
        trade == 0 || (!leg.frozen && sides && (lots || *x == 0))
    };
    let mut trades: Vec<Trade> =
        (0..=leg.held + most).filter(allowed).map(|x| trade(instance, index, x - leg.held)).collect();
    for at in 0..trades.len().saturating_sub(1) {
        trades[at].step = trades[at].brings - trades[at + 1].brings;
        trades[at].step_gain = trades[at + 1].gain - trades[at].gain;
    }
    trades
}

fn trade(instance: &Instance, index: usize, shares: i128) -> Trade {
    let leg = &instance.legs[index];
    let half = instance.destination == Destination::HalfBand;
    let scale = instance.denominator * if half { 2 } else { 1 };
    let edge = |edge: i128| if half { edge + leg.target } else { edge } * instance.total;
    let value = (leg.held + shares) * leg.price * scale;
    let outside = (edge(leg.min) - value).max(0) + (value - edge(leg.max)).max(0);
    let violation = match instance.violation {
        Violation::Amount => outside,
        Violation::Squares => outside * outside,
    };
    let amount = leg.price * shares.abs();
    let cost = instance.cost(index, shares);
    let main = match instance.destination {
        Destination::Target => (value - leg.target * instance.total).pow(2),
        Destination::BandEdge | Destination::HalfBand => amount,
    };
    Trade {
        shares,
        brings: -leg.price * shares - cost,
        levels: [violation, main, cost, i128::from(shares != 0), amount],
        gain: instance.gain(index, shares),
        step: i128::MAX / 2,
        step_gain: 0,
    }
}
