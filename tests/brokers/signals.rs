//! Signals to the real program in the middle of an apply: the first lets the order in flight end and begins no other, the
//! second ends the process at once, SIGTERM as SIGINT; `--resume` goes on from either.

use crate::alpaca_server::Alpaca;
use crate::bench::{Bench, Outcome, Rig, Running};
use crate::desk::books;
use crate::kill::{End, end};
use crate::kis::Kis;
use crate::kiwoom::Kiwoom;
use crate::ledger::{Course, Status};
use crate::wire::{Fault, Moment};
use rebalance::disk::RealDisk;
use rebalance::journal;
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

impl Running {
    /// Sends it a signal, and gives it the time to take it.
    fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(i32::try_from(self.id().unwrap()).unwrap()).unwrap();
        kill_process(id, signal).unwrap();
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How many orders the journal has begun, and how many of them are done.
fn begun(dir: &Path) -> (usize, usize) {
    let state = journal::read(&RealDisk, &dir.join(".rebalance")).unwrap();
    let orders = &state.runs[0].orders;
    let done = orders.iter().filter(|order| matches!(order.stage, rebalance::replay::Stage::Done(_)));
    (orders.len(), done.count())
}

/// Runs an apply that is sent these signals: the first when its first order has come and was not done yet, the others at
/// each request after it.
fn signalled<B: Bench>(rig: &Rig<B>, dir: &Path, signals: &'static [Signal]) -> Outcome {
    let running = Running::default();
    let (process, sent) = (running.clone(), Arc::new(AtomicUsize::new(0)));
    let noted = Arc::clone(&sent);
    let deed = Arc::new(move || {
        if let Some(signal) = signals.get(noted.fetch_add(1, Ordering::SeqCst)) {
            process.signal(*signal);
        }
    });
    rig.server.fail_order(1, Fault::Call(Moment::Before, deed.clone()));
    let first = Arc::clone(&sent);
    let after = move |_: &B, _: &crate::wire::Request| first.load(Ordering::SeqCst) > 0;
    rig.server.fail(1, usize::MAX, Fault::Call(Moment::Before, deed), after);
    rig.start(&running, dir, 0, &["apply", "plan.json", "--broker", B::BROKER]);
    let outcome = rig.outcome(&running, || ());
    rig.server.well();
    assert!(sent.load(Ordering::SeqCst) >= signals.len(), "not every signal was sent: {outcome:?}");
    outcome
}

fn goes_on<B: Bench>(rig: &Rig<B>, dir: &Path, expected: &End, story: &str) {
    let outcome = rig.run(dir, 10, &["apply", "plan.json", "--resume"]);
    assert_eq!(outcome.code, Some(0), "{story}: {}", outcome.said);
    assert_eq!(&end(rig, dir), expected, "{story}");
}

fn signals<B: Bench>() {
    let rig = Rig::<B>::planned();
    let dir = rig.again();
    assert_eq!(rig.run(dir.path(), 0, &["apply", "plan.json", "--broker", B::BROKER]).code, Some(0));
    let expected = end(&rig, dir.path());
    for signal in [&[Signal::INT], &[Signal::TERM]] {
        let dir = rig.again();
        // It takes a while to be filled, and is waited for.
        books(&rig.server).ledger().next(Course::filled_after(4));
        let outcome = signalled(&rig, dir.path(), signal);
        let story = format!("{} {signal:?}: {}", B::BROKER, outcome.said);
        assert_eq!(outcome.code, Some(5), "{story}");
        assert!(outcome.said.contains("interrupted: no more orders are begun"), "{story}");
        assert!(outcome.said.contains("rebalance apply <plan.json> --resume"), "{story}");
        assert_eq!(begun(dir.path()), (1, 1), "{story}");
        let filled: Vec<Status> = books(&rig.server).ledger().programs().map(|order| order.status).collect();
        assert_eq!(filled, [Status::Filled], "{story}");
        goes_on(&rig, dir.path(), &expected, &story);
    }
    for signals in [&[Signal::INT, Signal::INT], &[Signal::TERM, Signal::INT], &[Signal::INT, Signal::TERM]] {
        let dir = rig.again();
        books(&rig.server).ledger().next(Course::filled_after(30));
        let outcome = signalled(&rig, dir.path(), signals);
        let story = format!("{} {signals:?}: {}", B::BROKER, outcome.said);
        assert_eq!(outcome.code, Some(130), "{story}");
        assert_eq!(begun(dir.path()), (1, 0), "{story}");
        assert_eq!(books(&rig.server).ledger().programs().count(), 1, "{story}");
        books(&rig.server).ledger().pass(Duration::from_secs(30));
        goes_on(&rig, dir.path(), &expected, &story);
    }
}

#[test]
fn the_first_signal_lets_the_order_in_flight_end_and_the_second_leaves_at_once() {
    signals::<Kis>();
    signals::<Kiwoom>();
    signals::<Alpaca>();
}
