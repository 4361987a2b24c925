//! Brokers: who executes orders, one file or directory each.
//!
//! A broker sends an order once when it is told to, says what came of it, and can find out what became of an order
//! whose answer was lost. It says what an account holds and what the market does. Whether an order should be sent, and
//! what a journal says, must never enter this room.

mod account;
mod alpaca;
mod credentials;
mod error;
mod kis;
mod kiwoom;
mod krx;
mod manual;
mod order;
mod pages;
mod paper;
mod search;
mod settings;
mod tokens;
mod veil;

pub use crate::trade::{OpenOrder, Quote, Session};
pub use account::{Held, Identity, Snapshot, on_tick, whole_shares};
pub use credentials::{CredentialError, Credentials, FILE as CREDENTIALS_FILE, Need};
pub use error::BrokerError;
pub use manual::{NAME as MANUAL, fills_path};
pub use order::{Ack, Fate, Intent, Marks, OrderState, Sent, Settled, Standing};
pub use paper::Paper;

use crate::clock::Clock;
use crate::code::Code;
use crate::config::Currency;
use crate::disk::Disk;
use crate::money::Quantity;
use crate::plan::PlanFile;
use crate::trade::{Movement, Ticket};
use std::path::Path;
use std::time::Duration;

/// A broker.
///
/// For an order: `capacity` and `prepare`, then the intent is written down, then `send`, once, then `standing` until
/// nothing more comes of it. An answer that is missing is looked for with `reconcile`, never by sending again. Only
/// `send`, `cancel` and `transfer` change anything at the broker.
pub trait Broker {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Whether its orders cost real money: they go to the real world of a broker, wherever that is reached, and not to a
    /// simulator on this machine.
    fn real_money(&self) -> bool;

    // -- the account and the market --

    /// Which account it is; none where the account is a file, which the plan knows by its hash.
    ///
    /// # Errors
    /// When that cannot be told.
    fn account(&mut self) -> Result<Option<Identity>, BrokerError>;

    /// What the account holds now. All pages, or an error: half an account is none.
    ///
    /// # Errors
    /// When that cannot be told whole.
    fn snapshot(&mut self) -> Result<Snapshot, BrokerError>;

    /// What the market says of each of these codes, in their order.
    ///
    /// # Errors
    /// When that cannot be told of one of them.
    fn quotes(&mut self, codes: &[Code]) -> Result<Vec<Quote>, BrokerError>;

    /// Whether the market takes orders now.
    ///
    /// # Errors
    /// When that cannot be told.
    fn session(&mut self) -> Result<Session, BrokerError>;

    /// Every order that is open now, whoever placed it.
    ///
    /// # Errors
    /// When that cannot be told whole.
    fn open_orders(&mut self) -> Result<Vec<OpenOrder>, BrokerError>;

    // -- an apply --

    /// Where the account stands, when nothing but this program moves it; none where others can.
    ///
    /// # Errors
    /// When that cannot be told.
    fn mark(&mut self) -> Result<Option<String>, BrokerError>;

    /// Whether an order is one that it takes, on any day: of a code it trades, of shares as it counts them. Must not change
    /// anything.
    ///
    /// # Errors
    /// [`BrokerError::Unfit`] when it is not; another when that cannot be told.
    fn fits(&mut self, ticket: &Ticket) -> Result<(), BrokerError>;

    /// Where the account stands before a plan. Refuses when the plan cannot be carried through: it was made for another
    /// state of the account, say.
    ///
    /// # Errors
    /// When it is not where the plan says, or that cannot be told.
    fn opening(&mut self, plan: &PlanFile) -> Result<String, BrokerError>;

    /// Goes on with a plan that was begun: what was kept of it between runs is taken up.
    ///
    /// # Errors
    /// When it cannot be read.
    fn resuming(&mut self, _plan_id: &str) -> Result<(), BrokerError> {
        Ok(())
    }

