//! A text in pieces that are short enough, broken where lines end.

/// Pieces of at most so much, by what each character counts; no piece is empty. A line that is too long by itself is
/// broken where it has to be.
pub(super) fn pieces(text: &str, most: usize, counts: fn(char) -> usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let mut taken = 0;
    let mut close = |piece: &mut String, taken: &mut usize| {
        let whole = std::mem::take(piece);
        *taken = 0;
        let whole = whole.trim_matches('\n');
        if !whole.is_empty() {
            pieces.push(whole.to_owned());
        }
    };
    for line in text.split_inclusive('\n') {
        if taken + line.chars().map(counts).sum::<usize>() > most {
            close(&mut piece, &mut taken);
        }
        for c in line.chars() {
            if taken + counts(c) > most {
                close(&mut piece, &mut taken);
            }
            piece.push(c);
            taken += counts(c);
        }
    }
    close(&mut piece, &mut taken);
    pieces
}

/// What a character counts where nobody says what a character is: its units of UTF-16, never fewer than anybody counts.
pub(super) fn units(c: char) -> usize {
    c.len_utf16()
}

/// The length of a text in the same units.
pub(super) fn length(text: &str) -> usize {
    text.chars().map(units).sum()
}

/// The beginning of a text, with an ellipsis where it does not end.
pub(super) fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = most.saturating_sub(1);
    for c in text.chars() {
        match left.checked_sub(units(c)) {
            Some(rest) => left = rest,
            None => break,
        }
        out.push(c);
    }
    out + "…"
}

/// Texts with their number before each, where there are several.
pub(super) fn numbered(texts: Vec<String>) -> Vec<String> {
    let of = texts.len();
    if of < 2 {
        return texts;
    }
    texts.into_iter().enumerate().map(|(i, text)| format!("({}/{of})\n{text}", i + 1)).collect()
}

/// Room for the number of a message.
pub(super) const NUMBER: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_kept_whole_where_they_fit() {
        assert_eq!(pieces("one\ntwo\nthree\n", 8, units), ["one\ntwo", "three"]);
        assert_eq!(pieces("abcdefgh", 3, units), ["abc", "def", "gh"]);
        assert_eq!(pieces("\n\n", 3, units), Vec::<String>::new());
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
        assert_eq!(numbered(vec!["a".into()]), ["a"]);
        assert_eq!(numbered(vec!["a".into(), "b".into()]), ["(1/2)\na", "(2/2)\nb"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(text in "([a-z한😀]{0,9}\n?){0,12}", most in 2_usize..12) {
            let found = pieces(&text, most, units);
            prop_assert!(found.iter().all(|piece| !piece.is_empty() && length(piece) <= most));
            let bare = |text: &str| text.replace('\n', "");
            prop_assert_eq!(bare(&found.concat()), bare(&text));
        }
    }
}
