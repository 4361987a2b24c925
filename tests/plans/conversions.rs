//! Plans of several currencies of which all pay for all orders: random accounts, judged by a slow reckoning of their own, and
//! beside the plans in which each currency pays for its own.

use crate::currencies::{Account, Asset, CURRENCIES, PART, cash_is_kept, number};
use rebalance::plan::{Body, PlanError};
use rust_decimal::Decimal;

/// How many accounts are planned.
const ACCOUNTS: u64 = 240;

/// What conversions cost, and in ten-thousandths.
const RATES: [(&str, i128); 3] = [("0", 0), ("0.002", 20), ("0.05", 500)];

fn account(seed: u64) -> (Account, i128) {
    let (rate, parts) = RATES[usize::try_from(seed % 3).unwrap()];
    let mut account = Account { converts: Some(rate), ..Account::random(seed) };
    // Most of the money in one currency, as accounts have it that have to convert.
    if seed.is_multiple_of(2) {
        let all = usize::try_from(seed / 2 % 2).unwrap();
        account.cash = [[900_000, 0, 0], [0, 70_000, 0]][all];
    }
    (account, parts)
}

/// The currencies in the order of purses: the base currency first.
fn purses(account: &Account) -> Vec<usize> {
    let mut purses: Vec<usize> = (0..3).collect();
    purses.sort_by_key(|currency| *currency != account.base);
    purses
}

/// Converts until no currency is short, the least amount each time, found by trying; what it loses, or none if it cannot be.
fn converted(account: &Account, cash: &mut [i128], least: &[i128], parts: i128) -> Option<i128> {
    let mut lost = 0;
    for to in purses(account) {
        for from in purses(account) {
            let (there, short) = (cash[from] - least[from], least[to] - cash[to]);
            if there <= 0 || short <= 0 {
                continue;
            }
            let (own, other) = (account.unit(from), account.unit(to));
            let received = |amount: i128| (amount - (amount * parts + 9_999).div_euclid(10_000)) * own / other;
            let wanted = received(there).min(short);
            if wanted <= 0 {
                continue;
            }
            let (mut low, mut high) = (0, there);
            while low < high {
                let middle = (low + high) / 2;
                if received(middle) >= wanted { high = middle } else { low = middle + 1 }
            }
            let brought = received(low);
            cash[from] -= low;
            cash[to] += brought;
            lost += low * own - brought * other;
        }
    }
    (0..3).all(|currency| cash[currency] >= least[currency]).then_some(lost)
}

/// What has to be left in each currency: a deposit restores a reserve only where what it brings can be converted into it.
fn least(account: &Account, parts: i128, there: &[i128]) -> Vec<i128> {
    let each = |there: &dyn Fn(usize) -> i128| (0..3).map(|currency| account.left(currency, there(currency))).collect();
    let whole: Vec<i128> = each(&|_| i128::MAX);
    let restored = converted(account, &mut there.to_vec(), &whole, parts).is_some();
    if restored { whole } else { each(&|currency| there[currency]) }
}

/// What some shares are worth having by: distances, costs, orders, turnover; none where they cannot be paid for.
fn score(account: &Account, parts: i128, shares: &[i128]) -> Option<[i128; 4]> {
    let flow = |currency: usize| account.flow.filter(|(own, _)| *own == currency).map_or(0, |(_, amount)| amount);
    let there: Vec<i128> = (0..3).map(|currency| account.cash[currency] + flow(currency)).collect();
    let value = |asset: &Asset, shares: i128| asset.price * shares * account.unit(asset.currency);
    let positions: i128 = account.assets.iter().map(|asset| value(asset, asset.held)).sum();
    let total = positions + (0..3).map(|currency| there[currency] * account.unit(currency)).sum::<i128>();
    let mut cash = there.clone();
    let (mut squares, mut costs, mut orders, mut turnover) = (0, 0, 0, 0);
    for (asset, &x) in account.assets.iter().zip(shares) {
        let trade = x - asset.held;
        let worth = value(asset, trade.abs());
        let allowed = trade == 0 || x == 0 || worth >= account.min_trade * PART;
        let way = match account.flow {
            Some((_, 1..)) => trade >= 0,
            Some(_) => trade <= 0,
            None => true,
        };
        if !allowed || !way {
            return None;
        }
        let off = 100 * value(asset, x) - asset.target * total;
        squares += off * off;
        if trade != 0 {
            let takes = account.takes(asset, trade);
            cash[asset.currency] -= takes;
            costs += (takes - asset.price * trade) * account.unit(asset.currency);
            orders += 1;
            turnover += worth;
        }
    }
    let least = least(account, parts, &there);
    costs += converted(account, &mut cash, &least, parts)?;
    if account.deploys {
        let left: i128 = (0..3).map(|currency| (cash[currency] - least[currency]) * account.unit(currency)).sum();
        squares += (100 * left) * (100 * left);
    }
    Some([squares, costs, orders, turnover])
}

