//! Two plans side by side: everything in which their bodies differ.
//!
//! It walks over whatever a body has, so that a field that is new cannot be forgotten here. What a difference means must
//! never enter this file.

use super::file::{Body, Order};
use serde_json::Value;
use std::collections::BTreeMap;

/// What differs between two plans.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The orders that came, went or are others: sells first, each side by code.
    pub orders: Vec<OrderChange>,
    /// Everything else, in the order of the file.
    pub changes: Vec<Change>,
}

/// An order that is in one plan only, or is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderChange {
    /// The order of the first plan.
    pub from: Option<Order>,
    /// The order of the second plan.
    pub to: Option<Order>,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The keys that lead to it, from the body; of an item of a list its code, rule or commit, or its place.
    pub at: Vec<String>,
    /// What it is in the first plan; none when it is null or not there.
    pub from: Option<String>,
    /// What it is in the second plan.
    pub to: Option<String>,
}

impl Comparison {
    /// Compares two plans.
    #[must_use]
    pub fn of(from: &Body, to: &Body) -> Self {
        Self { orders: orders(&from.orders, &to.orders), changes: changes(from, to) }
    }

    /// Whether there is no difference.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.changes.is_empty()
    }
}

fn orders(from: &[Order], to: &[Order]) -> Vec<OrderChange> {
    let mut pairs: BTreeMap<&str, OrderChange> = BTreeMap::new();
    for order in from {
        pairs.insert(&order.id, OrderChange { from: Some(order.clone()), to: None });
    }
    for order in to {
        let pair = pairs.entry(&order.id).or_insert(OrderChange { from: None, to: None });
        pair.to = Some(order.clone());
    }
    let mut pairs: Vec<OrderChange> = pairs.into_values().filter(|pair| pair.from != pair.to).collect();
    pairs.sort_by_key(|pair| pair.from.as_ref().or(pair.to.as_ref()).is_some_and(|order| order.side != "sell"));
    pairs
}

/// The values of two bodies that differ, the orders aside.
fn changes(from: &Body, to: &Body) -> Vec<Change> {
    let (from, to) = (leaves_of(from), leaves_of(to));
    let text = |leaves: &Leaves, at: &[String]| leaves.iter().find(|(key, _)| key == at).map(|(_, text)| text.clone());
    let mut changes = Vec::new();
    for (at, was) in &from {
        let is = text(&to, at);
        if is.as_ref() != Some(was) {
            changes.push(Change { at: at.clone(), from: Some(was.clone()), to: is });
        }
    }
    for (at, is) in to.iter().filter(|(at, _)| text(&from, at).is_none()) {
        changes.push(Change { at: at.clone(), from: None, to: Some(is.clone()) });
    }
    // What came stands beside what else is in its section.
    let sections: Vec<&str> = SECTIONS.to_vec();
    changes.sort_by_key(|change| sections.iter().position(|section| change.at.first().is_some_and(|at| at == section)));
    changes
}

/// The sections of a body that are compared here, in the order of the file.
const SECTIONS: [&str; 11] = [
    "status",
    "inputs",
    "params",
    "asked",
    "trigger",
    "before",
    "conversions",
    "after",
    "checks",
    "overrides",
    "summary",
];

type Leaves = Vec<(Vec<String>, String)>;

fn leaves_of(body: &Body) -> Leaves {
    let mut leaves = Vec::new();
    // A struct of text and integers is always a value.
    let mut value = serde_json::to_value(body).unwrap_or_default();
    if let Value::Object(map) = &mut value {
        map.shift_remove("orders");
    }
    walk(&value, &mut Vec::new(), &mut leaves);
    leaves
}

fn walk(value: &Value, at: &mut Vec<String>, leaves: &mut Leaves) {
    match value {
        Value::Null => {}
        Value::String(text) => leaves.push((at.clone(), text.clone())),
        Value::Bool(_) | Value::Number(_) => leaves.push((at.clone(), value.to_string())),
        Value::Object(map) => {
            for (key, value) in map {
                at.push(key.clone());
                walk(value, at, leaves);
                at.pop();
            }
        }
        Value::Array(items) => {
            let mut names: BTreeMap<String, usize> = BTreeMap::new();
            for (index, item) in items.iter().enumerate() {
                let name = name_of(item).unwrap_or_else(|| index.to_string());
                let seen = names.entry(name.clone()).and_modify(|n| *n += 1).or_insert(1);
                at.push(if *seen > 1 { format!("{name}#{seen}") } else { name });
                walk(item, at, leaves);
                at.pop();
            }
        }
    }
}

/// What an item of a list is known by.
fn name_of(item: &Value) -> Option<String> {
    ["code", "rule", "commit", "currency", "id"].iter().find_map(|key| Some(item.get(key)?.as_str()?.to_owned()))
}
