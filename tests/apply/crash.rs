//! The end of the world after every operation on the disk, in every way, and what comes after it.

use crate::mortal::{End, Last, Mortal};
use crate::world::{Halt, World};
use proptest::prelude::*;
use rebalance::disk::{Disk, RealDisk};
use rebalance::gate::Refusal;
use rebalance::plan::PlanFile;

/// An operation that is done and not heard of is, on the disk, the next one not done.
const WAYS: [(Last, End); 4] =
    [(Last::Undone, End::Kill), (Last::Torn, End::Kill), (Last::Undone, End::PowerCut), (Last::Torn, End::PowerCut)];

type Outcome = (String, String, Vec<String>);

fn undisturbed() -> (PlanFile, usize, Outcome) {
    let world = World::new();
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
    let (plan, operations, expected) = undisturbed();
    assert!(operations > 60, "{operations}");
    std::thread::scope(|scope| {
        for (last, end) in WAYS {
            let (plan, expected) = (&plan, &expected);
            scope.spawn(move || (0..operations).for_each(|at| survive(at, last, end, plan, expected)));
        }
    });
    survive(operations - 1, Last::Done, End::Kill, &plan, &expected);
}

fn survive(at: usize, last: Last, end: End, plan: &PlanFile, expected: &Outcome) {
    let world = World::new();
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
    let (plan, operations, expected) = undisturbed();
    for at in (0..operations).step_by(7) {
        let world = World::new();
        world.apply(&Mortal::new(at, Last::Torn, End::PowerCut), &plan).unwrap_err();
        go_on(&world, &RealDisk, &plan).unwrap();
        assert_eq!(world.outcome(), expected, "{at}");
    }
}

fn ways() -> impl Strategy<Value = (Last, End)> {
    proptest::sample::select(&WAYS[..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Going on may end in a crash too, any number of times.
    #[test]
    fn any_number_of_crashes_gives_what_none_gives(crashes in prop::collection::vec((0_usize..90, ways()), 1..6)) {
        let (plan, _, expected) = undisturbed();
        let world = World::new();
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
