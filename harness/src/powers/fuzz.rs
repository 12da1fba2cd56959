//! Fuzzing: inputs that are made up, guided by which ways through the code they take.

mod answers;
mod bench;
mod coverage;
mod input;
mod judge;
mod make;
mod report;
mod saved;
mod shape;
mod shrink;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::artifact::edges::instrument;
use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::artifact::strip::strip;
use crate::engine::guest::Guest;
use crate::error::Error;
use crate::trace::outcome::Outcome;

use bench::{Bench, Probed};
use coverage::{Coverage, New};
use judge::Judged;
use saved::Saved;
use shape::Shape;
use words::{Dice, Words};

pub use input::{Answer, Answered, Input};
pub use judge::Problem;
pub use report::{Finding, Report};

/// Tries inputs on every export of an artifact. `make` loads a guest from the bytes that it is given: the artifact,
/// or the artifact with counters in it.
///
/// Inputs have the types that the artifact's records name and are otherwise bytes. They are made of the literals in
/// its code and data and of the names in its own error messages; those that reach new code are kept and changed
/// further. In some, the host answers otherwise: it refuses, or a key, a file or an HTTP response holds anything.
/// A host call that the test's host has nothing for is answered, too.
///
/// A finding is a call that traps, exceeds a limit, gives an output that cannot be read or an empty error; one that
/// differs in two fresh guests, or the second time, though the host says the same; one that grows when it is
/// repeated; and fuel that rises with the square of the input's length. Each is tried again on the artifact as it
/// is, without counters, and made as small as it gets.
///
/// ```
/// use plugsmith_harness::powers::fuzz;
/// use plugsmith_harness::powers::fuzz::Problem;
/// use plugsmith_harness::{Host, Plugin};
///
/// // Traps if the input has 77 bytes.
/// let fragile = br#"(module
///   (import "extism:host/env" "input_length" (func $length (result i64)))
///   (func (export "read") (if (i64.eq (call $length) (i64.const 77)) (then unreachable))))"#;
/// let report = fuzz(&fragile[..], |wasm| Plugin::load_in(wasm, Host::new()).unwrap()).run();
/// assert_eq!(report.findings[0].problem, Problem::Trapped);
/// assert_eq!(report.findings[0].inputs[0].fields[0].len(), 77);
/// ```
///
/// # Panics
/// The artifact cannot be read, or is no module.
#[track_caller]
pub fn fuzz<G: Guest, M: Fn(&[u8]) -> G>(artifact: impl Into<Source>, make: M) -> Fuzz<M> {
    let wasm = artifact.into().read_with_records().unwrap_or_else(|error| panic!("{error}"));
    Fuzz { wasm, make, only: None, runs: RUNS, time: None, seed: 0, most: 10, folder: None, accepted: Vec::new() }
}

/// The inputs that are tried unless more are asked for.
const RUNS: u64 = 10_000;

/// See [`fuzz`](fn@fuzz).
#[must_use = "`run` tries the inputs"]
pub struct Fuzz<M> {
    wasm: Vec<u8>,
    make: M,
    only: Option<String>,
    runs: u64,
    time: Option<Duration>,
    seed: u64,
    most: usize,
    folder: Option<PathBuf>,
    accepted: Vec<(String, Problem, String)>,
}

/// How many calls a guest gets before there is a fresh one, so that calls can build on each other.
const CALLS: usize = 64;

impl<G: Guest, M: Fn(&[u8]) -> G> Fuzz<M> {
    /// With calls of this entry point alone.
    pub fn entry(mut self, name: &str) -> Fuzz<M> {
        self.only = Some(name.to_owned());
        self
    }

    /// With so many inputs; 10,000 unless set.
    pub fn runs(mut self, runs: u64) -> Fuzz<M> {
        self.runs = runs;
        self
    }

    /// For so long, instead of for a number of inputs. How far it gets depends on the machine.
    pub fn time(mut self, time: Duration) -> Fuzz<M> {
        (self.time, self.runs) = (Some(time), u64::MAX);
        self
    }

    /// With another seed of all choices; 0 unless set. The same seed tries the same inputs.
    pub fn seed(mut self, seed: u64) -> Fuzz<M> {
        self.seed = seed;
        self
    }

    /// Until there are so many findings; 10 unless set.
    pub fn findings(mut self, most: usize) -> Fuzz<M> {
        self.most = most.max(1);
        self
    }

    /// Saves what it finds in this folder, and tries what is saved there first.
    pub fn saved_in(mut self, folder: impl Into<PathBuf>) -> Fuzz<M> {
        self.folder = Some(folder.into());
        self
    }

    /// Accepts problems of this kind in this entry point, for this reason.
    pub fn accept(mut self, entry: &str, problem: Problem, reason: &str) -> Fuzz<M> {
        self.accepted.push((entry.to_owned(), problem, reason.to_owned()));
        self
    }

