//! The owner's own rules: the shape they have in a policy file, and what is kept of them.
//!
//! Whether an expression can be read, and what it comes to, must never enter this file.

use crate::code::Code;
use crate::config::{self, Config, Entries, Field, Text, get};
use crate::document::{Places, Span};
use crate::expression::{Fault, Scope};
use crate::finding::Finding;
use crate::money::{Rate, Weight};
use crate::portfolio::Portfolio;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// A rule of the owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custom {
    /// Its id.
    pub id: String,
    /// Its file, as the user would name it.
    pub path: String,
    /// What it is asked about.
    pub scope: Scope,
    /// What has to hold.
    pub expression: Passage,
    /// Of what it is asked, when not of everything.
    pub when: Option<Passage>,
    /// What is said when it does not hold.
    pub message: Option<Passage>,
    /// What it says, in a sentence.
    pub summary: Option<String>,
    /// Why it matters.
    pub why: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// Its tests.
    pub trials: Vec<Trial>,
}

/// A text of a policy file that has a meaning of its own, and where its characters stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The text.
    pub text: String,
    places: Places,
}

impl Passage {
    /// The text of a field of a source.
    #[must_use]
    pub fn of(source: &str, field: &Field<String>) -> Option<Self> {
        let text = field.get()?.clone();
        Some(Self { places: Places::of(source, field.span, &text), text })
    }

    /// Where a range of the text stands in the file.
    #[must_use]
    pub fn span(&self, range: &std::ops::Range<usize>) -> Span {
        self.places.span(range)
    }

    /// A finding about a fault in the text.
    #[must_use]
    pub fn finding(&self, path: &str, message: impl Into<String>, fault: &Fault) -> Finding {
        Finding::new(path, message).at(self.span(&fault.range), fault.label.clone()).help(fault.help.clone())
    }
}

/// A test of a rule of the owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub name_at: Span,
    /// Whether the rule is to hold.
    pub passes: bool,
    /// Where that stands.
    pub expect_at: Span,
    /// What is to be said, and where that stands.
    pub message: Option<(String, Span)>,
    /// What it is asked of.
    pub portfolio: Portfolio,
}

impl Trial {
    /// The test of a shape; none while any part of it cannot be read.
    #[must_use]
    pub fn of(test: &Test) -> Option<Self> {
        let (name, expect) = (test.name.as_ref()?, test.expect.as_ref()?);
        let message = match &test.message {
            None => None,
            Some(field) => Some((field.get()?.clone(), field.span)),
        };
        Some(Self {
            name: name.get()?.0.clone(),
            name_at: name.span,
            passes: expect.get()?.0,
            expect_at: expect.span,
            message,
            portfolio: Portfolio::of(&test.config()?)?,
        })
    }
}

/// What a rule is asked about, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForEach(pub Scope);

impl ForEach {
    const ALL: [Scope; 3] = [Scope::Asset, Scope::Sleeve, Scope::Tag];
}

impl<'de> Deserialize<'de> for ForEach {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let scope = Self::ALL.into_iter().find(|scope| scope.word() == text);
        scope.map(Self).ok_or_else(|| serde::de::Error::custom("not a word known here"))
    }
}

impl JsonSchema for ForEach {
    fn schema_name() -> Cow<'static, str> {
        "ForEach".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let meanings = Self::ALL.map(|scope| format!("It is asked of every {0}, under the name `{0}`.", scope.word()));
        json_schema!({ "enum": Self::ALL.map(Scope::word), "enumDescriptions": meanings })
    }
}

/// What a test expects: `pass`, or `fail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expect(pub bool);

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "pass" => Ok(Self(true)),
            "fail" => Ok(Self(false)),
            _ => Err(serde::de::Error::custom("neither `pass` nor `fail`")),
        }
    }
}

impl JsonSchema for Expect {
    fn schema_name() -> Cow<'static, str> {
        "Expect".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "enum": ["pass", "fail"],
            "enumDescriptions": ["The rule holds.", "The rule does not hold."],
        })
    }
}

/// A test of a rule of your own: a small portfolio, and whether the rule holds for it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Test {
    /// What is tried.
    #[schemars(required)]
    pub name: Option<Field<Text>>,
    /// Whether the rule holds.
    #[schemars(required)]
    pub expect: Option<Field<Expect>>,
    /// With `fail`: what one of its findings says, exactly.
    pub message: Option<Field<String>>,
    /// The assets of the portfolio.
    #[schemars(required)]
    pub assets: Option<Field<Vec<Field<TestAsset>>>>,
    /// The rest of the portfolio, as in the config, where the rule asks for it.
    pub portfolio: Option<Field<TestPortfolio>>,
}

