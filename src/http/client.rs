//! The client: ureq with rustls, and nothing of it that acts on its own. No redirects, no second tries, no connection
//! kept for later, so that one call is one request.

use super::{Http, HttpError, Limits, Method, Request, Response, Value};
use std::time::Duration;
use ureq::http;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error, Proxy, Timeout};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// The largest head of an answer, in bytes.
const HEAD: usize = 64 << 10;
/// The variables that name a proxy, as curl reads them for https. The first that is set counts.
const PROXIES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The variables that name hosts which are reached without it.
const DIRECT: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// An HTTP client.
pub struct Client {
    agent: Agent,
    limits: Limits,
    /// Hosts that are reached without the proxy.
    direct: String,
}

impl Client {
    /// A client as the environment has it: a proxy (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), and other certificates than
    /// the compiled-in ones (`SSL_CERT_FILE`).
    ///
    /// # Errors
    /// [`HttpError::Unsendable`] when one of these cannot be used.
    pub fn new(var: &dyn Fn(&str) -> Option<String>, limits: Limits) -> Result<Self, HttpError> {
        let set = |names: &[&str]| names.iter().find_map(|name| var(name).filter(|value| !value.is_empty()));
        let proxy = set(&PROXIES).map(|proxy| Proxy::new(&proxy)).transpose().map_err(|_| HttpError::Unsendable {
            why: "the proxy that the environment names is none that can be used".to_owned(),
            remedy: "write HTTPS_PROXY as http://host:port, or unset it",
        })?;
        let roots = set(&["SSL_CERT_FILE"]).map_or(Ok(RootCerts::WebPki), |file| certificates(&file))?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .max_response_header_size(HEAD)
            .timeout_connect(Some(CONNECT.min(limits.total)))
            .timeout_global(Some(limits.total))
            .user_agent(concat!("rebalance/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy)
            .tls_config(TlsConfig::builder().root_certs(roots).build());
        Ok(Self { agent: config.build().into(), limits, direct: set(&DIRECT).unwrap_or_default() })
    }

    fn run(&self, request: &Request, host: &str) -> Result<http::Response<ureq::Body>, Error> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let mut builder = http::Request::builder().method(method).uri(request.url.as_str());
        for (name, value) in &request.headers {
            builder = match value {
                Value::Plain(value) => builder.header(*name, value),
                Value::Secret(before, secret) => builder.header(*name, format!("{before}{}", secret.0)),
            };
        }
        let direct = loopback(host) || excepted(host, &self.direct);
        let proxy = self.agent.config().proxy().filter(|_| !direct).cloned();
        match request.method {
            Method::Get | Method::Delete => {
                self.agent.run(self.agent.configure_request(builder.body(())?).proxy(proxy).build())
            }
            Method::Post | Method::Patch => {
                let body = builder.body(request.body.as_slice())?;
                self.agent.run(self.agent.configure_request(body).proxy(proxy).build())
            }
        }
    }
}

impl Http for Client {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let host = host(&request.url)?;
        let broken = |error: &Error| failure(error, &host, self.limits.largest);
        let mut answer = self.run(request, &host).map_err(|error| broken(&error))?;
        let headers = answer.headers().iter();
        let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = headers.filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect();
        let body = answer.body_mut().with_config().limit(self.limits.largest).read_to_vec();
        Ok(Response { status: answer.status().as_u16(), headers, body: body.map_err(|error| broken(&error))? })
    }
}

/// The host of an address that may be asked: by https, or on this machine itself. What is sent by plain http elsewhere
/// could be read on the way.
fn host(url: &str) -> Result<String, HttpError> {
    let refused = |why: &str| HttpError::Unsendable { why: why.to_owned(), remedy: "write it as https://host/path" };
    let uri: http::Uri = url.parse().map_err(|_| refused("the address is none"))?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| refused("the address names no host"))?;
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(refused("the address has a name or a password in it"));
    }
    match uri.scheme_str() {
        Some("https") => Ok(host.to_owned()),
        Some("http") if loopback(host) => Ok(host.to_owned()),
        _ => Err(refused(&format!("{host} would be asked without encryption"))),
    }
}

/// Whether an address may be asked at all.
///
/// # Errors
/// [`HttpError::Unsendable`] when it is neither https nor on this machine, or is no address.
pub fn permitted(url: &str) -> Result<(), HttpError> {
    host(url).map(drop)
}

/// Whether an address is one of this machine.
#[must_use]
pub fn at_home(url: &str) -> bool {
    host(url).is_ok_and(|host| loopback(&host))
}

/// Whether two addresses are of one host, whatever their ports.
#[must_use]
pub fn same_host(one: &str, other: &str) -> bool {
    let plain = |url: &str| host(url).ok().map(|host| host.trim_end_matches('.').to_ascii_lowercase());
    plain(one).is_some_and(|one| plain(other) == Some(one))
}