/// The best of all shares that can be paid for, by trying all of them.
fn best(account: &Account, parts: i128) -> Option<[i128; 4]> {
    let worth = |asset: &Asset| asset.price * account.unit(asset.currency);
    let flow = account.flow.map_or(0, |(currency, amount)| amount.max(0) * account.unit(currency));
    let cash: i128 = (0..3).map(|currency| account.cash[currency] * account.unit(currency)).sum();
    let all: i128 = account.assets.iter().map(|asset| worth(asset) * asset.held).sum::<i128>() + cash + flow;
    let most: Vec<i128> = account.assets.iter().map(|asset| asset.held.max(all / worth(asset)) + 1).collect();
    let count: i128 = most.iter().product();
    let mut best = None;
    for choice in 0..count {
        let (mut rest, mut shares) = (choice, Vec::new());
        for most in &most {
            shares.push(rest % most);
            rest /= most;
        }
        let found = score(account, parts, &shares);
        best = match (best, found) {
            (Some(best), Some(found)) => Some(if found < best { found } else { best }),
            (best, found) => best.or(found),
        };
    }
    best
}

/// A figure in the currency squared, in the parts of the reckoning above.
fn squared(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<20}").parse().unwrap()
}

fn shares(body: &Body) -> Vec<i128> {
    body.after.assets.iter().map(|asset| asset.quantity.parse().unwrap()).collect()
}

/// Whether no other shares come closer, once what a plan says of itself was found to be true.
fn is_the_best(account: &Account, parts: i128, body: &Body) -> bool {
    let mine = score(account, parts, &shares(body)).unwrap_or_else(|| panic!("not payable: {account:?}"));
    let best = best(account, parts).unwrap();
    let summary = &body.summary;
    assert_eq!(squared(&summary.objective), mine[0], "{account:?}");
    assert!(squared(&summary.bound) <= best[0], "the bound is above the best: {account:?}");
    assert!(mine >= best, "the reckoning misses something: {account:?}");
    assert!(!summary.proven || mine[0] == best[0], "proven, and not the best: {account:?}");
    assert_eq!(squared(&summary.gap), squared(&summary.objective) - squared(&summary.bound), "{account:?}");
    mine[0] == best[0]
}

#[test]
fn cash_that_is_left_counts_once_its_conversions_are_paid() {
    let (mut converting, mut compared, mut reached) = (0, 0, 0);
    for seed in 0..ACCOUNTS {
        let (account, parts) = account(seed);
        let account = Account { deploys: true, ..account };
        if matches!(account.flow, Some((_, ..0))) || account.assets.len() > 2 && !seed.is_multiple_of(4) {
            continue;
        }
        let Ok(body) = account.plan(false) else { continue };
        converting += usize::from(!body.conversions.is_empty());
        cash_is_kept(&account, &body);
        compared += 1;
        reached += usize::from(is_the_best(&account, parts, &body));
    }
    eprintln!("{converting} convert, {reached} of {compared} the best");
    assert!(converting > 40 && compared > 60, "{converting}, {compared}");
    assert!(reached * 10 > compared * 9, "{reached} of {compared}");
}

