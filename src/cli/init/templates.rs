//! The portfolios a repository can begin with, and the files around them. Their texts are in `templates/`.
//!
//! Where they are written must never enter this file.

use crate::cli::schema::{Which, edited, sheet};
use crate::cli::{CONFIG, Fault};
use crate::schema;
use crate::zone::Zone;

/// A portfolio to begin with.
pub(super) struct Template {
    pub(super) name: &'static str,
    /// What it is, for `--help`.
    pub(super) about: &'static str,
    config: &'static str,
    holdings: &'static str,
    /// Where its market is; the day of the holdings is a day there.
    zone: &'static str,
    /// When the weekly check runs, in UTC, and the same in words.
    cron: &'static str,
    when: &'static str,
}

/// Every template, the first being the usual one.
pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "seed",
        about: "The guide's portfolio and its account: seven Korean ETFs, core and satellite",
        config: include_str!("../../../templates/seed/portfolio_config.yaml"),
        holdings: include_str!("../../../templates/seed/holdings.yaml"),
        ..KOREA
    },
    Template {
        name: "etf-kr",
        about: "Five Korean ETFs in won, with tax classes, and an account of cash",
        config: include_str!("../../../templates/etf-kr/portfolio_config.yaml"),
        holdings: include_str!("../../../templates/etf-kr/holdings.yaml"),
        ..KOREA
    },
    Template {
        name: "etf-us",
        about: "Four US ETFs in dollars, for Alpaca or any broker, and an account of cash",
        config: include_str!("../../../templates/etf-us/portfolio_config.yaml"),
        holdings: include_str!("../../../templates/etf-us/holdings.yaml"),
        zone: "America/New_York",
        cron: "0 15 * * 1",
        when: "Mondays, in the morning in New York",
    },
];

const KOREA: Template = Template {
    name: "",
    about: "",
    config: "",
    holdings: "",
    zone: "Asia/Seoul",
    cron: "0 0 * * 1",
    when: "Mondays at 09:00 in Seoul",
};

/// What a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The config itself.
    Config,
    /// What only makes sense beside the template's config.
    Portfolio,
    /// What any portfolio can have.
    Around,
}

/// A file of a new repository.
pub(super) struct NewFile {
    /// From the top, with `/`.
    pub(super) path: &'static str,
    pub(super) part: Part,
    pub(super) text: String,
    /// What prints it, when it is too long to be shown.
    pub(super) printed_by: Option<&'static str>,
}

/// Which rebalance the workflows run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    repository: String,
    commit: String,
}

/// What stands in the templates where the user says which rebalance to run.
const OWNER: &str = "OWNER/rebalance";
/// The commit beside it.
const ZEROS: &str = "0000000000000000000000000000000000000000";

impl Source {
    /// Reads `OWNER/REPO@COMMIT`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let word =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let hex = |text: &str| text.len() == 40 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        let read = text.split_once('@').filter(|(repository, commit)| {
            hex(commit) && repository.split_once('/').is_some_and(|(owner, name)| word(owner) && word(name))
        });
        let (repository, commit) =
            read.ok_or("write it as OWNER/REPO@COMMIT, the commit with all 40 digits: a tag can be moved")?;
        Ok(Self { repository: repository.to_owned(), commit: commit.to_owned() })
    }
}

