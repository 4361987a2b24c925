//! The objects that were decoded last. In a pack a tree is mostly kept as its difference from the one that was read just
//! before it, so that without them every tree would be worked out anew from the first of its chain.

use gix::objs::Kind;
use gix::odb::pack::cache::DecodeEntry;

/// How many are kept.
const KEPT: usize = 16;
/// The largest that is kept, in bytes.
const LARGEST: usize = 1 << 20;

/// The objects, the one used last at the end.
#[derive(Default)]
pub(super) struct Recent(Vec<Kept>);

struct Kept {
    pack: u32,
    offset: u64,
    kind: Kind,
    compressed: usize,
    data: Vec<u8>,
}

impl DecodeEntry for Recent {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, compressed: usize) {
        if data.len() > LARGEST {
            return;
        }
        // The memory of the one that goes is used again.
        let mut kept = if self.0.len() < KEPT { Vec::new() } else { self.0.remove(0).data };
        kept.clear();
        kept.extend_from_slice(data);
        self.0.push(Kept { pack, offset, kind, compressed, data: kept });
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let found = self.0.iter().rposition(|kept| (kept.pack, kept.offset) == (pack, offset))?;
        if let Some(later) = self.0.get_mut(found..) {
            later.rotate_left(1);
        }
        let kept = self.0.last()?;
        out.clear();
        out.extend_from_slice(&kept.data);
        Some((kept.kind, kept.compressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_unused_for_longest_goes_first() {
        let mut recent = Recent::default();
        let mut out = b"before".to_vec();
        for offset in 0..KEPT as u64 {
            recent.put(1, offset, &[offset as u8], Kind::Tree, 7);
        }
        assert_eq!(recent.get(1, 0, &mut out), Some((Kind::Tree, 7)));
        assert_eq!(out, [0]);
        recent.put(1, 99, b"new", Kind::Blob, 3);
        assert_eq!(recent.get(1, 1, &mut out), None);
        assert_eq!(recent.get(2, 99, &mut out), None);
        assert_eq!(recent.get(1, 0, &mut out), Some((Kind::Tree, 7)));
        assert_eq!(recent.get(1, 99, &mut out), Some((Kind::Blob, 3)));
        assert_eq!(out, b"new");
        recent.put(1, 100, &vec![0; LARGEST + 1], Kind::Blob, 3);
        assert_eq!(recent.get(1, 100, &mut out), None);
    }
}
