//! Slack, Discord, Telegram and a webhook, each as far as its published page says what it takes, over real HTTP.
//!
//! Slack: docs.slack.dev/reference/block-kit/blocks and /messaging/sending-messages-using-incoming-webhooks; Discord:
//! discord.com/developers/docs/resources/webhook; Telegram: core.telegram.org/bots/api#sendmessage.

use crate::wire::{Protocol, Reply, Request};
use serde_json::{Value, json};

pub(crate) const SLACK: &str = "/services/T000/B000/canaryslack";
pub(crate) const DISCORD: &str = "/api/webhooks/1/canarydiscord";
pub(crate) const BOT: &str = "123:canarytelegram";
pub(crate) const CHAT: &str = "-1001234567890";
pub(crate) const HOOK: &str = "/hooks/canaryhook";
pub(crate) const TOKEN: &str = "canarytoken";

/// What came, by service.
#[derive(Default)]
pub(crate) struct Chats {
    pub(crate) taken: Vec<(&'static str, Value)>,
}

impl Chats {
    /// The documents a service took.
    pub(crate) fn of(&self, service: &str) -> Vec<Value> {
        self.taken.iter().filter(|(name, _)| *name == service).map(|(_, document)| document.clone()).collect()
    }
}

impl Protocol for Chats {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.method != "POST" || request.header("content-type") != "application/json" {
            return Reply::text(400, "text/plain", "invalid_payload");
        }
        let document = request.json();
        let telegram = format!("/bot{BOT}/sendMessage");
        let (service, reply) = match request.path.as_str() {
            SLACK => ("slack", slack(&document)),
            DISCORD => ("discord", discord(&document)),
            HOOK => ("webhook", Reply::empty(204)),
            path if path == telegram => ("telegram", chat(&document)),
            _ => return Reply::text(404, "text/plain", "no_service"),
        };
        if reply.status < 300 {
            self.taken.push((service, document));
        }
        reply
    }
}

fn characters(value: &Value) -> usize {
    value.as_str().map_or(usize::MAX, |text| text.encode_utf16().count())
}

fn slack(document: &Value) -> Reply {
    let refused = |why: &str| Reply::text(400, "text/plain", why);
    let Some(blocks) = document["blocks"].as_array() else { return refused("no_text") };
    let fits = blocks.iter().all(|block| {
        let (text, kind) = (&block["text"]["text"], &block["text"]["type"]);
        let most = match block["type"].as_str() {
            Some("header") if kind == "plain_text" => 150,
            Some("section") if kind == "mrkdwn" => 3_000,
            _ => 0,
        };
        (1..=most).contains(&characters(text))
    });
    if !fits || blocks.is_empty() || blocks.len() > 50 {
        return refused("invalid_blocks");
    }
    if blocks.iter().map(|block| characters(&block["text"]["text"])).sum::<usize>() > 13_200 {
        return refused("msg_blocks_too_long");
    }
    Reply::text(200, "text/html", "ok")
}

fn discord(document: &Value) -> Reply {
    match characters(&document["content"]) {
        1..=2_000 => Reply::empty(204),
        _ => Reply::json(400, &json!({ "code": 50_035, "message": "Invalid Form Body" })),
    }
}

fn chat(document: &Value) -> Reply {
    if document["chat_id"] != CHAT {
        return Reply::json(400, &json!({ "ok": false, "description": "Bad Request: chat not found" }));
    }
    match characters(&document["text"]) {
        1..=4_096 => Reply::json(200, &json!({ "ok": true })),
        _ => Reply::json(400, &json!({ "ok": false, "description": "Bad Request: message is too long" })),
    }
}
