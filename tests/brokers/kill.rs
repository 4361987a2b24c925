//! The real program, killed with SIGKILL at every point of every exchange with every simulator and at every write of the
//! journal, several times in a run, and sent on with `--resume`: no order is lost, none is doubled, and books, journal and
//! log agree with each other and with a run that nothing disturbed.
//!
//! `REBALANCE_KILLS=500 REBALANCE_KILLS_SEED=7 cargo test --test brokers kill` kills more often, and elsewhere.

use crate::bench::{Bench, Executed, Outcome, Paper, Rig, Running};
use crate::wire::{Fault, Moment};
use rebalance::disk::RealDisk;
use rebalance::journal;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Kills of a broker, unless the environment says otherwise.
const KILLS: usize = 40;
/// The most runs that one plan may take: after that many kills, one run is left alone.
const RUNS: usize = 4;

/// Where a run is killed.
#[derive(Debug, Clone, Copy)]
enum Point {
    /// At the n-th request of the run: before it is done at all (the connection is gone), or at a moment of it.
    Lost(usize),
    At(usize, Moment),
    /// As soon as the journal has so many more lines, and so many microseconds later.
    Line(usize, u64),
}

/// Numbers that look random (Steele et al., SplitMix64) and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}

fn lines(dir: &Path) -> usize {
    let journal = fs::read(dir.join(".rebalance/journal.jsonl")).unwrap_or_default();
    journal.iter().filter(|byte| **byte == b'\n').count()
}

/// Everything that must not depend on kills.
#[derive(Debug, PartialEq, Eq)]
struct End {
    /// What the account holds: positions and cash, or the holdings file.
    account: String,
    executed: Executed,
    log: serde_json::Value,
}

