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
    /// Columns of a line.
    pub width: usize,
}

/// Columns when nobody says how many there are.
const WIDTH: usize = 80;

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
        Self { color, links: color && host.out_is_terminal, width: host.columns.unwrap_or(WIDTH).clamp(40, 200) }
    }

    /// No colour, 80 columns.
    #[must_use]
    pub fn plain() -> Self {
        Self { color: false, links: false, width: WIDTH }
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
