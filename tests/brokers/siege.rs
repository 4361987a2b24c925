//! The real program under siege: two at once, a full disk, a directory that must not be written, a clock that jumps, a
//! holdings file that is edited meanwhile. One clear answer each, and nothing is lost: what was begun goes on to the same
//! end as if nothing had been.

use crate::alpaca_server::Alpaca;
use crate::bench::{Bench, Outcome, Paper, Rig, files};
use crate::desk::books;
use crate::kill::{End, Point, end, killed};
use crate::kis::Kis;
use crate::kiwoom::Kiwoom;
use crate::wire::{Fault, Moment};
use rebalance::disk::RealDisk;
use rebalance::journal;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// A user that is nobody's, where the tests are run by one whom no mode stops.
const NOBODY: u32 = 65_534;

fn apply<B: Bench>() -> [&'static str; 4] {
    ["apply", "plan.json", "--broker", B::BROKER]
}

/// What an undisturbed run comes to.
fn undisturbed<B: Bench>(rig: &Rig<B>) -> End {
    let dir = rig.again();
    let outcome = rig.run(dir.path(), 0, &apply::<B>());
    assert_eq!(outcome.code, Some(0), "{}", outcome.said);
    end(rig, dir.path())
}

/// Goes on from wherever a run was stopped, to the same end.
fn goes_on<B: Bench>(rig: &Rig<B>, dir: &Path, minutes: i64, expected: &End, story: &str) {
    let begun = journal::read(&RealDisk, &dir.join(".rebalance")).unwrap().unfinished().is_some();
    let over = dir.join("rebalance_log.jsonl").exists() && !begun;
    if !over {
        let args: &[&str] = if begun { &["apply", "plan.json", "--resume"] } else { &apply::<B>() };
        let outcome = rig.run(dir, minutes, args);
        assert_eq!(outcome.code, Some(0), "{story}\n{}", outcome.said);
    }
    assert_eq!(&end(rig, dir), expected, "{story}");
}

/// What a command came to, told through pipes.
fn told(mut command: Command) -> Outcome {
    let output = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Outcome { code: output.status.code(), said: text(&output.stdout) + &text(&output.stderr) }
}

