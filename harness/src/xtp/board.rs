//! What is kept while a suite runs: the tested plugin, and the assertions so far. A test plugin may be
//! hostile: what it can make us keep is limited.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::notes::Notes;
use super::report::{Assertion, Group, Report};
use crate::engine::caller;
use crate::engine::limits::Limits;
use crate::engine::plugin::Plugin;
use crate::error::{Error, Missing};

/// The most calls and resets of a suite, and the most assertions and groups.
const MOST: usize = 100_000;
/// The most bytes of all names, reasons and failures.
const MOST_TEXT: usize = 64 << 20;
/// The most fuel of all calls together, in full calls; and, slower by far, what their host calls count for.
const MOST_FUEL: u64 = 100;
const MOST_HOST_CALLS: u64 = 10;
/// A call inside of a call has a stack of its own where less than this is left.
const STACK: (usize, usize) = (2 << 20, 4 << 20);

/// What is kept while a suite runs.
pub(super) struct Board {
    subject: RefCell<Plugin>,
    /// The most fuel of all calls together, and the most of their host calls.
    fuel: u64,
    host_calls: u64,
    /// Whether the next call gets a fresh instance.
    is_reset: Cell<bool>,
    groups: RefCell<Vec<Group>>,
    /// How calls failed since the last assertion.
    notes: RefCell<Notes>,
    /// Time spent in the tested plugin since the last assertion.
    spent: Cell<Duration>,
    /// Why the suite was ended by us.
    stopped: RefCell<Option<Error>>,
    used: Cell<Used>,
    started: Instant,
}

/// What a suite has used up.
#[derive(Clone, Copy, Default)]
struct Used {
    calls: usize,
    assertions: usize,
    text: usize,
    fuel: u64,
    host_calls: u64,
}

/// What a call of the tested plugin came to.
pub(super) struct Called {
    pub(super) output: Result<Vec<u8>, Error>,
    pub(super) duration: Duration,
}

impl Board {
    /// A board for this plugin, a call of which has these limits.
    pub(super) fn new(subject: Plugin, limits: &Limits) -> Rc<Board> {
        Rc::new(Board {
            fuel: limits.fuel.saturating_mul(MOST_FUEL),
            host_calls: limits.host_calls().saturating_mul(MOST_HOST_CALLS),
            subject: RefCell::new(subject),
            is_reset: Cell::new(false),
            groups: RefCell::new(vec![Group::default()]),
            notes: RefCell::default(),
            spent: Cell::default(),
            stopped: RefCell::default(),
            used: Cell::default(),
            started: Instant::now(),
        })
    }

    /// Calls the tested plugin; what it answers with, if it is for the suite to judge.
    pub(super) fn call(&self, function: &str, input: &[u8]) -> Result<Called, String> {
        self.must_have_started()?;
        self.count(|used| used.calls += 1)?;
        let mut subject = self.subject.try_borrow_mut().map_err(|_| "the tested plugin is being called".to_owned())?;
        if self.is_reset.take() {
            stacker::maybe_grow(STACK.0, STACK.1, || subject.restart()).map_err(|error| self.stop(error))?;
        }
        let started = Instant::now();
        let (output, spent) = stacker::maybe_grow(STACK.0, STACK.1, || subject.invoke(function, input));
        let duration = started.elapsed();
        subject.take_events();
        self.spent.set(self.spent.get() + duration);
        self.count(|used| {
            used.fuel = used.fuel.saturating_add(spent.fuel);
            used.host_calls = used.host_calls.saturating_add(spent.host_calls);
        })?;
        if self.used.get().fuel > self.fuel {
            return Err(self.stop(Error::OutOfFuel { limit: self.fuel }));
        }
        if self.used.get().host_calls > self.host_calls {
            return Err(self.stop(Error::OutOfHostCalls { limit: self.host_calls }));
        }
        if let Err(error) = &output {
            if !is_for_the_suite(error) {
                return Err(self.stop(in_a_suite(error.clone())));
            }
            let kept = self.notes.borrow_mut().push(function, error);
            self.count(|used| used.text += kept)?;
        }
        Ok(Called { output, duration })
    }

