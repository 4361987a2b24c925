//! The broker Alpaca: US shares and funds, whole and in parts, in a paper account or a live one.
//!
//! Every order carries our own id (`client_order_id`), which Alpaca takes once: an answer that is missing is looked for by
//! it, and an order that was sent again all the same would be refused as a double. Orders are limit orders at the plan's
//! limit price, good for the day. Whether an order should be sent must never enter this room.

mod api;
mod shape;

use super::settings::World;
use super::{
    Ack, Broker, BrokerError, Credentials, Entry, Fate, Held, Identity, Intent, Marks, Means, Need, OpenOrder, Quote,
    Sent, Session, Snapshot, Standing, on_tick, whole_shares,
};
use crate::clock::Clock;
use crate::code::Code;
use crate::config::Currency;
use crate::money::{Money, Price, Quantity};
use crate::plan::PlanFile;
use crate::replay::Candidate;
use crate::trade::{Side, Ticket};
use api::{Answer, Api, unclear};
use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use shape::{Asset, Order, figure, figure_if, flag, price, shares_down, text};
use std::time::Duration;

/// Its name in the table.
const NAME: &str = "alpaca";
/// The variables.
const KEY: &str = "APCA_API_KEY_ID";
const SECRET: &str = "APCA_API_SECRET_KEY";
const WORLD: &str = "ALPACA_ENV";
const BASE: &str = "APCA_API_BASE_URL";
const DATA: &str = "ALPACA_DATA_URL";

const NEEDS: &[Need] = &[
    Need::secret(KEY, "the id of the API key"),
    Need::secret(SECRET, "its secret"),
    Need::required(WORLD, "live or paper: which account the key is of, and where orders go"),
    Need::setting(BASE, "another host for orders"),
    Need::setting(DATA, "another host for prices"),
];

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: NAME,
    known_as: &["Alpaca Markets"],
    about: "sends limit orders to Alpaca, to a live or to a paper account, as ALPACA_ENV says",
    markets: "US shares and funds",
    currencies: &[Currency::Usd],
    needs: NEEDS,
    rewrites_holdings: false,
    open: |means| Ok(Box::new(Alpaca::open(means)?)),
};

/// How long an order that was sent may take to be found by our id.
const WINDOW: Duration = Duration::from_secs(60);
/// How long to wait between two looks for it.
const PAUSE: Duration = Duration::from_secs(5);
/// How often it must not be found.
const LOOKS: u32 = 3;
/// The most symbols whose prices are asked for at once.
const SYMBOLS: usize = 100;

/// The broker.
struct Alpaca<'a> {
    api: Api<'a>,
    clock: &'a dyn Clock,
    /// Whether orders cost real money.
    real: bool,
}

impl<'a> Alpaca<'a> {
    fn open(means: Means<'a>) -> Result<Self, BrokerError> {
        let credentials = Credentials::find(NAME, NEEDS, means.env)?;
        let (world, [trading, data]) = hosts(&credentials)?;
        let real = world.real_money(&trading, own(world));
        Ok(Self { real, api: Api::new(credentials, (trading, data), means.clock, means.env)?, clock: means.clock })
    }

    /// The account, when it may trade.
    fn funds(&self) -> Result<Value, BrokerError> {
        let account = self.api.there("/v2/account")?;
        let status = text(&account, "status").map_err(unclear)?;
        let mut why: Vec<&str> = Vec::new();
        for (name, says) in [
            ("account_blocked", "the account is blocked"),
            ("trading_blocked", "trading is blocked"),
            ("trade_suspended_by_user", "its owner has suspended trading"),
        ] {
            if flag(&account, name).map_err(unclear)? {
                why.push(says);
            }
        }
        let status = format!("the account is {status}, not ACTIVE");
        if !status.starts_with("the account is ACTIVE,") {
            why.push(&status);
        }
        if why.is_empty() {
            return Ok(account);
        }
        let remedy = "see what the dashboard of Alpaca says about the account".to_owned();
        Err(BrokerError::Denied { broker: NAME, said: why.join("; "), remedy })
    }

    /// What can be traded under a code, and how.
    fn asset(&self, code: &Code) -> Result<Asset, BrokerError> {
        let symbol = symbol(code)?;
        let Some(found) = self.api.get(&format!("/v2/assets/{symbol}"))? else { return Err(unknown(code)) };
        Asset::of(&found, symbol).map_err(unclear)
    }

