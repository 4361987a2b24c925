//! Settings that brokers with a real and a mock host take alike: which of the two, how often, how long.
//!
//! Nothing here has a default that decides where money goes: which host it is has to be said. What is asked there must
//! never enter this file.

use super::{BrokerError, CredentialError, Credentials};
use crate::http::{Client, Limits, at_home, same_host};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Where orders go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum World {
    /// Orders are real.
    Real,
    /// Orders are play.
    Mock,
}

impl World {
    /// Whether orders cost real money that are sent to this address. They do wherever they go, unless that is the broker's
    /// own host for play money, which is `own` in the mock world, or this machine: what the world is said to be does not
    /// say what another host makes of them.
    pub(super) fn real_money(self, base: &str, own: &str) -> bool {
        let play = self == Self::Mock && same_host(base, own);
        !play && !at_home(base)
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "real",
            Self::Mock => "mock",
        })
    }
}

/// How often a broker may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    /// How long to wait between two requests.
    pub(super) between: Duration,
    /// What the fastest is that the broker's own host takes.
    pub(super) fastest: Duration,
}

impl Pace {
    /// A time in which something may still come to light: whole at any pace that the broker itself takes. Whoever answers
    /// faster is a simulator, whose time goes by requests; there it is shorter in proportion.
    pub(super) fn of(self, whole: Duration) -> Duration {
        let micros = |time: Duration| u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
        match self.between < self.fastest {
            true => whole.saturating_mul(micros(self.between)) / micros(self.fastest).max(1),
            false => whole,
        }
    }
}

fn unusable(name: &'static str, why: impl Into<String>) -> CredentialError {
    CredentialError::Unusable { name, why: why.into() }
}

impl Credentials {
    /// Which host the keys are of, by the broker's words for the real and for the mock one.
    ///
    /// # Errors
    /// [`CredentialError::Unusable`] when the setting is neither.
    pub(super) fn world(&self, name: &'static str, [real, mock]: [&str; 2]) -> Result<World, CredentialError> {
        match self.secret(name).expose().trim() {
            said if said == real => Ok(World::Real),
            said if said == mock => Ok(World::Mock),
            _ => Err(unusable(name, format!("it is neither {real} nor {mock}"))),
        }
    }

    /// A setting that is a whole number; none when it is not set.
    ///
    /// # Errors
    /// [`CredentialError::Unusable`] when it is none of these numbers.
    pub(super) fn whole(&self, name: &'static str, of: RangeInclusive<u32>) -> Result<Option<u32>, CredentialError> {
        let Some(given) = self.get(name) else { return Ok(None) };
        let number = given.expose().trim().parse().ok().filter(|number| of.contains(number));
        let wrong = || unusable(name, format!("it is no whole number from {} to {}", of.start(), of.end()));
        number.ok_or_else(wrong).map(Some)
    }

    /// The pace that a setting asks for, at an address.
    ///
    /// # Errors
    /// [`CredentialError::Unusable`] when it is faster than the broker takes, and the address is not of this machine: behind
    /// any other the broker itself may be, and what it has not shown in time would count as not there.
    pub(super) fn pace(&self, name: &'static str, pace: Pace, base: &str) -> Result<Pace, CredentialError> {
        if !at_home(base) && pace.between < pace.fastest {
            let fastest = pace.fastest.as_millis();
            let why = format!("only on this machine may two requests be made within {fastest} ms");
            return Err(unusable(name, why));
        }
        Ok(pace)
    }

    /// Where orders go: the address that a setting names, or the broker's own one of a world.
    ///
    /// # Errors
    /// [`CredentialError::Unusable`] when it is neither https nor on this machine, or the broker's own of the other world.
    pub(super) fn address(
        &self,
        name: &'static str,
        world: World,
        [real, mock]: [&str; 2],
    ) -> Result<String, CredentialError> {
        let (own, other, why) = match world {
            World::Real => (real, mock, "it is the broker's host for play money, and orders are said to be real"),
            World::Mock => (mock, real, "it is the broker's host for real money, and orders are said to be play"),
        };
        let base = self.base_url(name, own)?;
        if same_host(&base, other) { Err(unusable(name, why)) } else { Ok(base) }
    }
}

