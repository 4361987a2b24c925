//! The closed lists of words of the config, and what each word means.
//!
//! What follows from a word must never enter this file.

use crate::calendar::CalendarId;
use crate::zone::Zone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

/// A closed list of words: the enum, how each is written, and its schema. What each word means is in the schema under
/// the keyword that editors read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum $name {
            $($(#[doc = $vdoc])+ #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word in the file.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let meanings = [$([$($vdoc),+].map(str::trim).join(" ")),+];
                json_schema!({ "enum": [$($word),+], "enumDescriptions": meanings })
            }
        }
    };
}

words! {
    /// A currency this tool knows the smallest unit of.
    Currency {
        /// South Korean won: no smaller unit.
        Krw = "KRW",
        /// United States dollar: cents.
        Usd = "USD",
        /// Japanese yen: no smaller unit.
        Jpy = "JPY",
        /// Euro: cents.
        Eur = "EUR",
        /// Pound sterling: pence.
        Gbp = "GBP",
        /// Hong Kong dollar: cents.
        Hkd = "HKD",
        /// Renminbi yuan: fen.
        Cny = "CNY",
    }
}

impl Currency {
    /// Every currency, in the order of the list.
    pub const ALL: [Self; 7] = [Self::Krw, Self::Usd, Self::Jpy, Self::Eur, Self::Gbp, Self::Hkd, Self::Cny];

    /// The currency of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    /// Decimal places of the smallest unit (ISO 4217).
    #[must_use]
    pub fn places(self) -> u32 {
        match self {
            Self::Krw | Self::Jpy => 0,
            Self::Usd | Self::Eur | Self::Gbp | Self::Hkd | Self::Cny => 2,
        }
    }
}

words! {
    /// The currency weights, limits and taxes are in.
    BaseCurrency {
        /// South Korean won.
        Krw = "KRW",
        /// United States dollar.
        Usd = "USD",
    }
}

impl BaseCurrency {
    /// A currency as the base currency, if it can be one.
    #[must_use]
    pub fn of(currency: Currency) -> Option<Self> {
        [Self::Krw, Self::Usd].into_iter().find(|base| base.currency() == currency)
    }

    /// It among all currencies.
    #[must_use]
    pub fn currency(self) -> Currency {
        match self {
            Self::Krw => Currency::Krw,
            Self::Usd => Currency::Usd,
        }
    }

    /// The calendar that goes with it.
    #[must_use]
    pub fn calendar(self) -> CalendarId {
        match self {
            Self::Krw => CalendarId::Xkrx,
            Self::Usd => CalendarId::Xnys,
        }
    }

    /// The time zone that goes with it.
    #[must_use]
    pub fn zone(self) -> Zone {
        let name = match self {
            Self::Krw => "Asia/Seoul",
            Self::Usd => "America/New_York",
        };
        // A test holds that both are known.
        Zone::named(name).unwrap_or(Zone::UTC)
    }
}

words! {
    /// A calendar of trading days.
    CalendarName {
        /// Korea Exchange.
        Xkrx = "XKRX",
        /// New York Stock Exchange.
        Xnys = "XNYS",
    }
}

impl CalendarName {
    /// The calendar.
    #[must_use]
    pub fn id(self) -> CalendarId {
        match self {
            Self::Xkrx => CalendarId::Xkrx,
            Self::Xnys => CalendarId::Xnys,
        }
    }
}

words! {
    /// Which triggers count.
    Strategy {
        /// The schedule only.
        Time = "time",
        /// Drift and bands only.
        Threshold = "threshold",
        /// Bands only: a weight outside its own.
        Bands = "bands",
        /// The schedule, drift and bands.
        Hybrid = "hybrid",
    }
}
words! {
    /// How often the schedule comes round.
    Frequency {
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Every six months.
        SemiAnnual = "semi-annual",
        /// Once a year.
        Annual = "annual",
    }
}
words! {
    /// Where a scheduled day goes when the exchange is closed on it, also when that is in another month.
    Convention {
        /// To the next trading day.
        Following = "following",
        /// To the trading day before.
        Preceding = "preceding",
    }
}
words! {
    /// How drift is measured.
    DriftKind {
        /// Points of the portfolio.
        Absolute = "absolute",
        /// A fraction of the target.
        Relative = "relative",
        /// The smaller of `threshold` points and 25 % of the target.
        Either = "either",
    }
}
words! {
    /// How often the owner means to look.
    CheckFrequency {
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
    }
}
words! {
    /// Where a rebalance brings a weight.
    Destination {
        /// To the target.
        Target = "target",
        /// To the nearest edge of the band.
        BandEdge = "band_edge",
        /// Halfway between edge and target.
        HalfBand = "half_band",
    }
}
words! {
    /// What pays for the orders of a currency.
    Funding {
        /// Its own cash and its own sales: nothing is converted.
        Own = "own",
        /// The cash and the sales of all currencies: the plan says what is converted, and what that costs.
        Convert = "convert",
    }
}
words! {
    /// Where an asset is listed.
    Market {
        /// In the country of the base currency.
        Domestic = "domestic",
        /// Elsewhere.
        Overseas = "overseas",
    }
}
words! {
    /// How gains are taxed.
    TaxClass {
        /// A Korean-listed ETF on Korean equity: gains are free of tax.
        KrEquity = "kr_equity",
        /// Any other Korean-listed ETF: `taxes.kr_other_rate` of the gain of each sale.
        KrOther = "kr_other",
        /// Listed overseas: `taxes.overseas_rate` of the year's gains above the deduction, losses taken off.
        Overseas = "overseas",
    }
}
words! {
    /// What happens to cash.
    CashPolicy {
        /// Counted and spent.
        Reinvest = "reinvest",
        /// Left alone.
        Exclude = "exclude",
    }
}
words! {
    /// Which of the shares a sale sells.
    CostBasis {
        /// The oldest purchase first.
        Fifo = "fifo",
        /// Any, each at the average cost of all that are held: total cost over shares. A purchase moves the average, a
        /// sale does not.
        MovingAverage = "moving_average",
    }
}
