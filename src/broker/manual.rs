//! The broker `manual`: a person executes the orders, at any broker, and writes down what came of them.
//!
//! It writes an order ticket; when fills are given it makes them of the holdings file, as `paper` does, but at the real
//! prices and costs. What was to be made of the file stands beside the journal before the file is replaced, so that it is
//! made once. A network must never enter this room.

use super::{
    Ack, Broker, BrokerError, Entry, Fate, Identity, Intent, Marks, Means, OpenOrder, OrderState, Paper, Quote, Sent,
    Session, Settled, Snapshot, Standing,
};
use crate::code::Code;
use crate::money::{Money, Price, Quantity};
use crate::plan::PlanFile;
use crate::trade::{
    Conversion, Executions, Figure, Fill, Movement, Ticket, fills, kept_of, ticket_csv, ticket_markdown, ticket_text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Its name in the table.
pub const NAME: &str = "manual";

/// What the files begin with that say what an order makes of the holdings.
const STEP: &str = "manual-";

/// Its line in the table.
pub(super) const ENTRY: Entry = Entry {
    name: NAME,
    known_as: &[],
    about: "writes an order ticket for you to execute anywhere, and takes the fills you write down",
    markets: "any",
    currencies: &[],
    needs: &[],
    rewrites_holdings: true,
    open: |means| Ok(Box::new(Manual::new(means))),
};

/// Where fills that were given are kept, in the directory of the journal.
#[must_use]
pub fn fills_path(directory: &Path) -> PathBuf {
    directory.join("fills.csv")
}

/// The broker `manual`.
struct Manual<'a> {
    means: Means<'a>,
    book: Paper<'a>,
    fills: BTreeMap<String, Executions>,
}

/// What an order is about to make of the holdings file, or has made of it.
#[derive(Serialize, Deserialize)]
struct Step {
    before: String,
    after: String,
    /// What was executed, which the journal may not have yet.
    fill: Fill<String>,
}

const AGAIN: &str = "correct the fills and give them again: --resume --fills fills.csv";

impl<'a> Manual<'a> {
    fn new(means: Means<'a>) -> Self {
        Self { means, book: Paper::new(means), fills: BTreeMap::new() }
    }

    fn here(&self) -> Result<String, BrokerError> {
        self.book.hash()
    }

    fn step_path(&self, intent: &Intent) -> PathBuf {
        self.means.directory.join(format!("{STEP}{}.json", intent.client_id))
    }

    /// What of an order is in the holdings file already: a run before was killed between the file and the journal.
    fn entered(&self, intent: &Intent) -> Result<Option<Fill>, BrokerError> {
        let path = self.step_path(intent);
        let known = self.means.disk.read(&path).map_err(|error| BrokerError::Io { path: path.clone(), error })?;
        let Some(bytes) = known else { return Ok(None) };
        let step = serde_json::from_slice::<Step>(&bytes).ok();
        // Written in one step, it is never half there: what cannot be read says nothing for certain.
        let step = step.and_then(|step| Some((step.fill.figures().ok()?, step)));
        let Some((fill, step)) = step else {
            return Err(BrokerError::Unfit {
                why: format!("`{}` is not as it was written", path.display()),
                remedy: format!("remove it if {} is not in the holdings yet", intent.ticket.id),
            });
        };
        let here = self.here()?;
        match here {
            here if here == step.after => Ok(Some(fill)),
            here if here == step.before => Ok(None),
            found => {
                let path = self.means.holdings.to_owned();
                Err(BrokerError::Moved { path, expected: step.after, found })
            }
        }
    }

    /// Makes a fill of the holdings file. It is not in it yet.
    fn enter(&mut self, intent: &Intent, fill: &Fill) -> Result<(), BrokerError> {
        let path = self.step_path(intent);
        let here = self.here()?;
        if !intent.before.starts_with(&here) {
            self.only_cash_was_corrected(intent)?;
        }
        let marks = self.book.prepare(&actual(&intent.ticket, fill), &here)?;
        let step = Step { before: marks.before.clone(), after: marks.after.clone(), fill: fill.text() };
        let text = serde_json::to_string(&step).unwrap_or_default();
        self.means.disk.keep(&path, text.as_bytes()).map_err(|error| BrokerError::Io { path, error })?;
        self.book.enter(&marks)
    }

