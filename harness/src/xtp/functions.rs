//! The functions of `xtp:test/harness`, as a test plugin imports them.
//!
//! Their types are the import's own where the libraries differ: `assert` had no reason before 0.0.1,
//! and its truth is an i32 or an i64.

use std::rc::Rc;

use plugsmith::protocol::host_functions::{HostCall, HostFunction, HostValue, WireType};

use super::board::Board;
use super::notes::told;
use crate::artifact::module::Module;

/// The import module.
const HARNESS: &str = "xtp:test/harness";

/// What a test plugin may call.
pub(super) fn all(test: &Module, board: &Rc<Board>, input: Option<Vec<u8>>) -> Vec<HostFunction> {
    let call = |work: fn(&Board, &[HostValue]) -> Result<HostValue, String>| -> HostCall {
        let board = Rc::clone(board);
        Rc::new(move |values: &[HostValue]| work(&board, values))
    };
    use WireType::{Bytes, I64, Nothing, Text};
    vec![
        function("call", vec![Text, Bytes], Bytes, call(run)),
        function("time", vec![Text, Bytes], I64, call(time)),
        function("assert", assert_parameters(test), Nothing, call(assert)),
        function("group", vec![Text], Nothing, call(group)),
        function("reset", vec![], Nothing, call(reset)),
        mock_input(input),
    ]
}

/// `mock_input` alone, which a plugin that mocks the host may call, too.
pub(super) fn mock_input(input: Option<Vec<u8>>) -> HostFunction {
    function("mock_input", vec![], WireType::Bytes, Rc::new(move |_: &[HostValue]| Ok(HostValue::Block(input.clone()))))
}

fn function(name: &str, parameters: Vec<WireType>, result: WireType, call: HostCall) -> HostFunction {
    HostFunction { namespace: HARNESS.to_owned(), name: name.to_owned(), parameters, result, call }
}

/// The name, the truth as the import has it, and the reason, if it has one.
fn assert_parameters(test: &Module) -> Vec<WireType> {
    let import = test.imports.iter().find(|import| import.module == HARNESS && import.name == "assert");
    let types = import.map(|import| import.signature.parameters.as_slice()).unwrap_or_default();
    let truth = if types.get(1).is_some_and(|ty| ty == "i32") { WireType::I32 } else { WireType::I64 };
    let mut parameters = vec![WireType::Text, truth, WireType::Text];
    if types.len() == 2 {
        parameters.pop();
    }
    parameters
}

fn run(board: &Board, values: &[HostValue]) -> Result<HostValue, String> {
    let called = board.call(&text(values, 0), &bytes(values, 1))?;
    // The libraries take offset 0 for a call that has failed.
    Ok(HostValue::Block(called.output.ok()))
}

fn time(board: &Board, values: &[HostValue]) -> Result<HostValue, String> {
    let function = text(values, 0);
    let called = board.call(&function, &bytes(values, 1))?;
    match called.output {
        Ok(_) => Ok(HostValue::I64(i64::try_from(called.duration.as_nanos()).unwrap_or(i64::MAX))),
        // No time says that a call has failed.
        Err(error) => Err(told(&function, &error)),
    }
}

fn assert(board: &Board, values: &[HostValue]) -> Result<HostValue, String> {
    let passed = !matches!(values.get(1), Some(HostValue::I64(0) | HostValue::I32(0)) | None);
    board.assert(text(values, 0), passed, text(values, 2))?;
    Ok(HostValue::Nothing)
}

fn group(board: &Board, values: &[HostValue]) -> Result<HostValue, String> {
    board.group(text(values, 0))?;
    Ok(HostValue::Nothing)
}

fn reset(board: &Board, _: &[HostValue]) -> Result<HostValue, String> {
    board.reset()?;
    Ok(HostValue::Nothing)
}

fn bytes(values: &[HostValue], index: usize) -> Vec<u8> {
    match values.get(index) {
        Some(HostValue::Block(Some(bytes))) => bytes.clone(),
        _ => Vec::new(),
    }
}

fn text(values: &[HostValue], index: usize) -> String {
    String::from_utf8_lossy(&bytes(values, index)).into_owned()
}
