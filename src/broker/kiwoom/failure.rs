//! Why Kiwoom does not say what it was asked, and what to do about it.

use std::fmt;

/// Why there is no answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nobody answers.
    Away {
        /// What happened.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The answer is no.
    Refused {
        /// What Kiwoom says.
        why: String,
    },
    /// The answer cannot be read.
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// A list did not come to its end.
    Unfinished {
        /// Why not.
        why: String,
    },
    /// The access token cannot be kept.
    Token {
        /// Where, and why not.
        why: String,
    },
}

impl Failure {
    /// What to do, without a period.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Away { remedy, .. } => remedy,
            Self::Refused { .. } => {
                "do what Kiwoom says: keys, the address that they are registered for, and whether they are of the real \
host or of the mock one, are on openapi.kiwoom.com"
            }
            Self::Unreadable { .. } => "try again; if it stays so, report it with the text above",
            Self::Unfinished { .. } => "try again when nothing else asks with these keys",
            Self::Token { .. } => "make the directory `.rebalance` writable, with room on its disk",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away { why, .. } => write!(f, "Kiwoom does not answer: {why}"),
            Self::Refused { why } => write!(f, "Kiwoom refuses: {why}"),
            Self::Unreadable { why } => write!(f, "what Kiwoom answers cannot be read: {why}"),
            Self::Unfinished { why } => write!(f, "a list of Kiwoom's did not come to its end: {why}"),
            Self::Token { why } => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}
