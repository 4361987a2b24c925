//! Why a broker does not do what it was told, and what to do about it.
//!
//! What follows from that for a plan must never enter this room, nor a secret.

use super::credentials::CredentialError;
use crate::rewrite::RewriteError;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a broker does not do what it was told.
#[derive(Debug)]
pub enum BrokerError {
    /// The account does not stand where it was left.
    Moved {
        /// What holds the account.
        path: PathBuf,
        /// Where it was left.
        expected: String,
        /// Where it stands.
        found: String,
    },
    /// A file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The trade cannot be made of the holdings.
    Rewrite {
        /// The holdings.
        path: PathBuf,
        /// Why.
        error: RewriteError,
    },
    /// It is not set up.
    Credentials(CredentialError),
    /// It could not be asked, or did not answer. Nothing was changed by asking.
    Unavailable {
        /// The broker.
        broker: &'static str,
        /// Why, without a secret.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// It answered no to a question, or to a token.
    Denied {
        /// The broker.
        broker: &'static str,
        /// Its own words and codes.
        said: String,
        /// What to do.
        remedy: String,
    },
    /// Its answer is not understood, or is not whole: nothing follows from it.
    Unclear {
        /// The broker.
        broker: &'static str,
        /// What is wrong with the answer.
        why: String,
    },
    /// The order, as the plan has it, cannot be sent: its price, its size, its code.
    Unfit {
        /// Why.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// This broker moves no cash.
    MovesNoCash {
        /// The broker.
        broker: &'static str,
    },
}

impl BrokerError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Moved { path, .. } => {
                format!("put `{}` back as it was, or, if nothing was executed yet, make a new plan", path.display())
            }
            Self::Io { path, .. } => {
                format!("make `{}` and its directory writable, with room on its disk", path.display())
            }
            Self::Rewrite { error, .. } => error.remedy().to_owned(),
            Self::Credentials(error) => error.remedy(),
            Self::Unavailable { remedy, .. } | Self::Denied { remedy, .. } | Self::Unfit { remedy, .. } => {
                remedy.clone()
            }
            Self::Unclear { broker, .. } => {
                format!("look at the account in the app of {broker}, then try again; report this if it stays")
            }
            Self::MovesNoCash { .. } => {
                "pay it in by hand, then plan without --deposit; before a withdrawal plan with a larger reserve"
                    .to_owned()
            }
        }
    }

    /// The exit code where nothing was executed.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Moved { .. } | Self::Unfit { .. } | Self::MovesNoCash { .. } => 3,
            Self::Io { .. }
            | Self::Rewrite { .. }
            | Self::Credentials(_)
            | Self::Unavailable { .. }
            | Self::Denied { .. }
            | Self::Unclear { .. } => 6,
        }
    }
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved { path, expected, found } => {
                write!(f, "`{}` was changed: it is {found}, it was left at {expected}", path.display())
            }
            Self::Io { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::Rewrite { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::Credentials(error) => error.fmt(f),
            Self::Unavailable { broker, why, .. } => write!(f, "{broker} could not be asked: {why}"),
            Self::Denied { broker, said, .. } => write!(f, "{broker} says no: {said}"),
            Self::Unclear { broker, why } => write!(f, "the answer of {broker} is not understood: {why}"),
            Self::Unfit { why, .. } => f.write_str(why),
            Self::MovesNoCash { broker } => write!(f, "{broker} moves no cash for this program"),
        }
    }
}

impl std::error::Error for BrokerError {}

impl From<CredentialError> for BrokerError {
    fn from(error: CredentialError) -> Self {
        Self::Credentials(error)
    }
}
