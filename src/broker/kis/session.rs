//! Whether orders are taken at this moment: the regular session of the exchange, by the calendar, the clock in Seoul and,
//! in the real world, the broker's word.
//!
//! What is ordered must never enter this room.

use super::api::Api;
use super::fields::{Fields, Misread};
use super::trouble::Trouble;
use super::world::{HOLIDAY, World};
use crate::broker::krx;
use chrono::NaiveDate;

/// Why no order can be sent now, a sentence without a period; nothing while the session is open.
///
/// # Errors
/// [`Trouble`] when that could not be told.
pub(super) fn closed(api: &mut Api<'_>) -> Result<Option<String>, Trouble> {
    let now = api.clock().now().timestamp();
    if let Some(why) = krx::closed(now) {
        return Ok(Some(why));
    }
    let Some((today, _)) = krx::in_seoul(now) else { return Ok(Some("the clock shows no date".to_owned())) };
    Ok((!open(api, today)?).then(|| format!("the broker says that the market is closed on {today}")))
}

/// Whether the broker says that the market is open on a day. It asks to be asked once a day only, so that its word is
/// kept beside the token. The mock world does not tell.
fn open(api: &mut Api<'_>, today: NaiveDate) -> Result<bool, Trouble> {
    if api.world() == World::Mock {
        return Ok(true);
    }
    let (file, day) = (api.beside("day"), today.format("%Y%m%d").to_string());
    match std::fs::read_to_string(&file).unwrap_or_default().trim().split_once(' ') {
        Some((kept, "open")) if kept == day => return Ok(true),
        Some((kept, "closed")) if kept == day => return Ok(false),
        _ => {}
    }
    let answer = api.get(HOLIDAY, &[("BASS_DT", &day), ("CTX_AREA_NK", ""), ("CTX_AREA_FK", "")])?;
    let read = || {
        let rows = Fields::list(&answer.body, "output")?;
        let row = rows.iter().find(|row| row.text("bass_dt") == day);
        match row.map(|row| row.text("opnd_yn")) {
            Some("Y") => Ok(true),
            Some("N") => Ok(false),
            _ => Err(Misread(format!("it is not said whether it is open on {today}"))),
        }
    };
    let open = read().map_err(|misread| Trouble::misread(HOLIDAY.about, misread))?;
    // Where it cannot be kept, the broker is asked again.
    let _ = std::fs::write(&file, format!("{day} {}\n", if open { "open" } else { "closed" }));
    Ok(open)
}
