//! Two of the kernel's functions that Extism's host side trusts too much: the output.
//!
//! The kernel takes an `output_set` whose end wraps around, and its `store_u64` reaches the length
//! that is kept of the output (extism 1.30.0, src/extism-runtime.wasm: the check is `p + 7 >= 64`);
//! `Plugin::call` then makes a slice of whatever it finds there. So the harness keeps the place of
//! the output itself, checks it, and shows Extism an output that lies within the memory.

use extism::{CurrentPlugin, Val};

use super::call::Work;
use crate::engine::blocks::kernel_size;
use crate::engine::failure::Failure;
use crate::engine::memory::FIRST_BLOCK;
use crate::engine::running::Running;
use crate::import::{Import, KERNEL, kernel_signature};

/// What stands in for the kernel's function of this name.
pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "output_set" => output_set,
        "output_length" => output_length,
        _ => return None,
    })
}

/// The import of a kernel function.
pub(super) fn import(name: &str) -> Import {
    Import { module: KERNEL.to_owned(), name: name.to_owned(), signature: kernel_signature(name).unwrap_or_default() }
}

/// The kernel leaves the last output as it was when it is given none.
fn output_set(
    _: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    inputs: &[Val],
    _: &mut [Val],
) -> Result<(), Failure> {
    let [Val::I64(offset), Val::I64(length)] = inputs else {
        return Err(Failure::msg("the import has another signature than Extism's"));
    };
    if *length != 0 || offset.cast_unsigned() >= FIRST_BLOCK {
        running.call.borrow_mut().output = Some((offset.cast_unsigned(), length.cast_unsigned()));
    }
    Ok(())
}

/// Extism reads this many bytes from the kernel's own offset, which stays 0, and throws them away.
fn output_length(
    _: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let (_, length) = running.call.borrow().output.unwrap_or_default();
    let length = if length <= kernel_size(running) { length } else { 0 };
    if let Some(output) = outputs.first_mut() {
        *output = Val::I64(length.cast_signed());
    }
    Ok(())
}
