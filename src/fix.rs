//! Fixes: the safe edits of findings, made round by round, each round proven to have changed nothing but spelling.
//!
//! The edits come from the rules. What they may do is held here: another spelling of the same exact number, quotes around
//! the same text, the same items of a list in another order, another name for a key. A weight that changes, a comment
//! that is lost, a fault that was not there before: then nothing is fixed. Files must never enter this room.

mod proof;

use crate::config::Config;
use crate::document::{self, Edit, Reading};
use crate::finding::Finding;
use crate::policy::Policies;
use crate::rules::facts::code_sites;
use crate::rules::{self, Facts, Group};
use crate::schema;
use crate::zone::Zone;

/// The most rounds. A round may bring faults to light that a misspelt key hid, one level deeper each time; a tree is not
/// that deep.
const ROUNDS: usize = document::MAX_DEPTH;

/// What fixing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The text afterwards; none when there is nothing to fix.
    pub text: Option<String>,
    /// How many findings were fixed.
    pub count: usize,
}

/// Why nothing was fixed: the edits would have done more than they may. That is a fault of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What the edits would have done, as a sentence without a period.
    pub why: String,
}

/// A config, read and judged as far as fixes go.
struct Judged {
    reading: Reading,
    config: Config,
    findings: Vec<Finding>,
}

/// Fixes what can be fixed safely in a config. Of a text that cannot be read nothing is.
///
/// # Errors
/// [`Refused`], and then nothing of the text may be changed.
pub fn fix(path: &str, bytes: &[u8], policies: &Policies, now: i64) -> Result<Fixed, Refused> {
    let mut judged = Judged::of(path, bytes, policies, now);
    let mut count = 0;
    for _ in 0..ROUNDS {
        let chosen = chosen(&judged.findings);
        if chosen.is_empty() {
            return Ok(Fixed { text: (count > 0).then_some(judged.reading.text), count });
        }
        let edits: Vec<Edit> = chosen.iter().flat_map(|fix| fix.iter().cloned()).collect();
        let text = document::apply(&judged.reading.text, &edits).ok_or_else(|| refused("lie outside the text"))?;
        let next = Judged::of(path, text.as_bytes(), policies, now);
        proof::same_meaning(&judged, &next, &edits).map_err(refused)?;
        count += chosen.len();
        judged = next;
    }
    Err(refused("lead to ever new ones"))
}

/// Whether a finding is one that fixing a config would fix.
#[must_use]
pub fn is_fixable(finding: &Finding, path: &str) -> bool {
    finding.suppressed.is_none() && finding.fix.is_some() && finding.path == path
}

fn refused(why: &str) -> Refused {
    Refused { why: format!("the fixes would {why}, so none is made") }
}

impl Judged {
    fn of(path: &str, bytes: &[u8], policies: &Policies, now: i64) -> Self {
        let reading = document::read(bytes);
        let (config, misread) = Config::of(&reading);
        let issues = schema::check(&schema::CONFIG, &reading, &misread);
        let codes = code_sites(&config);
        let zone = config.zone().unwrap_or(Zone::UTC);
        let facts = Facts { codes: &codes, zone, now, ..Facts::of_file(path, &reading, &issues, &config) };
        let mut findings = rules::run(&[Group::Form, Group::Allocation, Group::Schedule], &facts, policies);
        findings.retain(|finding| finding.path == path);
        drop(codes);
        Self { reading, config, findings }
    }
}

/// The edits of the fixes of one round, by finding. A fix that begins before the end of another one is looked at again
/// in the next round: findings are in file order, and the first is made.
fn chosen(findings: &[Finding]) -> Vec<&[Edit]> {
    let mut end = None;
    let mut chosen = Vec::new();
    for fix in findings.iter().filter(|finding| finding.suppressed.is_none()).filter_map(|f| f.fix.as_ref()) {
        let (first, last) = (fix.edits.iter().map(|e| e.span.start).min(), fix.edits.iter().map(|e| e.span.end).max());
        if first.is_some() && first > end {
            end = last;
            chosen.push(fix.edits.as_slice());
        }
    }
    chosen
}
