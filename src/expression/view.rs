//! What an expression sees of a portfolio: parts that have members and can be filtered.

use super::value::Complaint;
use super::value::{Closed, Value, Word, known, sum};
use crate::code::Code;
use crate::config::{Currency, Market, TaxClass};
use crate::portfolio::{Asset, Portfolio};
use crate::words::closest;
use rust_decimal::Decimal;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A tag of so many letters may differ by two from the one that was meant.
const LONG_TAG: usize = 12;

/// So many letters compared with each other are a step.
const LETTERS: usize = 4;

/// A portfolio as expressions see it.
#[derive(Debug)]
pub struct View {
    pub(super) portfolio: Portfolio,
    pub(super) assets: Vec<(Code, Asset)>,
    /// The places of the assets of each sleeve, and of those with each tag, in order: a look at one of many is no look
    /// at all of them.
    pub(super) sleeves: Places,
    pub(super) tags: Places,
    /// The closed lists by what they are of, made once and shared by all words out of them.
    closed: BTreeMap<&'static str, Rc<Closed>>,
    /// The places of all assets in the list.
    everything: Rc<[usize]>,
    /// The steps that are left.
    pub(super) left: Cell<u64>,
    /// Tags and codes that were asked for and that no asset has, with the one that was most likely meant.
    pub(super) doubtful: RefCell<BTreeMap<(&'static str, String), Option<String>>>,
}

/// Places of assets in the list, by name.
type Places = BTreeMap<Rc<str>, Rc<[usize]>>;

fn places<'a>(names: impl Iterator<Item = (&'a str, usize)>, known: impl Iterator<Item = &'a str>) -> Places {
    let mut places: BTreeMap<&str, BTreeSet<usize>> = known.map(|name| (name, BTreeSet::new())).collect();
    for (name, at) in names {
        places.entry(name).or_default().insert(at);
    }
    places.into_iter().map(|(name, at)| (Rc::from(name), at.into_iter().collect())).collect()
}

/// The steps of looking one up among so many, beyond the step of asking.
pub(super) fn lookup(among: usize) -> u64 {
    u64::from(among.checked_ilog2().unwrap_or(0) / 4)
}

impl View {
    /// The view of a portfolio.
    #[must_use]
    pub fn of(portfolio: Portfolio) -> Self {
        let assets: Vec<(Code, Asset)> = portfolio.assets.clone().into_iter().collect();
        let each = || assets.iter().enumerate();
        let tagged = each().flat_map(|(at, (_, asset))| asset.tags.iter().map(move |tag| (tag.as_str(), at)));
        let tags = places(tagged, std::iter::empty());
        let sleeves = portfolio.allocation.sleeves.keys().map(String::as_str);
        let sleeves = places(each().map(|(at, (_, asset))| (asset.sleeve.as_str(), at)), sleeves);
        let mut closed: BTreeMap<_, _> = CLOSED.iter().map(|of| (*of, Rc::new(Closed::new(of, words(of))))).collect();
        closed.insert("sleeve", Rc::new(Closed::new("sleeve", sleeves.keys().cloned().collect())));
        let left = Cell::new(super::MAX_STEPS);
        let everything = (0..assets.len()).collect();
        Self { portfolio, assets, sleeves, tags, closed, everything, left, doubtful: RefCell::default() }
    }

