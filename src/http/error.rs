//! Why there is no answer, and what to do about it.

use std::fmt;

/// Why there is no answer. It names a host and never an address or a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// This program does not send it.
    Unsendable {
        /// Why not.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Nothing was sent: nobody was reached.
    Unreached {
        /// Who was to be reached.
        host: String,
        /// What happened.
        why: String,
    },
    /// Nothing was sent: whoever is there is not known to be the host.
    Insecure {
        /// Who was to be reached.
        host: String,
        /// What is wrong with the certificate, or with what came instead of one.
        why: String,
    },
    /// It broke off: the request may have been done or not.
    Broken {
        /// Who was asked.
        host: String,
        /// What happened.
        why: String,
    },
    /// The answer is larger than is read. The request may have been done or not.
    TooLarge {
        /// Who was asked.
        host: String,
        /// How much is read, in bytes.
        limit: u64,
    },
}

impl HttpError {
    /// What to do, without a period.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unsendable { remedy, .. } => remedy,
            Self::Unreached { .. } => "check the network; HTTPS_PROXY names a proxy",
            Self::Insecure { .. } => {
                "name the certificates to trust with SSL_CERT_FILE, if it has an authority of its own"
            }
            Self::Broken { .. } => "try again when the network and the other side are well",
            Self::TooLarge { .. } => "check that the address is that of an API",
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsendable { why, .. } => f.write_str(why),
            Self::Unreached { host, why } => write!(f, "{host} cannot be reached: {why}"),
            Self::Insecure { host, why } => write!(f, "there is no secure connection to {host}: {why}"),
            Self::Broken { host, why } => write!(f, "{host} did not answer: {why}"),
            Self::TooLarge { host, limit } => write!(f, "the answer of {host} has more than {limit} bytes"),
        }
    }
}

impl std::error::Error for HttpError {}