    /// While orders are with the person, they may correct the cash: after a conversion, say. What is held must be what it
    /// was, or fills before would be gone.
    fn only_cash_was_corrected(&self, intent: &Intent) -> Result<(), BrokerError> {
        match intent.before.split_once(' ') {
            Some((_, held)) if held == self.book.held()? => Ok(()),
            _ => {
                let (path, found) = (self.means.holdings.to_owned(), self.here()?);
                let expected = intent.before.split(' ').next().unwrap_or_default().to_owned();
                Err(BrokerError::Moved { path, expected, found })
            }
        }
    }
}

/// What was executed, as a fill has it.
fn executions(fill: &Fill) -> Executions {
    let told = |name: &str, figure: Figure| {
        let estimated = fill.estimated.iter().any(|estimated| estimated == name);
        (!estimated).then_some(Money::new(figure.0))
    };
    Executions {
        quantity: Quantity::new(fill.quantity.0),
        amount: Money::new(fill.amount.0),
        commission: told("commission", fill.commission),
        tax: told("tax", fill.tax),
        slippage: Money::new(fill.slippage.0),
        at: Some(fill.at.clone()),
    }
}

/// The order as it was executed.
fn actual(ticket: &Ticket, fill: &Fill) -> Ticket {
    let money = |figure: Figure| Money::new(figure.0);
    Ticket {
        quantity: Quantity::new(fill.quantity.0),
        price: Price::new(fill.price.0),
        amount: money(fill.amount),
        commission: money(fill.commission),
        slippage: money(fill.slippage),
        tax: money(fill.tax),
        gain: fill.gain.map(money),
        ..ticket.clone()
    }
}

/// Whether two fills did the same to the account; when they were is told later, perhaps.
fn is_same(one: &Fill, other: &Fill) -> bool {
    Fill { at: String::new(), ..one.clone() } == Fill { at: String::new(), ..other.clone() }
}

/// The journal must not say another thing than the holdings, which cannot be taken back.
fn differs(intent: &Intent, entered: &Fill) -> BrokerError {
    let Fill { quantity, price, commission, tax, .. } = entered;
    let order = &intent.ticket.id;
    BrokerError::Unfit {
        why: format!(
            "{quantity} shares of {order} at {price}, commission {commission} and tax {tax} are in the holdings already, \
             and the fills say otherwise: leave {order} out of them, and correct the holdings when the plan is at its end"
        ),
        remedy: AGAIN.to_owned(),
    }
}

