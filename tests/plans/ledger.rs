//! What a plan's figures must come to, recomputed from the lines of its file: money, shares, sides, codes.

use crate::accounts::{Account, Asset, RATES, TAXES};
use crate::levels::cash_after;
use crate::planning::{Line, Plan, said, same, units};

/// The part of a whole by a rate, rounded up to the smallest unit.
fn up(amount: i128, rate: i128, over: i128) -> i128 {
    (amount * rate + over - 1).div_euclid(over)
}

/// What trading so many shares, sold below zero, gains: the oldest purchases are sold first, or a part of every one.
fn gain(account: &Account, asset: &Asset, shares: i128) -> i128 {
    let sold = (-shares).max(0);
    let (mut left, mut paid) = (sold, 0);
    for (bought, cost) in &asset.purchases {
        // At the moving average every purchase counts, by its part of all shares.
        let part = if account.averaged { *bought } else { left.min(*bought) };
        paid += part * cost;
        left -= part;
    }
    if account.averaged && asset.held > 0 {
        paid = paid * sold / asset.held;
    }
    if sold > 0 { sold * asset.price - paid } else { 0 }
}

/// The rate at which gains are taxed with those of the whole year, if they are.
fn pooled(asset: &Asset) -> Option<i128> {
    asset.class.filter(|(class, _)| *class == "overseas").map(|(_, rate)| rate)
}

/// The tax on the gains of a year together, above the deduction.
fn year_tax(account: &Account, gains: i128) -> i128 {
    let rate = account.assets.iter().find_map(pooled).unwrap_or(0);
    up((gains - account.deduction()).max(0), rate, TAXES)
}

/// The tax on all that is sold to come to these shares and that is taxed by the year.
pub(crate) fn levy(account: &Account, shares: &[i128]) -> i128 {
    let traded = account.assets.iter().zip(shares).filter(|(asset, _)| pooled(asset).is_some());
    year_tax(account, traded.map(|(asset, x)| gain(account, asset, x - asset.held)).sum())
}

/// Commission, slippage and tax of trading so many shares, sold below zero; without the tax on a year's gains.
pub(crate) fn costs(account: &Account, asset: &Asset, shares: i128) -> [i128; 3] {
    let amount = asset.price * shares.abs();
    let rate = asset.class.map_or(account.tax, |(_, rate)| rate);
    let by_sale = rate > 0 && pooled(asset).is_none();
    let tax = if by_sale { up(gain(account, asset, shares).max(0), rate, TAXES) } else { 0 };
    let [least, fee] = account.fixed;
    let commission = if shares == 0 { 0 } else { up(amount, account.commission, RATES).max(least) + fee };
    [commission, up(amount, account.slippage, RATES), tax]
}

/// Every line's amount and costs are what its shares come to. Of the tax on the year's gains it bears what it adds,
/// losses taken off first, in the order of codes: a sale that costs more than it brings comes later in the list.
pub(crate) fn lines_add_up(account: &Account, plan: &Plan) -> Result<(), String> {
    let signed = |line: &Line| if line.sells { -line.shares } else { line.shares };
    let in_year = |line: &Line| -> Result<i128, String> {
        let asset = of(account, line)?;
        Ok(pooled(asset).map_or(0, |_| gain(account, asset, signed(line))))
    };
    let mut lines = plan.lines(account)?;
    lines.sort_by(|one, other| one.code.cmp(&other.code));
    let gains: Vec<i128> = lines.iter().map(in_year).collect::<Result<_, String>>()?;
    let mut sum: i128 = gains.iter().map(|gain| (*gain).min(0)).sum();
    for (line, gain) in lines.iter().zip(gains) {
        let asset = of(account, line)?;
        same("price", line.price, asset.price)?;
        same("amount", line.amount, line.shares * asset.price)?;
        let mut own = costs(account, asset, signed(line));
        own[2] += year_tax(account, sum + gain.max(0)) - year_tax(account, sum);
        sum += gain.max(0);
        same("costs", [line.commission, line.slippage, line.tax], own)?;
    }
    Ok(())
}

