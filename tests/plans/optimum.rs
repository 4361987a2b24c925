//! The plan is the best there is: not worse than standing still or than rounding, not better than its bound, and the
//! same as trying all where that can be done.

use crate::accounts::Account;
use crate::brute::settled;
use crate::every::{count, each};
use crate::levels::{cash_after, levels, outside, scale};
use crate::planning::{Plan, plan, same};

/// Whether the plan's violation and objective are those of its shares when weights are of `total`.
fn said(account: &Account, plan: &Plan, total: i128) -> Result<bool, String> {
    let shares = plan.shares(account)?;
    let main = levels(account, &shares, total).1;
    let outside: i128 = account.assets.iter().zip(&shares).map(|(asset, x)| outside(account, asset, *x, total)).sum();
    let (unit, money) = (scale(account), 10_i128.pow(account.places()));
    let of_main = if account.goal() == "target" { unit * unit * money * money } else { money };
    let is = |place: &str, number: i128, unit: i128| {
        let text = plan.said(place)?;
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits: i128 = format!("{whole}{part}").parse().map_err(|_| format!("{text} is no number"))?;
        Ok::<_, String>(digits * unit == number * 10_i128.pow(part.len() as u32))
    };
    Ok(is("/summary/objective", main, of_main)? && is("/summary/band_violation", outside, unit * money)?)
}

/// What the targets are a part of, as the plan says: all there is, unless costs have moved that.
fn targets_of(account: &Account, plan: &Plan) -> Result<i128, String> {
    let said = plan.said("/summary/targets_of").is_ok();
    if said { plan.money(account, "/summary/targets_of") } else { Ok(account.whole()) }
}

/// The figures are what the shares come to, of what the plan says.
pub(crate) fn figures_are_of_the_shares(account: &Account, plan: &Plan) -> Result<(), String> {
    let fired = plan.said("/trigger/fired").is_ok();
    same("the figures are theirs", !fired || said(account, plan, targets_of(account, plan)?)?, true)
}

/// Whether there are orders to be judged, and they are the best of all there is.
fn is_of_all(account: &Account, plan: &Plan) -> Result<bool, String> {
    Ok(plan.said("/trigger/fired").is_ok() && targets_of(account, plan)? == account.whole())
}

/// Where a plan says that it is proven, its bound is its objective, and its gap nothing; else the gap is between.
pub(crate) fn bounds_hold(_: &Account, plan: &Plan) -> Result<(), String> {
    let figure = |place: &str| -> Result<rust_decimal::Decimal, String> {
        plan.said(place)?.parse().map_err(|_| format!("{place} is no number"))
    };
    let gap = figure("/summary/gap")?;
    // More digits than a decimal holds are rounded when it is read, not when it is written.
    let exact = plan.said("/summary/objective")?.len() < 28;
    if exact {
        same("gap", figure("/summary/objective")? - figure("/summary/bound")?, gap)?;
    }
    let proven = plan.body.summary.proven;
    if gap.is_sign_negative() && !gap.is_zero() || proven != gap.is_zero() && proven {
        return Err(format!("a gap of {gap}, proven: {proven}"));
    }
    Ok(())
}

/// Standing still is no better, where it keeps the reserve.
pub(crate) fn no_worse_than_standing_still(account: &Account, plan: &Plan) -> Result<(), String> {
    let held: Vec<i128> = account.assets.iter().map(|asset| asset.held).collect();
    if account.cash + account.flow < account.floor() || !is_of_all(account, plan)? {
        return Ok(());
    }
    no_worse(account, plan, &held)
}

/// Rounding each target down to lots, and repairing what breaks a rule, is no better.
pub(crate) fn no_worse_than_rounding(account: &Account, plan: &Plan) -> Result<(), String> {
    match rounded(account) {
        // A withdrawal sells what it must, and not what is best.
        Some(shares) if account.flow >= 0 && is_of_all(account, plan)? => no_worse(account, plan, &shares),
        _ => Ok(()),
    }
}

fn no_worse(account: &Account, plan: &Plan, other: &[i128]) -> Result<(), String> {
    let (ours, theirs) =
        (levels(account, &plan.shares(account)?, account.whole()), levels(account, other, account.whole()));
    if ours <= theirs { Ok(()) } else { Err(format!("{ours:?} is worse than {theirs:?}")) }
}

/// What a person with a calculator would do: as many whole lots as fit under each target, no orders that are too small,
/// and lots sold of what is most above its target until the costs are paid.
fn rounded(account: &Account) -> Option<Vec<i128>> {
    let wanted = |asset: &crate::accounts::Asset| {
        let most = asset.target * account.whole() / (crate::accounts::WEIGHTS * asset.price);
        let trade = (most - asset.held) / asset.lot * asset.lot;
        let small = trade.abs() * asset.price < account.min_trade || (account.flow > 0 && trade < 0);
        if asset.blocked || small { asset.held } else { asset.held + trade }
    };
    let mut shares: Vec<i128> = account.assets.iter().map(wanted).collect();
    for _ in 0..200 {
        if cash_after(account, &shares) >= account.floor() {
            return Some(shares);
        }
        // One lot less of what is bought, or one more of what is sold: no order appears, and none becomes too small.
        let above = |at: &usize| {
            let asset = &account.assets[*at];
            asset.price * shares[*at] * crate::accounts::WEIGHTS - asset.target * account.whole()
        };
        let may = |at: &usize| {
            let (asset, less) = (&account.assets[*at], shares[*at] - account.assets[*at].lot);
            let enough = (less - asset.held).abs() * asset.price >= account.min_trade;
            less >= if account.flow > 0 { asset.held } else { 0 } && !asset.blocked && (less == asset.held || enough)
        };
        let next = (0..shares.len()).filter(may).max_by_key(above)?;
        shares[next] -= account.assets[next].lot;
    }
    None
}

#[test]
fn small_accounts_are_planned_as_trying_all_would() {
    let (mut planned, mut moved) = (0, 0);
    each(1, count(1_300), |account| {
        if !account.kind.name.starts_with("small") || !crate::triggers::due(account) {
            return Ok(());
        }
        let expected = settled(account);
        let plan = match (plan(account), &expected) {
            (Ok(plan), Some(_)) => plan,
            (Err(_), None) => return Ok(()),
            (plan, _) => return Err(format!("{:?}, and trying all gives {expected:?}", plan.map(|plan| plan.text))),
        };
        let (shares, total) = expected.unwrap();
        same("shares", plan.shares(account)?, shares)?;
        same("what targets are of", targets_of(account, &plan)?, total)?;
        same("proven", plan.body.summary.proven, true)?;
        planned += 1;
        moved += usize::from(total != account.whole());
        Ok(())
    });
    // Tests that try nothing find nothing.
    assert!(count(1_300) < 1_300 || (planned > 100 && moved > 0), "{planned} were planned, {moved} again after costs");
}
