//! Where a config came from when it has no past under its own name.

use super::{Gap, Oid, Past, Place, Standing, Version};

/// What stands at a place: `None` when it is there but cannot be read as an allocation.
///
/// # Errors
/// [`Gap`] when it is missing.
pub fn standing(past: &dyn Past, place: Place) -> Result<Option<Standing>, Gap> {
    Ok(match place {
        Place::Absent => Some(Standing::Absent),
        Place::Other => None,
        Place::Blob(blob) => match past.version(blob)? {
            Version::Readable(allocation) => Some(Standing::Allocation(allocation)),
            Version::Unreadable => None,
        },
    })
}

/// The path a config had in `parent` that stands as `blob` at `path` in `commit` and had not existed before.
///
/// A file with the same content counts, whether it went away (a rename) or stayed (a copy): its past then counts for
/// the new name as well, so that copying and switching names forgets nothing. Otherwise a file that went away in the
/// same commit and is an allocation counts, if possible one with the same allocation: a rename with a change.
pub(super) fn origin(past: &dyn Past, commit: Oid, parent: Oid, path: &str, blob: Oid) -> Result<Option<String>, Gap> {
    let gone = past.gone(parent, commit)?;
    let exact: Vec<String> = past.copies(parent, blob)?.into_iter().filter(|name| name != path).collect();
    let renamed = exact.iter().find(|name| gone.iter().any(|(other, _)| other == *name));
    if let Some(name) = renamed.or_else(|| exact.first()) {
        return Ok(Some(name.clone()));
    }
    let now = standing(past, Place::Blob(blob))?;
    let mut changed = None;
    for (name, content) in gone {
        let before = standing(past, Place::Blob(content))?;
        if before.is_some() && before == now {
            return Ok(Some(name));
        }
        if before.is_some() {
            changed.get_or_insert(name);
        }
    }
    Ok(changed)
}

/// The path under which `other` has the config that `commit` has elsewhere: a file that is an allocation and that
/// `commit` does not have.
pub(super) fn counterpart(past: &dyn Past, commit: Oid, other: Oid) -> Result<Option<String>, Gap> {
    for (name, content) in past.gone(other, commit)? {
        if standing(past, Place::Blob(content))?.is_some() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
