//! A judged draft as the body of a plan file: integers become text here, and nowhere else.

use super::conversion::DraftConversion;
use super::draft::{Draft, DraftOrder, Provenance};
use super::file::{
    After, AssetAfter, AssetBefore, Balance, Before, Body, CalendarInput, Check, Conversion, Costs, FxInput, FxRate,
    Inputs, Order, OrderWeight, Override, Params, Status, Summary, Trigger,
};
use super::sizing::Sizing;
use crate::config::Funding;
use crate::drift::{Books, Breach, Line, Purse, SHOWN_PLACES, shown};
use crate::ex_dividend::Frozen;
use crate::finding::{Certainty, Finding, Level};
use crate::money::{self, Money, Weight, scaled, unscaled};
use crate::trigger::Schedule;
use crate::words::{exact_percent, points};
use rust_decimal::Decimal;

impl Draft<'_> {
    /// The plan's body, once the rules have said what they have to say.
    #[must_use]
    pub fn body(&self, provenance: Provenance, findings: &[Finding], overrides: Vec<Override>) -> Body {
        let refused = findings.iter().any(|f| f.level == Level::Error && f.suppressed.is_none());
        let idle = self.orders.is_empty() && self.conversions.is_empty() && self.flow() == 0;
        let status = match (refused, idle) {
            (true, _) => Status::Errored,
            (false, true) => Status::Complete,
            (false, false) => Status::Applyable,
        };
        let calendar = self.inputs.calendar;
        Body {
            status,
            inputs: Inputs {
                as_of: self.inputs.as_of.to_string(),
                data_as_of: self.inputs.holdings.as_of.to_string(),
                config: provenance.config,
                policies: provenance.policies,
                holdings: provenance.holdings,
                broker: provenance.broker,
                ex_dividend: provenance.ex_dividend,
                fx: self.fx_input(provenance.fx),
                calendar: CalendarInput { id: calendar.id().to_string(), days: calendar.fingerprint().to_owned() },
                log: provenance.log,
            },
            params: self.params(),
            asked: self.inputs.ask.recorded(),
            trigger: self.trigger_body(),
            before: self.before(),
            orders: self.orders.iter().filter_map(|order| self.order_body(order)).collect(),
            conversions: self.conversions.iter().filter_map(|one| self.conversion_body(one)).collect(),
            after: self.after(),
            checks: findings.iter().map(check).collect(),
            overrides,
            summary: self.summary(),
        }
    }

    /// The exchange rates, where there is more than one currency.
    #[must_use]
    pub fn fx_input(&self, hash: Option<String>) -> Option<FxInput> {
        let of = |purse: &Purse| FxRate { currency: purse.currency.word().to_owned(), rate: purse.rate.to_string() };
        Some(FxInput {
            as_of: self.inputs.fx.as_of.filter(|_| self.books.is_mixed())?.to_string(),
            hash: hash?,
            rates: self.books.purses.iter().skip(1).map(of).collect(),
        })
    }

    /// The currency of a purse, unless it is the base currency.
    fn foreign(&self, purse: usize) -> Option<String> {
        self.books.purses.get(purse).filter(|_| purse > 0).map(|purse| purse.currency.word().to_owned())
    }

    /// The cash of each currency, where there are several.
    fn balances(&self, cash: impl Iterator<Item = i128>) -> Vec<Balance> {
        let purses = self.books.purses.iter().zip(cash).enumerate().filter(|_| self.books.is_mixed());
        let of = |(index, (purse, cash)): (usize, (&Purse, i128))| Balance {
            currency: purse.currency.word().to_owned(),
            cash: self.books.own(index, cash).to_string(),
            reserve: self.books.own(index, self.reserve_of(index)).to_string(),
            value: self.books.money(cash * purse.worth).to_string(),
        };
        purses.map(of).collect()
    }

    fn params(&self) -> Params {
        let p = self.portfolio();
        let converts = self.funding() == Funding::Convert;
        Params {
            currency: p.currency.word().to_owned(),
            strategy: p.trigger.strategy.word().to_owned(),
            destination: self.destination().word().to_owned(),
            min_trade_amount: p.limits.min_trade.to_string(),
            reserve: self.books.money(self.reserve()).to_string(),
            cash_policy: p.cash.word().to_owned(),
            dividends: p.dividends.word().to_owned(),
            deploy_cash: self.deploys_cash(),
            commission_rate: p.costs.commission.to_string(),
            commission_minimum: p.costs.commission_minimum.to_string(),
            commission_per_order: p.costs.commission_per_order.to_string(),
            slippage_rate: p.costs.slippage.to_string(),
            funding: converts.then(|| Funding::Convert.word().to_owned()),
            conversion_rate: converts.then(|| p.exchange.rate.to_string()),
            cost_basis: p.costs.basis.word().to_owned(),
            taxes: self.tax_params(),
            max_turnover: p.limits.max_turnover.map(|limit| limit.to_string()),
            max_order_amount: p.limits.max_order.map(|limit| limit.to_string()),
            max_orders: p.limits.max_orders,
            max_price_age: p.limits.max_price_age,
            price_tolerance: p.limits.price_tolerance.map(|tolerance| tolerance.to_string()),
            plan_max_age: p.limits.max_age,
        }
    }

    /// What made a rebalance due or not, as a plan has it.
    #[must_use]
    pub fn trigger_body(&self) -> Trigger {
        let day = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string());
        let schedule = self.trigger.schedule.as_ref();
        Trigger {
            fired: self.trigger.cause.map(|cause| cause.word().to_owned()),
            why: self.why(),
            scheduled: day(schedule.and_then(|s| s.latest)),
            served: day(schedule.and_then(|s| Some(s.served.as_ref()?.date))),
            served_by: schedule
                .and_then(|s| s.served.as_ref())
                .map(|one| one.plan_id.clone())
                .filter(|id| !id.is_empty()),
            owed: schedule.into_iter().flat_map(Schedule::left_alone).map(ToString::to_string).collect(),
            due_since: day(schedule.and_then(|s| s.due).map(|due| due.since)),
            due_sessions: schedule.and_then(|s| s.due).map(|due| due.sessions),
            next: day(schedule.and_then(|s| s.next)),
        }
    }

    /// Weight less target, rounded for people.
    pub(super) fn drift(&self, value: i128, target: Weight, total: i128) -> Decimal {
        away(value, target, total).map(|(part, whole)| shown(part, whole)).unwrap_or_default()
    }

    /// The same with all its digits, where there is room for them: beside a threshold, what is rounded may look like it.
    pub(super) fn fine_drift(&self, value: i128, target: Weight, total: i128) -> Decimal {
        let fine = || {
            let (part, whole) = away(value, target, total)?;
            unscaled(part, 0)?.checked_div(unscaled(whole, 0)?)
        };
        fine().unwrap_or_else(|| self.drift(value, target, total))
    }

    /// The portfolio before, as a plan has it.
    #[must_use]
    pub fn before(&self) -> Before {
        let books = &self.books;
        let assets = books.lines.iter().filter_map(|line| {
            let asset = self.asset(line)?;
            Some(AssetBefore {
                code: line.code.to_string(),
                ticker: asset.ticker.clone(),
                sleeve: asset.sleeve.clone(),
                quantity: books.shares(line.held).to_string(),
                price: books.own_price(line.purse, line.own_price).to_string(),
                currency: self.foreign(line.purse),
                value: books.money(line.value).to_string(),
                weight: fixed(shown(line.value, books.total)),
                target: asset.target.to_string(),
                min: asset.min.to_string(),
                max: asset.max.to_string(),
                drift: fixed(self.drift(line.value, asset.target, books.total)),
                breach: line.breach.map(|breach| breach.word().to_owned()),
                left_alone: self.frozen.iter().find(|f| f.code == line.code).map(left_alone),
            })
        });
        let held = self.inputs.holdings.positions.keys().filter(|code| self.portfolio().outside.contains(*code));
        Before {
            total: books.money(books.total).to_string(),
            cash: books.money(books.cash).to_string(),
            excluded: books.money(books.excluded).to_string(),
            balances: self.balances(books.purses.iter().map(|purse| purse.cash)),
            assets: assets.collect(),
            outside: held.map(ToString::to_string).collect(),
        }
    }

    /// An order as a plan has it.
    pub(super) fn order_body(&self, order: &DraftOrder) -> Option<Order> {
        let books = &self.books;
        let line = books.lines.get(order.line)?;
        let asset = self.asset(line)?;
        let side = if order.shares < 0 { "sell" } else { "buy" };
        let money = |units| books.own(order.purse, units).to_string();
        let foreign = order.purse > 0;
        let after = (line.held + order.shares) * line.price;
        Some(Order {
            id: format!("{side}-{}", line.code),
            side: side.to_owned(),
            code: line.code.to_string(),
            ticker: asset.ticker.clone(),
            quantity: books.shares(order.shares.abs()).to_string(),
            price: books.own_price(order.purse, line.own_price).to_string(),
            limit_price: books.own_price(order.purse, order.limit).to_string(),
            amount: money(order.amount),
            currency: self.foreign(order.purse),
            fx_rate: books.purses.get(order.purse).filter(|_| foreign).map(|purse| purse.rate.to_string()),
            value: foreign.then(|| books.money(order.value).to_string()),
            commission: money(order.costs.commission),
            slippage: money(order.costs.slippage),
            tax: money(order.costs.tax),
            tax_class: asset.tax_class.map(|class| class.word().to_owned()),
            gain: order.sold.as_ref().map(|sold| books.money(sold.gain).to_string()),
            lots: self.lots_sold(order),
            weight: OrderWeight {
                before: fixed(shown(line.value, books.total)),
                after: fixed(shown(after, self.weighed_after())),
                target: asset.target.to_string(),
                min: asset.min.to_string(),
                max: asset.max.to_string(),
            },
            reason: self.reason(line, asset.target, after),
        })
    }

    /// A conversion as a plan has it.
    fn conversion_body(&self, one: &DraftConversion) -> Option<Conversion> {
        let books = &self.books;
        let (from, to) = (books.purses.get(one.from)?, books.purses.get(one.to)?);
        let [source, target] = [from, to].map(|purse| purse.currency.word());
        Some(Conversion {
            id: format!("convert-{source}-{target}"),
            from: source.to_owned(),
            to: target.to_owned(),
            amount: books.own(one.from, one.amount).to_string(),
            fee: books.own(one.from, one.fee).to_string(),
            from_rate: from.rate.to_string(),
            to_rate: to.rate.to_string(),
            received: books.own(one.to, one.received).to_string(),
            cost: books.money(one.cost).to_string(),
        })
    }

    fn reason(&self, line: &Line, target: Weight, after: i128) -> String {
        let drift = self.drift(line.value, target, self.books.total);
        let rest = self.drift(after, target, self.weighed_after());
        let (before, left) = (in_points(drift), in_points(rest));
        let cash = self.cash_reason(line, after < line.value, [drift, rest]);
        let cash = cash.map_or_else(String::new, |cash| format!("{cash}; "));
        let relation = if target.is_zero() {
            "is not wanted any more".to_owned()
        } else {
            format!("drifted {before} from {}", exact_percent(target.decimal()))
        };
        let breach = match line.breach {
            Some(Breach::BelowBand) => ", below its band",
            Some(Breach::AboveBand) => ", above its band",
            Some(Breach::Threshold) => ", over the threshold",
            None => "",
        };
        format!("{cash}{relation}{breach}; {left} left after")
    }

    fn weighed_after(&self) -> i128 {
        self.total_after(&self.shares, self.cash_after)
    }

    fn after(&self) -> After {
        let books = &self.books;
        let total = self.weighed_after();
        let assets = books.lines.iter().zip(&self.shares).filter_map(|(line, &shares)| {
            let value = shares * line.price;
            Some(AssetAfter {
                code: line.code.to_string(),
                quantity: books.shares(shares).to_string(),
                value: books.money(value).to_string(),
                weight: fixed(shown(value, total)),
                drift: fixed(self.drift(value, self.asset(line)?.target, total)),
            })
        });
        After {
            total: books.money(total).to_string(),
            cash: books.money(self.cash_after).to_string(),
            balances: self.balances(self.purses_after.iter().copied()),
            assets: assets.collect(),
        }
    }

    /// The figures of the whole.
    pub(super) fn summary(&self) -> Summary {
        let books = &self.books;
        let money = |units| books.money(units).to_string();
        let (sold, bought) = self.traded();
        let costs = self.costs();
        let conversion = self.conversion_costs();
        let proof = self.sizing.as_ref().map(|sizing| Proof::of(sizing, books, self.destination())).unwrap_or_default();
        Summary {
            orders: self.orders.len(),
            largest_order: self.largest().map_or(Money::ZERO, |order| order.amount).to_string(),
            sold: money(sold),
            bought: money(bought),
            turnover: fixed(self.turnover()),
            costs: Costs {
                commission: money(costs.commission),
                slippage: money(costs.slippage),
                tax: money(costs.tax),
                conversion: (!self.conversions.is_empty()).then(|| money(conversion)),
                total: money(costs.total().and_then(|total| total.checked_add(conversion)).unwrap_or(i128::MAX)),
            },
            tax: self.year_tax(),
            cash_before: money(books.cash),
            cash_flow: money(self.flow()),
            cash_after: money(self.cash_after),
            targets_of: (self.sizing.is_some() && self.targets_of != self.sized_to()).then(|| money(self.targets_of)),
            band_violation: proof.violation,
            objective: proof.objective,
            bound: proof.bound,
            gap: proof.gap,
            proven: proof.proven,
        }
    }

    /// Half of what is bought and sold as a fraction of the total, rounded for people.
    #[must_use]
    pub fn turnover(&self) -> Decimal {
        let (traded, whole) = self.exact_turnover();
        shown(traded, whole)
    }

    /// The turnover as a ratio of integers.
    #[must_use]
    pub fn exact_turnover(&self) -> (i128, i128) {
        let (sold, bought) = self.traded();
        (sold + bought, self.whole() * 2)
    }

    /// Cash after the orders, and positions and cash after them.
    #[must_use]
    pub fn exact_cash_share(&self) -> (i128, i128) {
        let positions: i128 = self.books.lines.iter().zip(&self.shares).map(|(line, shares)| shares * line.price).sum();
        (self.cash_after, positions + self.cash_after)
    }

    /// The costs of all orders and conversions: with what is bought and sold, and with what the weights are of.
    #[must_use]
    pub fn exact_cost_shares(&self) -> [(i128, i128); 2] {
        let (sold, bought) = self.traded();
        let costs = self.costs().total().unwrap_or(i128::MAX).saturating_add(self.conversion_costs());
        [(costs, sold + bought), (costs, self.whole())]
    }
}

