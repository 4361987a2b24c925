//! `holdings.yaml`: cash and positions on a day, as facts.
//!
//! The shape is read as tolerantly as the config's; [`Holdings`] exists only when nothing was amiss. Targets and
//! sleeves must never enter this room.

use crate::code::Code;
use crate::config::{Currency, Day, ExchangeRate, Field, Misread, Shares, TaxClass, Year, get, read_as};
use crate::document::{Reading, Span};
use crate::money::{Money, Price, Quantity};
use crate::schema::{Form, Sheet, schema_of_file};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The schema of `holdings.yaml`.
pub const FORM: Form = Form {
    sheet: Sheet { file: "holdings.schema.json", schema: schema_of_file::<HoldingsFile> },
    errors: HoldingsErrors::iter_errors,
};

#[jsonschema::validator(
    path = "schema/holdings.schema.json",
    validate_formats = false,
    methods = { is_valid = false, validate = false, iter_errors = true }
)]
struct HoldingsErrors;

/// The file's shape.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "holdings.yaml")]
pub struct HoldingsFile {
    /// The day the quantities and prices are of.
    #[schemars(required)]
    pub as_of: Option<Field<Day>>,
    /// Cash by currency.
    #[schemars(required)]
    pub cash: Option<Field<Balances>>,
    /// The part of the cash that came from dividends, by currency. `cash.dividends` in the config says what happens to it.
    pub dividends: Option<Field<Balances>>,
    /// What is held, and the price of what may be bought.
    #[schemars(required)]
    pub positions: Option<Field<Vec<Field<PositionEntry>>>>,
    /// Gains of a year that were realised outside of the log; only the yearly deduction needs them.
    pub realised: Option<Field<Vec<Field<RealisedEntry>>>>,
}

/// Cash by currency.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Balances {
    /// Cash in won; negative when it is owed.
    #[serde(rename = "KRW")]
    pub krw: Option<Field<Money>>,
    /// Cash in dollars; negative when it is owed.
    #[serde(rename = "USD")]
    pub usd: Option<Field<Money>>,
    /// Cash in yen; negative when it is owed.
    #[serde(rename = "JPY")]
    pub jpy: Option<Field<Money>>,
    /// Cash in euros; negative when it is owed.
    #[serde(rename = "EUR")]
    pub eur: Option<Field<Money>>,
    /// Cash in pounds; negative when it is owed.
    #[serde(rename = "GBP")]
    pub gbp: Option<Field<Money>>,
    /// Cash in Hong Kong dollars; negative when it is owed.
    #[serde(rename = "HKD")]
    pub hkd: Option<Field<Money>>,
    /// Cash in yuan; negative when it is owed.
    #[serde(rename = "CNY")]
    pub cny: Option<Field<Money>>,
}

impl Balances {
    /// The balances that are stated.
    pub fn stated(&self) -> impl Iterator<Item = (Currency, &Field<Money>)> {
        let of = |currency| match currency {
            Currency::Krw => self.krw.as_ref(),
            Currency::Usd => self.usd.as_ref(),
            Currency::Jpy => self.jpy.as_ref(),
            Currency::Eur => self.eur.as_ref(),
            Currency::Gbp => self.gbp.as_ref(),
            Currency::Hkd => self.hkd.as_ref(),
            Currency::Cny => self.cny.as_ref(),
        };
        Currency::ALL.into_iter().filter_map(move |currency| Some((currency, of(currency)?)))
    }
}

/// A position.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PositionEntry {
    /// The exchange's code, in quotes.
    #[schemars(required)]
    pub code: Option<Field<Code>>,
    /// Shares held; 0 for an asset that is only priced.
    #[schemars(required)]
    pub quantity: Option<Field<Quantity>>,
    /// Price of one share.
    #[schemars(required)]
    pub price: Option<Field<Price>>,
    /// The purchases the shares are from; only taxes need them. Their quantities add up to the position's.
    pub lots: Option<Field<Vec<Field<LotEntry>>>>,
}

/// A purchase.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LotEntry {
    /// The day of the purchase.
    #[schemars(required)]
    pub date: Option<Field<Day>>,
    /// Shares left of it.
    #[schemars(required)]
    pub quantity: Option<Field<Quantity>>,
    /// What one share cost, or `per` shares together.
    #[schemars(required)]
    pub cost: Option<Field<Price>>,
    /// How many shares `cost` is the cost of, where a share's own would not come out even. Default 1.
    #[schemars(extend("default" = 1))]
    pub per: Option<Field<Shares>>,
    /// What one unit of the asset's currency was worth in the base currency on that day, where they differ: gains are taxed
    /// in the base currency, and without it are not known.
    pub fx_rate: Option<Field<ExchangeRate>>,
}