/// What a broker is asked with.
///
/// # Errors
/// [`BrokerError::Unavailable`] when the environment names a proxy that is none.
pub(super) fn client(
    broker: &'static str,
    env: &dyn Fn(&str) -> Option<String>,
    limits: Limits,
) -> Result<Client, BrokerError> {
    Client::new(env, limits).map_err(|error| BrokerError::Unavailable {
        broker,
        remedy: error.remedy().to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Need;
    use super::*;

    const NEEDS: &[Need] = &[Need::required("X_ENV", "a world"), Need::setting("X_PACE", "a pace")];

    const WORDS: [&str; 2] = ["real", "mock"];

    fn found(env: &str, pace: &str) -> Credentials {
        let value = |name: &str| Some(if name == "X_ENV" { env } else { pace }.to_owned());
        Credentials::find("x", NEEDS, &value).unwrap()
    }

    #[test]
    fn only_the_brokers_own_mock_host_and_this_machine_are_play() {
        let own = "https://own.example";
        for (world, base, real) in [
            (World::Real, own, true),
            (World::Mock, own, false),
            (World::Mock, "https://OWN.example.:443/", false),
            (World::Mock, "https://other.example", true),
            (World::Mock, "https://own.example.org", true),
            (World::Mock, "https://own.example@other.example", true),
            (World::Real, "http://127.0.0.1:8080", false),
            (World::Real, "http://localhost:1", false),
            (World::Real, "https://[::1]:1", false),
            (World::Real, "https://127.0.0.1.example.org", true),
            (World::Real, "https://localhost.example.org", true),
            (World::Mock, "", true),
        ] {
            assert_eq!(world.real_money(base, own), real, "{world} {base}");
        }
    }

    #[test]
    fn the_world_is_said_in_one_of_two_words() {
        assert_eq!(found("real", "").world("X_ENV", WORDS).unwrap(), World::Real);
        assert_eq!(found(" mock ", "").world("X_ENV", WORDS).unwrap(), World::Mock);
        for word in ["Real", "live", "reall", "real mock"] {
            assert!(found(word, "").world("X_ENV", WORDS).is_err(), "{word}");
        }
        let without = |name: &str| (name == "X_PACE").then(|| "1".to_owned());
        assert!(Credentials::find("x", NEEDS, &without).is_err(), "nothing is said: nothing is opened");
    }

    #[test]
    fn a_number_is_whole_and_within_its_bounds() {
        assert_eq!(found("real", "").whole("X_PACE", 1..=9).unwrap(), None);
        assert_eq!(found("real", "9").whole("X_PACE", 1..=9).unwrap(), Some(9));
        for text in ["0", "10", "1.5", "-1", "fast", "99999999999"] {
            let error = found("real", text).whole("X_PACE", 1..=9).unwrap_err().to_string();
            assert_eq!(error, "X_PACE cannot be used: it is no whole number from 1 to 9", "{text}");
        }
    }

    #[test]
    fn only_where_somebody_else_answers_time_is_shorter() {
        let (hour, fastest) = (Duration::from_secs(3600), Duration::from_millis(200));
        let pace = |ms| Pace { between: Duration::from_millis(ms), fastest };
        assert_eq!([0, 1, 100, 199].map(|ms| pace(ms).of(hour).as_secs()), [0, 18, 1800, 3582]);
        assert_eq!([200, 1100].map(|ms| pace(ms).of(hour)), [hour; 2]);
        let asked =
            |ms, base| found("real", "").pace("X_PACE", pace(ms), base).map(|pace| pace.between.as_millis()).ok();
        for base in ["https://own.example", "https://OWN.example:443", "https://relay.example"] {
            assert_eq!([asked(199, base), asked(200, base)], [None, Some(200)], "{base}");
        }
        assert_eq!(asked(1, "http://127.0.0.1:1"), Some(1));
    }

    #[test]
    fn an_address_is_not_of_the_other_world() {
        const HOSTS: [&str; 2] = ["https://real.example", "https://mock.example:29443"];
        let needs: &[Need] = &[Need::setting("X_URL", "an address")];
        let asked = |world, url: &str| {
            let found = Credentials::find("x", needs, &|_| (!url.is_empty()).then(|| url.to_owned())).unwrap();
            found.address("X_URL", world, HOSTS).map_err(|error| error.to_string())
        };
        assert_eq!(asked(World::Real, "").unwrap(), HOSTS[0]);
        assert_eq!(asked(World::Mock, "").unwrap(), HOSTS[1]);
        let play = "X_URL cannot be used: it is the broker's host for play money, and orders are said to be real";
        let real = "X_URL cannot be used: it is the broker's host for real money, and orders are said to be play";
        for (world, url, said) in [
            (World::Real, "https://mock.example:29443", Err(play)),
            (World::Real, "https://MOCK.example", Err(play)),
            (World::Mock, "https://real.example.:9443/v2", Err(real)),
            (World::Mock, "https://Real.Example", Err(real)),
            (World::Mock, "https://mock.example", Ok("https://mock.example")),
            (World::Mock, "https://real.example.org", Ok("https://real.example.org")),
            (World::Mock, "http://127.0.0.1:8080/", Ok("http://127.0.0.1:8080")),
        ] {
            assert_eq!(asked(world, url).as_deref().map_err(String::as_str), said, "{world} {url}");
        }
    }
}
