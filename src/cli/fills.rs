//! Fills that a person gives for the broker `manual`: from a file, through a pipe, or order by order at a terminal.
//!
//! What is made of them must never enter this file.

use super::{Fault, Host};
use crate::broker;
use crate::disk::{Disk, RealDisk};
use crate::document::MAX_BYTES;
use crate::money::{self, AMOUNT_PLACES, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity, without_thousands};
use crate::output::{Paint, Ui};
use crate::plan::PlanFile;
use crate::plan::file::Order;
use crate::replay::{Stage, State};
use crate::trade::{self, BadFill, Orders, Possible};
use crate::words::shown;
use rust_decimal::Decimal;
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

/// The columns of a line that is typed.
const HEADER: &str = "order,filled_quantity,filled_price,commission,tax\n";
/// The longest answer that is read, in bytes.
const LONGEST: usize = 200;

/// Whose fills they are, and where they are kept.
pub(super) struct Keeping<'a> {
    /// Who executes.
    pub(super) broker: &'a str,
    /// The plan, which may go on: what a refused command was given is kept nowhere.
    pub(super) plan: &'a PlanFile,
    /// The directory of the journal.
    pub(super) directory: &'a Path,
    /// What the journal says.
    pub(super) journal: &'a State,
}

/// Keeps the fills that a person gives, when they are of this plan, for the broker that asks for them.
pub(super) fn keep(fills: &Path, keeping: &Keeping<'_>, host: &mut Host<'_>, paint: Paint) -> Result<(), Fault> {
    let Keeping { broker, plan, directory, journal } = *keeping;
    if broker != broker::MANUAL {
        return Err(Fault::usage(format!("{broker} says itself what was filled")).hint("leave --fills out."));
    }
    let orders =
        Possible::all(&plan.body).map_err(|error| Fault::unknown(error.to_string()).hint("make a new plan."))?;
    let bytes = match fills == Path::new("-") {
        true if host.live.input => asked(&open(plan, journal), &orders, host, paint)?.into_bytes(),
        true => piped(host)?,
        false => super::gather::file(&host.path(fills))?,
    };
    let named = fills.display();
    let bad = |why: &str, help: &str| {
        Fault::unknown(format!("{named}: {why}")).hint(help).hint("nothing was booked: correct it, and give it again.")
    };
    let text = String::from_utf8(bytes).map_err(|_| bad("it is not UTF-8", "save it as `CSV UTF-8`."))?;
    trade::fills(&text, Some(&orders)).map_err(|error: BadFill| bad(&error.to_string(), &error.help))?;
    let path = broker::fills_path(directory);
    let kept = trade::kept(&plan.plan_id, &text);
    RealDisk.keep(&path, kept.as_bytes()).map_err(|error| Fault::io("write", &path, &error))
}

/// The orders of which something may still come.
fn open(plan: &PlanFile, journal: &State) -> Vec<Order> {
    let run = journal.run(&plan.plan_id);
    let done = |order: &Order| {
        let progress = run.and_then(|run| run.order(&order.id));
        progress.is_some_and(|progress| matches!(progress.stage, Stage::Done(_)))
    };
    plan.body.orders.iter().filter(|order| !done(order)).cloned().collect()
}

/// What comes from another program, until its end.
fn piped(host: &mut Host<'_>) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let read = (&mut host.input).take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Fault::unknown(format!("cannot read standard input: {error}")))?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let header = HEADER.trim_end();
        return Err(Fault::usage("no fills came on standard input, and it is no terminal at which to ask for them")
            .hint(format!("pipe lines of {header} into it, or name a file.")));
    }
    let header = bytes.starts_with(b"order,") || bytes.starts_with(b"\xef\xbb\xbforder,");
    Ok([if header { Vec::new() } else { HEADER.as_bytes().to_vec() }, bytes].concat())
}

/// Asks order by order, in the order in which they are entered, until one is not executed yet: the lines of the answers.
fn asked(orders: &[Order], possible: &Orders, host: &mut Host<'_>, paint: Paint) -> Result<String, Fault> {
    let mut lines = HEADER.to_owned();
    for Order { id, side, quantity, code, ticker, limit_price, .. } in orders {
        let Some(can) = possible.get(id) else { continue };
        Ui::new(host, paint).note(&format!("{id}: {side} {quantity} of {code} ({ticker}), limit {limit_price}\n"));
        let shares = |text: &str| {
            let shares = figure(text, QUANTITY_PLACES).filter(|shares| !shares.is_sign_negative());
            let shares = shares.filter(|shares| can.too_many(id, Quantity::new(*shares)).is_none());
            shares.ok_or_else(|| format!("`{}` is no number of shares up to {quantity}", shown(text)))
        };
        let Some(shares) = answer("shares executed (Enter: not yet, 0: none)", &shares, host, paint)? else { break };
        if shares.is_zero() {
            let _ = writeln!(lines, "{id},0,,,");
            continue;
        }
        let price = |text: &str| {
            let price = figure(text, PRICE_PLACES).filter(|price| *price > Decimal::ZERO);
            let price = price.ok_or_else(|| format!("`{}` is no price", shown(text)))?;
            can.too_bad(id, Price::new(price)).map_or(Ok(price), Err)
        };
        let Some(price) = answer("price of a share", &price, host, paint)? else { break };
        let cost = |text: &str| {
            let cost = figure(text, AMOUNT_PLACES).filter(|cost| !cost.is_sign_negative());
            cost.ok_or_else(|| format!("`{}` is no amount", shown(text)))
        };
        let mut told = |what: &str| {
            let cost = answer(&format!("{what} (Enter: estimated)"), &cost, host, paint)?;
            Ok::<_, Fault>(cost.map_or_else(String::new, |cost| cost.to_string()))
        };
        let (commission, tax) = (told("commission")?, told("tax")?);
        let _ = writeln!(lines, "{id},{shares},{price},{commission},{tax}");
    }
    Ok(lines)
}

/// A figure that is typed. A decimal comma is none.
fn figure(text: &str, places: u32) -> Option<Decimal> {
    money::decimal(&without_thousands(text)?, places).ok()
}

/// Asks until there is an answer that can be one; none when there is nothing on the line, or no line any more.
fn answer(
    question: &str,
    read: &dyn Fn(&str) -> Result<Decimal, String>,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Option<Decimal>, Fault> {
    loop {
        Ui::new(host, paint).note(&format!("  {question}: "));
        let line = line(host)?;
        let text = line.trim();
        if text.is_empty() {
            return Ok(None);
        }
        match read(text) {
            Ok(figure) => return Ok(Some(figure)),
            Err(why) => Ui::new(host, paint).note(&format!("  {why}\n")),
        }
    }
}

/// A line of standard input, not beyond it: what is typed after it answers the next question.
fn line(host: &mut Host<'_>) -> Result<String, Fault> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while bytes.len() < LONGEST {
        match host.input.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => break,
            Ok(_) => bytes.extend(byte),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Fault::unknown(format!("cannot read standard input: {error}"))),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