/// Gains that were realised outside of the log.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RealisedEntry {
    /// The year they were realised in.
    #[schemars(required)]
    pub year: Option<Field<Year>>,
    /// How they are taxed: only gains of `overseas` assets are taxed by the year.
    #[schemars(required)]
    pub tax_class: Option<Field<TaxClass>>,
    /// The gains, losses taken off; negative when losses are more.
    #[schemars(required)]
    pub gain: Option<Field<Money>>,
}

/// What is held, complete and exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// The day the quantities and prices are of.
    pub as_of: NaiveDate,
    /// Cash by currency; a currency without an entry has none.
    pub cash: BTreeMap<Currency, Money>,
    /// The part of it that came from dividends; never more than it.
    pub dividends: BTreeMap<Currency, Money>,
    /// Positions by code.
    pub positions: BTreeMap<Code, Position>,
    /// Gains of overseas assets by year that the log does not have.
    pub realised: BTreeMap<i32, Money>,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Shares held.
    pub quantity: Quantity,
    /// Price of one share.
    pub price: Price,
    /// The purchases the shares are from, oldest first; `None` when the file does not say.
    pub lots: Option<Vec<Lot>>,
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The day of the purchase.
    pub date: NaiveDate,
    /// Shares left of it.
    pub quantity: Quantity,
    /// What `per` shares cost.
    pub cost: Price,
    /// Of how many shares that is the cost.
    pub per: Quantity,
    /// The rate of its day, where the file states one.
    pub rate: Option<Decimal>,
}

/// Something that the schema allows but that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Where.
    pub span: Span,
    /// What is wrong, one sentence without a period.
    pub message: String,
    /// Short text beside the place.
    pub label: String,
    /// The other place of the contradiction, if there is one.
    pub related: Option<(Span, String)>,
    /// What to do.
    pub help: String,
}

impl HoldingsFile {
    /// Reads the shape out of a tree. What cannot be read is absent and in the list, in file order.
    #[must_use]
    pub fn of(reading: &Reading) -> (Self, Vec<Misread>) {
        let (file, misread) = read_as::<Self>(reading);
        (file.unwrap_or_default(), misread)
    }

    /// The positions that could be read, in file order.
    pub fn positions(&self) -> impl Iterator<Item = &PositionEntry> {
        get(self.positions.as_ref()).into_iter().flatten().filter_map(Field::get)
    }
}

impl Holdings {
    /// The holdings a file states.
    ///
    /// # Errors
    /// The contradictions, in file order. The list is empty when the file is merely incomplete: then the schema's
    /// findings say what is missing.
    pub fn of(file: &HoldingsFile) -> Result<Self, Vec<Contradiction>> {
        let mut contradictions = Vec::new();
        let complete = Self::complete(file, &mut contradictions);
        match complete {
            Some(holdings) if contradictions.is_empty() => Ok(holdings),
            _ => Err(contradictions),
        }
    }

    fn complete(file: &HoldingsFile, contradictions: &mut Vec<Contradiction>) -> Option<Self> {
        let as_of = get(file.as_of.as_ref())?.0;
        let cash = balances(get(file.cash.as_ref())?, contradictions)?;
        let dividends = match &file.dividends {
            None => BTreeMap::new(),
            Some(field) => dividends(field.get()?, &cash, contradictions)?,
        };
        let mut positions = BTreeMap::new();
        let mut first: BTreeMap<Code, Span> = BTreeMap::new();
        let mut complete = true;
        for entry in get(file.positions.as_ref())?.iter() {
            let read = entry.get().and_then(|e| Some((e.code.as_ref()?, position(e, as_of, contradictions)?)));
            let Some((field, position)) = read else {
                complete = false;
                continue;
            };
            let Some(code) = field.get() else { continue };
            match first.get(code) {
                Some(&span) => contradictions.push(twice(code, field.span, span)),
                None => {
                    first.insert(code.clone(), field.span);
                    positions.insert(code.clone(), position);
                }
            }
        }
        let realised = match &file.realised {
            None => BTreeMap::new(),
            Some(entries) => realised(entries.get()?, contradictions)?,
        };
        complete.then_some(Self { as_of, cash, dividends, positions, realised })
    }
}

fn realised(entries: &[Field<RealisedEntry>], contradictions: &mut Vec<Contradiction>) -> Option<BTreeMap<i32, Money>> {
    let mut by_year: BTreeMap<i32, Money> = BTreeMap::new();
    for field in entries {
        let entry = field.get()?;
        let class = entry.tax_class.as_ref()?;
        let (year, gain) = (get(entry.year.as_ref())?.0, entry.gain.as_ref()?);
        if *class.get()? != TaxClass::Overseas {
            contradictions.push(Contradiction {
                span: class.span,
                message: format!("gains of the class `{}` are not taxed by the year", class.get()?.word()),
                label: "taxed by each sale, if at all".to_owned(),
                related: None,
                help: "remove the entry.".to_owned(),
            });
        }
        let sum = by_year.entry(year).or_default();
        match sum.plus(*gain.get()?) {
            Some(all) => *sum = all,
            None => contradictions.push(Contradiction {
                span: gain.span,
                message: format!("the gains of {year} are more than this tool keeps exactly"),
                label: "too much together".to_owned(),
                related: None,
                help: format!("the largest amount is {}.", crate::money::MAX_AMOUNT),
            }),
        }
    }
    Some(by_year)
}

