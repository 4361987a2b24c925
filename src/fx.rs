//! `fx.yaml`: what foreign currencies are worth in the base currency on a day, as facts.
//!
//! Rates are exact decimals: units of the base currency for one unit of another. What is done with them must never enter
//! this room.

use crate::config::{BaseCurrency, Currency, Day, ExchangeRate, Field, Misread, get, read_as};
use crate::document::{Reading, Span};
use crate::holdings::Contradiction;
use crate::schema::{Form, Sheet, schema_of_file};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The schema of `fx.yaml`.
pub const FORM: Form =
    Form { sheet: Sheet { file: "fx.schema.json", schema: schema_of_file::<FxFile> }, errors: FxErrors::iter_errors };

#[jsonschema::validator(
    path = "schema/fx.schema.json",
    validate_formats = false,
    methods = { is_valid = false, validate = false, iter_errors = true }
)]
struct FxErrors;

/// The file's shape.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "fx.yaml")]
pub struct FxFile {
    /// The day the rates are of.
    #[schemars(required)]
    pub as_of: Option<Field<Day>>,
    /// The currency the rates are in: the `base_currency` of the config.
    #[schemars(required)]
    pub base: Option<Field<BaseCurrency>>,
    /// What one unit of each currency is worth in the base currency.
    #[schemars(required)]
    pub rates: Option<Field<Rates>>,
}

/// What one unit of each currency is worth in the base currency, which has none itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rates {
    /// Of a won.
    #[serde(rename = "KRW")]
    pub krw: Option<Field<ExchangeRate>>,
    /// Of a dollar.
    #[serde(rename = "USD")]
    pub usd: Option<Field<ExchangeRate>>,
    /// Of a yen: not of a hundred.
    #[serde(rename = "JPY")]
    pub jpy: Option<Field<ExchangeRate>>,
    /// Of a euro.
    #[serde(rename = "EUR")]
    pub eur: Option<Field<ExchangeRate>>,
    /// Of a pound.
    #[serde(rename = "GBP")]
    pub gbp: Option<Field<ExchangeRate>>,
    /// Of a Hong Kong dollar.
    #[serde(rename = "HKD")]
    pub hkd: Option<Field<ExchangeRate>>,
    /// Of a yuan.
    #[serde(rename = "CNY")]
    pub cny: Option<Field<ExchangeRate>>,
}

/// Exchange rates on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fx {
    /// The day they are of; none without rates.
    pub as_of: Option<NaiveDate>,
    /// Units of the base currency for one unit of each other currency; above zero.
    pub rates: BTreeMap<Currency, Decimal>,
}

/// What rates are for: the base currency of the config, and the currencies that need one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The base currency, when it can be told.
    pub base: Option<BaseCurrency>,
    /// The other currencies that assets are priced in and cash is held in.
    pub currencies: BTreeSet<Currency>,
}

impl FxFile {
    /// Reads the shape out of a tree. What cannot be read is absent and in the list, in file order.
    #[must_use]
    pub fn of(reading: &Reading) -> (Self, Vec<Misread>) {
        let (file, misread) = read_as::<Self>(reading);
        (file.unwrap_or_default(), misread)
    }
}

