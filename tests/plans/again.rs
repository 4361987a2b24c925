//! Plans made twice: after applying the first, from the same text in another order, in other units of money.

use rebalance::plan::Ask;
use rebalance::portfolio::Code;
use rebalance::rewrite::rewrite;
use rebalance::trade::Ticket;

use serde_json::Value;

use crate::accounts::Account;
use crate::every::{count, each, may_fail};
use crate::planning::{Plan, holdings, plan, plan_of, same, units};
use crate::triggers::due;

/// The holdings file after a plan, as the paper broker leaves it.
fn applied(account: &Account, plan: &Plan) -> Result<String, String> {
    applied_to(account.holdings(), plan)
}

fn applied_to(mut text: String, plan: &Plan) -> Result<String, String> {
    for ticket in Ticket::all(&plan.body).map_err(|error| format!("{error:?}"))? {
        text = rewrite(text.as_bytes(), &ticket).map_err(|error| format!("{}: {error:?}", ticket.code))?;
    }
    Ok(text)
}

/// Runs a test on those of so many accounts that are wanted, and their plans.
fn planned(
    salt: u64,
    usual: u64,
    wanted: impl Fn(&Account) -> bool,
    mut test: impl FnMut(&Account, &Plan) -> Result<(), String>,
) {
    let (mut tried, mut traded) = (0, 0);
    each(salt, count(usual), |account| {
        if !wanted(account) {
            return Ok(());
        }
        tried += 1;
        match plan(account) {
            Ok(plan) => {
                traded += u64::from(!plan.body.orders.is_empty());
                test(account, &plan)
            }
            Err(error) if may_fail(&error) => Ok(()),
            Err(error) => Err(format!("{error:?}")),
        }
    });
    // Tests that try nothing find nothing.
    assert!(count(usual) < usual || (tried >= 20 && traded * 3 > tried), "{tried} were tried, {traded} have orders");
}

/// The paper broker does not write cash below zero, which other accounts have until enough is sold; and cash that flows
/// is moved apart from orders.
fn solvent(account: &Account) -> bool {
    account.cash >= 0 && account.flow == 0
}

#[test]
fn nothing_is_left_to_do_once_a_plan_is_applied() {
    planned(11, 120, solvent, |account, plan| {
        let again = |text: &str| {
            let next = plan_of(account, &account.config(), text, true, Ask::default());
            next.map_err(|error| format!("{error:?}"))
        };
        let mut text = applied(account, plan)?;
        let mut next = again(&text)?;
        same("total", next.said("/before/total")?, plan.said("/after/total")?)?;
        same("cash", next.said("/before/cash")?, plan.said("/after/cash")?)?;
        let blocked = |code: &Value| account.assets.iter().any(|asset| asset.blocked && *code == *asset.code);
        let breaches = |asset: &Value| !asset["breach"].is_null() && !blocked(&asset["code"]);
        if !next.list("/before/assets")?.iter().any(breaches) {
            return same("orders after applying", next.list("/orders")?.len(), 0);
        }
        // What whole shares cannot bring into its band stays due, and has nothing to do in the end.
        for _ in 0..4 {
            if next.list("/orders")?.is_empty() {
                return Ok(());
            }
            text = applied_to(text, &next)?;
            next = again(&text)?;
        }
        Err("every plan is followed by another".to_owned())
    });
}

#[test]
fn lots_sold_are_shares_sold() {
    planned(
        12,
        120,
        |account| solvent(account) && account.kind.taxed,
        |account, plan| {
            let after = holdings(&applied(account, plan)?);
            for (asset, shares) in account.assets.iter().zip(plan.shares(account)?) {
                let position = &after.positions[&Code(asset.code.clone())];
                let of = |quantity: rebalance::money::Quantity| units(&quantity.to_string(), 0);
                same(&asset.code, of(position.quantity)?, shares)?;
                if let Some(lots) = &position.lots {
                    let left: Result<i128, String> = lots.iter().map(|lot| of(lot.quantity)).sum();
                    same("shares in lots", left?, shares)?;
                }
            }
            Ok(())
        },
    );
}

#[test]
fn free_orders_leave_nothing_to_ask_for() {
    let plain = |account: &Account| account.min_trade == 0 && account.assets.iter().all(|asset| asset.lot == 1);
    planned(
        13,
        500,
        |account| account.kind.free && plain(account) && due(account),
        |account, plan| {
            let text = applied(account, plan)?;
            let next = plan_of(account, &account.config(), &text, true, Ask { manual: true, ..Ask::default() })
                .map_err(|error| format!("{error:?}"))?;
            same("orders when asked again", next.list("/orders")?.len(), 0)
        },
    );
}

#[test]
fn order_of_the_files_decides_nothing() {
    planned(
        14,
        100,
        |_| true,
        |account, plan| {
            let mut turned = account.clone();
            turned.assets.reverse();
            // The sleeves are made by halves: with as many assets on either side they change places whole.
            let next = self::plan(&turned).map_err(|error| format!("{error:?}"))?;
            for part in ["trigger", "orders", "after", "summary", "params"] {
                same(part, &next.file["body"][part], &plan.file["body"][part])?;
            }
            Ok(())
        },
    );
}

#[test]
fn same_files_give_the_same_bytes() {
    planned(
        15,
        60,
        |_| true,
        |account, first| {
            let second = plan(account).map_err(|error| format!("{error:?}"))?;
            same("bytes", &second.text, &first.text)
        },
    );
}

#[test]
fn money_in_other_units_keeps_the_shares() {
    planned(
        16,
        250,
        |account| account.kind.free,
        |account, plan| {
            for k in [2, 10, 97] {
                let mut larger = account.clone();
                larger.cash *= k;
                larger.reserve *= k;
                larger.min_trade *= k;
                larger.flow *= k;
                for asset in &mut larger.assets {
                    asset.price *= k;
                }
                let next = self::plan(&larger).map_err(|error| format!("{error:?}"))?;
                same("shares", next.shares(&larger)?, plan.shares(account)?)?;
            }
            Ok(())
        },
    );
}
