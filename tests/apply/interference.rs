//! Somebody else is at work: another run, a full disk, a file that was edited, a file that must not be written.

use crate::mortal::{End, Last, Mortal};
use crate::world::{Halt, World};
use rebalance::apply::{self, Reason, Step};
use rebalance::disk::{Disk, RealDisk, Staged};
use rebalance::journal::{Journal, Lock, LockError};
use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A disk on which one kind of operation fails a number of times after it has worked a number of times.
struct Failing {
    what: &'static str,
    file: &'static str,
    works: Cell<usize>,
    fails: Cell<usize>,
}

impl Failing {
    fn new(what: &'static str, file: &'static str, works: usize, fails: usize) -> Self {
        Self { what, file, works: Cell::new(works), fails: Cell::new(fails) }
    }

    fn try_to(&self, what: &str, path: &Path) -> io::Result<()> {
        if what != self.what || !path.ends_with(self.file) {
            return Ok(());
        }
        if let Some(works) = self.works.get().checked_sub(1) {
            self.works.set(works);
            return Ok(());
        }
        match self.fails.get().checked_sub(1) {
            Some(fails) => {
                self.fails.set(fails);
                Err(io::Error::other("no room on the disk"))
            }
            None => Ok(()),
        }
    }
}

impl Disk for Failing {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        RealDisk.read(path)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.try_to("append", path) {
            // A full disk takes what fits.
            RealDisk.append(path, &bytes[..bytes.len() / 3])?;
            return Err(error);
        }
        RealDisk.append(path, bytes)
    }

    fn cut(&self, path: &Path, length: u64) -> io::Result<()> {
        RealDisk.cut(path, length)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.try_to("sync", path)
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn stage(&self, path: &Path, bytes: &[u8]) -> io::Result<Staged> {
        self.try_to("stage", path)?;
        RealDisk.stage(path, bytes)
    }

    fn swap(&self, staged: Staged) -> io::Result<()> {
        let target = staged.target().to_owned();
        if self.what == "scribble" && self.fails.take() > 0 {
            fs::write(target, "as_of: 2026-03-04\ncash: {}\npositions: []\n")?;
            return Err(io::Error::other("something else happened"));
        }
        self.try_to("swap", &target)?;
        RealDisk.swap(staged)
    }

    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.try_to("keep", path)?;
        RealDisk.keep(path, bytes)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        RealDisk.list(directory)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.try_to("remove", path)?;
        RealDisk.remove(path)
    }
}

fn stopped(halt: Halt) -> Box<apply::Stopped> {
    match halt {
        Halt::Stopped(stopped) => stopped,
        halt => panic!("{halt:?}"),
    }
}

fn expected() -> (String, String, Vec<String>) {
    let world = World::new();
    let plan = world.plan();
    world.apply(&Mortal::immortal(), &plan).unwrap();
    world.outcome()
}

#[test]
fn a_lock_that_is_held_is_named_with_its_process() {
    let world = World::new();
    let plan = world.plan();
    let held = Lock::take(&world.state_directory()).unwrap();
    let halt = world.apply(&RealDisk, &plan).unwrap_err();
    assert_eq!(halt.exit_code(), 4);
    let Halt::Lock(LockError::Busy { pid, .. }) = &halt else { panic!("{halt:?}") };
    assert_eq!(pid.as_deref(), Some(std::process::id().to_string().as_str()));
    assert!(Lock::check(&world.state_directory()).is_err());
    drop(held);
    assert!(Lock::check(&world.state_directory()).is_ok());
    world.apply(&RealDisk, &plan).unwrap();
}

#[test]
fn of_many_applies_at_once_one_gets_through() {
    let world = World::new();
    let plan = world.plan();
    let results: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(|| world.apply(&Mortal::immortal(), &plan))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    let codes: Vec<_> = results.iter().filter_map(|result| result.as_ref().err().map(Halt::exit_code)).collect();
    assert_eq!(codes.len(), 3, "{results:?}");
    assert!(codes.iter().all(|code| [3, 4].contains(code)), "{results:?}");
    assert_eq!(world.outcome(), expected());
}

#[test]
fn a_permit_is_void_once_another_run_wrote_to_the_journal() {
    let world = World::new();
    let plan = world.plan();
    let permit = world.judge(&plan).unwrap();
    world.apply(&RealDisk, &plan).unwrap();
    let before = world.outcome();
    let journal = Journal::open(&RealDisk, Lock::take(&world.state_directory()).unwrap()).unwrap();
    let stopped = world.with_desk(&RealDisk, |desk| apply::apply(permit, journal, desk)).unwrap_err();
    assert!(matches!(stopped.reason, Reason::Overtaken));
    assert_eq!(world.outcome(), before);
}

