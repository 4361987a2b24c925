//! What a journal says: its lines, how they are chained, and the state that replaying them gives.
//!
//! Each line carries the hash of the line before it and a hash of itself, so that an edited line is known from one
//! that a crash tore. Files, clocks and brokers must never enter this room.

#[cfg(test)]
mod laws;
mod run;

use crate::hash::sha256;
use crate::schema::{Sheet, schema_of};
use crate::trade::{End, Fill};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The version of the format; the part before the dot is the major.
pub const FORMAT_VERSION: &str = "1.0";

/// The schema of a line.
pub const SHEET: Sheet = Sheet { file: "journal.schema.json", schema: schema_of::<Line> };

/// What happened. One line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Event {
    /// A plan is about to be applied.
    Begin {
        /// With which broker.
        broker: String,
        /// Where the account stood, in the broker's own words; for `paper` the SHA-256 of the holdings file.
        mark: String,
    },
    /// An order is about to be sent, once.
    Intent {
        /// The order.
        order: String,
        /// Which attempt, from 1.
        attempt: u32,
        /// Where the account stands before.
        before: String,
        /// Where it will stand when the order is filled.
        after: String,
    },
    /// The broker has taken it.
    Ack {
        /// The order.
        order: String,
        /// The broker's own name for it.
        reference: String,
        /// When the broker took it, in its own words, when it said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
        /// Whether its answer was lost and it was found among the broker's orders.
        #[serde(default, skip_serializing_if = "is_false")]
        adopted: bool,
    },
    /// Whether the broker has it is not known: its answer was lost. It is looked for, and never sent again blindly.
    Unknown {
        /// The order.
        order: String,
        /// Why.
        reason: String,
        /// The broker's orders that it could be, when there are several: a person has to say which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        candidates: Vec<Candidate>,
    },
    /// So much of it was executed so far. It can come again with more.
    Fill(Box<Fill<String>>),
    /// The broker is about to be asked to cancel what is left of it.
    Cancel {
        /// The order.
        order: String,
        /// Why.
        reason: String,
    },
    /// Nothing more will come of it.
    Done {
        /// The order.
        order: String,
        /// How it ended; not there when it was filled whole.
        #[serde(default, skip_serializing_if = "End::is_filled")]
        end: End,
    },
    /// It was proven not to have been executed. It may be sent again, as another attempt.
    Failed {
        /// The order.
        order: String,
        /// Why.
        reason: String,
    },
    /// The plan's cash is about to be paid in or taken out, once.
    Transfer {
        /// How much, below zero when it is taken out.
        amount: String,
        /// Where the account stands before.
        before: String,
        /// Where it will stand when the cash is moved.
        after: String,
    },
    /// It was paid in or taken out.
    Transferred,
    /// An amount of the plan is about to be converted, once.
    Convert {
        /// The conversion.
        conversion: String,
        /// Where the account stands before.
        before: String,
        /// Where it will stand when it is converted.
        after: String,
    },
    /// It was converted.
    Converted {
        /// The conversion.
        conversion: String,
    },
    /// The plan is ended with what was executed: nothing more is sent.
    Closed {
        /// Why.
        reason: String,
    },
    /// The record stands in the log.
    Logged,
    /// The plan is applied.
    Finished,
}

/// An order at the broker that may be the one whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The broker's own name for it.
    pub reference: String,
    /// What is known of it, for people: when, how many, at what price, by which channel.
    pub about: String,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A line without its own hash, which follows as the last key, `hash`: the SHA-256 of the line without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "journal.jsonl, a line without its hash")]
pub struct Line {
    /// The version of the format.
    pub format_version: String,
    /// Its number, from 1.
    pub seq: u64,
    /// When it was written, RFC 3339 in UTC.
    pub time: String,
    /// The plan it is about.
    pub plan_id: String,
    /// What happened.
    pub event: Event,
    /// Hash of the line before; empty in the first.
    pub prev: String,
}

