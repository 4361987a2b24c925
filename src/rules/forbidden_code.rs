//! `forbidden-code`: nothing is bought or kept that the owner does not want.

use super::{Facts, Setting};
use crate::config::{Asset, get};
use crate::finding::Finding;
use crate::policy::{Kind, Parameter};

/// The codes.
pub(super) const PARAMETERS: &[Parameter] = &[Parameter {
    name: "codes",
    kind: Kind::Codes,
    meaning: "none of these has a target above 0 or stands under `outside`",
}];

/// Forbidden assets with a target, and forbidden codes that are kept. The target 0 sells what is held of an asset, and
/// is how one gets rid of it.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let forbidden = |code: &str| setting.codes("codes").iter().any(|named| named.name == code);
    let wanted = |asset: &Asset| {
        let field = asset.code.as_ref()?;
        let code = field.get().filter(|code| forbidden(&code.0))?;
        let target = get(asset.target.as_ref()).filter(|target| !target.is_zero())?;
        let finding = Finding::new(facts.path, format!("{code} is forbidden, and its target is {target}"));
        let help = format!("write `target: 0`, which sells it, or take it out of `codes` in {}.", setting.file());
        Some(finding.at(field.span, "forbidden").help(help))
    };
    let outside = facts.config.portfolio().and_then(|portfolio| get(portfolio.outside.as_ref()));
    let kept = outside.into_iter().flatten().filter_map(|field| {
        let code = field.get().filter(|code| forbidden(&code.0))?;
        let finding = Finding::new(facts.path, format!("{code} is forbidden, and is kept under `outside`"));
        let help = format!(
            "move it into a sleeve with `target: 0`, which sells it, or take it out of `codes` in {}.",
            setting.file()
        );
        Some(finding.at(field.span, "forbidden").help(help))
    });
    facts.config.assets().filter_map(|(_, asset)| wanted(asset)).chain(kept).collect()
}
