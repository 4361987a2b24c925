//! The best shares of a small account by trying all, and what is planned when costs move the weights.

use crate::accounts::{Account, Asset, WEIGHTS};
use crate::ledger::smaller_sale;
use crate::levels::{Levels, breaches, cash_after, distance, levels};

/// How often a plan is made again on what is left after costs.
const RETRIES: usize = 4;

/// The best shares when weights are of `total`; none where nothing reaches the reserve.
pub(crate) fn best(account: &Account, total: i128) -> Option<Vec<i128>> {
    if account.flow < 0 && account.cash + account.flow >= account.floor() {
        return Some(account.assets.iter().map(|asset| asset.held).collect());
    }
    let choices: Vec<Vec<i128>> = account.assets.iter().map(|asset| choices(account, asset)).collect();
    let mut search = Search { account, total, choices, chosen: Vec::new(), best: None };
    search.visit((0, 0));
    search.best.map(|(_, shares)| shares)
}

/// The best shares that breach as little as can be once their costs are paid, bands before thresholds, and what their weights
/// were of.
pub(crate) fn settled(account: &Account) -> Option<(Vec<i128>, i128)> {
    let mut found: Vec<([usize; 2], Vec<i128>, i128)> = Vec::new();
    let mut total = account.whole();
    while found.len() <= RETRIES {
        let Some(next) = best(account, total) else { break };
        let left = account.total_of(&next, cash_after(account, &next));
        found.push((breached(account, &next, left), next, total));
        if left == total {
            break;
        }
        total = left;
    }
    found.into_iter().min_by_key(|(breached, ..)| *breached).map(|(_, shares, total)| (shares, total))
}

/// How many assets are outside their bands, and how many of the others breach their threshold.
fn breached(account: &Account, shares: &[i128], total: i128) -> [usize; 2] {
    let traded = account.assets.iter().zip(shares).filter(|(asset, _)| !asset.blocked && total > 0);
    let breaching: Vec<(&Asset, i128)> = traded.map(|(asset, x)| (asset, x * asset.price)).collect();
    let breaching = breaching.into_iter().filter(|(asset, value)| breaches(account, asset, *value, total));
    let (outside, inside): (Vec<_>, Vec<_>) = breaching.partition(|(asset, value)| {
        let weight = value * WEIGHTS;
        weight < asset.min * total || weight > asset.max * total
    });
    [outside.len(), inside.len()]
}

/// All an asset may be brought to.
fn choices(account: &Account, asset: &Asset) -> Vec<i128> {
    let raised: i128 = account.assets.iter().map(|asset| asset.price * asset.held).sum();
    let most = (account.cash + account.flow + raised - account.floor()).max(0) / asset.price;
    let allowed = |x: &i128| {
        let trade = x - asset.held;
        let worth = trade % asset.lot == 0 && trade.abs() * asset.price >= account.min_trade;
        let way = if account.flow > 0 { trade > 0 } else { account.flow == 0 || trade < 0 };
        trade == 0 || (!asset.blocked && way && (worth || *x == 0))
    };
    (0..=asset.held + most).filter(allowed).collect()
}

struct Search<'a> {
    account: &'a Account,
    total: i128,
    choices: Vec<Vec<i128>>,
    chosen: Vec<i128>,
    best: Option<(Levels, Vec<i128>)>,
}

impl Search<'_> {
    /// Whether a withdrawal would not be covered by the next smaller sale of any asset.
    fn sells_what_it_must(&self) -> bool {
        let account = self.account;
        let too_much = |at: usize| {
            let (asset, mut shares) = (&account.assets[at], self.chosen.clone());
            shares[at] = asset.held - smaller_sale(account, asset, asset.held - shares[at]);
            cash_after(account, &shares) >= account.floor()
        };
        let sold = |at: &usize| self.chosen[*at] < account.assets[*at].held;
        account.flow >= 0 || !(0..self.chosen.len()).filter(sold).any(too_much)
    }

    /// Tries all, except what is worse already by its first assets alone.
    fn visit(&mut self, sum: (i128, i128)) {
        if self.best.as_ref().is_some_and(|(best, _)| sum > (best.0, best.1)) {
            return;
        }
        let at = self.chosen.len();
        let Some(choices) = self.choices.get(at).cloned() else {
            let levels = levels(self.account, &self.chosen, self.total);
            let kept = cash_after(self.account, &self.chosen) >= self.account.floor() && self.sells_what_it_must();
            if kept && self.best.as_ref().is_none_or(|(best, _)| levels < *best) {
                self.best = Some((levels, self.chosen.clone()));
            }
            return;
        };
        // What is near comes first, so that the rest is soon worse. A violation outweighs any objective.
        let asset = &self.account.assets[at];
        let near = |x: i128| distance(self.account, asset, x, self.total);
        let mut choices: Vec<((i128, i128), i128)> = choices.into_iter().map(|x| (near(x), x)).collect();
        choices.sort_unstable();
        for ((outside, main), x) in choices {
            self.chosen.push(x);
            self.visit((sum.0 + outside, sum.1 + main));
            self.chosen.pop();
        }
    }
}