    /// Whether an order can be sent now as it is planned: the price it will be sent at.
    fn fit(&self, ticket: &Ticket) -> Result<Price, BrokerError> {
        let asset = self.asset(&ticket.code)?;
        match &asset.halted {
            None => legal(ticket, &asset),
            Some(why) => Err(BrokerError::Unfit {
                why: format!("{} cannot be ordered: {why}", ticket.code),
                remedy: "leave it as it is held, or wait until it trades".to_owned(),
            }),
        }
    }

    /// What came of sending an order, once what it was answered is known. A refusal is believed when no order with our id
    /// is there: that this id was used before is a refusal too, and then the order is.
    fn judged(&self, intent: &Intent, answer: Answer) -> Sent {
        match answer {
            Answer::Done(order) => match Order::of(&order) {
                Ok(order) => {
                    ours(&order, intent).map_or_else(|other| Sent::Unknown(strange(&other)), Sent::Acknowledged)
                }
                Err(why) => Sent::Unknown(why),
            },
            Answer::No(_, said) => match self.api.by_client_id(&intent.client_id) {
                Ok(None) => Sent::Refused(said),
                Ok(Some(order)) => {
                    ours(&order, intent).map_or_else(|other| Sent::Unknown(strange(&other)), Sent::Acknowledged)
                }
                Err(error) => Sent::Unknown(format!("{said}; {error}")),
            },
            Answer::Limited(why, wait) => Sent::NotProcessed { why, wait },
            Answer::Unreached(why) => Sent::NotProcessed { why, wait: PAUSE },
            Answer::Unsent(why) => Sent::Refused(why),
            Answer::Unknown(why) => Sent::Unknown(why),
        }
    }

    /// How long to look for an order: not long where it was sent long ago.
    fn window(&self, intent: &Intent) -> Duration {
        let sent = DateTime::parse_from_rfc3339(&intent.at).ok().map(|at| at.with_timezone(&Utc));
        let age = sent.and_then(|sent| (self.clock.now() - sent).to_std().ok());
        if age.is_some_and(|age| age >= WINDOW) { Duration::ZERO } else { WINDOW }
    }

    /// The prices of these codes, in their order.
    fn prices(&self, codes: &[Code]) -> Result<Vec<Price>, BrokerError> {
        let symbols: Result<Vec<&str>, BrokerError> = codes.iter().map(symbol).collect();
        let mut prices = Vec::new();
        for symbols in symbols?.chunks(SYMBOLS) {
            let answer = self.api.market(&format!("/v2/stocks/trades/latest?symbols={}", symbols.join(",")))?;
            for symbol in symbols {
                let trade = answer.get("trades").and_then(|trades| trades.get(*symbol));
                let trade = trade.ok_or_else(|| unclear(format!("it has no price of {symbol}")))?;
                prices.push(price(trade, "p").map_err(|why| unclear(format!("{symbol}: {why}")))?);
            }
        }
        Ok(prices)
    }
}

/// Whether an order is one of those that Alpaca takes: the price it would be sent at.
fn legal(ticket: &Ticket, asset: &Asset) -> Result<Price, BrokerError> {
    if !asset.fractionable {
        whole_shares(ticket)?;
    }
    let price = on_tick(ticket.limit, tick(ticket.limit), ticket.side, None, None);
    price.ok_or_else(|| BrokerError::Unfit {
        why: format!("{} has no legal price at {}", ticket.code, ticket.limit),
        remedy: "make a new plan".to_owned(),
    })
}

/// Alpaca's own host of orders.
fn own(world: World) -> &'static str {
    match world {
        World::Real => "https://api.alpaca.markets",
        World::Mock => "https://paper-api.alpaca.markets",
    }
}

/// The hosts of orders and of prices.
fn hosts(credentials: &Credentials) -> Result<(World, [String; 2]), BrokerError> {
    let world = credentials.world(WORLD, ["live", "paper"])?;
    // Some clients want the version in the address, others do not.
    let orders = credentials.address(BASE, world, [World::Real, World::Mock].map(own))?;
    let prices = credentials.base_url(DATA, "https://data.alpaca.markets")?;
    Ok((world, [orders, prices].map(|base| base.trim_end_matches("/v2").to_owned())))
}

/// The symbol of a code.
fn symbol(code: &Code) -> Result<&str, BrokerError> {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    let fine = !code.0.is_empty() && code.0.len() <= 16 && code.0.bytes().all(sign);
    if fine { Ok(&code.0) } else { Err(unknown(code)) }
}

