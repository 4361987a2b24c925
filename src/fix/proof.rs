//! The proof that edits changed nothing but spelling: both texts are read, and their trees are walked side by side.
//!
//! How an edit was made must never matter here.

use super::Judged;
use crate::document::{Document, Edit, Entry, Kind, Node, Scalar, Span, Style};
use crate::finding::Finding;
use crate::money;
use crate::portfolio::Allocation;
use crate::rules::{self, Group};

/// Keys whose values are weights.
const WEIGHTS: [&str; 4] = ["weight", "target", "min", "max"];
/// Keys whose values are codes: text, whatever it looks like.
const CODES: [&str; 2] = ["code", "outside"];

/// Whether one text means the same as another one, apart from what edits of the first may change.
pub(super) fn same_meaning(before: &Judged, after: &Judged, edits: &[Edit]) -> Result<(), &'static str> {
    let (Some(old), Some(new)) = (&before.reading.document, &after.reading.document) else {
        return Err("make the file unreadable");
    };
    if !after.reading.faults.is_empty() {
        return Err("make the file unreadable");
    }
    if !same_comments(old, new) {
        return Err("change a comment");
    }
    let mut walk = Walk { edits: spans(edits), renamed: Vec::new() };
    walk.node(&old.root, &new.root, None)?;
    if Allocation::of(&before.config).is_some_and(|allocation| Allocation::of(&after.config) != Some(allocation)) {
        return Err("change the allocation");
    }
    if new_form_findings(before, after, &walk.renamed) {
        return Err("bring in a new fault");
    }
    Ok(())
}

fn same_comments(old: &Document, new: &Document) -> bool {
    let texts = |document: &Document| document.comments.iter().map(|c| c.text.clone()).collect::<Vec<_>>();
    texts(old) == texts(new)
}

fn spans(edits: &[Edit]) -> Vec<Span> {
    let mut spans: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
    spans.sort();
    spans
}

/// Findings about the form that were not there before. What stands under a key that was renamed could not be seen then;
/// that the new name is no key either could.
fn new_form_findings(before: &Judged, after: &Judged, renamed: &[(Span, String)]) -> bool {
    let form = |finding: &&Finding| rules::find(&finding.rule).is_some_and(|rule| rule.group == Group::Form);
    let mut old: Vec<(&str, &str)> = before.findings.iter().filter(form).map(|f| (&*f.rule, &*f.message)).collect();
    old.sort_unstable();
    let seen_now = |finding: &Finding| {
        let at = finding.place.as_ref().map(|place| place.span.start);
        let under = |(entry, name): &(Span, String), at: usize| {
            entry.start <= at && at < entry.end && finding.message != format!("unknown key `{name}`")
        };
        at.is_some_and(|at| renamed.iter().any(|renamed| under(renamed, at)))
    };
    let fresh = after.findings.iter().filter(form).filter(|finding| !seen_now(finding));
    let mut fresh: Vec<(&str, &str)> = fresh.map(|f| (&*f.rule, &*f.message)).collect();
    fresh.sort_unstable();
    // Each finding of now answers to one of before.
    let mut old = old.into_iter();
    fresh.into_iter().any(|new| !old.by_ref().any(|known| known == new))
}

/// Two trees, side by side.
struct Walk {
    edits: Vec<Span>,
    /// The entries of the new tree whose key has another name, and that name.
    renamed: Vec<(Span, String)>,
}

impl Walk {
    /// Whether an edit lies in a span.
    fn touched(&self, span: Span) -> bool {
        let first = self.edits.partition_point(|edit| edit.start < span.start);
        self.edits.get(first).is_some_and(|edit| edit.end <= span.end)
    }

