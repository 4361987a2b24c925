//! `rebalance lint --fix`: the safe fixes made in the config, shown as a diff, or passed through.
//!
//! What a fix may do is the core's business; here are only files and streams.

use super::gather::{From, Gathered};
use super::{Exit, Fault, Global, Host};
use crate::disk::{RealDisk, replace_unmoved};
use crate::fix::Fixed;
use crate::output::{Paint, Ui, diff};
use crate::words::count;

/// What was done with the fixes.
pub(super) enum Made {
    /// There is nothing to fix.
    Nothing,
    /// They were shown, and nothing else was asked for.
    Shown(Exit),
    /// The file has them.
    Written,
    /// The fixed text was printed.
    Printed(String),
}

/// Fixes what can be fixed safely: in the work tree, or in what came on standard input.
pub(super) fn fix(
    from: &From,
    gathered: &Gathered,
    only_show: bool,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Made, Fault> {
    let old = gathered.reading.text.as_str();
    let path = &gathered.path;
    // Of a file that could not be read the text is only what can be shown of it: never to be written anywhere.
    let fixed = match &gathered.reading.document {
        Some(_) => crate::fix::fix(path, old.as_bytes(), &gathered.policies, gathered.facts(&[]).now),
        None => Ok(Fixed { text: None, count: 0 }),
    };
    let fixed = fixed.map_err(|refused| Fault::unknown(refused.why).hint("report this with the config."))?;
    let noun = count(fixed.count, "finding");
    if only_show {
        if let Some(new) = &fixed.text {
            Ui::new(host, paint).answer(&diff::unified(path, old, new, paint));
        }
        let verb = if fixed.count > 0 { format!("would fix {noun}") } else { "nothing to fix".to_owned() };
        tell(&verb, path, global, host, paint);
        return Ok(Made::Shown(if fixed.count > 0 { Exit::No } else { Exit::Done }));
    }
    let Some(new) = fixed.text else {
        if let From::Bytes(bytes) = from {
            Ui::new(host, paint).bytes(bytes);
        }
        return Ok(Made::Nothing);
    };
    if let From::Bytes(_) = from {
        Ui::new(host, paint).answer(&new);
        tell(&format!("fixed {noun}"), path, global, host, paint);
        return Ok(Made::Printed(new));
    }
    // A text that was read was decoded without loss, so these are the bytes of the file.
    let written = replace_unmoved(&RealDisk, &host.path(&global.config), old.as_bytes(), new.as_bytes());
    if !written.map_err(|error| Fault::io("write", &global.config, &error))? {
        return Err(Fault::unknown(format!("{path} was changed while it was being fixed, and is left as it is"))
            .hint("look at it, and run this again."));
    }
    tell(&format!("fixed {noun}"), path, global, host, paint);
    Ok(Made::Written)
}

fn tell(what: &str, path: &str, global: &Global, host: &mut Host<'_>, paint: Paint) {
    if !global.quiet {
        Ui::new(host, paint).note(&format!("{what} in {path}\n"));
    }
}
