//! The books of a simulated broker: cash, positions, orders and what becomes of them, on a clock of their own that moves
//! with the requests. Every simulator keeps its account here; what is on the wire must never enter this file.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

/// Which way an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Sell,
    Buy,
}

/// Who has placed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A program, over the wire.
    Program,
    /// A person, in the broker's own app.
    Person,
}

/// An order that somebody wants placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) code: String,
    pub(crate) side: Side,
    pub(crate) quantity: Decimal,
    /// The worst price; none for a market order.
    pub(crate) limit: Option<Decimal>,
    /// The client's own name for it.
    pub(crate) client: Option<String>,
}

/// What happens to an order after it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    /// So much is filled, or all that is left, at the market's price or the limit, whichever is better for the client.
    Fill(Option<Decimal>),
    /// The exchange says no after all.
    Reject(String),
    /// What is left of it is cancelled, by nobody's wish.
    Cancel,
    /// The day is over for it.
    Expire,
}

/// What is to become of an order: what happens to it, and how long after it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Course {
    /// It is accepted, and then this happens.
    Accepted(Vec<(Duration, Happening)>),
    /// It is not accepted, for this reason.
    Refused(String),
}

impl Course {
    /// Filled whole, at once.
    pub(crate) fn filled() -> Self {
        Self::Accepted(vec![(Duration::ZERO, Happening::Fill(None))])
    }

    /// Filled whole, after so many seconds.
    pub(crate) fn filled_after(seconds: u64) -> Self {
        Self::Accepted(vec![(Duration::from_secs(seconds), Happening::Fill(None))])
    }

    /// So much of it is filled at once, and the rest stays open.
    pub(crate) fn part(quantity: Decimal) -> Self {
        Self::Accepted(vec![(Duration::ZERO, Happening::Fill(Some(quantity)))])
    }

    /// So much of it is filled at once, and all the rest after so many seconds.
    pub(crate) fn parts(quantity: Decimal, seconds: u64) -> Self {
        let rest = (Duration::from_secs(seconds), Happening::Fill(None));
        Self::Accepted(vec![(Duration::ZERO, Happening::Fill(Some(quantity))), rest])
    }

    /// It stays open.
    pub(crate) fn open() -> Self {
        Self::Accepted(Vec::new())
    }

    /// Accepted, and rejected by the exchange after so many seconds.
    pub(crate) fn rejected_after(seconds: u64, why: &str) -> Self {
        Self::Accepted(vec![(Duration::from_secs(seconds), Happening::Reject(why.to_owned()))])
    }
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Open,
    Filled,
    Cancelled,
    Rejected,
    Expired,
}

/// A part of an order that was filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filling {
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) at: DateTime<Utc>,
}

/// An order that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    /// Its number, from 1, in the order of acceptance.
    pub(crate) number: u64,
    pub(crate) wish: Wish,
    pub(crate) by: By,
    pub(crate) at: DateTime<Utc>,
    /// From when on lists show it.
    pub(crate) visible: DateTime<Utc>,
    pub(crate) status: Status,
    /// When it came to its end, if it has.
    pub(crate) ended: Option<DateTime<Utc>>,
    pub(crate) fillings: Vec<Filling>,
    /// Why it was rejected, if it was.
    pub(crate) why: Option<String>,
    ahead: VecDeque<(DateTime<Utc>, Happening)>,
}

impl Order {
    /// How much of it is filled.
    pub(crate) fn filled(&self) -> Decimal {
        self.fillings.iter().map(|filling| filling.quantity).sum()
    }

    /// How much of it can still be filled.
    pub(crate) fn left(&self) -> Decimal {
        if self.status == Status::Open { self.wish.quantity - self.filled() } else { Decimal::ZERO }
    }

    /// How much of it will never be filled: cancelled, rejected or expired.
    pub(crate) fn lost(&self) -> Decimal {
        self.wish.quantity - self.filled() - self.left()
    }

    /// What its fillings came to.
    pub(crate) fn amount(&self) -> Decimal {
        self.fillings.iter().map(|filling| filling.quantity * filling.price).sum()
    }

    /// The price of a share in the mean; none before anything is filled.
    pub(crate) fn mean(&self) -> Option<Decimal> {
        let filled = self.filled();
        (!filled.is_zero()).then(|| self.amount() / filled)
    }
}

/// Shares that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Position {
    pub(crate) quantity: Decimal,
    /// What they have cost together.
    pub(crate) cost: Decimal,
    /// Bought and sold since the books were opened.
    pub(crate) bought: Decimal,
    pub(crate) sold: Decimal,
}

/// Why an order is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is less cash that nothing else needs.
    Cash { free: Decimal, needed: Decimal },
    /// There are fewer shares that nothing else sells.
    Shares { free: Decimal },
    /// Nobody knows this code.
    Code,
    /// The client has used this name before.
    Name,
    /// As the test has said.
    Said(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// What a test has said about an order that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ahead {
    course: Course,
    /// Whether a person places the same order at the same moment.
    twin: bool,
}