    /// How many shares of this order may be ordered now: sold of what is there and in no other order, or bought at the
    /// limit price with cash that is there. Cash that would only be owed (미수, margin) does not count.
    ///
    /// # Errors
    /// When that cannot be told.
    fn capacity(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError>;

    /// Everything that is needed to find out later whether an order was taken: the orders that are known now, what is
    /// held, what was bought and sold today, the price it will be sent at. `last` is the `after` of the order before.
    /// Must not change anything.
    ///
    /// # Errors
    /// When the order cannot be sent.
    fn prepare(&mut self, ticket: &Ticket, last: &str) -> Result<Marks, BrokerError>;

    /// Sends an order: one request, never a second one. [`Sent::Unknown`] unless the answer proves something better.
    fn send(&mut self, intent: &Intent) -> Sent;

    /// How an order stands that was taken, on this day or on an earlier one.
    ///
    /// # Errors
    /// When that cannot be told now.
    fn standing(&mut self, intent: &Intent, ack: &Ack) -> Result<Standing, BrokerError>;

    /// Asks to cancel what is left of an order. What became of it, `standing` says; asking twice does nothing more.
    ///
    /// # Errors
    /// When it could not be asked. That nothing is left is no error.
    fn cancel(&mut self, intent: &Intent, ack: &Ack) -> Result<(), BrokerError>;

    /// What became of an order whose answer is missing. May wait and look several times; must not send anything. Says
    /// [`Fate::NotPlaced`] only where it is proven: that nothing is listed is no proof by itself.
    fn reconcile(&mut self, intent: &Intent) -> Fate;

    /// Nothing more comes of a plan: what was kept on the way may go. Done twice it does nothing more.
    ///
    /// # Errors
    /// When it cannot be put away.
    fn closing(&mut self) -> Result<(), BrokerError> {
        Ok(())
    }

    /// How long an order is waited for before what is left of it is cancelled. None where waiting is of no use, because
    /// a person executes it: then the apply stops, and goes on with `--resume`.
    fn patience(&self) -> Option<Duration> {
        Some(Duration::from_secs(180))
    }

    /// What a person can do about an order that is not at its end.
    fn waiting(&self) -> String {
        "wait until it is executed, or cancel it at the broker".to_owned()
    }

    /// How long to wait between two looks at an order.
    fn pace(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Whether it can move a plan's cash: pay it in, take it out, and convert it.
    fn moves_cash(&self) -> bool {
        false
    }

    /// Everything that is needed to find out later whether a plan's cash was moved. `last` is where the account was left.
    /// Must not change anything.
    ///
    /// # Errors
    /// When it cannot be moved.
    fn prepare_transfer(&mut self, _movement: &Movement, _last: &str) -> Result<Marks, BrokerError> {
        Err(BrokerError::MovesNoCash { broker: self.name() })
    }

    /// Moves a plan's cash, at most once.
    ///
    /// # Errors
    /// When it was not moved, or that is not certain; `settled` then finds out which.
    fn transfer(&mut self, _movement: &Movement, _marks: &Marks) -> Result<(), BrokerError> {
        Err(BrokerError::MovesNoCash { broker: self.name() })
    }

    /// Whether a plan's cash was moved. Must not move anything.
    fn settled(&mut self, _movement: &Movement, _marks: &Marks) -> Settled {
        Settled::No
    }
}

/// What a broker is opened with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// Where files are.
    pub disk: &'a dyn Disk,
    /// The holdings file.
    pub holdings: &'a Path,
    /// The directory for what is kept between runs: `.rebalance`. What a broker keeps there (tokens, the ticket, fills, steps)
    /// is 0600; the journal and the lock beside it are as the umask has them, for the journal is committed and shared.
    pub directory: &'a Path,
    /// What time it is, and how to wait.
    pub clock: &'a dyn Clock,
    /// The environment: credentials, settings, the proxy.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

/// A line of the table.
pub struct Entry {
    /// The name on the command line.
    pub name: &'static str,
    /// Names in a config that mean it, beside its own; upper and lower case are the same.
    pub known_as: &'static [&'static str],
    /// What it does, a sentence without a period.
    pub about: &'static str,
    /// The markets it trades at, for people.
    pub markets: &'static str,
    /// The currencies of its orders; none where it takes any.
    pub currencies: &'static [Currency],
    /// What it has to be told.
    pub needs: &'static [Need],
    /// Whether its account is the holdings file, of which it makes what was executed.
    pub rewrites_holdings: bool,
    /// Opens it. Asks nobody yet.
    pub open: for<'a> fn(Means<'a>) -> Result<Box<dyn Broker + 'a>, BrokerError>,
}

/// Every broker; the first is the default.
pub const ALL: &[Entry] = &[paper::ENTRY, manual::ENTRY, kis::ENTRY, kiwoom::ENTRY, alpaca::ENTRY];

/// The broker of a name on the command line.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

/// The broker that a config names, as people call it.
#[must_use]
pub fn known(name: &str) -> Option<&'static Entry> {
    let name = name.trim().to_lowercase();
    ALL.iter().find(|entry| entry.name == name || entry.known_as.iter().any(|known| known.to_lowercase() == name))
}

impl Entry {
    /// Whether all that it needs is there.
    ///
    /// # Errors
    /// See [`CredentialError`].
    pub fn configured(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<(), CredentialError> {
        Credentials::find(self.name, self.needs, env).map(drop)
    }
}