fn balances(stated: &Balances, contradictions: &mut Vec<Contradiction>) -> Option<BTreeMap<Currency, Money>> {
    let mut amounts = BTreeMap::new();
    for (currency, field) in stated.stated() {
        let amount = *field.get()?;
        if amount.decimal().normalize().scale() > currency.places() {
            contradictions.push(too_fine(field, currency));
        }
        amounts.insert(currency, amount);
    }
    Some(amounts)
}

/// Dividends are a part of the cash: neither below zero nor above it.
fn dividends(
    stated: &Balances,
    cash: &BTreeMap<Currency, Money>,
    contradictions: &mut Vec<Contradiction>,
) -> Option<BTreeMap<Currency, Money>> {
    let amounts = balances(stated, contradictions)?;
    for (currency, field) in stated.stated() {
        let Some(amount) = field.get().copied() else { continue };
        let there = cash.get(&currency).copied().unwrap_or(Money::ZERO);
        if amount < Money::ZERO || amount > there.max(Money::ZERO) {
            contradictions.push(Contradiction {
                span: field.span,
                message: format!("{amount} of the {there} {} in cash cannot have come from dividends", currency.word()),
                label: "not a part of the cash".to_owned(),
                related: None,
                help: "write what is left of the dividends; they are counted in `cash` as well.".to_owned(),
            });
        }
    }
    Some(amounts)
}

fn position(entry: &PositionEntry, as_of: NaiveDate, contradictions: &mut Vec<Contradiction>) -> Option<Position> {
    let field = entry.quantity.as_ref()?;
    let quantity = *field.get()?;
    let price = *get(entry.price.as_ref())?;
    if price.times(quantity).is_none() {
        contradictions.push(Contradiction {
            span: field.span,
            message: "the position is worth more than this tool keeps exactly".to_owned(),
            label: format!("{quantity} × {price}"),
            related: None,
            help: format!("the largest amount is {}.", crate::money::MAX_AMOUNT),
        });
        return None;
    }
    let lots = match &entry.lots {
        None => None,
        Some(lots) => Some(lots_of(lots, quantity, as_of, contradictions)?),
    };
    Some(Position { quantity, price, lots })
}

fn lots_of(
    field: &Field<Vec<Field<LotEntry>>>,
    quantity: Quantity,
    as_of: NaiveDate,
    contradictions: &mut Vec<Contradiction>,
) -> Option<Vec<Lot>> {
    let mut lots = Vec::new();
    for entry in field.get()? {
        let entry = entry.get()?;
        let date = entry.date.as_ref()?;
        let per = match &entry.per {
            None => Quantity::new(Decimal::ONE),
            Some(per) => per.get()?.0,
        };
        let (quantity, cost) = (*get(entry.quantity.as_ref())?, *get(entry.cost.as_ref())?);
        let rate = match &entry.fx_rate {
            None => None,
            Some(rate) => Some(rate.get()?.0),
        };
        let lot = Lot { date: date.get()?.0, quantity, cost, per, rate };
        if lot.date > as_of {
            contradictions.push(Contradiction {
                span: date.span,
                message: format!("a lot is dated {}, after the holdings' own date {as_of}", lot.date),
                label: "later than `as_of`".to_owned(),
                related: None,
                help: "correct the date, or `as_of`.".to_owned(),
            });
        }
        lots.push(lot);
    }
    let sum = lots.iter().try_fold(Decimal::ZERO, |sum, lot| sum.checked_add(lot.quantity.decimal()))?;
    if sum != quantity.decimal() {
        contradictions.push(Contradiction {
            span: field.span,
            message: format!("the lots add up to {sum} shares, the position has {quantity}"),
            label: format!("{sum} shares"),
            related: None,
            help: "make the lots' quantities add up to the position's, or remove `lots`.".to_owned(),
        });
    }
    lots.sort_by_key(|lot| lot.date);
    Some(lots)
}

fn twice(code: &Code, span: Span, first: Span) -> Contradiction {
    Contradiction {
        span,
        message: format!("{} is held twice", code.0),
        label: "again here".to_owned(),
        related: Some((first, "first here".to_owned())),
        help: "put both into one position; keep purchases apart with `lots`.".to_owned(),
    }
}

fn too_fine(field: &Field<Money>, currency: Currency) -> Contradiction {
    Contradiction {
        span: field.span,
        message: format!("{} cash has more than {} decimal places", currency.word(), currency.places()),
        label: "finer than the currency's smallest unit".to_owned(),
        related: None,
        help: "write the amount the account shows.".to_owned(),
    }
}
