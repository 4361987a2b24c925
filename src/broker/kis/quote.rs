//! A price, and what the exchange allows on this day: the limits, the tick, a halt.
//!
//! At which price to order must never enter this room.

use super::api::Api;
use super::fields::{Fields, Misread};
use super::trouble::Trouble;
use super::world::PRICE;
use crate::broker::{Quote, krx};
use crate::code::Code;
use crate::money::Price;
use serde_json::Value;

/// The state of a code that is not traded (`iscd_stat_cls_code`).
const HALTED: &str = "58";

/// Asks for the price of a code.
///
/// # Errors
/// [`Trouble`].
pub(super) fn quote(api: &mut Api<'_>, code: &Code) -> Result<Quote, Trouble> {
    let answer = api.get(PRICE, &[("FID_COND_MRKT_DIV_CODE", "J"), ("FID_INPUT_ISCD", &code.0)])?;
    read(&answer.body, code)
        .map_err(|Misread(why)| Trouble::misread(PRICE.about, Misread(format!("{}: {why}", code.0))))
}

fn read(body: &Value, code: &Code) -> Result<Quote, Misread> {
    let fields = Fields::under(body, &["output"])?;
    let positive = |name: &str| match fields.amount(name)? {
        zero if zero.is_zero() => Err(Misread(format!("`{name}` is nothing"))),
        figure => Ok(Price::new(figure)),
    };
    let (price, upper, lower) = (positive("stck_prpr")?, positive("stck_mxpr")?, positive("stck_llam")?);
    if !(lower..=upper).contains(&price) {
        return Err(Misread(format!("the price {price} is outside of {lower} to {upper}")));
    }
    let halted = fields.text("temp_stop_yn") == "Y" || fields.text("iscd_stat_cls_code") == HALTED;
    Ok(Quote {
        code: code.clone(),
        price,
        upper: Some(upper),
        lower: Some(lower),
        tick: Some(if fields.text("aspr_unit").is_empty() { krx::tick(price) } else { positive("aspr_unit")? }),
        halted: halted.then(|| "trading in it is halted".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trade::Side;
    use serde_json::json;

    fn body() -> Value {
        json!({ "output": { "stck_prpr": "35555", "stck_mxpr": "46200", "stck_llam": "24900", "aspr_unit": "5",
                            "temp_stop_yn": "N", "iscd_stat_cls_code": "55" } })
    }

    #[test]
    fn what_is_not_traded_is_not_ordered() {
        let with = |name: &str, value: &str| {
            let mut body = body();
            body["output"][name] = value.into();
            read(&body, &Code("069500".to_owned())).unwrap()
        };
        let obstacle = |name: &str, value: &str, side| with(name, value).obstacle(side);
        assert_eq!(obstacle("temp_stop_yn", "N", Side::Buy), None);
        assert!(obstacle("temp_stop_yn", "Y", Side::Sell).is_some());
        assert!(obstacle("iscd_stat_cls_code", "58", Side::Buy).is_some());
        for (price, buy, sell) in [("46200", true, false), ("24900", false, true), ("46195", false, false)] {
            assert_eq!(obstacle("stck_prpr", price, Side::Buy).is_some(), buy, "{price}");
            assert_eq!(obstacle("stck_prpr", price, Side::Sell).is_some(), sell, "{price}");
        }
    }

    #[test]
    fn a_price_of_nothing_is_none() {
        for (name, value) in [
            ("stck_prpr", "0"),
            ("stck_prpr", ""),
            ("stck_prpr", "-35555"),
            ("stck_prpr", "50000"),
            ("stck_mxpr", "0"),
            ("stck_llam", "x"),
            ("aspr_unit", "0"),
        ] {
            let mut body = body();
            body["output"][name] = value.into();
            assert!(read(&body, &Code(String::new())).is_err(), "{name} {value}");
        }
        assert!(read(&json!({}), &Code(String::new())).is_err());
    }
}
