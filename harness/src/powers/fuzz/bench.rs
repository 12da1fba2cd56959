//! The guests that inputs are tried on: what one call gives, and what a few calls more say about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::answers::Answers;
use super::input::Input;
use super::judge::{Judged, Problem, judge};
use super::make::LONGEST;
use super::shape::{Kind, Shape};
use crate::engine::guest::Guest;
use crate::error::Error;
use crate::trace::event::render_bytes;
use crate::trace::outcome::Outcome;

/// A test's own oracle.
pub(super) type Check<'a, G> = &'a mut dyn FnMut(&mut G, &Input, &Outcome<Vec<u8>>) -> Result<(), String>;

/// The guests, and how their calls are judged.
pub(super) struct Bench<'a, G> {
    pub(super) make: &'a dyn Fn(&[u8]) -> G,
    pub(super) check: Check<'a, G>,
    pub(super) shapes: Vec<Shape>,
    /// The functions that the test's host has nothing for.
    pub(super) unmocked: BTreeSet<String>,
    /// The calls so far.
    pub(super) calls: u64,
}

/// What a few calls more have found.
pub(super) enum Probed {
    /// A problem of this input.
    Judged(Judged),
    /// A problem of a longer one.
    Longer(Judged, Input),
}

/// How often the same call is made to see whether it grows.
const AGAIN: usize = 48;

impl<G: Guest> Bench<'_, G> {
    pub(super) fn shape(&self, entry: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.entry == entry)
    }

    /// One call, and what is wrong with it.
    pub(super) fn call(&mut self, guest: &mut G, input: &Input) -> (Outcome<Vec<u8>>, Option<Judged>) {
        self.calls += 1;
        let known = self.shapes.iter().find(|shape| shape.entry == input.entry);
        let bytes = known.map_or_else(|| input.fields.concat(), |shape| shape.encode(&input.fields));
        guest.watch(Some(Arc::new(Answers::new(&input.answers, &self.unmocked))));
        let outcome = guest.call_raw(&input.entry, &bytes);
        guest.watch(None);
        let judged = known.and_then(|shape| judge(shape, &outcome)).or_else(|| {
            let failed = (self.check)(guest, input, &outcome).err()?;
            Some(Judged::new(Problem::CheckFails, failed, input.entry.clone()))
        });
        if let Err(Error::UnexpectedHostCall { call, .. }) = &outcome.result {
            let name = call.split(' ').next().unwrap_or_default();
            self.unmocked.insert(name.to_owned());
        }
        (outcome, judged)
    }

    /// These calls of a fresh guest, up to the first with a problem; without one, what `is_deep` finds out about
    /// the last.
    pub(super) fn examine(&mut self, wasm: &[u8], inputs: &[Input], is_deep: bool) -> Option<Judged> {
        let mut guest = (self.make)(wasm);
        let found = inputs.iter().find_map(|input| self.call(&mut guest, input).1);
        found.or_else(|| match self.probe(wasm, inputs.last().filter(|_| is_deep)?)? {
            Probed::Judged(judged) | Probed::Longer(judged, _) => Some(judged),
        })
    }

    /// As [`Bench::examine`], with the trace of the call that has the problem.
    pub(super) fn explained(&mut self, wasm: &[u8], inputs: &[Input]) -> (Option<Judged>, Vec<String>) {
        let mut guest = (self.make)(wasm);
        let mut traces = Vec::new();
        for input in inputs {
            let (outcome, judged) = self.call(&mut guest, input);
            traces.push(if judged.is_some() { outcome.report() } else { outcome.trace() });
            if judged.is_some() {
                return (judged, traces);
            }
        }
        (None, traces)
    }

    /// What a few calls more say about an input.
    pub(super) fn probe(&mut self, wasm: &[u8], input: &Input) -> Option<Probed> {
        self.repeated(wasm, input).map(Probed::Judged).or_else(|| self.scaled(wasm, input))
    }

    /// What the same call over and over gives.
    fn repeated(&mut self, wasm: &[u8], input: &Input) -> Option<Judged> {
        let result = |outcome: &Outcome<Vec<u8>>| match &outcome.result {
            Ok(output) => render_bytes(output),
            Err(error) => format!("error: {error}"),
        };
        let problem = |problem, reason| Some(Judged::new(problem, reason, input.entry.clone()));
        let (other, _) = self.call(&mut (self.make)(wasm), input);
        let mut guest = (self.make)(wasm);
        let (first, _) = self.call(&mut guest, input);
        if (result(&first), first.fuel) != (result(&other), other.fuel) {
            let shown = |outcome: &Outcome<_>| format!("{} with {} fuel", result(outcome), outcome.fuel);
            return problem(Problem::Differs, format!("{}, and {}", shown(&first), shown(&other)));
        }
        let (mut last, mut warm) = (first, None);
        for count in 1..AGAIN {
            let (outcome, judged) = self.call(&mut guest, input);
            if judged.is_some() {
                return judged;
            }
            if outcome.events == last.events && result(&outcome) != result(&last) {
                let reason = format!("first {}, then {}", result(&last), result(&outcome));
                return problem(Problem::Remembers, reason);
            }
            last = outcome;
            if count == AGAIN / 4 {
                warm = Some((last.pages, crossed(&last)));
            }
        }
        let (pages, before) = warm?;
        if last.pages == pages || crossed(&last) != before {
            return None;
        }
        // An allocator may take its time to find the memory that it needs: what leaks goes on and on.
        let mut middle = last.pages;
        for round in 0..2 {
            for _ in 0..2 * AGAIN {
                last = self.call(&mut guest, input).0;
            }
            if last.pages <= middle {
                return None;
            }
            if round == 0 {
                middle = last.pages;
            }
        }
        let reason = format!("{pages} pages after {} calls, {} after {}", AGAIN / 4 + 1, last.pages, 5 * AGAIN);
        problem(Problem::Grows, reason)
    }

    /// What inputs of this kind cost that are longer and longer.
    fn scaled(&mut self, wasm: &[u8], input: &Input) -> Option<Probed> {
        /// Less is no cost to speak of.
        const LEAST: u64 = 1_000_000;
        let shape = self.shape(&input.entry)?.clone();
        for place in 0..input.fields.len() {
            for is_numbered in [false, true] {
                let mut guest = (self.make)(wasm);
                let mut costs: Vec<(usize, u64)> = Vec::new();
                // Up to what inputs are as a rule; beyond it where the suspicion lasts.
                for length in (0..8).map(|step| (LONGEST / 16) << step) {
                    if length > LONGEST && !rises_too_fast(&costs, LEAST) {
                        break;
                    }
                    let Some(longer) = longer(input, place, &shape.kind(place), length, is_numbered) else { break };
                    let (outcome, judged) = self.call(&mut guest, &longer);
                    match judged {
                        Some(judged) if length <= LONGEST => return Some(Probed::Longer(judged, longer)),
                        // Longer than what a limit is meant for, but on its way there.
                        Some(_) => break,
                        None => costs.push((length, outcome.fuel)),
                    }
                }
                if costs.len() > 5 && rises_too_fast(&costs, LEAST) {
                    let name = shape.fields.get(place).map_or("argument", |field| field.name.as_str());
                    let shown = costs.iter().rev().take(3).rev().map(|(length, fuel)| format!("{fuel} for {length}"));
                    let reason = format!("fuel for bytes of `{name}`: {}", shown.collect::<Vec<_>>().join(", "));
                    return Some(Probed::Judged(Judged::new(Problem::Superlinear, reason, input.entry.clone())));
                }
            }
        }
        None
    }
}

