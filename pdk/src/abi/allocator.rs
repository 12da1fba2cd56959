//! A small allocator for guests: a tenth of dlmalloc's code, and faster where blocks are reused.
//!
//! A block has one of a few sizes: four to a doubling, so that at most a fifth of it is unused. A
//! freed block is kept for the next request of its size, and is never split or merged; the newest
//! block of all can grow and shrink where it is, and is given back whole. That fits a plugin, whose
//! calls ask for much the same blocks again and again. One that lives long and keeps changing the
//! sizes of large blocks is better off with dlmalloc: switch the feature `allocator` off.

#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr::null_mut;

/// Where memory comes from.
pub(crate) trait Pages {
    /// Grows the memory by at least `bytes`: where the new part begins and how long it is; null
    /// where there is no more.
    fn grow(&self, bytes: usize) -> (*mut u8, usize);
}

/// The linear memory of this guest.
#[cfg(target_arch = "wasm32")]
pub(crate) struct LinearMemory;

#[cfg(target_arch = "wasm32")]
impl Pages for LinearMemory {
    fn grow(&self, bytes: usize) -> (*mut u8, usize) {
        const PAGE: usize = 65536;
        let pages = bytes.div_ceil(PAGE);
        match core::arch::wasm32::memory_grow::<0>(pages) {
            usize::MAX => (null_mut(), 0),
            // The last page of a memory of 4 GiB ends beyond any address: it is left alone.
            start if start + pages >= PAGE => (null_mut(), 0),
            start => ((start * PAGE) as *mut u8, pages * PAGE),
        }
    }
}

/// Every block begins at a multiple of this, and its size is one.
const UNIT: usize = 16;

/// One list of free blocks for each size: four for each power of two.
const CLASSES: usize = 4 * usize::BITS as usize;

/// The allocator. A guest is one thread: nobody else is in it at the same time.
pub(crate) struct Allocator<P> {
    pages: P,
    state: UnsafeCell<State>,
}

struct State {
    /// Free blocks by size; the first word of a free block is the next one.
    free: [*mut u8; CLASSES],
    /// The next address that was never handed out, and how much memory follows it.
    next: *mut u8,
    left: usize,
}

// SAFETY: a wasm32 guest without the feature `atomics` has one thread, and tests use one.
unsafe impl<P> Sync for Allocator<P> {}

impl<P: Pages> Allocator<P> {
    pub(crate) const fn new(pages: P) -> Allocator<P> {
        let state = State { free: [null_mut(); CLASSES], next: null_mut(), left: 0 };
        Allocator { pages, state: UnsafeCell::new(state) }
    }
}

/// The list for blocks of `size` bytes, and how many bytes such a block really has.
fn class(size: usize) -> (usize, usize) {
    let units = size.div_ceil(UNIT).max(1);
    // The three highest bits of the number of units choose the list; what is below them rounds up.
    let shift = (usize::BITS - units.leading_zeros()).saturating_sub(3);
    let steps = (units + (1 << shift) - 1) >> shift;
    (shift as usize * 4 + steps, (steps << shift) * UNIT)
}

impl State {
    /// A block for `size` bytes; null where there is no memory for it.
    fn take(&mut self, pages: &impl Pages, size: usize) -> *mut u8 {
        let (class, size) = class(size);
        let Some(free) = self.free.get_mut(class) else { return null_mut() };
        let block = *free;
        if !block.is_null() {
            // SAFETY: a block in a list holds the next one in its first word; `give` wrote it, and
            // nobody has had the block since.
            *free = unsafe { block.cast::<*mut u8>().read() };
            return block;
        }
        while self.left < size {
            let (start, length) = pages.grow(size - self.left);
            if start.is_null() {
                return null_mut();
            }
            if start != self.next.wrapping_add(self.left) {
                (self.next, self.left) = (start, 0);
            }
            self.left += length;
        }
        let block = self.next;
        self.advance(size);
        block
    }

    /// Takes back a block for `size` bytes.
    fn give(&mut self, block: *mut u8, size: usize) {
        let (class, size) = class(size);
        if block.wrapping_add(size) == self.next {
            self.next = block;
            self.left += size;
        } else if let Some(free) = self.free.get_mut(class) {
            // SAFETY: the caller gives the block up; it is aligned and larger than a word.
            unsafe { block.cast::<*mut u8>().write(*free) };
            *free = block;
        }
    }

    /// Makes a block for `old` bytes one for `new` bytes, if it can stay where it is.
    fn resize(&mut self, block: *mut u8, old: usize, new: usize) -> bool {
        let (old, (class, new)) = (class(old).1, class(new));
        if old == new {
            return true;
        }
        // A call that makes a block of this size by growing one would never use those that it has freed.
        if self.free.get(class).is_some_and(|free| !free.is_null()) {
            return false;
        }
        if block.wrapping_add(old) != self.next || self.left + old < new {
            return false;
        }
        self.next = block;
        self.left += old;
        self.advance(new);
        true
    }

