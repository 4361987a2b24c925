//! What can be told of a tree before it is asked: how many arguments there are, and that `is_set` asks for a key.

use super::Fault;
use super::engine::{MAX_WORDS, misused};
use super::offer::{OFFERS, Offer, TEXT};
use super::parse::{Node, Tree};
use crate::words::list;

/// Looks at a tree and at everything in it. It is no deeper than the parser lets it be.
pub(super) fn check(node: &Node) -> Result<(), Fault> {
    match &node.tree {
        Tree::Number(_) | Tree::Text(_) | Tree::Truth(_) | Tree::Name(_) => Ok(()),
        Tree::Call(name, arguments) => {
            let offer = OFFERS.iter().find(|offer| offer.on.is_empty() && offer.name == name);
            if offer.is_some_and(|offer| offer.usage.split(',').count() != arguments.len()) {
                return Err(misused(node));
            }
            if let ("is_set", [asked]) = (name.as_str(), arguments.as_slice()) {
                return optional(asked);
            }
            arguments.iter().try_for_each(check)
        }
        Tree::Member(of, name, arguments) => {
            check(of)?;
            let arguments = arguments.as_deref().unwrap_or_default();
            let of_text = OFFERS.iter().any(|offer| offer.on == TEXT && offer.name == name);
            if arguments.len() > if of_text { 1 } else { MAX_WORDS } {
                return Err(misused(node));
            }
            arguments.iter().try_for_each(check)
        }
        Tree::Not(inside) | Tree::Minus(inside) => check(inside),
        Tree::Binary(_, a, b) => check(a).and_then(|()| check(b)),
        Tree::List(parts) | Tree::And(parts) | Tree::Or(parts) => parts.iter().try_for_each(check),
    }
}

/// Keys that need not be in the config, as they are written.
fn is_optional(offer: &&Offer) -> bool {
    offer.says.ends_with(", if set")
}

/// Of everything but an optional key the answer would always be yes.
fn optional(asked: &Node) -> Result<(), Fault> {
    let usage = match &asked.tree {
        Tree::Member(of, name, None) => match &of.tree {
            Tree::Name(of) => format!("{of}.{name}"),
            _ => String::new(),
        },
        _ => String::new(),
    };
    if OFFERS.iter().filter(is_optional).any(|offer| offer.usage == usage) {
        return Ok(());
    }
    let keys: Vec<&str> = OFFERS.iter().filter(is_optional).map(|offer| offer.usage).collect();
    let message = "`is_set` asks for an optional key of the config";
    Err(Fault::new(asked.range.clone(), message, "always set", format!("what it can ask for: {}.", list(&keys))))
}