    /// Tries the inputs.
    ///
    /// # Panics
    /// A file among the saved ones is none of these; there is nothing to call.
    #[track_caller]
    pub fn run(self) -> Report {
        self.check(|_, _, _| Ok(()))
    }

    /// Tries the inputs; `check` says why a call is wrong that is right otherwise. It may look at the guest's state,
    /// and call the guest.
    ///
    /// # Panics
    /// As [`Fuzz::run`].
    #[track_caller]
    pub fn check(self, mut check: impl FnMut(&mut G, &Input, &Outcome<Vec<u8>>) -> Result<(), String>) -> Report {
        let module = Module::parse(&self.wasm).unwrap_or_else(|error| panic!("{error}"));
        let entries = (self.make)(&self.wasm).entries();
        let shapes = Shape::all(&module, &entries, self.only.as_deref());
        assert!(!shapes.is_empty(), "{}", nothing_to_call(self.only.as_deref(), &entries));
        let (instrumented, note) = match instrument(&self.wasm) {
            Ok(instrumented) => (instrumented, None),
            Err(error) => (self.wasm.clone(), Some(format!("fuzzing is blind: {error}"))),
        };
        let bare = strip(&self.wasm).unwrap_or_else(|error| panic!("{error}"));
        let mut report =
            Report { seed: self.seed, shapes: shapes.iter().map(Shape::shown).collect(), ..Report::default() };
        let unrecorded = shapes.iter().filter(|shape| !Shape::is_recorded(&module, &shape.entry));
        let unrecorded: Vec<&str> = unrecorded.map(|shape| shape.entry.as_str()).collect();
        if !unrecorded.is_empty() {
            report.notes.push(format!(
                "the artifact does not say what these take, so they get any bytes: {}",
                unrecorded.join(", ")
            ));
        }
        report.notes.extend(note);
        let bench = Bench { make: &self.make, check: &mut check, shapes, unmocked: Default::default(), calls: 0 };
        let mut search = Search {
            words: Words::of(&self.wasm),
            dice: Dice::new(self.seed),
            corpus: BTreeMap::new(),
            coverage: Coverage::default(),
            known: Vec::new(),
            fuzz: &self,
            bare,
            bench,
            report,
        };
        search.try_saved();
        search.go(&instrumented);
        search.finish()
    }
}

fn nothing_to_call(only: Option<&str>, entries: &[String]) -> String {
    match only {
        Some(name) => format!("the artifact has no entry point `{name}`; it has {}", entries.join(", ")),
        None => "the artifact has no entry point to call".to_owned(),
    }
}

/// A run under way.
struct Search<'a, G, M> {
    fuzz: &'a Fuzz<M>,
    /// The artifact without debug information, which loads quickly.
    bare: Vec<u8>,
    bench: Bench<'a, G>,
    words: Words,
    dice: Dice,
    /// The inputs that reached another edge, and those that passed one another number of times, by entry point.
    corpus: BTreeMap<String, [Vec<Input>; 2]>,
    coverage: Coverage,
    /// The problems that are found already, and those that the artifact without counters does not have.
    known: Vec<Judged>,
    report: Report,
}

