//! The weights over the quarter, and how long they were outside their bands.

use super::{Grid, Part, Section, Topic, Words};
use crate::review::{AssetWeights, Review};
use crate::words::{exact_percent, percent};

/// The weights at the start and at the end, and the days outside of the bands.
pub(super) fn section(review: &Review) -> Section {
    let row = |one: &AssetWeights| {
        let figure = |figure: Option<&(chrono::NaiveDate, rust_decimal::Decimal)>| {
            Words::own(figure.map_or("–".to_owned(), |(_, weight)| percent(*weight)))
        };
        let band = one.bands.last().map_or("–".to_owned(), |(_, low, high)| {
            format!("{}-{}", exact_percent(*low).trim_end_matches(" %"), exact_percent(*high))
        });
        vec![
            Words::of(&one.code),
            Words::of(&one.ticker),
            figure(one.weights.first()),
            figure(one.weights.last()),
            Words::own(one.target.map_or("–".to_owned(), exact_percent)),
            Words::own(band),
            Words::own(format!("{}/{}", one.out_of_band_days, one.weights.len())),
        ]
    };
    let columns = vec!["code", "asset", "start", "end", "target", "band", "days out"];
    let parts = match review.weights.is_empty() {
        true => vec![Part::Line(Words::own("There are no values to weigh."))],
        false => {
            vec![Part::Table(Grid { columns, broken: 1, figures: 2, rows: review.weights.iter().map(row).collect() })]
        }
    };
    Section { topic: Topic::Weights, title: "Weights".to_owned(), parts }
}
