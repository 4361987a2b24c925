//! The end of the world after every operation on the disk, in every way, and what comes after it.

use crate::mortal::{End, Last, Mortal};
use crate::world::{Case, Halt, World};
use proptest::prelude::*;
use rebalance::disk::{Disk, RealDisk};
use rebalance::gate::Refusal;
use rebalance::money::Money;
use rebalance::plan::{Flow, PlanFile};

/// An operation that is done and not heard of is, on the disk, the next one not done.
const WAYS: [(Last, End); 4] =
    [(Last::Undone, End::Kill), (Last::Torn, End::Kill), (Last::Undone, End::PowerCut), (Last::Torn, End::PowerCut)];

type Outcome = (String, String, Vec<String>);

/// No flow, a deposit that buys, a withdrawal that sells, a deposit for which no order is needed; and with conversions, sales
/// and purchases in both currencies, and a deposit of won that buys in dollars.
fn cases() -> [Case; 6] {
    let won = |amount: i64| Money::new(amount.into());
    let of = |converts: bool| move |flow: Option<Flow>| Case { flow, converts };
    let (plain, converting) = (of(false), of(true));
    [
        plain(None),
        plain(Some(Flow::Deposit(won(500_000)))),
        plain(Some(Flow::Withdrawal(won(2_000_000)))),
        plain(Some(Flow::Deposit(won(5_000)))),
        converting(None),
        converting(Some(Flow::Deposit(won(1_500_000)))),
    ]
}

fn undisturbed(case: Case) -> (PlanFile, usize, Outcome) {
    let world = World::of(case);
    let plan = world.plan();
    let disk = Mortal::immortal();
    world.apply(&disk, &plan).unwrap();
    (plan, disk.operations(), world.outcome())
}

/// What somebody does who comes back after a crash: looks, and goes on.
fn go_on(world: &World, disk: &dyn Disk, plan: &PlanFile) -> Result<(), Halt> {
    let state = world.journal();
    match state.run(&plan.plan_id) {
        Some(run) if run.finished.is_some() => {
            let halt = world.apply(disk, plan).unwrap_err();
            assert_eq!(halt.exit_code(), 3, "{halt:?}");
            Ok(())
        }
        Some(_) => {
            let halt = world.apply(disk, plan).unwrap_err();
            let Halt::Refused(refusals) = &halt else { panic!("{halt:?}") };
            assert!(matches!(refusals[0], Refusal::Unfinished { .. }), "{refusals:?}");
            assert_eq!(halt.exit_code(), 5);
            world.resume(disk, plan).map(drop)
        }
        None => {
            assert!(matches!(world.resume(disk, plan), Err(Halt::Refused(_))), "nothing to resume");
            world.apply(disk, plan).map(drop)
        }
    }
}

#[test]
fn after_any_crash_going_on_gives_what_no_crash_gives() {
    for (case, least) in cases().into_iter().zip([60, 40, 60, 10, 60, 60]) {
        let (plan, operations, expected) = undisturbed(case);
        assert!(operations > least, "{operations} {case:?}");
        // The mildest and the worst way do for the moving of cash: the files are written as for orders.
        let ways = if case == Case::default() { WAYS.to_vec() } else { vec![WAYS[0], WAYS[3]] };
        std::thread::scope(|scope| {
            for (last, end) in ways {
                let (plan, expected) = (&plan, &expected);
                scope.spawn(move || (0..operations).for_each(|at| survive(at, last, end, case, plan, expected)));
            }
        });
        survive(operations - 1, Last::Done, End::Kill, case, &plan, &expected);
    }
}

#[test]
fn cash_is_moved_once() {
    for (case, cash) in cases().into_iter().filter(|case| !case.converts).zip([113_199, 0, 0, 5_000]) {
        let flow = case.flow;
        let (plan, _, (holdings, log, _)) = undisturbed(case);
        let found = format!("cash: {{ KRW: {} }}", plan.body.summary.cash_after);
        assert!(holdings.contains(&found), "{found} is not in {holdings}");
        let moved = flow.map_or_else(String::new, |flow| format!(",\"cash_flow\":{},", flow.signed()));
        assert!(log.contains(&moved) && log.contains("cash_flow") == flow.is_some(), "{log}");
        assert!(plan.body.summary.cash_after.parse::<i64>().unwrap() >= cash, "{found}");
    }
}

#[test]
fn each_conversion_is_made_once_and_the_log_has_what_it_cost() {
    for case in cases().into_iter().filter(|case| case.converts) {
        let (plan, _, (holdings, log, runs)) = undisturbed(case);
        let [one] = plan.body.conversions.as_slice() else { panic!("{:?}", plan.body.conversions) };
        assert!(plan.body.orders.iter().any(|order| order.currency.as_deref() == Some("USD")));
        let [won, dollars] = [0, 1].map(|purse: usize| plan.body.after.balances[purse].cash.clone());
        assert!(holdings.contains(&format!("cash: {{ KRW: {won}, USD: {dollars} }}")), "{holdings}");
        let record: serde_json::Value = serde_json::from_str(log.trim_end()).unwrap();
        let [told] = record["conversions"].as_array().unwrap().as_slice() else { panic!("{log}") };
        for (field, planned) in [("amount", &one.amount), ("fee", &one.fee), ("received", &one.received)] {
            assert_eq!(told[field].to_string(), *planned, "{log}");
        }
        assert!(runs[0].contains("(\"convert-KRW-USD\", true)"), "{runs:?}");
    }
}

fn survive(at: usize, last: Last, end: End, case: Case, plan: &PlanFile, expected: &Outcome) {
    let world = World::of(case);
    let disk = Mortal::new(at, last, end);
    let halt = world.apply(&disk, plan).expect_err("the world ended");
    assert!(disk.died(), "{at} {last:?} {end:?}");
    let Halt::Stopped(stopped) = halt else { panic!("{at} {last:?} {end:?}: {halt:?}") };
    assert!(!stopped.summary.finished);
    go_on(&world, &Mortal::immortal(), plan).unwrap_or_else(|halt| panic!("{at} {last:?} {end:?}: {halt:?}"));
    assert_eq!(world.outcome(), *expected, "{at} {last:?} {end:?}");
}

#[test]
fn a_real_disk_goes_on_too() {
    for case in cases() {
        let (plan, operations, expected) = undisturbed(case);
        for at in (0..operations).step_by(7) {
            let world = World::of(case);
            world.apply(&Mortal::new(at, Last::Torn, End::PowerCut), &plan).unwrap_err();
            go_on(&world, &RealDisk, &plan).unwrap();
            assert_eq!(world.outcome(), expected, "{at}");
        }
    }
}

fn ways() -> impl Strategy<Value = (Last, End)> {
    proptest::sample::select(&WAYS[..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Going on may end in a crash too, any number of times.
    #[test]
    fn any_number_of_crashes_gives_what_none_gives(
        crashes in prop::collection::vec((0_usize..90, ways()), 1..6),
        case in proptest::sample::select(cases().to_vec()),
    ) {
        let (plan, _, expected) = undisturbed(case);
        let world = World::of(case);
        for (at, (last, end)) in crashes {
            let disk = Mortal::new(at, last, end);
            if go_on(&world, &disk, &plan).is_ok() {
                break;
            }
        }
        go_on(&world, &Mortal::immortal(), &plan).unwrap();
        prop_assert_eq!(world.outcome(), expected);
    }
}
