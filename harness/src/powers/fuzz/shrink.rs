//! The smallest calls that still have a problem: proptest tries, this says what is smaller.

use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::input::Input;

/// The most calls that are tried.
const MOST: u32 = 4000;

/// The smallest inputs for which `fails`, starting from some for which it does.
pub(super) fn shrink(inputs: Vec<Input>, mut fails: impl FnMut(&[Input]) -> bool) -> Vec<Input> {
    let config = Config { max_shrink_iters: MOST, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let fails = std::cell::RefCell::new(&mut fails);
    let result = TestRunner::new_with_rng(config, rng).run_one(Shrinking::new(inputs.clone()), |inputs| match (fails
        .borrow_mut())(
        &inputs
    ) {
        true => Err(TestCaseError::fail("")),
        false => Ok(()),
    });
    match result {
        Err(TestError::Fail(_, smallest)) => smallest,
        _ => inputs,
    }
}

/// One way to make inputs smaller.
#[derive(Clone, Copy, Debug)]
enum Way {
    Drop(usize),
    DropAnswer(usize, usize),
    DropField(usize, usize),
    Cut(usize, usize, usize, usize),
    Zero(usize, usize),
    Halve(usize, usize),
    Plain(usize, usize, usize),
}

/// Inputs on their way to smaller ones.
struct Shrinking {
    /// The smallest for which it fails.
    known: Vec<Input>,
    current: Vec<Input>,
    ways: Vec<Way>,
    next: usize,
    /// Whether anything in this round made it smaller.
    is_smaller: bool,
}

impl Shrinking {
    fn new(inputs: Vec<Input>) -> Shrinking {
        let ways = ways(&inputs);
        Shrinking { known: inputs.clone(), current: inputs, ways, next: 0, is_smaller: false }
    }

    /// Goes on to the next that is smaller than what is known.
    fn advance(&mut self) -> bool {
        loop {
            let Some(way) = self.ways.get(self.next).copied() else {
                if !std::mem::take(&mut self.is_smaller) {
                    self.current.clone_from(&self.known);
                    return false;
                }
                (self.ways, self.next) = (ways(&self.known), 0);
                continue;
            };
            self.next += 1;
            if let Some(smaller) = apply(&self.known, way) {
                self.current = smaller;
                return true;
            }
        }
    }
}

impl ValueTree for Shrinking {
    type Value = Vec<Input>;

    fn current(&self) -> Vec<Input> {
        self.current.clone()
    }

    /// What there is now fails, too.
    fn simplify(&mut self) -> bool {
        if self.current != self.known {
            self.known.clone_from(&self.current);
            self.is_smaller = true;
        }
        self.advance()
    }

    /// What there is now does not fail.
    fn complicate(&mut self) -> bool {
        self.advance()
    }
}

/// All ways, the boldest first. Those that no longer fit what has become smaller meanwhile are skipped.
fn ways(inputs: &[Input]) -> Vec<Way> {
    let mut ways: Vec<Way> = (0..inputs.len()).map(Way::Drop).collect();
    for (at, input) in inputs.iter().enumerate() {
        ways.extend((0..input.answers.len()).rev().map(|answer| Way::DropAnswer(at, answer)));
        ways.extend((0..input.fields.len()).rev().map(|field| Way::DropField(at, field)));
    }
    for (at, input) in inputs.iter().enumerate() {
        for (place, field) in input.fields.iter().enumerate() {
            ways.extend([Way::Zero(at, place), Way::Halve(at, place)]);
            let mut size = field.len();
            while size > 0 {
                ways.extend((0..field.len().div_ceil(size)).rev().map(|chunk| Way::Cut(at, place, chunk * size, size)));
                size /= 2;
            }
            ways.extend((0..field.len().min(256)).map(|byte| Way::Plain(at, place, byte)));
        }
    }
    ways
}

fn apply(inputs: &[Input], way: Way) -> Option<Vec<Input>> {
    let mut inputs = inputs.to_vec();
    match way {
        Way::Drop(at) => {
            if inputs.len() < 2 || at >= inputs.len() {
                return None;
            }
            inputs.remove(at);
        }
        Way::DropAnswer(at, answer) => {
            let answers = &mut inputs.get_mut(at)?.answers;
            answers.get(answer)?;
            answers.remove(answer);
        }
        Way::DropField(at, field) => {
            let fields = &mut inputs.get_mut(at)?.fields;
            fields.get(field)?;
            fields.remove(field);
        }
        Way::Cut(at, place, start, size) => {
            let field = inputs.get_mut(at)?.fields.get_mut(place)?;
            if start >= field.len() {
                return None;
            }
            field.drain(start..(start + size).min(field.len()));
        }
        Way::Zero(at, place) => {
            let field = inputs.get_mut(at)?.fields.get_mut(place)?;
            let is_number = std::str::from_utf8(field).is_ok_and(|text| text.parse::<i128>().is_ok());
            if !is_number || field == b"0" {
                return None;
            }
            *field = b"0".to_vec();
        }
        Way::Halve(at, place) => {
            let field = inputs.get_mut(at)?.fields.get_mut(place)?;
            let number = std::str::from_utf8(field).ok()?.parse::<i128>().ok()?;
            if number / 2 == number {
                return None;
            }
            *field = (number / 2).to_string().into_bytes();
        }
        Way::Plain(at, place, byte) => {
            let byte = inputs.get_mut(at)?.fields.get_mut(place)?.get_mut(byte)?;
            let plain = if byte.is_ascii_digit() { b'0' } else { b'a' };
            if *byte == plain || (*byte < 0x80 && !byte.is_ascii_alphanumeric()) {
                return None;
            }
            *byte = plain;
        }
    }
    Some(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(fields: &[&str]) -> Input {
        let fields = fields.iter().map(|field| field.as_bytes().to_vec()).collect();
        Input { entry: "RUN".to_owned(), fields, answers: Vec::new() }
    }

    #[test]
    fn only_what_the_failure_needs_is_left() {
        let needs = |inputs: &[Input]| {
            inputs.iter().any(|input| input.fields.iter().any(|field| field.windows(2).any(|pair| pair == b"!\n")))
        };
        let smallest = shrink(vec![input(&["x"]), input(&["aaaa", "bb!\nbbbb", "c"]), input(&["y"])], needs);
        assert_eq!(smallest, [input(&["!\n"])]);
    }

    #[test]
    fn a_number_becomes_the_least_that_fails_by_halves() {
        let needs = |inputs: &[Input]| {
            let text = inputs[0].fields.first().and_then(|field| std::str::from_utf8(field).ok()).unwrap_or_default();
            text.parse::<u64>().is_ok_and(|number| number >= 100)
        };
        let smallest = shrink(vec![input(&["987654"])], needs);
        assert_eq!(smallest, [input(&["100"])]);
    }

    #[test]
    fn what_does_not_fail_again_stays_as_it_is() {
        assert_eq!(shrink(vec![input(&["abc"])], |_| false), [input(&["abc"])]);
    }
}
