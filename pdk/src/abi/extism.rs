//! The Extism kernel: blocks of memory that both sides reach, by their offset.
//!
//! Mirrors `extism:host/env` of extism 1.30.0 (src/pdk.rs) and the kernel inside it. Two habits
//! keep a host call flat below 1 us, however many a call makes: lengths are read with
//! `length_unsafe`, which looks at the block instead of walking the list of all blocks, and
//! every block is freed as soon as its bytes are copied (see also `keep_the_list_short`). The kernel functions that take
//! ownership of their arguments (`config_get`, `var_get`, `var_set`, `http_request`, `log_*`)
//! free them, so those blocks are handed over, not freed here.

#![expect(unsafe_code, reason = "the raw imports and loads of the Extism kernel")]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::text::{decimal, join};

/// The raw kernel.
mod kernel {
    #[link(wasm_import_module = "extism:host/env")]
    unsafe extern "C" {
        pub(super) safe fn input_length() -> u64;
        pub(super) safe fn input_load_u8(offset: u64) -> u8;
        pub(super) safe fn input_load_u64(offset: u64) -> u64;
        pub(super) safe fn length_unsafe(offset: u64) -> u64;
        pub(super) safe fn alloc(length: u64) -> u64;
        pub(super) safe fn free(offset: u64);
        pub(super) safe fn output_set(offset: u64, length: u64);
        pub(super) safe fn error_set(offset: u64);
        pub(super) safe fn store_u8(offset: u64, byte: u8);
        pub(super) safe fn load_u8(offset: u64) -> u8;
        pub(super) safe fn store_u64(offset: u64, word: u64);
        pub(super) safe fn load_u64(offset: u64) -> u64;
        pub(super) safe fn config_get(key: u64) -> u64;
        pub(super) safe fn var_get(key: u64) -> u64;
        pub(super) safe fn var_set(key: u64, value: u64);
        pub(super) safe fn http_request(request: u64, body: u64) -> u64;
        pub(super) safe fn http_status_code() -> i32;
        pub(super) safe fn http_headers() -> u64;
        pub(super) safe fn log_trace(text: u64);
        pub(super) safe fn log_debug(text: u64);
        pub(super) safe fn log_info(text: u64);
        pub(super) safe fn log_warn(text: u64);
        pub(super) safe fn log_error(text: u64);
    }
}

/// The host of this guest: there is one, and it is reached by imports, so nothing is held.
#[derive(Clone, Debug)]
pub(crate) struct HostHandle;

impl HostHandle {
    pub(crate) fn current() -> HostHandle {
        HostHandle
    }

    pub(crate) fn config(&self, key: &str) -> Option<Vec<u8>> {
        Block::take(kernel::config_get(Block::new(key.as_bytes()).into_offset()))
    }

    pub(crate) fn var(&self, key: &str) -> Option<Vec<u8>> {
        Block::take(kernel::var_get(Block::new(key.as_bytes()).into_offset()))
    }

    pub(crate) fn set_var(&self, key: &str, value: Option<&[u8]>) {
        let value = value.map_or(0, |value| Block::new(value).into_offset());
        kernel::var_set(Block::new(key.as_bytes()).into_offset(), value);
    }

    /// The status and the body. The request is Extism's JSON of method, URL and headers.
    pub(crate) fn http(
        &self,
        request: &crate::protocol::http::HttpRequest,
    ) -> Result<(u16, Vec<u8>), crate::error::HostError> {
        let body = if request.body.is_empty() { 0 } else { Block::new(&request.body).into_offset() };
        let offset = kernel::http_request(Block::new(&request.to_json()).into_offset(), body);
        Ok((kernel::http_status_code() as u16, Block::take(offset).unwrap_or_default()))
    }

    /// The headers of the last response, as a JSON object.
    pub(crate) fn http_headers(&self) -> Option<Vec<u8>> {
        Block::take(kernel::http_headers())
    }

    /// One call for each level, and inlined into the caller, who knows the level: so an artifact
    /// imports only the levels it uses.
    #[inline(always)]
    pub(crate) fn log(&self, level: crate::protocol::log::Level, text: &str) {
        use crate::protocol::log::Level;
        let offset = Block::new(if text.is_empty() { " " } else { text }.as_bytes()).into_offset();
        match level {
            Level::Trace => kernel::log_trace(offset),
            Level::Debug => kernel::log_debug(offset),
            Level::Info => kernel::log_info(offset),
            Level::Warn => kernel::log_warn(offset),
            Level::Error => kernel::log_error(offset),
        }
    }
}

/// A block of kernel memory, freed when dropped. Offset 0 is no block, and the empty block.
#[derive(Debug)]
pub(crate) struct Block(u64);