impl Rates {
    fn stated(&self) -> impl Iterator<Item = (Currency, &Field<ExchangeRate>)> {
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

impl Fx {
    /// The rates a file states, as long as they are what is wanted.
    ///
    /// # Errors
    /// The contradictions, in the order of the keys. The list is empty when the file is merely incomplete: then the
    /// schema's findings say what is missing.
    pub fn of(file: &FxFile, wanted: &Wanted) -> Result<Self, Vec<Contradiction>> {
        let mut contradictions = Vec::new();
        let complete = Self::complete(file, wanted, &mut contradictions);
        match complete {
            Some(fx) if contradictions.is_empty() => Ok(fx),
            _ => Err(contradictions),
        }
    }

    fn complete(file: &FxFile, wanted: &Wanted, contradictions: &mut Vec<Contradiction>) -> Option<Self> {
        let as_of = get(file.as_of.as_ref())?.0;
        let base = file.base.as_ref()?;
        let own = *base.get()?;
        if let Some(wanted) = wanted.base.filter(|wanted| *wanted != own) {
            contradictions.push(other_base(base.span, own, wanted));
        }
        let field = file.rates.as_ref()?;
        let mut rates = BTreeMap::new();
        for (currency, rate) in field.get()?.stated() {
            if currency == own.currency() {
                contradictions.push(of_itself(rate.span, currency));
            }
            rates.insert(currency, rate.get()?.0);
        }
        for currency in wanted.currencies.iter().filter(|currency| !rates.contains_key(currency)) {
            if *currency != own.currency() {
                contradictions.push(missing(field.span, *currency, own));
            }
        }
        Some(Self { as_of: Some(as_of), rates })
    }
}

fn other_base(span: Span, own: BaseCurrency, wanted: BaseCurrency) -> Contradiction {
    Contradiction {
        span,
        message: format!("the rates are in {}, the base currency of the config is {}", own.word(), wanted.word()),
        label: format!("not {}", wanted.word()),
        related: None,
        help: format!("write what one unit of each currency is worth in {}, and `base: {0}`.", wanted.word()),
    }
}

fn of_itself(span: Span, currency: Currency) -> Contradiction {
    Contradiction {
        span,
        message: format!("{} is the base currency: its rate in itself is no fact", currency.word()),
        label: "remove it".to_owned(),
        related: None,
        help: "state the rates of the other currencies only.".to_owned(),
    }
}

fn missing(span: Span, currency: Currency, base: BaseCurrency) -> Contradiction {
    let (currency, base) = (currency.word(), base.word());
    Contradiction {
        span,
        message: format!("{currency} has no rate, and assets are priced or cash is held in it"),
        label: format!("no {currency}"),
        related: None,
        help: format!("add what one {currency} is worth in {base}: `{currency}: …`."),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use crate::document::read;
    use crate::schema;

    const SOUND: &str = "as_of: 2026-03-04\nbase: KRW\nrates: { USD: 1385.5, JPY: 9.1234 }\n";

    fn said(text: &str, currencies: &[Currency]) -> Vec<String> {
        let reading = read(text.as_bytes());
        let (file, misread) = FxFile::of(&reading);
        let issues = schema::check(&FORM, &reading, &misread);
        let wanted = Wanted { base: Some(BaseCurrency::Krw), currencies: currencies.iter().copied().collect() };
        let place = |span: Span| text.get(span.start..span.end).unwrap().to_owned();
        let issues = issues.iter().map(|issue| format!("{}: {}", place(issue.span), issue.message));
        match Fx::of(&file, &wanted) {
            Ok(_) => issues.collect(),
            Err(all) => issues.chain(all.iter().map(|c| format!("{}: {}", place(c.span), c.message))).collect(),
        }
    }

    #[test]
    fn rates_are_exact_and_of_a_day() {
        let (file, _) = FxFile::of(&read(SOUND.as_bytes()));
        let fx = Fx::of(&file, &Wanted::default()).unwrap();
        assert_eq!(fx.as_of.unwrap().to_string(), "2026-03-04");
        let rates: Vec<_> = fx.rates.iter().map(|(currency, rate)| format!("{} {rate}", currency.word())).collect();
        assert_eq!(rates, ["USD 1385.5", "JPY 9.1234"]);
    }

    #[test]
    fn what_is_amiss_is_told_at_its_place() {
        let cases: [(&str, &str, &str); 7] = [
            ("USD: 1385.5", "USD: 0", "0: "),
            ("USD: 1385.5", "USD: -3", "-3: "),
            ("USD: 1385.5", "USD: 1.123456789", "1.123456789: "),
            ("base: KRW", "base: USD", "USD: the rates are in USD"),
            ("JPY: 9.1234", "KRW: 1", "1: KRW is the base currency"),
            ("USD: 1385.5, ", "", "{ JPY: 9.1234 }: USD has no rate"),
            ("JPY: 9.1234", "CHF: 1700", "CHF: "),
        ];
        assert_eq!(said(SOUND, &[Currency::Usd]), [""; 0]);
        for (from, to, wanted) in cases {
            let said = said(&SOUND.replace(from, to), &[Currency::Usd]);
            assert!(said.iter().any(|line| line.starts_with(wanted)), "{to}: {said:?}");
        }
    }
}
