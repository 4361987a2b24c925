//! Sending: once, and again where the other side asks for it or is not well.

use super::{Failure, Letter, Service, Var};
use crate::http::{Http, HttpError, Patience, Request, Response, Secret, Terms, Tried};
use crate::words::excerpt;
use serde_json::Value;

/// How often one message is tried.
const TERMS: Terms = Terms { tries: 3, later_counts: true, limit: "the other side's rate limit" };
/// Seconds to wait where we are asked to and not told how long.
const UNSAID: u64 = 1;
/// The longest text of somebody else's that is quoted, in characters.
const QUOTED: usize = 200;

/// Sends a letter to a service: how many messages that were.
///
/// # Errors
/// [`Failure`] for the first message that was not delivered; those after it are not sent.
pub fn send(
    service: &Service,
    letter: &Letter<'_>,
    var: Var<'_>,
    http: &dyn Http,
    patience: &mut Patience<'_>,
) -> Result<usize, Failure> {
    let missing = service.missing(var);
    if !missing.is_empty() {
        return Err(Failure::Missing { variables: missing });
    }
    let (values, secrets) = (service.values(var), service.secrets(var));
    let payloads = (service.compose)(letter);
    for payload in &payloads {
        surely(&(service.request)(&values, payload), http, patience, &secrets)?;
    }
    Ok(payloads.len())
}

fn surely(request: &Request, http: &dyn Http, patience: &mut Patience<'_>, secrets: &[Secret]) -> Result<(), Failure> {
    let mut tries = 0;
    loop {
        tries += 1;
        if patience.after(tries, &TERMS, once(request, http, secrets)?)?.is_some() {
            return Ok(());
        }
    }
}

fn once(request: &Request, http: &dyn Http, secrets: &[Secret]) -> Result<Tried<()>, Failure> {
    let answer = match http.send(request) {
        Ok(answer) => answer,
        Err(HttpError::Unsendable { why, remedy }) => return Err(Failure::Unsendable { why, remedy }),
        Err(error @ HttpError::Insecure { .. }) => {
            return Err(Failure::Unsendable { why: quoted(&error.to_string(), secrets), remedy: error.remedy() });
        }
        // It may have been delivered; twice does no harm.
        Err(error) => return Ok(Tried::Down(quoted(&error.to_string(), secrets))),
    };
    match answer.status {
        200..=299 => Ok(Tried::Done(())),
        429 => Ok(Tried::Limited(asked(&answer))),
        status @ (408 | 500..) => Ok(Tried::Down(format!("status {status}"))),
        status => Err(Failure::Refused { status, said: quoted(&said(&answer), secrets) }),
    }
}

/// Seconds that we are asked to wait: by the header (RFC 9110, 10.2.3), or in Discord's or Telegram's document. Parts of a
/// second are a second.
fn asked(answer: &Response) -> u64 {
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let within = ["/retry_after", "/parameters/retry_after"].into_iter().find_map(|at| document.pointer(at));
    let text = answer.header("retry-after").map(str::to_owned).or_else(|| within.map(ToString::to_string));
    let seconds = text.as_deref().and_then(|text| {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let more = part.bytes().any(|digit| digit != b'0');
        Some(whole.parse::<u64>().ok()?.saturating_add(u64::from(more)))
    });
    seconds.unwrap_or(UNSAID).max(UNSAID)
}

/// What was said: the message of a JSON document, or the body.
fn said(answer: &Response) -> String {
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let message = ["/message", "/description", "/error"].into_iter().find_map(|at| document.pointer(at)?.as_str());
    message.map_or_else(|| String::from_utf8_lossy(&answer.body).into_owned(), str::to_owned)
}

/// A text of somebody else's on one line, not too long, and without a secret.
fn quoted(text: &str, secrets: &[Secret]) -> String {
    let text = secrets.iter().fold(text.to_owned(), |text, secret| secret.hidden(&text));
    excerpt(&text, QUOTED)
}
