//! The blocks of Extism's kernel that are in use, read from its memory.
//!
//! The kernel (extism 1.30.0, src/extism-runtime.wasm) keeps its blocks one after the other from
//! [`FIRST_BLOCK`], over as many bytes as its `position` says: each has a status byte, its size and the part
//! of it that is used as `u32` at 4 and 8, and its data at 12. Freed blocks stay in the row with another status.

use crate::engine::guest::Block;
use crate::engine::memory::{FIRST_BLOCK, GuestMemory};

/// The address of the kernel's `position`.
const POSITION: u64 = 9;
const HEADER: u64 = 12;
/// The status of a block that is in use.
const IN_USE: u8 = 1;
/// The most blocks that are read.
const MOST: usize = 100_000;
/// The bytes that are kept of each.
const START: u64 = 64;

/// The blocks in use, in the order in which they lie in memory. Where a guest has overwritten the kernel's
/// headers, these are the ones up to the first that makes no sense.
pub(super) fn in_use(memory: &GuestMemory) -> Vec<Block> {
    let number = |address: u64, bytes: u64| -> Option<u64> {
        let read = memory.read(address, bytes)?;
        Some(read.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let end = FIRST_BLOCK.saturating_add(number(POSITION, 8).unwrap_or(0));
    let mut blocks = Vec::new();
    let mut header = FIRST_BLOCK;
    for _ in 0..MOST {
        if header >= end {
            break;
        }
        let (status, size, length) = (number(header, 1), number(header + 4, 4), number(header + 8, 4));
        let (Some(status), Some(size), Some(length)) = (status, size, length) else { break };
        let offset = header + HEADER;
        if status == u64::from(IN_USE) {
            let start = memory.read(offset, length.min(START)).unwrap_or_default();
            blocks.push(Block { offset, length, start });
        }
        header = offset + size;
    }
    blocks
}
