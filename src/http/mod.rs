//! Requests over HTTP and their answers: the only room that talks to a network.
//!
//! A request is sent once: nothing here tries again or follows a redirect, because only the caller knows whether sending
//! twice does twice. What may not be seen is a [`Secret`], and neither it nor an address (some addresses are secrets)
//! is in any error. What requests mean must never enter this room.

mod client;
mod error;
mod patience;

pub use client::{Client, at_home, permitted, same_host};
pub use error::HttpError;
pub use patience::{GaveUp, Patience, Terms, Tried};

use std::fmt;
use std::time::Duration;

/// A text that is never shown: not by `Debug`, not in an error, not in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for the body of a request that has to carry it, and for nothing that is shown or kept.
    #[must_use]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The text without the secret in it, should somebody have put it there.
    #[must_use]
    pub fn hidden(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "[secret]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Something to read.
    Get,
    /// Something new.
    Post,
    /// Something changed.
    Patch,
    /// Something removed.
    Delete,
}

/// A value of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Plain(String),
    Secret(String, Secret),
}

/// A request. Its address is not shown either.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    method: Method,
    url: String,
    headers: Vec<(&'static str, Value)>,
    body: Vec<u8>,
}

impl Request {
    /// A request without headers or body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Value::Plain(value.into())));
        self
    }

    /// With a header of which a part is secret: `Bearer ` and a token, say.
    #[must_use]
    pub fn secret_header(mut self, name: &'static str, before: &str, secret: &Secret) -> Self {
        self.headers.push((name, Value::Secret(before.to_owned(), secret.clone())));
        self
    }

    /// With a JSON document.
    #[must_use]
    pub fn json(mut self, value: &serde_json::Value) -> Self {
        self.body = value.to_string().into_bytes();
        self.header("Content-Type", "application/json")
    }

    /// With another type of its body than the one it came with.
    #[must_use]
    pub fn content_type(mut self, value: &str) -> Self {
        self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Content-Type"));
        self.header("Content-Type", value)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, headers, body, .. } = self;
        write!(f, "{method:?} with {headers:?} and {} bytes", body.len())
    }
}

/// An answer, of whatever status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers that are text, in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// How long a request may take, and how much may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first look-up of a name to the last byte.
    pub total: Duration,
    /// Bytes of a body.
    pub largest: u64,
}

/// Sends a request once.
pub trait Http {
    /// The answer, whatever its status.
    ///
    /// # Errors
    /// [`HttpError`] when there is none, or none that may be read.
    fn send(&self, request: &Request) -> Result<Response, HttpError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("canary");
        let request = Request::new(Method::Get, "https://example.org/hooks/canary");
        let request = request.secret_header("Authorization", "Bearer ", &secret).header("Accept", "text/plain");
        let shown = format!("{request:?} {secret:?} {}", secret.hidden("bad token canary"));
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("Authorization") && shown.contains("Accept"), "{shown}");
        assert_eq!(Secret::new("").hidden("as it is"), "as it is");
    }
}
