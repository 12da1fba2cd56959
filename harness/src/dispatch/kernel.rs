//! Two of the kernel's functions that Extism's host side trusts too much: the output.
//!
//! The kernel takes an `output_set` whose end wraps around, and its `store_u64` reaches the length
//! that is kept of the output (extism 1.30.0, src/extism-runtime.wasm: the check is `p + 7 >= 64`);
//! `Plugin::call` then makes a slice of whatever it finds there. So the harness keeps the place of
//! the output itself, checks it, and shows Extism an output that lies within the memory.

use extism::{CurrentPlugin, Val};

use super::{Failure, KERNEL, Work};
use crate::host::Running;
use crate::module::{Import, Signature};

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
    Import { module: KERNEL.to_owned(), name: name.to_owned(), signature: signature(name).unwrap_or_default() }
}

/// The kernel's and Extism's own functions, as extism 1.30.0 has them.
pub(crate) fn signature(name: &str) -> Option<Signature> {
    let (parameters, results): (&[&str], &[&str]) = match name {
        "alloc" | "length" | "length_unsafe" | "load_u64" | "input_load_u64" | "config_get" | "var_get" => {
            (&["i64"], &["i64"])
        }
        "free" | "error_set" | "log_trace" | "log_debug" | "log_info" | "log_warn" | "log_error" => (&["i64"], &[]),
        "load_u8" | "input_load_u8" => (&["i64"], &["i32"]),
        "store_u8" => (&["i64", "i32"], &[]),
        "store_u64" | "input_set" | "output_set" | "var_set" => (&["i64", "i64"], &[]),
        "input_length" | "input_offset" | "output_length" | "output_offset" | "error_get" | "memory_bytes"
        | "http_headers" => (&[], &["i64"]),
        "http_request" => (&["i64", "i64"], &["i64"]),
        "http_status_code" | "get_log_level" => (&[], &["i32"]),
        "reset" => (&[], &[]),
        _ => return None,
    };
    let owned = |types: &[&str]| types.iter().map(|&ty| ty.to_owned()).collect();
    Some(Signature { parameters: owned(parameters), results: owned(results) })
}

/// The kernel's own data ends here: no block lies before it.
pub(crate) const FIRST_BLOCK: u64 = 65;

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
        running.output.set(Some((offset.cast_unsigned(), length.cast_unsigned())));
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
    let (_, length) = running.output.get().unwrap_or_default();
    let length = if length <= super::kernel_size(running) { length } else { 0 };
    if let Some(output) = outputs.first_mut() {
        *output = Val::I64(length.cast_signed());
    }
    Ok(())
}
