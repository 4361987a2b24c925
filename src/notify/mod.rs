//! Messages to people: what a plan or a status says, brought to a chat or a webhook.
//!
//! A service is a file: what its messages look like and how long they may be. A table has them all; each is asked the same
//! way, once a message, and again only where the other side asks for that or is not well: a message that comes twice does
//! no harm. An address of a webhook is a secret. What a message says is decided before it comes here; whether a rebalance
//! is due must never enter this room.

mod discord;
mod failure;
mod letter;
mod message;
mod send;
mod slack;
mod split;
mod telegram;
mod template;
mod webhook;

pub use failure::Failure;
pub use letter::{FORMAT_VERSION, Kind, Letter, SHEET};
pub use message::{Message, Part};
pub use send::send;
pub use template::{Template, TemplateError};

use crate::http::{Request, Secret};
use serde_json::Value;

/// The least length of a secret, in bytes.
const SECRET: usize = 8;

/// The variables of the environment, by name.
pub type Var<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where messages go.
pub struct Service {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, a sentence without a period.
    pub about: &'static str,
    /// The variables it needs; the first is the secret.
    pub needs: &'static [&'static str],
    /// The variables it takes if they are there.
    pub takes: &'static [&'static str],
    /// What is sent, in order.
    pub compose: fn(&Letter<'_>) -> Vec<Value>,
    /// The request that sends one of them. The values stand in the order of `needs`, then of `takes`.
    request: fn(&[Option<String>], &Value) -> Request,
}

/// Every service.
pub const ALL: &[Service] = &[slack::SERVICE, discord::SERVICE, telegram::SERVICE, webhook::SERVICE];

/// The service of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Service> {
    ALL.iter().find(|service| service.name == name)
}

impl Service {
    /// Whether the environment has its secret.
    #[must_use]
    pub fn is_set(&self, var: Var<'_>) -> bool {
        self.needs.first().is_some_and(|name| value(var, name).is_some())
    }

    /// The variables it needs and the environment lacks.
    #[must_use]
    pub fn missing(&self, var: Var<'_>) -> Vec<&'static str> {
        self.needs.iter().copied().filter(|name| value(var, name).is_none()).collect()
    }

    fn values(&self, var: Var<'_>) -> Vec<Option<String>> {
        self.needs.iter().chain(self.takes).map(|name| value(var, name)).collect()
    }

    /// What must be in no message of ours about a failure. What is shorter is no secret, and would be found in any text.
    fn secrets(&self, var: Var<'_>) -> Vec<Secret> {
        let values: Vec<String> = self.values(var).into_iter().flatten().collect();
        // Whoever is there may name what was asked for without the host.
        let path = |value: &String| Some(format!("/{}", value.split_once("://")?.1.split_once('/')?.1));
        let paths: Vec<String> = values.iter().filter_map(path).collect();
        values.into_iter().chain(paths).filter(|value| value.len() >= SECRET).map(Secret::new).collect()
    }
}

fn value(var: Var<'_>, name: &str) -> Option<String> {
    let value = var(name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A value that is there: nothing is sent before all that is needed is.
fn given(values: &[Option<String>], index: usize) -> &str {
    values.get(index).and_then(Option::as_deref).unwrap_or_default()
}