/// What all lines together say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Every plan that was begun, oldest first. Only the last can be unfinished.
    pub runs: Vec<Run>,
    /// Hash of the last line; empty while there is none.
    pub head: String,
    /// Number of lines.
    pub seq: u64,
}

/// A plan that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The plan.
    pub plan_id: String,
    /// When it began.
    pub began: String,
    /// With which broker.
    pub broker: String,
    /// Where the account stood.
    pub opening: String,
    /// Where the account stood after the last thing that was done.
    pub standing: String,
    /// Its orders that were begun, in order.
    pub orders: Vec<Progress>,
    /// Its cash that was about to be moved, in order.
    pub moves: Vec<Moving>,
    /// Why it was ended with what was executed, if it was.
    pub closed: Option<String>,
    /// Whether its record stands in the log.
    pub logged: bool,
    /// When it was finished, if it was.
    pub finished: Option<String>,
}

/// An order that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The order.
    pub id: String,
    /// Its latest attempt.
    pub attempt: u32,
    /// When that was begun.
    pub at: String,
    /// Where the account stood before.
    pub before: String,
    /// Where it stands once the order is filled.
    pub after: String,
    /// What the broker calls it, once it has taken it.
    pub ack: Option<Acked>,
    /// How often the broker had taken it: attempts that it refused are not counted.
    pub taken: u32,
    /// What was executed of it so far.
    pub fill: Option<Fill>,
    /// How far it got.
    pub stage: Stage,
}

/// What the broker said when it took an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acked {
    /// Its own name for it.
    pub reference: String,
    /// When, in its own words.
    pub at: Option<String>,
}

/// Cash that was about to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// What it goes by: `deposit`, `withdrawal`, or the id of a conversion.
    pub id: String,
    /// Where the account stood before.
    pub before: String,
    /// Where it stands once the cash is moved.
    pub after: String,
    /// Whether it was moved.
    pub moved: bool,
}

/// How far an order got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It was about to be sent. Whether it was is not known.
    Intent,
    /// It was sent, perhaps, and the answer was lost. What it could be at the broker, when a person has to say.
    Unknown(Vec<Candidate>),
    /// The broker has taken it.
    Acked,
    /// Some of it was executed, or all.
    Filled,
    /// Nothing more will come of it.
    Done(End),
    /// It was not executed.
    Failed(String),
}

/// An event that cannot follow what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Illegal {
    /// The event.
    pub event: &'static str,
    /// Why it cannot stand here.
    pub why: String,
}

impl fmt::Display for Illegal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot stand here: {}", self.event, self.why)
    }
}

/// Why a journal is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Not a line of a journal.
    Shape(String),
    /// A major version this program does not know.
    Version(String),
    /// Its hash is not that of its text.
    Edited,
    /// It does not follow the line before it: one was removed, added or moved.
    Unchained,
    /// It says what cannot be.
    Illegal(Illegal),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(why) => write!(f, "not a line of a journal: {why}"),
            Self::Version(version) => write!(f, "its format {version} is not known to this program ({FORMAT_VERSION})"),
            Self::Edited => f.write_str("it was edited: its hash is not that of its text"),
            Self::Unchained => f.write_str("it does not follow the line before it: a line was removed, added or moved"),
            Self::Illegal(illegal) => illegal.fmt(f),
        }
    }
}

/// How a file of lines ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// With a line break, or it is empty.
    Whole,
    /// With a line that only lacks its line break.
    NoBreak,
    /// With a piece of a line: a crash tore it.
    Torn,
}

/// A replayed journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// What it says.
    pub state: State,
    /// How many bytes hold whole lines.
    pub whole: usize,
    /// How it ends.
    pub tail: Tail,
}

