//! Random accounts: what the two files of a user say, as integers and as YAML.

use std::fmt::Write as _;

use crate::instance::Random;

/// What weights are over.
pub(crate) const WEIGHTS: i128 = 10_000;
/// What rates of commission and slippage are over.
pub(crate) const RATES: i128 = 100_000;
/// What rates of tax are over.
pub(crate) const TAXES: i128 = 1_000;

/// A kind of account: what may occur in it. Everything else is plain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// At most so many assets.
    assets: i128,
    /// At most about so many shares of each, or as many as it takes.
    shares: Option<i128>,
    /// Nothing costs anything.
    pub(crate) free: bool,
    /// Orders cost some percent.
    dear: bool,
    /// Orders cost at least something, and each a fixed fee.
    fixed: bool,
    /// Cash is paid in, or taken out.
    flow: Flow,
    /// Orders may have a smallest amount.
    minimum: bool,
    /// Lots larger than a share.
    lots: bool,
    /// Gains are taxed.
    pub(crate) taxed: bool,
    /// Some assets are inside an ex-dividend window.
    blocked: bool,
    /// In dollars, with cents.
    dollars: bool,
    /// Cash may be below zero or below the reserve.
    short: bool,
    /// Cash may be kept out of the weights.
    excluded: bool,
    /// Cash above the reserve is to be spent.
    deploys: bool,
    /// Near the targets, and the schedule is served.
    quiet: bool,
}

/// Which way cash flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    No,
    Deposit,
    Withdrawal,
}

const PLAIN: Kind = Kind {
    name: "plain",
    assets: 12,
    shares: None,
    free: false,
    dear: false,
    fixed: false,
    flow: Flow::No,
    minimum: false,
    lots: false,
    taxed: false,
    blocked: false,
    dollars: false,
    short: false,
    excluded: false,
    deploys: false,
    quiet: false,
};

/// The kinds, in turn.
pub(crate) const KINDS: &[Kind] = &[
    PLAIN,
    Kind { name: "small", assets: 5, shares: Some(7), minimum: true, lots: true, blocked: true, short: true, ..PLAIN },
    Kind { name: "with smallest orders", minimum: true, ..PLAIN },
    Kind { name: "taxed", taxed: true, minimum: true, ..PLAIN },
    Kind { name: "free", free: true, minimum: true, lots: true, ..PLAIN },
    Kind { name: "blocked", blocked: true, ..PLAIN },
    Kind { name: "in dollars", dollars: true, minimum: true, taxed: true, ..PLAIN },
    Kind { name: "short of cash", short: true, ..PLAIN },
    Kind { name: "cash kept out", excluded: true, minimum: true, ..PLAIN },
    Kind { name: "quiet", quiet: true, minimum: true, ..PLAIN },
    Kind { name: "small and taxed", assets: 4, shares: Some(6), taxed: true, ..PLAIN },
    Kind { name: "small and free", assets: 4, shares: Some(7), free: true, ..PLAIN },
    Kind { name: "small and dear", assets: 3, shares: Some(40), dear: true, ..PLAIN },
    Kind { name: "cash to be spent", deploys: true, minimum: true, ..PLAIN },
    Kind { name: "small, cash to be spent", assets: 4, shares: Some(9), deploys: true, excluded: true, ..PLAIN },
    Kind { name: "with fixed fees", fixed: true, minimum: true, taxed: true, ..PLAIN },
    Kind { name: "small with fixed fees", assets: 4, shares: Some(9), fixed: true, ..PLAIN },
    Kind { name: "deposit", flow: Flow::Deposit, minimum: true, lots: true, blocked: true, excluded: true, ..PLAIN },
    Kind { name: "withdrawal", flow: Flow::Withdrawal, taxed: true, minimum: true, lots: true, ..PLAIN },
    Kind { name: "small deposit", flow: Flow::Deposit, assets: 4, shares: Some(7), minimum: true, ..PLAIN },
    Kind { name: "small withdrawal", flow: Flow::Withdrawal, assets: 4, shares: Some(9), taxed: true, ..PLAIN },
    Kind { name: "deposit in dollars", flow: Flow::Deposit, dollars: true, short: true, fixed: true, ..PLAIN },
    Kind {
        name: "of every sort",
        fixed: true,
        lots: true,
        taxed: true,
        blocked: true,
        short: true,
        excluded: true,
        ..PLAIN
    },
];

