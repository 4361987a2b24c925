//! Reading ahead: a second thread follows a first-parent line while the first one looks at trees, and where that is not
//! fast enough a third ([`Vanguard`]) goes before it.
//!
//! Each commit names its parents, so commits can only be read one after the other; what stands in their trees is another
//! matter. The scout hands over what it read in the order of the line. It decides nothing: a commit that it does not have,
//! because it met a hole or an error, is read again by whoever asks, who then says what is wrong.

use super::bytes::Found;
use super::objects::commit_at;
use super::vanguard::Vanguard;
use gix::ObjectId;
use gix::hash::Kind;
use gix::odb::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

/// How many commits are handed over at once; the first time one, then twice as many each time.
const BATCH: usize = 64;
/// How many batches there are. They go back and forth, so that neither thread frees what the other allocated.
const BATCHES: usize = 24;
/// After how many commits a line is so long that a second reader is sent ahead, once commits are waited for.
const LONG: usize = 128;

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
    /// Whether the scout was waited for.
    waited: Arc<AtomicBool>,
}

impl Line {
    /// Sends a scout from a commit on. Where there can be no thread, nobody goes ahead.
    pub(super) fn send(start: ObjectId, store: Arc<Store>, ground: Ground) -> Option<Self> {
        let (give, full) = channel();
        let (empty, get) = channel();
        for _ in 0..BATCHES {
            empty.send(Vec::with_capacity(BATCH)).ok()?;
        }
        let waited = Arc::new(AtomicBool::new(false));
        let scout = Scout { store, ground, waited: Arc::clone(&waited), vanguard: None, read: 0 };
        let thread = std::thread::Builder::new().name("scout".to_owned());
        thread.spawn(move || scout.follow(start, &get, &give)).ok()?;
        Some(Self { start, next: start, full, empty, waited })
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
        let batch = match self.full.try_recv() {
            Err(TryRecvError::Empty) => {
                self.waited.store(true, Ordering::Relaxed);
                self.full.recv().ok()
            }
            other => other.ok(),
        };
        let Some(mut batch) = batch else { return };
        if let Some(after) = batch.last().and_then(|(_, found)| found.next()) {
            self.next = after;
        }
        batch.drain(..).for_each(|(id, found)| take(id, found));
        // A scout that is gone needs no batches.
        drop(self.empty.send(batch));
    }
}

/// The reader of a line.
struct Scout {
    store: Arc<Store>,
    ground: Ground,
    waited: Arc<AtomicBool>,
    vanguard: Option<Vanguard>,
    /// How many commits it has read.
    read: usize,
}

impl Scout {
    /// Reads a line until its end, a fault, or until nobody listens any more.
    fn follow(mut self, start: ObjectId, get: &Receiver<Batch>, give: &Sender<Batch>) {
        // Packs and their indexes are opened and checked once for all threads.
        let mut objects = self.store.to_cache_arc();
        objects.ignore_replacements = true;
        let mut buffer = Vec::with_capacity(1 << 12);
        let (mut next, mut size) = (Some(start), 1);
        while let Some(first) = next {
            let Ok(mut batch) = get.recv() else { return };
            self.reinforce(first);
            while let Some(id) = next.filter(|_| batch.len() < size) {
                let ahead = self.vanguard.as_ref().and_then(|vanguard| vanguard.find(&id));
                let found = ahead.or_else(|| commit_at(&objects, &self.ground, id, &mut buffer));
                next = found.as_ref().and_then(Found::next);
                batch.extend(found.map(|found| (id, found)));
            }
            self.read += batch.len();
            if batch.is_empty() || give.send(batch).is_err() {
                return;
            }
            size = BATCH.min(size * 2);
        }
    }

    /// Sends a second reader ahead when a long line is waited for. As long as it is not, whoever looks at trees is slower,
    /// and has the better use for the processor.
    fn reinforce(&mut self, from: ObjectId) {
        let waited = self.waited.swap(false, Ordering::Relaxed);
        if waited && self.read >= LONG && self.vanguard.is_none() {
            self.vanguard = Vanguard::send(from, Arc::clone(&self.store), self.ground.clone());
        }
    }
}