#[test]
fn nothing_is_sent_when_the_journal_cannot_be_written() {
    // The journal's lines: begin, then intent, ack, fill, done for each order, then logged and finished.
    for lines in 0..23 {
        for what in ["append", "sync"] {
            let world = World::new();
            let plan = world.plan();
            let disk = Failing::new(what, "journal.jsonl", lines, 1);
            let stopped = stopped(world.apply(&disk, &plan).unwrap_err());
            assert_eq!(stopped.exit_code(), if lines == 0 { 6 } else { 5 }, "{what} {lines}: {stopped}");
            let untouched = lines < 2;
            assert_eq!(world.text("holdings.yaml") == crate::world::HOLDINGS, untouched, "{what} {lines}");
            let told = stopped.summary.done.len() + stopped.summary.in_doubt.len() + stopped.summary.not_started.len();
            assert_eq!(told, 5, "{what} {lines}");
            match lines {
                0 => drop(world.apply(&RealDisk, &plan).unwrap()),
                _ => drop(world.resume(&RealDisk, &plan).unwrap()),
            }
            assert_eq!(world.outcome(), expected(), "{what} {lines}");
        }
    }
}

#[test]
fn a_fill_that_cannot_be_written_stops_everything_and_is_listed() {
    let world = World::new();
    let plan = world.plan();
    let stopped = stopped(world.apply(&Failing::new("append", "journal.jsonl", 7, 9), &plan).unwrap_err());
    assert_eq!(stopped.exit_code(), 5);
    assert_eq!(stopped.summary.done, ["sell-091230"]);
    assert_eq!(stopped.summary.in_doubt, ["sell-360750"]);
    assert_eq!(stopped.summary.not_started, ["buy-305080", "buy-305720", "buy-319640"]);
    assert!(stopped.to_string().contains("no room on the disk"), "{stopped}");
    assert!(stopped.remedy().last().unwrap().contains("--resume"));
}

#[test]
fn a_full_disk_at_the_log_is_resumed() {
    let world = World::new();
    let plan = world.plan();
    let stopped = stopped(world.apply(&Failing::new("append", "rebalance_log.jsonl", 0, 1), &plan).unwrap_err());
    assert_eq!((stopped.exit_code(), stopped.summary.done.len()), (5, 5));
    assert!(world.log().torn() && world.log().records().is_empty());
    world.resume(&RealDisk, &plan).unwrap();
    assert_eq!(world.outcome(), expected());
}

