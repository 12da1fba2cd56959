//! The border of the guest: the only unsafe code, one file per ABI, and the native twin of all.

#[cfg(any(test, all(target_arch = "wasm32", target_os = "unknown", feature = "allocator")))]
mod allocator;
#[cfg(all(feature = "json", any(test, target_arch = "wasm32")))]
mod blocks;
#[cfg(target_arch = "wasm32")]
mod extism;
#[cfg_attr(not(target_arch = "wasm32"), path = "abi/native/fcall.rs")]
pub(crate) mod fcall;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(feature = "json")]
#[cfg_attr(not(target_arch = "wasm32"), path = "abi/native/orbis.rs")]
pub(crate) mod orbis;
#[cfg(target_arch = "wasm32")]
mod peers;
#[cfg(target_arch = "wasm32")]
mod wasi;

#[cfg(target_arch = "wasm32")]
pub(crate) use self::extism::{Block, HostHandle, export};
#[cfg(target_arch = "wasm32")]
pub use self::peers::{Env, Namespace, User};
#[cfg(target_arch = "wasm32")]
pub use self::wasi::fill_for_getrandom;
#[cfg(not(target_arch = "wasm32"))]
pub use native::peers::{Env, Namespace, User};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::*;

/// The allocator of every plugin that does not switch the feature off. With threads it would be none.
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "allocator", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: allocator::Allocator<allocator::LinearMemory> = allocator::Allocator::new(allocator::LinearMemory);
