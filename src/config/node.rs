//! Serde over the tree: types are read from nodes, tolerantly, with every failure noted at its place.

use super::Config;
use super::field::FIELD;
use crate::document::{Entry, FaultKind, Kind, Node, Reading, Span, Style};
use serde::Deserialize;
use serde::de::value::{StrDeserializer, UsizeDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

/// A value that is there but could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Where it stands.
    pub span: Span,
    /// What could not be read.
    pub kind: MisreadKind,
    /// Why.
    pub message: String,
}

/// What could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisreadKind {
    /// A scalar.
    Scalar,
    /// A mapping or a sequence where something else is needed, or the other way round.
    Shape,
    /// A key given twice: neither value is taken.
    Ambiguous,
}

/// Reads the config out of a reading.
pub(super) fn read(reading: &Reading) -> (Config, Vec<Misread>) {
    let (value, misread) = read_as::<Config>(reading);
    (value.unwrap_or_default(), misread)
}

/// Reads any shape made of [`super::Field`]s out of a reading.
pub(crate) fn read_as<T: for<'de> Deserialize<'de>>(reading: &Reading) -> (Option<T>, Vec<Misread>) {
    match &reading.document {
        Some(document) => read_node(reading, &document.root),
        None => (None, Vec::new()),
    }
}

/// Reads any such shape out of a node of a reading.
pub(crate) fn read_node<T: for<'de> Deserialize<'de>>(reading: &Reading, node: &Node) -> (Option<T>, Vec<Misread>) {
    let notes = Notes { ambiguous: ambiguous_keys(reading), misread: RefCell::new(Vec::new()) };
    let de = NodeDe { node, notes: &notes };
    let value = match T::deserialize(de) {
        Ok(value) => Some(value),
        Err(error) => {
            notes.note(node, &error);
            None
        }
    };
    let mut misread = notes.misread.into_inner();
    misread.sort_by_key(|m| m.span);
    (value, misread)
}

/// The spans of first keys that are given again later.
fn ambiguous_keys(reading: &Reading) -> BTreeSet<Span> {
    let doubled = reading.faults.iter().filter(|fault| fault.kind == FaultKind::DuplicateKey);
    doubled.flat_map(|fault| fault.related.iter().map(|(span, _)| *span)).collect()
}

struct Notes {
    ambiguous: BTreeSet<Span>,
    misread: RefCell<Vec<Misread>>,
}

impl Notes {
    fn note(&self, node: &Node, error: &Error) {
        let kind = match node.kind {
            Kind::Scalar(_) => MisreadKind::Scalar,
            Kind::Map(_) | Kind::Seq(_) => MisreadKind::Shape,
        };
        self.misread.borrow_mut().push(Misread { span: node.span, kind, message: error.0.clone() });
    }
}

/// A serde error: a message only, since the place is noted where it is caught.
#[derive(Debug)]
pub(crate) struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[derive(Clone, Copy)]
struct NodeDe<'a> {
    node: &'a Node,
    notes: &'a Notes,
}

impl<'de> Deserializer<'de> for NodeDe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Scalar(scalar) => visitor.visit_str(&scalar.text),
            Kind::Seq(items) => visitor.visit_seq(Items { items: items.iter(), notes: self.notes }),
            Kind::Map(entries) => {
                visitor.visit_map(EntriesDe { entries: entries.iter(), current: None, notes: self.notes })
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.scalar().map(|s| s.text.as_str()) {
            Some("true" | "True" | "TRUE") => visitor.visit_bool(true),
            Some("false" | "False" | "FALSE") => visitor.visit_bool(false),
            _ => Err(Error::custom("not true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == FIELD {
            return visitor.visit_map(FieldDe { span: self.node.span, node: Some(self), key: None, step: 0 });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let scalar = self.node.scalar().ok_or_else(|| Error::custom("not a word"))?;
        visitor.visit_enum(Word(&scalar.text))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

/// A word as a unit variant.
struct Word<'a>(&'a str);

impl<'de> EnumAccess<'de> for Word<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let de: StrDeserializer<'_, Error> = self.0.into_deserializer();
        Ok((seed.deserialize(de)?, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Error> {
        Err(Error::custom("a word has no content"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("a word has no content"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Error> {
        Err(Error::custom("a word has no content"))
    }
}

struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
    notes: &'a Notes,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let notes = self.notes;
        self.items.next().map(|node| seed.deserialize(NodeDe { node, notes })).transpose()
    }
}

struct EntriesDe<'a> {
    entries: std::slice::Iter<'a, Entry>,
    current: Option<&'a Entry>,
    notes: &'a Notes,
}

impl<'de> MapAccess<'de> for EntriesDe<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.current = self.entries.next();
        self.current.map(|entry| seed.deserialize(KeyDe { entry })).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let entry = self.current.take().ok_or_else(|| Error::custom("a value without its key"))?;
        if self.notes.ambiguous.contains(&entry.key.span) {
            return seed.deserialize(Ambiguous { entry, notes: self.notes });
        }
        seed.deserialize(NodeDe { node: &entry.value, notes: self.notes })
    }
}

/// A key: its text, or its text with its place.
#[derive(Clone, Copy)]
struct KeyDe<'a> {
    entry: &'a Entry,
}

impl<'de> Deserializer<'de> for KeyDe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(&self.entry.key.text)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == FIELD {
            return visitor.visit_map(FieldDe { span: self.entry.key.span, node: None, key: Some(self), step: 0 });
        }
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A value whose key is given twice: its place is known, its value is not taken.
struct Ambiguous<'a> {
    entry: &'a Entry,
    notes: &'a Notes,
}

impl<'de> Deserializer<'de> for Ambiguous<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("given twice"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let span = self.entry.value.span;
        let message = format!("`{}` is given twice", self.entry.key.text);
        self.notes.misread.borrow_mut().push(Misread { span, kind: MisreadKind::Ambiguous, message });
        visitor.visit_map(FieldDe { span, node: None, key: None, step: 0 })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier
    }
}

/// The four parts of a field: start, end, whether plain, value.
struct FieldDe<'a> {
    span: Span,
    node: Option<NodeDe<'a>>,
    key: Option<KeyDe<'a>>,
    step: u8,
}

impl FieldDe<'_> {
    fn plain(&self) -> bool {
        let of_node = self.node.and_then(|de| de.node.scalar()).map(|scalar| scalar.style);
        of_node.or(self.key.map(|de| de.entry.key.style)) == Some(Style::Plain)
    }
}

impl<'de> MapAccess<'de> for FieldDe<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.step += 1;
        let de: StrDeserializer<'_, Error> = "part".into_deserializer();
        seed.deserialize(de).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let number = |n: usize| -> UsizeDeserializer<Error> { n.into_deserializer() };
        match (self.step, self.node, self.key) {
            (1, ..) => seed.deserialize(number(self.span.start)),
            (2, ..) => seed.deserialize(number(self.span.end)),
            (3, ..) => seed.deserialize(number(self.plain().into())),
            (_, Some(de), _) => seed.deserialize(de).inspect_err(|error| de.notes.note(de.node, error)),
            (_, _, Some(key)) => seed.deserialize(key),
            _ => Err(Error::custom("given twice")),
        }
    }
}
