//! What a commit message says: the reason for a change, and an override of the cooldown.
//!
//! Everything here is text in, text out. Which commit the message belongs to must never enter this file.

/// The line that overrides the cooldown.
pub const OVERRIDE_KEY: &str = "Cooldown-Override";
/// The line that says why.
pub const REASON_KEY: &str = "Reason";

/// The line git puts above what `git commit -v` appends, after the comment string.
const SCISSORS: &str = "------------------------ >8 ------------------------";

/// The characters git picks from when `core.commentChar` is `auto`.
const AUTO: &str = "#;@!$%^&|:";

/// Trailers of one word; any with a hyphen is one as well.
const TRAILERS: [&str; 12] =
    ["cc", "fixes", "closes", "resolves", "ref", "refs", "bug", "issue", "link", "see", "task", "ticket"];

/// What starts a comment line in a message file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comment {
    /// This string (`core.commentString`, `core.commentChar`; `#` by default).
    Starts(String),
    /// Nothing: there was no editor, so git wrote no comments.
    Nothing,
    /// Whatever git picked so that it starts no line of the message (`core.commentChar = auto`).
    Auto,
}

impl Comment {
    /// The string that starts a comment line of this file.
    fn start(&self, raw: &str) -> Option<String> {
        match self {
            Self::Starts(text) => Some(text.clone()),
            Self::Auto => Some(picked(raw)),
            Self::Nothing => None,
        }
    }
}

impl Default for Comment {
    fn default() -> Self {
        Self::Starts("#".to_owned())
    }
}

/// The reason a message gives: a `Reason: …` line anywhere, since squashed messages are pasted together, or else its
/// body without trailers, or else the reason of an override.
#[must_use]
pub fn reason(message: &str) -> Option<String> {
    keyed(message, REASON_KEY).or_else(|| body(message)).or_else(|| override_reason(message))
}

/// The reason that the body of a pull request gives: as in a message, and all of it is body. What a template hides in
/// comments says nothing.
#[must_use]
pub fn request_reason(text: &str) -> Option<String> {
    let mut said = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        said.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    said.push_str(rest);
    reason(&format!("subject\n\n{said}"))
}

/// The reason of a `Cooldown-Override: …` line anywhere in a message. Without a reason it is no override.
#[must_use]
pub fn override_reason(message: &str) -> Option<String> {
    keyed(message, OVERRIDE_KEY)
}

/// What follows the subject's paragraph, without the trailers that tools add; `None` when nothing is left.
#[must_use]
pub fn body(message: &str) -> Option<String> {
    let lines = message.trim_start().lines().skip_while(|line| !line.trim().is_empty());
    let kept: Vec<&str> = lines.map(str::trim_end).filter(|line| !is_trailer(line)).collect();
    let text = kept.join("\n").trim_matches('\n').to_owned();
    text.chars().any(char::is_alphanumeric).then_some(text)
}

/// A message file as git will commit it: cut at the scissors, without comment lines.
#[must_use]
pub fn clean(raw: &str, comment: &Comment) -> String {
    let Some(start) = comment.start(raw) else { return raw.trim().to_owned() };
    let scissors = format!("{start} {SCISSORS}");
    let lines = raw.lines().take_while(|line| line.trim_end() != scissors);
    let kept: Vec<&str> =
        lines.filter(|line| start.is_empty() || !line.starts_with(&start)).map(str::trim_end).collect();
    let text = kept.join("\n").trim_matches('\n').to_owned();
    if text.is_empty() { text } else { text + "\n" }
}

/// How many bytes of a message file are the message's own: up to the end of its last line that is neither empty nor a
/// comment, and above the scissors.
#[must_use]
pub fn own_length(raw: &str, comment: &Comment) -> usize {
    let Some(start) = comment.start(raw) else { return raw.trim_end().len() };
    let scissors = format!("{start} {SCISSORS}");
    let (mut at, mut own) = (0, 0);
    for line in raw.split_inclusive('\n') {
        let text = line.trim_end();
        if text == scissors {
            break;
        }
        if !text.is_empty() && (start.is_empty() || !text.starts_with(&start)) {
            own = at + text.len();
        }
        at += line.len();
    }
    own
}

/// The comment character of a file whose comments git wrote last.
fn picked(raw: &str) -> String {
    let cut = raw.lines().find_map(|line| line.strip_suffix(SCISSORS)).map(str::trim_end);
    let last = raw.lines().rev().find(|line| !line.trim().is_empty());
    let first = cut.or(last).and_then(|line| line.chars().next());
    first.filter(|c| AUTO.contains(*c)).unwrap_or('#').to_string()
}

/// The text of the first `key: text` line that has any, wherever it stands and however far it is indented.
fn keyed(message: &str, key: &str) -> Option<String> {
    message.lines().find_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("* ").or_else(|| line.strip_prefix("- ")).unwrap_or(line).trim_start();
        let (name, text) = line.split_once(':')?;
        let text = text.trim();
        (name.trim_end().eq_ignore_ascii_case(key) && !text.is_empty()).then(|| text.to_owned())
    })
}

