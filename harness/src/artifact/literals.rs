//! The literals of an artifact's sources, as far as its code and data show them: what a fuzzer tries as input.

use std::collections::BTreeSet;

use wasmparser::{DataKind, Operator, Parser, Payload};

use crate::artifact::edges::splits;

/// Text and numbers that code knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Literals {
    /// Short text, sorted.
    pub(crate) words: BTreeSet<Vec<u8>>,
    /// What code compares with, sorted.
    pub(crate) numbers: BTreeSet<i64>,
    /// The words among it, sorted.
    pub(crate) compared: BTreeSet<Vec<u8>>,
}

/// What an artifact knows, by where it knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllLiterals {
    /// The literals of each function, and how many counters it has when it is instrumented.
    pub(crate) functions: Vec<(usize, Literals)>,
    /// Those of its data.
    pub(crate) data: Literals,
}

/// The longest text that is taken.
const LONGEST: usize = 48;
/// The most of each that is kept.
const MOST: usize = 4000;

impl AllLiterals {
    /// Those of a valid module; of another what comes before the mistake.
    pub(crate) fn of(wasm: &[u8]) -> AllLiterals {
        let mut all = AllLiterals::default();
        let mut data = Vec::new();
        for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
            if let Payload::DataSection(segments) = payload {
                for segment in segments.into_iter().map_while(Result::ok) {
                    let start = match segment.kind {
                        DataKind::Active { offset_expr, .. } => constant(&offset_expr),
                        DataKind::Passive => None,
                    };
                    data.push((start.unwrap_or(u32::MAX), segment.data));
                }
            }
        }
        for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
            if let Payload::CodeSectionEntry(body) = payload {
                let operators =
                    body.get_operators_reader().map(|read| read.into_iter().map_while(Result::ok).collect());
                let operators: Vec<Operator<'_>> = operators.unwrap_or_default();
                // None stands after the last.
                let edges = 1 + operators.iter().rev().skip(1).filter(|operator| splits(operator)).count();
                let mut literals = Literals::default();
                literals.of_code(&operators, &data);
                all.functions.push((edges, literals));
            }
        }
        for (_, bytes) in &data {
            all.data.of_data(bytes, &data);
        }
        all
    }
}

impl Literals {
    fn of_code(&mut self, code: &[Operator<'_>], data: &[(u32, &[u8])]) {
        // The constants just before, and how many operators ago: the pointer and the length of a text, or the parts
        // of one that is compared by words.
        let mut pointer: Option<(u32, usize)> = None;
        let mut part: Option<(Vec<u8>, usize)> = None;
        let mut last = None;
        for (place, operator) in code.iter().enumerate() {
            let number = match *operator {
                Operator::I32Const { value } => {
                    if let Some((start, before)) = pointer
                        && place - before <= 4
                        && let Some(text) = text_at(data, start, value.cast_unsigned())
                    {
                        self.add(text);
                    }
                    pointer = Some((value.cast_unsigned(), place));
                    Some((i64::from(value), value.to_le_bytes().to_vec()))
                }
                Operator::I64Const { value } => Some((value, value.to_le_bytes().to_vec())),
                Operator::I32Eq
                | Operator::I32Ne
                | Operator::I64Eq
                | Operator::I64Ne
                | Operator::I32LtU
                | Operator::I32LtS
                | Operator::I32GtU
                | Operator::I32GtS
                | Operator::I32LeU
                | Operator::I32LeS
                | Operator::I32GeU
                | Operator::I32GeS
                | Operator::I64LtU
                | Operator::I64LtS
                | Operator::I64GtU
                | Operator::I64GtS
                | Operator::I64LeU
                | Operator::I64LeS
                | Operator::I64GeU
                | Operator::I64GeS => {
                    if let Some(number) = last
                        && self.numbers.len() < MOST
                    {
                        self.numbers.insert(number);
                        if let Some((text, at)) = &part
                            && place - at == 1
                        {
                            self.compared.insert(text.clone());
                        }
                    }
                    None
                }
                _ => None,
            };
            last = number.as_ref().map(|(number, _)| *number);
            let Some((_, bytes)) = number else { continue };
            let letters = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let text = &bytes[..letters];
            if letters >= 3 && text.iter().all(is_printable) {
                if let Some((before, at)) = &part
                    && place - at <= 8
                {
                    self.add(&[before, text].concat());
                }
                self.add(text);
                part = Some((text.to_vec(), place));
            }
        }
    }

    fn of_data(&mut self, bytes: &[u8], data: &[(u32, &[u8])]) {
        // A pointer and a length, as in a slice of Rust, Go or TinyGo.
        for pair in bytes.windows(8).step_by(4) {
            let word = |at: usize| u32::from_le_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]]);
            if let Some(text) = text_at(data, word(0), word(4)) {
                self.add(text);
            }
        }
        for run in bytes.split(|byte| !is_printable(byte)).filter(|run| (2..=LONGEST).contains(&run.len())) {
            self.add(run);
        }
        // The letters of JavaScript's strings have two bytes each.
        let mut wide = Vec::new();
        for pair in bytes.chunks_exact(2) {
            match pair {
                [letter, 0] if is_printable(letter) => wide.push(*letter),
                _ => {
                    if (2..=LONGEST).contains(&wide.len()) {
                        self.add(&wide);
                    }
                    wide.clear();
                }
            }
        }
    }

    fn add(&mut self, text: &[u8]) {
        if self.words.len() < MOST {
            self.words.insert(text.to_vec());
        }
    }
}