    /// Takes steps; false when none are left.
    pub(super) fn spend(&self, steps: u64) -> bool {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    fn word(&self, text: &str, of: &'static str) -> Option<Value> {
        Some(Value::Word(Word { text: text.into(), list: self.closed.get(of)?.clone() }))
    }
}

/// What the closed lists are of that are the same for every portfolio.
const CLOSED: [&str; 7] = ["currency", "market", "tax class", "strategy", "frequency", "destination", "cash policy"];

/// The words of the closed lists.
fn words(of: &'static str) -> Vec<Rc<str>> {
    let words: &[&str] = match of {
        "currency" => &Currency::ALL.map(Currency::word),
        "market" => &[Market::Domestic.word(), Market::Overseas.word()],
        "tax class" => &[TaxClass::KrEquity.word(), TaxClass::KrOther.word(), TaxClass::Overseas.word()],
        "strategy" => &["time", "threshold", "bands", "hybrid"],
        "frequency" => &["monthly", "quarterly", "semi-annual", "annual"],
        "destination" => &["target", "band_edge", "half_band"],
        _ => &["reinvest", "exclude"],
    };
    words.iter().map(|word| Rc::from(*word)).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn count(number: usize) -> Value {
    Value::Number(number.into())
}

fn unset(usage: &'static str) -> Value {
    Value::Unset(usage)
}

/// The portfolio.
#[derive(Debug, Clone)]
pub(super) struct Whole(pub(super) Rc<View>);

impl Whole {
    pub(super) fn member(&self, name: &str) -> Option<Value> {
        let p = &self.0.portfolio;
        let word = |word: &str, of| self.0.word(word, of);
        let number = Value::Number;
        Some(match name {
            "name" => text(&p.name),
            "base_currency" => word(p.currency.word(), "currency")?,
            "broker" => p.broker.as_deref().map_or_else(|| unset("portfolio.broker"), text),
            "assets" => Value::Assets(Assets::all(&self.0)),
            "sleeves" => count(self.0.sleeves.len()),
            "strategy" => word(p.trigger.strategy.word(), "strategy")?,
            "frequency" => match &p.trigger.schedule {
                Some((frequency, _)) => word(frequency.word(), "frequency")?,
                None => unset("portfolio.frequency"),
            },
            "threshold" => {
                p.trigger.drift.map_or_else(|| unset("portfolio.threshold"), |(_, weight)| number(weight.decimal()))
            }
            "destination" => word(p.destination.word(), "destination")?,
            "min_trade" => number(p.limits.min_trade.decimal()),
            "max_turnover" => {
                p.limits.max_turnover.map_or_else(|| unset("portfolio.max_turnover"), |weight| number(weight.decimal()))
            }
            "cash_policy" => word(p.cash.word(), "cash policy")?,
            "cash_reserve" => number(p.limits.reserve.decimal()),
            "commission" => number(p.costs.commission.decimal()),
            "slippage" => number(p.costs.slippage.decimal()),
            "tax" => number(p.costs.tax.decimal()),
            "overseas_tax" => number(p.costs.taxes.overseas.decimal()),
            _ => return None,
        })
    }
}

/// An asset.
#[derive(Debug, Clone)]
pub(super) struct One {
    pub(super) view: Rc<View>,
    pub(super) at: usize,
}

impl One {
    pub(super) fn member(&self, name: &str) -> Option<Value> {
        let (code, asset) = self.view.assets.get(self.at)?;
        let word = |word: &str, of| self.view.word(word, of);
        let number = Value::Number;
        Some(match name {
            "code" => text(&code.0),
            "ticker" => text(&asset.ticker),
            "sleeve" => word(&asset.sleeve, "sleeve")?,
            "target" => number(asset.target.decimal()),
            "min" => number(asset.min.decimal()),
            "max" => number(asset.max.decimal()),
            "band" => number(asset.max.decimal() - asset.min.decimal()),
            "currency" => word(asset.currency.word(), "currency")?,
            "market" => match asset.market {
                Some(market) => word(market.word(), "market")?,
                None => unset("asset.market"),
            },
            "tax_class" => match asset.tax_class {
                Some(class) => word(class.word(), "tax class")?,
                None => unset("asset.tax_class"),
            },
            "lot_size" => number(asset.lot.decimal()),
            "tags" => count(asset.tags.len()),
            _ => return None,
        })
    }
}

/// A sleeve.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) view: Rc<View>,
    pub(super) name: Rc<str>,
}

impl Part {
    pub(super) fn member(&self, name: &str) -> Option<Value> {
        Some(match name {
            "name" => self.view.word(&self.name, "sleeve")?,
            "weight" => Value::Number(self.view.portfolio.allocation.sleeves.get(&*self.name)?.decimal()),
            "assets" => Value::Assets(self.assets()),
            _ => return None,
        })
    }

    pub(super) fn assets(&self) -> Assets {
        Assets::named(&self.view, &self.view.sleeves, &self.name)
    }
}

/// A tag.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) view: Rc<View>,
    pub(super) name: Rc<str>,
}

impl Tag {
    pub(super) fn member(&self, name: &str) -> Option<Value> {
        Some(match name {
            "name" => text(&self.name),
            "assets" => Value::Assets(self.assets()),
            _ => return None,
        })
    }

    pub(super) fn assets(&self) -> Assets {
        Assets::named(&self.view, &self.view.tags, &self.name)
    }
}

/// The places of the assets with a tag.
fn with_tag<'a>(view: &'a View, tag: &str) -> &'a [usize] {
    view.tags.get(tag).map_or(&[], |at| at)
}

/// A set of assets.
#[derive(Debug, Clone)]
pub(super) struct Assets {
    view: Rc<View>,
    at: Rc<[usize]>,
}

impl Assets {
    pub(super) fn all(view: &Rc<View>) -> Self {
        Self { view: view.clone(), at: view.everything.clone() }
    }

    fn named(view: &Rc<View>, places: &Places, name: &str) -> Self {
        Self { view: view.clone(), at: places.get(name).cloned().unwrap_or_default() }
    }

    fn only(&self, keep: impl Fn(usize) -> bool) -> Self {
        Self { view: self.view.clone(), at: self.at.iter().copied().filter(|at| keep(*at)).collect() }
    }

    fn each(&self) -> impl Iterator<Item = &Asset> {
        self.at.iter().filter_map(|at| self.view.assets.get(*at)).map(|(_, asset)| asset)
    }

