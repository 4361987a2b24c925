//! Why a request came to nothing, and what to do about it.
//!
//! What follows from that for an order must never enter this room.

use super::NAME;
use super::envelope::{Class, No};
use super::fields::Misread;
use crate::broker::BrokerError;
use crate::http::HttpError;
use std::fmt;

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing was sent.
    NotSent {
        /// Why not.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// The broker says no.
    No {
        /// What was to be done.
        about: &'static str,
        /// What it says.
        no: No,
    },
    /// The answer says something that is not understood, or not all of it.
    Unclear {
        /// What was to be done.
        about: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// There is no answer, or none that says anything.
    Unknown {
        /// What was to be done.
        about: &'static str,
        /// What happened.
        why: String,
    },
}

impl Trouble {
    /// An answer that cannot be read.
    pub(super) fn misread(about: &'static str, misread: Misread) -> Self {
        Self::Unclear { about, why: misread.0 }
    }

    /// In the words of all brokers.
    pub(super) fn told(self) -> BrokerError {
        let remedy = self.remedy();
        match self {
            Self::NotSent { why, .. } => BrokerError::Unavailable { broker: NAME, why, remedy },
            Self::No { about, no } => {
                BrokerError::Denied { broker: NAME, said: format!("{}, when asked to {about}", no.told()), remedy }
            }
            Self::Unclear { about, why } => {
                BrokerError::Unclear { broker: NAME, why: format!("asked to {about}, {why}") }
            }
            Self::Unknown { about, why } => {
                BrokerError::Unavailable { broker: NAME, why: format!("{why}, when asked to {about}"), remedy }
            }
        }
    }

    /// Nothing was sent, for a reason of this machine.
    pub(super) fn not_sent(why: impl fmt::Display, remedy: &str) -> Self {
        Self::NotSent { why: why.to_string(), remedy: remedy.to_owned() }
    }

    /// What no answer comes to: only where nobody was reached is it certain that nothing was sent. A connection that
    /// breaks with an error of encryption may have broken after.
    pub(super) fn unanswered(about: &'static str, error: &HttpError) -> Self {
        match error {
            HttpError::Unsendable { .. } | HttpError::Unreached { .. } => Self::not_sent(error, error.remedy()),
            _ => Self::Unknown { about, why: error.to_string() },
        }
    }

    /// What to do, without a period.
    pub(super) fn remedy(&self) -> String {
        match self {
            Self::NotSent { remedy, .. } => remedy.clone(),
            Self::No { no, .. } => remedy(no).to_owned(),
            Self::Unclear { .. } | Self::Unknown { .. } => "run this again when the broker is well".to_owned(),
        }
    }
}

/// What to do about a no.
fn remedy(no: &No) -> &'static str {
    match no.code.as_str() {
        "EGW00133" => "run this again in some minutes: a token is issued once a minute",
        "EGW02004" | "EGW00213" => {
            "the key is of the other world: set KIS_ENV to mock or real, whichever it was issued for"
        }
        "EGW00206" | "EGW00207" | "EGW00208" | "EGW00205" => {
            "check KIS_APP_KEY and KIS_APP_SECRET, and at the portal what they may do and from where"
        }
        "OPSQ2000" => "check KIS_ACCOUNT: it is the account that the key was issued for",
        _ => match no.class {
            Class::Busy => "run this again: too many requests came in a second, of other programs perhaps",
            Class::Token => "run this again: a token ended early",
            _ => "do what the broker says, then run this again",
        },
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent { why, .. } => f.write_str(why),
            Self::No { about, no } => write!(f, "could not {about}: the broker answers {}", no.told()),
            Self::Unclear { about, why } | Self::Unknown { about, why } => write!(f, "could not {about}: {why}"),
        }
    }
}

impl No {
    /// The code and the message.
    pub(super) fn told(&self) -> String {
        match (self.code.is_empty(), self.message.is_empty()) {
            (true, true) => "it fails and does not say why".to_owned(),
            (true, false) => self.message.clone(),
            (false, true) => self.code.clone(),
            (false, false) => format!("{} ({})", self.code, self.message),
        }
    }
}
