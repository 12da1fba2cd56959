//! Kernel blocks, as host functions read and write them: nothing a guest claims about a block is trusted.

use extism::CurrentPlugin;
use wasmtime::Trap;

use crate::engine::failure::Failure;
use crate::engine::running::Running;

/// Refuses what needs Extism's store and linker while a start function runs: Extism has not set its
/// pointers to them yet, follows them all the same, and the process ends.
pub(crate) fn must_have_started(running: &Running) -> Result<(), Failure> {
    match running.instance.borrow().starting {
        false => Ok(()),
        true => Err(Failure::msg(
            "called from the start function or `_initialize`, where Extism crashes: call it from an export",
        )),
    }
}

/// The bytes of a block; `None` for offset 0. The guest may name any offset, and may have
/// overwritten the block's own length, so the claim is held against the memory there is.
pub(crate) fn read_block(
    running: &Running,
    plugin: &mut CurrentPlugin,
    offset: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    if offset == 0 {
        return Ok(None);
    }
    must_have_started(running)?;
    let length = plugin.memory_length(offset).or_else(|failure| {
        // A kernel that stumbles over the offset has no block there, Extism finds.
        if is_limit(&failure) { Err(failure) } else { Ok(0) }
    })?;
    if length == 0 {
        return Err(Failure::msg(format!("invalid memory offset: {offset} is no block")));
    }
    if offset.checked_add(length).is_none_or(|end| end > kernel_size(running)) {
        return Err(Failure::msg(format!("the block at {offset} claims {length} bytes, beyond the memory's end")));
    }
    running.charge(length)?;
    let Some(handle) = plugin.memory_handle(offset) else {
        return Err(reached_limit(plugin, offset).unwrap_or_else(|| Failure::msg("the block is gone")));
    };
    Ok(Some(plugin.memory_bytes(handle)?.to_vec()))
}

/// Why Extism finds no block: that the kernel, which uses the plugin's fuel and its time, has none left to look. Asked
/// once more, it says so.
fn reached_limit(plugin: &mut CurrentPlugin, offset: u64) -> Option<Failure> {
    plugin.memory_length(offset).err().filter(is_limit)
}

/// Whether the kernel has reached a limit of the plugin's, and not stumbled over what the plugin gave it.
fn is_limit(failure: &Failure) -> bool {
    match failure.downcast_ref::<Trap>() {
        Some(trap) => matches!(trap, Trap::Interrupt | Trap::OutOfFuel),
        None => true,
    }
}

/// Frees a block that the kernel's contract hands to the host.
pub(crate) fn free_block(plugin: &mut CurrentPlugin, offset: u64) -> Result<(), Failure> {
    match plugin.memory_handle(offset) {
        Some(handle) if offset != 0 => plugin.memory_free(handle),
        None if offset != 0 => reached_limit(plugin, offset).map_or(Ok(()), Err),
        _ => Ok(()),
    }
}

/// The offset of a new block with these bytes. Extism's `memory_new` writes wherever the kernel
/// says; a guest that overwrote the kernel's block headers can make it say anything.
pub(crate) fn write_block(running: &Running, plugin: &mut CurrentPlugin, bytes: &[u8]) -> Result<i64, Failure> {
    must_have_started(running)?;
    if bytes.is_empty() {
        return Ok(0);
    }
    running.charge(bytes.len() as u64)?;
    let handle = plugin.memory_alloc(bytes.len() as u64).map_err(|error| {
        // The kernel could not grow its memory.
        if error.to_string().ends_with(" out of memory") { Failure::msg("oom") } else { error }
    })?;
    let offset = handle.offset();
    if offset.checked_add(bytes.len() as u64).is_none_or(|end| end > kernel_size(running)) {
        return Err(Failure::msg("the kernel's memory is corrupt: it gave out a block beyond its end"));
    }
    plugin.memory_bytes_mut(handle)?.copy_from_slice(bytes);
    Ok(offset.cast_signed())
}

/// The size of the kernel's memory in bytes.
pub(crate) fn kernel_size(running: &Running) -> u64 {
    running.kernel_memory().map_or(0, |memory| memory.size() as u64)
}
