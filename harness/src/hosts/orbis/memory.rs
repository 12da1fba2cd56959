//! The guest's memory: what it points at, checked, and what the host puts there.

use wasmtime::{AsContext, AsContextMut, Caller, Extern, Func, Memory, TypedFunc};

/// The bytes that a memory grows by.
const PAGE: usize = 65536;

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

/// The memory of the instance that calls its host.
pub(super) fn of_caller<T>(caller: &mut Caller<'_, T>) -> Result<Memory, String> {
    caller.get_export("memory").and_then(Extern::into_memory).ok_or_else(|| "the plugin exports no memory".to_owned())
}

/// What gives the host room in a plugin's memory.
pub(super) enum Allocator {
    /// The plugin's own, of this name.
    Export(&'static str, TypedFunc<i32, i32>),
    /// The host adds pages: the plugin has no export of this name, and its ABI does not ask for one.
    Pages(&'static str),
}

impl Allocator {
    /// The one that a plugin has, if it exports `function` as `name`.
    pub(super) fn of(name: &'static str, function: Option<Func>, store: impl AsContext) -> wasmtime::Result<Allocator> {
        Ok(match function {
            Some(function) => Allocator::Export(name, function.typed(store)?),
            None => Allocator::Pages(name),
        })
    }

    /// Copies bytes to where the plugin's allocator says.
    pub(super) fn copy_in(
        &self,
        mut store: impl AsContextMut,
        memory: &Memory,
        bytes: &[u8],
    ) -> wasmtime::Result<Result<u32, String>> {
        let Ok(size) = i32::try_from(bytes.len()) else {
            return Ok(Err(format!("{} bytes are more than a plugin can hold", bytes.len())));
        };
        let start = match self {
            Allocator::Export(_, function) => function.call(&mut store, size)? as u32,
            Allocator::Pages(name) => match memory.grow(&mut store, bytes.len().div_ceil(PAGE) as u64) {
                Ok(pages) => pages as u32 * PAGE as u32,
                Err(_) => {
                    let reason = format!("the plugin has none, and no room for {size} bytes more: export `{name}`");
                    return Ok(Err(reason));
                }
            },
        };
        Ok(match (memory.write(&mut store, start as usize, bytes), self) {
            (Err(_), Allocator::Export(name, _)) => {
                let bytes = memory.data_size(store.as_context());
                Err(format!("`{name}({size})` answered {start}, and the memory has {bytes} bytes"))
            }
            _ => Ok(start),
        })
    }
}