/// The books.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    /// The clock.
    pub(crate) now: DateTime<Utc>,
    /// How far it moves with each request.
    pub(crate) pace: Duration,
    pub(crate) cash: Decimal,
    pub(crate) positions: BTreeMap<String, Position>,
    /// The market's prices; a code without one is not known.
    pub(crate) prices: BTreeMap<String, Decimal>,
    pub(crate) orders: Vec<Order>,
    /// How long after its acceptance an order is shown in lists.
    pub(crate) hidden: Duration,
    /// What is charged on a filling, as a part of its amount.
    pub(crate) commission: Decimal,
    ahead: VecDeque<Ahead>,
    opening: (Decimal, BTreeMap<String, Decimal>),
}

impl Ledger {
    /// Books with so much cash and these positions (code, quantity, price), opened at this moment. The market's prices are
    /// those of the positions. A request moves the clock by a second.
    pub(crate) fn new(now: &str, cash: &str, positions: &[(&str, &str, &str)]) -> Self {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let mut ledger = Self {
            now: now.parse().unwrap(),
            pace: Duration::from_secs(1),
            cash: number(cash),
            positions: BTreeMap::new(),
            prices: BTreeMap::new(),
            orders: Vec::new(),
            hidden: Duration::ZERO,
            commission: Decimal::ZERO,
            ahead: VecDeque::new(),
            opening: (number(cash), BTreeMap::new()),
        };
        for (code, quantity, price) in positions {
            ledger.price(code, price);
            let (quantity, price) = (number(quantity), number(price));
            if !quantity.is_zero() {
                let position = Position { quantity, cost: quantity * price, ..Position::default() };
                ledger.positions.insert((*code).to_owned(), position);
                ledger.opening.1.insert((*code).to_owned(), quantity);
            }
        }
        ledger
    }

    /// Sets the market's price of a code.
    pub(crate) fn price(&mut self, code: &str, price: &str) {
        self.prices.insert(code.to_owned(), price.parse().unwrap());
    }

    /// Cash is paid in, before anything has happened.
    pub(crate) fn deposit(&mut self, cash: &str) {
        let cash = cash.parse::<Decimal>().unwrap();
        self.cash += cash;
        self.opening.0 += cash;
    }

    /// What is to become of the next order that nothing was said about yet. Where nothing is said, an order is filled
    /// whole and at once when its limit allows the market's price, and stays open when not.
    pub(crate) fn next(&mut self, course: Course) {
        self.ahead.push_back(Ahead { course, twin: false });
    }

    /// The same, and a person places an order that looks like it at the same moment.
    pub(crate) fn next_with_twin(&mut self, course: Course) {
        self.ahead.push_back(Ahead { course, twin: true });
    }

    /// The clock goes on by one request. To be called once for each.
    pub(crate) fn tick(&mut self) {
        self.pass(self.pace);
    }