impl Block {
    /// A block with a copy of `bytes`. For no bytes it is what the host makes of that: offset 0, or
    /// in the JavaScript SDK a block of its own, since offset 0 looks like a block of length 1 there.
    pub(crate) fn new(bytes: &[u8]) -> Block {
        if bytes.is_empty() {
            return Block(kernel::alloc(0));
        }
        let offset = kernel::alloc(bytes.len() as u64);
        assert!(offset != 0, "the host is out of memory");
        keep_the_list_short(offset + bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        let mut at = offset;
        for word in words {
            kernel::store_u64(at, u64::from_le_bytes(*word));
            at += 8;
        }
        for byte in rest {
            kernel::store_u8(at, *byte);
            at += 1;
        }
        Block(offset)
    }

    /// The block at an offset that the host answered; `None` for 0, which is tested before
    /// anything else, because in the JavaScript SDK offset 0 looks like a block of length 1.
    pub(crate) fn from_offset(offset: u64) -> Option<Block> {
        if offset == 0 { None } else { Some(Block(offset)) }
    }

    /// The bytes of the block at an offset that the host answered; the block is freed.
    fn take(offset: u64) -> Option<Vec<u8>> {
        Block::from_offset(offset).map(|block| block.read())
    }

    /// The offset, to be passed while this lives.
    pub(crate) fn offset(&self) -> u64 {
        self.0
    }

    /// The offset, for a callee that frees the block itself.
    fn into_offset(self) -> u64 {
        let offset = self.0;
        std::mem::forget(self);
        offset
    }

    /// A copy of the bytes.
    pub(crate) fn read(&self) -> Vec<u8> {
        let offset = self.0;
        load(
            kernel::length_unsafe(offset) as usize,
            |at| kernel::load_u64(offset + at),
            |at| kernel::load_u8(offset + at),
        )
    }
}

/// The blocks that this call has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Stops the kernel from lining up blocks, once a call makes many.
///
/// The kernel takes freed blocks again only when its first page is full, and until then `free` and
/// the host's `length` walk over every block before theirs: 6 us for each of the first thousand
/// host calls. So the rest of the page is taken once and freed. From then on new blocks are cut
/// from the end of that one, where they stand early in the list.
fn keep_the_list_short(end: u64) {
    /// Fewer blocks are walked faster than a page is cleared before the next call.
    const MANY: u32 = 64;
    /// A page, less what the kernel keeps for itself, so that this never makes the memory grow.
    const PAGE: u64 = 65536 - 256;
    if MADE.fetch_add(1, Ordering::Relaxed) == MANY && end < PAGE {
        kernel::free(kernel::alloc(PAGE - end));
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.0 != 0 {
            kernel::free(self.0);
        }
    }
}

/// One call of an export: input in, output or error out, 0 or 1 for the host.
pub(crate) fn export(body: impl FnOnce(&[u8]) -> Result<Vec<u8>, String>) -> i32 {
    report_panics();
    MADE.store(0, Ordering::Relaxed);
    let input = load(kernel::input_length() as usize, |at| kernel::input_load_u64(at), |at| kernel::input_load_u8(at));
    match body(&input) {
        Ok(output) => {
            // An output that is not set is empty in every host. In JavaScript the block at offset 0,
            // which is what an empty one would be, holds a byte.
            if !output.is_empty() {
                let length = output.len() as u64;
                // The host reads the block after the call and owns it from here on.
                kernel::output_set(Block::new(&output).into_offset(), length);
            }
            0
        }
        Err(message) => {
            set_error(&message);
            1
        }
    }
}

/// Copies `length` bytes, a word at a time.
fn load(length: usize, word: impl Fn(u64) -> u64, byte: impl Fn(u64) -> u8) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::with_capacity(length);
    let start = bytes.as_mut_ptr();
    let whole = length & !7;
    let mut at = 0;
    while at < whole {
        // SAFETY: `at + 8 <= length`, and the vector was given room for `length` bytes above.
        unsafe { start.add(at).cast::<u64>().write_unaligned(word(at as u64)) };
        at += 8;
    }
    while at < length {
        // SAFETY: `at < length`, and the vector was given room for `length` bytes above.
        unsafe { start.add(at).write(byte(at as u64)) };
        at += 1;
    }
    // SAFETY: the two loops have written every byte up to `length`.
    unsafe { bytes.set_len(length) };
    bytes
}

fn set_error(message: &str) {
    kernel::error_set(Block::new(message.as_bytes()).into_offset());
}

/// Sends a panic's message and place to the host, which otherwise sees nothing but `unreachable`.
fn report_panics() {
    static REPORTED: AtomicBool = AtomicBool::new(false);
    if REPORTED.swap(true, Ordering::Relaxed) {
        return;
    }
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("panic");
        let text = match info.location() {
            Some(place) => join(&[message, ", ", place.file(), ":", &decimal(place.line().into())]),
            None => message.to_owned(),
        };
        set_error(&text);
    }));
}