fn is_printable(byte: &u8) -> bool {
    (b' '..=b'~').contains(byte)
}

/// The text at this address, if it is one.
fn text_at<'a>(data: &[(u32, &'a [u8])], start: u32, length: u32) -> Option<&'a [u8]> {
    let length = usize::try_from(length).ok().filter(|length| (1..=LONGEST).contains(length))?;
    let text = data.iter().find_map(|(segment, bytes)| {
        let from = usize::try_from(start.checked_sub(*segment)?).ok()?;
        bytes.get(from..from.checked_add(length)?)
    })?;
    text.iter().all(is_printable).then_some(text)
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Option<u32> {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(value.cast_unsigned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(wat: &str) -> Literals {
        let all = AllLiterals::of(&wat::parse_str(wat).unwrap());
        all.functions.into_iter().map(|(_, literals)| literals).fold(all.data, |mut all, literals| {
            all.words.extend(literals.words);
            all.numbers.extend(literals.numbers);
            all
        })
    }

    #[test]
    fn text_that_code_points_to_is_cut_where_the_code_says() {
        let found = literals(
            r#"(module (memory 1) (data (i32.const 16) "openclose")
                (func (param i32) (result i32) (drop (i32.const 20)) (i32.const 5)))"#,
        );
        assert!(found.words.contains(b"close".as_slice()), "{found:?}");
    }

    #[test]
    fn text_that_data_points_to_is_cut_where_the_data_says() {
        let found = literals(
            r#"(module (memory 1) (data (i32.const 16) "nameage!\10\00\00\00\04\00\00\00\14\00\00\00\03\00\00\00"))"#,
        );
        assert!(found.words.contains(b"name".as_slice()) && found.words.contains(b"age".as_slice()), "{found:?}");
    }

    #[test]
    fn numbers_and_words_that_code_compares_with_are_found() {
        let found = literals(
            r#"(module (func (param i64) (result i32)
                (drop (i32.eq (i32.wrap_i64 (local.get 0)) (i32.const 4242)))
                (i64.eq (local.get 0) (i64.const 0x6f6c6c6568))))"#,
        );
        assert!(found.numbers.contains(&4242) && found.words.contains(b"hello".as_slice()), "{found:?}");
    }
}
