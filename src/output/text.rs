//! Breaking lines to the width of a terminal, where a Korean letter takes two columns, and writing out what no reader
//! would see.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text broken at spaces to fit the width, each line indented; lines after the first a little further.
pub(super) fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let lines = broken(text, width.saturating_sub(columns(indent) + 2));
    let mut out = String::new();
    for (i, line) in lines.iter().enumerate() {
        let more = if i == 0 { "" } else { "  " };
        out.push_str(&format!("{indent}{more}{line}\n"));
    }
    out
}

/// The same for a text that anybody may have written: a word that is longer than a line is broken too.
pub(super) fn fitted(text: &str, indent: &str, width: usize) -> String {
    let room = width.saturating_sub(columns(indent) + 2).max(2);
    let words: Vec<String> = text.split(' ').flat_map(|word| pieces(word, room)).collect();
    wrapped(&words.join(" "), indent, width)
}

/// A word in pieces of at most so many columns.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut taken = 0;
    for c in word.chars() {
        let wide = c.width().unwrap_or(0);
        if taken + wide > room {
            pieces.push(String::new());
            taken = 0;
        }
        taken += wide;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

/// A text broken at spaces into lines of at most so many columns. A longer word has a line of its own.
pub(super) fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if columns(line) + 1 + columns(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A remedy below a finding: broken between words, but never within what stands in backticks, so that a command can be
/// pasted.
pub(super) fn help(text: &str, width: usize) -> String {
    let lines = broken_around_code(text, width.saturating_sub("  help: ".len()));
    format!("  help: {}\n", lines.join("\n    "))
}

/// A text broken at spaces into lines of at most so many columns, but not within backticks.
pub(super) fn broken_around_code(text: &str, width: usize) -> Vec<String> {
    let mut code = false;
    let kept: String = text
        .chars()
        .map(|c| {
            code ^= c == '`';
            if code && c == ' ' { KEPT } else { c }
        })
        .collect();
    // Without its end, no code begins.
    let lines = if code { broken(text, width) } else { broken(&kept, width) };
    lines.into_iter().map(|line| line.replace(KEPT, " ")).collect()
}

/// Stands for a space at which no line is broken. It is in no text that is shown: [`visible`] writes it out.
const KEPT: char = '\u{1}';

/// A text with every hash in it cut to what people compare by: twelve digits.
pub(super) fn short_hashes(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut String| {
        let shown = if run.len() >= 40 { 12 } else { run.len() };
        out.push_str(&run[..shown]);
        run.clear();
    };
    for c in text.chars() {
        if c.is_ascii_hexdigit() {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

/// A text on one line in which every character that ends a line, moves a cursor, hides, or turns the text round is written
/// out: `\n`, `\u{1b}`. Joiners stay, because emoji are made with them.
pub(super) fn visible(text: &str) -> String {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hides(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// A text of several lines on one: blanks squeezed, and nothing in it that a terminal obeys.
pub(super) fn flat(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Columns of a text on a terminal, colour codes aside.
pub(super) fn columns(text: &str) -> usize {
    without_color(text).width()
}

fn without_color(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        rest = rest[start..].find('m').map_or("", |end| &rest[start + end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_reader_would_see_is_written_out() {
        assert_eq!(visible("a\r\n\u{1b}[31m\u{202e}b"), "a\\r\\n\\u{1b}[31m\\u{202e}b");
        assert_eq!(visible("한국 👩\u{200d}💻 'x'"), "한국 👩\u{200d}💻 'x'");
    }

    #[test]
    fn hashes_are_cut_and_other_words_are_not() {
        let hash = "93aee290be58181e335706991bd0d15e4149347c1f3cd67a1006c9d7cc6ac1f6";
        assert_eq!(short_hashes(&format!("was {hash}, is faded")), "was 93aee290be58, is faded");
    }

    #[test]
    fn long_lines_are_broken_by_columns_not_bytes() {
        let text = wrapped("타이거 미국 나스닥 타이거 미국 나스닥 타이거 미국 나스닥", "  ", 40);
        assert!(text.lines().all(|line| columns(line) <= 40), "{text}");
        assert_eq!(text.lines().count(), 2);
        assert_eq!(broken("a verylongwordindeed b", 4), ["a", "verylongwordindeed", "b"]);
        assert_eq!(broken("", 4), [""]);
        assert_eq!(broken_around_code("run `a b c` now or then", 8), ["run", "`a b c`", "now or", "then"]);
        assert_eq!(broken_around_code("it is ` alone", 5), ["it is", "`", "alone"]);
        assert_eq!(help("wait until then", 18), "  help: wait until\n    then\n");
        assert_eq!(fitted("a verylongword b", "", 8), "a\n  verylo\n  ngword\n  b\n");
        assert_eq!(fitted("한국한국한국 b", "  ", 9), "  한국\n    한국\n    한국\n    b\n");
        assert_eq!(columns("\u{1b}[31merror\u{1b}[0m"), 5);
    }
}
