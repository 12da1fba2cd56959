//! What all memories and tables of one instance may come to together: wasmtime's own limits are for each alone.

use wasmtime::ResourceLimiter;

use crate::artifact::module::TABLE_ELEMENTS;

/// The limits of an instance, and what it has so far.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    /// The bytes of all its memories, at most.
    most: usize,
    bytes: usize,
    elements: u64,
    /// Whether it wanted more memory than there is.
    pub(crate) starved: bool,
}

impl Bounds {
    /// With at most so many bytes of memory.
    pub(crate) fn new(most: usize) -> Bounds {
        Bounds { most, ..Bounds::default() }
    }
}

impl ResourceLimiter for Bounds {
    fn memory_growing(&mut self, current: usize, desired: usize, most: Option<usize>) -> wasmtime::Result<bool> {
        let bytes = self.bytes.saturating_add(desired - current);
        let fits = bytes <= self.most;
        self.starved |= !fits;
        // Beyond the memory's own maximum it does not grow either.
        if fits && most.is_none_or(|most| desired <= most) {
            self.bytes = bytes;
        }
        Ok(fits)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let elements = self.elements + (desired - current) as u64;
        if elements > TABLE_ELEMENTS {
            return Ok(false);
        }
        self.elements = elements;
        Ok(true)
    }
}