#[test]
fn holdings_that_cannot_be_written_are_not_executed_and_tried_again_on_resume() {
    for what in ["stage", "swap"] {
        let world = World::new();
        let plan = world.plan();
        let stopped = stopped(world.apply(&Failing::new(what, "holdings.yaml", 1, 1), &plan).unwrap_err());
        assert!(matches!(&stopped.reason, Reason::NotExecuted { order, .. } if order == "sell-360750"), "{stopped}");
        assert_eq!(stopped.summary.failed[0].order, "sell-360750");
        world.resume(&RealDisk, &plan).unwrap();
        assert_eq!(world.journal().runs[0].order("sell-360750").unwrap().attempt, 2);
        assert_eq!(world.outcome(), expected());
        let strays = fs::read_dir(world.directory.path()).unwrap().filter_map(Result::ok);
        assert_eq!(strays.filter(|entry| entry.file_name().to_string_lossy().starts_with(".rebalance-")).count(), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_not_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let plan = world.plan();
    fs::set_permissions(world.path("holdings.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    let halt = stopped(world.apply(&RealDisk, &plan).unwrap_err());
    assert!(halt.to_string().contains("read-only"), "{halt}");
    assert_eq!(world.text("holdings.yaml"), crate::world::HOLDINGS);
    fs::set_permissions(world.path("holdings.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    world.resume(&RealDisk, &plan).unwrap();
    assert_eq!(world.outcome(), expected());
    let mode = fs::metadata(world.path("holdings.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640, "permissions are kept");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let world = World::new();
    let target = world.path("elsewhere.yaml");
    fs::rename(world.path("holdings.yaml"), &target).unwrap();
    std::os::unix::fs::symlink(&target, world.path("holdings.yaml")).unwrap();
    let plan = world.plan();
    world.apply(&RealDisk, &plan).unwrap();
    assert!(fs::symlink_metadata(world.path("holdings.yaml")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(target).unwrap(), expected().0);
}

#[test]
fn a_directory_that_cannot_be_made_is_told() {
    let world = World::new();
    let plan = world.plan();
    fs::write(world.state_directory(), "not a directory").unwrap();
    let halt = world.apply(&RealDisk, &plan).unwrap_err();
    assert_eq!(halt.exit_code(), 6);
    assert!(halt.message().contains(".rebalance"), "{}", halt.message());
}

#[test]
fn holdings_edited_after_a_crash_are_in_doubt_until_they_are_put_back() {
    // Killed between the swap of the second order and its ack.
    for at in [8, 20, 25, 26, 30] {
        let world = World::new();
        let plan = world.plan();
        world.apply(&Mortal::new(at, Last::Undone, End::Kill), &plan).unwrap_err();
        let left = world.text("holdings.yaml");
        fs::write(world.path("holdings.yaml"), left.replace("quantity: 45", "quantity: 46")).unwrap();
        let halt = world.resume(&RealDisk, &plan).unwrap_err();
        assert_eq!(halt.exit_code(), 5, "{at}");
        assert!(halt.message().contains("the holdings are in doubt"), "{}", halt.message());
        fs::write(world.path("holdings.yaml"), left).unwrap();
        world.resume(&RealDisk, &plan).unwrap();
        assert_eq!(world.outcome(), expected(), "{at}");
    }
}

#[test]
fn holdings_edited_between_two_orders_stop_the_second() {
    let world = World::new();
    let plan = world.plan();
    let permit = world.judge(&plan).unwrap();
    let journal = Journal::open(&RealDisk, Lock::take(&world.state_directory()).unwrap()).unwrap();
    let stopped = world.with_desk(&RealDisk, |desk| {
        let mut edit = |step: &Step| {
            if matches!(step, Step::Done { order, .. } if order == "sell-091230") {
                world.edit("holdings.yaml", "quantity: 45", "quantity: 46");
            }
        };
        let mut desk = apply::Desk {
            disk: desk.disk,
            broker: &mut *desk.broker,
            log: desk.log,
            clock: desk.clock,
            stop: desk.stop,
            progress: &mut edit,
        };
        apply::apply(permit, journal, &mut desk).unwrap_err()
    });
    assert_eq!((stopped.exit_code(), stopped.summary.done.len()), (5, 1));
    assert!(matches!(&stopped.reason, Reason::Refused { order: Some(order), .. } if order == "sell-360750"));
    world.edit("holdings.yaml", "quantity: 46", "quantity: 45");
    world.resume(&RealDisk, &plan).unwrap();
    assert_eq!(world.outcome(), expected());
}

#[test]
fn an_order_whose_fate_is_unknown_stops_everything() {
    let world = World::new();
    let plan = world.plan();
    let stopped = stopped(world.apply(&Failing::new("scribble", "", 0, 1), &plan).unwrap_err());
    assert_eq!((stopped.exit_code(), stopped.summary.in_doubt.as_slice()), (5, &["sell-091230".to_owned()][..]));
    let Reason::InDoubt { look, .. } = &stopped.reason else { panic!("{stopped}") };
    assert!(look[0].contains("holdings.yaml"), "{look:?}");
    assert_eq!(world.resume(&RealDisk, &plan).unwrap_err().exit_code(), 5);
}

#[test]
fn an_edited_journal_is_refused_with_its_line() {
    let world = World::new();
    let plan = world.plan();
    world.apply(&Mortal::new(40, Last::Undone, End::Kill), &plan).unwrap_err();
    let path = world.state_directory().join("journal.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let without = |gone: usize| {
        let kept: Vec<_> = lines.iter().enumerate().filter(|(i, _)| *i != gone).map(|(_, line)| *line).collect();
        kept.join("\n") + "\n"
    };
    let last = lines.len();
    let cases = [
        ("an edited line", text.replacen("\"attempt\":1", "\"attempt\":2", 1), 2, "edited"),
        ("an edited last line", without(last - 1) + &lines[last - 1].replace("0Z", "1Z") + "\n", last, "edited"),
        ("a line removed", without(3), 4, "does not follow"),
        ("the first line removed", without(0), 1, "does not follow"),
        ("a line twice", text.clone() + lines[last - 1] + "\n", last + 1, "does not follow"),
        ("no line at all", "hello\n".to_owned() + &text, 1, "not a line of a journal"),
    ];
    for (case, edited, line, why) in cases {
        fs::write(&path, edited).unwrap();
        let halt = world.resume(&RealDisk, &plan).unwrap_err();
        assert_eq!(halt.exit_code(), 6, "{case}");
        let place = format!("journal.jsonl:{line}: ");
        assert!(halt.message().contains(&place) && halt.message().contains(why), "{case}: {}", halt.message());
    }
    fs::write(&path, text).unwrap();
    world.resume(&RealDisk, &plan).unwrap();
    assert_eq!(world.outcome(), expected());
}

#[test]
fn a_log_that_is_none_stops_before_anything_is_begun() {
    let world = World::new();
    let plan = world.plan();
    let permit = world.judge(&plan).unwrap();
    fs::write(world.log_path(), "{\"date\": \"yesterday\"}\n").unwrap();
    let journal = Journal::open(&RealDisk, Lock::take(&world.state_directory()).unwrap()).unwrap();
    let stopped = world.with_desk(&RealDisk, |desk| apply::apply(permit, journal, desk)).unwrap_err();
    assert_eq!((stopped.exit_code(), stopped.begun), (6, false));
    assert!(stopped.to_string().contains("rebalance_log.jsonl:1: not a record"), "{stopped}");
    assert_eq!(world.text("holdings.yaml"), crate::world::HOLDINGS);
}
