//! Stateful invariants: random sequences of calls, time, restarts and faults, after each of which something must
//! hold. What breaks it is shrunk to the shortest sequence.

mod report;
mod step;

use std::cell::Cell;
use std::fmt::Debug;
use std::time::Duration;

use proptest::collection::vec;
use proptest::strategy::{BoxedStrategy, Just, Strategy, Union};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::engine::arguments::Arguments;
use crate::engine::guest::Guest;
use crate::engine::plugin::Plugin;
use crate::trace::outcome::Outcome;

pub use report::{Broken, Report};
use step::Step;

/// Random sequences of steps over the guests that `make` makes, a fresh one for each sequence.
///
/// The sequences are the same in every run of the test. A step that traps or runs into a limit breaks every
/// invariant; a step whose call fails with an error of the plugin's does not.
///
/// ```
/// use plugsmith_harness::Plugin;
/// use plugsmith_harness::powers::invariant;
///
/// // Traps at the third call.
/// let counts = br#"(module
///   (global $calls (mut i32) (i32.const 0))
///   (func (export "count")
///     (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
///     (if (i32.eq (global.get $calls) (i32.const 3)) (then unreachable))))"#;
/// let report = invariant(|| Plugin::load(&counts[..]).unwrap())
///     .call("count", proptest::strategy::Just(String::new()))
///     .restarts()
///     .check(|_| Ok(()));
/// let broken = report.broken.unwrap();
/// assert_eq!(broken.steps, [r#"plugin.call::<Vec<u8>>("count", "")"#; 3]);
/// ```
pub fn invariant<G: Guest + 'static, M: Fn() -> G>(make: M) -> Invariant<G, M> {
    Invariant { make, steps: Vec::new(), faults: false, runs: 64, depth: 50 }
}

/// See [`invariant`](fn@invariant).
#[must_use = "`check` runs the sequences"]
pub struct Invariant<G, M> {
    make: M,
    steps: Vec<BoxedStrategy<Step<G>>>,
    faults: bool,
    runs: u32,
    depth: usize,
}

