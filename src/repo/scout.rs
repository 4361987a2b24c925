//! Reading ahead: a second thread follows a first-parent line while the first one looks at trees.
//!
//! Each commit names its parents, so commits can only be read one after the other; what stands in their trees is another
//! matter. The scout hands over what it read in the order of the line. It decides nothing: a commit that it does not have,
//! because it met a hole or an error, is read again by whoever asks, who then says what is wrong.

use super::bytes::Found;
use super::objects::commit_at;
use gix::ObjectId;
use gix::hash::Kind;
use gix::odb::Store;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

/// How many commits are handed over at once; the first time one, then twice as many each time.
const BATCH: usize = 64;
/// How many batches there are. They go back and forth, so that neither thread frees what the other allocated.
const BATCHES: usize = 24;
/// How often it is looked again before whoever waits for commits falls asleep: to be woken takes longer than most waits.
const LOOKS: usize = 4_096;

type Batch = Vec<(ObjectId, Found)>;

/// What has to be known of a repository to understand the bytes of a commit.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) hash: Kind,
    /// Where a shallow clone was cut, sorted.
    pub(super) cuts: Arc<[ObjectId]>,
}

/// A line that is read ahead.
pub(super) struct Line {
    /// Where it begins.
    start: ObjectId,
    /// The commit that is handed over next.
    next: ObjectId,
    full: Receiver<Batch>,
    empty: Sender<Batch>,
}

impl Line {
    /// Sends a scout from a commit on. Where there can be no thread, nobody goes ahead.
    pub(super) fn send(start: ObjectId, store: Arc<Store>, ground: Ground) -> Option<Self> {
        let (give, full) = channel();
        let (empty, get) = channel();
        for _ in 0..BATCHES {
            empty.send(Vec::with_capacity(BATCH)).ok()?;
        }
        let scout = Scout { store, ground };
        let thread = std::thread::Builder::new().name("scout".to_owned());
        let apart = Apart::from_here();
        let follow = move || {
            apart.go();
            scout.follow(start, &get, &give);
        };
        thread.spawn(follow).ok()?;
        Some(Self { start, next: start, full, empty })
    }

    /// Whether this is the line of a commit.
    pub(super) fn begins_at(&self, id: ObjectId) -> bool {
        self.start == id
    }

    /// Hands over what the scout read from this commit on, if the scout is there.
    pub(super) fn hand_over(&mut self, id: ObjectId, mut take: impl FnMut(ObjectId, Found)) {
        if self.next != id {
            return;
        }
        // Nothing comes from a scout that met a fault. The commit is asked for once, and never awaited again.
        let Some(mut batch) = self.wait() else { return };
        if let Some(after) = batch.last().and_then(|(_, found)| found.next()) {
            self.next = after;
        }
        batch.drain(..).for_each(|(id, found)| take(id, found));
        // A scout that is gone needs no batches.
        drop(self.empty.send(batch));
    }

    /// The next batch, once it is there.
    fn wait(&self) -> Option<Batch> {
        for _ in 0..LOOKS {
            match self.full.try_recv() {
                Ok(batch) => return Some(batch),
                Err(TryRecvError::Empty) => std::thread::yield_now(),
                Err(TryRecvError::Disconnected) => return None,
            }
        }
        self.full.recv().ok()
    }
}

/// The reader of a line.
struct Scout {
    store: Arc<Store>,
    ground: Ground,
}

impl Scout {
    /// Reads a line until its end, a fault, or until nobody listens any more.
    fn follow(self, start: ObjectId, get: &Receiver<Batch>, give: &Sender<Batch>) {
        // Packs and their indexes are opened and checked once for all threads.
        let mut objects = self.store.to_cache_arc();
        objects.ignore_replacements = true;
        let mut buffer = Vec::with_capacity(1 << 12);
        let (mut next, mut size) = (Some(start), 1);
        while next.is_some() {
            let Ok(mut batch) = get.recv() else { return };
            while let Some(id) = next.filter(|_| batch.len() < size) {
                let found = commit_at(&objects, &self.ground, id, &mut buffer);
                next = found.as_ref().and_then(Found::next);
                batch.extend(found.map(|found| (id, found)));
            }
            if batch.is_empty() || give.send(batch).is_err() {
                return;
            }
            size = BATCH.min(size * 2);
        }
    }
}

/// Another processor than the one that sends a scout. Some kernels, those of small virtual machines among them, put what is
/// begun together on one processor until it has been busy for longer than a history takes to read.
#[derive(Clone, Copy)]
struct Apart {
    #[cfg(target_os = "linux")]
    from: usize,
}

#[cfg(target_os = "linux")]
impl Apart {
    fn from_here() -> Self {
        Self { from: rustix::thread::sched_getcpu() }
    }

    /// Keeps this thread there. Where there is no other, or it may not be used, nothing changes.
    fn go(self) {
        let Ok(mut allowed) = rustix::thread::sched_getaffinity(None) else { return };
        if self.from < rustix::thread::CpuSet::MAX_CPU {
            allowed.unset(self.from);
            let _ = rustix::thread::sched_setaffinity(None, &allowed);
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Apart {
    fn from_here() -> Self {
        Self {}
    }

    fn go(self) {}
}
