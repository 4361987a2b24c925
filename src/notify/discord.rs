//! Discord: webhooks, as discord.com/developers/docs/resources/webhook#execute-webhook has them: a content of 2,000
//! characters. Nobody is called by a mention.

use super::split::{NUMBER, numbered, pieces, units};
use super::{Letter, Service, given};
use crate::http::{Method, Request};
use serde_json::{Value, json};

pub(super) const SERVICE: Service = Service {
    name: "discord",
    about: "a channel of Discord's, by a webhook",
    needs: &["DISCORD_WEBHOOK_URL"],
    takes: &[],
    compose,
    request: |values, payload| Request::new(Method::Post, given(values, 0)).json(payload),
};

const CONTENT: usize = 2_000;

fn compose(letter: &Letter<'_>) -> Vec<Value> {
    let found = numbered(pieces(&letter.message.text(), CONTENT - NUMBER, counts));
    let payload = |text: &String| json!({ "content": escaped(text), "allowed_mentions": { "parse": [] } });
    found.iter().map(payload).collect()
}

/// What Discord would read as more than a character.
fn marks(c: char) -> bool {
    matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '#' | '<' | '[' | ']')
}

fn counts(c: char) -> usize {
    units(c) + usize::from(marks(c))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if marks(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