/// What the solver proved, as text.
struct Proof {
    violation: String,
    objective: String,
    bound: String,
    gap: String,
    proven: bool,
}

/// Nothing was asked: nothing is traded, nothing is worse than it need be.
impl Default for Proof {
    fn default() -> Self {
        let zero = || "0".to_owned();
        Self { violation: zero(), objective: zero(), bound: zero(), gap: zero(), proven: true }
    }
}

impl Proof {
    fn of(sizing: &Sizing, books: &Books, destination: crate::config::Destination) -> Self {
        // The scale is a power of ten, or twice one when bands are halved.
        let digits = sizing.scale.checked_ilog10().unwrap_or(0);
        let halved = sizing.scale != 10_i128.pow(digits);
        let (outside, outside_digits) =
            if halved { (sizing.outside * 5, digits + 1) } else { (sizing.outside, digits) };
        let squares =
            if destination == crate::config::Destination::Target { 2 * (digits + books.places) } else { books.places };
        let point = |number: String, places: u32| with_point(&number, places as usize);
        Self {
            violation: point(outside.to_string(), outside_digits + books.places),
            objective: point(sizing.objective.to_string(), squares),
            bound: point(sizing.bound.to_string(), squares),
            gap: point((sizing.objective - sizing.bound).to_string(), squares),
            proven: sizing.proven,
        }
    }
}

