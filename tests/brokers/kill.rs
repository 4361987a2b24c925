//! The real program, killed with SIGKILL at every point of every exchange with every simulator and at every write of the
//! journal, several times in a run, and sent on with `--resume`: no order is lost, none is doubled, and books, journal and
//! log agree with each other and with a run that nothing disturbed.
//!
//! `REBALANCE_KILLS=500 REBALANCE_KILLS_SEED=7 cargo test --test brokers kill` kills more often, and elsewhere.

use crate::bench::{Bench, Executed, Outcome, Paper, Rig, Running};
use crate::desk::books;
use crate::dice::{Dice, number};
use crate::ledger::Course;
use crate::wire::{ECHOES, Echo, Fault, Moment, Reply};
use rebalance::disk::RealDisk;
use rebalance::journal;
use rebalance::replay::Stage;
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
pub(crate) enum Point {
    /// At the n-th request of the run: before it is done at all (the connection is gone), or at a moment of it.
    Lost(usize),
    At(usize, Moment),
    /// At the first order, when it was done and not answered.
    Order,
    /// As soon as the journal has so many more lines, and so many microseconds later.
    Line(usize, u64),
}

/// Lines of the journal.
pub(crate) fn lines(dir: &Path) -> usize {
    let journal = fs::read(dir.join(".rebalance/journal.jsonl")).unwrap_or_default();
    journal.iter().filter(|byte| **byte == b'\n').count()
}

/// Everything that must not depend on kills.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// What the account holds: positions and cash, or the holdings file.
    account: String,
    executed: Executed,
    log: serde_json::Value,
}

