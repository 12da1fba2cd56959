//! The steady state: many calls, after which nothing may have grown.

mod report;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use plugsmith::protocol::host_functions::HostValue;

use crate::engine::guest::{Block, Guest, State};
use crate::engine::watch::{Answered, Passing, Watch};
use crate::trace::outcome::Outcome;

pub use report::{Grown, Growth, Report};

/// Calls the guest over and over, and looks at what has grown between the first tenth of the calls and the last
/// one: pages of memory, fuel for each call, and what the host keeps.
///
/// A page has 64 KiB, so a leak of 8 bytes for each call shows after some 10,000 calls.
///
/// ```
/// use plugsmith_harness::Plugin;
/// use plugsmith_harness::powers::{Grown, steady};
///
/// // Takes another page for each call.
/// let leaks = br#"(module (memory (export "memory") 1)
///   (func (export "run") (drop (memory.grow (i32.const 1)))))"#;
/// let report = steady(Plugin::load(&leaks[..])?).calls(100).check(|plugin| plugin.call::<()>("run", ""));
/// assert_eq!(report.growths[0].what, Grown::Pages);
/// assert_eq!(report.growths[0].to - report.growths[0].from, 90);
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
pub fn steady<G: Guest>(guest: G) -> Steady<G> {
    Steady { guest, calls: 10_000, accepted: Vec::new(), frees_blocks: false }
}

/// See [`steady`](fn@steady).
#[must_use = "`check` makes the calls"]
pub struct Steady<G> {
    guest: G,
    calls: usize,
    accepted: Vec<(Grown, String)>,
    frees_blocks: bool,
}

impl<G: Guest> Steady<G> {
    /// With so many calls, 20 at least; 10,000 unless set.
    pub fn calls(mut self, calls: usize) -> Steady<G> {
        self.calls = calls.max(20);
        self
    }

    /// Accepts that this grows, for this reason. One that does not grow is reported, so that the list stays true.
    pub fn accept(mut self, what: Grown, reason: &str) -> Steady<G> {
        self.accepted.push((what, reason.to_owned()));
        self
    }

    /// Demands that the plugin frees each kernel block by the end of the call, as plugins written with Plugsmith
    /// do. Extism frees what is left before the next call; until then it costs memory, and every later host call
    /// is slower for it.
    pub fn frees_blocks(mut self) -> Steady<G> {
        self.frees_blocks = true;
        self
    }

    /// Makes the calls.
    ///
    /// # Panics
    /// A call fails: with its report.
    #[track_caller]
    pub fn check<T>(mut self, mut work: impl FnMut(&mut G) -> Outcome<T>) -> Report {
        let warm = self.calls / 10;
        let mut fuel = Vec::with_capacity(self.calls);
        let (mut pages, mut kept) = ((0, 0), (State::default(), State::default()));
        let answers = Arc::new(Answers::default());
        for call in 0..self.calls {
            if call + 1 == self.calls {
                self.guest.watch(Some(answers.clone()));
            }
            let outcome = work(&mut self.guest);
            assert!(outcome.result.is_ok(), "call {} of {} fails:\n{}", call + 1, self.calls, outcome.report());
            fuel.push(outcome.fuel);
            pages.1 = outcome.pages;
            if call + 1 == warm {
                pages.0 = outcome.pages;
                kept.0 = self.guest.state();
            }
        }
        self.guest.watch(None);
        kept.1 = self.guest.state();
        let mut growths = report::growths_of(&kept.0, &kept.1);
        let (before, after) =
            (median(&mut fuel[warm / 2..warm].to_vec()), median(&mut fuel[self.calls - warm..].to_vec()));
        // A counter that gets another digit costs a little more.
        if after > before + before / 10 {
            growths.insert(0, Growth { what: Grown::Fuel, from: before, to: after, names: Vec::new() });
        }
        if pages.1 > pages.0 {
            growths.insert(0, Growth { what: Grown::Pages, from: pages.0, to: pages.1, names: Vec::new() });
        }
        let (accepted, growths) =
            growths.into_iter().partition(|growth| self.accepted.iter().any(|(what, _)| *what == growth.what));
        let accepted: Vec<Growth> = accepted;
        let unused = self.accepted.iter().map(|(what, _)| *what);
        let unused = unused.filter(|what| !accepted.iter().any(|growth| growth.what == *what)).collect();
        Report {
            calls: self.calls,
            warm,
            growths,
            accepted,
            unused,
            blocks: answers.of(&self.guest.blocks()),
            frees_blocks: self.frees_blocks,
        }
    }
}

fn median(values: &mut [u64]) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// The blocks that host functions have answered with, to tell whose block is left.
#[derive(Default)]
struct Answers(Mutex<Vec<(String, Vec<u8>)>>);

impl Watch for Answers {
    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        if let Ok(HostValue::Block(Some(bytes))) = answer {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((call.name.to_owned(), bytes.clone()));
        }
    }
}

impl Answers {
    /// How many of these blocks there are, and their bytes, by the host function that gave them. Those of the
    /// plugin's own making are under an empty name.
    fn of(&self, blocks: &[Block]) -> BTreeMap<String, (usize, u64)> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: BTreeMap<String, (usize, u64)> = BTreeMap::new();
        for block in blocks {
            let same =
                |(_, bytes): &(String, Vec<u8>)| bytes.len() as u64 == block.length && bytes.starts_with(&block.start);
            let place = answers.iter().position(same);
            let name = place.map(|place| answers.swap_remove(place).0).unwrap_or_default();
            let (count, bytes) = all.entry(name).or_default();
            *count += 1;
            *bytes += block.length;
        }
        all
    }
}
