//! The guest's memory: what it points at, checked, and what the host puts there.

use wasmtime::{AsContextMut, Caller, Extern, Memory, TypedFunc};

/// A part of the guest's memory, as the guest names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub(super) pointer: i32,
    pub(super) length: i32,
}

impl Slice {
    pub(super) fn new(pointer: i32, length: i32) -> Slice {
        Slice { pointer, length }
    }

    /// The bytes; addresses and lengths are unsigned, whatever wasm calls them.
    pub(super) fn read(self, memory: &[u8]) -> Result<&[u8], String> {
        let (start, length) = (self.pointer as u32 as usize, self.length as u32 as usize);
        memory
            .get(start..start.saturating_add(length))
            .ok_or_else(|| format!("{length} bytes at {start} reach beyond the memory of {} bytes", memory.len()))
    }
}

/// The bytes behind a pointer to a length, four bytes in little-endian order, and so many more.
pub(super) fn length_prefixed(pointer: u32, memory: &[u8]) -> Result<&[u8], String> {
    let prefix = Slice::new(pointer as i32, 4).read(memory).map_err(|error| format!("its length: {error}"))?;
    let length = prefix.iter().rev().fold(0, |length: u32, byte| length << 8 | u32::from(*byte));
    // The prefix lies within the memory, so the addition does not wrap.
    Slice::new((pointer + 4) as i32, length as i32).read(memory)
}

/// The memory and the allocator of the instance that calls its host.
pub(super) fn of_caller<T>(caller: &mut Caller<'_, T>) -> Result<(Memory, TypedFunc<i32, i32>), String> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory).ok_or("the plugin exports no memory")?;
    let allocate = caller
        .get_export("allocate")
        .and_then(Extern::into_func)
        .and_then(|function| function.typed(&*caller).ok())
        .ok_or("the plugin exports no `allocate(i32) -> i32`")?;
    Ok((memory, allocate))
}

/// Copies bytes to where the guest's allocator says.
pub(super) fn copy_in(
    mut store: impl AsContextMut,
    memory: &Memory,
    allocate: &TypedFunc<i32, i32>,
    parts: &[&[u8]],
) -> wasmtime::Result<Result<u32, String>> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let Ok(size) = i32::try_from(length) else {
        return Ok(Err(format!("{length} bytes are more than a plugin can hold")));
    };
    let start = allocate.call(&mut store, size)? as u32;
    let mut address = start as usize;
    for part in parts {
        if memory.write(&mut store, address, part).is_err() {
            let bytes = memory.data_size(store.as_context());
            return Ok(Err(format!("`allocate({size})` answered {start}, and the memory has {bytes} bytes")));
        }
        address += part.len();
    }
    Ok(Ok(start))
}
