//! Telegram: a bot's messages, as core.telegram.org/bots/api#sendmessage has them: a text of 4,096 characters. It is sent
//! as plain text, in which nothing has a meaning of its own.

use super::split::{NUMBER, numbered, pieces, units};
use super::{Letter, Service, given};
use crate::http::{Method, Request};
use serde_json::{Value, json};

pub(super) const SERVICE: Service = Service {
    name: "telegram",
    about: "a chat of Telegram's, by a bot",
    needs: &["TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID"],
    takes: &["TELEGRAM_API_URL"],
    compose,
    request,
};

/// Where Telegram is, when nobody says so.
const API: &str = "https://api.telegram.org";
const TEXT: usize = 4_096;

fn compose(letter: &Letter<'_>) -> Vec<Value> {
    let found = numbered(pieces(&letter.message.text(), TEXT - NUMBER, units));
    found.iter().map(|text| json!({ "text": text, "link_preview_options": { "is_disabled": true } })).collect()
}

fn request(values: &[Option<String>], payload: &Value) -> Request {
    let api = values.get(2).and_then(Option::as_deref).unwrap_or(API).trim_end_matches('/');
    let mut payload = payload.clone();
    payload["chat_id"] = json!(given(values, 1));
    Request::new(Method::Post, format!("{api}/bot{}/sendMessage", given(values, 0))).json(&payload)
}