/// Cash after is cash before and what every line brings, and at least the reserve.
pub(crate) fn cash_is_kept(account: &Account, plan: &Plan) -> Result<(), String> {
    let lines = plan.lines(account)?;
    let left = plan.money(account, "/before/cash")? + account.flow + lines.iter().map(Line::brings).sum::<i128>();
    same("cash before", plan.money(account, "/before/cash")?, account.cash)?;
    for place in ["/after/cash", "/summary/cash_after"] {
        same(place, plan.money(account, place)?, left)?;
    }
    if plan.said("/trigger/fired").is_ok() && left < account.floor() {
        return Err(format!("{left} is left, and {} must be", account.floor()));
    }
    Ok(())
}

/// Total before = positions, cash, costs and taxes after, to the smallest unit.
pub(crate) fn nothing_is_lost(account: &Account, plan: &Plan) -> Result<(), String> {
    let sum = |list: &str| -> Result<i128, String> {
        plan.list(list)?.iter().map(|asset| units(said(asset, "/value")?, account.places())).sum()
    };
    let lines = plan.lines(account)?;
    let paid: i128 = lines.iter().map(|line| line.commission + line.slippage + line.tax).sum();
    let before = sum("/before/assets")? + plan.money(account, "/before/cash")?;
    let after = sum("/after/assets")? + plan.money(account, "/after/cash")?;
    same("before and what flows, and after with costs", before + account.flow, after + paid)?;
    same("what flows", plan.money(account, "/summary/cash_flow")?, account.flow)?;
    same("costs", plan.money(account, "/summary/costs/total")?, paid)?;
    same("total before", plan.money(account, "/before/total")?, account.total())?;
    let left = account.total_of(&plan.shares(account)?, plan.money(account, "/after/cash")?);
    same("total after", plan.money(account, "/after/total")?, left)?;
    for (place, sells) in [("/summary/sold", true), ("/summary/bought", false)] {
        let traded = lines.iter().filter(|line| line.sells == sells).map(|line| line.amount).sum();
        same(place, plan.money(account, place)?, traded)?;
    }
    Ok(())
}

/// Shares after are shares before and what the lines trade: whole, in lots or all of it, never below zero.
pub(crate) fn shares_are_whole(account: &Account, plan: &Plan) -> Result<(), String> {
    let shares = plan.shares(account)?;
    let (before, after) = (plan.list("/before/assets")?, plan.list("/after/assets")?);
    same("assets", (before.len(), after.len()), (shares.len(), shares.len()))?;
    for (asset, x) in account.assets.iter().zip(shares) {
        let found = |list: &[serde_json::Value]| -> Result<[i128; 2], String> {
            let entry = list.iter().find(|entry| entry["code"] == asset.code.as_str()).ok_or("no such asset")?;
            Ok([units(said(entry, "/quantity")?, 0)?, units(said(entry, "/value")?, account.places())?])
        };
        same("before", found(before)?, [asset.held, asset.held * asset.price])?;
        same("after", found(after)?, [x, x * asset.price])?;
        if x < 0 || (x != 0 && (x - asset.held) % asset.lot != 0) {
            return Err(format!("{}: {} to {x} in lots of {}", asset.code, asset.held, asset.lot));
        }
    }
    Ok(())
}

/// At most one order of an asset, of at least the smallest amount or of all that is held, and never of a blocked one.
pub(crate) fn orders_are_worth_placing(account: &Account, plan: &Plan) -> Result<(), String> {
    let mut seen = Vec::new();
    for line in plan.lines(account)? {
        let asset = of(account, &line)?;
        let leaves = line.sells && line.shares == asset.held;
        if line.shares <= 0 || (line.amount < account.min_trade && !leaves) {
            return Err(format!("an order of {} of {}, at least {}", line.amount, line.code, account.min_trade));
        }
        if asset.blocked || seen.contains(&line.code) {
            return Err(format!("{} is traded and must not be, or is again", line.code));
        }
        seen.push(line.code);
    }
    Ok(())
}

