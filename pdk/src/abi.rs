//! The border of the guest: the only unsafe code, one file per ABI, and the native twin of all.

#[cfg(target_arch = "wasm32")]
mod extism;
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
