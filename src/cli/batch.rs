//! `rebalance plan --batch`: an account a line on standard input, its plan a line on standard output, in the same order.
//!
//! One thread reads, several plan, and the command's own writes. Nobody gets ahead of the writing by more than a few
//! pieces of the input, so that memory does not grow with it. What a line says must never enter this file.

mod configs;
mod lines;

use super::unplanned::plan_fault;
use super::{Exit, Fault, Format, Global, Host};
use crate::batch::{self, Defaults, Failure, FailureKind, Line, MAX_LINE, Unplanned, pointer};
use crate::output::plan::grouped;
use crate::output::{Paint, Ui};
use crate::plan::file::Body;
use crate::plan::{Meta, Room, Status};
use crate::words::{count, excerpt};
use configs::Configs;
use lines::{Piece, Pieces};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, available_parallelism};

/// How many pieces each thread may be ahead of the writing.
const AHEAD: usize = 4;
/// How many times as long answers are as their lines, about. Room that grows as it is filled would be half as large again,
/// and copied.
const LONGER: usize = 12;
/// How many errors are told on standard error, beside their count.
const TOLD: usize = 10;
/// The most characters of an error there: a path may be long.
const MAX_TOLD: usize = 500;

/// A piece of the input and its place in it.
struct Work {
    place: usize,
    piece: Piece,
}

/// What became of a piece.
struct Done {
    place: usize,
    result: io::Result<Answers>,
}

/// The answers to a piece.
#[derive(Default)]
struct Answers {
    text: String,
    counts: Counts,
    /// The first errors: lines from 0 within the piece, and what is wrong with them.
    errors: Vec<(usize, String)>,
}

/// How many accounts there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    accounts: usize,
    orders: usize,
    refused: usize,
    errors: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.accounts += other.accounts;
        self.orders += other.orders;
        self.refused += other.refused;
        self.errors += other.errors;
    }
}

