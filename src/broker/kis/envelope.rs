//! What an answer says before one looks into it: done, refused, not processed, or nobody knows.
//!
//! The classes of the codes are those of the broker's own table (github.com/koreainvestment/kis-ai-extensions,
//! `shared/commands/kis-help.md`), and of refusals that were captured from the real server. Whatever is known only from
//! hearsay, or not at all, proves nothing. What is asked must never enter this room.

use crate::http::Response;
use crate::words::excerpt;
use serde_json::Value;

/// The longest text of the broker's that is quoted, in characters.
const QUOTED: usize = 120;

/// An answer of success.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// The body.
    pub(super) body: Value,
    /// What the header says of further pages.
    pub(super) more: More,
}

/// Whether there are further pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum More {
    /// There are.
    Yes,
    /// There are none.
    No,
    /// It is not said.
    Unsaid,
}

/// A no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct No {
    /// The code of the message.
    pub(super) code: String,
    /// The message, on one line.
    pub(super) message: String,
    /// What follows from it.
    pub(super) class: Class,
}

/// What follows from a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Too many requests in a second: not processed, and may be sent again.
    Busy,
    /// The token is not valid: not processed, and may be sent again with another.
    Token,
    /// Not processed, and never will be as it is.
    Barred,
    /// The broker has refused it: that this is what the code means is certain.
    Refused,
    /// The broker says no, in words that are not documented: it must be looked at whether it did it all the same.
    Said,
    /// Nobody knows.
    Unknown,
}

/// Reads the envelope of an answer. What must not be seen is hidden in the broker's words before they are cut to a length.
///
/// # Errors
/// [`No`], also when the answer is none that this API gives.
pub(super) fn open(response: &Response, hide: &dyn Fn(&str) -> String) -> Result<Answer, No> {
    let unknown = |message: String| No { code: String::new(), message, class: Class::Unknown };
    let status = response.status;
    let body: Value = serde_json::from_slice(&response.body)
        .map_err(|_| unknown(format!("the answer with the status {status} is no JSON")))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    // A refusal of the token's own service looks different.
    let old = text("error_code");
    let (code, message) = match old.is_empty() {
        false => (old, text("error_description")),
        true => (text("msg_cd"), text("msg1")),
    };
    match text("rt_cd").as_str() {
        "0" if (200..300).contains(&status) => Ok(Answer { more: more(response), body }),
        "" if code.is_empty() => Err(unknown(format!("the answer with the status {status} has no result"))),
        result => {
            let class = if result == "0" { Class::Unknown } else { class(&code, result) };
            Err(No { class, message: excerpt(&hide(&message), QUOTED), code: excerpt(&hide(&code), QUOTED) })
        }
    }
}

fn more(response: &Response) -> More {
    match response.header("tr_cont").map(str::trim) {
        Some("F" | "M") => More::Yes,
        Some("D" | "E") => More::No,
        _ => More::Unsaid,
    }
}

