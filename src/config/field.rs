//! Values with their places, and how each kind of scalar is read.

use super::{Amount, Day, Days, ExchangeRate, Increment, LotSize, Month, Orders, ScheduleDay, Sessions, Shares, Year};
use crate::code::Code;
use crate::document::Span;
use crate::money::{
    self, FX_PLACES, Money, NumberFault, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity, Rate, WEIGHT_PLACES, Weight,
};
use crate::zone::Zone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The name by which the tree's deserializer knows that a place is wanted with the value.
pub(super) const FIELD: &str = "$rebalance::Field";

/// A value and where it stands; the value is absent when it could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<T> {
    /// Where it stands.
    pub span: Span,
    /// Whether it is a scalar without quotes.
    pub plain: bool,
    /// The value.
    pub value: Option<T>,
}

impl<T> Field<T> {
    /// The value, when it could be read.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

/// A key and where it stands.
pub type Name = Field<String>;

/// The value of an optional field, when it is there and could be read.
pub fn get<T>(field: Option<&Field<T>>) -> Option<&T> {
    field.and_then(Field::get)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(FIELD, &["start", "end", "plain", "value"], FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut next = || -> Result<usize, A::Error> {
            map.next_key::<IgnoredAny>()?;
            map.next_value()
        };
        let span = Span { start: next()?, end: next()? };
        let plain = next()? == 1;
        map.next_key::<IgnoredAny>()?;
        Ok(Field { span, plain, value: map.next_value::<T>().ok() })
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

/// A mapping whose keys the owner chooses, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<T>(pub Vec<(Name, Field<T>)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Map_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "minProperties": 1, "additionalProperties": value })
    }
}

/// A text that is not empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

/// Reads a type from the text of a scalar, and says what its schema is.
macro_rules! scalar {
    ($name:ty, $read:expr, $schema:tt) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: fn(&str) -> Result<$name, Problem> = $read;
                read(&text).map_err(D::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }

            fn inline_schema() -> bool {
                true
            }
        }
    };
}

