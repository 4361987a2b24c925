//! The end of the world after every operation on the disk, in every way, and what comes after it.

use crate::mortal::{End, Last, Mortal};
use crate::world::{Halt, World};
use proptest::prelude::*;
use rebalance::disk::{Disk, RealDisk};
use rebalance::gate::Refusal;
use rebalance::money::Money;
use rebalance::plan::{Flow, PlanFile};

/// An operation that is done and not heard of is, on the disk, the next one not done.
const WAYS: [(Last, End); 4] =
    [(Last::Undone, End::Kill), (Last::Torn, End::Kill), (Last::Undone, End::PowerCut), (Last::Torn, End::PowerCut)];

type Outcome = (String, String, Vec<String>);

/// No flow, a deposit that buys, a withdrawal that sells, and one of each for which no order is needed.
fn flows() -> [Option<Flow>; 4] {
    let won = |amount: i64| Money::new(amount.into());
    [None, Some(Flow::Deposit(won(500_000))), Some(Flow::Withdrawal(won(2_000_000))), Some(Flow::Deposit(won(5_000)))]
}

fn undisturbed(flow: Option<Flow>) -> (PlanFile, usize, Outcome) {
    let world = World::with_flow(flow);
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
    for (flow, least) in flows().into_iter().zip([60, 40, 60, 10]) {
        let (plan, operations, expected) = undisturbed(flow);
        assert!(operations > least, "{operations} {flow:?}");
        // The mildest and the worst way do for the moving of cash: the files are written as for orders.
        let ways = if flow.is_none() { WAYS.to_vec() } else { vec![WAYS[0], WAYS[3]] };
        std::thread::scope(|scope| {
            for (last, end) in ways {
                let (plan, expected) = (&plan, &expected);
                scope.spawn(move || (0..operations).for_each(|at| survive(at, last, end, flow, plan, expected)));
            }
        });
        survive(operations - 1, Last::Done, End::Kill, flow, &plan, &expected);
    }
}

#[test]
fn cash_is_moved_once() {
    for (flow, cash) in flows().into_iter().zip([113_199, 0, 0, 5_000]) {
        let (plan, _, (holdings, log, _)) = undisturbed(flow);
        let found = format!("cash: {{ KRW: {} }}", plan.body.summary.cash_after);
        assert!(holdings.contains(&found), "{found} is not in {holdings}");
        let moved = flow.map_or_else(String::new, |flow| format!(",\"cash_flow\":{}}}", flow.signed()));
        assert!(log.trim_end().ends_with(&moved) && log.contains("cash_flow") == flow.is_some(), "{log}");
        assert!(plan.body.summary.cash_after.parse::<i64>().unwrap() >= cash, "{found}");
    }
}

fn survive(at: usize, last: Last, end: End, flow: Option<Flow>, plan: &PlanFile, expected: &Outcome) {
    let world = World::with_flow(flow);
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
    for flow in flows() {
        let (plan, operations, expected) = undisturbed(flow);
        for at in (0..operations).step_by(7) {
            let world = World::with_flow(flow);
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
        flow in proptest::sample::select(flows().to_vec()),
    ) {
        let (plan, _, expected) = undisturbed(flow);
        let world = World::with_flow(flow);
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
