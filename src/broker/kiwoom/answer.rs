//! What an answer of Kiwoom's says happened to the request: done, not processed, refused, or nobody knows.
//!
//! `return_code` decides, with the four digits in the brackets of `return_msg`, and never the status of HTTP alone
//! (reference: the official list of codes, and what the server was seen to answer). What is done about it must never
//! enter this room.

use super::figures::Row;
use crate::http::Response;
use crate::words::excerpt;
use serde_json::Value;

/// The longest text of Kiwoom's that is quoted, in characters.
const QUOTED: usize = 160;
/// Too many requests: not processed.
const LIMITED: u32 = 1700;
/// The token is none, or no longer one, or not one for this address, host or device: not processed. With another token
/// it may be.
const STALE: [u32; 9] = [8003, 8005, 8006, 8009, 8010, 8015, 8016, 8031, 8103];
/// Not processed, and never will be: the request, the code, the keys, the address or the host is wrong.
const REFUSED: [u32; 21] = [
    1501, 1504, 1505, 1511, 1512, 1513, 1514, 1515, 1516, 1517, 1687, 1901, 1902, 8001, 8002, 8011, 8012, 8020, 8030,
    8040, 8050,
];
/// The business behind the gateway says no.
const BUSINESS: i64 = 20;
/// The code in the brackets of such an answer.
const BUSINESS_CODE: u32 = 2000;

/// What an answer says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// It was done; the document.
    Done(Row),
    /// It was not processed: there were too many requests. It may be sent again, later.
    Limited(String),
    /// It was not processed: the token is not taken any more. It may be sent again, with another.
    Stale(String),
    /// It was refused, and nothing was done.
    Refused(String),
    /// It cannot be told what happened.
    Unclear(String),
}

/// What an answer says.
pub(super) fn read(response: &Response) -> Answer {
    let Ok(Value::Object(row)) = serde_json::from_slice(&response.body) else {
        return match response.status {
            429 => Answer::Limited("status 429".to_owned()),
            401 => Answer::Stale("status 401".to_owned()),
            status => Answer::Unclear(format!("status {status}, and no JSON")),
        };
    };
    let message = row.get("return_msg").and_then(Value::as_str);
    let message = message.map(quoted).unwrap_or_default();
    let Some(given) = row.get("return_code").and_then(integer) else {
        return match response.status {
            429 => Answer::Limited(told("status 429", &message)),
            401 => Answer::Stale(told("status 401", &message)),
            status => Answer::Unclear(told(&format!("status {status}, and no return_code"), &message)),
        };
    };
    if given == 0 {
        return Answer::Done(row);
    }
    let code = bracketed(&message).or_else(|| u32::try_from(given).ok().filter(|code| *code >= 1000));
    let said = told(&format!("return_code {given}"), &message);
    match code {
        Some(LIMITED) => Answer::Limited(said),
        Some(code) if STALE.contains(&code) => Answer::Stale(said),
        Some(code) if REFUSED.contains(&code) => Answer::Refused(said),
        Some(BUSINESS_CODE) if given == BUSINESS => Answer::Refused(said),
        None if response.status == 429 => Answer::Limited(said),
        None if response.status == 401 => Answer::Stale(said),
        _ => Answer::Unclear(said),
    }
}

/// A text of somebody else's on one line, and not too long.
pub(super) fn quoted(text: &str) -> String {
    excerpt(text.trim(), QUOTED)
}

fn told(what: &str, message: &str) -> String {
    if message.is_empty() { what.to_owned() } else { format!("{what}: {message}") }
}

/// A number that may be written as a text.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The four digits behind the first bracket of a message, as in `[1700:…]` and `[2000](RC4058:…)`.
fn bracketed(message: &str) -> Option<u32> {
    let (_, rest) = message.split_once('[')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let ends = rest.get(digits.len()..).is_some_and(|after| after.starts_with([':', ']']));
    if digits.len() == 4 && ends { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> &'static str {
        match read(&Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }) {
            Answer::Done(_) => "done",
            Answer::Limited(_) => "limited",
            Answer::Stale(_) => "stale",
            Answer::Refused(_) => "refused",
            Answer::Unclear(_) => "unclear",
        }
    }

    fn said(code: i64, message: &str) -> String {
        serde_json::json!({ "return_code": code, "return_msg": message }).to_string()
    }

    #[test]
    fn answers_are_told_apart_by_their_codes() {
        let cases: &[(i64, &str, &str)] = &[
            (0, "KRX 매수주문이 완료되었습니다.", "done"),
            (5, "[1700:허용된 요청 개수를 초과하였습니다]", "limited"),
            (3, "인증에 실패했습니다[8005:Token이 유효하지 않습니다]", "stale"),
            (8005, "", "stale"),
            (3, "인증에 실패했습니다[8010:IP가 다릅니다]", "stale"),
            (3, "인증에 실패했습니다[8001:App Key와 Secret Key 검증에 실패했습니다]", "refused"),
            (3, "인증에 실패했습니다[8030:투자구분이 달라서]", "refused"),
            (2, "입력 값 오류[1511:필수 입력 값이 없습니다]", "refused"),
            (2, "[1901:종목코드가 없습니다]", "refused"),
            (20, "[2000](RC4058:모의투자 장종료)", "refused"),
            (20, "[2000](RC4025:모의투자 주문가능금액을 확인하세요.)", "refused"),
            (1, "[1999:예기치 못한 에러]", "unclear"),
            (1999, "", "unclear"),
            // A number that is not known, and one whose brackets contradict it.
            (77, "?", "unclear"),
            (7, "[2000](RC4058:모의투자 장종료)", "unclear"),
            (20, "실패", "unclear"),
            (5, "", "unclear"),
            (3, "", "unclear"),
            (5, "[17000:…]", "unclear"),
        ];
        for (code, message, expected) in cases {
            for status in [200, 400, 500] {
                assert_eq!(kind(status, &said(*code, message)), *expected, "{status} {code} {message}");
            }
        }
    }

    #[test]
    fn what_is_no_answer_of_theirs_is_unclear_unless_it_was_turned_away() {
        for (status, body, expected) in [
            (200, "", "unclear"),
            (200, "{", "unclear"),
            (200, "[]", "unclear"),
            (200, "{}", "unclear"),
            (200, r#"{"return_code":null}"#, "unclear"),
            (200, r#"{"return_code":"0"}"#, "done"),
            (500, "<html>", "unclear"),
            (502, "<html>", "unclear"),
            (404, "", "unclear"),
            (302, "", "unclear"),
            (429, "", "limited"),
            (429, "{}", "limited"),
            (401, "<html>", "stale"),
            (401, "{}", "stale"),
        ] {
            assert_eq!(kind(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn what_is_quoted_is_one_short_line() {
        let answer =
            read(&Response { status: 200, headers: Vec::new(), body: said(77, &"a\n\u{1b}[31m".repeat(99)).into() });
        let Answer::Unclear(said) = answer else { panic!("{answer:?}") };
        assert!(!said.contains(['\n', '\u{1b}']) && said.chars().count() < 200, "{said}");
    }
}
