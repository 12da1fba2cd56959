//! What a call costs, with extism-pdk: nothing, an echo, many host calls.

use extism_pdk::{FnResult, host_fn, plugin_fn};

#[host_fn]
extern "ExtismHost" {
    fn exchange(block: Vec<u8>) -> Vec<u8>;
}

#[plugin_fn]
pub fn empty() -> FnResult<()> {
    Ok(())
}

#[plugin_fn]
pub fn echo(input: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(input)
}

/// As many host calls as the input says, each with a block in and a block out.
#[plugin_fn]
pub fn host_calls(count: String) -> FnResult<String> {
    let count: usize = count.parse()?;
    let mut bytes = 0;
    for _ in 0..count {
        // SAFETY: the host has this function.
        bytes += unsafe { exchange(b"sixteen bytes in".to_vec())? }.len();
    }
    Ok(bytes.to_string())
}
