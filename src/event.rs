//! What a CI service says of the change that it runs for: the event file of GitHub, the variables of GitLab.
//!
//! Everything here is text in, facts out. Which commits are at hand, and what is judged by what, must never enter this
//! room.

use serde_json::Value;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// Somebody asks for a change to be merged.
    Request(Request),
    /// A merge queue wants to merge.
    Group {
        /// What it would be merged into: the target, or what stands before it in the queue.
        base: String,
        /// What would be merged.
        head: String,
    },
    /// Commits were pushed.
    Push(Push),
}

/// A pull request or a merge request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: Option<u64>,
    /// The branch it is to be merged into.
    pub target: String,
    /// A commit of that branch, as far as the service knew it. It may be an old one.
    pub known: Option<String>,
    /// The tip of the branch that is to be merged.
    pub head: String,
    /// What it says of itself.
    pub body: Option<String>,
    /// Whether the target is checked out, and not what is to be merged.
    pub of_target: bool,
}

/// A push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// What stood there before; nothing of a new branch.
    pub before: Option<String>,
    /// What stands there now.
    pub after: String,
    /// The branch; none for a tag.
    pub branch: Option<String>,
    /// The branch that others are compared with.
    pub default: Option<String>,
}

/// Why nothing can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untold {
    /// It is no CI service that is known here.
    Nowhere,
    /// Something happens that changes nothing, such as a schedule.
    NoChange(String),
    /// A fact that has to be there is missing or is none.
    Missing(String),
}

/// What an event of GitHub says, by its name and the text of its file.
///
/// # Errors
/// [`Untold`].
pub fn github(name: &str, text: &str) -> Result<Happening, Untold> {
    let event: Value = serde_json::from_str(text).map_err(|_| missing("the event file is not JSON"))?;
    match name {
        "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment" => {
            let request = &event["pull_request"];
            Ok(Happening::Request(Request {
                number: request["number"].as_u64(),
                target: branch(&request["base"]["ref"], "pull_request.base.ref")?,
                known: Some(commit(&request["base"]["sha"], "pull_request.base.sha")?),
                head: commit(&request["head"]["sha"], "pull_request.head.sha")?,
                body: request["body"].as_str().map(str::to_owned),
                of_target: name == "pull_request_target",
            }))
        }
        "merge_group" => Ok(Happening::Group {
            base: commit(&event["merge_group"]["base_sha"], "merge_group.base_sha")?,
            head: commit(&event["merge_group"]["head_sha"], "merge_group.head_sha")?,
        }),
        "push" => {
            let after = commit(&event["after"], "after")?;
            if is_zero(&after) {
                return Err(Untold::NoChange("the deletion of a branch".to_owned()));
            }
            let before = commit(&event["before"], "before")?;
            let name = event["ref"].as_str().ok_or_else(|| missing("the event has no ref"))?;
            Ok(Happening::Push(Push {
                before: Some(before).filter(|before| !is_zero(before)),
                after,
                branch: name.strip_prefix("refs/heads/").filter(|name| is_branch(name)).map(str::to_owned),
                default: event["repository"]["default_branch"].as_str().filter(|n| is_branch(n)).map(str::to_owned),
            }))
        }
        other => Err(Untold::NoChange(format!("the event {}", quoted(other)))),
    }
}

