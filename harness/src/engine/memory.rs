//! Guest memory seen from outside.
//!
//! The `extism` crate shows host functions its kernel's memory, unchecked, and the guest's own
//! not at all. The harness needs both: to write what WASI's `clock_time_get` and `random_get`
//! answer, to say how many pages a guest holds, and to refuse a block that claims to reach beyond
//! the kernel's memory. So wasmtime is handed memories that we map, which we can look up later.
//!
//! A mapping is 4 GiB of address space and a guard, of which only the grown part is accessible;
//! compiled code elides its bounds checks on that promise, as it does with wasmtime's own.
//! Mappings are kept for reuse, because making one costs more than a call.

#![expect(unsafe_code, reason = "maps guest memory and copies to and from it")]

#[cfg(not(unix))]
compile_error!("the harness maps guest memory with mmap: it runs on Linux and macOS");

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

#[cfg(target_os = "linux")]
use rustix::mm::Advice;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};

/// The kernel's own data ends here: no block lies before it.
pub(crate) const FIRST_BLOCK: u64 = 65;

/// Makes the memories of every guest.
pub(crate) struct Memories;

/// The memory of one module instance.
pub(crate) struct GuestMemory {
    start: NonNull<u8>,
    /// Address space, the guard included.
    mapped: usize,
    /// Accessible bytes.
    size: AtomicUsize,
}

// SAFETY: the mapping belongs to this value alone, and is only read or written through wasmtime
// (which keeps an instance on one thread) or through `read` and `write` on that same thread, while it waits.
unsafe impl Send for GuestMemory {}
// SAFETY: as above; the size is atomic.
unsafe impl Sync for GuestMemory {}

/// wasmtime's end of a [`GuestMemory`].
struct Handle {
    memory: Arc<GuestMemory>,
    /// The most it may grow to, in bytes.
    capacity: usize,
}

thread_local! {
    /// The memories made in this thread since the last [`take_made`].
    static MADE: RefCell<Vec<Weak<GuestMemory>>> = const { RefCell::new(Vec::new()) };
}

/// Mappings without accessible bytes, ready for reuse.
static POOL: Mutex<Vec<GuestMemory>> = Mutex::new(Vec::new());

/// More would only hold address space.
const POOLED: usize = 64;

/// The memories that instances in this thread were given since the last call, oldest first.
pub(crate) fn take_made() -> Vec<Weak<GuestMemory>> {
    MADE.take()
}

// SAFETY: `new_memory` reserves what it is asked for and leaves the guard inaccessible.
unsafe impl wasmtime::MemoryCreator for Memories {
    fn new_memory(
        &self,
        _: wasmtime::MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn wasmtime::LinearMemory>, String> {
        let capacity = reserved.ok_or("the harness makes static memories only")?;
        // A 64-bit memory may ask for more than is reserved for it.
        if minimum > capacity {
            return Err(format!("a memory of {minimum} bytes is more than the {capacity} that are reserved for it"));
        }
        let memory = GuestMemory::map(capacity + guard).map_err(|error| error.to_string())?;
        let handle = Handle { memory: Arc::new(memory), capacity: maximum.unwrap_or(capacity).min(capacity) };
        handle.memory.resize(minimum).map_err(|error| error.to_string())?;
        MADE.with_borrow_mut(|made| made.push(Arc::downgrade(&handle.memory)));
        Ok(Box::new(handle))
    }
}

// SAFETY: the start never moves, and `byte_size` bytes from it are accessible.
unsafe impl wasmtime::LinearMemory for Handle {
    fn byte_size(&self) -> usize {
        self.memory.size()
    }

    fn byte_capacity(&self) -> usize {
        self.capacity
    }

    fn grow_to(&mut self, size: usize) -> wasmtime::Result<()> {
        if size > self.capacity {
            return Err(wasmtime::Error::msg("beyond the memory's maximum"));
        }
        self.memory.resize(size).map_err(|error| wasmtime::Error::msg(error.to_string()))
    }