fn unknown(code: &Code) -> BrokerError {
    let why = format!("{} is no symbol that Alpaca knows", code.0);
    BrokerError::Unfit { why, remedy: "write the symbol as the exchange does: SPY, BRK.B".to_owned() }
}

/// The step of prices in the US: a cent, and a hundredth of one below a dollar (rule 612 of Regulation NMS).
fn tick(price: Price) -> Price {
    Price::new(if price.decimal() >= Decimal::ONE { Decimal::new(1, 2) } else { Decimal::new(1, 4) })
}

/// The order under our id, when it is the one that was to be sent.
fn ours(order: &Order, intent: &Intent) -> Result<Ack, String> {
    match order.unlike(&intent.ticket, &intent.client_id) {
        None => Ok(order.ack()),
        Some(other) => Err(other),
    }
}

fn strange(other: &str) -> String {
    format!("Alpaca has another order under this id: {other}")
}

impl Broker for Alpaca<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn real_money(&self) -> bool {
        self.real
    }

    fn account(&mut self) -> Result<Option<Identity>, BrokerError> {
        let account = self.api.there("/v2/account")?;
        let number = text(&account, "account_number").map_err(unclear)?;
        Ok(Some(Identity::of(NAME, self.api.trading(), number, self.api.secret())))
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrokerError> {
        let account = self.api.there("/v2/account")?;
        if text(&account, "currency").map_err(unclear)? != "USD" {
            return Err(unclear("the account is not in USD".to_owned()));
        }
        let cash = figure(&account, "cash").map_err(unclear)?;
        // Parts of shares leave parts of a cent, which nothing can be paid with.
        let cash =
            Money::new(cash.round_dp_with_strategy(Currency::Usd.places(), RoundingStrategy::ToNegativeInfinity));
        let positions = self.api.there("/v2/positions")?;
        let positions = positions.as_array().ok_or_else(|| unclear("it is no list of positions".to_owned()))?;
        let held: Result<Vec<_>, BrokerError> = positions.iter().map(held).collect();
        let positions = held?.into_iter().filter(|(_, held)| !held.quantity.is_zero()).collect();
        Ok(Snapshot { cash: [(Currency::Usd, cash)].into(), positions })
    }

    fn quotes(&mut self, codes: &[Code]) -> Result<Vec<Quote>, BrokerError> {
        let prices = self.prices(codes)?;
        let quote = |(code, price): (&Code, Price)| {
            Ok(Quote { halted: self.asset(code)?.halted, tick: Some(tick(price)), ..Quote::at(code, price) })
        };
        codes.iter().zip(prices).map(quote).collect()
    }

    fn session(&mut self) -> Result<Session, BrokerError> {
        let clock = self.api.there("/v2/clock")?;
        if flag(&clock, "is_open").map_err(unclear)? {
            return Ok(Session::Open);
        }
        let opens = text(&clock, "next_open").ok().map(str::to_owned);
        Ok(Session::Closed { why: "the US market is closed".to_owned(), opens })
    }

    fn open_orders(&mut self) -> Result<Vec<OpenOrder>, BrokerError> {
        let open = |order: Order| OpenOrder {
            quantity: shares_down(order.left()),
            reference: order.id,
            code: Code(order.symbol),
            side: order.side,
            price: order.limit,
            at: order.submitted,
        };
        Ok(self.api.open_orders()?.into_iter().map(open).collect())
    }

    fn mark(&mut self) -> Result<Option<String>, BrokerError> {
        Ok(None)
    }

    fn fits(&mut self, ticket: &Ticket) -> Result<(), BrokerError> {
        let asset = self.asset(&ticket.code)?;
        legal(ticket, &asset).map(drop)
    }

    fn opening(&mut self, _: &PlanFile) -> Result<String, BrokerError> {
        self.funds()?;
        Ok(String::new())
    }

    /// A purchase is paid from cash alone, whatever the account could borrow; what open orders may take is not there.
    fn capacity(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError> {
        let symbol = symbol(&ticket.code)?;
        if ticket.side == Side::Sell {
            let Some(position) = self.api.get(&format!("/v2/positions/{symbol}"))? else { return Ok(Quantity::ZERO) };
            let free = figure(&position, "qty_available").map_err(unclear)?;
            return Ok(shares_down(free.max(Decimal::ZERO)));
        }
        let account = self.funds()?;
        let mut free = figure(&account, "cash").map_err(unclear)?;
        for order in self.api.open_orders()? {
            let takes = order
                .takes()
                .ok_or_else(|| unclear(format!("what an open order takes is not told: {}", order.about())));
            free = free.checked_sub(takes?).ok_or_else(|| unclear("an amount is too large".to_owned()))?;
        }
        free = free.min(figure(&account, "buying_power").map_err(unclear)?).max(Decimal::ZERO);
        Ok(free.checked_div(ticket.limit.decimal()).map_or(Quantity::ZERO, shares_down))
    }

    fn prepare(&mut self, ticket: &Ticket, _last: &str) -> Result<Marks, BrokerError> {
        let price = self.fit(ticket)?;
        Ok(Marks { before: json!({ "price": price.to_string() }).to_string(), after: String::new() })
    }

    fn send(&mut self, intent: &Intent) -> Sent {
        let prepared = serde_json::from_str::<Value>(&intent.before).ok();
        let Some(price) = prepared.as_ref().and_then(|prepared| prepared.get("price")?.as_str()) else {
            return Sent::Refused("what was prepared for it is not there".to_owned());
        };
        let ticket = &intent.ticket;
        let answer = self.api.order(&json!({
            "symbol": ticket.code.0,
            "qty": ticket.quantity.to_string(),
            "side": ticket.side.word(),
            "type": "limit",
            "time_in_force": "day",
            "limit_price": price,
            "extended_hours": false,
            "client_order_id": intent.client_id,
        }));
        self.judged(intent, answer)
    }

    fn standing(&mut self, intent: &Intent, ack: &Ack) -> Result<Standing, BrokerError> {
        let order = self.api.by_id(&ack.reference)?;
        if let Some(other) = order.unlike(&intent.ticket, &intent.client_id) {
            return Err(unclear(strange(&other)));
        }
        let (state, executed) = (order.state().map_err(unclear)?, order.executed().map_err(unclear)?);
        Ok(Standing { state, executed })
    }

    fn cancel(&mut self, _intent: &Intent, ack: &Ack) -> Result<(), BrokerError> {
        match self.api.cancel(&ack.reference) {
            // It is not cancelable when nothing is left of it; how it stands is looked at in any case.
            Answer::Done(_) | Answer::No(404 | 422, _) => Ok(()),
            Answer::No(_, why)
            | Answer::Limited(why, _)
            | Answer::Unsent(why)
            | Answer::Unreached(why)
            | Answer::Unknown(why) => {
                Err(api::unavailable(why, "cancel it in the dashboard of Alpaca if it stays open"))
            }
        }
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        let (began, window) = (self.clock.elapsed(), self.window(intent));
        let mut absent = 0;
        loop {
            let found = self.api.by_client_id(&intent.client_id);
            let over = self.clock.elapsed().saturating_sub(began) >= window;
            match found {
                Ok(Some(order)) => return placed(&order, intent),
                Ok(None) => absent += 1,
                Err(error) if over => {
                    return Fate::CannotTell(vec![error.to_string(), format!("look for {} there", intent.client_id)]);
                }
                Err(_) => {}
            }
            // What was sent long ago is there or is not: one look is enough.
            if over && (absent >= LOOKS || window.is_zero()) {
                return Fate::NotPlaced(format!("Alpaca knows no order {} after {absent} looks", intent.client_id));
            }
            self.clock.wait(if over { Duration::from_secs(1) } else { PAUSE });
        }
    }
}

fn placed(order: &Order, intent: &Intent) -> Fate {
    match ours(order, intent) {
        Ok(ack) => Fate::Placed(ack),
        Err(about) => Fate::NeedsHuman(vec![Candidate { reference: order.id.clone(), about }]),
    }
}

/// A position. Shares that are owed are none that this program could sell or leave alone.
fn held(position: &Value) -> Result<(Code, Held), BrokerError> {
    let code = Code(text(position, "symbol").map_err(unclear)?.to_owned());
    let misread = |why: String| unclear(format!("{}: {why}", code.0));
    let quantity = figure(position, "qty").map_err(misread)?;
    if quantity < Decimal::ZERO || position.get("side").and_then(Value::as_str) == Some("short") {
        let why = format!("{} is sold short: {quantity}", code.0);
        return Err(BrokerError::Unfit { why, remedy: "close the position first".to_owned() });
    }
    let sellable = figure_if(position, "qty_available").map_err(misread)?.unwrap_or(quantity).max(Decimal::ZERO);
    let held = Held {
        quantity: shares_down(quantity),
        sellable: shares_down(sellable),
        price: price(position, "current_price").map_err(misread)?,
        cost: price(position, "avg_entry_price").ok(),
    };
    Ok((code, held))
}
