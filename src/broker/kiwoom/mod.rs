//! Kiwoom Securities over its REST API: domestic ETFs, at the real host or at the mock one.
//!
//! The protocol is that of Kiwoom's own samples. Kiwoom takes no name of ours for an order, so that an order whose answer
//! is lost is looked for in its lists and is never sent again; an order is a limit at a price on a tick, for the day, at
//! the Korea Exchange. Whether an order should be sent must never enter this room.

mod account;
mod answer;
mod api;
mod failure;
mod figures;
mod look;
mod place;
mod record;
mod standing;

use failure::Failure;

use super::settings::{Pace, World, client};
use super::tokens::TokenFile;
use super::{
    Ack, Broker, BrokerError, Credentials, Entry, Fate, Held, Identity, Intent, Marks, Means, Need, OpenOrder, Quote,
    Sent, Session, Snapshot, Standing, krx,
};
use crate::clock::Clock;
use crate::code::Code;
use crate::config::Currency;
use crate::http::{Limits, Secret};
use crate::money::Quantity;
use crate::plan::PlanFile;
use crate::trade::{Side, Ticket};
use account::Open;
use api::{Access, Api};
use chrono::{NaiveDate, NaiveTime};
use std::collections::BTreeMap;
use std::time::Duration;

/// Its name in the table.
const NAME: &str = "kiwoom";
/// The host at which orders are orders.
const REAL: &str = "https://api.kiwoom.com";
/// The host at which they are an exercise.
const MOCK: &str = "https://mockapi.kiwoom.com";
/// The longest answer that is read, in bytes.
const LARGEST: u64 = 8 << 20;
/// The time between two requests of one kind, when nothing else is said: Kiwoom takes about one a second.
const USUAL: Duration = Duration::from_millis(1100);
/// The fastest that is asked for at its own hosts.
const FASTEST: Duration = Duration::from_millis(200);
/// How long an answer is waited for, when nothing else is said.
const PATIENCE: Duration = Duration::from_secs(30);

const KEY: &str = "KIWOOM_APP_KEY";
const SECRET: &str = "KIWOOM_APP_SECRET";
const ENV: &str = "KIWOOM_ENV";
const URL: &str = "KIWOOM_URL";
const PACE: &str = "KIWOOM_PACE";
const TIMEOUT: &str = "KIWOOM_TIMEOUT";

/// What it has to be told.
const NEEDS: &[Need] = &[
    Need::secret(KEY, "the app key of openapi.kiwoom.com; it is of one account, at the real host or at the mock one"),
    Need::secret(SECRET, "the secret key that came with it"),
    Need::required(ENV, "which host the key is of: real or mock"),
    Need::setting(URL, "another address than the host's own"),
    Need::setting(
        PACE,
        "milliseconds between two requests of one kind, 200 at least at Kiwoom's own hosts; 1100 when it is not set",
    ),
    Need::setting(TIMEOUT, "seconds that an answer is waited for; 30 when it is not set"),
];

/// Its line in the table.
pub(super) const ENTRY: Entry = Entry {
    name: NAME,
    known_as: &["Kiwoom Securities", "Kiwoom", "키움증권", "키움"],
    about: "Kiwoom Securities (REST): limit orders of the day for domestic ETFs, at the real or the mock host",
    markets: "Korea Exchange",
    currencies: &[Currency::Krw],
    needs: NEEDS,
    rewrites_holdings: false,
    open: |means| Ok(Box::new(Kiwoom::open(means)?)),
};

/// Kiwoom, for the account that its keys are of.
pub(super) struct Kiwoom<'a> {
    api: Api<'a>,
    clock: &'a dyn Clock,
    /// Whose orders are orders.
    world: World,
    base: String,
    salt: Secret,
    identity: Option<Identity>,
}

impl<'a> Kiwoom<'a> {
    /// Kiwoom with the keys and settings of the environment or the file. Asks nobody yet.
    fn open(means: Means<'a>) -> Result<Self, BrokerError> {
        let found = Credentials::find(NAME, NEEDS, means.env)?;
        let world = found.world(ENV, ["real", "mock"])?;
        let base = found.address(URL, world, [REAL, MOCK])?;
        let between = found.whole(PACE, 0..=60_000)?.map_or(USUAL, |ms| Duration::from_millis(ms.into()));
        let pace = found.pace(PACE, Pace { between, fastest: FASTEST }, &base)?;
        let patience = found.whole(TIMEOUT, 1..=600)?.map_or(PATIENCE, |seconds| Duration::from_secs(seconds.into()));
        let client = client(NAME, means.env, Limits { total: patience, largest: LARGEST })?;
        let (key, secret) = (found.secret(KEY), found.secret(SECRET));
        let kept = TokenFile::new(means.directory, NAME, &base, &key);
        let access = Access { base: base.clone(), key, secret: secret.clone(), kept, pace, patience };
        let api = Api::new(Box::new(client), means.clock, access);
        Ok(Self { api, clock: means.clock, world, base, salt: secret, identity: None })
    }