/// What the variables of a pipeline of GitLab say.
///
/// # Errors
/// [`Untold`].
pub fn gitlab<'a>(variable: &dyn Fn(&str) -> Option<&'a str>) -> Result<Happening, Untold> {
    let text = |name: &str| variable(name).map_or(Value::Null, Value::from);
    let source = variable("CI_PIPELINE_SOURCE").unwrap_or_default();
    let present = |name: &str| variable(name).map(|_| commit(&text(name), name)).transpose();
    match source {
        "merge_request_event" => {
            // Where the result of the merge is checked out, the tips of both branches are given apart.
            let head = match present("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")? {
                Some(head) => head,
                None => commit(&text("CI_COMMIT_SHA"), "CI_COMMIT_SHA")?,
            };
            Ok(Happening::Request(Request {
                number: variable("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok()),
                target: branch(&text("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?,
                known: match present("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")? {
                    None => present("CI_MERGE_REQUEST_DIFF_BASE_SHA")?,
                    tip => tip,
                },
                head,
                body: variable("CI_MERGE_REQUEST_DESCRIPTION").map(str::to_owned),
                of_target: false,
            }))
        }
        "push" => Ok(Happening::Push(Push {
            before: Some(commit(&text("CI_COMMIT_BEFORE_SHA"), "CI_COMMIT_BEFORE_SHA")?).filter(|id| !is_zero(id)),
            after: commit(&text("CI_COMMIT_SHA"), "CI_COMMIT_SHA")?,
            branch: variable("CI_COMMIT_BRANCH").filter(|name| is_branch(name)).map(str::to_owned),
            default: variable("CI_DEFAULT_BRANCH").filter(|name| is_branch(name)).map(str::to_owned),
        })),
        other => Err(Untold::NoChange(format!("a pipeline of the source {}", quoted(other)))),
    }
}

fn missing(what: impl Into<String>) -> Untold {
    Untold::Missing(what.into())
}

/// A text that is not what it should be, as far as it tells what it is.
fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(64).collect();
    let more = if cut == text { "" } else { " and so on" };
    format!("{cut:?}{more}")
}

/// The id of a commit, whole: nothing else that git would take for a revision.
fn commit(value: &Value, name: &str) -> Result<String, Untold> {
    let text = value.as_str().ok_or_else(|| missing(format!("there is no {name}")))?;
    let whole = matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if whole {
        Ok(text.to_owned())
    } else {
        Err(missing(format!("{name} is {}, which is no id of a commit", quoted(text))))
    }
}

fn branch(value: &Value, name: &str) -> Result<String, Untold> {
    let text = value.as_str().ok_or_else(|| missing(format!("there is no {name}")))?;
    if is_branch(text) {
        Ok(text.to_owned())
    } else {
        Err(missing(format!("{name} is {}, which is no branch", quoted(text))))
    }
}

/// Whether git allows a branch of this name, as far as it matters to what else it would take it for.
fn is_branch(name: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
    !name.is_empty() && !name.starts_with('-') && !name.contains("..") && !name.contains("@{") && !name.contains(odd)
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|b| b == b'0')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn nothing_but_a_whole_id_is_a_commit() {
        for id in ["HEAD", "", "aaaa", &A.to_uppercase(), "main", &A.replacen('a', "g", 1), &A[1..]] {
            assert!(commit(&Value::from(id), "x").is_err(), "{id}");
        }
        assert!(commit(&Value::Null, "x").is_err());
        assert!(commit(&Value::from("a".repeat(64)), "x").is_ok());
        for name in ["", "-f", "a b", "a..b", "main^2", "a~", "x@{1}", "a:b", "a\nb"] {
            assert!(branch(&Value::from(name), "x").is_err(), "{name}");
        }
        assert_eq!(branch(&Value::from("release/2026.1"), "x").unwrap(), "release/2026.1");
        let long = Untold::Missing(format!("x is \"{}\" and so on, which is no id of a commit", "é".repeat(64)));
        assert_eq!(commit(&Value::from("é".repeat(99)), "x"), Err(long));
    }

    #[test]
    fn a_push_says_what_stood_there() {
        let push = |before: &str, after: &str, name: &str| {
            let text = format!(
                r#"{{"ref": "{name}", "before": "{before}", "after": "{after}", "repository": {{"default_branch": "main"}}}}"#
            );
            github("push", &text)
        };
        let pushed = |before: Option<&str>, branch: Option<&str>| {
            let (before, branch) = (before.map(str::to_owned), branch.map(str::to_owned));
            Ok(Happening::Push(Push { before, after: B.to_owned(), branch, default: Some("main".to_owned()) }))
        };
        assert_eq!(push(A, B, "refs/heads/a/b"), pushed(Some(A), Some("a/b")));
        assert_eq!(push(ZERO, B, "refs/heads/new"), pushed(None, Some("new")));
        assert_eq!(push(ZERO, B, "refs/tags/v1"), pushed(None, None));
        assert!(matches!(push(A, ZERO, "refs/heads/old"), Err(Untold::NoChange(_))));
        assert!(matches!(push("HEAD~", B, "refs/heads/main"), Err(Untold::Missing(_))));
    }

    #[test]
    fn what_is_no_change_is_none() {
        for name in ["schedule", "workflow_dispatch", "issue_comment", ""] {
            assert!(matches!(github(name, "{}"), Err(Untold::NoChange(_))), "{name}");
        }
        for name in ["push", "pull_request", "merge_group"] {
            for text in ["", "{}", "[]", "null", "{\"pull_request\": 1}"] {
                assert!(matches!(github(name, text), Err(Untold::Missing(_))), "{name} {text}");
            }
        }
        let of = |pairs: &[(&'static str, &'static str)]| {
            gitlab(&|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
        };
        assert!(matches!(of(&[("CI_PIPELINE_SOURCE", "schedule")]), Err(Untold::NoChange(_))));
        assert!(matches!(of(&[]), Err(Untold::NoChange(_))));
        assert!(matches!(of(&[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_SHA", A)]), Err(Untold::Missing(_))));
        assert!(matches!(
            of(&[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_SHA", A), ("CI_COMMIT_BEFORE_SHA", ZERO)]),
            Ok(Happening::Push(Push { before: None, .. }))
        ));
    }

    #[test]
    fn a_merge_request_is_told_by_its_variables() {
        let mut pairs = vec![
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", A),
            ("CI_COMMIT_SHA", B),
        ];
        let of = |pairs: &[(&'static str, &'static str)]| {
            gitlab(&|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)).unwrap()
        };
        let mut request = Request {
            number: Some(7),
            target: "main".to_owned(),
            known: Some(A.to_owned()),
            head: B.to_owned(),
            body: None,
            of_target: false,
        };
        assert_eq!(of(&pairs), Happening::Request(request.clone()));
        // The result of the merge: both tips are given apart.
        pairs.extend([("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", A), ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", B)]);
        pairs.push(("CI_MERGE_REQUEST_DESCRIPTION", "why"));
        (request.known, request.head, request.body) = (Some(B.to_owned()), A.to_owned(), Some("why".to_owned()));
        assert_eq!(of(&pairs), Happening::Request(request));
    }
}
