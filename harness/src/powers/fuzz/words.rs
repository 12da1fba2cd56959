//! The words that inputs are made of: the artifact's literals, and what its own errors say it wants.

use std::collections::{BTreeMap, BTreeSet};

use plugsmith::testing::SeededRandom;

use super::input::Input;
use crate::artifact::literals::{AllLiterals, Literals};

/// Choices that are the same for the same seed.
pub(super) struct Dice(SeededRandom);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(SeededRandom::new(seed))
    }

    /// From 0 to below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.below(end as u64) as usize
    }

    /// One time in `n`.
    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.below(from.len())) }
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.0.u64() as u8
    }

    pub(super) fn u64(&mut self) -> u64 {
        self.0.u64()
    }

    /// Short as a rule, at times long.
    pub(super) fn length(&mut self) -> usize {
        let bits = self.below(9);
        self.below(1 << bits)
    }
}

/// What the artifact knows.
pub(super) struct Words {
    /// The literals of its data and of functions that no call has entered.
    words: Vec<Vec<u8>>,
    numbers: Vec<i64>,
    /// Those of each function, until a call enters it, and its first counter.
    functions: Vec<(usize, Literals)>,
    /// Those of the functions that calls of an entry point have entered, and words of the plugin's own errors.
    near: BTreeMap<String, Near>,
}

#[derive(Default)]
struct Near {
    functions: BTreeSet<usize>,
    words: Vec<Vec<u8>>,
    compared: Vec<Vec<u8>>,
    numbers: Vec<i64>,
    learned: Vec<Vec<u8>>,
}

/// The most words that are learned for an entry point.
const LEARNED: usize = 200;

impl Words {
    pub(super) fn of(wasm: &[u8]) -> Words {
        let AllLiterals { functions, data } = AllLiterals::of(wasm);
        let mut first = 0;
        let functions: Vec<(usize, Literals)> = functions
            .into_iter()
            .map(|(edges, literals)| {
                first += edges;
                (first - edges, literals)
            })
            .collect();
        let mut words = data.words;
        let mut numbers = data.numbers;
        for (_, literals) in &functions {
            words.extend(literals.words.iter().cloned());
            numbers.extend(&literals.numbers);
        }
        let near = BTreeMap::new();
        Words { words: words.into_iter().collect(), numbers: numbers.into_iter().collect(), functions, near }
    }

    /// Takes note of the functions that a call of this entry point has entered.
    pub(super) fn enter(&mut self, entry: &str, counters: &[u8]) {
        let near = self.near.entry(entry.to_owned()).or_default();
        for (place, (first, literals)) in self.functions.iter().enumerate() {
            if counters.get(*first).is_some_and(|counter| *counter != 0) && near.functions.insert(place) {
                near.words.extend(literals.words.iter().cloned());
                near.compared.extend(literals.compared.iter().cloned());
                near.numbers.extend(&literals.numbers);
            }
        }
    }

    /// Takes the names out of an error, where serde puts those of fields and variants between `` ` ``; whether there are
    /// new ones.
    pub(super) fn learn(&mut self, input: &Input, error: &str) -> bool {
        let learned = &mut self.near.entry(input.entry.clone()).or_default().learned;
        let before = learned.len();
        for word in error.split('`').skip(1).step_by(2).map(str::as_bytes) {
            let is_theirs = || input.fields.iter().any(|field| field.windows(word.len()).any(|part| part == word));
            let is_name = (1..=48).contains(&word.len()) && learned.len() < LEARNED;
            if is_name && !learned.iter().any(|known| known == word) && !is_theirs() {
                learned.push(word.to_vec());
            }
        }
        learned.len() > before
    }

    /// Those for this entry point.
    pub(super) fn for_entry(&self, entry: &str) -> Vocabulary<'_> {
        Vocabulary { all: self, near: self.near.get(entry) }
    }
}

/// The words for an entry point.
#[derive(Clone, Copy)]
pub(super) struct Vocabulary<'a> {
    all: &'a Words,
    near: Option<&'a Near>,
}

impl<'a> Vocabulary<'a> {
    /// Any of them, those of the code that its calls have entered more often.
    pub(super) fn word(self, dice: &mut Dice) -> &'a [u8] {
        let near = self.near;
        let word = match (near, dice.below(4)) {
            (Some(near), 0) => dice.pick(&near.learned).or_else(|| dice.pick(&near.words)),
            (Some(near), 1) => dice.pick(&near.compared).or_else(|| dice.pick(&near.words)),
            (Some(near), 2) => dice.pick(&near.words),
            _ => None,
        };
        word.or_else(|| dice.pick(&self.all.words)).map(Vec::as_slice).unwrap_or(b"a")
    }

    /// A name that the plugin's errors have told, if there is one.
    pub(super) fn learned(self, dice: &mut Dice) -> Option<&'a [u8]> {
        dice.pick(&self.near?.learned).map(Vec::as_slice)
    }

    /// A number that code compares something with, or one beside it.
    pub(super) fn number(self, dice: &mut Dice) -> Option<i128> {
        let near = self.near.filter(|_| !dice.one_in(4));
        let number = near.and_then(|near| dice.pick(&near.numbers)).or_else(|| dice.pick(&self.all.numbers))?;
        Some(i128::from(*number) + dice.below(3) as i128 - 1)
    }
}
