//! What it has to be told: keys, account, world, and where and how often to ask.
//!
//! What is asked must never enter this room.

use super::NAME;
use super::account::AccountNumber;
use super::api::{Api, Keys, Reach};
use super::world::World;
use crate::broker::{BrokerError, CredentialError, Credentials, Identity, Means, Need};
use crate::http::{Client, Limits};
use std::time::Duration;

/// The world.
const ENV: &str = "KIS_ENV";
/// The account.
const ACCOUNT: &str = "KIS_ACCOUNT";
/// The app key.
const KEY: &str = "KIS_APP_KEY";
/// The app secret.
const SECRET: &str = "KIS_APP_SECRET";
/// Another host.
const BASE: &str = "KIS_URL";
/// Requests a second.
const RATE: &str = "KIS_REQUESTS_PER_SECOND";
/// Seconds that a request may take.
const PATIENCE: &str = "KIS_TIMEOUT";
/// How long that is, when nothing is said.
const TIMEOUT: Duration = Duration::from_secs(15);
/// The largest answer, in bytes.
const LARGEST: u64 = 4 << 20;

/// What it has to be told.
pub(super) const NEEDS: &[Need] = &[
    Need::secret(KEY, "app key, from apiportal.koreainvestment.com"),
    Need::secret(SECRET, "app secret, from the same page"),
    Need::required(ACCOUNT, "account number, as in 12345678-01"),
    Need::setting(ENV, "mock or real: where orders go [default: mock]"),
    Need::setting(BASE, "another address that speaks the protocol [default: the broker's]"),
    Need::setting(RATE, "requests a second, at most [default: 5 real, 0.9 mock]"),
    Need::setting(PATIENCE, "seconds that a request may take [default: 15]"),
];

/// Opens the API as it is set up, and says which account it is.
pub(super) fn open(means: Means<'_>) -> Result<(Api<'_>, Identity), BrokerError> {
    let found = Credentials::find(NAME, NEEDS, means.env)?;
    let unusable = |name: &'static str, why: String| CredentialError::Unusable { name, why };
    let text = |name: &str| found.get(name).map(|value| value.expose().trim());
    let world = text(ENV).map_or(Some(World::Mock), World::parse);
    let world = world.ok_or_else(|| unusable(ENV, "it is neither mock nor real".to_owned()))?;
    let account = AccountNumber::parse(text(ACCOUNT).unwrap_or_default()).map_err(|why| unusable(ACCOUNT, why))?;
    let whole = |name: &'static str, most: u32| {
        let read = |text: &str| text.parse().ok().filter(|number| (1..=most).contains(number));
        let wrong = || unusable(name, format!("it is no whole number from 1 to {most}"));
        text(name).map(|text| read(text).ok_or_else(wrong)).transpose()
    };
    let pace = whole(RATE, 1000)?.map_or(world.pace(), |rate| Duration::from_secs(1) / rate);
    let timeout = whole(PATIENCE, 60)?.map_or(TIMEOUT, |seconds| Duration::from_secs(seconds.into()));
    let base = found.base_url(BASE, world.base())?;
    let (key, secret) = (found.secret(KEY), found.secret(SECRET));
    let identity = Identity::of(NAME, &base, &account.whole(), &secret);
    let limits = Limits { total: timeout, largest: LARGEST };
    let client = Client::new(means.env, limits).map_err(|error| BrokerError::Unavailable {
        broker: NAME,
        remedy: error.remedy().to_owned(),
        why: error.to_string(),
    })?;
    let keys = Keys { key, secret, account };
    let reach = Reach { world, base, pace, timeout };
    Ok((Api::new(Box::new(client), means.clock, reach, keys, means.directory), identity))
}