/// The files a repository begins with, for the instant `now`.
pub(super) fn files(template: &Template, source: Option<&Source>, now: i64) -> Result<Vec<NewFile>, Fault> {
    let local = Zone::named(template.zone).and_then(|zone| zone.local(now));
    let day = local.ok_or_else(|| Fault::unknown("no calendar has the day of the clock").hint("check --now."))?;
    let filled = |text: &str| fill(text, template, source, &day.format("%F").to_string());
    let new = |path, part, text: &str| NewFile { path, part, text: filled(text), printed_by: None };
    let lined =
        |path, part, which, text: &str| new(path, part, &format!("{}{text}", edited(which).unwrap_or_default()));
    let schema = |path, which, printed_by| {
        let text = sheet(which).map(schema::text).unwrap_or_default();
        NewFile { path, part: Part::Around, text, printed_by: Some(printed_by) }
    };
    let (_, review) = include_str!("../../../docs/review.yml").split_once('\n').unwrap_or_default();
    Ok(vec![
        lined(CONFIG, Part::Config, Which::Config, template.config),
        lined("holdings.yaml", Part::Portfolio, Which::Holdings, template.holdings),
        lined(
            "policies/allocation-cooldown.yaml",
            Part::Portfolio,
            Which::Policy,
            include_str!("../../../templates/policies/allocation-cooldown.yaml"),
        ),
        lined(
            "policies/max-weight.yaml",
            Part::Portfolio,
            Which::Policy,
            include_str!("../../../templates/policies/max-weight.yaml"),
        ),
        schema("portfolio_config.schema.json", Which::Config, "rebalance schema"),
        schema("holdings.schema.json", Which::Holdings, "rebalance schema holdings"),
        schema("policy.schema.json", Which::Policy, "rebalance schema policy"),
        new(".gitignore", Part::Around, include_str!("../../../templates/gitignore")),
        new(".pre-commit-config.yaml", Part::Around, include_str!("../../../templates/pre-commit-config.yaml")),
        new(".github/workflows/rebalance.yml", Part::Around, &format!("{REVIEW}{review}")),
        new(
            ".github/workflows/rebalance-check.yml",
            Part::Around,
            include_str!("../../../templates/workflows/check.yml"),
        ),
        new(
            ".github/workflows/rebalance-apply.yml",
            Part::Around,
            include_str!("../../../templates/workflows/apply.yml"),
        ),
        new("README.md", Part::Around, include_str!("../../../templates/README.md")),
    ])
}

/// The first line of the review, in the place of the one that says where to copy it to.
const REVIEW: &str =
    "# Judges every pull request by the history and the policies of its base, and says in a comment what it does.\n";

fn fill(text: &str, template: &Template, source: Option<&Source>, day: &str) -> String {
    let figures = [
        ("%DAY%", day),
        ("%TEMPLATE%", template.name),
        ("%ZONE%", template.zone),
        ("%CRON%", template.cron),
        ("%WHEN%", template.when),
    ];
    let mut text = figures.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value));
    if let Some(source) = source {
        text = text.replace(OWNER, &source.repository).replace(ZEROS, &source.commit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_nothing_is_left_to_fill_in() {
        let mut names: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TEMPLATES.len());
        let source = Source::parse(&format!("ann/funds@{}", "1".repeat(40))).unwrap();
        for template in TEMPLATES {
            for file in files(template, Some(&source), 1_772_582_400).unwrap() {
                // Percents are also of weights and dates: what is to be filled in is a word between two.
                let between = file.text.split('%').skip(1);
                let blank = between.filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()));
                assert_eq!(blank.collect::<Vec<_>>(), [""; 0], "{} of {}", file.path, template.name);
                assert!(!file.text.contains(ZEROS), "{} of {}", file.path, template.name);
                assert!(file.text.ends_with('\n') && !file.text.contains("\r"), "{}", file.path);
            }
        }
    }

    #[test]
    fn a_source_is_a_repository_and_a_whole_commit() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert!(Source::parse(&format!("ann/re-balance.rs@{commit}")).is_ok());
        for wrong in ["", "ann/rebalance", "ann/rebalance@v1", "ann/rebalance@main", "ann@", "a/b/c@", "a b/c@", "/c@"]
        {
            let text = if wrong.ends_with('@') { format!("{wrong}{commit}") } else { wrong.to_owned() };
            assert!(Source::parse(&text).is_err(), "{text}");
        }
        assert!(Source::parse(&format!("ann/rebalance@{}", commit.to_uppercase())).is_err());
    }
}