    /// Takes an assertion.
    pub(super) fn assert(&self, name: String, passed: bool, reason: String) -> Result<(), String> {
        self.count(|used| {
            used.assertions += 1;
            used.text += name.len() + reason.len();
        })?;
        let (notes, duration) = (self.notes.take().into_lines(), self.spent.take());
        if let Some(group) = self.groups.borrow_mut().last_mut() {
            group.assertions.push(Assertion { name, passed, reason, notes, duration });
        }
        Ok(())
    }

    /// Starts a group, which ends the one before.
    pub(super) fn group(&self, name: String) -> Result<(), String> {
        self.count(|used| {
            used.assertions += 1;
            used.text += name.len();
        })?;
        self.groups.borrow_mut().push(Group { name: Some(name), assertions: Vec::new() });
        Ok(())
    }

    /// Gives the next call a fresh instance. That there may be no next call makes it free to reset
    /// before and after each group, as the libraries do.
    pub(super) fn reset(&self) -> Result<(), String> {
        self.count(|used| used.calls += 1)?;
        self.is_reset.set(true);
        // The libraries reset at the end of a group: what comes after it is in none.
        let mut groups = self.groups.borrow_mut();
        if groups.last().is_some_and(|group| group.name.is_some() && !group.assertions.is_empty()) {
            groups.push(Group::default());
        }
        Ok(())
    }

    /// Why the suite was ended by us, if it was.
    pub(super) fn stopped(&self) -> Option<Error> {
        self.stopped.borrow().clone()
    }

    /// What came of it.
    pub(super) fn report(&self, error: Option<Error>, details: String) -> Report {
        let mut groups = self.groups.take();
        groups.retain(|group| group.name.is_some() || !group.assertions.is_empty());
        Report { groups, error, details, notes: self.notes.take().into_lines(), duration: self.started.elapsed() }
    }

    /// Ends the suite: nothing that the test plugin does can undo it.
    fn stop(&self, error: Error) -> String {
        let message = error.to_string();
        self.stopped.borrow_mut().get_or_insert(error);
        message
    }

    fn count(&self, change: impl FnOnce(&mut Used)) -> Result<(), String> {
        let mut used = self.used.get();
        change(&mut used);
        self.used.set(used);
        if used.calls > MOST || used.assertions > MOST {
            return Err(format!("a suite has at most {MOST} calls and resets, and as many assertions and groups"));
        }
        if used.text > MOST_TEXT {
            return Err(format!("the names, reasons and failures of a suite have at most {MOST_TEXT} bytes"));
        }
        Ok(())
    }

    fn must_have_started(&self) -> Result<(), String> {
        match caller::may_nest() {
            true => Ok(()),
            false => Err("called from the start function or `_initialize`: call it from `test`".to_owned()),
        }
    }
}

/// What the host lacks, with the options that give it: the test is no Rust.
fn in_a_suite(error: Error) -> Error {
    match error {
        Error::UnexpectedHostCall { call, missing, paste } => {
            let name = call.split('(').next().unwrap_or(&call);
            let (made, is_peer) = match call.split_once(" of the peer `") {
                Some((made, _)) => (made, true),
                None => (call.as_str(), false),
            };
            let paste = match missing {
                Missing::Response => format!("--http '{made} 200 BODY'"),
                Missing::Plugin => "--plugin NAME=PLUGIN".to_owned(),
                // The mock of the host is linked to the tested plugin alone.
                Missing::Function if is_peer => paste,
                Missing::Function => {
                    format!("--mock-host host.wasm    a plugin that exports `{name}`; from Rust: Host::link")
                }
            };
            Error::UnexpectedHostCall { call, missing, paste }
        }
        error => error,
    }
}

/// Whether a suite may expect this failure. What the host lacks is the run's own failure, and so is a call
/// without end: a suite of a hundred would take minutes to say so.
fn is_for_the_suite(error: &Error) -> bool {
    matches!(
        error,
        Error::Plugin { .. }
            | Error::Denied { .. }
            | Error::Trapped { .. }
            | Error::TimedOut { .. }
            | Error::OutOfMemory { .. }
            | Error::StartsTooLarge { .. }
            | Error::MissingExport { .. }
            | Error::BadSignature { .. }
            | Error::BadOutput { .. }
    )
}