    /// The clock goes on, and what was to happen until then happens.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
        for at in 0..self.orders.len() {
            while let Some((when, happening)) = self.orders[at].ahead.front().cloned() {
                if when > self.now {
                    break;
                }
                self.orders[at].ahead.pop_front();
                self.happen(at, &happening, when);
            }
        }
    }

    /// Cash that no open order needs.
    pub(crate) fn free_cash(&self) -> Decimal {
        let open = self.orders.iter().filter(|order| order.wish.side == Side::Buy);
        self.cash - open.map(|order| self.needed(&order.wish, order.left())).sum::<Decimal>()
    }

    /// Shares that no open order sells.
    pub(crate) fn free_shares(&self, code: &str) -> Decimal {
        let held = self.positions.get(code).map_or(Decimal::ZERO, |position| position.quantity);
        let open = self.orders.iter().filter(|order| order.wish.side == Side::Sell && order.wish.code == code);
        held - open.map(Order::left).sum::<Decimal>()
    }

    /// What buying takes at most: at the limit, or at the market's price.
    fn needed(&self, wish: &Wish, quantity: Decimal) -> Decimal {
        let price = wish.limit.or_else(|| self.prices.get(&wish.code).copied()).unwrap_or_default();
        quantity * price * (Decimal::ONE + self.commission)
    }

    /// Places an order of a program: its number.
    pub(crate) fn place(&mut self, wish: Wish) -> Result<u64, Refusal> {
        self.judge(&wish)?;
        let ahead = self.ahead.pop_front();
        let twin = ahead.as_ref().is_some_and(|ahead| ahead.twin);
        let course = ahead.map_or_else(|| self.usual(&wish), |ahead| ahead.course);
        match course {
            Course::Refused(why) => Err(Refusal::Said(why)),
            Course::Accepted(happenings) => {
                let number = self.accept(wish.clone(), By::Program, &happenings);
                if twin {
                    self.person(Wish { client: None, ..wish }, &Course::open());
                }
                Ok(number)
            }
        }
    }

    /// Places an order of a person; it need not be covered.
    pub(crate) fn person(&mut self, wish: Wish, course: &Course) -> u64 {
        let Course::Accepted(happenings) = course else { panic!("a person's order is accepted") };
        self.accept(wish, By::Person, happenings)
    }

    fn judge(&self, wish: &Wish) -> Result<(), Refusal> {
        if !self.prices.contains_key(&wish.code) {
            return Err(Refusal::Code);
        }
        let used = |order: &Order| wish.client.is_some() && order.wish.client == wish.client;
        if self.orders.iter().any(used) {
            return Err(Refusal::Name);
        }
        match wish.side {
            Side::Sell if wish.quantity > self.free_shares(&wish.code) => {
                Err(Refusal::Shares { free: self.free_shares(&wish.code) })
            }
            Side::Buy if self.needed(wish, wish.quantity) > self.free_cash() => {
                Err(Refusal::Cash { free: self.free_cash(), needed: self.needed(wish, wish.quantity) })
            }
            _ => Ok(()),
        }
    }

    fn usual(&self, wish: &Wish) -> Course {
        let market = self.prices[&wish.code];
        let fits = wish.limit.is_none_or(|limit| match wish.side {
            Side::Buy => market <= limit,
            Side::Sell => market >= limit,
        });
        if fits { Course::filled() } else { Course::open() }
    }

    fn accept(&mut self, wish: Wish, by: By, happenings: &[(Duration, Happening)]) -> u64 {
        let number = self.orders.len() as u64 + 1;
        let ahead = happenings.iter().map(|(after, happening)| (self.now + *after, happening.clone())).collect();
        self.orders.push(Order {
            number,
            wish,
            by,
            at: self.now,
            visible: self.now + self.hidden,
            status: Status::Open,
            ended: None,
            fillings: Vec::new(),
            why: None,
            ahead,
        });
        self.pass(Duration::ZERO);
        number
    }

    /// Cancels what is left of an order; false when nothing is.
    pub(crate) fn cancel(&mut self, number: u64) -> bool {
        match self.orders.iter().position(|order| order.number == number && order.status == Status::Open) {
            Some(at) => {
                self.end(at, Status::Cancelled, self.now);
                true
            }
            None => false,
        }
    }

    /// The orders that lists show, oldest first.
    pub(crate) fn listed(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.iter().filter(|order| order.visible <= self.now)
    }

    /// The orders of programs, oldest first.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|order| order.by == By::Program)
    }

    fn end(&mut self, at: usize, status: Status, when: DateTime<Utc>) {
        let order = &mut self.orders[at];
        order.status = status;
        order.ended = Some(when);
        order.ahead.clear();
    }

    fn happen(&mut self, at: usize, happening: &Happening, when: DateTime<Utc>) {
        match happening {
            Happening::Fill(quantity) => self.fill(at, *quantity, when),
            Happening::Reject(why) => {
                self.orders[at].why = Some(why.clone());
                self.end(at, Status::Rejected, when);
            }
            Happening::Cancel => self.end(at, Status::Cancelled, when),
            Happening::Expire => self.end(at, Status::Expired, when),
        }
    }

    fn fill(&mut self, at: usize, quantity: Option<Decimal>, when: DateTime<Utc>) {
        let Order { wish, .. } = &self.orders[at];
        let left = self.orders[at].left();
        let quantity = quantity.unwrap_or(left).min(left);
        let (market, limit) = (self.prices[&wish.code], wish.limit);
        let price = match wish.side {
            Side::Buy => limit.map_or(market, |limit| market.min(limit)),
            Side::Sell => limit.map_or(market, |limit| market.max(limit)),
        };
        let amount = quantity * price;
        let position = self.positions.entry(wish.code.clone()).or_default();
        self.cash -= amount * self.commission;
        match wish.side {
            Side::Buy => {
                self.cash -= amount;
                position.quantity += quantity;
                position.cost += amount;
                position.bought += quantity;
            }
            Side::Sell => {
                self.cash += amount;
                position.cost -= position.cost * quantity / position.quantity;
                position.quantity -= quantity;
                position.sold += quantity;
            }
        }
        self.orders[at].fillings.push(Filling { quantity, price, at: when });
        if self.orders[at].left().is_zero() {
            self.end(at, Status::Filled, when);
        }
    }

    /// Sees that cash and positions are what the fillings make of those at the opening, and that nothing was sold or
    /// spent that was not there.
    pub(crate) fn check(&self) {
        let (mut cash, mut held) = self.opening.clone();
        for order in &self.orders {
            let sign = if order.wish.side == Side::Buy { Decimal::ONE } else { -Decimal::ONE };
            cash -= order.amount() * sign + order.amount() * self.commission;
            *held.entry(order.wish.code.clone()).or_default() += order.filled() * sign;
        }
        assert_eq!(cash, self.cash, "the cash is not what the orders make of it");
        for (code, position) in &self.positions {
            let expected = held.get(code).copied().unwrap_or_default();
            assert_eq!(position.quantity, expected, "{code} is not what the orders make of it");
            assert!(position.quantity >= Decimal::ZERO, "{code} was sold short");
        }
        assert!(self.cash >= Decimal::ZERO, "cash was spent that was not there: {}", self.cash);
    }
}