    /// Weights have few digits and a file few assets, so that a sum of them always fits.
    pub(super) fn member(&self, name: &str) -> Option<Value> {
        let total = |of: fn(&Asset) -> Decimal| {
            let total = self.each().try_fold(Decimal::ZERO, |total, asset| sum(total, of(asset)));
            total.map(|total| Value::Number(total.normalize()))
        };
        match name {
            "target" => total(|asset| asset.target.decimal()),
            "min" => total(|asset| asset.min.decimal()),
            "max" => total(|asset| asset.max.decimal()),
            "largest" => {
                let largest = self.each().map(|asset| asset.target.decimal()).max();
                Some(Value::Number(largest.unwrap_or_default()))
            }
            "count" => Some(count(self.at.len())),
            _ => None,
        }
    }

    /// A filter by name.
    pub(super) fn filter(&self, name: &str, wanted: &[String]) -> Result<Self, Complaint> {
        let view = &self.view;
        let of = |at: usize| view.assets.get(at).map(|(_, asset)| asset);
        let any = |word: Option<&str>| word.is_some_and(|word| wanted.iter().any(|w| w == word));
        match name {
            "sleeve" | "currency" | "market" => check(view, name, wanted)?,
            "tax_class" => check(view, "tax class", wanted)?,
            "tagged" | "tagged_all" | "without_tag" => doubt(view, "tag", wanted),
            "codes" => doubt(view, "code", wanted),
            _ => {}
        }
        let tagged: Vec<&[usize]> = wanted.iter().map(|tag| with_tag(view, tag)).collect();
        let has = |at: usize| move |places: &&[usize]| places.binary_search(&at).is_ok();
        Ok(match name {
            "sleeve" => self.only(|at| any(of(at).map(|asset| asset.sleeve.as_str()))),
            "currency" => self.only(|at| any(of(at).map(|asset| asset.currency.word()))),
            "market" => self.only(|at| any(of(at).and_then(|asset| asset.market).map(Market::word))),
            "tax_class" => self.only(|at| any(of(at).and_then(|asset| asset.tax_class).map(TaxClass::word))),
            "codes" => self.only(|at| any(view.assets.get(at).map(|(code, _)| code.0.as_str()))),
            "tagged" => self.only(|at| tagged.iter().any(has(at))),
            "tagged_all" => self.only(|at| tagged.iter().all(has(at))),
            _ => self.only(|at| !tagged.iter().any(has(at))),
        })
    }

    /// How many steps it takes to look at it for so many words.
    pub(super) fn steps(&self, wanted: usize) -> u64 {
        let looks = self.at.len().saturating_mul(wanted.max(1));
        1 + u64::try_from(looks / 4).unwrap_or(u64::MAX)
    }
}

impl One {
    /// Whether it has one of these tags.
    pub(super) fn tagged(&self, wanted: &[String]) -> bool {
        doubt(&self.view, "tag", wanted);
        wanted.iter().any(|tag| with_tag(&self.view, tag).binary_search(&self.at).is_ok())
    }
}

fn check(view: &View, of: &str, wanted: &[String]) -> Result<(), Complaint> {
    view.closed.get(of).map_or(Ok(()), |list| wanted.iter().try_for_each(|word| known(list, word)))
}

/// Remembers tags or codes that are most likely misspelt: no asset has them, and one has a tag or a code that differs by
/// a letter, or by two in a long one.
fn doubt(view: &View, of: &'static str, wanted: &[String]) {
    let codes = of == "code";
    let known = |word: &str| match codes {
        true => view.assets.binary_search_by(|(code, _)| code.0.as_str().cmp(word)).is_ok(),
        false => view.tags.contains_key(word),
    };
    for word in wanted.iter().filter(|word| !known(word)) {
        let key = (of, word.clone());
        if view.doubtful.borrow().contains_key(&key) {
            continue;
        }
        let length = word.chars().count();
        let most = if length < LONG_TAG { 1 } else { 2 };
        let near = |known: &&str| known.chars().count().abs_diff(length) <= most;
        let (all, close): (usize, Vec<&str>) = match codes {
            true => (view.assets.len(), view.assets.iter().map(|(code, _)| code.0.as_str()).filter(near).collect()),
            false => (view.tags.len(), view.tags.keys().map(|tag| &**tag).filter(near).collect()),
        };
        // Looking for what is near takes time, too: letter by letter. Without steps the engine stops at the next one.
        let letters = close.len().saturating_mul(length.saturating_mul(length)) / LETTERS;
        if !view.spend(u64::try_from(letters.saturating_add(all / 4)).unwrap_or(u64::MAX)) {
            return;
        }
        let meant = closest(word, &close).filter(|meant| strsim::damerau_levenshtein(word, meant) <= most);
        view.doubtful.borrow_mut().insert(key, meant.map(str::to_owned));
    }
}
