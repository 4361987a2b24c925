//! The text of a comment: its marker, and what of it fits.

use std::fmt;

/// The most that GitHub takes, in characters. Counted here in UTF-16 units, which are never fewer.
const LONGEST: usize = 65_536;
/// What is kept free for the closing of blocks and for the note.
const SPARE: usize = 512;
/// The deepest nesting of folded parts that is closed; a line that goes deeper is where the text is cut.
const DEEPEST: usize = 16;

/// The first line of a comment, by which it is found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// The marker of this name: lower-case letters, digits and hyphens, at most 40.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        // Two hyphens would end the marker early for some readers.
        let good = plain && !name.is_empty() && name.len() <= 40 && !name.contains("--") && !name.ends_with('-');
        good.then(|| Self(format!("<!-- rebalance:{name} -->")))
    }

    /// Whether a comment begins with it.
    pub(super) fn is_of(&self, body: &str) -> bool {
        body.lines().next().is_some_and(|line| line.trim_end() == self.0)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A comment: its marker, and as much of a text as GitHub takes.
///
/// It is cut between two lines. What is open there, a block of code or a folded part, is closed, and a note says that
/// there was more.
#[must_use]
pub fn compose(marker: &Marker, text: &str) -> String {
    let text = text.trim_end();
    let whole = format!("{marker}\n{text}\n");
    if length(&whole) <= LONGEST {
        return whole;
    }
    let (kept, open) = cut(text, LONGEST - SPARE - length(&marker.0));
    let note = "*This is not all of it: the rest does not fit a comment.*";
    format!("{marker}\n{}\n{}\n{note}\n", kept.trim_end_matches('\n'), open.closing())
}

/// Whether two bodies say the same. GitHub may keep other line ends, and none at the end.
pub(super) fn same(one: &str, other: &str) -> bool {
    let lines =
        |text: &str| text.trim_end().lines().map(|line| line.trim_end_matches('\r').to_owned()).collect::<Vec<_>>();
    lines(one) == lines(other)
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What is open at the end of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Open {
    /// The fence of a block of code: its sign, and how many.
    fence: Option<(char, usize)>,
    /// Folded parts.
    details: usize,
    /// A remark that is not shown.
    remark: bool,
}

impl Open {
    fn line(&mut self, line: &str) {
        let bare = line.trim_start_matches([' ', '>']);
        let sign = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let signs = sign.map_or(0, |sign| bare.chars().take_while(|c| *c == sign).count());
        match (self.fence, sign) {
            (Some((open, n)), Some(sign))
                if sign == open && signs >= n && bare.chars().all(|c| c == sign || c == ' ') =>
            {
                self.fence = None;
            }
            (Some(_), _) => {}
            (None, Some(sign)) if signs >= 3 => self.fence = Some((sign, signs)),
            (None, _) => self.markup(line),
        }
    }

    fn markup(&mut self, line: &str) {
        let count = |word: &str| line.matches(word).count();
        self.details = (self.details + count("<details")).saturating_sub(count("</details"));
        let (begins, ends) = (line.rfind("<!--"), line.rfind("-->"));
        self.remark = match (begins, ends) {
            (Some(begins), Some(ends)) => begins > ends,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => self.remark,
        };
    }

    fn closing(&self) -> String {
        let mut text = String::new();
        if let Some((sign, n)) = self.fence {
            text.extend(std::iter::repeat_n(sign, n));
            text.push('\n');
        }
        if self.remark {
            text.push_str("-->\n");
        }
        for _ in 0..self.details {
            text.push_str("\n</details>\n");
        }
        text
    }
}

/// As many whole lines as fit, and what is open after them.
fn cut(text: &str, limit: usize) -> (&str, Open) {
    let (mut open, mut at, mut used) = (Open::default(), 0, 0);
    for line in text.split_inclusive('\n') {
        let mut next = open.clone();
        next.line(line.trim_end());
        used += length(line);
        let long_fence = next.fence.is_some_and(|(_, n)| n > SPARE / 4);
        if used > limit || next.details > DEEPEST || long_fence {
            break;
        }
        (open, at) = (next, at + line.len());
    }
    (text.get(..at).unwrap_or_default(), open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        Marker::new("review").unwrap()
    }

    #[test]
    fn a_marker_is_a_remark_that_nothing_ends_early() {
        assert_eq!(marker().to_string(), "<!-- rebalance:review -->");
        for bad in ["", "a--b", "a-", "a>b", "A", "a b", "ä", &"a".repeat(41)] {
            assert_eq!(Marker::new(bad), None, "{bad}");
        }
        let ours = compose(&marker(), "hello");
        assert!(marker().is_of(&ours) && marker().is_of(&ours.replace('\n', "\r\n")));
        assert!(!marker().is_of("quoted: <!-- rebalance:review -->"));
        assert!(!marker().is_of("> <!-- rebalance:review -->\n"));
        assert!(!marker().is_of("hello\n<!-- rebalance:review -->\n"));
        assert!(!Marker::new("other").unwrap().is_of(&ours));
    }

    #[test]
    fn what_fits_is_kept_whole() {
        let text = "a".repeat(LONGEST - length(&marker().0) - 2);
        let body = compose(&marker(), &text);
        assert_eq!(length(&body), LONGEST);
        assert!(body.contains(&text));
        let body = compose(&marker(), &format!("{text}b"));
        assert!(length(&body) < LONGEST && body.contains("not all of it") && !body.contains("aaa"));
    }

    #[test]
    fn a_cut_closes_what_is_open() {
        let filler = "한😀 | text\n".repeat(12_000);
        for (before, closing) in [
            ("", "\n\n*This"),
            ("```diff\n", "\n```\n\n*This"),
            ("~~~~\n```\n", "\n~~~~\n\n*This"),
            ("<details><summary>Orders</summary>\n\n", "\n\n</details>\n\n*This"),
            ("<details>\n<details>\n\n```\n", "\n```\n\n</details>\n\n</details>\n\n*This"),
            ("<!-- a remark\n", "\n-->\n\n*This"),
            ("```\ncode <details>\n```\n", "\n\n*This"),
            ("<details>\n</details>\n", "\n\n*This"),
        ] {
            let body = compose(&marker(), &format!("{before}{filler}"));
            assert!(length(&body) <= LONGEST && length(&body) > LONGEST - 2 * SPARE, "{before}: {}", length(&body));
            let (_, end) = body.rsplit_once("text").unwrap();
            assert!(end.starts_with(closing), "{before}: {end}");
            assert!(marker().is_of(&body));
        }
    }

    #[test]
    fn nothing_makes_a_comment_too_long() {
        let n = 70_000;
        for text in
            ["`".repeat(n), "😀".repeat(n), "<details>\n".repeat(n), format!("{}\n{}", "~".repeat(n), "a\n".repeat(n))]
        {
            let body = compose(&marker(), &text);
            assert!(length(&body) <= LONGEST, "{}", length(&body));
            assert_eq!(body.matches("<details").count(), body.matches("</details").count());
        }
    }

    #[test]
    fn line_ends_make_no_other_comment() {
        assert!(same("a\r\nb\r\n", "a\nb"));
        assert!(!same("a\nb", "a\n b"));
    }
}