/// Replays a journal from its bytes.
///
/// # Errors
/// [`Broken`] for the first line that is not as it was written. A torn last line is none of these: see [`Tail`].
pub fn replay(bytes: &[u8]) -> Result<Replay, Broken> {
    let mut state = State::default();
    let mut whole = 0;
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let (text, broken_off) = match line.strip_suffix(b"\n") {
            Some(text) => (text, false),
            None => (line, true),
        };
        match state.read(text) {
            Ok(next) => state = next,
            // A piece of a line never ends with a hash. Nothing was done on the strength of it: it was not yet synced.
            Err(Fault::Shape(_)) if broken_off => return Ok(Replay { state, whole, tail: Tail::Torn }),
            Err(fault) => return Err(Broken { line: index + 1, fault }),
        }
        whole += line.len();
        if broken_off {
            return Ok(Replay { state, whole, tail: Tail::NoBreak });
        }
    }
    Ok(Replay { state, whole, tail: Tail::Whole })
}

impl State {
    /// The state after one more event, and the line that says so (without a line break).
    ///
    /// # Errors
    /// [`Illegal`] when the event cannot follow.
    pub fn with(&self, time: &str, plan_id: &str, event: Event) -> Result<(Self, String), Illegal> {
        let mut next = self.clone();
        next.take(time, plan_id, &event)?;
        let line = Line {
            format_version: FORMAT_VERSION.to_owned(),
            seq: self.seq + 1,
            time: time.to_owned(),
            plan_id: plan_id.to_owned(),
            event,
            prev: self.head.clone(),
        };
        // Serialising a struct of text and integers cannot fail.
        let body = serde_json::to_string(&line).unwrap_or_default();
        let hash = sha256(body.as_bytes());
        let open = body.strip_suffix('}').unwrap_or(&body);
        let text = format!("{open}{HASH}{hash}{END}");
        next.head = hash;
        next.seq += 1;
        Ok((next, text))
    }

    /// The brokers' names of all orders that were taken: those that are open are no strangers'.
    #[must_use]
    pub fn references(&self) -> BTreeSet<&str> {
        let orders = self.runs.iter().flat_map(|run| &run.orders);
        orders.filter_map(|order| Some(order.ack.as_ref()?.reference.as_str())).collect()
    }

    /// The plan that was begun and is not finished, if there is one.
    #[must_use]
    pub fn unfinished(&self) -> Option<&Run> {
        self.runs.last().filter(|run| run.finished.is_none())
    }

    /// A plan that was begun.
    #[must_use]
    pub fn run(&self, plan_id: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.plan_id == plan_id)
    }

    fn read(&self, text: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(text).map_err(|_| Fault::Shape("not UTF-8".to_owned()))?;
        let (body, hash) = unsealed(text).ok_or_else(|| Fault::Shape("it does not end with its hash".to_owned()))?;
        if sha256(body.as_bytes()) != hash {
            return Err(Fault::Edited);
        }
        let version = version_of(&body)?;
        if version.split('.').next() != FORMAT_VERSION.split('.').next() {
            return Err(Fault::Version(version));
        }
        let line: Line = serde_json::from_str(&body).map_err(|error| Fault::Shape(error.to_string()))?;
        if line.prev != self.head || line.seq != self.seq + 1 {
            return Err(Fault::Unchained);
        }
        let mut next = self.clone();
        next.take(&line.time, &line.plan_id, &line.event).map_err(Fault::Illegal)?;
        hash.clone_into(&mut next.head);
        next.seq = line.seq;
        Ok(next)
    }
}

const HASH: &str = ",\"hash\":\"";
const END: &str = "\"}";

/// A line without its own hash, and that hash.
fn unsealed(text: &str) -> Option<(String, &str)> {
    let (open, hash) = text.strip_suffix(END)?.rsplit_once(HASH)?;
    Some((format!("{open}}}"), hash))
}

fn version_of(body: &str) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Version {
        format_version: String,
    }
    let version: Version = serde_json::from_str(body).map_err(|error| Fault::Shape(error.to_string()))?;
    Ok(version.format_version)
}