/// Whether a host is this machine.
fn loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a host, or a domain that it is in, is in a list as of NO_PROXY.
fn excepted(host: &str, list: &str) -> bool {
    let host = host.to_ascii_lowercase();
    list.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        let domain = entry.trim_start_matches('*').trim_start_matches('.');
        entry == "*" || !domain.is_empty() && (host == domain || host.ends_with(&format!(".{domain}")))
    })
}

fn certificates(file: &str) -> Result<RootCerts, HttpError> {
    let refused = |why: String| HttpError::Unsendable { why, remedy: "name a file of certificates in PEM form" };
    let bytes = std::fs::read(file).map_err(|error| refused(format!("cannot read SSL_CERT_FILE: {error}")))?;
    let items = parse_pem(&bytes).map(|item| item.map(certificate));
    let found: Result<Vec<_>, _> = items.collect();
    let found: Vec<_> =
        found.map_err(|_| refused("SSL_CERT_FILE is no PEM".to_owned()))?.into_iter().flatten().collect();
    match found.is_empty() {
        true => Err(refused("SSL_CERT_FILE holds no certificate".to_owned())),
        false => Ok(RootCerts::new_with_certs(&found)),
    }
}

fn certificate(item: PemItem<'static>) -> Option<ureq::tls::Certificate<'static>> {
    match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    }
}

/// What an error of ureq comes to. Its own text is not shown where it could quote an address or a header.
fn failure(error: &Error, host: &str, limit: u64) -> HttpError {
    use std::io::ErrorKind;
    let host = host.to_owned();
    let unreached = |why: String| HttpError::Unreached { host: host.clone(), why };
    let broken = |why: String| HttpError::Broken { host: host.clone(), why };
    match error {
        Error::BodyExceedsLimit(_) => HttpError::TooLarge { host, limit },
        Error::HostNotFound => unreached("there is no such host".to_owned()),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => unreached("it took too long".to_owned()),
        Error::ConnectProxyFailed(_) => unreached("the proxy does not connect to it".to_owned()),
        Error::ConnectionFailed => unreached("no connection".to_owned()),
        Error::Rustls(why) => HttpError::Insecure { host, why: why.to_string() },
        Error::Tls(why) => HttpError::Insecure { host, why: (*why).to_owned() },
        // What rustls finds wrong while it reads.
        Error::Io(why) if why.kind() == ErrorKind::InvalidData => HttpError::Insecure { host, why: why.to_string() },
        Error::Io(why) if matches!(why.kind(), ErrorKind::ConnectionRefused | ErrorKind::AddrNotAvailable) => {
            unreached(why.to_string())
        }
        Error::Timeout(_) => broken("it took too long".to_owned()),
        Error::Io(why) => broken(why.to_string()),
        Error::Protocol(_) | Error::LargeResponseHeader(..) => broken("what came is no answer of HTTP".to_owned()),
        Error::Http(_) | Error::BadUri(_) => HttpError::Unsendable {
            why: "a header or the address has a character that cannot be sent".to_owned(),
            remedy: "check the token: it is one line of letters, digits and signs",
        },
        _ => broken("the connection failed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine_is_asked() {
        for good in ["https://api.github.com/x", "http://127.0.0.1:8080/x", "http://[::1]/x", "http://localhost/"] {
            assert!(host(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.github.com/x",
            "http://127.0.0.1.example.org/",
            "http://localhost.example.org/",
            "https://user:canary@api.github.com/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "api.github.com",
            "https://",
            "",
            "https://a b/",
        ] {
            let error = host(bad).unwrap_err();
            assert!(!error.to_string().contains("canary"), "{error}");
            assert!(error.remedy().contains("https"), "{bad}");
        }
    }

    #[test]
    fn hosts_without_a_proxy_are_those_of_the_list() {
        for (host, list, direct) in [
            ("ghe.example.org", "example.org", true),
            ("example.org", ".example.org", true),
            ("a.example.org", " *.example.org , other", true),
            ("badexample.org", "example.org", false),
            ("example.org", "a.example.org", false),
            ("anything", "*", true),
            ("anything", "", false),
            ("anything", ",,.", false),
            ("API.example.org", "api.EXAMPLE.org", true),
        ] {
            assert_eq!(excepted(host, list), direct, "{host} {list}");
        }
    }

    #[test]
    fn what_the_environment_names_must_be_usable() {
        let limits = Limits { total: Duration::from_secs(1), largest: 10 };
        let with = |name: &str, value: &str| {
            let var = |asked: &str| (asked == name).then(|| value.to_owned());
            Client::new(&var, limits).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(with("HTTPS_PROXY", "http://user:canary@proxy.example.org:3128"), Ok(()));
        assert_eq!(with("HTTPS_PROXY", ""), Ok(()));
        assert!(!with("HTTPS_PROXY", "ldap://user:canary@proxy").unwrap_err().contains("canary"));
        assert!(with("SSL_CERT_FILE", "/nowhere").is_err());
        assert!(with("SSL_CERT_FILE", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).is_err());
    }
}