impl<G: Guest + 'static, M: Fn() -> G> Invariant<G, M> {
    /// With a step of your own, for values of this strategy. `name` is for the report, which shows the step as
    /// `name(value)`.
    pub fn step<V: Clone + Debug + 'static, T>(
        mut self,
        name: &str,
        values: impl Strategy<Value = V> + 'static,
        work: impl Fn(&mut G, V) -> Outcome<T> + Clone + 'static,
    ) -> Invariant<G, M> {
        let name = name.to_owned();
        let step = values.prop_map(move |value| {
            let (shown, work) = (format!("{name}({value:?})"), work.clone());
            Step::new(shown, move |guest: &mut G| step::settle(work(guest, value.clone())))
        });
        self.steps.push(step.boxed());
        self
    }

    /// With fresh instances in between.
    pub fn restarts(mut self) -> Invariant<G, M> {
        let restart = |guest: &mut G| match guest.restart() {
            Ok(()) => Ok("restart".to_owned()),
            Err(error) => Err(("restart".to_owned(), error.to_string())),
        };
        self.steps.push(Just(Step::new("plugin.restart().unwrap()".to_owned(), restart)).boxed());
        self
    }

    /// With host calls that fail: in one step of four, one of the first host calls is refused.
    pub fn faults(mut self) -> Invariant<G, M> {
        self.faults = true;
        self
    }

    /// With so many sequences; 64 unless set.
    pub fn runs(mut self, runs: u32) -> Invariant<G, M> {
        self.runs = runs;
        self
    }

    /// With sequences of at most so many steps; 50 unless set.
    pub fn depth(mut self, depth: usize) -> Invariant<G, M> {
        self.depth = depth.max(1);
        self
    }

    /// Runs the sequences, and looks after each step whether the invariant holds.
    ///
    /// # Panics
    /// There is no step to take.
    #[track_caller]
    pub fn check(self, mut holds: impl FnMut(&mut G) -> Result<(), String>) -> Report {
        let Invariant { make, steps, faults, runs, depth } = self;
        assert!(!steps.is_empty(), "an invariant needs steps: add `.command(..)`, `.call(..)` or `.step(..)`");
        let one = Union::new(steps);
        let one = match faults {
            true => {
                let faults =
                    Union::new_weighted(vec![(3, Just(None).boxed()), (1, (0_usize..4).prop_map(Some).boxed())]);
                (one, faults).prop_map(|(step, fault)| step.with(fault)).boxed()
            }
            false => one.boxed(),
        };
        let config = Config { cases: runs, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let tried = Cell::new(0);
        let holds = std::cell::RefCell::new(&mut holds);
        let play = |steps: &[Step<G>]| -> Result<(), (Vec<String>, String)> {
            let mut guest = make();
            let mut traces = Vec::new();
            for step in steps {
                let result = step.take(&mut guest);
                let (trace, failed) = match result {
                    Ok(trace) => (trace, None),
                    Err((trace, why)) => (trace, Some(why)),
                };
                traces.push(trace);
                let broken = failed.map_or_else(|| (holds.borrow_mut())(&mut guest), Err);
                broken.map_err(|why| (std::mem::take(&mut traces), why))?;
            }
            Ok(())
        };
        let result = TestRunner::new_with_rng(config, rng).run(&vec(one, 1..=depth), |steps| {
            tried.set(tried.get() + 1);
            play(&steps).map_err(|(_, why)| TestCaseError::fail(why))
        });
        let broken = match result {
            Ok(()) => None,
            Err(TestError::Fail(_, steps)) => {
                // Once more, for the traces of the shortest sequence.
                let (traces, reason) = play(&steps).err().unwrap_or_default();
                let steps = steps[..traces.len().min(steps.len())].iter().map(|step| step.shown.clone()).collect();
                Some(Broken { reason, steps, traces })
            }
            Err(TestError::Abort(reason)) => {
                Some(Broken { reason: reason.message().to_owned(), steps: Vec::new(), traces: Vec::new() })
            }
        };
        Report { runs, tried: tried.get(), broken }
    }
}

impl<M: Fn() -> Plugin> Invariant<Plugin, M> {
    /// With a command, for arguments of this strategy.
    pub fn command<A: Arguments + Clone + Debug + 'static>(
        mut self,
        name: &str,
        arguments: impl Strategy<Value = A> + 'static,
    ) -> Invariant<Plugin, M> {
        let name = name.to_owned();
        let step = arguments.prop_map(move |arguments| {
            let name = name.clone();
            let shown = format!("plugin.command({name:?}, {arguments:?})");
            Step::new(shown, move |plugin: &mut Plugin| step::settle(plugin.command(&name, arguments.clone())))
        });
        self.steps.push(step.boxed());
        self
    }

    /// With a call of an export, for inputs of this strategy.
    pub fn call<I: AsRef<[u8]> + Clone + Debug + 'static>(
        mut self,
        export: &str,
        inputs: impl Strategy<Value = I> + 'static,
    ) -> Invariant<Plugin, M> {
        let export = export.to_owned();
        let step = inputs.prop_map(move |input| {
            let export = export.clone();
            let shown = format!("plugin.call::<Vec<u8>>({export:?}, {input:?})");
            Step::new(shown, move |plugin: &mut Plugin| step::settle(plugin.call_raw(&export, input.as_ref())))
        });
        self.steps.push(step.boxed());
        self
    }

    /// With time that passes, whole seconds up to so much at a time.
    pub fn advances(mut self, most: Duration) -> Invariant<Plugin, M> {
        let step = (1..=most.as_secs().max(1)).prop_map(|seconds| {
            Step::new(format!("plugin.advance(Duration::from_secs({seconds}))"), move |plugin: &mut Plugin| {
                plugin.advance(Duration::from_secs(seconds));
                Ok(format!("{seconds} s pass"))
            })
        });
        self.steps.push(step.boxed());
        self
    }
}