    fn as_ptr(&self) -> *mut u8 {
        self.memory.start.as_ptr()
    }
}

impl GuestMemory {
    /// Accessible bytes.
    pub(crate) fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// The `length` bytes at `address`; `None` where they reach beyond the accessible ones.
    pub(crate) fn read(&self, address: u64, length: u64) -> Option<Vec<u8>> {
        let end = usize::try_from(address.checked_add(length)?).ok()?;
        if end > self.size() {
            return None;
        }
        // SAFETY: the range was just checked to be accessible, and the guest, which could change it, waits for its
        // host until the bytes are copied.
        let bytes = unsafe { std::slice::from_raw_parts(self.start.as_ptr().add(address as usize), length as usize) };
        Some(bytes.to_vec())
    }

    /// Copies `bytes` to `address`; `None` where they do not fit, and nothing is written.
    pub(crate) fn write(&self, address: u32, bytes: &[u8]) -> Option<()> {
        let end = (address as usize).checked_add(bytes.len())?;
        if end > self.size() {
            return None;
        }
        // SAFETY: the range was just checked to be accessible, and the guest waits for its host.
        unsafe {
            self.start.as_ptr().add(address as usize).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        Some(())
    }

    fn map(bytes: usize) -> std::io::Result<GuestMemory> {
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = pool.iter().rposition(|memory| memory.mapped == bytes) {
            return Ok(pool.swap_remove(index));
        }
        drop(pool);
        // SAFETY: an anonymous mapping at a place of the kernel's choice touches no other memory.
        let start = unsafe {
            rustix::mm::mmap_anonymous(
                std::ptr::null_mut(),
                bytes,
                ProtFlags::empty(),
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        }?;
        let start = NonNull::new(start.cast()).expect("the kernel does not map address 0");
        Ok(GuestMemory { start, mapped: bytes, size: AtomicUsize::new(0) })
    }

    /// Makes the first `size` bytes accessible; never fewer than before.
    fn resize(&self, size: usize) -> std::io::Result<()> {
        let old = self.size();
        if size > old {
            let access = MprotectFlags::READ | MprotectFlags::WRITE;
            // SAFETY: the range lies within the mapping, `Handle` checks the capacity.
            unsafe { rustix::mm::mprotect(self.at(old), size - old, access) }?;
            self.size.store(size, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Gives the bytes back and makes them inaccessible; whether that worked.
    #[cfg(target_os = "linux")]
    fn clear(&mut self) -> bool {
        let size = *self.size.get_mut();
        *self.size.get_mut() = 0;
        if size == 0 {
            return true;
        }
        // SAFETY: the range is ours and accessible; afterwards it reads as zeros.
        let given_back = unsafe { rustix::mm::madvise(self.at(0), size, Advice::LinuxDontNeed) }.is_ok();
        // SAFETY: as above.
        given_back && unsafe { rustix::mm::mprotect(self.at(0), size, MprotectFlags::empty()) }.is_ok()
    }

    /// Only Linux promises zeros after `madvise`: elsewhere a used mapping is not used again.
    #[cfg(not(target_os = "linux"))]
    fn clear(&mut self) -> bool {
        *self.size.get_mut() == 0
    }

    fn at(&self, offset: usize) -> *mut c_void {
        self.start.as_ptr().wrapping_add(offset).cast()
    }
}

impl Drop for GuestMemory {
    fn drop(&mut self) {
        let (start, mapped) = (self.start, self.mapped);
        if self.clear() {
            let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
            if pool.len() < POOLED {
                pool.push(GuestMemory { start, mapped, size: AtomicUsize::new(0) });
                return;
            }
        }
        // SAFETY: nobody else knows the mapping. A failure leaves address space behind, no more.
        let _ = unsafe { rustix::mm::munmap(start.as_ptr().cast(), mapped) };
    }
}
