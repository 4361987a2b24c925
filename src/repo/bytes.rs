//! The bytes of commits and trees, as much of them as the walk needs.
//!
//! A long history is little else than these two functions, so each has a quick way through what every git writes, and
//! leaves all else to gix: what the quick way does not know as sound is never answered by it.

use super::oid;
use super::scout::Ground;
use crate::history::{Commit, Parents};
use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryMode;
use gix::objs::{CommitRefIter, TreeRefIter};

/// A commit with its tree.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) tree: ObjectId,
    pub(super) commit: Commit,
}

impl Found {
    fn new(tree: ObjectId, parents: Parents, time: i64) -> Self {
        Self { tree, commit: Commit { parents, time, boundary: false } }
    }

    /// The first parent, unless a shallow clone was cut here.
    pub(super) fn next(&self) -> Option<ObjectId> {
        let first = self.commit.parents.first().filter(|_| !self.commit.boundary)?;
        ObjectId::try_from(first.as_bytes()).ok()
    }
}

/// What the bytes of a commit say.
pub(super) fn commit(data: &[u8], ground: &Ground, id: ObjectId) -> gix::Result<Found> {
    let mut found = match quick_commit(data, ground) {
        Some(found) => found,
        None => {
            let mut parts = CommitRefIter::from_bytes(data, ground.hash);
            let tree = parts.tree_id()?;
            let parents = parts.parent_ids().map(|parent| oid(&parent)).collect();
            Found::new(tree, parents, parts.committer()?.seconds())
        }
    };
    // git lists a root as well when the depth asked for ends there, but nothing is cut off below it.
    found.commit.boundary = !found.commit.parents.is_empty() && ground.cuts.binary_search(&id).is_ok();
    Ok(found)
}

/// A commit in the form that git writes, to the letter.
fn quick_commit(data: &[u8], ground: &Ground) -> Option<Found> {
    let (tree, mut rest) = id_line(data, b"tree ", ground)?;
    let parents = std::iter::from_fn(|| {
        let (parent, below) = id_line(rest, b"parent ", ground)?;
        rest = below;
        Some(oid(&parent))
    });
    let parents = parents.collect();
    let (_, rest) = line(rest.strip_prefix(b"author ")?)?;
    let (committer, _) = line(rest.strip_prefix(b"committer ")?)?;
    let end = committer.rfind_byte(b'>')?;
    let (time, zone) = committer.get(end + 1..)?.strip_prefix(b" ")?.split_once_str(b" ")?;
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let sound = matches!(zone, [b'+' | b'-', digit @ ..] if digit.len() == 4 && digits(digit));
    // No time of eighteen digits is too large.
    let told = sound && digits(time) && (1..=18).contains(&time.len());
    let time = time.iter().filter(|_| told).fold(0, |time, digit| time * 10 + i64::from(digit - b'0'));
    told.then(|| Found::new(tree, parents, time))
}

fn id_line<'d>(data: &'d [u8], key: &[u8], ground: &Ground) -> Option<(ObjectId, &'d [u8])> {
    let (hex, rest) = data.strip_prefix(key)?.split_at_checked(ground.hash.len_in_hex())?;
    Some((ObjectId::from_hex(hex).ok()?, rest.strip_prefix(b"\n")?))
}

fn line(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data.find_byte(b'\n')?;
    Some((data.get(..end)?, data.get(end + 1..)?))
}

/// The entry of a name in the bytes of a tree.
pub(super) fn entry(data: &[u8], hash: gix::hash::Kind, name: &str) -> gix::Result<Option<(EntryMode, ObjectId)>> {
    if let Some(found) = quick_entry(data, hash, name.as_bytes()) {
        return Ok(found);
    }
    for entry in TreeRefIter::from_bytes(data, hash) {
        let entry = entry?;
        if entry.filename == name {
            return Ok(Some((entry.mode, entry.oid.to_owned())));
        }
    }
    Ok(None)
}

