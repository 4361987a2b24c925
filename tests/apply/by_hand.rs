//! The broker `manual`: the end of the world after every operation on the disk, from the ticket to the last fill, and other
//! fills after it.

use crate::mortal::{End, Last, Mortal};
use crate::world::{Case, Halt, World, clock};
use rebalance::apply::{self, Desk, Summary, Wish};
use rebalance::broker::{self, MANUAL, Means, fills_path};
use rebalance::disk::Disk;
use rebalance::gate::{self, ResumeEvidence};
use rebalance::journal::{Journal, Lock};
use rebalance::plan::PlanFile;
use rebalance::trade::{Ticket, kept};

/// A world in which nothing is unusual, and one in which won are converted between sales and purchases.
const CASES: [Case; 2] = [Case { flow: None, converts: false }, Case { flow: None, converts: true }];

const WAYS: [(Last, End); 3] = [(Last::Undone, End::Kill), (Last::Torn, End::Kill), (Last::Undone, End::PowerCut)];

type Outcome = (String, String, Vec<String>);

/// All orders executed at their limits, the last of them not at all.
fn written(plan: &PlanFile) -> String {
    let tickets = Ticket::all(&plan.body).unwrap();
    let lines = tickets.iter().enumerate().map(|(i, Ticket { id, quantity, limit, .. })| {
        let shares = if i + 1 == tickets.len() { "0".to_owned() } else { quantity.to_string() };
        format!("{id},{shares},{limit},7,0\n")
    });
    format!("order,filled_quantity,filled_price,commission,tax\n{}", lines.collect::<String>())
}

/// Begins the plan, or gives the fills and goes on; as far as it comes.
fn run(world: &World, disk: &dyn Disk, plan: &PlanFile) -> Result<Summary, Halt> {
    let lock = Lock::take(&world.state_directory()).map_err(Halt::Lock)?;
    let journal = Journal::open(disk, lock).map_err(Halt::Journal)?;
    let (holdings, log, directory) = (world.path("holdings.yaml"), world.log_path(), world.state_directory());
    let clock = clock();
    let means = Means { disk, holdings: &holdings, directory: &directory, clock: &clock, env: &|_| None };
    let mut broker = (broker::find(MANUAL).unwrap().open)(means).unwrap();
    let (stop, mut progress) = (|| false, |_: &apply::Step| ());
    let begun = journal.state().unfinished().is_some();
    let permit = if begun {
        let (journal, expect, plan) = (journal.state(), None, Ok(plan.clone()));
        Err(gate::resume(ResumeEvidence { plan, expect, journal, broker: MANUAL, mark: None, account: None }))
    } else {
        Ok(world.judge_with(Ok(plan.clone()), None, journal.state()))
    };
    if begun && disk.keep(&fills_path(&directory), kept(&plan.plan_id, &written(plan)).as_bytes()).is_err() {
        return Err(Halt::Refused(Vec::new()));
    }
    let broker = &mut *broker;
    let mut desk = Desk { disk, broker, log: &log, clock: &clock, stop: &stop, progress: &mut progress };
    match permit {
        Ok(permit) => apply::apply(permit.map_err(Halt::Refused)?, journal, &mut desk),
        Err(permit) => apply::resume(permit.map_err(Halt::Refused)?, journal, &Wish::default(), &mut desk),
    }
    .map_err(Halt::Stopped)
}

/// Goes on until the plan is at its end.
fn whole(world: &World, disk: &dyn Disk, plan: &PlanFile) {
    for _ in 0..4 {
        let state = world.journal();
        if state.run(&plan.plan_id).is_some_and(|run| run.finished.is_some()) {
            return;
        }
        let _ = run(world, disk, plan);
    }
    panic!("it does not come to an end: {:?}", run(world, disk, plan));
}

#[test]
fn after_any_crash_the_fills_are_in_the_holdings_once_and_the_journal_has_the_same() {
    for case in CASES {
        let world = World::of(case);
        let (plan, disk) = (world.plan(), Mortal::immortal());
        whole(&world, &disk, &plan);
        let (operations, expected) = (disk.operations(), world.outcome());
        assert!(operations > 60, "{operations}");
        // The worst way does for conversions: the files are written as for orders.
        let ways = if case.converts { &WAYS[2..] } else { &WAYS[..] };
        std::thread::scope(|scope| {
            for (last, end) in ways.iter().copied() {
                let (plan, expected) = (&plan, &expected);
                scope.spawn(move || (0..operations).for_each(|at| survive(at, last, end, case, plan, expected)));
            }
        });
    }
}

fn survive(at: usize, last: Last, end: End, case: Case, plan: &PlanFile, expected: &Outcome) {
    let world = World::of(case);
    let disk = Mortal::new(at, last, end);
    for _ in 0..2 {
        let _ = run(&world, &disk, plan);
    }
    assert!(disk.died(), "{at} {last:?} {end:?}");
    whole(&world, &Mortal::immortal(), plan);
    assert_eq!(world.outcome(), *expected, "{at} {last:?} {end:?}");
    let left: Vec<_> = std::fs::read_dir(world.state_directory())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("manual-") || name == "fills.csv")
        .collect();
    assert!(left.is_empty(), "{at} {last:?} {end:?}: {left:?}");
}
