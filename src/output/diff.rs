//! What would change in a file, as a unified diff that `git apply` and `patch -p1` take.

use super::Paint;
use similar::TextDiff;

/// Draws the difference of two texts of a file.
#[must_use]
pub fn unified(path: &str, old: &str, new: &str, paint: Paint) -> String {
    let diff = TextDiff::from_lines(old, new);
    // As git writes it: a name with a blank in it ends with a tab.
    let end = if path.contains(' ') { "\t" } else { "" };
    let path = path.trim_start_matches('/');
    let (from, to) = (format!("a/{path}{end}"), format!("b/{path}{end}"));
    let text = diff.unified_diff().context_radius(3).header(&from, &to).to_string();
    if !paint.colored() {
        return text;
    }
    let line = |line: &str| match line.as_bytes().first() {
        Some(b'+') if line.starts_with("+++ ") => paint.bold(line),
        Some(b'-') if line.starts_with("--- ") => paint.bold(line),
        Some(b'+') => paint.green(line),
        Some(b'-') => paint.red(line),
        Some(b'@') => paint.dim(line),
        _ => line.to_owned(),
    };
    text.split_inclusive('\n')
        .map(|whole| {
            let bare = whole.trim_end_matches(['\n', '\r']);
            line(bare) + &whole[bare.len()..]
        })
        .collect()
}
