//! The canonical text of a plan on one line: the same values, without the blanks between them.
//!
//! Serialising a second time would cost several times as much. What the values mean must never enter this file.

use super::file::{Body, FORMAT_VERSION, Meta, PlanFile};
use crate::hash::sha256;

/// Room for the canonical text of one plan after the other.
#[derive(Debug, Default)]
pub struct Room(Vec<u8>);

impl PlanFile {
    /// Writes the whole file of a body at the end of a text, on one line, without a line break.
    pub fn write_line(body: &Body, meta: &Meta, room: &mut Room, out: &mut String) {
        let canonical = body.canonical_in(&mut room.0);
        let plan_id = sha256(canonical.as_bytes());
        // A struct of texts can always be serialised.
        let meta = serde_json::to_string(meta).unwrap_or_default();
        let head = [r#"{"format_version":""#, FORMAT_VERSION, r#"","plan_id":""#, &plan_id, r#"","meta":"#, &meta];
        out.extend(head.into_iter().chain([r#","body":"#]));
        compact(canonical, out);
        out.push('}');
    }
}

/// Pretty-printed JSON without line breaks, indentation and the blank after each key. It is what `serde_json` prints:
/// a value a line, keys without escapes, line breaks in texts written out.
fn compact(pretty: &str, out: &mut String) {
    let bytes = pretty.as_bytes();
    out.reserve(bytes.len());
    let mut rest = 0;
    while rest < bytes.len() {
        let start = past(bytes, rest, |byte| byte == b' ');
        let value = match key_end(bytes, start) {
            Some(end) => {
                out.push_str(pretty.get(start..end).unwrap_or_default());
                end + 1
            }
            None => start,
        };
        let end =
            memchr::memchr(b'\n', bytes.get(value..).unwrap_or_default()).map_or(bytes.len(), |length| value + length);
        out.push_str(pretty.get(value..end).unwrap_or_default());
        rest = end + 1;
    }
}

/// Where the bytes of a kind end that begin at a place.
fn past(bytes: &[u8], start: usize, kind: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    rest.iter().position(|byte| !kind(*byte)).map_or(bytes.len(), |length| start + length)
}

/// Where a key and its colon end, if one begins here; a blank follows. In a text that stands alone on its line a quote has
/// a backslash before it, or ends it.
fn key_end(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let quote = past(bytes, start + 1, |byte| byte != b'"' && byte != b'\\');
    bytes.get(quote..)?.starts_with(b"\": ").then_some(quote + 2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a\"\\\\: \n\t{}\\[\\],가]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z_]{1,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn compacted(value: &Value) -> String {
        let mut out = String::new();
        compact(&serde_json::to_string_pretty(value).unwrap(), &mut out);
        out
    }

    #[test]
    fn texts_that_look_like_keys_keep_their_blanks() {
        let value = json!({ "a": ["\": ", "b\": c", "x: y", "\\\": "], "b": { "c": {}, "d": [] }, "e": "\": " });
        assert_eq!(compacted(&value), serde_json::to_string(&value).unwrap());
    }

    proptest! {
        #[test]
        fn what_is_compacted_is_what_would_be_printed(value in value()) {
            prop_assert_eq!(compacted(&value), serde_json::to_string(&value).unwrap());
        }
    }
}