/// An asset: what the config and the holdings say of it. Money is in the currency's smallest unit.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) code: String,
    pub(crate) target: i128,
    pub(crate) min: i128,
    pub(crate) max: i128,
    pub(crate) price: i128,
    pub(crate) held: i128,
    pub(crate) lot: i128,
    /// Its tax class, and the rate that goes with it.
    pub(crate) class: Option<(&'static str, i128)>,
    /// Purchases, oldest first: shares and cost of each share.
    pub(crate) purchases: Vec<(i128, i128)>,
    pub(crate) blocked: bool,
}

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) kind: Kind,
    pub(crate) seed: u64,
    pub(crate) assets: Vec<Asset>,
    pub(crate) cash: i128,
    pub(crate) reserve: i128,
    pub(crate) min_trade: i128,
    pub(crate) commission: i128,
    pub(crate) slippage: i128,
    /// The least commission of an order, and the fee of each.
    pub(crate) fixed: [i128; 2],
    /// Whether gains are by the moving average, and not by the oldest purchases.
    pub(crate) averaged: bool,
    /// Cash that is paid in, or taken out below zero.
    pub(crate) flow: i128,
    /// The rate on gains of assets without a class.
    pub(crate) tax: i128,
    pub(crate) strategy: &'static str,
    pub(crate) destination: &'static str,
    pub(crate) drift: &'static str,
    pub(crate) threshold: i128,
    pub(crate) excluded: bool,
    /// Whether the last scheduled date was served.
    pub(crate) served: bool,
}

impl Account {
    /// The account of a number: always the same.
    pub(crate) fn of(seed: u64) -> Self {
        let kind = KINDS[(seed % KINDS.len() as u64) as usize];
        let random = &mut Random(seed);
        let count = random.within(1, kind.assets) as usize;
        let worth =
            if kind.dollars { random.within(500_000, 50_000_000) } else { random.within(1_000_000, 100_000_000) };
        let assets: Vec<Asset> =
            random.weights(count).into_iter().enumerate().map(|(at, w)| asset(&kind, random, worth, at, w)).collect();
        let held: i128 = assets.iter().map(|asset| asset.price * asset.held).sum();
        let cash = match kind.short && random.one_in(2) {
            true => -random.within(0, held / 10),
            false => random.within(0, 3) * random.within(0, held / 30 + 1_000),
        };
        let quiet = kind.quiet || random.one_in(8);
        let flow = match kind.flow {
            Flow::No => 0,
            Flow::Deposit => random.within(1, held / 2 + 10_000),
            Flow::Withdrawal => -random.within(1, (held * 2 / 3 + cash).max(1)),
        };
        Self {
            kind,
            seed,
            // A portfolio of nothing has no weights.
            cash: if held + cash <= 0 { 1_000_000 } else { cash },
            reserve: random.within(0, 1) * held.max(1_000_000) / 100,
            min_trade: if kind.minimum { [0, held / 100, held / 20][random.within(0, 2) as usize] } else { 0 },
            commission: if kind.free { 0 } else { random.within(0, 30) },
            slippage: if kind.free { 0 } else { random.within(0, 2) * if kind.dear { 2_000 } else { 50 } },
            fixed: [(); 2].map(|()| if kind.fixed { random.within(0, 1) * random.within(0, worth / 1_000) } else { 0 }),
            averaged: kind.taxed && random.one_in(3),
            flow,
            tax: if kind.taxed && random.one_in(2) { 154 } else { 0 },
            strategy: if quiet { ["threshold", "hybrid"] } else { ["time", "hybrid"] }[random.within(0, 1) as usize],
            // Just inside a band is outside of it once the costs are paid.
            destination: match kind.dear {
                true => "band_edge",
                false => ["target", "target", "band_edge", "half_band"][random.within(0, 3) as usize],
            },
            drift: ["absolute", "relative", "either"][random.within(0, 2) as usize],
            threshold: if quiet { random.within(100, 2_000) } else { 500 },
            excluded: kind.excluded && cash > 0 && held > 0 && random.one_in(2),
            served: quiet,
            assets,
        }
    }