    /// Hands out `size` bytes, of which there are as many left.
    fn advance(&mut self, size: usize) {
        self.next = self.next.wrapping_add(size);
        self.left -= size;
    }
}

// SAFETY: a block is handed out once until it is given back; it is as large as its class, which is
// not smaller than what was asked for; it begins at a multiple of `UNIT`, or was moved up within a
// block that has room for that.
unsafe impl<P: Pages> GlobalAlloc for Allocator<P> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: one thread, and nothing in `State` calls back into the allocator.
        let state = unsafe { &mut *self.state.get() };
        if layout.align() <= UNIT {
            return state.take(&self.pages, layout.size());
        }
        let block = state.take(&self.pages, layout.size() + layout.align());
        if block.is_null() {
            return block;
        }
        let moved = block.wrapping_add(layout.align() - block.addr() % layout.align());
        // SAFETY: `block` begins at a multiple of `UNIT`, so it was moved up by `UNIT` at least, and its
        // own address has room in front of what is handed out.
        unsafe { moved.cast::<*mut u8>().sub(1).write(block) };
        moved
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        let state = unsafe { &mut *self.state.get() };
        if layout.align() <= UNIT {
            return state.give(block, layout.size());
        }
        // SAFETY: `alloc` wrote the address of the block in front of what it handed out.
        let whole = unsafe { block.cast::<*mut u8>().sub(1).read() };
        state.give(whole, layout.size() + layout.align());
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as in `alloc`.
        let state = unsafe { &mut *self.state.get() };
        if layout.align() <= UNIT && state.resize(block, layout.size(), new_size) {
            return block;
        }
        // SAFETY: the caller promises that `new_size` and this alignment make a layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: neither size is zero, which the caller promises.
        let new = unsafe { self.alloc(new_layout) };
        if !new.is_null() {
            // SAFETY: both blocks are live, apart from each other, and as long as the shorter of the two.
            unsafe { new.copy_from_nonoverlapping(block, layout.size().min(new_size)) };
            // SAFETY: the caller gives the old block up.
            unsafe { self.dealloc(block, layout) };
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use std::alloc::{GlobalAlloc, Layout};
    use std::cell::Cell;
    use std::ptr::null_mut;

    use super::{Allocator, Pages, UNIT, class};

    /// Memory that grows in steps, like a guest's.
    struct Arena {
        memory: *mut u8,
        layout: Layout,
        used: Cell<usize>,
    }

    impl Arena {
        fn new(length: usize) -> Arena {
            let layout = Layout::from_size_align(length, 64).expect("a valid layout");
            // SAFETY: the length is not zero.
            let memory = unsafe { std::alloc::alloc(layout) };
            assert!(!memory.is_null());
            Arena { memory, layout, used: Cell::new(0) }
        }
    }

    impl Pages for Arena {
        fn grow(&self, bytes: usize) -> (*mut u8, usize) {
            let length = bytes.next_multiple_of(1024);
            let start = self.used.get();
            if start + length > self.layout.size() {
                return (null_mut(), 0);
            }
            self.used.set(start + length);
            (self.memory.wrapping_add(start), length)
        }
    }

    impl Drop for Arena {
        fn drop(&mut self) {
            // SAFETY: made by `alloc` with this layout, and the allocator over it is gone.
            unsafe { std::alloc::dealloc(self.memory, self.layout) };
        }
    }

    #[test]
    fn a_block_is_as_large_as_asked_and_at_most_a_quarter_larger() {
        let mut last = (0, 0);
        for size in 1..200_000 {
            let (index, rounded) = class(size);
            assert!(rounded >= size && rounded % UNIT == 0, "{size}");
            assert!(rounded < size + UNIT || rounded * 4 <= size * 5, "{size}: {rounded}");
            // A list is one size, and larger sizes have later lists.
            assert_eq!(index == last.0, rounded == last.1, "{size}");
            assert!(index >= last.0 && rounded >= last.1);
            last = (index, rounded);
        }
    }

    #[test]
    fn blocks_keep_their_bytes_whatever_is_done_to_others() {
        let allocator = Allocator::new(Arena::new(1 << 20));
        let mut blocks: Vec<(*mut u8, Layout, u8)> = Vec::new();
        let mut seed: u32 = 7;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for round in 0..if cfg!(miri) { 300 } else { 20_000 } {
            let size = 1 + random(if round % 10 == 0 { 5000 } else { 100 }) as usize;
            let mark = round as u8;
            match random(3) {
                0 if !blocks.is_empty() => {
                    let (block, layout, mark) = blocks.swap_remove(random(blocks.len() as u32) as usize);
                    check(block, layout.size(), mark);
                    // SAFETY: made by this allocator with this layout, and taken off the list.
                    unsafe { allocator.dealloc(block, layout) };
                }
                1 if !blocks.is_empty() => {
                    let index = random(blocks.len() as u32) as usize;
                    let (block, layout, old) = blocks[index];
                    // SAFETY: as above; the new size is not zero.
                    let new = unsafe { allocator.realloc(block, layout, size) };
                    assert!(!new.is_null());
                    check(new, layout.size().min(size), old);
                    let layout = Layout::from_size_align(size, layout.align()).expect("a valid layout");
                    fill(new, size, mark);
                    blocks[index] = (new, layout, mark);
                }
                _ if blocks.len() < 100 => {
                    let layout = Layout::from_size_align(size, 1 << random(8)).expect("a valid layout");
                    // SAFETY: the size is not zero.
                    let block = unsafe { allocator.alloc(layout) };
                    assert!(!block.is_null() && block.addr() % layout.align() == 0);
                    fill(block, size, mark);
                    blocks.push((block, layout, mark));
                }
                _ => {}
            }
        }
        blocks.into_iter().for_each(|(block, layout, mark)| check(block, layout.size(), mark));
    }

    fn fill(block: *mut u8, size: usize, mark: u8) {
        // SAFETY: the block was handed out with this size.
        unsafe { block.write_bytes(mark, size) };
    }

    fn check(block: *mut u8, size: usize, mark: u8) {
        // SAFETY: the block was handed out with this size, and filled.
        let bytes = unsafe { std::slice::from_raw_parts(block, size) };
        assert!(bytes.iter().all(|&byte| byte == mark));
    }

    #[test]
    fn the_same_work_again_takes_no_more_memory() {
        let allocator = Allocator::new(Arena::new(1 << 20));
        let work = || {
            let layouts = (1..60).map(|n| Layout::from_size_align(n * 37, 8).expect("a valid layout"));
            // SAFETY: the sizes are not zero.
            let blocks: Vec<_> = layouts.map(|layout| (unsafe { allocator.alloc(layout) }, layout)).collect();
            for (block, layout) in blocks {
                // SAFETY: made by this allocator with this layout.
                unsafe { allocator.dealloc(block, layout) };
            }
        };
        work();
        let used = allocator.pages.used.get();
        (0..10).for_each(|_| work());
        assert_eq!(allocator.pages.used.get(), used);
    }

    #[test]
    fn a_block_that_was_made_by_growing_or_shrinking_is_used_again() {
        for sizes in [[16, 4096], [4096, 16]] {
            let allocator = Allocator::new(Arena::new(1 << 20));
            let [first, last, above] =
                [sizes[0], sizes[1], 64].map(|size| Layout::from_size_align(size, 8).expect("a valid layout"));
            let work = || {
                // SAFETY: the size is not zero.
                let block = unsafe { allocator.alloc(first) };
                // SAFETY: made by this allocator with this layout.
                let block = unsafe { allocator.realloc(block, first, sizes[1]) };
                // SAFETY: the size is not zero.
                let newest = unsafe { allocator.alloc(above) };
                // SAFETY: it has this layout now.
                unsafe { allocator.dealloc(block, last) };
                // SAFETY: made by this allocator with this layout.
                unsafe { allocator.dealloc(newest, above) };
            };
            (0..4).for_each(|_| work());
            let used = allocator.pages.used.get();
            (0..100).for_each(|_| work());
            assert_eq!(allocator.pages.used.get(), used, "{sizes:?}");
        }
    }

    #[test]
    fn the_newest_block_grows_where_it_is() {
        let allocator = Allocator::new(Arena::new(1 << 20));
        let layout = Layout::from_size_align(16, 8).expect("a valid layout");
        // SAFETY: the size is not zero.
        let block = unsafe { allocator.alloc(layout) };
        // SAFETY: made by this allocator with this layout.
        assert_eq!(unsafe { allocator.realloc(block, layout, 1000) }, block);
    }

    #[test]
    fn without_memory_there_is_no_block_and_nothing_is_lost() {
        let allocator = Allocator::new(Arena::new(4096));
        let layout = |size| Layout::from_size_align(size, 8).expect("a valid layout");
        // SAFETY: the sizes are not zero.
        unsafe {
            let block = allocator.alloc(layout(100));
            fill(block, 100, 7);
            assert!(allocator.alloc(layout(5000)).is_null());
            assert!(allocator.realloc(block, layout(100), 5000).is_null());
            check(block, 100, 7);
            assert!(!allocator.alloc(layout(1000)).is_null());
        }
    }
}
