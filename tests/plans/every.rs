//! The properties in one table, over as many random accounts as are asked for.
//!
//! `REBALANCE_PLANS=100000 cargo test --release --test plans every` tries so many, `REBALANCE_PLANS_SEED` others.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rebalance::plan::PlanError;
use rebalance::plan::sizing::SizingError;

use crate::accounts::{Account, KINDS};
use crate::planning::{Plan, plan};
use crate::{ledger, optimum, triggers};

/// What must be true of every plan.
pub(crate) type Property = fn(&Account, &Plan) -> Result<(), String>;

/// The properties that one plan shows by itself.
pub(crate) const PROPERTIES: &[(&str, Property)] = &[
    ("each line adds up", ledger::lines_add_up),
    ("cash is kept", ledger::cash_is_kept),
    ("nothing is lost", ledger::nothing_is_lost),
    ("shares are whole", ledger::shares_are_whole),
    ("orders are worth placing", ledger::orders_are_worth_placing),
    ("blocked assets are named", ledger::blocked_are_named),
    ("cash never runs out", ledger::cash_never_runs_out),
    ("flows go one way", ledger::flows_go_one_way),
    ("codes stay text", ledger::codes_stay_text),
    ("fires when due", triggers::fires_when_due),
    ("no trigger, no orders", triggers::no_trigger_no_orders),
    ("figures are of the shares", optimum::figures_are_of_the_shares),
    ("bounds hold", optimum::bounds_hold),
    ("no worse than standing still", optimum::no_worse_than_standing_still),
    ("no worse than rounding", optimum::no_worse_than_rounding),
];

/// The number in a variable of the environment.
fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// How many accounts a test tries: so many, or as many as are asked for.
pub(crate) fn count(usual: u64) -> u64 {
    variable("REBALANCE_PLANS").unwrap_or(usual)
}

/// Runs a test on so many accounts, each by its number, which is all that is needed to make it again.
pub(crate) fn each(salt: u64, count: u64, mut test: impl FnMut(&Account) -> Result<(), String>) {
    let first = variable("REBALANCE_PLANS_SEED").unwrap_or(salt * 1_000_000_007);
    for seed in first..first + count {
        let account = Account::of(seed);
        if let Err(why) = test(&account) {
            panic!("{}", wrong(&account, &why));
        }
    }
}

fn wrong(account: &Account, why: &str) -> String {
    let Account { seed, kind, .. } = account;
    let files = format!("{}---\n{}", account.config(), account.holdings());
    format!("{why}\naccount {seed}, {} (REBALANCE_PLANS=1 REBALANCE_PLANS_SEED={seed})\n{files}", kind.name)
}

/// Whether there may be no plan: where the reserve is out of reach. Anything else is wrong.
pub(crate) fn may_fail(error: &PlanError) -> bool {
    matches!(error, PlanError::Sizing(SizingError::Infeasible { .. }) | PlanError::Withdrawal { .. })
}

#[test]
fn plan_has_every_property() {
    let first = variable("REBALANCE_PLANS_SEED").unwrap_or(0);
    let (next, last) = (AtomicU64::new(first), first + count(480));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let tallies: Vec<BTreeMap<&str, [u64; 3]>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&next, last))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|why| std::panic::resume_unwind(why))).collect()
    });
    // Tests that try nothing find nothing: of each kind there are plans, and with orders.
    for kind in KINDS.iter().filter(|_| last - first >= 480) {
        let sum = |at: usize| tallies.iter().filter_map(|tally| tally.get(kind.name)).map(|t| t[at]).sum::<u64>();
        let (tried, planned, traded) = (sum(0), sum(1), sum(2));
        assert!(planned * 2 > tried && traded * 5 > tried, "{}: {tried}, {planned}, {traded}", kind.name);
    }
}

/// Tries one account after the other, and counts by kind: tried, planned, with orders.
fn work(next: &AtomicU64, last: u64) -> BTreeMap<&'static str, [u64; 3]> {
    let mut tally = BTreeMap::<_, [u64; 3]>::new();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= last {
            return tally;
        }
        let account = Account::of(seed);
        let counts = tally.entry(account.kind.name).or_default();
        counts[0] += 1;
        let plan = match plan(&account) {
            Ok(plan) => plan,
            Err(error) if may_fail(&error) => continue,
            Err(error) => panic!("{}", wrong(&account, &format!("{error:?}"))),
        };
        counts[1] += 1;
        counts[2] += u64::from(!plan.body.orders.is_empty());
        for (name, property) in PROPERTIES {
            if let Err(why) = property(&account, &plan) {
                panic!("{}", wrong(&account, &format!("{name}: {why}")));
            }
        }
    }
}