#[test]
fn no_purse_ends_below_what_must_be_left_and_nothing_that_is_proven_can_be_beaten() {
    let (mut planned, mut converting, mut proven, mut compared, mut reached) = (0, 0, 0, 0, 0);
    for seed in 0..ACCOUNTS {
        let (account, parts) = account(seed);
        let small = account.assets.len() == 2 || seed.is_multiple_of(4);
        let body = match account.plan(false) {
            Ok(body) => body,
            Err(PlanError::Sizing(_)) if account.flow.is_none() => {
                assert_eq!(best(&account, parts), None, "{seed}: {account:?}");
                continue;
            }
            Err(PlanError::Withdrawal { most, .. }) => {
                let (currency, asked) = account.flow.unwrap();
                let most = most.decimal() * Decimal::from(10_i64.pow(CURRENCIES[currency].1));
                assert!(most < Decimal::from(-asked), "{seed}: {most} can be withdrawn");
                if most > Decimal::ZERO {
                    let amount: i128 = most.normalize().to_string().parse().unwrap();
                    let less = Account { flow: Some((currency, -amount)), ..account.clone() };
                    cash_is_kept(&less, &less.plan(false).unwrap());
                }
                continue;
            }
            Err(error) => panic!("{seed}: {error:?}, {account:?}"),
        };
        planned += 1;
        converting += usize::from(!body.conversions.is_empty());
        proven += usize::from(body.summary.proven);
        cash_is_kept(&account, &body);
        assert_eq!(account.plan(true).unwrap().canonical(), body.canonical(), "{seed}: the order of the files matters");
        let own = Account { converts: None, ..account.clone() };
        // A withdrawal sells no more than it must, and by itself a currency must sell more.
        if let (Ok(own), false) = (own.plan(false), matches!(account.flow, Some((_, ..0)))) {
            let better = squared(&body.summary.objective) <= squared(&own.summary.objective);
            assert!(better, "{seed}: each currency by itself comes closer: {account:?}");
        }
        if !small || matches!(account.flow, Some((_, ..0))) {
            continue;
        }
        compared += 1;
        reached += usize::from(is_the_best(&account, parts, &body));
    }
    eprintln!("{planned} planned, {converting} convert, {proven} proven, {reached} of {compared} the best");
    assert!(planned > 150 && converting > 60 && compared > 60, "{planned}, {converting}, {compared}");
    assert!(proven * 3 > planned * 2, "{proven} of {planned} proven");
    assert!(reached * 10 > compared * 9, "{reached} of {compared}");
}

#[test]
fn a_withdrawal_raised_in_other_currencies_sells_no_more_than_it_must() {
    let mut sold = 0;
    for seed in 0..ACCOUNTS {
        let (rate, parts) = RATES[usize::try_from(seed % 3).unwrap()];
        let account = Account { converts: Some(rate), flow: Some((1, -80_000)), min_trade: 0, ..Account::random(seed) };
        let Ok(body) = account.plan(false) else { continue };
        cash_is_kept(&account, &body);
        let shares = shares(&body);
        assert!(body.orders.iter().all(|order| order.side == "sell"));
        for (place, asset) in account.assets.iter().enumerate().filter(|(place, asset)| shares[*place] < asset.held) {
            let mut less = shares.clone();
            less[place] += 1;
            let payable = score(&account, parts, &less).is_some();
            assert!(!payable, "{seed}: one share of {} less would do: {account:?} {shares:?}", asset.code);
            sold += 1;
        }
    }
    assert!(sold > 60, "{sold}");
}

#[test]
fn a_single_purse_that_is_short_is_filled_from_the_base_currency_first() {
    let mut seen = 0;
    for seed in 0..ACCOUNTS {
        let (account, _) = account(seed);
        let Ok(body) = account.plan(false) else { continue };
        let base = CURRENCIES[account.base].0;
        let after = |currency: &str| {
            let balance = body.after.balances.iter().find(|balance| balance.currency == currency).unwrap();
            number(&balance.cash) - number(&balance.reserve)
        };
        for one in body.conversions.iter().filter(|one| one.from != base && one.to != base) {
            // Only what the base currency cannot give comes from another.
            assert!(after(base) < Decimal::new(1, 2) + number(&one.to_rate), "{seed}: {:?}", body.conversions);
            seen += 1;
        }
        for one in &body.conversions {
            assert_eq!(one.id, format!("convert-{}-{}", one.from, one.to));
            assert!(!body.conversions.iter().any(|other| other.to == one.from), "{seed}: out of a purse that is short");
        }
    }
    assert!(seen > 3, "{seen}");
}
