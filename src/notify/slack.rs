//! Slack: incoming webhooks with Block Kit.
//!
//! The limits are those of docs.slack.dev/reference/block-kit/blocks: a header of 150 characters, a section's text of
//! 3,000, 50 blocks a message. The whole of a message is limited too, which that page does not say: about 13,200
//! characters (slackapi/bolt-js#2509). Longer messages are several.

use super::split::{cut, length, pieces};
use super::{Letter, Part, Service, given};
use crate::http::{Method, Request};
use serde_json::{Value, json};

pub(super) const SERVICE: Service = Service {
    name: "slack",
    about: "a channel of Slack's, by an incoming webhook",
    needs: &["SLACK_WEBHOOK_URL"],
    takes: &[],
    compose,
    request: |values, payload| Request::new(Method::Post, given(values, 0)).json(payload),
};

const HEADER: usize = 150;
const SECTION: usize = 3_000;
const BLOCKS: usize = 50;
/// Of a whole message, with room for what is not text.
const WHOLE: usize = 10_000;
/// Room for the marks around a heading.
const MARKS: usize = 8;

fn compose(letter: &Letter<'_>) -> Vec<Value> {
    let message = &letter.message;
    let mut texts = pieces(&message.lead.join("\n"), SECTION, counts).iter().map(|text| escaped(text)).collect();
    for part in &message.parts {
        sections(part, &mut texts);
    }
    texts.extend(pieces(&message.foot.join("\n"), SECTION, counts).iter().map(|text| escaped(text)));
    let groups = grouped(texts);
    let of = groups.len();
    let title = |i: usize| match of {
        1 => cut(&message.title, HEADER),
        _ => format!("{} ({}/{of})", cut(&message.title, HEADER - super::split::NUMBER), i + 1),
    };
    groups.into_iter().enumerate().map(|(i, texts)| payload(&title(i), &texts)).collect()
}

/// A list as sections; its heading stands before the first.
fn sections(part: &Part, texts: &mut Vec<String>) {
    let heading = format!("*{}:*", escaped(&cut(&part.heading, HEADER)));
    let lines: String = part.lines.iter().map(|line| format!("- {line}\n")).collect();
    let room = SECTION - length(&heading) - MARKS;
    let found = pieces(&lines, room, counts);
    texts.extend(found.iter().enumerate().map(|(i, text)| match i {
        0 => format!("{heading}\n{}", escaped(text)),
        _ => escaped(text),
    }));
}

/// The sections of each message: one at least.
fn grouped(texts: Vec<String>) -> Vec<Vec<String>> {
    let mut groups = vec![Vec::new()];
    let mut taken = 0;
    for text in texts {
        let long = length(&text);
        // One block is the header.
        let full = |group: &Vec<String>| group.len() + 1 >= BLOCKS || (taken + long > WHOLE && !group.is_empty());
        if groups.last().is_some_and(full) {
            groups.push(Vec::new());
            taken = 0;
        }
        taken += long;
        if let Some(group) = groups.last_mut() {
            group.push(text);
        }
    }
    groups
}

fn payload(title: &str, texts: &[String]) -> Value {
    let mut blocks = vec![json!({ "type": "header", "text": { "type": "plain_text", "text": title } })];
    let section = |text: &String| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } });
    blocks.extend(texts.iter().map(section));
    // What a notification shows.
    json!({ "text": escaped(title), "blocks": blocks })
}

/// What a character counts once it is escaped.
fn counts(c: char) -> usize {
    match c {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        other => super::split::units(other),
    }
}

/// A text in which Slack sees no link, no mention and no entity: docs.slack.dev/messaging/formatting-message-text names
/// these three characters.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
