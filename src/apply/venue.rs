//! What a broker is asked about a plan: whether it can carry it out, and what its market says now. The gate judges by the
//! answers, and each order is judged by them once more before it is sent.
//!
//! Nothing that changes anything at a broker must ever enter this file.

use crate::broker::{Broker, BrokerError};
use crate::code::Code;
use crate::gate::{Market, Unfit};
use crate::plan::file::Body;
use crate::replay::State;
use crate::trade::Act;

/// Whether a broker can carry out a plan at all: it moves what the plan moves, and each order is one that it takes.
///
/// # Errors
/// When it cannot, or that cannot be told.
pub(super) fn carried(broker: &mut dyn Broker, body: &Body) -> Result<(), BrokerError> {
    for act in Act::all(body).map_err(malformed)? {
        match act {
            Act::Order(ticket) => broker.fits(&ticket)?,
            Act::Move(_) if broker.moves_cash() => {}
            Act::Move(_) => return Err(BrokerError::MovesNoCash { broker: broker.name() }),
        }
    }
    Ok(())
}

fn malformed(malformed: crate::trade::Malformed) -> BrokerError {
    BrokerError::Unfit { why: malformed.to_string(), remedy: "make a new plan".to_owned() }
}

/// The same as evidence: what a broker cannot carry out; nothing where it can.
///
/// # Errors
/// When that cannot be told.
pub fn unfit(broker: &mut dyn Broker, body: &Body) -> Result<Option<Unfit>, BrokerError> {
    match carried(broker, body) {
        Ok(()) => Ok(None),
        Err(error @ (BrokerError::Unfit { .. } | BrokerError::MovesNoCash { .. })) => {
            Ok(Some(Unfit { why: error.to_string(), remedy: error.remedy() }))
        }
        Err(error) => Err(error),
    }
}

/// What the market says of these codes. Orders that the journal knows are our own.
///
/// # Errors
/// When that cannot be told whole.
pub fn market(broker: &mut dyn Broker, codes: &[Code], journal: &State) -> Result<Market, BrokerError> {
    let session = broker.session()?;
    let quotes = broker.quotes(codes)?;
    let ours = journal.references();
    let mut strangers = broker.open_orders()?;
    strangers.retain(|open| !ours.contains(open.reference.as_str()));
    Ok(Market { session, quotes, strangers })
}
