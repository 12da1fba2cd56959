//! Blocks that the Orbis host asks this guest for, and frees or hands back.
//!
//! Nothing here depends on the host, so that Miri runs it natively. What it cannot check there is
//! the border itself: addresses that cross as 32-bit numbers, and whether the host keeps to its
//! own blocks. A host that passes another address makes this guest read and free memory of its own
//! that is something else; it cannot reach beyond this guest, and a check of every address would
//! need a list of all blocks.

#![expect(unsafe_code, reason = "memory that the host writes to by its address")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

/// What stands in front of every block: its size, so that freeing one trusts nobody.
const HEADER: usize = 8;

/// What stands in front of the bytes that the host answers: their length.
const LENGTH: usize = 4;

/// A block of `size` bytes, never at address 0.
///
/// The host does not look for a 0: it would write over the guest's first bytes. So a guest without
/// memory ends here.
pub(super) fn allocate(size: usize) -> *mut u8 {
    let layout = layout(size);
    // SAFETY: the layout has at least the header's size.
    let start = unsafe { alloc(layout) };
    if start.is_null() {
        handle_alloc_error(layout);
    }
    // SAFETY: the block has room for the header, and its alignment.
    unsafe { start.cast::<usize>().write(size) };
    // SAFETY: the block is longer than the header, or just as long.
    unsafe { start.add(HEADER) }
}

/// Frees a block of [`allocate`]; nothing at address 0, or before the first block that there can be.
pub(super) fn release(block: *mut u8) {
    if block.addr() < HEADER {
        return;
    }
    // SAFETY: every block has the header in front; the host passes no others, as it got no others.
    let start = unsafe { block.sub(HEADER) };
    // SAFETY: `allocate` has written the size there.
    let size = unsafe { start.cast::<usize>().read() };
    // SAFETY: and made the block with this layout.
    unsafe { dealloc(start, layout(size)) };
}

/// The bytes behind their length, in a block of [`allocate`] that is freed. A length that exceeds
/// the block ends at the block's end, and a block too short for a length holds nothing.
pub(super) fn take(block: *mut u8) -> Option<Vec<u8>> {
    if block.addr() < HEADER {
        return None;
    }
    // SAFETY: as in `release`: the size stands in front of every block.
    let size = unsafe { block.sub(HEADER).cast::<usize>().read() };
    let room = size.checked_sub(LENGTH)?;
    // SAFETY: the block has room for a length, which the host has written.
    let length = u32::from_le_bytes(unsafe { block.cast::<[u8; LENGTH]>().read() }) as usize;
    // SAFETY: the block is longer than a length, or just as long.
    let start = unsafe { block.add(LENGTH) };
    // SAFETY: so many bytes are left in the block, whatever the host says.
    let bytes = unsafe { std::slice::from_raw_parts(start, length.min(room)) }.to_vec();
    release(block);
    Some(bytes)
}

fn layout(size: usize) -> Layout {
    match size.checked_add(HEADER).map(|size| Layout::from_size_align(size, HEADER)) {
        Some(Ok(layout)) => layout,
        _ => handle_alloc_error(Layout::new::<u8>()),
    }
}

#[cfg(test)]
mod tests {
    use super::{allocate, release, take};

    /// A block as a host fills it: it says that so many bytes follow.
    fn answer(length: u32, bytes: &[u8]) -> *mut u8 {
        let block = allocate(4 + bytes.len());
        let whole = [&length.to_le_bytes()[..], bytes].concat();
        // SAFETY: the block was made with room for both.
        unsafe { block.copy_from_nonoverlapping(whole.as_ptr(), whole.len()) };
        block
    }

    #[test]
    fn an_answer_is_taken_and_its_block_freed() {
        assert_eq!(take(answer(3, b"Ada")), Some(b"Ada".to_vec()));
        assert_eq!(take(answer(0, b"")), Some(Vec::new()));
    }

    #[test]
    fn a_length_ends_with_the_block() {
        assert_eq!(take(answer(u32::MAX, b"Ada")), Some(b"Ada".to_vec()));
        assert_eq!(take(answer(4, b"")), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_block_is_neither_read_nor_freed() {
        for address in [0, 1, 7] {
            assert_eq!(take(std::ptr::without_provenance_mut(address)), None);
            release(std::ptr::without_provenance_mut(address));
        }
    }

    #[test]
    fn an_empty_block_has_an_address_and_is_freed() {
        let block = allocate(0);
        assert!(!block.is_null() && block.addr().is_multiple_of(8));
        release(block);
    }
}
