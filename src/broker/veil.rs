//! Answers without what nobody may see, should a broker have said it back in a field: whatever is quoted of them later, and
//! wherever it is cut, has none of it.
//!
//! What an answer means must never enter this file.

use crate::http::Response;
use serde_json::Value;

/// An answer in whose document every text is as `hide` leaves it. One in which nothing is hidden is the same, byte for byte.
pub(super) fn veiled(response: Response, hide: &dyn Fn(&str) -> String) -> Response {
    let Ok(mut document) = serde_json::from_slice::<Value>(&response.body) else { return response };
    match veil(&mut document, hide) {
        true => Response { body: document.to_string().into_bytes(), ..response },
        false => response,
    }
}

/// Hides within a value: whether there was anything.
fn veil(value: &mut Value, hide: &dyn Fn(&str) -> String) -> bool {
    match value {
        Value::String(text) => {
            let left = hide(text);
            let found = left != *text;
            *text = left;
            found
        }
        Value::Array(items) => items.iter_mut().fold(false, |found, item| veil(item, hide) | found),
        Value::Object(items) => items.values_mut().fold(false, |found, item| veil(item, hide) | found),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Secret;

    #[test]
    fn what_is_secret_is_in_no_field_and_all_else_is_as_it_was() {
        let secret = Secret::new("a/canary");
        let said = |body: &str| {
            let response = Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
            String::from_utf8(veiled(response, &|text| secret.hidden(text)).body).unwrap()
        };
        for same in ["", "a/canary is no JSON", r#"{ "b":1.50, "a":"x" }"#, r#"["canary", 12345678901234567890.10]"#] {
            assert_eq!(said(same), same);
        }
        assert_eq!(
            said(r#"{"a":["b a\/canary",{"c":"\u0061/canary"}],"d":1.50}"#),
            r#"{"a":["b [secret]",{"c":"[secret]"}],"d":1.50}"#
        );
    }
}
