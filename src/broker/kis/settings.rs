//! What it has to be told: keys, account, world, and where and how often to ask.
//!
//! What is asked must never enter this room.

use super::NAME;
use super::account::AccountNumber;
use super::api::{Api, Keys, Reach};
use super::world::FASTEST;
use crate::broker::settings::{Pace, World, client};
use crate::broker::{BrokerError, CredentialError, Credentials, Identity, Means, Need};
use crate::http::Limits;
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
    Need::required(ENV, "real or mock: which world the keys are of, and where orders go"),
    Need::setting(BASE, "another address that speaks the protocol [default: the broker's]"),
    Need::setting(RATE, "requests a second, at most 20 but on this machine [default: 5 real, 0.9 mock]"),
    Need::setting(PATIENCE, "seconds that a request may take [default: 15]"),
];

/// Opens the API as it is set up, and says which account it is.
pub(super) fn open(means: Means<'_>) -> Result<(Api<'_>, Identity), BrokerError> {
    let found = Credentials::find(NAME, NEEDS, means.env)?;
    let world = found.world(ENV, ["real", "mock"])?;
    let account = found.secret(ACCOUNT);
    let unusable = |why| CredentialError::Unusable { name: ACCOUNT, why };
    let account = AccountNumber::parse(account.expose().trim()).map_err(unusable)?;
    let base = found.address(BASE, world, [World::Real, World::Mock].map(World::base))?;
    let between = found.whole(RATE, 1..=1000)?.map_or(world.pace(), |rate| Duration::from_secs(1) / rate);
    let pace = found.pace(RATE, Pace { between, fastest: FASTEST }, &base)?;
    let timeout = found.whole(PATIENCE, 1..=60)?.map_or(TIMEOUT, |seconds| Duration::from_secs(seconds.into()));
    let (key, secret) = (found.secret(KEY), found.secret(SECRET));
    let identity = Identity::of(NAME, &base, &account.whole(), &secret);
    let client = client(NAME, means.env, Limits { total: timeout, largest: LARGEST })?;
    let keys = Keys { key, secret, account };
    let reach = Reach { world, base, pace, timeout };
    Ok((Api::new(Box::new(client), means.clock, reach, keys, means.directory), identity))
}