/// Runs the command.
pub(super) fn run(
    defaults: Defaults,
    jobs: Option<NonZeroUsize>,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    one_answer(global)?;
    let jobs = jobs.or_else(|| available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let configs = Arc::new(Configs::new(global, host));
    let input = std::mem::replace(&mut host.input, Box::new(io::empty()));
    let (tokens, may_read) = channel();
    let (to_work, work) = channel();
    let (to_done, done) = channel();
    let work = Arc::new(Mutex::new(work));
    for n in 0..jobs {
        let (work, to_done) = (Arc::clone(&work), to_done.clone());
        let (configs, defaults) = (Arc::clone(&configs), defaults.clone());
        let planner = Builder::new().name(format!("planner-{n}"));
        let planner = planner.spawn(move || plan_pieces(&work, &to_done, &configs, &defaults));
        planner.map_err(|error| Fault::unknown(format!("no thread can be started: {error}")))?;
    }
    // Not waited for: it may wait for input that never comes after the last answer could be written.
    let reader = Builder::new().name("reader".to_owned());
    let reader = reader.spawn(move || read_pieces(input, &may_read, &to_work, &to_done));
    reader.map_err(|error| Fault::unknown(format!("no thread can be started: {error}")))?;
    for _ in 0..jobs * AHEAD {
        let _ = tokens.send(());
    }
    write_answers(&done, &tokens, global, host, paint)
}

/// Lines have one format, and go where the next program reads them; and an account is all in its line.
fn one_answer(global: &Global) -> Result<(), Fault> {
    let other = global.outputs.formats().any(|format| format != Format::Jsonl);
    if other || global.outputs.files().next().is_some() {
        return Err(Fault::usage("a batch is printed as jsonl, to standard output")
            .hint("rebalance plan --batch < accounts.jsonl > plans.jsonl"));
    }
    if global.ex_dividend.is_some() {
        return Err(Fault::usage("a batch reads no file of ex-dividend dates")
            .hint("give the dates with each account: \"ex_dividend\": {\"069500\": [\"2026-04-29\"]}"));
    }
    if global.fx.is_some() {
        return Err(Fault::usage("a batch reads no file of exchange rates")
            .hint("give the rates with each account: \"fx\": {\"as_of\": \"2026-03-04\", \"base\": \"KRW\", \"rates\": {\"USD\": 1385.5}}"));
    }
    Ok(())
}

/// Reads the input, a piece for each token.
fn read_pieces(input: Box<dyn Read + Send>, tokens: &Receiver<()>, work: &Sender<Work>, done: &Sender<Done>) {
    let mut pieces = Pieces::of(input);
    let mut place = 0;
    while tokens.recv().is_ok() {
        let sent = match pieces.next() {
            Ok(Some(piece)) => work.send(Work { place, piece }).is_ok(),
            Ok(None) => false,
            Err(error) => {
                let _ = done.send(Done { place, result: Err(error) });
                false
            }
        };
        if !sent {
            break;
        }
        place += 1;
    }
}

/// Plans pieces as long as there are any.
fn plan_pieces(work: &Mutex<Receiver<Work>>, done: &Sender<Done>, configs: &Configs, defaults: &Defaults) {
    let mut room = Room::default();
    loop {
        let Ok(Ok(Work { place, piece })) = work.lock().map(|work| work.recv()) else { break };
        let answers = answers(&piece, configs, defaults, &mut room);
        if done.send(Done { place, result: Ok(answers) }).is_err() {
            break;
        }
    }
}

/// The answers to a piece, a line each.
fn answers(piece: &Piece, configs: &Configs, defaults: &Defaults, room: &mut Room) -> Answers {
    let mut answers = Answers::default();
    match piece {
        Piece::TooLong => answers.failed(None, &too_long()),
        Piece::Lines(bytes) => {
            answers.text.reserve(bytes.len() * LONGER);
            for line in bytes.split_inclusive(|&byte| byte == b'\n') {
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                if let Err((id, failure)) = answers.answer(line, configs, defaults, room) {
                    answers.failed(id, &failure);
                }
            }
        }
    }
    answers
}

impl Answers {
    /// Adds the plan of a line.
    ///
    /// # Errors
    /// The id of the line, where there is one, and why it has no plan.
    fn answer<'a>(
        &mut self,
        bytes: &'a [u8],
        configs: &Configs,
        defaults: &Defaults,
        room: &mut Room,
    ) -> Result<(), (Option<&'a RawValue>, Failure)> {
        if bytes.len() > MAX_LINE {
            return Err((None, too_long()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| (None, Failure::line("the line is not UTF-8")))?;
        let line = Line::read(text)?;
        let known = configs.of(&line);
        let known = known.as_ref().as_ref().map_err(|failure| (line.id, failure.clone()))?;
        known.with(|basis| {
            let body = line.plan(basis, defaults).map_err(|error| (line.id, unplanned(&error)))?;
            self.planned(line.id, &body, basis.meta, room);
            Ok(())
        })
    }

    fn planned(&mut self, id: Option<&RawValue>, body: &Body, meta: &Meta, room: &mut Room) {
        batch::planned(id, body, meta, room, &mut self.text);
        self.counts.add(Counts {
            accounts: 1,
            orders: (!body.orders.is_empty()).into(),
            refused: (body.status == Status::Errored).into(),
            errors: 0,
        });
    }

    fn failed(&mut self, id: Option<&RawValue>, failure: &Failure) {
        if self.errors.len() < TOLD {
            self.errors.push((self.counts.accounts, excerpt(&failure.message, MAX_TOLD)));
        }
        batch::failed(id, failure, &mut self.text);
        self.counts.add(Counts { accounts: 1, errors: 1, ..Counts::default() });
    }
}

fn too_long() -> Failure {
    Failure::line(format!("the line has more than the {MAX_LINE} bytes that are read"))
}

fn unplanned(error: &Unplanned) -> Failure {
    match error {
        Unplanned::Holdings { reading, findings } => Failure::found(FailureKind::Holdings, findings, |finding| {
            pointer("holdings", reading, finding.place.as_ref()?.span)
        }),
        Unplanned::Rates { reading, findings } => {
            Failure::found(FailureKind::Fx, findings, |finding| pointer("fx", reading, finding.place.as_ref()?.span))
        }
        Unplanned::Plan(error) => {
            let fault = plan_fault(error);
            Failure::other(FailureKind::Plan, fault.message, fault.hints)
        }
    }
}

/// Writes the answers in the order of the lines, and says at the end how many there were of each kind.
fn write_answers(
    done: &Receiver<Done>,
    tokens: &Sender<()>,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    let mut counts = Counts::default();
    let mut told = 0;
    while let Ok(Done { place, result }) = done.recv() {
        waiting.insert(place, result);
        while let Some(result) = waiting.remove(&next) {
            let answers = result.map_err(|error| {
                Fault::unknown(format!("standard input cannot be read: {error}"))
                    .hint("the answers so far are right: give the lines behind them again.")
            })?;
            for (line, message) in answers.errors.iter().take(TOLD - told) {
                told += 1;
                let place = grouped(&(counts.accounts + line + 1).to_string());
                Ui::new(host, paint).note(&format!("{} line {place}: {message}\n", paint.red("error:")));
            }
            counts.add(answers.counts);
            match host.out.write_all(answers.text.as_bytes()).and_then(|()| host.out.flush()) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(exit(counts)),
                Err(_) => {
                    host.lost = true;
                    return Ok(exit(counts));
                }
            }
            next += 1;
            // The reader may be done.
            let _ = tokens.send(());
        }
    }
    if !waiting.is_empty() {
        return Err(Fault::unknown("an answer was lost").hint("report this with the input."));
    }
    if !global.quiet || counts.errors > 0 {
        Ui::new(host, paint).note(&summary(counts));
    }
    Ok(exit(counts))
}

fn summary(counts: Counts) -> String {
    let number = |n: usize| grouped(&n.to_string());
    let accounts =
        count(counts.accounts, "account").replacen(&counts.accounts.to_string(), &number(counts.accounts), 1);
    format!(
        "{accounts}: {} with orders, {} refused by a check, {} without a plan\n",
        number(counts.orders),
        number(counts.refused),
        number(counts.errors)
    )
}

/// A line that was answered by an error, or a plan that may not be applied, is a no.
fn exit(counts: Counts) -> Exit {
    if counts.errors + counts.refused > 0 { Exit::No } else { Exit::Done }
}