    fn node(&mut self, old: &Node, new: &Node, key: Option<&str>) -> Result<(), &'static str> {
        match (&old.kind, &new.kind) {
            (Kind::Scalar(before), Kind::Scalar(after)) => {
                let same = match self.touched(old.span) {
                    true => alike(before, after, key),
                    false => before == after,
                };
                if same { Ok(()) } else { Err("change a value") }
            }
            (Kind::Seq(before), Kind::Seq(after)) if before.len() == after.len() => {
                if self.reordered(before, after) {
                    return Ok(());
                }
                before.iter().zip(after).try_for_each(|(old, new)| self.node(old, new, key))
            }
            (Kind::Map(before), Kind::Map(after)) if before.len() == after.len() => {
                before.iter().zip(after).try_for_each(|(old, new)| self.entry(old, new))
            }
            _ => Err("change the shape of the file"),
        }
    }

    fn entry(&mut self, old: &Entry, new: &Entry) -> Result<(), &'static str> {
        if old.key.text != new.key.text {
            if !self.touched(old.key.span) || old.key.style != new.key.style {
                return Err("change a key");
            }
            self.renamed.push((new.span(), new.key.text.clone()));
        }
        self.node(&old.value, &new.value, Some(&old.key.text))
    }

    /// Whether a list has the same scalars in another order, by edits of them and of nothing else.
    fn reordered(&self, before: &[Node], after: &[Node]) -> bool {
        let scalars = |nodes: &[Node]| {
            let mut texts: Vec<(String, bool)> = Vec::new();
            for node in nodes {
                let scalar = node.scalar()?;
                texts.push((scalar.text.clone(), scalar.style == Style::Plain));
            }
            Some(texts)
        };
        let (Some(mut old), Some(mut new)) = (scalars(before), scalars(after)) else { return false };
        let moved = |i: usize| old.get(i) != new.get(i);
        if (0..before.len()).any(|i| moved(i) && !self.touched(before[i].span)) {
            return false;
        }
        old.sort();
        new.sort();
        old == new
    }
}

/// Whether a scalar is another spelling of the same: the same text in quotes, or the same exact number. A weight stays a
/// number without quotes, and a code the text it is.
fn alike(before: &Scalar, after: &Scalar, key: Option<&str>) -> bool {
    let is_of = |keys: &[&str]| key.is_some_and(|key| keys.contains(&key));
    let numbers = || {
        let plain = before.style == Style::Plain && after.style == Style::Plain;
        plain && money::value(&before.text).is_some_and(|value| money::value(&after.text) == Some(value))
    };
    !is_of(&CODES) && numbers() || !is_of(&WEIGHTS) && before.text == after.text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::apply;
    use crate::rules;

    const TEXT: &str = "\
portfolio:
  outside: [005930] # kept
  allocation:
    core:
      weight: 1
      assets:
        - { ticker: a, code: 069500, target: .6, min: 0.5, max: 0.7 }
        - { ticker: b, code: '443160', taget: 0.4, min: 0.3, max: 0.5 }
";

    /// What the proof says of replacing these texts.
    fn proven(edits: &[(&str, &str)]) -> Result<(), &'static str> {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|(from, to)| {
                let start = TEXT.find(from).unwrap_or(usize::MAX);
                Edit { span: Span { start, end: start + from.len() }, text: (*to).to_owned() }
            })
            .collect();
        let policies = rules::policies(&[]).0;
        let judged = |text: &str| Judged::of("f", text.as_bytes(), &policies, 0);
        same_meaning(&judged(TEXT), &judged(&apply(TEXT, &edits).unwrap_or_default()), &edits)
    }

    #[test]
    fn spelling_passes() {
        assert_eq!(proven(&[]), Ok(()));
        assert_eq!(proven(&[("069500", "'069500'")]), Ok(()));
        assert_eq!(proven(&[("069500", "\"069500\""), (".6", "0.6"), ("taget", "target")]), Ok(()));
        assert_eq!(proven(&[("0.5", "0.50")]), Ok(()));
    }

    #[test]
    fn whatever_is_more_than_spelling_does_not() {
        assert_eq!(proven(&[(".6", "0.60001")]), Err("change a value"));
        assert_eq!(proven(&[("0.7", "0.8")]), Err("change a value"));
        assert_eq!(proven(&[("0.7", "'0.7'")]), Err("change a value"), "a weight stays a number");
        assert_eq!(proven(&[("069500", "69500")]), Err("change a value"), "a code is no number");
        assert_eq!(proven(&[("005930", "5930")]), Err("change a value"), "a code is no number");
        assert_eq!(proven(&[("069500", "'69500'")]), Err("change a value"));
        assert_eq!(proven(&[("# kept", "# gone")]), Err("change a comment"));
        assert_eq!(proven(&[(" # kept", "")]), Err("change a comment"));
        assert_eq!(proven(&[("[005930]", "[005930, 1]")]), Err("change the shape of the file"));
        assert_eq!(proven(&[("taget", "'taget")]), Err("make the file unreadable"));
        assert_eq!(proven(&[("ticker: b", "wanted: b")]), Err("change a key"));
        assert_eq!(proven(&[("taget", "min")]), Err("make the file unreadable"));
        assert_eq!(proven(&[("ticker", "tickr")]), Err("bring in a new fault"));
    }
}
