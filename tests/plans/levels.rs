//! How good shares are, by the definition: band violation, objective, cost, orders, turnover, trades. And what breaches.

use std::cmp::Ordering;

use crate::accounts::{Account, Asset, WEIGHTS};
use crate::ledger::{costs, levy};

/// The six levels, compared from the first.
pub(crate) type Levels = (i128, i128, i128, i128, i128, Vec<i128>);

/// What money is multiplied by in the first two levels: halves of bands need twice the weights' denominator.
pub(crate) fn scale(account: &Account) -> i128 {
    if account.goal() == "half_band" { 2 * WEIGHTS } else { WEIGHTS }
}

/// How far outside its band an asset is at so many shares, when weights are of `total`.
pub(crate) fn outside(account: &Account, asset: &Asset, shares: i128, total: i128) -> i128 {
    let edge = |edge: i128| if scale(account) == WEIGHTS { edge } else { edge + asset.target };
    let value = asset.price * shares * scale(account);
    (edge(asset.min) * total - value).max(value - edge(asset.max) * total).max(0)
}

/// The first two levels of one asset at so many shares, when weights are of `total`.
pub(crate) fn distance(account: &Account, asset: &Asset, shares: i128, total: i128) -> (i128, i128) {
    let value = asset.price * shares * scale(account);
    let main = match account.goal() {
        "target" => (value - asset.target * total).pow(2),
        _ => asset.price * (shares - asset.held).abs(),
    };
    (outside(account, asset, shares, total).pow(2), main)
}

/// The levels of shares, in the order of codes.
pub(crate) fn levels(account: &Account, shares: &[i128], total: i128) -> Levels {
    let mut sorted: Vec<(&Asset, i128)> = account.assets.iter().zip(shares.iter().copied()).collect();
    sorted.sort_by(|one, other| one.0.code.cmp(&other.0.code));
    let mut sum = (0, 0, levy(account, shares), 0, 0, Vec::new());
    for (asset, x) in sorted {
        let (outside, main) = distance(account, asset, x, total);
        let trade = x - asset.held;
        sum.0 += outside;
        sum.1 += main;
        sum.2 += costs(account, asset, trade).iter().sum::<i128>();
        sum.3 += i128::from(trade != 0);
        sum.4 += asset.price * trade.abs();
        sum.5.push(trade);
    }
    if account.deploys_cash() {
        sum.1 += ((cash_after(account, shares) - account.floor()) * scale(account)).pow(2);
    }
    sum
}

/// Cash after going to these shares, and what flows.
pub(crate) fn cash_after(account: &Account, shares: &[i128]) -> i128 {
    let spent = account.assets.iter().zip(shares).map(|(asset, x)| {
        let trade = x - asset.held;
        trade * asset.price + costs(account, asset, trade).iter().sum::<i128>()
    });
    account.cash + account.flow - spent.sum::<i128>() - levy(account, shares)
}

/// Whether an asset of this value breaches its band, or the threshold if the strategy looks at it.
pub(crate) fn breaches(account: &Account, asset: &Asset, value: i128, total: i128) -> bool {
    let value = value * WEIGHTS;
    if value < asset.min * total || value > asset.max * total {
        return true;
    }
    // A quarter of a target, and a part of one, need a finer denominator than weights have.
    let finer = 4 * WEIGHTS;
    let due = match account.drift {
        "absolute" => account.threshold * finer,
        "relative" => account.threshold * asset.target * 4,
        _ => (account.threshold * finer).min(asset.target * WEIGHTS),
    };
    let away = (value - asset.target * total).abs();
    account.strategy != "time" && away > 0 && (away * finer).cmp(&(due * total)) != Ordering::Less
}
