//! Why the comment is not as it should be, and what to do about it.

use crate::http::GaveUp;
use std::fmt;

/// Why the comment is not as it should be, or why that is not certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The token may not.
    Denied {
        /// The status, 401, 403 or 404.
        status: u16,
        /// What GitHub says.
        message: String,
    },
    /// GitHub would have us wait longer than we do.
    Limited {
        /// How long, in seconds.
        seconds: u64,
    },
    /// Nobody answers, or only to say that it cannot, after several tries.
    Down {
        /// What happened last.
        why: String,
    },
    /// Whoever answers is not known to be GitHub.
    Insecure {
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// It is refused for another reason.
    Refused {
        /// What GitHub says, with the status.
        message: String,
    },
    /// The repository is elsewhere.
    Moved,
    /// What came is not what the API answers.
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// It was not even asked for.
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
            Self::Denied { status: 401, .. } => {
                "give it a token that is valid: GITHUB_TOKEN: ${{ github.token }}".into()
            }
            Self::Denied { status: 404, .. } => {
                "check the repository and the number, and that the token may read them".into()
            }
            Self::Denied { .. } => {
                "the job needs `permissions: pull-requests: write`; a pull request from a fork gets no such token, \
                 for which there is --if-possible"
                    .into()
            }
            Self::Limited { seconds } => format!("run it again in {} minutes", seconds.div_ceil(60)),
            Self::Down { .. } => "run it again; see https://www.githubstatus.com".into(),
            Self::Refused { .. } => "do what GitHub asks for, and run it again".into(),
            Self::Moved => "name the repository as it is called now with --repository".into(),
            Self::Unreadable { .. } => {
                "check GITHUB_API_URL: it is https://api.github.com or https://HOST/api/v3".into()
            }
            Self::Insecure { remedy, .. } | Self::Unsendable { remedy, .. } => (*remedy).to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied { status, message } => {
                write!(f, "GitHub does not let this token do that ({status}: {message})")
            }
            Self::Limited { seconds } => write!(f, "GitHub's rate limit is used up for {seconds} seconds"),
            Self::Down { why } => write!(f, "GitHub does not answer: {why}"),
            Self::Insecure { why, .. } => f.write_str(why),
            Self::Refused { message } => write!(f, "GitHub refuses the request ({message})"),
            Self::Moved => f.write_str("GitHub says that the repository is elsewhere"),
            Self::Unreadable { why } => write!(f, "what GitHub answered cannot be read: {why}"),
            Self::Unsendable { why, .. } => write!(f, "GitHub was not asked: {why}"),
        }
    }
}

impl From<GaveUp> for Failure {
    fn from(why: GaveUp) -> Self {
        match why {
            GaveUp::Limited(seconds) => Self::Limited { seconds },
            GaveUp::Down(why) => Self::Down { why },
        }
    }
}

impl std::error::Error for Failure {}