/// What a plan has come to that is at its end, when books, journal and log agree.
pub(crate) fn end<B: Bench>(rig: &Rig<B>, dir: &Path) -> End {
    let state = journal::read(&RealDisk, &dir.join(".rebalance")).unwrap();
    assert_eq!(journal::read(&RealDisk, &dir.join(".rebalance")).unwrap(), state, "read twice it says the same");
    let [run] = &state.runs[..] else { panic!("one run: {:?}", state.runs) };
    assert!(run.logged && run.finished.is_some(), "{run:?}");
    let fills = run.fills().into_iter().map(|fill| {
        let key = (fill.side.word().to_owned(), fill.code.clone());
        (key, (fill.quantity.to_string(), fill.amount.to_string()))
    });
    let executed: Executed = fills.collect();
    let mut there = rig.server.protocol();
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
pub(crate) fn killed<B: Bench>(rig: &Rig<B>, dir: &Path, minutes: i64, args: &[&str], point: Point) -> Outcome {
    let running = Running::default();
    let deed = running.clone();
    let deed = Arc::new(move || deed.kill());
    match point {
        Point::Lost(nth) => rig.server.fail_request(nth, Fault::Lost(deed)),
        Point::Order => rig.server.fail_order(1, Fault::Call(Moment::Done, deed)),
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

/// Everything that a run wrote and said, and what was seen of its process while it ran: names and texts.
struct Traces {
    outcome: Outcome,
    texts: Vec<(String, Vec<u8>)>,
}

/// Runs an apply of which so many requests from the n-th on are answered with their own words, if any are to be.
fn traced<B: Bench>(rig: &Rig<B>, echo: Option<(usize, usize, Echo)>) -> Traces {
    traced_in(rig, rig.again().path(), echo)
}

/// The same in a repository.
fn traced_in<B: Bench>(rig: &Rig<B>, dir: &Path, echo: Option<(usize, usize, Echo)>) -> Traces {
    let running = Running::default();
    let (process, seen) = (running.clone(), Arc::new(std::sync::Mutex::new(Vec::new())));
    let list = Arc::clone(&seen);
    let look = move || {
        // Where there is no /proc, the arguments are still ours to see.
        let id = process.id().unwrap();
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_else(|_| b"apply".to_vec());
        assert!(String::from_utf8_lossy(&line).contains("apply"), "{line:?}");
        let mut list = list.lock().unwrap();
        list.push(("ps".to_owned(), line));
        list.extend(fs::read(format!("/proc/{id}/environ")).ok().map(|text| ("environ".to_owned(), text)));
        assert!(children(id).is_empty(), "it starts no other process");
    };
    if let Some((nth, many, echo)) = echo {
        rig.server.fail(nth, many, Fault::Echo(echo), |_, _| true);
    }
    rig.server.fail(1, usize::MAX, Fault::Call(Moment::Done, Arc::new(look)), |_, _| true);
    rig.start(&running, dir, 0, &["apply", "plan.json", "--format", "json", "--broker", B::BROKER]);
    let outcome = rig.outcome(&running, || ());
    let mut texts = std::mem::take(&mut *seen.lock().unwrap());
    texts.push(("said".to_owned(), outcome.said.clone().into_bytes()));
    for file in crate::bench::files(dir).into_iter().chain(crate::bench::files(rig.home())) {
        texts.push((file.display().to_string(), fs::read(&file).unwrap()));
    }
    Traces { outcome, texts }
}

/// A credential is in the credentials, and nowhere else; a token in its file, and nowhere else.
fn secret<B: Bench>(traces: &Traces) {
    for canary in B::CANARIES.iter().copied().chain(B::TOKEN) {
        // Half of one is one too.
        let part = &canary[..canary.len() * 3 / 5];
        for (name, text) in &traces.texts {
            let found = text.windows(part.len()).any(|here| here == part.as_bytes());
            let home = if B::TOKEN == Some(canary) { name.contains("/.rebalance/tokens/") } else { false };
            let fine = !found || home || name.ends_with("/credentials");
            assert!(fine, "{}: {canary} is in {name}: {}", B::BROKER, String::from_utf8_lossy(text));
        }
    }
}

/// The processes that a process has started and that still run; none where there is no /proc to say so.
fn children(id: u32) -> String {
    fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default()
}

/// The broker's no to a request, with what is secret in it from so many characters on: words of somebody else's are cut to
/// a length, and the cut goes through the secret.
fn cut<B: Bench, const AT: usize>(told: &str) -> Reply {
    let found = B::CANARIES.iter().chain(&B::TOKEN).filter_map(|canary| told.find(canary)).min();
    B::denial(&format!("{}{}", ".".repeat(AT), found.map_or("", |at| &told[at..])))
}

/// No credential is where it should not be: after a run, and after runs in which the broker says back what it was asked.
fn canaries<B: Bench>() {
    let rig = Rig::<B>::planned();
    let before = rig.server.lines().len();
    let whole = traced(&rig, None);
    assert_eq!(whole.outcome.code, Some(0), "{}: {}", B::BROKER, whole.outcome.said);
    let named = |ending: &str| whole.texts.iter().any(|(name, _)| name.ends_with(ending));
    assert!(named("journal.jsonl") && named("rebalance_log.jsonl") && named("ps"));
    let known = fs::read_to_string(rig.home().join("credentials")).unwrap();
    assert!(!B::CANARIES.is_empty() && B::CANARIES.iter().all(|canary| known.contains(canary)), "{known}");
    secret::<B>(&whole);
    let requests = rig.server.lines().len() - before;
    let mut refused = 0;
    for nth in (1..=requests).step_by(requests.div_ceil(12)) {
        let traces = traced(&rig, Some((nth, 1, B::denial)));
        secret::<B>(&traces);
        refused += usize::from(traces.outcome.code != Some(0));
        assert!(traces.outcome.code.is_some(), "{}: {}", B::BROKER, traces.outcome.said);
    }
    assert!(refused > 6, "{}: only {refused} runs were told no", B::BROKER);
    for (index, echo) in ECHOES.into_iter().enumerate() {
        for nth in (1 + index..=requests).step_by(requests.div_ceil(3)) {
            secret::<B>(&traced(&rig, Some((nth, 1, echo))));
        }
    }
    // Nothing that is asked is taken, from the token on. The longest that is quoted of anybody are 120, 160 and 200 characters.
    let cuts: [Echo; 6] = [cut::<B, 90>, cut::<B, 95>, cut::<B, 130>, cut::<B, 135>, cut::<B, 170>, cut::<B, 175>];
    for echo in cuts.into_iter().chain([B::denial as Echo, ECHOES[0], ECHOES[4]]) {
        let dir = rig.again();
        let tokens = dir.path().join(".rebalance/tokens");
        assert_eq!(tokens.exists(), B::TOKEN.is_some());
        let _ = fs::remove_dir_all(tokens);
        let traces = traced_in(&rig, dir.path(), Some((1, usize::MAX, echo)));
        secret::<B>(&traces);
        assert!(!matches!(traces.outcome.code, None | Some(0)), "{}: {}", B::BROKER, traces.outcome.said);
    }
}

/// Killed when its order was taken and a person placed the same one: a person has to say which is which, sees both, and
/// with that word it comes to its end.
fn twins<B: Bench>() {
    let rig = Rig::<B>::planned();
    let dir = rig.again();
    let running = Running::default();
    let deed = running.clone();
    books(&rig.server).ledger().next_with_twin(Course::filled());
    rig.server.fail_order(1, Fault::Call(Moment::Done, Arc::new(move || deed.kill())));
    rig.start(&running, dir.path(), 0, &["apply", "plan.json", "--broker", B::BROKER]);
    assert_eq!(rig.outcome(&running, || ()).code, None, "it was killed");
    let state = journal::read(&RealDisk, &dir.path().join(".rebalance")).unwrap();
    let order = state.runs[0].orders[0].id.clone();
    let before = lines(dir.path());
    for _ in 0..2 {
        // However often it looks, it sends nothing.
        let stopped = rig.run(dir.path(), 10, &["apply", "plan.json", "--resume"]);
        assert_eq!(stopped.code, Some(5), "{}", stopped.said);
        assert!(
            stopped.said.contains("which order of the broker") && stopped.said.contains("--adopt"),
            "{}",
            stopped.said
        );
        assert_eq!(books(&rig.server).ledger().orders.len(), 2, "{}", stopped.said);
    }
    assert!(lines(dir.path()) > before);
    let state = journal::read(&RealDisk, &dir.path().join(".rebalance")).unwrap();
    let Stage::Unknown(candidates) = &state.runs[0].orders[0].stage else { panic!("{:?}", state.runs) };
    assert_eq!(candidates.len(), 2, "both are listed: {candidates:?}");
    // Ours was placed first.
    let word = format!("{order}={}", candidates.iter().map(|one| &one.reference).min().unwrap());
    books(&rig.server).ledger().cancel(2);
    let ended = rig.run(dir.path(), 20, &["apply", "plan.json", "--resume", "--adopt", &word]);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    end(&rig, dir.path());
}

/// The tests of a bench.
macro_rules! benches {
    ($($name:ident: $bench:ty),*) => {$(
        mod $name {
            #[test]
            fn killed_anywhere_nothing_is_lost_and_nothing_is_doubled() {
                super::kills::<$bench>();
            }

            #[test]
            fn no_credential_is_anywhere_but_where_it_belongs() {
                super::canaries::<$bench>();
            }
        }
    )*};
}

/// Where a broker has no name of ours for an order.
mod person {
    #[test]
    fn has_to_say_which_of_two_orders_is_ours_at_kis() {
        super::twins::<crate::kis::Kis>();
    }

    #[test]
    fn has_to_say_which_of_two_orders_is_ours_at_kiwoom() {
        super::twins::<crate::kiwoom::Kiwoom>();
    }
}

mod paper {
    #[test]
    fn killed_anywhere_nothing_is_lost_and_nothing_is_doubled() {
        super::kills::<super::Paper>();
    }
}

benches!(kis: crate::kis::Kis, kiwoom: crate::kiwoom::Kiwoom, alpaca: crate::alpaca_server::Alpaca);