    /// Whose account it is, as a hash.
    fn identity(&mut self) -> Result<Identity, BrokerError> {
        if let Some(known) = &self.identity {
            return Ok(known.clone());
        }
        let number = account::number(&mut self.api)?;
        let identity = Identity::of(NAME, &self.base, &number, &self.salt);
        self.identity = Some(identity.clone());
        Ok(identity)
    }

    /// The day and the time in Seoul.
    fn today(&self) -> Result<(NaiveDate, NaiveTime), BrokerError> {
        let there = krx::in_seoul(self.clock.now().timestamp());
        there.ok_or_else(|| unclear("the clock shows no date"))
    }

    fn quote(&mut self, code: &Code) -> Result<Quote, BrokerError> {
        let found = account::quote(&mut self.api, &code.0)?;
        let halted = match account::halted(&mut self.api, &code.0) {
            // Not every question is answered at the mock host.
            Err(Failure::Refused { .. }) if self.world == World::Mock => None,
            halted => halted?,
        };
        Ok(Quote {
            code: code.clone(),
            price: found.last,
            upper: Some(found.highest),
            lower: Some(found.lowest),
            tick: Some(krx::tick(found.last)),
            halted,
        })
    }
}

/// Kiwoom's own host.
fn host(world: World) -> &'static str {
    match world {
        World::Real => REAL,
        World::Mock => MOCK,
    }
}

impl Broker for Kiwoom<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn real_money(&self) -> bool {
        self.world.real_money(&self.base, host(self.world))
    }

    fn account(&mut self) -> Result<Option<Identity>, BrokerError> {
        self.identity().map(Some)
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrokerError> {
        let cash = account::cash(&mut self.api)?;
        let mut positions = BTreeMap::new();
        for position in account::positions(&mut self.api)? {
            if position.held.is_zero() {
                continue;
            }
            if position.price.is_zero() {
                return Err(unclear(&format!("{} is held and has no price", position.code)));
            }
            let (quantity, sellable, price, cost) = (position.held, position.sellable, position.price, position.cost);
            positions.insert(Code(position.code), Held { quantity, sellable, price, cost });
        }
        Ok(Snapshot { cash: BTreeMap::from([(Currency::Krw, cash.settled)]), positions })
    }

    fn quotes(&mut self, codes: &[Code]) -> Result<Vec<Quote>, BrokerError> {
        codes.iter().map(|code| self.quote(code)).collect()
    }

    fn session(&mut self) -> Result<Session, BrokerError> {
        let now = self.clock.now().timestamp();
        Ok(match krx::closed(now) {
            None => Session::Open,
            Some(why) => Session::Closed { why, opens: krx::opens(now) },
        })
    }

    fn open_orders(&mut self) -> Result<Vec<OpenOrder>, BrokerError> {
        let (day, _) = self.today()?;
        let order = |open: Open| OpenOrder {
            reference: record::reference(day, &open.number),
            code: Code(open.code),
            side: open.side,
            quantity: open.left,
            price: Some(open.limit).filter(|limit| !limit.is_zero()),
            at: open.at.map(|at| at.to_string()),
        };
        Ok(account::open(&mut self.api)?.into_iter().map(order).collect())
    }

    fn mark(&mut self) -> Result<Option<String>, BrokerError> {
        Ok(None)
    }

    fn fits(&mut self, ticket: &Ticket) -> Result<(), BrokerError> {
        krx::fits(NAME, ticket)
    }

    fn opening(&mut self, _: &PlanFile) -> Result<String, BrokerError> {
        Ok(self.identity()?.text().to_owned())
    }

    fn capacity(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError> {
        match ticket.side {
            Side::Sell => {
                let positions = account::positions(&mut self.api)?;
                let held = positions.into_iter().find(|position| position.code == ticket.code.0);
                Ok(held.map_or(Quantity::ZERO, |position| position.sellable))
            }
            Side::Buy => self.buyable(ticket),
        }
    }

    fn prepare(&mut self, ticket: &Ticket, _: &str) -> Result<Marks, BrokerError> {
        self.prepared(ticket)
    }

    fn send(&mut self, intent: &Intent) -> Sent {
        self.placed(intent)
    }

    fn standing(&mut self, intent: &Intent, ack: &Ack) -> Result<Standing, BrokerError> {
        self.stands(intent, ack)
    }

    fn cancel(&mut self, intent: &Intent, ack: &Ack) -> Result<(), BrokerError> {
        self.cancelled(intent, ack)
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        self.looked_for(intent)
    }
}

impl From<Failure> for BrokerError {
    fn from(failure: Failure) -> Self {
        let remedy = failure.remedy().to_owned();
        match failure {
            Failure::Away { why, .. } | Failure::Token { why } => Self::Unavailable { broker: NAME, why, remedy },
            Failure::Refused { why } => Self::Denied { broker: NAME, said: why, remedy },
            Failure::Unreadable { .. } | Failure::Unfinished { .. } => unclear(&failure.to_string()),
        }
    }
}

/// An answer that cannot be used.
fn unclear(why: &str) -> BrokerError {
    BrokerError::Unclear { broker: NAME, why: why.to_owned() }
}
