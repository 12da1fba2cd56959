//! Modules that would keep the compiler busy for minutes, or take gigabytes of it: each is refused before it is
//! compiled, by the limit that it passes.

use std::fmt::Write;

use plugsmith_harness::{Error, Plugin};
use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    Instruction, Module, TypeSection, ValType,
};

/// A module whose functions have these types and bodies; the first takes nothing, and is exported.
fn module(types: &[(usize, usize)], bodies: &[Function]) -> Vec<u8> {
    let (mut module, mut section) = (Module::new(), TypeSection::new());
    for (parameters, results) in types {
        section.ty().function(vec![ValType::I32; *parameters], vec![ValType::I32; *results]);
    }
    module.section(&section);
    let mut functions = FunctionSection::new();
    (0..bodies.len()).for_each(|index| {
        functions.function(index.min(types.len() - 1) as u32);
    });
    module.section(&functions);
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, 0);
    module.section(&exports);
    let mut code = CodeSection::new();
    bodies.iter().for_each(|body| {
        code.function(body);
    });
    module.section(&code);
    module.finish()
}

fn body(locals: u32, instructions: impl IntoIterator<Item = Instruction<'static>>) -> Function {
    let mut body = Function::new([(locals, ValType::I32)]);
    instructions.into_iter().for_each(|instruction| {
        body.instruction(&instruction);
    });
    body.instruction(&Instruction::End);
    body
}

fn refusal(wasm: &[u8]) -> String {
    match Plugin::load(wasm) {
        Err(Error::InvalidModule { reason }) => reason,
        Err(error) => panic!("{error}"),
        Ok(_) => "it loads".to_owned(),
    }
}

/// Each of many loops sets a local and reads another, and at the end all of them are read.
fn loops(locals: u32, count: u32) -> Vec<u8> {
    let each = (0..count).flat_map(|at| {
        [
            Instruction::Loop(BlockType::Empty),
            Instruction::I32Const(7),
            Instruction::LocalSet(at * 7 % locals),
            Instruction::LocalGet(at % locals),
            Instruction::BrIf(0),
            Instruction::End,
        ]
    });
    let all = (0..locals).flat_map(|local| [Instruction::LocalGet(local), Instruction::Drop]);
    module(&[(0, 0)], &[body(locals, each.chain(all))])
}

/// The same with branches, which join behind each `if`.
fn branches(locals: u32, count: u32) -> Vec<u8> {
    let each = (0..count).flat_map(|at| {
        [
            Instruction::LocalGet(at % locals),
            Instruction::If(BlockType::Empty),
            Instruction::I32Const(7),
            Instruction::LocalSet(at * 7 % locals),
            Instruction::End,
        ]
    });
    let all = (0..locals).flat_map(|local| [Instruction::LocalGet(local), Instruction::Drop]);
    module(&[(0, 0)], &[body(locals, each.chain(all))])
}

fn branch_tables(count: u32, targets: usize) -> Vec<u8> {
    let each = (0..count).flat_map(move |_| {
        [
            Instruction::Block(BlockType::Empty),
            Instruction::I32Const(0),
            Instruction::BrTable(vec![0; targets].into(), 0),
            Instruction::End,
        ]
    });
    module(&[(0, 0)], &[body(0, each)])
}

/// Two bytes pass a thousand values on, again and again.
fn calls(count: usize) -> Vec<u8> {
    let run = std::iter::repeat_n(Instruction::I32Const(1), 1000)
        .chain(std::iter::repeat_n(Instruction::Call(1), count))
        .chain(std::iter::repeat_n(Instruction::Drop, 1000));
    module(&[(0, 0), (1000, 1000)], &[body(0, run), body(0, (0..1000).map(Instruction::LocalGet))])
}

/// Branches that pass a thousand values each.
fn branches_with_values(count: usize) -> Vec<u8> {
    let run = std::iter::repeat_n(Instruction::I32Const(1), 1000)
        .chain([Instruction::Block(BlockType::FunctionType(1))])
        .chain(std::iter::repeat_n([Instruction::I32Const(0), Instruction::BrIf(0)], count).flatten())
        .chain([Instruction::End])
        .chain(std::iter::repeat_n(Instruction::Drop, 1000));
    module(&[(0, 0), (1000, 1000)], &[body(0, run), body(0, (0..1000).map(Instruction::LocalGet))])
}

fn imports(count: u32) -> Vec<u8> {
    let (mut module, mut types) = (Module::new(), TypeSection::new());
    types.ty().function([], []);
    module.section(&types);
    let mut imports = ImportSection::new();
    for index in 0..count {
        imports.import("env", &format!("f{index}"), EntityType::Function(0));
    }
    module.section(&imports);
    module.finish()
}

#[test]
fn what_costs_the_compiler_more_than_its_bytes_is_refused() {
    let nops = |count| std::iter::repeat_n(Instruction::Nop, count);
    let small = body(0, []);
    let cases = [
        ("loops", loops(5000, 4000)),
        ("branches", branches(5000, 4000)),
        ("branch tables", branch_tables(400, 1000)),
        ("calls", calls(1000)),
        ("branches with values", branches_with_values(1000)),
        ("locals", module(&[(0, 0)], &[body(49_000, [])])),
        ("a long function", module(&[(0, 0)], &[body(0, nops(2_000_000))])),
        ("functions", module(&[(0, 0)], &vec![small; 250_000])),
        ("imports", imports(20_000)),
    ];
    let mut refusals = String::new();
    for (name, wasm) in cases {
        let _ = writeln!(refusals, "{name}: {}", refusal(&wasm));
    }
    insta::assert_snapshot!(refusals);
}

#[test]
fn what_is_large_and_within_the_limits_loads() {
    assert_eq!(refusal(&loops(200, 500)), "it loads");
    assert_eq!(refusal(&branch_tables(10, 1000)), "it loads");
    assert_eq!(refusal(&calls(10)), "it loads");
}
