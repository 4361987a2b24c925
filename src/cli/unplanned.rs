//! Why no plan can be made, and what to do about it, for every command that makes one.

use super::Fault;
use crate::config::Currency;
use crate::drift::BooksError;
use crate::money::Money;
use crate::plan::PlanError;
use crate::plan::sizing::SizingError;
use crate::words::count;

/// Why there is no plan, and what to do.
pub(super) fn plan_fault(error: &PlanError) -> Fault {
    match error {
        PlanError::Books(BooksError::NoPrice { code }) => {
            Fault::unknown(format!("{code} is in the config and has no price"))
                .hint(format!("add it to the holdings: {{ code: '{code}', quantity: 0, price: … }}."))
        }
        PlanError::Books(BooksError::NoRate { currency, code }) => {
            let word = currency.word();
            let what = code.as_ref().map_or_else(|| "cash is held".to_owned(), |code| format!("{code} is priced"));
            Fault::unknown(format!("{what} in {word}, and there is no exchange rate of it"))
                .hint(format!("state it in fx.yaml beside the holdings, under `rates`: {word}: … (docs/formats.md)."))
        }
        PlanError::Books(BooksError::TooFine { code }) => {
            Fault::unknown(format!("the price of {code} is finer than the currency's smallest unit"))
                .hint("round it: whole won, or cents.")
        }
        PlanError::Books(BooksError::Empty) => Fault::no("there is nothing to rebalance: neither positions nor cash")
            .hint("state them in the holdings, or pay something in: rebalance plan --deposit AMOUNT"),
        PlanError::Books(BooksError::TooLarge) | PlanError::Sizing(SizingError::TooLarge) => {
            Fault::unknown("the figures are larger or finer than this tool keeps exactly")
                .hint(format!("the largest amount is {}.", crate::money::MAX_AMOUNT))
        }
        PlanError::Calendar(error) => Fault::unknown(error.to_string()).hint("choose another day with --as-of."),
        PlanError::NoLots(code) => Fault::unknown(format!(
            "gains of {code} are taxed, and the holdings do not say what it cost"
        ))
        .hint("add its lots: lots: [{ date: 2024-01-02, quantity: 250, cost: 15000 }], or lots: [] when none is held"),
        PlanError::NoLotRate(code) => Fault::unknown(format!(
            "gains of {code} are taxed in the base currency, and a lot does not say the exchange rate of its day"
        ))
        .hint("add the rate to each of its lots: { date: 2024-01-02, quantity: 10, cost: 480.5, fx_rate: 1300.4 }"),
        PlanError::Unfunded { currency, short } => Fault::no(format!(
            "no orders leave the {} cash that has to be left: {short} {0} are missing",
            currency.word()
        ))
        .hint("each currency pays for its own orders: pay that in, sell assets priced in it, or lower the reserve.")
        .hint("or let the plan convert what is missing: rebalance plan --funding convert"),
        PlanError::FlowTooFine(currency) => Fault::usage(format!(
            "the amount is finer than the smallest unit of {}",
            currency.word()
        ))
        .hint(format!("{} has {}.", currency.word(), count(currency.places() as usize, "decimal place"))),
        PlanError::Withdrawal { most, currency, left_alone } => too_much(*most, *currency, *left_alone),
        PlanError::Sizing(SizingError::Infeasible { .. }) => {
            Fault::no("no orders leave the cash that has to be left").hint("lower the reserve, or the smallest order.")
        }
        PlanError::Sizing(SizingError::Invalid { .. }) => {
            Fault::unknown(format!("the plan cannot be sized: {error:?}"))
                .hint("report this with the config and the holdings.")
        }
    }
}

/// More would be withdrawn than there is.
fn too_much(most: Money, currency: Option<Currency>, left_alone: bool) -> Fault {
    let word = currency.map_or("", Currency::word);
    let kept = "after costs, taxes and the reserve";
    let (message, hint) = match most.is_zero() {
        true => (format!("nothing can be withdrawn {kept}"), "pay something in, or lower the reserve.".to_owned()),
        false => (
            format!("that much cannot be withdrawn: at most {most}{word}, {kept}"),
            format!("withdraw less: rebalance plan --withdraw {most}{word}"),
        ),
    };
    let fault = Fault::no(message).hint(hint);
    match left_alone {
        true => fault.hint("or wait: an asset near its ex-dividend date is not sold now."),
        false => fault,
    }
}
