//! The canonical text of a plan on one line: the same values, without the blanks between them.
//!
//! Serialising a second time would cost several times as much. What the values mean must never enter this file.

use super::file::{Body, FORMAT_VERSION, Meta, PlanFile};
use crate::hash::sha256;

impl PlanFile {
    /// A plan file of a body, and the whole file on one line, without a line break.
    #[must_use]
    pub fn with_line(body: Body, meta: Meta) -> (Self, String) {
        let canonical = body.canonical();
        let plan_id = sha256(canonical.as_bytes());
        // A struct of texts can always be serialised.
        let meta_text = serde_json::to_string(&meta).unwrap_or_default();
        let mut line = String::with_capacity(canonical.len());
        line.push_str(&format!(
            r#"{{"format_version":"{FORMAT_VERSION}","plan_id":"{plan_id}","meta":{meta_text},"body":"#
        ));
        compact(&canonical, &mut line);
        line.push('}');
        (Self { format_version: FORMAT_VERSION.to_owned(), plan_id, meta, body }, line)
    }
}

/// Pretty-printed JSON without line breaks, indentation and the blank after each key. It is what `serde_json` prints:
/// a value a line, keys without escapes, line breaks in texts written out.
fn compact(pretty: &str, out: &mut String) {
    for line in pretty.lines() {
        let line = line.trim_start_matches(' ');
        // In a text that stands alone on its line a quote has a backslash before it, or ends it.
        let key = line.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        match key.filter(|(key, _)| !key.ends_with('\\')).and_then(|(key, rest)| Some((key, rest.strip_prefix(": ")?)))
        {
            Some((key, value)) => {
                out.push('"');
                out.push_str(key);
                out.push_str("\":");
                out.push_str(value);
            }
            None => out.push_str(line),
        }
    }
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
