//! Parameters of rules: which kinds there are, how a value of each is read, and what its schema is.
//!
//! What a parameter means to its rule must never enter this file.

use crate::code::Code;
use crate::config::{Amount, Days, Entries, Field, Misread, read_node};
use crate::document::{Node, Reading, Span};
use crate::money::{Money, Rate, Weight};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// A parameter as its rule declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the file.
    pub name: &'static str,
    /// What can be written there.
    pub kind: Kind,
    /// What it does, in words: a lower-case start, no period.
    pub meaning: &'static str,
}

/// What can be written for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number of days: the more, the stricter.
    Days,
    /// A number of minutes that are let pass: the fewer, the stricter.
    Minutes,
    /// A number of things.
    Count,
    /// A fraction of the portfolio.
    Weight,
    /// A fraction of an amount.
    Rate,
    /// An amount in the base currency.
    Amount,
    /// Codes of assets, each once.
    Codes,
    /// Fractions of the portfolio by the code of an asset.
    WeightsByCode,
    /// Fractions of the portfolio by a name: a sleeve's, a tag.
    WeightsByName,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Days,
        Self::Minutes,
        Self::Count,
        Self::Weight,
        Self::Rate,
        Self::Amount,
        Self::Codes,
        Self::WeightsByCode,
        Self::WeightsByName,
    ];

    /// The words used in the pages and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Minutes => "minutes",
            Self::Count => "count",
            Self::Weight => "weight",
            Self::Rate => "rate",
            Self::Amount => "amount",
            Self::Codes => "codes",
            Self::WeightsByCode => "weights by code",
            Self::WeightsByName => "weights by name",
        }
    }

    /// The schema of a value.
    #[must_use]
    pub fn schema(self) -> Json {
        match self {
            Self::Days => schema_of::<Days>(),
            Self::Minutes | Self::Count => json!({ "type": "integer", "minimum": 0, "maximum": MOST }),
            Self::Weight => schema_of::<Weight>(),
            Self::Rate => schema_of::<Rate>(),
            Self::Amount => schema_of::<Amount>(),
            Self::Codes => {
                json!({ "type": "array", "items": schema_of::<Code>(), "minItems": 1, "uniqueItems": true })
            }
            Self::WeightsByCode => json!({
                "type": "object", "minProperties": 1, "propertyNames": schema_of::<Code>(),
                "additionalProperties": schema_of::<Weight>(),
            }),
            Self::WeightsByName => {
                json!({ "type": "object", "minProperties": 1, "additionalProperties": schema_of::<Weight>() })
            }
        }
    }
}

/// The largest number of things.
const MOST: u32 = 10_000;

fn schema_of<T: JsonSchema>() -> Json {
    T::json_schema(&mut SchemaGenerator::default()).into()
}

/// A value of a parameter, exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number of days.
    Days(u32),
    /// A number of minutes.
    Minutes(u32),
    /// A number of things.
    Count(u32),
    /// A fraction of the portfolio.
    Weight(Weight),
    /// A fraction of an amount.
    Rate(Rate),
    /// An amount in the base currency.
    Amount(Money),
    /// Codes of assets.
    Codes(Vec<Named<()>>),
    /// Fractions of the portfolio by code or name.
    Weights(Vec<Named<Weight>>),
}

/// A code or a name with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// The code or name.
    pub name: String,
    /// Where it stands in the policy file.
    pub span: Span,
    /// What is said of it.
    pub value: T,
}

impl Value {
    /// Reads a value. What cannot be read is in the list; a value is none when it, or a part of it, could not be read.
    #[must_use]
    pub fn read(kind: Kind, reading: &Reading, node: &Node) -> (Option<Self>, Vec<Misread>) {
        match kind {
            Kind::Days => scalar(reading, node, |days: Days| Self::Days(days.0)),
            Kind::Minutes => scalar(reading, node, |count: Count| Self::Minutes(count.0)),
            Kind::Count => scalar(reading, node, |count: Count| Self::Count(count.0)),
            Kind::Weight => scalar(reading, node, Self::Weight),
            Kind::Rate => scalar(reading, node, Self::Rate),
            Kind::Amount => scalar(reading, node, |amount: Amount| Self::Amount(amount.0)),
            Kind::Codes => {
                let (list, misread) = read_node::<Vec<Field<Code>>>(reading, node);
                let code =
                    |field: &Field<Code>| Some(Named { name: field.get()?.0.clone(), span: field.span, value: () });
                (list.and_then(|list| list.iter().map(code).collect()).map(Self::Codes), misread)
            }
            Kind::WeightsByCode | Kind::WeightsByName => {
                let (map, misread) = read_node::<Entries<Weight>>(reading, node);
                let named = |(name, weight): &(crate::config::Name, Field<Weight>)| {
                    Some(Named { name: name.get()?.clone(), span: name.span, value: *weight.get()? })
                };
                (map.and_then(|map| map.0.iter().map(named).collect()).map(Self::Weights), misread)
            }
        }
    }

    /// The value as JSON: decimals are strings.
    #[must_use]
    pub fn json(&self) -> Json {
        match self {
            Self::Days(n) | Self::Minutes(n) | Self::Count(n) => json!(n),
            Self::Weight(weight) => json!(weight.to_string()),
            Self::Rate(rate) => json!(rate.to_string()),
            Self::Amount(amount) => json!(amount.to_string()),
            Self::Codes(codes) => codes.iter().map(|code| code.name.as_str()).collect(),
            Self::Weights(weights) => weights.iter().map(|w| (w.name.clone(), json!(w.value.to_string()))).collect(),
        }
    }
}

/// A number of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count(u32);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let count = text.parse().ok().filter(|count| *count <= MOST);
        count.map(Self).ok_or_else(|| serde::de::Error::custom("not a whole number, or out of range"))
    }
}

fn scalar<T: for<'de> Deserialize<'de>>(
    reading: &Reading,
    node: &Node,
    value: impl Fn(T) -> Value,
) -> (Option<Value>, Vec<Misread>) {
    let (field, misread) = read_node::<Field<T>>(reading, node);
    (field.and_then(|field| field.value).map(value), misread)
}
