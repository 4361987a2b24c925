//! Markdown as a reader of CommonMark takes it.

/// A line without its code spans, by the rule of CommonMark: a run of backticks up to the next run of the same length.
pub(crate) fn outside(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        plain.push_str(&rest[..start]);
        let run = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let body = &rest[start + run..];
        let mut at = 0;
        let end = loop {
            let next = body[at..].find('`').unwrap_or_else(|| panic!("a code span is not closed: {line}")) + at;
            let length = body[next..].len() - body[next..].trim_start_matches('`').len();
            if length == run {
                break next + run;
            }
            at = next + length;
        };
        rest = &body[end..];
    }
    plain + rest
}