/// Why a scalar could not be read, as the message of a serde error.
pub(super) enum Problem {
    Number(NumberFault),
    Other(&'static str),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(NumberFault::TooPrecise { places }) => {
                write!(f, "more than {places} decimal places")
            }
            Self::Number(NumberFault::TooLarge) => write!(f, "larger than {}", money::MAX_AMOUNT),
            Self::Number(NumberFault::NotANumber | NumberFault::Spelling(_)) => f.write_str("not a plain number"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

fn whole(text: &str, least: u32, most: u32) -> Result<u32, Problem> {
    let value = text.parse().map_err(|_| Problem::Other("not a whole number"))?;
    if (least..=most).contains(&value) { Ok(value) } else { Err(Problem::Other("out of range")) }
}

fn not_negative(text: &str, places: u32) -> Result<rust_decimal::Decimal, Problem> {
    let value = money::decimal(text, places).map_err(Problem::Number)?;
    if value.is_sign_negative() && !value.is_zero() { Err(Problem::Other("negative")) } else { Ok(value) }
}

/// A fraction of 1. One in another spelling (`.35`) is read all the same when only one number can be meant: the spelling
/// is a finding of its own, and must not hide that the weights do not add up.
fn fraction(text: &str) -> Result<rust_decimal::Decimal, Problem> {
    let value = match money::decimal(text, WEIGHT_PLACES) {
        Err(NumberFault::Spelling(Some(plain))) => not_negative(&plain, WEIGHT_PLACES)?,
        _ => not_negative(text, WEIGHT_PLACES)?,
    };
    if value > rust_decimal::Decimal::ONE { Err(Problem::Other("more than 1")) } else { Ok(value) }
}

fn positive(text: &str, places: u32) -> Result<rust_decimal::Decimal, Problem> {
    let value = not_negative(text, places)?;
    if value.is_zero() { Err(Problem::Other("zero")) } else { Ok(value) }
}

scalar!(Weight, |t| fraction(t).map(Weight::new), { "type": "number", "minimum": 0, "maximum": 1 });
scalar!(Rate, |t| fraction(t).map(Rate::new), { "type": "number", "minimum": 0, "maximum": 1 });
scalar!(
    Amount,
    |t| not_negative(t, PRICE_PLACES).map(|d| Amount(Money::new(d))),
    { "type": "number", "minimum": 0, "maximum": 1_000_000_000_000_000_i64 }
);
scalar!(
    Money,
    |t| money::decimal(t, PRICE_PLACES).map(Money::new).map_err(Problem::Number),
    { "type": "number", "minimum": -1_000_000_000_000_000_i64, "maximum": 1_000_000_000_000_000_i64 }
);
scalar!(
    Price,
    |t| positive(t, PRICE_PLACES).map(Price::new),
    { "type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000_000_000_i64 }
);
scalar!(
    ExchangeRate,
    |t| positive(t, FX_PLACES).map(ExchangeRate),
    { "type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000 }
);
scalar!(
    Quantity,
    |t| not_negative(t, QUANTITY_PLACES).map(Quantity::new),
    { "type": "number", "minimum": 0, "maximum": 1_000_000_000_000_000_i64 }
);
scalar!(
    Increment,
    |t| match positive(t, QUANTITY_PLACES)? {
        part if part > rust_decimal::Decimal::ONE => Err(Problem::Other("more than 1")),
        part => Ok(Increment(Quantity::new(part))),
    },
    { "type": "number", "exclusiveMinimum": 0, "maximum": 1 }
);
scalar!(
    LotSize,
    |t| whole(t, 1, 1_000_000).map(|n| LotSize(Quantity::new(n.into()))),
    { "type": "integer", "minimum": 1, "maximum": 1_000_000 }
);
scalar!(
    Shares,
    |t| positive(t, QUANTITY_PLACES).map(|d| Shares(Quantity::new(d))),
    { "type": "integer", "minimum": 1, "maximum": 1_000_000_000_000_000_i64 }
);
scalar!(
    Year,
    |t| whole(t, 2000, 2999).map(|year| Year(year.cast_signed())),
    { "type": "integer", "minimum": 2000, "maximum": 2999 }
);
scalar!(Month, |t| whole(t, 1, 12).map(Month), { "type": "integer", "minimum": 1, "maximum": 12 });
scalar!(
    ScheduleDay,
    |t| match t {
        "first_business_day" => Ok(ScheduleDay::FirstBusinessDay),
        "last_business_day" => Ok(ScheduleDay::LastBusinessDay),
        number => whole(number, 1, 31).map(ScheduleDay::Number),
    },
    { "anyOf": [
        {
            "enum": ["first_business_day", "last_business_day"],
            "enumDescriptions": ["The first trading day.", "The last trading day."]
        },
        { "type": "integer", "minimum": 1, "maximum": 31 }
    ] }
);
scalar!(Sessions, |t| whole(t, 0, 60).map(Sessions), { "type": "integer", "minimum": 0, "maximum": 60 });
scalar!(Days, |t| whole(t, 0, 3660).map(Days), { "type": "integer", "minimum": 0, "maximum": 3660 });
scalar!(Orders, |t| whole(t, 0, 10_000).map(Orders), { "type": "integer", "minimum": 0, "maximum": 10_000 });
scalar!(
    Day,
    |t| day(t).map(Day).ok_or(Problem::Other("not a day of the calendar as YYYY-MM-DD")),
    { "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }
);
scalar!(
    Zone,
    |t| Zone::named(t).ok_or(Problem::Other("not an IANA time zone such as Asia/Seoul")),
    { "type": "string" }
);
scalar!(
    Text,
    |t| match t {
        "" => Err(Problem::Other("empty")),
        t if t.contains(['\n', '\r', '\t']) => Err(Problem::Other("more than one line, or a tab")),
        t => Ok(Text(t.to_owned())),
    },
    { "type": "string", "minLength": 1 }
);
scalar!(
    Code,
    |t| if is_code(t) { Ok(Code(t.to_owned())) } else { Err(Problem::Other("not a code")) },
    { "type": "string", "pattern": CODE_PATTERN }
);

/// What a code looks like: the exchange's letters and digits.
pub(crate) const CODE_PATTERN: &str = "^[0-9A-Za-z][0-9A-Za-z._-]{0,19}$";

/// A day written as `YYYY-MM-DD`, exactly.
#[must_use]
pub fn day(text: &str) -> Option<chrono::NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(*digit - b'0')))
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    chrono::NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// Whether a text is a code.
pub(crate) fn is_code(text: &str) -> bool {
    (1..=20).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

impl fmt::Display for ScheduleDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstBusinessDay => f.write_str("first_business_day"),
            Self::LastBusinessDay => f.write_str("last_business_day"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}
