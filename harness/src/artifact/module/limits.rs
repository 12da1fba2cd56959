//! What a module may ask of the compiler. Each of these costs more than its bytes do: minutes or gigabytes
//! for a file of a few hundred kilobytes. So that is told before it is compiled.
//!
//! The largest plugin that was measured, with parsers of Rust, TOML, JSON, wasm's text and images in it, has
//! 9.5 MB of code in 45,560 functions, 929 locals in one of them (Argon2 alone has 2,453), 39,362 targets, and
//! 1.3 million values to join. What is just within a limit compiles in ten seconds, in a debug build.

use wasmparser::{BinaryReaderError, BlockType, FunctionBody, Operator};

/// Counts that have a limit: what is counted, and the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    what: &'static str,
    most: u64,
}

pub(super) const IMPORTS: Limit = Limit { what: "imports", most: 10_000 };
pub(super) const EXPORTS: Limit = Limit { what: "exports", most: 50_000 };
pub(super) const RECORDS: Limit = Limit { what: "records of entry points", most: 10_000 };
pub(super) const FUNCTIONS: Limit = Limit { what: "functions", most: 200_000 };
pub(super) const CODE: Limit = Limit { what: "bytes of code", most: 32 * 1024 * 1024 };
pub(super) const BODY: Limit = Limit { what: "bytes in one function", most: 1024 * 1024 };
pub(super) const LOCALS: Limit = Limit { what: "locals in one function", most: 20_000 };
/// The compiler keeps half a kilobyte of each.
pub(super) const TARGETS: Limit = Limit { what: "targets of branch tables", most: 250_000 };
/// A local that is read after ways have joined may need a value of its own at each of these places.
pub(super) const JOINS: Limit = Limit { what: "values to join where branches meet", most: 3_000_000 };
/// What calls, blocks and branches pass beyond [`PASSED`]: a few bytes may pass a thousand values.
pub(super) const VALUES: Limit = Limit { what: "values passed by calls and branches of many", most: 200_000 };
/// So many values of a call or a branch are paid for by the bytes that make them.
const PASSED: u64 = 16;

impl Limit {
    /// Why so many are too many, if they are.
    pub(super) fn check(self, count: u64) -> Result<(), String> {
        let Limit { what, most } = self;
        match count <= most {
            true => Ok(()),
            false => Err(format!("it has {count} {what}, and Plugsmith compiles at most {most}: make it smaller")),
        }
    }
}

/// What the functions of a module come to together.
#[derive(Default)]
pub(super) struct Totals {
    functions: u64,
    code: u64,
    targets: u64,
    joins: u64,
    values: u64,
}

/// How many values a function and a block of this type take and give.
pub(super) trait Types {
    /// Of the function with this index.
    fn of_function(&self, index: u32) -> u64;
    /// Of the function type with this index.
    fn of_type(&self, index: u32) -> u64;
}

impl Totals {
    /// Adds a function, and says which limit is passed with it.
    pub(super) fn add(
        &mut self,
        body: &FunctionBody<'_>,
        parameters: u64,
        types: &impl Types,
    ) -> Result<Result<(), String>, BinaryReaderError> {
        self.functions += 1;
        self.code += body.range().len() as u64;
        let mut locals = parameters;
        for group in body.get_locals_reader()? {
            locals += u64::from(group?.0);
        }
        let within = (BODY.check(body.range().len() as u64))
            .and_then(|()| LOCALS.check(locals))
            .and_then(|()| FUNCTIONS.check(self.functions))
            .and_then(|()| CODE.check(self.code));
        if within.is_err() {
            return Ok(within);
        }
        let mut joins = Joins { seen: vec![0; locals as usize], now: 0, loops: Vec::new(), cost: 0 };
        // What a branch to each open block passes, and whether it is a loop.
        let mut blocks = vec![(0, false)];
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            match &operator {
                Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                    let is_loop = matches!(operator, Operator::Loop { .. });
                    self.open(*blockty, is_loop, types, &mut blocks, &mut joins);
                }
                Operator::TryTable { try_table } => {
                    self.open(try_table.ty, false, types, &mut blocks, &mut joins);
                    self.targets += try_table.catches.len() as u64;
                }
                Operator::Else => joins.now += 1,
                Operator::End => joins.close(blocks.pop().is_some_and(|(_, is_loop)| is_loop)),
                Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                    self.pass(to(&blocks, *relative_depth));
                }
                Operator::BrTable { targets } => {
                    self.targets += u64::from(targets.len()) + 1;
                    for target in targets.targets() {
                        self.values += to(&blocks, target?);
                    }
                }
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    self.pass(types.of_function(*function_index));
                }
                Operator::CallIndirect { type_index, .. }
                | Operator::ReturnCallIndirect { type_index, .. }
                | Operator::CallRef { type_index }
                | Operator::ReturnCallRef { type_index } => self.pass(types.of_type(*type_index)),
                Operator::LocalGet { local_index } => joins.get(*local_index),
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => joins.set(*local_index),
                _ => {}
            }
            if self.joins + joins.cost > JOINS.most {
                break;
            }
        }
        self.joins += joins.cost;
        Ok(TARGETS.check(self.targets).and_then(|()| JOINS.check(self.joins)).and_then(|()| VALUES.check(self.values)))
    }

    fn open(
        &mut self,
        ty: BlockType,
        is_loop: bool,
        types: &impl Types,
        blocks: &mut Vec<(u64, bool)>,
        joins: &mut Joins,
    ) {
        let passed = match ty {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(index) => types.of_type(index),
        };
        self.pass(passed);
        blocks.push((passed, is_loop));
        joins.open(is_loop);
    }

    fn pass(&mut self, values: u64) {
        self.values += values.saturating_sub(PASSED);
    }
}

fn to(blocks: &[(u64, bool)], depth: u32) -> u64 {
    blocks.iter().rev().nth(depth as usize).map_or(0, |(passed, _)| *passed)
}

/// How many places the compiler passes when it looks for what a local holds: from where it is read back to
/// where it was last looked at, and at the end of a loop that reads it from there on.
struct Joins {
    /// Where each local was looked at last, in joins from the start.
    seen: Vec<u64>,
    now: u64,
    /// Where each open loop starts, and which locals it reads of those that were set before it.
    loops: Vec<(u64, Vec<u32>)>,
    cost: u64,
}

impl Joins {
    fn open(&mut self, is_loop: bool) {
        self.now += 1;
        if is_loop {
            self.loops.push((self.now, Vec::new()));
        }
    }

    fn close(&mut self, is_loop: bool) {
        self.now += 1;
        if is_loop && let Some((_, locals)) = self.loops.pop() {
            locals.into_iter().for_each(|local| self.look(local));
        }
    }

    fn set(&mut self, local: u32) {
        if let Some(seen) = self.seen.get_mut(local as usize) {
            *seen = self.now;
        }
    }

    fn get(&mut self, local: u32) {
        let Some(seen) = self.seen.get(local as usize).copied() else { return };
        for (_, locals) in self.loops.iter_mut().rev().take_while(|(start, _)| seen < *start) {
            locals.push(local);
            self.cost += 1;
        }
        self.look(local);
    }

    fn look(&mut self, local: u32) {
        if let Some(seen) = self.seen.get_mut(local as usize) {
            self.cost += self.now - *seen;
            *seen = self.now;
        }
    }
}
