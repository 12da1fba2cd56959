//! Time and randomness: two functions of `wasi_snapshot_preview1`, imported only when used.

#![expect(unsafe_code, reason = "the raw imports of two WASI functions")]

use super::extism::HostHandle;
use crate::error::HostError;
use crate::text::decimal;
use crate::text::join;

/// The raw imports.
mod raw {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        pub(super) fn clock_time_get(clock: i32, precision: i64, time: *mut u64) -> i32;
        pub(super) fn random_get(buffer: *mut u8, length: usize) -> i32;
    }
}

impl HostHandle {
    /// Nanoseconds of clock 0 (since 1970, wall time) or 1 (monotonic).
    pub(crate) fn nanoseconds(&self, clock: i32) -> u64 {
        let mut time = 0;
        // SAFETY: the host writes one u64 to `time`, which outlives the call.
        let code = unsafe { raw::clock_time_get(clock, 1, &mut time) };
        assert!(code == 0, "{}", join(&["clock_time_get failed with errno ", &decimal(code.into())]));
        time
    }

    /// Fills `bytes` with randomness from the host.
    pub(crate) fn random(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        // SAFETY: the host writes `bytes.len()` bytes to the slice, which outlives the call.
        match unsafe { raw::random_get(bytes.as_mut_ptr(), bytes.len()) } {
            0 => Ok(()),
            code => Err(HostError::new(join(&["random_get failed with errno ", &decimal(code.into())]))),
        }
    }
}

/// Fills `length` bytes for the `getrandom` crate.
///
/// # Safety
/// `bytes` has room for `length` bytes.
pub unsafe fn fill_for_getrandom(bytes: *mut u8, length: usize) -> Result<(), std::num::NonZeroI32> {
    // SAFETY: the host writes `length` bytes, for which the caller promises room.
    match unsafe { raw::random_get(bytes, length) } {
        0 => Ok(()),
        _ => Err(std::num::NonZeroI32::MIN),
    }
}
