//! A second reader of a long line: it reads commits before the scout comes to them.
//!
//! Each commit names its parents, so a line can only be followed one commit after the other. But git packs commits side by
//! side, a parent mostly right behind its child, and a pack's index says which objects lie where: those behind a commit are
//! likely to be on its line. Nothing follows from where they lie. They are read by their ids, from the same store, and
//! handed over by their ids to whoever asks for exactly these; what was not read, or could not be, is read by whoever asks.

use super::bytes::Found;
use super::objects::commit_at;
use super::scout::Ground;
use gix::ObjectId;
use gix::hash::Kind;
use gix::hashtable::HashMap;
use gix::odb::Store;
use gix::odb::pack::index::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// How many objects are looked at.
const MOST: usize = 4_096;
/// How far behind a commit they are looked for, in bytes of the pack.
const FARTHEST: u64 = 1 << 20;
/// How far ahead of the scout it begins, and begins anew when the scout has come up.
const AHEAD: usize = 64;
/// Of how many packs the one with the commit is looked for.
const PACKS: usize = 8;
/// The most objects of a pack. To look through the index of a larger one takes longer than is won.
const LARGEST: u32 = 2_000_000;

/// What is read ahead of a scout.
pub(super) struct Vanguard(Arc<OnceLock<Stretch>>);

/// Objects that lie one behind the other.
struct Stretch {
    ids: Vec<ObjectId>,
    places: HashMap<ObjectId, usize>,
    read: Vec<OnceLock<Found>>,
    /// The place of the one that was asked for last.
    asked: AtomicUsize,
}

impl Vanguard {
    /// Sends a thread ahead of whoever has come to a commit. Where there can be none, nobody goes ahead.
    pub(super) fn send(from: ObjectId, store: Arc<Store>, ground: Ground) -> Option<Self> {
        let stretch = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&stretch);
        let thread = std::thread::Builder::new().name("vanguard".to_owned());
        thread.spawn(move || ride(&store, &ground, from, &theirs)).ok()?;
        Some(Self(stretch))
    }

    /// A commit, if it was read.
    pub(super) fn find(&self, id: &ObjectId) -> Option<Found> {
        let stretch = self.0.get()?;
        let place = *stretch.places.get(id)?;
        stretch.asked.store(place, Ordering::Relaxed);
        stretch.read.get(place)?.get().cloned()
    }
}

impl Stretch {
    fn of(ids: Vec<ObjectId>) -> Self {
        let places = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let read = ids.iter().map(|_| OnceLock::new()).collect();
        Self { ids, places, read, asked: AtomicUsize::new(0) }
    }
}

/// Reads commits until nobody asks any more, and no further than the first object that is none.
fn ride(store: &Arc<Store>, ground: &Ground, from: ObjectId, stretch: &Arc<OnceLock<Stretch>>) {
    let Some(ids) = behind(store, from, ground.hash) else { return };
    let here = stretch.get_or_init(|| Stretch::of(ids));
    let mut objects = store.to_cache_arc();
    objects.ignore_replacements = true;
    let mut buffer = Vec::with_capacity(1 << 12);
    let mut at = AHEAD;
    while Arc::strong_count(stretch) > 1 {
        // Two that read the same would win nothing: once the scout has come up, it has the next few to itself.
        let asked = here.asked.load(Ordering::Relaxed);
        if at <= asked {
            at = asked + AHEAD;
        }
        let (Some(id), Some(place)) = (here.ids.get(at), here.read.get(at)) else { return };
        let Some(found) = commit_at(&objects, ground, *id, &mut buffer) else { return };
        // Nobody else sets it.
        let _ = place.set(found);
        at += 1;
    }
}

/// The objects that lie behind a commit in its pack, in their order there; none where they are few.
fn behind(store: &Store, from: ObjectId, hash: Kind) -> Option<Vec<ObjectId>> {
    let files = std::fs::read_dir(store.path().join("pack")).ok()?;
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let indexes = paths.filter(|path| path.extension().is_some_and(|kind| kind == "idx")).take(PACKS);
    let (index, place) = indexes.filter_map(|path| File::at(path, hash).ok()).find_map(|index| {
        let place = index.lookup(from)?;
        Some((index, place))
    })?;
    if index.num_objects() > LARGEST {
        return None;
    }
    let start = index.pack_offset_at_index(place);
    let all = (0..index.num_objects()).map(|place| (index.pack_offset_at_index(place), place));
    let mut near: Vec<(u64, u32)> = all.filter(|(offset, _)| *offset > start && offset - start < FARTHEST).collect();
    near.sort_unstable();
    near.truncate(MOST);
    (near.len() > 2 * AHEAD).then(|| near.iter().map(|(_, place)| index.oid_at_index(*place).to_owned()).collect())
}
