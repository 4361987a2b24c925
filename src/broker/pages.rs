//! Lists that come in pages: read to their end, or not at all. Half a list is none.
//!
//! How a page is asked for, and where it says that the list goes on, must never enter this file.

use std::collections::BTreeSet;

/// Reads a list. `page` is asked for the page at a place, the first one without, and says what is on it and at which
/// place the list goes on, if it does. `unfinished` makes an error of why a list has no end.
pub(super) fn to_the_end<K: Ord + Clone, T, E>(
    most: usize,
    unfinished: impl Fn(&str) -> E,
    mut page: impl FnMut(Option<&K>) -> Result<(T, Option<K>), E>,
) -> Result<Vec<T>, E> {
    let (mut pages, mut seen) = (Vec::new(), BTreeSet::new());
    let mut next = None;
    while pages.len() < most {
        let (here, following) = page(next.as_ref())?;
        pages.push(here);
        match following {
            None => return Ok(pages),
            Some(place) if !seen.insert(place.clone()) => {
                return Err(unfinished("the list repeats itself: it goes on from where it was before"));
            }
            Some(place) => next = Some(place),
        }
    }
    Err(unfinished(&format!("the list has no end: it has more than {most} pages")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the places 1, 2, … lead to when they lead to these.
    fn read(leads: &[Option<usize>]) -> Result<Vec<usize>, String> {
        to_the_end(4, str::to_owned, |at| {
            let at = at.copied().unwrap_or(0);
            let next = leads.get(at).copied().ok_or("no such page")?;
            Ok((at, next))
        })
    }

    #[test]
    fn a_list_is_read_to_its_end_or_not_at_all() {
        assert_eq!(read(&[None]), Ok(vec![0]));
        assert_eq!(read(&[Some(1), Some(2), Some(3), None]), Ok(vec![0, 1, 2, 3]));
        for (leads, why) in [
            (&[Some(1), Some(1)][..], "repeats itself"),
            (&[Some(1), Some(2), Some(1)], "repeats itself"),
            (&[Some(1), Some(2), Some(3), Some(4), None], "more than 4 pages"),
            (&[Some(1)], "no such page"),
        ] {
            assert!(read(leads).unwrap_err().contains(why), "{leads:?}");
        }
    }
}
