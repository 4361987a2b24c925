//! Colour, and the two places a command writes to.

use super::ColorWhen;
use crate::fault::Fault;
use crate::host::Host;
use anstyle::{AnsiColor, Style};
use std::fmt::Display;

/// Whether to colour, and how wide lines may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    color: bool,
    links: bool,
    /// Whether characters beyond ASCII may be drawn with. Names are printed as they are either way.
    pub unicode: bool,
    /// Columns of a line.
    pub width: usize,
}

/// Columns when nobody says how many there are.
const WIDTH: usize = 80;

/// Whether the terminal takes UTF-8, as POSIX tells it: the first of the three that is set decides.
fn unicode(host: &Host<'_>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| host.var(name));
    let charset = locale.map(|locale| locale.to_ascii_lowercase().replace('-', ""));
    charset.is_some_and(|charset| charset.split('@').next().is_some_and(|name| name.ends_with("utf8")))
}

impl Paint {
    /// What the options, the environment and the terminal come to. NO_COLOR is from no-color.org, CLICOLOR_FORCE from
    /// bixense.com/clicolors.
    #[must_use]
    pub fn of(when: ColorWhen, host: &Host<'_>) -> Self {
        let color = match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto if host.var("NO_COLOR").is_some() => false,
            ColorWhen::Auto if host.var("CLICOLOR_FORCE").is_some_and(|force| force != "0") => true,
            ColorWhen::Auto => host.out_is_terminal && host.var("TERM") != Some("dumb"),
        };
        let links = color && host.out_is_terminal;
        Self { color, links, unicode: unicode(host), width: host.columns.unwrap_or(WIDTH).clamp(40, 200) }
    }

    /// No colour, ASCII, 80 columns.
    #[must_use]
    pub fn plain() -> Self {
        Self { color: false, links: false, unicode: false, width: WIDTH }
    }

    /// Whether there is colour.
    #[must_use]
    pub fn colored(self) -> bool {
        self.color
    }

    /// Whether words may be links: on a terminal with colour, because a file would keep their escape sequences.
    #[must_use]
    pub fn links(self) -> bool {
        self.links
    }

    fn with(self, style: Style, text: impl Display) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Something taken away.
    #[must_use]
    pub fn red(self, text: impl Display) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    /// Something added.
    #[must_use]
    pub fn green(self, text: impl Display) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// Something changed.
    #[must_use]
    pub fn yellow(self, text: impl Display) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// Something that matters.
    #[must_use]
    pub fn bold(self, text: impl Display) -> String {
        self.with(Style::new().bold(), text)
    }

    /// Something that can be skipped.
    #[must_use]
    pub fn dim(self, text: impl Display) -> String {
        self.with(Style::new().dimmed(), text)
    }
}

/// The two places a command writes to.
pub struct Ui<'h, 'a> {
    host: &'h mut Host<'a>,
    paint: Paint,
}

impl<'h, 'a> Ui<'h, 'a> {
    /// Writes through a host.
    pub fn new(host: &'h mut Host<'a>, paint: Paint) -> Self {
        Self { host, paint }
    }

    /// Prints an answer to standard output. A reader that went away is no error.
    pub fn answer(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Gives back bytes that were read, as they are, on standard output.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let written = self.host.out.write_all(bytes).and_then(|()| self.host.out.flush());
        let gone = |error: std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        self.host.lost |= written.is_err_and(|error| !gone(error));
    }

    /// Prints progress or a remark to standard error.
    pub fn note(&mut self, text: &str) {
        let _ = self.host.err.write_all(text.as_bytes());
        let _ = self.host.err.flush();
    }

    /// Prints an error and what to do about it to standard error.
    pub fn fault(&mut self, fault: &Fault) {
        let word = self.paint.red("error:");
        let mut text = format!("{word} {}\n", fault.message);
        for hint in &fault.hints {
            text.push_str(&format!("{} {hint}\n", self.paint.bold("help:")));
        }
        self.note(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    fn paint(env: &[(&str, &str)]) -> Paint {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let env: BTreeMap<String, String> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let host = Host {
            cwd: PathBuf::new(),
            env,
            now: 0,
            out: &mut out,
            err: &mut err,
            input: Box::new(std::io::empty()),
            out_is_terminal: false,
            err_is_terminal: false,
            lost: false,
            columns: None,
            pause: |_| (),
            live: Default::default(),
        };
        Paint::of(ColorWhen::Auto, &host)
    }

    #[test]
    fn the_locale_says_whether_there_is_more_than_ascii() {
        let cases: [(&[(&str, &str)], bool); 9] = [
            (&[], false),
            (&[("LANG", "ko_KR.UTF-8")], true),
            (&[("LANG", "C.utf8")], true),
            (&[("LANG", "de_DE.UTF-8@euro")], true),
            (&[("LANG", "ko_KR.eucKR")], false),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")], false),
            (&[("LANG", "C"), ("LC_CTYPE", "UTF-8")], true),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "")], true),
            (&[("LC_ALL", "POSIX"), ("LC_CTYPE", "en_US.UTF-8")], false),
        ];
        for (env, expected) in cases {
            assert_eq!(paint(env).unicode, expected, "{env:?}");
        }
    }
}