fn class(code: &str, result: &str) -> Class {
    match code {
        "EGW00201" | "EGW00215" => Class::Busy,
        "EGW00121" | "EGW00122" | "EGW00123" => Class::Token,
        // A check of the gateway, before anything is passed on.
        "EGW00131" | "EGW00132" | "EGW00133" | "EGW00205" | "EGW00206" | "EGW00207" | "EGW00208" | "EGW00213"
        | "EGW02004" | "OPSQ2000" | "OPSQ2001" | "OPSQ2002" => Class::Barred,
        // Captured from the real server: not in session, no trading day, bad type of order, nothing to cancel.
        "APBK0918" | "APBK0919" | "APBK0963" | "APBK0927" => Class::Refused,
        // The rest of the gateway's and the channel's codes tell of a connection that broke behind them.
        _ if code.starts_with("EGW") || code.starts_with("OPSQ") => Class::Unknown,
        "" => Class::Unknown,
        // 7 is a refusal of the business behind the gateway. 90000000 is the mock world's word for what it does not do.
        _ if result == "7" || code == "90000000" => Class::Said,
        _ => Class::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Class, More, No};
    use crate::http::Response;
    use serde_json::json;

    fn open(response: &Response) -> Result<Answer, No> {
        super::open(response, &str::to_owned)
    }

    fn response(status: u16, body: &str, more: Option<&str>) -> Response {
        let headers = more.map(|more| ("tr_cont".to_owned(), more.to_owned()));
        Response { status, headers: headers.into_iter().collect(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn success_is_said_in_the_body_and_by_the_status() {
        let body = json!({ "rt_cd": "0", "msg_cd": "KIOK0460", "msg1": "조회 되었습니다.   " }).to_string();
        for (said, more) in [("F", More::Yes), ("M", More::Yes), ("D", More::No), ("E", More::No), ("", More::Unsaid)] {
            assert_eq!(open(&response(200, &body, Some(said))).unwrap().more, more, "{said}");
        }
        assert_eq!(open(&response(200, &body, None)).unwrap().more, More::Unsaid);
        assert_eq!(open(&response(500, &body, None)).unwrap_err().class, Class::Unknown);
        assert_eq!(open(&response(302, &body, None)).unwrap_err().class, Class::Unknown);
    }

    #[test]
    fn what_follows_from_a_no_is_in_its_code() {
        for (status, result, code, class) in [
            (500, "1", "EGW00201", Class::Busy),
            (500, "1", "EGW00215", Class::Busy),
            (500, "1", "EGW00121", Class::Token),
            (500, "1", "EGW00123", Class::Token),
            (500, "1", "EGW02004", Class::Barred),
            (200, "2", "OPSQ2000", Class::Barred),
            (200, "7", "APBK0918", Class::Refused),
            (200, "7", "APBK0400", Class::Said),
            (200, "7", "40310000", Class::Said),
            (200, "1", "90000000", Class::Said),
            (200, "7", "ABCD00000000", Class::Said),
            (200, "1", "ABCD00000000", Class::Unknown),
            (200, "9", "ABCD00000000", Class::Unknown),
            (500, "1", "EGW00301", Class::Unknown),
            (500, "1", "EGW00302", Class::Unknown),
            (500, "7", "EGW00302", Class::Unknown),
            (500, "1", "EGW00202", Class::Unknown),
            (500, "1", "EGW00304", Class::Unknown),
            (200, "1", "OPSQ0008", Class::Unknown),
            (200, "1", "OPSQ9999", Class::Unknown),
            (500, "1", "", Class::Unknown),
            (200, "7", "", Class::Unknown),
            (200, "0x", "EGW00201", Class::Busy),
        ] {
            let body = json!({ "rt_cd": result, "msg_cd": code, "msg1": "  no\n " }).to_string();
            let no = open(&response(status, &body, None)).unwrap_err();
            assert_eq!((no.class, no.code.as_str()), (class, code), "{status} {result} {code}");
            assert_eq!(no.message, "no");
        }
    }

    #[test]
    fn a_token_is_refused_in_another_shape() {
        let body = r#"{"error_code":"EGW00133","error_description":"1분당 1회"}"#;
        let no = open(&response(403, body, None)).unwrap_err();
        assert_eq!((no.code.as_str(), no.message.as_str(), no.class), ("EGW00133", "1분당 1회", Class::Barred));
    }

    #[test]
    fn what_is_no_answer_proves_nothing() {
        for (status, body) in [
            (200, "{\"rt_cd\":\"0\",\"out"),
            (500, "<html>Internal Server Error</html>"),
            (200, ""),
            (200, "null"),
            (200, "{}"),
            (502, "{}"),
            (200, "[]"),
            (200, "{\"rt_cd\":0,\"msg_cd\":\"\"}"),
        ] {
            assert_eq!(open(&response(status, body, None)).unwrap_err().class, Class::Unknown, "{status} {body}");
        }
    }
}