fn end<B: Bench>(rig: &Rig<B>, dir: &Path) -> End {
    let state = journal::read(&RealDisk, &dir.join(".rebalance")).unwrap();
    assert_eq!(journal::read(&RealDisk, &dir.join(".rebalance")).unwrap(), state, "read twice it says the same");
    let [run] = &state.runs[..] else { panic!("one run: {:?}", state.runs) };
    assert!(run.logged && run.finished.is_some(), "{run:?}");
    let fills = run.fills().into_iter().map(|fill| {
        let key = (fill.side.word().to_owned(), fill.code.clone());
        (key, (fill.quantity.to_string(), fill.amount.to_string()))
    });
    let executed: Executed = fills.collect();
    let there = rig.server.protocol();
    let account = match there.ledger() {
        Some(ledger) => {
            ledger.check();
            let mut orders = Executed::new();
            for order in ledger.programs() {
                let side = format!("{:?}", order.wish.side).to_lowercase();
                let figures = (order.filled().normalize().to_string(), order.amount().normalize().to_string());
                let before = orders.insert((side, order.wish.code.clone()), figures);
                assert_eq!(before, None, "an order is there twice: {:?}", ledger.orders);
            }
            assert_eq!(orders, executed, "the books and the journal");
            let held: BTreeMap<_, _> = ledger.positions.iter().map(|(code, held)| (code, held.quantity)).collect();
            format!("{held:?} {}", ledger.cash)
        }
        None => fs::read_to_string(dir.join("holdings.yaml")).unwrap(),
    };
    let log = fs::read_to_string(dir.join("rebalance_log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 1, "one record: {log}");
    let mut log: serde_json::Value = serde_json::from_str(&log).unwrap();
    for fill in log["fills"].as_array_mut().unwrap() {
        fill["at"].take();
    }
    End { account, executed, log }
}

/// Runs the program and kills it at a point, if it comes to it.
fn killed<B: Bench>(rig: &Rig<B>, dir: &Path, minutes: i64, args: &[&str], point: Point) -> Outcome {
    let running = Running::default();
    let deed = running.clone();
    let deed = Arc::new(move || deed.kill());
    match point {
        Point::Lost(nth) => rig.server.fail_request(nth, Fault::Lost(deed)),
        Point::At(nth, moment) => rig.server.fail_request(nth, Fault::Call(moment, deed)),
        Point::Line(..) => {}
    }
    let before = lines(dir);
    rig.start(&running, dir, minutes, args);
    let outcome = rig.outcome(&running, || {
        if let Point::Line(more, later) = point
            && lines(dir) >= before + more
        {
            std::thread::sleep(std::time::Duration::from_micros(later));
            running.kill();
        }
    });
    rig.server.well();
    outcome
}

/// Where a run can be killed: as many points as it has.
fn points(requests: usize, written: usize, dice: &mut Dice) -> Vec<Point> {
    let at = (1..=requests).flat_map(|nth| Moment::ALL.map(|moment| Point::At(nth, moment)));
    let mut points: Vec<Point> = at.chain((1..=requests).map(Point::Lost)).collect();
    for more in 1..=written {
        points.extend((0..3).map(|_| Point::Line(more, dice.roll(1500) as u64)));
    }
    points
}

/// Kills one plan again and again until it has come to its end: how many of the kills hit.
fn survived<B: Bench>(rig: &Rig<B>, expected: &End, first: Point, points: &[Point], dice: &mut Dice) -> usize {
    let dir = rig.again();
    let (apply, resume) = (["apply", "plan.json", "--broker", B::BROKER], ["apply", "plan.json", "--resume"]);
    let (mut resuming, mut kills, mut story) = (false, 0, Vec::new());
    for run in 0.. {
        assert!(run < RUNS * 3, "{}: it does not come to an end: {story:#?}", B::BROKER);
        let args: &[&str] = if resuming { &resume } else { &apply };
        let minutes = 10 * i64::try_from(run).unwrap();
        let outcome = match run {
            0 => killed(rig, dir.path(), minutes, args, first),
            _ if run < RUNS && dice.roll(2) == 0 => {
                killed(rig, dir.path(), minutes, args, points[dice.roll(points.len())])
            }
            _ => rig.run(dir.path(), minutes, args),
        };
        story.push(format!("{args:?}: {:?} {}", outcome.code, outcome.said));
        match outcome.code {
            None => (kills, resuming) = (kills + 1, true),
            Some(0) => break,
            Some(3) if outcome.said.contains("refused[not-begun]") => resuming = false,
            Some(3) if outcome.said.contains("refused[already-applied]") => break,
            _ => panic!("{}, {first:?}: {story:#?}", B::BROKER),
        }
    }
    assert_eq!(&end(rig, dir.path()), expected, "{}, {first:?}: {story:#?}", B::BROKER);
    kills
}

/// Kills on one bench.
fn kills<B: Bench>() {
    let rig = Rig::<B>::planned();
    let dir = rig.again();
    let asked = rig.server.lines().len();
    let outcome = rig.run(dir.path(), 0, &["apply", "plan.json", "--broker", B::BROKER]);
    assert_eq!(outcome.code, Some(0), "{}: {}", B::BROKER, outcome.said);
    let requests = rig.server.lines().len() - asked;
    let expected = end(&rig, dir.path());
    assert!(expected.executed.len() >= 4, "there is something to sell and to buy: {expected:?}");
    assert_eq!(requests > 0, rig.server.protocol().ledger().is_some());

    let mut dice = Dice(number("REBALANCE_KILLS_SEED", 1) as u64);
    let points = points(requests, lines(dir.path()), &mut dice);
    let (wanted, start) = (number("REBALANCE_KILLS", KILLS), dice.roll(points.len()));
    let (mut done, mut runs) = (0, 0);
    while done < wanted {
        // Each point comes before any comes again, in an order of its own.
        let first = points[(start + runs * 7919) % points.len()];
        let hit = survived(&rig, &expected, first, &points, &mut dice);
        (done, runs) = (done + hit, runs + 1);
        assert!(runs < 4 * wanted + 8, "most kills come too late");
    }
    println!("{}: {done} kills in {runs} plans, {} points, {requests} requests", B::BROKER, points.len());
}

/// Everything that the program wrote and said in a run, where no credential may be.
fn canaries<B: Bench>() {
    let rig = Rig::<B>::planned();
    let dir = rig.again();
    let running = Running::default();
    let (process, seen) = (running.clone(), Arc::new(std::sync::Mutex::new(Vec::<String>::new())));
    let list = Arc::clone(&seen);
    let look = move || {
        // Where there is no /proc, the arguments are still ours to see.
        let id = process.id().unwrap();
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_else(|_| b"apply".to_vec());
        list.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
    };
    rig.server.fail(1, usize::MAX, Fault::Call(Moment::Done, Arc::new(look)), |_, _| true);
    let args = ["apply", "plan.json", "--format", "json", "--broker", B::BROKER];
    rig.start(&running, dir.path(), 0, &args);
    let outcome = rig.outcome(&running, || ());
    assert_eq!(outcome.code, Some(0), "{}: {}", B::BROKER, outcome.said);
    let seen = seen.lock().unwrap().clone();
    assert!(!seen.is_empty() && seen.iter().all(|line| line.contains("apply")), "{seen:?}");
    let mut texts: Vec<(String, Vec<u8>)> = seen.into_iter().map(|line| ("ps".to_owned(), line.into_bytes())).collect();
    let credentials = rig.home().join("credentials");
    for file in crate::bench::files(dir.path()).into_iter().chain(crate::bench::files(rig.home())) {
        if file != credentials {
            texts.push((file.display().to_string(), fs::read(file).unwrap()));
        }
    }
    assert!(texts.iter().any(|(name, _)| name.ends_with("journal.jsonl")));
    for canary in B::CANARIES {
        assert!(fs::read_to_string(&credentials).unwrap().contains(canary), "{canary} is in no credential");
        for (name, text) in &texts {
            let found = text.windows(canary.len()).any(|part| part == canary.as_bytes());
            assert!(!found, "{}: {canary} is in {name}: {}", B::BROKER, String::from_utf8_lossy(text));
        }
    }
    assert!(!B::CANARIES.is_empty());
}

#[test]
fn killed_anywhere_paper_loses_nothing_and_doubles_nothing() {
    kills::<Paper>();
}

#[test]
fn killed_anywhere_alpaca_loses_nothing_and_doubles_nothing() {
    kills::<crate::alpaca_server::Alpaca>();
}

#[test]
fn no_credential_of_alpaca_is_anywhere_after_a_run() {
    canaries::<crate::alpaca_server::Alpaca>();
}
