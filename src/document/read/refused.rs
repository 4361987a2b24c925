//! What is refused although it is YAML, because it hides what a file says or because readers disagree about it.
//!
//! Only the words of these refusals; where they apply is [`super::tree`]'s to find. Broken syntax must never enter.

use super::{Fault, shown};
use crate::document::{FaultKind, MAX_DEPTH, Span};

/// The first of several places of one kind, and how many there are.
#[derive(Default)]
pub(super) struct Tally {
    /// The first in the file.
    pub(super) first: Option<Span>,
    count: usize,
}

impl Tally {
    /// Counts a place.
    pub(super) fn add(&mut self, span: Span) {
        self.count += 1;
        self.first = Some(self.first.map_or(span, |first| first.min(span)));
    }

    /// How many there are beside the first, for the end of a message.
    pub(super) fn more(&self) -> String {
        match self.count {
            0 | 1 => String::new(),
            n => format!(" ({} more in this file)", n - 1),
        }
    }
}

fn feature(span: Span, message: impl Into<String>, label: &str, help: &str) -> Fault {
    Fault::new(FaultKind::Feature, span, message, label, help)
}

/// The refusal of a tag.
pub(super) fn tag(tag: &str, span: Span) -> Fault {
    let help = match tag {
        "!!str" => "remove the tag and quote the value.",
        _ => "remove the tag; quote the value when it is a text that begins with `!`.",
    };
    feature(span, format!("the tag `{}` is refused", shown(tag)), "tag", help)
}

/// The refusal of a collection that is nested too deep.
pub(super) fn too_deep(span: Span) -> Fault {
    let message = format!("the file is nested deeper than {MAX_DEPTH} levels");
    Fault::syntax(span, message, "too deep", "check for brackets that are not closed.")
}

/// The refusal of a key that its mapping already has.
pub(super) fn duplicate_key(key: &str, span: Span, first: Span) -> Fault {
    let name = shown(key);
    let message = format!("the key `{name}` is given twice");
    let help = format!("keep one `{name}`; YAML readers disagree about which of the two counts.");
    Fault::new(FaultKind::DuplicateKey, span, message, "given again", help).with(first, "first given here")
}

/// The refusal of an anchor or an alias.
pub(super) fn reference(name: &str, span: Span, more: &str) -> Fault {
    let sign = if name.starts_with('&') { "anchor" } else { "alias" };
    let help = "write the value out in every place, so that each can be reviewed where it stands; quote it when it \
                is a text that begins with `&` or `*`.";
    feature(span, format!("the {sign} `{}` is refused{more}", shown(name)), "refers to another place", help)
}

/// The refusal of merge keys.
pub(super) fn merge_key(span: Span, more: &str) -> Fault {
    let help = "write the keys out; quote `<<` when it is an ordinary key.";
    feature(span, format!("the merge key `<<` is refused{more}"), "merges another mapping", help)
}

/// The refusal of a second document.
pub(super) fn second_document(span: Span) -> Fault {
    let help = "keep one document in a file: remove the `---` or `...` line, or move the rest into another file.";
    feature(span, "the file contains several YAML documents", "a second document begins here", help)
}

/// The refusal of a key that is no text.
pub(super) fn collection_key(span: Span) -> Fault {
    let help = "write the key as a plain text; quote the text when it contains brackets.";
    feature(span, "a list or a mapping is used as a key", "not a text", help)
}

/// The refusal of a value without a key.
pub(super) fn missing_key(span: Span) -> Fault {
    feature(span, "a key is missing before the colon", "no key", "write `key: value`.")
}

/// The refusal of a directive.
pub(super) fn directive(directive: &str, span: Span) -> Fault {
    let message = format!("the directive `{}` is refused", shown(directive));
    let help = "remove the line; YAML is read as version 1.2 without tags; quote a value that begins with `%`.";
    feature(span, message, "directive", help)
}

/// The refusal of an escape that stands for a character nobody can see.
pub(super) fn hidden_behind_escape(c: char, span: Span) -> Fault {
    let name = super::decode::refused(c).unwrap_or("the character");
    let message = format!("an escape stands for {name} U+{:04X}", u32::from(c));
    feature(span, message, "cannot be seen when it is shown", "remove the escape.")
}