impl<G: Guest, M: Fn(&[u8]) -> G> Search<'_, G, M> {
    fn try_saved(&mut self) {
        let Some(folder) = &self.fuzz.folder else { return };
        let all = saved::read(folder).unwrap_or_else(|error| panic!("{error}"));
        for (file, Saved { inputs, .. }) in all {
            if inputs.iter().any(|input| self.bench.shape(&input.entry).is_none()) {
                continue;
            }
            self.report.saved += 1;
            if let Some(judged) = self.bench.examine(&self.bare, &inputs, true) {
                self.add(judged, inputs, Some(file));
            }
        }
    }

    fn go(&mut self, instrumented: &[u8]) {
        let started = Instant::now();
        let mut guest = None;
        let mut history: Vec<Input> = Vec::new();
        while self.report.runs < self.fuzz.runs && self.report.findings.len() < self.fuzz.most {
            if self.fuzz.time.is_some_and(|time| started.elapsed() >= time) {
                break;
            }
            self.report.runs += 1;
            let input = self.next();
            if history.len() == CALLS {
                guest = None;
            }
            let fresh = guest.get_or_insert_with(|| {
                history.clear();
                (self.fuzz.make)(instrumented)
            });
            let (outcome, judged) = self.bench.call(fresh, &input);
            let counters = fresh.edges();
            let new = self.coverage.add(&counters);
            if new == New::Edge {
                self.words.enter(&input.entry, &counters);
            }
            history.push(input.clone());
            let is_unexpected = matches!(&outcome.result, Err(Error::UnexpectedHostCall { .. }));
            let has_learned = matches!(&outcome.result, Err(error) if self.words.learn(&input, &error.to_string()));
            let new = if has_learned { New::Edge } else { new };
            if let Some(judged) = judged {
                guest = None;
                self.confirm(judged, &history, false);
            } else if is_unexpected {
                guest = None;
            } else if new != New::Nothing {
                let known = self.corpus.entry(input.entry.clone()).or_default();
                known[usize::from(new == New::Count)].push(input.clone());
                self.report.kept += 1;
                // A few calls more, where they are likely to say something new.
                if new == New::Count && !self.dice.one_in(8) {
                    continue;
                }
                match self.bench.probe(&self.bare, &input) {
                    Some(Probed::Judged(judged)) => self.confirm(judged, &[input], true),
                    Some(Probed::Longer(judged, longer)) => self.confirm(judged, &[longer], false),
                    None => {}
                }
            }
        }
    }

    /// Another input: one in four from nothing, the others like one that is known.
    fn next(&mut self) -> Input {
        let (words, dice) = (&self.words, &mut self.dice);
        let place = dice.below(self.bench.shapes.len());
        let shape = &self.bench.shapes[place];
        match self.corpus.get(&shape.entry) {
            Some(known) if !known[0].is_empty() && !dice.one_in(4) => {
                let known = &known[usize::from(!known[1].is_empty() && dice.one_in(4))];
                // The newest are nearest to what is not reached yet.
                let from = if dice.one_in(2) { known.len().saturating_sub(8) } else { 0 };
                let input = &known[from + dice.below(known.len() - from)];
                let other = &known[dice.below(known.len())];
                make::mutate(input, other, shape, words.for_entry(&shape.entry), dice)
            }
            _ => make::input(shape, words.for_entry(&shape.entry), dice),
        }
    }

    /// Tries again what was found, on the artifact itself, and makes it small.
    fn confirm(&mut self, judged: Judged, history: &[Input], is_deep: bool) {
        if self.known.iter().any(|known| known.is_like(&judged)) {
            return;
        }
        let wasm = &self.bare;
        let bench = &mut self.bench;
        let mut fails =
            |inputs: &[Input]| bench.examine(wasm, inputs, is_deep).is_some_and(|found| found.is_like(&judged));
        let last = &history[history.len() - 1..];
        let inputs = match (fails(last), last) {
            (true, last) => last.to_vec(),
            (false, _) if fails(history) => history.to_vec(),
            // With counters alone, which take fuel and memory, or not twice.
            (false, _) => {
                self.known.push(judged);
                return;
            }
        };
        // What costs a lot is not tried as often.
        let mut budget = 150_u32;
        let is_costly = matches!(judged.problem, Problem::Exhausted | Problem::Superlinear | Problem::Grows);
        let inputs = shrink::shrink(inputs, |inputs| {
            if is_costly {
                budget = budget.saturating_sub(1);
            }
            budget > 0 && fails(inputs)
        });
        self.add(judged, inputs, None);
    }

    fn add(&mut self, judged: Judged, inputs: Vec<Input>, file: Option<PathBuf>) {
        let (again, traces) = self.bench.explained(&self.fuzz.wasm, &inputs);
        let reason = again.filter(|again| again.is_like(&judged)).map_or(judged.reason.clone(), |again| again.reason);
        let mut finding =
            Finding { problem: judged.problem, reason, inputs, traces, file, place: judged.place.clone() };
        self.known.push(judged);
        let accepted = self.fuzz.accepted.iter();
        let accepted =
            accepted.clone().find(|(entry, problem, _)| entry == finding.entry() && *problem == finding.problem);
        if let Some((_, _, reason)) = accepted {
            self.report.accepted.push((finding, reason.clone()));
            return;
        }
        if let (None, Some(folder)) = (&finding.file, &self.fuzz.folder) {
            let saved =
                Saved { problem: finding.problem, reason: finding.reason.clone(), inputs: finding.inputs.clone() };
            match saved::write(folder, &saved) {
                Ok(file) => finding.file = Some(file),
                Err(error) => self.report.notes.push(error.to_string()),
            }
        }
        self.report.findings.push(finding);
    }

    fn finish(mut self) -> Report {
        self.report.calls = self.bench.calls;
        self.report.edges = self.coverage.edges();
        let unmocked: Vec<&str> = self.bench.unmocked.iter().map(String::as_str).collect();
        if !unmocked.is_empty() {
            let names = unmocked.join(", ");
            self.report
                .notes
                .push(format!("the test's host has nothing for these, so they answered anything: {names}"));
        }
        if self.report.edges.1 == 0 {
            self.report.notes.push("this guest counts no edges, so inputs are not guided by coverage".to_owned());
        }
        self.report
    }
}
