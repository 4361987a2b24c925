//! Why a message was not delivered, and what to do about it.

use crate::http::GaveUp;
use std::fmt;

/// Why a message was not delivered, or why that is not certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The environment lacks what is needed.
    Missing {
        /// The variables.
        variables: Vec<&'static str>,
    },
    /// It would have us wait longer than we do.
    Limited {
        /// How long, in seconds.
        seconds: u64,
    },
    /// Nobody answers, or only to say that it cannot, after several tries.
    Down {
        /// What happened last.
        why: String,
    },
    /// It is refused.
    Refused {
        /// The status.
        status: u16,
        /// What was said, without a secret.
        said: String,
    },
    /// It was not sent.
    Unsendable {
        /// Why not.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl Failure {
    /// What to do, without a period.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Missing { variables } => format!("set {}", crate::words::list(variables)),
            Self::Limited { seconds } => format!("run it again in {} minutes", seconds.div_ceil(60)),
            Self::Down { .. } => "run it again when the network and the other side are well".to_owned(),
            Self::Refused { status: 300..=399, .. } => "use the address it has now".to_owned(),
            Self::Refused { status: 401 | 403 | 404 | 410, .. } => {
                "make a new webhook or token, and set it in the environment".to_owned()
            }
            Self::Refused { .. } => "do what it asks for; --dry-run shows what is sent".to_owned(),
            Self::Unsendable { remedy, .. } => (*remedy).to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { variables } => write!(f, "{} is not set", crate::words::list(variables)),
            Self::Limited { seconds } => write!(f, "it asks us to wait for {seconds} seconds"),
            Self::Down { why } => write!(f, "it does not answer: {why}"),
            Self::Refused { status, said } if said.is_empty() => write!(f, "it refuses the message ({status})"),
            Self::Refused { status, said } => write!(f, "it refuses the message ({status}: {said})"),
            Self::Unsendable { why, .. } => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}

impl From<GaveUp> for Failure {
    fn from(why: GaveUp) -> Self {
        match why {
            GaveUp::Limited(seconds) => Self::Limited { seconds },
            GaveUp::Down(why) => Self::Down { why },
        }
    }
}
