//! The properties find what is wrong: a plan with one figure changed has each of them no more.

use serde_json::Value;

use crate::accounts::{Account, decimal};
use crate::every::{PROPERTIES, Property};
use crate::levels::{distance, outside};
use crate::planning::{Plan, plan};

/// What is done to the body of a plan.
enum Change {
    /// So much is added to the number at a place.
    Add(&'static str, i64),
    /// The text at a place becomes another.
    Set(&'static str, &'static str),
    /// The first order stands at the end, too.
    Twice,
    /// The orders are turned round.
    Turned,
}

use Change::{Add, Set, Turned, Twice};

/// (what is wrong, the properties of which at least this one notices)
const WRONGS: &[(Change, &str)] = &[
    (Add("/orders/0/commission", -1), "each line adds up"),
    (Add("/orders/0/slippage", 1), "each line adds up"),
    (Add("/orders/0/tax", 1), "each line adds up"),
    (Add("/orders/0/amount", 1), "each line adds up"),
    (Add("/after/cash", 1), "cash is kept"),
    (Add("/summary/cash_after", -1), "cash is kept"),
    (Add("/orders/0/commission", 1), "cash is kept"),
    (Add("/after/cash", -1), "nothing is lost"),
    (Add("/after/total", 1), "nothing is lost"),
    (Add("/before/assets/0/value", 1), "nothing is lost"),
    (Add("/orders/0/tax", 1), "nothing is lost"),
    (Add("/summary/costs/total", -1), "nothing is lost"),
    (Add("/orders/0/quantity", 1), "shares are whole"),
    (Add("/after/assets/0/quantity", 1), "shares are whole"),
    (Add("/orders/0/quantity", -1_000_000), "orders are worth placing"),
    (Twice, "orders are worth placing"),
    (Set("/before/assets/0/left_alone", "because"), "blocked assets are named"),
    (Turned, "cash never runs out"),
    (Set("/orders/0/code", "1"), "codes stay text"),
    (Add("/before/assets/0/code", 0), "codes stay text"),
    (Set("/trigger/fired", ""), "fires when due"),
    (Set("/trigger/fired", ""), "no trigger, no orders"),
    (Set("/summary/objective", "1"), "figures are of the shares"),
    (Set("/summary/band_violation", "1"), "figures are of the shares"),
    (Set("/summary/bound", "1"), "bounds hold"),
    (Set("/summary/gap", "-1"), "bounds hold"),
];

fn changed(plan: &Plan, change: &Change) -> Option<Plan> {
    let mut file = plan.file.clone();
    let body = &mut file["body"];
    match change {
        Add(place, by) => {
            let number: i64 = body.pointer(place)?.as_str()?.parse().ok()?;
            // Adding nothing makes a number of it.
            *body.pointer_mut(place)? = if *by == 0 { number.into() } else { (number + by).to_string().into() };
        }
        Set(place, "") => *body.pointer_mut(place)? = Value::Null,
        Set(place, text) => *body.pointer_mut(place)? = (*text).into(),
        Twice => {
            let first = body["orders"][0].clone();
            body["orders"].as_array_mut()?.push(first);
        }
        Turned => body["orders"].as_array_mut()?.reverse(),
    }
    Some(Plan { body: plan.body.clone(), text: plan.text.clone(), file })
}

/// The sample of the other tests: an account with sales and purchases, nothing blocked, in won, to the target.
fn fixture() -> (Account, Plan) {
    for seed in 0.. {
        let mut account = Account::of(seed * crate::accounts::KINDS.len() as u64 + 2);
        account.assets.iter_mut().enumerate().for_each(|(at, asset)| asset.code = format!("{:06}", at * 7 + 20));
        let Ok(plan) = plan(&account) else { continue };
        let lines = plan.lines(&account).unwrap();
        if lines.iter().any(|line| line.sells) && lines.iter().any(|line| !line.sells) && account.goal() == "target" {
            return (account, plan);
        }
    }
    unreachable!("there is such an account")
}

#[test]
fn every_property_can_fail() {
    let (account, plan) = fixture();
    for (name, property) in PROPERTIES {
        assert_eq!(property(&account, &plan), Ok(()), "{name}");
    }
    for (at, (change, name)) in WRONGS.iter().enumerate() {
        let changed = changed(&plan, change).unwrap_or_else(|| panic!("change {at} has no place"));
        let property = named(name);
        assert!(property(&account, &changed).is_err(), "{name} does not see change {at}");
    }
}

/// The two that compare with other shares see orders that lead away.
#[test]
fn orders_that_lead_away_are_seen() {
    let (account, plan) = fixture();
    let mut worse = account.clone();
    for (asset, shares) in worse.assets.iter_mut().zip(plan.shares(&account).unwrap()) {
        asset.held = shares;
    }

    let (still, rounding) = (named("no worse than standing still"), named("no worse than rounding"));
    assert!(still(&account, &plan).is_ok() && rounding(&account, &plan).is_ok());
    // From where the plan leads, its own orders lead away again; its objective is that of the shares it leads to.
    let away = moved(&worse, &plan);
    assert!(still(&worse, &away).is_err(), "standing still");
    assert!(rounding(&worse, &away).is_err(), "rounding");
}

/// The plan with its figures as they would be from elsewhere.
fn moved(account: &Account, plan: &Plan) -> Plan {
    let (shares, total) = (plan.shares(account).unwrap(), account.total());
    let pairs = || account.assets.iter().zip(&shares);
    let main = pairs().map(|(asset, x)| distance(account, asset, *x, total).1).sum();
    let outside = pairs().map(|(asset, x)| outside(account, asset, *x, total)).sum();
    let mut file = plan.file.clone();
    file["body"]["summary"]["objective"] = decimal(main, 8).into();
    file["body"]["summary"]["band_violation"] = decimal(outside, 4).into();
    Plan { body: plan.body.clone(), text: plan.text.clone(), file }
}

#[test]
fn orders_against_the_flow_are_seen() {
    let (mut account, plan) = fixture();
    let property = named("flows go one way");
    for flow in [1, -1] {
        account.flow = flow;
        assert!(property(&account, &plan).is_err(), "{flow}");
    }
}

#[test]
fn every_property_has_a_wrong() {
    let elsewhere = ["flows go one way", "no worse than standing still", "no worse than rounding"];
    for (name, _) in PROPERTIES {
        let here = WRONGS.iter().any(|(_, noticed)| noticed == name);
        assert!(here || elsewhere.contains(name), "{name}");
    }
}

fn named(wanted: &str) -> Property {
    PROPERTIES.iter().find(|(name, _)| *name == wanted).unwrap().1
}