impl Broker for Manual<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    /// What is sent is a file; a person sends the orders.
    fn real_money(&self) -> bool {
        false
    }

    fn account(&mut self) -> Result<Option<Identity>, BrokerError> {
        self.book.account()
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrokerError> {
        self.book.snapshot()
    }

    fn quotes(&mut self, codes: &[Code]) -> Result<Vec<Quote>, BrokerError> {
        self.book.quotes(codes)
    }

    fn session(&mut self) -> Result<Session, BrokerError> {
        self.book.session()
    }

    fn open_orders(&mut self) -> Result<Vec<OpenOrder>, BrokerError> {
        self.book.open_orders()
    }

    /// The file may be corrected by hand while orders are executed: each order says where it begins.
    fn mark(&mut self) -> Result<Option<String>, BrokerError> {
        Ok(None)
    }

    fn fits(&mut self, ticket: &Ticket) -> Result<(), BrokerError> {
        self.book.fits(ticket)
    }

    fn opening(&mut self, plan: &PlanFile) -> Result<String, BrokerError> {
        let opening = self.book.opening(plan)?;
        // Fills of a plan before are none of this one.
        self.closing()?;
        let tickets = Ticket::all(&plan.body).unwrap_or_default();
        let conversions = Conversion::all(&plan.body).unwrap_or_default();
        let texts = [
            ("txt", ticket_text(&plan.plan_id, &tickets, &conversions)),
            ("csv", ticket_csv(&tickets)),
            ("md", ticket_markdown(&plan.plan_id, &tickets, &conversions)),
        ];
        for (extension, text) in texts {
            let path = self.means.directory.join(format!("ticket.{extension}"));
            self.means.disk.keep(&path, text.as_bytes()).map_err(|error| BrokerError::Io { path, error })?;
        }
        Ok(opening)
    }

    /// Ids of orders are the same in every plan: fills of another are none of this one.
    fn resuming(&mut self, plan_id: &str) -> Result<(), BrokerError> {
        let path = fills_path(self.means.directory);
        let bytes = self.means.disk.read(&path).map_err(|error| BrokerError::Io { path: path.clone(), error })?;
        let bad =
            |why: String| BrokerError::Unfit { why: format!("`{}`: {why}", path.display()), remedy: AGAIN.to_owned() };
        let text = String::from_utf8(bytes.unwrap_or_default()).map_err(|_| bad("not UTF-8".to_owned()))?;
        self.fills = match kept_of(plan_id, &text) {
            Some(text) => fills(text, None).map_err(|error| bad(error.to_string()))?,
            None => BTreeMap::new(),
        };
        Ok(())
    }

    /// The fills are in the log by now. The ticket stays: it is the person's.
    fn closing(&mut self) -> Result<(), BrokerError> {
        let (directory, disk) = (self.means.directory, self.means.disk);
        let io = |error| BrokerError::Io { path: directory.to_owned(), error };
        self.fills.clear();
        for path in disk.list(directory).map_err(io)? {
            let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
            if path == fills_path(directory) || name.starts_with(STEP) && name.ends_with(".json") {
                disk.remove(&path).map_err(|error| BrokerError::Io { path, error })?;
            }
        }
        disk.sync_directory(directory).map_err(io)
    }

    fn capacity(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError> {
        self.book.capacity(ticket)
    }

    fn prepare(&mut self, _: &Ticket, _: &str) -> Result<Marks, BrokerError> {
        Ok(Marks { before: format!("{} {}", self.here()?, self.book.held()?), after: String::new() })
    }

    /// The ticket is in the person's hands; nothing more is done here.
    fn send(&mut self, intent: &Intent) -> Sent {
        Sent::Acknowledged(Ack { reference: format!("{NAME}-{}", intent.ticket.id), at: None })
    }

    fn standing(&mut self, intent: &Intent, _: &Ack) -> Result<Standing, BrokerError> {
        let entered = self.entered(intent)?;
        let given = self.fills.get(&intent.ticket.id).cloned();
        let executed = match (&entered, given) {
            (None, None) => return Ok(Standing { state: OrderState::Working, executed: Executions::NONE }),
            (Some(fill), None) => executions(fill),
            (None, Some(executed)) if executed.is_none() => {
                return Ok(Standing { state: OrderState::Cancelled, executed });
            }
            (entered, Some(executed)) => {
                let fill = intent.ticket.fill(&executed, &intent.at);
                match (entered, fill) {
                    (Some(entered), fill) if !fill.as_ref().is_some_and(|fill| is_same(entered, fill)) => {
                        return Err(differs(intent, entered));
                    }
                    (Some(_), _) => {}
                    (None, Some(fill)) => self.enter(intent, &fill)?,
                    (None, None) => {
                        return Err(BrokerError::Unfit {
                            why: format!(
                                "{} shares of order {} cannot have been executed",
                                executed.quantity, intent.ticket.id
                            ),
                            remedy: AGAIN.to_owned(),
                        });
                    }
                }
                executed
            }
        };
        let whole = executed.quantity == intent.ticket.quantity;
        Ok(Standing { state: if whole { OrderState::Filled } else { OrderState::Cancelled }, executed })
    }

    fn cancel(&mut self, _: &Intent, _: &Ack) -> Result<(), BrokerError> {
        Ok(())
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        Fate::Placed(Ack { reference: format!("{NAME}-{}", intent.ticket.id), at: None })
    }

    fn patience(&self) -> Option<Duration> {
        None
    }

    fn waiting(&self) -> String {
        let ticket = self.means.directory.join("ticket.csv");
        format!(
            "execute `{}`, write what was filled into its last columns, then: `rebalance apply <plan.json> --resume \
             --fills {0}`; or `--fills -`, which asks order by order",
            ticket.display()
        )
    }

    fn moves_cash(&self) -> bool {
        true
    }

    fn prepare_transfer(&mut self, movement: &Movement, _: &str) -> Result<Marks, BrokerError> {
        let here = self.here()?;
        self.book.prepare_transfer(movement, &here)
    }

    fn transfer(&mut self, movement: &Movement, marks: &Marks) -> Result<(), BrokerError> {
        self.book.transfer(movement, marks)
    }

    fn settled(&mut self, movement: &Movement, marks: &Marks) -> Settled {
        self.book.settled(movement, marks)
    }
}