/// The same in a tree whose entries all have the form that git writes, up to the one that is looked for.
#[expect(clippy::option_option, reason = "none that is known, and none that is certain")]
fn quick_entry(data: &[u8], hash: gix::hash::Kind, wanted: &[u8]) -> Option<Option<(EntryMode, ObjectId)>> {
    let mut rest = data;
    while !rest.is_empty() {
        // `100644 name`, a zero, and the id in bytes; directories have five digits.
        let space = if rest.get(5) == Some(&b' ') { 5 } else { 6 };
        let (mode, named) = rest.split_at_checked(space)?;
        let named = named.strip_prefix(b" ")?;
        let end = named.iter().position(|byte| *byte == 0)?;
        let (name, below) = named.split_at_checked(end)?;
        let (id, below) = below.get(1..)?.split_at_checked(hash.len_in_bytes())?;
        if name == wanted {
            let mode = match mode {
                b"100644" | b"100755" | b"120000" | b"160000" | b"40000" => EntryMode::from_bytes(mode)?,
                _ => return None,
            };
            return Some(Some((mode, ObjectId::try_from(id).ok()?)));
        }
        rest = below;
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;

    fn ground() -> Ground {
        Ground { hash: gix::hash::Kind::Sha1, cuts: Arc::new([]) }
    }

    fn id(digit: char) -> ObjectId {
        ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).unwrap()
    }

    /// Whether the quick way answers, the time and how many parents there are; none for an error.
    fn read(text: &str) -> Option<(bool, i64, usize)> {
        let found = commit(text.as_bytes(), &ground(), id('9')).ok()?.commit;
        Some((quick_commit(text.as_bytes(), &ground()).is_some(), found.time, found.parents.len()))
    }

    #[test]
    fn commits_of_every_form_are_read_alike() {
        let ids = ['1', '2', '3', '4'].map(|digit| digit.to_string().repeat(40));
        let head = |parents: usize| {
            let lines = ids[1..].iter().take(parents).map(|id| format!("parent {id}\n"));
            format!("tree {}\n{}author A <a@e> 5 +0000\n", ids[0], lines.collect::<String>())
        };
        for parents in 0..=3 {
            let text = head(parents) + "committer A > B <a@e> 17 +0900\n\nword\n";
            assert_eq!(read(&text), Some((true, 17, parents)));
        }
        let odd = [("17  +0900", None), ("17 +090", None), ("-17 +0000", None), ("0017 -0000", Some(17))];
        for (time, quick) in odd {
            let text = head(1) + &format!("committer A <a@e> {time}\n\nword\n");
            let answer = quick_commit(text.as_bytes(), &ground()).map(|found| found.commit.time);
            assert_eq!(answer, quick, "{time}");
            let slow = CommitRefIter::from_bytes(text.as_bytes(), gix::hash::Kind::Sha1).committer();
            let slow = slow.map(|committer| committer.seconds()).ok();
            assert_eq!(read(&text).map(|(_, time, _)| time), slow, "{time}");
        }
        assert_eq!(read("tree x"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn entries_of_every_form_are_found_alike() {
        let mut tree = Vec::new();
        let entries = [("100644", "a", '1'), ("100664", "odd", '2'), ("40000", "part", '3'), ("120000", "z", '4')];
        for (mode, name, digit) in entries {
            tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            tree.extend_from_slice(id(digit).as_bytes());
        }
        for (mode, name, digit) in entries {
            let found = entry(&tree, gix::hash::Kind::Sha1, name).unwrap().unwrap();
            assert_eq!((found.1, found.0.is_tree()), (id(digit), mode == "40000"), "{name}");
        }
        for name in ["", "A", "pa", "part/", "zz"] {
            assert_eq!(entry(&tree, gix::hash::Kind::Sha1, name).unwrap(), None, "{name}");
        }
        tree.truncate(tree.len() - 1);
        assert!(entry(&tree, gix::hash::Kind::Sha1, "z").is_err());
        assert!(entry(&tree, gix::hash::Kind::Sha1, "a").is_ok(), "what follows is not looked at");
        assert_eq!(entry(b"", gix::hash::Kind::Sha1, "a").unwrap(), None);
    }
}
