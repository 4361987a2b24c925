//! The one table of the names an expression may use.

/// What an expression is asked about: once for the portfolio, or once for each of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Once.
    Portfolio,
    /// Once for each asset.
    Asset,
    /// Once for each sleeve.
    Sleeve,
    /// Once for each tag that an asset has.
    Tag,
}

impl Scope {
    /// The word in `for_each`, and the name of what is asked about.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Portfolio => "portfolio",
            Self::Asset => "asset",
            Self::Sleeve => "sleeve",
            Self::Tag => "tag",
        }
    }
}

/// A name an expression may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// What it belongs to, with its article; nothing when it stands alone.
    pub on: &'static str,
    /// The name.
    pub name: &'static str,
    /// Whether arguments follow.
    pub call: bool,
    /// With which `for_each` it is known; none when always.
    pub scope: Option<Scope>,
    /// How it is written.
    pub usage: &'static str,
    /// What it is.
    pub says: &'static str,
}

impl Offer {
    /// What makes it known.
    pub(super) fn scope_word(&self) -> String {
        self.scope.map_or_else(|| "every rule".to_owned(), |scope| format!("`for_each: {}`", scope.word()))
    }
}

/// What members belong to.
pub(super) const PORTFOLIO: &str = "the portfolio";
pub(super) const ASSETS: &str = "a set of assets";
pub(super) const ASSET: &str = "an asset";
pub(super) const SLEEVE: &str = "a sleeve";
pub(super) const TAG: &str = "a tag";
pub(super) const TEXT: &str = "a text";

macro_rules! offers {
    ($($on:expr => { $($name:literal $usage:literal $says:literal,)+ })+) => {
        /// Every name.
        pub const OFFERS: &[Offer] = &[$($(offer($on, $name, $usage, $says),)+)+];
    };
}

const fn offer(on: &'static str, name: &'static str, usage: &'static str, says: &'static str) -> Offer {
    let last = usage.as_bytes()[usage.len() - 1];
    let scope = match (on.len(), name.as_bytes()) {
        (0, b"asset") => Some(Scope::Asset),
        (0, b"sleeve") => Some(Scope::Sleeve),
        (0, b"tag") => Some(Scope::Tag),
        _ => None,
    };
    Offer { on, name, call: last == b')', scope, usage, says }
}

offers! {
    "" => {
        "portfolio" "portfolio" "the portfolio",
        "assets" "assets" "all its assets",
        "asset" "asset" "the asset that is asked about, with `for_each: asset`",
        "sleeve" "sleeve" "the sleeve that is asked about, with `for_each: sleeve`",
        "tag" "tag" "the tag that is asked about, with `for_each: tag`",
        "min" "min(a, b)" "the smaller of two numbers",
        "max" "max(a, b)" "the larger of two numbers",
        "abs" "abs(a)" "a number without its sign",
        "round" "round(a, places)" "a number rounded to so many places, half away from zero",
        "ratio" "ratio(a, b, places)" "`a / b` rounded to so many places, half away from zero",
        "is_set" "is_set(portfolio.threshold)" "whether an optional key is in the config",
    }
    PORTFOLIO => {
        "name" "portfolio.name" "its name",
        "base_currency" "portfolio.base_currency" "`KRW` or `USD`",
        "broker" "portfolio.broker" "the broker's name, if set",
        "assets" "portfolio.assets" "all its assets",
        "sleeves" "portfolio.sleeves" "the number of its sleeves",
        "strategy" "portfolio.strategy" "`time`, `threshold`, `bands` or `hybrid`",
        "frequency" "portfolio.frequency" "how often the schedule comes round, if set",
        "threshold" "portfolio.threshold" "the drift that triggers a rebalance, if set",
        "destination" "portfolio.destination" "`target`, `band_edge` or `half_band`",
        "min_trade" "portfolio.min_trade" "the smallest order, 0 when there is no limit",
        "max_turnover" "portfolio.max_turnover" "the largest turnover of one plan, if set",
        "cash_policy" "portfolio.cash_policy" "`reinvest` or `exclude`",
        "cash_reserve" "portfolio.cash_reserve" "cash that orders leave untouched, 0 when there is none",
        "commission" "portfolio.commission" "`etf_commission_rate`",
        "slippage" "portfolio.slippage" "`slippage_estimate`",
        "tax" "portfolio.tax" "`etf_tax_rate`, 0 when it is not set",
        "overseas_tax" "portfolio.overseas_tax" "the tax on gains of overseas assets, 0.22 when it is not set",
    }
    ASSETS => {
        "sleeve" "assets.sleeve('core')" "those of one of these sleeves; each has to be in the config",
        "tagged" "assets.tagged('a', 'b')" "those with at least one of these tags",
        "tagged_all" "assets.tagged_all('a', 'b')" "those with all of these tags",
        "without_tag" "assets.without_tag('a')" "those with none of these tags",
        "codes" "assets.codes('360750')" "those with one of these codes",
        "currency" "assets.currency('USD')" "those priced in one of these currencies",
        "market" "assets.market('overseas')" "those listed on one of these markets; without `market` on none",
        "tax_class" "assets.tax_class('overseas')" "those of one of these classes; without `tax_class` of none",
        "target" "assets.target" "the sum of their targets",
        "min" "assets.min" "the sum of the lower edges of their bands",
        "max" "assets.max" "the sum of the upper edges of their bands",
        "largest" "assets.largest" "the largest of their targets, 0 when there are none",
        "count" "assets.count" "how many they are",
    }
    ASSET => {
        "code" "asset.code" "its code",
        "ticker" "asset.ticker" "its name for people",
        "sleeve" "asset.sleeve" "the name of its sleeve",
        "target" "asset.target" "its target",
        "min" "asset.min" "the lower edge of its band",
        "max" "asset.max" "the upper edge of its band",
        "band" "asset.band" "the width of its band: `max` less `min`",
        "currency" "asset.currency" "the currency of its price",
        "market" "asset.market" "`domestic` or `overseas`, if set",
        "tax_class" "asset.tax_class" "`kr_equity`, `kr_other` or `overseas`, if set",
        "lot_size" "asset.lot_size" "orders are multiples of so many shares, or of such a part of one",
        "tags" "asset.tags" "how many tags it has",
        "tagged" "asset.tagged('a', 'b')" "whether it has at least one of these tags",
    }
    SLEEVE => {
        "name" "sleeve.name" "its name",
        "weight" "sleeve.weight" "its weight",
        "target" "sleeve.target" "the sum of its targets",
        "count" "sleeve.count" "how many assets it has",
        "assets" "sleeve.assets" "its assets",
    }
    TAG => {
        "name" "tag.name" "the tag itself",
        "target" "tag.target" "the sum of the targets of the assets that have it",
        "count" "tag.count" "how many assets have it",
        "assets" "tag.assets" "the assets that have it",
    }
    TEXT => {
        "starts_with" "asset.ticker.starts_with('KODEX')" "whether a text begins so",
        "ends_with" "asset.ticker.ends_with('(H)')" "whether a text ends so",
        "contains" "asset.ticker.contains('Bond')" "whether a text stands in it",
    }
}

/// The names known after a dot, or known alone.
pub(super) fn names(member: bool, scope: Scope) -> Vec<&'static Offer> {
    let known = |offer: &&Offer| {
        if member { !offer.on.is_empty() } else { offer.on.is_empty() && offer.scope.is_none_or(|s| s == scope) }
    };
    OFFERS.iter().filter(known).collect()
}
