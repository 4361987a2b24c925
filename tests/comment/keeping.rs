//! One comment: made, changed, left alone, and nobody else's touched.

use crate::server::{ME, Server};
use crate::{comment, event, job};
use snapbox::{assert_data_eq, str};

const MARKER: &str = "<!-- rebalance:review -->";

#[test]
fn a_comment_is_made_then_left_alone_then_changed() {
    let server = Server::new();
    server.add("ann", "User", "What is this?");
    let stage = job(&server);
    assert_data_eq!(
        comment(&stage, &[]).whole(),
        str![[r#"
created https://github.com/ann/portfolio/pull/7#issuecomment-1002
--- exit 0

"#]]
    );
    let ours = format!("{MARKER}\n### Two changes\n");
    assert_eq!(server.bodies(), ["What is this?".to_owned(), ours]);
    assert!(comment(&stage, &[]).out.starts_with("unchanged https://"));
    assert_eq!((server.asked("POST"), server.asked("PATCH")), (1, 0));
    stage.write("review.md", "### Nothing changed\n");
    assert!(comment(&stage, &[]).out.starts_with("updated https://"));
    assert_eq!(server.bodies()[1], format!("{MARKER}\n### Nothing changed\n"));
    assert_eq!((server.asked("POST"), server.asked("PATCH"), server.asked("DELETE")), (1, 1, 0));
}

#[test]
fn standard_input_and_options_do_as_well() {
    let server = Server::new();
    let mut stage = job(&server);
    stage.env.remove("GITHUB_EVENT_PATH");
    stage.env.remove("GITHUB_REPOSITORY");
    let options = ["comment", "-", "--repository", "ann/portfolio", "--pull-request", "7", "--name", "drift"];
    let run = stage.run_with(b"Drift", &options);
    assert_eq!(run.code, 0, "{}", run.whole());
    assert_eq!(server.bodies(), ["<!-- rebalance:drift -->\nDrift\n"]);
    // Another name is another comment.
    assert!(stage.run_with(b"Drift", &[&options[..7], &["review"]].concat()).out.starts_with("created"));
    assert_eq!(server.bodies().len(), 2);
}

#[test]
fn it_is_found_on_any_page() {
    for (before, pages) in [(0, 1), (1, 1), (2, 1), (3, 2), (7, 3)] {
        let server = Server::new();
        server.state().page = 3;
        for i in 0..before {
            server.add("ann", "User", &format!("comment {i}"));
        }
        server.add(ME, "Bot", &format!("{MARKER}\nold"));
        let stage = job(&server);
        assert!(comment(&stage, &[]).out.starts_with("updated"), "{before}");
        assert_eq!(server.asked("GET"), pages, "{before}");
        assert_eq!(server.bodies().len(), before + 1);
    }
}

#[test]
fn a_marker_of_somebody_else_is_not_ours() {
    let server = Server::new();
    let forged = format!("{MARKER}\nall is well");
    for (login, kind) in [("mallory", "User"), ("github-actions", "User"), ("other[bot]", "Bot")] {
        server.add(login, kind, &forged);
    }
    server.add(ME, "Bot", &format!("> {MARKER}\nquoted"));
    server.add(ME, "Bot", &format!("text\n{MARKER}\n"));
    server.add(ME, "Bot", "<!-- rebalance:review-2 -->\n");
    let before = server.bodies();
    assert!(comment(&job(&server), &[]).out.starts_with("created"));
    assert_eq!(server.bodies()[..6], before[..]);
    assert_eq!(server.bodies().len(), 7);
}

#[test]
fn doubles_of_ours_go_and_the_oldest_stays() {
    let server = Server::new();
    let first = server.add(ME, "Bot", &format!("{MARKER}\none"));
    server.add("mallory", "User", &format!("{MARKER}\nforged"));
    server.add(ME, "Bot", &format!("{MARKER}\ntwo"));
    server.add(ME, "Bot", &format!("{MARKER}\nthree"));
    let run = comment(&job(&server), &[]);
    assert!(run.out.starts_with("updated") && run.err == "removed 2 other comments with the same marker\n", "{run:?}");
    let left: Vec<(u64, String)> = server.state().comments.iter().map(|c| (c.id, c.login.clone())).collect();
    assert_eq!(left, [(first, ME.to_owned()), (first + 1, "mallory".to_owned())]);
}

#[test]
fn a_long_text_is_cut_and_is_the_same_the_next_time() {
    let server = Server::new();
    let stage = job(&server);
    stage.write("review.md", &format!("<details>\n\n```diff\n{}", "+ 한글 😀\n".repeat(20_000)));
    assert!(comment(&stage, &[]).out.starts_with("created"));
    let body = server.bodies().remove(0);
    assert!(body.encode_utf16().count() <= 65_536);
    assert!(
        body.ends_with("```\n\n</details>\n\n*This is not all of it: the rest does not fit a comment.*\n"),
        "{body}"
    );
    assert!(comment(&stage, &[]).out.starts_with("unchanged"));
}

/// A pull request: its name here, its head's repository, its author, options, the exit code.
type Job = (&'static str, Option<u64>, &'static str, &'static [&'static str], u8);

#[test]
fn a_fork_s_token_writes_nothing_and_the_job_goes_on() {
    let denied = "Resource not accessible by integration";
    let table: [Job; 6] = [
        ("the same repository", Some(1), "ann", &[], 6),
        ("the same repository, if possible", Some(1), "ann", &["--if-possible"], 0),
        ("a fork", Some(2), "ann", &[], 0),
        ("a fork that was deleted", None, "ann", &[], 0),
        ("Dependabot", Some(1), "dependabot[bot]", &[], 0),
        ("another pull request than that of the fork", Some(2), "ann", &["--pull-request", "8"], 6),
    ];
    for (name, head, author, options, code) in table {
        let server = Server::new();
        for kind in ["GET", "POST", "PATCH"] {
            server.fail(kind, &[crate::server::Fault::Status(403, &[("x-ratelimit-remaining", "4999")], denied)]);
        }
        let stage = job(&server);
        event(&stage, 1, head, author);
        let run = comment(&stage, options);
        assert_eq!(run.code, code, "{name}: {}", run.whole());
        assert!(run.out.is_empty() && run.err.contains(denied), "{name}: {}", run.whole());
        assert!(server.bodies().is_empty(), "{name}");
        let summary = std::fs::read_to_string(stage.path("summary.md")).unwrap_or_default();
        assert_eq!(summary.contains("### Two changes"), code == 0, "{name}");
        assert_eq!(run.err.contains("it is in the step's summary"), code == 0, "{name}");
        assert_eq!(run.err.contains("permissions: pull-requests: write"), code == 6, "{name}");
    }
}

#[test]
fn wrong_usage_says_what_is_missing() {
    let server = Server::new();
    let without = |name: &str, value: &str, file: &str, text: &str| {
        let mut stage = job(&server);
        stage.env.insert(name.to_owned(), value.to_owned());
        stage.write(file, text);
        let run = comment(&stage, &[]);
        (run.code, run.err.lines().next().unwrap_or_default().to_owned())
    };
    let table = [
        ("GITHUB_TOKEN", "", 64, "error: there is no token"),
        ("GITHUB_TOKEN", "ghs_\u{1}canary", 64, "error: a header or the address has a character"),
        ("GITHUB_REPOSITORY", "", 64, "error: nobody says which repository it is"),
        ("GITHUB_REPOSITORY", "ann/../../x", 64, "error: the repository is not written as"),
        ("GITHUB_REPOSITORY", "ann/..", 64, "error: the repository is not written as"),
        ("GITHUB_API_URL", "http://api.example.org", 64, "error: api.example.org would be asked"),
        ("GITHUB_API_URL", "https://ann:secret@example.org", 64, "error: the address has a name"),
        ("GITHUB_EVENT_PATH", "", 64, "error: this is no event of a pull request"),
        ("GITHUB_EVENT_PATH", "nowhere.json", 6, "error: cannot read nowhere.json"),
    ];
    for (name, value, code, message) in table {
        let (got, said) = without(name, value, "other", "");
        assert!(got == code && said.starts_with(message), "{name}={value}: {got} {said}");
    }
    for (file, text, code, message) in [
        ("review.md", " \n", 6, "error: review.md says nothing"),
        ("event.json", "{", 6, "error: the event file "),
        ("event.json", "{\"merge_group\": {}}", 64, "error: this is no event of a pull request"),
        ("event.json", "{\"pull_request\": {\"number\": \"7\"}}", 64, "error: this is no event of a pull request"),
    ] {
        let (got, said) = without("OTHER", "", file, text);
        assert!(got == code && said.starts_with(message), "{file}: {got} {said}");
    }
    assert_eq!(comment(&job(&server), &["--name", "a--b"]).code, 64);
    assert_eq!(job(&server).run(&["comment", "nowhere.md"]).code, 6);
    assert_eq!(server.state().asked.len(), 0, "nothing was sent");
}