/// Whether a line is one that tools add: a trailer, or git's note on where a cherry-pick came from.
fn is_trailer(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with("(cherry picked from commit ") {
        return true;
    }
    let Some((token, _)) = line.split_once(':') else { return false };
    let word = token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !token.is_empty();
    word && (token.contains('-') || TRAILERS.contains(&token.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_text_ends_before_comments_and_scissors() {
        let cases = [
            ("Raise gold\n", "Raise gold"),
            ("Raise gold\n\n# Please enter\n#\n", "Raise gold"),
            ("Raise gold\n# in between\nwhy\n\n# last\n", "Raise gold\n# in between\nwhy"),
            ("a\n# ------------------------ >8 ------------------------\ndiff\n", "a"),
            ("# only comments\n", ""),
        ];
        for (raw, own) in cases {
            assert_eq!(&raw[..own_length(raw, &Comment::default())], own, "{raw:?}");
        }
        assert_eq!(own_length("#12 raise\n", &Comment::Nothing), 9);
        assert_eq!(clean("#12 raise\n", &Comment::Nothing), "#12 raise");
    }

    #[test]
    fn a_reason_is_a_line_or_a_body_but_no_trailer() {
        let cases: &[(&str, Option<&str>)] = &[
            ("Raise gold", None),
            ("", None),
            ("Raise gold\nstill the subject", None),
            ("Raise gold\n\nInflation is back.", Some("Inflation is back.")),
            ("Raise gold\n\nInflation is back.\n\nSigned-off-by: A <a@b>", Some("Inflation is back.")),
            ("Raise gold\n\nSigned-off-by: A <a@b>\nCo-authored-by: B <b@c>", None),
            ("Raise gold\n\nChange-Id: I123\n", None),
            ("Raise gold\n\nFixes: #12\n\n", None),
            ("Raise gold\n\n(cherry picked from commit 0123)", None),
            ("Raise gold\n\n---\n", None),
            ("Raise gold\n\nNote: rates fell", Some("Note: rates fell")),
            ("Reason: rates fell", Some("rates fell")),
            ("One\n\n* Two\n\nReason: rates fell\n\n* Three\n\nSigned-off-by: A", Some("rates fell")),
            ("Squashed\n\n    Reason:   rates fell  ", Some("rates fell")),
            ("One\n\n* reason: rates fell", Some("rates fell")),
            ("One\n\nReason:\nReason: rates fell", Some("rates fell")),
            ("One\n\nCooldown-Override: crash", Some("crash")),
            ("금 비중 확대\n\n물가가 오른다", Some("물가가 오른다")),
            ("One\r\n\r\nBody\r\n", Some("Body")),
        ];
        for (message, expected) in cases {
            assert_eq!(reason(message).as_deref(), *expected, "{message:?}");
        }
    }

    #[test]
    fn an_override_needs_a_reason() {
        let cases: &[(&str, Option<&str>)] = &[
            ("One\n\nCooldown-Override: crash", Some("crash")),
            ("One\n\ncooldown-override:crash\n\nmore", Some("crash")),
            ("Cooldown-Override: crash", Some("crash")),
            ("One\n\nCooldown-Override:", None),
            ("One\n\nCooldown-Override:   \n", None),
            ("One\n\nno Cooldown-Override: crash", None),
            ("One\n\n> Cooldown-Override: crash", None),
            ("One\n\nCooldown-Overrides: crash", None),
        ];
        for (message, expected) in cases {
            assert_eq!(override_reason(message).as_deref(), *expected, "{message:?}");
        }
    }

    #[test]
    fn a_message_file_is_cleaned_as_git_does() {
        let hash = Comment::default();
        let semicolon = Comment::Starts(";".to_owned());
        let wide = Comment::Starts("//".to_owned());
        let cut = "# ------------------------ >8 ------------------------";
        let cases: &[(&str, &Comment, &str)] = &[
            ("One\n\n# a comment\nBody\n# another\n", &hash, "One\n\nBody\n"),
            (&format!("One\n{cut}\n# Do not touch\ndiff\n+Reason: forged\n"), &hash, "One\n"),
            (&format!("One\n{}\ndiff\n", cut.replace('#', ";")), &semicolon, "One\n"),
            ("One\n# kept\n; gone\n", &semicolon, "One\n# kept\n"),
            ("One\n// gone\n/ kept\n", &wide, "One\n/ kept\n"),
            ("One\n#2 is kept\n\n; Please enter\n;\n", &Comment::Auto, "One\n#2 is kept\n"),
            ("One\n\n# Please enter\n#\n", &Comment::Auto, "One\n"),
            (&format!("One\n#1\n{}\ndiff\n+x\n", cut.replace('#', ";")), &Comment::Auto, "One\n#1\n"),
            ("One\n\nBody\n", &Comment::Auto, "One\n\nBody\n"),
            ("# only\n\n", &hash, ""),
            ("", &hash, ""),
        ];
        for (raw, comment, expected) in cases {
            assert_eq!(clean(raw, comment), *expected, "{raw:?}");
        }
    }
}