/// An integer with a decimal point `places` digits from its end, without trailing zeros.
fn with_point(digits: &str, places: usize) -> String {
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

fn check(finding: &Finding) -> Check {
    Check {
        rule: finding.rule.to_string(),
        level: finding.level.word().to_owned(),
        unknown: finding.certainty == Certainty::Unknown,
        message: finding.message.clone(),
        help: finding.help.clone(),
        suppressed: finding.suppressed.as_ref().map(|suppressed| suppressed.reason.clone()),
    }
}

fn left_alone(frozen: &Frozen) -> String {
    format!("ex-dividend date {}; left alone until {}", frozen.date, frozen.until)
}

/// Weight less target as a ratio; none when a figure does not fit.
fn away(value: i128, target: Weight, total: i128) -> Option<(i128, i128)> {
    let places = target.decimal().scale();
    let unit = 10_i128.pow(places);
    let part = value.checked_mul(unit)?.checked_sub(scaled(target.decimal(), places)?.checked_mul(total)?)?;
    Some((part, total.checked_mul(unit)?))
}

/// A rounded fraction with all its places.
fn fixed(value: Decimal) -> String {
    money::with_places(value, SHOWN_PLACES)
}

pub(super) fn in_points(drift: Decimal) -> String {
    format!("{} points", points(drift))
}

pub(super) fn band(min: Weight, max: Weight) -> String {
    format!("{} to {}", exact_percent(min.decimal()), exact_percent(max.decimal()))
}

#[cfg(test)]
mod tests {
    use super::with_point;

    #[test]
    fn points_are_put_into_integers() {
        assert_eq!(with_point("12345", 2), "123.45");
        assert_eq!(with_point("12300", 2), "123");
        assert_eq!(with_point("5", 3), "0.005");
        assert_eq!(with_point("0", 4), "0");
        assert_eq!(with_point("7", 0), "7");
    }
}