    /// What weights are of before.
    pub(crate) fn total(&self) -> i128 {
        self.total_of(&self.assets.iter().map(|asset| asset.held).collect::<Vec<_>>(), self.cash)
    }

    /// What weights are of with the cash that flows.
    pub(crate) fn whole(&self) -> i128 {
        self.total() + self.flow
    }

    pub(crate) fn total_of(&self, shares: &[i128], cash: i128) -> i128 {
        let positions: i128 = self.assets.iter().zip(shares).map(|(asset, x)| asset.price * x).sum();
        positions + if self.excluded { 0 } else { cash }
    }

    /// Cash that must be left. What does not count is not spent either; a deposit that does not fill the reserve buys
    /// nothing, and is no fault.
    pub(crate) fn floor(&self) -> i128 {
        let floor = if self.excluded { self.reserve.max(self.cash) } else { self.reserve };
        if self.flow > 0 { floor.min(self.cash + self.flow) } else { floor }
    }

    /// Whether cash that is left counts as an asset of target zero: so it does where it would be kept out for good.
    pub(crate) fn deploys_cash(&self) -> bool {
        (self.kind.deploys || self.excluded) && self.flow >= 0 && self.goal() == "target"
    }

    /// Where weights are brought to: cash that flows goes to the targets.
    pub(crate) fn goal(&self) -> &'static str {
        if self.flow == 0 { self.destination } else { "target" }
    }

    /// Decimal places of the currency.
    pub(crate) fn places(&self) -> u32 {
        if self.kind.dollars { 2 } else { 0 }
    }

    /// An amount as people write it.
    pub(crate) fn money(&self, amount: i128) -> String {
        decimal(amount, self.places())
    }

    /// `portfolio_config.yaml`.
    pub(crate) fn config(&self) -> String {
        let (currency, market) = if self.kind.dollars { ("USD", "America/New_York") } else { ("KRW", "Asia/Seoul") };
        let mut text = format!(
            "portfolio:\n  name: 'Account {}'\n  base_currency: '{currency}'\n  timezone: '{market}'\n  allocation:\n",
            self.seed
        );
        let (core, rest) = self.assets.split_at(self.assets.len().div_ceil(2));
        for (name, sleeve) in [("core", core), ("satellite", rest)] {
            if !sleeve.is_empty() {
                let weight: i128 = sleeve.iter().map(|asset| asset.target).sum();
                write!(text, "    {name}:\n      weight: {}\n      assets:\n", fraction(weight)).unwrap();
                text.extend(sleeve.iter().map(entry));
            }
        }
        write!(text, "  rebalancing:\n    strategy: '{}'\n    destination: {}\n", self.strategy, self.destination)
            .unwrap();
        if self.strategy != "threshold" {
            text += "    scheduled:\n      frequency: 'quarterly'\n      months: [1, 4, 7, 10]\n      day: 'first_business_day'\n";
        }
        if self.strategy != "time" {
            let threshold = fraction(self.threshold);
            write!(text, "    drift_trigger:\n      type: {}\n      threshold: {threshold}\n", self.drift).unwrap();
        }
        let (minimum, reserve) = (self.money(self.min_trade), self.money(self.reserve));
        write!(
            text,
            "    constraints:\n      min_trade_amount: {minimum}\n      avoid_ex_dividend_dates: true\n  cash:\n    \
             policy: {}\n    deploy: {}\n    reserve: {reserve}\n  costs:\n    etf_commission_rate: {}\n    etf_tax_rate: {}\n    \
             overseas_etf_tax_rate: 0.22\n    slippage_estimate: {}\n    commission_minimum: {}\n    \
             commission_per_order: {}\n    cost_basis: {}\n  taxes: {{ overseas_deduction: {} }}\n",
            if self.excluded { "exclude" } else { "reinvest" },
            self.kind.deploys,
            decimal(self.commission, 5),
            decimal(self.tax, 3),
            decimal(self.slippage, 5),
            self.money(self.fixed[0]),
            self.money(self.fixed[1]),
            if self.averaged { "moving_average" } else { "fifo" },
            self.stated(),
        )
        .unwrap();
        text
    }

    /// The deduction that the config states: in won, and small enough to be crossed.
    fn stated(&self) -> i128 {
        i128::from(self.seed % 5) * 20_000
    }

    /// The part of a year's gains that is free of tax: none where amounts are not in won.
    pub(crate) fn deduction(&self) -> i128 {
        if self.kind.dollars { 0 } else { self.stated() }
    }

    /// `holdings.yaml`.
    pub(crate) fn holdings(&self) -> String {
        let currency = if self.kind.dollars { "USD" } else { "KRW" };
        let cash = self.money(self.cash);
        let mut text = format!("as_of: 2026-03-04\ncash: {{ {currency}: {cash} }}\npositions:\n");
        for asset in &self.assets {
            let (code, held, price) = (&asset.code, asset.held, self.money(asset.price));
            write!(text, "  - code: '{code}'\n    quantity: {held}\n    price: {price}\n").unwrap();
            if self.kind.taxed {
                text += if asset.purchases.is_empty() { "    lots: []\n" } else { "    lots:\n" };
            }
            for (at, (shares, cost)) in asset.purchases.iter().enumerate() {
                let cost = self.money(*cost);
                writeln!(text, "      - {{ date: 2024-0{}-02, quantity: {shares}, cost: {cost} }}", at + 1).unwrap();
            }
        }
        text
    }
}