/// What was said, without the line breaks that a narrow terminal makes.
fn words(outcome: &Outcome) -> String {
    outcome.said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn two_at_once<B: Bench>() {
    let rig = Arc::new(Rig::<B>::planned());
    let expected = undisturbed(&rig);
    let dir = rig.again();
    let (other, place, said) = (Arc::downgrade(&rig), dir.path().to_owned(), Arc::new(Mutex::new(Vec::new())));
    let answers = Arc::clone(&said);
    // In the middle of the first order of the one, the others.
    let deed = move || {
        let rig = other.upgrade().unwrap();
        for args in
            [&apply::<B>()[..], &["apply", "plan.json", "--resume"], &["verify", "plan.json", "--broker", B::BROKER]]
        {
            answers.lock().unwrap().push(told(rig.command(&place, 0, args)));
        }
    };
    rig.server.fail_order(1, Fault::Call(Moment::Answered, Arc::new(deed)));
    let one = rig.run(dir.path(), 0, &apply::<B>());
    assert_eq!(one.code, Some(0), "{}", one.said);
    let said = said.lock().unwrap();
    assert_eq!(said.len(), 3);
    for other in said.iter() {
        assert_eq!(other.code, Some(4), "{}", other.said);
        assert!(
            words(other).contains("holds the lock") && words(other).contains("wait until process"),
            "{}",
            other.said
        );
    }
    assert_eq!(end(&rig, dir.path()), expected);
}

#[test]
fn of_two_applies_at_once_one_goes_through_and_the_other_says_that_it_is_locked_out() {
    two_at_once::<Kis>();
    two_at_once::<Kiwoom>();
    two_at_once::<Alpaca>();
    // Where nothing can be done in the middle: all at the same time.
    let rig = Rig::<Paper>::planned();
    let expected = undisturbed(&rig);
    let dir = rig.again();
    let start = |_| {
        let mut command = rig.command(dir.path(), 0, &apply::<Paper>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<_> = (0..6).map(start).collect();
    let outputs: Vec<_> = all.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let codes: Vec<_> = outputs.iter().map(|output| output.status.code().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{outputs:?}");
    assert!(codes.iter().all(|code| [0, 3, 4].contains(code)), "{outputs:?}");
    assert_eq!(end(&rig, dir.path()), expected);
}

/// A disk that takes files of so many blocks only, at every size that matters.
fn full_disk<B: Bench>() {
    let rig = Rig::<B>::planned();
    let expected = undisturbed(&rig);
    let mut stopped = 0;
    for blocks in 1.. {
        let dir = rig.again();
        let command = rig.command(dir.path(), 0, &apply::<B>());
        // The signal that would end the process is passed over: the write fails instead, as on a full disk.
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", &blocks.to_string()]);
        limited.arg(command.get_program()).args(command.get_args()).current_dir(dir.path()).env_clear();
        limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let outcome = told(limited);
        let story = format!("{}, {blocks} blocks: {:?} {}", B::BROKER, outcome.code, outcome.said);
        if outcome.code == Some(0) {
            break;
        }
        assert!(matches!(outcome.code, Some(5 | 6)), "{story}");
        assert!(words(&outcome).contains("File too large") && outcome.said.contains("help:"), "{story}");
        stopped += 1;
        goes_on(&rig, dir.path(), 10, &expected, &story);
    }
    assert!(stopped >= 3, "{}: it was full {stopped} times only", B::BROKER);
}

#[test]
fn on_a_full_disk_it_stops_with_the_name_of_the_file_and_goes_on_when_there_is_room() {
    full_disk::<Paper>();
    full_disk::<Kis>();
    full_disk::<Alpaca>();
}

/// Lets nobody write into a directory, or lets its owner again.
fn writable(path: &Path, may: bool) {
    fs::set_permissions(path, fs::Permissions::from_mode(if may { 0o755 } else { 0o555 })).unwrap();
}

#[test]
fn where_nothing_may_be_written_it_says_so_and_nothing_is_begun_that_cannot_be_kept() {
    let rig = Rig::<Paper>::planned();
    let expected = undisturbed(&rig);
    let root = rustix::process::geteuid().is_root();
    for locked in ["", ".rebalance"] {
        let dir = rig.again();
        fs::create_dir_all(dir.path().join(".rebalance")).unwrap();
        let before = fs::read_to_string(dir.path().join("holdings.yaml")).unwrap();
        let mut command = rig.command(dir.path(), 0, &apply::<Paper>());
        if root {
            for path in
                files(dir.path()).iter().flat_map(|file| file.ancestors()).filter(|at| at.starts_with(dir.path()))
            {
                chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
            chown(dir.path().join(".rebalance"), Some(NOBODY), Some(NOBODY)).unwrap();
            command.uid(NOBODY).gid(NOBODY);
        }
        command.env("HOME", dir.path()).env_remove("REBALANCE_CREDENTIALS");
        writable(dir.path(), true);
        writable(&dir.path().join(locked), false);
        let outcome = told(command);
        writable(&dir.path().join(locked), true);
        let story = format!("`{locked}`: {:?} {}", outcome.code, outcome.said);
        assert!(matches!(outcome.code, Some(5 | 6)), "{story}");
        assert!(words(&outcome).contains("Permission denied") && outcome.said.contains("help:"), "{story}");
        assert_eq!(fs::read_to_string(dir.path().join("holdings.yaml")).unwrap(), before, "{story}");
        // Where the journal could be kept, the plan was begun, and its first order was not executed.
        assert_eq!(outcome.code == Some(5), locked.is_empty(), "{story}");
        if locked.is_empty() {
            goes_on(&rig, dir.path(), 10, &expected, &story);
        }
    }
}

/// Killed when its first order was taken and not answered, then gone on with so many minutes later or earlier: it comes to
/// the same end, or, where it does not, it says what is wrong with the clock and sends nothing.
fn jumping<B: Bench>(jumps: &[(i64, bool)]) {
    let rig = Rig::<B>::planned();
    let expected = undisturbed(&rig);
    for (minutes, fine) in jumps {
        let dir = rig.again();
        let story = format!("{}, {minutes} minutes", B::BROKER);
        let dead = killed(&rig, dir.path(), 0, &apply::<B>(), Point::Order);
        assert_eq!(dead.code, None, "{story}: {}", dead.said);
        if !fine {
            let stopped = rig.run(dir.path(), *minutes, &["apply", "plan.json", "--resume"]);
            assert_eq!(stopped.code, Some(5), "{story}: {}", stopped.said);
            assert!(stopped.said.contains("the clock of this machine"), "{story}: {}", stopped.said);
            assert_eq!(books(&rig.server).ledger().programs().count(), 1, "{story}: {}", stopped.said);
        }
        goes_on(&rig, dir.path(), if *fine { *minutes } else { 10 }, &expected, &story);
    }
}

#[test]
fn a_clock_that_jumps_between_two_runs_loses_nothing() {
    jumping::<Kis>(&[(-55, true), (150, true), (-24 * 60, false)]);
    jumping::<Kiwoom>(&[(-55, true), (150, true), (-24 * 60, false)]);
    // Its orders have names of ours, which no day belongs to.
    jumping::<Alpaca>(&[(-55, true), (150, true)]);
}

#[test]
fn holdings_that_were_edited_meanwhile_are_named_and_nothing_is_sent_until_they_are_back() {
    let rig = Rig::<Paper>::planned();
    let expected = undisturbed(&rig);
    for line in 2..8 {
        let dir = rig.again();
        let dead = killed(&rig, dir.path(), 0, &apply::<Paper>(), Point::Line(line, 0));
        if dead.code.is_some() {
            continue;
        }
        let path = dir.path().join("holdings.yaml");
        let (was, lines) = (fs::read_to_string(&path).unwrap(), crate::kill::lines(dir.path()));
        fs::write(&path, was.replace("quantity: 50", "quantity: 51")).unwrap();
        for _ in 0..2 {
            let outcome = rig.run(dir.path(), 10, &["apply", "plan.json", "--resume"]);
            assert_eq!(outcome.code, Some(5), "{line}: {}", outcome.said);
            assert!(outcome.said.contains("refused[holdings-unexplained]"), "{line}: {}", outcome.said);
            assert_eq!(crate::kill::lines(dir.path()), lines, "nothing is sent");
        }
        fs::write(&path, was).unwrap();
        goes_on(&rig, dir.path(), 20, &expected, &format!("line {line}"));
    }
}
