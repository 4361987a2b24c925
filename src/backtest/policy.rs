//! The policies that are compared: when each rebalances, and where to.
//!
//! What becomes of a portfolio under one must never enter this file.

use crate::calendar::Dates;
use crate::config::{Destination, DriftKind, Frequency, Strategy};
use crate::money::Weight;
use crate::portfolio::{Portfolio, Trigger};
use rust_decimal::Decimal;

/// A kind of policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Buys once and never trades again.
    Never,
    /// On scheduled dates.
    Time,
    /// When a drift in points of the portfolio reaches the threshold, or a weight leaves its band.
    ThresholdAbsolute,
    /// The same with a drift as a fraction of the target.
    ThresholdRelative,
    /// The same with the smaller of points and 25 % of the target.
    ThresholdEither,
    /// On scheduled dates, and by drift as the config measures it.
    Hybrid,
    /// When a weight leaves its band, and back to the edge of it only.
    BandEdge,
}

impl Kind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Never,
        Self::Time,
        Self::ThresholdAbsolute,
        Self::ThresholdRelative,
        Self::ThresholdEither,
        Self::Hybrid,
        Self::BandEdge,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Time => "time",
            Self::ThresholdAbsolute => "threshold_absolute",
            Self::ThresholdRelative => "threshold_relative",
            Self::ThresholdEither => "threshold_either",
            Self::Hybrid => "hybrid",
            Self::BandEdge => "band_edge",
        }
    }

    /// How it measures drift, where that is its own.
    fn drift(self) -> Option<DriftKind> {
        match self {
            Self::ThresholdAbsolute => Some(DriftKind::Absolute),
            Self::ThresholdRelative => Some(DriftKind::Relative),
            Self::ThresholdEither => Some(DriftKind::Either),
            Self::Never | Self::Time | Self::Hybrid | Self::BandEdge => None,
        }
    }

    /// Whether it has a threshold.
    #[must_use]
    pub fn has_threshold(self) -> bool {
        self == Self::Hybrid || self.drift().is_some()
    }
}

/// A policy: a kind, and its threshold where one was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The kind.
    pub kind: Kind,
    /// The threshold that was asked for instead of the config's.
    pub threshold: Option<Weight>,
}

/// What a policy does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// When it rebalances; none when it never does.
    pub trigger: Option<Trigger>,
    /// Where to.
    pub destination: Destination,
}

impl Policy {
    /// What it does with a portfolio: by the portfolio's own schedule and threshold, where it has them.
    #[must_use]
    pub fn rules(&self, portfolio: &Portfolio) -> Rules {
        let own = &portfolio.trigger;
        let usual = || (Frequency::Quarterly, Dates::first_sessions(vec![1, 4, 7, 10]));
        let schedule = || Some(own.schedule.clone().unwrap_or_else(usual));
        let strategy = match self.kind {
            Kind::Never => return Rules { trigger: None, destination: Destination::Target },
            Kind::Time => Strategy::Time,
            Kind::Hybrid => Strategy::Hybrid,
            Kind::BandEdge => Strategy::Bands,
            Kind::ThresholdAbsolute | Kind::ThresholdRelative | Kind::ThresholdEither => Strategy::Threshold,
        };
        let schedule = if crate::trigger::looks_at_dates(strategy) { schedule() } else { None };
        let destination = if self.kind == Kind::BandEdge { Destination::BandEdge } else { Destination::Target };
        let drift = self.kind.has_threshold().then(|| self.drift(own));
        Rules { trigger: Some(Trigger { strategy, schedule, drift }), destination }
    }

    /// How drift is measured, and the threshold: the one that was given, the config's where it is measured alike, or the
    /// 5 points and 25 % of the 5/25 rule.
    fn drift(&self, own: &Trigger) -> (DriftKind, Weight) {
        let kind = self.kind.drift().or(own.drift.map(|(kind, _)| kind)).unwrap_or(DriftKind::Absolute);
        let relative = |kind: DriftKind| kind == DriftKind::Relative;
        let alike = own.drift.filter(|(other, _)| relative(*other) == relative(kind)).map(|(_, threshold)| threshold);
        let usual = Weight::new(if relative(kind) { Decimal::new(25, 2) } else { Decimal::new(5, 2) });
        (kind, self.threshold.or(alike).unwrap_or(usual))
    }
}