/// Whether the cost nearly quadruples, again and again, when the length doubles.
fn rises_too_fast(costs: &[(usize, u64)], least: u64) -> bool {
    let rises: Vec<u64> = costs.windows(2).map(|pair| pair[1].1.saturating_sub(pair[0].1)).collect();
    let last = costs.last().is_some_and(|(_, fuel)| *fuel >= least);
    let [.., first, second, third] = rises[..] else { return false };
    last && first > 0 && second > 3 * first && third > 3 * second
}

/// What crosses the boundary in a call.
fn crossed(outcome: &Outcome<Vec<u8>>) -> crate::trace::cost::Cost {
    crate::trace::cost::Cost { fuel: 0, pages: 0, ..outcome.cost() }
}

/// The same input with a field of this length: its content again and again, with numbers in between if asked for.
fn longer(input: &Input, place: usize, kind: &Kind, length: usize, is_numbered: bool) -> Option<Input> {
    let known = input.fields.get(place)?;
    if matches!(kind, Kind::Integer(..) | Kind::Float | Kind::Bool | Kind::Choice(_)) {
        return None;
    }
    let repeated = |unit: &[u8]| {
        let mut all = Vec::with_capacity(length + unit.len());
        let mut count = 0;
        while all.len() < length {
            all.extend_from_slice(if unit.is_empty() { b"a" } else { unit });
            if is_numbered {
                all.extend_from_slice(count.to_string().as_bytes());
                count += 1;
            }
        }
        all
    };
    let mut longer = input.clone();
    longer.fields[place] = match serde_json::from_slice::<serde_json::Value>(known) {
        Ok(mut value) if *kind == Kind::Json => {
            let unit = value.to_string();
            match &mut value {
                serde_json::Value::String(text) => {
                    *text = String::from_utf8_lossy(&repeated(text.as_bytes())).into_owned()
                }
                serde_json::Value::Array(items) if !items.is_empty() => {
                    let items_again = items.clone();
                    while items.len() * unit.len() / items_again.len().max(1) < length {
                        items.extend_from_slice(&items_again);
                    }
                }
                value => *value = serde_json::Value::Array(vec![value.clone(); length / unit.len().max(1) + 1]),
            }
            value.to_string().into_bytes()
        }
        _ => repeated(known),
    };
    Some(longer)
}

#[cfg(test)]
mod tests {
    use crate::artifact::edges::{Edges, instrument};
    use crate::artifact::module::Module;

    fn instrumented(wat: &str) -> Module {
        Module::parse(&instrument(&wat::parse_str(wat).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn a_counter_stands_wherever_control_flow_splits_or_meets() {
        // The function's start, both arms, where they meet, the loop, its end, and where `br_if` goes on.
        let module = instrumented(
            r#"(module (memory (export "memory") 1) (func (export "run") (result i32)
                (if (i32.const 1) (then nop) (else nop))
                (loop (br_if 0 (i32.const 0)))
                (i32.const 0)))"#,
        );
        assert_eq!(module.edges, Some(Edges { memory: 1, count: 7 }));
        assert_eq!((module.memories, module.memory), (2, Some(0)));
    }

    #[test]
    fn a_module_without_a_memory_gets_one_for_its_counters() {
        let module = instrumented(r#"(module (func (export "run")) (global i32 (i32.const 0)))"#);
        assert_eq!(module.edges, Some(Edges { memory: 0, count: 1 }));
        assert_eq!(module.memory, None);
    }
}
