//! `rebalance comment`: keeps one comment of a pull request up to date.
//!
//! The token comes from the environment only. What the comment says is the caller's; nothing here looks at the portfolio.

use super::auto::event_file;
use super::{Exit, Fault, Host, step_summary};
use crate::github::{self, Api, Failure, Kept, Marker};
use crate::http::{Client, Limits, Patience, Secret};
use crate::output::{Paint, Ui};
use crate::words::count;
use clap::Args;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  rebalance diff auto --format markdown --output-file review.md
  rebalance comment review.md                  in a GitHub job
  rebalance comment review.md --if-possible    where the token may be read-only
  rebalance comment - --repository octocat/portfolio --pull-request 7

The token is GITHUB_TOKEN. In a job GITHUB_REPOSITORY, GITHUB_EVENT_PATH and
GITHUB_API_URL say the rest.

Exit codes: 0 done, 6 GitHub cannot be reached or refuses, 64 usage.";

/// The largest text that is read, in bytes. A comment holds far less.
const LARGEST: u64 = 4 << 20;
/// The largest answer of GitHub's that is read: a page of a hundred comments, each as long as can be.
const LARGEST_ANSWER: u64 = 48 << 20;
/// Where GitHub is, when nobody says so.
const GITHUB: &str = "https://api.github.com";

/// Keep one comment of a GitHub pull request up to date: make it, change it, or leave it as it is.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CommentArgs {
    /// What it says, as Markdown; `-` for standard input
    #[arg(value_name = "FILE")]
    text: PathBuf,
    /// The repository [default: GITHUB_REPOSITORY]
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Option<String>,
    /// The pull request's number [default: that of the event in GITHUB_EVENT_PATH]
    #[arg(long, value_name = "NUMBER")]
    pull_request: Option<u64>,
    /// Which comment: a pull request may have several that are kept up to date
    #[arg(long, value_name = "NAME", default_value = "review", value_parser = marker)]
    name: Marker,
    /// Where the token may not write, put the text into the step's summary and exit 0; so it is for a fork
    #[arg(long)]
    if_possible: bool,
    /// How long a request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
}

fn marker(name: &str) -> Result<Marker, String> {
    Marker::new(name).ok_or_else(|| "write it in lower-case letters, digits and single hyphens".to_owned())
}

/// Which pull request it is.
struct Place {
    repository: String,
    number: u64,
    /// Whether GitHub gives its jobs a token that only reads.
    read_only: bool,
}

/// Runs the command.
pub(super) fn run(args: &CommentArgs, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let text = text(&args.text, host)?;
    let place = place(args, host)?;
    let body = github::compose(&args.name, &text);
    match keep(args, &place, &body, host, paint) {
        Ok(kept) => {
            let url = kept.url.as_deref().map(|url| format!(" {url}")).unwrap_or_default();
            Ui::new(host, paint).answer(&format!("{}{url}\n", kept.done.word()));
            if kept.removed > 0 {
                let others = count(kept.removed, "other comment");
                Ui::new(host, paint).note(&format!("removed {others} with the same marker\n"));
            }
            Ok(Exit::Done)
        }
        Err(Failure::Denied { status: status @ (401 | 403), message }) if args.if_possible || place.read_only => {
            let why = format!("no comment: the token may not write one here ({status}: {message})");
            let there = step_summary::append_text(&|_| body.clone(), host, paint);
            let what = if there { "; it is in the step's summary" } else { "" };
            Ui::new(host, paint).note(&format!("{why}{what}\n"));
            Ok(Exit::Done)
        }
        Err(failure) => Err(fault(&failure)),
    }
}