/// The blocked assets are said to be left alone, and no others are.
pub(crate) fn blocked_are_named(account: &Account, plan: &Plan) -> Result<(), String> {
    for entry in plan.list("/before/assets")? {
        let asset = account.assets.iter().find(|asset| entry["code"] == asset.code.as_str()).ok_or("nobody's code")?;
        same(&asset.code, !entry["left_alone"].is_null(), asset.blocked)?;
    }
    Ok(())
}

/// Sells first, each side by code, and cash never below zero on the way; what begins below zero is never below that.
pub(crate) fn cash_never_runs_out(account: &Account, plan: &Plan) -> Result<(), String> {
    let lines = plan.lines(account)?;
    // A deposit is there before the first order, a withdrawal goes after the last.
    let mut cash = account.cash + account.flow.max(0);
    for (at, line) in lines.iter().enumerate() {
        if at > 0 && line.sells && !lines[at - 1].sells {
            return Err(format!("{} is sold after a purchase", line.code));
        }
        cash += line.brings();
        if cash < account.cash.min(0) || (!line.sells && cash < 0) {
            return Err(format!("{cash} after {}", line.code));
        }
    }
    Ok(())
}

/// A deposit sells nothing. A withdrawal buys nothing, sells nothing if cash will do, and otherwise nothing of which the
/// next smaller sale, or none, would do.
pub(crate) fn flows_go_one_way(account: &Account, plan: &Plan) -> Result<(), String> {
    let lines = plan.lines(account)?;
    if lines.iter().any(|line| if account.flow > 0 { line.sells } else { account.flow < 0 && !line.sells }) {
        return Err("an order goes the other way".to_owned());
    }
    if account.flow >= 0 {
        return Ok(());
    }
    if account.cash + account.flow >= account.floor() {
        return same("orders", lines.len(), 0);
    }
    let shares = plan.shares(account)?;
    for (at, asset) in account.assets.iter().enumerate().filter(|(at, asset)| shares[*at] < asset.held) {
        let mut more = shares.clone();
        more[at] = asset.held - smaller_sale(account, asset, asset.held - shares[at]);
        if cash_after(account, &more) >= account.floor() {
            return Err(format!("{}: to keep {} would do, and not only {}", asset.code, more[at], shares[at]));
        }
    }
    Ok(())
}

/// The largest sale that may be placed and is smaller than this one; nothing is one, too.
pub(crate) fn smaller_sale(account: &Account, asset: &Asset, shares: i128) -> i128 {
    let smaller = (shares - 1).div_euclid(asset.lot) * asset.lot;
    if smaller * asset.price >= account.min_trade { smaller } else { 0 }
}

/// Codes are texts, those of the config, in every list.
pub(crate) fn codes_stay_text(account: &Account, plan: &Plan) -> Result<(), String> {
    let mut codes: Vec<&str> = account.assets.iter().map(|asset| asset.code.as_str()).collect();
    codes.sort_unstable();
    for list in ["/before/assets", "/after/assets"] {
        let listed: Result<Vec<&str>, String> = plan.list(list)?.iter().map(|entry| said(entry, "/code")).collect();
        same(list, listed?, codes.clone())?;
    }
    for order in plan.list("/orders")? {
        let (code, side) = (said(order, "/code")?, said(order, "/side")?);
        same("id", said(order, "/id")?.to_owned(), format!("{side}-{code}"))?;
        codes.binary_search(&code).map_err(|_| format!("{code} is nobody's code"))?;
    }
    Ok(())
}

fn of<'a>(account: &'a Account, line: &Line) -> Result<&'a Asset, String> {
    account.assets.iter().find(|asset| asset.code == line.code).ok_or_else(|| format!("{} is nobody's", line.code))
}
