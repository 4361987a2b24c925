//! GitHub's API as far as it is used: one comment of a pull request that is kept up to date.
//!
//! The comment is found by a marker that nobody sees, among those of the token's own account only, because anybody can
//! write a marker. What may be done twice is tried again; a new comment is not, before it was looked for again. The
//! answers are as docs.github.com/en/rest/issues/comments has them. What the comment says must never enter this room.

mod api;
mod body;
mod failure;

pub use api::Api;
pub use body::{Marker, compose};
pub use failure::Failure;

use crate::http::Terms;

/// Looks for the comment, and tries to write it, at most so often.
const ROUNDS: Terms = Terms { tries: 4, later_counts: true, limit: api::LIMIT };

/// What became of the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What was done.
    pub done: Done,
    /// Where it stands, when GitHub said so.
    pub url: Option<String>,
    /// How many others with the same marker were removed.
    pub removed: usize,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// There was none.
    Created,
    /// It said something else.
    Updated,
    /// It says so already.
    Unchanged,
}

impl Done {
    /// As a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Sees to it that the pull request has one comment with this marker and that it has this body.
///
/// # Errors
/// [`Failure`] when that is not so, or not certain.
pub fn keep(api: &mut Api<'_>, marker: &Marker, body: &str) -> Result<Kept, Failure> {
    let me = api.viewer()?;
    for round in 1..=ROUNDS.tries {
        let mine = api.comments(&me, marker)?;
        let Some((first, others)) = mine.split_first() else {
            let came = api.create(body)?;
            // It may be there all the same: it is looked for before it is written again.
            match api.patience.after(round, &ROUNDS, came)? {
                Some(url) => return Ok(Kept { done: Done::Created, url, removed: 0 }),
                None => continue,
            }
        };
        let done = match body::same(&first.body, body) {
            true => Done::Unchanged,
            // Somebody removed it meanwhile.
            false if !api.update(first.id, body)? => continue,
            false => Done::Updated,
        };
        for other in others {
            api.remove(other.id)?;
        }
        return Ok(Kept { done, url: first.url.clone(), removed: others.len() });
    }
    Err(Failure::Down { why: "the comment goes away whenever it is written".to_owned() })
}
