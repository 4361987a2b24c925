//! Why it cannot be told what was held, and what to do about it. What was held must never enter this file.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::fmt;

/// How it is known what the account holds: only paper and manual bring the holdings up to date.
const ASK: &str =
    "orders at kis, kiwoom and alpaca do not change them, and `rebalance report --broker NAME` asks the broker";

/// What was tried with entries of a rebalance's day.
const EITHER: &str = ": neither before the rebalance nor after it does that agree";

/// Why it cannot be told what was held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disagreement {
    /// A record has trades and no fills, so that it is not known how many shares they were.
    NoFills {
        /// The line of the log.
        line: usize,
        /// The day.
        day: NaiveDate,
    },
    /// Before a record, something else was held than its plan saw.
    Otherwise {
        /// The line of the log.
        line: usize,
        /// The day.
        day: NaiveDate,
        /// What: a code, or a currency.
        what: String,
        /// Whether it is cash.
        cash: bool,
        /// What the record says.
        stated: Decimal,
        /// What was reckoned.
        reckoned: Decimal,
        /// The rebalance after it, with which the holdings still agree: its line and its day; none where that is today.
        agreed: Option<(usize, NaiveDate)>,
        /// The lines of `cash_flows.csv` that are of the same day and currency.
        same_day: Vec<usize>,
    },
    /// Fewer shares than none.
    BelowZero {
        /// The code.
        code: String,
        /// The day before whose end that was.
        day: NaiveDate,
        /// How many.
        shares: Decimal,
    },
    /// Cash moved after the day of the holdings.
    Later {
        /// The line of `cash_flows.csv`.
        line: usize,
        /// Its day.
        day: NaiveDate,
        /// The day up to which the holdings are known.
        known: NaiveDate,
    },
    /// A currency of the log is none that is known.
    NoCurrency {
        /// The line of the log.
        line: usize,
        /// The word.
        word: String,
    },
    /// A figure has more digits than are kept.
    TooLarge,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFills { line, day } => {
                write!(f, "the rebalance of {day} (line {line} of the log) has no fills, so its shares are not known")
            }
            Self::Otherwise { line, day, what, cash, stated, reckoned, agreed, .. } => {
                let (was, noun) = if *cash { ("cash in ", "") } else { ("", " shares") };
                write!(
                    f,
                    "before the rebalance of {day} (line {line} of the log), {was}{what} was {stated}{noun} as the log \
                     has it, but {reckoned} as reckoned back from the holdings; something between then and "
                )?;
                match agreed {
                    Some((line, day)) => write!(f, "the rebalance of {day} (line {line}) is not known"),
                    None => write!(f, "today is not known"),
                }
            }
            Self::BelowZero { code, day, shares } => {
                write!(f, "reckoned back from the holdings, {shares} shares of {code} were held before {day}")
            }
            Self::Later { line, day, known } => {
                write!(f, "line {line} of the cash flows is of {day}, and the holdings are known up to {known}")
            }
            Self::NoCurrency { line, word } => write!(f, "line {line} of the log names no known currency: {word}"),
            Self::TooLarge => write!(f, "what was held has more digits than are kept"),
        }
    }
}

impl Disagreement {
    /// What to do, a sentence without its period.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NoFills { .. } => "ask for a quarter that begins after it".to_owned(),
            Self::Otherwise { cash: true, same_day, .. } => {
                let enter = format!(
                    "enter what came or went without a rebalance in cash_flows.csv: a deposit, a withdrawal, a dividend, \
                     interest, a fee or a tax; and bring cash of the holdings to what the account holds: {ASK}"
                );
                let lines: Vec<String> = same_day.iter().map(usize::to_string).collect();
                match lines.as_slice() {
                    [] => enter,
                    [line] => format!("{enter}; check the amount of its line {line}, which is of the same day{EITHER}"),
                    _ => format!(
                        "{enter}; check the amounts of its lines {}, which are of the same day{EITHER}",
                        lines.join(", ")
                    ),
                }
            }
            Self::Otherwise { .. } | Self::BelowZero { .. } => {
                format!(
                    "bring the holdings to what the account holds: {ASK}; where shares came or went without a \
                     rebalance, as in a split, ask for a quarter that begins after that"
                )
            }
            Self::Later { .. } => "bring cash and `as_of` of the holdings up to that day".to_owned(),
            Self::NoCurrency { .. } => "correct that line".to_owned(),
            Self::TooLarge => "check the quantities of the log and of the holdings".to_owned(),
        }
    }
}

impl std::error::Error for Disagreement {}