/// An asset of a test. The keys are those of the config, and `sleeve`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TestAsset {
    /// Its code.
    #[schemars(required)]
    pub code: Option<Field<Code>>,
    /// The sleeve it stands in, whose weight is the sum of its targets.
    #[schemars(required)]
    pub sleeve: Option<Field<Text>>,
    /// Its target.
    #[schemars(required)]
    pub target: Option<Field<Weight>>,
    /// Its name; the code by default.
    pub ticker: Option<Field<Text>>,
    /// The lower edge of its band; the target by default.
    pub min: Option<Field<Weight>>,
    /// The upper edge of its band; the target by default.
    pub max: Option<Field<Weight>>,
    /// Its tags.
    pub tags: Option<Field<Vec<Field<Text>>>>,
    /// The currency of its price.
    pub currency: Option<Field<config::Currency>>,
    /// Where it is listed.
    pub market: Option<Field<config::Market>>,
    /// How its gains are taxed.
    pub tax_class: Option<Field<config::TaxClass>>,
    /// Orders are multiples of this many shares.
    pub lot_size: Option<Field<config::LotSize>>,
    /// Orders are multiples of this part of a share.
    pub increment: Option<Field<config::Increment>>,
}

/// What a test says of the portfolio beside its assets, as in the config.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TestPortfolio {
    /// Its name; the test's by default.
    pub name: Option<Field<Text>>,
    /// Its currency; `KRW` by default.
    pub base_currency: Option<Field<config::BaseCurrency>>,
    /// The broker's name.
    pub broker: Option<Field<Text>>,
    /// When it is rebalanced; by time alone, with nothing else set, by default.
    pub rebalancing: Option<Field<config::Rebalancing>>,
    /// What trading costs; nothing by default.
    pub costs: Option<Field<config::Costs>>,
    /// What happens to cash.
    pub cash: Option<Field<config::Cash>>,
}

/// A value that stands nowhere.
fn made<T>(value: T) -> Field<T> {
    Field { span: Span::default(), plain: false, value: Some(value) }
}

impl Test {
    /// The config that the test is short for.
    fn config(&self) -> Option<Config> {
        let default = TestPortfolio::default();
        let own = match &self.portfolio {
            None => &default,
            Some(field) => field.get()?,
        };
        let rebalancing = || config::Rebalancing { strategy: Some(made(config::Strategy::Time)), ..Default::default() };
        let costs = || config::Costs {
            etf_commission_rate: Some(made(Rate::ZERO)),
            slippage_estimate: Some(made(Rate::ZERO)),
            ..Default::default()
        };
        let portfolio = config::Portfolio {
            name: own.name.clone().or_else(|| self.name.clone()),
            base_currency: own.base_currency.clone().or_else(|| Some(made(config::BaseCurrency::Krw))),
            broker: own.broker.clone(),
            allocation: Some(made(self.allocation()?)),
            rebalancing: own.rebalancing.clone().or_else(|| Some(made(rebalancing()))),
            costs: own.costs.clone().or_else(|| Some(made(costs()))),
            cash: own.cash.clone(),
            ..Default::default()
        };
        Some(Config { portfolio: Some(made(portfolio)) })
    }

    fn allocation(&self) -> Option<Entries<config::Sleeve>> {
        let mut sleeves: Vec<(String, Decimal, Vec<Field<config::Asset>>)> = Vec::new();
        for asset in get(self.assets.as_ref())? {
            let asset = asset.get()?;
            let (name, target) = (&get(asset.sleeve.as_ref())?.0, get(asset.target.as_ref())?.decimal());
            if !sleeves.iter().any(|(own, ..)| own == name) {
                sleeves.push((name.clone(), Decimal::ZERO, Vec::new()));
            }
            let (_, weight, assets) = sleeves.iter_mut().find(|(own, ..)| own == name)?;
            *weight = weight.checked_add(target)?;
            assets.push(made(asset.whole()?));
        }
        let sleeve = |(name, weight, assets)| {
            let sleeve = config::Sleeve { weight: Some(made(Weight::new(weight))), assets: Some(made(assets)) };
            (made(name), made(sleeve))
        };
        Some(Entries(sleeves.into_iter().map(sleeve).collect()))
    }
}

impl TestAsset {
    fn whole(&self) -> Option<config::Asset> {
        let code = get(self.code.as_ref())?;
        Some(config::Asset {
            ticker: self.ticker.clone().or_else(|| Some(made(Text(code.0.clone())))),
            code: self.code.clone(),
            target: self.target.clone(),
            min: self.min.clone().or_else(|| self.target.clone()),
            max: self.max.clone().or_else(|| self.target.clone()),
            tags: self.tags.clone(),
            currency: self.currency.clone(),
            market: self.market.clone(),
            tax_class: self.tax_class.clone(),
            lot_size: self.lot_size.clone(),
            increment: self.increment.clone(),
            ex_dividend_dates: None,
        })
    }
}