/// An asset about as far from its target as markets take one in a year.
fn asset(kind: &Kind, random: &mut Random, worth: i128, at: usize, target: i128) -> Asset {
    let magnitude = [100, 1_000, 10_000, 100_000][random.within(0, 3) as usize];
    let mut price = random.within(magnitude, magnitude * 10 - 1);
    let mut held = worth * target * random.within(if kind.quiet { 97 } else { 60 }, 130) / 100 / WEIGHTS / price;
    if let Some(most) = kind.shares {
        price = random.within(1, 9) * 1_000 + random.within(0, 1) * random.within(0, 999);
        held = random.within(0, most);
    }
    let half = random.within(0, 2) * target / 5 + random.within(0, 300);
    let lot = if kind.lots && random.one_in(3) { random.within(2, 10) } else { 1 };
    let mut left = held;
    let mut purchases = Vec::new();
    while kind.taxed && left > 0 {
        let shares = if purchases.len() == 3 { left } else { random.within(1, left) };
        purchases.push((shares, (price * random.within(50, 140) / 100).max(1)));
        left -= shares;
    }
    let classes = [None, Some(("kr_equity", 0)), Some(("kr_other", 154)), Some(("overseas", 220))];
    Asset {
        code: code(random, at),
        target,
        min: (target - half).max(0),
        max: (target + half).min(WEIGHTS),
        price,
        held,
        lot,
        class: if kind.taxed { classes[random.within(0, 3) as usize] } else { None },
        purchases,
        blocked: kind.blocked && random.one_in(4),
    }
}

/// Codes as exchanges have them: with zeros in front, digits of other bases, letters.
fn code(random: &mut Random, at: usize) -> String {
    let at = at as i128;
    match random.within(0, 3) {
        0 => format!("{:06}", random.within(0, 9) * 100 + at),
        1 => format!("0{:04}7{}", random.within(0, 7_777), at % 8),
        2 => format!("{}{:02}E{}", random.within(100, 999), at, random.within(1, 9)),
        _ => format!("{:02}{}", at, ["ABC", "SPY", "QQQ"][random.within(0, 2) as usize]),
    }
}

fn entry(asset: &Asset) -> String {
    let Asset { code, lot, .. } = asset;
    let mut text = format!(
        "        - ticker: 'Asset {code}'\n          code: '{code}'\n          target: {}\n          min: {}\n          \
         max: {}\n          lot_size: {lot}\n",
        fraction(asset.target),
        fraction(asset.min),
        fraction(asset.max)
    );
    if let Some((class, _)) = asset.class {
        writeln!(text, "          tax_class: {class}").unwrap();
    }
    // One that is near, and one that is not.
    let date = if asset.blocked { "2026-03-05" } else { "2026-06-29" };
    writeln!(text, "          ex_dividend_dates: [{date}]").unwrap();
    text
}

fn fraction(weight: i128) -> String {
    decimal(weight, 4)
}

/// An integer with its point so many digits from the end.
pub(crate) fn decimal(digits: i128, places: u32) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let unit = 10_i128.pow(places);
    let (whole, part) = (digits.abs() / unit, digits.abs() % unit);
    if places == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part:0>width$}", width = places as usize)
    }
}