fn keep(args: &CommentArgs, place: &Place, body: &str, host: &mut Host<'_>, paint: Paint) -> Result<Kept, Failure> {
    let unsendable = |why: &str, remedy| Failure::Unsendable { why: why.to_owned(), remedy };
    let token = host.var("GITHUB_TOKEN").map(str::trim).filter(|token| !token.is_empty()).map(Secret::new);
    let token = token
        .ok_or_else(|| unsendable("there is no token", "give the step `env: GITHUB_TOKEN: ${{ github.token }}`"))?;
    let limits = Limits { total: Duration::from_secs(args.timeout), largest: LARGEST_ANSWER };
    let env = host.env.clone();
    let client = Client::new(&|name| env.get(name).cloned(), limits);
    let client = client.map_err(|error| unsendable(&error.to_string(), error.remedy()))?;
    let base = host.var("GITHUB_API_URL").unwrap_or(GITHUB).to_owned();
    let (now, pause) = (host.now, host.pause);
    let mut tell = |text: &str| Ui::new(host, paint).note(&format!("{text}\n"));
    let patience = Patience::new(now, pause, &mut tell);
    let mut api = Api::new(&client, &base, (&place.repository, place.number), &token, patience)?;
    github::keep(&mut api, &args.name, body)
}

fn fault(failure: &Failure) -> Fault {
    let fault = match failure {
        Failure::Unsendable { why, .. } => Fault::usage(why.clone()),
        other => Fault::unknown(other.to_string()),
    };
    fault.hint(format!("{}.", failure.remedy()))
}

fn text(file: &Path, host: &mut Host<'_>) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        host.input.by_ref().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(host.path(file)).and_then(|from| from.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    let length = read.map_err(|error| Fault::io("read", file, &error))?;
    let shown = file.display();
    if u64::try_from(length).unwrap_or(u64::MAX) > LARGEST {
        return Err(Fault::unknown(format!("{shown} has more than {LARGEST} bytes")).hint("name a file of Markdown."));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Fault::unknown(format!("{shown} is not UTF-8")).hint("name a file of Markdown."))?;
    match text.trim().is_empty() {
        true => Err(Fault::unknown(format!("{shown} says nothing"))
            .hint("look at what was to write it: rebalance diff auto --format markdown --output-file review.md")),
        false => Ok(text),
    }
}

/// Which pull request it is: what the options say, and for the rest the job's own facts.
fn place(args: &CommentArgs, host: &Host<'_>) -> Result<Place, Fault> {
    let event = event(host)?;
    let repository = args.repository.clone().or_else(|| host.var("GITHUB_REPOSITORY").map(str::to_owned));
    let repository = repository
        .ok_or_else(|| Fault::usage("nobody says which repository it is").hint("say it: --repository OWNER/NAME"))?;
    let of_event = event.pointer("/pull_request/number").and_then(Value::as_u64);
    let number = args.pull_request.or(of_event).filter(|number| *number > 0).ok_or_else(|| {
        Fault::usage("this is no event of a pull request, and nobody says which one it is")
            .hint("say it: --pull-request NUMBER; in a workflow, run this step on pull_request only.")
    })?;
    Ok(Place { repository, number, read_only: of_event == Some(number) && read_only(&event) })
}

/// Whether the job's token only reads: GitHub says so of pull requests from forks and of Dependabot's.
fn read_only(event: &Value) -> bool {
    let id = |side: &str| event.pointer(&format!("/pull_request/{side}/repo/id")).and_then(Value::as_u64);
    let author = event.pointer("/pull_request/user/login").and_then(Value::as_str);
    // The repository of a head that was deleted is null: it was a fork.
    id("head") != id("base") || author == Some("dependabot[bot]")
}

/// The event, as GitHub wrote it; nothing where there is none.
fn event(host: &Host<'_>) -> Result<Value, Fault> {
    let Some(bytes) = event_file(host)? else { return Ok(Value::Null) };
    let file = host.var("GITHUB_EVENT_PATH").unwrap_or_default();
    serde_json::from_slice(&bytes).map_err(|_| {
        Fault::unknown(format!("the event file {file} is no JSON"))
            .hint("say which pull request it is, with --pull-request, and unset GITHUB_EVENT_PATH.")
    })
}
